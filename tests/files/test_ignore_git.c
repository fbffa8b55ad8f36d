/* Compares every decision with the installed git, on generated trees.
 *
 * OPENBOOK_SEED repeats a run, OPENBOOK_TREES makes it longer.  What differs is printed with the
 * rule each side names. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openbook/base/buf.h"
#include "openbook/base/mem.h"
#include "openbook/files/root.h"

#include "../../src/files/builtin.h"
#include "../../src/files/root.h"
#include "../../src/files/rules.h"
#include "test.h"

static uint64_t seed;

static unsigned any(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)((seed >> 24) % below);
}

/* ------------------------------------------------------------ running git */
static void in_git(const char *dir, const char *input, size_t len, struct ob_buf *output,
                   const char *const *args)
{
    char in_name[] = "/tmp/openbook-git-in-XXXXXX";
    int in = mkstemp(in_name), out[2];
    CHECK(in >= 0 && write(in, input, len) == (ssize_t)len && lseek(in, 0, SEEK_SET) == 0);
    unlink(in_name);
    CHECK(pipe(out) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in, 0);
        dup2(out[1], 1);
        close(out[0]);
        if (chdir(dir) == 0)
            execvp("git", (char *const *)args);
        _exit(127);
    }
    close(in);
    close(out[1]);
    for (;;) {
        char *room = ob_buf_reserve(output, 65536);
        CHECK(room != NULL);
        ssize_t n = read(out[0], room, 65536);
        if (n <= 0)
            break;
        ob_buf_commit(output, (size_t)n);
    }
    close(out[0]);
    int status;
    waitpid(pid, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        test_skip("no git here");
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) < 2);
}

static void git(const char *dir, const char *a, const char *b, const char *c)
{
    const char *args[] = {"git", a, b, c, NULL};
    struct ob_buf out;
    ob_buf_init(&out, 1 << 20);
    in_git(dir, "", 0, &out, args);
    ob_buf_release(&out);
}

/* ------------------------------------------------------------ making trees */
static const char *const atoms[] = {
    "a",     "b",    "ab",          "aa",      "*",    "**",    "?",     "[ab]", "[!a]",
    "[a-c]", "[^b]", "\\a",         "\\*",     "[",    "]",     " ",     "\\ ",  "!",
    "#",     "a*",   "*b",          "***",     "[]a]", "[a-",   "-",     "가",   "나",
    ".c",    "*.c",  "[[:alpha:]]", "[[:x:]]", "\\",   "[\\]]", "[!]-]", "\t",
};

static const char *const names[] = {"a",  "b",  "ab", "aa", "ba", "aab", "c",   "a.c", "b.c",
                                    "#a", "!b", "a ", "-",  "가", "나",  "[a]", "a*",  "]"};

static void make_pattern(struct ob_buf *b)
{
    if (any(4) == 0)
        ob_buf_append_str(b, "!");
    if (any(4) == 0)
        ob_buf_append_str(b, "/");
    for (unsigned components = 1 + any(3); components; components--) {
        for (unsigned n = any(5) ? 1 : 2 + any(3); n; n--)
            ob_buf_append_str(b, atoms[any(sizeof atoms / sizeof *atoms)]);
        if (components > 1)
            ob_buf_append_str(b, "/");
    }
    if (any(4) == 0)
        ob_buf_append_str(b, "/");
    if (any(12) == 0)
        ob_buf_append_str(b, any(2) ? "  " : "\t");
}

