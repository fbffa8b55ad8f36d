/* libcurl's multi interface under libuv: one uv_poll_t a socket, one uv_timer_t for libcurl's own
 * time-outs, one for each request's deadlines.
 *
 * Invariants.  libcurl is entered at one place (act) and is never re-entered: what a callback of
 * the user asks for meanwhile (start, cancel, close) is noted and carried out by sweep() when
 * libcurl has returned.  A request's end is decided once (decide) and told once, from its own timer
 * on a later turn of the loop (on_told), when libcurl no longer knows it. */
#include "openbook/llm/http.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <curl/curl.h>

#include "openbook/base/log.h"
#include "openbook/base/mem.h"

#include "origin.h"
#include "request.h"

enum {
    CONNECT_MS = 10000,
    SILENCE_MS = 60000,
    TOTAL_MS = 600000,
    BODY_MAX_BYTES = 4 << 20,
    HEADERS_MAX_BYTES = 64 << 10, /* of a reply */
    CONNECTIONS_MAX = 32,
    CONNECTIONS_PER_HOST_MAX = 8,
    CONNECTION_LIFE_S = 600,
};

enum state {
    QUEUED,  /* libcurl does not know it yet: started inside one of its callbacks */
    RUNNING, /* libcurl has it */
    DECIDED, /* the end is known, libcurl still has it */
    DROPPED, /* libcurl has forgotten it; done follows */
    TOLD     /* done was called; only the handle still closes */
};

struct ob_http {
    uv_loop_t *loop;
    CURLM *multi; /* owned */
    const struct ob_grants *grants;
    uv_timer_t timer;                 /* when libcurl wants to be called */
    struct ob_http_request *requests; /* those before TOLD */
    size_t open_handles;              /* uv handles whose close callback has not come */
    int inside;                       /* depth of calls into libcurl */
    bool closing;
    void (*closed)(void *data);
    void *closed_data;
};

/* A socket that libcurl wants watched; freed by its close callback. */
struct watch {
    uv_poll_t poll;
    struct ob_http *http;
    curl_socket_t fd;
};

struct ob_http_request {
    struct ob_http *http;
    struct ob_http_request *next;
    enum state state;
    CURL *easy; /* owned until DROPPED */
    struct curl_slist *headers;
    char *origin;
    struct ob_buf sent; /* the request's body: libcurl does not copy it */
    struct ob_http_events events;
    void *data;

    uv_timer_t clock; /* the nearest deadline; then, at once, done */
    uint64_t silence_ms, total_ms;
    uint64_t started_ms, heard_ms; /* loop time */
    curl_off_t moved_bytes;        /* both ways, as libcurl last said */

