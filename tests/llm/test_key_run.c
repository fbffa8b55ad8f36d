/* Keys from commands, with real processes. */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "../../src/llm/key.h"
#include "loop.h"

struct answer {
    bool came;
    int status;
    char key[OB__KEY_MAX_BYTES + 1];
    char message[504];
};

static void on_key(int status, const struct ob_buf *key, const struct ob_error *e, void *data)
{
    struct answer *a = data;
    CHECK(!a->came);
    a->came = true;
    a->status = status;
    CHECK((status == 0) == (key != NULL) && (status != 0) == (e != NULL));
    snprintf(a->key, sizeof a->key, "%s", key ? ob_buf_str(key) : "");
    snprintf(a->message, sizeof a->message, "%s", e ? e->message : "");
}

static struct answer run(const char *const *argv, unsigned limit_ms)
{
    struct net n;
    struct answer a = {false};
    struct ob__key_run *r;
    struct ob_error e = OB_ERROR_INIT;
    net_start(&n);
    CHECK_INT(ob__key_run_start(&r, &n.loop, argv, limit_ms, &e, on_key, &a), 0);
    CHECK(!a.came);
    net_run(&n, &a.came);
    net_stop(&n);
    return a;
}

static struct answer run_shell(const char *script, unsigned limit_ms)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    return run(argv, limit_ms);
}

TEST(the_first_line_of_what_a_command_prints_is_the_key)
{
    struct answer a = run_shell("echo sk-canary; echo second line; echo noise >&2", 10000);
    CHECK_INT(a.status, 0);
    CHECK_STR(a.key, "sk-canary");
    CHECK_STR(run_shell("printf 'sk-no-newline'", 10000).key, "sk-no-newline");
    CHECK_STR(run_shell("printf 'sk-crlf\\r\\nrest'", 10000).key, "sk-crlf");
}

TEST(arguments_reach_the_command_as_they_are_without_a_shell)
{
    const char *const argv[] = {"printf", "%s", "$HOME;`id`*", NULL};
    struct answer a = run(argv, 10000);
    CHECK_INT(a.status, 0);
    CHECK_STR(a.key, "$HOME;`id`*");
}

TEST(a_command_that_fails_says_so_without_its_output)
{
    struct answer a = run_shell("echo sk-canary; exit 3", 10000);
    CHECK_INT(a.status, OB_EAUTH);
    CHECK_STR(a.message,
              "the key command /bin/sh ended with status 3: run it in a terminal to see why");
    a = run_shell("kill -9 $$", 10000);
    CHECK_INT(a.status, OB_EAUTH);
    CHECK_STR(a.message, "the key command /bin/sh was ended by signal 9");
    a = run_shell("true", 10000);
    CHECK_INT(a.status, OB_EAUTH);
    CHECK_STR(a.message, "the key command /bin/sh holds no key");
    a = run_shell("echo 두 단어", 10000);
    CHECK_INT(a.status, OB_EAUTH);
    CHECK(!strstr(a.message, "두"));
}

TEST(a_command_that_is_not_there_is_an_error_at_once)
{
    struct net n;
    struct answer a = {false};
    struct ob__key_run *r;
    struct ob_error e = OB_ERROR_INIT;
    const char *const argv[] = {"/nonexistent/열쇠", NULL};
    net_start(&n);
    CHECK_INT(ob__key_run_start(&r, &n.loop, argv, 1000, &e, on_key, &a), OB_EAUTH);
    CHECK(strstr(e.message, "cannot run the key command /nonexistent/열쇠"));
    net_stop(&n);
    CHECK(!a.came);
}

TEST(a_command_over_its_deadline_is_killed_with_its_children)
{
    int ends[2]; /* the children hold the writing end */
    CHECK_INT(pipe(ends), 0);
    struct answer a = run_shell("tail -f /dev/null & wait", 500);
    struct pollfd p = {.fd = ends[0], .events = POLLIN};
    CHECK_INT(close(ends[1]), 0);
    CHECK_INT(a.status, OB_ETIMEOUT);
    CHECK(strstr(a.message, "did not end within 0.5 s"));
    CHECK_INT(poll(&p, 1, 10000), 1);
    CHECK(p.revents & POLLHUP);
}

TEST(a_command_that_prints_without_end_is_stopped)
{
    struct answer a =
        run_shell("while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done", 10000);
    CHECK_INT(a.status, OB_ETOOBIG);
    CHECK(strstr(a.message, "8192 bytes"));
}

TEST(an_agent_that_is_left_behind_does_not_hold_the_key_up)
{
    struct answer a = run_shell("echo sk-canary; tail -f /dev/null & exit 0", 10000);
    CHECK_INT(a.status, 0);
    CHECK_STR(a.key, "sk-canary");
}

TEST(stdin_is_empty_and_a_canceled_command_is_killed)
{
    struct net n;
    struct answer a = {false};
    struct ob__key_run *r;
    struct ob_error e = OB_ERROR_INIT;
    const char *const argv[] = {"tail", "-f", "/dev/null", NULL};
    CHECK_STR(run_shell("cat; echo sk-canary", 10000).key, "sk-canary");
    net_start(&n);
    CHECK_INT(ob__key_run_start(&r, &n.loop, argv, 10000, &e, on_key, &a), 0);
    ob__key_run_cancel(r);
    ob__key_run_cancel(r);
    CHECK(!a.came);
    net_run(&n, &a.came);
    CHECK_INT(a.status, OB_ECANCELED);
    net_stop(&n);
}

TEST_MAIN(CASE(the_first_line_of_what_a_command_prints_is_the_key),
          CASE(arguments_reach_the_command_as_they_are_without_a_shell),
          CASE(a_command_that_fails_says_so_without_its_output),
          CASE(a_command_that_is_not_there_is_an_error_at_once),
          CASE(a_command_over_its_deadline_is_killed_with_its_children),
          CASE(a_command_that_prints_without_end_is_stopped),
          CASE(an_agent_that_is_left_behind_does_not_hold_the_key_up),
          CASE(stdin_is_empty_and_a_canceled_command_is_killed))
