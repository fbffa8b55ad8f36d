/* Words are found by halves. */
#include "words.h"

#include <string.h>

static int compare(const char *word, size_t len, const char *entry)
{
    size_t entry_len = strlen(entry);
    int order = memcmp(word, entry, len < entry_len ? len : entry_len);
    return order ? order : (len > entry_len) - (len < entry_len);
}

const void *ob__words_find(const void *table, size_t n, size_t row_bytes, const char *word,
                           size_t len)
{
    const char *rows = table, *found = NULL;
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *row = rows + middle * row_bytes;
        int order = compare(word, len, *(const char *const *)(const void *)row);
        if (order == 0)
            found = row;
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return found;
}
