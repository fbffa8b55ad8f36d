/* Chat with a model: one request, a stream of text.  Loop thread. */
#ifndef OB_LLM_CHAT_H
#define OB_LLM_CHAT_H

#include <stddef.h>

#include "openbook/base/error.h"
#include "openbook/llm/http.h"

/* Where and as whom to ask.  Belongs to a client; copied by ob_chat_start. */
struct ob_model_config {
    const char *url;                /* base, e.g. http://127.0.0.1:8080/v1 */
    const char *model;              /* NULL or "": the server's first */
    const char *key_env;            /* name of an environment variable that holds the key; or */
    const char *key_file;           /* a file only its owner can read; or */
    const char *const *key_command; /* an argument vector, run without a shell, NULL-terminated */
    const char *ca_file;  /* PEM file of further authorities for https; NULL: the system's alone */
    size_t window_tokens; /* context window; 0: unknown (discovery may tell) */
    size_t max_tokens;    /* of the answer; 0: not sent */
    double temperature;   /* < 0: not sent */
    unsigned patience_ms; /* how long a server that loads or is busy is asked again; 0: 120,000 */
};

struct ob_message {
    const char *role; /* "system", "user", "assistant" */
    const char *text;
    size_t text_len;
};

struct ob_chat_usage {
    size_t prompt_tokens, answer_tokens; /* 0: not told */
};

enum ob_chat_end {
    OB_CHAT_COMPLETE,
    OB_CHAT_LENGTH,    /* cut by the answer's limit */
    OB_CHAT_FILTERED,  /* the server withheld it */
    OB_CHAT_INCOMPLETE /* the stream broke off: what came is kept and marked */
};

/* A server that loads its model or is full is asked again, as it says or with growing pauses, until
 * patience_ms are over; one that limits requests, failed, or broke off, a few times.  Never after text
 * or reasoning went up, and never when a pause over a minute is asked for. */
struct ob_chat_events {
    /* Whole characters only, never empty. */
    void (*text)(const char *text, size_t len, void *data);
    /* Thinking, shown apart; may be NULL. */
    void (*reasoning)(const char *text, size_t len, void *data);
    /* WHY, a sentence, the request is sent again in WAIT_MS; may be NULL. */
    void (*waiting)(const char *why, unsigned wait_ms, void *data);
    /* Exactly once.  STATUS 0: see END; else a negative code and one sentence that says what to do
     * (text that came before stands).  OB_EPROMPT: usage->prompt_tokens is what the prompt counted and
     * *window what fits, as far as the server said. */
    void (*done)(int status, enum ob_chat_end end, const struct ob_chat_usage *usage, size_t window,
                 const struct ob_error *e, void *data);
};

struct ob_chat;

/* Fetches the key (a command has a minute), asks for the model's name if none is given, and streams the
 * answer.  A url without a path gets "/v1".  Returns an error and never calls back (OB_EDENIED: no grant
 * for the origin, or a key that would travel over plain http), or 0; then done follows exactly once,
 * never before this returns.  CONFIG and MESSAGES are copied. */
int ob_chat_start(struct ob_chat **out, struct ob_http *http, const char *project,
                  const struct ob_model_config *config, const struct ob_message *messages,
                  size_t n_messages, const struct ob_chat_events *events, void *data,
                  struct ob_error *e);

/* The socket closes at once, a key's command is killed; no text comes after this and done follows with
 * OB_ECANCELED.  Idempotent until done. */
void ob_chat_cancel(struct ob_chat *c);

/* Counts the tokens of TEXT (LEN bytes, borrowed for this call) with the server's own tokenizer, llama.cpp's
 * /tokenize.  CB once, never before this returns: STATUS is 0, OB_ENOTFOUND where the server has none, or why it
 * could not be asked.  Or returns an error and never calls back: OB_EDENIED, OB_EINVAL (the url), OB_ETOOBIG. */
typedef void (*ob_count_cb)(int status, size_t tokens, void *data);
int ob_chat_count(struct ob_http *http, const char *project, const struct ob_model_config *config,
                  const char *text, size_t len, ob_count_cb cb, void *data, struct ob_error *e);

#endif
