/* What is mounted below a directory, by Linux' table of mounts (/proc/self/mountinfo), and how two looks at
 * it differ.  No paths are followed and no file system is asked: nothing here waits for a disk. */
#ifndef OB_FILES_MOUNT_TABLE_H
#define OB_FILES_MOUNT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/map.h"

enum {
    OB__MOUNTS_BELOW = 8192, /* below one directory; what comes after them is not followed */
};

/* The mounts below one directory; a zeroed struct holds none. */
struct ob__mount_set {
    /* Path below the directory -> a number for what is mounted there, all layers; 0: an automount that
     * waits for the first who looks. */
    struct ob_map points;
};
void ob__mount_set_release(struct ob__mount_set *s);

struct ob__mount_line {
    char *point; /* absolute, NUL behind it; points into the line */
    uint64_t what;
};

/* Reads LINE (LEN bytes without the line feed; changed by this).  False: it is none. */
bool ob__mount_line_read(struct ob__mount_line *out, char *line, size_t len);

/* Adds L to S if it lies below the directory DIR (absolute, clean) and there is room. */
void ob__mount_set_add(struct ob__mount_set *s, const char *dir, const struct ob__mount_line *l);

/* The paths where something else is mounted in NOW than was BEFORE, as keys of CHANGED; none that lies below
 * another.  Where something gave way to an automount that waits, nothing changed: to look would mount it
 * again.  NOW then has what was BEFORE. */
void ob__mount_set_compare(struct ob_map *changed, struct ob__mount_set *now,
                           const struct ob__mount_set *before);

/* Gives each line of the table, open at FD, to EACH.  0, OB_EIO, OB_ENOMEM; some may have been given then. */
int ob__mount_table_read(int fd, void (*each)(const struct ob__mount_line *l, void *data),
                         void *data);

#endif
