/* Reading the file of added shelves, by a thread: the disk of the user's home may hang.
 *
 *     whoever wants to know -> a wait -> a round of reading -> the list takes it -> the waits are answered
 *
 * One thread reads at a time.  Who comes while it does waits for the next round, as the file may have been
 * edited since this one began.  When a round is late, all are answered with the list as it is known, which
 * says so; until it ends nobody waits.  A list that changed while nobody waited is told to all clients. */
#include <string.h>
#include <sys/stat.h>

#include "openbook/base/clock.h"
#include "openbook/base/log.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/base/probe.h"

#include "inside.h"

/* An editor that saves in place, or by way of another name, leaves the file short or absent for a
 * moment. */
enum { SETTLE_MS = 50 };

/* A folder that takes longer to be looked at once more is not followed: that is done on the loop. */
enum { SLOW_US = 2000 };

struct ob__list_round {
    struct ob_server *server;
    bool late;
    /* the thread's until it is done */
    char *file; /* owned */
    struct ob_shelf_list *list;
    struct ob_place places[OB_PLACES_MAX]; /* the way to the file; owned */
    size_t n_places;
    bool quick; /* their folders answer at once */
    int err;
    struct ob_error e;
};

/* ------------------------------------------------------------ on the thread */
static bool is_quick(const struct ob_place *places, size_t n)
{
    struct stat st;
    int64_t before_us = ob_clock_us();
    for (size_t i = 0; i < n; i++)
        if (stat(places[i].dir, &st) != 0)
            return false;
    return ob_clock_us() - before_us < SLOW_US;
}

int ob__list_own_folder(const char *file, struct ob_error *e)
{
    char *dir = ob_path_dir(file);
    int err = ob_dir_own(dir, e);
    ob_free(dir);
    return err;
}

static void read_list(void *data)
{
    struct ob__list_round *r = data;
    r->err = ob__list_own_folder(r->file, &r->e);
    if (!r->err) {
        r->n_places = ob_places_find(r->places, NULL, r->file);
        r->list = ob_shelf_list_new(r->file);
        r->quick = is_quick(r->places, r->n_places);
    }
}

/* ------------------------------------------------------------ those who wait */
static bool is_over(const struct ob_server *s, const struct ob__list_wait *w)
{
    return !s->grants_unread && (s->list_hangs || w->round <= s->list_rounds);
}

static void answer_waits(struct ob_server *s)
{
    struct ob__list_wait **link = &s->list_waits;
    while (*link) {
        struct ob__list_wait *w = *link;
        if (!is_over(s, w)) {
            link = &w->next;
            continue;
        }
        *link = w->next;
        w->waits = false;
        w->done(w->data);      /* may add one, and take some away */
        link = &s->list_waits; /* some are looked at twice: there are few */
    }
}

void ob__list_grants_read(struct ob_server *s)
{
    s->grants_unread = false;
    answer_waits(s);
}

void ob__list_wait_cancel(struct ob_server *s, struct ob__list_wait *w)
{
    for (struct ob__list_wait **link = &s->list_waits; *link; link = &(*link)->next)
        if (*link == w) {
            *link = w->next;
            w->waits = false;
            return;
        }
}

/* ------------------------------------------------------------ a round */
static void on_late(void *data)
{
    struct ob__list_round *r = data;
    struct ob_server *s = r->server;
    struct ob_error e = OB_ERROR_INIT;
    r->late = s->list_hangs = true;
    s->n_late_looks++;
    (void)ob_error_set(&e, OB_EBUSY,
                       "%s does not answer: see whether the disk it lies on is still reachable",
                       r->file);
    ob_log(OB_LOG_WARN, "rpc", "%s", e.message);
    ob_shelf_list_set_unread(s->added, &e);
    answer_waits(s);
}

static void start_round(struct ob_server *s);
static void follow(struct ob_server *s, struct ob__list_round *r);

static bool waits_for(const struct ob_server *s, uint64_t round)
{
    for (const struct ob__list_wait *w = s->list_waits; w; w = w->next)
        if (w->round >= round)
            return true;
    return false;
}

