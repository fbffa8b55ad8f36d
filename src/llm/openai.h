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

/* Whether an entry of a list of models can chat, as far as its name and type tell. */
bool ob__openai_can_chat(const struct cJSON *model);

/* The name of the first model of a /v1/models reply that can chat, as far as names and types tell (an
 * embedding model cannot); NULL when it lists none.  Borrowed from ROOT. */
const char *ob__openai_first_model(const struct cJSON *root);

struct ob__openai_refusal {
    int http_status;
    const char *host, *model; /* for the sentence */
    const char *key_source;   /* what to check when the key is refused */
    const char *body;
    size_t len;
    long retry_after_ms; /* -1: not told */
    /* Out: */
    size_t prompt_tokens, window_tokens; /* for OB_EPROMPT, as far as the body tells */
    bool no_credit;                      /* waiting does not help */
};

/* One sentence for a reply that is no answer; returns its code, never 0. */
int ob__openai_error(struct ob_error *e, struct ob__openai_refusal *r);

/* Whether the body of a reply is a whole answer, from a server that does not stream; then *EVENT and
 * *PARSED are as ob__openai_event leaves them. */
bool ob__openai_whole(struct ob__openai_event *event, struct cJSON **parsed, const char *body,
                      size_t len);

#endif
