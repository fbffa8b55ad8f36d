/* What a search shows is checked against the disk at that moment.  The shelves here are not watched, so
 * that every change is news to the search itself. */
#include "openbook/base/io.h"
#include "openbook/base/path.h"

#include "ask.h"

static void open_unwatched(void)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    o.watch = false;
    open_with(project(), &o);
    wait_fresh(0);
}

static char *read_all(const char *path)
{
    struct ob_buf b;
    struct ob_error e = OB_ERROR_INIT;
    ob_buf_init(&b, 1 << 20);
    if (ob_io_read_file(&b, path, &e) != 0)
        test_fail(__FILE__, __LINE__, "shown, but: %s", e.message);
    char *text = ob_strdup(ob_buf_str(&b));
    ob_buf_release(&b);
    return text;
}

static const char ELLIPSIS[] = "…";

/* Each hit's file is there, and the line it points to says what the hit says. */
static void hits_are_true(void)
{
    for (size_t i = 0; i < hits.len; i++) {
        const struct ob_hit *h = &hits.items[i];
        char *path = ob_path_join(ob_shelf_root(shelf), h->path), *text = read_all(path);
        const char *line = text;
        CHECK(h->snippet_line >= h->first_line && h->snippet_line <= h->last_line);
        for (uint32_t n = 1; n < h->snippet_line; n++) {
            line = strchr(line, '\n');
            CHECK(line++ != NULL);
        }
        char *said = ob_strndup(line, strcspn(line, "\n"));
        const char *shown = h->snippet + strspn(h->snippet, " \t");
        if (strncmp(shown, ELLIPSIS, sizeof ELLIPSIS - 1) == 0)
            shown += sizeof ELLIPSIS - 1;
        if (!*shown || !strstr(said, shown))
            test_fail(__FILE__, __LINE__, "%s:%u says <%s>, not <%s>", h->path, h->snippet_line,
                      said, h->snippet);
        ob_free(said);
        ob_free(text);
        ob_free(path);
    }
}

TEST(hit_moves_with_its_lines)
{
    save("a.c", "/* 인사말을 출력한다 */\nvoid print_greeting(void)\n{\n    puts(\"hi\");\n}\n");
    open_unwatched();
    take_view(0);
    save("a.c", "#include <stdio.h>\n\nint unrelated;\n\n/* 인사말을 출력한다 */\n"
                "void print_greeting(void)\n{\n    puts(\"hi\");\n}\n");
    search("print_greeting");
    CHECK_INT(hits.len, 1);
    hits_are_true();
    CHECK_INT(hits.items[0].snippet_line, 6);
    CHECK_STR(hits.items[0].symbol, "print_greeting");
    done();
    wait_fresh(0); /* the shelf has heard of it, though it does not watch */
    take_view(0);
    search("unrelated");
    CHECK_INT(hits.len, 1);
    done();
    close_all();
}

TEST(hit_whose_text_is_gone_is_not_shown)
{
    save("a.md", "# 환불 규정\n환불은 사흘 안에 처리됩니다.\n");
    save("b.md", "# 배송\n배송은 이틀 걸립니다.\n");
    open_unwatched();
    take_view(0);
    save("a.md", "# Opening hours\nWe open at nine.\n");
    search("환불 규정");
    for (size_t i = 0; i < hits.len; i++)
        CHECK(strcmp(hits.items[i].path, "a.md") != 0);
    hits_are_true();
    done();
    close_all();
}

TEST(file_that_is_gone_is_neither_shown_nor_suggested)
{
    save("refund_policy.md", "# Refunds\nRefunds take three days.\n");
    save("refunding.txt", "nothing\n");
    open_unwatched();
    take_view(0);
    CHECK_INT(unlink(in_project("refund_policy.md")), 0);
    search("refund days");
    for (size_t i = 0; i < hits.len; i++)
        CHECK(strcmp(hits.items[i].path, "refund_policy.md") != 0);
    CHECK(strstr(hits.nearest, "refund_policy.md") == NULL);
    done();
    close_all();
}

