/* What changes while a walk is on, or while folders are being added to the watch.  The loop stands still
 * unless a fence runs it, and the keeper works on its own thread: so each case has the order it is about. */
#include <sched.h>

#include "../../src/shelf/inside.h"
#include "project.h"

/* Lets the keeper do all that it was asked for, without the loop. */
static void wait_keeper(void)
{
    struct ob__news news;
    int64_t end_us = ob_clock_us() + DEADLINE_MS * 1000;
    uint64_t asked = ob__queue_asked(shelf->keeper.queue);
    for (ob__keeper_news(&news, &shelf->keeper); news.done_seq < asked;
         ob__keeper_news(&news, &shelf->keeper)) {
        CHECK(ob_clock_us() < end_us);
        sched_yield();
    }
}

static bool is_known(const char *path)
{
    struct ob__known known;
    return ob__ledger_get(&known, &shelf->keeper.ledger, path);
}

static void rescan_now(void)
{
    ob_shelf_rescan(shelf);
    wait_keeper();
}

TEST(file_that_a_walk_met_before_its_folder_was_watched_may_go)
{
    save(".ignore", "*.tmp\n");
    open_project();
    save("new/a.md", "하나\n");
    save("new/b.md", "둘\n");
    save("new/sub/c.md", "셋\n");
    save("new/d.tmp", "넷\n");
    rescan_now();
    CHECK(sees(0, "new/a.md", "하나\n") && sees(0, "new/sub/c.md", "셋\n") &&
          is_known("new/d.tmp"));
    CHECK_INT(unlink(in_project("new/a.md")), 0); /* the system tells nobody */
    CHECK_INT(unlink(in_project("new/sub/c.md")), 0);
    CHECK_INT(unlink(in_project("new/d.tmp")), 0);
    wait_fresh(0);
    CHECK(sees(0, "new/a.md", NULL) && sees(0, "new/b.md", "둘\n"));
    CHECK(sees(0, "new/sub/c.md", NULL) && !is_known("new/d.tmp"));
    close_all();
}

TEST(file_that_a_walk_met_in_a_folder_on_its_way_may_go)
{
    save("old/a.md", "하나\n");
    save("old/b.md", "둘\n");
    open_project();
    CHECK_INT(rename(in_project("old"), in_project("새")), 0);
    rescan_now();
    CHECK(sees(0, "old/a.md", NULL) && sees(0, "새/a.md", "하나\n"));
    CHECK_INT(unlink(in_project("새/a.md")), 0); /* told of a folder whose old name has just gone */
    wait_fresh(0);
    CHECK(sees(0, "새/a.md", NULL) && sees(0, "새/b.md", "둘\n"));
    close_all();
}

TEST(folder_that_is_left_out_before_it_was_watched_leaves_with_all_that_a_walk_met)
{
    open_project();
    save("new/sub/a.md", "하나\n");
    rescan_now();
    CHECK(sees(0, "new/sub/a.md", "하나\n"));
    save("new/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
    wait_fresh(0);
    CHECK(sees(0, "new/sub/a.md", NULL) && is_known("new"));
    CHECK_INT(unlink(in_project("new/CACHEDIR.TAG")), 0);
    wait_fresh(0);
    CHECK(sees(0, "new/sub/a.md", "하나\n") && !is_known("new"));
    close_all();
}

TEST_MAIN(CASE(file_that_a_walk_met_before_its_folder_was_watched_may_go),
          CASE(file_that_a_walk_met_in_a_folder_on_its_way_may_go),
          CASE(folder_that_is_left_out_before_it_was_watched_leaves_with_all_that_a_walk_met))
