/* The OpenAI-compatible chat dialect: request bodies, stream events, error bodies.  Pure. */
#ifndef OB_LLM_OPENAI_H
#define OB_LLM_OPENAI_H

#include <stdbool.h>

#include "openbook/base/buf.h"
#include "openbook/llm/chat.h"

/* Appends the body of a streamed chat request. */
int ob__openai_body(struct ob_buf *out, const struct ob_model_config *config, const char *model,
                    const struct ob_message *messages, size_t n);

struct ob__openai_event {
    const char *text, *reasoning; /* borrowed from the parsed event; NULL: none */
    bool done;                    /* "[DONE]" */
    const char *finish;           /* finish_reason, or NULL */
    struct ob_chat_usage usage;   /* zeros when not told */
    bool failed;                  /* the event is an error; E says what */
};

/* Reads one event's data.  *PARSED keeps what EVENT borrows (cJSON_Delete).  OB_EPROTO for what is no
 * JSON. */
struct cJSON;
int ob__openai_event(struct ob__openai_event *event, struct cJSON **parsed, const char *data,
                     size_t len, struct ob_error *e);

/* One sentence for a reply that is no answer.  KEY_SOURCE: what to check when the key is refused.
 * *PROMPT and *WINDOW (tokens) are filled for OB_EPROMPT as far as the body tells. */
int ob__openai_error(struct ob_error *e, int http_status, const char *host, const char *key_source,
                     const char *body, size_t len, size_t *prompt, size_t *window);

#endif
