/* One client: takes its messages apart, finds the method, sends replies and events.
 *
 * Invariant: every request is answered once.  What runs when the client leaves goes on to its end and
 * its answer is dropped; the session's memory waits for it. */
#include <string.h>

#include "openbook/base/list.h"
#include "openbook/base/log.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "inside.h"
#include "object.h"

/* ------------------------------------------------------------ sending */
/* Sends what P holds and releases P. */
static void session_send(struct ob__session *c, struct ob__pack *p)
{
    ob__channel_send(&c->channel, &p->out);
    ob__pack_release(p);
}

void ob__event_begin(struct ob__session *c, struct ob__pack *p, const char *name)
{
    ob__pack_init(p);
    ob__pack_array(p, 3);
    ob__pack_uint(p, OB__NOTIFICATION);
    if (c->nvim) {
        ob__pack_cstr(p, "nvim_exec_lua");
        ob__pack_array(p, 2);
        ob__pack_cstr(p, "return require('openbook.rpc').receive(...)");
    } else {
        ob__pack_cstr(p, "openbook.event");
    }
    ob__pack_array(p, 2);
    ob__pack_cstr(p, name);
}

bool ob__event_send(struct ob__session *c, struct ob__pack *p)
{
    if (!p->err) {
        session_send(c, p);
        return true;
    }
    ob_log(OB_LOG_WARN, "rpc", "client %llu: an event was %s and is left out",
           (unsigned long long)c->id, ob_err_name(p->err));
    ob__pack_release(p);
    return false;
}

void ob__session_bye(struct ob__session *c, const char *reason)
{
    struct ob__pack p;
    ob__event_begin(c, &p, "bye");
    ob__pack_map(&p, 1);
    ob__pack_key_str(&p, "reason", reason);
    (void)ob__event_send(c, &p); /* the channel closes all the same */
    ob__channel_close(&c->channel);
}

static void reply_head(struct ob__request *r, struct ob__pack *p, const char *outcome)
{
    if (r->is_request) {
        ob__pack_init(p);
        ob__pack_array(p, 4);
        ob__pack_uint(p, OB__RESPONSE);
        ob__pack_uint(p, r->id);
        return;
    }
    ob__event_begin(r->session, p, "reply");
    ob__pack_map(p, 2);
    ob__pack_key_uint(p, "id", r->id);
    ob__pack_key(p, outcome);
}

void ob__reply_begin(struct ob__request *r, struct ob__pack *p)
{
    reply_head(r, p, "result");
    if (r->is_request)
        ob__pack_nil(p);
}

static void request_free(struct ob__request *r)
{
    struct ob__session *c = r->session;
    OB_LIST_REMOVE(c->requests, r);
    c->n_requests--;
    ob_free(r);
    ob__session_settle(c);
}

static void pack_error(struct ob__pack *p, const char *code, const char *message)
{
    ob__pack_map(p, 2);
    ob__pack_key_str(p, "code", code);
    ob__pack_key_str(p, "message", message);
}

static void reply_error(struct ob__request *r, const char *code, const char *message)
{
    if (!r->silent && !r->session->dead) {
        struct ob__pack p;
        reply_head(r, &p, "error");
        pack_error(&p, code, message);
        if (r->is_request)
            ob__pack_nil(&p);
        session_send(r->session, &p);
    }
    request_free(r);
}

void ob__reply_fail(struct ob__request *r, const struct ob_error *e)
{
    reply_error(r, ob_err_name(e->code), e->message);
}

void ob__reply_bad_args(struct ob__request *r, const struct ob__args *a)
{
    ob__reply_fail(r, a->e);
}

void ob__reply_send(struct ob__request *r, struct ob__pack *p)
{
    if (p->err) {
        ob__pack_release(p);
        reply_error(r, ob_err_name(p->err),
                    "the answer is over the limit of one message: ask for less");
        return;
    }
    if (r->silent || r->session->dead)
        ob__pack_release(p);
    else
        session_send(r->session, p);
    request_free(r);
}

void ob__reply_empty(struct ob__request *r)
{
    struct ob__pack p;
    ob__reply_begin(r, &p);
    ob__pack_map(&p, 0);
    ob__reply_send(r, &p);
}

