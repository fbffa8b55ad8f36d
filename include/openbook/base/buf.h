/* A growing byte buffer with a ceiling (curl's dynbuf idea): past its maximum an append fails and
 * changes nothing.  The bytes are always followed by a NUL that does not count.
 *
 * Not thread-safe; the owner of the struct owns the bytes until ob_buf_detach. */
#ifndef OB_BASE_BUF_H
#define OB_BASE_BUF_H

#include <stddef.h>

struct ob_buf {
    char *data; /* NULL while nothing was ever appended */
    size_t len; /* bytes used, without the closing NUL */
    size_t cap; /* bytes allocated */
    size_t max; /* ceiling for len, in bytes */
};

/* Prepares B, empty, with the ceiling MAX_BYTES (at least 1). */
void ob_buf_init(struct ob_buf *b, size_t max_bytes);

/* Frees the bytes; B is then as after ob_buf_init with the same ceiling.  Legal on a zeroed
 * struct. */
void ob_buf_release(struct ob_buf *b);

/* Empties B and keeps its memory for reuse. */
void ob_buf_clear(struct ob_buf *b);

/* Appends LEN bytes.  OB_ETOOBIG past the ceiling, OB_ENOMEM without memory; B is then unchanged. */
int ob_buf_append(struct ob_buf *b, const void *bytes, size_t len);

/* Appends a C string; errors as ob_buf_append. */
int ob_buf_append_str(struct ob_buf *b, const char *text);

/* Appends formatted text; errors as ob_buf_append. */
int ob_buf_appendf(struct ob_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for LEN more bytes and returns where they go, or NULL (ceiling or memory).  The caller
 * writes at most LEN bytes there and then calls ob_buf_commit with how many. */
char *ob_buf_reserve(struct ob_buf *b, size_t len);
void ob_buf_commit(struct ob_buf *b, size_t len);

/* Removes the first LEN bytes (at most all). */
void ob_buf_consume(struct ob_buf *b, size_t len);

/* The bytes as a C string: "" while empty.  Borrowed, until the next change. */
const char *ob_buf_str(const struct ob_buf *b);

/* Hands the NUL-terminated bytes to the caller (ob_free) and empties B.  Never NULL; *LEN may be
 * NULL. */
char *ob_buf_detach(struct ob_buf *b, size_t *len);

#endif
