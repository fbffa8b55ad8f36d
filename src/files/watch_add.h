/* The part of a watch that runs on a worker: finding directories and adding them to inotify. */
#ifndef OB_FILES_WATCH_ADD_H
#define OB_FILES_WATCH_ADD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/map.h"
#include "openbook/files/watch.h"

/* Kinds of wishes, as bits. */
enum ob__watch_wish {
    OB__WATCH_DIRS = 1,  /* watch it and what is below it */
    OB__WATCH_FILES = 2, /* and say which files are there */
    OB__WATCH_ANEW = 4,  /* and no longer watch what was there and is not met */
};

struct ob__watched_dir {
    char *path; /* owned */
    int wd;     /* inotify's number */
};

struct ob__paths {
    char **items; /* owned, each and all */
    size_t n, cap;
};
void ob__paths_add(struct ob__paths *p, const char *path);
void ob__paths_release(struct ob__paths *p);

/* What the folder with the repository's own rules is called, wherever it lies. */
#define OB__WATCH_EXCLUDE_DIR ".git/info"

/* One job; nobody else touches it until it is done. */
struct ob__watch_add {
    /* in */
    struct ob_watch *owner; /* whom to tell; not touched by the worker */
    struct ob_root *root;   /* a reference */
    struct ob_walk_options walk;
    int inotify_fd;       /* borrowed */
    struct ob_map wishes; /* directory ("" for the root) -> enum ob__watch_wish */
    size_t room;          /* watches at most */
    /* out */
    struct ob__watched_dir *dirs; /* owned */
    size_t n_dirs, cap_dirs;
    struct ob__paths files;   /* met in directories whose files were wished for, taken or not */
    struct ob__paths skipped; /* directories that the walk does not enter */
    size_t unwatched;         /* directories without a watch */
    bool remote;              /* some lie where other machines change files, too */
    uint64_t device;          /* of the last directory that was added */
    bool on_remote;           /* what is known of that device */
    size_t n_looked;          /* 0: nothing yet */
    bool with_files;          /* of the wish at hand */
    bool whole;               /* the root was among the wishes */
    bool rootless;            /* and was not there */
    bool rescan;              /* files were not wished for everywhere */
    bool no_watches_left;     /* the system refused one */
};

/* ob_task_work_cb. */
void ob__watch_add_run(void *data);
void ob__watch_add_free(struct ob__watch_add *job);

#endif
