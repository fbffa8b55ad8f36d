/* What is said where a definition is used: a caller tells in its own words, and in the comment above
 * the call, what the definition is for. */
#ifndef OB_SRC_RETRIEVE_SITES_H
#define OB_SRC_RETRIEVE_SITES_H

#include "show.h"

/* Fills SITES of the first functions among the spans S, none of which is sorted yet, and adds what it is
 * worth to their scores, which is not less than nothing; then no span is sorted again.  Looks at a bounded number of functions, of the best files and of
 * places in them.  T is this thread's scanner. */
void ob__sites_score(struct ob__spans *s, const struct ob__candidates *c, const struct ob__view *v,
                     const struct ob__query *q, struct ob_terms *t);

#endif
