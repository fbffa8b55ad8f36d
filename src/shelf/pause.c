/* Holds behind a mutex.  Invariant: `held` is set from the beginning of the first hold that counts to the
 * end of the last one; without it nobody takes the lock. */
#include "pause.h"

#include <stdbool.h>

#include <uv.h>

#include "openbook/base/clock.h"
#include "openbook/base/mem.h"

struct ob__pause {
    atomic_uint refs;
    atomic_bool held;
    int64_t most_us;
    uv_mutex_t lock; /* guards all below */
    uv_cond_t over;
    unsigned holds;
    int64_t began_us;      /* while held */
    int64_t not_before_us; /* the next hold that counts */
};

struct ob__pause *ob__pause_new(int64_t most_us)
{
    struct ob__pause *p = ob_alloc(sizeof *p);
    atomic_init(&p->refs, 1);
    p->most_us = most_us;
    (void)uv_mutex_init(&p->lock); /* cannot fail for a plain one */
    (void)uv_cond_init(&p->over);  /* cannot fail */
    return p;
}

struct ob__pause *ob__pause_ref(struct ob__pause *p)
{
    atomic_fetch_add(&p->refs, 1);
    return p;
}

void ob__pause_unref(struct ob__pause *p)
{
    if (!p || atomic_fetch_sub(&p->refs, 1) != 1)
        return;
    uv_cond_destroy(&p->over);
    uv_mutex_destroy(&p->lock);
    ob_free(p);
}

void ob__pause_begin(struct ob__pause *p)
{
    int64_t now_us = ob_clock_us();
    uv_mutex_lock(&p->lock);
    if (p->holds++ == 0 && now_us >= p->not_before_us) {
        p->began_us = now_us;
        atomic_store(&p->held, true);
    }
    uv_mutex_unlock(&p->lock);
}

void ob__pause_end(struct ob__pause *p)
{
    uv_mutex_lock(&p->lock);
    if (--p->holds == 0 && atomic_load(&p->held)) {
        int64_t now_us = ob_clock_us(), length_us = now_us - p->began_us;
        p->not_before_us = now_us + (length_us < p->most_us ? length_us : p->most_us);
        atomic_store(&p->held, false);
        uv_cond_broadcast(&p->over);
    }
    uv_mutex_unlock(&p->lock);
}

void ob__pause_wait(struct ob__pause *p, const atomic_bool *stop)
{
    if (!p || !atomic_load(&p->held))
        return;
    uv_mutex_lock(&p->lock);
    while (atomic_load(&p->held) && !atomic_load(stop)) {
        int64_t left_us = p->began_us + p->most_us - ob_clock_us();
        if (left_us <= 0)
            break;
        (void)uv_cond_timedwait(&p->over, &p->lock, (uint64_t)left_us * 1000); /* looks again */
    }
    uv_mutex_unlock(&p->lock);
}

void ob__pause_wake(struct ob__pause *p)
{
    if (!p)
        return;
    uv_mutex_lock(&p->lock);
    uv_cond_broadcast(&p->over);
    uv_mutex_unlock(&p->lock);
}
