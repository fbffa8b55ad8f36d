/* The clocks of the system.  Those that every system has cannot fail. */
#include "openbook/base/clock.h"

#include <time.h>

static int64_t in_us(const struct timespec *t)
{
    return (int64_t)t->tv_sec * 1000000 + t->tv_nsec / 1000;
}

int64_t ob_clock_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail for this clock */
    return in_us(&t);
}

int64_t ob_clock_thread_cpu_us(void)
{
    struct timespec t;
    return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) == 0 ? in_us(&t) : 0;
}

int64_t ob_clock_wall_s(void)
{
    return (int64_t)time(NULL);
}

int64_t ob_clock_wall_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t); /* cannot fail for this clock */
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
