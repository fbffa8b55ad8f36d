/* Finding a model server on this machine, and what a server says of itself: by content and never by
 * port alone.  Loop thread.
 *
 * Only loopback is asked, all servers in parallel; each has 300 ms to take the connection and a second
 * to answer.  No key and no text is sent. */
#ifndef OB_LLM_DISCOVER_H
#define OB_LLM_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/llm/http.h"

struct ob_server_found {
    const char *kind;     /* "llama.cpp", "ollama", "lmstudio", "vllm", "openai" */
    const char *url;      /* base for ob_model_config.url */
    const char *model;    /* the one that was asked for if it is there, else the first that can
                             chat: loaded before not loaded, local before remote; "": none */
    size_t window_tokens; /* of that model as it runs; 0: not told */
    bool loading;         /* it is still loading its model, whose name is not known then */
    bool
        remote; /* the model's answers come from elsewhere (Ollama's cloud models): needs a grant */
    const char *remote_origin; /* then for this origin, else "" */
};

struct ob_discover_options {
    const unsigned short *ports; /* 0-terminated, at most 8; NULL: the known ones (OLLAMA_HOST's,
                                    11434, 8080, 9931, 1234, 8000) */
    const char *url;             /* this one server instead, on loopback; NULL: ports */
    const char *model;           /* whose facts are wanted; NULL or "": the first's */
};

/* CB once, never before it returns; FOUND (borrowed for the call) in order of the list.  OB_EINVAL for
 * a url that is not on loopback. */
typedef void (*ob_discover_cb)(const struct ob_server_found *found, size_t n, void *data);
int ob_discover_start(struct ob_http *http, const struct ob_discover_options *o, ob_discover_cb cb,
                      void *data, struct ob_error *e);

#endif
