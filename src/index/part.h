/* An immutable part of an index: many documents inverted. */
#ifndef OB_SRC_INDEX_PART_H
#define OB_SRC_INDEX_PART_H

#include "openbook/index/snapshot.h"

/* Inverts DOCS (a reference is taken to each), in the order of their paths.  One reference for the caller. */
struct ob_part *ob__part_new(struct ob_doc *const *docs, size_t n);
struct ob_part *ob__part_ref(struct ob_part *p);
void ob__part_unref(struct ob_part *p);

/* The number of PATH's document, or UINT32_MAX. */
uint32_t ob__part_find_path(const struct ob_part *p, const char *path);

/* Bytes it takes, its documents included. */
size_t ob__part_bytes(const struct ob_part *p);

#endif
