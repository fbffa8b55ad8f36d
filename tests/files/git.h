/* The installed git as an oracle, and what openbook says in the same words.  Static functions, for
 * one test program. */
#ifndef OB_TESTS_FILES_GIT_H
#define OB_TESTS_FILES_GIT_H

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

/* Runs git in DIR with LEN bytes of INPUT; what it says is appended to OUTPUT. */
static void in_git(const char *dir, const char *input, size_t len, struct ob_buf *output,
                   const char *const *args)
{
    char in_name[] = "/tmp/openbook-git-in-XXXXXX";
    int in = mkstemp(in_name), out[2];
    CHECK(in >= 0 && write(in, input, len) == (ssize_t)len && lseek(in, 0, SEEK_SET) == 0);
    unlink(in_name);
    CHECK(pipe(out) == 0);
    pid_t pid = vfork();
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

/* Runs git with WORDS, separated by blanks. */
static void git(const char *dir, const char *words)
{
    const char *args[16] = {"git"};
    char *copy = ob_strdup(words), *rest = copy;
    struct ob_buf out;
    for (int n = 1; n < 15 && (args[n] = strtok_r(rest, " ", &rest)); n++)
        continue;
    ob_buf_init(&out, 1 << 20);
    in_git(dir, "", 0, &out, args);
    ob_buf_release(&out);
    ob_free(copy);
}

/* No configuration but the test's own. */
static void lonely_git(void)
{
    setenv("HOME", test_scratch, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("GIT_CONFIG_GLOBAL");
    setenv("GIT_AUTHOR_NAME", "a", 1);
    setenv("GIT_AUTHOR_EMAIL", "a@localhost", 1);
    setenv("GIT_COMMITTER_NAME", "a", 1);
    setenv("GIT_COMMITTER_EMAIL", "a@localhost", 1);
}

/* ------------------------------------------------------------ our answer, in git's words */

/* Follows paths as git does: the first folder that is ignored decides.  Keeps what it knows of a
 * path's folder for the next path in it. */
struct follower {
    struct ob_root *root;
    struct ob__rules rules;
    bool used;
    char dir[8192];             /* the folder of the last path, "" or ending with a slash */
    int fd;                     /* that folder; -1: not there, or ignored */
    struct ob__verdict blocked; /* what ignores it */
};

static void follower_init(struct follower *f, const char *top)
{
    *f = (struct follower){.fd = -1};
    CHECK_INT(ob_root_open(&f->root, top, NULL), 0);
}

static void follower_leave(struct follower *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->used)
        ob__rules_release(&f->rules);
    f->fd = -1;
    f->used = false;
    f->blocked = (struct ob__verdict){0};
}

static void follower_release(struct follower *f)
{
    follower_leave(f);
    ob_root_unref(f->root);
}

static bool is_dir_at(int fd, const char *name)
{
    struct stat st;
    return fd >= 0 && fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* Goes to the folder that is the first LEN bytes of PATH. */
static void follower_enter(struct follower *f, const char *path, size_t len)
{
    char part[8192];
    unsigned depth = 0;
    follower_leave(f);
    snprintf(f->dir, sizeof f->dir, "%.*s", (int)len, path);
    f->fd = open(ob_root_path(f->root), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ob__rules_init(&f->rules, f->root);
    f->used = true;
    ob__rules_enter(&f->rules, f->fd, "", 0, ob__special_look(f->fd));
    for (const char *end = f->dir; (end = strchr(end, '/')); end++) {
        snprintf(part, sizeof part, "%.*s", (int)(end - f->dir), f->dir);
        const char *name = strrchr(part, '/') ? strrchr(part, '/') + 1 : part;
        ob__rules_decide(&f->blocked, &f->rules, part, is_dir_at(f->fd, name), f->fd);
        if (f->blocked.reason == OB_SKIP_IGNORED)
            return;
        f->blocked = (struct ob__verdict){0};
        int below = openat(f->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        CHECK(below >= 0);
        close(f->fd);
        f->fd = below;
        strcat(part, "/");
        ob__rules_enter(&f->rules, f->fd, part, ++depth, ob__special_look(f->fd));
    }
}

/* The verdict on PATH (which need not be there); valid until the next call. */
static struct ob__verdict follow_to(struct follower *f, const char *path)
{
    struct ob__verdict v = {0};
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash + 1 - path) : 0;
    if (!f->used || strlen(f->dir) != len || strncmp(f->dir, path, len) != 0)
        follower_enter(f, path, len);
    if (f->blocked.rule)
        return f->blocked;
    ob__rules_decide(&v, &f->rules, path, is_dir_at(f->fd, path + len), f->fd);
    return v;
}

/* ------------------------------------------------------------ comparing */

/* The next field of git's -z output. */
static const char *field(const char **p, const char *end)
{
    CHECK(*p < end);
    const char *start = *p;
    *p += strlen(start) + 1;
    return start;
}

/* Whether git, which may name a file from the top of its repository or from where it was told, means
 * the file that we call OURS. */
static bool same_source(const char *theirs, const char *ours)
{
    size_t n = strlen(theirs), m = strlen(ours);
    return n <= m && strcmp(ours + m - n, theirs) == 0;
}

static bool same_answer(const char *source, const char *line, const char *rule,
                        const struct ob__verdict *v)
{
    if (!v->rule || !*source)
        return !v->rule && !*source;
    return same_source(source, v->set->source) && v->rule->line_1based == strtoul(line, NULL, 10) &&
           strcmp(rule, v->rule->line) == 0;
}

/* Compares both answers about each path of LIST, which is below DIR/PREFIX, where git runs. */
static inline size_t compare_with_git(const char *dir, const char *prefix,
                                      const struct ob_buf *list, const char *const *args)
{
    struct ob_buf theirs;
    struct follower f;
    size_t n = 0, wrong = 0;
    char *where = ob_asprintf("%s/%s", dir, prefix);
    follower_init(&f, dir);
    ob_buf_init(&theirs, 64 << 20);
    in_git(where, ob_buf_str(list), list->len, &theirs, args);
    for (const char *p = ob_buf_str(&theirs), *end = p + theirs.len; p < end; n++) {
        const char *source = field(&p, end), *line = field(&p, end), *rule = field(&p, end);
        char *path = ob_asprintf("%s%s", prefix, field(&p, end));
        struct ob__verdict v = follow_to(&f, path);
        if (!same_answer(source, line, rule, &v) && wrong++ < 20)
            fprintf(stderr, "  %s\n    git:  <%s:%s:%s>\n    ours: <%s:%u:%s>\n", path, source,
                    line, rule, v.rule ? v.set->source : "", v.rule ? v.rule->line_1based : 0,
                    v.rule ? v.rule->line : "");
        ob_free(path);
    }
    follower_release(&f);
    ob_buf_release(&theirs);
    ob_free(where);
    if (wrong)
        test_fail(__FILE__, __LINE__, "%zu of %zu paths differ from git in %s", wrong, n, dir);
    return n;
}

#endif
