/* The queue of what to look at again. */
#include <stdio.h>
#include <string.h>

#include <uv.h>

#include "../../src/shelf/queue.h"
#include "test.h"

TEST(queue_hands_out_each_path_once)
{
    struct ob__queue *q = ob__queue_new();
    struct ob__work work;
    ob__queue_push(q, "src/a.c", false);
    ob__queue_push(q, "노트/한글.md", false);
    ob__queue_push(q, "src/a.c", true);
    CHECK_INT(ob__queue_len(q), 2);
    CHECK(ob__queue_take(&work, q));
    CHECK_INT(work.paths.len, 2);
    CHECK(!work.rescan);
    CHECK_INT(work.seq, 3);
    CHECK_INT(*ob_map_get(&work.paths, "src/a.c", 7), 1); /* once forced, forced */
    CHECK_INT(*ob_map_get(&work.paths, "노트/한글.md", strlen("노트/한글.md")), 0);
    CHECK_INT(ob__queue_len(q), 0);
    ob_map_release(&work.paths);
    ob__queue_unref(q);
}

TEST(queue_turns_too_many_paths_into_a_rescan)
{
    struct ob__queue *q = ob__queue_new();
    struct ob__work work;
    char path[32];
    for (int i = 0; i < 20000; i++) {
        snprintf(path, sizeof path, "f%d", i);
        ob__queue_push(q, path, false);
    }
    CHECK(ob__queue_len(q) < 20000);
    CHECK(ob__queue_take(&work, q));
    CHECK(work.rescan);
    CHECK_INT(work.seq, 20000);
    ob_map_release(&work.paths);
    ob__queue_unref(q);
}

static void push_later(void *data)
{
    ob__queue_push(data, "late", false);
}

TEST(queue_wakes_who_waits)
{
    struct ob__queue *q = ob__queue_new();
    struct ob__work work;
    uv_thread_t thread;
    uv_thread_create(&thread, push_later, q);
    CHECK(ob__queue_take(&work, q));
    CHECK_INT(work.paths.len, 1);
    ob_map_release(&work.paths);
    uv_thread_join(&thread);
    ob__queue_unref(q);
}

static void stop(void *data)
{
    ob__queue_stop(data);
}

TEST(queue_that_stops_hands_out_nothing)
{
    struct ob__queue *q = ob__queue_new();
    struct ob__work work;
    uv_thread_t thread;
    uv_thread_create(&thread, stop, q);
    CHECK(!ob__queue_take(&work, q));
    uv_thread_join(&thread);
    ob__queue_push(q, "a", false);
    CHECK(!ob__queue_take(&work, q));
    ob__queue_unref(q);
}

TEST_MAIN(CASE(queue_hands_out_each_path_once), CASE(queue_turns_too_many_paths_into_a_rescan),
          CASE(queue_wakes_who_waits), CASE(queue_that_stops_hands_out_nothing))
