/* What must not be seen without being seen: controls, direction marks, invisible letters.  Pure. */
#ifndef OB_ANSWER_CLEAN_H
#define OB_ANSWER_CLEAN_H

#include <stddef.h>

#include "openbook/base/buf.h"

/* Appends TEXT (UTF-8, whole characters) without control characters but tab and line feed, without
 * bidirectional overrides, zero-width spaces and tag characters: a repository cannot hide orders in
 * them, nor an answer drive a terminal.  The joiners of emoji and of Persian stay.  Malformed bytes
 * become U+FFFD. */
int ob__clean(struct ob_buf *out, const char *text, size_t len);

#endif
