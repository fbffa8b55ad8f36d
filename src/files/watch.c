/* The loop's side of a watch: events come in, changed paths go out in batches.
 *
 *     inotify -> note a path -> pending -> (settle) -> callback
 *             -> a new directory -> wishes -> worker (watch_add.c) -> watched directories, files
 *
 * Invariant: by_wd and by_path hold the same pairs of watch number and directory.  Events of
 * directories that a worker has just added are held back until its result says what they are
 * called. */
#include "openbook/files/watch.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "openbook/base/io.h"
#include "openbook/base/log.h"
#include "openbook/base/map.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/base/task.h"

#include "watch_add.h"

enum {
    READ_BYTES = 65536,
    READS_AT_ONCE = 8,        /* then the loop gets its turn */
    MAX_PENDING = 100000,     /* more changed paths than this are a rescan */
    MAX_HELD_BYTES = 4 << 20, /* events held back; more are a rescan */
    MAX_SETTLE_FACTOR = 10,   /* a storm is reported at least every so many settle_ms */
};

struct ob_watch {
    uv_loop_t *loop;
    struct ob_root *root; /* a reference */
    struct ob_watch_options options;
    ob_watch_cb cb; /* NULL once stopped */
    void *data;

    int fd;
    uv_poll_t poll;
    uv_timer_t timer;
    unsigned open_handles;
    bool stopped;

    struct ob_map by_wd;   /* watch number -> its directory (owned) */
    struct ob_map by_path; /* directory -> watch number */

    struct ob_map pending; /* changed paths */
    bool rescan;
    uint64_t pending_since_ms;

    struct ob_map wishes;      /* as in struct ob__watch_add; for the next job */
    struct ob__watch_add *job; /* at work; NULL: none */
    struct ob_map left;        /* directories that went away while the job was at work */
    struct ob_buf held;        /* raw events of directories unknown as yet */

    struct ob_watch_stats stats;
    bool warned;
};

/* ------------------------------------------------------------ which directories are watched */
static char *dir_of(const struct ob_watch *w, int wd)
{
    const uint64_t *value = ob_map_get(&w->by_wd, (const char *)&wd, sizeof wd);
    return value ? (char *)(uintptr_t)*value : NULL;
}

static void unmap(struct ob_watch *w, int wd)
{
    char *path = dir_of(w, wd);
    if (!path)
        return;
    const uint64_t *number = ob_map_get(&w->by_path, path, strlen(path));
    if (number && (int)*number == wd)
        (void)ob_map_remove(&w->by_path, path, strlen(path)); /* it is there */
    (void)ob_map_remove(&w->by_wd, (const char *)&wd, sizeof wd);
    ob_free(path);
    w->stats.watched_dirs--;
}

static void map(struct ob_watch *w, int wd, const char *path)
{
    const char *known = dir_of(w, wd);
    if (known && strcmp(known, path) == 0)
        return;
    unmap(w, wd); /* the directory was moved */
    const uint64_t *other = ob_map_get(&w->by_path, path, strlen(path));
    if (other)
        unmap(w, (int)*other); /* another directory stood here */
    *ob_map_put(&w->by_wd, (const char *)&wd, sizeof wd, NULL) =
        (uint64_t)(uintptr_t)ob_strdup(path);
    *ob_map_put(&w->by_path, path, strlen(path), NULL) = (uint64_t)wd;
    w->stats.watched_dirs++;
}

/* The kernel answers with IN_IGNORED, for a number that is unknown by then. */
static void unwatch(struct ob_watch *w, int wd)
{
    (void)inotify_rm_watch(w->fd, wd); /* fails when it is gone already */
    unmap(w, wd);
}

/* Stops watching each directory that GOES says yes to. */
static void unwatch_each(struct ob_watch *w, bool (*goes)(const struct ob_map_slot *, const void *),
                         const void *data)
{
    size_t pos = 0, n = 0, cap = 0;
    int *numbers = NULL;
    const struct ob_map_slot *slot;
    while ((slot = ob_map_next(&w->by_path, &pos))) {
        if (!goes(slot, data))
            continue;
        OB_GROW(numbers, n, cap);
        numbers[n++] = (int)slot->value;
    }
    for (size_t i = 0; i < n; i++)
        unwatch(w, numbers[i]);
    ob_free(numbers);
}

