/* Asks from end to end: a real tree, a real index, a scripted model on loopback. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "openbook/answer/ask.h"
#include "openbook/base/clock.h"
#include "openbook/base/mem.h"

#include "model.h"
#include "test.h"

enum { DEADLINE_MS = 20000, MOST_TEXT = 1024 * 1024 };

/* ------------------------------------------------------------ the world */
static uv_loop_t loop;
static struct ob_shelves *shelves;
static struct ob_shelf *shelf;
static struct ob_grants *grants;
static struct ob_http *http;
static struct model model;
static unsigned short no_ports[] = {1, 0}; /* nobody listens there */
static struct ob_ask_context lent;

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static void run_until(bool (*holds)(void *), void *data, const char *what)
{
    uv_timer_t tick;
    int64_t end_us = ob_clock_us() + DEADLINE_MS * 1000;
    uv_timer_init(&loop, &tick);
    uv_timer_start(&tick, on_tick, 5, 5);
    while (!holds(data)) {
        if (ob_clock_us() > end_us)
            test_fail(__FILE__, __LINE__, "in vain: %s", what);
        uv_run(&loop, UV_RUN_ONCE);
    }
    uv_close((uv_handle_t *)&tick, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
}

static void save(const char *name, const char *text)
{
    char inside[512];
    snprintf(inside, sizeof inside, "project/%s", name);
    test_write_file(inside, text);
}

static void on_fresh(int status, void *data)
{
    CHECK_INT(status, 0);
    *(bool *)data = true;
}

static bool is_set(void *data)
{
    return *(bool *)data;
}

static void open_world(void)
{
    struct ob_error e = OB_ERROR_INIT;
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    char path[512];
    bool fresh = false;
    o.watch = false;
    CHECK_INT(uv_loop_init(&loop), 0);
    snprintf(path, sizeof path, "%s/grants.json", test_scratch);
    CHECK_INT(ob_grants_open(&grants, path, &e), 0);
    CHECK_INT(ob_http_new(&http, &loop, grants, &e), 0);
    model_start(&model, &loop);
    shelves = ob_shelves_new(&loop, &o);
    snprintf(path, sizeof path, "%s/project", test_scratch);
    CHECK_INT(ob_shelf_open(&shelf, shelves, path, &e), 0);
    ob_shelf_when_fresh(shelf, 0, DEADLINE_MS, on_fresh, &fresh);
    run_until(is_set, &fresh, "the first index");
    lent = (struct ob_ask_context){.loop = &loop,
                                   .http = http,
                                   .grants = grants,
                                   .discover_ports = no_ports,
                                   .consent_ms = DEADLINE_MS};
}

static void on_closed(void *data)
{
    *(bool *)data = true;
}

static void close_world(void)
{
    bool closed = false, http_closed = false;
    ob_shelf_unref(shelf);
    ob_shelves_close(shelves, on_closed, &closed);
    ob_http_close(http, on_closed, &http_closed);
    model_stop(&model);
    run_until(is_set, &closed, "shelves closing");
    run_until(is_set, &http_closed, "http closing");
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK_INT(uv_loop_close(&loop), 0);
    ob_grants_free(grants);
}

/* ------------------------------------------------------------ one ask and what came of it */
struct heard {
    struct ob_ask *ask;
    struct ob_buf text, events; /* events: "s3 t p c d" in order, texts run together */
    struct ob_buf paths;        /* of the newest sources: "a.md:1-2;" */
    size_t n_sources;
    uint32_t first_place; /* of them: where the first is gone to */
    int done;
    int status;
    bool extractive;
    enum ob_chat_end end;
    struct ob_buf notice, citations;
    char model[128], origin[128];
    struct ob_error error;
    const char *cancel_at; /* cancel when an event of this letter comes */
    int consent;           /* 1 yes, 2 yes and remember, -1 no, 0 silence */
    size_t consent_sources, consent_bytes;
};

static void happened(struct heard *h, const char *letter)
{
    if (*letter != 't' || h->events.len == 0 || h->events.data[h->events.len - 1] != 't')
        CHECK_INT(ob_buf_append_str(&h->events, letter), 0);
    if (h->cancel_at && strchr(h->cancel_at, *letter) && h->ask)
        ob_ask_cancel(h->ask);
}

static void on_sources(const struct ob_source *sources, size_t n, void *data)
{
    struct heard *h = data;
    ob_buf_clear(&h->paths);
    h->n_sources = n;
    h->first_place = n ? sources[0].line : 0;
    for (size_t i = 0; i < n; i++) {
        CHECK_INT(sources[i].n, i + 1);
        CHECK_STR(sources[i].root, ob_shelf_root(shelf));
        CHECK_INT(ob_buf_appendf(&h->paths, "%s:%u-%u;", sources[i].path, sources[i].first_line,
                                 sources[i].last_line),
                  0);
    }
    happened(h, "s");
}

static void on_text(const char *text, size_t len, void *data)
{
    struct heard *h = data;
    CHECK(len > 0);
    CHECK_INT(h->done, 0);
    CHECK_INT(ob_buf_append(&h->text, text, len), 0);
    happened(h, "t");
}

static void on_consent(const char *origin, size_t bytes, size_t n_sources, void *data)
{
    struct heard *h = data;
    snprintf(h->origin, sizeof h->origin, "%s", origin);
    h->consent_bytes = bytes;
    h->consent_sources = n_sources;
    happened(h, "c");
    if (h->consent)
        ob_ask_consent(h->ask, h->consent > 0, h->consent == 2);
}

static void on_phase(const char *phase, void *data)
{
    CHECK(phase[0]);
    happened(data, "p");
}

static void on_done(int status, const struct ob_ask_result *r, const struct ob_error *e, void *data)
{
    struct heard *h = data;
    h->done++;
    h->status = status;
    h->extractive = r->extractive;
    h->end = r->end;
    h->error = *e;
    snprintf(h->model, sizeof h->model, "%s", r->model);
    CHECK_INT(ob_buf_append_str(&h->notice, r->notice), 0);
    for (size_t i = 0; i < r->n_citations; i++)
        CHECK_INT(ob_buf_appendf(&h->citations, "%zu%s ", r->citations[i].n,
                                 r->citations[i].valid ? "" : "!"),
                  0);
    happened(h, "d");
}

static const struct ob_ask_events events = {on_sources, on_text, on_consent, on_phase, on_done};

static void heard_init(struct heard *h)
{
    *h = (struct heard){0};
    ob_buf_init(&h->text, MOST_TEXT);
    ob_buf_init(&h->events, MOST_TEXT);
    ob_buf_init(&h->paths, MOST_TEXT);
    ob_buf_init(&h->notice, MOST_TEXT);
    ob_buf_init(&h->citations, MOST_TEXT);
}

static void heard_release(struct heard *h)
{
    ob_buf_release(&h->text);
    ob_buf_release(&h->events);
    ob_buf_release(&h->paths);
    ob_buf_release(&h->notice);
    ob_buf_release(&h->citations);
}

static bool is_done(void *data)
{
    return ((struct heard *)data)->done > 0;
}

static struct ob_ask_request request(const char *question)
{
    static char url[64];
    struct ob_ask_request r = {.question = question,
                               .question_len = strlen(question),
                               .shelves = &shelf,
                               .n_shelves = 1,
                               .project = ob_shelf_root(shelf),
                               .has_model = true};
    snprintf(url, sizeof url, "http://127.0.0.1:%u/v1", model.port);
    r.model = (struct ob_model_config){
        .url = url, .model = "scripted", .window_tokens = 8192, .temperature = -1};
    return r;
}

/* Starts R and runs the loop until it is done. */
static void ask(struct heard *h, const struct ob_ask_request *r)
{
    struct ob_error e = OB_ERROR_INIT;
    if (ob_ask_start(&h->ask, &lent, r, &events, h, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
    CHECK_INT(h->events.len, 0); /* nothing before it returns */
    run_until(is_done, h, "an end");
    CHECK_INT(h->done, 1);
}

static bool has(const struct ob_buf *b, const char *part)
{
    return strstr(ob_buf_str(b), part) != NULL;
}

static void save_project(void)
{
    save("src/retry.c", "/* How often a request is retried. */\n"
                        "int retry_limit(void)\n{\n    return 3; /* three attempts */\n}\n");
    save("notes/deploy.md", "# Deploy\n\nThe release is deployed on Tuesdays.\n"
                            "A failed request is retried three times.\n");
    save("notes/배포.md",
         "# 배포\n\n릴리스는 화요일에 배포합니다.\n실패한 요청은 세 번 재시도합니다.\n");
}

/* ------------------------------------------------------------ answers */
TEST(ask_streams_an_answer_with_checked_citations)
{
    const char *pieces[] = {"Three ", "times [1", "]. Also [9].", NULL};
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    model_will_say(&model, pieces, false);
    struct ob_ask_request r = request("how often is a failed request retried?");
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK_STR(ob_buf_str(&h.text), "Three times [1]. Also [9].");
    CHECK_STR(ob_buf_str(&h.citations), "1 9! ");
    CHECK(h.n_sources >= 1);
    CHECK(has(&h.paths, "src/retry.c:") || has(&h.paths, "notes/deploy.md:"));
    CHECK(strstr(ob_buf_str(&h.events), "s") < strstr(ob_buf_str(&h.events), "t"));
    CHECK(!h.extractive);
    CHECK_STR(h.model, "scripted");
    CHECK(has(&model.requests[0], "three attempts") || has(&model.requests[0], "three times"));
    CHECK(has(&model.requests[0], "Answer in English"));
    heard_release(&h);
    close_world();
}

TEST(ask_in_korean_is_answered_in_korean)
{
    const char *pieces[] = {"세 번 재시도", "합니다[1].", NULL};
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    model_will_say(&model, pieces, false);
    struct ob_ask_request r = request("실패한 요청은 몇 번 재시도하나요?");
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK_STR(ob_buf_str(&h.text), "세 번 재시도합니다[1].");
    CHECK_STR(ob_buf_str(&h.citations), "1 ");
    CHECK(has(&h.paths, "notes/배포.md:"));
    CHECK(has(&model.requests[0], "Answer in Korean"));
    heard_release(&h);
    close_world();
}

/* Two functions that a question finds, and above them what the first one uses. */
static void save_gate(void)
{
    save("src/gate.c", "enum { CEILING = 7 }; /* 한도 */\n"
                       "const char *address = \"postgres://door:hunter2@db/x\";\n\n\n\n"
                       "/* Whether a visitor has to wait outside. */\n"
                       "bool must_wait(int visitors)\n{\n    return visitors > CEILING;\n}\n\n"
                       "/* The next visitor that waits outside comes in. */\n"
                       "int let_in(int visitors)\n{\n    return visitors + 1;\n}\n");
}

/* Lines that no word of the question leads to, but the function that was found. */
TEST(ask_sends_a_short_file_whole_with_its_secrets_masked)
{
    const char *pieces[] = {"Seven [1].", NULL};
    struct heard h;
    save_project();
    save_gate();
    open_world();
    heard_init(&h);
    model_will_say(&model, pieces, false);
    struct ob_ask_request r = request("does a visitor have to wait outside?");
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK(has(&h.paths, "src/gate.c:1-16;"));
    CHECK_INT(h.first_place, 6);
    CHECK(has(&model.requests[0], "src/gate.c:1-16, must_wait at line 6"));
    CHECK(has(&model.requests[0], "CEILING = 7") && has(&model.requests[0], "한도"));
    CHECK(has(&model.requests[0], "<secret:") && !has(&model.requests[0], "hunter2"));
    CHECK_STR(ob_buf_str(&h.citations), "1 ");
    heard_release(&h);
    close_world();
}

TEST(ask_sends_what_a_function_of_a_long_file_uses)
{
    const char *pieces[] = {"Seven [1][2].", NULL};
    struct heard h;
    struct ob_buf text;
    ob_buf_init(&text, MOST_TEXT);
    CHECK_INT(ob_buf_append_str(&text, "#define CEILING 7 /* 한도 */\n\n"), 0);
    for (int i = 0; i < 30; i++)
        CHECK_INT(ob_buf_appendf(&text, "int paint_%d(void)\n{\n    return %d;\n}\n\n", i, i), 0);
    CHECK_INT(ob_buf_append_str(&text, "/* Whether a visitor has to wait outside. */\n"
                                       "bool must_wait(int visitors)\n{\n"
                                       "    return visitors > CEILING;\n}\n"),
              0);
    save_project();
    save("src/gate.c", ob_buf_str(&text));
    ob_buf_release(&text);
    open_world();
    heard_init(&h);
    model_will_say(&model, pieces, false);
    struct ob_ask_request r = request("does a visitor have to wait outside?");
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK(has(&h.paths, "src/gate.c:1-1;"));
    CHECK(has(&model.requests[0], "src/gate.c:1-1 in CEILING") && has(&model.requests[0], "한도"));
    CHECK(!has(&model.requests[0], "paint_3"));
    CHECK_STR(ob_buf_str(&h.citations), "1 2 ");
    heard_release(&h);
    close_world();
}

TEST(ask_tells_once_how_many_secrets_were_masked)
{
    const char *pieces[] = {"ok", NULL};
    const char *told = "1 value that looks like a secret was masked before sending.";
    struct heard h;
    save_project();
    save_gate();
    open_world();
    heard_init(&h);
    model_will_fail(&model, "400 Bad Request",
                    "{\"error\":{\"code\":400,\"message\":\"too long\",\"type\":"
                    "\"exceed_context_size_error\",\"n_prompt_tokens\":9000,\"n_ctx\":8000}}");
    model_will_say(&model, pieces, false);
    struct ob_ask_request r = request("does a visitor have to wait outside?");
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    const char *once = strstr(ob_buf_str(&h.notice), told);
    CHECK(once && !strstr(once + 1, told));
    heard_release(&h);
    heard_init(&h);
    model_will_say(&model, pieces, false);
    r = request("방문자 visitor는 언제 밖에서 기다리나요, wait outside?");
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK(has(&h.notice, "비밀로 보이는 값 1개를 가리고 보냈습니다."));
    heard_release(&h);
    heard_init(&h);
    model_will_say(&model, pieces, false);
    r = request("when is the release deployed?");
    ask(&h, &r);
    CHECK(!has(&h.notice, "secret"));
    heard_release(&h);
    close_world();
}

TEST(ask_sends_no_line_twice_that_the_user_asks_about)
{
    const char *pieces[] = {"It waits.", NULL};
    const char *mine = "bool must_wait(int visitors)\n{\n    return visitors > CEILING;\n}\n";
    struct heard h;
    save_project();
    save_gate();
    open_world();
    heard_init(&h);
    model_will_say(&model, pieces, false);
    struct ob_ask_request r = request("which visitor comes in, and which waits outside?");
    r.context = (struct ob_search_context){.path = "src/gate.c",
                                           .text = mine,
                                           .text_len = strlen(mine),
                                           .first_line = 6,
                                           .last_line = 10};
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK(has(&h.paths, "src/gate.c:12-16;"));
    const char *once = strstr(ob_buf_str(&model.requests[0]), "must_wait(int");
    CHECK(once && !strstr(once + 1, "must_wait(int"));
    heard_release(&h);
    close_world();
}

TEST(ask_sends_what_the_client_typed_and_not_what_the_disk_has)
{
    const char *pieces[] = {"ok", NULL};
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    model_will_say(&model, pieces, false);
    const char *typed = "/* How often a request is retried. */\nint retry_limit(void)\n{\n"
                        "    return 7; /* seven attempts */\n}\n";
    struct ob_text *text = ob_text_new(typed, strlen(typed));
    ob_shelf_set_unsaved(shelf, 5, "src/retry.c", text);
    ob_text_unref(text);
    struct ob_ask_request r = request("what does retry_limit return?");
    r.client = 5;
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK(has(&model.requests[0], "seven attempts"));
    CHECK(!has(&model.requests[0], "three attempts"));
    heard_release(&h);
    close_world();
}

TEST(ask_fences_each_request_with_a_key_of_its_own)
{
    const char *pieces[] = {"ok", NULL};
    struct heard h;
    char key[2][17] = {"", ""};
    save_project();
    open_world();
    for (int i = 0; i < 2; i++) {
        heard_init(&h);
        model_will_say(&model, pieces, false);
        struct ob_ask_request r = request("how often is a request retried?");
        ask(&h, &r);
        const char *fence = strstr(ob_buf_str(&model.requests[i]), "\\n\\n<<<");
        CHECK(fence != NULL);
        snprintf(key[i], sizeof key[i], "%.16s", fence + 7);
        CHECK_INT(strspn(key[i], "0123456789abcdef"), 16);
        heard_release(&h);
    }
    CHECK(strcmp(key[0], key[1]) != 0);
    close_world();
}

TEST(ask_drops_a_file_that_is_gone_and_hears_of_one_that_changed)
{
    const char *pieces[] = {"ok", NULL};
    struct heard h;
    char path[512];
    save_project();
    open_world();
    heard_init(&h);
    snprintf(path, sizeof path, "%s/project/notes/deploy.md", test_scratch);
    CHECK_INT(unlink(path), 0);
    save("src/retry.c", "\n\n\n\n/* How often a request is retried: five attempts. */\n"
                        "int retry_limit(void)\n{\n    return 5;\n}\n");
    model_will_say(&model, pieces, false);
    struct ob_ask_request r = request("how often is a failed request retried?");
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK(!has(&h.paths, "deploy.md"));
    CHECK(!has(&model.requests[0], "Tuesdays"));
    CHECK(has(&model.requests[0], "five attempts"));
    CHECK(!has(&model.requests[0], "three attempts"));
    heard_release(&h);
    close_world();
}

TEST(ask_insert_gives_the_text_alone)
{
    const char *pieces[] = {"```c\\n", "int retry", "_count;\\n``", "`\\n", NULL};
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    model_will_say(&model, pieces, false);
    struct ob_ask_request r = request("a counter for retries");
    r.mode = OB_ASK_INSERT;
    r.context = (struct ob_search_context){.path = "src/retry.c",
                                           .text = "int retry_limit(void)",
                                           .text_len = 21,
                                           .first_line = 2,
                                           .last_line = 2};
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK_STR(ob_buf_str(&h.text), "int retry_count;");
    CHECK(has(&model.requests[0], "The user's text"));
    heard_release(&h);
    close_world();
}

TEST(ask_strips_what_would_drive_a_terminal)
{
    const char *pieces[] = {"a\\u001b[2Jb\\u202ec", NULL};
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    model_will_say(&model, pieces, false);
    struct ob_ask_request r = request("how often is a request retried?");
    ask(&h, &r);
    CHECK_STR(ob_buf_str(&h.text), "a[2Jbc");
    heard_release(&h);
    close_world();
}

/* ------------------------------------------------------------ without a model */
TEST(ask_without_a_model_quotes_the_lines)
{
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    struct ob_ask_request r = request("how often is a failed request retried?");
    r.has_model = false;
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK(h.extractive);
    CHECK(has(&h.text, "retried"));
    CHECK(has(&h.text, "[1]"));
    CHECK(has(&h.text, "```"));
    CHECK(has(&h.notice, "No model is connected"));
    CHECK(has(&h.notice, "name one with setup{ llm = { url = ..., model = ... } }."));
    CHECK(has(&h.citations, "1 "));
    CHECK(!has(&h.citations, "!"));
    heard_release(&h);
    heard_init(&h);
    r = request("릴리스는 언제 배포하나요?");
    r.has_model = false;
    ask(&h, &r);
    CHECK(has(&h.text, "화요일"));
    CHECK(has(&h.notice, "모델이 연결되지 않아"));
    CHECK(has(&h.notice, "실행하거나 setup{ llm = { url = ..., model = ... } }로 모델을"));
    heard_release(&h);
    heard_init(&h);
    r.from_shell = true;
    ask(&h, &r);
    CHECK(has(&h.notice, "실행하거나 --url이나 config.json으로 모델을"));
    heard_release(&h);
    heard_init(&h);
    r = request("how often is a failed request retried?");
    r.has_model = false;
    r.from_shell = true;
    ask(&h, &r);
    CHECK(has(&h.notice, "name one with --url or in config.json."));
    heard_release(&h);
    close_world();
}

TEST(ask_without_a_model_says_when_the_files_do_not)
{
    struct heard h;
    save_project();
    open_world();
    for (int i = 0; i < 4; i++) {
        bool korean = i >= 2;
        heard_init(&h);
        struct ob_ask_request r =
            request(korean ? "비행선 격납고의 크기는?" : "zeppelin hangar dimensions");
        r.no_llm = i % 2;
        r.has_model = false; /* no word of that: no model would be asked */
        ask(&h, &r);
        CHECK_INT(h.status, 0);
        CHECK(has(&h.text, korean ? "파일에는 그 내용이 없습니다" : "Your files do not say."));
        CHECK_INT(h.n_sources, 0);
        CHECK_STR(ob_buf_str(&h.notice), "");
        heard_release(&h);
    }
    close_world();
}

/* What is said to WHAT, with and without a model that could be asked. */
static void check_said(const char *what, bool from_shell, const char *said)
{
    for (int no_llm = 0; no_llm < 2; no_llm++) {
        struct heard h;
        heard_init(&h);
        struct ob_ask_request r = request(what);
        r.no_llm = no_llm;
        r.from_shell = from_shell;
        ask(&h, &r);
        CHECK_INT(h.status, 0);
        CHECK_STR(ob_buf_str(&h.text), said);
        CHECK_INT(h.n_sources, 0);
        CHECK_INT(model.n_requests, 0);
        heard_release(&h);
    }
}

TEST(ask_in_a_project_without_files_says_so)
{
    CHECK_INT(mkdir(test_path("project"), 0700), 0);
    open_world();
    check_said("where is the retry limit?", false, "There are no files to search.");
    check_said("재시도 횟수는 몇 번인가요?", true, "검색할 파일이 하나도 없습니다.");
    struct ob_text *text = ob_text_new("# 고래\n", strlen("# 고래\n"));
    ob_shelf_set_unsaved(shelf, 5, "새 글.md", text); /* is searched, too */
    ob_text_unref(text);
    struct heard h;
    heard_init(&h);
    struct ob_ask_request r = request("where is the retry limit?");
    r.client = 5;
    ask(&h, &r);
    CHECK_STR(ob_buf_str(&h.text), "Your files do not say.");
    heard_release(&h);
    close_world();
}

TEST(ask_says_that_all_files_are_left_out_and_where_the_reason_is_told)
{
    save(".env", "KEY=1\n");
    open_world();
    check_said(
        "where is the retry limit?", false,
        "No file is indexed: all there is, 1 file or folder, is left out; `:Openbook status` "
        "tells why.");
    close_world();
}

TEST(ask_says_in_korean_that_all_files_are_left_out)
{
    save(".env", "KEY=1\n");
    save("node_modules/a/index.js", "f()\n");
    open_world();
    check_said("재시도 횟수는 몇 번인가요?", true,
               "색인된 파일이 없습니다. 파일이나 폴더 2개가 모두 제외되었습니다. 이유는 `openbook "
               "status`로 볼 수 있습니다.");
    check_said("where is the retry limit?", true,
               "No file is indexed: all there is, 2 files or folders, is left out; `openbook "
               "status` tells why.");
    close_world();
}

TEST(ask_without_a_model_explains_and_inserts_nothing)
{
    struct heard h;
    save_project();
    open_world();
    for (int mode = OB_ASK_EXPLAIN; mode <= OB_ASK_INSERT; mode++) {
        heard_init(&h);
        bool korean = mode == OB_ASK_EXPLAIN;
        struct ob_ask_request r = request(korean ? "retry_limit을 설명해 줘" : "retry_limit");
        r.has_model = false;
        r.mode = (enum ob_ask_mode)mode;
        ask(&h, &r);
        CHECK_INT(h.status, 0);
        CHECK_STR(ob_buf_str(&h.text), "");
        CHECK(has(&h.notice, korean ? "아무것도 쓰지 못했습니다" : "so nothing could be written"));
        CHECK(!has(&h.notice, "lines themselves"));
        heard_release(&h);
    }
    close_world();
}

/* Four MB of Korean, cut in the middle of a character. */
static struct ob_text *huge_text(void)
{
    static const char line[] = "int 고래_산다(void); /* 고래가 바다에 산다. */\n";
    struct ob_buf b;
    ob_buf_init(&b, 8 << 20);
    while (b.len < (4 << 20))
        CHECK_INT(ob_buf_append_str(&b, line), 0);
    b.data[b.len -= 12] = '\0';
    return ob_text_take(&b);
}

TEST(ask_about_a_huge_text_uses_the_callers_and_sends_what_fits_of_it)
{
    const char *pieces[] = {"고래의 선언입니다.", NULL};
    struct heard h;
    save_project();
    open_world();
    model_will_say(&model, pieces, false);
    heard_init(&h);
    struct ob_ask_request r = request("");
    r.mode = OB_ASK_EXPLAIN;
    r.text = huge_text();
    r.context.text = r.text->data;
    r.context.text_len = r.text->len;
    struct ob_error e = OB_ERROR_INIT;
    CHECK_INT(ob_ask_start(&h.ask, &lent, &r, &events, &h, &e), 0);
    CHECK_INT(r.text->refs, 2); /* not copied */
    ob_text_unref(r.text);
    run_until(is_done, &h, "an end");
    CHECK_INT(h.status, 0);
    CHECK_STR(ob_buf_str(&h.text), "고래의 선언입니다.");
    CHECK(has(&model.requests[model.n_requests - 1], "lines left out"));
    CHECK(has(&model.requests[model.n_requests - 1], "Answer in Korean"));
    CHECK(model.requests[model.n_requests - 1].len < 64 * 1024);
    heard_release(&h);
    close_world();
}

TEST(ask_can_be_cancelled_while_a_worker_writes)
{
    struct ob_error e = OB_ERROR_INIT;
    save_project();
    open_world();
    struct ob_text *text = huge_text();
    for (int turns = 0; turns < 24; turns++) {
        struct heard h;
        heard_init(&h);
        struct ob_ask_request r = request("how often is a failed request retried?");
        r.no_llm = turns % 2;
        r.text = text;
        r.context.text = text->data;
        r.context.text_len = text->len / 16;
        CHECK_INT(ob_ask_start(&h.ask, &lent, &r, &events, &h, &e), 0);
        for (int i = 0; i < turns / 2 && !h.done; i++)
            (void)uv_run(&loop, UV_RUN_ONCE);
        if (!h.done)
            ob_ask_cancel(h.ask);
        run_until(is_done, &h, "an end");
        CHECK_INT(h.done, 1);
        heard_release(&h);
    }
    close_world();
    CHECK_INT(text->refs, 1);
    ob_text_unref(text);
}

/* ------------------------------------------------------------ trouble */
TEST(ask_tells_a_model_that_fails_and_keeps_the_sources)
{
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    model_will_fail(&model, "401 Unauthorized", "{\"error\":{\"message\":\"bad key\"}}");
    struct ob_ask_request r = request("how often is a request retried?");
    ask(&h, &r);
    CHECK_INT(h.status, OB_EAUTH);
    CHECK(h.error.message[0]);
    CHECK(h.n_sources >= 1);
    CHECK_STR(ob_buf_str(&h.text), "");
    heard_release(&h);
    close_world();
}

TEST(ask_quotes_the_lines_when_nobody_answers_at_the_models_address)
{
    static const char *const questions[] = {"how often is a request retried?",
                                            "실패한 요청은 몇 번 재시도하나요?"};
    static const char *const says[] = {"The model could not be asked", "모델에 묻지 못해"};
    save_project();
    open_world();
    for (int i = 0; i < 2; i++) {
        struct heard h;
        heard_init(&h);
        struct ob_ask_request r = request(questions[i]);
        r.model.url = "http://127.0.0.1:1/v1";
        ask(&h, &r);
        CHECK_INT(h.status, 0);
        CHECK(h.extractive && h.n_sources >= 1);
        CHECK(has(&h.text, i ? "세 번" : "retried"));
        CHECK(has(&h.notice, says[i]) && has(&h.notice, "127.0.0.1:1"));
        heard_release(&h);
    }
    struct heard h;
    heard_init(&h);
    struct ob_ask_request r = request("write it");
    r.mode = OB_ASK_INSERT; /* nothing is inserted that no model wrote */
    r.model.url = "http://127.0.0.1:1/v1";
    ask(&h, &r);
    CHECK_INT(h.status, OB_ECONNECT);
    CHECK_STR(ob_buf_str(&h.text), "");
    heard_release(&h);
    close_world();
}

TEST(ask_keeps_what_came_before_the_stream_broke)
{
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    model_add(
        &model, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Half [1]\"}}]}\n\n", false);
    struct ob_ask_request r = request("how often is a request retried?");
    ask(&h, &r);
    CHECK_STR(ob_buf_str(&h.text), "Half [1]");
    CHECK_INT(h.end, OB_CHAT_INCOMPLETE);
    CHECK_STR(ob_buf_str(&h.citations), "1 ");
    heard_release(&h);
    close_world();
}

TEST(ask_packs_again_when_the_prompt_is_too_long)
{
    const char *pieces[] = {"ok [1]", NULL};
    struct heard h;
    char name[32];
    struct ob_buf text;
    ob_buf_init(&text, MOST_TEXT);
    for (int i = 0; i < 12; i++) { /* different words around the same subject */
        ob_buf_clear(&text);
        for (int j = 0; j < 30; j++)
            CHECK_INT(ob_buf_appendf(&text,
                                     "retry%d rule %d: the request is retried after %d "
                                     "seconds of waiting for host%d\n",
                                     i, j, i * j, i + 40 * j),
                      0);
        snprintf(name, sizeof name, "notes/n%d.md", i);
        save(name, ob_buf_str(&text));
    }
    ob_buf_release(&text);
    open_world();
    heard_init(&h);
    model_will_fail(&model, "400 Bad Request",
                    "{\"error\":{\"code\":400,\"message\":\"the request exceeds the available "
                    "context size, try increasing it\",\"type\":\"exceed_context_size_error\","
                    "\"n_prompt_tokens\":9000,\"n_ctx\":2048}}");
    model_will_say(&model, pieces, false);
    struct ob_ask_request r = request("when is the request retried?");
    r.model.window_tokens = 16384;
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK_INT(model.n_requests, 2);
    CHECK(model.requests[1].len < model.requests[0].len);
    CHECK(model.requests[1].len < 2048 * 4);
    CHECK(has(&h.notice, "too long"));
    CHECK_STR(ob_buf_str(&h.citations), "1 ");
    heard_release(&h);
    close_world();
}

TEST(ask_gives_up_on_a_prompt_that_stays_too_long)
{
    const char *body = "{\"error\":{\"code\":400,\"message\":\"too long\",\"type\":"
                       "\"exceed_context_size_error\",\"n_prompt_tokens\":900,\"n_ctx\":512}}";
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    model_will_fail(&model, "400 Bad Request", body);
    model_will_fail(&model, "400 Bad Request", body);
    struct ob_ask_request r = request("how often is a request retried?");
    ask(&h, &r);
    CHECK_INT(h.status, OB_EPROMPT);
    CHECK_INT(model.n_requests, 2);
    heard_release(&h);
    close_world();
}

TEST(ask_refuses_what_cannot_be_asked)
{
    struct ob_error e = OB_ERROR_INIT;
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    struct ob_ask_request r = request("");
    CHECK_INT(ob_ask_start(&h.ask, &lent, &r, &events, &h, &e), OB_EINVAL);
    r = request("anything");
    r.model.url = "ftp://127.0.0.1/";
    CHECK_INT(ob_ask_start(&h.ask, &lent, &r, &events, &h, &e), OB_EINVAL);
    CHECK_INT(h.events.len, 0);
    heard_release(&h);
    close_world();
}

TEST(ask_without_shelves_answers_from_the_text_at_hand)
{
    const char *pieces[] = {"It adds.", NULL};
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    model_will_say(&model, pieces, false);
    struct ob_ask_request r = request("");
    r.mode = OB_ASK_EXPLAIN;
    r.n_shelves = 0;
    r.context.text = "a + b";
    r.context.text_len = 5;
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK_STR(ob_buf_str(&h.text), "It adds.");
    CHECK(has(&model.requests[0], "a + b"));
    heard_release(&h);
    close_world();
}

/* ------------------------------------------------------------ consent */

/* An address that no packet may reach: TEST-NET-1. */
static struct ob_ask_request remote_request(const char *question)
{
    struct ob_ask_request r = request(question);
    r.model.url = "https://192.0.2.1/v1";
    return r;
}

TEST(ask_without_consent_sends_nothing_and_quotes)
{
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    h.consent = -1;
    struct ob_ask_request r = remote_request("how often is a failed request retried?");
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK_STR(h.origin, "https://192.0.2.1:443");
    CHECK(h.consent_bytes > 100 && h.consent_sources >= 1);
    CHECK(h.extractive);
    CHECK(has(&h.text, "retried"));
    CHECK(has(&h.notice, "Nothing was sent to https://192.0.2.1:443"));
    CHECK(!ob_grants_has(grants, r.project, h.origin));
    heard_release(&h);
    close_world();
}

/* Sends plain http for other hosts to the scripted model, as a proxy. */
static void use_model_as_proxy(void)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", model.port);
    CHECK(setenv("http_proxy", url, 1) == 0 && unsetenv("no_proxy") == 0 &&
          unsetenv("NO_PROXY") == 0);
}

static bool asked_for_consent(const char *project, int consent)
{
    struct heard h;
    heard_init(&h);
    h.consent = consent;
    struct ob_ask_request r = request("실패한 요청은 몇 번 재시도하나요?");
    r.model.url = "http://192.0.2.1/v1";
    r.project = project;
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK_STR(ob_buf_str(&h.text), "세 번 [1].");
    bool asked = strchr(ob_buf_str(&h.events), 'c') != NULL;
    heard_release(&h);
    return asked;
}

TEST(ask_wants_consent_once_for_a_project_and_an_origin)
{
    const char *pieces[] = {"세 번 [1].", NULL};
    char path[512], text[4096];
    struct stat st;
    save_project();
    open_world();
    use_model_as_proxy();
    for (int i = 0; i < 5; i++)
        model_will_say(&model, pieces, false);
    CHECK(asked_for_consent("/project", 2));
    CHECK(!asked_for_consent("/project", 0));
    CHECK(asked_for_consent("/다른 프로젝트", 1)); /* yes, once: until this process ends */
    CHECK(!asked_for_consent("/다른 프로젝트", 0));
    CHECK_INT(ob_grants_revoke(grants, "/project", "http://192.0.2.1:80", NULL), 0);
    CHECK(asked_for_consent("/project", 2));
    CHECK_INT(model.n_requests, 5);
    CHECK(strncmp(ob_buf_str(&model.requests[0]), "POST http://192.0.2.1/v1/chat/completions",
                  41) == 0);
    snprintf(path, sizeof path, "%s/grants.json", test_scratch);
    CHECK_INT(stat(path, &st), 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    FILE *f = fopen(path, "r");
    CHECK(f != NULL);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    (void)fclose(f);
    CHECK(strstr(text, "\"/project\", \"origin\": \"http://192.0.2.1:80\"") &&
          !strstr(text, "다른"));
    close_world();
}

TEST(ask_takes_silence_for_no)
{
    struct heard h;
    save_project();
    open_world();
    lent.consent_ms = 30;
    heard_init(&h);
    struct ob_ask_request r = remote_request("릴리스는 언제 배포하나요?");
    ask(&h, &r);
    CHECK_INT(h.status, 0);
    CHECK(h.extractive);
    CHECK(has(&h.notice, "아무것도 보내지 않았습니다"));
    heard_release(&h);
    close_world();
}

TEST(ask_cancelled_while_it_waits_for_consent_grants_nothing)
{
    struct heard h;
    save_project();
    open_world();
    heard_init(&h);
    h.cancel_at = "c";
    h.consent = 1; /* too late */
    struct ob_ask_request r = remote_request("how often is a failed request retried?");
    ask(&h, &r);
    CHECK_INT(h.status, OB_ECANCELED);
    CHECK(!ob_grants_has(grants, r.project, "https://192.0.2.1:443"));
    heard_release(&h);
    close_world();
}

/* ------------------------------------------------------------ cancel */
TEST(ask_can_be_cancelled_at_every_event)
{
    const char *pieces[] = {"one ", "two", NULL};
    static const char *const when[] = {"p", "s", "t"};
    save_project();
    open_world();
    for (size_t i = 0; i < 3; i++) {
        struct heard h;
        heard_init(&h);
        model_will_say(&model, pieces, true); /* the stream stays open */
        h.cancel_at = when[i];
        struct ob_ask_request r = request("how often is a request retried?");
        ask(&h, &r);
        CHECK_INT(h.status, OB_ECANCELED);
        CHECK_INT(h.events.data[h.events.len - 1], 'd');
        heard_release(&h);
    }
    close_world();
}

TEST(ask_can_be_cancelled_before_anything_happened)
{
    struct heard h;
    struct ob_error e = OB_ERROR_INIT;
    save_project();
    open_world();
    heard_init(&h);
    struct ob_ask_request r = request("how often is a request retried?");
    CHECK_INT(ob_ask_start(&h.ask, &lent, &r, &events, &h, &e), 0);
    ob_ask_cancel(h.ask);
    ob_ask_cancel(h.ask);
    CHECK_INT(h.done, 0); /* never inside */
    run_until(is_done, &h, "an end");
    CHECK_INT(h.status, OB_ECANCELED);
    CHECK_STR(ob_buf_str(&h.events), "d");
    heard_release(&h);
    close_world();
}

TEST(ask_can_be_cancelled_while_the_model_is_silent)
{
    struct heard h;
    struct ob_error e = OB_ERROR_INIT;
    save_project();
    open_world();
    heard_init(&h);
    model_add(&model, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", "", true);
    struct ob_ask_request r = request("how often is a request retried?");
    CHECK_INT(ob_ask_start(&h.ask, &lent, &r, &events, &h, &e), 0);
    while (model.n_requests == 0)
        uv_run(&loop, UV_RUN_ONCE);
    ob_ask_cancel(h.ask);
    run_until(is_done, &h, "an end");
    CHECK_INT(h.status, OB_ECANCELED);
    while (model.open > 0) /* the socket closes at once */
        uv_run(&loop, UV_RUN_ONCE);
    heard_release(&h);
    close_world();
}

TEST_MAIN(CASE(ask_streams_an_answer_with_checked_citations),
          CASE(ask_in_korean_is_answered_in_korean),
          CASE(ask_sends_a_short_file_whole_with_its_secrets_masked),
          CASE(ask_sends_what_a_function_of_a_long_file_uses),
          CASE(ask_tells_once_how_many_secrets_were_masked),
          CASE(ask_sends_no_line_twice_that_the_user_asks_about),
          CASE(ask_sends_what_the_client_typed_and_not_what_the_disk_has),
          CASE(ask_fences_each_request_with_a_key_of_its_own),
          CASE(ask_drops_a_file_that_is_gone_and_hears_of_one_that_changed),
          CASE(ask_insert_gives_the_text_alone), CASE(ask_strips_what_would_drive_a_terminal),
          CASE(ask_without_a_model_quotes_the_lines),
          CASE(ask_without_a_model_says_when_the_files_do_not),
          CASE(ask_in_a_project_without_files_says_so),
          CASE(ask_says_that_all_files_are_left_out_and_where_the_reason_is_told),
          CASE(ask_says_in_korean_that_all_files_are_left_out),
          CASE(ask_without_a_model_explains_and_inserts_nothing),
          CASE(ask_about_a_huge_text_uses_the_callers_and_sends_what_fits_of_it),
          CASE(ask_can_be_cancelled_while_a_worker_writes),
          CASE(ask_tells_a_model_that_fails_and_keeps_the_sources),
          CASE(ask_quotes_the_lines_when_nobody_answers_at_the_models_address),
          CASE(ask_keeps_what_came_before_the_stream_broke),
          CASE(ask_packs_again_when_the_prompt_is_too_long),
          CASE(ask_gives_up_on_a_prompt_that_stays_too_long),
          CASE(ask_refuses_what_cannot_be_asked),
          CASE(ask_without_shelves_answers_from_the_text_at_hand),
          CASE(ask_without_consent_sends_nothing_and_quotes),
          CASE(ask_wants_consent_once_for_a_project_and_an_origin), CASE(ask_takes_silence_for_no),
          CASE(ask_cancelled_while_it_waits_for_consent_grants_nothing),
          CASE(ask_can_be_cancelled_at_every_event),
          CASE(ask_can_be_cancelled_before_anything_happened),
          CASE(ask_can_be_cancelled_while_the_model_is_silent))
