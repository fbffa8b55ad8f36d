/* What a shelf has to look at again: paths, or the whole root.  Any thread. */
#ifndef OB_SHELF_QUEUE_H
#define OB_SHELF_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/map.h"

/* Refcounted: the shelf, its keeper and every reader hold one. */
struct ob__queue;

struct ob__queue *ob__queue_new(void);
struct ob__queue *ob__queue_ref(struct ob__queue *q);
void ob__queue_unref(struct ob__queue *q);

/* Asks for a look at PATH (relative).  FORCE: read it even if its stat is the known one.  Asking twice
 * is asking once; too many paths become one rescan. */
void ob__queue_push(struct ob__queue *q, const char *path, bool force);
void ob__queue_push_rescan(struct ob__queue *q);

/* Asks for N looks, and a RESCAN, at once: both names of a file that was renamed are taken together. */
void ob__queue_push_all(struct ob__queue *q, const char *const *paths, size_t n, bool rescan);

/* Asks for a look at what no watch covers: the root itself, the rules from above it, and files with
 * names elsewhere. */
void ob__queue_push_check(struct ob__queue *q);

/* Nothing is handed out any more; a waiting keeper wakes. */
void ob__queue_stop(struct ob__queue *q);

struct ob__work {
    struct ob_map paths; /* value 1: force; release it */
    bool rescan, check;
    uint64_t seq; /* everything asked for up to here is in it */
};

/* Waits for work and takes all of it; false when stopped. */
bool ob__queue_take(struct ob__work *out, struct ob__queue *q);

/* The number of the last thing asked for, and how many paths wait. */
uint64_t ob__queue_asked(struct ob__queue *q);
size_t ob__queue_len(struct ob__queue *q);

/* Whether a rescan waits: nobody knows then how many paths it stands for. */
bool ob__queue_has_rescan(struct ob__queue *q);

#endif
