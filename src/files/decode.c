/* Encodings: UTF-8, UTF-16 with a BOM, and the Korean code page 949.
 *
 * CP949 has no mark of its own, so it is guessed: the bytes are no UTF-8, and enough of their pairs
 * are Hangul.  The lead and trail bytes of CP949 are never a line feed, so lines keep their
 * numbers; a broken pair takes one byte only, so that it cannot swallow a line feed either. */
#include "decode.h"

#include <stdint.h>
#include <string.h>

#include <iconv.h>

#include "openbook/text/utf8.h"

#define REPLACEMENT "\xEF\xBF\xBD"

static bool is_lead(unsigned char c)
{
    return c >= 0x81 && c <= 0xFE;
}

static bool is_trail(unsigned char c)
{
    return (c >= 0x41 && c <= 0x5A) || (c >= 0x61 && c <= 0x7A) || (c >= 0x81 && c <= 0xFE);
}

/* Whether the pair is one of the 2,350 common syllables (rows B0-C8 of KS X 1001).  The rarer ones
 * that CP949 adds do not count: their trail bytes are letters, as in "25\xB0" "C" in Latin-1. */
static bool is_common_hangul(unsigned char lead, unsigned char trail)
{
    return lead >= 0xB0 && lead <= 0xC8 && trail >= 0xA1;
}

static bool looks_like_cp949(const unsigned char *s, size_t len)
{
    size_t pairs = 0, hangul = 0, broken = 0;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < 0x80)
            continue;
        if (i + 1 < len && is_lead(s[i]) && is_trail(s[i + 1])) {
            pairs++;
            hangul += is_common_hangul(s[i], s[i + 1]);
            i++;
        } else {
            broken++;
        }
    }
    return hangul * 10 >= (pairs + broken) * 3 && hangul > 0 && broken * 20 <= pairs;
}

/* Bytes that no text has: control characters other than the usual ones, among the first. */
static bool has_many_controls(const unsigned char *s, size_t len)
{
    size_t n = len < OB__PROBE_BYTES ? len : OB__PROBE_BYTES, controls = 0;
    for (size_t i = 0; i < n; i++)
        controls += (s[i] < 0x20 && (!s[i] || !strchr("\t\n\r\f\b\v\x1B", s[i]))) || s[i] == 0x7F;
    return controls * 10 > n;
}

enum ob__encoding ob__encoding_of(const char *bytes, size_t len)
{
    size_t probe = len < OB__PROBE_BYTES ? len : OB__PROBE_BYTES;
    if (len >= 4 && memcmp(bytes, "\xFF\xFE\0\0", 4) == 0)
        return OB__BINARY; /* UTF-32 */
    if (len >= 2 && memcmp(bytes, "\xFF\xFE", 2) == 0)
        return OB__UTF16_LE;
    if (len >= 2 && memcmp(bytes, "\xFE\xFF", 2) == 0)
        return OB__UTF16_BE;
    if (memchr(bytes, '\0', probe))
        return OB__BINARY;
    if (ob_utf8_valid(bytes, len))
        return OB__UTF8;
    if (looks_like_cp949((const unsigned char *)bytes, len))
        return OB__CP949;
    return has_many_controls((const unsigned char *)bytes, len) ? OB__BINARY : OB__UTF8;
}

/* ------------------------------------------------------------ UTF-16 */
static unsigned unit_at(const unsigned char *s, bool big_endian)
{
    return big_endian ? (unsigned)(s[0] << 8 | s[1]) : (unsigned)(s[1] << 8 | s[0]);
}

static int decode_utf16(struct ob_buf *out, const unsigned char *s, size_t len, bool big_endian)
{
    int err = 0;
    for (size_t i = 2; i < len && !err; i += 2) {
        char utf8[4];
        uint32_t code = 0xFFFD; /* for a lone byte at the end */
        if (i + 1 < len)
            code = unit_at(s + i, big_endian);
        if (code >= 0xD800 && code < 0xDC00 && i + 3 < len) {
            unsigned low = unit_at(s + i + 2, big_endian);
            if (low >= 0xDC00 && low < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            }
        }
        err = ob_buf_append(out, utf8, ob_utf8_encode(utf8, code));
    }
    return err;
}

/* ------------------------------------------------------------ CP949 */

/* Decodes the pair at S into OUT; false when the table has no such character. */
static bool decode_pair(struct ob_buf *out, iconv_t table, const unsigned char *s, int *err)
{
    char in[2] = {(char)s[0], (char)s[1]}, utf8[8];
    char *from = in, *to = utf8;
    size_t in_left = 2, room = sizeof utf8;
    if (iconv(table, &from, &in_left, &to, &room) == (size_t)-1) {
        (void)iconv(table, NULL, NULL, NULL, NULL); /* back to its first state */
        return false;
    }
    *err = ob_buf_append(out, utf8, sizeof utf8 - room);
    return true;
}

static int decode_cp949(struct ob_buf *out, const unsigned char *s, size_t len)
{
    iconv_t table = iconv_open("UTF-8", "CP949");
    if (table == (iconv_t)-1)
        return ob_buf_append(out, s, len); /* a system without the table: kept as it is */
    int err = 0;
    for (size_t i = 0; i < len && !err;) {
        size_t ascii = i;
        while (ascii < len && s[ascii] < 0x80)
            ascii++;
        if (ascii > i) {
            err = ob_buf_append(out, s + i, ascii - i);
            i = ascii;
        } else if (i + 1 < len && is_lead(s[i]) && is_trail(s[i + 1]) &&
                   decode_pair(out, table, s + i, &err)) {
            i += 2;
        } else {
            err = ob_buf_append_str(out, REPLACEMENT);
            i++;
        }
    }
    (void)iconv_close(table); /* cannot fail for an open one */
    return err;
}

/* ------------------------------------------------------------ all of them */
int ob__decode(struct ob_buf *b, enum ob__encoding encoding)
{
    struct ob_buf raw = *b;
    int err = 0;
    if (encoding == OB__UTF8 || encoding == OB__BINARY) {
        if (b->len >= 3 && memcmp(b->data, "\xEF\xBB\xBF", 3) == 0)
            ob_buf_consume(b, 3);
        return 0;
    }
    ob_buf_init(b, raw.max);
    if (encoding == OB__CP949)
        err = decode_cp949(b, (const unsigned char *)raw.data, raw.len);
    else
        err = decode_utf16(b, (const unsigned char *)raw.data, raw.len, encoding == OB__UTF16_BE);
    ob_buf_release(&raw);
    return err;
}
