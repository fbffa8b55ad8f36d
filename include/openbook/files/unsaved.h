/* What each client has typed and not saved: "the text of path P for client C, now".  Loop thread;
 * the texts are immutable and refcounted, so that a worker may hold one. */
#ifndef OB_FILES_UNSAVED_H
#define OB_FILES_UNSAVED_H

#include <stddef.h>
#include <stdint.h>

#include "openbook/base/buf.h"

struct ob_text {
    char *data; /* UTF-8 or any bytes; NUL behind it */
    size_t len;
    unsigned refs; /* private: ob_text_ref, ob_text_unref (atomic) */
    char *whole;   /* private: what DATA is a part of; NULL: DATA itself */
};

/* A copy of LEN bytes (any).  One reference for the caller, as of the next two. */
struct ob_text *ob_text_new(const char *bytes, size_t len);

/* A text of the bytes of B, which is empty then: nothing is copied. */
struct ob_text *ob_text_take(struct ob_buf *b);

/* A text of the LEN bytes of B from AT on; B is empty then, all of its bytes are kept with the text, nothing
 * is copied or moved.  The byte behind the text becomes NUL. */
struct ob_text *ob_text_take_part(struct ob_buf *b, size_t at, size_t len);

/* Any thread.  T may be NULL for ob_text_unref. */
struct ob_text *ob_text_ref(struct ob_text *t);
void ob_text_unref(struct ob_text *t);

struct ob_unsaved;
struct ob_unsaved *ob_unsaved_new(void);
void ob_unsaved_free(struct ob_unsaved *u);

/* Sets what CLIENT has for PATH (any key the caller uses for paths), a reference to TEXT being taken; NULL
 * drops it. */
void ob_unsaved_set(struct ob_unsaved *u, uint64_t client, const char *path, struct ob_text *text);

/* Borrowed; NULL when the client has none. */
struct ob_text *ob_unsaved_get(const struct ob_unsaved *u, uint64_t client, const char *path);

/* Walks the texts of CLIENT, each with its *PATH, both borrowed; the same rules as ob_map_next. */
struct ob_text *ob_unsaved_next(const struct ob_unsaved *u, uint64_t client, size_t *pos,
                                const char **path);

/* Drops all that CLIENT has. */
void ob_unsaved_drop_client(struct ob_unsaved *u, uint64_t client);

#endif
