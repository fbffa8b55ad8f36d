/* JSON of the stage: cJSON to read, always to the end of the input, and a writer for strings that
 * may hold any byte.  Pure. */
#ifndef OB_LLM_JSON_H
#define OB_LLM_JSON_H

#include <stddef.h>

#include <cjson/cJSON.h>

#include "openbook/base/buf.h"

/* The one value that LEN bytes hold, NUL behind them (as ob_buf keeps it), or NULL: malformed, a
 * NUL inside, or something after it.  Owned (cJSON_Delete). */
cJSON *ob__json_parse(const char *text, size_t len);

/* The member NAME of OBJECT (may be NULL or no object), or NULL.  Borrowed. */
const cJSON *ob__json_get(const cJSON *object, const char *name);

/* The string member NAME, or NULL when absent or of another type.  Borrowed. */
const char *ob__json_string(const cJSON *object, const char *name);

/* The member NAME as a count: 0 when absent, negative, no number, or over 2^53. */
size_t ob__json_count(const cJSON *object, const char *name);

/* Appends TEXT as a JSON string with its quotes; malformed UTF-8 becomes U+FFFD. */
int ob__json_append_string(struct ob_buf *out, const char *text, size_t len);

#endif
