/* Watches on real folders: what is reported, once, and how losses are noticed. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openbook/base/clock.h"
#include "openbook/base/map.h"
#include "openbook/files/watch.h"

#include "../loop.h"
#include "ns.h"
#include "test.h"

static uv_loop_t loop;
static struct ob_watcher *watcher;

/* ------------------------------------------------------------ a watch and what it said */
struct heard {
    struct ob_watch *watch;
    struct ob_root *root;
    struct ob_map paths; /* -> times */
    size_t batches, rescans;
    bool settled;
};

static void on_batch(const struct ob_watch_batch *b, void *data)
{
    struct heard *h = data;
    h->batches += b->n_paths > 0 || b->rescan;
    h->rescans += b->rescan;
    h->settled |= b->settled;
    for (size_t i = 0; i < b->n_paths; i++)
        ++*ob_map_put(&h->paths, b->paths[i], strlen(b->paths[i]), NULL);
}

static void run_until(bool (*holds)(void *data), void *data, const char *what)
{
    loop_until(&loop, holds, data, what);
}

static bool is_settled(void *data)
{
    struct heard *h = data;
    return h->settled;
}

/* All that was changed before has been reported when this returns. */
static void settle(struct heard *h)
{
    struct ob_watch_known known = {0};
    h->settled = false;
    while (!ob_watch_settle(h->watch, &known)) {
        run_until(is_settled, h, "settling");
        h->settled = false;
    }
}

static void forget(struct heard *h)
{
    ob_map_release(&h->paths);
    h->batches = h->rescans = 0;
}

static const char *in_scratch(const char *name)
{
    return test_path("%s", name);
}

