/* Citations found in text that comes in pieces. */
#include <string.h>

#include "openbook/base/buf.h"

#include "../../src/answer/cite.h"
#include "test.h"

static const char *found(const char *text, size_t cut)
{
    static struct ob_buf out;
    struct ob__cites c = {0};
    size_t len = strlen(text);
    ob_buf_release(&out);
    ob_buf_init(&out, 4096);
    ob__cites_feed(&c, text, cut);
    ob__cites_feed(&c, text + cut, len - cut);
    ob__cites_end(&c);
    for (size_t i = 0; i < c.len; i++)
        CHECK_INT(ob_buf_appendf(&out, i ? " %zu" : "%zu", c.numbers[i]), 0);
    return ob_buf_str(&out);
}

/* The answer must not depend on where the stream was cut. */
static void check(const char *text, const char *want)
{
    for (size_t cut = 0; cut <= strlen(text); cut++)
        CHECK_STR(found(text, cut), want);
}

TEST(cite_finds_single_lists_and_ranges)
{
    check("It reads [1]. It writes [2][3].", "1 2 3");
    check("Both [1, 2] and [4;5] and [6-8].", "1 2 4 5 6 7 8");
    check("Again [2], and [2] again, then [1].", "2 1");
    check("[12]", "12");
}

TEST(cite_finds_numbers_behind_korean)
{
    check("색인은 저장할 때마다 갱신됩니다[1]. 삭제된 파일은 빠집니다 [2, 3].", "1 2 3");
    check("설정은 `a[7]`로 읽고[4] 끝납니다.", "4");
}

TEST(cite_ignores_what_is_no_citation)
{
    check("[x] [ ] [] [1a] [a1] [^1] [-1] [1,] [,1] [1.2] [99999] [[", "");
    check("[1\n2] [3", "");
    check("[[5]]", "5");
}

TEST(cite_does_not_look_into_code)
{
    check("Call `v[1]` and ``w[2] ` x[3]`` for it [4].", "4");
    check("```c\na[1] = b[2];\n```\nSee [3].", "3");
    check("~~~~\n[1]\n~~~\n[2]\n~~~~\n[3]", "3");
    check("   ```\n[1]\n   ```\n[2]", "2");
    check("Not a fence: a ``` b [1] ``` c [2]", "2");
    check("```\nnever closed [1]", "");
}

TEST(cite_takes_a_lone_backtick_for_what_it_is)
{
    check("An accent ` here [1].\nNext [2]", "1 2");
    check("tilde ~ and ~~gone~~ [3]", "3");
}

TEST(cite_counts_a_range_only_when_it_is_small_and_rises)
{
    check("[3-1]", "");
    check("[1-900]", "");
    check("[1--2]", "");
    check("[2 - 4]", "");
}

TEST(cite_survives_more_numbers_than_it_keeps)
{
    struct ob__cites c = {0};
    char text[32];
    for (int i = 0; i < 1000; i++) {
        int n = snprintf(text, sizeof text, "[%d]", i);
        ob__cites_feed(&c, text, (size_t)n);
    }
    ob__cites_end(&c);
    CHECK_INT(c.len, OB__CITES_MAX);
    CHECK_INT(c.numbers[OB__CITES_MAX - 1], OB__CITES_MAX - 1);
}

TEST_MAIN(CASE(cite_finds_single_lists_and_ranges), CASE(cite_finds_numbers_behind_korean),
          CASE(cite_ignores_what_is_no_citation), CASE(cite_does_not_look_into_code),
          CASE(cite_takes_a_lone_backtick_for_what_it_is),
          CASE(cite_counts_a_range_only_when_it_is_small_and_rises),
          CASE(cite_survives_more_numbers_than_it_keeps))
