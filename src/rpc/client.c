/* Calls with their answers, and events, over the same channel as the server's.
 *
 * Invariant: each call is answered once: by the server, or when the connection ends. */
#include "openbook/rpc/client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "openbook/base/log.h"
#include "openbook/base/mem.h"
#include "openbook/rpc/limits.h"

#include "channel.h"
#include "object.h"

enum { HEAD_BYTES = 1024 }; /* room for what stands before the parameters */

struct call {
    struct call *next;
    uint32_t id;
    ob_client_reply_cb cb;
    void *data;
};

struct ob_client {
    struct ob__channel channel;
    struct ob_client_events events;
    void *data;
    struct call *calls; /* without an answer yet, newest first */
    uint32_t next_id;
    bool lost; /* the other side went: tell the owner */
};

/* The enum ob_err whose name stands in an error map. */
static int code_of(const msgpack_object *code)
{
    for (int err = OB_EFAIL; code && err >= OB_EPROMPT; err--)
        if (ob__object_is(code, ob_err_name(err)))
            return err;
    return OB_EFAIL;
}

static void read_error(struct ob_error *e, const msgpack_object *error)
{
    const msgpack_object *text = ob__object_get(error, "message");
    bool str = text && text->type == MSGPACK_OBJECT_STR;
    (void)ob_error_set(e, code_of(ob__object_get(error, "code")), "%.*s",
                       str ? (int)text->via.str.size : 0, str ? text->via.str.ptr : "");
}

static void on_response(struct ob_client *c, const msgpack_object *items)
{
    struct call **at = &c->calls;
    while (*at && items[1].type == MSGPACK_OBJECT_POSITIVE_INTEGER && (*at)->id != items[1].via.u64)
        at = &(*at)->next;
    struct call *call = *at;
    if (!call || items[1].type != MSGPACK_OBJECT_POSITIVE_INTEGER)
        return;
    *at = call->next;
    struct ob_error e = OB_ERROR_INIT;
    if (items[2].type != MSGPACK_OBJECT_NIL)
        read_error(&e, &items[2]);
    call->cb(e.code, e.code ? NULL : &items[3], &e, call->data);
    ob_free(call);
}

static void on_event(struct ob_client *c, const msgpack_object *items)
{
    const msgpack_object *params = &items[2];
    if (params->type != MSGPACK_OBJECT_ARRAY || params->via.array.size != 2 ||
        params->via.array.ptr[0].type != MSGPACK_OBJECT_STR || !c->events.event)
        return;
    const msgpack_object_str *name = &params->via.array.ptr[0].via.str;
    char word[64];
    size_t n = name->size < sizeof word - 1 ? name->size : sizeof word - 1;
    memcpy(word, name->ptr, n);
    word[n] = '\0';
    c->events.event(word, &params->via.array.ptr[1], c->data);
}

static void on_message(const msgpack_object *m, void *data)
{
    struct ob_client *c = data;
    const msgpack_object *items = m->via.array.ptr;
    uint32_t n = m->via.array.size;
    bool typed = n > 0 && items[0].type == MSGPACK_OBJECT_POSITIVE_INTEGER;
    if (typed && n == 4 && items[0].via.u64 == OB__RESPONSE)
        on_response(c, items);
    else if (typed && n == 3 && items[0].via.u64 == OB__NOTIFICATION)
        on_event(c, items);
    else
        ob_log(OB_LOG_WARN, "rpc", "the server sent no message of msgpack-rpc");
}

static void on_refused(const char *reason, const struct ob_buf *head, void *data)
{
    (void)head;
    struct ob_client *c = data;
    c->lost = true;
    ob_log(OB_LOG_WARN, "rpc", "the server: %s", reason);
}

static void on_lost(const char *why, void *data)
{
    (void)why;
    struct ob_client *c = data;
    c->lost = true;
}