static void begin(size_t max_folders)
{
    struct ob_error e = OB_ERROR_INIT;
    CHECK_INT(uv_loop_init(&loop), 0);
    if (ob_watcher_new(&watcher, &loop, max_folders, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
}

static void watch(struct heard *h, const char *name, const struct ob_watch_options *o)
{
    struct ob_error e = OB_ERROR_INIT;
    *h = (struct heard){0};
    CHECK_INT(ob_root_open(&h->root, in_scratch(name), &e), 0);
    CHECK_INT(ob_watch_start(&h->watch, watcher, h->root, o, on_batch, h, &e), 0);
    settle(h);
    CHECK_INT(h->rescans, 1); /* the first batch */
    forget(h);
}

static void watch_p(struct heard *h)
{
    struct ob_watch_options o = OB_WATCH_OPTIONS_INIT;
    begin(OB_WATCHER_MAX_FOLDERS);
    watch(h, "p", &o);
}

static void stop(struct heard *h)
{
    ob_watch_stop(h->watch);
    ob_map_release(&h->paths);
    ob_root_unref(h->root);
}

static void end(void)
{
    ob_watcher_unref(watcher);
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK_INT(uv_loop_close(&loop), 0);
}

static size_t times(const struct heard *h, const char *path)
{
    const uint64_t *n = ob_map_get(&h->paths, path, strlen(path));
    return n ? (size_t)*n : 0;
}

static struct ob_watch_stats stats_of(const struct heard *h)
{
    struct ob_watch_stats s;
    ob_watch_stats(&s, h->watch);
    return s;
}

static size_t open_inotify(void)
{
    size_t n = 0;
    char link[64], to[64];
    DIR *d = opendir("/proc/self/fd");
    for (struct dirent *e; (e = readdir(d));) {
        snprintf(link, sizeof link, "/proc/self/fd/%.20s", e->d_name);
        ssize_t len = readlink(link, to, sizeof to - 1);
        n += len > 0 && memmem(to, (size_t)len, "inotify", 7) != NULL;
    }
    closedir(d);
    return n;
}

/* ------------------------------------------------------------ one instance */
TEST(all_roots_share_one_instance_and_a_shared_folder_is_told_to_each)
{
    struct heard whole, notes;
    struct ob_watch_options o = OB_WATCH_OPTIONS_INIT;
    test_write_file("p/a.c", "int a;\n");
    test_write_file("p/notes/a.md", "하나\n");
    begin(OB_WATCHER_MAX_FOLDERS);
    watch(&whole, "p", &o);
    watch(&notes, "p/notes", &o);
    CHECK_INT(open_inotify(), 1);
    test_write_file("p/notes/b.md", "둘\n");
    settle(&whole);
    settle(&notes);
    CHECK_INT(times(&whole, "notes/b.md"), 1);
    CHECK_INT(times(&notes, "b.md"), 1);
    stop(&whole); /* the folder they shared is still watched */
    test_write_file("p/notes/sub/c.md", "셋\n");
    settle(&notes);
    CHECK_INT(times(&notes, "sub/c.md"), 1);
    stop(&notes);
    end();
}

TEST(folders_over_the_budget_are_counted_and_the_others_stay_live)
{
    struct heard h;
    struct ob_watch_options o = OB_WATCH_OPTIONS_INIT;
    for (int i = 0; i < 10; i++) {
        char name[32];
        snprintf(name, sizeof name, "p/d%d/a.md", i);
        test_write_file(name, "a\n");
    }
    begin(4);
    watch(&h, "p", &o);
    CHECK_INT(stats_of(&h).watched_dirs, 4);
    CHECK_INT(stats_of(&h).unwatched_dirs, 7);
    test_write_file("p/d0/b.md", "b\n");
    settle(&h);
    CHECK_INT(times(&h, "d0/b.md"), 1);
    stop(&h);
    end();
}

TEST(watches_refused_by_the_system_are_counted)
{
    struct heard h;
    char name[32];
    struct ob_watch_options o = OB_WATCH_OPTIONS_INIT;
    for (int i = 0; i < 9; i++) {
        snprintf(name, sizeof name, "p/d%d/a.md", i);
        test_write_file(name, "a\n");
    }
    ns_enter(0);
    ns_limit("max_inotify_watches", 5);
    begin(OB_WATCHER_MAX_FOLDERS);
    watch(&h, "p", &o);
    CHECK_INT(stats_of(&h).watched_dirs, 5);
    CHECK_INT(stats_of(&h).unwatched_dirs, 5);
    test_write_file("p/b.md", "b\n");
    settle(&h);
    CHECK_INT(times(&h, "b.md"), 1);
    stop(&h);
    end();
}

TEST(missing_instance_is_an_error_that_names_the_limit)
{
    struct ob_error e = OB_ERROR_INIT;
    ns_enter(0);
    ns_limit("max_inotify_instances", 0);
    CHECK_INT(uv_loop_init(&loop), 0);
    CHECK_INT(ob_watcher_new(&watcher, &loop, 10, &e), OB_EFAIL);
    CHECK(strstr(e.message, "fs.inotify.max_user_instances") != NULL);
    CHECK_INT(uv_loop_close(&loop), 0);
}

/* ------------------------------------------------------------ what is not watched */
/* Each round is three events where somebody watches: opened anew, written, closed. */
static void storm(int rounds)
{
    char paths[100][512];
    for (int i = 0; i < 100; i++)
        snprintf(paths[i], sizeof paths[i], "%s/p/%s/f%d.c", test_scratch,
                 i % 2 ? "out/sub" : "node_modules/m", i);
    for (int i = 0; i < rounds; i++) {
        int fd = open(paths[i % 100], O_CREAT | O_TRUNC | O_WRONLY, 0600);
        CHECK(fd >= 0 && write(fd, "int y;\n", 7) == 7 && close(fd) == 0);
    }
}

TEST(storm_in_an_ignored_folder_is_not_heard)
{
    struct heard h;
    test_write_file("p/a.c", "int a;\n");
    test_write_file("p/.gitignore", "/out/\n");
    test_write_file("p/out/sub/x.c", "int x;\n");
    test_write_file("p/node_modules/m/i.js", "1\n");
    watch_p(&h);
    CHECK_INT(stats_of(&h).watched_dirs, 1);
    storm(34000); /* 100,000 events: more than the system would keep for us */
    settle(&h);
    CHECK_INT(h.batches, 0);
    CHECK_INT(stats_of(&h).overflows, 0);
    CHECK(uv_backend_timeout(&loop) == -1); /* no timer runs: nothing will wake us */
    stop(&h);
    end();
}

TEST(folder_on_another_file_system_is_not_watched_below_a_confined_root)
{
    struct ob_watch_options o = OB_WATCH_OPTIONS_INIT;
    struct ob_root *whole, *one;
    struct heard h = {0};
    struct ob_error e = OB_ERROR_INIT;
    test_write_file("p/mnt/x", "");
    test_write_file("p/sub/a.md", "a\n");
    ns_enter(CLONE_NEWNS);
    if (mount("none", in_scratch("p/mnt"), "tmpfs", 0, NULL) != 0)
        test_skip("the system lets a namespace mount nothing");
    test_write_file("p/mnt/깊이/a.md", "a\n");
    begin(OB_WATCHER_MAX_FOLDERS);
    CHECK_INT(ob_root_open(&whole, in_scratch("p"), &e), 0);
    CHECK_INT(ob_root_confine(&one, whole, true, &e), 0);
    h.root = one;
    CHECK_INT(ob_watch_start(&h.watch, watcher, one, &o, on_batch, &h, &e), 0);
    settle(&h);
    CHECK_INT(stats_of(&h).watched_dirs, 2); /* the project and sub */
    forget(&h);
    test_write_file("p/mnt/깊이/b.md", "b\n");
    test_write_file("p/sub/b.md", "b\n");
    settle(&h);
    CHECK_INT(times(&h, "mnt/깊이/b.md"), 0);
    CHECK_INT(times(&h, "sub/b.md"), 1);
    stop(&h);
    ob_root_unref(whole);
    end();
    CHECK(umount2(in_scratch("p/mnt"), MNT_DETACH) == 0);
}

TEST(folder_that_comes_to_be_ignored_is_watched_no_more)
{
    struct heard h;
    test_write_file("p/gen/sub/a.c", "int a;\n");
    watch_p(&h);
    CHECK_INT(stats_of(&h).watched_dirs, 3);
    test_write_file("p/.gitignore", "gen/\n");
    settle(&h);
    CHECK_INT(stats_of(&h).watched_dirs, 1);
    CHECK(unlink(in_scratch("p/.gitignore")) == 0);
    settle(&h);
    CHECK_INT(stats_of(&h).watched_dirs, 3);
    stop(&h);
    end();
}

/* The folders that the system watches for us. */
static size_t watched_by_system(void)
{
    size_t n = 0;
    char path[64], line[256];
    DIR *d = opendir("/proc/self/fdinfo");
    CHECK(d != NULL);
    for (struct dirent *e; (e = readdir(d));) {
        snprintf(path, sizeof path, "/proc/self/fdinfo/%.20s", e->d_name);
        FILE *f = fopen(path, "r");
        while (f && fgets(line, sizeof line, f))
            n += strncmp(line, "inotify wd:", 11) == 0;
        if (f)
            fclose(f);
    }
    closedir(d);
    return n;
}

static bool are_given_back(void *data)
{
    return watched_by_system() == *(size_t *)data;
}

/* A turn of the loop does not give back all of many. */
TEST(folders_that_wait_to_be_given_back_may_be_watched_again)
{
    enum { MANY = 3500 };
    struct heard h;
    char name[64];
    size_t one = 1;
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "p/gen/d%d/a.c", i);
        test_write_file(name, "int a;\n");
    }
    watch_p(&h);
    CHECK_INT(stats_of(&h).watched_dirs, MANY + 2);
    CHECK_INT(watched_by_system(), MANY + 2);
    test_write_file("p/.gitignore", "gen/\n");
    settle(&h);
    CHECK_INT(stats_of(&h).watched_dirs, 1);
    CHECK(watched_by_system() > 1); /* most wait */
    CHECK(unlink(in_scratch("p/.gitignore")) == 0);
    settle(&h);
    CHECK_INT(stats_of(&h).watched_dirs, MANY + 2);
    settle(&h);
    forget(&h);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "p/gen/d%d/b.c", i);
        test_write_file(name, "int b;\n");
    }
    settle(&h);
    CHECK_INT(h.rescans, 0);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "gen/d%d/b.c", i);
        CHECK(times(&h, name) >= 1);
    }
    CHECK_INT(watched_by_system(), MANY + 2);
    test_write_file("p/.gitignore", "gen/\n");
    settle(&h);
    run_until(are_given_back, &one, "all to be given back");
    CHECK_INT(uv_backend_timeout(&loop), -1);
    stop(&h);
    end();
}

