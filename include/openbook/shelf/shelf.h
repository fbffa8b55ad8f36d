/* Shelves: indexed roots, alive.  A shelf wires files to index: first indexing on threads, the watch,
 * the update queue, a small delta for each client's unsaved text, snapshots for queries.
 *
 * Loop thread unless a function says otherwise.  A shelf is refcounted; the registry closes one that
 * nobody holds. */
#ifndef OB_SHELF_SHELF_H
#define OB_SHELF_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "openbook/base/error.h"
#include "openbook/files/root.h"
#include "openbook/files/unsaved.h"
#include "openbook/files/walk.h"
#include "openbook/files/watch.h"
#include "openbook/index/index.h"

struct ob_shelves; /* the registry: one shelf a root, whoever asks */
struct ob_shelf;

struct ob_shelf_options {
    struct ob_walk_options walk;
    bool watch;                 /* follow saved files; false for one-shot command lines */
    unsigned threads;           /* for the first index; 0: one a core */
    size_t max_watched_folders; /* of all shelves together; what is over is looked at by time */
    unsigned pause_ms;          /* the longest that ob_shelf_pause holds up the reading */
    unsigned poll_ms; /* how often that is, at least; more seldom where a walk takes long */
};
#define OB_SHELF_OPTIONS_INIT                                                                      \
    {                                                                                              \
        OB_WALK_OPTIONS_INIT, true, 0, OB_WATCHER_MAX_FOLDERS, 200, 60000                          \
    }

/* A registry without shelves; O is copied.  For ob_shelves_close. */
struct ob_shelves *ob_shelves_new(uv_loop_t *loop, const struct ob_shelf_options *o);

/* Stops all threads and watches; DONE (may be NULL) on the loop when everything is closed and freed but what
 * is still held by references. */
void ob_shelves_close(struct ob_shelves *all, void (*done)(void *data), void *data);

/* The shelf of ROOT, its indexing begun if it is new; a reference for the caller, whose reference to
 * ROOT stays the caller's.  Nothing is asked of the disk here.  OB_ECANCELED while the registry closes, OB_EFAIL
 * when the system gives no handles. */
int ob_shelf_open_root(struct ob_shelf **out, struct ob_shelves *all, struct ob_root *root,
                       struct ob_error *e);

/* The same of the directory PATH (absolute), which is opened.  It may hang as long as its disk does: not
 * where others would be kept waiting. */
int ob_shelf_open(struct ob_shelf **out, struct ob_shelves *all, const char *path,
                  struct ob_error *e);
struct ob_shelf *ob_shelf_ref(struct ob_shelf *s);
void ob_shelf_unref(struct ob_shelf *s);

const char *ob_shelf_root(const struct ob_shelf *s); /* absolute path, borrowed */

/* Sets (or with TEXT NULL drops) what CLIENT has unsaved for PATH (relative).  Visible to snapshots of
 * that client when ob_shelf_when_fresh says so. */
void ob_shelf_set_unsaved(struct ob_shelf *s, uint64_t client, const char *path,
                          struct ob_text *text);
void ob_shelf_drop_client(struct ob_shelf *s, uint64_t client);

/* Whether CLIENT has unsaved text whose last change is not in its snapshots yet. */
bool ob_shelf_unsaved_is_behind(struct ob_shelf *s, uint64_t client);

/* The view of CLIENT (0: the disk alone), now; unref it.  Never waits. */
struct ob_snapshot *ob_shelf_snapshot(struct ob_shelf *s, uint64_t client);

/* The fence.  Calls CB once on the loop, never before it returns: with 0 when every change made
 * before this call (to the files, as far as they are watched, and in CLIENT's unsaved text) is in a
 * snapshot, or OB_ETIMEOUT after timeout_ms (ob_shelf_status then says what is missing), or
 * OB_ECANCELED when the shelf closes.  Folders without a watch are walked if the last walk is a
 * while ago. */
void ob_shelf_when_fresh(struct ob_shelf *s, uint64_t client, unsigned timeout_ms,
                         void (*cb)(int status, void *data), void *data);

/* A reader of the texts that CLIENT (0: the disk alone) sees now: unsaved, else from disk.  It holds all it
 * needs: made on the loop it may be used by several threads at once, and freed on any. */
struct ob_shelf_reader;
struct ob_shelf_reader *ob_shelf_reader_new(struct ob_shelf *s, uint64_t client);
void ob_shelf_reader_free(struct ob_shelf_reader *r);

/* The text of PATH (relative).  *OUT is a new reference.  OB_ENOTFOUND when the file is gone, OB_EDENIED,
 * OB_ETOOBIG, OB_EINVAL (no text), OB_EIO; the shelf hears of each. */
int ob_shelf_reader_text(struct ob_text **out, struct ob_shelf_reader *r, const char *path,
                         struct ob_error *e);

/* The file of DOC, a document of a snapshot, as it is now.  *TEXT is a new reference.  *NOW is NULL
 * while the text is the one DOC was made from; else a new document made from the text there is now,
 * in which ob_doc_lines_again finds lines of DOC (the shelf hears of the change).  T is the
 * calling thread's scanner.  OB_ENOTFOUND when the file is gone, other errors as for reading it. */
int ob_shelf_reader_look(struct ob_text **text, struct ob_doc **now, struct ob_shelf_reader *r,
                         struct ob_terms *t, const struct ob_doc *doc, struct ob_error *e);

/* Whether there is a text of PATH at this moment. */
bool ob_shelf_reader_has(struct ob_shelf_reader *r, const char *path);

/* The file of PATH was found gone or changed by a query: look again soon. */
void ob_shelf_report_stale(struct ob_shelf *s, const char *path);

/* Walks the root again and takes in what changed; ob_shelf_when_fresh tells when it is done. */
void ob_shelf_rescan(struct ob_shelf *s);

/* Holds up the reading of changed files, of all shelves that were opened together, until ob_shelf_resume
 * is called as often: for the time in which a question needs the machine.  It counts for pause_ms, and
 * then not again before as long has passed, so that no number of questions stops the reading. */
void ob_shelf_pause(struct ob_shelf *s);
void ob_shelf_resume(struct ob_shelf *s);

struct ob_shelf_status {
    const char *root;               /* borrowed */
    bool indexing;                  /* the first index or a rescan runs, or whole folders are new */
    size_t files_done, files_total; /* of what runs; total 0 while the walk counts */
    size_t queued;                  /* changed files not taken in yet, as far as they are known */
    size_t skipped[OB_SKIP_N];
    struct ob_index_stats index;
    size_t watched_dirs, unwatched_dirs; /* the latter are looked at by time */
    char unwatched[256];     /* why they are, and what to do about it; "" where all are watched */
    size_t overflows;        /* times the system had more changes than it could tell */
    int64_t cpu_us, wall_us; /* of the first index */
    char error[256];         /* why the root cannot be indexed; "" */
};
void ob_shelf_status(struct ob_shelf_status *out, struct ob_shelf *s);

/* Calls CB on the loop after each change of state worth showing (at most 10 a second). */
void ob_shelves_on_progress(struct ob_shelves *all, void (*cb)(struct ob_shelf *s, void *data),
                            void *data);

/* One sentence on why PATH (absolute or relative to the root) is indexed or not.  Reads rules from the
 * disk, which may hang: for a thread that nobody waits for, while a reference is held. */
int ob_shelf_why(struct ob_buf *out, struct ob_shelf *s, const char *path);

#endif
