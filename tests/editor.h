/* A scripted editor: a msgpack-RPC client of the daemon that a test drives step by step.
 *
 * Parameters are written as JSON with single quotes, what comes back is read as cJSON.  Every wait ends
 * after EDITOR_WAIT_MS with a failed check.  With a loop (a server in the test's own process) waiting
 * runs it; without, the other side is a process. */
#ifndef OB_TESTS_EDITOR_H
#define OB_TESTS_EDITOR_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <msgpack.h>
#include <uv.h>

#include "openbook/base/buf.h"

#include "test.h"

enum { EDITOR_WAIT_MS = 15000, EDITOR_IN_MAX = 64 * 1024 * 1024 };

struct editor_message {
    struct editor_message *next;
    cJSON *json;
    size_t bytes, depth; /* as it came on the wire */
    bool read;
};

struct editor {
    int fd;
    int fd_in;       /* where it reads; the same for a socket */
    uv_loop_t *loop; /* of a server in this process; NULL for another process */
    struct ob_buf in;
    struct editor_message *messages; /* oldest first; kept until the process ends */
    uint32_t next_id;
    bool ended; /* the other side closed */
};

static struct editor_message *editor_all; /* reachable: no leak */

/* ------------------------------------------------------------ JSON to msgpack */
static inline void editor_pack(msgpack_packer *p, const cJSON *v)
{
    const cJSON *item;
    size_t n = (size_t)cJSON_GetArraySize(v);
    if (cJSON_IsString(v)) {
        msgpack_pack_str_with_body(p, v->valuestring, strlen(v->valuestring));
    } else if (cJSON_IsNumber(v) && v->valuedouble == (double)(int64_t)v->valuedouble) {
        msgpack_pack_int64(p, (int64_t)v->valuedouble);
    } else if (cJSON_IsNumber(v)) {
        msgpack_pack_double(p, v->valuedouble);
    } else if (cJSON_IsTrue(v)) {
        msgpack_pack_true(p);
    } else if (cJSON_IsFalse(v)) {
        msgpack_pack_false(p);
    } else if (cJSON_IsArray(v)) {
        msgpack_pack_array(p, n);
        cJSON_ArrayForEach(item, v) editor_pack(p, item);
    } else if (cJSON_IsObject(v)) {
        msgpack_pack_map(p, n);
        cJSON_ArrayForEach(item, v)
        {
            msgpack_pack_str_with_body(p, item->string, strlen(item->string));
            editor_pack(p, item);
        }
    } else {
        msgpack_pack_nil(p);
    }
}

/* FORMAT with its single quotes made double, parsed. */
static inline cJSON *editor_json(const char *format, va_list args)
{
    char *text = NULL;
    char *double_quoted = strdup(format);
    for (char *p = double_quoted; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, double_quoted, again);
    va_end(again);
    text = malloc((size_t)n + 1);
    CHECK(text != NULL);
    vsnprintf(text, (size_t)n + 1, double_quoted, args);
    cJSON *json = cJSON_ParseWithOpts(text, NULL, 1);
    if (!json)
        test_fail(__FILE__, __LINE__, "no JSON: %.200s", text);
    free(text);
    free(double_quoted);
    return json;
}