TEST(file_that_has_a_folder_beside_it_left_out_counts_when_it_comes_or_goes)
{
    struct heard h;
    test_write_file("p/target/a.md", "a\n");
    watch_p(&h);
    CHECK_INT(stats_of(&h).watched_dirs, 2);
    test_write_file("p/Cargo.toml", "[package]\n");
    settle(&h);
    CHECK_INT(h.rescans, 1);
    CHECK_INT(stats_of(&h).watched_dirs, 1);
    forget(&h);
    test_write_file("p/Cargo.toml", "[workspace]\n");
    settle(&h);
    CHECK_INT(h.rescans, 0);
    CHECK_INT(times(&h, "Cargo.toml"), 1);
    CHECK(unlink(in_scratch("p/Cargo.toml")) == 0);
    settle(&h);
    CHECK_INT(h.rescans, 1);
    CHECK_INT(stats_of(&h).watched_dirs, 2);
    stop(&h);
    end();
}

TEST(folder_that_holds_a_mark_is_watched_for_it_and_nothing_below)
{
    struct heard h;
    test_write_file("p/env/lib/a.py", "a\n");
    watch_p(&h);
    test_write_file("p/env/pyvenv.cfg", "home = /usr\n");
    settle(&h);
    CHECK_INT(h.rescans, 1);
    CHECK_INT(stats_of(&h).watched_dirs, 2); /* the project and env */
    ob_watch_renew(h.watch);
    settle(&h);
    CHECK_INT(stats_of(&h).watched_dirs, 2);
    forget(&h);
    CHECK(unlink(in_scratch("p/env/pyvenv.cfg")) == 0);
    settle(&h);
    CHECK_INT(h.rescans, 1);
    CHECK_INT(stats_of(&h).watched_dirs, 3);
    stop(&h);
    end();
}

