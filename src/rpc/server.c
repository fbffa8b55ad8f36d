/* The socket and who may come in, the idle clock, and the end of everything in its order: sessions,
 * then model requests, then shelves, then the handles.
 *
 * One daemon a path: whoever holds the lock beside the socket (flock, which dies with the process) may
 * replace a socket that nobody answers. */
#include "openbook/rpc/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "openbook/base/clock.h"
#include "openbook/base/io.h"
#include "openbook/base/log.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "inside.h"

enum {
    SPARE_FILES = 10,    /* that no client takes: for reading, indexing and models */
    BACKLOG = 32,        /* clients that may wait to be accepted */
    FLUSH_MS = 16,       /* sixty events a second: what a screen shows */
    LOCK_WAIT_MS = 1000, /* a daemon that ends takes half of it at most (END_MS of cli/serve.c) */
    LOCK_PAUSE_MS = 10
};

/* ------------------------------------------------------------ timers */
static void on_idle(uv_timer_t *timer)
{
    struct ob_server *s = timer->data;
    ob_log(OB_LOG_INFO, "rpc", "no client for %u s: leaving", s->idle_exit_s);
    ob__server_leave(s);
}

static void watch_idleness(struct ob_server *s)
{
    if (s->closing)
        return;
    if (s->n_sessions || !s->idle_exit_s || !s->socket_path)
        (void)uv_timer_stop(&s->idle);
    else
        (void)uv_timer_start(&s->idle, on_idle, (uint64_t)s->idle_exit_s * 1000, 0);
}

static void on_flush(uv_timer_t *timer)
{
    struct ob_server *s = timer->data;
    for (struct ob__session *c = s->sessions; c; c = c->next)
        ob__asks_flush(c);
}

void ob__server_flush_soon(struct ob_server *s)
{
    if (!s->closing && !uv_is_active((uv_handle_t *)&s->flush))
        (void)uv_timer_start(&s->flush, on_flush, FLUSH_MS, 0);
}

void ob__server_leave(struct ob_server *s)
{
    if (s->on_idle && !s->closing)
        s->on_idle(s->on_idle_data);
}

void ob_server_on_idle(struct ob_server *s, void (*cb)(void *data), void *data)
{
    s->on_idle = cb;
    s->on_idle_data = data;
}

