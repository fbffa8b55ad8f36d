/* Korean words cut into words of the table; private to src/text. */
#ifndef OB_SRC_TEXT_KOREAN_H
#define OB_SRC_TEXT_KOREAN_H

#include <stddef.h>

#include "synonym_tables.h"

enum { OB__CUT_SYLLABLES = 28 /* of a run, the rest is not looked at */ };

/* What a run of syllables was cut into. */
struct ob__cut {
    const struct ob__row
        *rows[OB__CUT_SYLLABLES]; /* the first row of each word that says something */
    size_t n;
    double known_01; /* the part of the syllables that is known, particles and endings too */
};

/* Cuts RUN (Hangul syllables, NFC) into known words: as much as can be known, in as few words as
 * can be.  OUT is empty when nothing is known. */
void ob__cut_korean(struct ob__cut *out, const char *run, size_t len);

/* The row of the longest term of the table that begins RUN, reaches beyond byte BEYOND and has
 * nothing but particles and endings behind it; NULL when there is none. */
const struct ob__row *ob__whole_korean(const char *run, size_t len, size_t beyond);

/* The first row of KEY, or NULL.  Rows of one key stand one behind the other. */
const struct ob__row *ob__find_row(const struct ob__rows *rows, const char *key, size_t len);

/* The row behind ROW if it has the same key, else NULL. */
const struct ob__row *ob__next_row(const struct ob__rows *rows, const struct ob__row *row);

#endif
