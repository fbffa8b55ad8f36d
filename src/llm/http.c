/* libcurl's multi interface under libuv: one uv_poll_t a socket, one uv_timer_t for libcurl's own
 * time-outs, one for each request's deadlines.
 *
 * Invariants.  libcurl is entered at one place (act) and is never re-entered: what a callback of
 * the user asks for meanwhile (start, cancel, close) is noted and carried out by sweep() when
 * libcurl has returned.  A request's end is decided once (transfer.c) and told once, from its own timer
 * on a later turn of the loop (on_told), when libcurl no longer knows it. */
#include "openbook/llm/http.h"

#include <string.h>

#include "openbook/base/log.h"
#include "openbook/base/mem.h"

#include "header.h"
#include "origin.h"
#include "request.h"
#include "transfer.h"

enum {
    SILENCE_MS = 60000,
    TOTAL_MS = 600000,
    BODY_MAX_BYTES = 4 << 20,
    CONNECTIONS_MAX = 32,
    CONNECTIONS_PER_HOST_MAX = 8,
};

/* A socket that libcurl wants watched; freed by its close callback. */
struct watch {
    uv_poll_t poll;
    struct ob_http *http;
    curl_socket_t fd;
};

static void sweep(struct ob_http *h);

/* ------------------------------------------------------------ closing handles */
static void maybe_closed(struct ob_http *h)
{
    if (!h->closing || h->open_handles > 0)
        return;
    void (*closed)(void *) = h->closed;
    void *data = h->closed_data;
    ob_free(h);
    curl_global_cleanup();
    if (closed)
        closed(data);
}

static void on_watch_closed(uv_handle_t *handle)
{
    struct watch *w = OB_CONTAINER_OF(handle, struct watch, poll);
    struct ob_http *h = w->http;
    ob_free(w);
    h->open_handles--;
    maybe_closed(h);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct ob_http *h = OB_CONTAINER_OF(handle, struct ob_http, timer);
    h->open_handles--;
    maybe_closed(h);
}

static void on_clock_closed(uv_handle_t *handle)
{
    struct ob_http_request *r = OB_CONTAINER_OF(handle, struct ob_http_request, clock);
    struct ob_http *h = r->http;
    ob_buf_release(&r->sent);
    ob_buf_release(&r->body);
    ob_free(r->location);
    ob_free(r->origin);
    ob_free(r);
    h->open_handles--;
    maybe_closed(h);
}

/* When nothing runs any more. */
static void finish_closing(struct ob_http *h)
{
    if (!h->closing || h->requests || h->inside || !h->multi)
        return;
    CURLM *multi = h->multi;
    h->multi = NULL;
    h->inside++;                     /* it may call on_socket */
    (void)curl_multi_cleanup(multi); /* nothing in it can fail us any more */
    h->inside--;
    uv_close((uv_handle_t *)&h->timer, on_timer_closed);
}

/* ------------------------------------------------------------ the end of a request */
static void on_told(uv_timer_t *timer)
{
    struct ob_http_request *r = OB_CONTAINER_OF(timer, struct ob_http_request, clock);
    struct ob_http *h = r->http;
    struct ob_http_request **link = &h->requests;
    while (*link != r)
        link = &(*link)->next;
    *link = r->next;
    r->state = OB__TOLD;
    uv_close((uv_handle_t *)&r->clock, on_clock_closed);
    r->events.done(r->status, r->http_status, r->events.body ? NULL : &r->body,
                   r->status ? &r->error : NULL, r->data);
    finish_closing(h);
}

/* Takes R out of libcurl, which closes the socket of an unfinished transfer. */
static void drop(struct ob_http_request *r)
{
    (void)curl_multi_remove_handle(r->http->multi, r->easy); /* it may never have been in */
    curl_easy_cleanup(r->easy);
    r->easy = NULL;
    ob__transfer_wipe_headers(r);
    ob_buf_release(&r->sent);
    r->state = OB__DROPPED;
    (void)uv_timer_start(&r->clock, on_told, 0, 0); /* fails only on a closing handle */
}

/* ------------------------------------------------------------ libcurl on the loop */
static void drain(struct ob_http *h)
{
    CURLMsg *m;
    int left;
    while ((m = curl_multi_info_read(h->multi, &left))) {
        struct ob_http_request *r = NULL;
        if (m->msg != CURLMSG_DONE)
            continue;
        CURLcode code = m->data.result; /* M dies with the handle */
        (void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&r);
        if (ob__transfer_again(r, code)) {
            (void)curl_multi_remove_handle(h->multi, r->easy);
            r->state = OB__QUEUED; /* see sweep */
            continue;
        }
        ob__transfer_ended(r, code);
        drop(r);
    }
}

/* All transfers of a multi handle that failed are lost. */
static void fail_all(struct ob_http *h, CURLMcode code)
{
    ob_log(OB_LOG_ERROR, "llm", "libcurl: %s", curl_multi_strerror(code));
    for (struct ob_http_request *r = h->requests; r; r = r->next)
        ob__transfer_decide(r, OB_EFAIL, "the transfer failed inside libcurl: %s",
                            curl_multi_strerror(code));
}

