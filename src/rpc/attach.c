/* attach: what a client works on (roots and notes) and how it reaches a model. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/files/root.h"

#include "inside.h"

enum { MAX_COMMAND_WORDS = 32 };

struct wanted {
    const char *path;
    enum ob_shelf_kind kind;
    bool added;      /* by the user, for all projects */
    char error[256]; /* why it has no shelf; "" when it has one */
};

struct attach {
    struct ob_arena arena;
    struct wanted wanted[OB_RPC_MAX_SHELVES + OB_SHELF_LIST_MAX];
    size_t n_wanted;
    bool too_many, takes_added;
    struct ob_shelf *shelves[OB_RPC_MAX_SHELVES]; /* the new ones, a reference each */
    enum ob_shelf_kind kinds[OB_RPC_MAX_SHELVES];
    size_t n_shelves, n_own; /* the added ones stand behind its own */
};

static void want(struct attach *t, const char *path, enum ob_shelf_kind kind)
{
    if (t->n_wanted < OB_RPC_MAX_SHELVES)
        t->wanted[t->n_wanted++] = (struct wanted){path, kind, false, ""};
    else
        t->too_many = true;
}

static void want_added(struct attach *t, const struct ob_shelf_list *list)
{
    const char *path;
    for (size_t i = 0; (path = ob_shelf_list_get(list, i)); i++)
        t->wanted[t->n_wanted++] =
            (struct wanted){ob_arena_strdup(&t->arena, path), OB_SHELF_NOTES, true, ""};
}

/* A folder that no repository holds is part of the added shelf around it: a note in a folder of a
 * vault belongs to the vault. */
static const char *shelf_around(const struct ob_shelf_list *list, const char *root,
                                struct ob_arena *arena)
{
    char real[PATH_MAX];
    const char *path;
    for (size_t i = 0; !ob_root_is_marked(root) && (path = ob_shelf_list_get(list, i)); i++)
        if (realpath(path, real) && ob_path_inside(real, root))
            return ob_arena_strdup(arena, real);
    return root;
}

/* The directory that PROJECT, a directory or a file, stands for. */
static int project_root(const char **out, struct ob_arena *arena, const char *project, bool exact,
                        const struct ob_shelf_list *added, struct ob_error *e)
{
    struct stat st;
    if (stat(project, &st) != 0)
        return ob_error_set(e, OB_ENOTFOUND, "there is no %s", project);
    const char *dir = project;
    if (!S_ISDIR(st.st_mode)) {
        size_t n = (size_t)(ob_path_base(project) - project);
        dir = ob_arena_strndup(arena, project, n > 1 ? n - 1 : 1);
    }
    *out = dir;
    if (exact)
        return 0;
    char *root = NULL;
    int err = ob_root_find(&root, dir, e);
    if (!err)
        *out = shelf_around(added, ob_arena_strdup(arena, root), arena);
    ob_free(root);
    return err;
}

static int read_roots(struct attach *t, struct ob_shelf_list *added, struct ob__args *a)
{
    const char *const *paths;
    size_t n = ob__args_paths(a, "roots", OB_RPC_MAX_SHELVES, &t->arena, &paths);
    for (size_t i = 0; i < n; i++)
        want(t, paths[i], OB_SHELF_PROJECT);
    const char *project = ob__args_path(a, "project", &t->arena);
    bool exact = ob__args_bool(a, "exact", false);
    if (!a->err && project) {
        const char *root = project;
        ob_shelf_list_read(added); /* it may have been edited */
        a->err = project_root(&root, &t->arena, project, exact, added, a->e);
        if (!a->err)
            want(t, root, OB_SHELF_PROJECT);
    }
    n = ob__args_paths(a, "notes", OB_RPC_MAX_SHELVES, &t->arena, &paths);
    for (size_t i = 0; i < n; i++)
        want(t, paths[i], OB_SHELF_NOTES);
    if (!a->err && t->too_many)
        a->err = ob_error_set(a->e, OB_EINVAL, "attach: at most %d roots and notes together",
                              OB_RPC_MAX_SHELVES);
    t->takes_added = !a->err && project;
    if (t->takes_added)
        want_added(t, added);
    return a->err;
}

