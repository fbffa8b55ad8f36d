/* openbook serve: the daemon.
 *
 * Nothing but the packer may write to the channel: with --stdio the descriptors 0 and 1 are moved
 * away at start, 0 becomes /dev/null and 1 becomes a copy of 2. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "openbook/base/io.h"
#include "openbook/base/log.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "inside.h"

/* Workers for searches and for what reads folders.  More than cores, as a disk may let some of them wait
 * for ever; a project takes no more than four then. */
static const char WORKERS[] = "16";

enum {
    END_MS = 400,      /* after a signal; what is not closed then is left to the system */
    LOG_END_MS = 50,   /* then, until the log is written */
    MOST_FILES = 8192, /* open at once, where the system lets us */
    MAX_LOG_BYTES = 8 * 1024 * 1024,
};

struct serve {
    bool stdio, background;
    const char *socket, *log;
    unsigned long idle_s;
    uv_loop_t loop;
    uv_signal_t signals[3];
    uv_timer_t deadline;
    struct ob_server *server;
    int report_fd; /* --background: the parent waits here for "ready"; -1 without */
    bool ending, failed;
};

/* ------------------------------------------------------------ the end */
static void on_deadline(uv_timer_t *timer)
{
    const struct serve *v = timer->data;
    ob_log(OB_LOG_WARN, "cli", "not everything ended in time");
    ob_log_stop(LOG_END_MS);
    _exit(
        v->failed
            ? OB__EXIT_FAILED
            : OB__EXIT_OK); /* the index is a cache, the state is written whole: nothing is lost */
}

static void on_closed(void *data)
{
    struct serve *v = data;
    for (size_t i = 0; i < sizeof v->signals / sizeof *v->signals; i++)
        uv_close((uv_handle_t *)&v->signals[i], NULL);
    uv_close((uv_handle_t *)&v->deadline, NULL);
}

static void end(void *data)
{
    struct serve *v = data;
    if (v->ending)
        return;
    v->ending = true;
    uv_update_time(&v->loop); /* starting may have taken longer than the deadline */
    (void)uv_timer_start(&v->deadline, on_deadline, END_MS, 0);
    ob_server_close(v->server, on_closed, v);
}

static void on_signal(uv_signal_t *signal, int number)
{
    ob_log(OB_LOG_INFO, "cli", "signal %d: leaving", number);
    end(signal->data);
}

/* ------------------------------------------------------------ the beginning */
/* Keys live in this process: no core dumps, no tracing by others, nothing gained by exec. */
static void harden(void)
{
    umask(077);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* an old kernel may refuse: go on without */
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* Each client takes a descriptor, each folder that is being read one: as many as are granted without asking. */
static void raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= MOST_FILES)
        return;
    limit.rlim_cur = limit.rlim_max < MOST_FILES ? limit.rlim_max : MOST_FILES;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* or it stays as it is */
}

/* Moves the descriptors 0 and 1 out of everybody's way. */
static int take_stdio(int *in, int *out, struct ob_error *e)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    *in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    *out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    bool good = null >= 0 && *in >= 0 && *out >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
                (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 || dup2(null, STDOUT_FILENO) >= 0);
    int err =
        good ? 0 : ob_error_set(e, OB_EIO, "cannot move stdin and stdout: %s", strerror(errno));
    if (null >= 0)
        close(null);
    return err;
}

static int open_channel(struct serve *v, struct ob_error *e)
{
    if (v->stdio) {
        int in, out;
        int err = take_stdio(&in, &out, e);
        if (!err && uv_guess_handle(in) != UV_NAMED_PIPE)
            err = ob_error_set(e, OB_EINVAL, "--stdio wants a program on the other end of a pipe");
        return err ? err : ob_server_attach_fd(v->server, in, out, end, v, e);
    }
    if (v->socket)
        return ob_server_listen(v->server, v->socket, e);
    char *path = NULL;
    int err = ob_server_default_path(&path, e);
    if (!err)
        err = ob_server_listen(v->server, path, e);
    ob_free(path);
    return err;
}

static void init_handles(struct serve *v)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        (void)uv_signal_init(&v->loop, &v->signals[i]);
        v->signals[i].data = v;
        (void)uv_signal_start(&v->signals[i], on_signal, numbers[i]); /* valid numbers */
        uv_unref((uv_handle_t *)&v->signals[i]);
    }
    (void)uv_timer_init(&v->loop, &v->deadline);
    v->deadline.data = v;
}

static void tell_parent(struct serve *v, const char *text)
{
    if (v->report_fd < 0)
        return;
    (void)ob_io_write(v->report_fd, text, strlen(text)); /* the parent may be gone */
    (void)ob_io_close(v->report_fd);
    v->report_fd = -1;
}

/* The log of a daemon without a terminal; one that has grown too large is begun anew.  On the log's
 * thread, as the disk of the home folder may hang.  What the system itself prints goes there as well. */
