/* Text that is to be inserted, freed of the code fence that models put around it.  Pure. */
#ifndef OB_ANSWER_UNWRAP_H
#define OB_ANSWER_UNWRAP_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/base/buf.h"

struct ob__unwrap {
    struct ob_buf held; /* what may still turn out to be a fence */
    bool begun;         /* the first line was judged */
    bool fenced;        /* it was a fence: the closing one goes too */
};

void ob__unwrap_init(struct ob__unwrap *u);
void ob__unwrap_release(struct ob__unwrap *u);

/* Appends to OUT what is certain after the next LEN bytes.  Errors as ob_buf_append. */
int ob__unwrap_feed(struct ob_buf *out, struct ob__unwrap *u, const char *text, size_t len);
int ob__unwrap_end(struct ob_buf *out, struct ob__unwrap *u);

#endif
