/* A key from a command such as `pass show openai`.
 *
 * The run is over when the process has ended and its first line is whole or its stdout is closed: a
 * key agent that the command leaves behind may hold stdout open for ever.  Invariant: cb is called
 * once, from settle(), and the memory goes with the last of the three handles. */
#include <signal.h>
#include <string.h>

#include "openbook/base/mem.h"

#include "key.h"

struct ob__key_run {
    uv_process_t process;
    uv_pipe_t out; /* its stdout */
    uv_timer_t limit;
    unsigned open_handles;
    bool spawned, exited, closed, settled;
    int64_t exit_status;
    int signal;
    int status; /* why it was killed; 0: it was not */
    unsigned limit_ms;
    struct ob_buf text;
    char room[1024]; /* that libuv reads into */
    char *name;
    ob__key_cb cb;
    void *data;
};

static void on_closed(uv_handle_t *handle)
{
    struct ob__key_run *r = handle->data;
    if (--r->open_handles > 0)
        return;
    explicit_bzero(r->room, sizeof r->room);
    ob__key_wipe(&r->text);
    ob_free(r->name);
    ob_free(r);
}

static void close_all(struct ob__key_run *r)
{
    uv_close((uv_handle_t *)&r->out, on_closed);
    uv_close((uv_handle_t *)&r->limit, on_closed);
    uv_close((uv_handle_t *)&r->process, on_closed);
}

/* The whole group: what the command started dies with it. */
static void kill_group(const struct ob__key_run *r)
{
    if (r->spawned && !r->exited)
        (void)uv_kill(-r->process.pid, SIGKILL); /* it may be gone already */
}

/* ------------------------------------------------------------ what came of it */
static int verdict(struct ob__key_run *r, struct ob_error *e)
{
    const char *n = r->name;
    if (r->status == OB_ECANCELED)
        return ob_error_set(e, OB_ECANCELED, "the request was canceled");
    if (r->status == OB_ETIMEOUT)
        return ob_error_set(e, OB_ETIMEOUT,
                            "the key command %s did not end within %.3g s: run it once in a "
                            "terminal to see what it waits for",
                            n, r->limit_ms / 1000.0);
    if (r->status)
        return ob_error_set(e, r->status,
                            "the key command %s prints over %d bytes: it must print "
                            "the key on its first line",
                            n, OB__KEY_MAX_BYTES);
    if (r->signal)
        return ob_error_set(e, OB_EAUTH, "the key command %s was ended by signal %d", n, r->signal);
    if (r->exit_status)
        return ob_error_set(e, OB_EAUTH,
                            "the key command %s ended with status %d: run it in a terminal to see "
                            "why",
                            n, (int)r->exit_status);
    return 0;
}

static void settle(struct ob__key_run *r)
{
    struct ob_error e = OB_ERROR_INIT;
    char source[300];
    if (r->settled)
        return;
    r->settled = true;
    int err = verdict(r, &e);
    if (!err) {
        char *end = r->text.len ? memchr(r->text.data, '\n', r->text.len) : NULL;
        const char *argv[] = {r->name, NULL};
        struct ob_model_config named = {.key_command = argv};
        if (end)
            r->text.len = (size_t)(end - r->text.data);
        ob__key_source(source, sizeof source, &named);
        err = ob__key_check(&r->text, source, &e);
        if (r->text.data)
            r->text.data[r->text.len] = '\0';
    }
    r->cb(err, err ? NULL : &r->text, err ? &e : NULL, r->data);
    close_all(r);
}

static void settle_if_over(struct ob__key_run *r)
{
    bool line = r->text.len && memchr(r->text.data, '\n', r->text.len);
    if (r->exited && (r->closed || line || r->status || r->exit_status || r->signal))
        settle(r);
}

static void stop(struct ob__key_run *r, int status)
{
    if (r->settled || r->status)
        return;
    r->status = status;
    kill_group(r);
    settle_if_over(r); /* it has ended and only its stdout is open */
}

/* ------------------------------------------------------------ events */
static void on_limit(uv_timer_t *timer)
{
    stop(timer->data, OB_ETIMEOUT);
}

static void on_exit_of(uv_process_t *process, int64_t exit_status, int signal)
{
    struct ob__key_run *r = process->data;
    r->exited = true;
    r->exit_status = exit_status;
    r->signal = signal;
    settle_if_over(r);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct ob__key_run *r = handle->data;
    (void)size;
    *buf = uv_buf_init(r->room, sizeof r->room);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct ob__key_run *r = stream->data;
    if (n < 0)
        r->closed = true;
    else if (ob_buf_append(&r->text, buf->base, (size_t)n) != 0)
        stop(r, OB_ETOOBIG);
    if (n < 0)
        (void)uv_read_stop(stream);
    settle_if_over(r);
}

/* ------------------------------------------------------------ the door */
static int spawn(struct ob__key_run *r, const char *const *argv)
{
    uv_stdio_container_t io[3] = {{.flags = UV_IGNORE},
                                  {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE}};
    uv_process_options_t o = {.exit_cb = on_exit_of,
                              .file = argv[0],
                              .flags = UV_PROCESS_DETACHED,
                              .stdio_count = 3,
                              .stdio = io};
    size_t n = 0;
    while (argv[n])
        n++;
    char **words = ob_alloc((n + 1) * sizeof *words);
    for (size_t i = 0; i < n; i++)
        words[i] = ob_strdup(argv[i]);
    o.args = words;
    io[1].data.stream = (uv_stream_t *)&r->out;
    io[2].flags = UV_IGNORE;
    int err = uv_spawn(r->out.loop, &r->process, &o);
    for (size_t i = 0; i < n; i++)
        ob_free(words[i]);
    ob_free(words);
    return err;
}

int ob__key_run_start(struct ob__key_run **out, uv_loop_t *loop, const char *const *argv,
                      unsigned limit_ms, struct ob_error *e, ob__key_cb cb, void *data)
{
    struct ob__key_run *r = ob_alloc(sizeof *r);
    r->cb = cb;
    r->data = data;
    r->limit_ms = limit_ms;
    r->name = ob_strdup(argv[0]);
    ob_buf_init(&r->text, OB__KEY_MAX_BYTES);
    (void)ob_buf_reserve(&r->text, OB__KEY_MAX_BYTES); /* once: a growing buffer leaves copies */
    (void)uv_pipe_init(loop, &r->out, 0);              /* these cannot fail */
    (void)uv_timer_init(loop, &r->limit);
    r->out.data = r->limit.data = r->process.data = r;
    r->open_handles = 3;
    int err = spawn(r, argv);
    r->spawned = !err;
    if (!err)
        err = uv_read_start((uv_stream_t *)&r->out, on_alloc, on_read);
    if (err) {
        kill_group(r);
        r->settled = true;
        close_all(r);
        return ob_error_set(e, OB_EAUTH, "cannot run the key command %s: %s", argv[0],
                            uv_strerror(err));
    }
    (void)uv_timer_start(&r->limit, on_limit, limit_ms, 0); /* fails only on a closing handle */
    *out = r;
    return 0;
}

void ob__key_run_cancel(struct ob__key_run *r)
{
    stop(r, OB_ECANCELED);
}
