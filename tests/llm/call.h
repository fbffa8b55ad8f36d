/* One HTTP request of a test and what it told: how it ended, and with which sentence. */
#ifndef OB_TESTS_LLM_CALL_H
#define OB_TESTS_LLM_CALL_H

#include <string.h>

#include "openbook/base/buf.h"
#include "openbook/llm/http.h"

#include "../../src/llm/request.h"
#include "loop.h"
#include "model_server.h"

struct call {
    struct net *net;
    struct ob_http_request *request;
    struct ob_http_options options;
    char url[300];
    struct ob_buf body;
    bool over, stop, cancel_in_body, headed;
    int status, http_status, n_pieces;
    long retry_after_ms;
    char type[64], message[504];
};

static inline void call_on_head(int status, const char *content_type, void *data)
{
    struct call *c = data;
    CHECK(!c->headed && !c->over && c->n_pieces == 0);
    c->headed = true;
    c->http_status = status;
    snprintf(c->type, sizeof c->type, "%s", content_type);
}

static inline bool call_on_body(const char *bytes, size_t len, void *data)
{
    struct call *c = data;
    CHECK(c->headed && !c->over && len > 0);
    c->n_pieces++;
    CHECK_INT(ob_buf_append(&c->body, bytes, len), 0);
    if (c->cancel_in_body)
        ob_http_cancel(c->request);
    return !c->stop;
}

static inline void call_on_done(int status, int http_status, struct ob_buf *body,
                                const struct ob_error *e, void *data)
{
    struct call *c = data;
    CHECK(!c->over && (status != 0) == (e != NULL));
    c->over = true;
    c->status = status;
    c->http_status = http_status;
    c->retry_after_ms = ob__http_retry_after_ms(c->request);
    snprintf(c->message, sizeof c->message, "%s", e ? e->message : "");
    if (body)
        CHECK_INT(ob_buf_append(&c->body, ob_buf_str(body), body->len), 0);
}

static const struct ob_http_events call_streamed = {call_on_head, call_on_body, call_on_done};
static const struct ob_http_events call_gathered = {NULL, NULL, call_on_done};

static inline void call_init(struct call *c, struct net *n, unsigned short port, const char *path)
{
    *c = (struct call){.net = n, .options = OB_HTTP_OPTIONS_INIT};
    ob_buf_init(&c->body, 1 << 24);
    snprintf(c->url, sizeof c->url, "http://127.0.0.1:%u%s", port, path);
}

static inline int call_try(struct call *c, const struct ob_http_events *events)
{
    struct ob_error e = OB_ERROR_INIT;
    c->options.url = c->url;
    int err = ob_http_start(&c->request, c->net->http, "/p", &c->options, events, c, &e);
    snprintf(c->message, sizeof c->message, "%s", e.message);
    return err;
}

static inline void call_start(struct call *c, const struct ob_http_events *events)
{
    if (call_try(c, events) != 0)
        test_fail(__FILE__, __LINE__, "%s", c->message);
    CHECK(!c->over);
}

/* Asks PATH and gathers the reply. */
static inline struct call call_get(struct net *n, const struct model_server *m, const char *path)
{
    struct call c;
    call_init(&c, n, m->port, path);
    call_start(&c, &call_gathered);
    net_run(n, &c.over);
    return c;
}

static inline void call_ends(struct call *c, int status, const char *says)
{
    if (c->status != status || !strstr(c->message, says))
        test_fail(__FILE__, __LINE__, "status %d, \"%s\"", c->status, c->message);
    ob_buf_release(&c->body);
}

#endif