TEST(file_that_became_a_link_or_a_folder_is_not_shown)
{
    save("a.md", "# 비밀 통로\n지하에 있습니다.\n");
    save("b.md", "# 비밀 통로\n지하에 있습니다.\n");
    test_write_file("outside.md", "# 비밀 통로\n지하에 있습니다.\n");
    open_unwatched();
    take_view(0);
    CHECK(unlink(in_project("a.md")) == 0 && symlink("../outside.md", in_project("a.md")) == 0);
    CHECK(unlink(in_project("b.md")) == 0 && mkdir(in_project("b.md"), 0700) == 0);
    search("비밀 통로");
    CHECK_INT(hits.len, 0);
    done();
    close_all();
}

TEST(root_that_moved_away_shows_nothing)
{
    char away[512];
    save("a.md", "# 지도\n북쪽은 위쪽입니다.\n");
    open_unwatched();
    take_view(0);
    snprintf(away, sizeof away, "%s/away", test_scratch);
    CHECK_INT(rename(project(), away), 0);
    search("지도 북쪽");
    CHECK_INT(hits.len, 0);
    CHECK_STR(hits.nearest, "");
    done();
    CHECK_INT(rename(away, project()), 0);
    ob_shelf_rescan(shelf);
    wait_fresh(0);
    take_view(0);
    search("지도 북쪽");
    CHECK_INT(hits.len, 1);
    done();
    close_all();
}

TEST(unsaved_text_that_is_newer_than_the_view_decides)
{
    save("a.md", "# 회의\n월요일 열 시에 시작합니다.\n");
    open_unwatched();
    take_view(1); /* a view from before the typing */
    ob_shelf_reader_free(view.reader);
    type(1, "a.md", "새 줄\n\n# 회의\n월요일 열 시에 시작합니다.\n");
    view.reader = ob_shelf_reader_new(shelf, 1);
    search("회의 월요일");
    CHECK_INT(hits.len, 1);
    CHECK(hits.items[0].snippet_line >= 3);
    done();
    close_all();
}

TEST(decomposed_name_is_found_by_a_composed_question_and_opens_by_its_bytes)
{
    const char *nfd = "\xe1\x84\x92\xe1\x85\xac\xe1\x84\x8b\xe1\x85\xb4.md"; /* 회의, decomposed */
    save(nfd, "# 안건\n다음 분기 계획을 정합니다.\n");
    save("other.md", "# 점심\n국수를 먹습니다.\n");
    open_unwatched();
    take_view(0);
    search("회의 계획");
    CHECK(hits.len >= 1);
    CHECK_STR(first_path(), nfd);
    hits_are_true();
    done();
    close_all();
}

TEST(line_of_a_megabyte_is_shown_shortened)
{
    static char line[1000000];
    for (size_t n = 0; n + 24 < sizeof line;)
        n += (size_t)snprintf(line + n, sizeof line - n, "var v%zu=func%zu(); ", n % 977, n % 31);
    memcpy(line + 100, " 찾을말 needleword ", 21);
    test_write_bytes("project/one_line.js", line, sizeof line - 1);
    open_unwatched();
    take_view(0);
    search("needleword"); /* with anything quadratic the case would not end in its time */
    CHECK_INT(hits.len, 1);
    CHECK(strlen(hits.items[0].snippet) <= OB_SNIPPET_MAX);
    hits_are_true();
    done();
    close_all();
}

/* Notes of an editor that wraps softly: each paragraph is one line. */
TEST(long_paragraph_is_found_and_shown_where_its_words_stand)
{
    static char text[12000];
    static const struct {
        const char *filler, *end, *question, *word;
    } notes[] = {
        {"오늘은 다른 일을 적어 둔다. ", "배포는 금요일 오후에 하기로 했다.", "배포 금요일",
         "배포는"},
        {"Nothing of it matters here. ", "We ship on Fridays.", "ship fridays", "ship"},
    };
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        size_t len = 0;
        while (len + 400 < sizeof text)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s", notes[i].filler);
        snprintf(text + len, sizeof text - len, "%s 그리고 끝\n", notes[i].end);
        save("long.md", text);
        open_unwatched();
        take_view(0);
        search(notes[i].question);
        CHECK_INT(hits.len, 1);
        hits_are_true();
        const struct ob_hit *h = &hits.items[0];
        CHECK(strncmp(text + h->snippet_column - 1, notes[i].word, strlen(notes[i].word)) == 0);
        CHECK(strncmp(h->snippet, ELLIPSIS, strlen(ELLIPSIS)) == 0);
        CHECK(strstr(h->snippet, notes[i].end) != NULL);
        CHECK(strlen(h->snippet) <= OB_SNIPPET_MAX);
        done();
        close_all();
    }
}

