/* What a passage uses of its own file. */
#include "../../src/answer/uses.h"
#include "pages.h"
#include "test.h"

enum { MOST = 8 };

static struct ob_arena arena;
static struct ob__span used[MOST];

/* Those that lines FIRST..LAST of TEXT use, as "NAME:FIRST-LAST ". */
static const char *uses_at_most(const char *path, const char *text, uint32_t first, uint32_t last,
                                size_t most)
{
    static char list[512];
    struct ob__page page = page_of(&arena, path, text);
    struct ob__span s = span_of(&page, first, last, 1.0);
    size_t n = ob__uses_find(used, &arena, &s, most), len = 0;
    list[0] = '\0';
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(list + len, sizeof list - len, "%s:%u-%u ", used[i].symbol,
                                used[i].first_line, used[i].last_line);
    return list;
}

static const char *uses(const char *path, const char *text, uint32_t first, uint32_t last)
{
    return uses_at_most(path, text, first, last, MOST);
}

static const char GATE[] = "#define ROOM 7\n"      /* 1 */
                           "/* Who comes in. */\n" /* 2 */
                           "struct guest {\n"      /* 3 */
                           "    int age;\n"        /* 4 */
                           "};\n"                  /* 5 */
                           "#define LEAST 18\n"    /* 6 */
                           "#define MOST 99\n"     /* 7 */
                           "int other(void)\n{\n    return 1;\n}\n"
                           "/* MOST of all. */\n"                   /* 12 */
                           "int let_in(const struct guest *g)\n{\n" /* 13 */
                           "    return g->age >= LEAST && ROOM;\n"  /* 15 */
                           "    // and MOST\n    other();\n}\n";    /* 18 */

TEST(what_code_uses_is_found_in_the_order_of_its_use)
{
    CHECK_STR(uses("gate.c", GATE, 12, 18), "guest:2-5 LEAST:6-6 ROOM:1-1 ");
    CHECK_INT(used[0].best_line, 3);
    CHECK_INT(ob__span_line(&used[0]), 2);
    CHECK_STR(uses_at_most("gate.c", GATE, 12, 18, 2), "guest:2-5 LEAST:6-6 ");
}

TEST(what_a_passage_holds_it_need_not_be_given)
{
    CHECK_STR(uses("gate.c", GATE, 6, 18), "guest:2-5 ROOM:1-1 ");
    CHECK_STR(uses("gate.c", GATE, 1, 18), "");
    CHECK_STR(uses("gate.c", GATE, 8, 11), ""); /* uses nothing */
}

TEST(members_are_in_reach_of_those_beside_them_alone)
{
    const char *text = "class A:\n"
                       "    class Row:\n"
                       "        pass\n"
                       "    def check(self):\n"
                       "        return self.Row()\n"
                       "\n"
                       "class B:\n"
                       "    def check(self, other):\n"
                       "        return other.Row\n";
    CHECK_STR(uses("a.py", text, 4, 5), "Row:2-3 ");
    CHECK_STR(uses("a.py", text, 7, 9), "");
}

TEST(names_in_korean_and_in_text_that_is_no_utf8_are_words)
{
    CHECK_STR(uses("한도.py", "한도 = 7\n한 = 1\n\n\ndef 검사(수):\n    return 수 < 한도\n", 5, 6),
              "한도:1-1 ");
    CHECK_STR(
        uses("bad.py", "LIMIT = 7\n\n\ndef check(n):\n    return \xff n < LIMIT \xed\xa0\n", 4, 5),
        "LIMIT:1-1 ");
}

TEST(notes_long_definitions_and_files_of_no_language_give_nothing)
{
    char text[1024] = "enum kind {\n";
    for (int i = 0; i < OB__USES_LINES; i++)
        strcat(text, "    SOME,\n");
    strcat(text, "};\n\nvoid f(enum kind k)\n{\n}\n");
    CHECK_STR(uses("long.c", text, OB__USES_LINES + 4, OB__USES_LINES + 6), "");
    struct ob__page note = page_of(&arena, "a.md", "# limit\n\ntext\n\n# other\n\nlimit\n");
    struct ob__span s = span_of(&note, 5, 7, 1.0);
    s.kind = OB_KIND_NOTE;
    CHECK_INT(ob__uses_find(used, &arena, &s, MOST), 0);
    CHECK_STR(uses("a.unheard-of", "limit = 1\n\n\n\nlimit\n", 5, 5), "");
    CHECK_STR(uses("empty.c", "", 1, 1), "");
}

TEST_MAIN(CASE(what_code_uses_is_found_in_the_order_of_its_use),
          CASE(what_a_passage_holds_it_need_not_be_given),
          CASE(members_are_in_reach_of_those_beside_them_alone),
          CASE(names_in_korean_and_in_text_that_is_no_utf8_are_words),
          CASE(notes_long_definitions_and_files_of_no_language_give_nothing))
