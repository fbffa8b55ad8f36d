/* Encodings, with real bytes: English beside Korean, and what is malformed. */
#include <stdint.h>
#include <string.h>

#include "../../src/files/decode.h"
#include "test.h"

static const char *decoded(const char *bytes, size_t len, enum ob__encoding want)
{
    static struct ob_buf b;
    ob_buf_release(&b);
    ob_buf_init(&b, 1 << 20);
    CHECK_INT(ob_buf_append(&b, bytes, len), 0);
    CHECK_INT(ob__encoding_of(bytes, len), want);
    CHECK_INT(ob__decode(&b, want), 0);
    return ob_buf_str(&b);
}

#define DECODED(bytes, want) decoded(bytes, sizeof bytes - 1, want)

TEST(utf8_is_kept_but_for_its_mark)
{
    CHECK_STR(DECODED("plain\r\n", OB__UTF8), "plain\r\n");
    CHECK_STR(DECODED("\xEF\xBB\xBF# 제목\n", OB__UTF8), "# 제목\n");
    CHECK_STR(DECODED("a\xEA\xB0\nb\xFF\n", OB__UTF8), "a\xEA\xB0\nb\xFF\n");
}

TEST(utf16_is_told_by_its_mark)
{
    CHECK_STR(DECODED("\xFF\xFE"
                      "a\0\x00\xAC\r\0\n\0",
                      OB__UTF16_LE),
              "a가\r\n");
    CHECK_STR(DECODED("\xFE\xFF"
                      "\0a\xAC\x00\0\n\xD8\x3D\xDE\x00",
                      OB__UTF16_BE),
              "a가\n😀");
    CHECK_STR(DECODED("\xFF\xFE"
                      "\x3D\xD8\n\0x",
                      OB__UTF16_LE),
              "\xEF\xBF\xBD\n\xEF\xBF\xBD");
    (void)DECODED("\xFF\xFE\0\0a\0\0\0", OB__BINARY); /* UTF-32 */
    (void)DECODED("a\0b", OB__BINARY);
}

TEST(korean_code_pages_are_recognised)
{
    /* "한글 notes", "똠방" (the second is only in CP949) */
    CHECK_STR(DECODED("\xC7\xD1\xB1\xDB notes\n", OB__CP949), "한글 notes\n");
    CHECK_STR(DECODED("\xC7\xD1\xB1\xDB \x8C\x63\xB9\xE6\r\n", OB__CP949), "한글 똠방\r\n");
    (void)DECODED("caf\xE9 au lait, d\xE9j\xE0 vu\n", OB__UTF8); /* Latin-1 stays as it is */
    (void)DECODED("25\xB0"
                  "C\n",
                  OB__UTF8);
}

TEST(a_broken_pair_swallows_no_line_feed)
{
    static const char text[] =
        "\xC7\xD1\xB1\xDB \xC7\xD1\xB1\xDB \xC7\xD1\xB1\xDB \xC7\xD1\xB1\xDB "
        "\xC7\xD1\xB1\xDB \xC7\xD1\xB1\xDB \xC7\xD1\xB1\xDB \xC7\xD1\xB1\xDB "
        "\xC7\xD1\xB1\xDB \xC7\xD1\xB1\xDB \xC7\n";
    const char *got = DECODED(text, OB__CP949);
    CHECK(strstr(got, "한글 \xEF\xBF\xBD\n") != NULL);
}

TEST(no_cut_and_no_flipped_byte_moves_a_line)
{
    static const char text[] = "\xC7\xD1\xB1\xDB notes\n\xB9\xE6\xB9\xFD \xC7\xD1\xB1\xDB\r\nx\n";
    uint64_t seed = 3;
    for (size_t round = 0; round < 2000; round++) {
        char copy[sizeof text];
        size_t len = round < sizeof text ? round : sizeof text - 1, feeds = 0, lines = 0;
        memcpy(copy, text, sizeof text);
        for (int i = 0; round >= sizeof text && i < 2; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            copy[(seed >> 33) % len] = (char)(seed >> 21);
        }
        enum ob__encoding encoding = ob__encoding_of(copy, len);
        if (encoding != OB__UTF8 && encoding != OB__CP949)
            continue;
        struct ob_buf b;
        ob_buf_init(&b, 1 << 16);
        CHECK_INT(ob_buf_append(&b, copy, len), 0);
        CHECK_INT(ob__decode(&b, encoding), 0);
        for (size_t i = 0; i < len; i++)
            feeds += copy[i] == '\n';
        for (size_t i = 0; i < b.len; i++)
            lines += b.data[i] == '\n';
        CHECK_INT(lines, feeds);
        ob_buf_release(&b);
    }
}

TEST_MAIN(CASE(utf8_is_kept_but_for_its_mark), CASE(utf16_is_told_by_its_mark),
          CASE(korean_code_pages_are_recognised), CASE(a_broken_pair_swallows_no_line_feed),
          CASE(no_cut_and_no_flipped_byte_moves_a_line))
