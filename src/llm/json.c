/* Reading is cJSON's work, with the entry point that demands the end of the input; writing is ours,
 * because a prompt is (pointer, length) and may hold NUL. */
#include "json.h"

#include <string.h>

#include "openbook/text/utf8.h"

cJSON *ob__json_parse(const char *text, size_t len)
{
    if (!text || memchr(text, '\0', len))
        return NULL;
    return cJSON_ParseWithLengthOpts(text, len + 1, NULL, 1);
}

const cJSON *ob__json_get(const cJSON *object, const char *name)
{
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

const char *ob__json_string(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(ob__json_get(object, name));
}

size_t ob__json_count(const cJSON *object, const char *name)
{
    const cJSON *item = ob__json_get(object, name);
    if (!cJSON_IsNumber(item) ||
        !(item->valuedouble >= 0 && item->valuedouble <= 9007199254740992.0))
        return 0;
    return (size_t)item->valuedouble;
}

static int append_code(struct ob_buf *out, uint32_t code)
{
    char bytes[4];
    switch (code) {
    case '"': return ob_buf_append(out, "\\\"", 2);
    case '\\': return ob_buf_append(out, "\\\\", 2);
    case '\n': return ob_buf_append(out, "\\n", 2);
    case '\t': return ob_buf_append(out, "\\t", 2);
    default: break;
    }
    if (code < 0x20 || code == 0x7F)
        return ob_buf_appendf(out, "\\u%04x", (unsigned)code);
    return ob_buf_append(out, bytes, ob_utf8_encode(bytes, code));
}

/* Bytes that stand for themselves go in one piece. */
static size_t plain_run(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && (unsigned char)text[n] >= 0x20 && (unsigned char)text[n] < 0x7F &&
           text[n] != '"' && text[n] != '\\')
        n++;
    return n;
}

int ob__json_append_string(struct ob_buf *out, const char *text, size_t len)
{
    int err = ob_buf_append(out, "\"", 1);
    for (size_t i = 0; i < len && !err;) {
        size_t n = plain_run(text + i, len - i);
        uint32_t code;
        if (n > 0) {
            err = ob_buf_append(out, text + i, n);
        } else {
            n = ob_utf8_decode(&code, text + i, len - i);
            err = append_code(out, code);
        }
        i += n;
    }
    return err ? err : ob_buf_append(out, "\"", 1);
}
