/* Pages: whole texts of files, read just now, and spans of their lines.  Pure. */
#ifndef OB_ANSWER_PAGE_H
#define OB_ANSWER_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/arena.h"
#include "openbook/text/lang.h"

struct ob__page {
    const char *root, *path; /* borrowed */
    const char *text;        /* borrowed */
    size_t len;
    uint32_t *starts; /* in the arena: byte offset of line i+1; n_lines + 1 of them */
    uint32_t n_lines;
    bool at_hand; /* the prompt has lines of it anyway, as the user's own text */
};

/* Fills PAGE's line table for its text (at most 4 GiB; longer text is cut). */
void ob__page_init(struct ob__page *page, struct ob_arena *a);

/* The bytes of lines FIRST..LAST (1-based, clamped to the page), without the last line's end. */
const char *ob__page_lines(size_t *len, const struct ob__page *page, uint32_t first, uint32_t last);

/* A span of a page that was found. */
struct ob__span {
    const struct ob__page *page;
    uint32_t first_line, last_line;
    uint32_t best_line;  /* the line that answers best; 0: unknown */
    uint32_t found_line; /* where what was found on it begins; 0, or outside of it: first_line */
    double value;        /* > 0; how likely it helps, relative to the best span */
    const char *symbol;  /* borrowed */
    enum ob_kind kind;
};

/* Where what was found begins, of the lines that S has: a file that is given whole may have it further
 * down. */
uint32_t ob__span_line(const struct ob__span *s);

#endif
