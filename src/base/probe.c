/* One thread, one timer and one wake-up a probe; DONE comes with the last of them closed, so that its
 * caller may count probes to know when a loop is empty. */
#include "openbook/base/probe.h"

#include "openbook/base/error.h"
#include "openbook/base/mem.h"

/* What looks at paths needs little, and many may hang. */
enum { STACK_BYTES = 512 * 1024 };

struct probe {
    uv_thread_t thread;
    uv_async_t ended; /* sent by the thread as the last thing it does */
    uv_timer_t timer;
    unsigned open_handles;
    ob_probe_work_cb work;
    ob_probe_cb late, done;
    void *data; /* the caller's */
};

static void run(void *arg)
{
    struct probe *p = arg;
    p->work(p->data);
    (void)uv_async_send(&p->ended); /* fails only on a closing handle, which is open until now */
}

static void on_closed(uv_handle_t *handle)
{
    struct probe *p = handle->data;
    if (--p->open_handles)
        return;
    p->done(p->data);
    ob_free(p);
}

static void on_ended(uv_async_t *ended)
{
    struct probe *p = ended->data;
    if (uv_is_closing((uv_handle_t *)ended))
        return;
    (void)uv_thread_join(&p->thread); /* at its end already */
    uv_close((uv_handle_t *)&p->ended, on_closed);
    uv_close((uv_handle_t *)&p->timer, on_closed);
}

static void on_time(uv_timer_t *timer)
{
    struct probe *p = timer->data;
    p->late(p->data);
}

static void on_nothing_closed(uv_handle_t *handle)
{
    struct probe *p = handle->data;
    if (--p->open_handles == 0)
        ob_free(p);
}

int ob_probe_start(uv_loop_t *loop, unsigned late_ms, ob_probe_work_cb work, ob_probe_cb late,
                   ob_probe_cb done, void *data)
{
    const uv_thread_options_t options = {UV_THREAD_HAS_STACK_SIZE, STACK_BYTES};
    struct probe *p = ob_alloc(sizeof *p);
    *p = (struct probe){.work = work, .late = late, .done = done, .data = data};
    if (uv_async_init(loop, &p->ended, on_ended) != 0) {
        ob_free(p);
        return OB_EFAIL;
    }
    (void)uv_timer_init(loop, &p->timer); /* cannot fail */
    p->ended.data = p->timer.data = p;
    p->open_handles = 2;
    uv_update_time(loop); /* what came before may have taken as long as LATE waits */
    (void)uv_timer_start(&p->timer, on_time, late_ms, 0);
    if (uv_thread_create_ex(&p->thread, &options, run, p) == 0)
        return 0;
    uv_close((uv_handle_t *)&p->ended, on_nothing_closed);
    uv_close((uv_handle_t *)&p->timer, on_nothing_closed);
    return OB_EFAIL;
}
