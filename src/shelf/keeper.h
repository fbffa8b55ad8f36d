/* The keeper: the one thread that writes a shelf's index.  It walks, compares, reads, applies. */
#ifndef OB_SHELF_KEEPER_H
#define OB_SHELF_KEEPER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "openbook/files/root.h"
#include "openbook/files/walk.h"
#include "openbook/index/index.h"

#include "ledger.h"
#include "pause.h"
#include "queue.h"

/* The keeper's state as the loop may see it.  News are a state and not messages: only the newest
 * counts, so a wake-up that is merged with another loses nothing. */
struct ob__news {
    uint64_t done_seq;      /* everything asked of the queue up to here is in the index */
    uint64_t version;       /* counts the versions of the index */
    bool walking;           /* the first index or a rescan runs */
    uint64_t root_version;  /* ob_root_version, as of the last round */
    uint64_t rules_version; /* counts changes of rules that have other names */
    int64_t walk_us;        /* how long the last walk took */
    size_t n_dirs;          /* folders that it entered */
    size_t refused;  /* files and folders the system refused for now, in the last walk and since */
    bool left;       /* the thread has ended; join it */
    int64_t wall_us; /* of the first index */
    char error[256]; /* why the root could not be walked */
};

struct ob__keeper_options {
    struct ob_walk_options walk;
    unsigned threads;
    struct ob__pause *pause;    /* borrowed; NULL: none */
    void (*notify)(void *data); /* on the keeper's thread, after each change of news */
    void *data;
};

struct ob__keeper {
    struct ob_root *root;    /* a reference */
    struct ob_index *index;  /* borrowed: outlives the keeper */
    struct ob__queue *queue; /* a reference */
    struct ob__keeper_options options;
    struct ob__ledger ledger;
    atomic_bool stop;
    atomic_size_t files_done, files_total;
    atomic_size_t renamed;       /* files that were moved and not analysed again */
    atomic_llong cpu_us;         /* of the first index */
    atomic_llong later_cpu_us;   /* of all work after it */
    bool settled;                /* the first index is done; the keeper's own */
    uint64_t round;              /* walks so far; the keeper's own */
    size_t refused;              /* as in the news; the keeper's own */
    uint64_t root_version;       /* that the last walk was about; the keeper's own */
    int64_t looked_at_linked_us; /* when files with several names were; the keeper's own */
    uv_mutex_t lock;             /* guards news */
    struct ob__news news;
    uv_thread_t thread;
    bool started;
};

void ob__keeper_init(struct ob__keeper *k, struct ob_root *root, struct ob_index *index,
                     const struct ob__keeper_options *o);

/* Begins with whatever the queue holds.  OB_EFAIL when the system gives no thread. */
int ob__keeper_start(struct ob__keeper *k);

/* Tells the thread to leave; `left` in the news says when it has.  Any thread. */
void ob__keeper_stop(struct ob__keeper *k);

/* Joins a keeper that has left (or never started) and releases what it holds. */
void ob__keeper_release(struct ob__keeper *k);

void ob__keeper_news(struct ob__news *out, struct ob__keeper *k);

#endif
