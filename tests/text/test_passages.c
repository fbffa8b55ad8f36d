#include <string.h>

#include "openbook/base/buf.h"
#include "openbook/base/error.h"
#include "openbook/base/mem.h"
#include "openbook/text/passages.h"

#include "test.h"

/* "1-40 41-80"; "+41-80": it goes on from the one before. */
static const char *cut(const char *path, const char *text, const uint16_t *terms)
{
    static struct ob_buf out;
    struct ob_outline o;
    struct ob_passages p;
    const struct ob_lang *lang = ob_lang_of_path(path, strlen(path));
    ob_buf_release(&out);
    ob_buf_init(&out, 1 << 16);
    CHECK_INT(ob_outline_scan(&o, lang, text, strlen(text)), 0);
    CHECK_INT(ob_passages_cut(&p, &o, lang, terms), 0);
    for (size_t i = 0; i < p.len; i++)
        CHECK_INT(ob_buf_appendf(&out, "%s%s%u-%u", i ? " " : "", p.items[i].goes_on ? "+" : "",
                                 p.items[i].first_line, p.items[i].last_line),
                  0);
    ob_passages_release(&p);
    ob_outline_release(&o);
    return ob_buf_str(&out);
}

/* N lines of "    x". */
static void fill(struct ob_buf *text, int n)
{
    for (int i = 0; i < n; i++)
        CHECK_INT(ob_buf_append_str(text, "    x\n"), 0);
}

TEST(nothing_has_no_passage_and_little_has_one)
{
    CHECK_STR(cut("a.c", "", NULL), "");
    CHECK_STR(cut("a.c", "int x;\n", NULL), "1-1");
    CHECK_STR(cut("a.md", "한 줄", NULL), "1-1");
}

TEST(code_is_cut_before_a_definition_in_the_second_part)
{
    struct ob_buf text;
    ob_buf_init(&text, 1 << 16);
    fill(&text, 5);
    CHECK_INT(ob_buf_append_str(&text, "int early(void) {\n"), 0); /* line 6: too early to cut */
    fill(&text, 14);
    CHECK_INT(ob_buf_append_str(&text, "}\n\nint late(void) {\n"), 0); /* lines 21-23 */
    fill(&text, 30);
    CHECK_STR(cut("a.c", ob_buf_str(&text), NULL), "1-22 +23-53");
    ob_buf_release(&text);
}

TEST(a_comment_stays_with_what_it_is_about)
{
    struct ob_buf text;
    ob_buf_init(&text, 1 << 16);
    fill(&text, 24);
    CHECK_INT(ob_buf_append_str(&text, "}\n\n/* 두 수를 더한다.\n * Adds. */\nint add(void) {\n"),
              0);
    fill(&text, 30);
    CHECK_STR(cut("a.c", ob_buf_str(&text), NULL), "1-26 +27-59");
    ob_buf_release(&text);
}

TEST(a_passage_holds_no_more_terms_than_the_limit)
{
    struct ob_buf text;
    uint16_t terms[60];
    ob_buf_init(&text, 1 << 16);
    fill(&text, 60);
    for (int i = 0; i < 60; i++)
        terms[i] = 32;
    CHECK_STR(cut("a.c", ob_buf_str(&text), terms), "1-10 +11-20 +21-30 +31-40 +41-50 +51-60");
    terms[0] = 5000; /* one line over the limit stands alone */
    const char *got = cut("a.c", ob_buf_str(&text), terms);
    CHECK(strncmp(got, "1-1 +2-", 7) == 0);
    ob_buf_release(&text);
}

TEST(notes_are_cut_at_their_headings_and_tiny_sections_stay_apart)
{
    CHECK_STR(cut("a.md", "# One\ntext\n## Two\n## 셋\n본문\n", NULL), "1-2 3-3 4-5");
    CHECK_STR(cut("a.md", "intro\n\n# One\ntext\n", NULL), "1-2 3-4");
    CHECK_STR(cut("a.md", "---\ntitle: x\n---\n\n# One\ntext\n", NULL), "1-6");
    CHECK_STR(cut("a.rst", "===\nOne\n===\nx\n\n===\nTwo\n===\ny\n", NULL), "1-5 6-9");
    CHECK_STR(cut("a.txt", "no heading\nat all\n", NULL), "1-2");
}

TEST(a_long_section_is_cut_further)
{
    struct ob_buf text;
    ob_buf_init(&text, 1 << 16);
    CHECK_INT(ob_buf_append_str(&text, "# 제목\n"), 0);
    for (int i = 0; i < 10; i++)
        CHECK_INT(ob_buf_append_str(&text, "가\n나\n다\n라\n마\n\n"), 0);
    CHECK_INT(ob_buf_append_str(&text, "# Next\n"), 0);
    CHECK_STR(cut("a.md", ob_buf_str(&text), NULL), "1-37 +38-61 62-62");
    ob_buf_release(&text);
}

TEST(what_follows_a_wide_gap_does_not_go_on)
{
    CHECK_STR(cut("a.md", "# 제목\n첫째.\n\n\n둘째.\n\n셋째.\n", NULL), "1-4 5-7");
    CHECK_STR(cut("a.md", "# 제목\n```\na\n\n\n\nb\n```\n", NULL), "1-8");
}

