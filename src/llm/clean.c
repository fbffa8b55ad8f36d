/* One pass; at most three bytes are carried from one piece to the next. */
#include "clean.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "openbook/text/utf8.h"

static bool is_control(uint32_t code)
{
    return (code < 0x20 && code != '\n' && code != '\t') || (code >= 0x7F && code < 0xA0);
}

static int append_clean(struct ob_buf *out, const char *text, size_t len)
{
    int err = 0;
    for (size_t i = 0; i < len && !err;) {
        uint32_t code;
        char bytes[4];
        i += ob_utf8_decode(&code, text + i, len - i);
        if (!is_control(code))
            err = ob_buf_append(out, bytes, ob_utf8_encode(bytes, code));
    }
    return err;
}

/* Completes the held character byte by byte: its rest may be cut again. */
static int finish_held(struct ob_buf *out, struct ob__clean *c, const char **text, size_t *len)
{
    while (c->held_len > 0 && *len > 0) {
        if ((**text & 0xC0) != 0x80 || c->held_len == sizeof c->held)
            return ob__clean_end(out, c); /* its rest will not come */
        c->held[c->held_len++] = *(*text)++;
        --*len;
        if (ob_utf8_floor(c->held, c->held_len) == c->held_len)
            return ob__clean_end(out, c);
    }
    return 0;
}

int ob__clean_feed(struct ob_buf *out, struct ob__clean *c, const char *text, size_t len)
{
    int err = finish_held(out, c, &text, &len);
    if (err || len == 0)
        return err;
    size_t whole = ob_utf8_floor(text, len);
    if (len - whole >= sizeof c->held)
        whole = len; /* no beginning of a character is so long */
    c->held_len = len - whole;
    if (c->held_len)
        memcpy(c->held, text + whole, c->held_len);
    return append_clean(out, text, whole);
}

int ob__clean_end(struct ob_buf *out, struct ob__clean *c)
{
    size_t len = c->held_len;
    c->held_len = 0;
    return append_clean(out, c->held, len);
}
