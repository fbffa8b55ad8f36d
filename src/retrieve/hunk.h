/* Hunks of diffs, and where in a file as it is now they are. */
#ifndef OB_SRC_RETRIEVE_HUNK_H
#define OB_SRC_RETRIEVE_HUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OB__HUNK_LINES = 200 }; /* of a hunk that are looked for; further ones are passed over */

struct ob__hunk_line {
    const char *text; /* without its mark; borrowed */
    uint32_t len;
    bool old, new; /* which side has it */
    bool changed;  /* of the lines that differ */
};

struct ob__hunk {
    struct ob__hunk_line *lines; /* as written: the old side's before those that replace them */
    size_t n;
    uint32_t old_start, new_start; /* 1-based; 0: not said */
    const char *function;          /* what stands behind the second "@@"; borrowed */
    size_t function_len;
};

/* What the lines of a file say, to look for hunks in: of one above 8 MB, nothing. */
struct ob__said {
    uint64_t *keys; /* by line; 0: tells nothing; owned */
    size_t n;
};
void ob__said_read(struct ob__said *out, const char *text, size_t len);
void ob__said_release(struct ob__said *s);

/* The line (1-based) of the file that H speaks of: its first changed line, found by what the hunk says,
 * wherever it is now; where only what was removed is there, that.  0: it is not there.  *FIT_01: how much
 * of the hunk is. */
uint32_t ob__hunk_find(const struct ob__hunk *h, const struct ob__said *file, double *fit_01);

/* The line (1-based) that H tells by its numbers, or 0. */
uint32_t ob__hunk_number(const struct ob__hunk *h);

#endif
