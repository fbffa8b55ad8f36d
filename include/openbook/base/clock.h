/* Time: a monotonic clock for deadlines and durations.  Any thread. */
#ifndef OB_BASE_CLOCK_H
#define OB_BASE_CLOCK_H

#include <stdint.h>

/* Microseconds since some fixed moment; never goes back. */
int64_t ob_clock_us(void);

/* Seconds since 1970, for what people read and files record. */
int64_t ob_clock_wall_s(void);

#endif
