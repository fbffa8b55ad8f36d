#include "openbook/base/error.h"

#include "../../src/llm/retry.h"
#include "test.h"

enum { PLENTY_MS = 120000 };

static long again(int http_status, long retry_after_ms, unsigned tries)
{
    struct ob__failure f = {0, http_status, false, retry_after_ms};
    return ob__retry_ms(&f, tries, PLENTY_MS);
}

TEST(a_server_that_loads_is_asked_until_our_patience_ends)
{
    struct ob__failure f = {0, 503, false, -1};
    CHECK_INT(again(503, -1, 0), 500);
    CHECK_INT(again(503, -1, 1), 1000);
    CHECK_INT(again(503, -1, 4), 8000);
    CHECK_INT(again(529, -1, 1000), 8000);
    CHECK_INT(ob__retry_ms(&f, 9, 8000), 8000);
    CHECK_INT(ob__retry_ms(&f, 9, 7999), -1);
    CHECK_INT(ob__retry_ms(&f, 0, 0), -1);
}

TEST(limits_and_failures_are_asked_again_a_few_times)
{
    CHECK_INT(again(429, -1, 3), 4000);
    CHECK_INT(again(429, -1, 4), -1);
    CHECK_INT(again(500, -1, 1), 1000);
    CHECK_INT(again(502, -1, 2), -1);
    CHECK_INT(again(408, -1, 0), 500);
}

TEST(what_the_server_asks_for_is_kept_up_to_a_minute)
{
    CHECK_INT(again(429, 1, 0), 1);
    CHECK_INT(again(429, 0, 0), 0);
    CHECK_INT(again(503, 60000, 0), 60000);
    CHECK_INT(again(503, 60001, 0), -1);
    CHECK_INT(again(429, 3600000, 0), -1);
}

TEST(what_waiting_does_not_help_is_not_asked_again)
{
    struct ob__failure quota = {0, 429, true, 1}, refused = {OB_ECONNECT, 0, false, -1},
                       broke = {OB_EIO, 0, false, -1}, silent = {OB_ETIMEOUT, 0, false, -1};
    int statuses[] = {400, 401, 402, 403, 404, 413, 422, 501, 200, 302};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        CHECK_INT(again(statuses[i], -1, 0), -1);
    CHECK_INT(ob__retry_ms(&quota, 0, PLENTY_MS), -1);
    CHECK_INT(ob__retry_ms(&refused, 0, PLENTY_MS), -1);
    CHECK_INT(ob__retry_ms(&silent, 0, PLENTY_MS), -1);
    CHECK_INT(ob__retry_ms(&broke, 0, PLENTY_MS), 500);
    CHECK_INT(ob__retry_ms(&broke, 1, PLENTY_MS), -1);
}

TEST_MAIN(CASE(a_server_that_loads_is_asked_until_our_patience_ends),
          CASE(limits_and_failures_are_asked_again_a_few_times),
          CASE(what_the_server_asks_for_is_kept_up_to_a_minute),
          CASE(what_waiting_does_not_help_is_not_asked_again))
