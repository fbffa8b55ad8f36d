/* The fence: what was changed before it is in the snapshot after it.  Nothing here waits for anything
 * but the fence itself. */
#include <errno.h>
#include <sys/resource.h>

#include "openbook/base/io.h"

#include "../../src/shelf/inside.h"
#include "../files/ns.h"
#include "project.h"

static uint64_t version(void)
{
    struct ob__news news;
    ob__keeper_news(&news, &shelf->keeper);
    return news.version;
}

static size_t analysed_again_not(void)
{
    return atomic_load(&shelf->keeper.renamed);
}

static struct ob_shelf_status status(void)
{
    struct ob_shelf_status s;
    ob_shelf_status(&s, shelf);
    return s;
}

/* Fences, until CLIENT 0 sees it: without a watch one that follows the last too soon does not walk. */
static void fence_until(const char *name, const char *text)
{
    int64_t end_us = ob_clock_us() + DEADLINE_MS * 1000;
    do
        wait_fresh(0);
    while (!sees(0, name, text) && ob_clock_us() < end_us);
    CHECK(sees(0, name, text));
}

/* ------------------------------------------------------------ the fence */
TEST(fence_shows_every_change_made_before_it)
{
    char name[64], text[64];
    save("first.md", "처음\n");
    open_project();
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "d%d/n%d.md", i % 7, i % 13);
        snprintf(text, sizeof text, "메모 %d\n", i);
        save(name, text);
        wait_fresh(0);
        CHECK(sees(0, name, text));
        if (i % 4 == 0) {
            CHECK_INT(unlink(in_project(name)), 0);
            wait_fresh(0);
            CHECK(sees(0, name, NULL));
        }
        if (i % 5 == 0) {
            CHECK_INT(rename(in_project("first.md"), in_project("옮김.md")), 0);
            wait_fresh(0);
            CHECK(sees(0, "옮김.md", "처음\n") && sees(0, "first.md", NULL));
            CHECK_INT(rename(in_project("옮김.md"), in_project("first.md")), 0);
        }
    }
    close_all();
}

TEST(fence_shows_a_file_made_with_its_folder)
{
    char name[64];
    open_project();
    for (int i = 0; i < 400; i++) {
        snprintf(name, sizeof name, "x%d/y/z.md", i);
        save(name, "깊은 곳\n");
        if (i % 2)
            uv_run(&loop, UV_RUN_NOWAIT);
        if (i % 8 == 0) {
            wait_fresh(0);
            CHECK(sees(0, name, "깊은 곳\n"));
        }
    }
    wait_fresh(0);
    CHECK_INT(files(), 400);
    close_all();
}

TEST(fence_reads_a_file_that_is_still_being_written)
{
    int fd = open(in_project(""), O_RDONLY);
    CHECK(fd < 0);
    save("log.txt", "begin\n");
    open_project();
    fd = open(in_project("log.txt"), O_WRONLY | O_APPEND);
    CHECK(fd >= 0 && write(fd, "more\n", 5) == 5);
    wait_fresh(0);
    CHECK(sees(0, "log.txt", "begin\nmore\n"));
    close(fd);
    close_all();
}

