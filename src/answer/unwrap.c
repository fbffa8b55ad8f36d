/* The first line is held until it is complete; of the rest, whatever looks like the beginning of a
 * last line "```" is held until something follows it. */
#include "unwrap.h"

#include <string.h>

enum { MOST_HELD = 64 * 1024 };

void ob__unwrap_init(struct ob__unwrap *u)
{
    *u = (struct ob__unwrap){0};
    ob_buf_init(&u->held, MOST_HELD);
}

void ob__unwrap_release(struct ob__unwrap *u)
{
    ob_buf_release(&u->held);
}

static bool is_fence(const char *line, size_t len)
{
    return len >= 3 && memcmp(line, "```", 3) == 0 && !memchr(line + 3, '`', len - 3);
}

/* How many bytes at the end may be a line end and a closing fence. */
static size_t tail(const char *text, size_t len)
{
    size_t i = len;
    while (i > 0 && (text[i - 1] == '`' || text[i - 1] == '\n' || text[i - 1] == ' '))
        i--;
    return len - i;
}

static int flush(struct ob_buf *out, struct ob__unwrap *u, size_t len)
{
    int err = ob_buf_append(out, ob_buf_str(&u->held), len);
    ob_buf_consume(&u->held, len);
    return err;
}

/* Judges the first line as soon as its end, or enough of it, is there. */
static bool begin(struct ob__unwrap *u, bool at_end)
{
    const char *text = ob_buf_str(&u->held);
    const char *end = memchr(text, '\n', u->held.len);
    size_t sure = u->held.len < 3 ? u->held.len : 3;
    if (!end && !at_end && memcmp(text, "```", sure) == 0)
        return false;
    u->begun = true;
    u->fenced = end && is_fence(text, (size_t)(end - text));
    if (u->fenced)
        ob_buf_consume(&u->held, (size_t)(end - text) + 1);
    return true;
}

int ob__unwrap_feed(struct ob_buf *out, struct ob__unwrap *u, const char *text, size_t len)
{
    int err = ob_buf_append(&u->held, text, len);
    if (err)
        return err;
    if (!u->begun && !begin(u, false))
        return 0;
    size_t held = u->fenced ? tail(ob_buf_str(&u->held), u->held.len) : 0;
    return flush(out, u, u->held.len - held);
}

int ob__unwrap_end(struct ob_buf *out, struct ob__unwrap *u)
{
    if (!u->begun)
        (void)begin(u, true);
    const char *text = ob_buf_str(&u->held);
    size_t len = u->held.len, end = len;
    while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == ' '))
        end--;
    if (u->fenced && end >= 3 && memcmp(text + end - 3, "```", 3) == 0 &&
        (end == 3 || text[end - 4] == '\n')) {
        len = end - 3;
        if (len > 0 && text[len - 1] == '\n')
            len--;
    }
    return flush(out, u, len);
}