static int open_log(void)
{
    char *dir = NULL;
    struct stat st;
    if (ob_dir_state(&dir, NULL) != 0)
        return -1; /* the daemon serves as well without a log */
    char *path = ob_path_join(dir, "daemon.log");
    int fd =
        ob_io_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && ob_io_fstat(fd, &st) == 0 && st.st_size > MAX_LOG_BYTES && ftruncate(fd, 0) != 0)
        ob_log(OB_LOG_WARN, "cli", "cannot empty %s: %s", path, strerror(errno));
    if (fd >= 0 && (dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0))
        ob_log(OB_LOG_WARN, "cli", "what the system prints is not in the log: %s", strerror(errno));
    ob_free(path);
    ob_free(dir);
    return fd;
}

static int run_server(struct serve *v)
{
    struct ob_server_options o = OB_SERVER_OPTIONS_INIT;
    struct ob_error e = OB_ERROR_INIT;
    if (uv_loop_init(&v->loop) != 0)
        return ob__fail("serve", "cannot make an event loop");
    o.idle_exit_s = (unsigned)v->idle_s;
    int err = ob_server_new(&v->server, &v->loop, &o, &e);
    if (err) {
        tell_parent(v, e.message);
        return ob__fail("serve", "%s", e.message);
    }
    init_handles(v);
    ob_server_on_idle(v->server, end, v);
    err = open_channel(v, &e);
    if (err) {
        tell_parent(v, e.message);
        v->failed = true;
        end(v);
    } else {
        tell_parent(v, "ready");
        ob_log(OB_LOG_INFO, "cli", "serving");
    }
    (void)uv_run(&v->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&v->loop);
    return err ? ob__fail("serve", "%s", e.message) : OB__EXIT_OK;
}

static int serve(struct serve *v)
{
    harden();
    raise_limit();
    (void)setenv("UV_THREADPOOL_SIZE", WORKERS, 0); /* before the first thread is started */
    if (ob_log_start(v->background ? open_log : NULL) != 0)
        ob_log(OB_LOG_WARN, "cli", "the log has no thread of its own: it may be waited for");
    int exit_status = run_server(v);
    ob_log_stop(LOG_END_MS);
    return exit_status;
}

/* ------------------------------------------------------------ background */
/* The parent: waits for the child's word and ends with its status. */
static int wait_for_child(int fd)
{
    char word[512];
    ssize_t n = ob_io_read(fd, word, sizeof word - 1);
    (void)ob_io_close(fd);
    word[n > 0 ? n : 0] = '\0';
    if (strcmp(word, "ready") == 0)
        return OB__EXIT_OK;
    return ob__fail("serve", "%s",
                    n > 0 ? word
                          : "the daemon ended at once: see daemon.log in the "
                            "state directory");
}

static int serve_in_background(struct serve *v)
{
    int ends[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return ob__fail("serve", "cannot open /dev/null: %s", strerror(errno));
    if (pipe2(ends, O_CLOEXEC) != 0)
        return ob__fail("serve", "cannot make a pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0)
        return ob__fail("serve", "cannot start a process: %s", strerror(errno));
    if (pid > 0) {
        (void)ob_io_close(ends[1]);
        return wait_for_child(ends[0]);
    }
    (void)ob_io_close(ends[0]);
    v->report_fd = ends[1];
    if (setsid() < 0 || chdir("/") != 0 || dup2(null, STDIN_FILENO) < 0 ||
        dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
        _exit(OB__EXIT_FAILED);
    return serve(v);
}

int ob__cli_serve(int argc, char **argv)
{
    static const char *const levels[] = {"error", "warn", "info", "debug", NULL};
    struct serve *v = ob_alloc(sizeof *v);
    v->log = "warn";
    v->idle_s = 900;
    v->report_fd = -1;
    const struct ob__option options[] = {
        {"--stdio", OB__FLAG, &v->stdio, 0, 0, NULL},
        {"--background", OB__FLAG, &v->background, 0, 0, NULL},
        {"--socket", OB__TEXT, &v->socket, 0, 0, NULL},
        {"--idle", OB__NUMBER, &v->idle_s, 0, 30 * 24 * 3600, NULL},
        {"--log", OB__CHOICE, &v->log, 0, 0, levels},
        {NULL, OB__FLAG, NULL, 0, 0, NULL},
    };
    const char **words = ob_alloc(((size_t)argc + 1) * sizeof *words);
    size_t n;
    int exit_status = ob__options_parse(&n, words, "serve", options, argc, argv);
    if (!exit_status && n)
        exit_status = ob__usage("serve", "\"%s\" is no option", words[0]);
    if (!exit_status && v->stdio && (v->background || v->socket))
        exit_status =
            ob__usage("serve", "--stdio serves one client: leave --socket and --background out");
    ob_log_setup((enum ob_log_level)ob_log_level_parse(v->log), STDERR_FILENO);
    char *absolute = v->socket ? ob_path_absolute(v->socket) : NULL; /* before a chdir */
    v->socket = absolute;
    if (!exit_status)
        exit_status = v->background ? serve_in_background(v) : serve(v);
    ob_free(absolute);
    ob_free(words);
    ob_free(v);
    return exit_status;
}
