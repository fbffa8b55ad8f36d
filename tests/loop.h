/* Running a loop until something has happened, or failing by a deadline. */
#ifndef OB_TESTS_LOOP_H
#define OB_TESTS_LOOP_H

#include <uv.h>

#include "openbook/base/clock.h"

#include "test.h"

enum { DEADLINE_MS = 20000 };

static inline void loop_on_tick(uv_timer_t *timer)
{
    (void)timer; /* wakes uv_run so that the condition is looked at again */
}

static inline void loop_until(uv_loop_t *l, bool (*holds)(void *data), void *data, const char *what)
{
    uv_timer_t tick;
    int64_t end_us = ob_clock_us() + DEADLINE_MS * 1000;
    uv_timer_init(l, &tick);
    uv_timer_start(&tick, loop_on_tick, 5, 5);
    while (!holds(data)) {
        if (ob_clock_us() > end_us)
            test_fail(__FILE__, __LINE__, "in vain: %s", what);
        uv_run(l, UV_RUN_ONCE);
    }
    uv_close((uv_handle_t *)&tick, NULL);
    uv_run(l, UV_RUN_NOWAIT);
}

#endif
