/* What the model server (tests/tools/model.c) answers where its script says nothing: the lists and
 * facts that each kind of server tells about itself. */
#ifndef OB_TESTS_MODEL_STANDING_H
#define OB_TESTS_MODEL_STANDING_H

#include "model_script.h"

static bool is_kind(const struct script *s, const char *kind)
{
    return strcmp(s->server, kind) == 0;
}

static size_t count_tokens(const struct script *s, size_t bytes)
{
    return (bytes + s->token_bytes - 1) / s->token_bytes;
}

/* Tokens of all contents of a chat's BODY. */
static size_t count_prompt(const struct script *s, const char *body)
{
    cJSON *root = cJSON_Parse(body), *message;
    size_t bytes = 0;
    cJSON_ArrayForEach(message, cJSON_GetObjectItem(root, "messages"))
    {
        const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(message, "content"));
        bytes += text ? strlen(text) : 0;
    }
    cJSON_Delete(root);
    return count_tokens(s, bytes);
}

/* ------------------------------------------------------------ all: /v1/models */
static cJSON *openai_model(const struct script *s, size_t i)
{
    cJSON *m = cJSON_CreateObject();
    const char *owner = is_kind(s, "llama.cpp") ? "llamacpp"
                        : is_kind(s, "vllm")    ? "vllm"
                        : is_kind(s, "ollama")  ? "library"
                                                : "organization_owner";
    cJSON_AddStringToObject(m, "id", s->models[i].name);
    cJSON_AddStringToObject(m, "object", "model");
    cJSON_AddStringToObject(m, "owned_by", owner);
    if (is_kind(s, "vllm") && s->window)
        cJSON_AddNumberToObject(m, "max_model_len", (double)s->window);
    if (is_kind(s, "llama.cpp") && s->window)
        cJSON_AddNumberToObject(cJSON_AddObjectToObject(m, "meta"), "n_ctx", (double)s->window);
    return m;
}

/* ------------------------------------------------------------ llama.cpp */
static cJSON *llama_props(const struct script *s)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *settings = cJSON_AddObjectToObject(root, "default_generation_settings");
    cJSON_AddNumberToObject(settings, "n_ctx", (double)s->window);
    cJSON_AddNumberToObject(root, "total_slots", 1);
    cJSON_AddStringToObject(root, "model_alias", s->models[0].name);
    return root;
}

static cJSON *llama_slots(const struct script *s, bool processing)
{
    cJSON *root = cJSON_CreateArray(), *slot = cJSON_CreateObject();
    cJSON_AddNumberToObject(slot, "id", 0);
    cJSON_AddNumberToObject(slot, "n_ctx", (double)s->window);
    cJSON_AddBoolToObject(slot, "is_processing", processing);
    cJSON_AddItemToArray(root, slot);
    return root;
}

static cJSON *llama_tokens(const struct script *s, const char *body)
{
    cJSON *in = cJSON_Parse(body), *root = cJSON_CreateObject();
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(in, "content"));
    cJSON *tokens = cJSON_AddArrayToObject(root, "tokens");
    size_t n = text ? count_tokens(s, strlen(text)) : 0;
    for (size_t i = 0; i < n; i++)
        cJSON_AddItemToArray(tokens, cJSON_CreateNumber((double)i));
    cJSON_Delete(in);
    return root;
}

static cJSON *one_string(const char *name, const char *text)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, name, text);
    return root;
}

static cJSON *llama_answer(const struct script *s, const char *path, const char *body,
                           bool processing)
{
    if (strcmp(path, "/health") == 0)
        return one_string("status", "ok");
    if (strcmp(path, "/props") == 0)
        return llama_props(s);
    if (strcmp(path, "/slots") == 0)
        return llama_slots(s, processing);
    return strcmp(path, "/tokenize") == 0 ? llama_tokens(s, body) : NULL;
}

/* ------------------------------------------------------------ Ollama, LM Studio */
static cJSON *ollama_model(const struct script *s, size_t i)
{
    cJSON *m = cJSON_CreateObject();
    cJSON_AddStringToObject(m, "name", s->models[i].name);
    cJSON_AddStringToObject(m, "model", s->models[i].name);
    if (s->models[i].remote) {
        cJSON_AddStringToObject(m, "remote_host", s->models[i].remote);
        cJSON_AddStringToObject(m, "remote_model", s->models[i].name);
    }
    return m;
}

/* Of a model that is loaded: its window, too. */
static cJSON *ollama_loaded(const struct script *s, size_t i)
{
    cJSON *m = ollama_model(s, i);
    cJSON_AddNumberToObject(m, "context_length", (double)s->window);
    return m;
}

static cJSON *lmstudio_model(const struct script *s, size_t i)
{
    cJSON *m = cJSON_CreateObject();
    cJSON_AddStringToObject(m, "id", s->models[i].name);
    cJSON_AddStringToObject(m, "type", "llm");
    cJSON_AddStringToObject(m, "state", "loaded");
    cJSON_AddNumberToObject(m, "loaded_context_length", (double)s->window);
    return m;
}

/* ------------------------------------------------------------ by path */
static cJSON *list_of(const struct script *s, const char *name,
                      cJSON *(*make)(const struct script *s, size_t i))
{
    cJSON *root = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(root, name);
    for (size_t i = 0; i < s->n_models; i++)
        cJSON_AddItemToArray(list, make(s, i));
    return root;
}

/* The answer to PATH (the caller's), or NULL where such a server has none. */
static cJSON *standing_answer(const struct script *s, const char *path, const char *body,
                              bool processing)
{
    if (strcmp(path, "/v1/models") == 0)
        return list_of(s, "data", openai_model);
    if (is_kind(s, "llama.cpp"))
        return llama_answer(s, path, body, processing);
    if (is_kind(s, "ollama") && strcmp(path, "/api/version") == 0)
        return one_string("version", "0.12.0");
    if (is_kind(s, "ollama") && strcmp(path, "/api/tags") == 0)
        return list_of(s, "models", ollama_model);
    if (is_kind(s, "ollama") && strcmp(path, "/api/ps") == 0)
        return list_of(s, "models", ollama_loaded);
    if (is_kind(s, "lmstudio") && strcmp(path, "/api/v0/models") == 0)
        return list_of(s, "data", lmstudio_model);
    return is_kind(s, "vllm") && strcmp(path, "/version") == 0 ? one_string("version", "0.11.0")
                                                               : NULL;
}

#endif
