/* A shelf: its life, its handles, its status.  The work is the keeper's; this file passes what comes
 * from the watch down to the queue, and the keeper's news up to those who wait. */
#include <stdio.h>
#include <string.h>

#include "openbook/base/log.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/base/task.h"

#include "inside.h"

enum {
    PROGRESS_MS = 100,         /* at most ten a second */
    FIRST_RETRY_MS = 250,      /* of what the system refused for now, then twice as long */
    RETRY_MS = 4000,           /* at most, where a walk is short */
    GONE_POLL_MS = 1000,       /* looks whether a root that is gone has come back */
    CHECK_PAUSE_MS = 500,      /* between two looks at the root itself */
    LINGER_MS = 5 * 60 * 1000, /* an editor that restarts finds its index */
    LONGEST_PATH = 4096
};

/* ------------------------------------------------------------ life */
static void set_state(struct ob_shelf *s, enum ob__shelf_state state)
{
    static const char *const names[] = {"open", "closing", "closed"};
    ob_log(OB_LOG_DEBUG, "shelf", "%s: %s", ob_root_path(s->root), names[state]);
    s->state = state;
}

/* All handles are closed, and the keeper has left. */
static void release(void *data)
{
    struct ob_shelf *s = data;
    ob_unsaved_free(s->unsaved);
    ob__keeper_release(&s->keeper);
    ob__pause_unref(s->pause);
    ob_index_free(s->index);
    ob_root_unref(s->root);
    ob_free(s);
}

static void on_released(int status, void *data)
{
    if (status)
        release(data);
}

/* To give back a large index takes a tenth of a second: a worker does it, unless all is closing and nobody
 * waits for the loop, which may not turn any more. */
void ob__shelf_free(struct ob_shelf *s)
{
    if (s->at_the_end || ob_task_start(NULL, s->loop, release, on_released, s) != 0)
        release(s);
}

void ob__shelf_settle(struct ob_shelf *s)
{
    if (--s->alive > 0 || s->state != OB__SHELF_CLOSING)
        return;
    struct ob_shelves *all = s->all;
    set_state(s, OB__SHELF_CLOSED);
    s->at_the_end = ob__shelves_are_closing(all);
    s->all = NULL;
    s->refs++; /* the registry may call back and drop what it holds */
    ob__shelves_forget(all, s);
    ob_shelf_unref(s);
}

static void on_handle_closed(uv_handle_t *handle)
{
    ob__shelf_settle(handle->data);
}

static void close_handle(struct ob_shelf *s, uv_handle_t *handle)
{
    handle->data = s;
    uv_close(handle, on_handle_closed);
}

void ob__shelf_close(struct ob_shelf *s)
{
    if (s->state != OB__SHELF_OPEN)
        return;
    set_state(s, OB__SHELF_CLOSING);
    if (s->watch)
        ob_watch_stop(s->watch);
    s->watch = NULL;
    ob__fresh_cancel(s);
    ob__delta_cancel(s);
    close_handle(s, (uv_handle_t *)&s->progress);
    close_handle(s, (uv_handle_t *)&s->poll);
    close_handle(s, (uv_handle_t *)&s->linger);
    ob__keeper_stop(&s->keeper); /* `wake` is closed when the thread has left */
}

static void on_linger_over(uv_timer_t *timer)
{
    ob__shelf_close(timer->data);
}

struct ob_shelf *ob_shelf_ref(struct ob_shelf *s)
{
    if (s->refs++ == 0 && s->state == OB__SHELF_OPEN)
        (void)uv_timer_stop(&s->linger); /* cannot fail */
    return s;
}

void ob_shelf_unref(struct ob_shelf *s)
{
    if (!s || --s->refs > 0)
        return;
    if (s->state == OB__SHELF_CLOSED)
        ob__shelf_free(s);
    else if (s->state == OB__SHELF_OPEN)
        (void)uv_timer_start(&s->linger, on_linger_over, LINGER_MS, 0); /* it is open */
}

