/* Other words for the words of a question. */
#ifndef OB_SRC_RETRIEVE_EXPAND_H
#define OB_SRC_RETRIEVE_EXPAND_H

#include "rank.h"

/* Adds to Q, which was read from TEXT, the English of its Korean words (and back) and English synonyms.
 * T is this thread's scanner. */
void ob__expand(struct ob__query *q, struct ob_terms *t, const struct ob__view *v, const char *text,
                size_t len);

#endif
