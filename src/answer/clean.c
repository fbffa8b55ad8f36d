/* One pass over code points. */
#include "clean.h"

#include <stdbool.h>
#include <stdint.h>

#include "openbook/text/utf8.h"

static bool is_hidden(uint32_t c)
{
    return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c <= 0x9F) || c == 0x200B ||
           c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);
}

int ob__clean(struct ob_buf *out, const char *text, size_t len)
{
    int err = 0;
    for (size_t i = 0; i < len && !err;) {
        uint32_t code;
        char bytes[4];
        i += ob_utf8_decode(&code, text + i, len - i);
        if (!is_hidden(code))
            err = ob_buf_append(out, bytes, ob_utf8_encode(bytes, code));
    }
    return err;
}
