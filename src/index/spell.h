/* Spellings of a part: see struct ob_part_spellings. */
#ifndef OB_SRC_INDEX_SPELL_H
#define OB_SRC_INDEX_SPELL_H

#include "openbook/index/snapshot.h"

/* Fills NAMES and PARTS with what the names in DOCS, and the parts of those that have several, are
 * spelled like. */
void ob__spellings_collect(struct ob_part_spellings *names, struct ob_part_spellings *parts,
                           struct ob_doc *const *docs, uint32_t n);
size_t ob__spellings_bytes(const struct ob_part_spellings *s);
void ob__spellings_release(struct ob_part_spellings *s);

#endif
