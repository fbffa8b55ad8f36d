/* Chats with the scripted server, from the prompt to the last word. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "openbook/base/mem.h"
#include "openbook/llm/chat.h"

#include "loop.h"
#include "model_server.h"

struct talk { /* one chat and what it told */
    struct net net;
    struct model_server server;
    struct ob_model_config config;
    char url[100];
    struct ob_chat *chat;
    struct ob_buf text, reasoning;
    size_t n_texts, n_waits;
    char waited[504]; /* the last reason */
    bool cancel_at_text, cancel_at_wait, over;
    const char *let_go_at; /* text at which the gate is opened */
    int status;
    enum ob_chat_end end;
    struct ob_chat_usage usage;
    size_t window;
    struct ob_error error;
};

static void on_text(const char *text, size_t len, void *data)
{
    struct talk *t = data;
    CHECK(len > 0 && !t->over);
    t->n_texts++;
    CHECK_INT(ob_buf_append(&t->text, text, len), 0);
    if (t->let_go_at && strstr(ob_buf_str(&t->text), t->let_go_at)) {
        t->let_go_at = NULL;
        model_server_say(&t->server, "next");
    }
    if (t->cancel_at_text)
        ob_chat_cancel(t->chat);
}

static void on_reasoning(const char *text, size_t len, void *data)
{
    struct talk *t = data;
    CHECK_INT(ob_buf_append(&t->reasoning, text, len), 0);
}

static void on_waiting(const char *why, unsigned wait_ms, void *data)
{
    struct talk *t = data;
    (void)wait_ms;
    t->n_waits++;
    snprintf(t->waited, sizeof t->waited, "%s", why);
    if (t->cancel_at_wait)
        ob_chat_cancel(t->chat);
}

static void on_done(int status, enum ob_chat_end end, const struct ob_chat_usage *usage,
                    size_t window, const struct ob_error *e, void *data)
{
    struct talk *t = data;
    CHECK(!t->over);
    t->over = true;
    t->status = status;
    t->end = end;
    t->usage = *usage;
    t->window = window;
    CHECK((status != 0) == (e != NULL));
    if (e)
        t->error = *e;
}

static const struct ob_chat_events events = {on_text, on_reasoning, on_waiting, on_done};

static void talk_init(struct talk *t)
{
    net_start(&t->net);
    ob_buf_init(&t->text, 1 << 22);
    ob_buf_init(&t->reasoning, 1 << 22);
    snprintf(t->url, sizeof t->url, "http://127.0.0.1:%u/v1", t->server.port);
    t->config = (struct ob_model_config){.url = t->url, .model = "gemma", .temperature = -1};
}

static int try_start(struct talk *t)
{
    const struct ob_message messages[] = {{"system", "rules", 5}, {"user", "질문", 6}};
    t->over = false;
    t->n_waits = t->n_texts = 0;
    ob_buf_clear(&t->text);
    ob_error_clear(&t->error);
    return ob_chat_start(&t->chat, t->net.http, "/p", &t->config, messages, 2, &events, t,
                         &t->error);
}

static void start(struct talk *t)
{
    if (try_start(t) != 0)
        test_fail(__FILE__, __LINE__, "%s", t->error.message);
    CHECK(!t->over);
}

static void run(struct talk *t)
{
    start(t);
    net_run(&t->net, &t->over);
}

static void on_poll_closed(uv_handle_t *handle)
{
    *(bool *)handle->data = true;
}

static void on_told(uv_poll_t *poll, int status, int events_ready)
{
    struct talk *t = poll->data;
    CHECK(status == 0 && (events_ready & UV_READABLE));
    model_server_read(&t->server);
}

/* Runs the loop until the server told LINE. */
static void run_until_told(struct talk *t, const char *line)
{
    uv_poll_t poll;
    bool closed = false;
    poll.data = t;
    CHECK_INT(uv_poll_init(&t->net.loop, &poll, t->server.out), 0);
    CHECK_INT(uv_poll_start(&poll, UV_READABLE, on_told), 0);
    while (!model_server_told(&t->server, line))
        (void)uv_run(&t->net.loop, UV_RUN_ONCE);
    poll.data = &closed;
    uv_close((uv_handle_t *)&poll, on_poll_closed);
    net_run(&t->net, &closed);
}

