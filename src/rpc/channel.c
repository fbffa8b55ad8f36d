/* Reading, pausing, writing and closing; what the messages mean is the owner's business.
 *
 * Invariant: the inbox holds at most one unfinished message and what one read brought behind it, so
 * its ceiling is the message limit and one read. */
#include "channel.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "openbook/base/mem.h"

enum {
    READ_BYTES = 64 * 1024,   /* at once; what libuv suggests, too */
    KEEP_BYTES = 1024 * 1024, /* an empty inbox larger than this is given back */
    LONG_TEXT = 128 * 1024,   /* bytes from which on a text is not copied */
};

struct write_request {
    uv_write_t req;
    struct ob__channel *channel;
    size_t len;
    char *bytes; /* owned */
};

static uv_stream_t *out_stream(struct ob__channel *c)
{
    return (uv_stream_t *)(c->two_ways ? &c->out : &c->in);
}

/* ------------------------------------------------------------ closing */
static void on_handle_closed(uv_handle_t *handle)
{
    struct ob__channel *c = handle->data;
    if (--c->open_handles)
        return;
    ob_buf_release(&c->inbox);
    if (c->events)
        c->events->closed(c->data);
}

void ob__channel_close(struct ob__channel *c)
{
    if (c->closing)
        return;
    c->closing = true;
    c->reading = false;
    uv_close((uv_handle_t *)&c->in, on_handle_closed);
    uv_close((uv_handle_t *)&c->resume, on_handle_closed);
    if (c->two_ways)
        uv_close((uv_handle_t *)&c->out, on_handle_closed);
}

static void lose(struct ob__channel *c, const char *why)
{
    if (c->closing)
        return;
    ob__channel_close(c);
    c->events->lost(why, c->data);
}

/* ------------------------------------------------------------ reading */
/* Decodes the first LEN bytes of MESSAGE, which the scanner found whole, and hands them up. */
static void deliver(struct ob__channel *c, const char *message, size_t len)
{
    msgpack_zone zone;
    msgpack_object object;
    size_t offset = 0;
    if (!msgpack_zone_init(&zone, 4096)) {
        lose(c, "no memory for its message");
        return;
    }
    int got = msgpack_unpack(message, len, &offset, &zone, &object);
    if (got == MSGPACK_UNPACK_SUCCESS || got == MSGPACK_UNPACK_EXTRA_BYTES)
        c->events->message(&object, c->data);
    else
        lose(c, "its message could not be decoded");
    msgpack_zone_destroy(&zone);
}

struct ob_text *ob__channel_text(struct ob__channel *c, const char *text, size_t len)
{
    struct ob_buf rest;
    size_t end = c->message_at + c->message_len;
    uintptr_t from = (uintptr_t)c->inbox.data, at = (uintptr_t)text;
    bool inside = at >= from && at + len <= from + end;
    if (len < LONG_TEXT || c->kept || !inside)
        return ob_text_new(text, len);
    ob_buf_init(&rest, c->inbox.max);
    if (ob_buf_append(&rest, c->inbox.data + end, c->inbox.len - end) != 0)
        return ob_text_new(text, len);
    struct ob_text *t = ob_text_take_part(&c->inbox, at - from, len);
    c->inbox = rest;
    c->kept = true;
    return t;
}

static void refuse(struct ob__channel *c, size_t start)
{
    struct ob_buf head = {.data = c->inbox.data + start, .len = c->inbox.len - start};
    c->events->refused(c->scan.reason, &head, c->data);
    ob__channel_close(c);
}

/* No message is handed up at this moment. */
static bool is_paused(const struct ob__channel *c)
{
    return c->held || ob__channel_is_slow(c);
}

/* Hands up every whole message in the inbox, until the other side has too much to read. */
static void dispatch(struct ob__channel *c)
{
    size_t start = 0;
    while (!c->closing && !is_paused(c) && start + c->scanned < c->inbox.len) {
        size_t used = 0, from = start + c->scanned;
        enum ob__scan_result result =
            ob__scan_feed(&c->scan, &used, c->inbox.data + from, c->inbox.len - from);
        c->scanned += used;
        if (result == OB__SCAN_REFUSED) {
            refuse(c, start);
        } else if (result == OB__SCAN_WHOLE) {
            size_t len = c->scan.len;
            c->scanned = 0;
            ob__scan_init(&c->scan, c->scan.max_bytes);
            c->again = c->kept = false;
            c->message_at = start;
            c->message_len = len;
            deliver(c, c->inbox.data + start, len);
            start = c->kept ? 0 : c->again ? start : start + len;
        }
    }
    ob_buf_consume(&c->inbox, start);
    if (c->inbox.len == 0 && c->inbox.cap > KEEP_BYTES)
        ob_buf_release(&c->inbox);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    struct ob__channel *c = handle->data;
    char *room = NULL;
    if (c->scan.skip > READ_BYTES) /* a long string: room for all of it, so that it is not moved */
        room = ob_buf_reserve(&c->inbox, (size_t)c->scan.skip + READ_BYTES);
    if (!room)
        room = ob_buf_reserve(&c->inbox, READ_BYTES);
    *buf = uv_buf_init(room, room ? READ_BYTES : 0);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    (void)buf;
    struct ob__channel *c = stream->data;
    if (n < 0) {
        lose(c, n == UV_EOF ? "it closed the connection" : uv_strerror((int)n));
        return;
    }
    ob_buf_commit(&c->inbox, (size_t)n);
    dispatch(c);
    if (!c->closing && is_paused(c)) {
        (void)uv_read_stop(stream); /* cannot fail */
        c->reading = false;
    }
}

