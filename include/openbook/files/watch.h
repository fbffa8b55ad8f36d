/* Following saved files: one inotify instance behind a uv_poll_t (uv_fs_event loses overflows).
 * Loop thread.
 *
 * Only directories the walk enters are watched.  Changes are gathered for settle_ms and reported
 * together; an overflow or a lost directory is reported as a doubt about the whole root. */
#ifndef OB_FILES_WATCH_H
#define OB_FILES_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "openbook/base/error.h"
#include "openbook/files/walk.h"

struct ob_watch;

struct ob_watch_batch {
    const char *const *paths; /* relative; changed, created or removed; borrowed for the call */
    size_t n_paths;
    bool rescan;              /* anything may have changed: walk again */
};

typedef void (*ob_watch_cb)(const struct ob_watch_batch *batch, void *data);

struct ob_watch_options {
    unsigned settle_ms;   /* default 20 */
    size_t max_dirs;      /* watches at most; default 16384 */
    struct ob_walk_options walk;
};
#define OB_WATCH_OPTIONS_INIT {20, 16384, OB_WALK_OPTIONS_INIT}

struct ob_watch_stats {
    size_t watched_dirs;
    size_t unwatched_dirs; /* over the limit: only a rescan sees them */
    size_t overflows;
};

/* Starts to watch; CB on the loop from then on.  The directories are added on a worker thread; when
 * all are, the first batch says so by asking for a rescan, since what changed before then may not
 * have been seen.  A removed directory is reported by its own path, not by its files'.  OB_EFAIL
 * when the system gives no inotify instance (the caller then rescans by time). */
int ob_watch_start(struct ob_watch **out, uv_loop_t *loop, struct ob_root *root,
                   const struct ob_watch_options *o, ob_watch_cb cb, void *data,
                   struct ob_error *e);

void ob_watch_stats(struct ob_watch_stats *out, const struct ob_watch *w);

/* No callback after this; the memory goes when its handles are closed. */
void ob_watch_stop(struct ob_watch *w);

#endif
