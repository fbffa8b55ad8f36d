/* The line that is written beside a path, as compilers, debuggers, runtimes, editors and people do. */
#ifndef OB_SRC_RETRIEVE_PLACE_LINE_H
#define OB_SRC_RETRIEVE_PLACE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ob__run { /* what may be a path: text[start, end) */
    const char *text;
    size_t len, start, end;
    size_t line_start, line_end; /* of the text's line */
    size_t line_filled;          /* where its blanks and slashes end */
    bool url;                    /* %EC is a byte of it */
    bool drive;                  /* of Windows */
};

/* Behind WORD, or the first of WORDS (up to NULL), that stands at AT; AT where none does. */
size_t ob__run_skip(const struct ob__run *r, size_t at, const char *word);
size_t ob__run_skip_any(const struct ob__run *r, size_t at, const char *const *words);

/* Behind the number at AT, or AT: *OUT is then 0. */
size_t ob__run_number(uint32_t *out, const struct ob__run *r, size_t at);

/* The line (1-based) that is written behind the path, or 0.  *PAST, behind the path to begin with, becomes
 * where the line ends if nothing is between the two. */
uint32_t ob__line_behind(const struct ob__run *r, size_t *past);

/* The same in forms that much else has, too, so that the path must be sure: "pay.js 3:17", "pay.fs (4,13)",
 * "pay.js: Unexpected token (3:17)". */
uint32_t ob__line_apart(const struct ob__run *r, size_t *past);

/* The line that is written before the path, "line 12 of " or "+12 ", or 0. */
uint32_t ob__line_before(const struct ob__run *r);

#endif
