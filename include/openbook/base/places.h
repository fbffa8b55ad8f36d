/* Where a path leads to through its links, and at which places that is decided.  Any thread; looks at the
 * disk, which may hang. */
#ifndef OB_BASE_PLACES_H
#define OB_BASE_PLACES_H

#include <stddef.h>

enum { OB_PLACES_MAX = 8 };

/* NAME in the directory DIR (absolute, without links; "/" at least).  Owned, both. */
struct ob_place {
    char *dir, *name;
};

/* The places where something may be put that has PATH (absolute) lead elsewhere: each link on the way, and
 * the end of it, which is the file itself or the first part that is not there.  Returns how many are in OUT:
 * 1 without links; of more than OB_PLACES_MAX the first ones.
 * *RESOLVED (may be NULL) is PATH without links, whatever of it is there; ob_free.  Where links lead in a
 * circle it is a path on that circle. */
size_t ob_places_find(struct ob_place out[OB_PLACES_MAX], char **resolved, const char *path);

void ob_places_release(struct ob_place *places, size_t n);

#endif
