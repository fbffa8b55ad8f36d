/* Which files of a root are indexed, and why the others are not.  Any thread; blocking.
 *
 * Rules in the order in which they win: the never-index list (secrets by name; OB_SKIP_SECRET),
 * .openbookignore, git's rules (nested .gitignore, .git/info/exclude, core.excludesFile, negation),
 * .ignore, the built-in list (dependencies, build output, lock files, minified and generated files,
 * media), links, size.  Every skip has a reason that is counted. */
#ifndef OB_FILES_WALK_H
#define OB_FILES_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/buf.h"
#include "openbook/files/root.h"

enum ob_skip {
    OB_SKIP_NONE,       /* taken */
    OB_SKIP_IGNORED,    /* an ignore file's rule */
    OB_SKIP_BUILTIN,    /* the built-in list */
    OB_SKIP_SECRET,     /* the never-index list */
    OB_SKIP_SIZE,       /* over max_file_bytes */
    OB_SKIP_BINARY,     /* a NUL in the first 8 KiB, or not text in any encoding we read */
    OB_SKIP_SPECIAL,    /* link, FIFO, device, socket */
    OB_SKIP_UNREADABLE, /* not permitted */
    OB_SKIP_REFUSED,    /* for now: too many open files, no memory, an I/O error */
    OB_SKIP_VANISHED,   /* gone between listing and reading */
    OB_SKIP_LIMIT,      /* over max_files or max_depth */
    OB_SKIP_ELSEWHERE,  /* a folder on another file system: ob_root_confine */
    OB_SKIP_N
};

/* "ignored", "builtin"...; static. */
const char *ob_skip_name(enum ob_skip reason);

/* The same in plain words, behind a count: "3 by rules of ignore files", "1 too large"; static. */
const char *ob_skip_words(enum ob_skip reason);

/* What is known of a file without reading it; a change in it means the content may have changed. */
struct ob_file_stat {
    uint64_t size_bytes;
    int64_t mtime_ns;
    int64_t ctime_ns; /* nobody can set it back, as tools do with mtime */
    uint64_t inode;
    bool linked; /* it has other names: changed under one of them, it is under all */
};

/* `linked` does not count. */
bool ob_file_stat_same(const struct ob_file_stat *a, const struct ob_file_stat *b);

struct ob_walk_options {
    size_t max_file_bytes; /* default 1 MiB */
    size_t max_files;      /* default 200,000 */
    unsigned max_depth;    /* default 64 folders */
};
#define OB_WALK_OPTIONS_INIT                                                                       \
    {                                                                                              \
        1024 * 1024, 200000, 64                                                                    \
    }

/* PATH is relative to the root, borrowed for the call.  STAT is NULL for a directory and for what is
 * skipped by its name.  Return false to stop the walk (ob_walk then returns OB_ECANCELED). */
typedef bool (*ob_walk_cb)(const char *path, enum ob_skip reason, const struct ob_file_stat *stat,
                           void *data);

/* Lists the root in byte order of names, depth first, calling CB for every file and for every
 * directory that is skipped whole.  *N_DIRS (may be NULL): how many directories it entered, the root
 * among them. */
int ob_walk(size_t *n_dirs, struct ob_root *r, const struct ob_walk_options *o, ob_walk_cb cb,
            void *data, struct ob_error *e);

/* Whether the walk would take PATH (relative), from names and stat alone; parents are checked too.
 * A directory is taken when the walk enters it.  What is not there is judged by its name first:
 * OB_SKIP_VANISHED says that nothing else stands against it.  *BY_FOLDER (may be NULL): the reason
 * is one of its folders', so that the walk would not even meet it. */
enum ob_skip ob_walk_check(bool *by_folder, struct ob_root *r, const struct ob_walk_options *o,
                           const char *path);

/* What a file says about others by its name. */
enum ob_walk_role {
    OB_ROLE_PLAIN, /* nothing */
    OB_ROLE_RULES, /* an ignore file, or one that has its folder left out: any change of it may count */
    OB_ROLE_MARKER /* that it is there has what lies beside it left out: "Cargo.toml" does "target" */
};

/* The role of PATH (relative). */
enum ob_walk_role ob_walk_role_of(const char *path);

/* One sentence on which rule takes or leaves PATH (file, line and pattern for ignore files). */
int ob_walk_why(struct ob_buf *out, struct ob_root *r, const struct ob_walk_options *o,
                const char *path);

/* Reads PATH into OUT as UTF-8 (a BOM is dropped; UTF-16 with BOM and CP949 are decoded; malformed
 * UTF-8 is kept as it is) and fills STAT (may be NULL).  The file is opened below the root without
 * following links, must be regular, and is read again once if it changed meanwhile.  OUT is emptied
 * first; its ceiling holds too.  A file that begins as a key does is OB_SKIP_SECRET.
 * *REASON says why it was not read (OB_SKIP_NONE on success); 0 or an error. */
int ob_file_read(struct ob_buf *out, struct ob_file_stat *stat, enum ob_skip *reason,
                 struct ob_root *r, const char *path, size_t max_file_bytes, struct ob_error *e);

/* Stat of PATH below the root without following links; OB_ENOTFOUND when it is gone, OB_EINVAL when
 * what is there is no regular file. */
int ob_file_stat_get(struct ob_file_stat *out, struct ob_root *r, const char *path);

#endif
