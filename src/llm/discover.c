/* Discovery: each port is asked for /props and /v1/models, Ollama's also for /api/tags; what answers
 * in the shape of a model server is one, whatever its port. */
#include "openbook/llm/discover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/arena.h"
#include "openbook/base/mem.h"

#include "json.h"

enum { PROBE_MS = 300, MAX_PORTS = 8, PROBES = 3, MAX_REPLY = 1024 * 1024 };

static const unsigned short known_ports[] = {11434, 8080, 9931, 1234, 8000, 0};
static const char *const paths[PROBES] = {"/v1/models", "/props", "/api/tags"};

struct discover;

struct probe {
    struct discover *d;
    size_t port; /* index */
    int path;
};

struct discover {
    struct ob_arena arena;
    size_t n_ports, pending;
    unsigned short ports[MAX_PORTS];
    struct ob_server_found found[MAX_PORTS];
    bool answers[MAX_PORTS];
    struct probe probes[MAX_PORTS * PROBES];
    ob_discover_cb cb;
    void *data;
};

static void read_models(struct discover *d, struct ob_server_found *f, bool *answers,
                        const cJSON *root)
{
    const cJSON *list = ob__json_get(root, "data");
    const cJSON *first = cJSON_GetArrayItem(list, 0);
    const char *id = ob__json_string(first, "id"), *owner = ob__json_string(first, "owned_by");
    if (!cJSON_IsArray(list) || (first && !id))
        return;
    *answers = true;
    if (id)
        f->model = ob_arena_strdup(&d->arena, id);
    if (owner && strcmp(owner, "vllm") == 0)
        f->kind = "vllm";
    if (owner && strcmp(owner, "llamacpp") == 0)
        f->kind = "llama.cpp";
    if (!f->window_tokens)
        f->window_tokens = ob__json_count(first, "max_model_len");
    if (!f->window_tokens)
        f->window_tokens = ob__json_count(ob__json_get(first, "meta"), "n_ctx");
}

static void read_props(struct ob_server_found *f, const cJSON *root)
{
    size_t window = ob__json_count(ob__json_get(root, "default_generation_settings"), "n_ctx");
    if (!window)
        return;
    f->kind = "llama.cpp";
    f->window_tokens = window;
}

static void read_tags(struct discover *d, struct ob_server_found *f, const cJSON *root)
{
    const cJSON *first = cJSON_GetArrayItem(ob__json_get(root, "models"), 0);
    const char *host = ob__json_string(first, "remote_host");
    if (!cJSON_IsArray(ob__json_get(root, "models")))
        return;
    f->kind = "ollama";
    if (host && *host) {
        f->remote = true;
        f->remote_host = ob_arena_strdup(&d->arena, host);
    }
}

static void report(struct discover *d)
{
    struct ob_server_found found[MAX_PORTS];
    size_t n = 0;
    for (size_t i = 0; i < d->n_ports; i++)
        if (d->answers[i])
            found[n++] = d->found[i];
    d->cb(found, n, d->data);
    ob_arena_release(&d->arena);
    ob_free(d);
}

static void on_done(int status, int http_status, struct ob_buf *body, const struct ob_error *e,
                    void *data)
{
    struct probe *p = data;
    struct discover *d = p->d;
    struct ob_server_found *f = &d->found[p->port];
    (void)e;
    cJSON *root =
        !status && http_status == 200 ? ob__json_parse(ob_buf_str(body), body->len) : NULL;
    if (cJSON_IsObject(root)) {
        if (p->path == 0)
            read_models(d, f, &d->answers[p->port], root);
        else if (p->path == 1)
            read_props(f, root);
        else
            read_tags(d, f, root);
    }
    cJSON_Delete(root);
    if (--d->pending == 0)
        report(d);
}

static void add_port(struct discover *d, unsigned short port)
{
    if (port && d->n_ports < MAX_PORTS)
        d->ports[d->n_ports++] = port;
}

/* The port of OLLAMA_HOST ("127.0.0.1:12000"), or 0. */
static unsigned short ollama_port(void)
{
    const char *host = getenv("OLLAMA_HOST");
    const char *colon = host ? strrchr(host, ':') : NULL;
    unsigned long port = colon ? strtoul(colon + 1, NULL, 10) : 0;
    return port < 65536 ? (unsigned short)port : 0;
}

static int start_probe(struct discover *d, struct ob_http *http, size_t port, int path)
{
    static const struct ob_http_events events = {NULL, NULL, on_done};
    struct probe *p = &d->probes[port * PROBES + (size_t)path];
    *p = (struct probe){d, port, path};
    struct ob_http_options o = OB_HTTP_OPTIONS_INIT;
    o.url = ob_arena_printf(&d->arena, "http://127.0.0.1:%u%s", d->ports[port], paths[path]);
    o.connect_ms = o.silence_ms = o.total_ms = PROBE_MS;
    o.max_body_bytes = MAX_REPLY;
    return ob_http_start(NULL, http, "", &o, &events, p, NULL);
}

int ob_discover_start(struct ob_http *http, const unsigned short *ports, ob_discover_cb cb,
                      void *data, struct ob_error *e)
{
    struct discover *d = ob_alloc(sizeof *d);
    d->cb = cb;
    d->data = data;
    if (!ports)
        add_port(d, ollama_port());
    for (const unsigned short *p = ports ? ports : known_ports; *p; p++)
        add_port(d, *p);
    for (size_t i = 0; i < d->n_ports; i++) {
        d->found[i] = (struct ob_server_found){
            .kind = "openai",
            .url = ob_arena_printf(&d->arena, "http://127.0.0.1:%u/v1", d->ports[i]),
            .model = "",
            .remote_host = ""};
        for (int k = 0; k < PROBES; k++)
            d->pending += start_probe(d, http, i, k) == 0;
    }
    if (d->pending)
        return 0;
    ob_arena_release(&d->arena);
    ob_free(d);
    return ob_error_set(e, OB_ENOTFOUND,
                        "no port on this machine could be asked for a model server");
}
