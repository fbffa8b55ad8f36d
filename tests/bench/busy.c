/* busy: the longest turn of the daemon's loop, for which every client waits, in a busy minute: git checks
 * out branches that differ in all of 20,000 files, one editor types in a text of 4 MB, one asks, and one
 * only says ping.  The daemon is the program itself; it measures its turns (status). */
#include <stdio.h>

#include "branches.h"
#include "editor.h"
#include "program.h"

enum { SECONDS = 60, EACH_MS = 20, TEXT_LINES = 60000, PINGS_MAX = 20000 };

static struct daemon daemon_under_test;

/* ------------------------------------------------------------ what is measured */
static void show_turns(const char *when, struct editor *e)
{
    const cJSON *s = editor_call(e, "status", "{}");
    printf("  longest turn %-28s %8.2f ms CPU %8.2f ms clock\n", when,
           editor_number(s, "longest_turn_cpu_us") / 1000,
           editor_number(s, "longest_turn_us") / 1000);
    fflush(stdout);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double ping_ms(struct editor *e)
{
    int64_t start_us = ob_clock_us();
    (void)editor_call(e, "ping", "{}");
    return (double)(ob_clock_us() - start_us) / 1000;
}

static void send_text(struct editor *e)
{
    struct ob_buf piece;
    ob_buf_init(&piece, 1 << 20);
    for (int line = 1; line <= TEXT_LINES; line++) {
        CHECK_INT(
            ob_buf_appendf(&piece, "%d번째 줄: 긴 글을 고쳐 쓰는 typist_%d 이야기\\n", line, line),
            0);
        if (line % 1000)
            continue;
        if (line == 1000)
            (void)editor_call(e, "update", "{'path':'%s','text':'%s','more':true}",
                              place("p/긴 글.md"), ob_buf_str(&piece));
        else
            (void)editor_call(e, "update", "{'path':'%s','text':'%s','first_line':%d,'more':%s}",
                              place("p/긴 글.md"), ob_buf_str(&piece), line - 999,
                              line == TEXT_LINES ? "false" : "true");
        ob_buf_clear(&piece);
    }
    ob_buf_release(&piece);
}

static void type_line(struct editor *e, int i)
{
    (void)editor_call(e, "update",
                      "{'path':'%s','text':'%d번째로 고친 줄\\n','first_line':%d,'removed':1}",
                      place("p/긴 글.md"), i, i * 7919 % TEXT_LINES + 1);
}

static void ask_something(struct editor *e, int i)
{
    switch (i % 5) {
    case 0:
    case 1:
        (void)editor_request(e, "search", "{'query':'read item %d offset_%d 설정','wait_ms':0}",
                             i * 37 % FILES, i % 1000);
        break;
    case 2:
        (void)editor_request(e, "ask", "{'question':'설정 %d 값은 어디에서 읽나요?','no_llm':true}",
                             i % 1000);
        break;
    case 3: (void)editor_request(e, "files", "{'after':'m%d'}", i % 20); break;
    default: (void)editor_request(e, "status", "{}");
    }
}

TEST(a_busy_minute)
{
    static double pings[PINGS_MAX];
    struct editor typist, asker, idler;
    const char *seconds = getenv("OPENBOOK_SECONDS");
    size_t n = 0;
    private_home();
    if (!make_branches("p"))
        test_skip("git is missing");
    daemon_spawn(&daemon_under_test, false, "serve", NULL);
    while (!editor_connect(&typist, daemon_under_test.socket))
        poll(NULL, 0, 5);
    CHECK(editor_connect(&asker, daemon_under_test.socket) &&
          editor_connect(&idler, daemon_under_test.socket));
    (void)editor_call(&typist, "attach", "{'protocol':1,'project':'%s'}", place("p"));
    (void)editor_call(&asker, "attach", "{'protocol':1,'project':'%s'}", place("p"));
    (void)editor_call(&idler, "attach", "{'protocol':1,'project':'%s'}", place("p"));
    (void)editor_call(&asker, "status", "{'wait_ms':14000}");
    printf("the longest turn of the daemon's loop, process %d\n", (int)daemon_under_test.pid);
    show_turns("in the first index", &idler);
    send_text(&typist);
    show_turns("and while a text is sent", &idler);
    int64_t end_us = ob_clock_us() + (seconds ? atoi(seconds) : SECONDS) * 1000000LL;
    pid_t pid = -1;
    for (int i = 0, branch = 0, status; ob_clock_us() < end_us; i++) {
        if (pid < 0 || waitpid(pid, &status, WNOHANG) == pid)
            pid = start_git("p", branch++ % 2 ? "checkout -qf one" : "checkout -qf two");
        type_line(&typist, i);
        ask_something(&asker, i);
        double ms = ping_ms(&idler);
        if (n < PINGS_MAX)
            pings[n++] = ms;
        editor_read_some(&asker, EACH_MS);
    }
    (void)waitpid(pid, NULL, 0);
    show_turns("and in the minute", &idler);
    qsort(pings, n, sizeof *pings, by_value);
    printf(
        "  answer to a ping, by the clock %16.2f ms median %6.2f ms p99 %6.2f ms longest of %zu\n",
        pings[n / 2], pings[(n - 1) * 99 / 100], pings[n - 1], n);
    editor_close(&typist);
    editor_close(&asker);
    editor_close(&idler);
    daemon_end(&daemon_under_test, SIGTERM, 5000);
}

static const struct test_case cases[] = {CASE(a_busy_minute)};

int main(int argc, char **argv)
{
    test_timeout_s = 1200;
    return test_main(cases, 1, argc, argv);
}
