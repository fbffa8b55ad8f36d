/* Keys at hand: the environment and files. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/llm/key.h"
#include "../files/ns.h"
#include "hung.h"
#include "loop.h"
#include "test.h"

static struct ob_error e;

/* The key that CONFIG gives, or NULL with the sentence in `e`. */
static const char *read_key(const struct ob_model_config *config)
{
    static struct ob_buf key;
    ob_buf_release(&key);
    ob_buf_init(&key, OB__KEY_MAX_BYTES);
    ob_error_clear(&e);
    return ob__key_read(&key, config, &e) ? NULL : ob_buf_str(&key);
}

static char *key_file(const char *text, mode_t mode)
{
    char *path = test_write_file("key", text);
    CHECK_INT(chmod(path, mode), 0);
    return path;
}

TEST(a_key_is_read_from_the_environment_variable_that_is_named)
{
    struct ob_model_config config = {.key_env = "OB_TEST_KEY"};
    CHECK_INT(setenv("OB_TEST_KEY", "sk-canary\n", 1), 0);
    CHECK_STR(read_key(&config), "sk-canary");
    CHECK_INT(unsetenv("OB_TEST_KEY"), 0);
    CHECK(read_key(&config) == NULL);
    CHECK_INT(e.code, OB_EAUTH);
    CHECK_STR(e.message,
              "the environment variable OB_TEST_KEY, which should hold the key, is not set");
    CHECK_INT(setenv("OB_TEST_KEY", "", 1), 0);
    CHECK(read_key(&config) == NULL);
    CHECK_STR(e.message, "the environment variable OB_TEST_KEY holds no key");
}

TEST(a_key_file_must_be_the_users_alone)
{
    struct ob_model_config config = {.key_file = key_file("sk-canary\n", 0600)};
    CHECK_STR(read_key(&config), "sk-canary");
    CHECK_INT(chmod(config.key_file, 0400), 0);
    CHECK_STR(read_key(&config), "sk-canary");
    mode_t open[] = {0640, 0604, 0660, 0644, 0666};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        CHECK_INT(chmod(config.key_file, open[i]), 0);
        CHECK(read_key(&config) == NULL);
        CHECK_INT(e.code, OB_EDENIED);
        CHECK(strstr(e.message, "chmod 600"));
    }
}

TEST(a_key_file_of_another_user_is_refused)
{
    struct ob_model_config config = {.key_file = key_file("sk-canary\n", 0600)};
    if (geteuid() != 0)
        test_skip("only root can give a file away");
    CHECK_INT(chown(config.key_file, 12345, 12345), 0);
    CHECK(read_key(&config) == NULL);
    CHECK_INT(e.code, OB_EDENIED);
    CHECK(strstr(e.message, "belongs to another user"));
}

TEST(a_key_file_that_cannot_be_read_is_named)
{
    struct ob_model_config config = {.key_file = "/nonexistent/열쇠"};
    CHECK(read_key(&config) == NULL);
    CHECK_INT(e.code, OB_ENOTFOUND);
    CHECK(strstr(e.message, "/nonexistent/열쇠"));
    config.key_file = test_scratch; /* a directory, 0700 */
    CHECK(read_key(&config) == NULL);
}

TEST(what_cannot_be_a_key_is_refused_without_being_shown)
{
    const char *const bad[] = {"two words", "a\nb", "a\tb", "키", "\x01x", "\n", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ob_model_config config = {.key_file = key_file(bad[i], 0600)};
        CHECK(read_key(&config) == NULL);
        CHECK_INT(e.code, OB_EAUTH);
        CHECK(!bad[i][0] || bad[i][0] == '\n' || !strstr(e.message, bad[i]));
    }
    static char big[9000];
    memset(big, 'k', sizeof big - 1);
    struct ob_model_config config = {.key_file = key_file(big, 0600)};
    CHECK(read_key(&config) == NULL && e.code == OB_ETOOBIG);
    CHECK_INT(setenv("OB_TEST_KEY", big, 1), 0);
    config = (struct ob_model_config){.key_env = "OB_TEST_KEY"};
    CHECK(read_key(&config) == NULL && e.code == OB_ETOOBIG);
}

