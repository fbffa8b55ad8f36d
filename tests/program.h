/* Runs the program under test: to its end, with what it printed, or as a daemon that a test starts,
 * watches and ends.  Every case has a home and XDG directories of its own. */
#ifndef OB_TESTS_PROGRAM_H
#define OB_TESTS_PROGRAM_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openbook/base/clock.h"

#include "test.h"

/* What is promised for the end after a signal.  A leak checker takes its own time before the exit. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { PROGRAM_END_MS = 3000 };
#else
enum { PROGRAM_END_MS = 500 };
#endif

enum { PROGRAM_WORDS_MAX = 40, PROGRAM_TEXT_MAX = 8 << 20, PROGRAM_WAIT_MS = 15000 };

/* NAME below the scratch directory; good for the next 15 calls. */
static inline char *place(const char *name)
{
    return test_path("%s", name);
}

static inline void private_home(void)
{
    static const char *const gone[] = {
        "OPENBOOK_SOCKET", "OB_FAIL_IO", "OB_FAIL_ALLOC", "http_proxy", "https_proxy",
        "all_proxy",       "no_proxy",   "HTTP_PROXY",    "NO_PROXY",   "TMPDIR"};
    static const char *const homes[][2] = {{"HOME", "home"},
                                           {"XDG_CONFIG_HOME", "config"},
                                           {"XDG_CACHE_HOME", "cache"},
                                           {"XDG_STATE_HOME", "state"},
                                           {"XDG_RUNTIME_DIR", "run"}};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        CHECK_INT(unsetenv(gone[i]), 0);
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++) {
        CHECK_INT(mkdir(place(homes[i][1]), 0700), 0);
        CHECK_INT(setenv(homes[i][0], place(homes[i][1]), 1), 0);
    }
    CHECK_INT(setenv("OLLAMA_HOST", "127.0.0.1:1", 1), 0);
}

static inline const char *program_path(void)
{
    static char path[4096];
    const char *bin = getenv("OPENBOOK_BIN");
    CHECK(realpath(bin ? bin : "build/asan/openbook", path) != NULL);
    return path;
}

/* ------------------------------------------------------------ to its end */
struct run {
    int status; /* exit status, or 128 and the signal */
    char *out, *err;
    size_t out_len;
};

static inline char *program_text(size_t *len, const char *path)
{
    char *text = calloc(1, PROGRAM_TEXT_MAX);
    FILE *f = fopen(path, "r");
    CHECK(text != NULL && f != NULL);
    *len = fread(text, 1, PROGRAM_TEXT_MAX - 1, f);
    fclose(f);
    return text;
}

static inline void program_words(char **argv, va_list args)
{
    size_t n = 0;
    argv[n++] = (char *)(uintptr_t)program_path();
    while (n < PROGRAM_WORDS_MAX && (argv[n] = va_arg(args, char *)))
        n++;
    argv[n] = NULL;
}

static inline int program_status(pid_t pid)
{
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs "openbook WORDS..." (NULL at the end) in the directory DIR (NULL: as it is). */
static inline void run_in(struct run *r, const char *dir, ...)
{
    char *argv[PROGRAM_WORDS_MAX + 1], out[600], err[600];
    size_t len;
    va_list args;
    va_start(args, dir);
    program_words(argv, args);
    va_end(args);
    snprintf(out, sizeof out, "%s/.out", test_scratch);
    snprintf(err, sizeof err, "%s/.err", test_scratch);
    pid_t pid = fork();
    if (pid == 0) {
        if ((!dir || chdir(dir) == 0) && freopen("/dev/null", "r", stdin) &&
            freopen(out, "w", stdout) && freopen(err, "w", stderr))
            execv(argv[0], argv);
        _exit(127);
    }
    r->status = program_status(pid);
    r->out = program_text(&r->out_len, out);
    r->err = program_text(&len, err);
}

static inline void run_done(struct run *r)
{
    free(r->out);
    free(r->err);
}

/* The run ended with STATUS and said OUT and ERR (parts; "" for anything). */
static inline void check_run(int line, const struct run *r, int status, const char *out,
                             const char *err)
{
    if (r->status != status || !strstr(r->out, out) || !strstr(r->err, err))
        test_fail(__FILE__, line,
                  "status %d, not %d; wanted \"%s\", \"%s\"\n--- out\n%s--- err\n%s", r->status,
                  status, out, err, r->out, r->err);
}
#define CHECK_RUN(r, status, out, err) check_run(__LINE__, r, status, out, err)

/* ------------------------------------------------------------ as a daemon */
struct daemon {
    pid_t pid;
    int in, out; /* with --stdio: pipes to it, else -1 */
    char socket[300];
    char log[300];
};

/* Waits until CONDITION(DATA) holds, looking each time something happens in the directory DIR. */
static inline bool daemon_is_gone(const struct daemon *d, int timeout_ms)
{
    int64_t end = ob_clock_us() + (int64_t)timeout_ms * 1000;
    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    for (;;) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)d->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid == d->pid)
            return true;
        int64_t left_us = end - ob_clock_us();
        if (left_us <= 0)
            return false;
        struct timespec limit = {left_us / 1000000, left_us % 1000000 * 1000};
        (void)sigtimedwait(&chld, NULL, &limit);
    }
}

static inline char *daemon_log(const struct daemon *d)
{
    size_t len;
    return program_text(&len, d->log);
}

/* Starts "openbook serve WORDS..." (NULL at the end); with STDIO on pipes. */
static inline void daemon_spawn(struct daemon *d, bool stdio, ...)
{
    static unsigned n;
    char *argv[PROGRAM_WORDS_MAX + 1];
    int to[2] = {-1, -1}, from[2] = {-1, -1};
    va_list args;
    va_start(args, stdio);
    program_words(argv, args);
    va_end(args);
    *d = (struct daemon){.in = -1, .out = -1};
    snprintf(d->log, sizeof d->log, "%s/daemon-%u.log", test_scratch, ++n);
    snprintf(d->socket, sizeof d->socket, "%s/run/openbook/openbook-1.sock", test_scratch);
    if (stdio)
        CHECK(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0);
    d->pid = fork();
    if (d->pid == 0) {
        int log = open(d->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        int null = open("/dev/null", O_RDWR);
        dup2(stdio ? to[0] : null, 0);
        dup2(stdio ? from[1] : log, 1);
        dup2(log, 2);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execv(argv[0], argv);
        _exit(127);
    }
    if (stdio) {
        close(to[0]);
        close(from[1]);
        d->in = to[1];
        d->out = from[0];
    }
}

/* Ends it by SIGNAL_NUMBER; it must be gone within LIMIT_MS with status 0 and leave no socket. */
static inline void daemon_end(struct daemon *d, int signal_number, int limit_ms)
{
    CHECK_INT(kill(d->pid, signal_number), 0);
    if (!daemon_is_gone(d, limit_ms))
        test_fail(__FILE__, __LINE__, "the daemon still runs %d ms after signal %d: %s", limit_ms,
                  signal_number, daemon_log(d));
    int status = program_status(d->pid);
    if (status != 0)
        test_fail(__FILE__, __LINE__, "the daemon ended with %d:\n%s", status, daemon_log(d));
    CHECK(access(d->socket, F_OK) != 0);
}

#endif
