/* The watch of one root: events come in, changed paths go out in batches.
 *
 *     event -> note a path -> pending -> (settle) -> callback
 *           -> a new folder -> wishes -> worker (watch_add.c) -> watched folders, files
 *     mount (mounts.c) -----> wishes
 *
 * A path is reported when its writer has closed it; one that is written to and stays open (a log) is
 * reported once in writing_ms.  Invariant: by_path holds the folders that the watcher has a place of
 * ours for, and no others. */
#include "openbook/files/watch.h"

#include <string.h>
#include <sys/inotify.h>

#include "openbook/base/log.h"
#include "openbook/base/map.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/base/task.h"
#include "openbook/base/trace.h"

#include "watch_add.h"
#include "watcher.h"

enum {
    MAX_PENDING = 100000,   /* more changed paths than this are a rescan */
    MAX_SETTLE_FACTOR = 10, /* a storm is reported at least every so many settle_ms */
};

struct ob_watch {
    struct ob_watcher *watcher; /* a reference */
    struct ob_watch *next;      /* the watcher's list */
    uv_loop_t *loop;
    struct ob_root *root; /* a reference */
    struct ob_watch_options options;
    ob_watch_cb cb;
    void *data;

    uv_timer_t timer;   /* until what is pending has settled */
    uv_timer_t writing; /* until files that are being written to are looked at */
    unsigned open_handles;
    bool stopped;

    struct ob_map by_path; /* folder -> its watch number */

    struct ob_map pending; /* changed paths */
    struct ob_map open;    /* paths that are being written to */
    bool rescan;
    bool cover_changed;          /* what the watches do not cover is something else now */
    bool awaited;                /* somebody waits for `settled` */
    struct ob_watch_known fence; /* what they wait for: of all the latest */
    uint64_t pending_since_ms;

    bool held;                 /* no job begins yet: it is to meet what was mounted before */
    struct ob_map wishes;      /* as in struct ob__watch_add; for the next job */
    struct ob__watch_add *job; /* at work; NULL: none */
    uint32_t job_begun;        /* what ob__watcher_job_begins said */
    struct ob_map left;        /* folders that went away, or elsewhere, while the job was at work */

    struct ob_watch_stats stats;
    bool warned;
};

struct ob_watch **ob__watch_link(struct ob_watch *w)
{
    return &w->next;
}

/* ------------------------------------------------------------ which folders are watched */
static void unwatch(struct ob_watch *w, const char *dir)
{
    const uint64_t *number = ob_map_get(&w->by_path, dir, strlen(dir));
    if (!number)
        return;
    OB_TRACE("watch: unwatched", dir, *number);
    ob__watcher_drop(w->watcher, (int)*number, w, dir);
    (void)ob_map_remove(&w->by_path, dir, strlen(dir)); /* it is there */
    w->stats.watched_dirs--;
}

static void watch(struct ob_watch *w, int wd, const char *dir)
{
    const uint64_t *number = ob_map_get(&w->by_path, dir, strlen(dir));
    if (number && (int)*number == wd)
        return;
    unwatch(w, dir); /* another folder stood here */
    OB_TRACE("watch: watched", dir, wd);
    *ob_map_put(&w->by_path, dir, strlen(dir), NULL) = (uint64_t)wd;
    ob__watcher_put(w->watcher, wd, w, dir);
    w->stats.watched_dirs++;
}

/* Stops watching each folder that GOES says yes to. */
static void unwatch_each(struct ob_watch *w, bool (*goes)(const struct ob_map_slot *, const void *),
                         const void *data)
{
    size_t pos = 0;
    struct ob__paths found = {0};
    const struct ob_map_slot *slot;
    while ((slot = ob_map_next(&w->by_path, &pos)))
        if (goes(slot, data))
            ob__paths_add(&found, slot->key);
    for (size_t i = 0; i < found.n; i++)
        unwatch(w, found.items[i]);
    ob__paths_release(&found);
}

static bool is_any(const struct ob_map_slot *slot, const void *data)
{
    (void)slot, (void)data;
    return true;
}

/* Whether the folder, or one that it lies in, is a key of the map DATA. */
static bool is_below(const struct ob_map_slot *slot, const void *data)
{
    for (const char *p = slot->key; (p = strchr(p, '/')); p++)
        if (ob_map_get(data, slot->key, (size_t)(p - slot->key)))
            return true;
    return ob_map_get(data, slot->key, slot->key_len) != NULL;
}

