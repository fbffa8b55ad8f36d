/* Passages: the pieces of a file that are ranked and shown.  Pure; any thread.
 *
 * Code is cut greedily at the best of the lines in the second part of a window of at most 40 lines
 * and 320 terms (no overlap, every line in exactly one passage); notes are cut at their headings, and
 * a longer section as code is. */
#ifndef OB_TEXT_PASSAGES_H
#define OB_TEXT_PASSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/text/outline.h"

enum { OB_PASSAGE_LINES = 40, OB_PASSAGE_TERMS = 320 };

struct ob_passage {
    uint32_t first_line, last_line; /* 1-based, inclusive */
    uint32_t start, end;            /* byte span, line ends included */
    uint32_t def;                   /* innermost definition or heading at its first line of text
                                       (not blank, not front matter), or OB_NO_DEF */
    bool
        goes_on; /* it is cut from what the passage before it is cut from: a program, or a section of
                     a note up to a wide gap */
};

struct ob_passages {
    struct ob_passage *items; /* owned */
    size_t len;
};

/* Cuts the text whose outline is O, in LANG.  LINE_TERMS[i] is the number of terms of line i+1 (o->n_lines of
 * them), or NULL to cut by lines only.  0, or OB_ENOMEM with OUT empty; to be released either way. */
int ob_passages_cut(struct ob_passages *out, const struct ob_outline *o, const struct ob_lang *lang,
                    const uint16_t *line_terms);
void ob_passages_release(struct ob_passages *p);

#endif