static void act(struct ob_http *h, curl_socket_t fd, int flags)
{
    int running;
    if (!h->multi)
        return;
    h->inside++;
    CURLMcode code = curl_multi_socket_action(h->multi, fd, flags, &running);
    drain(h); /* always: a transfer that fails on its time-out leaves nothing running */
    h->inside--;
    if (code != CURLM_OK)
        fail_all(h, code);
    sweep(h);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watch *w = OB_CONTAINER_OF(poll, struct watch, poll);
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    act(w->http, w->fd, flags); /* W may be closed now */
}

static struct watch *watch_new(struct ob_http *h, curl_socket_t fd)
{
    struct watch *w = ob_alloc(sizeof *w);
    int err = uv_poll_init_socket(h->loop, &w->poll, fd);
    if (err) {
        ob_log(OB_LOG_ERROR, "llm", "cannot watch a socket: %s", uv_strerror(err));
        ob_free(w);
        return NULL;
    }
    w->http = h;
    w->fd = fd;
    h->open_handles++;
    (void)curl_multi_assign(h->multi, fd, w);
    return w;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *assigned)
{
    struct ob_http *h = data;
    struct watch *w = assigned;
    int events = 0;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (w) {
            if (h->multi) /* not while it is cleaned up */
                (void)curl_multi_assign(h->multi, fd, NULL);
            uv_close((uv_handle_t *)&w->poll, on_watch_closed);
        }
        return 0;
    }
    if (!w && (!h->multi || !(w = watch_new(h, fd))))
        return -1;
    if (what != CURL_POLL_OUT)
        events |= UV_READABLE;
    if (what != CURL_POLL_IN)
        events |= UV_WRITABLE;
    return uv_poll_start(&w->poll, events, on_ready) ? -1 : 0;
}

static void on_timer(uv_timer_t *timer)
{
    act(OB_CONTAINER_OF(timer, struct ob_http, timer), CURL_SOCKET_TIMEOUT, 0);
}

static int on_timer_wanted(CURLM *multi, long timeout_ms, void *data)
{
    struct ob_http *h = data;
    (void)multi;
    if (timeout_ms < 0)
        (void)uv_timer_stop(&h->timer); /* cannot fail */
    else /* never 0: libcurl must not be called from within its own callback */
        (void)uv_timer_start(&h->timer, on_timer, timeout_ms > 0 ? (uint64_t)timeout_ms : 1, 0);
    return 0;
}

static void add(struct ob_http_request *r)
{
    r->state = OB__RUNNING;
    r->http->inside++;
    CURLMcode code = curl_multi_add_handle(r->http->multi, r->easy);
    r->http->inside--;
    if (code != CURLM_OK)
        ob__transfer_decide(r, OB_EFAIL, "the transfer failed inside libcurl: %s",
                            curl_multi_strerror(code));
}

/* Carries out what was decided or asked for while libcurl was busy. */
static void sweep(struct ob_http *h)
{
    if (h->inside)
        return;
    for (struct ob_http_request *r = h->requests; r; r = r->next) {
        if (r->state == OB__QUEUED)
            add(r);
        if (r->state == OB__DECIDED)
            drop(r);
    }
    finish_closing(h);
}

/* ------------------------------------------------------------ deadlines */
static void on_clock(uv_timer_t *timer)
{
    struct ob_http_request *r = OB_CONTAINER_OF(timer, struct ob_http_request, clock);
    uint64_t now = uv_now(r->http->loop);
    uint64_t total = r->started_ms + r->total_ms, silence = r->heard_ms + r->silence_ms;
    if (now >= total)
        ob__transfer_decide(r, OB_ETIMEOUT, "%s did not finish within %.3g s", ob__transfer_host(r),
                            (double)r->total_ms / 1000);
    else if (now >= silence)
        ob__transfer_decide(r, OB_ETIMEOUT, "%s sent nothing for %.3g s", ob__transfer_host(r),
                            (double)r->silence_ms / 1000);
    else
        (void)uv_timer_start(timer, on_clock, (total < silence ? total : silence) - now, 0);
    sweep(r->http);
}

/* ------------------------------------------------------------ what may be sent where */
static bool has_key(const struct ob_http_options *o)
{
    for (size_t i = 0; i < o->n_headers; i++)
        if (ob__header_is_key(o->headers[i]))
            return true;
    return false;
}

static int check_headers(const struct ob_http_options *o, struct ob_error *e)
{
    for (size_t i = 0; i < o->n_headers; i++)
        if (strpbrk(o->headers[i], "\r\n") || !strchr(o->headers[i], ':'))
            return ob_error_set(e, OB_EINVAL,
                                "header %zu of the request is not one line \"Name: value\": a key "
                                "or name in it holds a line break",
                                i + 1);
    return 0;
}

