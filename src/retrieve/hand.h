/* Text at hand: a selection or a buffer asks as well. */
#ifndef OB_SRC_RETRIEVE_HAND_H
#define OB_SRC_RETRIEVE_HAND_H

#include "rank.h"

/* Adds to Q the rarest terms and the names that stand in the text: their definitions, callers and the
 * notes that mention them are what "this" is about. */
void ob__hand_add(struct ob__query *q, struct ob_terms *t, const struct ob__view *v,
                  const struct ob_search_context *context);

#endif
