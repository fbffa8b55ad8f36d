/* When a request that failed is worth sending again.  Pure. */
#ifndef OB_LLM_RETRY_H
#define OB_LLM_RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct ob__failure {
    int status;          /* of the transfer: 0 when a whole reply came */
    int http_status;     /* of the reply, else 0 */
    bool no_credit;      /* the refusal says that waiting does not help */
    long retry_after_ms; /* what the server asks for; -1: nothing */
};

/* Milliseconds to wait before the next try, or -1: do not.  TRIES: how many failed before this one;
 * LEFT_MS: of the time that we are willing to wait in all. */
long ob__retry_ms(const struct ob__failure *f, unsigned tries, uint64_t left_ms);

#endif
