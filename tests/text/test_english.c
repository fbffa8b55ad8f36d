#include <string.h>

#include "openbook/text/terms.h"

#include "test.h"

static const char *stem(const char *word)
{
    static char copy[64];
    memset(copy, 0, sizeof copy);
    memcpy(copy, word, strlen(word));
    copy[ob_stem(copy, strlen(word))] = 0;
    return copy;
}

TEST(plurals_lose_their_ending)
{
    CHECK_STR(stem("files"), "fil");
    CHECK_STR(stem("file"), "fil");
    CHECK_STR(stem("queries"), "queri");
    CHECK_STR(stem("query"), "queri");
    CHECK_STR(stem("classes"), "class");
    CHECK_STR(stem("boxes"), "box");
    CHECK_STR(stem("caches"), "cach");
    CHECK_STR(stem("status"), "status");
    CHECK_STR(stem("class"), "class");
}

TEST(derivations_of_a_verb_meet)
{
    CHECK_STR(stem("parser"), "pars");
    CHECK_STR(stem("parsing"), "pars");
    CHECK_STR(stem("parsed"), "pars");
    CHECK_STR(stem("parse"), "pars");
    CHECK_STR(stem("running"), "run");
    CHECK_STR(stem("falling"), "fall");
    CHECK_STR(stem("connection"), "connect");
    CHECK_STR(stem("allocator"), "allocat");
    CHECK_STR(stem("allocation"), "allocat");
    CHECK_STR(stem("serialization"), "serializ");
    CHECK_STR(stem("serialisation"), "serializ");
    CHECK_STR(stem("initialize"), "initializ");
    CHECK_STR(stem("readable"), "read");
    CHECK_STR(stem("quickly"), "quick");
    CHECK_STR(stem("recursive"), "recurs");
    CHECK_STR(stem("library"), "librari");
}

TEST(short_and_mixed_words_stay)
{
    CHECK_STR(stem("ing"), "ing");
    CHECK_STR(stem("red"), "red");
    CHECK_STR(stem("sing"), "sing");
    CHECK_STR(stem("utf8"), "utf8");
    CHECK_STR(stem("한글"), "한글");
    CHECK_STR(stem("ring"), "ring");
}

TEST(stop_words_are_whole_words)
{
    CHECK(ob_stop_word("the", 3));
    CHECK(ob_stop_word("working", 7));
    CHECK(ob_stop_word("a", 1));
    CHECK(!ob_stop_word("thex", 4));
    CHECK(!ob_stop_word("th", 2));
    CHECK(!ob_stop_word("", 0));
    CHECK(!ob_stop_word("parse", 5));
}

TEST(words_that_frame_a_question_are_known)
{
    CHECK(ob_frame_word("advantage", 9)); /* the first and the last of the list */
    CHECK(ob_frame_word("your", 4));
    CHECK(ob_frame_word("difference", 10));
    CHECK(ob_frame_word("purpose", 7));
    CHECK(!ob_frame_word("purposely", 9));
    CHECK(!ob_frame_word("diff", 4));
    CHECK(!ob_frame_word("state", 5));
    CHECK(!ob_frame_word("", 0));
}

TEST_MAIN(CASE(plurals_lose_their_ending), CASE(derivations_of_a_verb_meet),
          CASE(short_and_mixed_words_stay), CASE(stop_words_are_whole_words),
          CASE(words_that_frame_a_question_are_known))