bool ob__list_take(struct ob_server *s, struct ob_shelf_list *list)
{
    uint64_t before = ob_shelf_list_version(s->added);
    ob_shelf_list_take(s->added, list);
    bool changed = ob_shelf_list_version(s->added) != before;
    s->list_changed |= changed;
    return changed;
}

void ob__list_tell(struct ob_server *s)
{
    if (s->list_changed && !s->closing)
        ob__shelf_tell_all(s);
}

static void on_read(void *data)
{
    struct ob__list_round *r = data;
    struct ob_server *s = r->server;
    bool waited = s->list_waits != NULL, changed = false;
    s->n_late_looks -= r->late;
    s->list_hangs = false;
    s->list_stale |= r->late; /* it may have been cut off: is there something now? */
    s->list_round = NULL;
    s->list_rounds++;
    if (r->err)
        ob_shelf_list_set_unread(s->added, &r->e);
    else
        changed = ob__list_take(s, r->list);
    if (!s->closing)
        follow(s, r);
    if (changed && !waited) /* who waits tells the others */
        ob__list_tell(s);
    answer_waits(s);
    if (!s->list_round && !s->closing && (s->list_stale || waits_for(s, s->list_rounds + 1)))
        start_round(s);
    ob_shelf_list_free(r->list);
    ob_places_release(r->places, r->n_places);
    ob_free(r->file);
    ob_free(r);
    ob__server_handle_gone(s);
}

static void start_round(struct ob_server *s)
{
    struct ob__list_round *r = ob_alloc(sizeof *r);
    *r = (struct ob__list_round){.server = s, .file = ob_strdup(ob_shelf_list_file(s->added))};
    s->list_stale = false;
    if (ob_probe_start(s->loop, OB__LATE_NOTES_MS, read_list, on_late, on_read, r) == 0) {
        s->list_round = r;
        s->open_handles++;
        return;
    }
    struct ob_error e = OB_ERROR_INIT;
    (void)ob_error_set(&e, OB_EFAIL, "cannot read %s: the system gives no more threads", r->file);
    ob_shelf_list_set_unread(s->added, &e);
    s->list_rounds += 2; /* for all */
    answer_waits(s);
    ob_free(r->file);
    ob_free(r);
}

void ob__list_when_read(struct ob_server *s, struct ob__list_wait *w, void (*done)(void *data),
                        void *data)
{
    *w = (struct ob__list_wait){.done = done, .data = data, .waits = true};
    w->round = s->list_rounds + (s->list_round ? 2 : 1);
    if (!ob_shelf_list_file(s->added))
        w->round = 0;
    w->next = s->list_waits;
    s->list_waits = w;
    if (w->round && !s->list_round)
        start_round(s);
    else
        answer_waits(s);
}

/* ------------------------------------------------------------ changes by other programs */
void ob__list_reread(struct ob_server *s)
{
    if (!ob_shelf_list_file(s->added) || s->closing)
        return;
    s->list_stale = true;
    if (!s->list_round)
        start_round(s);
}

static void on_settled(uv_timer_t *timer)
{
    ob__list_reread(timer->data);
}

static void on_changed(void *data)
{
    struct ob_server *s = data;
    (void)uv_timer_start(&s->list_settles, on_settled, SETTLE_MS, 0);
}

void ob__list_init(struct ob_server *s)
{
    (void)uv_timer_init(s->loop, &s->list_settles); /* cannot fail */
    s->list_settles.data = s;
    ob__follow_init(&s->list_follow, s->loop, on_changed, s);
    s->open_handles += 1 + OB_PLACES_MAX;
}

/* Follows the way that R has found to answer, if it is not followed yet; then the file is read once more, so
 * that nothing falls between the two. */
static void follow(struct ob_server *s, struct ob__list_round *r)
{
    if (!s->watch || !r->quick || r->late)
        return;
    s->list_stale |= ob__follow_take(&s->list_follow, r->file, r->places, r->n_places);
    r->n_places = 0;
}
