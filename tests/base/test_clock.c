/* Clocks. */
#include <uv.h>

#include "openbook/base/clock.h"

#include "test.h"

enum { WORK_US = 20 * 1000 };

/* Works for WORK_US of CPU time; how long that took of it is written to DATA. */
static void work(void *data)
{
    int64_t start_us = ob_clock_thread_cpu_us(), *took_us = data;
    do
        *took_us = ob_clock_thread_cpu_us() - start_us;
    while (*took_us < WORK_US);
}

TEST(cpu_time_is_that_of_the_thread_that_asks)
{
    uv_thread_t thread;
    int64_t here_us = ob_clock_thread_cpu_us(), there_us = 0;
    CHECK_INT(uv_thread_create(&thread, work, &there_us), 0);
    CHECK_INT(uv_thread_join(&thread), 0);
    here_us = ob_clock_thread_cpu_us() - here_us;
    CHECK(there_us >= WORK_US);
    CHECK(here_us < WORK_US);
}

TEST(monotonic_clock_runs_at_least_as_fast_as_the_cpu_is_used)
{
    int64_t start_us = ob_clock_us(), took_us = 0;
    work(&took_us);
    CHECK(ob_clock_us() - start_us >= WORK_US);
}

TEST(time_of_day_is_the_same_in_seconds_and_in_nanoseconds)
{
    int64_t before_s = ob_clock_wall_s(), now_ns = ob_clock_wall_ns(), after_s = ob_clock_wall_s();
    CHECK(now_ns / 1000000000 >= before_s);
    CHECK(now_ns / 1000000000 <= after_s + 1); /* time() may lag by a tick */
}

TEST_MAIN(CASE(cpu_time_is_that_of_the_thread_that_asks),
          CASE(monotonic_clock_runs_at_least_as_fast_as_the_cpu_is_used),
          CASE(time_of_day_is_the_same_in_seconds_and_in_nanoseconds))
