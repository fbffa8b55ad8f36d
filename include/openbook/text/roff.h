/* Man pages: roff without its escapes.  Pure; any thread. */
#ifndef OB_TEXT_ROFF_H
#define OB_TEXT_ROFF_H

#include <stddef.h>

#include "openbook/base/buf.h"

/* Appends TEXT without the escapes of roff (fonts, sizes, strings, zero-width marks): "\fBgit\-log\fR" is
 * "git-log".  As many lines as TEXT; requests (".SH") and comments stay as they are.  OB_ETOOBIG,
 * OB_ENOMEM. */
int ob_roff_text(struct ob_buf *out, const char *text, size_t len);

#endif
