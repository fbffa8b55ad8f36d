/* Escapes of roff.  Only their lengths are known here, after groff(7); what stands for one character is
 * that character, or a blank where it would take a table to know. */
#include "openbook/text/roff.h"

#include <ctype.h>
#include <string.h>

/* Bytes of a name behind an escape's letter: "(ab", "[name]", or one character; never a line feed. */
static size_t name_length(const char *at, size_t len)
{
    const char *feed = len ? memchr(at, '\n', len < 3 ? len : 3) : NULL;
    size_t here = feed ? (size_t)(feed - at) : len;
    if (here == 0 || (*at != '(' && *at != '['))
        return here == 0 ? 0 : 1;
    if (*at == '(')
        return here < 3 ? here : 3;
    size_t n = 1;
    while (n < len && at[n] != ']' && at[n] != '\n')
        n++;
    return n < len && at[n] == ']' ? n + 1 : n;
}

/* "-1", "0", "+2", "(12": what follows \s. */
static size_t size_length(const char *at, size_t len)
{
    size_t n = len > 0 && (*at == '-' || *at == '+');
    if (n < len && isdigit((unsigned char)at[n]))
        return n + 1;
    return n + name_length(at + n, len - n);
}

/* Bytes of the escape at TEXT, a backslash; *STANDS_FOR becomes its character, 0: it has none. */
static size_t escape_length(char *stands_for, const char *text, size_t len)
{
    *stands_for = 0;
    if (len < 2 || text[1] == '\n')
        return 1;
    switch (text[1]) {
    case 'f':
    case 'F':
    case 'm': return 2 + name_length(text + 2, len - 2);
    case '*':
    case 'n': *stands_for = ' '; return 2 + name_length(text + 2, len - 2);
    case '(':
    case '[': *stands_for = ' '; return 1 + name_length(text + 1, len - 1);
    case 's': return 2 + size_length(text + 2, len - 2);
    case '-': *stands_for = '-'; return 2;
    case 'e':
    case '\\': *stands_for = '\\'; return 2;
    case ' ':
    case '~':
    case '0': *stands_for = ' '; return 2;
    case '"': *stands_for = '\\'; return 1; /* a comment, kept */
    default: return (unsigned char)text[1] < 0x80 ? 2 : 1;
    }
}

int ob_roff_text(struct ob_buf *out, const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        const char *escape = memchr(text + at, '\\', len - at);
        size_t plain = escape ? (size_t)(escape - text) - at : len - at;
        int err = ob_buf_append(out, text + at, plain);
        at += plain;
        if (!err && at < len) {
            char stands_for;
            at += escape_length(&stands_for, text + at, len - at);
            err = ob_buf_append(out, &stands_for, stands_for != 0);
        }
        if (err)
            return err;
    }
    return 0;
}
