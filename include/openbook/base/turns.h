/* How long the turns of a loop are: what one client asks for, all others wait for.
 *
 * A turn is what the loop does between two sleeps, one callback or many.  It costs two readings of a
 * clock; nothing is woken by it.  Loop thread. */
#ifndef OB_BASE_TURNS_H
#define OB_BASE_TURNS_H

#include <stdint.h>

#include <uv.h>

struct ob_turns {
    /* Of the longest turn since the start, or since whoever owns this made it 0: by the clock, other work on
     * the machine and what it waits for included; and in CPU time of the loop's thread.  They may be two
     * turns. */
    int64_t longest_us, longest_cpu_us;
    uint64_t n; /* turns that have begun; the first one is not measured */
    /* private */
    uv_prepare_t prepare;
    int64_t before_us, before_cpu_us;
    uint64_t idle_before_ns;
};

/* T, which stays where it is until the close, measures LOOP, which has not run yet. */
void ob_turns_start(struct ob_turns *t, uv_loop_t *loop);

/* Stops.  CLOSED gets T->prepare, whose `data` is the caller's, when the loop is done with it. */
void ob_turns_close(struct ob_turns *t, uv_close_cb closed);

#endif
