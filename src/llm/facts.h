/* What the replies of a model server say about its kind and its models.  Pure. */
#ifndef OB_LLM_FACTS_H
#define OB_LLM_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "openbook/base/arena.h"

enum { OB__FACTS_MODELS_MAX = 256 };

/* The paths that are asked, beside the base.  The first decides whether there is a model server. */
enum ob__facts_path {
    OB__FACTS_MODELS,      /* /v1/models: all */
    OB__FACTS_PROPS,       /* /props: llama.cpp */
    OB__FACTS_TAGS,        /* /api/tags: Ollama, all models */
    OB__FACTS_PS,          /* /api/ps: Ollama, the loaded ones */
    OB__FACTS_LMSTUDIO_V0, /* /api/v0/models */
    OB__FACTS_LMSTUDIO_V1, /* /api/v1/models */
    OB__FACTS_PATHS
};
extern const char *const ob__facts_paths[OB__FACTS_PATHS];

struct ob__model_facts {
    const char *name;
    const char *remote_host; /* as the server writes it; NULL: it runs here */
    size_t window_tokens;
    bool listed; /* under /v1/models, where chats find it */
    bool loaded, embeds;
};

/* A zeroed struct knows nothing; its texts live in ARENA. */
struct ob__facts {
    struct ob_arena *arena;
    bool is_server, loading;
    const char *kind; /* NULL: only that it speaks the dialect */
    size_t window_tokens;
    struct ob__model_facts models[OB__FACTS_MODELS_MAX];
    size_t n_models;
};

/* Takes in the reply ROOT (NULL or anything) to PATH with HTTP_STATUS; replies may come in any order. */
void ob__facts_take(struct ob__facts *f, enum ob__facts_path path, int http_status,
                    const cJSON *root);

/* The model called WANTED (for Ollama also "WANTED:latest"), else the first that can chat: loaded
 * before not loaded, local before remote; NULL when there is none. */
const struct ob__model_facts *ob__facts_choose(const struct ob__facts *f, const char *wanted);

/* The origin from which answers of the model NAME come when the server only passes them on, in the
 * arena; NULL when it answers itself.  M: what is known of it, or NULL; a name that ends as Ollama's
 * cloud models do counts as one of them. */
const char *ob__facts_remote(const struct ob__facts *f, const struct ob__model_facts *m,
                             const char *name);

#endif
