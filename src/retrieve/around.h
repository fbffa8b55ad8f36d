/* What stands around text at hand: what it uses, and where it is spoken of. */
#ifndef OB_SRC_RETRIEVE_AROUND_H
#define OB_SRC_RETRIEVE_AROUND_H

#include "show.h"

/* Puts first the definition that a mistyped name means, and, when the question asks of nothing but the text at hand: definitions of what it uses, a
 * test and a note that name it, who else does. */
void ob__around_first(struct ob__spans *s, const struct ob__candidates *c, const struct ob__view *v,
                      const struct ob__query *q, const struct ob_search_request *r);

#endif
