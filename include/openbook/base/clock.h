/* Time: a monotonic clock for deadlines and durations, the CPU time of a thread, and the time of day.  Any
 * thread. */
#ifndef OB_BASE_CLOCK_H
#define OB_BASE_CLOCK_H

#include <stdint.h>

/* Microseconds since some fixed moment; never goes back. */
int64_t ob_clock_us(void);

/* CPU time that the calling thread has taken, in microseconds; 0 where the system does not tell. */
int64_t ob_clock_thread_cpu_us(void);

/* Since 1970, for what people read and files record: may be set back meanwhile.  In nanoseconds as the stamps
 * of files have it. */
int64_t ob_clock_wall_s(void);
int64_t ob_clock_wall_ns(void);

#endif
