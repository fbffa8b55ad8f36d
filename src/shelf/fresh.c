/* Waiting for freshness.  When a waiter comes, the system is asked for all changes it knows of; a
 * change is known to it as soon as the call that made it has returned, so this is a fence.  When it has
 * much to tell the loop reads that in turns (ob_watch_settle).  The waiter notes two numbers: what is then
 * asked of the queue, and the client's last change.  It is content when the keeper has done the first and
 * the client's view shows the second on an index that has the first.
 *
 * Every waiter ends by closing its timer, and the callback runs in the close callback: never before
 * ob_shelf_when_fresh returns, exactly once, and never inside somebody else's loop over the list. */
#include "openbook/base/error.h"
#include "openbook/base/mem.h"

#include "inside.h"

struct ob__waiter {
    struct ob_shelf *shelf;
    uv_timer_t timer;
    struct ob_watch_known known; /* what the watch had to tell */
    uint64_t client, seq, delta_asked;
    uint64_t version; /* of the index when seq was reached */
    bool asked;       /* seq is known */
    bool seq_reached;
    bool ended;
    int status;
    void (*cb)(int status, void *data);
    void *data;
    struct ob__waiter *next;
};

static void unlink_waiter(struct ob__waiter *w)
{
    for (struct ob__waiter **link = &w->shelf->waiters; *link; link = &(*link)->next)
        if (*link == w) {
            *link = w->next;
            return;
        }
}

static void on_closed(uv_handle_t *handle)
{
    struct ob__waiter *w = OB_CONTAINER_OF(handle, struct ob__waiter, timer);
    struct ob_shelf *s = w->shelf;
    unlink_waiter(w);
    w->cb(w->status, w->data);
    ob_free(w);
    ob__shelf_settle(s);
}

static void end(struct ob__waiter *w, int status)
{
    if (w->ended)
        return;
    w->ended = true;
    w->status = status;
    uv_close((uv_handle_t *)&w->timer, on_closed);
}

/* Whether all that was changed before is in the queue; then the waiter knows what it waits for. */
static bool is_asked(struct ob__waiter *w)
{
    struct ob_shelf *s = w->shelf;
    if (!w->asked && (!s->watch || ob_watch_settle(s->watch, &w->known))) {
        w->asked = true;
        w->seq = ob__queue_asked(s->keeper.queue);
    }
    return w->asked;
}

static bool is_content(struct ob__waiter *w)
{
    struct ob_shelf *s = w->shelf;
    if (!is_asked(w))
        return false;
    if (!w->seq_reached && s->news.done_seq >= w->seq) {
        w->seq_reached = true;
        w->version = s->news.version;
    }
    return w->seq_reached && ob__delta_has(s, w->client, w->delta_asked, w->version);
}

static void on_timeout(uv_timer_t *timer)
{
    struct ob__waiter *w = OB_CONTAINER_OF(timer, struct ob__waiter, timer);
    end(w, OB_ETIMEOUT);
}

void ob__fresh_check(struct ob_shelf *s)
{
    for (struct ob__waiter *w = s->waiters; w; w = w->next)
        if (!w->ended && is_content(w))
            end(w, 0);
}

void ob__fresh_cancel(struct ob_shelf *s)
{
    for (struct ob__waiter *w = s->waiters; w; w = w->next)
        end(w, OB_ECANCELED);
}

void ob_shelf_when_fresh(struct ob_shelf *s, uint64_t client, unsigned timeout_ms,
                         void (*cb)(int status, void *data), void *data)
{
    struct ob__waiter *w = ob_alloc(sizeof *w);
    ob__shelf_check(s);
    w->shelf = s;
    w->client = client;
    w->delta_asked = ob__delta_asked(s, client);
    w->cb = cb;
    w->data = data;
    w->next = s->waiters;
    s->waiters = w;
    s->alive++;
    (void)uv_timer_init(s->loop, &w->timer); /* cannot fail */
    if (s->state != OB__SHELF_OPEN)
        end(w, OB_ECANCELED);
    else if (is_content(w))
        end(w, 0);
    else
        (void)uv_timer_start(&w->timer, on_timeout, timeout_ms, 0); /* it is open */
}