TEST(nothing_goes_on_from_blank_lines)
{
    struct ob_buf text;
    ob_buf_init(&text, 1 << 16);
    for (int i = 0; i < 50; i++)
        CHECK_INT(ob_buf_append_str(&text, "\n"), 0);
    CHECK_INT(ob_buf_append_str(&text, "글은 여기서 시작한다.\n"), 0);
    fill(&text, 39);
    CHECK_STR(cut("a.md", ob_buf_str(&text), NULL), "1-40 41-80 +81-90");
    ob_buf_release(&text);
}

TEST(a_long_section_is_not_cut_inside_a_fence)
{
    struct ob_buf text;
    ob_buf_init(&text, 1 << 16);
    CHECK_INT(ob_buf_append_str(&text, "# 설치\n"), 0);
    for (int i = 0; i < 8; i++)
        CHECK_INT(ob_buf_append_str(&text, "하나\n둘\n\n"), 0); /* to line 25 */
    CHECK_INT(ob_buf_append_str(&text, "```sh\n"), 0);
    for (int i = 0; i < 10; i++)
        CHECK_INT(ob_buf_append_str(&text, "run\n\n"), 0);
    CHECK_INT(ob_buf_append_str(&text, "```\nend\n"), 0);
    CHECK_STR(cut("a.md", ob_buf_str(&text), NULL), "1-25 +26-48");
    ob_buf_release(&text);
}

TEST(a_passage_knows_its_definition_and_its_bytes)
{
    static const char text[] = "# 하나\r\nx\n\n## Two\ny";
    struct ob_outline o;
    struct ob_passages p;
    const struct ob_lang *lang = ob_lang_of_path("a.md", 4);
    CHECK_INT(ob_outline_scan(&o, lang, text, sizeof text - 1), 0);
    CHECK_INT(ob_passages_cut(&p, &o, lang, NULL), 0);
    CHECK_INT(p.len, 2);
    CHECK_INT(p.items[0].def, 0);
    CHECK_INT(p.items[1].def, 1);
    CHECK_INT(p.items[0].start, 0);
    CHECK_INT(p.items[0].end, p.items[1].start);
    CHECK_INT(p.items[1].end, sizeof text - 1);
    ob_passages_release(&p);
    ob_mem_fail_at(1);
    CHECK_INT(ob_passages_cut(&p, &o, lang, NULL), OB_ENOMEM);
    CHECK(p.items == NULL && p.len == 0);
    ob_mem_fail_at(0);
    ob_outline_release(&o);
}

static void check_cover(const struct ob_outline *o, const struct ob_passages *p, size_t len)
{
    uint32_t line = 0;
    size_t byte = 0;
    for (size_t i = 0; i < p->len; i++) {
        const struct ob_passage *x = &p->items[i];
        CHECK_INT(x->first_line, line + 1);
        CHECK(x->last_line >= x->first_line && x->last_line - x->first_line < OB_PASSAGE_LINES);
        CHECK_INT(x->start, byte);
        CHECK(x->end > x->start && x->end <= len);
        CHECK(x->def == OB_NO_DEF || x->def < o->n_defs);
        line = x->last_line;
        byte = x->end;
    }
    CHECK_INT(line, o->n_lines);
    CHECK_INT(byte, len);
}

TEST(each_line_of_random_text_is_in_exactly_one_passage)
{
    static const char *const pieces[] = {"# a\n",      "## 나\n",    "x\n",         "\n",
                                         "\n\n",       "    y\n",    "Title\n==\n", "```\n",
                                         "def f():\n", "\xEA\xB0\n", "---\n",       "class B {\n",
                                         "}\n",        "// c\n",     "* o\n"};
    static const char *const paths[] = {"a.md", "a.py", "a.c", "a.rst", "a.org", "a.txt", "x"};
    uint64_t seed = 99;
    for (int round = 0; round < 1500; round++) {
        char text[4096];
        uint16_t terms[4096];
        size_t len = 0;
        unsigned rows = (unsigned)round % 300;
        for (unsigned i = 0; i <= rows; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            const char *piece = pieces[(seed >> 40) % (sizeof pieces / sizeof *pieces)];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        for (size_t i = 0; i < 4096; i++)
            terms[i] = (uint16_t)(seed >> (i % 50)) % 60;
        const char *path = paths[(size_t)round % (sizeof paths / sizeof *paths)];
        const struct ob_lang *lang = ob_lang_of_path(path, strlen(path));
        struct ob_outline o;
        struct ob_passages p;
        CHECK_INT(ob_outline_scan(&o, lang, text, len), 0);
        CHECK_INT(ob_passages_cut(&p, &o, lang, round % 2 ? terms : NULL), 0);
        check_cover(&o, &p, len);
        ob_passages_release(&p);
        ob_outline_release(&o);
    }
}

TEST_MAIN(CASE(nothing_has_no_passage_and_little_has_one),
          CASE(code_is_cut_before_a_definition_in_the_second_part),
          CASE(a_comment_stays_with_what_it_is_about),
          CASE(a_passage_holds_no_more_terms_than_the_limit),
          CASE(notes_are_cut_at_their_headings_and_tiny_sections_stay_apart),
          CASE(a_long_section_is_cut_further), CASE(what_follows_a_wide_gap_does_not_go_on),
          CASE(nothing_goes_on_from_blank_lines), CASE(a_long_section_is_not_cut_inside_a_fence),
          CASE(a_passage_knows_its_definition_and_its_bytes),
          CASE(each_line_of_random_text_is_in_exactly_one_passage))