/* ------------------------------------------------------------ ways of saving */
static void save_in_place(void)
{
    int fd = open(in_scratch("p/a.md"), O_WRONLY | O_TRUNC);
    CHECK(fd >= 0 && write(fd, "new ", 4) == 4 && write(fd, "text\n", 5) == 5);
    CHECK(fsync(fd) == 0 && close(fd) == 0);
}

static void save_by_rename(void)
{
    test_write_file("p/.a.md.tmp", "new text\n");
    CHECK(rename(in_scratch("p/.a.md.tmp"), in_scratch("p/a.md")) == 0);
}

static void save_with_backup(void) /* Vim with 'backupcopy' no: rename, write, delete the backup */
{
    test_write_file("p/4913", "");
    CHECK(unlink(in_scratch("p/4913")) == 0);
    CHECK(rename(in_scratch("p/a.md"), in_scratch("p/a.md~")) == 0);
    test_write_file("p/a.md", "new text\n");
    CHECK(chmod(in_scratch("p/a.md"), 0644) == 0);
    CHECK(unlink(in_scratch("p/a.md~")) == 0);
}

static void save_with_copy(void) /* 'backupcopy' yes */
{
    test_write_file("p/a.md~", "old text\n");
    save_in_place();
    CHECK(unlink(in_scratch("p/a.md~")) == 0);
}

static void save_through_a_link(void)
{
    int fd = open(in_scratch("p/link.md"), O_WRONLY | O_TRUNC);
    CHECK(fd >= 0 && write(fd, "new text\n", 9) == 9 && close(fd) == 0);
}

static void save_twice(void)
{
    save_in_place();
    save_in_place();
}

static bool has_batch(void *data)
{
    return ((struct heard *)data)->batches > 0;
}

TEST(every_way_of_saving_is_one_report)
{
    static void (*const ways[])(void) = {save_in_place,  save_by_rename,      save_with_backup,
                                         save_with_copy, save_through_a_link, save_twice};
    struct heard h;
    test_write_file("p/a.md", "old text\n");
    CHECK(symlink("a.md", in_scratch("p/link.md")) == 0);
    watch_p(&h);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        ways[i]();
        run_until(has_batch, &h, "a report");
        settle(&h);
        if (h.batches != 1 || times(&h, "a.md") != 1)
            test_fail(__FILE__, __LINE__, "way %zu: %zu reports, a.md in %zu", i, h.batches,
                      times(&h, "a.md"));
        forget(&h);
    }
    stop(&h);
    end();
}

