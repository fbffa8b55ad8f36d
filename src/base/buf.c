/* Growing buffers.  Invariant: cap is 0 (no memory) or at least len + 1, and data[len] is NUL. */
#include "openbook/base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "openbook/base/error.h"
#include "openbook/base/mem.h"

void ob_buf_init(struct ob_buf *b, size_t max_bytes)
{
    assert(max_bytes > 0);
    *b = (struct ob_buf){.max = max_bytes};
}

void ob_buf_release(struct ob_buf *b)
{
    ob_free(b->data);
    *b = (struct ob_buf){.max = b->max};
}

void ob_buf_clear(struct ob_buf *b)
{
    b->len = 0;
    if (b->data)
        b->data[0] = '\0';
}

static int make_room(struct ob_buf *b, size_t more)
{
    if (more > b->max - b->len || more >= SIZE_MAX - b->len)
        return OB_ETOOBIG;
    size_t need = b->len + more + 1; /* with the NUL */
    if (need <= b->cap)
        return 0;
    size_t cap = b->cap < 32 ? 64 : b->cap * 2;
    if (cap < need)
        cap = need;
    if (cap - 1 > b->max)
        cap = b->max + 1;
    char *data = ob_try_realloc(b->data, cap, 1);
    if (!data)
        return OB_ENOMEM;
    b->data = data;
    b->data[b->len] = '\0'; /* the first bytes may be reserved and never come */
    b->cap = cap;
    return 0;
}

int ob_buf_append(struct ob_buf *b, const void *bytes, size_t len)
{
    int err = make_room(b, len);
    if (err)
        return err;
    if (len)
        memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
    return 0;
}

int ob_buf_append_str(struct ob_buf *b, const char *text)
{
    return ob_buf_append(b, text, strlen(text));
}

int ob_buf_appendf(struct ob_buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        return OB_EINVAL;
    int err = make_room(b, (size_t)n);
    if (err)
        return err;
    va_start(args, format);
    (void)vsnprintf(b->data + b->len, (size_t)n + 1, format, args); /* measured above */
    va_end(args);
    b->len += (size_t)n;
    return 0;
}

char *ob_buf_reserve(struct ob_buf *b, size_t len)
{
    return make_room(b, len) ? NULL : b->data + b->len;
}

void ob_buf_commit(struct ob_buf *b, size_t len)
{
    assert(b->cap > b->len + len);
    b->len += len;
    b->data[b->len] = '\0';
}

void ob_buf_consume(struct ob_buf *b, size_t len)
{
    if (len >= b->len) {
        ob_buf_clear(b);
        return;
    }
    memmove(b->data, b->data + len, b->len - len + 1);
    b->len -= len;
}

const char *ob_buf_str(const struct ob_buf *b)
{
    return b->data ? b->data : "";
}

char *ob_buf_detach(struct ob_buf *b, size_t *len)
{
    char *data = b->data ? b->data : ob_alloc(1);
    if (len)
        *len = b->len;
    *b = (struct ob_buf){.max = b->max};
    return data;
}