    int status; /* from DECIDED on */
    struct ob_error error;
    int http_status;
    bool head_told;
    size_t header_bytes, body_bytes, max_body_bytes;
    struct ob_buf body; /* gathered */
    char *location;     /* of a redirect */
    long retry_after_ms;
    char curl_says[CURL_ERROR_SIZE];
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
/* Headers may hold a key. */
static void wipe_headers(struct curl_slist *list)
{
    for (struct curl_slist *s = list; s; s = s->next)
        explicit_bzero(s->data, strlen(s->data));
    curl_slist_free_all(list);
}

static void on_told(uv_timer_t *timer)
{
    struct ob_http_request *r = OB_CONTAINER_OF(timer, struct ob_http_request, clock);
    struct ob_http *h = r->http;
    struct ob_http_request **link = &h->requests;
    while (*link != r)
        link = &(*link)->next;
    *link = r->next;
    r->state = TOLD;
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
    wipe_headers(r->headers);
    r->headers = NULL;
    ob_buf_release(&r->sent);
    r->state = DROPPED;
    uv_timer_start(&r->clock, on_told, 0, 0);
}

/* Only the first decision counts. */
static void decide(struct ob_http_request *r, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void decide(struct ob_http_request *r, int status, const char *format, ...)
{
    if (r->state >= DECIDED)
        return;
    r->state = DECIDED;
    r->status = status;
    if (!status)
        return;
    char text[sizeof r->error.message];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args); /* cut is good enough */
    va_end(args);
    (void)ob_error_set(&r->error, status, "%s", text); /* cleans it */
}

static const char *host_of(const struct ob_http_request *r)
{
    return ob__origin_host(r->origin);
}

/* What libcurl's verdict CODE means to a person. */
static void decide_by_code(struct ob_http_request *r, CURLcode code)
{
    const char *host = host_of(r),
               *says = r->curl_says[0] ? r->curl_says : curl_easy_strerror(code);
    switch (code) {
    case CURLE_OK: decide(r, 0, "%s", ""); break;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        decide(r, OB_ECONNECT, "cannot find %s: check the address and the network", host);
        break;
    case CURLE_COULDNT_CONNECT:
        decide(r, OB_ECONNECT, "nothing answers at %s: is the model server running?", host);
        break;
    case CURLE_OPERATION_TIMEDOUT:
        decide(r, OB_ETIMEOUT, "%s does not take connections in time: check the address", host);
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        decide(
            r, OB_EDENIED,
            "the certificate of %s is not trusted (%s); if its authority is your own, name it as "
            "ca_file",
            host, says);
        break;
    case CURLE_SSL_CACERT_BADFILE:
        decide(r, OB_EINVAL, "the ca_file for %s cannot be used: %s", host, says);
        break;
    case CURLE_SSL_CONNECT_ERROR:
        decide(r, OB_EPROTO, "%s does not speak TLS as it should (%s): is the scheme right?", host,
               says);
        break;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE: decide(r, OB_EIO, "the connection to %s broke off", host); break;
    case CURLE_OUT_OF_MEMORY: decide(r, OB_ENOMEM, "no memory to talk to %s", host); break;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        decide(r, OB_EPROTO, "%s does not answer as an HTTP server: %s", host, says);
        break;
    default: decide(r, OB_EIO, "the transfer from %s failed: %s", host, says); break;
    }
}

/* ------------------------------------------------------------ what comes */
static void heard(struct ob_http_request *r)
{
    r->heard_ms = uv_now(r->http->loop);
}

/* "Text/Event-Stream; charset=utf-8" to "text/event-stream". */
static void media_type(char *out, size_t size, const char *header)
{
    size_t n = header ? strcspn(header, "; \t") : 0;
    if (n >= size)
        n = size - 1;
    for (size_t i = 0; i < n; i++)
        out[i] = (char)tolower((unsigned char)header[i]);
    out[n] = '\0';
}

static void refuse_redirect(struct ob_http_request *r)
{
    char *origin = NULL;
    if (!r->location)
        decide(r, OB_EPROTO, "%s answers with the redirect %d to nowhere", host_of(r),
               r->http_status);
    else if (ob_http_origin(&origin, r->location, NULL) == 0 && strcmp(origin, r->origin) != 0)
        decide(
            r, OB_EPROTO,
            "%s redirects to %s, which is not followed: set that address yourself if you trust it",
            host_of(r), ob__origin_host(origin));
    else
        decide(r, OB_EPROTO, "%s redirects to %.200s, which is not followed: correct the address",
               host_of(r), r->location);
    ob_free(origin);
}

/* Once, when the reply's head is whole. */
static void take_head(struct ob_http_request *r)
{
    long code = 0;
    char *header = NULL, type[64];
    if (r->head_told)
        return;
    r->head_told = true;
    (void)curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &code);
    (void)curl_easy_getinfo(r->easy, CURLINFO_CONTENT_TYPE, &header);
    r->http_status = (int)code;
    if (code >= 300 && code < 400) {
        refuse_redirect(r);
        return;
    }
    media_type(type, sizeof type, header);
    if (r->events.head)
        r->events.head(r->http_status, type, r->data);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
    struct ob_http_request *r = data;
    size_t len = size * n;
    heard(r);
    take_head(r);
    if (r->state != RUNNING)
        return CURL_WRITEFUNC_ERROR;
    if (len > r->max_body_bytes - r->body_bytes) {
        decide(r, OB_ETOOBIG, "%s sends more than %zu bytes; the rest was not read", host_of(r),
               r->max_body_bytes);
        return CURL_WRITEFUNC_ERROR;
    }
    r->body_bytes += len;
    if (!r->events.body) {
        int err = ob_buf_append(&r->body, bytes, len);
        if (err)
            decide(r, err, "no memory for the reply of %s", host_of(r));
    } else if (!r->events.body(bytes, len, r->data)) {
        decide(r, OB_ECANCELED, "the request was canceled");
    }
    return r->state == RUNNING ? len : CURL_WRITEFUNC_ERROR;
}

/* The value of the header LINE if its name is NAME (lower case), else NULL; *LEN without blanks. */
static const char *header_value(size_t *len, const char *line, size_t line_len, const char *name)
{
    size_t n = strlen(name);
    if (line_len <= n || line[n] != ':' || strncasecmp(line, name, n) != 0)
        return NULL;
    const char *value = line + n + 1, *end = line + line_len;
    while (value < end && isspace((unsigned char)*value))
        value++;
    while (end > value && isspace((unsigned char)end[-1]))
        end--;
    *len = (size_t)(end - value);
    return value;
}

