/* Probes: their end, their lateness, and that the loop waits for them. */
#include <stdatomic.h>
#include <stdbool.h>

#include "openbook/base/probe.h"

#include "test.h"

struct watched {
    uv_loop_t loop;
    uv_sem_t go; /* the work waits for it */
    bool waits;
    uv_thread_t main;
    atomic_bool worked, elsewhere;
    int late, done;
    bool late_before_done;
};

static void work(void *data)
{
    struct watched *w = data;
    uv_thread_t self = uv_thread_self();
    atomic_store(&w->elsewhere, !uv_thread_equal(&self, &w->main));
    if (w->waits)
        uv_sem_wait(&w->go);
    atomic_store(&w->worked, true);
}

static void on_late(void *data)
{
    struct watched *w = data;
    w->late++;
    w->late_before_done = w->done == 0 && !atomic_load(&w->worked);
    uv_sem_post(&w->go); /* else it would never end */
}

static void on_done(void *data)
{
    struct watched *w = data;
    CHECK(atomic_load(&w->worked));
    w->done++;
}

static void run_probe(struct watched *w, bool waits, unsigned late_ms)
{
    *w = (struct watched){.waits = waits, .main = uv_thread_self()};
    CHECK_INT(uv_loop_init(&w->loop), 0);
    CHECK_INT(uv_sem_init(&w->go, 0), 0);
    CHECK_INT(ob_probe_start(&w->loop, late_ms, work, on_late, on_done, w), 0);
    CHECK(w->done == 0 && w->late == 0);
    CHECK_INT(uv_run(&w->loop, UV_RUN_DEFAULT), 0);
    CHECK_INT(uv_loop_close(&w->loop), 0);
    uv_sem_destroy(&w->go);
}

TEST(work_runs_on_a_thread_of_its_own_and_done_follows_once)
{
    struct watched w;
    run_probe(&w, false, 60000);
    CHECK(atomic_load(&w.elsewhere));
    CHECK_INT(w.done, 1);
    CHECK_INT(w.late, 0);
}

TEST(work_that_hangs_is_late_once_and_done_when_it_ends)
{
    struct watched w;
    run_probe(&w, true, 5);
    CHECK_INT(w.late, 1);
    CHECK(w.late_before_done);
    CHECK_INT(w.done, 1);
}

static void count_late(void *data)
{
    struct watched *w = data;
    if (++w->late == 100)
        for (int i = 0; i < 100; i++)
            uv_sem_post(&w->go);
}

static void count_done(void *data)
{
    struct watched *w = data;
    w->done++;
}

TEST(many_that_hang_are_all_late_and_all_end)
{
    struct watched w = {.waits = true, .main = uv_thread_self()};
    CHECK_INT(uv_loop_init(&w.loop), 0);
    CHECK_INT(uv_sem_init(&w.go, 0), 0);
    for (int i = 0; i < 100; i++)
        CHECK_INT(ob_probe_start(&w.loop, 1, work, count_late, count_done, &w), 0);
    CHECK_INT(uv_run(&w.loop, UV_RUN_DEFAULT), 0);
    CHECK_INT(w.late, 100);
    CHECK_INT(w.done, 100);
    CHECK_INT(uv_loop_close(&w.loop), 0);
    uv_sem_destroy(&w.go);
}

TEST_MAIN(CASE(work_runs_on_a_thread_of_its_own_and_done_follows_once),
          CASE(work_that_hangs_is_late_once_and_done_when_it_ends),
          CASE(many_that_hang_are_all_late_and_all_end))