static void talk_end(struct talk *t)
{
    ob_buf_release(&t->text);
    ob_buf_release(&t->reasoning);
    net_stop(&t->net);
    model_server_stop(&t->server);
}

#define TALK(t, ...)                                                                               \
    struct talk t = {.status = 1};                                                                 \
    model_server_start(&t.server, __VA_ARGS__, NULL);                                              \
    talk_init(&t)

/* ------------------------------------------------------------ answers */
TEST(an_answer_streams_and_its_tokens_are_counted)
{
    TALK(t, "think 생각", "text 안녕하세요. The answer is 42 [1].", "usage 26 16");
    run(&t);
    CHECK_INT(t.status, 0);
    CHECK_INT(t.end, OB_CHAT_COMPLETE);
    CHECK_STR(ob_buf_str(&t.text), "안녕하세요. The answer is 42 [1].");
    CHECK_STR(ob_buf_str(&t.reasoning), "생각");
    CHECK(t.n_texts > 3);
    CHECK_INT(t.usage.prompt_tokens, 26);
    CHECK_INT(t.usage.answer_tokens, 16);
    cJSON *r = model_server_request(&t.server, 1), *headers = cJSON_GetObjectItem(r, "headers");
    CHECK_STR(cJSON_GetStringValue(cJSON_GetObjectItem(r, "path")), "/v1/chat/completions");
    CHECK(strstr(cJSON_GetStringValue(cJSON_GetObjectItem(r, "body")), "\"content\":\"질문\""));
    CHECK_STR(cJSON_GetStringValue(cJSON_GetObjectItem(headers, "content-type")),
              "application/json");
    CHECK(!cJSON_GetObjectItem(headers, "authorization"));
    cJSON_Delete(r);
    talk_end(&t);
}

TEST(text_comes_as_it_is_written_and_not_at_the_end)
{
    TALK(t, "piece 99", "text 첫째.", "gate", "text  둘째.");
    t.let_go_at = "첫째."; /* the rest is not sent before this was seen */
    run(&t);
    CHECK_STR(ob_buf_str(&t.text), "첫째. 둘째.");
    talk_end(&t);
}

TEST(every_way_to_cut_an_answer_gives_the_same_text)
{
    static const char *const framings[] = {"framing chunked", "framing close", "framing length"};
    char wire[32], cut[32];
    TALK(t, "server llama.cpp");
    for (unsigned size = 1; size <= 7; size++) {
        for (size_t i = 0; i < 3; i++) {
            snprintf(wire, sizeof wire, "wire %u", size);
            snprintf(cut, sizeof cut, "cut %u", 1 + size % 3);
            model_server_say(&t.server, "reply");
            model_server_say(&t.server, framings[i]);
            model_server_say(&t.server, wire);
            model_server_say(&t.server, cut);
            model_server_say(&t.server, i ? "line-end crlf" : "line-end cr");
            model_server_say(&t.server, "text 한글 e\\xCC\\x81 \\xF0\\x9F\\x99\\x82 [1]");
            model_server_say(&t.server, "reply /turn");
        }
    }
    for (unsigned i = 0; i < 21; i++) {
        run(&t);
        CHECK_INT(t.status, 0);
        CHECK_INT(t.end, OB_CHAT_COMPLETE);
        CHECK_STR(ob_buf_str(&t.text), "한글 e\xCC\x81 \xF0\x9F\x99\x82 [1]");
    }
    talk_end(&t);
}

TEST(oddities_of_servers_do_not_show)
{
    TALK(t, "comment ping", "event {\"choices\":[],\"prompt_filter_results\":[]}",
         "raw : x\\r\\n\\r\\nid: 1\\ndata: {\"choices\":[{\"delta\":{}}]}\\n\\n",
         "text a\\x1b[31m글", "finish stop", "done none", "usage none");
    run(&t);
    CHECK_INT(t.status, 0);
    CHECK_INT(t.end, OB_CHAT_COMPLETE);
    CHECK_STR(ob_buf_str(&t.text), "a[31m글");
    talk_end(&t);
}

