/* File systems that are mounted in a project, as the program shows them. */
#include <errno.h>
#include <sys/mount.h>

#include "../files/ns.h"
#include "editor.h"
#include "program.h"

/* A project with something mounted in it, in a namespace of the test's own. */
static void begin(void)
{
    private_home();
    (void)test_write_file("project/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("project/a.md", "# 글\n\n고래 whale 이야기\n");
    (void)test_write_file("project/mnt/x", "");
    ns_enter(CLONE_NEWNS);
    if (mount("none", place("project/mnt"), "tmpfs", 0, NULL) != 0)
        test_skip("the system lets a namespace mount nothing");
    (void)test_write_file("project/mnt/b.md", "# 둘\n\n참새 sparrow 이야기\n");
}

static void enter(struct editor *e, const struct daemon *d, const char *options)
{
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(e, d->socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
    (void)editor_call(e, "attach", "{'protocol':1,'project':'%s'%s}", place("project"), options);
}

static int hits(struct editor *e, const char *query)
{
    const cJSON *found = editor_call(e, "search", "{'query':'%s','wait_ms':10000}", query);
    return cJSON_GetArraySize(editor_get(found, "results"));
}

static const cJSON *shelf_of(struct editor *e)
{
    return editor_item(editor_get(editor_call(e, "status", "{'wait_ms':10000}"), "shelves"), 0);
}

TEST(each_editor_enters_other_file_systems_or_not_as_it_says)
{
    struct daemon d;
    struct editor all, one;
    begin();
    daemon_spawn(&d, false, "serve", NULL);
    enter(&all, &d, "");
    enter(&one, &d, ",\"one_file_system\":true");
    CHECK_INT(hits(&all, "sparrow"), 1);
    CHECK_INT(hits(&one, "whale"), 1);
    CHECK_INT(hits(&one, "sparrow"), 0);
    (void)test_write_file("project/mnt/c.md", "# 셋\n\n기린 giraffe\n");
    (void)test_write_file("project/d.md", "# 넷\n\n기린 giraffe\n");
    CHECK_INT(hits(&all, "giraffe"), 2);
    CHECK_INT(hits(&one, "giraffe"), 1);
    CHECK_INT(editor_number(shelf_of(&one), "watched_dirs"), 1);
    CHECK_INT(editor_number(editor_get(shelf_of(&one), "skipped"), "other_file_system"), 1);
    CHECK_INT(editor_number(shelf_of(&all), "watched_dirs"), 2);
    const cJSON *why = editor_call(&one, "why", "{'path':'%s'}", place("project/mnt/b.md"));
    CHECK(strstr(editor_text(why, "text"), "another file system") != NULL);
    why = editor_call(&all, "why", "{'path':'%s'}", place("project/mnt/b.md"));
    CHECK(strstr(editor_text(why, "text"), "is taken") != NULL);
    editor_close(&all);
    editor_close(&one);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(the_command_line_does_so_by_a_flag_or_by_its_configuration)
{
    struct run r;
    begin();
    run_in(&r, place("project"), "search", "--no-daemon", "sparrow", NULL);
    CHECK_RUN(&r, 0, "mnt/b.md", "");
    run_done(&r);
    run_in(&r, place("project"), "search", "--no-daemon", "--one-file-system", "sparrow", NULL);
    CHECK_INT(r.status, 1);
    run_done(&r);
    run_in(&r, place("project"), "status", "--no-daemon", "--one-file-system", "--why", "mnt/b.md",
           NULL);
    CHECK_RUN(&r, 0, "its folder mnt: it lies on another file system (one_file_system)", "");
    run_done(&r);
    (void)test_write_file("config/openbook/config.json", "{\"one_file_system\": true}\n");
    run_in(&r, place("project"), "status", "--no-daemon", "--files", NULL);
    CHECK_STR(r.out, "a.md\n");
    run_done(&r);
    (void)test_write_file("config/openbook/config.json", "{\"one_file_system\": \"yes\"}\n");
    run_in(&r, place("project"), "status", "--no-daemon", "--files", NULL);
    CHECK_RUN(&r, 3, "", "\"one_file_system\" must be true or false");
    run_done(&r);
}

/* As a user does, who tries again while something is just being read there. */
static void unmount(const char *name)
{
    int64_t end = ob_clock_us() + 15000000;
    while (umount2(place(name), 0) != 0) {
        CHECK(errno == EBUSY && ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
}

static void ask_until(struct editor *e, const char *query, int n)
{
    int64_t end = ob_clock_us() + 15000000;
    while (hits(e, query) != n)
        CHECK(ob_clock_us() < end);
}

TEST(file_systems_of_a_project_that_is_open_can_be_unmounted)
{
    struct daemon d;
    struct editor e;
    begin();
    CHECK_INT(umount2(place("project/mnt"), 0), 0);
    CHECK_INT(mount("none", place("project"), "tmpfs", 0, NULL), 0);
    (void)test_write_file("project/a.md", "# 글\n\n낙타 camel 이야기\n");
    (void)test_write_file("project/mnt/x", "");
    CHECK_INT(mount("none", place("project/mnt"), "tmpfs", 0, NULL), 0);
    (void)test_write_file("project/mnt/b.md", "# 둘\n\n참새 sparrow 이야기\n");
    daemon_spawn(&d, false, "serve", NULL);
    enter(&e, &d, ",\"exact\":true");
    CHECK_INT(hits(&e, "sparrow"), 1);
    unmount("project/mnt");
    ask_until(&e, "sparrow", 0);
    CHECK_INT(hits(&e, "camel"), 1);
    unmount("project"); /* the root itself */
    ask_until(&e, "camel", 0);
    CHECK_INT(mount("none", place("project"), "tmpfs", 0, NULL), 0);
    (void)test_write_file("project/c.md", "# 셋\n\n기린 giraffe\n");
    ask_until(&e, "giraffe", 1);
    (void)test_write_file("project/c.md", "# 셋\n\n얼룩말 zebra\n"); /* and it is followed */
    CHECK_INT(hits(&e, "zebra"), 1);
    unmount("project");
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

/* One answer each: none is asked twice. */
TEST(what_is_mounted_in_a_project_that_is_open_is_in_the_next_answer)
{
    struct daemon d;
    struct editor e;
    begin();
    (void)test_write_file("other/c.md", "# 셋\n\n기린 giraffe\n");
    daemon_spawn(&d, false, "serve", NULL);
    enter(&e, &d, ",\"exact\":true");
    CHECK_INT(hits(&e, "sparrow"), 1);
    CHECK_INT(mount(place("other"), place("project/mnt"), NULL, MS_BIND, NULL), 0);
    CHECK_INT(hits(&e, "giraffe"), 1);
    CHECK_INT(hits(&e, "sparrow"), 0);
    unmount("project/mnt");
    CHECK_INT(hits(&e, "giraffe"), 0);
    CHECK_INT(hits(&e, "sparrow"), 1);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST_MAIN(CASE(file_systems_of_a_project_that_is_open_can_be_unmounted),
          CASE(what_is_mounted_in_a_project_that_is_open_is_in_the_next_answer),
          CASE(each_editor_enters_other_file_systems_or_not_as_it_says),
          CASE(the_command_line_does_so_by_a_flag_or_by_its_configuration))