/* "zebra_count" is a definition, and the best line of the passage around it. */
TEST(list_for_people_names_a_line_once)
{
    save("a.py", "얼룩말_수 = 1\nzebra_count = 1\ndef alpha():\n    return 1\n\n\n"
                 "def beta():\n    return 2\n");
    open_unwatched();
    take_view(0);
    static const char *const questions[] = {"zebra_count", "얼룩말_수"};
    for (size_t q = 0; q < 2; q++) {
        search_bytes(questions[q], strlen(questions[q]), OB_BY_PASSAGE);
        size_t passages = hits.len;
        ob_hits_release(&hits);
        search_bytes(questions[q], strlen(questions[q]), OB_BY_AUTO);
        CHECK_INT(hits.items[0].snippet_line, 2 - q);
        for (size_t i = 0; i < hits.len; i++)
            for (size_t k = 0; k < i; k++)
                CHECK(hits.items[i].snippet_line != hits.items[k].snippet_line);
        CHECK(passages == 2 && hits.len == 1);
        ob_hits_release(&hits);
    }
    done();
    close_all();
}

static unsigned any(unsigned below)
{
    static uint64_t seed = 88172645463325252u;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)((seed >> 24) % below);
}

/* A file of a few sections about a few subjects, in any order. */
static void write_any(const char *name)
{
    static const char *const subjects[] = {"network", "parser", "color", "회의", "배포", "환불"};
    struct ob_buf b;
    ob_buf_init(&b, 1 << 20);
    for (unsigned n = 1 + any(5); n; n--) {
        const char *subject = subjects[any(6)];
        ob_buf_appendf(&b, "# %s %u\n\n", subject, any(1000));
        for (unsigned lines = 1 + any(40); lines; lines--)
            ob_buf_appendf(&b, "%s, line %u of this section about it\n", subject, any(100));
    }
    save(name, ob_buf_str(&b));
    ob_buf_release(&b);
}

TEST(whatever_happens_between_index_and_search_hits_are_true)
{
    static const char *const questions[] = {"network line", "parser section", "회의",
                                            "배포",         "환불",           "color of this"};
    char name[32];
    size_t shown = 0;
    open_unwatched();
    for (int round = 0; round < 150; round++) {
        for (unsigned i = 0; i < 8; i++) {
            snprintf(name, sizeof name, "n%u.md", i);
            write_any(name);
        }
        ob_shelf_rescan(shelf);
        wait_fresh(0);
        take_view(0);
        for (unsigned i = 0; i < 8; i++) {
            snprintf(name, sizeof name, "n%u.md", i);
            if (any(4) == 0)
                CHECK_INT(unlink(in_project(name)), 0);
            else if (any(3))
                write_any(name);
        }
        search(questions[any(6)]);
        hits_are_true();
        shown += hits.len;
        done();
    }
    CHECK(shown > 150);
    close_all();
}

TEST_MAIN(CASE(hit_moves_with_its_lines), CASE(hit_whose_text_is_gone_is_not_shown),
          CASE(file_that_is_gone_is_neither_shown_nor_suggested),
          CASE(file_that_became_a_link_or_a_folder_is_not_shown),
          CASE(root_that_moved_away_shows_nothing),
          CASE(unsaved_text_that_is_newer_than_the_view_decides),
          CASE(decomposed_name_is_found_by_a_composed_question_and_opens_by_its_bytes),
          CASE(line_of_a_megabyte_is_shown_shortened),
          CASE(long_paragraph_is_found_and_shown_where_its_words_stand),
          CASE(list_for_people_names_a_line_once),
          CASE(whatever_happens_between_index_and_search_hits_are_true))
