/* Only what the stage reads of a head: its type, its location, how long to wait, and which of our own
 * lines hold a key. */
#include "header.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <curl/curl.h>

void ob__header_media_type(char *out, size_t size, const char *value)
{
    const char *text = value ? value : "";
    size_t n = strcspn(text, "; \t");
    if (n >= size)
        n = size - 1;
    for (size_t i = 0; i < n; i++)
        out[i] = (char)tolower((unsigned char)text[i]);
    out[n] = '\0';
}

const char *ob__header_value(size_t *len, const char *line, size_t line_len, const char *name)
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

static const char *const key_headers[] = {"authorization", "x-api-key", "api-key",
                                          "x-goog-api-key"};

bool ob__header_is_key(const char *line)
{
    size_t n;
    for (size_t i = 0; i < sizeof key_headers / sizeof *key_headers; i++)
        if (ob__header_value(&n, line, strlen(line), key_headers[i]))
            return true;
    return false;
}

long ob__header_retry_after_ms(const char *text, long unit_ms)
{
    char *end;
    double n = strtod(text, &end);
    if (end > text && !*end)
        return n >= 0 && n < 1e6 ? (long)(n * (double)unit_ms) : -1;
    time_t when = curl_getdate(text, NULL), now = time(NULL);
    return when == -1 ? -1 : when > now ? (long)(when - now) * 1000 : 0;
}
