/* Work off the loop thread: one function on libuv's worker pool, one callback on the loop.
 *
 * A task gets copies or sole ownership of its input and touches nothing else. */
#ifndef OB_BASE_TASK_H
#define OB_BASE_TASK_H

#include <uv.h>

struct ob_task;

/* On a worker thread. */
typedef void (*ob_task_work_cb)(void *data);

/* On the loop thread, exactly once; STATUS is 0, or OB_ECANCELED when it never ran. */
typedef void (*ob_task_done_cb)(int status, void *data);

/* Queues WORK; DONE follows on the loop, never before this returns.  *OUT (may be NULL) is good for
 * ob_task_cancel until DONE is called; the task frees itself after that.  0 or OB_EFAIL. */
int ob_task_start(struct ob_task **out, uv_loop_t *loop, ob_task_work_cb work, ob_task_done_cb done,
                  void *data);

/* Takes the task out of the queue if it has not begun; DONE is called either way.  Idempotent. */
void ob_task_cancel(struct ob_task *task);

#endif
