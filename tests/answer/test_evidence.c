/* What the files hold on a question, on a real shelf: found, read as it is now, canceled, read again. */
#include "openbook/base/arena.h"

#include "../../src/answer/evidence.h"
#include "shelf/project.h"

struct asked {
    struct ob_arena arena;
    struct ob__evidence evidence;
    int phases, calls, status;
    bool cancel_in_phase;
    char message[504];
};

static void on_phase(const char *phase, void *data)
{
    struct asked *a = data;
    CHECK_STR(phase, "searching");
    a->phases++;
    if (a->cancel_in_phase)
        ob__evidence_cancel(&a->evidence);
}

static void on_done(int status, const struct ob_error *e, void *data)
{
    struct asked *a = data;
    CHECK((status != 0) == (e != NULL));
    a->calls++;
    a->status = status;
    snprintf(a->message, sizeof a->message, "%s", e ? e->message : "");
}

static bool is_done(void *data)
{
    return ((struct asked *)data)->calls > 0;
}

static const struct ob__evidence_events events = {on_phase, on_done};

static void begin(struct asked *a, const char *question, uint64_t client, size_t n_shelves)
{
    struct ob__evidence_request r = {.question = question,
                                     .question_len = strlen(question),
                                     .shelves = &shelf,
                                     .n_shelves = n_shelves,
                                     .client = client,
                                     .fresh_ms = DEADLINE_MS};
    *a = (struct asked){0};
    ob__evidence_init(&a->evidence, &loop, &a->arena, &r, &events, a);
    CHECK_INT(ob__evidence_start(&a->evidence), 0);
    CHECK(a->phases == 0 && a->calls == 0); /* never before it returns */
}

static void finish(struct asked *a, int status)
{
    run_until(is_done, a, "what the files hold");
    CHECK_INT(a->status, status);
    CHECK_INT(a->calls, 1);
}

static void asked_release(struct asked *a)
{
    ob__evidence_release(&a->evidence);
    ob_arena_release(&a->arena);
}

/* The text of the best span, or "". */
static const char *best(const struct asked *a)
{
    static char text[4096];
    size_t len = 0;
    const struct ob__gather *g = &a->evidence.gather;
    const char *lines = g->n_spans ? ob__page_lines(&len, g->spans[0].page, g->spans[0].first_line,
                                                    g->spans[0].last_line)
                                   : "";
    snprintf(text, sizeof text, "%.*s", (int)len, lines);
    return text;
}

static void open_notes(void)
{
    save("deploy.md", "# Deploy\n\nThe release is deployed on Tuesdays.\n");
    save("배포.md", "# 배포\n\n릴리스는 화요일에 배포합니다.\n");
    save("retry.c", "/* How often a request is retried. */\nint retry_limit(void)\n{\n"
                    "    return 3;\n}\n");
    open_project();
}

TEST(code_and_notes_are_found_and_read)
{
    struct asked a;
    open_notes();
    begin(&a, "how often is a request retried?", 0, 1);
    finish(&a, 0);
    CHECK(strstr(best(&a), "retry_limit"));
    CHECK(a.evidence.coverage_01 > 0.5 && !a.evidence.behind && a.phases == 1);
    asked_release(&a);
    begin(&a, "릴리스를 언제 배포해?", 0, 1);
    finish(&a, 0);
    CHECK(strstr(best(&a), "화요일"));
    asked_release(&a);
    close_all();
}

TEST(what_is_saved_or_typed_before_the_question_is_what_is_read)
{
    struct asked a;
    open_notes();
    save("deploy.md", "# Deploy\n\nThe release is deployed on Fridays.\n");
    type(7, "배포.md", "# 배포\n\n릴리스는 목요일에 배포합니다.\n");
    begin(&a, "on which day is the release deployed?", 0, 1);
    finish(&a, 0);
    CHECK(strstr(best(&a), "Fridays"));
    asked_release(&a);
    begin(&a, "릴리스를 언제 배포해?", 7, 1);
    finish(&a, 0);
    CHECK(strstr(best(&a), "목요일"));
    asked_release(&a);
    close_all();
}

TEST(a_file_that_the_users_text_is_of_is_known)
{
    struct asked a;
    open_notes();
    const char *mine = "int retry_limit(void)";
    struct ob__evidence_request r = {.question =
                                         "which release has the retry limit, deployed or retried?",
                                     .question_len = 54,
                                     .shelves = &shelf,
                                     .n_shelves = 1,
                                     .fresh_ms = DEADLINE_MS};
    r.context = (struct ob_search_context){
        .path = "retry.c", .text = mine, .text_len = strlen(mine), .first_line = 2, .last_line = 2};
    a = (struct asked){0};
    ob__evidence_init(&a.evidence, &loop, &a.arena, &r, &events, &a);
    CHECK_INT(ob__evidence_start(&a.evidence), 0);
    finish(&a, 0);
    CHECK(a.evidence.gather.n_pages >= 2);
    for (size_t i = 0; i < a.evidence.gather.n_pages; i++) {
        const struct ob__page *page = &a.evidence.gather.pages[i];
        CHECK_INT(page->at_hand, strcmp(page->path, "retry.c") == 0);
    }
    for (size_t i = 0; i < a.evidence.gather.n_spans; i++)
        CHECK_INT(ob__span_line(&a.evidence.gather.spans[i]),
                  a.evidence.gather.spans[i].first_line);
    asked_release(&a);
    close_all();
}

