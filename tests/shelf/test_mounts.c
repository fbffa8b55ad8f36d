/* File systems that come and go in a project that is open: no event of a folder tells of most of them. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "../../src/shelf/inside.h"
#include "../files/ns.h"
#include "project.h"

/* ------------------------------------------------------------ mounting */
static const char *beside(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", test_scratch, name);
    return path;
}

/* A namespace of the case's own, where what is mounted tells nobody else. */
static void begin(void)
{
    ns_enter(CLONE_NEWNS);
    test_write_file("other/b.md", "참새\n");
    test_write_file("other/깊이/c.md", "기린\n");
    save("a.md", "고래\n");
    save("mnt/old.md", "낙타\n");
    save("mnt/under/old.md", "여우\n");
    if (mount(beside("other"), in_project("mnt"), NULL, MS_BIND, NULL) != 0)
        test_skip("the system lets a namespace mount nothing");
    CHECK_INT(umount2(in_project("mnt"), 0), 0);
}

/* Shows the folder or file NAME, which lies beside the project, at AT. */
static void show_at(const char *name, const char *at)
{
    CHECK_INT(mount(beside(name), in_project(at), NULL, MS_BIND, NULL), 0);
}

/* As a user does, who tries again while something is just being read there. */
static void unmount(const char *at)
{
    int64_t end_us = ob_clock_us() + DEADLINE_MS * 1000;
    while (umount2(in_project(at), 0) != 0)
        CHECK(errno == EBUSY && ob_clock_us() < end_us);
}

static size_t watched_dirs(void)
{
    struct ob_shelf_status s;
    ob_shelf_status(&s, shelf);
    return s.watched_dirs;
}

static uint64_t walks(void)
{
    return shelf->keeper.round; /* its thread is at rest when a fence has held */
}

/* ------------------------------------------------------------ what is found */
TEST(what_is_mounted_and_unmounted_is_known_to_the_next_question)
{
    begin();
    open_project();
    uint64_t before = walks();
    for (int i = 0; i < 3; i++) {
        show_at("other", "mnt");
        wait_fresh(0);
        CHECK(sees(0, "mnt/b.md", "참새\n"));
        CHECK(sees(0, "mnt/깊이/c.md", "기린\n"));
        CHECK(sees(0, "mnt/old.md", NULL));
        CHECK(sees(0, "mnt/under/old.md", NULL));
        CHECK_INT(watched_dirs(), 3);
        unmount("mnt");
        wait_fresh(0);
        CHECK(sees(0, "mnt/b.md", NULL));
        CHECK(sees(0, "mnt/깊이/c.md", NULL));
        CHECK(sees(0, "mnt/old.md", "낙타\n"));
        CHECK(sees(0, "mnt/under/old.md", "여우\n"));
        CHECK_INT(watched_dirs(), 3);
    }
    CHECK(sees(0, "a.md", "고래\n"));
    CHECK_INT(walks(), before); /* only what changed was looked at */
    close_all();
}

TEST(what_is_mounted_is_followed_and_what_it_covered_is_not)
{
    begin();
    open_project();
    show_at("other", "mnt");
    wait_fresh(0);
    test_write_file("other/깊이/c.md", "기린 둘\n"); /* under its other name */
    wait_fresh(0);
    CHECK(sees(0, "mnt/깊이/c.md", "기린 둘\n"));
    unmount("mnt");
    wait_fresh(0);
    save("mnt/under/old.md", "여우 둘\n");
    test_write_file("other/깊이/d.md", "들소\n");
    wait_fresh(0);
    CHECK(sees(0, "mnt/under/old.md", "여우 둘\n"));
    CHECK(sees(0, "mnt/깊이/d.md", NULL));
    close_all();
}

TEST(what_is_mounted_is_found_though_nobody_asks)
{
    begin();
    open_project();
    show_at("other", "mnt");
    wait_seen(0, "mnt/b.md", "참새\n");
    wait_seen(0, "mnt/old.md", NULL);
    unmount("mnt");
    wait_seen(0, "mnt/b.md", NULL);
    wait_seen(0, "mnt/old.md", "낙타\n");
    close_all();
}

