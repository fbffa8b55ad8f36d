#include <string.h>

#include "openbook/base/buf.h"
#include "openbook/base/error.h"
#include "openbook/text/utf8.h"

#include "test.h"

static const char *repaired(const char *text, size_t len)
{
    static struct ob_buf out;
    ob_buf_release(&out);
    ob_buf_init(&out, 4096);
    CHECK_INT(ob_utf8_repair(&out, text, len), 0);
    return ob_buf_str(&out);
}

static const char *normalized(const char *text)
{
    static struct ob_buf out;
    ob_buf_release(&out);
    ob_buf_init(&out, 4096);
    CHECK_INT(ob_utf8_normalize(&out, text, strlen(text)), 0);
    return ob_buf_str(&out);
}

#define R "\xEF\xBF\xBD"
#define REPAIRED(text) repaired(text, sizeof(text) - 1)

TEST(well_formed_text_of_every_length_is_valid)
{
    static const char text[] = "a\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"
                               "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF 한글";
    CHECK(ob_utf8_valid(text, sizeof text - 1));
    CHECK_STR(REPAIRED("한글 and text"), "한글 and text");
}

TEST(a_bad_byte_is_noticed_wherever_it_stands)
{
    char text[40];
    for (size_t i = 0; i < sizeof text; i++) {
        memset(text, 'a', sizeof text);
        text[i] = '\xFF';
        CHECK(!ob_utf8_valid(text, sizeof text));
        CHECK(ob_utf8_valid(text, i));
        CHECK(ob_utf8_valid(text + i + 1, sizeof text - i - 1));
    }
}

TEST(each_maximal_malformed_part_becomes_one_replacement)
{
    CHECK_STR(REPAIRED("\x80"), R);
    CHECK_STR(REPAIRED("\xBF\x80"), R R);
    CHECK_STR(REPAIRED("\xC0\xAF"), R R);             /* overlong '/' */
    CHECK_STR(REPAIRED("\xE0\x80\xAF"), R R R);       /* overlong, three bytes */
    CHECK_STR(REPAIRED("\xF0\x80\x80\xAF"), R R R R); /* overlong, four bytes */
    CHECK_STR(REPAIRED("\xED\xA0\x80"), R R R);       /* a surrogate */
    CHECK_STR(REPAIRED("\xF4\x90\x80\x80"), R R R R); /* over U+10FFFF */
    CHECK_STR(REPAIRED("\xF5\xFE\xFF"), R R R);       /* impossible bytes */
    CHECK_STR(REPAIRED("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                       "A"),
              R R R R "A");
    CHECK_STR(REPAIRED("\xF1\x80\x80\xE1\x80\xC2"
                       "b\x80"
                       "c\x80\xBF"
                       "d"),
              R R R "b" R "c" R R "d");
}

TEST(a_cut_syllable_is_one_replacement_and_the_next_line_feed_stays)
{
    CHECK_STR(REPAIRED("한\xEA\xB8\nx"), "한" R "\nx");
    CHECK_STR(REPAIRED("한\xEA\nx"), "한" R "\nx");
}

TEST(decoding_takes_at_least_one_byte_of_anything)
{
    for (unsigned first = 0; first < 256; first++)
        for (unsigned second = 0; second < 256; second++) {
            char text[2] = {(char)first, (char)second};
            uint32_t code;
            size_t took = ob_utf8_decode(&code, text, 2);
            CHECK(took >= 1 && took <= 2);
            CHECK(code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF));
        }
}

TEST(encoding_and_decoding_agree_for_every_code_point)
{
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        char bytes[4];
        uint32_t back;
        size_t len = ob_utf8_encode(bytes, code);
        CHECK_INT(ob_utf8_decode(&back, bytes, len), len);
        CHECK_INT(back, code >= 0xD800 && code <= 0xDFFF ? 0xFFFD : code);
    }
    char bytes[4];
    CHECK_INT(ob_utf8_encode(bytes, 0x110000), 3);
}

TEST(floor_never_cuts_a_character_and_keeps_malformed_tails)
{
    static const char text[] = "a한é😀b";
    static const size_t want[] = {0, 1, 1, 1, 4, 4, 6, 6, 6, 6, 10, 11};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        CHECK_INT(ob_utf8_floor(text, i), want[i]);
    CHECK_INT(ob_utf8_floor("a\x80\x80\x80\x80", 5), 5);
    CHECK_INT(ob_utf8_floor("a\xE0\x80", 3), 3); /* no character begins so */
}

TEST(decomposed_korean_is_composed)
{
    CHECK_STR(normalized("\u1112\u1161\u11AB\u1100\u1173\u11AF"), "한글");
    CHECK_STR(normalized("\uD558\u11AB"), "한"); /* syllable and a trailing jamo */
    CHECK_STR(normalized("\u1100\u1161\u1102\u1161"), "가나");
    CHECK_STR(normalized("\u1100"), "\u1100");
    CHECK_STR(normalized("\u1161\u11AB"), "\u1161\u11AB");
    CHECK_STR(normalized("한\u11AB"), "한\u11AB"); /* has its trailing consonant */
}