static void make_ignore_file(const char *dir, const char *name)
{
    struct ob_buf b;
    ob_buf_init(&b, 1 << 16);
    if (any(10) == 0)
        ob_buf_append_str(&b, "\xEF\xBB\xBF");
    for (unsigned n = 1 + any(5); n; n--) {
        make_pattern(&b);
        if (n > 1 || any(3))
            ob_buf_append_str(&b, any(10) ? "\n" : any(2) ? "\r\n" : "\n\n");
    }
    char *path = ob_asprintf("%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(ob_buf_str(&b), 1, b.len, f) == b.len && fclose(f) == 0);
    ob_free(path);
    ob_buf_release(&b);
}

/* Fills DIR; PREFIX is its path in the tree.  The paths go to LIST, each closed by a NUL. */
static void make_dir(const char *dir, const char *prefix, unsigned depth, struct ob_buf *list)
{
    if (depth == 0 || any(3) == 0)
        make_ignore_file(dir, ".gitignore");
    for (unsigned n = 3 + any(5); n; n--) {
        char *rel = ob_asprintf("%s%s", prefix, names[any(sizeof names / sizeof *names)]);
        char *abs = ob_asprintf("%s/%s", dir, rel + strlen(prefix));
        bool is_dir = depth < 4 && any(2);
        int fd = -1;
        if (is_dir ? mkdir(abs, 0700) == 0
                   : (fd = open(abs, O_CREAT | O_EXCL | O_WRONLY, 0600)) >= 0) {
            ob_buf_append(list, rel, strlen(rel) + 1);
            if (is_dir) {
                char *below = ob_asprintf("%s/", rel);
                make_dir(abs, below, depth + 1, list);
                ob_free(below);
            }
        }
        if (fd >= 0)
            close(fd);
        ob_free(abs);
        ob_free(rel);
    }
}

/* ------------------------------------------------------------ our answer, in git's words */

/* Follows PATH as git does: the first parent that is ignored decides.  Appends "source:line:rule",
 * or "::". */
static void our_answer(struct ob_buf *out, struct ob_root *root, const char *path)
{
    struct ob__rules rules;
    struct ob__verdict v = {0};
    char part[8192];
    int fd = open(ob_root_path(root), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ob__rules_init(&rules, root);
    ob__rules_enter(&rules, fd, "", 0, ob__special_look(fd));
    unsigned depth = 0;
    for (const char *end = path; *end;) {
        struct stat st;
        end += strcspn(end + (*end == '/'), "/") + (*end == '/');
        snprintf(part, sizeof part, "%.*s", (int)(end - path), path);
        const char *name = strrchr(part, '/') ? strrchr(part, '/') + 1 : part;
        CHECK(fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0);
        ob__rules_decide(&v, &rules, part, S_ISDIR(st.st_mode), fd);
        if (v.reason == OB_SKIP_IGNORED || !*end)
            break;
        int below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        CHECK(below >= 0);
        close(fd);
        fd = below;
        strcat(part, "/");
        ob__rules_enter(&rules, fd, part, ++depth, ob__special_look(fd));
    }
    close(fd);
    ob_buf_clear(out);
    if (v.rule) {
        const char *source = v.set->source, *at = strstr(source, "/.git/info/");
        source = at ? at + 1 : source;
        ob_buf_appendf(out, "%s:%u:%s", source, v.rule->line_1based, v.rule->line);
    } else {
        ob_buf_append_str(out, "::");
    }
    ob__rules_release(&rules);
}

/* The next field of git's -z output. */
static const char *field(const char **p, const char *end)
{
    CHECK(*p < end);
    const char *start = *p;
    *p += strlen(start) + 1;
    return start;
}

static size_t compare_tree(const char *dir, const struct ob_buf *list)
{
    static const char *const args[] = {"git", "check-ignore", "--no-index", "-v",
                                       "-n",  "-z",           "--stdin",    NULL};
    struct ob_buf theirs, ours;
    struct ob_root *root;
    size_t n = 0, wrong = 0;
    CHECK_INT(ob_root_open(&root, dir, NULL), 0);
    ob_buf_init(&theirs, 64 << 20);
    ob_buf_init(&ours, 1 << 16);
    in_git(dir, ob_buf_str(list), list->len, &theirs, args);
    for (const char *p = ob_buf_str(&theirs), *end = p + theirs.len; p < end; n++) {
        const char *source = field(&p, end), *line = field(&p, end), *rule = field(&p, end);
        const char *path = field(&p, end);
        char *want = ob_asprintf("%s:%s:%s", source, line, rule);
        our_answer(&ours, root, path);
        if (strcmp(want, ob_buf_str(&ours)) != 0) {
            fprintf(stderr, "  %s\n    git:  <%s>\n    ours: <%s>\n", path, want,
                    ob_buf_str(&ours));
            wrong++;
        }
        ob_free(want);
    }
    ob_buf_release(&theirs);
    ob_buf_release(&ours);
    ob_root_unref(root);
    if (wrong)
        test_fail(__FILE__, __LINE__, "%zu of %zu paths differ from git in %s", wrong, n, dir);
    return n;
}

/* No configuration but the test's own. */
static void lonely_git(void)
{
    setenv("HOME", test_scratch, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("GIT_CONFIG_GLOBAL");
}

TEST(generated_trees_are_ignored_as_git_ignores_them)
{
    const char *text = getenv("OPENBOOK_SEED"), *count = getenv("OPENBOOK_TREES");
    uint64_t first = text ? strtoull(text, NULL, 10) : 20240915;
    long trees = count ? strtol(count, NULL, 10) : 120;
    size_t paths = 0;
    lonely_git();
    printf("seed %llu, %ld trees\n", (unsigned long long)first, trees);
    for (long i = 0; i < trees; i++) {
        struct ob_buf list;
        seed = (first + (uint64_t)i) * 0x9E3779B97F4A7C15u + 1;
        char *dir = ob_asprintf("%s/tree%ld", test_scratch, i);
        CHECK(mkdir(dir, 0700) == 0);
        git(dir, "init", "-q", ".");
        if (any(2))
            make_ignore_file(dir, ".git/info/exclude");
        ob_buf_init(&list, 16 << 20);
        make_dir(dir, "", 0, &list);
        paths += compare_tree(dir, &list);
        ob_buf_release(&list);
        ob_free(dir);
    }
    printf("%zu paths agree\n", paths);
    CHECK(paths > (size_t)trees * 20);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(generated_trees_are_ignored_as_git_ignores_them),
    };
    test_timeout_s = 300;
    return test_main(cases, sizeof cases / sizeof *cases, argc, argv);
}
