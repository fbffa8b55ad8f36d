/* Words that name nothing are known by their form. */
#include <string.h>

#include "../../src/retrieve/noise.h"
#include "test.h"

static void check(int line, const char *text, const char *word, bool pasted, bool noise)
{
    const char *at = strstr(text, word);
    CHECK(at != NULL);
    if (ob__is_noise(text, strlen(text), (size_t)(at - text), pasted) != noise)
        test_fail(__FILE__, line, "%s in \"%s\"%s", word, text, noise ? "" : " is a name");
}
#define NOISE(text, word) check(__LINE__, text, word, false, true)
#define NAME(text, word) check(__LINE__, text, word, false, false)
#define NOISE_IN_A_LOG(text, word)                                                                 \
    (check(__LINE__, text, word, false, false), check(__LINE__, text, word, true, true))
#define NAME_IN_A_LOG(text, word) check(__LINE__, text, word, true, false)

TEST(addresses_identifiers_and_hashes_are_noise_everywhere)
{
    NOISE("read of 0x7ffee3b1c2a8 failed", "0x7f");
    NOISE("main.go:12 +0x1d5", "0x1d5");
    NOISE("id=550e8400-e29b-41d4-a716-446655440000,", "e29b");
    NOISE("commit 3a6aeb3f", "aeb3f");
    NOISE("2026-01-05T10:11:12.123Z", "05T10");
    NOISE("[10:11:12] 시작", "11");
    NOISE("요청0x7ffee3b1c2a8에서", "0x7f");
}

TEST(names_and_codes_are_not)
{
    NAME("error 1062 of MySQL", "1062");
    NAME("TS2322", "TS2322");
    NAME("on 2026-01-05 we met", "2026"); /* a diary has it */
    NAME("at 12:30", "12");
    NAME("decade and facade", "facade");
    NAME("std::vector", "vector");
    NAME("0x", "0x");
    NAME("utf8 base64", "base64");
}

TEST(numbers_are_noise_in_a_log)
{
    NOISE_IN_A_LOG("==21881== Invalid write", "21881");
    NOISE_IN_A_LOG("took 977 ms", "977");
    NOISE_IN_A_LOG("2026-01-05 INFO", "2026");
    NOISE_IN_A_LOG("from 192.168.0.12", "168");
    NOISE_IN_A_LOG("req_01H8XKQ2V7PZ3M5N9R4T6W8Y0", "01H8");
    NAME_IN_A_LOG("error TS2322: Type", "TS2322");
    NAME_IN_A_LOG("error[E0425]: cannot", "E0425");
    NAME_IN_A_LOG("charge_card", "charge_card");
    NAME_IN_A_LOG("utf8 환불", "환불");
}

TEST_MAIN(CASE(addresses_identifiers_and_hashes_are_noise_everywhere),
          CASE(names_and_codes_are_not), CASE(numbers_are_noise_in_a_log))
