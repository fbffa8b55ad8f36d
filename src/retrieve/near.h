/* What a question may have meant that found nothing. */
#ifndef OB_SRC_RETRIEVE_NEAR_H
#define OB_SRC_RETRIEVE_NEAR_H

#include "rank.h"

/* The names of files and definitions, of the kind that R asks for, that are most like a word of the question
 * Q, and are there; "" when none is near.  In ARENA. */
const char *ob__near(struct ob_arena *arena, const struct ob__query *q, const struct ob__view *v,
                     const struct ob_search_request *r);

/* The key of the definition that an identifier of several parts means which is nowhere as it is typed;
 * 0 when none is that near. */
uint64_t ob__near_meant(const struct ob__query *q, const struct ob__view *v,
                        const struct ob_search_request *r);

#endif