/* ------------------------------------------------------------ what comes from below */
static bool is_busy(struct ob_shelf *s)
{
    return s->news.walking || ob__queue_len(s->keeper.queue) > 0;
}

static void on_progress_time(uv_timer_t *timer)
{
    struct ob_shelf *s = timer->data;
    if (!s->progress_due && !is_busy(s)) {
        (void)uv_timer_stop(timer);
        return;
    }
    s->progress_due = false;
    ob__shelves_tell(s->all, s);
}

static void tell_progress(struct ob_shelf *s)
{
    s->progress_due = true;
    if (!uv_is_active((uv_handle_t *)&s->progress))
        (void)uv_timer_start(&s->progress, on_progress_time, 0, PROGRESS_MS);
}

/* ------------------------------------------------------------ what no watch covers */
static bool is_watched_whole(const struct ob_shelf *s)
{
    struct ob_watch_stats stats;
    if (!s->watch)
        return false;
    ob_watch_stats(&stats, s->watch);
    return stats.unwatched_dirs == 0 && !stats.remote && !stats.rootless;
}

/* Whether there was no root when its watch was to be set, so that nothing tells whether it is back. */
static bool has_rootless_watch(const struct ob_shelf *s)
{
    struct ob_watch_stats stats = {0};
    if (s->watch)
        ob_watch_stats(&stats, s->watch);
    return stats.rootless;
}

/* A walk is worth its cost when it takes at most a tenth of the time. */
static uint64_t walk_pause_ms(const struct ob_shelf *s)
{
    return (uint64_t)(s->news.walk_us / 1000) * 10;
}

void ob__shelf_check(struct ob_shelf *s)
{
    uint64_t now_ms = uv_now(s->loop);
    if (!s->watch_wanted || s->state != OB__SHELF_OPEN)
        return;
    if (has_rootless_watch(s) ||
        (!is_watched_whole(s) && now_ms - s->asked_rescan_ms >= walk_pause_ms(s))) {
        ob_shelf_rescan(s);
    } else if (now_ms - s->asked_check_ms >= CHECK_PAUSE_MS) {
        s->asked_check_ms = now_ms;
        ob__queue_push_check(s->keeper.queue);
    }
}

static void on_poll(uv_timer_t *timer);

/* How long until the next look that nobody asks for; 0: none is needed, as a watch covers everything and
 * each question looks at the root itself. */
static uint64_t poll_pause_ms(const struct ob_shelf *s)
{
    uint64_t pause_ms = walk_pause_ms(s) * 2;
    if (!s->watch_wanted)
        return 0;
    if (ob_root_is_gone(s->root)) /* its return is looked for */
        return GONE_POLL_MS;
    if (is_watched_whole(s))
        return 0;
    return pause_ms > s->poll_ms ? pause_ms : s->poll_ms;
}

/* Starts the poll timer where it has become needed, stops it where it is needed no more: a daemon that
 * has nothing to do sleeps. */
static void follow_cover(struct ob_shelf *s)
{
    uint64_t pause_ms = poll_pause_ms(s);
    if (s->retrying)
        return;
    if (!pause_ms)
        (void)uv_timer_stop(&s->poll);
    else if (!uv_is_active((uv_handle_t *)&s->poll))
        (void)uv_timer_start(&s->poll, on_poll, pause_ms, 0);
}

static void on_changes(const struct ob_watch_batch *batch, void *data)
{
    struct ob_shelf *s = data;
    ob__queue_push_all(s->keeper.queue, batch->paths, batch->n_paths, batch->rescan);
    if (batch->n_paths || batch->rescan)
        tell_progress(s);
    follow_cover(s);
    if (batch->settled)
        ob__fresh_check(s);
}

