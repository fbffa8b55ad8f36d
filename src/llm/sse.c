/* The line splitter holds what was not ended; a line is interpreted when its end has come.  No
 * state depends on where the input was cut but LINE, AFTER_CR and BEGUN. */
#include "sse.h"

#include <string.h>

enum { LINE_MAX_BYTES = 1 << 20 };

void ob__sse_init(struct ob__sse *s, ob__sse_event_cb event, void *context)
{
    *s = (struct ob__sse){.event = event, .context = context};
    ob_buf_init(&s->line, LINE_MAX_BYTES);
    ob_buf_init(&s->data, LINE_MAX_BYTES + 1);
}

void ob__sse_release(struct ob__sse *s)
{
    ob_buf_release(&s->line);
    ob_buf_release(&s->data);
}

static int dispatch(struct ob__sse *s)
{
    int result = 0;
    if (s->data.len > 1) { /* more than one empty line of data */
        s->data.data[--s->data.len] = '\0';
        result = s->event(s->type, s->data.data, s->data.len, s->context);
    }
    ob_buf_clear(&s->data);
    s->type[0] = '\0';
    return result;
}

static int take_field(struct ob__sse *s, const char *name, size_t name_len, const char *value,
                      size_t len)
{
    if (name_len == 4 && memcmp(name, "data", 4) == 0) {
        int err = ob_buf_append(&s->data, value, len);
        return err ? err : ob_buf_append(&s->data, "\n", 1);
    }
    if (name_len == 5 && memcmp(name, "event", 5) == 0) {
        if (len >= sizeof s->type)
            len = sizeof s->type - 1;
        if (len > 0)
            memcpy(s->type, value, len);
        s->type[len] = '\0';
    }
    return 0; /* id and retry say nothing to us; others are to be ignored */
}

static int end_line(struct ob__sse *s)
{
    const char *line = ob_buf_str(&s->line);
    size_t len = s->line.len;
    if (!s->begun && len >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
        len -= 3;
    }
    s->begun = true;
    int result = 0;
    const char *colon = len ? memchr(line, ':', len) : NULL;
    if (len == 0) {
        result = dispatch(s);
    } else if (!colon) {
        result = take_field(s, line, len, "", 0);
    } else if (colon > line) { /* else a comment */
        const char *value = colon + 1, *end = line + len;
        if (value < end && *value == ' ')
            value++;
        result = take_field(s, line, (size_t)(colon - line), value, (size_t)(end - value));
    }
    ob_buf_clear(&s->line);
    return result;
}

static size_t bytes_to_line_end(const char *bytes, size_t len)
{
    size_t n = 0;
    while (n < len && bytes[n] != '\n' && bytes[n] != '\r')
        n++;
    return n;
}

int ob__sse_feed(struct ob__sse *s, const char *bytes, size_t len)
{
    int result = 0;
    while (len > 0 && !result) {
        if (s->after_cr && *bytes == '\n') {
            bytes++;
            len--;
        }
        s->after_cr = false;
        size_t n = bytes_to_line_end(bytes, len);
        result = ob_buf_append(&s->line, bytes, n);
        bytes += n;
        len -= n;
        if (len == 0 || result)
            break;
        s->after_cr = *bytes == '\r';
        bytes++;
        len--;
        result = end_line(s);
    }
    return result;
}

int ob__sse_end(struct ob__sse *s)
{
    int result = s->line.len ? end_line(s) : 0;
    return result ? result : dispatch(s);
}
