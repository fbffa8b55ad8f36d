/* The pre-scanner on bytes written out by hand: what a header claims is decided before it is believed. */
#include <string.h>

#include <msgpack.h>

#include "../../src/rpc/scan.h"
#include "test.h"

enum { SMALL = 1024 }; /* a ceiling that is easy to reach */

struct example {
    const char *bytes;
    size_t len;
};
#define EXAMPLE(text)                                                                              \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }

/* One message for each tag of msgpack, the value in an array of one. */
static const struct example whole[] = {
    EXAMPLE("\x90"),
    EXAMPLE("\x91\x00"),   /* positive fixint */
    EXAMPLE("\x91\x7f"),   /* its end */
    EXAMPLE("\x91\xe0"),   /* negative fixint */
    EXAMPLE("\x91\xff"),   /* its end */
    EXAMPLE("\x91\x80"),   /* fixmap */
    EXAMPLE("\x91\x82\xa1" /* two pairs */
            "a\x01\xa1"
            "b\x02"),
    EXAMPLE("\x91\x93\x01\x02\x03"),                     /* fixarray */
    EXAMPLE("\x91\xa0"),                                 /* fixstr */
    EXAMPLE("\x91\xa6\xec\x83\x89\xec\x9d\xb8"),         /* 색인 */
    EXAMPLE("\x91\xc0"),                                 /* nil */
    EXAMPLE("\x91\xc2"),                                 /* false */
    EXAMPLE("\x91\xc3"),                                 /* true */
    EXAMPLE("\x91\xc4\x02zz"),                           /* bin 8 */
    EXAMPLE("\x91\xc5\x00\x02zz"),                       /* bin 16 */
    EXAMPLE("\x91\xc6\x00\x00\x00\x02zz"),               /* bin 32 */
    EXAMPLE("\x91\xc7\x02\x05zz"),                       /* ext 8 */
    EXAMPLE("\x91\xc8\x00\x02\x05zz"),                   /* ext 16 */
    EXAMPLE("\x91\xc9\x00\x00\x00\x02\x05zz"),           /* ext 32 */
    EXAMPLE("\x91\xca\x7f\xc0\x00\x00"),                 /* float 32, NaN */
    EXAMPLE("\x91\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00"), /* float 64 */
    EXAMPLE("\x91\xcc\xff"),                             /* uint 8 */
    EXAMPLE("\x91\xcd\xff\xff"),
    EXAMPLE("\x91\xce\xff\xff\xff\xff"),
    EXAMPLE("\x91\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
    EXAMPLE("\x91\xd0\x80"), /* int 8 */
    EXAMPLE("\x91\xd1\x80\x00"),
    EXAMPLE("\x91\xd2\x80\x00\x00\x00"),
    EXAMPLE("\x91\xd3\x80\x00\x00\x00\x00\x00\x00\x00"),
    EXAMPLE("\x91\xd4\x01z"), /* fixext 1 */
    EXAMPLE("\x91\xd5\x01zz"),
    EXAMPLE("\x91\xd6\x01zzzz"),
    EXAMPLE("\x91\xd7\x01zzzzzzzz"),
    EXAMPLE("\x91\xd8\x01zzzzzzzzzzzzzzzz"),
    EXAMPLE("\x91\xd9\x02zz"), /* str 8 */
    EXAMPLE("\x91\xda\x00\x02zz"),
    EXAMPLE("\x91\xdb\x00\x00\x00\x02zz"),
    EXAMPLE("\x91\xdc\x00\x02\x01\x02"), /* array 16 */
    EXAMPLE("\x91\xdd\x00\x00\x00\x02\x01\x02"),
    EXAMPLE("\x91\xde\x00\x01\x01\x02"), /* map 16 */
    EXAMPLE("\x91\xdf\x00\x00\x00\x01\x01\x02"),
    EXAMPLE("\xdc\x00\x01\x00"), /* heads of a message in their long forms */
    EXAMPLE("\xdd\x00\x00\x00\x01\x00"),
    EXAMPLE("\x94\x00\xcd\x01\x00\xa4ping\x90"), /* a request */
    EXAMPLE("\x93\x02\xa4ping\x91\x80"),         /* a notification */
};
enum { N_WHOLE = sizeof whole / sizeof *whole };

static enum ob__scan_result feed(struct ob__scan *s, const char *bytes, size_t len)
{
    size_t used;
    enum ob__scan_result result = ob__scan_feed(s, &used, bytes, len);
    CHECK(used <= len);
    return result;
}

/* Fails unless exactly byte AT_BYTE (from 1) of BYTES is the one that is refused. */
static void check_refused_at(const char *bytes, size_t len, size_t at_byte, size_t max_bytes)
{
    struct ob__scan s;
    ob__scan_init(&s, max_bytes);
    for (size_t i = 0; i < len; i++) {
        enum ob__scan_result result = feed(&s, bytes + i, 1);
        if (result == OB__SCAN_MORE)
            continue;
        CHECK_INT(result, OB__SCAN_REFUSED);
        CHECK_INT(i + 1, at_byte);
        CHECK(s.reason != NULL && strstr(s.reason, "message") != NULL);
        return;
    }
    test_fail(__FILE__, __LINE__, "%zu bytes were not refused", len);
}

TEST(each_type_is_measured_to_its_last_byte)
{
    for (size_t i = 0; i < N_WHOLE; i++) {
        struct ob__scan s;
        size_t used;
        char bytes[64];
        memcpy(bytes, whole[i].bytes, whole[i].len);
        memset(bytes + whole[i].len, 0xc1, sizeof bytes - whole[i].len); /* of the next message */
        ob__scan_init(&s, SMALL);
        if (ob__scan_feed(&s, &used, bytes, sizeof bytes) != OB__SCAN_WHOLE)
            test_fail(__FILE__, __LINE__, "example %zu was not whole", i);
        CHECK_INT(used, whole[i].len);
        CHECK_INT(s.len, whole[i].len);
    }
}

TEST(each_type_truncated_at_any_byte_waits_for_more_and_goes_on_from_there)
{
    for (size_t i = 0; i < N_WHOLE; i++) {
        for (size_t cut = 0; cut < whole[i].len; cut++) {
            struct ob__scan s;
            ob__scan_init(&s, SMALL);
            CHECK_INT(feed(&s, whole[i].bytes, cut), OB__SCAN_MORE);
            CHECK_INT(s.len, cut);
            CHECK_INT(feed(&s, whole[i].bytes + cut, whole[i].len - cut), OB__SCAN_WHOLE);
            CHECK_INT(s.len, whole[i].len);
        }
    }
}

TEST(each_type_in_single_bytes_ends_at_its_last)
{
    for (size_t i = 0; i < N_WHOLE; i++) {
        struct ob__scan s;
        ob__scan_init(&s, SMALL);
        for (size_t j = 0; j + 1 < whole[i].len; j++)
            CHECK_INT(feed(&s, whole[i].bytes + j, 1), OB__SCAN_MORE);
        CHECK_INT(feed(&s, whole[i].bytes + whole[i].len - 1, 1), OB__SCAN_WHOLE);
    }
}

TEST(what_the_scanner_calls_whole_is_whole_to_msgpack_c_as_well)
{
    for (size_t i = 0; i < N_WHOLE; i++) {
        msgpack_unpacked got;
        size_t offset = 0;
        msgpack_unpacked_init(&got);
        CHECK_INT(msgpack_unpack_next(&got, whole[i].bytes, whole[i].len, &offset),
                  MSGPACK_UNPACK_SUCCESS);
        CHECK_INT(offset, whole[i].len);
        msgpack_unpacked_destroy(&got);
    }
}

TEST(a_header_that_claims_four_thousand_million_is_refused_as_soon_as_it_is_read)
{
    static const struct example claims[] = {
        EXAMPLE("\x91\xdd\xff\xff\xff\xff"), /* array 32 */
        EXAMPLE("\x91\xdf\xff\xff\xff\xff"), /* map 32: twice as many values */
        EXAMPLE("\x91\xdb\xff\xff\xff\xff"), /* str 32 */
        EXAMPLE("\x91\xc6\xff\xff\xff\xff"), /* bin 32 */
        EXAMPLE("\x91\xc9\xff\xff\xff\xff"), /* ext 32: and one byte */
    };
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++)
        check_refused_at(claims[i].bytes, claims[i].len, 6, OB_RPC_MAX_IN_BYTES);
    check_refused_at("\xdd\xff\xff\xff\xff", 5, 5, OB_RPC_MAX_IN_BYTES);
}