/* ------------------------------------------------------------ msgpack to JSON */
static inline cJSON *editor_unpack(size_t *depth, const msgpack_object *o)
{
    size_t deepest = 0, d;
    cJSON *json = NULL;
    *depth = 0;
    switch (o->type) {
    case MSGPACK_OBJECT_BOOLEAN: return cJSON_CreateBool(o->via.boolean);
    case MSGPACK_OBJECT_POSITIVE_INTEGER: return cJSON_CreateNumber((double)o->via.u64);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER: return cJSON_CreateNumber((double)o->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64: return cJSON_CreateNumber(o->via.f64);
    case MSGPACK_OBJECT_STR:
    case MSGPACK_OBJECT_BIN: {
        char *text = strndup(o->via.str.size ? o->via.str.ptr : "", o->via.str.size);
        json = cJSON_CreateString(text);
        free(text);
        return json;
    }
    case MSGPACK_OBJECT_ARRAY:
        json = cJSON_CreateArray();
        for (uint32_t i = 0; i < o->via.array.size; i++) {
            cJSON_AddItemToArray(json, editor_unpack(&d, &o->via.array.ptr[i]));
            deepest = d > deepest ? d : deepest;
        }
        *depth = deepest + 1;
        return json;
    case MSGPACK_OBJECT_MAP:
        json = cJSON_CreateObject();
        for (uint32_t i = 0; i < o->via.map.size; i++) {
            const msgpack_object_kv *kv = &o->via.map.ptr[i];
            char *key = strndup(kv->key.via.str.ptr, kv->key.via.str.size);
            cJSON_AddItemToObject(json, key, editor_unpack(&d, &kv->val));
            free(key);
            deepest = d > deepest ? d : deepest;
        }
        *depth = deepest + 1;
        return json;
    default: return cJSON_CreateNull();
    }
}

/* ------------------------------------------------------------ sending */
static inline int64_t editor_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline void editor_read_some(struct editor *e, int timeout_ms);

/* Sends BYTES as they are; false when the other side closed before it took all. */
static inline bool editor_send(struct editor *e, const void *bytes, size_t len)
{
    const char *at = bytes;
    int64_t end = editor_now_ms() + EDITOR_WAIT_MS;
    while (len && editor_now_ms() < end) {
        ssize_t n = e->fd == e->fd_in ? send(e->fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT)
                                      : write(e->fd, at, len);
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        } else {
            editor_read_some(e, 10);
        }
    }
    CHECK(len == 0);
    return true;
}

static inline void editor_send_message(struct editor *e, int type, uint32_t id, const char *method,
                                       const cJSON *params)
{
    msgpack_sbuffer b;
    msgpack_packer p;
    msgpack_sbuffer_init(&b);
    msgpack_packer_init(&p, &b, msgpack_sbuffer_write);
    msgpack_pack_array(&p, type == 0 ? 4 : 3);
    msgpack_pack_int(&p, type);
    if (type == 0)
        msgpack_pack_uint32(&p, id);
    msgpack_pack_str_with_body(&p, method, strlen(method));
    msgpack_pack_array(&p, 1);
    editor_pack(&p, params);
    CHECK(editor_send(e, b.data, b.size));
    msgpack_sbuffer_destroy(&b);
}

static inline void editor_send_request(struct editor *e, const char *method, const char *format,
                                       va_list args)
{
    cJSON *params = editor_json(format, args);
    editor_send_message(e, 0, ++e->next_id, method, params);
    cJSON_Delete(params);
}

/* A request; returns its msgid. */
static inline uint32_t editor_request(struct editor *e, const char *method, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    editor_send_request(e, method, format, args);
    va_end(args);
    return e->next_id;
}

static inline void editor_notify(struct editor *e, const char *method, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cJSON *params = editor_json(format, args);
    va_end(args);
    editor_send_message(e, 2, 0, method, params);
    cJSON_Delete(params);
}

/* ------------------------------------------------------------ receiving */
static inline void editor_keep(struct editor *e, const msgpack_object *o, size_t bytes)
{
    struct editor_message *m = calloc(1, sizeof *m), **end = &e->messages;
    CHECK(m != NULL);
    m->json = editor_unpack(&m->depth, o);
    m->bytes = bytes;
    while (*end)
        end = &(*end)->next;
    *end = m;
    editor_all = e->messages; /* of the last editor that got one: enough for the leak checker */
    if (m->bytes > 1024 * 1024 || m->depth > 8)
        test_fail(__FILE__, __LINE__, "a message of %zu bytes and %zu levels came", m->bytes,
                  m->depth);
}

