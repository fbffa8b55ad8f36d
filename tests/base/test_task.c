/* Tasks: work on a worker thread, one callback on the loop, canceled or not. */
#include <pthread.h>
#include <stdlib.h>

#include "openbook/base/error.h"
#include "openbook/base/task.h"

#include "test.h"

struct job {
    pthread_t worker; /* where it worked */
    int worked, done, status;
    uv_sem_t *gate; /* work waits for it; NULL: does not */
};

static void work(void *data)
{
    struct job *job = data;
    if (job->gate)
        uv_sem_wait(job->gate);
    job->worker = pthread_self();
    job->worked++;
}

static void done(int status, void *data)
{
    struct job *job = data;
    job->done++;
    job->status = status;
}

TEST(work_runs_elsewhere_and_done_runs_here_after_start_returned)
{
    uv_loop_t loop;
    CHECK_INT(uv_loop_init(&loop), 0);
    struct job job = {0};
    CHECK_INT(ob_task_start(NULL, &loop, work, done, &job), 0);
    CHECK_INT(job.done, 0);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK_INT(job.worked, 1);
    CHECK_INT(job.done, 1);
    CHECK_INT(job.status, 0);
    CHECK(!pthread_equal(job.worker, pthread_self()));
    CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(a_task_canceled_in_the_queue_is_done_without_work)
{
    enum { RUNNING = 1, QUEUED = 3 };
    setenv("UV_THREADPOOL_SIZE", "1", 1);
    uv_loop_t loop;
    uv_sem_t gate;
    CHECK_INT(uv_loop_init(&loop), 0);
    CHECK_INT(uv_sem_init(&gate, 0), 0);
    struct job jobs[RUNNING + QUEUED] = {{0}};
    struct ob_task *tasks[RUNNING + QUEUED];
    for (int i = 0; i < RUNNING + QUEUED; i++) {
        jobs[i].gate = i < RUNNING ? &gate : NULL;
        CHECK_INT(ob_task_start(&tasks[i], &loop, work, done, &jobs[i]), 0);
    }
    ob_task_cancel(tasks[2]);
    ob_task_cancel(tasks[2]);
    CHECK_INT(jobs[2].done, 0);
    uv_sem_post(&gate);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    for (int i = 0; i < RUNNING + QUEUED; i++) {
        CHECK_INT(jobs[i].done, 1);
        CHECK_INT(jobs[i].worked, i != 2);
        CHECK_INT(jobs[i].status, i == 2 ? OB_ECANCELED : 0);
    }
    uv_sem_destroy(&gate);
    CHECK_INT(uv_loop_close(&loop), 0);
}

static uv_sem_t begun, finish;

static void announce_and_wait(void *data)
{
    uv_sem_post(&begun);
    uv_sem_wait(&finish);
    work(data);
}

TEST(a_task_that_runs_already_finishes_despite_cancel)
{
    uv_loop_t loop;
    CHECK_INT(uv_loop_init(&loop), 0);
    CHECK_INT(uv_sem_init(&begun, 0), 0);
    CHECK_INT(uv_sem_init(&finish, 0), 0);
    struct job job = {0};
    struct ob_task *task;
    CHECK_INT(ob_task_start(&task, &loop, announce_and_wait, done, &job), 0);
    uv_sem_wait(&begun);
    ob_task_cancel(task);
    uv_sem_post(&finish);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK_INT(job.worked, 1);
    CHECK_INT(job.done, 1);
    CHECK_INT(job.status, 0);
    CHECK_INT(uv_loop_close(&loop), 0);
}

struct chain {
    uv_loop_t *loop;
    int left;
};

static void nothing(void *data)
{
    (void)data;
}

static void start_next(int status, void *data)
{
    struct chain *chain = data;
    CHECK_INT(status, 0);
    if (chain->left-- > 0)
        CHECK_INT(ob_task_start(NULL, chain->loop, nothing, start_next, chain), 0);
}

TEST(done_may_start_the_next_task)
{
    uv_loop_t loop;
    CHECK_INT(uv_loop_init(&loop), 0);
    struct chain chain = {.loop = &loop, .left = 50};
    start_next(0, &chain);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK_INT(chain.left, -1);
    CHECK_INT(uv_loop_close(&loop), 0);
}

TEST_MAIN(CASE(work_runs_elsewhere_and_done_runs_here_after_start_returned),
          CASE(a_task_canceled_in_the_queue_is_done_without_work),
          CASE(a_task_that_runs_already_finishes_despite_cancel),
          CASE(done_may_start_the_next_task))
