/* Text of a model on its way to the user: whole characters, nothing that steers a terminal.  Pure. */
#ifndef OB_LLM_CLEAN_H
#define OB_LLM_CLEAN_H

#include <stddef.h>

#include "openbook/base/buf.h"

/* A stream of text; a zeroed one is at its beginning. */
struct ob__clean {
    char held[4]; /* the first bytes of a character whose rest has not come */
    size_t held_len;
};

/* Appends to OUT what TEXT adds: control characters but \n and \t are left out (also DEL and C1),
 * malformed bytes become U+FFFD, an unfinished last character is held back.  Errors as
 * ob_buf_append. */
int ob__clean_feed(struct ob_buf *out, struct ob__clean *c, const char *text, size_t len);

/* The stream is over: what was held back was no character. */
int ob__clean_end(struct ob_buf *out, struct ob__clean *c);

#endif
