/* What a daemon costs that has nothing to do: 78,000 files watched, an editor attached, nobody types.  Not
 * a test: prints figures; docs/performance.md tells them.  IDLE_S=n measures n seconds (60). */
#include <dirent.h>

#include "../chance.h"
#include "../editor.h"
#include "../program.h"

enum { FILES = 78000, FOLDERS = 5200, FOLDERS_A_LEVEL = 100 };

struct cost {
    double cpu_s;
    long wake_ups, forced; /* context switches of all threads */
};

static void make_project(void)
{
    char name[96], text[600];
    (void)test_write_file("project/.git/HEAD", "ref: refs/heads/main\n");
    for (int i = 0; i < FILES; i++) {
        int folder = i % FOLDERS;
        snprintf(name, sizeof name, "project/p%d/d%d/f%d.c", folder / FOLDERS_A_LEVEL, folder, i);
        snprintf(text, sizeof text,
                 "/* 부분 %d */\n#include \"f%d.h\"\n\nint read_item_%d(int flags)\n{\n"
                 "    return flags + offset_%d;\n}\n",
                 i, i % 977, i, i % 1009);
        (void)test_write_file(name, text);
    }
}

static long field_of(const char *path, const char *name)
{
    char line[256];
    long n = 0;
    size_t len = strlen(name);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, name, len) == 0)
            n = strtol(line + len, NULL, 10);
    if (f)
        fclose(f);
    return n;
}

static double cpu_of(pid_t pid)
{
    char path[64], line[1024] = "";
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    if (f && fgets(line, sizeof line, f) && strrchr(line, ')'))
        (void)sscanf(strrchr(line, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                     &user, &system);
    if (f)
        fclose(f);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static struct cost cost_of(pid_t pid)
{
    char path[320];
    struct cost c = {.cpu_s = cpu_of(pid)};
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    CHECK(tasks != NULL);
    for (struct dirent *e; (e = readdir(tasks));) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/status", (int)pid, e->d_name);
        c.wake_ups += field_of(path, "voluntary_ctxt_switches:");
        c.forced += field_of(path, "nonvoluntary_ctxt_switches:");
    }
    closedir(tasks);
    return c;
}

static void attach(struct editor *e, const struct daemon *d)
{
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(e, d->socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
    (void)editor_call(e, "attach", "{'protocol':1,'project':'%s'}", place("project"));
}

/* Until all is indexed and told; the shelf as it then is. */
static const cJSON *settle(struct editor *e)
{
    const cJSON *shelf;
    do
        shelf =
            editor_item(editor_get(editor_call(e, "status", "{'wait_ms':10000}"), "shelves"), 0);
    while (cJSON_IsTrue(editor_get(shelf, "indexing")));
    while (editor_await(e, editor_is_event, "progress", 1000))
        continue;
    return shelf;
}

TEST(idle)
{
    struct daemon d;
    struct editor e;
    int seconds = (int)from_env("IDLE_S", 60);
    make_project();
    private_home();
    daemon_spawn(&d, false, "serve", NULL);
    attach(&e, &d);
    const cJSON *shelf = settle(&e);
    printf("  %.0f files, %.0f folders watched, %.0f not\n", editor_number(shelf, "files"),
           editor_number(shelf, "watched_dirs"), editor_number(shelf, "unwatched_dirs"));
    struct cost before = cost_of(d.pid);
    (void)poll(NULL, 0, seconds * 1000);
    struct cost after = cost_of(d.pid);
    printf("  idle for %d s: wake-ups of all threads %10ld\n", seconds,
           after.wake_ups - before.wake_ups);
    printf("  ... CPU                               %10.3f %%\n",
           (after.cpu_s - before.cpu_s) / seconds * 100);
    editor_close(&e);
    daemon_end(&d, SIGTERM, 20 * PROGRAM_END_MS);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {CASE(idle)};
    test_timeout_s = 900;
    return test_main(cases, 1, argc, argv);
}
