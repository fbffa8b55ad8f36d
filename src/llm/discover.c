/* Discovery in two rounds: who has a list of models is a model server, and only those are asked for
 * what else they tell of themselves (facts.c reads it).  A web application on the same port is asked
 * for one path that it does not have. */
#include "openbook/llm/discover.h"

#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"

#include "facts.h"
#include "json.h"

enum {
    CONNECT_MS = 300,
    ANSWER_MS = 1000,
    SERVERS_MAX = 8,
    REPLY_MAX_BYTES = 4 << 20,
};

static const unsigned short known_ports[] = {11434, 8080, 9931, 1234, 8000, 0};

struct discover;

struct probe { /* one request */
    struct discover *d;
    size_t server;
    enum ob__facts_path path;
};

struct server {
    const char *base, *url; /* "http://127.0.0.1:8080", and what is told of it */
    struct ob__facts facts;
    struct probe probes[OB__FACTS_PATHS];
};

struct discover {
    struct ob_arena arena;
    struct ob_http *http;
    const char *model;
    struct server servers[SERVERS_MAX];
    size_t n_servers, pending;
    ob_discover_cb cb;
    void *data;
};

static void discover_free(struct discover *d)
{
    ob_arena_release(&d->arena);
    ob_free(d);
}

static struct ob_server_found describe(struct discover *d, struct server *s)
{
    const struct ob__model_facts *m = ob__facts_choose(&s->facts, d->model);
    const char *asked = d->model && *d->model ? d->model : m ? m->name : "";
    const char *remote = ob__facts_remote(&s->facts, m, asked);
    return (struct ob_server_found){.kind = s->facts.kind ? s->facts.kind : "openai",
                                    .url = s->url,
                                    .model = m ? m->name : "",
                                    .window_tokens = s->facts.window_tokens ? s->facts.window_tokens
                                                     : m                    ? m->window_tokens
                                                                            : 0,
                                    .loading = s->facts.loading,
                                    .remote = remote != NULL,
                                    .remote_origin = remote ? remote : ""};
}

static void report(struct discover *d)
{
    struct ob_server_found found[SERVERS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < d->n_servers; i++)
        if (d->servers[i].facts.is_server)
            found[n++] = describe(d, &d->servers[i]);
    d->cb(found, n, d->data);
    discover_free(d);
}

/* ------------------------------------------------------------ probes */
static void on_done(int status, int http_status, struct ob_buf *body, const struct ob_error *e,
                    void *data);

static bool start_probe(struct discover *d, size_t server, enum ob__facts_path path)
{
    static const struct ob_http_events events = {NULL, NULL, on_done};
    struct server *s = &d->servers[server];
    struct probe *p = &s->probes[path];
    *p = (struct probe){d, server, path};
    struct ob_http_options o = OB_HTTP_OPTIONS_INIT;
    o.url = ob_arena_printf(&d->arena, "%s%s", s->base, ob__facts_paths[path]);
    o.connect_ms = CONNECT_MS;
    o.silence_ms = ANSWER_MS;
    o.total_ms = CONNECT_MS + ANSWER_MS;
    o.max_body_bytes = REPLY_MAX_BYTES;
    bool started = ob_http_start(NULL, d->http, "", &o, &events, p, NULL) == 0;
    d->pending += started;
    return started;
}

/* Which other paths are worth asking when the list of models is there. */
static bool is_worth(const struct ob__facts *f, enum ob__facts_path path)
{
    if (!f->kind)
        return true;
    return path == OB__FACTS_PROPS && strcmp(f->kind, "llama.cpp") == 0;
}

static void on_done(int status, int http_status, struct ob_buf *body, const struct ob_error *e,
                    void *data)
{
    struct probe *p = data;
    struct discover *d = p->d;
    struct ob__facts *f = &d->servers[p->server].facts;
    (void)e; /* nobody there, or nobody that we know */
    cJSON *root = status ? NULL : ob__json_parse(ob_buf_str(body), body->len);
    ob__facts_take(f, p->path, http_status, root);
    cJSON_Delete(root);
    if (p->path == OB__FACTS_MODELS && f->is_server)
        for (int path = OB__FACTS_MODELS + 1; path < OB__FACTS_PATHS; path++)
            if (is_worth(f, (enum ob__facts_path)path))
                (void)start_probe(d, p->server, (enum ob__facts_path)path);
    if (--d->pending == 0)
        report(d);
}

/* ------------------------------------------------------------ whom to ask */
static void add_server(struct discover *d, const char *base, const char *url)
{
    if (d->n_servers == SERVERS_MAX)
        return;
    struct server *s = &d->servers[d->n_servers++];
    *s = (struct server){.base = base, .url = url, .facts = {.arena = &d->arena}};
}

static void add_port(struct discover *d, unsigned short port)
{
    const char *base = ob_arena_printf(&d->arena, "http://127.0.0.1:%u", port);
    for (size_t i = 0; i < d->n_servers; i++)
        if (strcmp(d->servers[i].base, base) == 0)
            return;
    add_server(d, base, ob_arena_printf(&d->arena, "%s/v1", base));
}

/* The port of OLLAMA_HOST ("127.0.0.1:12000"), or 0. */
static unsigned short ollama_port(void)
{
    const char *host = getenv("OLLAMA_HOST");
    const char *colon = host ? strrchr(host, ':') : NULL;
    unsigned long port = colon ? strtoul(colon + 1, NULL, 10) : 0;
    return port < 65536 ? (unsigned short)port : 0;
}

static int add_url(struct discover *d, const char *url, struct ob_error *e)
{
    char *origin = NULL;
    int err = ob_http_origin(&origin, url, e);
    if (!err && !ob_http_is_loopback(origin))
        err = ob_error_set(e, OB_EINVAL, "%s is not on this machine", origin);
    if (!err)
        add_server(d, ob_arena_strdup(&d->arena, origin), ob_arena_strdup(&d->arena, url));
    ob_free(origin);
    return err;
}

int ob_discover_start(struct ob_http *http, const struct ob_discover_options *o, ob_discover_cb cb,
                      void *data, struct ob_error *e)
{
    struct discover *d = ob_alloc(sizeof *d);
    int err = 0;
    d->http = http;
    d->cb = cb;
    d->data = data;
    d->model = ob_arena_strdup(&d->arena, o->model);
    if (o->url) {
        err = add_url(d, o->url, e);
    } else {
        if (!o->ports && ollama_port())
            add_port(d, ollama_port());
        for (const unsigned short *p = o->ports ? o->ports : known_ports; *p; p++)
            add_port(d, *p);
    }
    for (size_t i = 0; i < d->n_servers && !err; i++)
        (void)start_probe(d, i, OB__FACTS_MODELS);
    if (!err && !d->pending)
        err = ob_error_set(e, OB_ENOTFOUND,
                           "no port on this machine could be asked for a model "
                           "server");
    if (err)
        discover_free(d);
    return err;
}
