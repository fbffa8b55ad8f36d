/* A scripted model server on the test's own loop: each POST gets the next reply, byte for byte, and
 * what was asked is kept.  It says nothing of itself: a GET is answered 404.  127.0.0.1 only. */
#ifndef OB_TESTS_ANSWER_MODEL_H
#define OB_TESTS_ANSWER_MODEL_H

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <uv.h>

#include "openbook/base/buf.h"

#include "test.h"

enum { MODEL_REPLIES = 8 };

struct model {
    uv_tcp_t listener;
    unsigned short port;
    char *replies[MODEL_REPLIES]; /* whole HTTP replies; owned */
    bool hold[MODEL_REPLIES];     /* the connection stays open after it */
    size_t n_replies;
    struct ob_buf requests[MODEL_REPLIES]; /* heads and bodies */
    size_t n_requests;
    size_t open; /* connections */
};

struct model_connection {
    uv_tcp_t tcp;
    uv_write_t write;
    struct model *model;
    struct ob_buf in;
    size_t number;
    bool replied;
};

static inline void model_on_closed(uv_handle_t *handle)
{
    struct model_connection *c = handle->data;
    c->model->open--;
    ob_buf_release(&c->in);
    free(c);
}

static inline void model_close(struct model_connection *c)
{
    if (!uv_is_closing((uv_handle_t *)&c->tcp))
        uv_close((uv_handle_t *)&c->tcp, model_on_closed);
}

static inline void model_on_written(uv_write_t *write, int status)
{
    struct model_connection *c = write->data;
    if (status != 0 || !c->model->hold[c->number])
        model_close(c);
}

/* Whether head and body (Content-Length) are complete. */
static inline bool model_is_whole(const struct ob_buf *in)
{
    const char *text = ob_buf_str(in), *end = strstr(text, "\r\n\r\n");
    size_t body = 0;
    if (!end)
        return false;
    for (const char *line = text; line < end; line = strstr(line, "\r\n") + 2)
        if (strncasecmp(line, "content-length:", 15) == 0)
            body = strtoul(line + 15, NULL, 10);
    return in->len >= (size_t)(end - text) + 4 + body;
}

static inline void model_on_refused(uv_write_t *write, int status)
{
    (void)status;
    model_close(write->data);
}

static inline void model_refuse(struct model_connection *c)
{
    static char reply[] =
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    uv_buf_t out = uv_buf_init(reply, sizeof reply - 1);
    c->write.data = c;
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &out, 1, model_on_refused) != 0)
        model_close(c);
}

static inline void model_reply(struct model_connection *c)
{
    struct model *m = c->model;
    c->replied = true;
    if (strncmp(ob_buf_str(&c->in), "GET ", 4) == 0) {
        model_refuse(c);
        return;
    }
    if (m->n_requests == m->n_replies) { /* an unexpected question */
        model_close(c);
        return;
    }
    c->number = m->n_requests++;
    m->requests[c->number] = c->in;
    ob_buf_init(&c->in, 1);
    uv_buf_t out = uv_buf_init(m->replies[c->number], (unsigned)strlen(m->replies[c->number]));
    c->write.data = c;
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &out, 1, model_on_written) != 0)
        model_close(c);
}

static inline void model_on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct model_connection *c = stream->data;
    if (n > 0 && !c->replied) {
        CHECK_INT(ob_buf_append(&c->in, buf->base, (size_t)n), 0);
        if (model_is_whole(&c->in))
            model_reply(c);
    }
    free(buf->base);
    if (n < 0)
        model_close(c);
}

static inline void model_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    (void)handle;
    *buf = uv_buf_init(malloc(size), (unsigned)size);
}

static inline void model_on_connection(uv_stream_t *listener, int status)
{
    struct model *m = listener->data;
    struct model_connection *c = calloc(1, sizeof *c);
    CHECK_INT(status, 0);
    c->model = m;
    ob_buf_init(&c->in, 64 * 1024 * 1024);
    uv_tcp_init(listener->loop, &c->tcp);
    c->tcp.data = c;
    m->open++;
    CHECK_INT(uv_accept(listener, (uv_stream_t *)&c->tcp), 0);
    uv_read_start((uv_stream_t *)&c->tcp, model_alloc, model_on_read);
}

static inline void model_start(struct model *m, uv_loop_t *loop)
{
    struct sockaddr_in address;
    int len = sizeof address;
    *m = (struct model){0};
    uv_ip4_addr("127.0.0.1", 0, &address);
    CHECK_INT(uv_tcp_init(loop, &m->listener), 0);
    m->listener.data = m;
    CHECK_INT(uv_tcp_bind(&m->listener, (struct sockaddr *)&address, 0), 0);
    CHECK_INT(uv_listen((uv_stream_t *)&m->listener, 16, model_on_connection), 0);
    CHECK_INT(uv_tcp_getsockname(&m->listener, (struct sockaddr *)&address, &len), 0);
    m->port = ntohs(address.sin_port);
}

static inline void model_stop(struct model *m)
{
    uv_close((uv_handle_t *)&m->listener, NULL);
    for (size_t i = 0; i < MODEL_REPLIES; i++) {
        free(m->replies[i]);
        ob_buf_release(&m->requests[i]);
    }
}

static inline void model_add(struct model *m, const char *head, const char *body, bool hold)
{
    size_t size = strlen(head) + strlen(body) + 1;
    char *reply = malloc(size);
    snprintf(reply, size, "%s%s", head, body);
    m->hold[m->n_replies] = hold;
    m->replies[m->n_replies++] = reply;
}

/* A stream of the OpenAI kind with PIECES (NULL-terminated, JSON-escaped by the caller). */
static inline void model_will_say(struct model *m, const char *const *pieces, bool hold)
{
    struct ob_buf body;
    ob_buf_init(&body, 1024 * 1024);
    for (; *pieces; pieces++)
        CHECK_INT(
            ob_buf_appendf(&body,
                           "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}"
                           "\n\n",
                           *pieces),
            0);
    if (!hold)
        CHECK_INT(ob_buf_append_str(
                      &body, "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":"
                             "\"stop\"}]}\n\ndata: [DONE]\n\n"),
                  0);
    model_add(m, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n",
              ob_buf_str(&body), hold);
    ob_buf_release(&body);
}

static inline void model_will_fail(struct model *m, const char *status, const char *body)
{
    char head[256];
    snprintf(head, sizeof head,
             "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
             "Connection: close\r\n\r\n",
             status, strlen(body));
    model_add(m, head, body, false);
}

#endif
