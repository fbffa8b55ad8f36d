/* Arenas.  Blocks double from 4 KiB, or what the owner wants, up to 256 KiB.  A large allocation that does
 * not fit gets a block of its own, kept behind the newest one, whose free room thus is not lost. */
#include "openbook/base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "openbook/base/mem.h"

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 256 * 1024, ALIGN = sizeof(max_align_t) };

struct ob_arena_block {
    struct ob_arena_block *next;
    size_t cap, used;   /* bytes of data */
    max_align_t data[]; /* the alignment that any type needs */
};

static struct ob_arena_block *add_block(struct ob_arena *a, size_t size)
{
    struct ob_arena_block *newest = a->blocks;
    size_t cap = newest ? newest->cap * 2 : a->first_bytes ? a->first_bytes : FIRST_BLOCK;
    if (cap > LARGEST_BLOCK)
        cap = LARGEST_BLOCK;
    bool alone = size > cap;
    if (alone)
        cap = size;
    struct ob_arena_block *block = ob_alloc(sizeof *block + cap);
    block->cap = cap;
    if (alone && newest) {
        block->next = newest->next;
        newest->next = block;
    } else {
        block->next = newest;
        a->blocks = block;
    }
    return block;
}

void *ob_arena_alloc(struct ob_arena *a, size_t size)
{
    assert(size <= SIZE_MAX / 2);
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    struct ob_arena_block *block = a->blocks;
    if (!block || block->cap - block->used < size)
        block = add_block(a, size);
    void *p = (char *)block->data + block->used; /* fresh from calloc, hence zeroed */
    block->used += size;
    a->used_bytes += size;
    return p;
}

char *ob_arena_strndup(struct ob_arena *a, const char *text, size_t len)
{
    char *copy = ob_arena_alloc(a, len + 1);
    if (len)
        memcpy(copy, text, len);
    return copy;
}

char *ob_arena_strdup(struct ob_arena *a, const char *text)
{
    return text ? ob_arena_strndup(a, text, strlen(text)) : NULL;
}

char *ob_arena_printf(struct ob_arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t len = n > 0 ? (size_t)n : 0;
    char *text = ob_arena_alloc(a, len + 1);
    (void)vsnprintf(text, len + 1, format, again); /* measured above */
    va_end(again);
    return text;
}

void ob_arena_release(struct ob_arena *a)
{
    while (a->blocks) {
        struct ob_arena_block *next = a->blocks->next;
        ob_free(a->blocks);
        a->blocks = next;
    }
    a->used_bytes = 0;
}
