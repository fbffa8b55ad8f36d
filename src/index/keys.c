/* Keys under which names are found in all their spellings. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/hash.h"
#include "openbook/index/doc.h"
#include "openbook/text/utf8.h"

enum { MAX_NAME_BYTES = 128, MAX_LINK_BYTES = 512 };

uint64_t ob_name_key(const char *name, size_t len)
{
    char joined[MAX_NAME_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < len && n + 4 <= sizeof joined;) {
        uint32_t code = (unsigned char)name[i];
        if (code < 0x80 && (i + 1 == len || (unsigned char)name[i + 1] < 0x80)) {
            if (isalnum((unsigned char)code))
                joined[n++] = (char)tolower((int)code);
            i++;
            continue;
        }
        i += ob_utf8_fold(&code, name + i, len - i);
        if (code >= 0x80 || isalnum((unsigned char)code))
            n += ob_utf8_encode(joined + n, code);
    }
    return n ? ob_hash_seed(joined, n, 0x6b6579) : 0;
}

/* Their name spaces. */
static const uint64_t PAGE_KEYS = 0x70616765, TAG_KEYS = 0x746167, ID_KEYS = 0x6964;

/* Writes LEN bytes of NAME with escapes undone to OUT, which has room for LEN; returns how many. */
static size_t unescape(char *out, const char *name, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char hex[3] = {0};
        if (name[i] == '%' && len - i > 2 && isxdigit((unsigned char)name[i + 1]) &&
            isxdigit((unsigned char)name[i + 2])) {
            memcpy(hex, name + i + 1, 2);
            out[n++] = (char)strtol(hex, NULL, 16);
            i += 2;
        } else {
            out[n++] = name[i];
        }
    }
    return n;
}

uint64_t ob_page_key(const char *name, size_t len)
{
    char plain[MAX_LINK_BYTES];
    if (len > sizeof plain)
        return 0;
    len = unescape(plain, name, len);
    size_t start = len;
    while (start > 0 && plain[start - 1] != '/')
        start--;
    const char *base = plain + start;
    len -= start;
    size_t dot = len;
    while (dot > 0 && base[dot - 1] != '.')
        dot--;
    if (dot > 1 && ob_lang_of_path(base, len)->kind == OB_KIND_NOTE &&
        !memchr(base + dot, ' ', len - dot))
        len = dot - 1;
    uint64_t key = ob_name_key(base, len);
    return key ? key ^ PAGE_KEYS : 0;
}

uint64_t ob_id_key(const char *id, size_t len)
{
    uint64_t key = ob_name_key(id, len);
    return key ? key ^ ID_KEYS : 0;
}

uint64_t ob_tag_key(const char *tag, size_t len)
{
    uint64_t key = ob_name_key(tag, len);
    return key ? key ^ TAG_KEYS : 0;
}