TEST(letters_and_their_marks_are_composed_as_nfc_does)
{
    CHECK_STR(normalized("e\u0301le\u0300ve E\u0301"), "élève É");
    CHECK_STR(normalized("e\u0323\u0302"), "ệ"); /* two marks, in the order of NFD */
    CHECK_STR(normalized("\u0438\u0306 \u03B1\u0301"), "й ά");
    CHECK_STR(normalized("\u304B\u3099\u306F\u309A\u30AB\u3099"), "がぱガ");
    CHECK_STR(normalized("\u1112\u1161\u11AB e\u0301"), "한 é");
    CHECK_STR(normalized("\u212B \u2126 \uF914"), "Å Ω 樂");   /* signs and doubles */
    CHECK_STR(normalized("x\u0302 \u0301"), "x\u0302 \u0301"); /* nothing is made of these */
    CHECK_STR(normalized("a"), "a");
    CHECK_STR(normalized("a\xCC"), "a" R);
}

TEST(folding_reads_one_letter_with_its_marks_in_lower_case)
{
    uint32_t code;
    CHECK_INT(ob_utf8_fold(&code, "E\u0301x", 4), 3);
    CHECK_INT(code, 0xE9);
    CHECK_INT(ob_utf8_fold(&code, "\u1112\u1161\u11AB", 9), 9);
    CHECK_INT(code, 0xD55C);
}

TEST(half_and_full_width_forms_are_unfolded)
{
    CHECK_STR(normalized("ＡＰＩ　ｖ２！"), "API v2!");
    /* half-width: HIEUH A NIEUN KIYEOK EU RIEUL */
    CHECK_STR(normalized("\uFFBE\uFFC2\uFFA4\uFFA1\uFFDA\uFFA9"), "한글");
    CHECK_STR(normalized("\uFFA1\uFFC2\uFFA4\uFFC2"), "가나");
}

TEST(normalizing_keeps_every_line_feed)
{
    CHECK_STR(normalized("\u1112\n\u1161\n\xEA\n"), "\u1112\n\u1161\n" R "\n");
}

TEST(repair_and_normalize_stop_at_the_ceiling)
{
    struct ob_buf out;
    ob_buf_init(&out, 4);
    CHECK_INT(ob_utf8_repair(&out, "ab\xFF\xFF", 4), OB_ETOOBIG);
    ob_buf_clear(&out);
    CHECK_INT(ob_utf8_normalize(&out, "한글", 6), OB_ETOOBIG);
    ob_buf_release(&out);
}

TEST(width_counts_columns)
{
    CHECK_INT(ob_utf8_width("abc", 3), 3);
    CHECK_INT(ob_utf8_width("한글 a", strlen("한글 a")), 6);
    CHECK_INT(ob_utf8_width("e\u0301", 3), 1);
    CHECK_INT(ob_utf8_width("\u1112\u1161\u11AB", 9), 2); /* 한, decomposed */
}

TEST(the_share_of_hangul_is_of_letters_only)
{
    CHECK(ob_utf8_hangul_share_01("", 0) == 0.0);
    CHECK(ob_utf8_hangul_share_01("1234 --", 7) == 0.0);
    CHECK(ob_utf8_hangul_share_01("abcd", 4) == 0.0);
    CHECK(ob_utf8_hangul_share_01("한글, 12", strlen("한글, 12")) == 1.0);
    CHECK(ob_utf8_hangul_share_01("한글ab", strlen("한글ab")) == 0.5);
    CHECK(ob_utf8_hangul_share_01("\u1112\u1161\u11AB", 9) == 1.0);
}

TEST_MAIN(CASE(well_formed_text_of_every_length_is_valid),
          CASE(a_bad_byte_is_noticed_wherever_it_stands),
          CASE(each_maximal_malformed_part_becomes_one_replacement),
          CASE(a_cut_syllable_is_one_replacement_and_the_next_line_feed_stays),
          CASE(decoding_takes_at_least_one_byte_of_anything),
          CASE(encoding_and_decoding_agree_for_every_code_point),
          CASE(floor_never_cuts_a_character_and_keeps_malformed_tails),
          CASE(decomposed_korean_is_composed),
          CASE(letters_and_their_marks_are_composed_as_nfc_does),
          CASE(folding_reads_one_letter_with_its_marks_in_lower_case),
          CASE(half_and_full_width_forms_are_unfolded), CASE(normalizing_keeps_every_line_feed),
          CASE(repair_and_normalize_stop_at_the_ceiling), CASE(width_counts_columns),
          CASE(the_share_of_hangul_is_of_letters_only))