static bool has_shelf(const struct attach *t, const struct ob_shelf *shelf)
{
    for (size_t i = 0; i < t->n_shelves; i++)
        if (t->shelves[i] == shelf)
            return true;
    return false;
}

static int open_one(struct ob_shelf **out, const struct attach *t, struct ob_server *s,
                    const struct wanted *w, struct ob_error *e)
{
    if (access(w->path, F_OK) != 0)
        return ob_error_set(e, OB_ENOTFOUND, "there is no %s%s", w->path,
                            w->added ? ", which is a shelf: make it, or remove the shelf" : "");
    if (t->n_shelves == OB_RPC_MAX_SHELVES)
        return ob_error_set(e, OB_ETOOBIG, "%s is one folder more than the %d that are searched",
                            w->path, OB_RPC_MAX_SHELVES);
    return ob_shelf_open(out, s->shelves, w->path, e);
}

/* Opens each wanted root.  A notes directory that is gone does not take the project away; a project
 * that cannot be opened is an error. */
static int open_shelves(struct attach *t, struct ob_server *s, struct ob_error *e)
{
    for (size_t i = 0; i < t->n_wanted; i++) {
        struct wanted *w = &t->wanted[i];
        struct ob_shelf *shelf = NULL;
        int err = open_one(&shelf, t, s, w, e);
        if (err && w->kind == OB_SHELF_PROJECT)
            return err;
        if (err)
            memcpy(w->error, e->message, strnlen(e->message, sizeof w->error - 1));
        else if (has_shelf(t, shelf))
            ob_shelf_unref(shelf);
        else {
            t->kinds[t->n_shelves] = w->kind;
            t->shelves[t->n_shelves++] = shelf;
            t->n_own += !w->added;
        }
    }
    return 0;
}

static int read_model(struct ob_model_config *m, bool *has, struct ob_arena *arena,
                      struct ob__args *a)
{
    struct ob__args config = ob__args_map(a, "config");
    struct ob__args llm = ob__args_map(&config, "llm");
    memset(m, 0, sizeof *m);
    m->url = ob__args_word(&llm, "url", arena);
    m->model = ob__args_word(&llm, "model", arena);
    m->key_env = ob__args_word(&llm, "key_env", arena);
    m->key_file = ob__args_word(&llm, "key_file", arena);
    m->key_command = ob__args_words(&llm, "key_command", MAX_COMMAND_WORDS, arena);
    m->ca_file = ob__args_word(&llm, "ca_file", arena);
    m->window_tokens = (size_t)ob__args_uint(&llm, "window_tokens", 0, 100000000);
    m->max_tokens = (size_t)ob__args_uint(&llm, "max_tokens", 0, 100000000);
    m->temperature = ob__args_double(&llm, "temperature", -1.0);
    *has = m->url && m->url[0];
    return a->err = llm.err ? llm.err : config.err;
}

/* What the client has unsaved belongs to the new shelves as well. */
static void hand_over_unsaved(struct ob__session *c)
{
    struct ob_arena arena = OB_ARENA_INIT;
    size_t pos = 0, position;
    const char *path, *relative;
    struct ob_text *text;
    while ((text = ob_unsaved_next(c->server->unsaved, c->id, &pos, &path))) {
        struct ob_shelf *shelf = ob__session_shelf_of(c, path, &arena, &relative, &position);
        if (shelf && *relative)
            ob_shelf_set_unsaved(shelf, c->id, relative, text);
    }
    ob_arena_release(&arena);
}

static void pack_shelves(struct ob__pack *p, const struct ob__session *c, const struct attach *t)
{
    uint32_t failed = 0;
    for (size_t i = 0; i < t->n_wanted; i++)
        failed += t->wanted[i].error[0] != '\0';
    ob__pack_array(p, (uint32_t)c->n_shelves + failed);
    for (size_t i = 0; i < c->n_shelves; i++) {
        ob__pack_map(p, 3);
        ob__pack_key(p, "root");
        ob__pack_path(p, ob_shelf_root(c->shelves[i]));
        ob__pack_key_str(p, "kind", c->kinds[i] == OB_SHELF_NOTES ? "notes" : "project");
        ob__pack_key_bool(p, "added", i >= c->n_own);
    }
    for (size_t i = 0; i < t->n_wanted; i++) {
        if (!t->wanted[i].error[0])
            continue;
        ob__pack_map(p, 4);
        ob__pack_key(p, "root");
        ob__pack_path(p, t->wanted[i].path);
        ob__pack_key_str(p, "kind", "notes");
        ob__pack_key_bool(p, "added", t->wanted[i].added);
        ob__pack_key_str(p, "error", t->wanted[i].error);
    }
}