/* ------------------------------------------------------------ receiving */
static struct ob__request *request_new(struct ob__session *c, bool is_request, uint64_t id)
{
    struct ob__request *r = ob_alloc(sizeof *r);
    r->session = c;
    r->is_request = is_request;
    r->id = id;
    OB_LIST_PUSH(c->requests, r);
    c->n_requests++;
    return r;
}

static bool in_flight(const struct ob__session *c, bool is_request, uint64_t id)
{
    for (const struct ob__request *r = c->requests; r; r = r->next)
        if (!r->silent && r->is_request == is_request && r->id == id)
            return true;
    return false;
}

/* The one map among PARAMS: [map], [] and [[]] are right. */
static int params_map(const msgpack_object **map, const msgpack_object *params)
{
    *map = NULL;
    if (params->type == MSGPACK_OBJECT_MAP) {
        *map = params;
        return 0;
    }
    if (params->type != MSGPACK_OBJECT_ARRAY || params->via.array.size > 1)
        return OB_EINVAL;
    if (params->via.array.size == 0)
        return 0;
    const msgpack_object *first = params->via.array.ptr;
    if (first->type == MSGPACK_OBJECT_MAP)
        *map = first;
    bool empty = first->type == MSGPACK_OBJECT_ARRAY && first->via.array.size == 0;
    return *map || empty ? 0 : OB_EINVAL;
}

/* A method name cut and cleaned for a sentence. */
static void printable(char *out, size_t size, const char *name, size_t len)
{
    size_t n = len < size - 1 ? len : size - 1;
    for (size_t i = 0; i < n; i++)
        out[i] = name[i] >= ' ' && name[i] < 127 ? name[i] : '?';
    out[n] = '\0';
}

static void run(struct ob__request *r, const char *name, size_t len, const msgpack_object *map,
                int params_err)
{
    struct ob__session *c = r->session;
    struct ob_error e = OB_ERROR_INIT;
    char shown[64];
    printable(shown, sizeof shown, name, len);
    r->method = len <= OB_RPC_MAX_METHOD_BYTES ? ob__method_find(name, len) : NULL;
    if (len > OB_RPC_MAX_METHOD_BYTES) {
        _Static_assert(OB_RPC_MAX_METHOD_BYTES == 100, "as the sentence says");
        reply_error(r, "invalid", "the method's name is over 100 bytes");
    } else if (!r->method) {
        (void)ob_error_set(&e, OB_ENOTFOUND, "there is no method %s", shown);
        reply_error(r, "unknown_method", e.message);
    } else if (params_err) {
        (void)ob_error_set(&e, OB_EINVAL, "%s: the parameters must be one map", shown);
        ob__reply_fail(r, &e);
    } else if (r->method->attached && !c->attached) {
        (void)ob_error_set(&e, OB_EDENIED, "%s: attach first", shown);
        ob__reply_fail(r, &e);
    } else if (c->n_requests > OB_RPC_MAX_PENDING) {
        (void)ob_error_set(&e, OB_EBUSY, "%s: %d requests wait for an answer already", shown,
                           OB_RPC_MAX_PENDING);
        ob__reply_fail(r, &e);
    } else {
        struct ob__args args = {r->method->name, map, &e, 0};
        r->method->run(r, &args);
    }
}

static void on_request(struct ob__session *c, const msgpack_object *items)
{
    const char *name;
    size_t len;
    const msgpack_object *map;
    if (items[1].type != MSGPACK_OBJECT_POSITIVE_INTEGER || items[1].via.u64 > UINT32_MAX) {
        ob__session_bye(c, "a request's msgid must be a number of 32 bits");
        return;
    }
    bool twice = in_flight(c, true, items[1].via.u64);
    struct ob__request *r = request_new(c, true, items[1].via.u64);
    int err = params_map(&map, &items[3]);
    if (twice)
        reply_error(r, "invalid", "a request with this msgid is still running");
    else if (!ob__object_text(&name, &len, &items[2]))
        reply_error(r, "invalid", "the method's name must be a string");
    else
        run(r, name, len, map, err);
}