TEST(the_end_of_an_answer_is_told_as_the_server_tells_it)
{
    TALK(t, "text a", "finish length", "reply", "text a", "finish content_filter", "reply",
         "text a", "finish none", "reply", "text a", "finish none", "done none", "usage none");
    enum ob_chat_end want[] = {OB_CHAT_LENGTH, OB_CHAT_FILTERED, OB_CHAT_COMPLETE,
                               OB_CHAT_INCOMPLETE};
    for (size_t i = 0; i < 4; i++) {
        run(&t);
        CHECK_INT(t.status, 0);
        CHECK_INT(t.end, want[i]);
    }
    talk_end(&t);
}

TEST(a_stream_that_breaks_off_keeps_its_text_and_is_not_sent_again)
{
    TALK(t, "text 반만 왔", "close", "reply", "text half", "gate", "reset", "reply", "text x",
         "event {\"error\":{\"message\":\"out of memory\"}}", "close", "reply", "text y",
         "event {broken", "close");
    run(&t);
    CHECK_INT(t.status, 0);
    CHECK_INT(t.end, OB_CHAT_INCOMPLETE);
    CHECK_STR(ob_buf_str(&t.text), "반만 왔");
    t.let_go_at = "half";
    run(&t);
    CHECK_INT(t.status, 0);
    CHECK_INT(t.end, OB_CHAT_INCOMPLETE);
    run(&t);
    CHECK_INT(t.status, OB_EIO);
    CHECK(strstr(t.error.message, "out of memory"));
    CHECK_STR(ob_buf_str(&t.text), "x");
    run(&t);
    CHECK_INT(t.status, OB_EPROTO);
    CHECK(model_server_request(&t.server, 5) == NULL);
    talk_end(&t);
}

TEST(nothing_counts_behind_the_end_of_the_stream)
{
    TALK(t, "event {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}",
         "event [DONE]", "event {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}", "event {garbage");
    run(&t);
    CHECK_INT(t.status, 0);
    CHECK_STR(ob_buf_str(&t.text), "a");
    talk_end(&t);
}

TEST(a_reply_that_is_no_stream_is_read_all_the_same)
{
    TALK(
        t, "type application/json",
        "body {\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"content\":\"전체 답\"}}],\"usage\":"
        "{\"prompt_tokens\":3,\"completion_tokens\":2}}",
        "reply", "type text/plain", "text 스트림");
    run(&t);
    CHECK_INT(t.status, 0);
    CHECK_STR(ob_buf_str(&t.text), "전체 답");
    CHECK_INT(t.usage.answer_tokens, 2);
    run(&t);
    CHECK_INT(t.status, 0);
    CHECK_STR(ob_buf_str(&t.text), "스트림");
    talk_end(&t);
}

TEST(what_is_no_answer_is_an_error_that_shows_its_beginning)
{
    TALK(t, "type application/x-ndjson",
         "raw {\"message\":{\"content\":\"x\"}}\\n{\"done\":true}\\n", "reply", "type text/html",
         "body <!doctype html><title>앱</title>", "reply", "type text/event-stream",
         "raw data: ", "fill 1100000", "reply", "type text/event-stream", "times 9");
    run(&t);
    CHECK_INT(t.status, OB_EPROTO);
    run(&t);
    CHECK_INT(t.status, OB_EPROTO);
    CHECK(strstr(t.error.message, "<!doctype html>"));
    run(&t);
    CHECK_INT(t.status, OB_ETOOBIG);
    run(&t);
    CHECK_INT(t.status, OB_EIO);
    CHECK(strstr(t.error.message, "before the first word"));
    CHECK_INT(t.n_waits, 1);
    talk_end(&t);
}

/* ------------------------------------------------------------ refusals */
TEST(refusals_are_sentences_and_are_not_sent_again)
{
    TALK(t, "error unauthorized", "reply", "error model-not-found", "reply", "error quota", "reply",
         "error credit", "reply", "redirect 302 http://127.0.0.1:1/");
    int want[] = {OB_EAUTH, OB_EINVAL, OB_EDENIED, OB_EDENIED, OB_EPROTO};
    const char *says[] = {"refuses the key: check key_env", "has no model \"gemma\"", "no credit",
                          "no credit", "redirects to 127.0.0.1:1"};
    for (size_t i = 0; i < 5; i++) {
        run(&t);
        CHECK_INT(t.status, want[i]);
        CHECK(strstr(t.error.message, says[i]));
        CHECK_INT(t.n_waits, 0);
    }
    talk_end(&t);
}

