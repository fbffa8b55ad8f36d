/* Following saved files: one inotify instance for all roots, behind a uv_poll_t (uv_fs_event loses
 * overflows).  On systems other than Linux, a uv_fs_event for each root, and a walk of it for whoever has to
 * be sure (watch_other.c).  Loop thread.
 *
 * Only folders the walk enters are watched.  Changes are gathered for settle_ms and reported
 * together; an overflow or a lost folder is reported as a doubt about the whole root. */
#ifndef OB_FILES_WATCH_H
#define OB_FILES_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "openbook/base/error.h"
#include "openbook/files/walk.h"

/* ------------------------------------------------------------ the instance */
struct ob_watcher; /* refcounted: every watch holds one */

/* MAX_FOLDERS: watches at most, of all roots together.  OB_EFAIL when the system gives no inotify
 * instance (the caller then rescans by time). */
int ob_watcher_new(struct ob_watcher **out, uv_loop_t *loop, size_t max_folders,
                   struct ob_error *e);
void ob_watcher_unref(struct ob_watcher *k);

enum { OB_WATCHER_MAX_FOLDERS = 32768 }; /* some 1 KB of the system's memory each */

/* ------------------------------------------------------------ a root's watch */
struct ob_watch;

struct ob_watch_batch {
    /* Relative; changed, created or removed; borrowed for the call.  With a closing slash: a folder
     * was there, look at all that was known below it. */
    const char *const *paths;
    size_t n_paths;
    bool rescan;  /* anything may have changed: walk again */
    bool settled; /* an ob_watch_settle that was false may now be true */
};

/* A batch may be empty: then what is not covered by watches has changed (ob_watch_stats).
 * May stop the watch; may call ob_watch_settle only when told `settled`. */
typedef void (*ob_watch_cb)(const struct ob_watch_batch *batch, void *data);

struct ob_watch_options {
    unsigned settle_ms;  /* default 20 */
    unsigned writing_ms; /* how often a file that is held open and written to is reported; 1000 */
    struct ob_walk_options walk;
};
#define OB_WATCH_OPTIONS_INIT                                                                      \
    {                                                                                              \
        20, 1000, OB_WALK_OPTIONS_INIT                                                             \
    }

struct ob_watch_stats {
    size_t watched_dirs;
    size_t unwatched_dirs; /* over the limit: only a rescan sees them */
    bool remote; /* some lie where other machines change files: only a rescan sees those changes */
    bool rootless; /* there was no root: once there is one again it wants ob_watch_renew */
    size_t overflows;
    size_t pending; /* changes noticed and not reported yet */
    bool doubt;     /* folders are being looked at: there may be more */
};

/* Starts to watch; CB on the loop from then on.  The folders are added on a worker thread; when all
 * are, a batch says so by asking for a rescan, since what changed before then may not have been
 * seen.  A removed folder is reported by its own path, not by its files'. */
int ob_watch_start(struct ob_watch **out, struct ob_watcher *k, struct ob_root *root,
                   const struct ob_watch_options *o, ob_watch_cb cb, void *data,
                   struct ob_error *e);

/* What the system had to tell at some moment; zeroed: nobody has asked. */
struct ob_watch_known {
    bool asked;
    uint64_t events, mounts;
};

/* Whether all changes made before the first call with KNOWN, which was zeroed then, have been reported by CB; what
 * is at hand is read and reported before this returns.  False when the system has more to tell than can be
 * taken in at once, or when folders are still being added: CB reports it then, with `settled`, and the next
 * call with the same KNOWN tells. */
bool ob_watch_settle(struct ob_watch *w, struct ob_watch_known *known);

/* The root's directory is another one now: begins anew, as ob_watch_start does. */
void ob_watch_renew(struct ob_watch *w);

void ob_watch_stats(struct ob_watch_stats *out, const struct ob_watch *w);

/* No callback after this; the memory goes when its handles are closed. */
void ob_watch_stop(struct ob_watch *w);

#endif