TEST(fence_shows_changed_rules_from_above_the_root)
{
    char name[512];
    snprintf(name, sizeof name, "%s/xdg", test_scratch);
    setenv("XDG_CONFIG_HOME", name, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    setenv("HOME", test_scratch, 1);
    save(".git/HEAD", "ref: refs/heads/main\n");
    save(".git/objects/x", "");
    save(".git/refs/x", "");
    save("a.md", "하나\n");
    save("b.md", "둘\n");
    open_project();
    CHECK_INT(files(), 2);
    test_write_file("xdg/git/ignore", "b.md\n"); /* nobody watches that */
    ob_shelf_rescan(shelf);
    wait_fresh(0);
    CHECK(sees(0, "b.md", NULL));
    save(".git/info/exclude", "a.md\n");
    wait_fresh(0);
    CHECK(sees(0, "a.md", NULL));
    save(".git/info/exclude", "# nothing\n");
    wait_fresh(0);
    CHECK(sees(0, "a.md", "하나\n"));
    close_all();
}

static void remove_in_project(const char *name)
{
    CHECK_INT(unlink(in_project(name)), 0);
}

TEST(folder_that_a_file_in_it_has_left_out_comes_back_without_it)
{
    save("env/a.md", "하나\n");
    save("env/lib/b.md", "둘\n");
    open_project();
    CHECK_INT(status().watched_dirs, 3);
    save("env/pyvenv.cfg", "home = /usr\n");
    wait_fresh(0);
    CHECK(sees(0, "env/a.md", NULL) && sees(0, "env/lib/b.md", NULL));
    save("env/lib/b.md", "셋\n");
    remove_in_project("env/pyvenv.cfg");
    wait_fresh(0);
    CHECK(sees(0, "env/a.md", "하나\n") && sees(0, "env/lib/b.md", "셋\n"));
    save("env/lib/b.md", "넷\n");
    wait_fresh(0);
    CHECK(sees(0, "env/lib/b.md", "넷\n"));
    close_all();
}

TEST(folder_that_a_file_beside_it_has_left_out_comes_back_without_it)
{
    save("target/a.md", "하나\n");
    open_project();
    save("Cargo.toml", "[package]\n");
    wait_fresh(0);
    CHECK(sees(0, "target/a.md", NULL));
    wait_fresh(0);
    CHECK_INT(status().watched_dirs, 1);
    uint64_t walks = shelf->keeper.round;
    save("Cargo.toml", "[package]\nname = \"x\"\n"); /* is there, as before: no walk */
    wait_fresh(0);
    CHECK_INT(shelf->keeper.round, walks);
    remove_in_project("Cargo.toml");
    wait_fresh(0);
    CHECK(sees(0, "target/a.md", "하나\n"));
    for (int i = 0; i < 3; i++) {
        const char *text = i % 2 ? "둘\n" : "셋\n";
        save("target/a.md", text);
        wait_fresh(0);
        CHECK(sees(0, "target/a.md", text));
    }
    close_all();
}

TEST(fence_without_any_watch_walks)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    save("a.md", "하나\n");
    ns_enter(0);
    ns_limit("max_inotify_instances", 0);
    open_with(project(), &o);
    wait_fresh(0);
    CHECK_INT(status().watched_dirs, 0);
    for (int i = 0; i < 20; i++) {
        char text[32];
        snprintf(text, sizeof text, "바뀜 %d\n", i);
        save("a.md", text);
        save("sub/b.md", text);
        fence_until("sub/b.md", text);
        CHECK(sees(0, "a.md", text));
    }
    close_all();
}

TEST(fence_over_the_budget_of_watches_walks)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    o.max_watched_folders = 2;
    save("a/x.md", "하나\n");
    save("b/x.md", "둘\n");
    save("c/x.md", "셋\n");
    open_with(project(), &o);
    wait_fresh(0);
    CHECK_INT(status().watched_dirs, 2);
    CHECK_INT(status().unwatched_dirs, 2);
    save("c/x.md", "다시 셋\n");
    fence_until("c/x.md", "다시 셋\n");
    close_all();
}

/* ------------------------------------------------------------ bursts */
TEST(burst_is_one_job_that_says_how_far_it_is)
{
    char name[64];
    save("a.md", "a\n");
    open_project();
    uint64_t before = version();
    for (int i = 0; i < 6000; i++) {
        snprintf(name, sizeof name, "d%d/f%d.c", i % 40, i);
        save(name, "int f(void);\n");
    }
    struct wait w = {0};
    ob_shelf_when_fresh(shelf, 0, DEADLINE_MS, on_fresh, &w);
    uv_run(&loop, UV_RUN_NOWAIT);
    struct ob_shelf_status s = status();
    CHECK(w.calls || s.queued > 0 || s.indexing);               /* it is known to be behind */
    struct ob_snapshot *snapshot = ob_shelf_snapshot(shelf, 0); /* and questions do not wait */
    CHECK(ob_snapshot_doc(snapshot, "a.md") != NULL);
    ob_snapshot_unref(snapshot);
    run_until(was_called, &w, "the burst");
    CHECK_INT(w.status, 0);
    CHECK_INT(files(), 6001);
    CHECK_INT(status().queued, 0);
    CHECK(version() - before < 40); /* a few versions of the index, not thousands */
    close_all();
}

TEST(overflow_loses_nothing)
{
    char name[64];
    save("a.md", "a\n");
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "d%d/f.h", i);
        save(name, "int h;\n");
    }
    open_project();
    int rounds = ns_overflow_rounds(getenv("OPENBOOK_ROUNDS") ? 40000 : 6000);
    for (int i = 0; i < rounds; i++) {
        snprintf(name, sizeof name, "d%d/f%d.c", i % 3, i);
        save(name, "int f(void);\n");
        if (i % 2)
            CHECK_INT(unlink(in_project(name)), 0);
    }
    CHECK_INT(unlink(in_project("a.md")), 0);
    wait_fresh(0);
    CHECK(status().overflows > 0);
    CHECK_INT(files(), rounds / 2 + 3);
    close_all();
}

