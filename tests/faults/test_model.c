/* Random operations on a folder; after the fence the index is what a fresh look at the folder gives:
 * the same paths, the same texts, the same files left out for the same reasons.
 *
 * OPENBOOK_SEED repeats a run (a failure prints it), OPENBOOK_OPERATIONS makes it longer.  The game is
 * played in rounds: with many names or with few, which meet more often; with all that can be done or
 * above all with folders. */
#include <sys/prctl.h>

#include <ftw.h>

#include "openbook/base/path.h"

#include "../files/ns.h"
#include "chance.h"
#include "same.h"

enum { OPERATIONS_A_ROUND = 1000 };

static unsigned done_ops;

/* ------------------------------------------------------------ what nobody is told of */

/* A file with several names tells only the folder of the name that it is changed under.  The system
 * says nothing where that folder is not watched, and what it says of a name that is gone before
 * anybody looks tells nobody whose name it was. */
struct change {
    uint64_t inode;
    char path[PATH_MAX]; /* of the name it was made under */
    bool told;           /* its folder was watched at that moment */
    bool known;          /* the ledger knew what the name stands for */
};
static struct change changes[256];
static size_t n_changes;

/* Whether the folder PATH is watched, as the system tells. */
static bool is_watched(const char *path)
{
    static char fdinfo[64];
    struct stat st;
    char line[256];
    unsigned long inode;
    bool found = false;
    for (int fd = 0; fd < 256 && !*fdinfo; fd++) {
        char link[64], to[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, to, sizeof to);
        if (n > 0 && strncmp(to, "anon_inode:inotify", (size_t)n) == 0)
            snprintf(fdinfo, sizeof fdinfo, "/proc/self/fdinfo/%d", fd);
    }
    FILE *f = fopen(fdinfo, "r");
    CHECK(f && stat(path, &st) == 0);
    while (!found && fgets(line, sizeof line, f))
        found = sscanf(line, "inotify wd:%*x ino:%lx", &inode) == 1 && inode == st.st_ino;
    fclose(f);
    return found;
}

/* Called before the file PATH is changed. */
static void note_change(const char *path)
{
    struct stat st;
    struct change c = {0};
    struct ob__known known;
    char folder[PATH_MAX];
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_nlink < 2)
        return;
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    if (!realpath(folder, c.path))
        return;
    c.inode = st.st_ino;
    c.told = is_watched(c.path);
    strncat(c.path, strrchr(path, '/'), sizeof c.path - strlen(c.path) - 1);
    const char *inside = ob_path_inside(project(), c.path);
    c.known = inside && ob__ledger_get(&known, &shelf->keeper.ledger, inside) &&
              known.stat.inode == c.inode;
    changes[n_changes < 256 ? n_changes++ : any(256)] = c;
}

static bool was_told(const struct change *c)
{
    struct stat st;
    return c->told && (c->known || (lstat(c->path, &st) == 0 && st.st_ino == c->inode));
}

static bool was_changed_unheard(const char *path)
{
    struct stat st;
    if (lstat(in_project(path), &st) != 0)
        return false;
    for (size_t i = 0; i < n_changes; i++)
        if (changes[i].inode == st.st_ino && !was_told(&changes[i]))
            return true;
    return false;
}

/* ------------------------------------------------------------ names and texts */
static struct {
    unsigned folders, files, depth; /* how many names there are, and how deep they lie at most */
    bool moving;                    /* mostly folders are moved */
    unsigned pause;                 /* operations between two comparisons, about */
} game = {8, 10, 3, false, 12};

static const char *any_path(void)
{
    static const char *const folders[] = {"a", "target", "가", "b", "src", "x y", "out", "\xff"};
    static const char *const files[] = {"a.md",  "src",  "b.c",     "a.o", "나.md",
                                        "c.txt", ".env", "n\nl.md", "d",   "%d#1.md"};
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    int n = snprintf(path, sizeof paths[0], "%s/project", test_scratch);
    for (unsigned depth = any(game.depth + 1); depth; depth--)
        n += snprintf(path + n, sizeof paths[0] - (size_t)n, "/%s", folders[any(game.folders)]);
    snprintf(path + n, sizeof paths[0] - (size_t)n, "/%s",
             any(5) ? files[any(game.files)] : folders[any(game.folders)]);
    return path;
}

