/* Code and notes in one list: which comes first, how many of each, and that neither disturbs the other. */
#include "ask.h"

static struct ob_shelf *code_shelf, *notes_shelf;
static struct ob_search_shelf views[2];

/* ------------------------------------------------------------ two shelves */
static void save_note(const char *name, const char *text)
{
    char inside[512];
    snprintf(inside, sizeof inside, "notes/%s", name);
    test_write_file(inside, text);
}

static void open_both(void)
{
    struct ob_error e = OB_ERROR_INIT;
    char root[512];
    open_project();
    code_shelf = shelf;
    snprintf(root, sizeof root, "%s/notes", test_scratch);
    if (ob_shelf_open(&notes_shelf, shelves, root, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
    shelf = notes_shelf;
    wait_fresh(0);
    shelf = code_shelf;
    for (int i = 0; i < 2; i++) {
        struct ob_shelf *s = i ? notes_shelf : code_shelf;
        views[i] =
            (struct ob_search_shelf){ob_shelf_snapshot(s, 0), ob_shelf_reader_new(s, 0),
                                     ob_shelf_root(s), i ? OB_SHELF_NOTES : OB_SHELF_PROJECT};
    }
}

static void close_both(void)
{
    for (int i = 0; i < 2; i++) {
        ob_snapshot_unref(views[i].snapshot);
        ob_shelf_reader_free(views[i].reader);
    }
    ob_shelf_unref(notes_shelf);
    close_all();
}

/* Asks N shelves from the FIRST on. */
static void ask_shelves(const char *question, size_t first, size_t n, enum ob_search_by by)
{
    struct ob_search_request r = {.question = question,
                                  .question_len = strlen(question),
                                  .shelves = views + first,
                                  .n_shelves = n,
                                  .limit = 10,
                                  .by = by};
    struct ob_error e = OB_ERROR_INIT;
    if (ob_search_run(&hits, &r, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
}

static void ask_both(const char *question)
{
    ask_shelves(question, 0, 2, OB_BY_AUTO);
}

static bool is_note(size_t i)
{
    return hits.items[i].kind == OB_KIND_NOTE;
}

static size_t count_notes(void)
{
    size_t n = 0;
    for (size_t i = 0; i < hits.len; i++)
        n += is_note(i);
    return n;
}

static void first_is(const char *question, const char *path)
{
    ask_both(question);
    CHECK(hits.len >= 1);
    if (strcmp(hits.items[0].path, path) != 0)
        test_fail(__FILE__, __LINE__, "\"%s\" finds %s first, not %s", question, hits.items[0].path,
                  path);
    for (size_t i = 1; i < hits.len; i++)
        CHECK(hits.items[i - 1].score >= hits.items[i].score || i >= 7);
    ob_hits_release(&hits);
}

/* ------------------------------------------------------------ what they hold */
static void save_both(void)
{
    save("src/retry.c", "/* Waits longer before each further attempt of a request. */\n"
                        "int retry_delay_ms(int attempt)\n{\n    return 100 << attempt;\n}\n");
    save("src/cache.c", "/* Drops the entry that was used least recently. */\n"
                        "void cache_evict(struct cache *c)\n{\n    unlink_entry(c->tail);\n}\n");
    save("src/parser.c", "/* Reads one statement. */\nint parse_statement(struct parser *p)\n{\n"
                         "    return parse_expression(p);\n}\n");
    save_note("operations.md", "# Operations\n\n## Restore a backup\n\nStop the service, copy the "
                               "archive back and start it again.\n\n## Rotate certificates\n\nAsk "
                               "for new certificates a month before they run out.\n");
    save_note("회의.md", "# 회의록\n\n## 배포 일정\n\n배포는 매주 화요일 오후에 합니다.\n\n"
                         "## 장애 대응\n\n장애가 나면 먼저 당번에게 전화합니다.\n");
    save_note("ideas.md", "# Ideas\n\n## Requests\n\nA request that fails should be tried again, "
                          "but not for ever.\n");
}

TEST(code_comes_first_when_code_is_asked_for_and_notes_when_notes_are)
{
    save_both();
    open_both();
    first_is("how long to wait before the next attempt of a request", "src/retry.c");
    first_is("evict the least recently used entry", "src/cache.c");
    first_is("how do I restore a backup", "operations.md");
    first_is("rotate certificates", "operations.md");
    first_is("배포는 무슨 요일에 하나요", "회의.md");
    first_is("장애가 나면 누구에게 전화하나요", "회의.md");
    close_both();
}

TEST(a_symbol_leads_to_code_and_a_path_to_the_file_it_names)
{
    save_both();
    save_note("reading.md", "# Reading\n\n## Parsers\n\nparse_statement reads a statement; "
                            "parse_statement calls parse_expression.\n");
    open_both();
    first_is("parse_statement", "src/parser.c");
    first_is("cache_evict", "src/cache.c");
    first_is("operations.md", "operations.md");
    first_is("what is wrong on operations.md:9", "operations.md");
    first_is("what is wrong on cache.c:3", "src/cache.c");
    first_is("what does operations.md say of the cache", "operations.md");
    first_is("src/cache.c:2", "src/cache.c");
    close_both();
}

TEST(a_question_that_both_answer_shows_both)
{
    save_both();
    open_both();
    ask_both("what happens when a request fails");
    CHECK(count_notes() >= 1);
    CHECK(count_notes() < hits.len);
    ob_hits_release(&hits);
    close_both();
}

TEST(an_english_question_finds_a_korean_note_beside_code)
{
    save_both();
    open_both();
    ask_both("deployment schedule");
    CHECK(hits.len >= 1);
    CHECK_STR(first_path(), "회의.md");
    ob_hits_release(&hits);
    close_both();
}

TEST(a_korean_question_finds_english_code_beside_notes)
{
    save_both();
    open_both();
    first_is("요청을 재시도하기 전에 기다리는 시간", "src/retry.c");
    close_both();
}

/* ------------------------------------------------------------ how many of each */
static void save_many(size_t n_code, size_t n_notes)
{
    char name[64], text[512];
    for (size_t i = 0; i < n_code; i++) {
        snprintf(name, sizeof name, "src/widget_%zu.c", i);
        snprintf(text, sizeof text,
                 "/* Draws the widget on the screen. */\nvoid widget_draw_%zu(struct widget "
                 "*w)\n{\n    screen_put(w->area, %zu);\n}\n",
                 i, i);
        save(name, text);
    }
    for (size_t i = 0; i < n_notes; i++) {
        snprintf(name, sizeof name, "day_%zu.md", i);
        snprintf(text, sizeof text,
                 "# Day %zu\n\n## Screen\n\nWe talked about how to draw the widget.\n", i);
        save_note(name, text);
    }
}

TEST(many_files_of_code_do_not_bury_the_notes)
{
    save_many(30, 5);
    open_both();
    ask_both("draw the widget on the screen");
    CHECK_INT(hits.len, 10);
    CHECK_INT(count_notes(), 3); /* a third */
    ob_hits_release(&hits);
    close_both();
}

TEST(many_files_of_code_do_not_bury_the_documents_of_their_project)
{
    save_many(30, 0);
    save("docs/widgets.md", "# Widgets\n\nA widget is drawn on the screen when it changes.\n");
    save("docs/screen.md", "# Screen\n\nThe screen draws each widget once.\n");
    open_project();
    views[0] = (struct ob_search_shelf){ob_shelf_snapshot(shelf, 0), ob_shelf_reader_new(shelf, 0),
                                        ob_shelf_root(shelf), OB_SHELF_PROJECT};
    ask_shelves("draw the widget on the screen", 0, 1, OB_BY_AUTO);
    CHECK_INT(hits.len, 10);
    CHECK_INT(count_notes(), 2); /* all there are */
    CHECK(!is_note(0));
    ob_hits_release(&hits);
    ob_snapshot_unref(views[0].snapshot);
    ob_shelf_reader_free(views[0].reader);
    close_all();
}

TEST(many_notes_do_not_bury_the_code)
{
    save_many(4, 30);
    open_both();
    ask_both("what did we talk about the widget and the screen");
    CHECK_INT(hits.len, 10);
    CHECK(is_note(0));
    CHECK_INT(count_notes(), 7);
    ob_hits_release(&hits);
    close_both();
}

/* ------------------------------------------------------------ neither disturbs the other */
struct told {
    char path[64];
    uint32_t line;
};

static size_t tell(struct told *out, bool notes, bool all)
{
    size_t n = 0;
    for (size_t i = 0; i < hits.len; i++)
        if (all || is_note(i) == notes) {
            snprintf(out[n].path, sizeof out[n].path, "%s", hits.items[i].path);
            out[n++].line = hits.items[i].first_line;
        }
    ob_hits_release(&hits);
    return n;
}

static void keeps_its_order(const char *question, size_t side, enum ob_search_by by)
{
    struct told alone[10], both[10];
    ask_shelves(question, side, 1, by);
    size_t n_alone = tell(alone, false, true);
    ask_shelves(question, 0, 2, by);
    size_t n_both = tell(both, side == 1, false);
    CHECK(n_alone > 0 && n_both > 0 && n_both <= n_alone);
    for (size_t i = 0; i < n_both; i++) {
        CHECK_STR(both[i].path, alone[i].path);
        CHECK_INT(both[i].line, alone[i].line);
    }
}

TEST(what_another_shelf_holds_does_not_change_the_order_of_this_one)
{
    static const char *const questions[] = {"wait before the next attempt of a request",
                                            "least recently used entry",
                                            "draw the widget",
                                            "요청 재시도",
                                            "배포 일정",
                                            "a request that fails"};
    save_both();
    save_many(8, 8);
    open_both();
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        for (size_t side = 0; side < 2; side++) {
            ask_shelves(questions[i], side, 1, OB_BY_FILE);
            bool found = hits.len > 0;
            ob_hits_release(&hits);
            ask_shelves(questions[i], 0, 2, OB_BY_FILE);
            found = found && (side ? count_notes() > 0 : count_notes() < hits.len);
            ob_hits_release(&hits);
            if (!found)
                continue;
            keeps_its_order(questions[i], side, OB_BY_FILE);
            keeps_its_order(questions[i], side, OB_BY_AUTO);
        }
    close_both();
}

TEST_MAIN(CASE(code_comes_first_when_code_is_asked_for_and_notes_when_notes_are),
          CASE(a_symbol_leads_to_code_and_a_path_to_the_file_it_names),
          CASE(a_question_that_both_answer_shows_both),
          CASE(an_english_question_finds_a_korean_note_beside_code),
          CASE(a_korean_question_finds_english_code_beside_notes),
          CASE(many_files_of_code_do_not_bury_the_notes),
          CASE(many_files_of_code_do_not_bury_the_documents_of_their_project),
          CASE(many_notes_do_not_bury_the_code),
          CASE(what_another_shelf_holds_does_not_change_the_order_of_this_one))