/* Starts to follow saved files; what cannot be followed is looked at by time. */
static void start_watch(struct ob_shelf *s)
{
    struct ob_watch_options o = OB_WATCH_OPTIONS_INIT;
    struct ob_error e = OB_ERROR_INIT;
    o.walk = s->walk;
    struct ob_watcher *k = ob__shelves_watcher(s->all, &e);
    if (k && ob_watch_start(&s->watch, k, s->root, &o, on_changes, s, &e) == 0)
        s->unwatched[0] = '\0';
    else
        (void)snprintf(s->unwatched, sizeof s->unwatched, "%.255s", e.message);
}

/* Watches, or the instance, may be had again that were refused; the watch asks for a walk when it has
 * tried. */
static void look_unasked(struct ob_shelf *s)
{
    struct ob_watch_stats stats = {0};
    if (!s->watch && s->watch_wanted)
        start_watch(s);
    if (s->watch)
        ob_watch_stats(&stats, s->watch);
    if (stats.unwatched_dirs > 0 && !ob_root_is_gone(s->root))
        ob_watch_renew(s->watch);
    else
        ob__shelf_check(s);
}

static void on_poll(uv_timer_t *timer)
{
    struct ob_shelf *s = timer->data;
    if (s->retrying)
        ob_shelf_rescan(s);
    s->retrying = false;
    look_unasked(s);
    follow_cover(s);
}

/* What the system refused (too many open files, an I/O error) is tried again, with growing pauses. */
static void retry_refused(struct ob_shelf *s)
{
    uint64_t longest_ms = walk_pause_ms(s) * 2 > RETRY_MS ? walk_pause_ms(s) * 2 : RETRY_MS;
    if (s->retrying || s->news.walking || ob__queue_has_rescan(s->keeper.queue))
        return;
    if (!s->news.refused) {
        s->retry_ms = 0;
        return;
    }
    s->retry_ms = s->retry_ms ? s->retry_ms * 2 : FIRST_RETRY_MS;
    s->retry_ms = s->retry_ms < longest_ms ? s->retry_ms : longest_ms;
    s->retrying = true;
    (void)uv_timer_start(&s->poll, on_poll, s->retry_ms, 0);
}

/* The root is another directory now, or is gone: the watch is about the old one.  Or it was gone for so short
 * a time that only the watch has met that. */
static void follow_root(struct ob_shelf *s)
{
    bool missed = has_rootless_watch(s) && !ob_root_is_gone(s->root);
    if (s->watched_version == s->news.root_version && !missed)
        return;
    s->watched_version = s->news.root_version;
    if (s->watch)
        ob_watch_renew(s->watch);
}

/* Other folders may be left out now. */
static void follow_rules(struct ob_shelf *s)
{
    if (s->watched_rules == s->news.rules_version)
        return;
    s->watched_rules = s->news.rules_version;
    if (s->watch)
        ob_watch_renew(s->watch);
}

/* ------------------------------------------------------------ news */
static void on_news(uv_async_t *wake)
{
    struct ob_shelf *s = wake->data;
    ob__keeper_news(&s->news, &s->keeper);
    if (s->news.left && !uv_is_closing((uv_handle_t *)wake))
        close_handle(s, (uv_handle_t *)wake);
    if (s->state != OB__SHELF_OPEN)
        return;
    follow_root(s);
    follow_rules(s);
    retry_refused(s);
    follow_cover(s);
    ob__fresh_check(s);
    tell_progress(s);
}

/* On the keeper's thread. */
static void notify(void *data)
{
    struct ob_shelf *s = data;
    (void)uv_async_send(&s->wake); /* fails only on a closing handle: it closes after the keeper */
}

/* ------------------------------------------------------------ opening */
static void start_handles(struct ob_shelf *s)
{
    (void)uv_timer_init(s->loop, &s->progress); /* cannot fail */
    (void)uv_timer_init(s->loop, &s->poll);
    (void)uv_timer_init(s->loop, &s->linger);
    s->progress.data = s->poll.data = s->linger.data = s->wake.data = s;
    s->alive += 4;
}