static inline void editor_take_messages(struct editor *e)
{
    size_t offset = 0;
    for (;;) {
        msgpack_unpacked got;
        size_t start = offset;
        msgpack_unpacked_init(&got);
        msgpack_unpack_return r = e->in.len
                                      ? msgpack_unpack_next(&got, e->in.data, e->in.len, &offset)
                                      : MSGPACK_UNPACK_CONTINUE;
        if (r == MSGPACK_UNPACK_SUCCESS)
            editor_keep(e, &got.data, offset - start);
        msgpack_unpacked_destroy(&got);
        CHECK(r == MSGPACK_UNPACK_SUCCESS || r == MSGPACK_UNPACK_CONTINUE);
        if (r != MSGPACK_UNPACK_SUCCESS) {
            ob_buf_consume(&e->in, start);
            return;
        }
    }
}

/* Waits up to TIMEOUT_MS for bytes, running the loop meanwhile, and takes what came. */
static inline void editor_read_some(struct editor *e, int timeout_ms)
{
    struct pollfd p = {.fd = e->fd_in, .events = POLLIN};
    if (e->loop)
        (void)uv_run(e->loop, UV_RUN_NOWAIT);
    if (e->ended || poll(&p, 1, e->loop ? 1 : timeout_ms) <= 0)
        return;
    for (;;) {
        char *room = ob_buf_reserve(&e->in, 65536);
        CHECK(room != NULL);
        ssize_t n = read(e->fd_in, room, 65536);
        if (n > 0)
            ob_buf_commit(&e->in, (size_t)n);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            e->ended = true;
        if (n < 65536)
            break;
    }
    editor_take_messages(e);
}

static inline const cJSON *editor_item(const cJSON *array, int i)
{
    return cJSON_GetArrayItem(array, i);
}

static inline double editor_number(const cJSON *o, const char *key)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static inline const char *editor_text(const cJSON *o, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
    return text ? text : "";
}

static inline const cJSON *editor_get(const cJSON *o, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(o, key);
}

typedef const cJSON *(*editor_match)(const cJSON *message, const void *what);

/* The next unread message that MATCH likes, as MATCH returns it; NULL after TIMEOUT_MS or at the end. */
static inline const cJSON *editor_await(struct editor *e, editor_match match, const void *what,
                                        int timeout_ms)
{
    int64_t end = editor_now_ms() + timeout_ms;
    for (;;) {
        for (struct editor_message *m = e->messages; m; m = m->next) {
            const cJSON *got = m->read ? NULL : match(m->json, what);
            if (!got)
                continue;
            m->read = true;
            return got;
        }
        int64_t left = end - editor_now_ms();
        if (left <= 0 || e->ended)
            return NULL;
        editor_read_some(e, (int)left);
    }
}

static inline const cJSON *editor_is_response(const cJSON *m, const void *what)
{
    const uint32_t *id = what;
    bool is = cJSON_GetArraySize(m) == 4 && cJSON_GetNumberValue(editor_item(m, 0)) == 1 &&
              cJSON_GetNumberValue(editor_item(m, 1)) == *id;
    return is ? m : NULL;
}

/* The payload of an event, in either style. */
static inline const cJSON *editor_is_event(const cJSON *m, const void *what)
{
    const char *method = cJSON_GetStringValue(editor_item(m, 1));
    const cJSON *args = editor_item(m, 2);
    if (cJSON_GetArraySize(m) != 3 || cJSON_GetNumberValue(editor_item(m, 0)) != 2 || !method)
        return NULL;
    if (strcmp(method, "nvim_exec_lua") == 0)
        args = editor_item(args, 1);
    const char *name = cJSON_GetStringValue(editor_item(args, 0));
    return name && strcmp(name, what) == 0 ? editor_item(args, 1) : NULL;
}

struct editor_named {
    const char *name, *key, *text; /* an event whose KEY is TEXT */
};

static inline const cJSON *editor_is_named(const cJSON *m, const void *what)
{
    const struct editor_named *w = what;
    const cJSON *payload = editor_is_event(m, w->name);
    return payload && strcmp(editor_text(payload, w->key), w->text) == 0 ? payload : NULL;
}

