/* Questions that are an identifier or a pattern. */
#ifndef OB_SRC_RETRIEVE_SYMBOL_H
#define OB_SRC_RETRIEVE_SYMBOL_H

#include "query.h"

/* Whether the question is one identifier, qualified or not. */
bool ob__looks_like_symbol(const char *s, size_t len);

/* Adds the names in it: of a qualified name its last part, of a pattern each. */
void ob__symbol_names(struct ob__query *q, const char *s, size_t len);

/* TEXT without the classes of patterns ("\bfoo" is no word "bfoo"); of the same length. */
const char *ob__without_classes(struct ob__query *q, const char *text, size_t len);

#endif