/* ------------------------------------------------------------ clients */
static bool peer_is_me(struct ob__session *c)
{
    uv_os_fd_t fd;
    struct ucred peer;
    socklen_t len = sizeof peer;
    if (uv_fileno((uv_handle_t *)&c->channel.in, &fd) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return false;
    return peer.uid == geteuid();
}

/* The last ones are kept for those who are here already: their questions read files. */
static bool has_descriptors_left(struct ob__session *c)
{
    uv_os_fd_t fd;
    return uv_fileno((uv_handle_t *)&c->channel.in, &fd) != 0 ||
           !ob_io_is_among_last(SPARE_FILES, fd);
}

static void refuse_client(struct ob__session *c)
{
    struct ob_server *s = c->server;
    if (!s->refuses)
        ob_log(
            OB_LOG_WARN, "rpc",
            "new clients are refused until others leave: raise the limit of open files (ulimit -n)");
    s->refuses = true;
    ob__session_bye(c, "the daemon may open no more files: close an editor, or raise the limit of "
                       "open files (ulimit -n) and restart it");
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct ob_server *s = listener->data;
    if (status < 0 || s->closing)
        return;
    struct ob__session *c = ob__session_new(s);
    watch_idleness(s);
    if (ob__session_accept(c, listener) != 0)
        return;
    if (!has_descriptors_left(c)) {
        refuse_client(c);
    } else if (!peer_is_me(c)) {
        ob_log(OB_LOG_ERROR, "rpc", "a client of another user was refused");
        ob__channel_close(&c->channel);
    } else if (s->n_sessions > OB_RPC_MAX_CLIENTS) {
        _Static_assert(OB_RPC_MAX_CLIENTS == 64, "as the sentence says");
        ob__session_bye(c, "64 clients are here already: close one");
    } else {
        s->refuses = false;
        ob__channel_start(&c->channel);
    }
}

int ob_server_attach_fd(struct ob_server *s, int fd_in, int fd_out, void (*gone)(void *data),
                        void *data, struct ob_error *e)
{
    struct ob__session *c = ob__session_new(s);
    int err = ob__session_open(c, fd_in, fd_out, e);
    if (!err) {
        c->gone = gone;
        c->gone_data = data;
    }
    return err;
}

/* ------------------------------------------------------------ listening */
/* A folder of ours may be closed to others; /tmp, where a socket was named, must not be. */
static const char *how_to_close(const char *dir)
{
    const char *slash = strrchr(dir, '/');
    return slash && strncmp(slash, "/openbook", 9) == 0
               ? "chmod 700 it"
               : "keep the socket in a folder of its own (mkdir -m 700)";
}

/* The directory of PATH is ours and nobody else can enter it. */
static int check_directory(const char *path, struct ob_error *e)
{
    char *dir = ob_path_dir(path);
    struct stat st;
    int err = 0;
    if (lstat(dir, &st) != 0)
        err = ob_error_set(e, ob_err_from_errno(errno), "cannot use %s: %s", dir, strerror(errno));
    else if (S_ISLNK(st.st_mode))
        err = ob_error_set(e, OB_EDENIED, "%s is a link: name the directory itself", dir);
    else if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
        err =
            ob_error_set(e, OB_EDENIED, "%s is no directory of yours: choose another socket", dir);
    else if (st.st_mode & 0077)
        err = ob_error_set(e, OB_EDENIED, "other users can enter %s: %s", dir, how_to_close(dir));
    ob_free(dir);
    return err;
}

/* Who holds the lock stands in it: an editor that waits in vain can end that process. */
static void sign_lock(int fd)
{
    char pid[32];
    int len = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) == 0)
        (void)ob_io_write(fd, pid, (size_t)len); /* unsigned it is as good a lock */
}

static bool somebody_answers(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    bool answers =
        connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN;
    close(fd);
    return answers;
}

/* Takes the lock, waiting for a daemon that is ending: one that serves answers.  Nothing is served
 * here yet, so that waiting is fine. */
static bool lock_soon(int fd, const struct sockaddr_un *address)
{
    for (unsigned waited_ms = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited_ms += LOCK_PAUSE_MS) {
        if (errno != EWOULDBLOCK || waited_ms >= LOCK_WAIT_MS || somebody_answers(address))
            return false;
        uv_sleep(LOCK_PAUSE_MS);
    }
    return true;
}

static int take_lock(int *out, const char *path, const struct sockaddr_un *address,
                     struct ob_error *e)
{
    char *name = ob_asprintf("%s.lock", path);
    int fd = ob_io_openat(AT_FDCWD, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), err = 0;
    if (fd < 0) {
        err =
            ob_error_set(e, ob_err_from_errno(errno), "cannot open %s: %s", name, strerror(errno));
    } else if (!lock_soon(fd, address)) {
        err = ob_error_set(e, OB_EEXIST, "a daemon serves %s already", path);
        (void)ob_io_close(fd); /* nothing was written */
    } else {
        sign_lock(fd);
        *out = fd;
    }
    ob_free(name);
    return err;
}

/* Removes what a dead daemon left at PATH. */
static int clear_stale(const struct sockaddr_un *address, struct ob_error *e)
{
    const char *path = address->sun_path;
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? 0
                               : ob_error_set(e, ob_err_from_errno(errno), "cannot stat %s: %s",
                                              path, strerror(errno));
    if (!S_ISSOCK(st.st_mode))
        return ob_error_set(e, OB_EEXIST, "%s is in the way and no socket: remove it", path);
    if (st.st_uid != geteuid())
        return ob_error_set(e, OB_EDENIED, "%s belongs to another user: choose another socket",
                            path);
    if (somebody_answers(address))
        return ob_error_set(e, OB_EEXIST, "a daemon answers at %s already", path);
    if (ob_io_unlink(path) != 0 && errno != ENOENT)
        return ob_error_set(e, OB_EIO, "cannot remove %s: %s", path, strerror(errno));
    return 0;
}