/* Makes the folders that PATH needs, where nothing else stands in the way. */
static void make_parents(const char *path)
{
    char copy[512];
    snprintf(copy, sizeof copy, "%s", path);
    for (char *p = copy + strlen(test_scratch) + 1; (p = strchr(p + 1, '/'));) {
        *p = '\0';
        if (mkdir(copy, 0700) == 0) /* may be there, or be a file */
            did("test makes a folder", copy, 0);
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
    note_change(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOFOLLOW | flags, 0600);
    did("test writes", path, fd < 0 ? fd : 0);
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

static void change_rights(const char *path, mode_t mode)
{
    struct stat st;
    if (lstat(path, &st) != 0 || S_ISLNK(st.st_mode)) /* a link may lead out of the game */
        return;
    note_change(path);
    did(mode ? "test gives rights" : "test takes all rights", path, chmod(path, mode));
}

static int move(const char *from, const char *to)
{
    int result = rename(from, to);
    did("test moves away", from, result);
    did("test moves here", to, result);
    return result;
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
    if (move(tmp, path) != 0)
        did("test removes", tmp, unlink(tmp));
}

static void op_write_unseen(void)
{
    struct stat st;
    const char *path = any_path();
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    note_change(path);
    int fd = open(path, O_WRONLY);
    if (fd < 0)
        return;
    did("test writes unseen", path, 0);
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
    (void)move(from, to); /* into itself, onto a folder that is full: refused */
}

/* A path that most likely is a folder. */
static const char *any_folder(void)
{
    struct stat st;
    const char *path = any_path();
    for (int tries = 0; tries < 20; tries++, path = any_path())
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
            break;
    return path;
}

static void op_move_folder(void)
{
    char from[512];
    snprintf(from, sizeof from, "%s", any_folder());
    const char *to = any(2) ? any_folder() : any_path();
    make_parents(to);
    if (any(2))
        did("test removes", to, remove(to)); /* a full folder stays, and refuses */
    (void)move(from, to);
}

static void op_mkdir(void)
{
    const char *path = any_path();
    make_parents(path);
    did("test makes a folder", path, mkdir(path, 0700));
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    did("test removes", path, remove(path));
    return 0;
}

/* Everything but the project itself. */
static int remove_below(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    return ftw->level ? remove_entry(path, st, type, ftw) : 0;
}

static void op_remove(void)
{
    (void)nftw(any_path(), remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void op_unlink(void)
{
    const char *path = any_path();
    did("test removes", path, unlink(path));
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
        did("test removes", path, unlink(path));
        return;
    }
    FILE *f = fopen(path, "w");
    for (unsigned n = any(3); f && n; n--)
        fputs(PICK(rules), f);
    did("test writes rules", path, f ? 0 : -1);
    if (f)
        fclose(f);
}

/* Files that have their folder, or a folder beside them, left out. */
static void op_mark(void)
{
    static const char *const names[] = {"CACHEDIR.TAG", "Cargo.toml", "Cargo.toml"};
    char path[600];
    const char *in = any_path();
    make_parents(in);
    snprintf(path, sizeof path, "%.*s/%s", (int)(strrchr(in, '/') - in), in, PICK(names));
    if (any(6))
        did("test removes", path, unlink(path));
    else
        write_to(path, O_TRUNC);
}

static void op_symlink(void)
{
    static const char *const targets[] = {"a.md", "..", "../a", "loop", "/etc/passwd", "nowhere"};
    const char *path = any_path();
    make_parents(path);
    did("test makes a link", path, symlink(PICK(targets), path));
}

/* A path that most likely is a file; that has other names, if LINKED. */
static const char *any_file(bool linked)
{
    struct stat st;
    const char *path = any_path();
    for (int tries = 0; tries < 20; tries++, path = any_path())
        if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (!linked || st.st_nlink > 1))
            break;
    return path;
}

static void op_link(void)
{
    const char *from = any_file(any(2)), *to = any_path();
    make_parents(to);
    int result = link(from, to);
    did("test names again", from, result);
    did("test names so", to, result);
}

/* What is special with several names: changed, removed, moved under one of them. */
static void op_on_linked(void)
{
    char path[512];
    snprintf(path, sizeof path, "%s", any_file(true));
    switch (any(4)) {
    case 0: write_to(path, O_TRUNC); break;
    case 1: change_rights(path, any(2) ? 0 : 0600); break;
    case 2: did("test removes", path, unlink(path)); break;
    default: (void)move(path, any(2) ? any_path() : any_file(true));
    }
}

static void op_chmod(void)
{
    static const mode_t modes[] = {0, 0600, 0700, 0400, 0700, 0600};
    change_rights(any_path(), PICK(modes)); /* a folder may be closed for a while */
}

static void op_special(void)
{
    const char *path = any_path();
    make_parents(path);
    did("test makes a pipe", path, mkfifo(path, 0600));
}

/* More events than the system keeps: some are lost.  Each write is one, unless it is like the last. */
static void op_overflow(void)
{
    static int writes;
    int fds[3];
    did("test writes more than is told", project(), 0);
    writes = writes ? writes : ns_overflow_rounds(17000);
    for (int i = 0; i < 3; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/project/o%d.md", test_scratch, i);
        fds[i] = open(path, O_WRONLY | O_CREAT | (any(2) ? O_TRUNC : 0), 0600);
    }
    for (int i = 0; i < writes; i++)
        (void)!pwrite(fds[i % 3], "0\n", 2, any(64)); /* to -1 where there is none: no harm */
    for (int i = 0; i < 3; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static void open_all_again(void);

static void play_round(void)
{
    char path[512];
    bool few = any(2);
    game.folders = few ? 3 : 8;
    game.files = few ? 5 : 10;
    game.depth = few ? 2 : 3;
    game.pause = few ? 6 : 12;
    game.moving = any(2);
    snprintf(path, sizeof path, "%s/project", test_scratch);
    if (any(4) == 0)
        (void)nftw(path, remove_below, 16, FTW_DEPTH | FTW_PHYS);
}

static void operate(void)
{
    static void (*const with_folders[])(void) = {op_move_folder, op_move_folder, op_move_folder,
                                                 op_mkdir,       op_remove,      op_write};
    static void (*const ops[])(void) = {
        op_write,          op_write,        op_write,     op_write,  op_save_by_rename,
        op_save_by_rename, op_write_unseen, op_rename,    op_rename, op_mkdir,
        op_remove,         op_unlink,       op_unlink,    op_ignore, op_mark,
        op_symlink,        op_link,         op_on_linked, op_chmod,  op_special};
    if (done_ops % OPERATIONS_A_ROUND == 0)
        play_round();
    if (++done_ops % 700 == 0)
        op_overflow();
    else if (done_ops % 50 == 0)
        open_all_again();
    else if (game.moving && any(2))
        PICK(with_folders)();
    else
        PICK(ops)();
}

/* Folders that were closed are opened, so that the game goes on in them. */
static size_t opened;

static int open_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    bool closed = (st->st_mode & 0700) != 0700;
    (void)ftw;
    if ((type == FTW_D || type == FTW_DNR) && (closed || any(80) == 0)) {
        bool done = chmod(path, st->st_mode | 0700) == 0;
        did("test opens", path, done ? 0 : -1);
        opened += done && closed;
    }
    return 0;
}

static void open_all_again(void)
{
    char path[512];
    snprintf(path, sizeof path, "%s/project", test_scratch);
    do { /* one more level each time */
        opened = 0;
        (void)nftw(path, open_entry, 16, FTW_PHYS);
    } while (opened);
}

static void drop_rights(void)
{
    test_drop_rights();
    CHECK(prctl(PR_SET_DUMPABLE, 1) == 0); /* or /proc/self would be closed to us */
}

/* A look by the clock finds it where the ledger knows that there are other names. */
static bool was_linked_unheard(const char *path)
{
    struct ob__known known;
    return was_changed_unheard(path) &&
           !(ob__ledger_get(&known, &shelf->keeper.ledger, path) && known.stat.linked);
}

static size_t n_compared, n_checked, n_walked;

/* First by events alone, then after the look by the clock, then after a walk. */
static void compare_with_fresh(const char *after)
{
    did("test compares", project(), 0);
    shelf->asked_check_ms = uv_now(&loop); /* not now: it would hide what the events miss */
    wait_fresh(0);
    n_compared++;
    if (compare_now(after, was_changed_unheard) > 0) {
        n_checked++;
        ob__queue_push_check(shelf->keeper.queue);
        wait_fresh(0);
        if (compare_now(after, was_linked_unheard) > 0) {
            n_walked++;
            ob_shelf_rescan(shelf);
            compare(after);
        }
    }
    n_changes = 0;
}

static void tell_progress(void)
{
    fprintf(stderr, "  %u operations; compared %zu times; %zu by a look, %zu by a walk\n", done_ops,
            n_compared, n_checked, n_walked);
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
        if (any(game.pause) == 0)
            compare_with_fresh(after);
        if (done_ops % 10000 == 0)
            tell_progress();
    }
    open_all_again();
    compare_with_fresh("at the end");
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
