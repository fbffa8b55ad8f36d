/* Reading a file while somebody does everything to it: never outside the root, never blocked, and
 * whole when it is at rest. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openbook/base/clock.h"
#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/files/walk.h"

#include "test.h"

static struct ob_root *root;
static struct ob_buf text;
static enum ob_skip reason;

static const char *in_p(const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/p/%s", test_scratch, name);
    return path;
}

static void open_p(void)
{
    struct ob_error e = OB_ERROR_INIT;
    (void)mkdir(in_p(""), 0700); /* may be there */
    char *path = ob_asprintf("%s/p", test_scratch);
    if (ob_root_open(&root, path, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
    ob_free(path);
    ob_buf_init(&text, 4 << 20);
}

static int read_p(const char *name)
{
    return ob_file_read(&text, NULL, &reason, root, name, 1 << 20, NULL);
}

static void close_p(void)
{
    ob_buf_release(&text);
    ob_root_unref(root);
}

/* ------------------------------------------------------------ swappers */

/* Runs SWAP over and over in a child until the parent kills it. */
static pid_t begin(void (*swap)(unsigned i))
{
    int ready[2];
    char byte;
    CHECK(pipe(ready) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(ready[0]);
        for (unsigned i = 0;; i++) {
            swap(i);
            if (i == 2 && write(ready[1], "x", 1) != 1)
                _exit(1);
        }
    }
    close(ready[1]);
    CHECK(read(ready[0], &byte, 1) == 1); /* it is under way */
    close(ready[0]);
    return pid;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* At least ROUNDS, and on until ENOUGH: on a busy machine the other side may not get its turn for long.
 * False when it is over, and when it takes too long. */
static bool goes_on(int i, int rounds, bool enough)
{
    static int64_t end_us;
    if (i == 0)
        end_us = ob_clock_us() + 25 * 1000000;
    return (i < rounds || !enough) && ob_clock_us() < end_us;
}

static void swap_with_links(unsigned i)
{
    (void)unlink(in_p("a.md"));
    switch (i % 5) {
    case 0: (void)symlink("../secret.md", in_p("a.md")); break;
    case 1: (void)mkfifo(in_p("a.md"), 0600); break;
    case 2: (void)mkdir(in_p("a.md"), 0700); break;
    default: test_write_file("p/a.md", "inside\n");
    }
    if (i % 5 == 2)
        (void)rmdir(in_p("a.md"));
    (void)rename(in_p("dir"), in_p("dir.kept"));
    (void)symlink("../outside", in_p("dir"));
    (void)unlink(in_p("dir"));
    (void)rename(in_p("dir.kept"), in_p("dir"));
}

TEST(path_that_is_swapped_for_a_link_never_leads_outside)
{
    size_t inside = 0;
    test_write_file("secret.md", "CANARY\n");
    test_write_file("outside/b.md", "CANARY\n");
    test_write_file("p/a.md", "inside\n");
    test_write_file("p/dir/b.md", "inside\n");
    open_p();
    pid_t pid = begin(swap_with_links);
    for (int i = 0; goes_on(i, 20000, inside > 100); i++) { /* and a FIFO does not hold us */
        if (read_p(i % 2 ? "a.md" : "dir/b.md") != 0)
            continue;
        if (strstr(ob_buf_str(&text), "CANARY"))
            test_fail(__FILE__, __LINE__, "read outside the root in round %d", i);
        inside++;
    }
    end(pid);
    CHECK(inside > 100);
    close_p();
}

static void rewrite(unsigned i)
{
    static char block[2][60000];
    if (!block[0][0]) {
        memset(block[0], 'a', sizeof block[0]);
        memset(block[1], 'b', sizeof block[1]);
    }
    int fd = open(in_p("a.md"), O_WRONLY | O_CREAT | (i % 3 ? O_TRUNC : 0), 0600);
    (void)!write(fd, block[i % 2], sizeof block[0] - i % 7 * 1000);
    close(fd);
}

TEST(file_that_is_rewritten_meanwhile_is_read_and_is_whole_at_rest)
{
    size_t read_n = 0;
    test_write_file("p/a.md", "a\n");
    open_p();
    pid_t pid = begin(rewrite);
    for (int i = 0; goes_on(i, 4000, read_n > 0); i++) {
        if (read_p("a.md") != 0)
            test_fail(__FILE__, __LINE__, "round %d: %s", i, ob_skip_name(reason));
        CHECK(text.len <= 60000); /* never more than was ever there */
        read_n += text.len > 0;
    }
    end(pid);
    CHECK(read_n > 0);
    rewrite(1);
    CHECK_INT(read_p("a.md"), 0);
    CHECK(text.len >= 59000 && !memchr(ob_buf_str(&text), 'a', 59000));
    close_p();
}

static void come_and_go(unsigned i)
{
    (void)i;
    test_write_file("p/a.md", "there\n");
    (void)rename(in_p("a.md"), in_p("b.md"));
    (void)unlink(in_p("b.md"));
}

TEST(file_that_comes_and_goes_is_there_or_vanished)
{
    size_t there = 0, gone = 0;
    open_p();
    pid_t pid = begin(come_and_go);
    for (int i = 0; goes_on(i, 20000, there > 0 && gone > 0); i++) {
        int err = read_p(i % 2 ? "a.md" : "b.md");
        if (err == 0) {
            CHECK(text.len == 6 || text.len == 0);
            there++;
        } else {
            CHECK_INT(err, OB_ENOTFOUND);
            CHECK_INT(reason, OB_SKIP_VANISHED);
            gone++;
        }
    }
    end(pid);
    CHECK(there > 0 && gone > 0);
    close_p();
}

/* ------------------------------------------------------------ what is no text */
TEST(special_files_are_refused_at_once)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    test_write_file("p/x.md", "x\n");
    open_p();
    CHECK_INT(mkfifo(in_p("fifo.md"), 0600), 0);
    CHECK_INT(mkdir(in_p("dir.md"), 0700), 0);
    CHECK_INT(symlink("/dev/zero", in_p("zero.md")), 0);
    CHECK_INT(symlink("self.md", in_p("self.md")), 0);
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(addr.sun_path, sizeof addr.sun_path, "%s", in_p("sock.md"));
    CHECK(s >= 0 && bind(s, (struct sockaddr *)&addr, sizeof addr) == 0);
    bool device = mknod(in_p("dev.md"), S_IFCHR | 0600, makedev(1, 5)) == 0;
    static const char *const names[] = {"fifo.md", "dir.md",  "zero.md",
                                        "self.md", "sock.md", "dev.md"};
    for (size_t i = 0; i < 6; i++) {
        if (i == 5 && !device)
            break; /* only root may make one */
        CHECK(read_p(names[i]) != 0);
        if (reason != OB_SKIP_SPECIAL && !(i == 5 && reason == OB_SKIP_UNREADABLE))
            test_fail(__FILE__, __LINE__, "%s is %s", names[i], ob_skip_name(reason));
    }
    close(s);
    close_p();
}

TEST(huge_files_are_refused_by_their_size_alone)
{
    struct rusage before, after;
    open_p();
    int fd = open(test_write_file("p/sparse.md", ""), O_WRONLY);
    CHECK(ftruncate(fd, 5LL << 30) == 0 && close(fd) == 0);
    getrusage(RUSAGE_SELF, &before);
    for (int i = 0; i < 200; i++) {
        CHECK_INT(read_p("sparse.md"), OB_ETOOBIG);
        CHECK_INT(reason, OB_SKIP_SIZE);
    }
    getrusage(RUSAGE_SELF, &after);
    CHECK(after.ru_utime.tv_sec + after.ru_stime.tv_sec -
              (before.ru_utime.tv_sec + before.ru_stime.tv_sec) <=
          1);
    close_p();
}

TEST(nul_at_the_beginning_is_binary_and_later_is_text)
{
    static char late[20000];
    open_p();
    memset(late, 'x', sizeof late);
    for (size_t i = 79; i < sizeof late; i += 80)
        late[i] = '\n';
    late[15000] = '\0';
    test_write_bytes("p/early.md", "PK\0\0\1\2binary", 12);
    test_write_bytes("p/late.md", late, sizeof late);
    CHECK(read_p("early.md") != 0 && reason == OB_SKIP_BINARY);
    CHECK_INT(read_p("late.md"), 0);
    CHECK_INT(text.len, sizeof late); /* a NUL does not end it */
    close_p();
}

TEST(line_of_a_megabyte_is_read_whole)
{
    size_t len = 1 << 20;
    char *line = ob_alloc(len);
    memset(line, 'y', len);
    open_p();
    test_write_bytes("p/min.js.txt", line, len);
    CHECK_INT(read_p("min.js.txt"), 0);
    CHECK_INT(text.len, len);
    ob_free(line);
    close_p();
}

TEST(decomposed_hangul_name_is_opened_by_its_own_bytes)
{
    const char *nfd = "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab.md", *nfc = "\xed\x95\x9c.md";
    char name[64];
    snprintf(name, sizeof name, "p/%s", nfd);
    test_write_file(name, "분해형\n");
    open_p();
    CHECK_INT(read_p(nfd), 0);
    CHECK_STR(ob_buf_str(&text), "분해형\n");
    CHECK_INT(read_p(nfc), OB_ENOTFOUND);
    close_p();
}

TEST(paths_that_are_no_plain_paths_are_refused)
{
    static const char *const bad[] = {
        "",        ".",      "..",       "../p/a.md", "/etc/passwd",
        "a/../b",  "./a.md", "a//b.md",  "a/",        "/proc/self/exe",
        "a.md/..", "dir/.",  "x/../../y"};
    test_write_file("p/a.md", "a\n");
    test_write_file("p/dir/b.md", "b\n");
    open_p();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (read_p(bad[i]) == 0)
            test_fail(__FILE__, __LINE__, "<%s> was read", bad[i]);
    char *longest = ob_alloc(1 << 20);
    memset(longest, 'a', (1 << 20) - 1);
    CHECK(read_p(longest) != 0);
    ob_free(longest);
    close_p();
}

TEST(every_file_call_may_fail_and_the_next_read_is_whole)
{
    static const int errors[] = {EIO, EMFILE, ENOMEM, ESTALE, EACCES};
    test_write_file("p/dir/a.md", "전부\n");
    open_p();
    for (size_t k = 0; k < sizeof errors / sizeof *errors; k++)
        for (int n = 1; n < 8; n++) {
            ob_io_fail_at(n, errors[k]);
            int err = read_p("dir/a.md");
            ob_io_fail_at(0, 0);
            CHECK(err == 0 || text.len == 0);
            CHECK((err == 0) == (reason == OB_SKIP_NONE));
            CHECK(err == 0 ||
                  reason == (errors[k] == EACCES ? OB_SKIP_UNREADABLE : OB_SKIP_REFUSED));
            CHECK_INT(read_p("dir/a.md"), 0);
            CHECK_STR(ob_buf_str(&text), "전부\n");
        }
    close_p();
}

TEST(reads_that_are_interrupted_or_short_end_whole)
{
    struct ob_buf long_text;
    ob_buf_init(&long_text, 1 << 20);
    for (int i = 0; i < 3000; i++)
        CHECK_INT(ob_buf_appendf(&long_text, "%d번째 줄이 온다\n", i), 0);
    test_write_file("p/dir/a.md", ob_buf_str(&long_text));
    open_p();
    for (int n = 1; n < 8; n++) {
        ob_io_fail_at(n, EINTR);
        CHECK_INT(read_p("dir/a.md"), 0);
        CHECK_STR(ob_buf_str(&text), ob_buf_str(&long_text));
    }
    ob_io_fail_at(0, 0);
    for (size_t most = 1; most < 5000; most = most * 3 + 1) { /* cuts syllables, too */
        ob_io_read_at_most(most);
        CHECK_INT(read_p("dir/a.md"), 0);
        CHECK_STR(ob_buf_str(&text), ob_buf_str(&long_text));
    }
    ob_io_read_at_most(0);
    ob_buf_release(&long_text);
    close_p();
}

TEST_MAIN(CASE(path_that_is_swapped_for_a_link_never_leads_outside),
          CASE(file_that_is_rewritten_meanwhile_is_read_and_is_whole_at_rest),
          CASE(file_that_comes_and_goes_is_there_or_vanished),
          CASE(special_files_are_refused_at_once), CASE(huge_files_are_refused_by_their_size_alone),
          CASE(nul_at_the_beginning_is_binary_and_later_is_text),
          CASE(line_of_a_megabyte_is_read_whole),
          CASE(decomposed_hangul_name_is_opened_by_its_own_bytes),
          CASE(paths_that_are_no_plain_paths_are_refused),
          CASE(every_file_call_may_fail_and_the_next_read_is_whole),
          CASE(reads_that_are_interrupted_or_short_end_whole))
