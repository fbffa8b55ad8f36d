/* The words of a question that are asked: not all of a pasted log, and more than a lone syllable. */
#ifndef OB_SRC_RETRIEVE_PICK_H
#define OB_SRC_RETRIEVE_PICK_H

#include "rank.h"

/* Puts into KEPT the hashes of the weightiest terms of TEXT, Q's, whose places are known.  V may be NULL:
 * the first ones then. */
void ob__pick(struct ob_map64 *kept, struct ob_terms *t, const struct ob__query *q,
              const struct ob__view *v, const char *text, size_t len);

/* Adds the commonest words of the project that begin with a lone syllable of Q, where that is all there
 * is; the next syllable begins with the consonant that is typed already. */
void ob__pick_beginnings(struct ob__query *q, const struct ob__view *v);

#endif
