/* Error codes and sentences.  No output here: the edges (cli, rpc) show what others filled in. */
#include "openbook/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts a sentence that filled its buffer back to a whole UTF-8 character. */
static void trim_partial_utf8(char *text)
{
    size_t len = strlen(text), back = 0;
    while (back < len && back < 4 && ((unsigned char)text[len - 1 - back] & 0xC0) == 0x80)
        back++;
    if (back >= len)
        return;
    unsigned char lead = (unsigned char)text[len - 1 - back];
    size_t need = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (back < need)
        text[len - 1 - back] = '\0';
}

int ob_error_set(struct ob_error *e, int code, const char *format, ...)
{
    if (!e)
        return code;
    e->code = code;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(e->message, sizeof e->message, format, args);
    va_end(args);
    if (n >= (int)sizeof e->message)
        trim_partial_utf8(e->message);
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