/* Stops watching DIR and all below it. */
static void unwatch_below(struct ob_watch *w, const char *dir)
{
    struct ob_map dirs = {0};
    (void)ob_map_put(&dirs, dir, strlen(dir), NULL);
    unwatch_each(w, is_below, &dirs);
    ob_map_release(&dirs);
}

struct skipped {
    struct ob_map dirs;
    struct ob_map met; /* added all the same */
};

static bool is_below_skipped(const struct ob_map_slot *slot, const void *data)
{
    const struct skipped *s = data;
    return is_below(slot, &s->dirs) && !ob_map_get(&s->met, slot->key, slot->key_len);
}

/* The same for what the job did not enter.  A folder that is left out for what lies in it was added before
 * that was seen, and stays: so it is told when that goes.  The repository's own rules lie in one, too. */
static void unwatch_skipped(struct ob_watch *w, const struct ob__watch_add *job)
{
    struct skipped s = {0};
    for (size_t i = 0; i < job->skipped.n; i++)
        (void)ob_map_put(&s.dirs, job->skipped.items[i], strlen(job->skipped.items[i]), NULL);
    for (size_t i = 0; i < job->n_dirs && s.dirs.len; i++)
        (void)ob_map_put(&s.met, job->dirs[i].path, strlen(job->dirs[i].path), NULL);
    if (s.dirs.len)
        unwatch_each(w, is_below_skipped, &s);
    ob_map_release(&s.dirs);
    ob_map_release(&s.met);
}

/* The same for what left while the job was at work: the job may have met it before. */
static void unwatch_left(struct ob_watch *w)
{
    if (w->left.len)
        unwatch_each(w, is_below, &w->left);
    ob_map_release(&w->left);
}

static bool is_missing_in(const struct ob_map_slot *slot, const void *data)
{
    return !ob_map_get(data, slot->key, slot->key_len);
}

/* Stops watching what a walk over the whole root has not met: its removal may have been lost. */
static void unwatch_unmet(struct ob_watch *w, const struct ob__watch_add *job)
{
    struct ob_map met = {0};
    for (size_t i = 0; i < job->n_dirs; i++)
        (void)ob_map_put(&met, job->dirs[i].path, strlen(job->dirs[i].path), NULL);
    unwatch_each(w, is_missing_in, &met);
    ob_map_release(&met);
}

struct anew {
    const struct ob_map *wishes;
    struct ob_map met;
};

static bool is_unmet_anew(const struct ob_map_slot *slot, const void *data)
{
    const struct anew *a = data;
    if (ob_map_get(&a->met, slot->key, slot->key_len))
        return false;
    for (size_t len = 0;; len++) {
        len += strcspn(slot->key + len, "/");
        const uint64_t *wish = ob_map_get(a->wishes, slot->key, len);
        if (wish && (*wish & OB__WATCH_ANEW))
            return true;
        if (len >= slot->key_len)
            return false;
    }
}

/* The same where something is mounted now, or no longer: other folders were there. */
static void unwatch_covered(struct ob_watch *w, const struct ob__watch_add *job)
{
    struct anew a = {.wishes = &job->wishes};
    const struct ob_map_slot *wish;
    bool any = false;
    for (size_t pos = 0; (wish = ob_map_next(&job->wishes, &pos));)
        any |= (wish->value & OB__WATCH_ANEW) != 0;
    if (!any)
        return;
    for (size_t i = 0; i < job->n_dirs; i++)
        (void)ob_map_put(&a.met, job->dirs[i].path, strlen(job->dirs[i].path), NULL);
    unwatch_each(w, is_unmet_anew, &a);
    ob_map_release(&a.met);
}

/* ------------------------------------------------------------ what goes out */

/* Whether folders are being added, or wait to be. */
static bool is_adding(const struct ob_watch *w)
{
    return w->job || w->wishes.len > 0;
}

/* Whether all that KNOWN stands for has come to this watch. */
static bool has_heard(const struct ob_watch *w, const struct ob_watch_known *known)
{
    struct ob__mounts *mounts = w->watcher->mounts;
    return ob__watcher_has_read(w->watcher, known->events) &&
           (!mounts || ob__mounts_have_told(mounts, known->mounts));
}

static bool is_settled(const struct ob_watch *w)
{
    return w->awaited && !is_adding(w) && has_heard(w, &w->fence);
}

