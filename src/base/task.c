/* One uv_work_t a task, freed after its callback.  The pool's size is libuv's
 * (UV_THREADPOOL_SIZE). */
#include "openbook/base/task.h"

#include "openbook/base/error.h"
#include "openbook/base/mem.h"

struct ob_task {
    uv_work_t req;
    ob_task_work_cb work;
    ob_task_done_cb done;
    void *data; /* the caller's */
};

static void on_work(uv_work_t *req)
{
    struct ob_task *task = OB_CONTAINER_OF(req, struct ob_task, req);
    task->work(task->data);
}

static void on_done(uv_work_t *req, int status)
{
    struct ob_task *task = OB_CONTAINER_OF(req, struct ob_task, req);
    task->done(status == UV_ECANCELED ? OB_ECANCELED : 0, task->data);
    ob_free(task);
}

int ob_task_start(struct ob_task **out, uv_loop_t *loop, ob_task_work_cb work, ob_task_done_cb done,
                  void *data)
{
    struct ob_task *task = ob_alloc(sizeof *task);
    task->work = work;
    task->done = done;
    task->data = data;
    if (uv_queue_work(loop, &task->req, on_work, on_done) != 0) {
        ob_free(task);
        return OB_EFAIL;
    }
    if (out)
        *out = task;
    return 0;
}

void ob_task_cancel(struct ob_task *task)
{
    (void)uv_cancel((uv_req_t *)&task->req); /* UV_EBUSY: it runs, DONE follows anyway */
}
