/* The lines of a file that --file and --like name. */
#include <string.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "inside.h"

enum { MAX_FILE_BYTES = 1024 * 1024 };

/* Where the line behind the one at AT begins, END if there is none. */
static const char *next_line(const char *at, const char *end)
{
    const char *feed = memchr(at, '\n', (size_t)(end - at));
    return feed ? feed + 1 : end;
}

/* Takes the lines first..last of TEXT, as far as they are there; with first 0 all of it. */
static int cut(struct ob__lines *l, const struct ob_buf *text, struct ob_error *e)
{
    const char *from = ob_buf_str(text), *end = from + text->len, *to = l->first ? from : end;
    unsigned long line = 0; /* those before TO */
    for (; to < end && line < l->last; line++) {
        if (line + 1 == l->first)
            from = to;
        to = next_line(to, end);
    }
    if (l->first > line)
        return ob_error_set(e, OB_EINVAL, "%s has no line %lu: its last one is %lu", l->file,
                            l->first, line);
    l->last = l->first ? line : 0;
    l->len = (size_t)(to - from);
    l->text = ob_strndup(from, l->len);
    return 0;
}

int ob__lines_read(struct ob__lines *out, const char *option, const char *named, struct ob_error *e)
{
    struct ob_buf text;
    memset(out, 0, sizeof *out);
    if (ob__range_parse(&out->file, &out->first, &out->last, named) != 0)
        return ob_error_set(e, OB_EINVAL, "%s wants FILE or FILE:FIRST-LAST, not \"%s\"", option,
                            named);
    ob_buf_init(&text, MAX_FILE_BYTES);
    int err = ob_io_read_file(&text, out->file, e);
    if (!err)
        err = cut(out, &text, e);
    ob_buf_release(&text);
    return err;
}

void ob__lines_put(msgpack_sbuffer *b, const struct ob__lines *l)
{
    char *path = ob_path_absolute(l->file);
    ob__put_str(b, "context", 7);
    ob__put_map(b, 4);
    ob__put_key_str(b, "path", path);
    ob__put_str(b, "text", 4);
    ob__put_str(b, l->text, l->len);
    ob__put_key_uint(b, "first_line", l->first);
    ob__put_key_uint(b, "last_line", l->last);
    ob_free(path);
}

void ob__lines_release(struct ob__lines *l)
{
    ob_free(l->file);
    ob_free(l->text);
    memset(l, 0, sizeof *l);
}
