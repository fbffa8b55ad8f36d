/* Work that may never end, such as a look at a disk that hangs: it has a thread of its own, so that it
 * takes no worker away from anybody, and the owner hears in time that it is late.
 *
 * A probe gets copies or sole ownership of its input and touches nothing else. */
#ifndef OB_BASE_PROBE_H
#define OB_BASE_PROBE_H

#include <uv.h>

/* On the probe's thread. */
typedef void (*ob_probe_work_cb)(void *data);

/* On the loop thread. */
typedef void (*ob_probe_cb)(void *data);

/* Starts WORK.  DONE is called once, after it has ended, however late that is; before it LATE, once, if
 * WORK takes longer than late_ms (milliseconds).  Neither is called before this returns.  The loop runs
 * as long as a probe does.  0, or OB_EFAIL when the system gives no thread, and nothing is called. */
int ob_probe_start(uv_loop_t *loop, unsigned late_ms, ob_probe_work_cb work, ob_probe_cb late,
                   ob_probe_cb done, void *data);

#endif
