/* Random operations on a folder; after the fence the index is what a fresh look at the folder gives:
 * the same paths, the same texts, the same files left out for the same reasons.
 *
 * OPENBOOK_SEED repeats a run (a failure prints it), OPENBOOK_OPERATIONS makes it longer. */
#include <dirent.h>

#include <ftw.h>

#include "../files/ns.h"
#include "chance.h"
#include "same.h"

static unsigned done_ops;

/* ------------------------------------------------------------ names and texts */
static const char *any_path(void)
{
    static const char *const folders[] = {"a", "b", "src", "가", "x y", "out", "\xff"};
    static const char *const files[] = {"a.md", "b.c",     "c.txt", "나.md", "%d#1.md",
                                        ".env", "n\nl.md", "a.o",   "d",     "src"};
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    int n = snprintf(path, sizeof paths[0], "%s/project", test_scratch);
    for (unsigned depth = any(4); depth; depth--)
        n += snprintf(path + n, sizeof paths[0] - (size_t)n, "/%s", PICK(folders));
    snprintf(path + n, sizeof paths[0] - (size_t)n, "/%s", any(5) ? PICK(files) : PICK(folders));
    return path;
}

/* Makes the folders that PATH needs, where nothing else stands in the way. */
static void make_parents(const char *path)
{
    char copy[512];
    snprintf(copy, sizeof copy, "%s", path);
    for (char *p = copy + strlen(test_scratch) + 1; (p = strchr(p + 1, '/'));) {
        *p = '\0';
        (void)mkdir(copy, 0700); /* may be there, or be a file */
        *p = '/';
    }
}

static size_t any_text(char *out, size_t size)
{
    static const char *const lines[] = {"int f(void);\n",         "# 제목\n",
                                        "본문 한 줄\n",           "text text\n",
                                        "\xff\xfe broken \x80\n", "\xb0\xa1\xb3\xaa\n"};
    size_t n = 0;
    for (unsigned i = any(6); i; i--)
        n += (size_t)snprintf(out + n, size - n, "%u %s", any(1000), PICK(lines));
    if (any(25) == 0)
        out[n++] = '\0';
    return n;
}

static void write_to(const char *path, int flags)
{
    char text[1024];
    size_t len = any_text(text, sizeof text);
    int fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOFOLLOW | flags, 0600);
    if (fd < 0)
        return;                          /* a folder, a link, not permitted: all part of the game */
    for (size_t from = 0; from < len;) { /* in two steps, as programs do */
        size_t n = from == 0 && len > 8 ? len / 2 : len - from;
        if (write(fd, text + from, n) < 0)
            break;
        from += n;
    }
    close(fd);
}

/* ------------------------------------------------------------ operations */
static void op_write(void)
{
    const char *path = any_path();
    make_parents(path);
    write_to(path, any(3) ? O_TRUNC : any(2) ? O_APPEND : 0);
}

static void op_save_by_rename(void)
{
    const char *path = any_path();
    char tmp[600];
    make_parents(path);
    snprintf(tmp, sizeof tmp, "%s.tmp", path);
    write_to(tmp, O_TRUNC);
    if (rename(tmp, path) != 0)
        (void)unlink(tmp);
}

static void op_write_unseen(void)
{
    struct stat st;
    const char *path = any_path();
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    int fd = open(path, O_WRONLY);
    if (fd < 0)
        return;
    if (st.st_size > 0)
        (void)!pwrite(fd, "9", 1, 0);
    close(fd);
    struct timespec times[2] = {st.st_mtim, st.st_mtim};
    (void)utimensat(AT_FDCWD, path, times, 0);
}

static void op_rename(void)
{
    const char *from = any_path(), *to = any_path();
    make_parents(to);
    (void)rename(from, to); /* into itself, onto a folder that is full: refused */
}

static void op_mkdir(void)
{
    const char *path = any_path();
    make_parents(path);
    (void)mkdir(path, 0700);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    (void)remove(path);
    return 0;
}

