/* The tables that the build makes of ko-en.txt and synonyms.txt; private to src/text.
 *
 * Rows are sorted by the bytes of their keys; several may have one key.  Texts lie in one pool,
 * each with a NUL behind it. */
#ifndef OB_SRC_TEXT_SYNONYM_TABLES_H
#define OB_SRC_TEXT_SYNONYM_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include "openbook/text/terms.h"

/* Writes the root of an English word or stem over it and returns its length: the stem of the stem
 * until nothing changes, so that rendering (render) and render (rend) meet. */
static inline size_t ob__root(char *word, size_t len)
{
    for (size_t n; (n = ob_stem(word, len)) < len;)
        len = n;
    return len;
}

enum ob__row_kind {
    OB__ROW_NOUN,       /* a Korean noun, or a form of a verb that is used like one; like a verb it
                           may say nothing: no targets */
    OB__ROW_VERB,       /* a form of a verb that endings follow */
    OB__ROW_AFTER_NOUN, /* a particle or a light verb, says nothing in English */
    OB__ROW_AFTER_VERB, /* an ending or an auxiliary verb, says nothing in English */
    OB__ROW_AFTER_ANY,
    OB__ROW_ENGLISH
};

enum {
    OB__KEY_SYLLABLES = 20, /* of a Korean key, the longest */
    OB__KEY_WORDS = 4,      /* of a key in several words, the most */
    OB__KEY_BYTES = 104     /* of any key */
};

struct ob__row {
    uint32_t key;   /* offset in the pool; English: see below */
    uint32_t first; /* its targets */
    uint8_t key_len;
    uint8_t n;
    uint8_t kind; /* enum ob__row_kind */
};

/* One word of an alternative. */
struct ob__target {
    uint32_t text; /* offset in the pool */
    uint8_t len;
    uint8_t weight_percent;
    uint8_t alternative; /* words of one phrase share it; from 0 in each row */
};

struct ob__rows {
    const struct ob__row *rows;
    size_t n;
};

/* English keys stand twice: "." and the words as the file has them, and their roots, which several
 * words may share (state, statement), so that they are asked second.  Single blanks part words. */
extern const char ob__pool[];
extern const struct ob__target ob__targets[];
extern const struct ob__rows ob__korean_rows;  /* Korean, without blanks -> English */
extern const struct ob__rows ob__english_rows; /* English -> English */
extern const struct ob__rows ob__reverse_rows; /* English -> Korean */

#endif
