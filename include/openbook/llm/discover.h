/* Finding a model server on this machine, by content and never by port alone.  Loop thread.
 *
 * Only loopback is asked, all ports in parallel, 300 ms each; no key and no text is sent. */
#ifndef OB_LLM_DISCOVER_H
#define OB_LLM_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

#include "openbook/llm/http.h"

struct ob_server_found {
    const char *kind;     /* "llama.cpp", "ollama", "lmstudio", "vllm", "openai" */
    const char *url;      /* base for ob_model_config.url */
    const char *model;    /* the first that can chat; "" when none is loaded */
    size_t window_tokens; /* 0: not told */
    bool remote;          /* answers come from elsewhere (Ollama's cloud models): needs a grant */
    const char *remote_host; /* then the host, else "" */
};

/* PORTS: 0-terminated list to ask, NULL for the known ones (11434 or OLLAMA_HOST's, 8080, 9931, 1234,
 * 8000).  CB once, never before it returns; FOUND (borrowed for the call) in order of the list. */
typedef void (*ob_discover_cb)(const struct ob_server_found *found, size_t n, void *data);
int ob_discover_start(struct ob_http *http, const unsigned short *ports, ob_discover_cb cb,
                      void *data, struct ob_error *e);

#endif