static unsigned default_threads(void)
{
    unsigned n = uv_available_parallelism();
    return n > 0 ? n : 1;
}

int ob__shelf_new(struct ob_shelf **out, struct ob_shelves *all, uv_loop_t *loop,
                  struct ob_root *root, const struct ob_shelf_options *o, struct ob_error *e)
{
    struct ob_shelf *s = ob_alloc(sizeof *s);
    if (uv_async_init(loop, &s->wake, on_news) != 0) {
        ob_free(s);
        return ob_error_set(e, OB_EFAIL, "cannot open %s: the system gives no more event handles",
                            ob_root_path(root));
    }
    s->all = all;
    s->loop = loop;
    s->refs = 1;
    s->root = ob_root_ref(root);
    s->walk = o->walk;
    s->watch_wanted = o->watch;
    s->poll_ms = o->poll_ms;
    s->asked_rescan_ms = uv_now(loop);
    s->index = ob_index_new();
    s->unsaved = ob_unsaved_new();
    s->pause = ob__pause_ref(ob__shelves_pause(all));
    struct ob__keeper_options keeper = {.walk = o->walk,
                                        .threads = o->threads ? o->threads : default_threads(),
                                        .pause = s->pause,
                                        .notify = notify,
                                        .data = s};
    ob__keeper_init(&s->keeper, root, s->index, &keeper);
    start_handles(s);
    if (s->watch_wanted)
        start_watch(s); /* before the walk, so that nothing falls between the two */
    if (s->unwatched[0])
        ob_log(OB_LOG_WARN, "shelf", "%s; changes in %s are found by walking instead", s->unwatched,
               ob_root_path(root));
    follow_cover(s);
    ob__queue_push_rescan(s->keeper.queue);
    if (ob__keeper_start(&s->keeper) != 0) {
        s->keeper.news.left = true; /* as if it had come and gone: closes like any other */
        (void)snprintf(s->keeper.news.error, sizeof s->keeper.news.error,
                       "cannot index: the system gives no more threads");
        notify(s);
    }
    *out = s;
    return 0;
}

/* ------------------------------------------------------------ the door */
const char *ob_shelf_root(const struct ob_shelf *s)
{
    return ob_root_path(s->root);
}

/* What is long is not compared here, on the loop: a worker takes it for new. */
static bool is_same_text(const struct ob_text *a, const struct ob_text *b)
{
    enum { COMPARED = 256 * 1024 };
    return a == b || (a && b && a->len == b->len && a->len <= COMPARED &&
                      memcmp(a->data, b->data, a->len) == 0);
}

void ob_shelf_set_unsaved(struct ob_shelf *s, uint64_t client, const char *path,
                          struct ob_text *text)
{
    if (s->state != OB__SHELF_OPEN || client == 0 || strlen(path) > LONGEST_PATH)
        return;
    struct ob_text *old = ob_unsaved_get(s->unsaved, client, path);
    if (is_same_text(old, text))
        return;
    ob_unsaved_set(s->unsaved, client, path, text);
    ob__delta_changed(s, client);
}

void ob_shelf_drop_client(struct ob_shelf *s, uint64_t client)
{
    ob_unsaved_drop_client(s->unsaved, client);
    ob__delta_drop(s, client);
}

struct ob_snapshot *ob_shelf_snapshot(struct ob_shelf *s, uint64_t client)
{
    struct ob_snapshot *view = s->state == OB__SHELF_OPEN ? ob__delta_view(s, client) : NULL;
    return view ? ob_snapshot_ref(view) : ob_index_snapshot(s->index);
}

void ob_shelf_report_stale(struct ob_shelf *s, const char *path)
{
    ob__queue_push(s->keeper.queue, path, true);
}

void ob_shelf_pause(struct ob_shelf *s)
{
    ob__pause_begin(s->pause);
}