static int bind_and_listen(struct ob_server *s, const char *path, struct ob_error *e)
{
    mode_t before = umask(0177); /* never open to others, not even for a moment */
    int uverr = uv_pipe_bind(&s->listener, path);
    umask(before);
    if (!uverr)
        uverr = uv_listen((uv_stream_t *)&s->listener, BACKLOG, on_connection);
    if (uverr)
        return ob_error_set(e, OB_EIO, "cannot listen at %s: %s", path, uv_strerror(uverr));
    return 0;
}

int ob_server_listen(struct ob_server *s, const char *path, struct ob_error *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return ob_error_set(
            e, OB_ETOOBIG,
            "the socket's path is over 107 bytes: set OPENBOOK_SOCKET to a shorter one");
    memcpy(address.sun_path, path, strlen(path));
    int err = check_directory(path, e);
    if (!err)
        err = take_lock(&s->lock_fd, path, &address, e);
    if (!err)
        err = clear_stale(&address, e);
    if (!err)
        err = bind_and_listen(s, path, e);
    if (err)
        return err;
    s->socket_path = ob_strdup(path);
    watch_idleness(s);
    return 0;
}

int ob_server_default_path(char **out, struct ob_error *e)
{
    const char *chosen = getenv("OPENBOOK_SOCKET");
    char *path = NULL;
    if (chosen && chosen[0] == '/') {
        path = ob_strdup(chosen);
    } else {
        char *dir = NULL;
        int err = ob_dir_runtime(&dir, e);
        if (err)
            return err;
        path = ob_asprintf("%s/openbook-%d.sock", dir, OB_PROTOCOL_VERSION);
        ob_free(dir);
    }
    if (strlen(path) >= sizeof((struct sockaddr_un *)0)->sun_path) {
        int err = ob_error_set(e, OB_ETOOBIG, "%s is over 107 bytes: set OPENBOOK_SOCKET", path);
        ob_free(path);
        return err;
    }
    *out = path;
    return 0;
}

/* ------------------------------------------------------------ the end */
static void server_free(struct ob_server *s)
{
    void (*closed)(void *data) = s->closed;
    void *data = s->closed_data;
    ob_grants_free(s->grants);
    ob_shelf_list_free(s->added);
    ob_unsaved_free(s->unsaved);
    ob__links_clear(s);
    if (s->lock_fd >= 0)
        (void)ob_io_close(s->lock_fd); /* lets the lock go */
    ob_free(s->socket_path);
    ob_free(s);
    if (closed)
        closed(data);
}

void ob__server_handle_gone(struct ob_server *s)
{
    if (--s->open_handles == 0)
        server_free(s);
}

static void on_handle_closed(uv_handle_t *handle)
{
    ob__server_handle_gone(handle->data);
}

static void on_grants_closed(void *data)
{
    ob__server_handle_gone(data);
}

static void close_handles(void *data)
{
    struct ob_server *s = data;
    uv_close((uv_handle_t *)&s->idle, on_handle_closed);
    uv_close((uv_handle_t *)&s->flush, on_handle_closed);
    ob__follow_close(&s->list_follow, on_handle_closed, s);
    uv_close((uv_handle_t *)&s->list_settles, on_handle_closed);
    ob_turns_close(&s->turns, on_handle_closed);
    ob_grants_close(s->grants, on_grants_closed, s);
}

static void close_shelves(void *data)
{
    struct ob_server *s = data;
    ob__keep_clear(s);
    ob_shelves_close(s->shelves, close_handles, s);
}

static void close_http(struct ob_server *s)
{
    if (s->http)
        ob_http_close(s->http, close_shelves, s);
    else
        close_shelves(s);
}

