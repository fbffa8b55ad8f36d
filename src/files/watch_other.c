/* Following saved files where there is no inotify: one uv_fs_event a root, which on macOS and Windows sees
 * all that lies below.
 *
 * What it tells comes late and may be lost without a word.  So the watch says of itself that a walk by
 * time is needed as well (as of a disk that other machines change), and that to be sure of all that was changed
 * before some moment the root has to be walked.  Built instead of watch.c, watch_add.c and watcher.c on
 * systems other than Linux; tests/files/test_watch_other.c runs it on Linux, where libuv sees the root's own
 * entries. */
#include <string.h>

#include "openbook/base/log.h"
#include "openbook/base/map.h"
#include "openbook/base/mem.h"
#include "openbook/files/root.h"
#include "openbook/files/watch.h"

enum { MAX_PENDING = 50000 }; /* more are a rescan */

struct ob_watcher {
    uv_loop_t *loop;
    unsigned refs;
};

struct ob_watch {
    struct ob_watcher *watcher; /* a reference */
    struct ob_root *root;       /* a reference */
    struct ob_watch_options options;
    ob_watch_cb cb;
    void *data;
    uv_fs_event_t event;
    uv_timer_t timer;
    struct ob_map pending; /* paths */
    bool rescan, deaf, stopped;
    unsigned open_handles;
};

/* ------------------------------------------------------------ the instance */
int ob_watcher_new(struct ob_watcher **out, uv_loop_t *loop, size_t max_folders, struct ob_error *e)
{
    (void)max_folders, (void)e; /* the system counts none */
    *out = ob_alloc(sizeof **out);
    **out = (struct ob_watcher){loop, 1};
    return 0;
}

void ob_watcher_unref(struct ob_watcher *k)
{
    if (k && --k->refs == 0)
        ob_free(k);
}

/* ------------------------------------------------------------ what goes out */
static void deliver(struct ob_watch *w)
{
    struct ob_map pending = w->pending;
    struct ob_watch_batch batch = {.rescan = w->rescan};
    const char **paths = ob_alloc((pending.len + 1) * sizeof *paths);
    const struct ob_map_slot *slot;
    w->pending = (struct ob_map){0};
    w->rescan = false;
    (void)uv_timer_stop(&w->timer);
    for (size_t pos = 0; (slot = ob_map_next(&pending, &pos));)
        paths[batch.n_paths++] = slot->key;
    batch.paths = paths;
    if (batch.n_paths || batch.rescan)
        w->cb(&batch, w->data); /* may stop W; its handles close later */
    ob_free(paths);
    ob_map_release(&pending);
}

static void on_settled(uv_timer_t *timer)
{
    deliver(timer->data);
}

static void schedule(struct ob_watch *w)
{
    if (!uv_is_active((uv_handle_t *)&w->timer))
        (void)uv_timer_start(&w->timer, on_settled, w->options.settle_ms, 0);
}

static void ask_rescan(struct ob_watch *w)
{
    ob_map_release(&w->pending);
    w->rescan = true;
    schedule(w);
}

/* NAME is a file or a folder, or was one: both are looked at. */
static void note(struct ob_watch *w, const char *name)
{
    if (w->rescan)
        return;
    char *below = ob_asprintf("%s/", name);
    (void)ob_map_put(&w->pending, name, strlen(name), NULL);
    (void)ob_map_put(&w->pending, below, strlen(below), NULL);
    ob_free(below);
    if (w->pending.len >= MAX_PENDING)
        ask_rescan(w);
    schedule(w);
}

static void on_event(uv_fs_event_t *event, const char *name, int events, int status)
{
    struct ob_watch *w = event->data;
    (void)events;
    if (status < 0 || !name || !*name)
        ask_rescan(w);
    else
        note(w, name);
}

/* ------------------------------------------------------------ life */
static void maybe_free(struct ob_watch *w)
{
    if (w->open_handles)
        return;
    ob_map_release(&w->pending);
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
    (void)e; /* a root that cannot be watched is walked by time */
    struct ob_watch *w = ob_alloc(sizeof *w);
    *w = (struct ob_watch){.watcher = k,
                           .root = ob_root_ref(root),
                           .options = *o,
                           .cb = cb,
                           .data = data,
                           .open_handles = 2};
    k->refs++;
    (void)uv_fs_event_init(k->loop, &w->event);
    (void)uv_timer_init(k->loop, &w->timer);
    w->event.data = w->timer.data = w;
    ob_watch_renew(w);
    *out = w;
    return 0;
}

bool ob_watch_settle(struct ob_watch *w, struct ob_watch_known *known)
{
    (void)known; /* nothing is left for later */
    ask_rescan(w);
    deliver(w);
    return true;
}

void ob_watch_renew(struct ob_watch *w)
{
    (void)uv_fs_event_stop(&w->event);
    int uverr =
        uv_fs_event_start(&w->event, on_event, ob_root_path(w->root), UV_FS_EVENT_RECURSIVE);
    if (uverr && !w->deaf)
        ob_log(OB_LOG_WARN, "files", "%s is not watched (%s): it is looked at by time",
               ob_root_path(w->root), uv_strerror(uverr));
    w->deaf = uverr != 0;
    ask_rescan(w);
}

void ob_watch_stats(struct ob_watch_stats *out, const struct ob_watch *w)
{
    *out = (struct ob_watch_stats){.watched_dirs = !w->deaf,
                                   .unwatched_dirs = w->deaf,
                                   .remote = true,
                                   .pending = w->pending.len,
                                   .doubt = w->rescan};
}

void ob_watch_stop(struct ob_watch *w)
{
    if (!w || w->stopped)
        return;
    w->stopped = true;
    uv_close((uv_handle_t *)&w->event, on_close);
    uv_close((uv_handle_t *)&w->timer, on_close);
}
