/* Characters as the text stage compares them; private to src/text. */
#ifndef OB_SRC_TEXT_CHARS_H
#define OB_SRC_TEXT_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OB__HANGUL_FIRST = 0xAC00, /* the first and last composed syllable */
    OB__HANGUL_LAST = 0xD7A3,
    OB__HANGUL_FINALS = 28 /* (syllable - first) % 28 = its final consonant, 0: none */
};

enum ob__char_kind {
    OB__CHAR_OTHER,  /* blanks, punctuation, symbols, emoji */
    OB__CHAR_LETTER, /* of any alphabet but those below; '_' too */
    OB__CHAR_DIGIT,  /* 0-9 */
    OB__CHAR_HANGUL, /* a composed syllable */
    OB__CHAR_CJK     /* an ideograph, kana, or a jamo that stands alone */
};

/* What NFC composes (compose_table.c), by mark and base; and what it replaces, by code. */
struct ob__pair {
    uint16_t mark, base, whole;
};
struct ob__single {
    uint16_t code, to;
};
extern const struct ob__pair ob__pairs[];
extern const struct ob__single ob__singles[];
extern const size_t ob__n_pairs, ob__n_singles;

/* Decodes one normalised character: composed as NFC does (half-width jamo too), full-width ASCII
 * mapped to ASCII, U+3000 to a space.  Returns the bytes it took of LEN >= 1. */
size_t ob__char_next(uint32_t *code, const char *text, size_t len);

enum ob__char_kind ob__char_kind(uint32_t code);

/* A mark that belongs to the letter before it. */
static inline bool ob__is_mark(uint32_t code)
{
    return code >= 0x300 && code <= 0x36F;
}

/* Lower case of Latin, Greek and Cyrillic letters; others as they are.  The UTF-8 length never
 * grows. */
uint32_t ob__char_lower(uint32_t code);

static inline bool ob__is_hangul(uint32_t code)
{
    return code >= OB__HANGUL_FIRST && code <= OB__HANGUL_LAST;
}

#endif
