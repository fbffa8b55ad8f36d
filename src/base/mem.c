/* The only file that calls malloc and free.  Small allocations abort, fallible ones can be made to
 * fail by a counter, so that tests can walk every out-of-memory path. */
#include "openbook/base/mem.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many fallible allocations are left until one fails; 0: none will; -1: environment unread. */
static atomic_long fail_countdown = -1;

static void die_without_memory(size_t size)
{
    fprintf(stderr, "openbook: out of memory (%zu bytes)\n", size);
    abort();
}

static long countdown_from_environment(void)
{
    const char *text = getenv("OB_FAIL_ALLOC");
    long n = text ? strtol(text, NULL, 10) : 0;
    return n > 0 ? n : 0;
}

static bool injected_failure(void)
{
    long n = atomic_load_explicit(&fail_countdown, memory_order_relaxed);
    if (n == 0)
        return false;
    if (n < 0) {
        long expected = -1;
        atomic_compare_exchange_strong(&fail_countdown, &expected, countdown_from_environment());
        if (atomic_load(&fail_countdown) <= 0)
            return false;
    }
    return atomic_fetch_sub(&fail_countdown, 1) == 1;
}

void ob_mem_fail_at(long n)
{
    atomic_store(&fail_countdown, n > 0 ? n : 0);
}

void *ob_alloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p)
        die_without_memory(size);
    return p;
}

void *ob_realloc(void *ptr, size_t size)
{
    void *p = realloc(ptr, size ? size : 1);
    if (!p)
        die_without_memory(size);
    return p;
}

char *ob_strndup(const char *text, size_t len)
{
    char *copy = ob_alloc(len + 1);
    if (len)
        memcpy(copy, text, len);
    return copy;
}

char *ob_strdup(const char *text)
{
    return text ? ob_strndup(text, strlen(text)) : NULL;
}

char *ob_asprintf(const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t len = n > 0 ? (size_t)n : 0;
    char *text = ob_alloc(len + 1);
    (void)vsnprintf(text, len + 1, format, again); /* measured above */
    va_end(again);
    return text;
}

void *ob_try_alloc(size_t count, size_t size)
{
    if (injected_failure())
        return NULL;
    return calloc(count ? count : 1, size ? size : 1);
}

void *ob_try_realloc(void *ptr, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    if (injected_failure())
        return NULL;
    size_t total = count * size;
    return realloc(ptr, total ? total : 1);
}

void ob_free(void *ptr)
{
    free(ptr);
}
