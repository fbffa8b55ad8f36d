/* Line tables. */
#include <stdlib.h>

#include "../../src/answer/page.h"
#include "pages.h"
#include "test.h"

static const char *lines(const char *text, uint32_t first, uint32_t last)
{
    static struct ob_arena a;
    struct ob__page page = page_of(&a, "a.md", text);
    size_t len;
    const char *start = ob__page_lines(&len, &page, first, last);
    return ob_arena_strndup(&a, start, len);
}

TEST(page_gives_lines_without_their_ends)
{
    CHECK_STR(lines("one\ntwo\nthree\n", 1, 1), "one");
    CHECK_STR(lines("one\ntwo\nthree\n", 2, 3), "two\nthree");
    CHECK_STR(lines("one\ntwo\nthree", 3, 3), "three");
    CHECK_STR(lines("하나\r\n둘\r\n", 1, 2), "하나\r\n둘");
}

TEST(page_clamps_lines_that_are_not_there)
{
    CHECK_STR(lines("one\ntwo\n", 2, 99), "two");
    CHECK_STR(lines("one\ntwo\n", 3, 4), "");
    CHECK_STR(lines("one\n", 0, 1), "");
    CHECK_STR(lines("one\ntwo\n", 2, 1), "");
    CHECK_STR(lines("", 1, 1), "");
}

TEST(page_counts_a_last_line_without_an_end)
{
    struct ob_arena a = OB_ARENA_INIT;
    CHECK_INT(page_of(&a, "a", "x\ny").n_lines, 2);
    CHECK_INT(page_of(&a, "a", "x\ny\n").n_lines, 2);
    CHECK_INT(page_of(&a, "a", "\n").n_lines, 1);
    CHECK_INT(page_of(&a, "a", "").n_lines, 0);
    ob_arena_release(&a);
}

TEST_MAIN(CASE(page_gives_lines_without_their_ends), CASE(page_clamps_lines_that_are_not_there),
          CASE(page_counts_a_last_line_without_an_end))
