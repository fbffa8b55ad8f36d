/* A note's names for each other. */
#ifndef OB_SRC_RETRIEVE_ALIAS_H
#define OB_SRC_RETRIEVE_ALIAS_H

#include "rank.h"

/* Where words of TEXT, from which Q was read, are the title, the file's name or an alias of a note that
 * has aliases, or to which another note links, adds its other names to Q, each in the place of these words: a passage that links to the
 * note by one name is found by the others.  T is this thread's scanner. */
void ob__alias_expand(struct ob__query *q, struct ob_terms *t, const struct ob__view *v,
                      const char *text, size_t len);

#endif