/* TEXT of a Retry-After as milliseconds: seconds, or an HTTP date; -1 otherwise. */
static long retry_after(const char *text, long unit_ms)
{
    char *end;
    double n = strtod(text, &end);
    if (end > text && !*end)
        return n >= 0 && n < 1e6 ? (long)(n * (double)unit_ms) : -1;
    time_t when = curl_getdate(text, NULL), now = time(NULL);
    return when == -1 ? -1 : when > now ? (long)(when - now) * 1000 : 0;
}

static void read_header(struct ob_http_request *r, const char *line, size_t len)
{
    size_t n;
    const char *value = header_value(&n, line, len, "location");
    char text[64];
    if (value && n > 0) {
        ob_free(r->location);
        r->location = ob_strndup(value, n);
        return;
    }
    long unit_ms = 1000;
    value = header_value(&n, line, len, "retry-after");
    if (!value) {
        unit_ms = 1;
        value = header_value(&n, line, len, "retry-after-ms");
    }
    if (!value || n >= sizeof text)
        return;
    memcpy(text, value, n);
    text[n] = '\0';
    r->retry_after_ms = retry_after(text, unit_ms);
}

static size_t on_header(char *bytes, size_t size, size_t n, void *data)
{
    struct ob_http_request *r = data;
    size_t len = size * n;
    heard(r);
    if (r->state != RUNNING)
        return 0;
    if (len > HEADERS_MAX_BYTES - r->header_bytes) {
        decide(r, OB_ETOOBIG, "%s sends over %d bytes of headers: it is no model server",
               host_of(r), HEADERS_MAX_BYTES);
        return 0;
    }
    r->header_bytes += len;
    read_header(r, bytes, len);
    return len;
}

/* A long prompt on a slow line is no silence. */
static int on_progress(void *data, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                       curl_off_t up)
{
    struct ob_http_request *r = data;
    (void)down_all;
    (void)up_all;
    if (down + up != r->moved_bytes) {
        r->moved_bytes = down + up;
        heard(r);
    }
    return 0;
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
        if (code == CURLE_OK)
            take_head(r); /* a reply without a body */
        decide_by_code(r, code);
        drop(r);
    }
}

/* All transfers of a multi handle that failed are lost. */
static void fail_all(struct ob_http *h, CURLMcode code)
{
    ob_log(OB_LOG_ERROR, "llm", "libcurl: %s", curl_multi_strerror(code));
    for (struct ob_http_request *r = h->requests; r; r = r->next)
        decide(r, OB_EFAIL, "the transfer failed inside libcurl: %s", curl_multi_strerror(code));
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
        uv_timer_stop(&h->timer);
    else /* never 0: libcurl must not be called from within its own callback */
        uv_timer_start(&h->timer, on_timer, timeout_ms > 0 ? (uint64_t)timeout_ms : 1, 0);
    return 0;
}

static void add(struct ob_http_request *r)
{
    r->state = RUNNING;
    r->http->inside++;
    CURLMcode code = curl_multi_add_handle(r->http->multi, r->easy);
    r->http->inside--;
    if (code != CURLM_OK)
        decide(r, OB_EFAIL, "the transfer failed inside libcurl: %s", curl_multi_strerror(code));
}

/* Carries out what was decided or asked for while libcurl was busy. */
static void sweep(struct ob_http *h)
{
    if (h->inside)
        return;
    for (struct ob_http_request *r = h->requests; r; r = r->next) {
        if (r->state == QUEUED)
            add(r);
        if (r->state == DECIDED)
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
        decide(r, OB_ETIMEOUT, "%s did not finish within %.3g s", host_of(r),
               (double)r->total_ms / 1000);
    else if (now >= silence)
        decide(r, OB_ETIMEOUT, "%s sent nothing for %.3g s", host_of(r),
               (double)r->silence_ms / 1000);
    else
        uv_timer_start(timer, on_clock, (total < silence ? total : silence) - now, 0);
    sweep(r->http);
}

/* ------------------------------------------------------------ a request's options */
static const char *const key_headers[] = {"authorization", "x-api-key", "api-key",
                                          "x-goog-api-key"};

static bool is_key_header(const char *line)
{
    size_t n;
    for (size_t i = 0; i < sizeof key_headers / sizeof *key_headers; i++)
        if (header_value(&n, line, strlen(line), key_headers[i]))
            return true;
    return false;
}

static bool has_key(const struct ob_http_options *o)
{
    for (size_t i = 0; i < o->n_headers; i++)
        if (is_key_header(o->headers[i]))
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

static bool append_header(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer)
        *list = longer;
    return longer;
}

/* Stops at the first option that libcurl refuses. */
#define SET(option, value) (code = code ? code : curl_easy_setopt(r->easy, (option), (value)))

static CURLcode set_transport(struct ob_http_request *r, const struct ob_http_options *o)
{
    CURLcode code = CURLE_OK;
    bool tls = strncmp(r->origin, "https:", 6) == 0;
    SET(CURLOPT_URL, o->url);
    SET(CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_UNRESTRICTED_AUTH, 0L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* a cancel must not wait for a resolver's thread */
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (o->ca_file && *o->ca_file)
        SET(CURLOPT_CAINFO, o->ca_file);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_ACCEPT_ENCODING, "identity"); /* asks for none, decodes what comes all the same */
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(o->connect_ms ? o->connect_ms : CONNECT_MS));
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_TCP_KEEPIDLE, 30L);
    SET(CURLOPT_MAXLIFETIME_CONN, (long)CONNECTION_LIFE_S);
    if (ob_http_is_loopback(r->origin))
        SET(CURLOPT_PROXY, ""); /* whatever the environment says */
    return code;
}