TEST(counts_that_cannot_fit_below_the_ceiling_are_refused_on_their_header)
{
    /* 1,024 bytes allowed, 4 taken: 1,021 values of a byte each cannot fit, 1,020 can. */
    check_refused_at("\xdc\x03\xfe", 3, 3, SMALL);
    struct ob__scan s;
    ob__scan_init(&s, SMALL);
    CHECK_INT(feed(&s, "\xdc\x03\xfd", 3), OB__SCAN_MORE);
    /* A string inside takes from the same: 1,021 - 1 values are promised yet. */
    check_refused_at("\xdc\x03\xfd\xa2", 4, 4, SMALL);
}

TEST(a_message_of_exactly_the_limit_passes_and_one_byte_more_does_not)
{
    static char bytes[SMALL];
    memset(bytes, 'a', sizeof bytes);
    memcpy(bytes, "\x91\xda\x03\xfb", 4); /* 4 + 1,019 = 1,023 */
    bytes[3] = (char)0xfc;                /* 4 + 1,020 = 1,024 */
    struct ob__scan s;
    ob__scan_init(&s, SMALL);
    CHECK_INT(feed(&s, bytes, sizeof bytes), OB__SCAN_WHOLE);
    CHECK_INT(s.len, SMALL);
    check_refused_at("\x91\xda\x03\xfd", 4, 4, SMALL);
}