TEST(a_prompt_that_is_too_long_tells_what_fits)
{
    TALK(t, "error too-long 16024 8192");
    run(&t);
    CHECK_INT(t.status, OB_EPROMPT);
    CHECK_INT(t.window, 8192);
    CHECK_INT(t.usage.prompt_tokens, 16024);
    talk_end(&t);
}

TEST(nobody_at_the_address_is_said_at_once)
{
    TALK(t, "server llama.cpp");
    model_server_stop(&t.server);
    run(&t);
    CHECK_INT(t.status, OB_ECONNECT);
    CHECK(strstr(t.error.message, "is the model server running?"));
    CHECK_INT(t.n_waits, 0);
    ob_buf_release(&t.text);
    ob_buf_release(&t.reasoning);
    net_stop(&t.net);
}

/* ------------------------------------------------------------ again */
TEST(a_server_that_loads_its_model_is_asked_until_it_has)
{
    TALK(t, "times 3", "error loading", "header retry-after-ms: 5", "reply", "text 이제 됨");
    run(&t);
    CHECK_INT(t.status, 0);
    CHECK_STR(ob_buf_str(&t.text), "이제 됨");
    CHECK_INT(t.n_waits, 3);
    CHECK(strstr(t.waited, "still loading its model"));
    talk_end(&t);
}

TEST(a_server_that_loads_for_ever_ends_our_patience)
{
    TALK(t, "error loading", "header retry-after-ms: 20");
    t.config.patience_ms = 100;
    run(&t);
    CHECK_INT(t.status, OB_EBUSY);
    CHECK(t.n_waits <= 5); /* on a busy machine the first answer may take all our patience */
    CHECK(strstr(t.error.message, "still loading its model: ask again"));
    talk_end(&t);
}

TEST(a_limit_is_waited_for_as_the_server_asks_but_not_for_an_hour)
{
    TALK(t, "times 2", "error rate 0", "reply", "text 됨", "reply", "error rate 3600");
    run(&t);
    CHECK_INT(t.status, 0);
    CHECK_INT(t.n_waits, 2);
    run(&t);
    CHECK_INT(t.status, OB_EBUSY);
    CHECK_INT(t.n_waits, 0);
    CHECK(strstr(t.error.message, "ask again in 3600 s"));
    talk_end(&t);
}

TEST(a_server_that_fails_is_asked_twice_more)
{
    TALK(t, "error server", "header retry-after-ms: 1");
    run(&t);
    CHECK_INT(t.status, OB_EIO);
    CHECK_INT(t.n_waits, 2);
    model_server_await(&t.server, "replied 3");
    CHECK(model_server_request(&t.server, 4) == NULL);
    talk_end(&t);
}

/* ------------------------------------------------------------ cancel */
TEST(a_canceled_chat_closes_its_socket_and_says_nothing_more)
{
    TALK(t, "piece 1", "text 가나다", "gate", "text 라");
    t.cancel_at_text = true;
    run(&t);
    CHECK_INT(t.status, OB_ECANCELED);
    CHECK_INT(t.n_texts, 1);
    model_server_await(&t.server, "abandoned 1");
    talk_end(&t);
}

TEST(a_chat_can_be_canceled_before_the_first_byte_and_between_two_tries)
{
    TALK(t, "gate", "text a", "reply", "error loading");
    start(&t);
    run_until_told(&t, "gate 1");
    ob_chat_cancel(t.chat);
    ob_chat_cancel(t.chat);
    CHECK(!t.over);
    net_run(&t.net, &t.over);
    CHECK_INT(t.status, OB_ECANCELED);
    t.cancel_at_wait = true;
    run(&t);
    CHECK_INT(t.status, OB_ECANCELED);
    CHECK_INT(t.n_waits, 1);
    talk_end(&t);
}