static bool is_below(const struct ob_map_slot *slot, const void *data)
{
    return ob_path_inside(data, slot->key) != NULL;
}

/* Stops watching DIR and all below it. */
static void unwatch_below(struct ob_watch *w, const char *dir)
{
    if (ob_map_get(&w->by_path, dir, strlen(dir))) /* else nothing below it is watched either */
        unwatch_each(w, is_below, dir);
}

static bool is_missing_in(const struct ob_map_slot *slot, const void *data)
{
    int wd = (int)slot->value;
    return !ob_map_get(data, (const char *)&wd, sizeof wd);
}

/* Stops watching what a walk over the whole root has not met: its removal may have been lost. */
static void unwatch_unmet(struct ob_watch *w, const struct ob__watch_add *job)
{
    struct ob_map met = {0};
    for (size_t i = 0; i < job->n_dirs; i++)
        (void)ob_map_put(&met, (const char *)&job->dirs[i].wd, sizeof job->dirs[i].wd, NULL);
    unwatch_each(w, is_missing_in, &met);
    ob_map_release(&met);
}

/* ------------------------------------------------------------ what goes out */
static void deliver(uv_timer_t *timer)
{
    struct ob_watch *w = timer->data;
    struct ob_map pending = w->pending;
    struct ob_watch_batch batch = {.rescan = w->rescan};
    const char **paths = ob_alloc((pending.len + 1) * sizeof *paths);
    const struct ob_map_slot *slot;
    w->pending = (struct ob_map){0};
    w->rescan = false;
    for (size_t pos = 0; (slot = ob_map_next(&pending, &pos));)
        paths[batch.n_paths++] = slot->key;
    batch.paths = paths;
    w->cb(&batch, w->data); /* may stop W; its handles close later */
    ob_free(paths);
    ob_map_release(&pending);
}

/* Something is pending: report it when it has been quiet for settle_ms, or soon enough anyway. */
static void schedule(struct ob_watch *w)
{
    uint64_t now = uv_now(w->loop), settle = w->options.settle_ms;
    if (!uv_is_active((uv_handle_t *)&w->timer))
        w->pending_since_ms = now;
    uint64_t latest = w->pending_since_ms + settle * MAX_SETTLE_FACTOR;
    uint64_t wait = now + settle < latest ? settle : latest > now ? latest - now : 0;
    uv_timer_start(&w->timer, deliver, wait, 0);
}

static void ask_rescan(struct ob_watch *w)
{
    w->rescan = true;
    schedule(w);
}

static void note(struct ob_watch *w, const char *path)
{
    if (w->pending.len >= MAX_PENDING) {
        ob_map_release(&w->pending);
        w->rescan = true;
    }
    if (!w->rescan)
        (void)ob_map_put(&w->pending, path, strlen(path), NULL);
    schedule(w);
}

/* ------------------------------------------------------------ adding directories */
static void wish(struct ob_watch *w, const char *dir, enum ob__watch_wish what)
{
    *ob_map_put(&w->wishes, dir, strlen(dir), NULL) |= what;
}

static void warn_once(struct ob_watch *w)
{
    if (w->warned || !w->stats.unwatched_dirs)
        return;
    w->warned = true;
    ob_log(OB_LOG_WARN, "files",
           "%s: %zu folders are watched, %zu are not: raise fs.inotify.max_user_watches",
           ob_root_path(w->root), w->stats.watched_dirs, w->stats.unwatched_dirs);
}

static void handle_events(struct ob_watch *w, const char *bytes, size_t len);
static void maybe_free(struct ob_watch *w);