TEST(the_source_of_a_key_is_named_in_the_order_in_which_it_is_taken)
{
    const char *const command[] = {"pass", "show", "x", NULL};
    char source[300];
    struct ob_model_config config = {.key_env = "E", .key_file = "/f", .key_command = command};
    ob__key_source(source, sizeof source, &config);
    CHECK_STR(source, "the environment variable E");
    CHECK(ob__key_is_named(&config) && !ob__key_is_command(&config));
    config.key_env = "";
    ob__key_source(source, sizeof source, &config);
    CHECK_STR(source, "the key file /f");
    config.key_file = NULL;
    ob__key_source(source, sizeof source, &config);
    CHECK_STR(source, "the key command pass");
    CHECK(ob__key_is_command(&config));
    config.key_command = NULL;
    ob__key_source(source, sizeof source, &config);
    CHECK(strstr(source, "no key is configured"));
    CHECK(!ob__key_is_named(&config));
    CHECK_STR(read_key(&config), "");
}

TEST(a_key_is_struck_out_of_a_sentence)
{
    struct ob_buf key;
    ob_buf_init(&key, 100);
    ob_error_set(&e, OB_EINVAL, "%s", "before sk-canary between sk-canary");
    ob__key_redact(&e, &key); /* no key */
    CHECK(strstr(e.message, "sk-canary"));
    CHECK_INT(ob_buf_append_str(&key, "sk-canary"), 0);
    ob__key_redact(&e, &key);
    CHECK_STR(e.message, "before * between *");
    ob__key_wipe(&key);
    CHECK(key.len == 0 && key.data == NULL);
}

/* ------------------------------------------------------------ by a thread */
struct told {
    bool done;
    int status;
    char key[64], message[512];
};

static void on_key(int status, const struct ob_buf *key, const struct ob_error *error, void *data)
{
    struct told *t = data;
    CHECK(!t->done);
    t->done = true;
    t->status = status;
    CHECK((status == 0) == (key != NULL) && (status == 0) == (error == NULL));
    snprintf(t->key, sizeof t->key, "%s", key ? ob_buf_str(key) : "");
    snprintf(t->message, sizeof t->message, "%s", error ? error->message : "");
}

TEST(a_key_file_is_read_by_a_thread_and_what_is_wrong_with_it_is_told)
{
    struct net n;
    struct ob__key_look *look;
    net_start(&n);
    for (int i = 0; i < 3; i++) {
        struct told t = {.done = false};
        const char *path = i == 2 ? "/nonexistent/열쇠" : key_file("sk-canary\n", i ? 0644 : 0600);
        CHECK_INT(ob__key_look_start(&look, n.http, path, 60000, &e, on_key, &t), 0);
        CHECK(!t.done);
        net_run(&n, &t.done);
        CHECK_INT(t.status, i == 0 ? 0 : i == 1 ? OB_EDENIED : OB_ENOTFOUND);
        CHECK_STR(t.key, i ? "" : "sk-canary");
        CHECK(strstr(t.message, i == 0 ? "" : path) != NULL);
    }
    struct told t = {.done = false};
    CHECK_INT(ob__key_look_start(&look, n.http, key_file("sk\n", 0600), 60000, &e, on_key, &t), 0);
    ob__key_look_cancel(look);
    net_stop(&n); /* waits for the thread */
    CHECK(!t.done);
}

TEST(a_key_file_whose_disk_hangs_is_told_in_time)
{
    static const unsigned late_ms[] = {20, 0}; /* 0: it is late before the loop looks */
    struct net n;
    struct ob__key_look *look;
    char dir[300], path[320];
    snprintf(dir, sizeof dir, "%s/far", test_scratch);
    snprintf(path, sizeof path, "%s/열쇠", dir);
    ns_enter(CLONE_NEWNS);
    int fd = hang(dir);
    net_start(&n);
    for (size_t i = 0; i < sizeof late_ms / sizeof *late_ms; i++) {
        struct told t = {.done = false};
        CHECK_INT(ob__key_look_start(&look, n.http, path, late_ms[i], &e, on_key, &t), 0);
        net_run(&n, &t.done);
        CHECK_INT(t.status, OB_EBUSY);
        CHECK(strstr(t.message, "/far/열쇠 does not answer: see whether") != NULL);
    }
    unhang(dir, fd);
    net_stop(&n);
}

TEST_MAIN(CASE(a_key_file_is_read_by_a_thread_and_what_is_wrong_with_it_is_told),
          CASE(a_key_file_whose_disk_hangs_is_told_in_time),
          CASE(a_key_is_read_from_the_environment_variable_that_is_named),
          CASE(a_key_file_must_be_the_users_alone), CASE(a_key_file_of_another_user_is_refused),
          CASE(a_key_file_that_cannot_be_read_is_named),
          CASE(what_cannot_be_a_key_is_refused_without_being_shown),
          CASE(the_source_of_a_key_is_named_in_the_order_in_which_it_is_taken),
          CASE(a_key_is_struck_out_of_a_sentence))