/* ------------------------------------------------------------ reconciliation */
static void set_mtime(const char *name, const struct timespec *t)
{
    struct timespec times[2] = {*t, *t};
    CHECK_INT(utimensat(AT_FDCWD, in_project(name), times, 0), 0);
}

/* Writes over NAME in place and sets its old mtime again: size, mtime and inode stay as they were. */
static void write_unseen(const char *name, const char *text)
{
    struct stat st;
    CHECK_INT(stat(in_project(name), &st), 0);
    int fd = open(in_project(name), O_WRONLY);
    CHECK(fd >= 0 && pwrite(fd, text, strlen(text), 0) == (ssize_t)strlen(text));
    close(fd);
    set_mtime(name, &st.st_mtim);
}

TEST(walk_finds_what_was_changed_behind_an_old_timestamp)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    struct timespec old = {.tv_sec = 1000000000}, future = {.tv_sec = 4000000000};
    o.watch = false;
    save("old.md", "aaaa\n");
    save("future.md", "cccc\n");
    set_mtime("old.md", &old);
    set_mtime("future.md", &future);
    open_with(project(), &o);
    wait_fresh(0);
    write_unseen("old.md", "bbbb\n");
    write_unseen("future.md", "dddd\n");
    ob_shelf_rescan(shelf);
    wait_fresh(0);
    CHECK(sees(0, "old.md", "bbbb\n"));
    CHECK(sees(0, "future.md", "dddd\n"));
    close_all();
}

TEST(walk_reads_only_what_changed)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    o.watch = false;
    save("a.md", "하나\n");
    save("b.md", "둘\n");
    open_with(project(), &o);
    wait_fresh(0);
    ob_shelf_rescan(shelf);
    wait_fresh(0);
    uint64_t before = version();
    ob_shelf_rescan(shelf);
    wait_fresh(0);
    CHECK_INT(version(), before);
    CHECK_INT(utimensat(AT_FDCWD, in_project("a.md"), NULL, 0), 0); /* touched, same text */
    ob_shelf_rescan(shelf);
    wait_fresh(0);
    CHECK_INT(version(), before);
    close_all();
}

TEST(renamed_files_are_known_by_their_text_and_not_analysed_again)
{
    char name[64], text[64];
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "old/d%d/f%d.md", i % 5, i);
        snprintf(text, sizeof text, "# 제목 %d\n본문 %d\n", i, i);
        save(name, text);
    }
    open_project();
    CHECK_INT(rename(in_project("old"), in_project("new")), 0);
    wait_fresh(0);
    CHECK_INT(files(), 200);
    CHECK_INT(analysed_again_not(), 200);
    CHECK(sees(0, "new/d3/f43.md", "# 제목 43\n본문 43\n"));
    CHECK(sees(0, "old/d3/f43.md", NULL));
    CHECK_INT(rename(in_project("new/d3/f43.md"), in_project("f43.py")), 0); /* another language */
    wait_fresh(0);
    CHECK(sees(0, "f43.py", "# 제목 43\n본문 43\n"));
    CHECK_INT(files(), 200);
    close_all();
}

/* ------------------------------------------------------------ roots that come and go */
static bool has_error(void *data)
{
    (void)data;
    return status().error[0] != '\0';
}

TEST(root_that_is_deleted_and_made_again_is_opened_again)
{
    save("a.md", "하나\n");
    save("sub/b.md", "둘\n");
    open_project();
    CHECK_INT(rename(in_project(""), in_project("../elsewhere")), 0);
    wait_fresh(0);
    CHECK_INT(files(), 0); /* its paths lead nowhere */
    run_until(has_error, NULL, "an error that says so");
    save("c.md", "셋\n");
    wait_seen(0, "c.md", "셋\n");
    save("sub/d.md", "넷\n");
    wait_fresh(0);
    CHECK(sees(0, "sub/d.md", "넷\n"));
    CHECK(sees(0, "a.md", NULL));
    CHECK_STR(status().error, "");
    CHECK_INT(files(), 2);
    close_all();
}