static void deliver(struct ob_watch *w)
{
    struct ob_map pending = w->pending;
    struct ob_watch_batch batch = {.rescan = w->rescan, .settled = is_settled(w)};
    bool cover_changed = w->cover_changed;
    const char **paths = ob_alloc((pending.len + 1) * sizeof *paths);
    const struct ob_map_slot *slot;
    w->pending = (struct ob_map){0};
    OB_TRACE("watch: reports a rescan (1) or paths (0)", NULL, w->rescan);
    w->rescan = w->cover_changed = false;
    w->awaited &= !batch.settled;
    (void)uv_timer_stop(&w->timer); /* cannot fail */
    for (size_t pos = 0; (slot = ob_map_next(&pending, &pos));)
        paths[batch.n_paths++] = slot->key;
    batch.paths = paths;
    if (batch.n_paths || batch.rescan || batch.settled || cover_changed)
        w->cb(&batch, w->data); /* may stop W; its handles close later */
    ob_free(paths);
    ob_map_release(&pending);
}

/* While folders are being added what came with them is not known yet: both halves of a rename go out
 * together. */
static void on_settled(uv_timer_t *timer)
{
    struct ob_watch *w = timer->data;
    uint64_t settle = w->options.settle_ms;
    if (w->job && uv_now(w->loop) < w->pending_since_ms + settle * MAX_SETTLE_FACTOR)
        (void)uv_timer_start(timer, on_settled, settle, 0); /* fails only on a closing handle */
    else
        deliver(w);
}

/* Something is pending: report it when it has been quiet for settle_ms, or soon enough anyway. */
static void schedule(struct ob_watch *w)
{
    uint64_t now = uv_now(w->loop), settle = w->options.settle_ms;
    if (!uv_is_active((uv_handle_t *)&w->timer))
        w->pending_since_ms = now;
    uint64_t latest = w->pending_since_ms + settle * MAX_SETTLE_FACTOR;
    uint64_t wait = now + settle < latest ? settle : latest > now ? latest - now : 0;
    (void)uv_timer_start(&w->timer, on_settled, wait, 0);
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
    OB_TRACE("watch: in doubt", path, 0);
    if (!w->rescan)
        (void)ob_map_put(&w->pending, path, strlen(path), NULL);
    schedule(w);
}

/* DIR was a folder: what is known below it is in doubt. */
static void note_dir(struct ob_watch *w, const char *dir)
{
    char *path = ob_asprintf("%s/", dir);
    note(w, path);
    ob_free(path);
}

/* What is known of DIR and below it is in doubt, if DIR is a folder or not. */
static void doubt(struct ob_watch *w, const char *dir)
{
    if (*dir)
        note_dir(w, dir);
    else
        ask_rescan(w);
}

/* ------------------------------------------------------------ adding folders */
static void wish(struct ob_watch *w, const char *dir, enum ob__watch_wish what)
{
    OB_TRACE("watch: to be watched", dir, what);
    *ob_map_put(&w->wishes, dir, strlen(dir), NULL) |= what;
}

static void warn_once(struct ob_watch *w)
{
    if (w->warned || !w->stats.unwatched_dirs)
        return;
    w->warned = true;
    ob_log(OB_LOG_WARN, "files",
           "%s: %zu folders are watched, %zu are not and are looked at by time: raise "
           "fs.inotify.max_user_watches by as many",
           ob_root_path(w->root), w->stats.watched_dirs, w->stats.unwatched_dirs);
}

/* Takes one folder that the worker has added.  What happened in it since then was not understood, so
 * it is listed once more; where it was moved, it lies elsewhere, or nowhere, with all below it. */
static void take_dir(struct ob_watch *w, const struct ob__watched_dir *dir)
{
    uint32_t touched = ob__watcher_touched(w->watcher, dir->wd, w->job_begun);
    const uint64_t *known = ob_map_get(&w->by_path, dir->path, strlen(dir->path));
    if (known && (int)*known == dir->wd && !(touched & IN_MOVE_SELF))
        return;
    if (!(touched & IN_IGNORED))
        watch(w, dir->wd, dir->path);
    if (touched & IN_MOVE_SELF)
        (void)ob_map_put(&w->left, dir->path, strlen(dir->path), NULL);
    if (!touched)
        return;
    wish(w, dir->path, OB__WATCH_DIRS | OB__WATCH_FILES);
    doubt(w, dir->path);
}

/* The files that lie in folders added by now were met.  Others, which a walk over the root may have met
 * before, may have gone when nobody was told: what was known there is looked at too. */
