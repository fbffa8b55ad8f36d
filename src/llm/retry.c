/* What the vendors' own clients do, in one table: a server that loads its model or is full is asked
 * until our patience ends, one that limits its callers a few times, one that failed twice, and a
 * connection that broke before the answer once more.  Nobody waits longer than a minute at a time. */
#include "retry.h"

#include "openbook/base/error.h"

enum { FIRST_MS = 500, MOST_MS = 8000, ASKED_MOST_MS = 60000 };
enum { TRIES_RATE = 4, TRIES_SERVER = 2, TRIES_BROKEN = 1 };

static bool may_again(const struct ob__failure *f, unsigned tries)
{
    if (f->status)
        return f->status == OB_EIO && tries < TRIES_BROKEN;
    switch (f->http_status) {
    case 429: return !f->no_credit && tries < TRIES_RATE;
    case 503:
    case 529: return true;
    case 408:
    case 409:
    case 500:
    case 502:
    case 504: return tries < TRIES_SERVER;
    default: return false;
    }
}

long ob__retry_ms(const struct ob__failure *f, unsigned tries, uint64_t left_ms)
{
    long wait_ms = tries < 5 ? FIRST_MS << tries : MOST_MS;
    if (wait_ms > MOST_MS)
        wait_ms = MOST_MS;
    if (!f->status && f->retry_after_ms >= 0)
        wait_ms = f->retry_after_ms;
    if (!may_again(f, tries) || wait_ms > ASKED_MOST_MS || (uint64_t)wait_ms > left_ms)
        return -1;
    return wait_ms;
}
