/* The inotify instance: reads events, finds whose folders they are about, hands them out.  What no event
 * tells, what is mounted, is followed beside it (mounts.c).
 *
 * Invariant: a number is in `places` as long as somebody wants to know of its folder.  A number that
 * a worker has just added is unknown until the worker's result is taken; what happens to it in
 * between is kept in `touched`, and whoever takes the result then lists that folder once more. */
#include "watcher.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "openbook/base/clock.h"
#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/trace.h"

enum {
    READ_BYTES = 16384, /* some 500 events: half a millisecond or one */
    TURN_US = 2000,     /* then the loop gets its turn */
    DROPS = 250         /* numbers given back in a turn: a quarter of a millisecond */
};

/* ------------------------------------------------------------ places */
static struct ob__place *places_of(const struct ob_watcher *k, int wd)
{
    const uint64_t *value = ob_map_get(&k->places, (const char *)&wd, sizeof wd);
    return value ? (struct ob__place *)(uintptr_t)*value : NULL;
}

static void set_places(struct ob_watcher *k, int wd, struct ob__place *first)
{
    if (first)
        *ob_map_put(&k->places, (const char *)&wd, sizeof wd, NULL) = (uint64_t)(uintptr_t)first;
    else
        (void)ob_map_remove(&k->places, (const char *)&wd, sizeof wd); /* there or not */
}

void ob__watcher_put(struct ob_watcher *k, int wd, struct ob_watch *w, const char *dir)
{
    struct ob__place *p = ob_alloc(sizeof *p);
    *p = (struct ob__place){w, ob_strdup(dir), places_of(k, wd)};
    set_places(k, wd, p);
}

/* Gives WD back, unless somebody has it again. */
static void give_back(struct ob_watcher *k, int wd)
{
    if (!places_of(k, wd))
        (void)inotify_rm_watch(k->fd, wd); /* fails when the folder is gone already */
}

static void on_drops(uv_timer_t *timer)
{
    struct ob_watcher *k = timer->data;
    for (unsigned i = 0; i < DROPS && k->n_unwanted > 0; i++)
        give_back(k, k->unwanted[--k->n_unwanted]);
    if (k->n_unwanted == 0)
        uv_timer_stop(timer);
}

/* Nobody wants to know of WD.  To give back ten thousand takes the system some 10 ms, so most of them wait. */
static void disown(struct ob_watcher *k, int wd)
{
    k->dropped = k->dropped_ms == uv_now(k->loop) ? k->dropped + 1 : 1;
    k->dropped_ms = uv_now(k->loop);
    if (k->dropped <= DROPS) {
        give_back(k, wd);
        return;
    }
    OB_GROW(k->unwanted, k->n_unwanted, k->cap_unwanted);
    k->unwanted[k->n_unwanted++] = wd;
    uv_timer_start(&k->drops, on_drops, 1, 1);
}

void ob__watcher_drop(struct ob_watcher *k, int wd, const struct ob_watch *w, const char *dir)
{
    struct ob__place *first = places_of(k, wd);
    if (!first)
        return;
    for (struct ob__place **link = &first; *link; link = &(*link)->next) {
        struct ob__place *p = *link;
        if (p->watch != w || strcmp(p->dir, dir) != 0)
            continue;
        *link = p->next;
        ob_free(p->dir);
        ob_free(p);
        break;
    }
    set_places(k, wd, first);
    if (!first)
        disown(k, wd);
}

void ob__watcher_disown(struct ob_watcher *k, int wd)
{
    if (!places_of(k, wd))
        disown(k, wd);
}

/* ------------------------------------------------------------ jobs */
uint32_t ob__watcher_job_begins(struct ob_watcher *k)
{
    k->jobs++;
    return k->n_events;
}

void ob__watcher_job_ends(struct ob_watcher *k)
{
    if (--k->jobs == 0)
        ob_map_release(&k->touched);
}

uint32_t ob__watcher_touched(const struct ob_watcher *k, int wd, uint32_t begun)
{
    const uint64_t *value = ob_map_get(&k->touched, (const char *)&wd, sizeof wd);
    return value && (int32_t)((uint32_t)(*value >> 32) - begun) > 0 ? (uint32_t)*value : 0;
}

static void touch(struct ob_watcher *k, int wd, uint32_t mask)
{
    uint64_t *value = ob_map_put(&k->touched, (const char *)&wd, sizeof wd, NULL);
    *value = (uint64_t)k->n_events << 32 | (uint32_t)*value | mask;
}

/* ------------------------------------------------------------ events */
static void on_overflow(struct ob_watcher *k)
{
    for (struct ob_watch *w = k->watches; w; w = *ob__watch_link(w))
        ob__watch_overflow(w);
}

/* The system has given up the number: the folder is gone, or we took the watch back. */
static void on_ignored(struct ob_watcher *k, int wd)
{
    struct ob__place *p = places_of(k, wd);
    set_places(k, wd, NULL);
    while (p) {
        struct ob__place *next = p->next;
        ob__watch_lost(p->watch, p->dir);
        ob_free(p->dir);
        ob_free(p);
        p = next;
    }
}

/* A watch may give up places while it hears of an event, so the list is looked up for each. */
static void tell_all(struct ob_watcher *k, int wd, uint32_t mask, const char *name)
{
    for (size_t i = 0;; i++) {
        struct ob__place *p = places_of(k, wd);
        for (size_t skip = i; p && skip; skip--)
            p = p->next;
        if (!p)
            return;
        char *dir = ob_strdup(p->dir);
        ob__watch_event(p->watch, dir, mask, name);
        ob_free(dir);
    }
}

