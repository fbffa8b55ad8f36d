/* One wait over many shelves.  A wait outlives the session that gave up on it: a shelf answers when it
 * likes, and the last answer frees it. */
#include "openbook/base/list.h"
#include "openbook/base/mem.h"

#include "inside.h"

struct ob__fresh {
    struct ob__session *session; /* NULL once answered */
    struct ob__fresh *prev, *next;
    size_t waiting; /* answers of shelves still to come, and one while it is set up */
    ob__fresh_cb cb;
    void *data;
};

static void answer(struct ob__fresh *f, int status)
{
    struct ob__session *c = f->session;
    if (!c)
        return;
    OB_LIST_REMOVE(c->waits, f);
    f->session = NULL;
    f->cb(status, f->data);
}

static void one_less(struct ob__fresh *f)
{
    if (--f->waiting)
        return;
    answer(f, 0);
    ob_free(f);
}

/* A shelf that timed out counts as complete: the answer says how far it is behind. */
static void on_shelf(int status, void *data)
{
    (void)status;
    one_less(data);
}

void ob__fresh_wait(struct ob__session *c, struct ob_shelf *const *shelves, size_t n,
                    unsigned timeout_ms, ob__fresh_cb cb, void *data)
{
    struct ob__fresh *f = ob_alloc(sizeof *f);
    f->session = c;
    f->cb = cb;
    f->data = data;
    OB_LIST_PUSH(c->waits, f);
    f->waiting = 1;
    for (size_t i = 0; i < n && timeout_ms; i++) {
        f->waiting++;
        ob_shelf_when_fresh(shelves[i], c->id, timeout_ms, on_shelf, f);
    }
    one_less(f);
}

void ob__fresh_abandon(struct ob__session *c)
{
    while (c->waits)
        answer(c->waits, OB_ECANCELED);
}
