/* Each kind of server tells its window and its models at another place; this is the list of them. */
#include "facts.h"

#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/llm/http.h"

#include "json.h"
#include "openai.h"

const char *const ob__facts_paths[OB__FACTS_PATHS] = {
    "/v1/models", "/props", "/api/tags", "/api/ps", "/api/v0/models", "/api/v1/models"};

/* The entry for NAME, made if there is none; NULL when the list is full. */
static struct ob__model_facts *entry(struct ob__facts *f, const char *name)
{
    for (size_t i = 0; name && i < f->n_models; i++)
        if (strcmp(f->models[i].name, name) == 0)
            return &f->models[i];
    if (!name || !*name || f->n_models == OB__FACTS_MODELS_MAX)
        return NULL;
    struct ob__model_facts *m = &f->models[f->n_models++];
    *m = (struct ob__model_facts){.name = ob_arena_strdup(f->arena, name)};
    return m;
}

static void set_window(struct ob__model_facts *m, size_t tokens)
{
    if (tokens)
        m->window_tokens = tokens;
}

/* ------------------------------------------------------------ replies */
static void take_models(struct ob__facts *f, const cJSON *root)
{
    const cJSON *list = ob__json_get(root, "data"), *item;
    if (!cJSON_IsArray(list))
        return;
    f->is_server = true;
    cJSON_ArrayForEach(item, list)
    {
        struct ob__model_facts *m = entry(f, ob__json_string(item, "id"));
        const char *owner = ob__json_string(item, "owned_by");
        if (!m)
            continue;
        m->listed = true;
        m->embeds |= !ob__openai_can_chat(item);
        set_window(m, ob__json_count(item, "max_model_len"));
        set_window(m, ob__json_count(ob__json_get(item, "meta"), "n_ctx"));
        if (owner && !f->kind && strcmp(owner, "vllm") == 0)
            f->kind = "vllm";
        if (owner && !f->kind && strcmp(owner, "llamacpp") == 0)
            f->kind = "llama.cpp";
    }
}

static void take_props(struct ob__facts *f, const cJSON *root)
{
    size_t window = ob__json_count(ob__json_get(root, "default_generation_settings"), "n_ctx");
    if (!window)
        return;
    f->kind = "llama.cpp";
    f->window_tokens = window;
}

/* Ollama's lists; LOADED: of what runs. */
static void take_ollama(struct ob__facts *f, const cJSON *root, bool loaded)
{
    const cJSON *list = ob__json_get(root, "models"), *item;
    if (!cJSON_IsArray(list))
        return;
    if (!f->kind) /* llama.cpp answers to Ollama's path, too */
        f->kind = "ollama";
    cJSON_ArrayForEach(item, list)
    {
        const char *name = ob__json_string(item, "model"),
                   *host = ob__json_string(item, "remote_host");
        struct ob__model_facts *m = entry(f, name ? name : ob__json_string(item, "name"));
        if (!m)
            continue;
        m->loaded |= loaded;
        set_window(m, ob__json_count(item, "context_length"));
        if (host && *host)
            m->remote_host = ob_arena_strdup(f->arena, host);
    }
}

static bool is_embedding(const cJSON *item)
{
    const char *type = ob__json_string(item, "type");
    return type && strncmp(type, "embedding", 9) == 0;
}

static void take_lmstudio_v0(struct ob__facts *f, const cJSON *root)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, ob__json_get(root, "data"))
    {
        const char *state = ob__json_string(item, "state");
        struct ob__model_facts *m = state ? entry(f, ob__json_string(item, "id")) : NULL;
        if (!m)
            continue;
        f->kind = "lmstudio";
        m->loaded |= strcmp(state, "loaded") == 0;
        m->embeds |= is_embedding(item);
        set_window(m, ob__json_count(item, "loaded_context_length"));
    }
}

static void take_lmstudio_v1(struct ob__facts *f, const cJSON *root)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, ob__json_get(root, "models"))
    {
        const cJSON *instances = ob__json_get(item, "loaded_instances");
        struct ob__model_facts *m =
            cJSON_IsArray(instances) ? entry(f, ob__json_string(item, "key")) : NULL;
        if (!m)
            continue;
        const cJSON *config = ob__json_get(cJSON_GetArrayItem(instances, 0), "config");
        f->kind = "lmstudio";
        m->loaded |= cJSON_GetArraySize(instances) > 0;
        m->embeds |= is_embedding(item);
        set_window(m, ob__json_count(config, "context_length"));
    }
}

static bool says_loading(const cJSON *root)
{
    const char *text = ob__json_string(ob__json_get(root, "error"), "message");
    return text && strstr(text, "oading model");
}

void ob__facts_take(struct ob__facts *f, enum ob__facts_path path, int http_status,
                    const cJSON *root)
{
    if (http_status == 503 && path <= OB__FACTS_PROPS && says_loading(root)) {
        f->is_server = f->loading = true;
        f->kind = "llama.cpp";
    }
    if (http_status != 200)
        return;
    switch (path) {
    case OB__FACTS_MODELS: take_models(f, root); break;
    case OB__FACTS_PROPS: take_props(f, root); break;
    case OB__FACTS_TAGS: take_ollama(f, root, false); break;
    case OB__FACTS_PS: take_ollama(f, root, true); break;
    case OB__FACTS_LMSTUDIO_V0: take_lmstudio_v0(f, root); break;
    case OB__FACTS_LMSTUDIO_V1: take_lmstudio_v1(f, root); break;
    case OB__FACTS_PATHS: break;
    }
}

/* ------------------------------------------------------------ one model */
static bool is_called(const struct ob__model_facts *m, const char *wanted)
{
    size_t len = strlen(wanted);
    return strncmp(m->name, wanted, len) == 0 &&
           (!m->name[len] || strcmp(m->name + len, ":latest") == 0);
}

static bool is_cloud_name(const char *name)
{
    size_t len = strlen(name);
    return len > 6 && strcmp(name + len - 5, "cloud") == 0 &&
           (name[len - 6] == ':' || name[len - 6] == '-');
}

/* How gladly a model is taken that nobody asked for; 0: not at all. */
static int rank(const struct ob__model_facts *m)
{
    if (!m->listed)
        return 0;
    bool remote = m->remote_host || is_cloud_name(m->name);
    return 1 + (m->loaded ? 1 : 0) + (remote ? 0 : 2) + (m->embeds ? 0 : 4);
}

const struct ob__model_facts *ob__facts_choose(const struct ob__facts *f, const char *wanted)
{
    const struct ob__model_facts *best = NULL;
    for (size_t i = 0; wanted && *wanted && i < f->n_models; i++)
        if (is_called(&f->models[i], wanted))
            return &f->models[i];
    for (size_t i = 0; i < f->n_models; i++)
        if (rank(&f->models[i]) > (best ? rank(best) : 0))
            best = &f->models[i];
    return best;
}

const char *ob__facts_remote(const struct ob__facts *f, const struct ob__model_facts *m,
                             const char *name)
{
    const char *host = m ? m->remote_host : NULL;
    char *origin = NULL;
    if (!host && f->kind && strcmp(f->kind, "ollama") == 0 && is_cloud_name(name))
        host = "https://ollama.com";
    if (!host)
        return NULL;
    const char *url = strstr(host, "://") ? host : ob_arena_printf(f->arena, "https://%s", host);
    if (ob_http_origin(&origin, url, NULL) != 0)
        return "https://unknown.invalid:443"; /* from elsewhere, wherever that is */
    const char *copy = ob_arena_strdup(f->arena, origin);
    ob_free(origin);
    return copy;
}
