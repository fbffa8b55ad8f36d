/* The only file that calls malloc and free.  Small allocations abort, fallible ones can be made to
 * fail by a counter, so that tests can walk every out-of-memory path. */
#include "openbook/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

static struct ob__fault fault = OB__FAULT_INIT("OB_FAIL_ALLOC");

static void die_without_memory(size_t size)
{
    (void)fprintf(stderr, "openbook: out of memory (%zu bytes)\n", size); /* nothing helps now */
    abort();
}

void ob_mem_fail_at(long n)
{
    ob__fault_set(&fault, n);
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
    if (size && count > SIZE_MAX / size)
        return NULL;
    if (ob__fault_hits(&fault))
        return NULL;
    return calloc(count ? count : 1, size ? size : 1);
}

void *ob_try_realloc(void *ptr, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    if (ob__fault_hits(&fault))
        return NULL;
    size_t total = count * size;
    return realloc(ptr, total ? total : 1);
}

void ob_free(void *ptr)
{
    free(ptr);
}