static void take_result(struct ob_watch *w, const struct ob__watch_add *job)
{
    const struct ob_map_slot *left;
    for (size_t i = 0; i < job->skipped.n; i++)
        unwatch_below(w, job->skipped.items[i]);
    for (size_t i = 0; i < job->n_dirs; i++)
        map(w, job->dirs[i].wd, job->dirs[i].path);
    if (job->whole)
        unwatch_unmet(w, job);
    for (size_t pos = 0; (left = ob_map_next(&w->left, &pos));)
        unwatch_below(w, left->key);
    ob_map_release(&w->left);
    for (size_t i = 0; i < job->files.n; i++)
        note(w, job->files.items[i]);
    w->stats.unwatched_dirs = job->unwatched + (job->whole ? 0 : w->stats.unwatched_dirs);
    if (job->rescan)
        ask_rescan(w);
    warn_once(w);
}

static void start_job(struct ob_watch *w); /* a job that ends starts the next */

static void job_done(int status, void *data)
{
    struct ob__watch_add *job = data;
    struct ob_watch *w = job->owner;
    w->job = NULL;
    if (!w->stopped && status == 0) {
        struct ob_buf held = w->held;
        take_result(w, job);
        ob_buf_init(&w->held, MAX_HELD_BYTES);
        handle_events(w, ob_buf_str(&held), held.len);
        ob_buf_release(&held);
    }
    ob__watch_add_free(job);
    if (w->stopped)
        maybe_free(w);
    else
        start_job(w);
}

static void start_job(struct ob_watch *w)
{
    if (w->job || w->stopped || !w->wishes.len)
        return;
    struct ob__watch_add *job = ob_alloc(sizeof *job);
    bool whole = ob_map_get(&w->wishes, "", 0) != NULL;
    size_t used = whole ? 0 : w->stats.watched_dirs;
    job->owner = w;
    job->root = ob_root_ref(w->root);
    job->walk = w->options.walk;
    job->inotify_fd = w->fd;
    job->room = w->options.max_dirs > used ? w->options.max_dirs - used : 0;
    job->wishes = w->wishes;
    w->wishes = (struct ob_map){0};
    w->job = job;
    if (ob_task_start(NULL, w->loop, ob__watch_add_run, job_done, job) == 0)
        return;
    w->job = NULL;
    ob__watch_add_free(job);
    ask_rescan(w); /* what should have been watched is found by walking */
}

/* ------------------------------------------------------------ events */
static bool holds_rules(const char *name)
{
    return strcmp(name, ".gitignore") == 0 || strcmp(name, ".ignore") == 0 ||
           strcmp(name, ".openbookignore") == 0;
}

static void on_dir_event(struct ob_watch *w, uint32_t mask, const char *path)
{
    if (mask & (IN_MOVED_FROM | IN_DELETE)) {
        unwatch_below(w, path);
        if (w->job)
            (void)ob_map_put(&w->left, path, strlen(path), NULL);
        note(w, path);
    }
    if (mask & (IN_CREATE | IN_MOVED_TO | IN_ATTRIB))
        wish(w, path, OB__WATCH_DIRS | OB__WATCH_FILES);
}

static void on_file_event(struct ob_watch *w, const char *dir, const char *name, const char *path)
{
    if (strcmp(dir, ".git/info") == 0) {
        if (strcmp(name, "exclude") != 0)
            return;
        wish(w, "", OB__WATCH_DIRS);
    } else if (holds_rules(name)) {
        wish(w, dir, OB__WATCH_DIRS);
    }
    note(w, path);
}

/* NAME is "" for events of the directory itself. */
static void on_event(struct ob_watch *w, const struct inotify_event *event, const char *name)
{
    if (event->mask & IN_Q_OVERFLOW) {
        w->stats.overflows++;
        ob_map_release(&w->pending); /* the rescan finds them */
        wish(w, "", OB__WATCH_DIRS); /* folders may have come; then the rescan follows */
        return;
    }
    const char *dir = dir_of(w, event->wd);
    if (!dir)
        return; /* no longer watched */
    if (event->mask & (IN_IGNORED | IN_UNMOUNT | IN_DELETE_SELF | IN_MOVE_SELF)) {
        if (!*dir && !(event->mask & IN_IGNORED))
            ask_rescan(w); /* the root itself went away */
        if (event->mask & IN_IGNORED)
            unmap(w, event->wd);
        return;
    }
    if (!*name)
        return;
    char *path = ob_path_join(dir, name);
    if (event->mask & IN_ISDIR)
        on_dir_event(w, event->mask, path);
    else
        on_file_event(w, dir, name, path);
    ob_free(path);
}

