/* What is taken out of text that comes from files or from a model. */
#include <string.h>

#include "../../src/answer/clean.h"
#include "test.h"

static const char *clean(const char *text)
{
    static struct ob_buf out;
    ob_buf_release(&out);
    ob_buf_init(&out, 4096);
    CHECK_INT(ob__clean(&out, text, strlen(text)), 0);
    return ob_buf_str(&out);
}

TEST(clean_keeps_what_people_read)
{
    CHECK_STR(clean("a\tb\nc"), "a\tb\nc");
    CHECK_STR(clean("한글 문서 漢字 é 👩‍💻"), "한글 문서 漢字 é 👩‍💻");
    /* A decomposed syllable stays as it is written. */
    CHECK_STR(clean("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"),
              "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab");
}

TEST(clean_removes_what_drives_a_terminal)
{
    CHECK_STR(clean("a\x1b[31mred\x07\r\n"), "a[31mred\n");
    CHECK_STR(clean("x\xc2\x9b"
                    "1m\x7f"),
              "x1m");
}

TEST(clean_removes_what_hides)
{
    CHECK_STR(clean("user\xe2\x80\xae txt"), "user txt"); /* U+202E */
    CHECK_STR(clean("a\xe2\x80\x8b"
                    "b\xef\xbb\xbf"
                    "c\xe2\x81\xa6"
                    "d"),
              "abcd");                                              /* zero width, BOM, isolate */
    CHECK_STR(clean("go\xf3\xa0\x81\xa1\xf3\xa0\x81\x9f!"), "go!"); /* tag characters */
}

TEST(clean_marks_malformed_bytes)
{
    CHECK_STR(clean("a\xff"
                    "b"),
              "a\xef\xbf\xbd"
              "b");
    CHECK_STR(clean("\xed\x95"), "\xef\xbf\xbd"); /* half a syllable */
}

TEST(clean_says_when_there_is_no_room)
{
    struct ob_buf out;
    ob_buf_init(&out, 2);
    CHECK(ob__clean(&out, "abc", 3) != 0);
    ob_buf_release(&out);
}

TEST_MAIN(CASE(clean_keeps_what_people_read), CASE(clean_removes_what_drives_a_terminal),
          CASE(clean_removes_what_hides), CASE(clean_marks_malformed_bytes),
          CASE(clean_says_when_there_is_no_room))
