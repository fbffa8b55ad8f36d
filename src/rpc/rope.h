/* A text in chunks, of which lines can be replaced without the rest being copied.  One thread at a time. */
#ifndef OB_RPC_ROPE_H
#define OB_RPC_ROPE_H

#include <stddef.h>

#include "openbook/files/unsaved.h"

struct ob__chunk {
    struct ob_text *text; /* a reference */
    size_t at, len;       /* the part of it */
    size_t feeds;         /* line feeds there */
};

/* A zeroed struct is an empty text. */
struct ob__rope {
    struct ob__chunk *chunks; /* owned */
    size_t n, cap;
    size_t len, feeds; /* in all */
};

void ob__rope_release(struct ob__rope *r);

/* Makes the empty R the text TEXT, which is read once and not copied. */
void ob__rope_take(struct ob__rope *r, struct ob_text *text);

/* Lines of R; the last one may lack its line feed. */
size_t ob__rope_lines(const struct ob__rope *r);

/* Puts the LEN bytes of TEXT (whole lines, but for the last one of all) in the place of the REMOVED lines
 * behind the first BEFORE ones, which must be there.  A last line without a line feed gets one when
 * something is put behind it.  Copies TEXT and some KB around it. */
void ob__rope_splice(struct ob__rope *r, size_t before, size_t removed, const char *text,
                     size_t len);

/* The whole text, a reference for the caller; NULL when there is no memory for it.  Copies all of it. */
struct ob_text *ob__rope_text(const struct ob__rope *r);

#endif
