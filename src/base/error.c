/* Error codes and sentences.  No output here: the edges (cli, rpc) show what others filled in. */
#include "openbook/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the UTF-8 character at TEXT (LEN bytes are left), 0 if it is none or not whole. */
static size_t character_bytes(const unsigned char *text, size_t len)
{
    unsigned char c = text[0];
    size_t n = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
    if (n > len)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    if ((c == 0xE0 && text[1] < 0xA0) || (c == 0xED && text[1] > 0x9F) ||
        (c == 0xF0 && text[1] < 0x90) || (c == 0xF4 && text[1] > 0x8F))
        return 0; /* overlong, a surrogate, or past the last code point */
    return n;
}

/* What stands for the byte C in a sentence: line breaks become blanks, other control bytes "?". */
static char printable(unsigned char c)
{
    if (c == '\n' || c == '\r' || c == '\t')
        return ' ';
    if (c < 0x20 || c >= 0x7F)
        return '?';
    return (char)c;
}

/* Whether the character of N bytes at TEXT is one of Latin-1's control characters: terminals obey
 * them in UTF-8 as well. */
static bool is_latin_control(const char *text, size_t n)
{
    return n == 2 && (unsigned char)text[0] == 0xC2 && (unsigned char)text[1] < 0xA0;
}

/* A sentence quotes file names and servers: it must stay one line of UTF-8 that steers no terminal.
 * A character that does not fit as a whole is left out. */
static void copy_clean(char *out, size_t size, const char *text, size_t len)
{
    size_t used = 0;
    for (size_t i = 0; i < len;) {
        size_t n = character_bytes((const unsigned char *)text + i, len - i);
        if (used + (n ? n : 1) >= size)
            break;
        bool kept = n > 1 && !is_latin_control(text + i, n);
        if (kept)
            memcpy(out + used, text + i, n);
        else
            out[used] = printable((unsigned char)text[i]);
        used += kept ? n : 1;
        i += n ? n : 1;
    }
    out[used] = '\0';
}

int ob_error_set(struct ob_error *e, int code, const char *format, ...)
{
    if (!e)
        return code;
    char text[sizeof e->message + 4]; /* apart: the arguments may point into E */
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    e->code = code;
    copy_clean(e->message, sizeof e->message, text, len);
    return code;
}

void ob_error_clear(struct ob_error *e)
{
    if (!e)
        return;
    e->code = 0;
    e->message[0] = '\0';
}

const char *ob_err_name(int code)
{
    switch ((enum ob_err)code) {
    case OB_OK: return "ok";
    case OB_EFAIL: return "failed";
    case OB_ENOMEM: return "no_memory";
    case OB_ETOOBIG: return "too_big";
    case OB_EINVAL: return "invalid";
    case OB_ENOTFOUND: return "not_found";
    case OB_EIO: return "io";
    case OB_ECANCELED: return "canceled";
    case OB_ETIMEOUT: return "timeout";
    case OB_EDENIED: return "denied";
    case OB_EAUTH: return "auth";
    case OB_EBUSY: return "busy";
    case OB_EPROTO: return "protocol";
    case OB_EEXIST: return "exists";
    case OB_ECONNECT: return "connect";
    case OB_EPROMPT: return "prompt_too_long";
    }
    return "failed";
}

int ob_err_from_errno(int errno_value)
{
    switch (errno_value) {
    case ENOENT:
    case ENOTDIR: return OB_ENOTFOUND;
    case EACCES:
    case EPERM:
    case ELOOP:
    case EROFS: return OB_EDENIED;
    case ENOMEM: return OB_ENOMEM;
    case EFBIG:
    case ENAMETOOLONG: return OB_ETOOBIG;
    case EEXIST: return OB_EEXIST;
    case ETIMEDOUT: return OB_ETIMEOUT;
    case ECONNREFUSED: return OB_ECONNECT;
    default: return OB_EIO;
    }
}
