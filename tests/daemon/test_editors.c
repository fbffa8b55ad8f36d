/* The daemon between scripted editors and a scripted model: answers as they stream, consent, cancels,
 * unsaved text, and files that come and go. */
#include "editor.h"
#include "model_server.h"
#include "program.h"

struct stage {
    struct daemon d;
    struct model_server m;
    struct editor e;
    bool model;
};

static void open_stage(struct stage *s)
{
    private_home();
    (void)test_write_file("project/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("project/retry.md",
                          "# Retries\n\nA failed request is retried three times, then given up.\n");
    (void)test_write_file("project/백업.md",
                          "# 백업\n\n백업은 매일 새벽 세 시에 시작하고 열네 벌을 남긴다.\n");
    daemon_spawn(&s->d, false, "serve", "--log", "debug", NULL);
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(&s->e, s->d.socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
}

static void attach(struct editor *e, const char *more)
{
    char format[2000];
    snprintf(format, sizeof format, "{'protocol':1,'client':'t 1','project':'%s/project'%s}",
             test_scratch, more);
    (void)editor_call(e, "attach", format);
}

static void attach_model(struct editor *e, const struct model_server *m, const char *host)
{
    char more[500];
    snprintf(more, sizeof more,
             ",'events':'nvim','config':{'llm':{'url':'http://%s:%u/v1','model':'m'}}", host,
             m->port);
    attach(e, more);
}

static void close_stage(struct stage *s)
{
    editor_close(&s->e);
    daemon_end(&s->d, SIGTERM, PROGRAM_END_MS);
    if (s->model)
        model_server_stop(&s->m);
}

static unsigned ask(struct editor *e, const char *question)
{
    return (unsigned)editor_number(
        editor_call(e, "ask", "{'question':'%s','wait_ms':10000}", question), "ask");
}

/* Gathers the text of an ask until its end, which is returned. */
static const cJSON *gather(struct editor *e, char *text, size_t size)
{
    size_t len = strlen(text);
    for (;;) {
        const cJSON *event = editor_event(e, "ask");
        const char *type = editor_text(event, "type");
        if (strcmp(type, "text") == 0)
            len += (size_t)snprintf(text + len, size - len, "%s", editor_text(event, "text"));
        CHECK(len < size);
        if (strcmp(type, "done") == 0 || strcmp(type, "error") == 0)
            return event;
    }
}

/* ------------------------------------------------------------ answers */
TEST(sources_come_before_the_first_text_and_citations_are_checked)
{
    struct stage s = {.model = true};
    model_server_start(&s.m, "model m", "reply", "cut 5",
                       "text 백업은 새벽 세 시에 시작합니다 [1]. Not there [9].", NULL);
    open_stage(&s);
    attach_model(&s.e, &s.m, "127.0.0.1");
    (void)ask(&s.e, "백업은 언제 시작하나요?");
    bool sources = false;
    char text[2000] = "";
    const cJSON *end = NULL;
    while (!end) {
        const cJSON *event = editor_event(&s.e, "ask");
        const char *type = editor_text(event, "type");
        if (strcmp(type, "sources") == 0) {
            const cJSON *first = editor_item(editor_get(event, "sources"), 0);
            sources = true;
            CHECK_STR(editor_text(first, "path"), "백업.md");
            CHECK_INT(editor_number(first, "n"), 1);
            CHECK(access(editor_text(first, "file"), R_OK) == 0);
        } else if (strcmp(type, "text") == 0) {
            CHECK(sources);
            strncat(text, editor_text(event, "text"), sizeof text - strlen(text) - 1);
        } else if (strcmp(type, "done") == 0) {
            end = event;
        } else {
            CHECK_STR(type, "phase");
        }
    }
    CHECK_STR(text, "백업은 새벽 세 시에 시작합니다 [1]. Not there [9].");
    CHECK_STR(editor_text(end, "end"), "complete");
    CHECK_STR(editor_text(end, "model"), "m");
    const cJSON *citations = editor_get(end, "citations");
    CHECK_INT(cJSON_GetArraySize(citations), 2);
    CHECK(cJSON_IsTrue(editor_get(editor_item(citations, 0), "valid")));
    CHECK(cJSON_IsFalse(editor_get(editor_item(citations, 1), "valid")));
    close_stage(&s);
}

TEST(text_is_shown_while_the_model_still_writes)
{
    struct stage s = {.model = true};
    model_server_start(&s.m, "model m", "reply", "text First half.", "gate", "text  Second half.",
                       NULL);
    open_stage(&s);
    attach_model(&s.e, &s.m, "127.0.0.1");
    (void)ask(&s.e, "how often is a failed request retried?");
    char text[2000] = "";
    while (!strstr(text, "First half"))
        strncat(text, editor_text(editor_ask_event(&s.e, "text"), "text"), 500);
    model_server_await(&s.m, "gate 1"); /* it has not been let on */
    CHECK(!strstr(text, "Second"));
    model_server_say(&s.m, "next");
    const cJSON *end = gather(&s.e, text, sizeof text);
    CHECK_STR(editor_text(end, "type"), "done");
    CHECK(strstr(text, "Second half.") != NULL);
    close_stage(&s);
}

TEST(cancel_closes_the_connection_to_the_model_and_ends_the_ask_once)
{
    struct stage s = {.model = true};
    model_server_start(&s.m, "model m", "reply", "text Some words.", "gate", "text More.", NULL);
    open_stage(&s);
    attach_model(&s.e, &s.m, "127.0.0.1");
    unsigned number = ask(&s.e, "how often is a failed request retried?");
    (void)editor_ask_event(&s.e, "text");
    (void)editor_call(&s.e, "cancel", "{'ask':%u}", number);
    (void)editor_call(&s.e, "cancel", "{'ask':%u}", number);
    char text[2000] = "";
    const cJSON *end = gather(&s.e, text, sizeof text);
    CHECK_STR(editor_text(end, "type"), "error");
    CHECK_STR(editor_text(end, "code"), "canceled");
    model_server_await(&s.m,
                       "abandoned 1"); /* the server, which waits at its gate, would not end it */
    model_server_say(&s.m, "next");
    (void)editor_call(&s.e, "ping", "{}");
    for (struct editor_message *m = s.e.messages; m; m = m->next)
        CHECK(m->read || !editor_is_event(m->json, "ask"));
    close_stage(&s);
}

TEST(a_client_killed_in_mid_answer_takes_its_request_with_it)
{
    struct stage s = {.model = true};
    model_server_start(&s.m, "model m", "reply", "text Some words.", "gate", NULL);
    open_stage(&s);
    attach_model(&s.e, &s.m, "127.0.0.1");
    (void)ask(&s.e, "how often is a failed request retried?");
    (void)editor_ask_event(&s.e, "text");
    editor_close(&s.e);
    model_server_await(&s.m, "abandoned 1");
    CHECK(editor_connect(&s.e, s.d.socket));
    (void)editor_call(&s.e, "ping", "{}");
    close_stage(&s);
}

TEST(a_model_that_dies_in_mid_stream_leaves_what_came_and_says_so)
{
    struct stage s = {.model = true};
    model_server_start(&s.m, "model m", "reply", "text Some words.", "close", "reply",
                       "text Whole again [1].", NULL);
    open_stage(&s);
    attach_model(&s.e, &s.m, "127.0.0.1");
    (void)ask(&s.e, "how often is a failed request retried?");
    char text[2000] = "";
    const cJSON *end = gather(&s.e, text, sizeof text);
    CHECK(strstr(text, "Some") != NULL);
    CHECK(strcmp(editor_text(end, "type"), "error") == 0 ||
          strcmp(editor_text(end, "end"), "incomplete") == 0);
    text[0] = '\0';
    (void)ask(&s.e, "how often is a failed request retried?");
    end = gather(&s.e, text, sizeof text);
    CHECK_STR(editor_text(end, "end"), "complete");
    close_stage(&s);
}

TEST(the_end_of_the_daemon_in_mid_answer_is_within_half_a_second)
{
    struct stage s = {.model = true};
    model_server_start(&s.m, "model m", "reply", "text Some words.", "gate", NULL);
    open_stage(&s);
    attach_model(&s.e, &s.m, "127.0.0.1");
    (void)ask(&s.e, "how often is a failed request retried?");
    (void)editor_ask_event(&s.e, "text");
    daemon_end(&s.d, SIGTERM, PROGRAM_END_MS);
    (void)editor_event(&s.e, "bye");
    editor_await_end(&s.e);
    model_server_await(&s.m, "abandoned 1");
    editor_close(&s.e);
    model_server_stop(&s.m);
}

/* ------------------------------------------------------------ what the user must be asked */
TEST(nothing_is_sent_to_another_host_before_the_yes_and_after_a_no_lines_are_quoted)
{
    struct stage s = {.model = true};
    model_server_start(&s.m, "model m", NULL);
    open_stage(&s);
    attach_model(&s.e, &s.m, "openbook-test.invalid");
    unsigned number = ask(&s.e, "how often is a failed request retried?");
    const cJSON *wish = editor_ask_event(&s.e, "consent");
    CHECK(strstr(editor_text(wish, "origin"), "openbook-test.invalid") != NULL);
    CHECK(editor_number(wish, "bytes") > 0 && editor_number(wish, "sources") > 0);
    /* Both may lie in one read: the first one counts. */
    (void)editor_request(&s.e, "consent", "{'ask':%u,'yes':false}", number);
    (void)editor_request(&s.e, "consent", "{'ask':%u,'yes':true}", number);
    char text[4000] = "";
    const cJSON *end = gather(&s.e, text, sizeof text);
    CHECK_STR(editor_text(end, "type"), "done"); /* the lines themselves, made by no model */
    CHECK(cJSON_IsTrue(editor_get(end, "extractive")));
    CHECK(strstr(text, "retried three times") != NULL);
    CHECK_STR(editor_text(end, "model"), "");
    close_stage(&s);
}

/* ------------------------------------------------------------ unsaved text */
static bool finds(struct editor *e, const char *query, const char *path)
{
    const cJSON *found =
        editor_call(e, "search", "{'query':'%s','wait_ms':10000,'limit':20}", query);
    const cJSON *hit;
    cJSON_ArrayForEach(hit, editor_get(found, "results"))
    {
        if (strcmp(editor_text(hit, "path"), path) == 0 &&
            strstr(editor_text(hit, "snippet"), query))
            return true;
    }
    return false;
}

TEST(two_editors_see_each_their_own_unsaved_text_of_one_file)
{
    struct stage s = {.model = false};
    struct editor other;
    open_stage(&s);
    attach(&s.e, "");
    CHECK(editor_connect(&other, s.d.socket));
    attach(&other, "");
    (void)editor_call(&s.e, "update", "{'path':'%s','text':'# Retries\\n\\nxylophone 하나\\n'}",
                      place("project/retry.md"));
    (void)editor_call(&other, "update", "{'path':'%s','text':'# Retries\\n\\nharpsichord 둘\\n'}",
                      place("project/retry.md"));
    CHECK(finds(&s.e, "xylophone", "retry.md") && !finds(&s.e, "harpsichord", "retry.md"));
    CHECK(finds(&other, "harpsichord", "retry.md") && !finds(&other, "xylophone", "retry.md"));
    CHECK(!finds(&s.e, "failed request", "retry.md")); /* it masks the disk */
    struct run r;
    run_in(&r, place("project"), "search", "failed request", NULL); /* which the shell sees */
    CHECK_RUN(&r, 0, "retry.md", "");
    CHECK(!strstr(r.out, "xylophone"));
    run_done(&r);
    (void)editor_call(&s.e, "update", "{'path':'%s'}", place("project/retry.md"));
    CHECK(finds(&s.e, "failed request", "retry.md"));
    CHECK(finds(&other, "harpsichord", "retry.md"));
    editor_close(&other);
    close_stage(&s);
}

static bool is_indexed(struct editor *e, const char *path)
{
    const cJSON *why = editor_call(e, "why", "{'path':'%s'}", place(path));
    CHECK(*editor_text(why, "text"));
    return cJSON_IsTrue(cJSON_GetObjectItem(why, "indexed"));
}

TEST(why_says_whether_a_text_is_searched_saved_or_not)
{
    struct stage s = {.model = false};
    open_stage(&s);
    (void)test_write_file("project/.gitignore", "버린*\n");
    (void)test_write_file("project/버린 글.md", "# 글\n");
    attach(&s.e, "");
    CHECK(finds(&s.e, "새벽", "백업.md"));
    CHECK(is_indexed(&s.e, "project/백업.md"));
    CHECK(!is_indexed(&s.e, "project/버린 글.md"));
    CHECK(!is_indexed(&s.e, "project/새 글.md"));
    CHECK(!is_indexed(&s.e, "elsewhere.md"));
    (void)editor_call(&s.e, "update", "{'path':'%s','text':'# 새 글\n\nxylophone\n'}",
                      place("project/새 글.md"));
    CHECK(finds(&s.e, "xylophone", "새 글.md"));
    CHECK(is_indexed(&s.e, "project/새 글.md"));
    close_stage(&s);
}

/* ------------------------------------------------------------ files that come and go */
TEST(saved_created_renamed_and_deleted_files_are_in_the_next_search)
{
    struct stage s = {.model = false};
    open_stage(&s);
    attach(&s.e, "");
    CHECK(finds(&s.e, "failed request", "retry.md"));
    (void)test_write_file("project/retry.md", "# Retries\n\nNow it is a theremin.\n");
    CHECK(finds(&s.e, "theremin", "retry.md") && !finds(&s.e, "failed request", "retry.md"));
    (void)test_write_file("project/새/문서.md", "# 새 문서\n\n가야금을 조율한다.\n");
    CHECK(finds(&s.e, "가야금", "새/문서.md"));
    CHECK_INT(rename(place("project/새"), place("project/옮김")), 0);
    CHECK(finds(&s.e, "가야금", "옮김/문서.md") && !finds(&s.e, "가야금", "새/문서.md"));
    CHECK_INT(unlink(place("project/옮김/문서.md")), 0);
    CHECK(!finds(&s.e, "가야금", "옮김/문서.md"));
    CHECK_INT(rename(place("project/retry.md"), place("retry-outside.md")), 0);
    CHECK(!finds(&s.e, "theremin", "retry.md"));
    close_stage(&s);
}

TEST(notes_are_searched_beside_the_project_and_are_notes_to_who_named_them_so)
{
    struct stage s = {.model = false};
    char more[400];
    (void)test_write_file("notes/회의.md", "# 회의\n\n오보에 연주회를 연다.\n");
    open_stage(&s);
    snprintf(more, sizeof more, ",'notes':['%s/notes','%s/none']", test_scratch, test_scratch);
    attach(&s.e, more);
    CHECK(finds(&s.e, "오보에", "회의.md"));
    const cJSON *shelves = editor_get(editor_call(&s.e, "status", "{'wait_ms':10000}"), "shelves");
    CHECK_INT(cJSON_GetArraySize(shelves), 2);
    CHECK_STR(editor_text(editor_item(shelves, 1), "kind"), "notes");
    close_stage(&s);
}

TEST(a_root_that_is_deleted_and_made_again_is_searched_again)
{
    struct stage s = {.model = false};
    open_stage(&s);
    attach(&s.e, "");
    CHECK(finds(&s.e, "failed request", "retry.md"));
    CHECK_INT(rename(place("project"), place("away")), 0);
    int64_t end = ob_clock_us() + 10000000;
    while (finds(&s.e, "failed request", "retry.md"))
        CHECK(ob_clock_us() < end);
    (void)test_write_file("project/again.md", "# Again\n\nA glockenspiel.\n");
    while (!finds(&s.e, "glockenspiel", "again.md"))
        CHECK(ob_clock_us() < end);
    close_stage(&s);
}

TEST_MAIN(CASE(sources_come_before_the_first_text_and_citations_are_checked),
          CASE(text_is_shown_while_the_model_still_writes),
          CASE(cancel_closes_the_connection_to_the_model_and_ends_the_ask_once),
          CASE(a_client_killed_in_mid_answer_takes_its_request_with_it),
          CASE(a_model_that_dies_in_mid_stream_leaves_what_came_and_says_so),
          CASE(the_end_of_the_daemon_in_mid_answer_is_within_half_a_second),
          CASE(nothing_is_sent_to_another_host_before_the_yes_and_after_a_no_lines_are_quoted),
          CASE(why_says_whether_a_text_is_searched_saved_or_not),
          CASE(two_editors_see_each_their_own_unsaved_text_of_one_file),
          CASE(saved_created_renamed_and_deleted_files_are_in_the_next_search),
          CASE(notes_are_searched_beside_the_project_and_are_notes_to_who_named_them_so),
          CASE(a_root_that_is_deleted_and_made_again_is_searched_again))