/* ------------------------------------------------------------ model and address */
static void first_path(const struct talk *t, const char *want)
{
    cJSON *r = model_server_request(&t->server, 1);
    CHECK_STR(cJSON_GetStringValue(cJSON_GetObjectItem(r, "path")), want);
    cJSON_Delete(r);
}

TEST(without_a_name_the_servers_first_model_that_can_chat_is_asked)
{
    TALK(t, "model nomic-embed-text", "model qwen3:8b", "text a");
    t.config.model = "";
    run(&t);
    CHECK_INT(t.status, 0);
    first_path(&t, "/v1/models");
    cJSON *r = model_server_request(&t.server, 2);
    CHECK(strstr(cJSON_GetStringValue(cJSON_GetObjectItem(r, "body")), "\"model\":\"qwen3:8b\""));
    cJSON_Delete(r);
    talk_end(&t);
}

TEST(a_list_of_models_that_is_refused_or_empty_says_so)
{
    TALK(t, "reply /v1/models", "error unauthorized", "reply /v1/models", "body {\"data\":[]}",
         "reply /v1/models", "error loading", "header retry-after-ms: 1", "reply /v1/models",
         "body {\"data\":[{\"id\":\"late\"}]}", "reply /v1/models", "status 404", "body no");
    t.config.model = NULL;
    run(&t);
    CHECK_INT(t.status, OB_EAUTH);
    run(&t);
    CHECK_INT(t.status, OB_EINVAL);
    CHECK(strstr(t.error.message, "has no model: load one"));
    run(&t);
    CHECK_INT(t.status, 0);
    CHECK_INT(t.n_waits, 1);
    run(&t); /* without a list: some name */
    CHECK_INT(t.status, 0);
    talk_end(&t);
}

TEST(an_address_may_end_in_a_slash_and_lack_its_path)
{
    TALK(t, "text a");
    for (size_t i = 0; i < 4; i++) {
        snprintf(t.url, sizeof t.url,
                 i == 0   ? "http://127.0.0.1:%u"
                 : i == 1 ? "http://127.0.0.1:%u/"
                 : i == 2 ? "http://127.0.0.1:%u/v1/"
                          : "http://localhost:%u/v1",
                 t.server.port);
        run(&t);
        CHECK_INT(t.status, 0);
        cJSON *r = model_server_request(&t.server, (unsigned)i + 1);
        CHECK_STR(cJSON_GetStringValue(cJSON_GetObjectItem(r, "path")), "/v1/chat/completions");
        cJSON_Delete(r);
    }
    talk_end(&t);
}

TEST(what_may_not_be_sent_is_refused_before_a_socket_is_opened)
{
    TALK(t, "text a");
    t.config.url = "https://api.example.com/v1";
    CHECK_INT(try_start(&t), OB_EDENIED);
    t.config.url = "file:///etc/passwd";
    CHECK_INT(try_start(&t), OB_EINVAL);
    CHECK_INT(ob_grants_add(t.net.grants, "/p", "http://198.51.100.1:80", false, NULL), 0);
    CHECK_INT(ob_grants_add(t.net.grants, "/p", "http://169.254.169.254:80", false, NULL), 0);
    t.config.url = "http://198.51.100.1/v1";
    t.config.key_env = "HOME";
    CHECK_INT(try_start(&t), OB_EDENIED);
    CHECK(strstr(t.error.message, "never sent over plain http"));
    t.config.key_env = NULL;
    t.config.url = "http://169.254.169.254/v1";
    CHECK_INT(try_start(&t), OB_EDENIED);
    CHECK(strstr(t.error.message, "link-local"));
    CHECK(!t.over);
    talk_end(&t);
}

/* ------------------------------------------------------------ keys */
static void sends_key(struct talk *t, const char *want)
{
    run(t);
    CHECK_INT(t->status, 0);
    cJSON *r = model_server_request(&t->server, 1);
    CHECK_STR(cJSON_GetStringValue(
                  cJSON_GetObjectItem(cJSON_GetObjectItem(r, "headers"), "authorization")),
              want);
    cJSON_Delete(r);
}

TEST(a_key_of_the_environment_travels_in_one_header)
{
    TALK(t, "key sk-canary", "text a");
    CHECK_INT(setenv("OB_TEST_KEY", "sk-canary", 1), 0);
    t.config.key_env = "OB_TEST_KEY";
    sends_key(&t, "Bearer sk-canary");
    talk_end(&t);
}

