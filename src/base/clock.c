/* Clocks. */
#include "openbook/base/clock.h"

#include <time.h>

int64_t ob_clock_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail for this clock */
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t ob_clock_wall_s(void)
{
    return (int64_t)time(NULL);
}
