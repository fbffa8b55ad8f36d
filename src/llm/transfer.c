/* What is said to libcurl about one transfer, what it brings, and what its verdict means to a person.
 *
 * libcurl's callbacks only note and decide; nothing here enters libcurl's multi interface again. */
#include "transfer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "openbook/base/mem.h"

#include "header.h"
#include "origin.h"

enum {
    CONNECT_MS = 10000,
    HEADERS_MAX_BYTES = 64 << 10, /* of a reply */
    CONNECTION_LIFE_S = 600,
};

/* ------------------------------------------------------------ how it ends */
void ob__transfer_decide(struct ob_http_request *r, int status, const char *format, ...)
{
    if (r->state >= OB__DECIDED)
        return;
    r->state = OB__DECIDED;
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

const char *ob__transfer_host(const struct ob_http_request *r)
{
    return ob__origin_host(r->origin);
}

/* ------------------------------------------------------------ what comes */
static void heard(struct ob_http_request *r)
{
    r->heard_ms = uv_now(r->http->loop);
}

static void refuse_redirect(struct ob_http_request *r)
{
    char *origin = NULL;
    if (!r->location)
        ob__transfer_decide(r, OB_EPROTO, "%s answers with the redirect %d to nowhere",
                            ob__transfer_host(r), r->http_status);
    else if (ob_http_origin(&origin, r->location, NULL) == 0 && strcmp(origin, r->origin) != 0)
        ob__transfer_decide(
            r, OB_EPROTO,
            "%s redirects to %s, which is not followed: set that address yourself if you trust it",
            ob__transfer_host(r), ob__origin_host(origin));
    else
        ob__transfer_decide(r, OB_EPROTO,
                            "%s redirects to %.200s, which is not followed: correct the address",
                            ob__transfer_host(r), r->location);
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
    ob__header_media_type(type, sizeof type, header);
    if (r->events.head)
        r->events.head(r->http_status, type, r->data);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
    struct ob_http_request *r = data;
    size_t len = size * n;
    heard(r);
    take_head(r);
    if (r->state != OB__RUNNING)
        return CURL_WRITEFUNC_ERROR;
    if (len > r->max_body_bytes - r->body_bytes) {
        ob__transfer_decide(r, OB_ETOOBIG, "%s sends more than %zu bytes; the rest was not read",
                            ob__transfer_host(r), r->max_body_bytes);
        return CURL_WRITEFUNC_ERROR;
    }
    r->body_bytes += len;
    if (!r->events.body) {
        int err = ob_buf_append(&r->body, bytes, len);
        if (err)
            ob__transfer_decide(r, err, "no memory for the reply of %s", ob__transfer_host(r));
    } else if (!r->events.body(bytes, len, r->data)) {
        ob__transfer_decide(r, OB_ECANCELED, "the request was canceled");
    }
    return r->state == OB__RUNNING ? len : CURL_WRITEFUNC_ERROR;
}

static void read_header(struct ob_http_request *r, const char *line, size_t len)
{
    size_t n;
    const char *value = ob__header_value(&n, line, len, "location");
    char text[64];
    if (value && n > 0) {
        ob_free(r->location);
        r->location = ob_strndup(value, n);
        return;
    }
    long unit_ms = 1000;
    value = ob__header_value(&n, line, len, "retry-after");
    if (!value) {
        unit_ms = 1;
        value = ob__header_value(&n, line, len, "retry-after-ms");
    }
    if (!value || n >= sizeof text)
        return;
    memcpy(text, value, n);
    text[n] = '\0';
    r->retry_after_ms = ob__header_retry_after_ms(text, unit_ms);
}

static size_t on_header(char *bytes, size_t size, size_t n, void *data)
{
    struct ob_http_request *r = data;
    size_t len = size * n;
    heard(r);
    if (r->state != OB__RUNNING)
        return 0;
    if (len > HEADERS_MAX_BYTES - r->header_bytes) {
        ob__transfer_decide(r, OB_ETOOBIG,
                            "%s sends over %d bytes of headers: it is no model server",
                            ob__transfer_host(r), HEADERS_MAX_BYTES);
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

/* ------------------------------------------------------------ the verdict */
/* The file that names who may vouch for a server cannot be read: the user's, or the system's. */
static void miss_authorities(struct ob_http_request *r, const char *says)
{
    const char *host = ob__transfer_host(r), *list = curl_version_info(CURLVERSION_NOW)->cainfo;
    if (r->own_authorities)
        ob__transfer_decide(r, OB_EINVAL, "the ca_file for %s cannot be used: %s", host, says);
    else
        ob__transfer_decide(r, OB_EFAIL,
                            "nothing was sent to %s: this machine does not know whom to trust over "
                            "https (no %s); install ca-certificates, or name a file as ca_file",
                            host, list ? list : "list of authorities");
}

/* What libcurl's verdict CODE means to a person. */
void ob__transfer_ended(struct ob_http_request *r, CURLcode code)
{
    const char *host = ob__transfer_host(r),
               *says = r->curl_says[0] ? r->curl_says : curl_easy_strerror(code);
    switch (code) {
    case CURLE_OK:
        take_head(r); /* a reply without a body */
        r->http->by_list = r->http->by_list || r->again;
        ob__transfer_decide(r, 0, "%s", "");
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        ob__transfer_decide(r, OB_ECONNECT, "cannot find %s: check the address and the network",
                            host);
        break;
    case CURLE_COULDNT_CONNECT:
        ob__transfer_decide(r, OB_ECONNECT, "nothing answers at %s: is the model server running?",
                            host);
        break;
    case CURLE_OPERATION_TIMEDOUT:
        ob__transfer_decide(r, OB_ETIMEOUT,
                            "%s does not take connections in time: check the address", host);
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        ob__transfer_decide(
            r, OB_EDENIED,
            "the certificate of %s is not trusted (%s); if its authority is your own, name it as "
            "ca_file",
            host, says);
        break;
    case CURLE_SSL_CACERT_BADFILE: miss_authorities(r, says); break;
    case CURLE_SSL_CONNECT_ERROR:
        ob__transfer_decide(r, OB_EPROTO,
                            "%s does not speak TLS as it should (%s): is the scheme right?", host,
                            says);
        break;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
        ob__transfer_decide(r, OB_EIO, "the connection to %s broke off", host);
        break;
    case CURLE_OUT_OF_MEMORY:
        ob__transfer_decide(r, OB_ENOMEM, "no memory to talk to %s", host);
        break;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        ob__transfer_decide(r, OB_EPROTO, "%s does not answer as an HTTP server: %s", host, says);
        break;
    default: ob__transfer_decide(r, OB_EIO, "the transfer from %s failed: %s", host, says); break;
    }
}

/* ------------------------------------------------------------ whom to trust */
/* OpenSSL reads the system's list as a whole, 20 ms of CPU for each connection, all of it on the loop; of the
 * same in a folder, with file names by their hashes, only what is asked for: 0.5 ms.  (libcurl would keep the
 * list, but not if it was told of a folder, too, which Debian's is.)  The folder's makers may have missed
 * what was added to the list by hand: whom it does not vouch for is looked up there. */
void ob__transfer_find_authorities(struct ob_http *h)
{
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    bool hashed = curl->ssl_version && strncmp(curl->ssl_version, "OpenSSL", 7) == 0;
    h->ca_folder = hashed ? curl->capath : NULL;
    h->ca_list = curl->cainfo;
}

static CURLcode set_authorities(struct ob_http_request *r, bool by_folder)
{
    const struct ob_http *h = r->http;
    const char *folder = by_folder ? h->ca_folder : NULL, *list = by_folder ? NULL : h->ca_list;
    if (r->own_authorities || !h->ca_folder || !h->ca_list)
        return CURLE_OK;
    r->by_folder = by_folder;
    CURLcode code = curl_easy_setopt(r->easy, CURLOPT_CAPATH, folder);
    return code ? code : curl_easy_setopt(r->easy, CURLOPT_CAINFO, list);
}

bool ob__transfer_again(struct ob_http_request *r, CURLcode code)
{
    bool unknown = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR ||
                   code == CURLE_SSL_CACERT_BADFILE;
    if (!unknown || !r->by_folder || r->state != OB__RUNNING)
        return false;
    r->again = true;
    r->curl_says[0] = '\0';
    return set_authorities(r, false) == CURLE_OK;
}

/* ------------------------------------------------------------ what is asked for */
void ob__transfer_wipe_headers(struct ob_http_request *r)
{
    for (struct curl_slist *s = r->headers; s; s = s->next)
        explicit_bzero(s->data, strlen(s->data));
    curl_slist_free_all(r->headers);
    r->headers = NULL;
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
    r->own_authorities = o->ca_file && *o->ca_file;
    if (r->own_authorities)
        SET(CURLOPT_CAINFO, o->ca_file);
    code = code ? code : set_authorities(r, !r->http->by_list);
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

int ob__transfer_prepare(struct ob_http_request *r, const struct ob_http_options *o,
                         struct ob_error *e)
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
