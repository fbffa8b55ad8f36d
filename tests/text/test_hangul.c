#include <string.h>

#include "openbook/text/terms.h"

#include "test.h"

static const char *stem(const char *run)
{
    static char copy[256];
    size_t len = ob_hangul_stem(run, strlen(run));
    memcpy(copy, run, len);
    copy[len] = 0;
    return copy;
}

TEST(particles_come_off)
{
    CHECK_STR(stem("컨테이너가"), "컨테이너");
    CHECK_STR(stem("컨테이너에서는"), "컨테이너");
    CHECK_STR(stem("함수를"), "함수");
    CHECK_STR(stem("함수들의"), "함수");
    CHECK_STR(stem("스레드으로부터"), "스레드");
}

TEST(endings_come_off)
{
    CHECK_STR(stem("설명하는"), "설명");
    CHECK_STR(stem("처리하려면"), "처리");
    CHECK_STR(stem("호출했습니다"), "호출");
    CHECK_STR(stem("무엇인가요"), "무엇");
}

TEST(two_syllables_always_stay)
{
    CHECK_STR(stem("정의도"), "정의");
    CHECK_STR(stem("온도"), "온도");
    CHECK_STR(stem("를"), "를");
    CHECK_STR(stem("하나"), "하나");
}

TEST(a_particle_must_fit_the_final_consonant)
{
    CHECK_STR(stem("전문가"), "전문가"); /* "ga" stands after vowels only */
    CHECK_STR(stem("플레이"), "플레이"); /* "i" after consonants only */
    CHECK_STR(stem("파일로"), "파일");
    CHECK_STR(stem("책상으로"), "책상");
}

TEST(nouns_that_end_like_a_particle_stay_whole)
{
    static const char *const words[] = {
        "페이지", "메시지",   "이미지", "패키지", "홈페이지", "설정파일", "로그인",   "런타임",
        "비동기", "절대경로", "디자인", "프레임", "변환기",   "프로세서", "검색결과", "접근권한",
        "이야기", "초기화면", "네임",   "가비지", "리듀서",   "커버리지", "재시도"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CHECK_STR(stem(words[i]), words[i]);
    CHECK_STR(stem("페이지를"), "페이지");
    CHECK_STR(stem("페이지에서는"), "페이지");
    CHECK_STR(stem("설정파일은"), "설정파일");
}

TEST(bytes_that_are_no_syllables_stay_as_they_are)
{
    CHECK_INT(ob_hangul_stem("\xEA\xB0", 2), 2);
    CHECK_INT(ob_hangul_stem("", 0), 0);
    CHECK_INT(ob_hangul_stem("abcdef는", 9), 6); /* cut alike, never out of bounds */
}

TEST(question_boilerplate_is_known_with_its_endings)
{
    CHECK(ob_hangul_stop_word("무엇", 6));
    CHECK(ob_hangul_stop_word("방법은", 9));
    CHECK(ob_hangul_stop_word("설명해", 9));
    CHECK(!ob_hangul_stop_word("함수", 6));
    CHECK(!ob_hangul_stop_word("", 0));
}

TEST(words_that_frame_a_question_are_known_with_any_ending)
{
    CHECK(ob_hangul_frame_word("차이점은", 12));
    CHECK(ob_hangul_frame_word("장단점을", 12));
    CHECK(ob_hangul_frame_word("목적", 6));
    CHECK(!ob_hangul_frame_word("목", 3));
    CHECK(!ob_hangul_frame_word("함수의", 9));
    CHECK(!ob_hangul_frame_word("", 0));
}

TEST_MAIN(CASE(particles_come_off), CASE(endings_come_off), CASE(two_syllables_always_stay),
          CASE(a_particle_must_fit_the_final_consonant),
          CASE(nouns_that_end_like_a_particle_stay_whole),
          CASE(bytes_that_are_no_syllables_stay_as_they_are),
          CASE(question_boilerplate_is_known_with_its_endings),
          CASE(words_that_frame_a_question_are_known_with_any_ending))