static void on_event(struct ob_watcher *k, const struct inotify_event *event, const char *name)
{
    if (event->mask & IN_Q_OVERFLOW) {
        on_overflow(k);
        return;
    }
    if (!places_of(k, event->wd))
        OB_TRACE("watcher: event of nobody's folder", NULL, event->wd);
    k->n_events++;
    if (k->jobs)
        touch(k, event->wd, event->mask);
    if (event->mask & IN_IGNORED)
        on_ignored(k, event->wd);
    else
        tell_all(k, event->wd, event->mask, name);
}

static void take_events(struct ob_watcher *k, const char *bytes, size_t len)
{
    struct inotify_event event;
    while (len >= sizeof event) {
        memcpy(&event, bytes, sizeof event);
        size_t size = sizeof event + event.len;
        if (size > len)
            break; /* the kernel never cuts one */
        on_event(k, &event, event.len ? bytes + sizeof event : "");
        bytes += size;
        len -= size;
    }
}

uint64_t ob__watcher_known(struct ob_watcher *k)
{
    int waiting = 0;
    (void)ioctl(k->fd, FIONREAD, &waiting); /* cannot fail on inotify's descriptors */
    uint64_t known = k->n_bytes + (waiting > 0 ? (uint64_t)waiting : 0);
    k->most_known = known > k->most_known ? known : k->most_known;
    return known;
}

bool ob__watcher_has_read(const struct ob_watcher *k, uint64_t known)
{
    return k->n_bytes >= known;
}

/* An empty queue settles everything, however the system has counted. */
static void note_empty(struct ob_watcher *k)
{
    k->n_bytes = k->most_known > k->n_bytes ? k->most_known : k->n_bytes;
}

void ob__watcher_read(struct ob_watcher *k)
{
    static _Thread_local char bytes[READ_BYTES];
    int64_t end_us = ob_clock_us() + TURN_US;
    do {
        ssize_t n = ob_io_read(k->fd, bytes, sizeof bytes);
        if (n <= 0) {
            note_empty(k);
            break;
        }
        k->n_bytes += (size_t)n;
        take_events(k, bytes, (size_t)n);
    } while (ob_clock_us() < end_us);
    for (struct ob_watch *w = k->watches; w; w = *ob__watch_link(w))
        ob__watch_round(w);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)events;
    if (status == 0) /* else an error of the poll itself; the next call tells more */
        ob__watcher_read(poll->data);
}

/* ------------------------------------------------------------ life */
void ob__watcher_join(struct ob_watcher *k, struct ob_watch *w)
{
    *ob__watch_link(w) = k->watches;
    k->watches = w;
}

void ob__watcher_leave(struct ob_watcher *k, struct ob_watch *w)
{
    for (struct ob_watch **link = &k->watches; *link; link = ob__watch_link(*link))
        if (*link == w) {
            *link = *ob__watch_link(w);
            return;
        }
}

/* The system says the same where it has no instance left and where this process may open no more files. */
static bool has_descriptors(void)
{
    int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fd >= 0)
        (void)ob_io_close(fd); /* nothing was written to it */
    return fd >= 0 || errno != EMFILE;
}

static int no_instance(struct ob_error *e)
{
    int code = errno;
    const char *advice = code != EMFILE      ? ""
                         : has_descriptors() ? "; raise fs.inotify.max_user_instances"
                                             : "; raise the limit of open files (ulimit -n)";
    return ob_error_set(e, OB_EFAIL, "cannot follow saved files: %s%s", strerror(code), advice);
}

int ob_watcher_new(struct ob_watcher **out, uv_loop_t *loop, size_t max_folders, struct ob_error *e)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        return no_instance(e);
    struct ob_watcher *k = ob_alloc(sizeof *k);
    if (uv_poll_init(loop, &k->poll, fd) != 0) {
        (void)ob_io_close(fd); /* nothing was written to it */
        ob_free(k);
        return ob_error_set(e, OB_EFAIL,
                            "cannot follow saved files: the loop takes no more descriptors");
    }
    k->loop = loop;
    k->mounts = ob__mounts_new(loop);
    k->fd = fd;
    k->refs = 1;
    k->max_folders = max_folders;
    uv_timer_init(loop, &k->drops);
    k->poll.data = k->drops.data = k;
    k->open_handles = 2;
    uv_poll_start(&k->poll, UV_READABLE, on_readable);
    *out = k;
    return 0;
}

struct ob_watcher *ob__watcher_ref(struct ob_watcher *k)
{
    k->refs++;
    return k;
}

static void on_close(uv_handle_t *handle)
{
    struct ob_watcher *k = handle->data;
    if (--k->open_handles > 0)
        return;
    (void)ob_io_close(k->fd); /* nothing was written to it */
    ob_free(k->unwanted);
    ob_map_release(&k->places);
    ob_map_release(&k->touched);
    ob_free(k);
}

void ob_watcher_unref(struct ob_watcher *k)
{
    if (!k || --k->refs > 0)
        return;
    ob__mounts_close(k->mounts);
    uv_close((uv_handle_t *)&k->poll, on_close);
    uv_close((uv_handle_t *)&k->drops, on_close);
}
