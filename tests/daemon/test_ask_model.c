/* `openbook ask` with a model: the whole program against the scripted server, without a daemon and
 * with one.  What leaves the machine, what does not, and what the user reads. */
#include <signal.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <ftw.h>

#include "model_server.h"
#include "program.h"

#define CANARY "sk-canary-0123456789"

/* ------------------------------------------------------------ a home and a project */
static void setup(void)
{
    private_home();
    test_write_file("notes/retry.md",
                    "# Retries\n\nA failed request is retried three times, then given up.\n");
    test_write_file("notes/백업.md",
                    "# 백업\n\n백업은 매일 새벽 세 시에 시작하고 열네 벌을 남긴다.\n");
}

static void configure(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void configure(const char *format, ...)
{
    char text[2000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    test_write_file("config/openbook/config.json", text);
}

static void configure_for(const struct model_server *m, const char *model)
{
    configure("{\"llm\": {\"url\": \"http://127.0.0.1:%u/v1\", \"model\": \"%s\"}}", m->port,
              model);
}

/* ------------------------------------------------------------ running the program */
struct child {
    pid_t pid;
    int status;
    char *out, *err;
    char out_path[600], err_path[600];
};

static void start(struct child *c, ...)
{
    static unsigned n;
    char *argv[PROGRAM_WORDS_MAX + 1];
    va_list args;
    va_start(args, c);
    program_words(argv, args);
    va_end(args);
    *c = (struct child){0};
    snprintf(c->out_path, sizeof c->out_path, "%s/out-%u", test_scratch, ++n);
    snprintf(c->err_path, sizeof c->err_path, "%s/err-%u", test_scratch, n);
    c->pid = fork();
    if (c->pid == 0) {
        if (freopen("/dev/null", "r", stdin) && freopen(c->out_path, "w", stdout) &&
            freopen(c->err_path, "w", stderr))
            execv(argv[0], argv);
        _exit(127);
    }
    CHECK(c->pid > 0);
}

static void finish(struct child *c)
{
    size_t len;
    c->status = program_status(c->pid);
    c->out = program_text(&len, c->out_path);
    c->err = program_text(&len, c->err_path);
}

#define ASK "ask", "--no-daemon", "--root", place("notes")

static void expect(const struct child *c, int status, const char *out, const char *err)
{
    if (c->status != status || !strstr(c->out, out) || !strstr(c->err, err))
        test_fail(__FILE__, __LINE__, "status %d, not %d\n--- stdout\n%s--- stderr\n%s", c->status,
                  status, c->out, c->err);
}

static void release(struct child *c)
{
    free(c->out);
    free(c->err);
}

static unsigned chats(const struct model_server *m)
{
    char *log = model_server_log(m), *at = log;
    unsigned n = 0;
    for (; (at = strstr(at, "\"method\":\"POST\",\"path\":\"")); at++)
        n += strncmp(at + 24, "/tokenize", 9) != 0;
    free(log);
    return n;
}

/* ------------------------------------------------------------ answers */
TEST(an_answer_comes_with_its_sources_in_english_and_korean)
{
    struct model_server m;
    struct child c;
    setup();
    model_server_start(&m, "window 8192", "reply", "text It is retried three times [1].", "reply",
                       "wire 1", "text 매일 새벽 세 시에 시작합니다 [1].", NULL);
    configure_for(&m, "gemma");
    start(&c, ASK, "How often is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 0, "It is retried three times [1].\n\nSources:\n1. ", "");
    CHECK(strstr(c.out, "retry.md:"));
    release(&c);
    start(&c, ASK, "백업은 언제 시작하나요?", NULL);
    finish(&c);
    expect(&c, 0, "매일 새벽 세 시에 시작합니다 [1].", "");
    CHECK(strstr(c.out, "백업.md:"));
    release(&c);
    char *log = model_server_log(&m);
    CHECK(strstr(log, "retried three times, then given up"));
    CHECK(strstr(log, "백업은 매일 새벽") && strstr(log, "백업은 언제 시작하나요?"));
    CHECK(strstr(log, "\"path\":\"/tokenize\""));
    free(log);
    CHECK_INT(chats(&m), 2);
    model_server_stop(&m);
}

TEST(a_server_on_this_machine_is_found_without_a_configuration)
{
    struct model_server m;
    struct child c;
    char host[64];
    setup();
    model_server_start(&m, "model nomic-embed-text", "model gemma", "text Found [1].", NULL);
    snprintf(host, sizeof host, "127.0.0.1:%u", m.port);
    CHECK_INT(setenv("OLLAMA_HOST", host, 1), 0);
    start(&c, ASK, "How often is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 0, "Found [1].", "");
    release(&c);
    char *log = model_server_log(&m);
    CHECK(strstr(log, "\\\"model\\\":\\\"gemma\\\""));
    free(log);
    model_server_stop(&m);
}

TEST(a_server_that_loads_its_model_is_waited_for)
{
    struct model_server m;
    struct child c;
    setup();
    model_server_start(&m, "loading on", "text Loaded [1].", NULL);
    configure_for(&m, "gemma");
    start(&c, ASK, "How often is a failed request retried?", NULL);
    model_server_await(&m, "request 3 POST /v1/chat/completions");
    model_server_say(&m, "loading off");
    finish(&c);
    expect(&c, 0, "Loaded [1].", "");
    CHECK(chats(&m) >= 2);
    release(&c);
    model_server_stop(&m);
}

TEST(a_refusal_is_one_sentence_and_the_status_is_3)
{
    struct model_server m;
    struct child c;
    setup();
    model_server_start(&m, "reply", "error unauthorized", "reply", "error model-not-found", NULL);
    configure_for(&m, "gemma");
    start(&c, ASK, "How often is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 3, "", "refuses the key: check key_env, key_file or key_command");
    release(&c);
    start(&c, ASK, "How often is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 3, "", "has no model \"gemma\"");
    CHECK(strchr(c.err, '\n') == strrchr(c.err, '\n'));
    release(&c);
    model_server_stop(&m);
}

/* ------------------------------------------------------------ what fits */
static void write_long_notes(void)
{
    char name[64], *text = calloc(1, 20000);
    for (int i = 0; i < 30; i++) {
        size_t len = 0;
        snprintf(name, sizeof name, "notes/retry-%d.md", i);
        len += (size_t)snprintf(text + len, 20000 - len, "# Retry rule %d\n\n", i);
        for (int j = 0; j < 25; j++)
            len += (size_t)snprintf(
                text + len, 20000 - len,
                "A failed request of kind %d-%d is retried after a pause of %d seconds.\n", i, j,
                i * 31 + j * 7);
        test_write_file(name, text);
    }
    free(text);
}

/* Tokens of the last chat's prompt, as the server counts them. */
static size_t prompt_tokens(const struct model_server *m, size_t token_bytes)
{
    size_t bytes = 0;
    cJSON *r = NULL, *next;
    for (unsigned n = 1; (next = model_server_request(m, n)); n++) {
        cJSON_Delete(r);
        r = next;
    }
    cJSON *body = cJSON_Parse(cJSON_GetStringValue(cJSON_GetObjectItem(r, "body"))), *message;
    cJSON_ArrayForEach(message, cJSON_GetObjectItem(body, "messages")) bytes +=
        strlen(cJSON_GetStringValue(cJSON_GetObjectItem(message, "content")));
    CHECK(bytes > 0);
    cJSON_Delete(body);
    cJSON_Delete(r);
    return (bytes + token_bytes - 1) / token_bytes;
}

TEST(the_prompt_fills_the_servers_window_by_the_servers_own_count)
{
    static const char *const tokens[] = {"token 1", "token 4", "token 7"};
    static const size_t bytes[] = {1, 4, 7}, windows[] = {12000, 3000, 2000};
    setup();
    write_long_notes();
    for (size_t i = 0; i < 3; i++) { /* a greedy vocabulary, a usual one, a thrifty one */
        struct model_server m;
        struct child c;
        char window[32];
        snprintf(window, sizeof window, "window %zu", windows[i]);
        model_server_start(&m, tokens[i], window, "text Fits [1].", NULL);
        configure_for(&m, "gemma");
        start(&c, ASK, "After which pause is a failed request retried?", NULL);
        finish(&c);
        expect(&c, 0, "Fits [1].", "");
        CHECK(!strstr(c.err, "too long"));
        CHECK_INT(chats(&m), 1);
        size_t used = prompt_tokens(&m, bytes[i]);
        if (used > windows[i] * 7 / 10 || used < windows[i] * 4 / 10)
            test_fail(__FILE__, __LINE__, "%zu of %zu tokens with %s", used, windows[i], tokens[i]);
        release(&c);
        model_server_stop(&m);
    }
}

TEST(a_prompt_that_the_server_refuses_is_packed_again_once)
{
    struct model_server m;
    struct child c;
    setup();
    write_long_notes();
    model_server_start(&m, "server openai", "token 1", "window 9000", "text Again [1].", NULL);
    configure_for(&m, "gemma");
    start(&c, ASK, "After which pause is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 0, "Again [1].",
           "The prompt was too long for the model, so it was asked again with");
    CHECK_INT(chats(&m), 2);
    release(&c);
    model_server_stop(&m);
    model_server_start(&m, "server openai", "error too-long 9000 10", NULL);
    configure_for(&m, "gemma");
    start(&c, ASK, "After which pause is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 3, "", "its window holds 10 tokens; raise it or select less text");
    CHECK_INT(chats(&m), 2);
    release(&c);
    model_server_stop(&m);
}

/* ------------------------------------------------------------ consent */
TEST(another_host_is_refused_by_name_until_the_option_allows_it)
{
    struct model_server proxy;
    struct child c;
    char url[64];
    setup();
    model_server_start(&proxy, "text From afar [1].", NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", proxy.port);
    CHECK_INT(setenv("http_proxy", url, 1), 0);
    configure("{\"llm\": {\"url\": \"http://Models.Example.test/v1\", \"model\": \"big\"}}");
    start(&c, ASK, "How often is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 3, "",
           "allow it with --allow-remote http://models.example.test:80, or use --no-llm");
    release(&c);
    start(&c, ASK, "--allow-remote", "http://other.example.test",
          "How often is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 3, "", "--allow-remote http://models.example.test:80");
    release(&c);
    CHECK(model_server_request(&proxy, 1) == NULL); /* not a byte so far */
    start(&c, ASK, "--allow-remote", "http://models.example.test",
          "How often is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 0, "From afar [1].", "");
    release(&c);
    cJSON *r = model_server_request(&proxy, 1);
    CHECK_STR(cJSON_GetStringValue(cJSON_GetObjectItem(r, "path")),
              "http://Models.Example.test/v1/chat/completions");
    cJSON_Delete(r);
    start(&c, ASK, "--no-llm", "How often is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 0, "retried three times", "");
    release(&c);
    CHECK_INT(chats(&proxy), 1); /* the option held for one question and is not remembered */
    CHECK(access(place("state/openbook/consents.json"), F_OK) != 0);
    model_server_stop(&proxy);
}

/* A question for another host, of whoever a daemon may be; OPTION may be NULL. */
static void ask_afar(struct child *c, const char *option, const char *value)
{
    const char *question = "How often is a failed request retried?";
    if (option)
        start(c, "ask", "--root", place("notes"), option, value, question, NULL);
    else
        start(c, "ask", "--root", place("notes"), question, NULL);
    finish(c);
}

TEST(what_is_allowed_for_one_question_is_not_allowed_to_the_next_one_of_a_daemon)
{
    struct model_server proxy;
    struct child c;
    char url[64];
    setup();
    model_server_start(&proxy, "text From afar [1].", NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", proxy.port);
    CHECK_INT(setenv("http_proxy", url, 1), 0);
    configure("{\"llm\": {\"url\": \"http://models.example.test/v1\", \"model\": \"big\"}}");
    start(&c, "serve", "--background", NULL);
    finish(&c);
    expect(&c, 0, "", "");
    release(&c);
    ask_afar(&c, "--allow-remote", "http://models.example.test");
    expect(&c, 0, "From afar [1].", "");
    release(&c);
    ask_afar(&c, NULL, NULL);
    expect(&c, 3, "", "--allow-remote http://models.example.test:80");
    release(&c);
    CHECK_INT(chats(&proxy), 1);
    start(&c, "status", "--root", place("notes"), NULL);
    finish(&c);
    expect(&c, 0, "daemon: pid ", "");
    CHECK_INT(kill((pid_t)strtol(strstr(c.out, "pid ") + 4, NULL, 10), SIGTERM), 0);
    release(&c);
    model_server_stop(&proxy);
}

TEST(a_cloud_model_behind_a_local_server_is_another_host)
{
    struct model_server m;
    struct child c;
    setup();
    model_server_start(&m, "server ollama", "model small", "model big:cloud https://ollama.com:443",
                       "text Cloud [1].", NULL);
    configure_for(&m, "big:cloud");
    start(&c, ASK, "How often is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 3, "", "--allow-remote https://ollama.com:443");
    CHECK_INT(chats(&m), 0);
    release(&c);
    start(&c, ASK, "--allow-remote", "https://ollama.com", "How often is a failed request retried?",
          NULL);
    finish(&c);
    expect(&c, 0, "Cloud [1].", "");
    release(&c);
    configure_for(&m, "small");
    start(&c, ASK, "How often is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 0, "Cloud [1].", ""); /* the scripted words; this model is here */
    release(&c);
    model_server_stop(&m);
}

/* ------------------------------------------------------------ cancel */
TEST(an_interrupt_closes_the_connection_to_the_model)
{
    struct model_server m;
    struct child c;
    setup();
    model_server_start(&m, "piece 99", "text Half", "gate", "text whole", NULL);
    configure_for(&m, "gemma");
    start(&c, ASK, "How often is a failed request retried?", NULL);
    model_server_await(&m, "gate 1");
    CHECK_INT(kill(c.pid, SIGINT), 0);
    model_server_await(&m, "abandoned 1");
    finish(&c);
    CHECK(c.status != 0);
    release(&c);
    model_server_stop(&m);
}

/* ------------------------------------------------------------ a daemon, and keys */
/* Waits until the daemon has made its socket, by inotify. */
static void start_daemon(struct child *daemon, struct child *probe)
{
    int notify = inotify_init1(IN_CLOEXEC);
    struct pollfd p = {.fd = notify, .events = POLLIN};
    CHECK(notify >= 0 && inotify_add_watch(notify, place("run"), IN_CREATE | IN_MOVED_TO) >= 0);
    CHECK_INT(setenv("OPENBOOK_SOCKET", place("run/s"), 1), 0);
    start(daemon, "serve", "--socket", place("run/s"), "--log", "debug", NULL);
    while (access(place("run/s"), F_OK) != 0) {
        char events[4096];
        CHECK_INT(poll(&p, 1, MODEL_WAIT_MS), 1);
        CHECK(read(notify, events, sizeof events) > 0);
    }
    (void)close(notify);
    start(probe, "status", NULL);
    finish(probe);
    CHECK_INT(probe->status, 0);
    release(probe);
}

static void stop_daemon(struct child *daemon)
{
    CHECK_INT(kill(daemon->pid, SIGTERM), 0);
    finish(daemon);
    CHECK_INT(daemon->status, 0);
}

static bool holds(const char *path, const char *text)
{
    char bytes[4096];
    bool found = false;
    FILE *f = fopen(path, "r");
    CHECK(f != NULL);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    (void)fclose(f);
    found = memmem(bytes, n, text, strlen(text)) != NULL;
    return found;
}

static bool argv_holds(pid_t pid, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    return holds(path, text);
}

static int no_canary(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    if (type == FTW_F && !strstr(path, "/secret/") && !strstr(path, "/model-") &&
        holds(path, CANARY))
        test_fail(__FILE__, __LINE__, "%s holds the key", path);
    return 0;
}

static void key_arrived(const struct model_server *m, unsigned n)
{
    cJSON *r = model_server_request(m, n), *headers = cJSON_GetObjectItem(r, "headers");
    CHECK_STR(cJSON_GetStringValue(cJSON_GetObjectItem(headers, "authorization")),
              "Bearer " CANARY);
    cJSON_Delete(r);
}

TEST(a_key_is_in_its_header_and_in_no_argument_log_or_file)
{
    struct model_server m;
    struct child daemon, probe, c;
    char *secret;
    setup();
    secret = test_write_file("secret/key", CANARY "\n");
    CHECK_INT(chmod(secret, 0600), 0);
    model_server_start(&m, "server openai", "reply", "piece 99", "text One", "gate",
                       "text two [1].", "reply", "status 400",
                       "body {\"error\":{\"message\":\"your key " CANARY " is odd\"}}", NULL);
    configure(
        "{\"llm\": {\"url\": \"http://127.0.0.1:%u/v1\", \"model\": \"gemma\", \"key_command\": [\"cat\", "
        "\"%s\"]}}",
        m.port, secret);
    start_daemon(&daemon, &probe);
    start(&c, "ask", "--root", place("notes"), "How often is a failed request retried?", NULL);
    model_server_await(&m, "gate 1");
    CHECK(!argv_holds(daemon.pid, CANARY) && !argv_holds(c.pid, CANARY));
    model_server_say(&m, "next");
    finish(&c);
    expect(&c, 0, "Onetwo [1].", "");
    release(&c);
    start(&c, "ask", "--root", place("notes"), "How often is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 3, "", "your key * is odd");
    release(&c);
    stop_daemon(&daemon);
    CHECK(strstr(daemon.err, "ask: "));    /* the log was written, at its most talkative */
    CHECK(!strstr(daemon.err, "retried")); /* and holds neither question nor passages */
    release(&daemon);
    CHECK_INT(nftw(test_scratch, no_canary, 32, FTW_PHYS), 0);
    unsigned n = 1;
    for (cJSON *r; (r = model_server_request(&m, n)) != NULL; n++) {
        bool chat = strstr(cJSON_GetStringValue(cJSON_GetObjectItem(r, "path")), "/chat/") != NULL;
        if (chat)
            key_arrived(&m, n);
        else /* what only asks a server what it is carries no key */
            CHECK(!cJSON_GetObjectItem(cJSON_GetObjectItem(r, "headers"), "authorization"));
        cJSON_Delete(r);
    }
    CHECK(n > 3);
    model_server_stop(&m);
}

TEST(a_key_of_the_environment_is_the_askers_and_a_client_that_leaves_ends_its_ask)
{
    struct model_server m;
    struct child daemon, probe, c;
    setup();
    model_server_start(&m, "key " CANARY, "reply", "text Mine [1].", "reply", "text a", "gate",
                       "text b", NULL);
    configure_for(&m, "gemma");
    start_daemon(&daemon, &probe);
    CHECK_INT(setenv("MY_KEY", CANARY, 1), 0);
    configure(
        "{\"llm\": {\"url\": \"http://127.0.0.1:%u/v1\", \"model\": \"gemma\", \"key_env\": \"MY_KEY\"}}",
        m.port);
    start(&c, "ask", "--root", place("notes"), "How often is a failed request retried?", NULL);
    finish(&c);
    expect(&c, 0, "Mine [1].", "");
    release(&c);
    model_server_say(&m, "key"); /* none wanted any more */
    configure_for(&m, "gemma");
    start(&c, "ask", "--root", place("notes"), "How often is a failed request retried?", NULL);
    model_server_await(&m, "gate 1");
    CHECK_INT(kill(c.pid, SIGKILL), 0);
    model_server_await(&m, "abandoned 1");
    finish(&c);
    release(&c);
    stop_daemon(&daemon);
    release(&daemon);
    model_server_stop(&m);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(an_answer_comes_with_its_sources_in_english_and_korean),
        CASE(a_server_on_this_machine_is_found_without_a_configuration),
        CASE(a_server_that_loads_its_model_is_waited_for),
        CASE(a_refusal_is_one_sentence_and_the_status_is_3),
        CASE(the_prompt_fills_the_servers_window_by_the_servers_own_count),
        CASE(a_prompt_that_the_server_refuses_is_packed_again_once),
        CASE(another_host_is_refused_by_name_until_the_option_allows_it),
        CASE(what_is_allowed_for_one_question_is_not_allowed_to_the_next_one_of_a_daemon),
        CASE(a_cloud_model_behind_a_local_server_is_another_host),
        CASE(an_interrupt_closes_the_connection_to_the_model),
        CASE(a_key_is_in_its_header_and_in_no_argument_log_or_file),
        CASE(a_key_of_the_environment_is_the_askers_and_a_client_that_leaves_ends_its_ask)};
    test_timeout_s = 90;
    return test_main(cases, sizeof cases / sizeof *cases, argc, argv);
}
