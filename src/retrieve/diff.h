/* Diffs in pasted text: unified, combined and context diffs, plain ones, the headers and statistics of Git,
 * and what its conflict markers hold. */
#ifndef OB_SRC_RETRIEVE_DIFF_H
#define OB_SRC_RETRIEVE_DIFF_H

#include <stddef.h>

#include "openbook/base/arena.h"

#include "hunk.h"

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

/* The byte of UTF-8, 0x80 and above, that "\ooo" at S stands for, as Git quotes it, or 0. */
unsigned char ob__octal_byte(const char *s, size_t len);

#endif
