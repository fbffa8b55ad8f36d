/* What git does to a work tree: afterwards the index is what a fresh look at the folder gives, and no
 * lock file or half-written state stops it. */
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "chance.h"
#include "same.h"

enum { FILES = 500 };
static int n_files = FILES;

static void git(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void git(const char *format, ...)
{
    char words[1024], command[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    snprintf(
        command, sizeof command,
        "cd '%s' && git -c user.name=a -c user.email=a@localhost -c protocol.file.allow=always "
        "-c gc.auto=0 %s >/dev/null 2>&1",
        project(), words);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        test_skip("no git here");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        test_fail(__FILE__, __LINE__, "git %s: status %d", words, status);
}

static void write_all(int version)
{
    char name[64], text[128];
    for (int i = 0; i < n_files; i++) {
        snprintf(name, sizeof name, "d%d/s%d/f%d.%s", i % 7, i % 3, i, i % 5 ? "c" : "md");
        snprintf(text, sizeof text, "/* 판 %d */\nint f_%d_%d;\n", version, i, version);
        save(name, text);
    }
}

/* Two branches that differ in every file, and in what they ignore. */
static void make_project(void)
{
    setenv("HOME", test_scratch, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    unsetenv("XDG_CONFIG_HOME");
    git("init -q -b one .");
    write_all(1);
    save(".gitignore", "*.log\n");
    git("add -A");
    git("commit -qm one");
    git("checkout -qb two");
    write_all(2);
    save(".gitignore", "*.log\n/d6/\n");
    save("only_two/노트.md", "둘째 가지\n");
    git("add -A");
    git("commit -qm two");
    git("checkout -q one");
}

static uint64_t version(void)
{
    struct ob__news news;
    ob__keeper_news(&news, &shelf->keeper);
    return news.version;
}

TEST(checkout_of_every_file_is_one_job)
{
    n_files = (int)from_env("OPENBOOK_CHECKOUT", FILES);
    make_project();
    open_project();
    compare("at first");
    uint64_t before = version();
    git("checkout -q two");
    compare("after a checkout");
    CHECK(sees(0, "only_two/노트.md", "둘째 가지\n"));
    CHECK(version() - before < 40);
    git("checkout -q one");
    compare("after the way back");
    CHECK(sees(0, "only_two/노트.md", NULL));
    close_all();
}

TEST(rebase_reset_stash_and_clean_are_followed)
{
    make_project();
    open_project();
    save("d1/s1/extra.md", "더\n");
    git("add -A");
    git("commit -qm extra");
    git("rebase -q -X theirs two");
    compare("after a rebase");
    save("d1/s1/extra.md", "더 많이\n");
    git("stash -q");
    compare("after a stash");
    git("stash pop -q");
    compare("after its return");
    git("reset -q --hard HEAD~1");
    compare("after a reset");
    save("untracked.md", "새것\n");
    save("x.log", "로그\n");
    git("clean -qfdx");
    compare("after a clean");
    git("mv d2 moved");
    compare("after a move");
    close_all();
}

TEST(lock_of_the_index_stops_nobody)
{
    make_project();
    open_project();
    save(".git/index.lock", ""); /* a git that died, or is at work */
    save("d1/s1/f1.c", "int locked;\n");
    compare("beside a lock");
    CHECK(sees(0, "d1/s1/f1.c", "int locked;\n"));
    CHECK(access(in_project(".git/index.lock"), F_OK) == 0); /* and it is still theirs */
    close_all();
}

TEST(submodule_obeys_its_own_rules_and_a_work_tree_is_a_project)
{
    char other[600];
    make_project();
    git("init -q -b main ../sub");
    test_write_file("sub/.gitignore", "*.tmp.md\n");
    test_write_file("sub/keep.md", "남김\n");
    test_write_file("sub/x.tmp.md", "버림\n");
    git("-C ../sub add -A");
    git("-C ../sub commit -qm sub");
    open_project();
    git("submodule add -q ../sub vendor");
    save(".gitignore", "*.md\n"); /* the outer rule does not reach into it */
    save("vendor/x.tmp.md", "버림\n");
    compare("with a submodule");
    CHECK(sees(0, "vendor/keep.md", "남김\n"));
    CHECK(sees(0, "vendor/x.tmp.md", NULL));
    git("commit -qam submodule");
    git("worktree add -q ../linked two");
    close_all();
    snprintf(other, sizeof other, "%s/linked", test_scratch);
    test_write_file("project/.git/info/exclude", "d0/\n"); /* shared by all work trees */
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    open_with(other, &o);
    wait_fresh(0);
    CHECK(sees(0, "only_two/노트.md", "둘째 가지\n"));
    CHECK(sees(0, "d0/s0/f0.md", NULL));
    test_write_file("linked/d1/s1/f1.c", "int here;\n");
    wait_fresh(0);
    CHECK(sees(0, "d1/s1/f1.c", "int here;\n"));
    close_all();
}

TEST(sparse_checkout_is_what_is_there)
{
    make_project();
    open_project();
    git("sparse-checkout set d1 d2");
    compare("when sparse");
    CHECK(sees(0, "d3/s0/f3.c", NULL));
    git("sparse-checkout disable");
    compare("when whole again");
    close_all();
}

static void kill_checkout_at(int i)
{
    char command[700];
    snprintf(command, sizeof command, "cd '%s' && exec git checkout -qf %s >/dev/null 2>&1",
             project(), i % 2 ? "two" : "one");
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    int64_t end_us = ob_clock_us() + 2000 * (i % 9);
    while (ob_clock_us() < end_us)
        uv_run(&loop, UV_RUN_NOWAIT);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    (void)unlink(in_project(".git/index.lock"));
}

TEST(checkout_that_is_killed_half_way_leaves_nothing_behind_in_the_index)
{
    make_project();
    open_project();
    for (int i = 0; i < 9; i++) {
        kill_checkout_at(i);
        compare("after half a checkout");
    }
    close_all();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(checkout_of_every_file_is_one_job),
        CASE(rebase_reset_stash_and_clean_are_followed),
        CASE(lock_of_the_index_stops_nobody),
        CASE(submodule_obeys_its_own_rules_and_a_work_tree_is_a_project),
        CASE(sparse_checkout_is_what_is_there),
        CASE(checkout_that_is_killed_half_way_leaves_nothing_behind_in_the_index),
    };
    test_timeout_s = getenv("OPENBOOK_CHECKOUT") ? 1800 : 120;
    return test_main(cases, sizeof cases / sizeof *cases, argc, argv);
}
