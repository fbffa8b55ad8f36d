/* UTF-8 by its lead bytes.  Nothing else in the program decodes text by hand.  The invariant of
 * every function here: a malformed part is the longest prefix of a well-formed character (or one
 * byte), as WHATWG's decoder and the Unicode Standard (3.9, U+FFFD substitution) have it. */
#include "openbook/text/utf8.h"

#include <string.h>

#include "chars.h"

enum { REPLACEMENT = 0xFFFD };

/* What the first byte promises: bytes in all, and the range of the second (RFC 3629, section 4). */
struct lead {
    unsigned char bytes, low, high;
};

static struct lead lead_of(unsigned char c)
{
    if (c >= 0xC2 && c <= 0xDF)
        return (struct lead){2, 0x80, 0xBF};
    if (c >= 0xE0 && c <= 0xEF)
        return (struct lead){3, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF};
    if (c >= 0xF0 && c <= 0xF4)
        return (struct lead){4, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF};
    return (struct lead){0, 0, 0};
}

/* Bytes of the well-formed prefix at TEXT; *CODE when it is whole, else *CODE is left alone. */
static size_t prefix(uint32_t *code, bool *whole, const char *text, size_t len)
{
    unsigned char c = (unsigned char)text[0];
    struct lead lead = lead_of(c);
    *whole = c < 0x80;
    if (!lead.bytes) {
        *code = c;
        return 1;
    }
    uint32_t value = c & (0xFFu >> (lead.bytes + 1));
    size_t i = 1;
    for (; i < lead.bytes && i < len; i++) {
        unsigned char d = (unsigned char)text[i];
        if (d < (i == 1 ? lead.low : 0x80) || d > (i == 1 ? lead.high : 0xBF))
            break;
        value = value << 6 | (d & 0x3F);
    }
    *whole = i == lead.bytes;
    *code = value;
    return i;
}

size_t ob_utf8_decode(uint32_t *code, const char *text, size_t len)
{
    bool whole;
    size_t took = prefix(code, &whole, text, len);
    if (!whole)
        *code = REPLACEMENT;
    return took;
}

size_t ob_utf8_encode(char out[4], uint32_t c)
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = REPLACEMENT;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char marks[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(marks[n] | c);
    return n;
}

/* Where the first byte beyond ASCII stands, from AT on, or LEN; eight at a time. */
static size_t skip_ascii(const char *text, size_t at, size_t len)
{
    uint64_t eight;
    for (; len - at >= sizeof eight; at += sizeof eight) {
        memcpy(&eight, text + at, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    while (at < len && (unsigned char)text[at] < 0x80)
        at++;
    return at;
}

/* Length of the well-formed start of TEXT. */
static size_t valid_prefix(const char *text, size_t len)
{
    size_t i = skip_ascii(text, 0, len);
    while (i < len) {
        bool whole;
        uint32_t code;
        size_t took = prefix(&code, &whole, text + i, len - i);
        if (!whole)
            break;
        i = skip_ascii(text, i + took, len);
    }
    return i;
}

bool ob_utf8_valid(const char *text, size_t len)
{
    return valid_prefix(text, len) == len;
}

size_t ob_utf8_floor(const char *text, size_t len)
{
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        unsigned char c = (unsigned char)text[len - back];
        if (c < 0x80 || c >= 0xC0) {
            bool whole;
            uint32_t code;
            bool cut = lead_of(c).bytes > back &&
                       prefix(&code, &whole, text + len - back, back) == back && !whole;
            return cut ? len - back : len;
        }
    }
    return len;
}

int ob_utf8_repair(struct ob_buf *out, const char *text, size_t len)
{
    size_t i = 0;
    while (i < len) {
        size_t good = valid_prefix(text + i, len - i);
        int rc = ob_buf_append(out, text + i, good);
        if (rc)
            return rc;
        i += good;
        if (i == len)
            break;
        uint32_t code;
        i += ob_utf8_decode(&code, text + i, len - i);
        rc = ob_buf_append(out, "\xEF\xBF\xBD", 3);
        if (rc)
            return rc;
    }
    return 0;
}

int ob_utf8_normalize(struct ob_buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t ascii = skip_ascii(text, i, len);
        if (ascii > i && ascii < len)
            ascii--; /* a mark may follow it */
        int rc = ob_buf_append(out, text + i, ascii - i);
        i = ascii;
        if (!rc && i < len) {
            char bytes[4];
            uint32_t code;
            i += ob__char_next(&code, text + i, len - i);
            rc = ob_buf_append(out, bytes, ob_utf8_encode(bytes, code));
        }
        if (rc)
            return rc;
    }
    return 0;
}

size_t ob_utf8_fold(uint32_t *code, const char *text, size_t len)
{
    size_t took = ob__char_next(code, text, len);
    *code = ob__char_lower(*code);
    return took;
}

/* ------------------------------------------------------------ columns and scripts */
static bool is_combining(uint32_t c)
{
    return (c >= 0x300 && c <= 0x36F) || (c >= 0x483 && c <= 0x489) || (c >= 0x591 && c <= 0x5BD) ||
           (c >= 0x1160 && c <= 0x11FF) || (c >= 0x1AB0 && c <= 0x1AFF) ||
           (c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x20D0 && c <= 0x20FF) || c == 0x2060 || (c >= 0xFE00 && c <= 0xFE0F) ||
           (c >= 0xFE20 && c <= 0xFE2F) || c == 0xFEFF || (c >= 0xE0100 && c <= 0xE01EF);
}

static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0x303E) ||
           (c >= 0x3041 && c <= 0xA4CF) || (c >= 0xA960 && c <= 0xA97F) ||
           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
           (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1F64F) ||
           (c >= 0x1F680 && c <= 0x1F6FF) || (c >= 0x1F900 && c <= 0x1F9FF) ||
           (c >= 0x20000 && c <= 0x3FFFD);
}

size_t ob_utf8_width(const char *text, size_t len)
{
    size_t columns = 0;
    for (size_t i = 0; i < len;) {
        uint32_t code;
        i += ob_utf8_decode(&code, text + i, len - i);
        if (code >= 0x300)
            columns += is_combining(code) ? 0 : is_wide(code) ? 2 : 1;
        else
            columns++;
    }
    return columns;
}

double ob_utf8_hangul_share_01(const char *text, size_t len)
{
    size_t hangul = 0, letters = 0;
    for (size_t i = 0; i < len;) {
        uint32_t code;
        i += ob__char_next(&code, text + i, len - i);
        enum ob__char_kind kind = ob__char_kind(code);
        letters += kind >= OB__CHAR_LETTER && kind != OB__CHAR_DIGIT && code != '_';
        hangul += kind == OB__CHAR_HANGUL || (code >= 0x3131 && code <= 0x318E);
    }
    return letters ? (double)hangul / (double)letters : 0.0;
}