TEST(a_file_may_be_mounted_and_rules_with_it)
{
    begin();
    test_write_file("rules", "/mnt/under/\n");
    test_write_file("one.md", "호랑이\n");
    save(".gitignore", "");
    open_project();
    show_at("one.md", "a.md");
    show_at("rules", ".gitignore");
    wait_fresh(0);
    CHECK(sees(0, "a.md", "호랑이\n"));
    CHECK(sees(0, "mnt/old.md", "낙타\n"));
    CHECK(sees(0, "mnt/under/old.md", NULL));
    CHECK_INT(watched_dirs(), 2);
    unmount(".gitignore");
    unmount("a.md");
    wait_fresh(0);
    CHECK(sees(0, "a.md", "고래\n"));
    CHECK(sees(0, "mnt/under/old.md", "여우\n"));
    CHECK_INT(watched_dirs(), 3);
    close_all();
}

TEST(of_a_root_that_keeps_to_one_file_system_what_is_covered_goes)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    struct ob_root *whole, *one;
    struct ob_error e = OB_ERROR_INIT;
    begin();
    CHECK_INT(uv_loop_init(&loop), 0);
    shelves = ob_shelves_new(&loop, &o);
    CHECK_INT(ob_root_open(&whole, project(), &e), 0);
    CHECK_INT(ob_root_confine(&one, whole, true, &e), 0);
    CHECK_INT(ob_shelf_open_root(&shelf, shelves, one, &e), 0);
    wait_fresh(0);
    CHECK(sees(0, "mnt/old.md", "낙타\n"));
    CHECK_INT(mount("none", in_project("mnt"), "tmpfs", 0, NULL), 0);
    save("mnt/new.md", "참새\n");
    wait_fresh(0);
    CHECK(sees(0, "mnt/old.md", NULL));
    CHECK(sees(0, "mnt/new.md", NULL));
    CHECK_INT(watched_dirs(), 1);
    unmount("mnt");
    wait_fresh(0);
    CHECK(sees(0, "mnt/old.md", "낙타\n"));
    CHECK_INT(watched_dirs(), 3);
    ob_root_unref(one);
    ob_root_unref(whole);
    close_all();
}

/* ------------------------------------------------------------ what costs nothing */
TEST(mounts_elsewhere_and_in_folders_that_are_left_out_are_no_walk)
{
    begin();
    save("node_modules/m/i.md", "없는 것\n");
    test_write_file("elsewhere/x.md", "x\n");
    open_project();
    uint64_t before = walks(), version = shelf->news.version;
    CHECK_INT(mount(beside("other"), beside("elsewhere"), NULL, MS_BIND, NULL), 0);
    show_at("other", "node_modules/m");
    wait_fresh(0);
    CHECK_INT(walks(), before);
    CHECK_INT(shelf->news.version, version);
    CHECK(sees(0, "node_modules/m/b.md", NULL));
    CHECK_INT(watched_dirs(), 3);
    close_all();
}

TEST(many_mounts_at_once_are_one_walk)
{
    enum { MANY = 1100 };
    char name[64];
    begin();
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "many/m%d/old.md", i);
        save(name, "옛것\n");
    }
    open_project();
    uint64_t before = walks();
    CHECK_INT(files(), 3 + MANY);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "many/m%d", i);
        show_at("other/깊이", name);
    }
    wait_fresh(0);
    CHECK(walks() > before && walks() <= before + 2);
    CHECK(sees(0, "many/m0/c.md", "기린\n"));
    CHECK(sees(0, "many/m1099/c.md", "기린\n"));
    CHECK(sees(0, "many/m1099/old.md", NULL));
    CHECK_INT(files(), 3 + MANY);
    close_all();
}

/* A child that mounts and unmounts beside the project until its mother ends it. */
static pid_t start_storm(void)
{
    pid_t mother = getpid(), child = fork();
    CHECK(child >= 0);
    while (child == 0 && getppid() == mother)
        if (mount(beside("other"), beside("elsewhere"), NULL, MS_BIND, NULL) != 0 ||
            umount2(beside("elsewhere"), 0) != 0)
            _exit(1);
    if (child == 0)
        _exit(0);
    return child;
}

