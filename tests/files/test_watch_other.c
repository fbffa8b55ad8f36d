/* The watch for systems without inotify, on real folders: on Linux libuv sees a root's own entries. */
#include <stdint.h>
#include <unistd.h>

#include "../../src/files/watch_other.c"
#include "../loop.h"
#include "test.h"

static uv_loop_t loop;
static struct ob_watcher *watcher;
static struct ob_watch *watch;
static struct ob_map heard; /* path -> times */
static size_t rescans;
static bool stop_at_once;

static void on_batch(const struct ob_watch_batch *b, void *data)
{
    (void)data;
    rescans += b->rescan;
    for (size_t i = 0; i < b->n_paths; i++)
        ++*ob_map_put(&heard, b->paths[i], strlen(b->paths[i]), NULL);
    if (stop_at_once)
        ob_watch_stop(watch);
}

static bool has_rescanned(void *data)
{
    return rescans >= *(size_t *)data;
}

static bool has_heard(void *data)
{
    return ob_map_get(&heard, data, strlen(data)) != NULL;
}

static void hear(const char *path, const char *what)
{
    loop_until(&loop, has_heard, (void *)(uintptr_t)path, what);
}

static void begin(void)
{
    char path[512];
    size_t first = 1;
    struct ob_root *root;
    struct ob_watch_options o = OB_WATCH_OPTIONS_INIT;
    snprintf(path, sizeof path, "%s/p", test_scratch);
    test_write_file("p/a.md", "first\n");
    CHECK_INT(uv_loop_init(&loop), 0);
    CHECK_INT(ob_watcher_new(&watcher, &loop, 10, NULL), 0);
    CHECK_INT(ob_root_open(&root, path, NULL), 0);
    CHECK_INT(ob_watch_start(&watch, watcher, root, &o, on_batch, NULL, NULL), 0);
    ob_root_unref(root);
    loop_until(&loop, has_rescanned, &first, "the first walk is asked for");
}

static void end(void)
{
    ob_watch_stop(watch);
    ob_watch_stop(watch); /* a second time does nothing */
    ob_watcher_unref(watcher);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK_INT(uv_loop_close(&loop), 0);
    ob_map_release(&heard);
    rescans = 0;
    stop_at_once = false;
}

TEST(what_is_changed_made_and_removed_is_reported)
{
    char path[512];
    begin();
    test_write_file("p/a.md", "second\n");
    hear("a.md", "a change");
    test_write_file("p/새 글.md", "새로\n");
    hear("새 글.md", "a new file");
    CHECK(ob_map_get(&heard, "새 글.md/", strlen("새 글.md/")) != NULL); /* may be a folder */
    ob_map_release(&heard);
    snprintf(path, sizeof path, "%s/p/a.md", test_scratch);
    CHECK_INT(unlink(path), 0);
    hear("a.md", "a removal");
    CHECK_INT(rescans, 1);
    end();
}

TEST(to_be_sure_of_all_changes_is_to_walk)
{
    begin();
    test_write_file("p/deep/er/b.md", "text\n");
    CHECK(ob_watch_settle(watch, &(struct ob_watch_known){0}));
    CHECK_INT(rescans, 2);
    struct ob_watch_stats stats;
    ob_watch_stats(&stats, watch);
    CHECK(stats.remote && stats.watched_dirs == 1 && !stats.doubt && stats.pending == 0);
    end();
}

TEST(a_burst_is_one_rescan)
{
    size_t second = 2;
    char name[32];
    begin();
    for (int i = 0; i < MAX_PENDING; i++) {
        snprintf(name, sizeof name, "f%d", i);
        note(watch, name);
    }
    loop_until(&loop, has_rescanned, &second, "a rescan");
    CHECK_INT(heard.len, 0);
    end();
}

TEST(a_root_that_goes_is_said_and_watched_again_when_it_is_back)
{
    char from[512], to[512];
    size_t second = 2, third = 3;
    struct ob_watch_stats stats;
    begin();
    snprintf(from, sizeof from, "%s/p", test_scratch);
    snprintf(to, sizeof to, "%s/away", test_scratch);
    CHECK_INT(rename(from, to), 0);
    ob_watch_renew(watch);
    loop_until(&loop, has_rescanned, &second, "a rescan");
    ob_watch_stats(&stats, watch);
    CHECK(stats.watched_dirs == 0 && stats.unwatched_dirs == 1);
    CHECK_INT(rename(to, from), 0);
    ob_watch_renew(watch);
    loop_until(&loop, has_rescanned, &third, "another rescan");
    test_write_file("p/a.md", "back\n");
    hear("a.md", "a change");
    end();
}

TEST(a_watch_may_be_stopped_while_it_reports)
{
    begin();
    stop_at_once = true;
    CHECK(ob_watch_settle(watch, &(struct ob_watch_known){0}));
    end();
}

TEST_MAIN(CASE(what_is_changed_made_and_removed_is_reported),
          CASE(to_be_sure_of_all_changes_is_to_walk), CASE(a_burst_is_one_rescan),
          CASE(a_root_that_goes_is_said_and_watched_again_when_it_is_back),
          CASE(a_watch_may_be_stopped_while_it_reports))
