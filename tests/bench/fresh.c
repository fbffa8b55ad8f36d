/* How fresh the index is, on a project of 20,000 files made for the purpose.  Not a test: prints
 * figures, one a line, as name, value and unit; docs/performance.md tells them. */
#include <dirent.h>
#include <sys/resource.h>

#include "openbook/retrieve/search.h"

#include "../shelf/project.h"
#include "branches.h"

enum { SAVES = 400, SEARCHES = 200, EACH_MS = 200, IDLE_S = 10 };

static void figure(const char *name, double value, const char *unit)
{
    printf("  %-34s %10.2f %s\n", name, value, unit);
    fflush(stdout);
}

static double ms_since(int64_t start_us)
{
    return (double)(ob_clock_us() - start_us) / 1000;
}

static double cpu_ms(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

/* ------------------------------------------------------------ percentiles */
struct series {
    double ms[SAVES];
    size_t n;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(struct series *s, unsigned percent)
{
    qsort(s->ms, s->n, sizeof *s->ms, by_value);
    return s->n ? s->ms[(s->n - 1) * percent / 100] : 0;
}

static void add(struct series *s, double ms)
{
    if (s->n < SAVES)
        s->ms[s->n++] = ms;
}

static void figures(const char *what, struct series *s)
{
    char name[64];
    snprintf(name, sizeof name, "%s, median", what);
    figure(name, percentile(s, 50), "ms");
    snprintf(name, sizeof name, "%s, p99", what);
    figure(name, percentile(s, 99), "ms");
}

/* ------------------------------------------------------------ what is measured */
static double search_ms(int i)
{
    char question[64];
    struct ob_hits hits;
    snprintf(question, sizeof question, "read item %d offset_%d 설정", i * 37 % FILES, i % 1000);
    struct ob_search_shelf view = {ob_shelf_snapshot(shelf, 0), ob_shelf_reader_new(shelf, 0),
                                   ob_shelf_root(shelf), OB_SHELF_PROJECT};
    struct ob_search_request r = {.question = question,
                                  .question_len = strlen(question),
                                  .shelves = &view,
                                  .n_shelves = 1,
                                  .limit = 10};
    int64_t start_us = ob_clock_us();
    ob_shelf_pause(shelf); /* as the daemon does */
    CHECK_INT(ob_search_run(&hits, &r, NULL), 0);
    ob_shelf_resume(shelf);
    double ms = ms_since(start_us);
    ob_hits_release(&hits);
    ob_snapshot_unref(view.snapshot);
    ob_shelf_reader_free(view.reader);
    return ms;
}

static void measure_saves(void)
{
    struct series heard = {.n = 0}, fenced = {.n = 0};
    char text[64];
    for (int i = 0; i < SAVES; i++) {
        snprintf(text, sizeof text, "int saved_%d;\n", i);
        int64_t start_us = ob_clock_us();
        save("m1/saved.c", text);
        if (i % 2) {
            wait_fresh(0);
            CHECK(sees(0, "m1/saved.c", text));
            add(&fenced, ms_since(start_us));
        } else {
            struct seen seen = {0, "m1/saved.c", text};
            while (!is_seen(&seen))
                uv_run(&loop, UV_RUN_ONCE);
            add(&heard, ms_since(start_us));
        }
    }
    figures("save to searchable", &heard);
    figures("save to the answer to a question", &fenced);
}

static double measure_searches(void)
{
    struct series s = {.n = 0};
    for (int i = 0; i < SEARCHES; i++)
        add(&s, search_ms(i));
    figures("search while idle", &s);
    return percentile(&s, 50);
}

/* Runs the loop once, and asks now and then. */
static void turn(struct series *searches)
{
    static int64_t next_us;
    uv_run(&loop, UV_RUN_ONCE);
    if (ob_clock_us() < next_us)
        return;
    next_us = ob_clock_us() + EACH_MS * 1000;
    add(searches, search_ms((int)searches->n));
}

/* The daemon follows while git is at work. */
static void measure_checkout(double idle_search_ms, double first_index_ms)
{
    struct series searches = {.n = 0};
    struct wait w = {0};
    int status = -1;
    uv_timer_t tick;
    uv_timer_init(&loop, &tick);
    uv_timer_start(&tick, loop_on_tick, 10, 10);
    int64_t start_us = ob_clock_us();
    double cpu_before_ms = cpu_ms();
    pid_t pid = start_git("project", "checkout -q two");
    while (waitpid(pid, &status, WNOHANG) == 0)
        turn(&searches);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    double git_ms = ms_since(start_us);
    ob_shelf_when_fresh(shelf, 0, 120000, on_fresh, &w);
    while (!w.calls)
        turn(&searches);
    uv_close((uv_handle_t *)&tick, NULL);
    double all_ms = ms_since(start_us);
    CHECK_INT(w.status, 0);
    figure("checkout of 20,000 files by git", git_ms / 1000, "s");
    figure("... until the index has them", all_ms / 1000, "s");
    figure("... after git's end", (all_ms - git_ms) / 1000, "s");
    figure("... CPU, searches included", (cpu_ms() - cpu_before_ms) / 1000, "s");
    figure("... as a multiple of the first index", all_ms / first_index_ms, "x");
    figures("search meanwhile", &searches);
    figure("... as a multiple of idle", percentile(&searches, 50) / idle_search_ms, "x");
}

static void measure_rename(double first_index_ms)
{
    char from[512];
    snprintf(from, sizeof from, "%s", in_project("m3"));
    int64_t start_us = ob_clock_us();
    CHECK_INT(rename(from, in_project("m3_renamed")), 0);
    wait_fresh(0);
    double ms = ms_since(start_us);
    figure("folder of 1,000 files renamed", ms, "ms");
    figure("... a file, of a file's first index", (ms / (FILES / 20)) / (first_index_ms / FILES),
           "x");
}

static void measure_walk(double first_index_ms)
{
    ob_shelf_rescan(shelf);
    wait_fresh(0); /* stats that were too young to trust are read here */
    int64_t start_us = ob_clock_us();
    ob_shelf_rescan(shelf);
    wait_fresh(0);
    figure("walk that finds nothing new", ms_since(start_us), "ms");
    figure("... of the first index", ms_since(start_us) / first_index_ms, "x");
}

/* ------------------------------------------------------------ one huge line */
static void measure_line(const char *what, size_t len)
{
    char *line = ob_alloc(len + 64);
    for (size_t n = 0, i = 0; n < len; i++)
        n += (size_t)snprintf(line + n, 64, "var v%zu=func%zu(\"한글 %zu\");", i % 977, i % 31, i);
    wait_fresh(0);
    double before_ms = cpu_ms();
    test_write_bytes("project/m1/bundle.js", line, len);
    double write_ms = cpu_ms() - before_ms;
    wait_fresh(0);
    figure(what, cpu_ms() - before_ms - write_ms, "ms");
    ob_free(line);
}

/* ------------------------------------------------------------ doing nothing */
static long wake_ups(void)
{
    long sum = 0;
    char path[300], line[128];
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *e; tasks && (e = readdir(tasks));) {
        snprintf(path, sizeof path, "/proc/self/task/%s/status", e->d_name);
        FILE *f = fopen(path, "r");
        for (long n; f && fgets(line, sizeof line, f);)
            if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1)
                sum += n;
        if (f)
            fclose(f);
    }
    if (tasks)
        closedir(tasks);
    return sum;
}

