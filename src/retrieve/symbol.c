/* Identifiers that are asked alone, and regular expressions that are asked by mistake. */
#include "symbol.h"

#include <ctype.h>
#include <string.h>

bool ob__looks_like_symbol(const char *s, size_t len)
{
    bool letter = false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x80 || !(isalnum(c) || strchr("_:.>-\\#$@!?~()&*", c)))
            return false;
        letter |= isalpha(c) != 0;
    }
    return letter;
}

/* Adds the identifier that ends at LEN; returns where it starts. */
static size_t add_last_name(struct ob__query *q, const char *s, size_t len)
{
    while (len && !(isalnum((unsigned char)s[len - 1]) || s[len - 1] == '_'))
        len--;
    size_t start = len;
    while (start && (isalnum((unsigned char)s[start - 1]) || s[start - 1] == '_'))
        start--;
    ob__query_add_name(q, s + start, len - start, 1);
    return start;
}

void ob__symbol_names(struct ob__query *q, const char *s, size_t len)
{
    bool pattern = memchr(s, '*', len) || memchr(s, '\\', len);
    len = add_last_name(q, s, len);
    while (pattern && len)
        len = add_last_name(q, s, len);
}

/* Whether the word is a regular expression and not a path of Windows. */
static bool is_pattern(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (strchr("*+^$|[]{}", s[i]) || (s[i] == '\\' && i + 1 < len && strchr("().", s[i + 1])))
            return true;
    return len > 2 &&
           ((s[0] == '\\' && strchr("bBwWsSdD", s[1])) || memcmp(s + len - 2, "\\b", 2) == 0);
}

const char *ob__without_classes(struct ob__query *q, const char *text, size_t len)
{
    if (!memchr(text, '\\', len))
        return text;
    char *plain = ob_arena_strndup(&q->arena, text, len);
    for (size_t i = 0, n; i < len; i += n + 1) {
        for (n = 0; i + n < len && !isspace((unsigned char)text[i + n]);)
            n++;
        bool pattern = is_pattern(text + i, n);
        for (size_t k = i; pattern && k + 1 < i + n; k++)
            if (text[k] == '\\' && isalpha((unsigned char)text[k + 1]))
                plain[k] = plain[k + 1] = ' ';
    }
    return plain;
}
