/* A set of paths behind a mutex.  Invariant: `asked` grows with every push, and whoever takes the
 * work learns the number up to which it is complete; so "fresh" is a comparison of two numbers. */
#include "queue.h"

#include <stdatomic.h>
#include <string.h>

#include <uv.h>

#include "openbook/base/mem.h"

/* A checkout of a large branch: one walk is cheaper than so many single looks. */
enum { MOST_PATHS = 8192 };

struct ob__queue {
    atomic_uint refs;
    uv_mutex_t lock; /* guards all below */
    uv_cond_t filled;
    struct ob_map paths;
    bool rescan, check, stopped;
    uint64_t asked;
};

struct ob__queue *ob__queue_new(void)
{
    struct ob__queue *q = ob_alloc(sizeof *q);
    atomic_init(&q->refs, 1);
    (void)uv_mutex_init(&q->lock);  /* cannot fail for a plain one */
    (void)uv_cond_init(&q->filled); /* cannot fail */
    return q;
}

struct ob__queue *ob__queue_ref(struct ob__queue *q)
{
    atomic_fetch_add(&q->refs, 1);
    return q;
}

void ob__queue_unref(struct ob__queue *q)
{
    if (!q || atomic_fetch_sub(&q->refs, 1) != 1)
        return;
    ob_map_release(&q->paths);
    uv_cond_destroy(&q->filled);
    uv_mutex_destroy(&q->lock);
    ob_free(q);
}

/* Under the lock. */
static void add(struct ob__queue *q, const char *path, bool force)
{
    if (q->paths.len < MOST_PATHS)
        *ob_map_put(&q->paths, path, strlen(path), NULL) |= force;
    else
        q->rescan = true;
}

void ob__queue_push(struct ob__queue *q, const char *path, bool force)
{
    uv_mutex_lock(&q->lock);
    q->asked++;
    add(q, path, force);
    uv_cond_signal(&q->filled);
    uv_mutex_unlock(&q->lock);
}

void ob__queue_push_all(struct ob__queue *q, const char *const *paths, size_t n, bool rescan)
{
    if (n == 0 && !rescan)
        return;
    uv_mutex_lock(&q->lock);
    q->asked++;
    q->rescan |= rescan;
    for (size_t i = 0; i < n; i++)
        add(q, paths[i], false);
    uv_cond_signal(&q->filled);
    uv_mutex_unlock(&q->lock);
}

void ob__queue_push_rescan(struct ob__queue *q)
{
    ob__queue_push_all(q, NULL, 0, true);
}

void ob__queue_push_check(struct ob__queue *q)
{
    uv_mutex_lock(&q->lock);
    q->asked++;
    q->check = true;
    uv_cond_signal(&q->filled);
    uv_mutex_unlock(&q->lock);
}

void ob__queue_stop(struct ob__queue *q)
{
    uv_mutex_lock(&q->lock);
    q->stopped = true;
    uv_cond_signal(&q->filled);
    uv_mutex_unlock(&q->lock);
}

bool ob__queue_take(struct ob__work *out, struct ob__queue *q)
{
    uv_mutex_lock(&q->lock);
    while (!q->stopped && !q->rescan && !q->check && q->paths.len == 0)
        uv_cond_wait(&q->filled, &q->lock);
    bool going = !q->stopped;
    *out = (struct ob__work){
        .paths = q->paths, .rescan = q->rescan, .check = q->check, .seq = q->asked};
    q->paths = (struct ob_map){0};
    q->rescan = q->check = false;
    uv_mutex_unlock(&q->lock);
    if (!going)
        ob_map_release(&out->paths);
    return going;
}

uint64_t ob__queue_asked(struct ob__queue *q)
{
    uv_mutex_lock(&q->lock);
    uint64_t asked = q->asked;
    uv_mutex_unlock(&q->lock);
    return asked;
}

size_t ob__queue_len(struct ob__queue *q)
{
    uv_mutex_lock(&q->lock);
    size_t len = q->paths.len;
    uv_mutex_unlock(&q->lock);
    return len;
}

bool ob__queue_has_rescan(struct ob__queue *q)
{
    uv_mutex_lock(&q->lock);
    bool rescan = q->rescan;
    uv_mutex_unlock(&q->lock);
    return rescan;
}