/* Keeps an event whose directory a worker may just have added. */
static bool hold_back(struct ob_watch *w, const struct inotify_event *event, const char *bytes)
{
    if (!w->job || event->wd < 0 || dir_of(w, event->wd))
        return false;
    if (ob_buf_append(&w->held, bytes, sizeof *event + event->len) != 0)
        wish(w, "", OB__WATCH_DIRS);
    return true;
}

static void handle_events(struct ob_watch *w, const char *bytes, size_t len)
{
    struct inotify_event event;
    while (len >= sizeof event) {
        memcpy(&event, bytes, sizeof event);
        size_t size = sizeof event + event.len;
        if (size > len)
            break; /* the kernel never cuts one */
        if (!hold_back(w, &event, bytes))
            on_event(w, &event, event.len ? bytes + sizeof event : "");
        bytes += size;
        len -= size;
    }
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct ob_watch *w = poll->data;
    static _Thread_local char bytes[READ_BYTES];
    (void)events;
    if (status < 0)
        return; /* an error of the poll itself; the next call tells more */
    for (int i = 0; i < READS_AT_ONCE; i++) {
        ssize_t n = ob_io_read(w->fd, bytes, sizeof bytes);
        if (n <= 0)
            break;
        handle_events(w, bytes, (size_t)n);
    }
    start_job(w);
}

/* ------------------------------------------------------------ life */
static void free_dirs(struct ob_watch *w)
{
    const struct ob_map_slot *slot;
    for (size_t pos = 0; (slot = ob_map_next(&w->by_wd, &pos));)
        ob_free((char *)(uintptr_t)slot->value);
    ob_map_release(&w->by_wd);
    ob_map_release(&w->by_path);
}

static void maybe_free(struct ob_watch *w)
{
    if (w->open_handles || w->job)
        return;
    (void)ob_io_close(w->fd); /* nothing was written to it */
    free_dirs(w);
    ob_map_release(&w->pending);
    ob_map_release(&w->wishes);
    ob_map_release(&w->left);
    ob_buf_release(&w->held);
    ob_root_unref(w->root);
    ob_free(w);
}

static void on_close(uv_handle_t *handle)
{
    struct ob_watch *w = handle->data;
    w->open_handles--;
    maybe_free(w);
}

int ob_watch_start(struct ob_watch **out, uv_loop_t *loop, struct ob_root *root,
                   const struct ob_watch_options *o, ob_watch_cb cb, void *data, struct ob_error *e)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        return ob_error_set(e, OB_EFAIL, "cannot watch %s: %s%s", ob_root_path(root),
                            strerror(errno),
                            errno == EMFILE ? "; raise fs.inotify.max_user_instances" : "");
    struct ob_watch *w = ob_alloc(sizeof *w);
    if (uv_poll_init(loop, &w->poll, fd) != 0) {
        (void)ob_io_close(fd); /* nothing was written to it */
        ob_free(w);
        return ob_error_set(e, OB_EFAIL, "cannot watch %s: the loop takes no more descriptors",
                            ob_root_path(root));
    }
    uv_timer_init(loop, &w->timer);
    w->loop = loop;
    w->root = ob_root_ref(root);
    w->options = *o;
    w->cb = cb;
    w->data = data;
    w->fd = fd;
    w->poll.data = w->timer.data = w;
    w->open_handles = 2;
    ob_buf_init(&w->held, MAX_HELD_BYTES);
    uv_poll_start(&w->poll, UV_READABLE, on_readable);
    wish(w, "", OB__WATCH_DIRS);
    start_job(w);
    *out = w;
    return 0;
}

void ob_watch_stats(struct ob_watch_stats *out, const struct ob_watch *w)
{
    *out = w->stats;
}

void ob_watch_stop(struct ob_watch *w)
{
    if (!w || w->stopped)
        return;
    w->stopped = true;
    uv_close((uv_handle_t *)&w->poll, on_close);
    uv_close((uv_handle_t *)&w->timer, on_close);
}
