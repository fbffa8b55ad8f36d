/* HTTP requests on the loop: libcurl's multi interface under libuv, never blocking, never polling.
 * Loop thread.  The only way out of the machine: every request names an origin, and one that is
 * not granted is refused before a socket is opened.
 *
 * No redirects (libcurl would carry provider keys along), HTTP/1.1, verified TLS, no netrc, no
 * cookies, proxies never for loopback, own deadlines. */
#ifndef OB_LLM_HTTP_H
#define OB_LLM_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

#include "openbook/base/buf.h"
#include "openbook/base/error.h"
#include "openbook/llm/grant.h"

struct ob_http;         /* one multi handle on one loop */
struct ob_http_request; /* one transfer */

struct ob_http_options {
    const char *method;         /* "GET" or "POST" */
    const char *url;            /* http or https; copied */
    const char *const *headers; /* "Name: value" lines, copied; a CR or LF in one is OB_EINVAL */
    size_t n_headers;
    const char *body; /* copied; NULL: none */
    size_t body_len;
    unsigned connect_ms;   /* 0: 10,000 */
    unsigned silence_ms;   /* no byte at all for so long; 0: 60,000 */
    unsigned total_ms;     /* 0: 600,000 */
    size_t max_body_bytes; /* of the reply; 0: 4 MiB */
    const char *ca_file;   /* extra CA bundle; NULL: the system's, whose lack fails https alone */
};
#define OB_HTTP_OPTIONS_INIT                                                                       \
    {                                                                                              \
        .method = "GET"                                                                            \
    }

struct ob_http_events {
    /* Status and media type ("text/event-stream"), before the first body byte; may be NULL. */
    void (*head)(int status, const char *content_type, void *data);
    /* Body bytes as they come; false ends the transfer (OB_ECANCELED); NULL: gathered for done. */
    bool (*body)(const char *bytes, size_t len, void *data);
    /* Exactly once.  STATUS: 0 when a whole reply came, whatever its HTTP status, else a negative
     * code with the sentence in E.  BODY: gathered bytes (NULL when body() took them). */
    void (*done)(int status, int http_status, struct ob_buf *body, const struct ob_error *e,
                 void *data);
};

/* GRANTS is borrowed: it must outlive the close.  OB_EFAIL or OB_ENOMEM when libcurl cannot start. */
int ob_http_new(struct ob_http **out, uv_loop_t *loop, const struct ob_grants *grants,
                struct ob_error *e);

/* Cancels what runs (done is still called for each), closes and frees; CLOSED (may be NULL) on the loop at the
 * end.  From now on nothing can be started (OB_ECANCELED). */
void ob_http_close(struct ob_http *h, void (*closed)(void *data), void *data);

/* PROJECT: the root that grants are looked up for.  Returns an error and never calls back, or 0 and
 * calls done exactly once, never before it returns.  OB_EDENIED: no grant for the origin. */
int ob_http_start(struct ob_http_request **out, struct ob_http *h, const char *project,
                  const struct ob_http_options *o, const struct ob_http_events *events, void *data,
                  struct ob_error *e);

/* Closes the socket at once; done follows with OB_ECANCELED.  Idempotent until done is called. */
void ob_http_cancel(struct ob_http_request *r);

/* "scheme://host:port" of URL, lower case, the port always named; OB_EINVAL for anything that is not
 * an http or https URL with a host and without user and password.  *OUT: ob_free. */
int ob_http_origin(char **out, const char *url, struct ob_error *e);

/* Whether the origin's host is this machine: 127.0.0.0/8, ::1, localhost. */
bool ob_http_is_loopback(const char *origin);

#endif
