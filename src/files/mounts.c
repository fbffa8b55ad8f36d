/* Following the table of mounts.
 *
 * Linux tells whoever polls /proc/self/mountinfo for priority events that the table is another one, and
 * nothing more: all of it is read then, by a worker, since it may have thousands of lines.
 *
 *     event -> stop polling -> read the table (worker) -> compare, a root at a time -> tell the watches
 *           -> rest, by what the reading cost -> once more, until nothing has changed -> poll again
 *
 * A host of containers changes the table all the time: nobody asking, it is read once a second at most and
 * for a hundredth of the time; for a question at once, for a tenth of the time at most.
 *
 * Each open descriptor is told of a change once, and that to put one into epoll takes the telling for it.  So
 * there are two: one that wakes the loop, and one that is asked, after each reading and just after the other
 * was put into epoll.  Invariant: while nothing is read and no timer runs, the first is polled. */
#include "mounts.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "openbook/base/clock.h"
#include "openbook/base/io.h"
#include "openbook/base/log.h"
#include "openbook/base/map.h"
#include "openbook/base/mem.h"
#include "openbook/base/task.h"
#include "openbook/base/trace.h"

#include "mount_table.h"
#include "watcher.h"

enum {
    REST_MS = 1000, /* between two readings that nobody waits for */
    LONGEST_REST_MS = 60000,
    MOST_CHANGES = 1000, /* more below one root: all of it is walked */
};

/* What is known of one root.  While the table is read the worker has all but `watch` and `next`. */
struct below {
    struct ob_watch *watch; /* NULL: it has left */
    char *dir;              /* owned */
    struct ob__mount_set set;
    bool begun;            /* the watch knows that it is looked after */
    bool known;            /* the set is what there was at the last reading */
    struct ob_map changed; /* since then; of the last reading */
    struct ob__mount_set read;
    struct below *next;
};

/* One reading of the table. */
struct job {
    struct ob__mounts *mounts;
    struct below **below; /* owned array; each is the list's */
    size_t n;
    int fd;        /* borrowed */
    uint64_t upto; /* `seen` when it began */
    int err;
    int64_t took_us;
};

struct ob__mounts {
    uv_loop_t *loop;
    int asked_fd; /* the one that is asked, and read */
    int woken_fd; /* the one that is polled */
    uv_poll_t poll;
    uv_timer_t timer;
    unsigned open_handles;
    bool closed;
    struct below *list; /* owned */
    struct job *job;    /* at work; NULL: none */
    uint64_t seen;      /* changes so far, as far as they are told one by one */
    uint64_t told;      /* those that the watches have been told of */
    uint64_t wanted;    /* those that somebody waits for */
    bool unread;        /* a root has joined since the last reading began */
    uint64_t ended_ms;  /* loop time of the last reading's end */
    int64_t took_us;    /* and how long it took; 0: there was none */
};

/* ------------------------------------------------------------ reading (worker) */
static void take_line(const struct ob__mount_line *l, void *data)
{
    const struct job *job = data;
    for (size_t i = 0; i < job->n; i++)
        ob__mount_set_add(&job->below[i]->read, job->below[i]->dir, l);
}

static void compare(struct below *b)
{
    if (b->known)
        ob__mount_set_compare(&b->changed, &b->read, &b->set);
    ob__mount_set_release(&b->set);
    b->set = b->read;
    b->read = (struct ob__mount_set){0};
}

static void read_table(void *data)
{
    struct job *job = data;
    int64_t start_us = ob_clock_us();
    job->err = ob__mount_table_read(job->fd, take_line, job);
    for (size_t i = 0; i < job->n; i++) {
        if (job->err)
            ob__mount_set_release(&job->below[i]->read);
        else
            compare(job->below[i]);
    }
    job->took_us = ob_clock_us() - start_us;
}

/* ------------------------------------------------------------ roots */
static void below_free(struct below *b)
{
    ob__mount_set_release(&b->set);
    ob__mount_set_release(&b->read);
    ob_map_release(&b->changed);
    ob_free(b->dir);
    ob_free(b);
}

