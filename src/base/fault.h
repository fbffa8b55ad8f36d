/* Injected failures: a countdown, set by a test or by the environment, at whose end one call fails.
 * Private to base: mem.c counts allocations with it, io.c file calls.  Any thread. */
#ifndef OB_BASE_FAULT_H
#define OB_BASE_FAULT_H

#include <stdatomic.h>
#include <stdbool.h>

struct ob__fault {
    atomic_long countdown; /* calls left until one fails; 0: none will; -1: environment unread */
    const char *variable;  /* holds the first countdown; static text */
};

/* How a fault starts out: its first countdown is read from the environment VARIABLE when needed. */
#define OB__FAULT_INIT(variable)                                                                   \
    {                                                                                              \
        -1, variable                                                                               \
    }

/* Counts one call; true when it is the one that must fail.  That happens once. */
bool ob__fault_hits(struct ob__fault *f);

/* The N-th call from now (1 = the next) fails; 0 turns it off. */
void ob__fault_set(struct ob__fault *f, long n);

#endif