TEST(a_key_of_a_file_travels_likewise_and_a_file_that_is_not_there_ends_the_chat)
{
    TALK(t, "key sk-canary", "text a");
    t.config.key_file = test_write_file("열쇠", "sk-canary\n");
    CHECK_INT(chmod(t.config.key_file, 0600), 0);
    sends_key(&t, "Bearer sk-canary");
    start(&t);
    ob_chat_cancel(t.chat); /* while a thread reads it */
    net_run(&t.net, &t.over);
    CHECK_INT(t.status, OB_ECANCELED);
    t.config.key_file = "/nonexistent/열쇠";
    run(&t);
    CHECK_INT(t.status, OB_ENOTFOUND);
    CHECK(strstr(t.error.message, "/nonexistent/열쇠") != NULL);
    CHECK(model_server_request(&t.server, 2) == NULL);
    talk_end(&t);
}

TEST(a_key_of_a_command_is_fetched_once_for_all_tries)
{
    char count[300];
    snprintf(count, sizeof count, "echo x >>%s/runs; echo sk-canary", test_scratch);
    const char *const command[] = {"/bin/sh", "-c", count, NULL};
    TALK(t, "key sk-canary", "error loading", "header retry-after-ms: 1", "reply", "text a");
    t.config.model = "";
    t.config.key_command = command;
    sends_key(&t, "Bearer sk-canary");
    snprintf(count, sizeof count, "%s/runs", test_scratch);
    FILE *f = fopen(count, "r");
    char runs[10] = "";
    CHECK(f && fread(runs, 1, 9, f) == 2);
    (void)fclose(f);
    CHECK_STR(runs, "x\n");
    talk_end(&t);
}

TEST(a_key_command_that_fails_ends_the_chat_and_one_that_waits_can_be_canceled)
{
    const char *const bad[] = {"/bin/sh", "-c", "exit 7", NULL},
                      *const slow[] = {"tail", "-f", "/dev/null", NULL},
                      *const none[] = {"/nonexistent/x", NULL};
    TALK(t, "text a");
    t.config.key_command = bad;
    run(&t);
    CHECK_INT(t.status, OB_EAUTH);
    CHECK(strstr(t.error.message, "ended with status 7"));
    t.config.key_command = none;
    CHECK_INT(try_start(&t), OB_EAUTH);
    t.config.key_command = slow;
    start(&t);
    ob_chat_cancel(t.chat);
    net_run(&t.net, &t.over);
    CHECK_INT(t.status, OB_ECANCELED);
    CHECK(model_server_request(&t.server, 1) == NULL);
    talk_end(&t);
}

TEST(a_server_that_echoes_the_key_does_not_get_it_into_the_sentence)
{
    TALK(t, "status 400", "body {\"error\":{\"message\":\"bad header Bearer sk-canary here\"}}",
         "reply", "type text/html", "body <p>sk-canary</p>");
    CHECK_INT(setenv("OB_TEST_KEY", "sk-canary", 1), 0);
    t.config.key_env = "OB_TEST_KEY";
    run(&t);
    CHECK_INT(t.status, OB_EINVAL);
    CHECK(strstr(t.error.message, "bad header Bearer * here"));
    run(&t);
    CHECK_INT(t.status, OB_EPROTO);
    CHECK(!strstr(t.error.message, "sk-canary"));
    talk_end(&t);
}