static void take_files(struct ob_watch *w, const struct ob__watch_add *job)
{
    const struct ob_map_slot *wish;
    for (size_t i = 0; i < job->files.n; i++)
        note(w, job->files.items[i]);
    for (size_t pos = 0; (wish = ob_map_next(&job->wishes, &pos));)
        if (wish->value & OB__WATCH_FILES)
            doubt(w, wish->key);
}

/* What JOB has found that its watches do not cover. */
static void take_cover(struct ob_watch *w, const struct ob__watch_add *job)
{
    size_t unwatched = job->unwatched + (job->whole ? 0 : w->stats.unwatched_dirs);
    bool remote = job->remote || (!job->whole && w->stats.remote);
    bool rootless = job->whole ? job->rootless : w->stats.rootless;
    if (unwatched == w->stats.unwatched_dirs && remote == w->stats.remote &&
        rootless == w->stats.rootless)
        return;
    if (remote && !w->stats.remote)
        ob_log(
            OB_LOG_INFO, "files",
            "%s lies, in part at least, on a file system that other machines may change without a "
            "word: it is looked at by time as well",
            ob_root_path(w->root));
    w->stats.unwatched_dirs = unwatched;
    w->stats.remote = remote;
    w->stats.rootless = rootless;
    w->cover_changed = true;
    schedule(w);
}

static void take_result(struct ob_watch *w, const struct ob__watch_add *job)
{
    OB_TRACE("watch: a job ends; folders", NULL, job->n_dirs);
    unwatch_skipped(w, job);
    for (size_t i = 0; i < job->n_dirs; i++)
        take_dir(w, &job->dirs[i]);
    if (job->whole)
        unwatch_unmet(w, job);
    else
        unwatch_covered(w, job);
    unwatch_left(w);
    take_files(w, job);
    take_cover(w, job);
    if (job->rescan)
        ask_rescan(w);
    warn_once(w);
}

static void give_back(struct ob_watch *w, const struct ob__watch_add *job)
{
    for (size_t i = 0; i < job->n_dirs; i++)
        ob__watcher_disown(w->watcher, job->dirs[i].wd);
}

static void start_job(struct ob_watch *w); /* a job that ends starts the next */
static void maybe_free(struct ob_watch *w);

static void job_done(int status, void *data)
{
    struct ob__watch_add *job = data;
    struct ob_watch *w = job->owner;
    w->job = NULL;
    if (w->stopped)
        give_back(w, job);
    else if (status == 0)
        take_result(w, job);
    ob__watcher_job_ends(w->watcher);
    ob__watch_add_free(job);
    if (w->stopped) {
        maybe_free(w);
        return;
    }
    start_job(w);
    if (is_settled(w))
        deliver(w);
}

static void start_job(struct ob_watch *w)
{
    if (w->job || w->stopped || w->held || !w->wishes.len)
        return;
    struct ob__watch_add *job = ob_alloc(sizeof *job);
    bool whole = ob_map_get(&w->wishes, "", 0) != NULL;
    size_t ours = whole ? w->stats.watched_dirs : 0; /* will be added again */
    size_t used = w->watcher->places.len > ours ? w->watcher->places.len - ours : 0;
    job->owner = w;
    job->root = ob_root_ref(w->root);
    job->walk = w->options.walk;
    job->inotify_fd = w->watcher->fd;
    job->room = w->watcher->max_folders > used ? w->watcher->max_folders - used : 0;
    job->wishes = w->wishes;
    w->wishes = (struct ob_map){0};
    w->job = job;
    OB_TRACE("watch: a job begins; wishes", NULL, job->wishes.len);
    w->job_begun = ob__watcher_job_begins(w->watcher);
    if (ob_task_start(NULL, w->loop, ob__watch_add_run, job_done, job) == 0)
        return;
    w->job = NULL;
    ob__watcher_job_ends(w->watcher);
    ob__watch_add_free(job);
    ask_rescan(w); /* what should have been watched is found by walking */
}

/* ------------------------------------------------------------ events */
/* Looks again which folders are entered below the one that holds PATH. */
static void wish_beside(struct ob_watch *w, const char *path)
{
    const char *name = ob_path_base(path);
    char *dir = ob_strndup(path, name > path ? (size_t)(name - path) - 1 : 0);
    wish(w, dir, OB__WATCH_DIRS);
    ob_free(dir);
}

