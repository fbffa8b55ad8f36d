/* The fence around inserted text, whatever pieces it comes in. */
#include <string.h>

#include "../../src/answer/unwrap.h"
#include "test.h"

static const char *unwrap(const char *text, size_t cut)
{
    static struct ob_buf out;
    struct ob__unwrap u;
    ob_buf_release(&out);
    ob_buf_init(&out, 4096);
    ob__unwrap_init(&u);
    CHECK_INT(ob__unwrap_feed(&out, &u, text, cut), 0);
    CHECK_INT(ob__unwrap_feed(&out, &u, text + cut, strlen(text) - cut), 0);
    CHECK_INT(ob__unwrap_end(&out, &u), 0);
    ob__unwrap_release(&u);
    return ob_buf_str(&out);
}

static void check(const char *text, const char *want)
{
    for (size_t cut = 0; cut <= strlen(text); cut++)
        CHECK_STR(unwrap(text, cut), want);
}

TEST(unwrap_removes_the_fence_around_all)
{
    check("```c\nint x;\n```", "int x;");
    check("```\nint x;\n\nint y;\n```\n", "int x;\n\nint y;");
    check("```python\n# 설명\nprint('안녕')\n```  \n", "# 설명\nprint('안녕')");
}

TEST(unwrap_leaves_plain_text_alone)
{
    check("int x;\n", "int x;\n");
    check("", "");
    check("`x` is it", "`x` is it");
    check("``", "``");
    check("text\n```\ncode\n```\n", "text\n```\ncode\n```\n");
}

TEST(unwrap_keeps_fences_inside)
{
    check("```markdown\na\n```c\nb\n```\nc\n```", "a\n```c\nb\n```\nc");
}

TEST(unwrap_keeps_an_answer_that_broke_off)
{
    check("```c\nint x;\nint y", "int x;\nint y");
    check("```c\nchar *s = \"``", "char *s = \"``");
}

TEST(unwrap_takes_one_line_of_code_for_text)
{
    check("```not a fence``` really\n", "```not a fence``` really\n");
}

TEST_MAIN(CASE(unwrap_removes_the_fence_around_all), CASE(unwrap_leaves_plain_text_alone),
          CASE(unwrap_keeps_fences_inside), CASE(unwrap_keeps_an_answer_that_broke_off),
          CASE(unwrap_takes_one_line_of_code_for_text))