/* ------------------------------------------------------------ memory */
TEST(an_allocation_that_fails_ends_the_chat_in_order)
{
    TALK(t, "key sk-canary", "times 1000", "think 생각", "text 한글 text that is long enough [1].");
    CHECK_INT(setenv("OB_TEST_KEY", "sk-canary", 1), 0);
    t.config.key_env = "OB_TEST_KEY";
    t.config.model = "";
    bool whole = false;
    for (long n = 1; !whole && n < 500; n++) {
        ob_buf_release(&t.text);
        ob_buf_release(&t.reasoning);
        CHECK(ob_buf_reserve(&t.text, 1000) && ob_buf_reserve(&t.reasoning, 1000));
        ob_mem_fail_at(n);
        int err = try_start(&t);
        if (!err)
            net_run(&t.net, &t.over);
        ob_mem_fail_at(0);
        whole = !err && t.status == 0 && t.end == OB_CHAT_COMPLETE && t.n_waits == 0;
        if (!whole) /* an error with its sentence, or an answer that says it is not whole */
            CHECK(err || t.status || t.end == OB_CHAT_INCOMPLETE || t.n_waits > 0);
        if (err || t.status)
            CHECK(t.error.message[0] && !strstr(t.error.message, "sk-canary"));
        if (whole)
            CHECK_STR(ob_buf_str(&t.text), "한글 text that is long enough [1].");
    }
    CHECK(whole);
    talk_end(&t);
}

/* ------------------------------------------------------------ counting */
struct counted {
    bool came;
    int status;
    size_t tokens;
};

static void on_count(int status, size_t tokens, void *data)
{
    *(struct counted *)data = (struct counted){true, status, tokens};
}

TEST(tokens_are_counted_by_the_server_where_it_can)
{
    struct counted c = {0};
    TALK(t, "token 3");
    CHECK_INT(ob_chat_count(t.net.http, "/p", &t.config, "한글 \"x\"\n", 11, on_count, &c, NULL),
              0);
    net_run(&t.net, &c.came);
    CHECK_INT(c.status, 0);
    CHECK_INT(c.tokens, 4);
    model_server_say(&t.server, "server openai");
    model_server_say(&t.server, "reply /tokenize");
    model_server_say(&t.server, "status 404");
    run(&t); /* the lines were read when the chat was answered */
    c.came = false;
    CHECK_INT(ob_chat_count(t.net.http, "/p", &t.config, "x", 1, on_count, &c, NULL), 0);
    net_run(&t.net, &c.came);
    CHECK_INT(c.status, OB_ENOTFOUND);
    talk_end(&t);
}

TEST_MAIN(CASE(an_answer_streams_and_its_tokens_are_counted),
          CASE(text_comes_as_it_is_written_and_not_at_the_end),
          CASE(every_way_to_cut_an_answer_gives_the_same_text),
          CASE(oddities_of_servers_do_not_show),
          CASE(the_end_of_an_answer_is_told_as_the_server_tells_it),
          CASE(a_stream_that_breaks_off_keeps_its_text_and_is_not_sent_again),
          CASE(nothing_counts_behind_the_end_of_the_stream),
          CASE(a_reply_that_is_no_stream_is_read_all_the_same),
          CASE(what_is_no_answer_is_an_error_that_shows_its_beginning),
          CASE(refusals_are_sentences_and_are_not_sent_again),
          CASE(a_prompt_that_is_too_long_tells_what_fits),
          CASE(nobody_at_the_address_is_said_at_once),
          CASE(a_server_that_loads_its_model_is_asked_until_it_has),
          CASE(a_server_that_loads_for_ever_ends_our_patience),
          CASE(a_limit_is_waited_for_as_the_server_asks_but_not_for_an_hour),
          CASE(a_server_that_fails_is_asked_twice_more),
          CASE(a_canceled_chat_closes_its_socket_and_says_nothing_more),
          CASE(a_chat_can_be_canceled_before_the_first_byte_and_between_two_tries),
          CASE(without_a_name_the_servers_first_model_that_can_chat_is_asked),
          CASE(a_list_of_models_that_is_refused_or_empty_says_so),
          CASE(an_address_may_end_in_a_slash_and_lack_its_path),
          CASE(what_may_not_be_sent_is_refused_before_a_socket_is_opened),
          CASE(a_key_of_the_environment_travels_in_one_header),
          CASE(a_key_of_a_file_travels_likewise_and_a_file_that_is_not_there_ends_the_chat),
          CASE(a_key_of_a_command_is_fetched_once_for_all_tries),
          CASE(a_key_command_that_fails_ends_the_chat_and_one_that_waits_can_be_canceled),
          CASE(a_server_that_echoes_the_key_does_not_get_it_into_the_sentence),
          CASE(an_allocation_that_fails_ends_the_chat_in_order),
          CASE(tokens_are_counted_by_the_server_where_it_can))