/* However the fence before it, the end of the old folder and the beginning of the new one fall together. */
TEST(fence_shows_a_root_that_was_made_anew_just_now)
{
    char name[64], text[64];
    save("first.md", "처음\n");
    open_project();
    for (int i = 0; i < 64; i++) {
        snprintf(text, sizeof text, "판 %d\n", i);
        CHECK_INT(unlink(in_project(i ? name : "first.md")), 0);
        if (i & 1)
            uv_run(&loop, UV_RUN_NOWAIT);
        if (i & 2)
            wait_fresh(0);
        CHECK_INT(rmdir(in_project("")), 0);
        if (i & 4)
            uv_run(&loop, UV_RUN_NOWAIT);
        if (i & 8)
            wait_fresh(0);
        CHECK_INT(mkdir(in_project(""), 0700), 0);
        if (i & 16)
            wait_fresh(0);
        snprintf(name, sizeof name, "n%d.md", i % 5);
        save(name, text);
        if (i & 32)
            uv_run(&loop, UV_RUN_NOWAIT);
        wait_fresh(0);
        if (!sees(0, name, text))
            test_fail(__FILE__, __LINE__, "round %d: %s is not seen", i, name);
    }
    close_all();
}

TEST(root_that_another_directory_replaces_is_that_directory)
{
    char other[512], project_path[512];
    snprintf(project_path, sizeof project_path, "%s", project());
    save("a.md", "하나\n");
    test_write_file("other/b.md", "둘\n");
    open_project();
    CHECK_INT(rename(in_project(""), in_project("../elsewhere")), 0);
    snprintf(other, sizeof other, "%s/other", test_scratch);
    CHECK_INT(rename(other, project_path), 0);
    wait_seen(0, "b.md", "둘\n");
    wait_fresh(0);
    CHECK(sees(0, "a.md", NULL));
    save("c.md", "셋\n");
    wait_fresh(0);
    CHECK(sees(0, "c.md", "셋\n"));
    close_all();
}

/* ------------------------------------------------------------ permission */
TEST(unreadable_file_is_counted_and_taken_when_it_can_be_read)
{
    test_drop_rights();
    save("a.md", "하나\n");
    save("closed.md", "닫힘\n");
    save("dir/c.md", "안\n");
    CHECK_INT(chmod(in_project("closed.md"), 0), 0);
    CHECK_INT(chmod(in_project("dir"), 0), 0);
    open_project();
    CHECK_INT(files(), 1);
    CHECK_INT(status().skipped[OB_SKIP_UNREADABLE], 2);
    CHECK_INT(chmod(in_project("closed.md"), 0600), 0);
    CHECK_INT(chmod(in_project("dir"), 0700), 0);
    wait_fresh(0);
    CHECK(sees(0, "closed.md", "닫힘\n"));
    CHECK(sees(0, "dir/c.md", "안\n"));
    CHECK_INT(status().skipped[OB_SKIP_UNREADABLE], 0);
    CHECK_INT(chmod(in_project("closed.md"), 0), 0);
    wait_fresh(0);
    CHECK(sees(0, "closed.md", NULL)); /* what cannot be opened cannot be shown */
    close_all();
}

/* ------------------------------------------------------------ names */
TEST(rename_that_changes_only_case_is_a_rename_and_twins_stay_two)
{
    save("Readme.md", "하나\n");
    open_project();
    CHECK_INT(rename(in_project("Readme.md"), in_project("README.md")), 0);
    wait_fresh(0);
    CHECK(sees(0, "README.md", "하나\n") && sees(0, "Readme.md", NULL));
    save("readme.md", "둘\n");
    wait_fresh(0);
    CHECK(sees(0, "README.md", "하나\n") && sees(0, "readme.md", "둘\n"));
    close_all();
}

TEST(folder_of_many_entries_is_taken_and_the_limit_is_counted)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    char name[64];
    o.walk.max_files = 5000;
    save("big/f.c", "int f;\n");
    char *first = ob_strdup(in_project("big/f.c"));
    for (int i = 0; i < 20000; i++) { /* links: as many entries, and quickly made */
        snprintf(name, sizeof name, "big/f%d.c", i);
        CHECK_INT(link(first, in_project(name)), 0);
    }
    ob_free(first);
    open_with(project(), &o);
    wait_fresh(0);
    CHECK_INT(files(), 5000);
    CHECK_INT(status().skipped[OB_SKIP_LIMIT], 15001);
    close_all();
}

/* ------------------------------------------------------------ what the system refuses */
TEST(descriptors_that_run_out_cost_no_file_and_are_waited_for)
{
    int taken[4096], n = 0;
    struct rlimit few = {.rlim_cur = 256, .rlim_max = 256};
    save("a.md", "하나\n");
    save("dir/b.md", "둘\n");
    test_write_file("new.md", "셋\n");
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &few), 0);
    open_project();
    while (n < 4096 && (taken[n] = open("/dev/null", O_RDONLY)) >= 0)
        n++;
    CHECK(n > 0 && n < 4096);
    char from[512];
    snprintf(from, sizeof from, "%s/new.md", test_scratch);
    CHECK_INT(rename(from, in_project("dir/new.md")), 0); /* needs no descriptor */
    ob_shelf_rescan(shelf);
    wait_fresh(0);
    CHECK(sees(0, "a.md", "하나\n") && sees(0, "dir/b.md", "둘\n"));
    CHECK(sees(0, "dir/new.md", NULL));
    CHECK(!status().indexing || status().queued == 0); /* it rests between its tries */
    while (n > 0)
        close(taken[--n]);
    wait_seen(0, "dir/new.md", "셋\n"); /* no event tells it that there are some again */
    wait_fresh(0);
    CHECK_INT(status().skipped[OB_SKIP_REFUSED], 0);
    close_all();
}

