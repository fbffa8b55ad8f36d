/* What no watch covers is looked at by time, though nobody asks; where a watch covers everything, no
 * timer runs. */
#include "../../src/shelf/inside.h"
#include "../files/ns.h"
#include "fuse.h"
#include "project.h"

static struct ob_shelf_options quick(void)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    o.poll_ms = 20;
    return o;
}

static struct ob_shelf_status status(void)
{
    struct ob_shelf_status s;
    ob_shelf_status(&s, shelf);
    return s;
}

static bool is_polled(void)
{
    return uv_is_active((uv_handle_t *)&shelf->poll);
}

static bool is_at_rest(void *data)
{
    (void)data;
    return !is_polled() && !uv_is_active((uv_handle_t *)&shelf->progress);
}

static void save_in_folders(int n, const char *text)
{
    char name[32];
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "d%d/글.md", i);
        save(name, text);
    }
}

/* Each folder's file, with no fence between. */
static void wait_seen_in_folders(int n, const char *text)
{
    char name[32];
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "d%d/글.md", i);
        wait_seen(0, name, text);
    }
}

/* Opens a project of N folders where the system gives no more than MOST of what LIMIT counts. */
static void open_limited(int n, const char *limit, int most)
{
    struct ob_shelf_options o = quick();
    save_in_folders(n, "하나\n");
    ns_enter(0);
    ns_limit(limit, most);
    open_with(project(), &o);
    wait_fresh(0);
}

TEST(watch_that_covers_everything_needs_no_timer)
{
    save_in_folders(20, "하나\n");
    open_project();
    for (int i = 0; i < 3; i++) { /* after the first index, after a save, after a rename */
        run_until(is_at_rest, NULL, "rest");
        CHECK_INT(uv_backend_timeout(&loop),
                  -1); /* nothing but an event or a client will wake us */
        if (i == 0)
            save("d3/글.md", "둘\n");
        else if (i == 1)
            CHECK_INT(rename(in_project("d4"), in_project("옮김")), 0);
        wait_fresh(0);
    }
    close_all();
}

TEST(folders_that_the_system_refuses_to_watch_are_looked_at_unasked)
{
    open_limited(9, "max_inotify_watches", 5); /* half of what is needed */
    CHECK_INT(status().watched_dirs, 5);
    CHECK_INT(status().unwatched_dirs, 5);
    CHECK(strstr(status().unwatched, "fs.inotify.max_user_watches") != NULL);
    save_in_folders(9, "둘\n");
    wait_seen_in_folders(9, "둘\n");
    CHECK_INT(unlink(in_project("d8/글.md")), 0);
    wait_seen(0, "d8/글.md", NULL);
    close_all();
}

TEST(without_an_instance_everything_is_looked_at_unasked)
{
    open_limited(3, "max_inotify_instances", 0);
    CHECK_INT(status().watched_dirs, 0);
    CHECK_INT(status().unwatched_dirs, 4); /* all there are: the project and three in it */
    CHECK(strstr(status().unwatched, "fs.inotify.max_user_instances") != NULL);
    save_in_folders(4, "둘\n");
    wait_seen_in_folders(4, "둘\n");
    CHECK_INT(status().unwatched_dirs, 5);
    close_all();
}

TEST(instance_that_can_be_had_again_is_taken)
{
    open_limited(3, "max_inotify_instances", 0);
    CHECK_INT(status().unwatched_dirs, 4);
    ns_limit("max_inotify_instances", 16);
    run_until(is_at_rest, NULL, "rest");
    CHECK_INT(status().watched_dirs, 4);
    CHECK_INT(status().unwatched_dirs, 0);
    CHECK(!*status().unwatched);
    save_in_folders(3, "둘\n");
    wait_seen_in_folders(3, "둘\n");
    close_all();
}

TEST(folders_that_come_over_the_budget_start_the_looks_and_their_end_stops_them)
{
    struct ob_shelf_options o = quick();
    o.max_watched_folders = 3;
    save_in_folders(2, "하나\n");
    open_with(project(), &o);
    wait_fresh(0);
    run_until(is_at_rest, NULL, "rest");
    save_in_folders(4, "둘\n");
    wait_seen_in_folders(4, "둘\n");
    CHECK(status().unwatched_dirs > 0 && is_polled());
    save_in_folders(4, "셋\n");
    wait_seen_in_folders(4, "셋\n");
    for (int i = 2; i < 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "d%d/글.md", i);
        CHECK_INT(unlink(in_project(name)), 0);
        snprintf(name, sizeof name, "d%d", i);
        CHECK_INT(rmdir(in_project(name)), 0);
    }
    run_until(is_at_rest, NULL, "rest");
    CHECK_INT(status().unwatched_dirs, 0);
    close_all();
}

TEST(watches_that_can_be_had_again_are_taken)
{
    open_limited(6, "max_inotify_watches", 2);
    CHECK_INT(status().unwatched_dirs, 5);
    ns_limit("max_inotify_watches", 1000);
    run_until(is_at_rest, NULL, "rest");
    CHECK_INT(status().watched_dirs, 7);
    CHECK_INT(status().unwatched_dirs, 0);
    save_in_folders(6, "둘\n");
    wait_seen_in_folders(6, "둘\n");
    close_all();
}

TEST(files_that_another_machine_changes_are_found)
{
    struct ob_shelf_options o = quick();
    (void)project();
    ns_enter(CLONE_NEWNS);
    pid_t server = fuse_mount(project(), "하나\n");
    open_with(project(), &o);
    wait_fresh(0);
    CHECK(sees(0, "a.md", "하나\n"));
    CHECK_INT(status().unwatched_dirs, 0); /* it is watched, which does not help */
    fuse_change(0, "둘째\n");
    wait_seen(0, "a.md", "둘째\n"); /* unasked */
    fuse_change(1, "새 파일\n");
    wait_seen(0, "나.md", "새 파일\n");
    shelf->poll_ms = 3600 * 1000;
    uv_timer_stop(&shelf->poll);
    int64_t end_us = ob_clock_us() + DEADLINE_MS * 1000;
    fuse_change(0, "셋째 판\n");
    while (!sees(0, "a.md", "셋째 판\n") && ob_clock_us() < end_us)
        wait_fresh(0); /* asked */
    CHECK(sees(0, "a.md", "셋째 판\n"));
    close_all();
    CHECK_INT(umount2(project(), MNT_DETACH), 0);
    kill(server, SIGKILL);
}

TEST_MAIN(CASE(watch_that_covers_everything_needs_no_timer),
          CASE(folders_that_the_system_refuses_to_watch_are_looked_at_unasked),
          CASE(without_an_instance_everything_is_looked_at_unasked),
          CASE(instance_that_can_be_had_again_is_taken),
          CASE(folders_that_come_over_the_budget_start_the_looks_and_their_end_stops_them),
          CASE(files_that_another_machine_changes_are_found),
          CASE(watches_that_can_be_had_again_are_taken))
