/* A burst is held up while somebody asks, says how far it is, and goes on. */
#include "../../src/shelf/inside.h"
#include "project.h"

enum { BURST = 300, LONG_MS = 3600 * 1000 };

static struct ob_shelf_status status(void)
{
    struct ob_shelf_status s;
    ob_shelf_status(&s, shelf);
    return s;
}

static void open_pausing(unsigned pause_ms)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    o.pause_ms = pause_ms;
    o.threads = 2;
    save("a.md", "하나\n");
    open_with(project(), &o);
    wait_fresh(0);
}

static void burst(const char *text)
{
    char name[64];
    for (int i = 0; i < BURST; i++) {
        snprintf(name, sizeof name, "d%d/f%d.md", i % 7, i);
        save(name, text);
    }
}

/* Some are about to be read, the others wait in the queue. */
static bool is_counted(void *data)
{
    struct ob_shelf_status s = status();
    (void)data;
    return s.files_total > 1 && s.files_done == 0 && s.queued >= BURST;
}

static bool is_told(void *data)
{
    return *(size_t *)data >= BURST;
}

/* What the last progress said is behind. */
static void note_behind(struct ob_shelf *s, void *data)
{
    struct ob_shelf_status now;
    ob_shelf_status(&now, s);
    *(size_t *)data = now.queued;
}

TEST(burst_is_held_up_says_how_far_it_is_and_goes_on)
{
    struct wait w = {0};
    size_t behind = 0;
    open_pausing(LONG_MS);
    ob_shelves_on_progress(shelves, note_behind, &behind);
    ob_shelf_pause(shelf);
    burst("둘\n");
    ob_shelf_when_fresh(shelf, 0, DEADLINE_MS, on_fresh, &w);
    run_until(is_counted, NULL, "the burst to be counted");
    run_until(is_told, &behind, "progress");
    CHECK_INT(status().files_done, 0); /* none is read */
    CHECK(sees(0, "a.md", "하나\n"));  /* what was known is known */
    CHECK_INT(w.calls, 0);
    ob_shelf_pause(shelf); /* a second question */
    ob_shelf_resume(shelf);
    CHECK_INT(status().files_done, 0);
    ob_shelf_resume(shelf);
    run_until(was_called, &w, "the burst");
    CHECK_INT(w.status, 0);
    CHECK_INT(files(), BURST + 1);
    CHECK_INT(status().queued, 0);
    close_all();
}

TEST(burst_goes_on_though_a_question_has_no_end)
{
    open_pausing(1);
    ob_shelf_pause(shelf);
    burst("둘\n");
    wait_fresh(0);
    CHECK_INT(files(), BURST + 1);
    ob_shelf_resume(shelf);
    close_all();
}

TEST(burst_goes_on_though_questions_come_without_end)
{
    struct wait w = {0};
    open_pausing(20);
    burst("둘\n");
    ob_shelf_when_fresh(shelf, 0, DEADLINE_MS, on_fresh, &w);
    while (w.calls == 0) {
        ob_shelf_pause(shelf);
        uv_run(&loop, UV_RUN_NOWAIT);
        ob_shelf_resume(shelf);
    }
    CHECK_INT(w.status, 0);
    CHECK_INT(files(), BURST + 1);
    close_all();
}

TEST(shelf_that_is_held_up_closes)
{
    open_pausing(LONG_MS);
    ob_shelf_pause(shelf);
    burst("둘\n");
    struct wait w = {0};
    ob_shelf_when_fresh(shelf, 0, DEADLINE_MS, on_fresh, &w);
    run_until(is_counted, NULL, "the burst to be counted");
    close_all();
    CHECK_INT(w.calls, 1);
    CHECK_INT(w.status, OB_ECANCELED);
}

TEST_MAIN(CASE(burst_is_held_up_says_how_far_it_is_and_goes_on),
          CASE(burst_goes_on_though_a_question_has_no_end),
          CASE(burst_goes_on_though_questions_come_without_end), CASE(shelf_that_is_held_up_closes))