static void on_dir_event(struct ob_watch *w, uint32_t mask, const char *path)
{
    if (mask & IN_DELETE)
        unwatch(w, path); /* it was empty: nothing below it is watched */
    if (mask & IN_MOVED_FROM)
        unwatch_below(w, path);
    if (mask & (IN_MOVED_FROM | IN_DELETE)) {
        if (w->job)
            (void)ob_map_put(&w->left, path, strlen(path), NULL);
        note_dir(w, path);
    }
    if (mask & (IN_CREATE | IN_MOVED_TO | IN_ATTRIB))
        wish(w, path, OB__WATCH_DIRS | OB__WATCH_FILES);
    if (mask & (IN_CREATE | IN_MOVED_TO))
        note(w, path); /* it may be one that is left out */
    if (mask & IN_ATTRIB)
        note_dir(w, path); /* it may have been, or may now be, closed to us */
    if (ob_walk_role_of(path) == OB_ROLE_RULES)
        wish_beside(w, path); /* a repository begins here, or ends */
}

/* Whether the file PATH, of which the events MASK tell, has other folders entered than before. */
static bool decides(const char *path, uint32_t mask)
{
    enum ob_walk_role role = ob_walk_role_of(path);
    return role == OB_ROLE_RULES ||
           (role == OB_ROLE_MARKER && (mask & (IN_CREATE | IN_DELETE | IN_MOVE)));
}

static void on_file_changed(struct ob_watch *w, const char *path, uint32_t mask)
{
    const char *name = ob_path_base(path);
    char *dir = ob_strndup(path, name > path ? (size_t)(name - path) - 1 : 0);
    if (strcmp(dir, OB__WATCH_EXCLUDE_DIR) == 0) {
        if (strcmp(name, "exclude") == 0) {
            wish(w, "", OB__WATCH_DIRS);
            note(w, path);
        }
    } else {
        if (decides(path, mask))
            wish_beside(w, path);
        note(w, path);
    }
    ob_free(dir);
}

static void look_at_open(struct ob_watch *w)
{
    struct ob_map open = w->open;
    const struct ob_map_slot *slot;
    w->open = (struct ob_map){0};
    (void)uv_timer_stop(&w->writing);
    for (size_t pos = 0; (slot = ob_map_next(&open, &pos));)
        on_file_changed(w, slot->key, IN_MODIFY);
    ob_map_release(&open);
}

static void on_writing_time(uv_timer_t *timer)
{
    struct ob_watch *w = timer->data;
    look_at_open(w);
    start_job(w);
}

static void on_file_event(struct ob_watch *w, uint32_t mask, const char *path)
{
    if (mask & ~(uint32_t)IN_MODIFY) {
        (void)ob_map_remove(&w->open, path, strlen(path)); /* there or not */
        on_file_changed(w, path, mask);
        return;
    }
    (void)ob_map_put(&w->open, path, strlen(path), NULL);
    if (w->open.len > MAX_PENDING)
        look_at_open(w);
    else if (!uv_is_active((uv_handle_t *)&w->writing))
        (void)uv_timer_start(&w->writing, on_writing_time, w->options.writing_ms, 0);
}

void ob__watch_overflow(struct ob_watch *w)
{
    w->stats.overflows++;
    OB_TRACE("watch: events were lost", NULL, 0);
    ob_map_release(&w->pending); /* the rescan finds them */
    ob_map_release(&w->open);
    wish(w, "", OB__WATCH_DIRS); /* folders may have come; then the rescan follows */
}

void ob__watch_lost(struct ob_watch *w, const char *dir)
{
    if (!ob_map_remove(&w->by_path, dir, strlen(dir)))
        return;
    w->stats.watched_dirs--;
    OB_TRACE("watch: number given up", dir, 0);
    /* Usually its parent has told us before.  Not after an unmount, and not when the number was given
     * up under a folder that a worker had just met again elsewhere: that one is watched anew. */
    wish(w, dir, OB__WATCH_DIRS | OB__WATCH_FILES);
    doubt(w, dir);
}

void ob__watch_event(struct ob_watch *w, const char *dir, uint32_t mask, const char *name)
{
    if (mask & (IN_UNMOUNT | IN_DELETE_SELF | IN_MOVE_SELF)) {
        if (!*dir)
            ask_rescan(w); /* the root itself went away */
        return;
    }
    if (!*name)
        return;
    char *path = ob_path_join(dir, name);
    OB_TRACE("watch: event", path, mask);
    if (mask & IN_ISDIR)
        on_dir_event(w, mask, path);
    else
        on_file_event(w, mask, path);
    ob_free(path);
}

