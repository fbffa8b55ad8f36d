/* What git's own files say about ignoring: where a repository keeps its data, and the few settings
 * that matter. */
#ifndef OB_FILES_GITCONF_H
#define OB_FILES_GITCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/base/buf.h"

/* A file that was looked at, so that a change of it can be seen. */
struct ob__seen {
    char *path; /* owned */
    long long size, mtime_ns, ctime_ns;
    unsigned long long inode; /* 0: it was not there */
};

struct ob__seen_list {
    struct ob__seen *items; /* owned */
    size_t n, cap;
    bool quiet; /* nothing is noted but whether something was refused */
    /* The system refused one for now (too many open files...): the rules are not what they should be. */
    bool refused;
};

/* Notes PATH (copied) as it is now. */
void ob__seen_add(struct ob__seen_list *list, const char *path);

/* Whether any of them is another file now, or changed. */
bool ob__seen_changed(const struct ob__seen_list *list);
void ob__seen_release(struct ob__seen_list *list);

/* Reads the regular file PATH into OUT (emptied first), whose ceiling holds, and notes it in SEEN (may be
 * NULL).  FOLLOW: PATH may be a link.  False when it cannot be read whole. */
bool ob__read_small(struct ob_buf *out, const char *path, bool follow, struct ob__seen_list *seen);

/* The same for the file NAME of the open directory DIRFD; never follows a link.  SEEN only hears of
 * refusals. */
bool ob__read_small_at(struct ob_buf *out, int dirfd, const char *name, struct ob__seen_list *seen);

struct ob__repo {
    char *git_dir;    /* owned, absolute: of this work tree */
    char *common_dir; /* owned, absolute: shared by all work trees */
};

/* The repository whose work tree has its top at the absolute directory TOP; false when it is none.
 * A ".git" file (linked work trees, submodules) is followed. */
bool ob__repo_at(struct ob__repo *out, const char *top, struct ob__seen_list *seen);
void ob__repo_release(struct ob__repo *r);

struct ob__git_settings {
    char *excludes_file; /* owned, absolute; NULL: none */
    bool ignore_case;
};

/* Reads core.excludesFile and core.ignoreCase from the system's, the user's and REPO's (may be NULL)
 * configuration.  TOP is what a relative excludesFile starts from. */
void ob__git_settings_read(struct ob__git_settings *out, const struct ob__repo *repo,
                           const char *top, struct ob__seen_list *seen);
void ob__git_settings_release(struct ob__git_settings *s);

/* The ceiling for an ignore or configuration file. */
enum { OB__RULES_MAX_BYTES = 4 << 20 };

#endif
