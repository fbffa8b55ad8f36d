/* A burst of changes, as a checkout makes, while an editor asks: what was known is found at once, the answer
 * says by how much the index is behind, progress is told, and in the end nothing is behind. */
#include "editor.h"
#include "program.h"

enum { KNOWN = 200, BURST = 3000 };

static void attach(struct editor *e, const struct daemon *d)
{
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(e, d->socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
    (void)editor_call(e, "attach", "{'protocol':1,'project':'%s'}", place("project"));
}

static void save(const char *folder, int i, int version)
{
    char name[64], text[1024];
    size_t n = 0;
    snprintf(name, sizeof name, "project/%s%d/f%d.c", folder, i % 20, i);
    for (int k = 0; k < 12; k++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "/* 판 %d */\nint part_%d_%d(int flags);\n", version, i, k);
    (void)test_write_file(name, text);
}

static const cJSON *search(struct editor *e, const char *query, int wait_ms)
{
    return editor_call(e, "search", "{'query':'%s','wait_ms':%d}", query, wait_ms);
}

static bool is_first(const cJSON *answer, const char *path)
{
    return strcmp(editor_text(editor_item(editor_get(answer, "results"), 0), "path"), path) == 0;
}

/* Writes a burst and asks meanwhile; the most that an answer said is behind. */
static double most_behind(struct editor *e, int version)
{
    double most = 0;
    for (int i = 0; i < BURST; i++) {
        save("m", i, version);
        if (i % 100 != 99)
            continue;
        const cJSON *answer = search(e, "고래가 사는 곳", 0);
        CHECK(is_first(answer, "고래.md"));
        double behind = editor_number(answer, "behind");
        CHECK(behind >= 0 && behind <= 2 * BURST + 100); /* files, and folders that are new */
        most = behind > most ? behind : most;
    }
    return most;
}

/* Reads the progress that came so far; the most that one said is to be done. */
static double most_queued(struct editor *e)
{
    double most = 0;
    const cJSON *p;
    while ((p = editor_await(e, editor_is_event, "progress", 0))) {
        CHECK(editor_number(p, "done") <= editor_number(p, "total"));
        double queued = editor_number(p, "queued");
        most = queued > most ? queued : most;
    }
    return most;
}

TEST(burst_is_told_and_questions_are_answered_meanwhile)
{
    struct daemon d;
    struct editor e;
    double behind = 0, queued = 0;
    int version = 0;
    private_home();
    (void)test_write_file("project/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("project/고래.md", "# 고래\n\n고래가 사는 곳은 바다이다.\n");
    for (int i = 0; i < KNOWN; i++)
        save("known/k", i, 0);
    daemon_spawn(&d, false, "serve", NULL);
    attach(&e, &d);
    CHECK_INT(editor_number(search(&e, "고래", 10000), "behind"), 0);
    int64_t end = ob_clock_us() + 60 * 1000000;
    while (behind == 0 || queued == 0) { /* a quick machine may have to be asked twice */
        CHECK(ob_clock_us() < end);
        behind = most_behind(&e, ++version);
        const cJSON *answer = search(&e, "part_2999_11", 60000);
        CHECK(is_first(answer, "project/m19/f2999.c" + sizeof "project"));
        CHECK_INT(editor_number(answer, "behind"), 0);
        CHECK(!cJSON_IsTrue(editor_get(answer, "indexing")));
        queued = most_queued(&e);
    }
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(burst_is_told_and_questions_are_answered_meanwhile),
    };
    test_timeout_s = 120;
    return test_main(cases, sizeof cases / sizeof *cases, argc, argv);
}