TEST(file_calls_that_fail_one_by_one_cost_no_file)
{
    char text[32];
    save("a.md", "하나\n");
    save("dir/b.md", "둘\n");
    save("dir/sub/c.md", "셋\n");
    open_project();
    for (int i = 1; i <= 60; i++) {
        snprintf(text, sizeof text, "판 %d\n", i);
        save("a.md", text);
        ob_io_fail_at(i, i % 2 ? EIO : ENOMEM);
        ob_shelf_rescan(shelf);
        wait_fresh(0);
        ob_io_fail_at(0, 0);
        CHECK_INT(files(), 3);
        CHECK(sees(0, "dir/b.md", "둘\n") && sees(0, "dir/sub/c.md", "셋\n"));
        ob_shelf_rescan(shelf);
        wait_fresh(0);
        CHECK(sees(0, "a.md", text));
    }
    close_all();
}

/* A rule that could not be read must not let in what it leaves out. */
TEST(rules_that_cannot_be_read_for_now_let_nothing_in)
{
    static const int errors[] = {EMFILE, EIO, ENOMEM};
    save(".git/HEAD", "ref: refs/heads/main\n");
    save(".git/objects/x", "");
    save(".git/refs/x", "");
    save(".git/info/exclude", "/하나.md\n");
    save(".openbookignore", "/둘.md\n");
    save("dir/.gitignore", "셋.md\n");
    save("하나.md", "하나\n");
    save("둘.md", "둘\n");
    save("dir/셋.md", "셋\n");
    save("dir/a.md", "넷\n");
    open_project();
    for (int i = 1; i <= 80; i++) {
        ob_io_fail_at(i, errors[i % 3]);
        save(".git/info/exclude", i % 2 ? "/하나.md\n# 1\n" : "/하나.md\n"); /* read anew */
        ob_shelf_rescan(shelf);
        wait_fresh(0);
        ob_io_fail_at(0, 0);
        if (!sees(0, "하나.md", NULL) || !sees(0, "둘.md", NULL) || !sees(0, "dir/셋.md", NULL))
            test_fail(__FILE__, __LINE__, "call %d failed, and something was let in", i);
        CHECK(sees(0, "dir/a.md", "넷\n"));
        ob_shelf_rescan(shelf);
        wait_fresh(0);
    }
    close_all();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(rename_that_changes_only_case_is_a_rename_and_twins_stay_two),
        CASE(folder_of_many_entries_is_taken_and_the_limit_is_counted),
        CASE(descriptors_that_run_out_cost_no_file_and_are_waited_for),
        CASE(file_calls_that_fail_one_by_one_cost_no_file),
        CASE(rules_that_cannot_be_read_for_now_let_nothing_in),
        CASE(fence_shows_every_change_made_before_it),
        CASE(fence_shows_a_file_made_with_its_folder),
        CASE(fence_reads_a_file_that_is_still_being_written),
        CASE(fence_shows_changed_rules_from_above_the_root),
        CASE(folder_that_a_file_in_it_has_left_out_comes_back_without_it),
        CASE(folder_that_a_file_beside_it_has_left_out_comes_back_without_it),
        CASE(fence_without_any_watch_walks),
        CASE(fence_over_the_budget_of_watches_walks),
        CASE(burst_is_one_job_that_says_how_far_it_is),
        CASE(overflow_loses_nothing),
        CASE(walk_finds_what_was_changed_behind_an_old_timestamp),
        CASE(walk_reads_only_what_changed),
        CASE(renamed_files_are_known_by_their_text_and_not_analysed_again),
        CASE(root_that_is_deleted_and_made_again_is_opened_again),
        CASE(fence_shows_a_root_that_was_made_anew_just_now),
        CASE(root_that_another_directory_replaces_is_that_directory),
        CASE(unreadable_file_is_counted_and_taken_when_it_can_be_read),
    };
    test_timeout_s = getenv("OPENBOOK_ROUNDS") ? 600 : 30;
    return test_main(cases, sizeof cases / sizeof *cases, argc, argv);
}
