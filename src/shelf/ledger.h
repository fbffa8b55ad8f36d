/* What a shelf knows of each file of its root: taken or skipped, and by what sign a change is seen.
 * Written by the keeper alone, read by any thread. */
#ifndef OB_SHELF_LEDGER_H
#define OB_SHELF_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "openbook/base/map.h"
#include "openbook/files/walk.h"

struct ob__known {
    struct ob_file_stat stat;
    uint64_t text_hash; /* of an indexed file */
    uint64_t round;     /* the last walk that met it */
    uint8_t reason;     /* enum ob_skip; OB_SKIP_NONE: it is in the index */
    bool racy;          /* changed so shortly before it was read that its stat proves nothing */
};

struct ob__ledger {
    uv_mutex_t lock;
    struct ob_map files;              /* path -> struct ob__known *, owned */
    atomic_size_t skipped[OB_SKIP_N]; /* read without the lock, which may be held for long */
    size_t linked;                    /* entries whose file has other names */
};

void ob__ledger_init(struct ob__ledger *l);
void ob__ledger_release(struct ob__ledger *l);

/* Forgets everything. */
void ob__ledger_clear(struct ob__ledger *l);

/* Copies what is known of PATH; false when nothing is. */
bool ob__ledger_get(struct ob__known *out, struct ob__ledger *l, const char *path);
void ob__ledger_set(struct ob__ledger *l, const char *path, const struct ob__known *known);
void ob__ledger_remove(struct ob__ledger *l, const char *path);

/* The number of skipped files by reason, as of now.  Never waits. */
void ob__ledger_skipped(size_t out[OB_SKIP_N], struct ob__ledger *l);

/* How many files it knows of. */
size_t ob__ledger_len(struct ob__ledger *l);

struct ob__names { /* an owned list of paths */
    char **items;
    size_t len, cap;
};
void ob__names_add(struct ob__names *n, const char *path);
void ob__names_release(struct ob__names *n);

/* Appends the paths that the walk ROUND did not meet. */
void ob__ledger_unmet(struct ob__names *out, struct ob__ledger *l, uint64_t round);

/* Appends the paths that lie below one of the directories that are keys of DIRS. */
void ob__ledger_below(struct ob__names *out, struct ob__ledger *l, const struct ob_map *dirs);

/* Appends the paths of files whose inode is a key of INODES. */
void ob__ledger_of_inodes(struct ob__names *out, struct ob__ledger *l,
                          const struct ob_map64 *inodes);

/* How many of its files had other names when they were looked at; and their paths, appended. */
size_t ob__ledger_n_linked(struct ob__ledger *l);
void ob__ledger_linked(struct ob__names *out, struct ob__ledger *l);

/* Whether the file with STAT, read at READ_NS (wall clock), may change again without a new stat:
 * git's rule, widened to the coarsest clock of a file system, two seconds. */
bool ob__stat_is_racy(const struct ob_file_stat *stat, int64_t read_ns);

#endif
