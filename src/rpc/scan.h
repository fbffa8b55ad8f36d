/* The pre-scanner: finds where a msgpack message ends by its headers alone, before msgpack-c sees it.
 *
 * msgpack-c believes what a header claims: six bytes make it reserve gigabytes.  So every header is
 * checked here first: nesting, the number of values, and that what is claimed can still fit below the
 * ceiling when each value takes one byte at least.  Pure, incremental (state is kept between reads, no
 * byte is looked at twice), a hundred bytes of memory whatever the input says. */
#ifndef OB_RPC_SCAN_H
#define OB_RPC_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "openbook/rpc/limits.h"

enum ob__scan_result {
    OB__SCAN_MORE,   /* all bytes were taken; the message goes on */
    OB__SCAN_WHOLE,  /* the message ended */
    OB__SCAN_REFUSED /* see reason; the scanner stays refused */
};

enum ob__scan_kind { OB__SCAN_BYTES, OB__SCAN_EXT, OB__SCAN_ARRAY, OB__SCAN_MAP };

struct ob__scan {
    size_t max_bytes;                   /* ceiling of one message */
    size_t len;                         /* bytes of this message seen so far */
    size_t values;                      /* values begun so far */
    uint64_t skip;                      /* payload bytes of the running value still to come */
    uint64_t promised;                  /* values that open containers still claim */
    uint64_t number;                    /* a length field, while it is read */
    unsigned number_bytes;              /* bytes of that field still to come */
    enum ob__scan_kind number_kind;     /* what the field counts */
    unsigned depth;                     /* open containers */
    uint64_t left[OB_RPC_MAX_IN_DEPTH]; /* values still to come in each */
    const char *reason;                 /* static sentence once refused, else NULL */
};

/* Ready for the first byte of a message of at most MAX_BYTES. */
void ob__scan_init(struct ob__scan *s, size_t max_bytes);

/* Takes up to LEN bytes.  *USED is how many belong to the running message: all of them unless it
 * ended or was refused among them.  After OB__SCAN_WHOLE s->len is the message's length; call
 * ob__scan_init before the next one. */
enum ob__scan_result ob__scan_feed(struct ob__scan *s, size_t *used, const char *bytes, size_t len);

#endif
