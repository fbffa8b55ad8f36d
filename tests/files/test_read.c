/* Reading a file while somebody does everything to it: never outside the root, never blocked, and
 * whole when it is at rest. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/files/walk.h"

#include "test.h"

static struct ob_root *root;
static struct ob_buf text;
static enum ob_skip reason;

static const char *in_p(const char *name)
{
    return test_path("p/%s", name);
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

static atomic_uint *swaps; /* made so far; shared with the child that makes them */

/* Runs SWAP over and over in a child until the parent kills it. */
static pid_t begin(void (*swap)(unsigned i))
{
    int ready[2];
    char byte;
    CHECK(pipe(ready) == 0);
    swaps = mmap(NULL, sizeof *swaps, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(swaps != MAP_FAILED);
    pid_t pid = fork();
    if (pid == 0) {
        close(ready[0]);
        for (unsigned i = 0;; i++) {
            swap(i);
            atomic_store(swaps, i + 1);
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
    munmap(swaps, sizeof *swaps);
}

/* ROUNDS, or as many as a long run asks for. */
static int rounds_of(int rounds)
{
    const char *long_run = getenv("OPENBOOK_SWAPS");
    return long_run ? atoi(long_run) : rounds;
}

/* At least ROUNDS, and on until ENOUGH: on a busy machine the other side may not get its turn for long.
 * The case's deadline ends what goes on for ever. */
static bool goes_on(int i, int rounds, bool enough)
{
    return i < rounds || !enough;
}

/* Something else may stand there already: all part of the game. */
static void try_link(const char *to, const char *at)
{
    if (symlink(to, at) != 0)
        return;
}

static void swap_with_links(unsigned i)
{
    (void)unlink(in_p("a.md"));
    switch (i % 5) {
    case 0: try_link("../secret.md", in_p("a.md")); break;
    case 1: (void)mkfifo(in_p("a.md"), 0600); break;
    case 2: (void)mkdir(in_p("a.md"), 0700); break;
    default: test_write_file("p/a.md", "inside\n");
    }
    if (i % 5 == 2)
        (void)rmdir(in_p("a.md"));
    (void)rename(in_p("dir"), in_p("dir.kept"));
    try_link("../outside", in_p("dir"));
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
    unsigned rounds = (unsigned)rounds_of(5000); /* of swaps, and of reads that gave something */
    for (int i = 0; goes_on(i, 20000, inside >= rounds && atomic_load(swaps) >= rounds); i++) {
        if (read_p(i % 2 ? "a.md" : "dir/b.md") != 0)
            continue;
        if (strstr(ob_buf_str(&text), "CANARY"))
            test_fail(__FILE__, __LINE__, "read outside the root in round %d", i);
        inside++;
    }
    end(pid); /* and no FIFO held us */
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

/* One line of N million bytes, as bundlers write them. */
static void write_line(const char *name, int n)
{
    size_t len = 1000000;
    char *million = ob_alloc(len);
    for (size_t i = 0; i < len; i += 10)
        memcpy(million + i, "var a=\xEA\xB0\x80;", 10);
    int fd = open(test_write_file(name, ""), O_WRONLY);
    CHECK(fd >= 0);
    for (int i = 0; i < n; i++)
        CHECK_INT(write(fd, million, len), len);
    close(fd);
    ob_free(million);
}

static bool count_big(const char *path, enum ob_skip why, const struct ob_file_stat *stat,
                      void *data)
{
    (void)path, (void)stat;
    *(int *)data += why == OB_SKIP_SIZE;
    return true;
}

TEST(huge_files_are_refused_by_their_size_alone)
{
    const struct ob_walk_options walk = OB_WALK_OPTIONS_INIT;
    struct ob_buf why;
    int big = 0;
    open_p();
    ob_buf_init(&why, 4096);
    int fd = open(test_write_file("p/sparse.md", ""), O_WRONLY);
    CHECK(ftruncate(fd, 5LL << 30) == 0 && close(fd) == 0);
    write_line("p/bundle.js", 100);
    size_t before = ob_io_bytes_read();
    for (int i = 0; i < 20; i++) {
        CHECK_INT(read_p(i % 2 ? "sparse.md" : "bundle.js"), OB_ETOOBIG);
        CHECK_INT(reason, OB_SKIP_SIZE);
    }
    CHECK_INT(ob_walk(NULL, root, &walk, count_big, &big, NULL), 0);
    CHECK_INT(big, 2); /* which the report of what is skipped counts */
    CHECK_INT(ob_walk_why(&why, root, &walk, "bundle.js"), 0);
    CHECK_INT(ob_io_bytes_read(), before); /* and nobody looked into them */
    CHECK_STR(ob_buf_str(&why), "bundle.js is left out: over 1048576 bytes");
    ob_buf_release(&why);
    close_p();
}

static void grow(unsigned i)
{
    static char block[1 << 18];
    int fd = open(in_p("log.txt"), O_WRONLY | O_CREAT | (i % 64 ? O_APPEND : O_TRUNC), 0600);
    memset(block, 'z', sizeof block);
    (void)!write(fd, block, sizeof block);
    close(fd);
}

TEST(file_that_grows_while_it_is_read_costs_no_more_than_the_limit)
{
    enum { LIMIT = 1 << 20, STEP = 1 << 16 };
    size_t taken = 0, refused = 0;
    open_p();
    pid_t pid = begin(grow);
    for (int i = 0; goes_on(i, 2000, taken > 10 && refused > 10); i++) {
        size_t before = ob_io_bytes_read();
        int err = read_p("log.txt");
        CHECK(err == 0 || (err == OB_ETOOBIG && reason == OB_SKIP_SIZE));
        CHECK(ob_io_bytes_read() - before <= 2 * (LIMIT + STEP)); /* read again once at most */
        taken += err == 0;
        refused += err != 0;
    }
    end(pid);
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

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(path_that_is_swapped_for_a_link_never_leads_outside),
        CASE(file_that_is_rewritten_meanwhile_is_read_and_is_whole_at_rest),
        CASE(file_that_comes_and_goes_is_there_or_vanished),
        CASE(special_files_are_refused_at_once),
        CASE(huge_files_are_refused_by_their_size_alone),
        CASE(file_that_grows_while_it_is_read_costs_no_more_than_the_limit),
        CASE(nul_at_the_beginning_is_binary_and_later_is_text),
        CASE(line_of_a_megabyte_is_read_whole),
        CASE(decomposed_hangul_name_is_opened_by_its_own_bytes),
        CASE(paths_that_are_no_plain_paths_are_refused),
        CASE(every_file_call_may_fail_and_the_next_read_is_whole),
        CASE(reads_that_are_interrupted_or_short_end_whole),
    };
    test_timeout_s = getenv("OPENBOOK_SWAPS") ? 3600 : 60;
    return test_main(cases, sizeof cases / sizeof *cases, argc, argv);
}
