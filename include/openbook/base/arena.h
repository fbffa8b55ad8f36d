/* An arena: small allocations that die together (one request, one document).
 *
 * Bump allocation in blocks; nothing is freed singly.  Sizes are of our own making: like ob_alloc
 * it aborts without memory.  Not thread-safe. */
#ifndef OB_BASE_ARENA_H
#define OB_BASE_ARENA_H

#include <stddef.h>

struct ob_arena_block;

struct ob_arena {
    struct ob_arena_block *blocks; /* newest first; owned */
    size_t used_bytes;             /* handed out since the last clear */
    size_t first_bytes; /* of the first block; the next are twice as large each; 0: 4 KiB */
};

/* A zeroed struct is an empty arena; there is no init. */
#define OB_ARENA_INIT                                                                              \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

/* Zeroed memory of SIZE bytes, aligned for any type.  Never NULL. */
void *ob_arena_alloc(struct ob_arena *a, size_t size);

/* Copy of LEN bytes with a NUL behind them. */
char *ob_arena_strndup(struct ob_arena *a, const char *text, size_t len);

/* Copy of the C string TEXT; NULL for NULL. */
char *ob_arena_strdup(struct ob_arena *a, const char *text);

/* Formatted text. */
char *ob_arena_printf(struct ob_arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Frees everything; the arena is then empty and reusable. */
void ob_arena_release(struct ob_arena *a);

#endif
