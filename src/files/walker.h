/* The walk as watch.c wants it, and what walk.c shares with read.c. */
#ifndef OB_FILES_WALKER_H
#define OB_FILES_WALKER_H

#include <sys/stat.h>

#include "openbook/files/walk.h"

struct ob__visitor {
    /* A directory is entered ("" for the root), open at DIRFD and about to be listed.  May be NULL.
     * Return false to stop. */
    bool (*dir)(const char *path, int dirfd, void *data);
    ob_walk_cb file;            /* as for ob_walk */
    size_t *n_dirs;             /* directories that are entered are counted here; may be NULL */
    bool dirs_only;             /* files are not looked at */
    struct ob__seen_list *seen; /* as in struct ob__rules; may be NULL */
    void *data;
};

/* Walks the directory START of the root ("": all of it).  Where the walk over the root would not enter START,
 * `file` is called once, with START and the reason.  Errors as ob_walk. */
int ob__walk_below(struct ob_root *r, const struct ob_walk_options *o, const char *start,
                   const struct ob__visitor *visitor, struct ob_error *e);

/* What a shelf remembers of the file with ST. */
void ob__file_stat_from(struct ob_file_stat *out, const struct stat *st);

/* Why a file cannot be had, by the errno of the attempt. */
enum ob_skip ob__skip_from_errno(int errno_value);

#endif