void ob__server_session_gone(struct ob_server *s)
{
    if (s->closing && s->n_sessions == 0)
        close_http(s);
    else
        watch_idleness(s);
}

void ob_server_close(struct ob_server *s, void (*closed)(void *data), void *data)
{
    if (s->closing)
        return;
    s->closing = true;
    s->closed = closed;
    s->closed_data = data;
    (void)uv_timer_stop(&s->idle);
    (void)uv_timer_stop(&s->flush);
    /* First of all: it removes the socket, even if the rest is not given the time to end. */
    uv_close((uv_handle_t *)&s->listener, on_handle_closed);
    for (struct ob__session *c = s->sessions; c; c = c->next)
        ob__session_bye(c, "the daemon ends");
    if (s->n_sessions == 0)
        close_http(s);
}

/* ------------------------------------------------------------ the beginning */
/* Grants and added shelves: what is kept in the state directory, whose disk may hang.  Nothing of it is read
 * here. */
static void name_state(struct ob_server *s, const char *state_dir)
{
    struct ob_error e = OB_ERROR_INIT;
    char *dir = ob_strdup(state_dir), *path = NULL, *list = NULL;
    if (dir || ob_dir_state_name(&dir, &e) == 0) {
        path = ob_path_join(dir, "consents.json");
        list = ob_path_join(dir, "shelves");
    } else { /* search needs none; a consent is then asked for again next time */
        ob_log(OB_LOG_WARN, "rpc", "%s; consents are not kept", e.message);
    }
    s->added = ob_shelf_list_blank(list);
    s->grants = ob_grants_new(path);
    ob_free(list);
    ob_free(path);
    ob_free(dir);
}

/* What cannot be read refuses everything but loopback, and that is said. */
static void on_grants_read(int status, const struct ob_error *e, void *data)
{
    struct ob_server *s = data;
    if (status)
        ob_log(OB_LOG_ERROR, "rpc", "%s", e->message);
    ob__list_grants_read(s);
}

static void read_state(struct ob_server *s)
{
    struct ob_error e = OB_ERROR_INIT;
    s->grants_unread = true;
    if (ob_grants_start(s->grants, s->loop, OB_GRANTS_READ, NULL, NULL, OB__LATE_NOTES_MS,
                        on_grants_read, s, &e) != 0)
        on_grants_read(e.code, &e, s);
    ob__list_reread(s);
}

static void init_handles(struct ob_server *s)
{
    (void)uv_pipe_init(s->loop, &s->listener, 0); /* these cannot fail on Unix */
    (void)uv_timer_init(s->loop, &s->idle);
    (void)uv_timer_init(s->loop, &s->flush);
    s->listener.data = s->idle.data = s->flush.data = s;
    ob_turns_start(&s->turns, s->loop);
    s->turns.prepare.data = s;
    s->open_handles = 5; /* and the grants, which may be waited for */
    ob__list_init(s);
}

int ob_server_new(struct ob_server **out, uv_loop_t *loop, const struct ob_server_options *o,
                  struct ob_error *e)
{
    struct ob_server *s = ob_alloc(sizeof *s);
    struct ob_shelf_options shelf = OB_SHELF_OPTIONS_INIT;
    struct ob_error own = OB_ERROR_INIT;
    e = e ? e : &own;
    s->loop = loop;
    s->watch = shelf.watch = o->watch;
    s->idle_exit_s = o->idle_exit_s;
    s->discover_ports = o->discover_ports;
    s->lock_fd = -1;
    s->started_us = ob_clock_us();
    s->unsaved = ob_unsaved_new();
    name_state(s, o->state_dir);
    int err = ob_http_new(&s->http, loop, s->grants, e);
    if (err) {
        ob_grants_free(s->grants);
        ob_shelf_list_free(s->added);
        ob_unsaved_free(s->unsaved);
        ob_free(s);
        return err;
    }
    init_handles(s);
    s->shelves = ob_shelves_new(loop, &shelf);
    ob_shelves_on_progress(s->shelves, ob__report_progress, s);
    read_state(s);
    *out = s;
    return 0;
}
