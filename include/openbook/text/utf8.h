/* UTF-8: checking, decoding, repairing, composing.  Pure; any thread.
 *
 * Malformed bytes never crash and never move a line number: each maximal malformed part counts as
 * one U+FFFD (the WHATWG rule). */
#ifndef OB_TEXT_UTF8_H
#define OB_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/buf.h"

/* True when the LEN bytes are well-formed UTF-8 (no surrogates, no overlong forms). */
bool ob_utf8_valid(const char *text, size_t len);

/* Decodes one code point at TEXT (LEN >= 1 bytes left) into *CODE, U+FFFD for a malformed part;
 * returns the bytes it took, at least 1. */
size_t ob_utf8_decode(uint32_t *code, const char *text, size_t len);

/* Encodes CODE (a surrogate or a code point over U+10FFFF becomes U+FFFD) into OUT[4]; returns 1-4. */
size_t ob_utf8_encode(char out[4], uint32_t code);

/* The largest length <= LEN that does not cut a well-formed character: for cutting at a limit and
 * for streams whose last bytes have not come yet. */
size_t ob_utf8_floor(const char *text, size_t len);

/* Appends TEXT with each malformed part replaced by U+FFFD. */
int ob_utf8_repair(struct ob_buf *out, const char *text, size_t len);

/* Appends TEXT as it is compared: composed as NFC does (text that is NFC or NFD gives the same; marks
 * in an order of neither are left), half-width jamo to syllables, full-width ASCII to ASCII, U+3000 to
 * a space.  Line feeds are kept one for one. */
int ob_utf8_normalize(struct ob_buf *out, const char *text, size_t len);

/* Reads one character of TEXT (LEN >= 1 bytes left) as it is compared, in lower case, into *CODE;
 * returns the bytes it took, its marks included.  Encoded again it is never longer. */
size_t ob_utf8_fold(uint32_t *code, const char *text, size_t len);

/* Columns on a terminal: 2 for wide East Asian characters, 0 for combining ones, else 1 each. */
size_t ob_utf8_width(const char *text, size_t len);

/* The part of TEXT that is Hangul, 0..1, of its letters: decides the language of an answer. */
double ob_utf8_hangul_share_01(const char *text, size_t len);

#endif