TEST(sixteen_levels_pass_and_the_seventeenth_is_refused_in_constant_memory)
{
    char bytes[10000];
    memset(bytes, 0x91, sizeof bytes);
    struct ob__scan s;
    ob__scan_init(&s, OB_RPC_MAX_IN_BYTES);
    CHECK_INT(feed(&s, bytes, OB_RPC_MAX_IN_DEPTH), OB__SCAN_MORE);
    CHECK_INT(feed(&s, "\xc0", 1), OB__SCAN_WHOLE);
    check_refused_at(bytes, sizeof bytes, OB_RPC_MAX_IN_DEPTH + 1, OB_RPC_MAX_IN_BYTES);
    memset(bytes + 1, 0x81, sizeof bytes - 1); /* maps as keys of maps */
    check_refused_at(bytes, sizeof bytes, OB_RPC_MAX_IN_DEPTH + 1, OB_RPC_MAX_IN_BYTES);
}

TEST(empty_containers_count_as_a_level_only_while_they_are_open)
{
    char bytes[64];
    memset(bytes, 0x91, OB_RPC_MAX_IN_DEPTH - 1);
    memcpy(bytes + OB_RPC_MAX_IN_DEPTH - 1, "\x90", 1);
    struct ob__scan s;
    ob__scan_init(&s, SMALL);
    CHECK_INT(feed(&s, bytes, OB_RPC_MAX_IN_DEPTH), OB__SCAN_WHOLE);
    ob__scan_init(&s, SMALL);
    CHECK_INT(feed(&s, "\x94\x90\x80\x90\x91\xc0", 6), OB__SCAN_WHOLE);
}

TEST(the_number_of_values_of_a_message_is_bounded)
{
    static char bytes[OB_RPC_MAX_IN_VALUES + 8];
    memset(bytes, 0xc0, sizeof bytes);
    memcpy(bytes, "\xdd\x00\x00\xff\xff", 5); /* with the array itself 65,536 */
    struct ob__scan s;
    ob__scan_init(&s, OB_RPC_MAX_IN_BYTES);
    CHECK_INT(feed(&s, bytes, 5 + 65535), OB__SCAN_WHOLE);
    check_refused_at("\xdd\x00\x01\x00\x01", 5, 5, OB_RPC_MAX_IN_BYTES);
    /* Claims that are small one by one add up as well. */
    static char many[2 * OB_RPC_MAX_IN_VALUES];
    memset(many, 0x90, sizeof many);
    memcpy(many, "\x92\xdc\xff\xf0", 4);
    memcpy(many + 4 + 65520, "\xdc\xff\xf0", 3);
    check_refused_at(many, sizeof many, 4 + 65520 + 3 + 14, OB_RPC_MAX_IN_BYTES);
}

TEST(the_reserved_byte_is_refused_wherever_a_value_begins)
{
    check_refused_at("\xc1", 1, 1, SMALL);
    check_refused_at("\x91\xc1", 2, 2, SMALL);
    check_refused_at("\x92\xa1\xc1\xc1", 4, 4, SMALL); /* inside a string it is a byte */
}

TEST(only_an_array_begins_a_message)
{
    for (int head = 0; head < 256; head++) {
        bool is_array = (head >= 0x90 && head <= 0x9f) || head == 0xdc || head == 0xdd;
        char byte = (char)head;
        struct ob__scan s;
        ob__scan_init(&s, SMALL);
        CHECK_INT(feed(&s, &byte, 1) == OB__SCAN_REFUSED, !is_array);
    }
}

TEST(a_scanner_that_refused_stays_refused_until_it_is_prepared_anew)
{
    struct ob__scan s;
    ob__scan_init(&s, SMALL);
    CHECK_INT(feed(&s, "{\"id\":1}", 8), OB__SCAN_REFUSED);
    CHECK_INT(feed(&s, "\x90", 1), OB__SCAN_REFUSED);
    ob__scan_init(&s, SMALL);
    CHECK_INT(feed(&s, "\x90", 1), OB__SCAN_WHOLE);
}

TEST_MAIN(CASE(each_type_is_measured_to_its_last_byte),
          CASE(each_type_truncated_at_any_byte_waits_for_more_and_goes_on_from_there),
          CASE(each_type_in_single_bytes_ends_at_its_last),
          CASE(what_the_scanner_calls_whole_is_whole_to_msgpack_c_as_well),
          CASE(a_header_that_claims_four_thousand_million_is_refused_as_soon_as_it_is_read),
          CASE(counts_that_cannot_fit_below_the_ceiling_are_refused_on_their_header),
          CASE(a_message_of_exactly_the_limit_passes_and_one_byte_more_does_not),
          CASE(sixteen_levels_pass_and_the_seventeenth_is_refused_in_constant_memory),
          CASE(empty_containers_count_as_a_level_only_while_they_are_open),
          CASE(the_number_of_values_of_a_message_is_bounded),
          CASE(the_reserved_byte_is_refused_wherever_a_value_begins),
          CASE(only_an_array_begins_a_message),
          CASE(a_scanner_that_refused_stays_refused_until_it_is_prepared_anew))
