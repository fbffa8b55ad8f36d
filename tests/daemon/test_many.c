/* A folder of very many entries, more than are indexed: it is listed and counted while the daemon answers
 * everybody, in bounded memory.
 *
 * OPENBOOK_ENTRIES says how many; `make long` makes it a million, without sanitizers. */
#include <fcntl.h>
#include <sys/stat.h>

#include "chance.h"
#include "editor.h"
#include "program.h"

enum { INDEXED_FILES = 200000, BASE_KB = 200 * 1024, ENTRY_BYTES = 640, INDEXED_BYTES = 2500 };

static void make_entries(long n)
{
    char name[64];
    (void)test_write_file("many/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("many/a.md", "# 고래\n\n고래가 산다.\n");
    CHECK_INT(mkdir(place("many/big"), 0700), 0);
    int dir = open(place("many/big"), O_RDONLY | O_DIRECTORY);
    for (long i = 0; i < n; i++) {
        snprintf(name, sizeof name, "파일_%ld.c", i);
        int fd = openat(dir, name, O_CREAT | O_EXCL | O_WRONLY, 0600);
        CHECK(fd >= 0 && close(fd) == 0);
    }
    close(dir);
}

static void attach(struct editor *e, const struct daemon *d, const char *project)
{
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(e, d->socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
    (void)editor_call(e, "attach", "{'protocol':1,'project':'%s'}", place(project));
}

static int found(struct editor *e, const char *query, int wait_ms)
{
    const cJSON *answer = editor_call(e, "search", "{'query':'%s','wait_ms':%d}", query, wait_ms);
    return cJSON_GetArraySize(editor_get(answer, "results"));
}

static const cJSON *shelf_of(struct editor *e, int wait_ms)
{
    const cJSON *status = editor_call(e, "status", "{'wait_ms':%d}", wait_ms);
    return editor_item(editor_get(status, "shelves"), 0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static long most_memory_kb(const struct daemon *d)
{
    char path[64], line[128];
    long kb = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)d->pid);
    FILE *f = fopen(path, "r");
    while (f && kb < 0 && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %ld", &kb) != 1)
            kb = -1;
    if (f)
        fclose(f);
    return kb;
}

static void check_memory(const struct daemon *d, long entries, long indexed)
{
    long kb = most_memory_kb(d);
    CHECK(kb > 0);
    if (kb > BASE_KB + entries / 1024 * ENTRY_BYTES + indexed / 1024 * INDEXED_BYTES)
        test_fail(__FILE__, __LINE__, "%ld KB of memory for %ld entries", kb, entries);
    printf("%ld entries, %ld KB of memory at most\n", entries, kb);
}
#else
static void check_memory(const struct daemon *d, long entries, long indexed)
{
    (void)d, (void)entries, (void)indexed; /* a sanitizer takes several times as much */
}
#endif

/* Everybody else is served while MANY is indexed; how many times all was asked. */
static int ask_meanwhile(struct editor *many, struct editor *free_one)
{
    int rounds = 0;
    int64_t end = ob_clock_us() + (int64_t)test_timeout_s * 1000000 / 2;
    bool indexing = true;
    for (; indexing; rounds++) {
        CHECK(ob_clock_us() < end);
        CHECK_INT(found(free_one, "참새", 10000), 1);
        (void)found(many, "고래", 0);
        indexing = cJSON_IsTrue(editor_get(shelf_of(many, 0), "indexing"));
    }
    return rounds;
}

TEST(folder_of_very_many_entries_is_counted_while_others_are_answered)
{
    struct daemon d;
    struct editor many, free_one;
    long n = from_env("OPENBOOK_ENTRIES", 20000), most = INDEXED_FILES;
    (void)test_write_file("free/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("free/b.md", "# 참새\n\n참새가 산다.\n");
    make_entries(n);
    private_home();
    daemon_spawn(&d, false, "serve", NULL);
    attach(&free_one, &d, "free");
    CHECK_INT(found(&free_one, "참새", 10000), 1);
    attach(&many, &d, "many");
    int rounds = ask_meanwhile(&many, &free_one);
    CHECK(rounds > 1);
    (void)editor_event(&many, "progress");
    CHECK_INT(found(&many, "고래", 10000), 1);
    const cJSON *shelf = shelf_of(&many, 10000), *skipped = editor_get(shelf, "skipped");
    CHECK_INT(editor_number(shelf, "files"), n < most ? n + 1 : most);
    CHECK_INT(n < most ? 0 : editor_number(skipped, "limit"), n < most ? 0 : n + 1 - most);
    check_memory(&d, n, n < most ? n : most);
    editor_close(&many);
    editor_close(&free_one);
    daemon_end(&d, SIGTERM, 20 * PROGRAM_END_MS); /* its memory is given back piece by piece */
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(folder_of_very_many_entries_is_counted_while_others_are_answered),
    };
    test_timeout_s = getenv("OPENBOOK_ENTRIES") ? 1800 : 120;
    return test_main(cases, sizeof cases / sizeof *cases, argc, argv);
}
