#include <string.h>

#include "../../src/llm/header.h"
#include "test.h"

static void type_is(const char *value, const char *want)
{
    char type[20];
    ob__header_media_type(type, sizeof type, value);
    CHECK_STR(type, want);
}

TEST(a_media_type_is_lower_case_without_its_parameters)
{
    type_is("Text/Event-Stream; charset=utf-8", "text/event-stream");
    type_is("application/json", "application/json");
    type_is("text/html\t", "text/html");
    type_is("application/very-long-type", "application/very-lo"); /* cut */
    type_is("", "");
    type_is(NULL, "");
}

static void value_is(const char *line, const char *name, const char *want)
{
    size_t len = 0;
    const char *value = ob__header_value(&len, line, strlen(line), name);
    if (!value != !want || (want && (len != strlen(want) || memcmp(value, want, len) != 0)))
        test_fail(__FILE__, __LINE__, "%s in \"%s\" is \"%.*s\"", name, line, (int)len,
                  value ? value : "");
}

TEST(a_value_is_found_by_its_whole_name_without_blanks)
{
    value_is("Retry-After: 7\r\n", "retry-after", "7");
    value_is("RETRY-AFTER:7", "retry-after", "7");
    value_is("location:  https://h/경로 \t\r\n", "location", "https://h/경로");
    value_is("Retry-After:\r\n", "retry-after", "");
    value_is("Retry-After-Ms: 7", "retry-after", NULL);
    value_is("X-Retry-After: 7", "retry-after", NULL);
    value_is("Retry-After", "retry-after", NULL);
    value_is("", "retry-after", NULL);
}

TEST(headers_that_take_keys_are_known)
{
    CHECK(ob__header_is_key("Authorization: Bearer x") && ob__header_is_key("X-API-KEY: x"));
    CHECK(ob__header_is_key("api-key:x") && ob__header_is_key("x-goog-api-key: x"));
    CHECK(!ob__header_is_key("Content-Type: x") && !ob__header_is_key("Authorization-Info: x"));
}

TEST(a_wait_is_read_as_a_number_or_a_date_and_else_not)
{
    CHECK_INT(ob__header_retry_after_ms("7", 1000), 7000);
    CHECK_INT(ob__header_retry_after_ms("0.25", 1000), 250);
    CHECK_INT(ob__header_retry_after_ms("250", 1), 250);
    CHECK_INT(ob__header_retry_after_ms("-1", 1000), -1);
    CHECK_INT(ob__header_retry_after_ms("1e300", 1000), -1);
    CHECK_INT(ob__header_retry_after_ms("nan", 1000), -1);
    CHECK_INT(ob__header_retry_after_ms("7 s", 1000), -1);
    CHECK_INT(ob__header_retry_after_ms("곧", 1000), -1);
    CHECK_INT(ob__header_retry_after_ms("", 1000), -1);
    CHECK_INT(ob__header_retry_after_ms("Wed, 21 Oct 2015 07:28:00 GMT", 1000), 0);
    CHECK(ob__header_retry_after_ms("Fri, 31 Dec 2100 23:59:59 GMT", 1000) > 86400000L);
}

TEST_MAIN(CASE(a_media_type_is_lower_case_without_its_parameters),
          CASE(a_value_is_found_by_its_whole_name_without_blanks),
          CASE(headers_that_take_keys_are_known),
          CASE(a_wait_is_read_as_a_number_or_a_date_and_else_not))