static int check_origin(const char *origin, const struct ob_http *h, const char *project,
                        bool with_key, struct ob_error *e)
{
    if (!ob_grants_has(h->grants, project, origin))
        return ob_error_set(e, OB_EDENIED,
                            "nothing may be sent from %s to %s before you say yes to it",
                            project && *project ? project : "here", ob__origin_host(origin));
    if (ob__origin_is_link_local(origin))
        return ob_error_set(e, OB_EDENIED,
                            "%s is a link-local address, where no model server lives",
                            ob__origin_host(origin));
    if (with_key && strncmp(origin, "https:", 6) != 0 && !ob_http_is_loopback(origin))
        return ob_error_set(e, OB_EDENIED,
                            "a key is never sent over plain http: use https for %s, or name no key",
                            ob__origin_host(origin));
    return 0;
}

int ob__http_check(char **origin, const struct ob_http *h, const char *project, const char *url,
                   bool with_key, struct ob_error *e)
{
    char *mine = NULL;
    int err = ob_http_origin(&mine, url, e);
    if (!err)
        err = check_origin(mine, h, project, with_key, e);
    if (!err && origin)
        *origin = mine;
    else
        ob_free(mine);
    return err;
}

/* ------------------------------------------------------------ the door */
int ob_http_new(struct ob_http **out, uv_loop_t *loop, const struct ob_grants *grants,
                struct ob_error *e)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return ob_error_set(e, OB_EFAIL, "libcurl cannot start");
    struct ob_http *h = ob_alloc(sizeof *h);
    h->multi = curl_multi_init();
    if (!h->multi) {
        ob_free(h);
        curl_global_cleanup();
        return ob_error_set(e, OB_ENOMEM, "no memory for libcurl");
    }
    h->loop = loop;
    h->grants = grants;
    ob__transfer_find_authorities(h);
    (void)uv_timer_init(loop, &h->timer); /* cannot fail */
    h->open_handles = 1;
    (void)curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
    (void)curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
    (void)curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
    (void)curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    (void)curl_multi_setopt(h->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CONNECTIONS_MAX);
    (void)curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                            (long)CONNECTIONS_PER_HOST_MAX);
    *out = h;
    return 0;
}

void ob_http_close(struct ob_http *h, void (*closed)(void *data), void *data)
{
    h->closing = true;
    h->closed = closed;
    h->closed_data = data;
    for (struct ob_http_request *r = h->requests; r; r = r->next)
        if (r->state < OB__DECIDED)
            ob__transfer_decide(r, OB_ECANCELED, "the request was canceled");
    sweep(h);
}

int ob_http_start(struct ob_http_request **out, struct ob_http *h, const char *project,
                  const struct ob_http_options *o, const struct ob_http_events *events, void *data,
                  struct ob_error *e)
{
    char *origin = NULL;
    if (h->closing)
        return ob_error_set(e, OB_ECANCELED, "openbook is closing");
    int err = ob__http_check(&origin, h, project, o->url, has_key(o), e);
    if (!err)
        err = check_headers(o, e);
    if (err) {
        ob_free(origin);
        return err;
    }
    struct ob_http_request *r = ob_alloc(sizeof *r);
    *r = (struct ob_http_request){.http = h, .origin = origin, .events = *events, .data = data};
    r->max_body_bytes = o->max_body_bytes ? o->max_body_bytes : BODY_MAX_BYTES;
    r->silence_ms = o->silence_ms ? o->silence_ms : SILENCE_MS;
    r->total_ms = o->total_ms ? o->total_ms : TOTAL_MS;
    r->retry_after_ms = -1;
    ob_buf_init(&r->sent, o->body_len + 1);
    ob_buf_init(&r->body, r->max_body_bytes);
    err = ob__transfer_prepare(r, o, e);
    uv_update_time(h->loop); /* deadlines count from now */
    r->started_ms = r->heard_ms = uv_now(h->loop);
    (void)uv_timer_init(h->loop, &r->clock); /* cannot fail */
    h->open_handles++;
    if (err) {
        if (r->easy)
            curl_easy_cleanup(r->easy);
        ob__transfer_wipe_headers(r);
        uv_close((uv_handle_t *)&r->clock, on_clock_closed);
        return err;
    }
    r->next = h->requests;
    h->requests = r;
    (void)uv_timer_start(&r->clock, on_clock,
                         r->total_ms < r->silence_ms ? r->total_ms : r->silence_ms, 0);
    if (out)
        *out = r;
    sweep(h); /* OB__QUEUED to OB__RUNNING, now or when libcurl returns */
    return 0;
}

void ob_http_cancel(struct ob_http_request *r)
{
    ob__transfer_decide(r, OB_ECANCELED, "the request was canceled");
    sweep(r->http);
}

void ob__http_hold(struct ob_http *h)
{
    h->open_handles++;
}

void ob__http_let_go(struct ob_http *h)
{
    h->open_handles--;
    maybe_closed(h);
}

uv_loop_t *ob__http_loop(const struct ob_http *h)
{
    return h->loop;
}

long ob__http_retry_after_ms(const struct ob_http_request *r)
{
    return r->retry_after_ms;
}