static void on_idle_over(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

static void measure_idle(void)
{
    uv_timer_t timer;
    bool over = false;
    uv_timer_init(&loop, &timer);
    timer.data = &over;
    uv_timer_start(&timer, on_idle_over, IDLE_S * 1000, 0);
    long before = wake_ups();
    double cpu_before = cpu_ms();
    while (!over)
        uv_run(&loop, UV_RUN_ONCE);
    figure("idle: wake-ups of all threads", (double)(wake_ups() - before - 1) / IDLE_S, "a second");
    figure("idle: CPU", (cpu_ms() - cpu_before) / (IDLE_S * 1000) * 100, "%");
    uv_close((uv_handle_t *)&timer, NULL);
}

TEST(fresh)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    bool branches = make_branches("project");
    int64_t start_us = ob_clock_us();
    double cpu_before_ms = cpu_ms();
    open_with(project(), &o);
    wait_fresh(0);
    double first_ms = ms_since(start_us), first_cpu_ms = cpu_ms() - cpu_before_ms;
    figure("first index of 20,000 files", first_ms / 1000, "s");
    figure("... CPU", first_cpu_ms / 1000, "s");
    CHECK_INT(files(), FILES);
    measure_saves();
    double idle_ms = measure_searches();
    measure_idle();
    if (branches)
        measure_checkout(idle_ms, first_ms);
    measure_walk(first_ms);
    measure_line("a line of 1 MB: CPU to index it", 1000000);
    measure_line("a line of 100 MB: CPU to leave it out", 100000000);
    measure_rename(first_ms);
    close_all();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {CASE(fresh)};
    test_timeout_s = 900;
    return test_main(cases, 1, argc, argv);
}