static void reply(struct ob__request *r, const struct attach *t)
{
    struct ob__pack p;
    ob__reply_begin(r, &p);
    ob__pack_map(&p, 6);
    ob__pack_key_str(&p, "version", OB_VERSION);
    ob__pack_key_uint(&p, "protocol", OB_PROTOCOL_VERSION);
    ob__pack_key_uint(&p, "pid", (uint64_t)getpid());
    ob__pack_key(&p, "project");
    ob__pack_path(&p, r->session->project);
    ob__pack_key(&p, "shelves");
    pack_shelves(&p, r->session, t);
    ob__shelf_pack_problems(&p, r->session->server);
    ob__reply_send(r, &p);
}

static void check_protocol(struct ob__args *a)
{
    static const char *const renew[] = {"the plugin", "the openbook program"};
    ob__args_require(a, "protocol");
    uint64_t theirs = ob__args_uint(a, "protocol", 0, UINT32_MAX);
    if (!a->err && theirs != OB_PROTOCOL_VERSION)
        a->err = ob_error_set(
            a->e, OB_EPROTO, "the client speaks protocol %llu, the daemon %d: renew %s and restart",
            (unsigned long long)theirs, OB_PROTOCOL_VERSION, renew[theirs > OB_PROTOCOL_VERSION]);
}

/* The session takes over what was read; what it had goes after the new shelves are open, so that one
 * that stays is not closed in between. */
static void adopt(struct ob__session *c, struct attach *t, const struct ob_model_config *model,
                  bool has_model, struct ob_arena *config, bool nvim)
{
    ob__session_drop_shelves(c);
    memcpy(c->shelves, t->shelves, t->n_shelves * sizeof *t->shelves);
    memcpy(c->kinds, t->kinds, t->n_shelves * sizeof *t->kinds);
    c->n_shelves = t->n_shelves;
    c->n_own = t->n_own;
    c->takes_added = t->takes_added;
    ob_arena_release(&c->config);
    c->config = *config;
    c->model = *model;
    c->has_model = has_model;
    c->project = "";
    if (t->n_shelves && t->kinds[0] == OB_SHELF_PROJECT)
        c->project = ob_arena_strdup(&c->config, ob_shelf_root(t->shelves[0]));
    c->nvim = nvim;
    c->attached = true;
    hand_over_unsaved(c);
}

void ob__method_attach(struct ob__request *r, struct ob__args *a)
{
    static const char *const styles[] = {"plain", "nvim"};
    struct attach *t = ob_alloc(sizeof *t);
    const struct ob_shelf_list *added = r->session->server->added;
    uint64_t before = ob_shelf_list_version(added);
    struct ob_arena config = OB_ARENA_INIT;
    struct ob_model_config model;
    bool has_model = false;
    check_protocol(a);
    bool nvim = ob__args_choice(a, "events", styles, 2, 0) == 1;
    (void)ob__args_word(a, "client", &t->arena); /* for logs; only its type is checked */
    (void)read_model(&model, &has_model, &config, a);
    (void)read_roots(t, r->session->server->added, a);
    if (!a->err)
        a->err = open_shelves(t, r->session->server, a->e);
    if (a->err) {
        for (size_t i = 0; i < t->n_shelves; i++)
            ob_shelf_unref(t->shelves[i]);
        ob_arena_release(&config);
        ob__reply_bad_args(r, a);
    } else {
        adopt(r->session, t, &model, has_model, &config, nvim);
        if (ob_shelf_list_version(added) != before) /* it was edited */
            ob__shelf_tell_all(r->session->server);
        reply(r, t);
    }
    ob_arena_release(&t->arena);
    ob_free(t);
}
