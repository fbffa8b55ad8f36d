/* A system that gives too few watches, or no inotify instance: the daemon says so once, names the limit and
 * how many are needed, and finds what was changed all the same. */
#include "../files/ns.h"
#include "editor.h"
#include "program.h"

enum { FOLDERS = 9 };

static void save(int folder, const char *word)
{
    char name[64], text[128];
    snprintf(name, sizeof name, "project/d%d/글.md", folder);
    snprintf(text, sizeof text, "# 글\n\n%s가 산다.\n", word);
    (void)test_write_file(name, text);
}

static void begin(struct daemon *d, struct editor *e, const char *limit, unsigned long value)
{
    (void)test_write_file("project/.git/HEAD", "ref: refs/heads/main\n");
    for (int i = 0; i < FOLDERS; i++)
        save(i, "고래");
    private_home();
    ns_enter(0);
    ns_limit(limit, value);
    daemon_spawn(d, false, "serve", NULL);
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(e, d->socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
    (void)editor_call(e, "attach", "{'protocol':1,'project':'%s'}", place("project"));
}

static int hits(struct editor *e, const char *query)
{
    const cJSON *found =
        editor_call(e, "search", "{'query':'%s','wait_ms':10000,'limit':20}", query);
    return cJSON_GetArraySize(editor_get(found, "results"));
}

static const cJSON *shelf_of(struct editor *e)
{
    return editor_item(editor_get(editor_call(e, "status", "{'wait_ms':10000}"), "shelves"), 0);
}

/* Asks until all folders have what was just saved: what is not watched is walked now and then. */
static void changes_are_found(struct editor *e)
{
    for (int i = 0; i < FOLDERS; i++)
        save(i, "참새");
    int64_t end = ob_clock_us() + 15000000;
    while (hits(e, "참새") != FOLDERS || hits(e, "고래") != 0)
        CHECK(ob_clock_us() < end);
}

static size_t times_in_log(const struct daemon *d, const char *words)
{
    size_t n = 0;
    char *log = daemon_log(d);
    for (const char *at = log; (at = strstr(at, words)); at++)
        n++;
    free(log);
    return n;
}

TEST(too_few_watches_are_told_once_and_changes_are_found)
{
    struct daemon d;
    struct editor e;
    begin(&d, &e, "max_inotify_watches", 6); /* one is the list of shelves' */
    CHECK_INT(hits(&e, "고래"), FOLDERS);
    changes_are_found(&e);
    const cJSON *shelf = shelf_of(&e);
    CHECK_INT(editor_number(shelf, "watched_dirs"), 5);
    CHECK(editor_number(shelf, "unwatched_dirs") >= FOLDERS + 1 - 5);
    CHECK_INT(times_in_log(&d, "fs.inotify.max_user_watches"), 1);
    CHECK_INT(times_in_log(&d, "5 folders are watched, 5 are not"), 1);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(without_an_instance_it_is_told_once_and_changes_are_found)
{
    struct daemon d;
    struct editor e;
    begin(&d, &e, "max_inotify_instances", 0);
    CHECK_INT(hits(&e, "고래"), FOLDERS);
    changes_are_found(&e);
    CHECK_INT(editor_number(shelf_of(&e), "watched_dirs"), 0);
    CHECK_INT(editor_number(shelf_of(&e), "unwatched_dirs"), FOLDERS + 1);
    CHECK_INT(times_in_log(&d, "fs.inotify.max_user_instances"), 1);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST_MAIN(CASE(too_few_watches_are_told_once_and_changes_are_found),
          CASE(without_an_instance_it_is_told_once_and_changes_are_found))
