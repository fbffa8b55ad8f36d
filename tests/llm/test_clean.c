#include <string.h>

#include "../../src/llm/clean.h"
#include "test.h"

static void expect_cut(const char *text, size_t len, size_t size, const char *want)
{
    struct ob__clean c = {{0}, 0};
    struct ob_buf out;
    ob_buf_init(&out, 10000);
    for (size_t i = 0; i < len; i += size)
        CHECK_INT(ob__clean_feed(&out, &c, text + i, size < len - i ? size : len - i), 0);
    CHECK_INT(ob__clean_end(&out, &c), 0);
    CHECK_STR(ob_buf_str(&out), want);
    ob_buf_release(&out);
}

static void expect(const char *text, const char *want)
{
    for (size_t size = 1; size <= strlen(text); size++)
        expect_cut(text, strlen(text), size, want);
}

TEST(characters_stay_whole_however_they_are_cut)
{
    expect("plain", "plain");
    expect("한국어 ㄱ \xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB",
           "한국어 ㄱ \xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB");
    expect("\xF0\x9F\x99\x82 é", "\xF0\x9F\x99\x82 é");
}

TEST(what_steers_a_terminal_is_left_out)
{
    expect("a\x1b[31mred\x07\r\n\tb\x7f", "a[31mred\n\tb");
    expect("a\xC2\x9B"
           "31m",
           "a31m"); /* C1's CSI */
    expect_cut("a\0b", 3, 3, "ab");
}

TEST(malformed_bytes_become_the_replacement_character)
{
    expect("a\xFF"
           "b",
           "a\xEF\xBF\xBD"
           "b");
    expect("가\xEA\xB0", "가\xEF\xBF\xBD");
    expect("\xEA\xB0"
           "a",
           "\xEF\xBF\xBD"
           "a");
}

TEST(an_unfinished_character_waits_for_its_rest)
{
    struct ob__clean c = {{0}, 0};
    struct ob_buf out;
    ob_buf_init(&out, 100);
    CHECK_INT(ob__clean_feed(&out, &c, "a\xEA\xB0", 3), 0);
    CHECK_STR(ob_buf_str(&out), "a");
    CHECK_INT(ob__clean_feed(&out, &c, "\x80", 1), 0);
    CHECK_STR(ob_buf_str(&out), "a가");
    ob_buf_release(&out);
}

TEST_MAIN(CASE(characters_stay_whole_however_they_are_cut),
          CASE(what_steers_a_terminal_is_left_out),
          CASE(malformed_bytes_become_the_replacement_character),
          CASE(an_unfinished_character_waits_for_its_rest))