/* The response to ID: [1, id, error, result]. */
static inline const cJSON *editor_response(struct editor *e, uint32_t id)
{
    const cJSON *m = editor_await(e, editor_is_response, &id, EDITOR_WAIT_MS);
    if (!m)
        test_fail(__FILE__, __LINE__, "no response to request %u%s", id,
                  e->ended ? ": the other side closed" : "");
    return m;
}

/* The payload of the next event NAME. */
static inline const cJSON *editor_event(struct editor *e, const char *name)
{
    const cJSON *payload = editor_await(e, editor_is_event, name, EDITOR_WAIT_MS);
    if (!payload)
        test_fail(__FILE__, __LINE__, "no event %s%s", name,
                  e->ended ? ": the other side closed" : "");
    return payload;
}

/* The next `ask` event of TYPE. */
static inline const cJSON *editor_ask_event(struct editor *e, const char *type)
{
    const struct editor_named what = {"ask", "type", type};
    const cJSON *payload = editor_await(e, editor_is_named, &what, EDITOR_WAIT_MS);
    if (!payload)
        test_fail(__FILE__, __LINE__, "no ask event %s%s", type,
                  e->ended ? ": the other side closed" : "");
    return payload;
}

/* Calls METHOD; its result, or a failed check. */
static inline const cJSON *editor_call(struct editor *e, const char *method, const char *format,
                                       ...)
{
    va_list args;
    va_start(args, format);
    editor_send_request(e, method, format, args);
    va_end(args);
    const cJSON *m = editor_response(e, e->next_id);
    if (!cJSON_IsNull(editor_item(m, 2)))
        test_fail(__FILE__, __LINE__, "%s: %s", method, editor_text(editor_item(m, 2), "message"));
    return editor_item(m, 3);
}

/* Calls METHOD, which must fail with CODE; the sentence. */
static inline const char *editor_refused(struct editor *e, const char *code, const char *method,
                                         const char *format, ...)
{
    va_list args;
    va_start(args, format);
    editor_send_request(e, method, format, args);
    va_end(args);
    const cJSON *m = editor_response(e, e->next_id), *error = editor_item(m, 2);
    if (strcmp(editor_text(error, "code"), code) != 0)
        test_fail(__FILE__, __LINE__, "%s gave \"%s\" (%s), not %s", method,
                  editor_text(error, "code"), editor_text(error, "message"), code);
    CHECK(cJSON_IsNull(editor_item(m, 3)));
    CHECK(editor_text(error, "message")[0] != '\0');
    return editor_text(error, "message");
}

/* Waits until the other side has closed. */
static inline void editor_await_end(struct editor *e)
{
    int64_t end = editor_now_ms() + EDITOR_WAIT_MS;
    while (!e->ended && editor_now_ms() < end)
        editor_read_some(e, 100);
    CHECK(e->ended);
}

/* ------------------------------------------------------------ beginning and end */
static inline void editor_open_fds(struct editor *e, int fd_in, int fd_out, uv_loop_t *loop)
{
    *e = (struct editor){.fd = fd_out, .fd_in = fd_in, .loop = loop};
    ob_buf_init(&e->in, EDITOR_IN_MAX);
    CHECK(fcntl(fd_in, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd_out, F_SETFL, O_NONBLOCK) == 0);
}

/* Connects to the daemon at PATH; false when nobody answers there. */
static inline bool editor_connect(struct editor *e, const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && strlen(path) < sizeof to.sun_path);
    memcpy(to.sun_path, path, strlen(path));
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return false;
    }
    editor_open_fds(e, fd, fd, NULL);
    return true;
}

static inline void editor_close(struct editor *e)
{
    if (e->fd_in != e->fd)
        close(e->fd_in);
    close(e->fd);
    e->ended = true;
    ob_buf_release(&e->in);
    for (struct editor_message *m = e->messages, *next; m; m = next) {
        next = m->next;
        cJSON_Delete(m->json);
        free(m);
    }
    e->messages = editor_all = NULL;
}

#endif
