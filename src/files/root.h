/* The inside of a root, for this stage. */
#ifndef OB_SRC_FILES_ROOT_H
#define OB_SRC_FILES_ROOT_H

#include <stdatomic.h>

#include <uv.h>

#include "openbook/files/root.h"

#include "gitconf.h"

struct ob__env;

struct ob_root {
    char *path;    /* owned */
    bool confined; /* as in ob_root_confine; never changes */
    atomic_uint refs;
    atomic_bool gone;       /* nothing is at `path`, or no directory */
    uv_mutex_t lock;        /* guards all below */
    uint64_t device, inode; /* the directory at `path`, by which it is known again */
    int fd;                 /* it, while somebody uses it: what is read goes through it; else -1 */
    unsigned uses;
    uint64_t version;    /* counts directories and sets of rules */
    struct ob__env *env; /* one reference; NULL until first wanted */
    /* What rules below the root came from at the last walk, as in struct ob__rules. */
    struct ob__seen_list below;
};

/* A walk over all of R has noted SEEN, which is empty then. */
void ob__root_take_seen(struct ob_root *r, struct ob__seen_list *seen);

/* The directory, open until ob__root_done; -1 and errno (ENOENT while it is gone), and then nothing is to be
 * done.  When another directory takes the place of the old one, the number stays and leads to the new one,
 * so a reader on another thread sees either. */
int ob__root_use(struct ob_root *r);
void ob__root_done(struct ob_root *r);

/* The device that directories below R, whose own is open at DIRFD, must lie on; *ANY: there is no such rule.
 * Where the system does not say it is none. */
uint64_t ob__root_device(bool *any, const struct ob_root *r, int dirfd);

/* Opens PATH below the directory DIRFD without following any link.  FLAGS as for openat; -1 and
 * errno.  PATH is relative and has no "." or ".." component. */
int ob__open_beneath(int dirfd, const char *path, int flags);

/* Whether PATH is a relative path of plain components. */
bool ob__path_is_plain(const char *path);

#endif
