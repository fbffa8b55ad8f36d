/* The one inotify instance, as watch.c sees it: folders by number, and who wants to know of them. */
#ifndef OB_FILES_WATCHER_H
#define OB_FILES_WATCHER_H

#include <stdint.h>

#include "openbook/base/map.h"
#include "openbook/files/watch.h"

#include "mounts.h"

/* Two roots may share a folder (notes inside a project), and a folder may be seen at two paths of one
 * root (a bind mount); inotify gives each folder one number. */
struct ob__place {
    struct ob_watch *watch;
    char *dir; /* owned: the folder below the watch's root */
    struct ob__place *next;
};

struct ob_watcher {
    uv_loop_t *loop;
    struct ob__mounts *mounts; /* owned; NULL: they are not followed */
    int fd;
    uv_poll_t poll;
    uv_timer_t drops; /* goes on giving numbers back */
    unsigned open_handles;
    int *unwanted; /* numbers to be given back; owned */
    size_t n_unwanted, cap_unwanted;
    uint64_t dropped_ms; /* loop time of the last turn that gave any back */
    unsigned dropped;    /* in that turn */
    unsigned refs;
    size_t max_folders;
    struct ob_map places;     /* watch number -> struct ob__place *, owned list */
    struct ob_watch *watches; /* all that run */
    unsigned jobs;            /* workers that add folders at this moment */
    uint32_t n_events;        /* read so far; goes round */
    /* Bytes of events: read so far, and those that somebody wants to have been read. */
    uint64_t n_bytes, most_known;
    struct ob_map touched; /* watch number -> n_events at its last event << 32 | all its events,
                               * while any job was at work */
};

struct ob_watcher *ob__watcher_ref(struct ob_watcher *k);

/* Adds W to those who hear of events, or takes it out. */
void ob__watcher_join(struct ob_watcher *k, struct ob_watch *w);
void ob__watcher_leave(struct ob_watcher *k, struct ob_watch *w);

/* Tells W of the folder number WD, called DIR (copied); or no longer.  The watch itself goes with
 * the last place. */
void ob__watcher_put(struct ob_watcher *k, int wd, struct ob_watch *w, const char *dir);
void ob__watcher_drop(struct ob_watcher *k, int wd, const struct ob_watch *w, const char *dir);

/* A worker has added WD, and nobody takes it: gives it back unless somebody has it. */
void ob__watcher_disown(struct ob_watcher *k, int wd);

/* A worker begins or ends to add folders.  The number is for ob__watcher_touched. */
uint32_t ob__watcher_job_begins(struct ob_watcher *k);
void ob__watcher_job_ends(struct ob_watcher *k);

/* Which events WD has had, as inotify's bits: 0 when there was none since the job began for which
 * ob__watcher_job_begins returned BEGUN, else all since the first of the jobs that run began. */
uint32_t ob__watcher_touched(const struct ob_watcher *k, int wd, uint32_t begun);

/* A number that stands for all events that there are at this moment. */
uint64_t ob__watcher_known(struct ob_watcher *k);
/* Whether those that KNOWN stands for have been handed out. */
bool ob__watcher_has_read(const struct ob_watcher *k, uint64_t known);
/* Reads events and hands them out, for some 2 ms; the loop goes on with the rest. */
void ob__watcher_read(struct ob_watcher *k);

/* ------------------------------------------------------------ what a watch must answer to */

/* NAME is "" for events of the folder itself. */
void ob__watch_event(struct ob_watch *w, const char *dir, uint32_t mask, const char *name);
/* The number WD, at DIR, is no longer watched by the system. */
void ob__watch_lost(struct ob_watch *w, const char *dir);
void ob__watch_overflow(struct ob_watch *w);
/* Something else is mounted now, or nothing is, at the paths that are keys of CHANGED; NULL: anywhere below
 * the root.  The first time says that from now on it is told.  A round follows. */
void ob__watch_mounted(struct ob_watch *w, const struct ob_map *changed);
/* A round of events is over. */
void ob__watch_round(struct ob_watch *w);

struct ob_watch **ob__watch_link(struct ob_watch *w); /* the next of the watcher's list */

#endif
