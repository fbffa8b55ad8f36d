/* Sorted tables of words; private to src/text. */
#ifndef OB_SRC_TEXT_WORDS_H
#define OB_SRC_TEXT_WORDS_H

#include <stddef.h>

/* The first row of WORD (LEN bytes, any), or NULL.  TABLE has N rows of ROW_BYTES each, each of which begins
 * with its word, a const char *: sorted by the bytes of these, the rows of one word side by side. */
const void *ob__words_find(const void *table, size_t n, size_t row_bytes, const char *word,
                           size_t len);

#endif