/* Has a real Neovim write TEXT through p/NAME, with SETTINGS.  The loop does not run meanwhile, so that
 * what comes is the whole save however slow the machine is. */
static void save_by_neovim(const char *nvim, const char *name, const char *settings,
                           const char *text)
{
    char set[128], put[128], file[512];
    snprintf(set, sizeof set, "+set %s", settings);
    snprintf(put, sizeof put, "+call setline(1,'%s')", text);
    snprintf(file, sizeof file, "%s", in_scratch(name));
    pid_t pid = fork();
    if (pid == 0) {
        setenv("XDG_STATE_HOME", in_scratch("state"), 1);
        if (freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr))
            execl(nvim, nvim, "--clean", "--headless", set, put, "+w!", "+qa!", file, (char *)NULL);
        _exit(127);
    }
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

TEST(real_neovim_saves_are_one_report_of_one_file)
{
    static const char *const settings[] = {"bkc=yes nowb",     "bkc=yes wb",       "bkc=no nowb",
                                           "bkc=no wb",        "bkc=auto nowb",    "bkc=auto wb",
                                           "bk bkc=no bdir=.", "bk bkc=yes bdir=."};
    static const char *const names[] = {"p/a.md", "p/link.md", "p/locked.md"};
    struct heard h;
    char nvim[512], text[64];
    const char *deps = getenv("OPENBOOK_DEPS");
    snprintf(nvim, sizeof nvim, "%s/nvim-0.12/bin/nvim", deps && *deps ? deps : "build/deps");
    if (access(nvim, X_OK) != 0)
        test_skip("there is no Neovim in build/deps");
    test_write_file("p/a.md", "old text\n");
    test_write_file("p/.gitignore", "*~\n");
    CHECK(symlink("a.md", in_scratch("p/link.md")) == 0);
    CHECK(chmod(test_write_file("p/locked.md", "old text\n"), 0444) == 0);
    watch_p(&h);
    for (size_t i = 0; i < 8 * 3; i++) {
        const char *name = names[i / 8], *real = i / 8 == 1 ? "a.md" : names[i / 8] + 2;
        snprintf(text, sizeof text, "%zu번째 글", i);
        save_by_neovim(nvim, name, settings[i % 8], text);
        run_until(has_batch, &h, "a report");
        settle(&h);
        if (h.batches != 1 || times(&h, real) != 1 || h.rescans)
            test_fail(__FILE__, __LINE__, "%s with %s: %zu reports, %s in %zu", name,
                      settings[i % 8], h.batches, real, times(&h, real));
        CHECK_INT(times(&h, "4913"), 0);
        forget(&h);
    }
    stop(&h);
    end();
}