void ob_shelf_resume(struct ob_shelf *s)
{
    ob__pause_end(s->pause);
}

void ob_shelf_rescan(struct ob_shelf *s)
{
    s->asked_rescan_ms = uv_now(s->loop);
    ob__queue_push_rescan(s->keeper.queue);
}

/* Folders that are looked at by time; without any watch all that there are. */
static size_t unwatched_dirs(const struct ob_shelf *s, const struct ob_watch_stats *watch,
                             const struct ob__news *news)
{
    bool any = watch->watched_dirs > 0 || !s->watch_wanted;
    if (any || (s->watch && !watch->unwatched_dirs))
        return watch->unwatched_dirs;
    return news->n_dirs > watch->unwatched_dirs ? news->n_dirs : watch->unwatched_dirs;
}

/* Why they are, into OUT. */
static void say_unwatched(char out[256], const struct ob_shelf *s,
                          const struct ob_watch_stats *watch)
{
    const char *why = watch->unwatched_dirs ? "raise fs.inotify.max_user_watches" : s->unwatched;
    (void)snprintf(out, 256, "%s", why);
}

void ob_shelf_status(struct ob_shelf_status *out, struct ob_shelf *s)
{
    struct ob_snapshot *snapshot = ob_index_snapshot(s->index);
    struct ob_watch_stats watch = {0};
    struct ob__news news;
    ob__keeper_news(&news, &s->keeper);
    if (s->watch)
        ob_watch_stats(&watch, s->watch);
    *out = (struct ob_shelf_status){
        .root = ob_root_path(s->root),
        .indexing = news.walking || news.done_seq == 0 || ob__queue_has_rescan(s->keeper.queue) ||
                    watch.doubt,
        .files_done = atomic_load(&s->keeper.files_done),
        .files_total = atomic_load(&s->keeper.files_total),
        .queued = ob__queue_len(s->keeper.queue) + watch.pending,
        .overflows = watch.overflows,
        .watched_dirs = watch.watched_dirs,
        .unwatched_dirs = unwatched_dirs(s, &watch, &news),
        .cpu_us = atomic_load(&s->keeper.cpu_us),
        .wall_us = news.wall_us,
    };
    if (out->files_total > out->files_done)
        out->queued += out->files_total - out->files_done;
    if (news.left)
        out->indexing = false;
    memcpy(out->error, news.error, sizeof out->error);
    say_unwatched(out->unwatched, s, &watch);
    ob__ledger_skipped(out->skipped, &s->keeper.ledger);
    ob_snapshot_stats(&out->index, snapshot);
    ob_snapshot_let_go(snapshot, s->loop);
}

/* What the rules cannot know: what the file's bytes said when it was read. */
static int why_by_content(struct ob_buf *out, struct ob_shelf *s, const char *path)
{
    struct ob__known known;
    if (!ob__ledger_get(&known, &s->keeper.ledger, path))
        return 0;
    switch (known.reason) {
    case OB_SKIP_BINARY:
        return ob_buf_appendf(out, " It was read and is not text, so it is not indexed.");
    case OB_SKIP_UNREADABLE:
        return ob_buf_appendf(out, " It could not be read: check its permissions.");
    default: return 0;
    }
}

int ob_shelf_why(struct ob_buf *out, struct ob_shelf *s, const char *path)
{
    const char *inside = path;
    if (path[0] == '/') {
        inside = ob_path_inside(ob_root_path(s->root), path);
        if (!inside)
            return ob_buf_appendf(out, "%s is not below %s.", path, ob_root_path(s->root));
    }
    if (!*inside || strcmp(inside, ".") == 0)
        return ob_buf_appendf(out, "%s is the folder that is searched", ob_root_path(s->root));
    int err = ob_walk_why(out, s->root, &s->walk, inside);
    return err ? err : why_by_content(out, s, inside);
}
