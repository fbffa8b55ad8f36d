/* What else the stage asks of an origin (ob_http_origin makes them). */
#ifndef OB_LLM_ORIGIN_H
#define OB_LLM_ORIGIN_H

#include <stdbool.h>

/* Whether the host is a literal link-local address (169.254.0.0/16, fe80::/10): where clouds keep
 * the credentials of a machine, and no model server. */
bool ob__origin_is_link_local(const char *origin);

/* "host:port" of ORIGIN, for sentences.  Borrowed. */
const char *ob__origin_host(const char *origin);

#endif
