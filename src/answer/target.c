/* Nothing here asks a server or the user; ask.c does. */
#include "target.h"

#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/llm/http.h"

static const char *const *copy_command(struct ob_arena *a, const char *const *command)
{
    size_t n = 0;
    if (!command)
        return NULL;
    while (command[n])
        n++;
    const char **copy = ob_arena_alloc(a, (n + 1) * sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = ob_arena_strdup(a, command[i]);
    return copy;
}

void ob__target_name(struct ob__target *t, struct ob_arena *arena,
                     const struct ob_model_config *model, const char *origin)
{
    *t = (struct ob__target){.named = true, .model = *model};
    t->origin = ob_arena_strdup(arena, origin);
    t->model.url = ob_arena_strdup(arena, model->url);
    t->model.model = ob_arena_strdup(arena, model->model);
    t->model.key_env = ob_arena_strdup(arena, model->key_env);
    t->model.key_file = ob_arena_strdup(arena, model->key_file);
    t->model.ca_file = ob_arena_strdup(arena, model->ca_file);
    t->model.key_command = copy_command(arena, model->key_command);
}

static const struct ob_server_found *choose(const struct ob_server_found *found, size_t n)
{
    const struct ob_server_found *remote = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!found[i].model[0] && !found[i].loading)
            continue;
        if (!found[i].remote)
            return &found[i];
        if (!remote)
            remote = &found[i];
    }
    return remote;
}

/* The origin that answers of F come from: its own, or the one that it passes them on from. */
static void take_origin(struct ob__target *t, struct ob_arena *arena,
                        const struct ob_server_found *f)
{
    char *origin = NULL;
    t->remote = f->remote;
    if (f->remote)
        t->origin = ob_arena_strdup(arena, f->remote_origin);
    else if (ob_http_origin(&origin, t->model.url, NULL) == 0)
        t->origin = ob_arena_strdup(arena, origin);
    ob_free(origin);
}

bool ob__target_take(struct ob__target *t, struct ob_arena *arena,
                     const struct ob_server_found *found, size_t n)
{
    const struct ob_server_found *f = t->named ? (n ? found : NULL) : choose(found, n);
    if (!f)
        return false;
    if (!t->named)
        t->model =
            (struct ob_model_config){.url = ob_arena_strdup(arena, f->url), .temperature = -1};
    if (!t->model.model || !t->model.model[0])
        t->model.model = ob_arena_strdup(arena, f->model);
    if (!t->model.window_tokens)
        t->model.window_tokens = f->window_tokens;
    t->counts = strcmp(f->kind, "llama.cpp") == 0;
    take_origin(t, arena, f);
    return true;
}

bool ob__target_is_granted(const struct ob__target *t, const struct ob_grants *grants,
                           const char *project)
{
    if (ob_grants_has(grants, project, t->origin))
        return true;
    return !t->remote && ob_http_is_loopback(t->origin);
}

const char *ob__target_label(const struct ob__target *t)
{
    return t->model.model && t->model.model[0] ? t->model.model : t->origin;
}
