/* A turn is measured from one preparation for sleep to the next; what was slept is taken off, as libuv
 * counts it. */
#include "openbook/base/turns.h"

#include "openbook/base/clock.h"
#include "openbook/base/mem.h"

static void note(int64_t *longest_us, int64_t us)
{
    *longest_us = us > *longest_us ? us : *longest_us;
}

static void on_prepare(uv_prepare_t *prepare)
{
    struct ob_turns *t = OB_CONTAINER_OF(prepare, struct ob_turns, prepare);
    int64_t now_us = ob_clock_us(), cpu_us = ob_clock_thread_cpu_us();
    uint64_t idle_ns = uv_metrics_idle_time(prepare->loop);
    if (t->n++) { /* the first one began before we looked */
        note(&t->longest_us,
             now_us - t->before_us - (int64_t)((idle_ns - t->idle_before_ns) / 1000));
        note(&t->longest_cpu_us, cpu_us - t->before_cpu_us);
    }
    t->before_us = now_us;
    t->before_cpu_us = cpu_us;
    t->idle_before_ns = idle_ns;
}

void ob_turns_start(struct ob_turns *t, uv_loop_t *loop)
{
    *t = (struct ob_turns){0};
    (void)uv_loop_configure(loop, UV_METRICS_IDLE_TIME); /* a loop that cannot: idling counts */
    (void)uv_prepare_init(loop, &t->prepare);            /* these two cannot fail */
    (void)uv_prepare_start(&t->prepare, on_prepare);
    uv_unref((uv_handle_t *)&t->prepare);
}

void ob_turns_close(struct ob_turns *t, uv_close_cb closed)
{
    uv_close((uv_handle_t *)&t->prepare, closed);
}