void ob__channel_start(struct ob__channel *c)
{
    if (c->closing || c->reading)
        return;
    c->reading = uv_read_start((uv_stream_t *)&c->in, on_alloc, on_read) == 0;
    if (!c->reading)
        lose(c, "it cannot be read");
}

/* The other side has caught up: first what lies here, then what lies in the system's buffer. */
static void on_resume(uv_timer_t *timer)
{
    struct ob__channel *c = timer->data;
    dispatch(c);
    if (!c->closing && !is_paused(c))
        ob__channel_start(c);
}

void ob__channel_hold(struct ob__channel *c)
{
    c->held = true;
}

void ob__channel_again(struct ob__channel *c)
{
    c->again = true;
}

void ob__channel_go_on(struct ob__channel *c)
{
    c->held = false;
    if (!c->closing)
        (void)uv_timer_start(&c->resume, on_resume, 0, 0); /* fails on a closing handle only */
}

/* ------------------------------------------------------------ writing */
bool ob__channel_is_slow(const struct ob__channel *c)
{
    return c->queued_out > OB_RPC_PAUSE_QUEUED_OUT;
}

static void on_written(uv_write_t *req, int status)
{
    struct write_request *w = OB_CONTAINER_OF(req, struct write_request, req);
    struct ob__channel *c = w->channel;
    c->queued_out -= w->len;
    ob_free(w->bytes);
    ob_free(w);
    if (c->closing)
        return;
    if (status < 0)
        lose(c, uv_strerror(status));
    else if (!c->reading && !c->held && c->queued_out < OB_RPC_PAUSE_QUEUED_OUT / 2)
        (void)uv_timer_start(&c->resume, on_resume, 0, 0); /* fails on a closing handle only */
}

void ob__channel_send(struct ob__channel *c, struct ob_buf *bytes)
{
    if (c->closing || bytes->len == 0) {
        ob_buf_release(bytes);
        return;
    }
    struct write_request *w = ob_alloc(sizeof *w);
    w->channel = c;
    w->bytes = ob_buf_detach(bytes, &w->len);
    uv_buf_t buf = uv_buf_init(w->bytes, (unsigned)w->len);
    c->queued_out += w->len;
    if (uv_write(&w->req, out_stream(c), &buf, 1, on_written) != 0) {
        c->queued_out -= w->len;
        ob_free(w->bytes);
        ob_free(w);
        lose(c, "it cannot be written to");
    } else if (c->queued_out > OB_RPC_MAX_QUEUED_OUT) {
        lose(c, "it does not read what it is sent");
    }
}

/* ------------------------------------------------------------ opening */
static int open_pipe(struct ob__channel *c, uv_loop_t *loop, uv_pipe_t *pipe, int fd,
                     struct ob_error *e)
{
    (void)uv_pipe_init(loop, pipe, 0); /* cannot fail on Unix */
    pipe->data = c;
    c->open_handles++;
    if (uv_guess_handle(fd) != UV_NAMED_PIPE)
        return ob_error_set(e, OB_EINVAL, "descriptor %d is neither a pipe nor a socket", fd);
    int uverr = uv_pipe_open(pipe, fd);
    if (uverr)
        return ob_error_set(e, OB_EIO, "cannot use descriptor %d: %s", fd, uv_strerror(uverr));
    return 0;
}

static void prepare(struct ob__channel *c, uv_loop_t *loop, const struct ob__channel_events *events,
                    void *data)
{
    memset(c, 0, sizeof *c);
    c->events = events;
    c->data = data;
    ob_buf_init(&c->inbox, OB_RPC_MAX_IN_BYTES + READ_BYTES);
    ob__scan_init(&c->scan, OB_RPC_MAX_IN_BYTES);
    (void)uv_timer_init(loop, &c->resume); /* cannot fail */
    c->resume.data = c;
    c->open_handles = 1;
}

int ob__channel_open(struct ob__channel *c, uv_loop_t *loop, int fd_in, int fd_out,
                     const struct ob__channel_events *events, void *data, struct ob_error *e)
{
    prepare(c, loop, events, data);
    int err = open_pipe(c, loop, &c->in, fd_in, e);
    if (err)
        close(fd_in);
    if (fd_out != fd_in) {
        c->two_ways = true;
        int err_out = open_pipe(c, loop, &c->out, fd_out, err ? NULL : e);
        if (err_out)
            close(fd_out);
        err = err ? err : err_out;
    }
    if (err)
        ob__channel_close(c);
    return err;
}

int ob__channel_accept(struct ob__channel *c, uv_stream_t *listener,
                       const struct ob__channel_events *events, void *data)
{
    prepare(c, listener->loop, events, data);
    (void)uv_pipe_init(listener->loop, &c->in, 0); /* cannot fail on Unix */
    c->in.data = c;
    c->open_handles++;
    if (uv_accept(listener, (uv_stream_t *)&c->in) == 0)
        return 0;
    ob__channel_close(c);
    return OB_EIO;
}