static void on_notification(struct ob__session *c, const msgpack_object *items)
{
    const char *name;
    size_t len;
    const msgpack_object *map;
    struct ob_error e = OB_ERROR_INIT;
    int err = params_map(&map, &items[2]);
    struct ob__args args = {"id", map, &e, 0};
    const msgpack_object *id = err ? NULL : ob__args_get(&args, "id");
    bool wants = id && id->type == MSGPACK_OBJECT_POSITIVE_INTEGER;
    bool twice = wants && in_flight(c, false, id->via.u64);
    struct ob__request *r = request_new(c, false, wants ? id->via.u64 : 0);
    r->silent = !wants;
    if (id && !wants)
        ob_log(OB_LOG_WARN, "rpc", "client %llu: an id is no unsigned number: no reply",
               (unsigned long long)c->id);
    if (twice)
        reply_error(r, "invalid", "a request with this id is still running");
    else if (!ob__object_text(&name, &len, &items[1]))
        reply_error(r, "invalid", "the method's name must be a string");
    else
        run(r, name, len, map, err);
}

/* Whether the call of the method NAME must wait until it is known where the files of PARAMS lie. */
static bool waits(struct ob__session *c, const msgpack_object *name, const msgpack_object *params)
{
    const char *text;
    size_t len;
    const msgpack_object *map;
    if (c->n_shelves == 0 || !ob__object_text(&text, &len, name) || params_map(&map, params) != 0 ||
        !map)
        return false;
    const struct ob__method *method = ob__method_find(text, len);
    return method && method->paths && ob__links_wait(c, map);
}

static void on_message(const msgpack_object *m, void *data)
{
    struct ob__session *c = data;
    const msgpack_object *items = m->via.array.ptr;
    uint32_t n = m->via.array.size; /* the scanner saw an array */
    bool typed = n > 0 && items[0].type == MSGPACK_OBJECT_POSITIVE_INTEGER;
    if (typed && (n == 3 || n == 4) && waits(c, &items[n - 2], &items[n - 1]))
        return; /* it comes again */
    if (typed && n == 4 && items[0].via.u64 == OB__REQUEST)
        on_request(c, items);
    else if (typed && n == 3 && items[0].via.u64 == OB__NOTIFICATION)
        on_notification(c, items);
    else if (typed && n == 4 && items[0].via.u64 == OB__RESPONSE)
        ob_log(OB_LOG_WARN, "rpc", "client %llu: a response to no request",
               (unsigned long long)c->id);
    else
        ob__session_bye(c, "a message is neither a request nor a notification of msgpack-rpc");
}

/* The msgid of a message of which only the first bytes are here: [0, msgid, ... */
static bool peek_msgid(uint64_t *id, const struct ob_buf *head)
{
    enum { ARRAY_OF_4 = 0x94, FIXINT_MAX = 0x7f, UINT8 = 0xcc, UINT32 = 0xce }; /* of msgpack */
    const unsigned char *b = (const unsigned char *)head->data;
    if (head->len < 3 || b[0] != ARRAY_OF_4 || b[1] != OB__REQUEST)
        return false;
    size_t width = b[2] >= UINT8 && b[2] <= UINT32 ? (size_t)1 << (b[2] - UINT8) : 0;
    if (head->len < 3 + width || (!width && b[2] > FIXINT_MAX))
        return false;
    *id = width ? 0 : b[2];
    for (size_t i = 0; i < width; i++)
        *id = *id << 8 | b[3 + i];
    return true;
}

static void on_refused(const char *reason, const struct ob_buf *head, void *data)
{
    struct ob__session *c = data;
    uint64_t id;
    ob_log(OB_LOG_WARN, "rpc", "client %llu: %s", (unsigned long long)c->id, reason);
    if (peek_msgid(&id, head))
        reply_error(request_new(c, true, id), "too_big", reason);
    ob__session_bye(c, reason);
}

static void on_lost(const char *why, void *data)
{
    struct ob__session *c = data;
    ob_log(OB_LOG_DEBUG, "rpc", "client %llu left: %s", (unsigned long long)c->id, why);
}

