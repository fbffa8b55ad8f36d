/* Spans that go before the ranked ones: what a question or the text at hand points to. */
#ifndef OB_SRC_RETRIEVE_FIRST_H
#define OB_SRC_RETRIEVE_FIRST_H

#include "show.h"

/* The definition or section that holds the line, if it is shown whole, or the passage. */
struct ob__span ob__first_span(const struct ob__candidates *c, const struct ob__view *v,
                               uint32_t candidate, uint32_t line);

/* Adds SPAN to FIRST, once. */
void ob__first_put(struct ob__spans *first, struct ob__span span);

/* Puts FIRST (released) before the spans of S, with scores that fall along the list. */
void ob__first_join(struct ob__spans *s, struct ob__spans *first);

#endif
