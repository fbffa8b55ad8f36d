/* Turns of a loop: what they count, and what they do not. */
#include "openbook/base/clock.h"
#include "openbook/base/turns.h"

#include "test.h"

enum { BUSY_US = 20000, SLEEP_MS = 200 };

static void busy(uv_timer_t *timer)
{
    (void)timer;
    for (int64_t end_us = ob_clock_us() + BUSY_US; ob_clock_us() < end_us;)
        ;
}

static void nothing(uv_timer_t *timer)
{
    (void)timer;
}

static void on_closed(uv_handle_t *handle)
{
    *(bool *)handle->data = true;
}

TEST(a_turn_is_what_a_loop_does_and_not_its_sleep)
{
    uv_loop_t loop;
    uv_timer_t timer;
    struct ob_turns t;
    bool closed = false;
    CHECK_INT(uv_loop_init(&loop), 0);
    ob_turns_start(&t, &loop);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0); /* it keeps no loop alive */
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, busy, 1, 0);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    uv_timer_start(&timer, nothing, 1, 0);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK(t.longest_us >= BUSY_US && t.longest_cpu_us > 0);
    CHECK(t.longest_cpu_us <= t.longest_us + 1000);
    t.longest_us = 0;
    uv_timer_start(&timer, nothing, SLEEP_MS, 0);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    uv_timer_start(&timer, nothing, 1, 0);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK(t.longest_us < SLEEP_MS * 1000 && t.n >= 4);
    t.prepare.data = &closed;
    ob_turns_close(&t, on_closed);
    uv_close((uv_handle_t *)&timer, NULL);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK(closed);
    CHECK_INT(uv_loop_close(&loop), 0);
}

TEST_MAIN(CASE(a_turn_is_what_a_loop_does_and_not_its_sleep))
