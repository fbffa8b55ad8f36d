/* One transfer and the handle that it runs on: what http.c (the loop's side) and transfer.c (what
 * is said to libcurl and what it says) share. */
#ifndef OB_LLM_TRANSFER_H
#define OB_LLM_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>
#include <uv.h>

#include "openbook/base/buf.h"
#include "openbook/base/error.h"
#include "openbook/llm/http.h"

enum ob__transfer_state {
    OB__QUEUED,  /* libcurl does not know it: started inside one of its callbacks, or tried again */
    OB__RUNNING, /* libcurl has it */
    OB__DECIDED, /* the end is known, libcurl still has it */
    OB__DROPPED, /* libcurl has forgotten it; done follows */
    OB__TOLD     /* done was called; only the handle still closes */
};

struct ob_http {
    uv_loop_t *loop;
    CURLM *multi; /* owned */
    const struct ob_grants *grants;
    const char *ca_folder; /* whom the system trusts; NULL: libcurl looks nobody up in a folder */
    const char *ca_list;   /* the same in one file; NULL: libcurl reads none */
    bool by_list;          /* the folder does not have all that is needed */
    uv_timer_t timer;      /* when libcurl wants to be called */
    struct ob_http_request *requests; /* those before OB__TOLD */
    size_t open_handles;              /* uv handles whose close callback has not come */
    int inside;                       /* depth of calls into libcurl */
    bool closing;
    void (*closed)(void *data);
    void *closed_data;
};

struct ob_http_request {
    struct ob_http *http;
    struct ob_http_request *next;
    enum ob__transfer_state state;
    CURL *easy; /* owned until OB__DROPPED */
    struct curl_slist *headers;
    bool own_authorities; /* a ca_file was named */
    bool by_folder;       /* whom to trust is looked up in the system's folder alone */
    bool again;           /* it was, and the folder did not vouch for the server */
    char *origin;
    struct ob_buf sent; /* the request's body: libcurl does not copy it */
    struct ob_http_events events;
    void *data;

    uv_timer_t clock; /* the nearest deadline; then, at once, done */
    uint64_t silence_ms, total_ms;
    uint64_t started_ms, heard_ms; /* loop time */
    curl_off_t moved_bytes;        /* both ways, as libcurl last said */

    int status; /* from OB__DECIDED on */
    struct ob_error error;
    int http_status;
    bool head_told;
    size_t header_bytes, body_bytes, max_body_bytes;
    struct ob_buf body; /* gathered */
    char *location;     /* of a redirect */
    long retry_after_ms;
    char curl_says[CURL_ERROR_SIZE];
};

/* Decides how R ends: with STATUS and, unless that is 0, a sentence.  Only the first decision counts. */
void ob__transfer_decide(struct ob_http_request *r, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Tells H where the system says whom to trust. */
void ob__transfer_find_authorities(struct ob_http *h);

/* Whether R shall be tried again: CODE says that the system's folder does not vouch for the server, and
 * R is now told to ask its list.  Nothing was sent yet. */
bool ob__transfer_again(struct ob_http_request *r, CURLcode code);

/* libcurl is done with R and says CODE. */
void ob__transfer_ended(struct ob_http_request *r, CURLcode code);

/* Makes R's easy handle for O; the body is copied.  After an error the caller drops what was made. */
int ob__transfer_prepare(struct ob_http_request *r, const struct ob_http_options *o,
                         struct ob_error *e);

/* Forgets R's headers, which may hold a key. */
void ob__transfer_wipe_headers(struct ob_http_request *r);

/* "host:port" for sentences.  Borrowed. */
const char *ob__transfer_host(const struct ob_http_request *r);

#endif
