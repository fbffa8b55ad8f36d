/* Holding up the reading of files while somebody waits for an answer: who reads looks at it between two
 * files.  One for all shelves of a registry, which share the machine. */
#ifndef OB_SHELF_PAUSE_H
#define OB_SHELF_PAUSE_H

#include <stdatomic.h>
#include <stdint.h>

struct ob__pause; /* refcounted */

/* A hold counts for at most MOST_US, and then not again before as long has passed: questions without end
 * leave at least half of the time to the reading. */
struct ob__pause *ob__pause_new(int64_t most_us);
struct ob__pause *ob__pause_ref(struct ob__pause *p);
void ob__pause_unref(struct ob__pause *p);

/* Holds nest.  Any thread. */
void ob__pause_begin(struct ob__pause *p);
void ob__pause_end(struct ob__pause *p);

/* Returns when nothing is held up, or *STOP is set and ob__pause_wake was called.  Any thread but the
 * loop's. */
void ob__pause_wait(struct ob__pause *p, const atomic_bool *stop);
void ob__pause_wake(struct ob__pause *p);

#endif
