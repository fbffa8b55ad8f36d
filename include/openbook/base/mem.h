/* Memory: small allocations that cannot fail, and sized ones that can.
 *
 * ob_alloc and its kin abort when the system has no memory: they are for sizes of our own making.
 * A size that comes from outside (a file, a message, a reply) goes through ob_try_alloc or an
 * ob_buf, which fail and are the ones that injected failures hit.  Any thread. */
#ifndef OB_BASE_MEM_H
#define OB_BASE_MEM_H

#include <stddef.h>

/* Zeroed memory of SIZE bytes (0 gives a unique pointer).  Never NULL; free with ob_free. */
void *ob_alloc(size_t size) __attribute__((returns_nonnull));

/* Grows or shrinks PTR (may be NULL) to SIZE bytes; new bytes are not zeroed.  Never NULL. */
void *ob_realloc(void *ptr, size_t size) __attribute__((returns_nonnull));

/* Copy of LEN bytes at TEXT with a NUL behind them.  Never NULL; free with ob_free. */
char *ob_strndup(const char *text, size_t len) __attribute__((returns_nonnull));

/* Copy of the C string TEXT; NULL for NULL. */
char *ob_strdup(const char *text);

/* Formatted copy.  Never NULL; free with ob_free. */
char *ob_asprintf(const char *format, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

/* Zeroed memory of COUNT * SIZE bytes, or NULL when the product overflows, the system has none, or
 * a failure is injected. */
void *ob_try_alloc(size_t count, size_t size);

/* Like realloc to COUNT * SIZE bytes; NULL (and PTR untouched) on failure, as above. */
void *ob_try_realloc(void *ptr, size_t count, size_t size);

/* Frees what any of the above returned; NULL is legal. */
void ob_free(void *ptr);

/* Test hook: the N-th fallible allocation from now (1 = the next) fails, once; 0 turns it off.
 * Also set by the environment variable OB_FAIL_ALLOC at the first allocation. */
void ob_mem_fail_at(long n);

/* Makes room for one more element in the growable array PTR (of LEN used, CAP allocated elements);
 * doubles, starting at 8.  For arrays whose length is bounded by something already checked. */
#define OB_GROW(ptr, len, cap)                                                                     \
    do {                                                                                           \
        if ((size_t)(len) >= (size_t)(cap)) {                                                      \
            (cap) = (cap) ? (cap)*2 : 8;                                                           \
            (ptr) = ob_realloc((ptr), (size_t)(cap) * sizeof *(ptr));                              \
        }                                                                                          \
    } while (0)

/* The object of TYPE whose MEMBER is at PTR (libuv handles are members of their owner). */
#define OB_CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#endif