static void op_remove(void)
{
    (void)nftw(any_path(), remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void op_unlink(void)
{
    (void)unlink(any_path());
}

static void op_ignore(void)
{
    static const char *const names[] = {".gitignore", ".ignore", ".openbookignore"};
    static const char *const rules[] = {"a.md\n",  "/src/\n", "*.c\n",  "!b.c\n",
                                        "**/가\n", "out\n",   "b/**\n", "!*.md\n",
                                        "*\n",     "!*/\n",   "나*\n",  "# 주석\n"};
    char path[600];
    const char *in = any_path();
    make_parents(in);
    snprintf(path, sizeof path, "%.*s/%s", (int)(strrchr(in, '/') - in), in, PICK(names));
    if (any(3) == 0) {
        (void)unlink(path);
        return;
    }
    FILE *f = fopen(path, "w");
    for (unsigned n = any(3); f && n; n--)
        fputs(PICK(rules), f);
    if (f)
        fclose(f);
}

static void op_link(void)
{
    static const char *const targets[] = {"a.md", "..", "../a", "loop", "/etc/passwd", "nowhere"};
    const char *path = any_path();
    make_parents(path);
    if (any(3))
        (void)symlink(PICK(targets), path);
    else
        (void)link(any_path(), path);
}

static void op_chmod(void)
{
    static const mode_t modes[] = {0, 0600, 0700, 0400, 0700, 0600};
    const char *path = any_path();
    struct stat st;
    if (lstat(path, &st) == 0 && !S_ISLNK(st.st_mode)) /* a link may lead out of the game */
        (void)chmod(path, PICK(modes));                /* a folder may be closed for a while */
}

static void op_special(void)
{
    const char *path = any_path();
    make_parents(path);
    (void)mkfifo(path, 0600);
}

/* More events than the system keeps: some are lost. */
static void op_overflow(void)
{
    char path[512];
    static int rounds;
    rounds = rounds ? rounds : ns_overflow_rounds(9000);
    for (int i = 0; i < rounds; i++) {
        snprintf(path, sizeof path, "%s/project/o%d.md", test_scratch, i % 3);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (fd >= 0)
            close(fd);
    }
}

static void open_all_again(void);

static void operate(void)
{
    static void (*const ops[])(void) = {
        op_write,        op_write,  op_write,  op_write, op_save_by_rename, op_save_by_rename,
        op_write_unseen, op_rename, op_rename, op_mkdir, op_remove,         op_unlink,
        op_unlink,       op_ignore, op_link,   op_chmod, op_special};
    if (++done_ops % 700 == 0)
        op_overflow();
    else if (done_ops % 50 == 0)
        open_all_again();
    else
        PICK(ops)();
}

/* Folders that were closed are opened, so that the game goes on in them. */
static int open_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)ftw;
    if (type == FTW_D || type == FTW_DNR)
        (void)chmod(path, st->st_mode | 0700);
    return 0;
}

static void open_all_again(void)
{
    char path[512];
    snprintf(path, sizeof path, "%s/project", test_scratch);
    for (int i = 0; i < 4; i++) /* one more level each time */
        (void)nftw(path, open_entry, 16, FTW_PHYS);
}

static void drop_rights(void)
{
    CHECK(chmod(test_scratch, 0777) == 0);
    if (getuid() == 0)
        CHECK(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
}

TEST(index_equals_a_fresh_look_after_any_operations)
{
    uint64_t first = (uint64_t)from_env("OPENBOOK_SEED", 20251125);
    unsigned long operations = (unsigned long)from_env("OPENBOOK_OPERATIONS", 2000);
    struct ob_shelf_status s;
    char after[64];
    printf("seed %llu, %lu operations\n", (unsigned long long)first, operations);
    fprintf(stderr, "  OPENBOOK_SEED=%llu\n", (unsigned long long)first);
    chance_begin(first);
    drop_rights();
    open_project();
    while (done_ops < operations) {
        operate();
        if (any(4) == 0)
            uv_run(&loop, UV_RUN_NOWAIT); /* events are met in any company */
        snprintf(after, sizeof after, "after %u operations", done_ops);
        if (any(12) == 0)
            compare(after);
    }
    open_all_again();
    compare("at the end");
    ob_shelf_status(&s, shelf);
    CHECK(s.overflows > 0 || operations < 700);
    printf("%zu files, %zu overflows\n", s.index.files, s.overflows);
    close_all();
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(index_equals_a_fresh_look_after_any_operations),
    };
    test_timeout_s = getenv("OPENBOOK_OPERATIONS") ? 7200 : 120;
    return test_main(cases, sizeof cases / sizeof *cases, argc, argv);
}