/* Frees those that have left, when no worker has them. */
static void drop_left(struct ob__mounts *m)
{
    for (struct below **link = &m->list; *link;) {
        struct below *b = *link;
        if (b->watch) {
            link = &b->next;
            continue;
        }
        *link = b->next;
        below_free(b);
    }
}

/* What could not be read is in doubt: this time, and once more when it can be, as nothing tells the two apart. */
static void tell(struct below *b, bool failed)
{
    struct ob_map changed = b->changed;
    bool in_doubt = b->begun && (failed || !b->known);
    b->changed = (struct ob_map){0};
    b->known = !failed;
    b->begun = true;
    if (b->watch)
        ob__watch_mounted(b->watch, in_doubt || changed.len > MOST_CHANGES ? NULL : &changed);
    ob_map_release(&changed);
}

/* All are told before any goes on.  Whoever goes on may have its watch, or all, stopped. */
static void tell_all(struct ob__mounts *m, const struct job *job, bool failed)
{
    for (size_t i = 0; i < job->n; i++)
        tell(job->below[i], failed);
    for (size_t i = 0; i < job->n; i++)
        if (job->below[i]->watch)
            ob__watch_round(job->below[i]->watch);
    m->job = NULL;
    drop_left(m);
}

/* ------------------------------------------------------------ when to read */

/* Asks whether the table is another one than when it was last asked.  Takes no time. */
static void look(struct ob__mounts *m)
{
    struct pollfd p = {.fd = m->asked_fd, .events = POLLPRI};
    if (poll(&p, 1, 0) > 0 && (p.revents & (POLLPRI | POLLERR)))
        m->seen++;
}

static void maybe_free(struct ob__mounts *m)
{
    if (m->open_handles || m->job)
        return;
    drop_left(m);
    (void)ob_io_close(m->asked_fd); /* opened for reading: nothing to lose */
    (void)ob_io_close(m->woken_fd); /* likewise */
    ob_free(m);
}

static void go_on(struct ob__mounts *m); /* a reading that ends goes on */

static void on_read(int status, void *data)
{
    struct job *job = data;
    struct ob__mounts *m = job->mounts;
    m->told = job->upto;
    m->took_us = job->took_us;
    m->ended_ms = uv_now(m->loop);
    OB_TRACE("mounts: have read; error", NULL, job->err);
    tell_all(m, job, status || job->err);
    ob_free(job->below);
    ob_free(job);
    if (m->closed) {
        maybe_free(m);
        return;
    }
    look(m);
    go_on(m);
}

static void on_timer(uv_timer_t *timer);

static void start_reading(struct ob__mounts *m)
{
    struct job *job = ob_alloc(sizeof *job);
    size_t n = 0;
    for (struct below *b = m->list; b; b = b->next)
        n++;
    *job = (struct job){.mounts = m, .fd = m->asked_fd, .upto = m->seen};
    job->below = ob_alloc((n + 1) * sizeof *job->below);
    for (struct below *b = m->list; b; b = b->next)
        job->below[job->n++] = b;
    OB_TRACE("mounts: to be read; changes", NULL, job->upto);
    if (ob_task_start(NULL, m->loop, read_table, on_read, job) == 0) {
        m->unread = false;
        m->job = job;
        return;
    }
    ob_free(job->below);
    ob_free(job);
    uv_timer_start(&m->timer, on_timer, REST_MS, 0);
}

/* How long not to read after a reading: the system's readers wait for who changes the table. */
static uint64_t rest_ms(const struct ob__mounts *m)
{
    uint64_t took_us = (uint64_t)m->took_us;
    if (m->wanted > m->told)
        return took_us / 100; /* a tenth of the time */
    uint64_t rest = took_us / 10 > REST_MS ? took_us / 10 : REST_MS;
    return rest < LONGEST_REST_MS ? rest : LONGEST_REST_MS;
}

