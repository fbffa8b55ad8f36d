/* The index of one shelf: postings that queries read through snapshots.
 *
 * The door is that of the segment engine: immutable parts, tombstones, merge.  One writer thread at a
 * time; snapshots are taken and read on any thread and never change: a query sees a whole old or a
 * whole new version of a file, never half. */
#ifndef OB_INDEX_INDEX_H
#define OB_INDEX_INDEX_H

#include <stdatomic.h>
#include <stddef.h>

#include <uv.h>

#include "openbook/index/doc.h"

struct ob_index;
struct ob_snapshot;

struct ob_index *ob_index_new(void);

/* When nobody uses X any more (NULL is legal); snapshots that are held stay good. */
void ob_index_free(struct ob_index *x);

/* Makes one new version: each of DOCS replaces what its path had (a reference is taken), each of
 * REMOVED goes.  Visible to snapshots taken after it returns.  Merging of small parts happens here,
 * so call it off the loop thread. */
void ob_index_apply(struct ob_index *x, struct ob_doc *const *docs, size_t n_docs,
                    const char *const *removed, size_t n_removed);

/* Counts beforehand, on the writer's thread, what the questions to the newest version would count when they
 * first need it: for when no further change waits.  Leaves off when *STOP (may be NULL) is set. */
void ob_index_settle(struct ob_index *x, const atomic_bool *stop);

/* Removes everything, on the writer's thread: what no snapshot holds is freed before it returns. */
void ob_index_clear(struct ob_index *x);

/* The newest version; a reference for the caller.  Never waits for the writer's work. */
struct ob_snapshot *ob_index_snapshot(struct ob_index *x);
struct ob_snapshot *ob_snapshot_ref(struct ob_snapshot *s);
void ob_snapshot_unref(struct ob_snapshot *s);

/* The same on the loop thread: the last reference gives back the memory of parts of an index, which takes
 * tens of milliseconds, so a worker does it.  S may be NULL. */
void ob_snapshot_let_go(struct ob_snapshot *s, uv_loop_t *loop);

/* BASE with each of DOCS in place of what BASE has at its path, and REMOVED masked: a client's view
 * with its unsaved text.  BASE is not changed.  New reference. */
struct ob_snapshot *ob_snapshot_with(struct ob_snapshot *base, struct ob_doc *const *docs,
                                     size_t n_docs, const char *const *removed, size_t n_removed);

/* The document at PATH (borrowed from the snapshot), or NULL. */
const struct ob_doc *ob_snapshot_doc(const struct ob_snapshot *s, const char *path);

struct ob_index_stats {
    size_t files, passages, definitions, text_bytes; /* of live documents */
    size_t terms, postings, index_bytes, parts; /* dead ones included; a term counts in each part */
};
void ob_snapshot_stats(struct ob_index_stats *out, const struct ob_snapshot *s);

/* Calls CB with every path (borrowed) in byte order.  Sorts them: for a worker, where there are many. */
void ob_snapshot_paths(const struct ob_snapshot *s, void (*cb)(const char *path, void *data),
                       void *data);

#endif
