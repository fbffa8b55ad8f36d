/* The table of methods, and those that fit on a few lines.  docs/protocol.md describes each. */
#include <string.h>
#include <unistd.h>

#include "openbook/llm/discover.h"

#include "inside.h"

static void method_ping(struct ob__request *r, struct ob__args *a)
{
    (void)a;
    struct ob__pack p;
    ob__reply_begin(r, &p);
    ob__pack_map(&p, 3);
    ob__pack_key_str(&p, "version", OB_VERSION);
    ob__pack_key_uint(&p, "protocol", OB_PROTOCOL_VERSION);
    ob__pack_key_uint(&p, "pid", (uint64_t)getpid());
    ob__reply_send(r, &p);
}

static void method_shutdown(struct ob__request *r, struct ob__args *a)
{
    (void)a;
    struct ob_server *s = r->session->server;
    ob__reply_empty(r);
    ob__server_leave(s);
}

static void on_revoked(int status, const struct ob_error *e, void *data)
{
    if (status)
        ob__reply_fail(data, e);
    else
        ob__reply_empty(data);
}

static void method_revoke(struct ob__request *r, struct ob__args *a)
{
    struct ob_server *s = r->session->server;
    struct ob_arena arena = OB_ARENA_INIT;
    ob__args_require(a, "project");
    ob__args_require(a, "origin");
    const char *project = ob__args_path(a, "project", &arena);
    const char *origin = ob__args_word(a, "origin", &arena);
    if (!a->err)
        a->err = ob_grants_start(s->grants, s->loop, OB_GRANTS_REVOKE, project, origin,
                                 OB__LATE_NOTES_MS, on_revoked, r, a->e);
    if (a->err)
        ob__reply_bad_args(r, a);
    ob_arena_release(&arena);
}

/* ------------------------------------------------------------ model servers */
static void on_found(const struct ob_server_found *found, size_t n, void *data)
{
    struct ob__request *r = data;
    struct ob__pack p;
    ob__reply_begin(r, &p);
    ob__pack_map(&p, 1);
    ob__pack_key(&p, "found");
    ob__pack_array(&p, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        ob__pack_map(&p, 5);
        ob__pack_key_str(&p, "kind", found[i].kind);
        ob__pack_key_str(&p, "url", found[i].url);
        ob__pack_key_str(&p, "model", found[i].model);
        ob__pack_key_uint(&p, "window_tokens", found[i].window_tokens);
        ob__pack_key_bool(&p, "remote", found[i].remote);
    }
    ob__reply_send(r, &p);
}

void ob__method_models(struct ob__request *r, struct ob__args *a)
{
    struct ob_server *s = r->session->server;
    struct ob_discover_options o = {.ports = s->discover_ports};
    if (ob_discover_start(s->http, &o, on_found, r, a->e) != 0)
        ob__reply_fail(r, a->e);
}

/* ------------------------------------------------------------ the table */
const struct ob__method ob__methods[] = {
    {"ping", method_ping, false, false, "version, protocol and process id"},
    {"attach", ob__method_attach, false, false, "names the project, the notes and the model"},
    {"search", ob__method_search, true, true, "ranked spans of files"},
    {"ask", ob__method_ask, true, true, "an answer with citations, streamed"},
    {"consent", ob__method_consent, true, false, "the user's yes or no to a host"},
    {"cancel", ob__method_cancel, true, false, "ends an ask"},
    {"update", ob__method_update, true, true, "text that is typed and not saved"},
    {"status", ob__method_status, true, false, "what is indexed"},
    {"files", ob__method_files, true, false, "every indexed path"},
    {"why", ob__method_why, true, true, "which rule takes or leaves a path"},
    {"index", ob__method_index, true, false, "walks the roots again"},
    {"shelf", ob__method_shelf, true, false, "adds, removes and lists shelves of the user"},
    {"models", ob__method_models, true, false, "model servers on this machine"},
    {"revoke", method_revoke, true, false, "takes a grant back"},
    {"shutdown", method_shutdown, true, false, "ends the daemon"},
    {NULL, NULL, false, false, NULL},
};

const struct ob__method *ob__method_find(const char *name, size_t len)
{
    for (const struct ob__method *m = ob__methods; m->name; m++)
        if (strlen(m->name) == len && memcmp(m->name, name, len) == 0)
            return m;
    return NULL;
}