static void on_closed(void *data)
{
    struct ob_client *c = data;
    struct ob_error e = OB_ERROR_INIT;
    int status = c->lost ? OB_ECONNECT : OB_ECANCELED;
    (void)ob_error_set(&e, status,
                       c->lost ? "the daemon closed the connection: try again"
                               : "the connection was closed");
    while (c->calls) {
        struct call *call = c->calls;
        c->calls = call->next;
        call->cb(status, NULL, &e, call->data);
        ob_free(call);
    }
    if (c->events.closed)
        c->events.closed(c->data);
    ob_free(c);
}

static const struct ob__channel_events channel_events = {on_message, on_refused, on_lost,
                                                         on_closed};

int ob_client_attach_fd(struct ob_client **out, uv_loop_t *loop, int fd,
                        const struct ob_client_events *events, void *data, struct ob_error *e)
{
    struct ob_client *c = ob_alloc(sizeof *c);
    int err = ob__channel_open(&c->channel, loop, fd, fd, &channel_events, c, e);
    if (err)
        return err; /* freed by on_closed, which tells nobody: events is empty */
    if (events)
        c->events = *events;
    c->data = data;
    ob__channel_start(&c->channel);
    *out = c;
    return 0;
}

/* What is typed goes to our own daemon only, whoever put a socket there. */
static int check_peer(int fd, const char *path, struct ob_error *e)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid())
        return 0;
    return ob_error_set(e, OB_EDENIED, "the daemon at %s is another user's: remove it", path);
}

int ob_client_connect(struct ob_client **out, uv_loop_t *loop, const char *path,
                      const struct ob_client_events *events, void *data, struct ob_error *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return ob_error_set(e, OB_ETOOBIG, "the socket's path is over 107 bytes: %s", path);
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return ob_error_set(e, OB_EIO, "cannot make a socket: %s", strerror(errno));
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        int err = errno == EAGAIN ? OB_EBUSY : OB_ECONNECT;
        (void)ob_error_set(e, err, "no daemon answers at %s: %s", path, strerror(errno));
        close(fd);
        return err;
    }
    int err = check_peer(fd, path, e);
    if (err) {
        close(fd);
        return err;
    }
    return ob_client_attach_fd(out, loop, fd, events, data, e);
}

int ob_client_call(struct ob_client *c, const char *method, const msgpack_sbuffer *params,
                   ob_client_reply_cb cb, void *data, struct ob_error *e)
{
    msgpack_sbuffer head;
    msgpack_packer packer;
    if (c->channel.closing)
        return ob_error_set(e, OB_ECONNECT, "the daemon closed the connection: try again");
    if (params->size > OB_RPC_MAX_IN_BYTES - HEAD_BYTES)
        return ob_error_set(e, OB_ETOOBIG, "%s: the message is over %d MiB", method,
                            OB_RPC_MAX_IN_BYTES >> 20);
    struct call *call = ob_alloc(sizeof *call);
    *call = (struct call){c->calls, c->next_id++, cb, data};
    msgpack_sbuffer_init(&head);
    msgpack_packer_init(&packer, &head, msgpack_sbuffer_write);
    msgpack_pack_array(&packer, 4);
    msgpack_pack_int(&packer, OB__REQUEST);
    msgpack_pack_uint32(&packer, call->id);
    msgpack_pack_str_with_body(&packer, method, strlen(method));
    msgpack_pack_array(&packer, 1);
    struct ob_buf bytes;
    ob_buf_init(&bytes, OB_RPC_MAX_IN_BYTES);
    int err = ob_buf_append(&bytes, head.data, head.size);
    if (!err)
        err = ob_buf_append(&bytes, params->data, params->size);
    msgpack_sbuffer_destroy(&head);
    if (err) {
        ob_free(call);
        ob_buf_release(&bytes);
        return ob_error_set(e, err, "%s: no memory for the message", method);
    }
    c->calls = call;
    ob__channel_send(&c->channel, &bytes);
    return 0;
}

void ob_client_close(struct ob_client *c)
{
    ob__channel_close(&c->channel);
}
