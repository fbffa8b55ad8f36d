/* Lines of HTTP heads: values in, values out. */
#ifndef OB_LLM_HEADER_H
#define OB_LLM_HEADER_H

#include <stdbool.h>
#include <stddef.h>

/* "Text/Event-Stream; charset=utf-8" (or NULL) to "text/event-stream", cut to SIZE. */
void ob__header_media_type(char *out, size_t size, const char *value);

/* The value of the header LINE if its name is NAME (lower case), else NULL; *LEN without blanks. */
const char *ob__header_value(size_t *len, const char *line, size_t line_len, const char *name);

/* Whether LINE is one of the headers in which providers take keys. */
bool ob__header_is_key(const char *line);

/* TEXT of a Retry-After as milliseconds: a number of UNIT_MS, or an HTTP date; -1 otherwise. */
long ob__header_retry_after_ms(const char *text, long unit_ms);

#endif
