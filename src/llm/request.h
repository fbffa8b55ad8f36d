/* What the chat needs to know of a finished transfer, beyond the door. */
#ifndef OB_LLM_REQUEST_H
#define OB_LLM_REQUEST_H

#include <stdbool.h>

#include <uv.h>

#include "openbook/llm/http.h"

/* The loop that H lives on. */
uv_loop_t *ob__http_loop(const struct ob_http *h);

/* H is not closed before it was let go as often as it was held. */
void ob__http_hold(struct ob_http *h);
void ob__http_let_go(struct ob_http *h);

/* The check of ob_http_start alone: URL is well-formed, its origin is granted for PROJECT, and a key
 * may travel to it if WITH_KEY.  *ORIGIN (may be NULL): ob_free. */
int ob__http_check(char **origin, const struct ob_http *h, const char *project, const char *url,
                   bool with_key, struct ob_error *e);

/* Of the reply, during done(): its Retry-After (or retry-after-ms) in milliseconds, -1 when there
 * is none that can be read. */
long ob__http_retry_after_ms(const struct ob_http_request *r);

#endif