static void go_on(struct ob__mounts *m)
{
    uint64_t now_ms = uv_now(m->loop), at_ms = m->took_us ? m->ended_ms + rest_ms(m) : 0;
    if (m->job)
        return; /* its end goes on */
    if (!m->list) {
        uv_poll_stop(&m->poll);
        uv_timer_stop(&m->timer);
    } else if (m->unread || (m->seen > m->told && now_ms >= at_ms)) {
        uv_timer_stop(&m->timer);
        start_reading(m);
    } else if (m->seen > m->told || !uv_is_active((uv_handle_t *)&m->poll)) {
        uv_timer_start(&m->timer, on_timer, now_ms < at_ms ? at_ms - now_ms : 1, 0);
    }
}

/* A change would wake us and be read. */
static void on_event(uv_poll_t *poll, int status, int events)
{
    struct ob__mounts *m = poll->data;
    (void)status, (void)events; /* an error ends like a change: with a look, and a rest */
    uv_poll_stop(poll);
    look(m);
    go_on(m);
}

/* The rest is over.  Polling begins when the loop goes on; what changed until then is seen by the next look. */
static void on_timer(uv_timer_t *timer)
{
    struct ob__mounts *m = timer->data;
    look(m);
    if (m->seen == m->told && !m->unread && !uv_is_active((uv_handle_t *)&m->poll)) {
        uv_poll_start(&m->poll, UV_PRIORITIZED, on_event);
        uv_timer_start(timer, on_timer, 1, 0);
    } else {
        go_on(m);
    }
}

/* ------------------------------------------------------------ life */
static int open_table(void)
{
    return ob_io_openat(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY, 0);
}

struct ob__mounts *ob__mounts_new(uv_loop_t *loop)
{
    struct ob__mounts *m = ob_alloc(sizeof *m);
    m->loop = loop;
    m->asked_fd = open_table();
    m->woken_fd = open_table();
    if (m->asked_fd < 0 || m->woken_fd < 0 || uv_poll_init(loop, &m->poll, m->woken_fd) != 0) {
        ob_log(OB_LOG_DEBUG, "files", "there is no table of mounts to follow");
        if (m->asked_fd >= 0)
            (void)ob_io_close(m->asked_fd); /* opened for reading: nothing to lose */
        if (m->woken_fd >= 0)
            (void)ob_io_close(m->woken_fd); /* likewise */
        ob_free(m);
        return NULL;
    }
    uv_timer_init(loop, &m->timer);
    m->poll.data = m->timer.data = m;
    m->open_handles = 2;
    return m;
}

static void on_close(uv_handle_t *handle)
{
    struct ob__mounts *m = handle->data;
    m->open_handles--;
    maybe_free(m);
}

void ob__mounts_close(struct ob__mounts *m)
{
    if (!m || m->closed)
        return;
    m->closed = true;
    uv_close((uv_handle_t *)&m->poll, on_close);
    uv_close((uv_handle_t *)&m->timer, on_close);
}

void ob__mounts_join(struct ob__mounts *m, struct ob_watch *w, const char *dir)
{
    struct below *b = ob_alloc(sizeof *b);
    b->watch = w;
    b->dir = ob_strdup(dir);
    b->next = m->list;
    m->list = b;
    m->unread = true;
    if (!uv_is_active((uv_handle_t *)&m->poll))
        uv_poll_start(&m->poll, UV_PRIORITIZED, on_event); /* before the reading ends */
    look(m);
    go_on(m);
}

void ob__mounts_leave(struct ob__mounts *m, const struct ob_watch *w)
{
    for (struct below *b = m->list; b; b = b->next)
        if (b->watch == w)
            b->watch = NULL;
    if (m->job || m->closed)
        return; /* a worker has them, or they go with M */
    drop_left(m);
    go_on(m);
}

uint64_t ob__mounts_known(struct ob__mounts *m)
{
    look(m);
    if (m->seen > m->told) {
        m->wanted = m->seen;
        go_on(m);
    }
    return m->seen;
}

bool ob__mounts_have_told(const struct ob__mounts *m, uint64_t known)
{
    return m->told >= known;
}