TEST(file_that_is_held_open_and_grows_is_reported_now_and_then)
{
    struct heard h;
    struct ob_watch_options o = OB_WATCH_OPTIONS_INIT;
    o.writing_ms = 50;
    int fd = open(test_write_file("p/app.txt", "begin\n"), O_WRONLY | O_APPEND);
    begin(OB_WATCHER_MAX_FOLDERS);
    watch(&h, "p", &o);
    int64_t start_us = ob_clock_us();
    size_t lines = 0;
    while (ob_clock_us() - start_us < 400 * 1000) { /* some thousand lines */
        CHECK(write(fd, "한 줄\n", 8) == 8);
        lines++;
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    int64_t took_ms = (ob_clock_us() - start_us) / 1000;
    CHECK(h.batches >= 1 && h.batches <= (size_t)took_ms / 50 + 1);
    CHECK(lines > 100);
    CHECK(write(fd, "끝\n", 4) == 4);
    forget(&h);
    settle(&h); /* a fence does not wait for the writer to close */
    CHECK_INT(times(&h, "app.txt"), 1);
    close(fd);
    stop(&h);
    end();
}

/* ------------------------------------------------------------ losses */
TEST(overflow_is_noticed_and_asks_for_a_rescan)
{
    struct heard h;
    test_write_file("p/a.md", "a\n");
    watch_p(&h);
    int rounds = ns_overflow_rounds(40000);
    for (int i = 0; i < rounds; i++) { /* the loop does not run: the queue fills */
        char name[64];
        snprintf(name, sizeof name, "%s/p/f%d.md", test_scratch, i);
        int fd = open(name, O_CREAT | O_WRONLY, 0600);
        CHECK(fd >= 0);
        close(fd);
    }
    settle(&h);
    CHECK(stats_of(&h).overflows >= 1);
    CHECK(h.rescans >= 1);
    forget(&h);
    test_write_file("p/after/b.md", "b\n"); /* and goes on */
    settle(&h);
    CHECK_INT(times(&h, "after/b.md"), 1);
    stop(&h);
    end();
}

TEST(file_made_with_its_folder_is_never_missed)
{
    struct heard h;
    char name[64];
    test_write_file("p/a.md", "a\n");
    watch_p(&h);
    const char *long_run = getenv("OPENBOOK_ROUNDS");
    int rounds = long_run ? atoi(long_run) : 2000;
    for (int i = 0; i < rounds; i++) {
        snprintf(name, sizeof name, "p/d%d/e/f.md", i);
        test_write_file(name, "안\n");
        if (i % 3 == 0)
            uv_run(&loop, UV_RUN_NOWAIT); /* in every stage of being added */
        if (i % 50 == 0)
            settle(&h);
    }
    settle(&h);
    for (int i = 0; i < rounds && !h.rescans; i++) {
        snprintf(name, sizeof name, "d%d/e/f.md", i);
        if (!times(&h, name))
            test_fail(__FILE__, __LINE__, "%s was missed", name);
    }
    CHECK_INT(h.rescans, 0);
    stop(&h);
    end();
}

TEST(folder_that_is_moved_is_followed_and_its_old_name_reported)
{
    struct heard h;
    test_write_file("p/old/sub/a.md", "a\n");
    test_write_file("p/b.md", "b\n");
    watch_p(&h);
    CHECK(rename(in_scratch("p/old"), in_scratch("p/new")) == 0);
    settle(&h);
    CHECK(times(&h, "old/") == 1 && times(&h, "new/sub/a.md") >= 1);
    CHECK_INT(h.batches, 1); /* both halves together */
    CHECK_INT(stats_of(&h).watched_dirs, 3);
    forget(&h);
    test_write_file("p/new/sub/c.md", "c\n");
    settle(&h);
    CHECK_INT(times(&h, "new/sub/c.md"), 1);
    CHECK(rename(in_scratch("p/new"), in_scratch("away")) == 0); /* out of the root */
    settle(&h);
    CHECK_INT(stats_of(&h).watched_dirs, 1);
    forget(&h);
    test_write_file("away/sub/d.md", "d\n");
    settle(&h);
    CHECK_INT(h.batches, 0);
    stop(&h);
    end();
}

/* How many folders the system watches for us. */
static size_t watched_by_the_system(void)
{
    char path[64], line[256];
    size_t n = 0;
    for (int fd = 0; fd < 64 && !n; fd++) {
        snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
        FILE *f = fopen(path, "r");
        while (f && fgets(line, sizeof line, f))
            n += strncmp(line, "inotify ", 8) == 0;
        if (f)
            fclose(f);
    }
    return n;
}

/* Reads the events there are, which begins a job, and lets its worker add folders until N are watched;
 * its result is not taken before the loop runs again. */
static void add_without_taking(size_t n)
{
    int64_t end_us = ob_clock_us() + DEADLINE_MS * 1000;
    uv_run(&loop, UV_RUN_NOWAIT);
    while (watched_by_the_system() < n)
        CHECK(ob_clock_us() < end_us);
}

TEST(folder_that_leaves_while_it_is_added_is_watched_no_more)
{
    struct heard h;
    test_write_file("p/.gitignore", "/out/\n");
    test_write_file("p/out/x", "");
    watch_p(&h);
    test_write_file("p/new/sub/deep/a.md", "a\n");
    add_without_taking(4);
    CHECK(rename(in_scratch("p/new/sub"), in_scratch("p/out/sub")) == 0);
    settle(&h);
    CHECK_INT(stats_of(&h).watched_dirs, 2);
    CHECK_INT(watched_by_the_system(), 2);
    CHECK(rename(in_scratch("p/out/sub"), in_scratch("p/new/sub")) == 0);
    settle(&h);
    CHECK(times(&h, "new/sub/deep/a.md") >= 1);
    CHECK_INT(stats_of(&h).watched_dirs, 4);
    CHECK_INT(watched_by_the_system(), 4);
    stop(&h);
    end();
}

TEST(root_that_goes_is_a_doubt_and_its_successor_is_watched_after_renewal)
{
    struct heard h;
    test_write_file("p/a.md", "a\n");
    watch_p(&h);
    uint64_t before = ob_root_version(h.root);
    CHECK(rename(in_scratch("p"), in_scratch("old")) == 0);
    settle(&h);
    CHECK(h.rescans >= 1);
    uint64_t gone = ob_root_version(h.root);
    CHECK(gone != before && ob_root_is_gone(h.root));
    CHECK_INT(ob_root_version(h.root), gone);
    test_write_file("p/b.md", "b\n");
    uint64_t back = ob_root_version(h.root);
    CHECK(back != gone && !ob_root_is_gone(h.root));
    ob_watch_renew(h.watch);
    settle(&h);
    forget(&h);
    test_write_file("p/c.md", "c\n");
    test_write_file("old/d.md", "d\n");
    settle(&h);
    CHECK_INT(times(&h, "c.md"), 1);
    CHECK_INT(times(&h, "d.md"), 0);
    stop(&h);
    end();
}

TEST(unmounted_root_is_a_doubt)
{
    struct heard h;
    CHECK(mkdir(in_scratch("p"), 0700) == 0);
    ns_enter(CLONE_NEWNS);
    if (mount("none", in_scratch("p"), "tmpfs", 0, NULL) != 0)
        test_skip("the system does not let a namespace mount");
    test_write_file("p/a.md", "a\n");
    watch_p(&h);
    uint64_t mounted = ob_root_version(h.root);
    CHECK(umount2(in_scratch("p"), MNT_DETACH) == 0);
    CHECK(ob_root_version(h.root) !=
          mounted); /* lets go of the old one: only now it is unmounted */
    settle(&h);
    CHECK(h.rescans >= 1);
    ob_watch_renew(h.watch);
    settle(&h);
    forget(&h);
    test_write_file("p/b.md", "b\n");
    settle(&h);
    CHECK_INT(times(&h, "b.md"), 1);
    stop(&h);
    end();
}

TEST(idle_watch_has_no_timer)
{
    struct heard h;
    test_write_file("p/a.md", "a\n");
    watch_p(&h);
    save_in_place();
    settle(&h);
    CHECK_INT(uv_backend_timeout(&loop), -1);
    stop(&h);
    end();
}

TEST_MAIN(CASE(all_roots_share_one_instance_and_a_shared_folder_is_told_to_each),
          CASE(folders_over_the_budget_are_counted_and_the_others_stay_live),
          CASE(watches_refused_by_the_system_are_counted),
          CASE(missing_instance_is_an_error_that_names_the_limit),
          CASE(storm_in_an_ignored_folder_is_not_heard),
          CASE(folder_on_another_file_system_is_not_watched_below_a_confined_root),
          CASE(folder_that_comes_to_be_ignored_is_watched_no_more),
          CASE(folders_that_wait_to_be_given_back_may_be_watched_again),
          CASE(file_that_has_a_folder_beside_it_left_out_counts_when_it_comes_or_goes),
          CASE(folder_that_holds_a_mark_is_watched_for_it_and_nothing_below),
          CASE(every_way_of_saving_is_one_report),
          CASE(file_that_is_held_open_and_grows_is_reported_now_and_then),
          CASE(overflow_is_noticed_and_asks_for_a_rescan),
          CASE(file_made_with_its_folder_is_never_missed),
          CASE(folder_that_is_moved_is_followed_and_its_old_name_reported),
          CASE(folder_that_leaves_while_it_is_added_is_watched_no_more),
          CASE(root_that_goes_is_a_doubt_and_its_successor_is_watched_after_renewal),
          CASE(unmounted_root_is_a_doubt), CASE(idle_watch_has_no_timer),
          CASE(real_neovim_saves_are_one_report_of_one_file))