/* Only the job looks at what is mounted, which may hang; whoever keeps what is known hears of it when the job
 * is done.  It may be a file, and one with a role. */
static void on_mount(struct ob_watch *w, const char *path)
{
    OB_TRACE("watch: something is mounted, or no longer", path, 0);
    wish(w, path, OB__WATCH_DIRS | OB__WATCH_FILES | OB__WATCH_ANEW);
    if (ob_walk_role_of(path) != OB_ROLE_PLAIN)
        wish_beside(w, path);
}

void ob__watch_mounted(struct ob_watch *w, const struct ob_map *changed)
{
    const struct ob_map_slot *slot;
    w->held = false;
    if (!changed)
        wish(w, "", OB__WATCH_DIRS); /* then the rescan follows */
    for (size_t pos = 0; changed && (slot = ob_map_next(changed, &pos));)
        on_mount(w, slot->key);
}

void ob__watch_round(struct ob_watch *w)
{
    start_job(w);
    if (is_settled(w))
        deliver(w);
}

/* ------------------------------------------------------------ life */
static void maybe_free(struct ob_watch *w)
{
    if (w->open_handles || w->job)
        return;
    ob_map_release(&w->by_path);
    ob_map_release(&w->pending);
    ob_map_release(&w->open);
    ob_map_release(&w->wishes);
    ob_map_release(&w->left);
    ob_watcher_unref(w->watcher);
    ob_root_unref(w->root);
    ob_free(w);
}

static void on_close(uv_handle_t *handle)
{
    struct ob_watch *w = handle->data;
    w->open_handles--;
    maybe_free(w);
}

int ob_watch_start(struct ob_watch **out, struct ob_watcher *k, struct ob_root *root,
                   const struct ob_watch_options *o, ob_watch_cb cb, void *data, struct ob_error *e)
{
    (void)e; /* what can fail has failed in ob_watcher_new */
    struct ob_watch *w = ob_alloc(sizeof *w);
    w->watcher = ob__watcher_ref(k);
    w->loop = k->loop;
    w->root = ob_root_ref(root);
    w->options = *o;
    w->cb = cb;
    w->data = data;
    (void)uv_timer_init(w->loop, &w->timer); /* cannot fail */
    (void)uv_timer_init(w->loop, &w->writing);
    w->timer.data = w->writing.data = w;
    w->open_handles = 2;
    ob__watcher_join(k, w);
    w->held = k->mounts != NULL;
    if (k->mounts)
        ob__mounts_join(k->mounts, w, ob_root_path(root));
    ob_watch_renew(w);
    *out = w;
    return 0;
}

/* Notes what there is to be told at this moment, and takes in what is at hand. */
static void ask(struct ob_watch *w, struct ob_watch_known *known)
{
    struct ob__mounts *mounts = w->watcher->mounts;
    known->asked = true;
    known->mounts = mounts ? ob__mounts_known(mounts) : 0;
    known->events = ob__watcher_known(w->watcher);
    w->fence.mounts = known->mounts > w->fence.mounts ? known->mounts : w->fence.mounts;
    w->fence.events = known->events > w->fence.events ? known->events : w->fence.events;
    ob__watcher_read(w->watcher);
}

bool ob_watch_settle(struct ob_watch *w, struct ob_watch_known *known)
{
    if (!known->asked)
        ask(w, known);
    if (!has_heard(w, known)) {
        w->awaited = true; /* the loop reads on */
        return false;
    }
    look_at_open(w);
    start_job(w);
    w->awaited = is_adding(w) || !has_heard(w, &w->fence);
    if (is_adding(w))
        return false; /* all goes out together when the job is done */
    deliver(w);
    return true;
}

void ob_watch_renew(struct ob_watch *w)
{
    wish(w, "", OB__WATCH_DIRS);
    start_job(w);
}

void ob_watch_stats(struct ob_watch_stats *out, const struct ob_watch *w)
{
    *out = w->stats;
    out->pending = w->pending.len + w->open.len;
    out->doubt = w->job || w->wishes.len || w->rescan;
}

void ob_watch_stop(struct ob_watch *w)
{
    if (!w || w->stopped)
        return;
    w->stopped = true;
    unwatch_each(w, is_any, NULL);
    ob__watcher_leave(w->watcher, w);
    if (w->watcher->mounts)
        ob__mounts_leave(w->watcher->mounts, w);
    uv_close((uv_handle_t *)&w->timer, on_close);
    uv_close((uv_handle_t *)&w->writing, on_close);
}
