/* Bytes of a file to UTF-8.  Pure. */
#ifndef OB_FILES_DECODE_H
#define OB_FILES_DECODE_H

#include <stddef.h>

#include "openbook/base/buf.h"

/* What the bytes of a file are. */
enum ob__encoding {
    OB__UTF8,     /* or any single-byte text: kept as it is */
    OB__UTF16_LE, /* by its BOM */
    OB__UTF16_BE,
    OB__CP949,  /* Korean, the superset of EUC-KR */
    OB__BINARY, /* no text that we can read */
};

enum { OB__PROBE_BYTES = 8192 }; /* a NUL within these makes a file binary */

/* Guesses from the LEN bytes of a whole file. */
enum ob__encoding ob__encoding_of(const char *bytes, size_t len);

/* Replaces the bytes in B, of that encoding, by UTF-8 without a BOM.  Every line feed stays one;
 * what is malformed becomes U+FFFD, but malformed UTF-8 stays.  OB_ETOOBIG, OB_ENOMEM. */
int ob__decode(struct ob_buf *b, enum ob__encoding encoding);

#endif
