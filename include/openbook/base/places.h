/* Where a path leads to through its symbolic links, and at which places of the disk that is decided: whoever
 * watches these places hears when the path comes to lead elsewhere.  Any thread; looks at the disk, which may
 * hang. */
#ifndef OB_BASE_PLACES_H
#define OB_BASE_PLACES_H

#include <stddef.h>

enum { OB_PLACES_MAX = 8 };

/* A place: the entry NAME of the directory DIR (absolute, without links; "/" at least).  Owned, both. */
struct ob_place {
    char *dir, *name;
};

/* Finds the places that decide where PATH (absolute) leads to: each link on the way, and the end of the way,
 * which is the file itself or the first part that is not there.  Returns how many are in OUT, for
 * ob_places_release: 1 where there is no link, and where there are more than OB_PLACES_MAX the first ones.
 * *RESOLVED (may be NULL) is PATH without links as far as it is there, and the rest as it was; ob_free.  Where
 * links lead in a circle it is a path on that circle. */
size_t ob_places_find(struct ob_place out[OB_PLACES_MAX], char **resolved, const char *path);

void ob_places_release(struct ob_place *places, size_t n);

#endif
