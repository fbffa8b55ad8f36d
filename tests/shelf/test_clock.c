/* The wall clock jumps by ten years, as after a battery went flat, while a shelf is open: nothing is
 * taken for old or new by that, and nothing stops.  This program's clock_gettime stands before the
 * library's. */
#include <sys/syscall.h>
#include <time.h>

#include "../../src/shelf/inside.h"
#include "project.h"

static _Atomic int64_t ahead_s;

static uint64_t version(void)
{
    struct ob__news news;
    ob__keeper_news(&news, &shelf->keeper);
    return news.version;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
    long r = syscall(SYS_clock_gettime, clock, t);
    if (r == 0 && clock == CLOCK_REALTIME)
        t->tv_sec += ahead_s;
    return (int)r;
}

static void jump(int years)
{
    struct timespec t;
    ahead_s = (int64_t)years * 365 * 24 * 3600;
    CHECK_INT(clock_gettime(CLOCK_REALTIME, &t), 0);
    CHECK((t.tv_sec > time(NULL)) == (years > 0) || years == 0);
}

static void nothing_is_read_into_the_index_again(void)
{
    uint64_t before = version();
    ob_shelf_rescan(shelf);
    wait_fresh(0);
    CHECK_INT(version(), before);
}

TEST(a_clock_that_jumps_moves_no_file)
{
    static const int years[] = {10, -10, 0};
    char name[32], text[64];
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "f%d.md", i);
        snprintf(text, sizeof text, "# 제목 %d\n", i);
        save(name, text);
    }
    open_project();
    wait_fresh(0);
    for (int i = 0; i < 3; i++) {
        jump(years[i]);
        snprintf(name, sizeof name, "new%d.md", i);
        save(name, "새 글\n");
        wait_fresh(0);
        CHECK_INT(files(), 201 + i);
        nothing_is_read_into_the_index_again();
        save("f0.md", "고친 글\n"); /* twice within a tick of the file system's clock */
        save("f0.md", "또 고침\n");
        wait_fresh(0);
        CHECK(sees(0, "f0.md", "또 고침\n"));
        CHECK_INT(files(), 201 + i);
    }
    close_all();
}

TEST(a_wait_ends_though_the_clock_goes_back)
{
    struct wait w = {0};
    save("a.md", "글\n");
    open_project();
    ob_shelf_when_fresh(shelf, 0, DEADLINE_MS, on_fresh, &w);
    jump(-10);
    run_until(was_called, &w, "freshness");
    CHECK_INT(w.status, 0);
    close_all();
}

TEST_MAIN(CASE(a_clock_that_jumps_moves_no_file), CASE(a_wait_ends_though_the_clock_goes_back))
