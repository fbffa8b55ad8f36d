/* Origins: the scheme, host and port that grants, keys and consent are bound to.  Values in, values
 * out; libcurl's own URL parser decides, so that what is checked is what will be connected to. */
#include "origin.h"

#include <ctype.h>
#include <string.h>

#include <arpa/inet.h>
#include <curl/curl.h>

#include "openbook/base/mem.h"
#include "openbook/llm/http.h"

enum { URL_MAX_BYTES = 4096 };

static bool has_part(CURLU *u, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(u, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return has;
}

static int refuse(const char *url, struct ob_error *e)
{
    return ob_error_set(e, OB_EINVAL,
                        "\"%.200s\" is not an address of a model server: write it like "
                        "http://127.0.0.1:8080/v1 or https://host/v1",
                        url);
}

static int write_origin(char **out, CURLU *u, const char *url, struct ob_error *e)
{
    char *scheme = NULL, *host = NULL, *port = NULL;
    int err = 0;
    if (curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
        curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK || !host[0] ||
        strchr(host, '%') || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)) {
        err = refuse(url, e);
    } else {
        *out = ob_asprintf("%s://%s:%s", scheme, host, port);
        for (char *p = *out; *p; p++)
            *p = (char)tolower((unsigned char)*p);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    return err;
}

int ob_http_origin(char **out, const char *url, struct ob_error *e)
{
    if (strlen(url) > URL_MAX_BYTES)
        return ob_error_set(e, OB_ETOOBIG, "the address of the model server is over %d bytes long",
                            URL_MAX_BYTES);
    CURLU *u = curl_url();
    int err;
    if (!u)
        return ob_error_set(e, OB_ENOMEM, "no memory for an address");
    if (curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK)
        err = refuse(url, e);
    else if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
        err = ob_error_set(e, OB_EINVAL,
                           "the address of a model server may not hold a name or password; name "
                           "a key source instead");
    else
        err = write_origin(out, u, url, e);
    curl_url_cleanup(u);
    return err;
}

/* Copies the host of ORIGIN without brackets; false when there is none or it is too long. */
static bool copy_host(char *host, size_t size, const char *origin)
{
    const char *start = strstr(origin, "://");
    const char *end = strrchr(origin, ':');
    if (!start || end < start + 3)
        return false;
    start += 3;
    if (*start == '[' && end > start + 1 && end[-1] == ']') {
        start++;
        end--;
    }
    size_t len = (size_t)(end - start);
    if (len == 0 || len >= size)
        return false;
    memcpy(host, start, len);
    host[len] = '\0';
    return true;
}

bool ob_http_is_loopback(const char *origin)
{
    char host[256];
    struct in_addr v4;
    struct in6_addr v6;
    if (!origin || !copy_host(host, sizeof host, origin))
        return false;
    if (strcmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool ob__origin_is_link_local(const char *origin)
{
    char host[256];
    struct in_addr v4;
    struct in6_addr v6;
    if (!copy_host(host, sizeof host, origin))
        return false;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 16 == 0xA9FE;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LINKLOCAL(&v6);
}

const char *ob__origin_host(const char *origin)
{
    const char *host = strstr(origin, "://");
    return host ? host + 3 : origin;
}
