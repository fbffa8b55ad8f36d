/* The countdown never passes 0, whatever the number of threads that count: below 0 it would read
 * the environment once more and the failure would come back. */
#include "fault.h"

#include <stdlib.h>

static void read_environment(struct ob__fault *f)
{
    const char *text = getenv(f->variable);
    long n = text ? strtol(text, NULL, 10) : 0, unread = -1;
    atomic_compare_exchange_strong(&f->countdown, &unread, n > 0 ? n : 0);
}

bool ob__fault_hits(struct ob__fault *f)
{
    long n = atomic_load_explicit(&f->countdown, memory_order_relaxed);
    if (n == 0)
        return false;
    if (n < 0) {
        read_environment(f);
        n = atomic_load(&f->countdown);
    }
    while (n > 0)
        if (atomic_compare_exchange_weak(&f->countdown, &n, n - 1))
            return n == 1;
    return false;
}

void ob__fault_set(struct ob__fault *f, long n)
{
    atomic_store(&f->countdown, n > 0 ? n : 0);
}