TEST(a_word_that_is_nowhere_leads_to_the_nearest_names)
{
    struct asked a;
    struct ob_buf names;
    save("a.py", "def take_snapshot():\n    pass\n");
    save("b.md", "# Snapshots\n");
    open_notes();
    ob_buf_init(&names, 1000);
    begin(&a, "snaphsot", 0, 1);
    finish(&a, 0);
    CHECK_INT(a.evidence.gather.n_spans, 0);
    ob__evidence_nearest(&names, &a.evidence);
    CHECK_STR(ob_buf_str(&names), "take_snapshot, Snapshots"); /* of code and of notes */
    ob_buf_release(&names);
    asked_release(&a);
    close_all();
}

TEST(no_shelves_hold_nothing)
{
    struct asked a;
    size_t left_out;
    open_notes();
    begin(&a, "anything", 0, 0);
    finish(&a, 0);
    CHECK(!ob__evidence_is_void(&left_out, &a.evidence)); /* nobody knows */
    CHECK_INT(a.evidence.gather.n_spans, 0);
    CHECK(a.evidence.coverage_01 == 0);
    asked_release(&a);
    close_all();
}

TEST(a_second_reading_sees_the_files_as_they_are_now_and_does_not_search)
{
    struct asked a;
    open_notes();
    begin(&a, "on which day is the release deployed?", 0, 1);
    finish(&a, 0);
    save("deploy.md", "# Deploy\n\nThe release is deployed on Mondays.\n");
    CHECK_INT(unlink(in_project("배포.md")), 0);
    a.calls = 0;
    CHECK_INT(ob__evidence_read(&a.evidence), 0);
    CHECK_INT(a.calls, 0);
    finish(&a, 0);
    CHECK_INT(a.phases, 1);
    CHECK(a.evidence.gather.changed && strstr(best(&a), "Mondays"));
    for (size_t i = 0; i < a.evidence.gather.n_spans; i++)
        CHECK(strcmp(a.evidence.gather.spans[i].page->path, "배포.md") != 0);
    asked_release(&a);
    close_all();
}

TEST(a_cancel_ends_it_once_wherever_it_is)
{
    struct asked a;
    open_notes();
    begin(&a, "request", 0, 1); /* while the shelf takes in what is known */
    ob__evidence_cancel(&a.evidence);
    ob__evidence_cancel(&a.evidence);
    CHECK_INT(a.calls, 0);
    finish(&a, OB_ECANCELED);
    CHECK_STR(a.message, "the question was canceled");
    CHECK_INT(a.phases, 0);
    ob__evidence_cancel(&a.evidence); /* idle: nothing */
    asked_release(&a);
    begin(&a, "request", 0, 1); /* inside its own callback */
    a.cancel_in_phase = true;
    finish(&a, OB_ECANCELED);
    CHECK_INT(a.phases, 1);
    asked_release(&a);
    begin(&a, "request", 0, 1); /* while workers search */
    while (a.evidence.state != OB__EVIDENCE_SEARCH)
        (void)uv_run(&loop, UV_RUN_ONCE);
    ob__evidence_cancel(&a.evidence);
    finish(&a, OB_ECANCELED);
    asked_release(&a);
    begin(&a, "request", 0, 0); /* while a worker reads */
    CHECK_INT(a.evidence.state, OB__EVIDENCE_READ);
    ob__evidence_cancel(&a.evidence);
    finish(&a, OB_ECANCELED);
    asked_release(&a);
    close_all();
}

TEST(a_shelf_that_is_late_is_told)
{
    struct asked a;
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    o.threads = 1;
    save("deploy.md", "# Deploy\n\nThe release is deployed on Tuesdays.\n");
    open_with(project(), &o); /* its first index has not begun */
    struct ob__evidence_request r = {
        .question = "release", .question_len = 7, .shelves = &shelf, .n_shelves = 1};
    a = (struct asked){0};
    ob__evidence_init(&a.evidence, &loop, &a.arena, &r, &events, &a); /* waits 0 ms */
    CHECK_INT(ob__evidence_start(&a.evidence), 0);
    finish(&a, 0);
    CHECK(a.evidence.behind);
    asked_release(&a);
    wait_fresh(0);
    close_all();
}

TEST_MAIN(CASE(code_and_notes_are_found_and_read),
          CASE(what_is_saved_or_typed_before_the_question_is_what_is_read),
          CASE(a_file_that_the_users_text_is_of_is_known),
          CASE(a_word_that_is_nowhere_leads_to_the_nearest_names), CASE(no_shelves_hold_nothing),
          CASE(a_second_reading_sees_the_files_as_they_are_now_and_does_not_search),
          CASE(a_cancel_ends_it_once_wherever_it_is), CASE(a_shelf_that_is_late_is_told))
