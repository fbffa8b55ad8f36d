/* Runs each case in a child of its own process group, kills it when its time is over, and removes
 * its scratch directory whatever happened. */
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <ftw.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77 };

const char *test_scratch;
unsigned test_timeout_s = 30;
static const char *running; /* the case of this child */

void test_fail(const char *file, int line, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "  %s:%d: ", file, line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

void test_skip(const char *why)
{
    fprintf(stderr, "skip  %s: %s\n", running, why);
    exit(SKIPPED);
}

void test_drop_rights(void)
{
    CHECK_INT(chmod(test_scratch, 0777), 0);
    if (getuid() == 0)
        CHECK(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
}

void test_check_str(const char *file, int line, const char *got_text, const char *got,
                    const char *want)
{
    if (got == want || (got && want && strcmp(got, want) == 0))
        return;
    test_fail(file, line, "%s is \"%s\", not \"%s\"", got_text, got ? got : "(null)",
              want ? want : "(null)");
}

void test_check_int(const char *file, int line, const char *got_text, long long got, long long want)
{
    if (got != want)
        test_fail(file, line, "%s is %lld, not %lld", got_text, got, want);
}

char *test_path(const char *format, ...)
{
    static _Thread_local char paths[16][1024];
    static _Thread_local unsigned next;
    char *path = paths[next++ % 16];
    int n = snprintf(path, sizeof paths[0], "%s/", test_scratch);
    va_list args;
    va_start(args, format);
    n += vsnprintf(path + n, sizeof paths[0] - (size_t)n, format, args);
    va_end(args);
    if ((size_t)n >= sizeof paths[0])
        test_fail(__FILE__, __LINE__, "the path of %d bytes is too long", n);
    return path;
}

/* The paths that test_write_file gave out: held here, so that no leak is reported for them. */
struct given_path {
    struct given_path *next;
    char path[];
};
static struct given_path *given_paths;

char *test_write_bytes(const char *name, const void *bytes, size_t len)
{
    size_t size = strlen(test_scratch) + strlen(name) + 2;
    struct given_path *given = malloc(sizeof *given + size);
    if (!given)
        test_fail(__FILE__, __LINE__, "no memory");
    given->next = given_paths;
    given_paths = given;
    char *path = given->path;
    snprintf(path, size, "%s/%s", test_scratch, name);
    for (char *p = path + strlen(test_scratch) + 1; (p = strchr(p, '/')); p++) {
        *p = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            test_fail(__FILE__, __LINE__, "cannot create %s: %s", path, strerror(errno));
        *p = '/';
    }
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, len, f) != len || fclose(f) != 0)
        test_fail(__FILE__, __LINE__, "cannot write %s: %s", path, strerror(errno));
    return path;
}

char *test_write_file(const char *name, const char *text)
{
    return test_write_bytes(name, text, strlen(text));
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    if (type == FTW_DNR)
        chmod(path, 0700);
    return remove(path) != 0 && errno != ENOENT;
}

static void run_child(const struct test_case *c, const char *scratch)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
#ifdef __linux__
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* the runner's deadline may end our parent */
#endif
    test_scratch = scratch;
    running = c->name;
    c->run();
    exit(0); /* not _exit: leak checkers report at exit */
}

/* 0 passed, 1 failed, SKIPPED. */
static int run_case(const struct test_case *c)
{
    char scratch[256];
    const char *tmp = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/openbook-test-XXXXXX",
             tmp && strlen(tmp) < 64 ? tmp : "/tmp"); /* sockets have short paths */
    if (!mkdtemp(scratch)) {
        perror("mkdtemp");
        return 1;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        run_child(c, scratch);
    int status = 0;
    sigset_t chld;
    struct timespec limit = {.tv_sec = (time_t)test_timeout_s};
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (sigtimedwait(&chld, NULL, &limit) < 0 && errno == EAGAIN) {
            fprintf(stderr, "  %s: over %u s, killed\n", c->name, test_timeout_s);
            kill(-pid, SIGKILL);
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            break;
        }
    }
    kill(-pid, SIGKILL); /* what the case may have left running */
    nftw(scratch, remove_entry, 32, FTW_DEPTH | FTW_PHYS);
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == SKIPPED))
        return WEXITSTATUS(status);
    if (WIFSIGNALED(status))
        fprintf(stderr, "  %s: killed by signal %d\n", c->name, WTERMSIG(status));
    return 1;
}

static bool wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return argc < 2;
}

int test_main(const struct test_case *cases, size_t count, int argc, char **argv)
{
    int passed = 0, failed = 0, skipped = 0;
    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < count; i++) {
        if (!wanted(cases[i].name, argc, argv))
            continue;
        int result = run_case(&cases[i]);
        passed += result == 0;
        skipped += result == SKIPPED;
        failed += result == 1;
        if (result == 1)
            fprintf(stderr, "FAIL %s\n", cases[i].name);
    }
    printf("%d passed, %d failed", passed, failed);
    if (skipped)
        printf(", %d skipped", skipped);
    putchar('\n');
    return failed ? 1 : 0;
}
