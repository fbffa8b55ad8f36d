/* Learning of mounts and unmounts below the roots that are watched.  Loop thread. */
#ifndef OB_FILES_MOUNTS_H
#define OB_FILES_MOUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

struct ob_watch;
struct ob__mounts;

/* NULL where the system has no table of mounts to follow: they are met by walks then. */
struct ob__mounts *ob__mounts_new(uv_loop_t *loop);

/* No callback after this; the memory goes when handles are closed and the table is read. */
void ob__mounts_close(struct ob__mounts *m);

/* Begins to tell W of mounts below the directory DIR (absolute, clean; copied): first, soon, that it knows
 * what is mounted there now (ob__watch_mounted).  A walk that begins after that meets what came before. */
void ob__mounts_join(struct ob__mounts *m, struct ob_watch *w, const char *dir);
void ob__mounts_leave(struct ob__mounts *m, const struct ob_watch *w);

/* A number for all changes that there are at this moment, which are looked at as soon as may be; and whether
 * those that KNOWN stands for have been told. */
uint64_t ob__mounts_known(struct ob__mounts *m);
bool ob__mounts_have_told(const struct ob__mounts *m, uint64_t known);

#endif
