/* Diffs in pasted text: unified, combined and context diffs, plain ones, the headers and statistics of Git,
 * and what its conflict markers hold. */
#ifndef OB_SRC_RETRIEVE_DIFF_H
#define OB_SRC_RETRIEVE_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/arena.h"

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

enum ob__diff_part {
    OB__DIFF_NONE,
    OB__DIFF_FILE, /* the header of a file: its hunks follow, if it has any */
    OB__DIFF_HUNK,
    OB__DIFF_STAT /* a line of statistics, which names a file */
};

/* A reader of one text; all zero but ARENA to begin with. */
struct ob__diff {
    struct ob_arena *arena;  /* what it reads lives here; borrowed */
    enum ob__diff_part part; /* that was read last */
    const char *path, *old;  /* of the file that is read, or NULL; OLD only if it is another one */
    struct ob__hunk hunk;    /* that was read last; PATH is its file, NULL: unknown */
    struct ob__hunk_line lines[OB__HUNK_LINES]; /* of the hunk that is being read */
    const char *prefix; /* what stands before each line: of a quote, a graph; borrowed */
    size_t prefix_len;
};

/* Reads the part of a diff that begins at AT, the beginning of a line of TEXT (LEN bytes); returns the
 * beginning of the line behind it, or AT where no diff is.  TEXT must live as long as what was read. */
size_t ob__diff_next(struct ob__diff *d, const char *text, size_t len, size_t at);

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

/* The byte of UTF-8, 0x80 and above, that "\ooo" at S stands for, as Git quotes it, or 0. */
unsigned char ob__octal_byte(const char *s, size_t len);

#endif