static unsigned turns;

static void on_turn(uv_prepare_t *turn)
{
    (void)turn;
    turns++;
}

static void on_over(uv_timer_t *over)
{
    *(bool *)over->data = true;
}

/* Host of containers do so all the day. */
TEST(mounts_that_change_all_the_time_wake_the_loop_a_few_times_a_second)
{
    enum { STORM_MS = 3000, MOST_TURNS_A_SECOND = 12 };
    bool over = false;
    uv_prepare_t turn;
    uv_timer_t timer;
    begin();
    test_write_file("elsewhere/x.md", "x\n");
    pid_t storm = start_storm();
    open_project(); /* which the storm does not keep from being fresh */
    uv_prepare_init(&loop, &turn);
    uv_timer_init(&loop, &timer);
    timer.data = &over;
    uv_prepare_start(&turn, on_turn);
    uv_timer_start(&timer, on_over, STORM_MS, 0);
    while (!over)
        uv_run(&loop, UV_RUN_ONCE);
    CHECK(turns <= MOST_TURNS_A_SECOND * (STORM_MS / 1000));
    uv_close((uv_handle_t *)&turn, NULL);
    uv_close((uv_handle_t *)&timer, NULL);
    show_at("other", "mnt");
    wait_fresh(0); /* nor from being asked */
    CHECK(sees(0, "mnt/b.md", "참새\n"));
    CHECK_INT(kill(storm, SIGKILL), 0);
    CHECK(waitpid(storm, NULL, 0) == storm);
    close_all();
}

/* No tick wakes the loop here, as it would be a timer, too; a loop that waits would wait for ever. */
static bool rests_soon(void)
{
    int64_t end_us = ob_clock_us() + DEADLINE_MS * 1000;
    while (uv_backend_timeout(&loop) >= 0 && ob_clock_us() < end_us) {
        uv_run(&loop, UV_RUN_NOWAIT);
        poll(NULL, 0, 1);
    }
    return uv_backend_timeout(&loop) < 0;
}

TEST(after_a_change_the_loop_comes_to_rest_and_the_next_one_wakes_it)
{
    begin();
    open_project();
    CHECK(rests_soon());
    for (int i = 0; i < 2; i++) {
        show_at("other", "mnt");
        wait_seen(0, "mnt/b.md", "참새\n");
        CHECK(rests_soon());
        unmount("mnt");
        wait_seen(0, "mnt/b.md", NULL);
        CHECK(rests_soon());
    }
    close_all();
}

TEST(without_a_table_of_mounts_they_are_met_by_walks)
{
    begin();
    if (mount("none", "/proc", "tmpfs", 0, NULL) != 0)
        test_skip("the system lets nothing be mounted there");
    open_project();
    show_at("other", "mnt");
    ob_shelf_rescan(shelf);
    wait_fresh(0);
    CHECK(sees(0, "mnt/b.md", "참새\n"));
    CHECK(sees(0, "mnt/old.md", NULL));
    close_all();
    CHECK_INT(umount2("/proc", MNT_DETACH), 0);
}

TEST_MAIN(CASE(what_is_mounted_and_unmounted_is_known_to_the_next_question),
          CASE(what_is_mounted_is_followed_and_what_it_covered_is_not),
          CASE(what_is_mounted_is_found_though_nobody_asks),
          CASE(a_file_may_be_mounted_and_rules_with_it),
          CASE(of_a_root_that_keeps_to_one_file_system_what_is_covered_goes),
          CASE(mounts_elsewhere_and_in_folders_that_are_left_out_are_no_walk),
          CASE(many_mounts_at_once_are_one_walk),
          CASE(mounts_that_change_all_the_time_wake_the_loop_a_few_times_a_second),
          CASE(after_a_change_the_loop_comes_to_rest_and_the_next_one_wakes_it),
          CASE(without_a_table_of_mounts_they_are_met_by_walks))
