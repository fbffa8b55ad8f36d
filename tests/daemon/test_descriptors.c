/* A daemon that may open few files: it indexes, answers, refuses clients over its means with a sentence,
 * rests, and takes in what it missed when it may open more again. */
#include <sys/resource.h>

#include "editor.h"
#include "program.h"

enum { FEW = 34, FILES = 20, MANY = 40 };

static void begin(struct daemon *d)
{
    char name[64];
    private_home();
    (void)test_write_file("project/.git/HEAD", "ref: refs/heads/main\n");
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "project/d%d/글/%d.md", i % 3, i);
        (void)test_write_file(name, "# 글\n\n고래 whale 이야기\n");
    }
    daemon_spawn(d, false, "serve", NULL);
}

static void enter(struct editor *e, const struct daemon *d)
{
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(e, d->socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
}

static void limit(const struct daemon *d, rlim_t n)
{
    struct rlimit now;
    CHECK_INT(prlimit(d->pid, RLIMIT_NOFILE, NULL, &now), 0);
    now.rlim_cur = n;
    CHECK_INT(prlimit(d->pid, RLIMIT_NOFILE, &now, NULL), 0);
}

static int hits(struct editor *e, const char *query)
{
    const cJSON *found =
        editor_call(e, "search", "{'query':'%s','wait_ms':10000,'limit':50}", query);
    return cJSON_GetArraySize(editor_get(found, "results"));
}

static void ask_until(struct editor *e, const char *query, int n)
{
    int64_t end = ob_clock_us() + 15000000;
    while (hits(e, query) != n)
        CHECK(ob_clock_us() < end);
}

/* How often its first thread, the loop, has been at work. */
static long turns(const struct daemon *d)
{
    char path[64], line[256];
    long n = 0, one;
    snprintf(path, sizeof path, "/proc/%d/status", (int)d->pid);
    FILE *f = fopen(path, "r");
    CHECK(f != NULL);
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "voluntary_ctxt_switches: %ld", &one) == 1 ||
            sscanf(line, "nonvoluntary_ctxt_switches: %ld", &one) == 1)
            n += one;
    fclose(f);
    return n;
}

/* Between its tries it has nothing to do: one that goes round in circles never comes to that. */
static void rests(const struct daemon *d)
{
    int64_t end = ob_clock_us() + 15000000;
    for (long before = turns(d), now; poll(NULL, 0, 40) == 0; before = now) {
        now = turns(d);
        if (now == before)
            return;
        CHECK(ob_clock_us() < end);
    }
}

TEST(with_few_descriptors_it_indexes_and_refuses_clients_over_its_means)
{
    static struct editor many[MANY], more;
    struct daemon d;
    struct editor e;
    begin(&d);
    enter(&e, &d);
    limit(&d, FEW);
    (void)editor_call(&e, "attach", "{'protocol':1,'project':'%s'}", place("project"));
    CHECK_INT(hits(&e, "whale"), FILES);
    for (int i = 0; i < MANY; i++)
        CHECK(editor_connect(&many[i], d.socket));
    editor_await_end(&many[MANY - 1]); /* it was let go, not left to wait */
    rests(&d);
    (void)test_write_file("project/d1/new.md", "# 새 글\n\n기린 giraffe 이야기\n");
    CHECK_INT(hits(&e, "giraffe"), 1); /* those who are here go on */
    CHECK_INT(hits(&e, "whale"), FILES);
    char *log = daemon_log(&d);
    const char *said = strstr(log, "ulimit -n");
    CHECK(said && !strstr(said + 1, "ulimit -n")); /* once */
    free(log);
    for (int i = 0; i < MANY; i++)
        editor_close(&many[i]);
    int64_t end = ob_clock_us() + 15000000;
    while (editor_number(editor_call(&e, "status", "{}"), "clients") != 1)
        CHECK(ob_clock_us() < end);
    enter(&more, &d);
    (void)editor_call(&more, "attach", "{'protocol':1,'project':'%s'}", place("project"));
    CHECK_INT(hits(&more, "giraffe"), 1);
    editor_close(&more);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(without_any_descriptor_it_rests_between_its_tries_and_catches_up)
{
    struct daemon d;
    struct editor e;
    begin(&d);
    enter(&e, &d);
    (void)editor_call(&e, "attach", "{'protocol':1,'project':'%s'}", place("project"));
    CHECK_INT(hits(&e, "whale"), FILES);
    rests(&d);
    limit(&d, 3); /* fewer than it has: it keeps those, and gets none */
    (void)test_write_file("project/d1/new.md", "# 새 글\n\n기린 giraffe 이야기\n");
    CHECK_INT(hits(&e, "giraffe"), 0);
    (void)hits(&e, "whale"); /* whatever can be shown of them: it answers */
    rests(&d);
    (void)editor_call(&e, "index", "{'wait_ms':0}");
    rests(&d);
    limit(&d, FEW);
    ask_until(&e, "giraffe", 1);
    CHECK_INT(hits(&e, "whale"), FILES); /* none of what was known was lost */
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST_MAIN(CASE(with_few_descriptors_it_indexes_and_refuses_clients_over_its_means),
          CASE(without_any_descriptor_it_rests_between_its_tries_and_catches_up))