/* ------------------------------------------------------------ beginning and end */
int ob__server_open_shelf(struct ob_shelf **out, struct ob_server *s, struct ob_root *root,
                          bool one_file_system, struct ob_error *e)
{
    struct ob_root *own = NULL;
    *out = NULL;
    int err = ob_root_confine(&own, root, one_file_system, e);
    if (!err)
        err = ob_shelf_open_root(out, s->shelves, own, e);
    ob_root_unref(own);
    return err;
}

void ob__session_drop_shelves(struct ob__session *c)
{
    for (size_t i = 0; i < c->n_shelves; i++) {
        ob_shelf_drop_client(c->shelves[i], c->id);
        ob__keep_put(c->server, c->shelves[i]);
    }
    c->n_shelves = c->n_own = 0;
}

void ob__session_hold(struct ob__session *c, void (*abandon)(void *data), void *data)
{
    c->abandon = abandon;
    c->abandon_data = data;
    ob__channel_hold(&c->channel);
}

void ob__session_go_on(struct ob__session *c)
{
    c->abandon = NULL;
    ob__channel_go_on(&c->channel);
}

void ob__session_settle(struct ob__session *c)
{
    struct ob_server *s = c->server;
    if (!c->dead || c->ending || c->requests || c->asks)
        return;
    OB_LIST_REMOVE(s->sessions, c);
    s->n_sessions--;
    ob__session_drop_shelves(c);
    ob__update_clear(c);
    ob_arena_release(&c->config);
    void (*gone)(void *data) = c->gone;
    void *gone_data = c->gone_data;
    ob_free(c);
    if (gone)
        gone(gone_data);
    ob__server_session_gone(s);
}

static void on_closed(void *data)
{
    struct ob__session *c = data;
    c->dead = true;
    c->ending = true; /* answers given below may be the last ones */
    if (c->abandon)
        c->abandon(c->abandon_data);
    ob__fresh_abandon(c);
    ob__asks_cancel(c);
    c->ending = false;
    ob__session_settle(c);
}

static const struct ob__channel_events channel_events = {on_message, on_refused, on_lost,
                                                         on_closed};

struct ob__session *ob__session_new(struct ob_server *s)
{
    struct ob__session *c = ob_alloc(sizeof *c);
    c->server = s;
    c->id = ++s->next_session;
    c->project = "";
    OB_LIST_PUSH(s->sessions, c);
    s->n_sessions++;
    return c;
}

int ob__session_open(struct ob__session *c, int fd_in, int fd_out, struct ob_error *e)
{
    int err = ob__channel_open(&c->channel, c->server->loop, fd_in, fd_out, &channel_events, c, e);
    if (!err)
        ob__channel_start(&c->channel);
    return err;
}

int ob__session_accept(struct ob__session *c, uv_stream_t *listener)
{
    return ob__channel_accept(&c->channel, listener, &channel_events, c);
}

static struct ob_shelf *deepest_shelf(struct ob__session *c, const char *path,
                                      const char **relative, size_t *position)
{
    struct ob_shelf *best = NULL;
    for (size_t i = 0; i < c->n_shelves; i++) {
        const char *rest = ob_path_inside(ob_shelf_root(c->shelves[i]), path);
        if (!rest || (best && strlen(rest) >= strlen(*relative)))
            continue;
        best = c->shelves[i];
        *relative = rest;
        *position = i;
    }
    return best;
}

bool ob__session_has(struct ob__session *c, const char *path)
{
    const char *relative;
    size_t position;
    return deepest_shelf(c, path, &relative, &position) != NULL;
}

struct ob_shelf *ob__session_shelf_of(struct ob__session *c, const char *path,
                                      struct ob_arena *arena, const char **relative,
                                      size_t *position)
{
    struct ob_shelf *shelf = deepest_shelf(c, path, relative, position);
    char *real = shelf ? NULL : ob__links_resolve(c->server, path);
    if (real) {
        shelf = deepest_shelf(c, real, relative, position);
        if (shelf)
            *relative = ob_arena_strdup(arena, *relative);
        ob_free(real);
    }
    return shelf;
}