static CURLcode set_callbacks(struct ob_http_request *r)
{
    CURLcode code = CURLE_OK;
    SET(CURLOPT_PRIVATE, r);
    SET(CURLOPT_ERRORBUFFER, r->curl_says);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, r);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, r);
    SET(CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(CURLOPT_XFERINFODATA, r);
    SET(CURLOPT_NOPROGRESS, 0L);
    return code;
}

static CURLcode set_content(struct ob_http_request *r, const struct ob_http_options *o)
{
    CURLcode code = CURLE_OK;
    bool ok = append_header(&r->headers, "Expect:"); /* no round trip before a long body */
    for (size_t i = 0; i < o->n_headers && ok; i++)
        ok = append_header(&r->headers, o->headers[i]);
    if (!ok)
        return CURLE_OUT_OF_MEMORY;
    SET(CURLOPT_HTTPHEADER, r->headers);
    if (o->method && strcmp(o->method, "POST") == 0) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->sent.len);
        SET(CURLOPT_POSTFIELDS, ob_buf_str(&r->sent));
    } else {
        SET(CURLOPT_HTTPGET, 1L);
    }
    return code;
}

static int prepare(struct ob_http_request *r, const struct ob_http_options *o, struct ob_error *e)
{
    if (o->body && ob_buf_append(&r->sent, o->body, o->body_len) != 0)
        return ob_error_set(e, OB_ENOMEM, "no memory for a request of %zu bytes", o->body_len);
    r->easy = curl_easy_init();
    if (!r->easy)
        return ob_error_set(e, OB_ENOMEM, "no memory for a request");
    CURLcode code = set_transport(r, o);
    if (!code)
        code = set_callbacks(r);
    if (!code)
        code = set_content(r, o);
    if (code)
        return ob_error_set(e, code == CURLE_OUT_OF_MEMORY ? OB_ENOMEM : OB_EFAIL,
                            "this libcurl (%s) refuses a setting we rely on: %s",
                            curl_version_info(CURLVERSION_NOW)->version, curl_easy_strerror(code));
    return 0;
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
        if (r->state < DECIDED)
            decide(r, OB_ECANCELED, "the request was canceled");
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
    err = prepare(r, o, e);
    uv_update_time(h->loop); /* deadlines count from now */
    r->started_ms = r->heard_ms = uv_now(h->loop);
    (void)uv_timer_init(h->loop, &r->clock); /* cannot fail */
    h->open_handles++;
    if (err) {
        if (r->easy)
            curl_easy_cleanup(r->easy);
        wipe_headers(r->headers);
        uv_close((uv_handle_t *)&r->clock, on_clock_closed);
        return err;
    }
    r->next = h->requests;
    h->requests = r;
    uv_timer_start(&r->clock, on_clock, r->total_ms < r->silence_ms ? r->total_ms : r->silence_ms,
                   0);
    if (out)
        *out = r;
    sweep(h); /* QUEUED to RUNNING, now or when libcurl returns */
    return 0;
}

void ob_http_cancel(struct ob_http_request *r)
{
    decide(r, OB_ECANCELED, "the request was canceled");
    sweep(r->http);
}

uv_loop_t *ob__http_loop(const struct ob_http *h)
{
    return h->loop;
}

long ob__http_retry_after_ms(const struct ob_http_request *r)
{
    return r->retry_after_ms;
}
