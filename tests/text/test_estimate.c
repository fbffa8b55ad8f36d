#include <string.h>

#include "openbook/text/estimate.h"

#include "test.h"

static size_t tokens(const char *text, double cjk)
{
    return ob_estimate_tokens(text, strlen(text), cjk);
}

TEST(nothing_costs_nothing)
{
    CHECK_INT(tokens("", 1.5), 0);
    CHECK_INT(tokens(" \n\t", 1.5), 0);
}

TEST(english_costs_about_a_quarter_token_a_byte)
{
    const char *text = "The daemon reads every file of the project once, cuts it into passages, "
                       "and keeps an index of the terms that stand in them.";
    CHECK(tokens(text, 1.5) >= strlen(text) / 5 && tokens(text, 1.5) <= strlen(text) / 3);
}

TEST(digits_and_punctuation_are_dear)
{
    CHECK_INT(tokens("12345678", 1.5), 8);
    CHECK_INT(tokens("{};;", 1.5), 4);
}

TEST(korean_costs_by_the_syllable_composed_or_not)
{
    CHECK_INT(tokens("한글 문서", 1.5), 6);
    CHECK_INT(tokens("한글 문서", 0.8), 4);
    CHECK_INT(tokens("\u1112\u1161\u11AB\u1100\u1173\u11AF", 1.5), 3);
}

TEST(base64_is_told_from_words)
{
    const char *key = "QmFzZTY0IGlzIG5vdCBwcm9zZSBhdCBhbGwsIDEyMzQ1Njc4OTA";
    CHECK_INT(tokens(key, 1.5), (strlen(key) * 7 + 9) / 10);
    CHECK(tokens("averyveryverylongidentifierindeed", 1.5) < 10);
}

TEST(cut_syllables_are_counted_and_survived)
{
    CHECK_INT(ob_estimate_tokens("한\xEA", 4, 1.5), 3);
    CHECK_INT(ob_estimate_tokens("\xFF\xFF", 2, 1.5), 2);
}

TEST_MAIN(CASE(nothing_costs_nothing), CASE(english_costs_about_a_quarter_token_a_byte),
          CASE(digits_and_punctuation_are_dear), CASE(korean_costs_by_the_syllable_composed_or_not),
          CASE(base64_is_told_from_words), CASE(cut_syllables_are_counted_and_survived))
