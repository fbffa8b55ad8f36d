/* Secrets in text that is about to leave: found by shape and masked.  Pure. */
#ifndef OB_ANSWER_MASK_H
#define OB_ANSWER_MASK_H

#include <stddef.h>

#include "openbook/base/buf.h"

/* Appends TEXT with every secret it knows replaced by "<secret:kind>", so that the text stays useful,
 * and adds their number to *MASKED.  Known are private-key blocks, tokens with a vendor's prefix,
 * passwords in URLs, and random-looking values that are assigned to a name like "password" or
 * "비밀번호".  Errors as ob_buf_append. */
int ob__mask(struct ob_buf *out, size_t *masked, const char *text, size_t len);

#endif
