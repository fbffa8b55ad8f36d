/* A state machine over the bytes of one message: head byte, length field, payload.
 *
 * Invariant: promised is the sum of left[0..depth), and len + skip + promised <= max_bytes, so a
 * message that is still wanted can always end below its ceiling. */
#include "scan.h"

#include <stdbool.h>
#include <string.h>

void ob__scan_init(struct ob__scan *s, size_t max_bytes)
{
    memset(s, 0, sizeof *s);
    s->max_bytes = max_bytes;
}

static bool refuse(struct ob__scan *s, const char *reason)
{
    s->reason = reason;
    return false;
}

static bool fits(struct ob__scan *s)
{
    if (s->len + s->skip + s->promised > s->max_bytes)
        return refuse(s, "the message claims more than its limit");
    return true;
}

static bool open_container(struct ob__scan *s, uint64_t count)
{
    if (s->depth == OB_RPC_MAX_IN_DEPTH)
        return refuse(s, "the message is nested too deep");
    if (count > OB_RPC_MAX_IN_VALUES)
        return refuse(s, "the message claims too many values");
    s->left[s->depth++] = count;
    s->promised += count;
    return fits(s);
}

static bool open_payload(struct ob__scan *s, uint64_t bytes)
{
    s->skip = bytes;
    return fits(s);
}

static bool expect_number(struct ob__scan *s, unsigned bytes, enum ob__scan_kind kind)
{
    s->number = 0;
    s->number_bytes = bytes;
    s->number_kind = kind;
    return true;
}

/* The length field is whole: what it counts begins. */
static bool take_number(struct ob__scan *s)
{
    switch (s->number_kind) {
    case OB__SCAN_BYTES: return open_payload(s, s->number);
    case OB__SCAN_EXT: return open_payload(s, s->number + 1); /* the type byte */
    case OB__SCAN_ARRAY: return open_container(s, s->number);
    case OB__SCAN_MAP: return open_container(s, s->number * 2);
    }
    return false;
}

/* The heads 0xc0 to 0xdf, by the table of the msgpack specification. */
static bool take_long_head(struct ob__scan *s, unsigned char head)
{
    switch (head) {
    case 0xc0:
    case 0xc2:
    case 0xc3: return true;
    case 0xc1: return refuse(s, "the message holds the reserved byte 0xc1");
    case 0xc4:
    case 0xc5:
    case 0xc6: return expect_number(s, 1U << (head - 0xc4), OB__SCAN_BYTES);
    case 0xc7:
    case 0xc8:
    case 0xc9: return expect_number(s, 1U << (head - 0xc7), OB__SCAN_EXT);
    case 0xca: return open_payload(s, 4);
    case 0xcb: return open_payload(s, 8);
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf: return open_payload(s, 1U << (head - 0xcc));
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3: return open_payload(s, 1U << (head - 0xd0));
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8: return open_payload(s, (1U << (head - 0xd4)) + 1U);
    case 0xd9:
    case 0xda:
    case 0xdb: return expect_number(s, 1U << (head - 0xd9), OB__SCAN_BYTES);
    case 0xdc:
    case 0xdd: return expect_number(s, 2U << (head - 0xdc), OB__SCAN_ARRAY);
    default: return expect_number(s, 2U << (head - 0xde), OB__SCAN_MAP);
    }
}

static bool take_head(struct ob__scan *s, unsigned char head)
{
    bool is_array = (head & 0xf0) == 0x90 || head == 0xdc || head == 0xdd;
    if (s->values == 0 && !is_array)
        return refuse(s, "a message begins with an array");
    if (++s->values > OB_RPC_MAX_IN_VALUES)
        return refuse(s, "the message holds too many values");
    if (s->depth) {
        s->left[s->depth - 1]--;
        s->promised--;
    }
    if (head < 0x80 || head >= 0xe0)
        return true;
    if (head < 0x90)
        return open_container(s, (head & 0x0fU) * 2U);
    if (head < 0xa0)
        return open_container(s, head & 0x0fU);
    if (head < 0xc0)
        return open_payload(s, head & 0x1fU);
    return take_long_head(s, head);
}

/* Closes what has all its values; true when that was the message. */
static bool ended(struct ob__scan *s)
{
    if (s->skip || s->number_bytes)
        return false;
    while (s->depth && s->left[s->depth - 1] == 0)
        s->depth--;
    return s->depth == 0;
}

static bool take_byte(struct ob__scan *s, unsigned char byte)
{
    s->len++;
    if (!s->number_bytes)
        return take_head(s, byte);
    s->number = s->number << 8 | byte;
    return --s->number_bytes ? true : take_number(s);
}

enum ob__scan_result ob__scan_feed(struct ob__scan *s, size_t *used, const char *bytes, size_t len)
{
    size_t i = 0;
    enum ob__scan_result result = s->reason ? OB__SCAN_REFUSED : OB__SCAN_MORE;
    while (result == OB__SCAN_MORE && i < len) {
        if (s->skip) {
            size_t n = s->skip < len - i ? (size_t)s->skip : len - i;
            s->skip -= n;
            s->len += n;
            i += n;
        } else if (!take_byte(s, (unsigned char)bytes[i++])) {
            result = OB__SCAN_REFUSED;
            break;
        }
        if (ended(s))
            result = OB__SCAN_WHOLE;
    }
    *used = i;
    return result;
}
