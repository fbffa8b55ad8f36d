/* Places in a question: paths, with the lines that are written beside them. */
#ifndef OB_SRC_RETRIEVE_PLACES_H
#define OB_SRC_RETRIEVE_PLACES_H

#include "openbook/base/buf.h"

#include "rank.h"

/* A path composed: those of a project may be decomposed. */
struct ob__composed {
    struct ob_buf buf; /* private */
};
const char *ob__composed(struct ob__composed *c, const char *path); /* borrowed from both */
void ob__composed_release(struct ob__composed *c);

/* Finds the places that TEXT names, in the order in which they matter: of a text of one line, that of the
 * text.  V (NULL: nothing is known): places whose base name it does not have are passed over.  TEXT must
 * live as long as Q. */
void ob__places_find(struct ob__query *q, const struct ob__view *v, const char *text, size_t len);

/* The same for text at hand that is neither code nor a note, but a terminal's or a log: its places come
 * behind the question's.  Whether any was found. */
bool ob__places_at_hand(struct ob__query *q, const struct ob__view *v,
                        const struct ob_search_context *at);

/* The key of a path's base name, or of what is left of it behind a blank or bracket: paths that end alike
 * have the same. */
uint64_t ob__place_key(const char *path, size_t len);

#endif
