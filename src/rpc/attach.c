/* attach: what a client works on (roots and notes) and how it reaches a model.
 *
 * The parameters are read at once; then the list of added shelves is read (listed.c) and the folders are
 * looked at (looks.c), while the client's further messages wait; then the session takes over all of it, or
 * nothing. */
#include <string.h>
#include <unistd.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "inside.h"

enum { MAX_COMMAND_WORDS = 32, MAX_WANTED = OB_RPC_MAX_SHELVES + OB_SHELF_LIST_MAX };

struct attach {
    struct ob__request *request;
    struct ob_arena arena; /* paths */
    struct ob__list_wait list;
    struct ob__survey survey;
    struct ob__spot spots[MAX_WANTED]; /* what is wanted: roots, project, notes, added ones */
    enum ob_shelf_kind kinds[MAX_WANTED];
    size_t n_wanted, first_added;
    bool too_many, takes_added, one_file_system;
    uint64_t list_version; /* of the added ones, as they are wanted */
    /* what the session takes over */
    struct ob_arena config; /* holds the model */
    struct ob_model_config model;
    bool has_model, nvim;
    struct ob_shelf *shelves[OB_RPC_MAX_SHELVES]; /* a reference each */
    enum ob_shelf_kind shelf_kinds[OB_RPC_MAX_SHELVES];
    size_t n_shelves, n_own; /* the added ones stand behind its own */
};

static void attach_free(struct attach *t)
{
    for (size_t i = 0; i < t->n_shelves; i++)
        ob_shelf_unref(t->shelves[i]);
    ob__survey_release(&t->survey);
    ob_arena_release(&t->config);
    ob_arena_release(&t->arena);
    ob_free(t);
}

/* ------------------------------------------------------------ what is wanted */
static void want(struct attach *t, const char *path, enum ob_shelf_kind kind,
                 enum ob__spot_kind spot)
{
    if (t->n_wanted == OB_RPC_MAX_SHELVES) {
        t->too_many = true;
        return;
    }
    t->kinds[t->n_wanted] = kind;
    t->spots[t->n_wanted++] =
        (struct ob__spot){.path = path, .kind = spot, .must = kind == OB_SHELF_PROJECT};
}

static void want_added(struct attach *t, const struct ob_shelf_list *list)
{
    size_t n = ob__shelf_spots(t->spots + t->n_wanted, list, &t->arena);
    for (size_t i = 0; i < n; i++)
        t->kinds[t->n_wanted + i] = OB_SHELF_NOTES;
    t->n_wanted += n;
}

static void read_roots(struct attach *t, struct ob__args *a)
{
    const char *const *paths;
    size_t n = ob__args_paths(a, "roots", OB_RPC_MAX_SHELVES, &t->arena, &paths);
    for (size_t i = 0; i < n; i++)
        want(t, paths[i], OB_SHELF_PROJECT, OB__SPOT_FOLDER);
    const char *project = ob__args_path(a, "project", &t->arena);
    bool exact = ob__args_bool(a, "exact", false);
    t->one_file_system = ob__args_bool(a, "one_file_system", false);
    if (project)
        want(t, project, OB_SHELF_PROJECT, exact ? OB__SPOT_EXACT : OB__SPOT_PROJECT);
    n = ob__args_paths(a, "notes", OB_RPC_MAX_SHELVES, &t->arena, &paths);
    for (size_t i = 0; i < n; i++)
        want(t, paths[i], OB_SHELF_NOTES, OB__SPOT_FOLDER);
    if (!a->err && t->too_many)
        a->err = ob_error_set(a->e, OB_EINVAL, "attach: at most %d roots and notes together",
                              OB_RPC_MAX_SHELVES);
    t->first_added = t->n_wanted;
    t->takes_added = project != NULL;
}

/* ------------------------------------------------------------ what was found */
/* A folder that no repository holds is part of the added shelf around it: a note in a folder of a
 * vault belongs to the vault. */
static void take_shelf_around(struct attach *t, struct ob__spot *project)
{
    for (size_t i = t->first_added; i < t->n_wanted; i++) {
        struct ob_root *around = t->spots[i].root;
        if (!around || !ob_path_inside(ob_root_path(around), ob_root_path(project->root)))
            continue;
        ob_root_unref(project->root);
        project->root = ob_root_ref(around);
        return;
    }
}

static bool has_shelf(const struct attach *t, const struct ob_shelf *shelf)
{
    for (size_t i = 0; i < t->n_shelves; i++)
        if (t->shelves[i] == shelf)
            return true;
    return false;
}

/* Opens the shelf of wish I.  The spot's error says why not. */
static int open_one(struct attach *t, size_t i)
{
    struct ob__spot *spot = &t->spots[i];
    struct ob_shelf *shelf = NULL;
    bool added = i >= t->first_added;
    if (spot->e.code == OB_ENOTFOUND && added)
        return ob_error_set(&spot->e, OB_ENOTFOUND,
                            "%s, which is a shelf: make it, or remove the shelf", spot->e.message);
    if (spot->e.code == OB_ENOTFOUND && t->kinds[i] == OB_SHELF_NOTES)
        return ob_error_set(&spot->e, OB_ENOTFOUND,
                            "%s, which the option notes names: make it, or take it out of there",
                            spot->e.message);
    if (!spot->root)
        return spot->e.code;
    if (t->n_shelves == OB_RPC_MAX_SHELVES)
        return ob_error_set(&spot->e, OB_ETOOBIG,
                            "%s is one folder more than the %d that are searched", spot->path,
                            OB_RPC_MAX_SHELVES);
    int err = ob__server_open_shelf(&shelf, t->request->session->server, spot->root,
                                    t->one_file_system, &spot->e);
    if (err)
        return err;
    if (has_shelf(t, shelf)) {
        ob_shelf_unref(shelf);
        return 0;
    }
    t->shelf_kinds[t->n_shelves] = t->kinds[i];
    t->shelves[t->n_shelves++] = shelf;
    t->n_own += !added;
    return 0;
}

/* Opens each wanted root.  A notes directory that is gone does not take the project away; a project
 * that cannot be opened is an error, which is that spot's. */
static const struct ob_error *open_shelves(struct attach *t)
{
    for (size_t i = 0; i < t->n_wanted; i++) {
        struct ob__spot *spot = &t->spots[i];
        if (spot->kind == OB__SPOT_PROJECT && spot->root && !spot->marked)
            take_shelf_around(t, spot);
        if (open_one(t, i) != 0 && t->kinds[i] == OB_SHELF_PROJECT)
            return &spot->e;
    }
    return NULL;
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

void ob__attach_hand_over(struct ob__session *c)
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

/* Files that no shelf holds by their names may lie in one that is new. */
static void look_up_unsaved(struct ob__session *c)
{
    size_t pos = 0;
    const char *path;
    while (c->n_shelves && ob_unsaved_next(c->server->unsaved, c->id, &pos, &path))
        (void)ob__links_ask(c, path); /* it is handed over when it is known */
}

static void pack_shelves(struct ob__pack *p, const struct ob__session *c, const struct attach *t)
{
    uint32_t failed = 0;
    for (size_t i = 0; i < t->n_wanted; i++)
        failed += t->spots[i].e.code != 0;
    ob__pack_array(p, (uint32_t)c->n_shelves + failed);
    for (size_t i = 0; i < c->n_shelves; i++) {
        ob__pack_map(p, 3);
        ob__pack_key(p, "root");
        ob__pack_path(p, ob_shelf_root(c->shelves[i]));
        ob__pack_key_str(p, "kind", c->kinds[i] == OB_SHELF_NOTES ? "notes" : "project");
        ob__pack_key_bool(p, "added", i >= c->n_own);
    }
    for (size_t i = 0; i < t->n_wanted; i++) {
        if (!t->spots[i].e.code)
            continue;
        ob__pack_map(p, 4);
        ob__pack_key(p, "root");
        ob__pack_path(p, t->spots[i].path);
        ob__pack_key_str(p, "kind", "notes");
        ob__pack_key_bool(p, "added", i >= t->first_added);
        ob__pack_key_str(p, "error", t->spots[i].e.message);
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

/* Notes that hang are taken when they answer. */
static void note_late(struct ob__session *c, const struct attach *t)
{
    c->n_late_notes = 0;
    for (size_t i = 0; i < t->first_added; i++)
        if (t->spots[i].hung)
            c->late_notes[c->n_late_notes++] = ob_arena_strdup(&c->config, t->spots[i].path);
}

/* The session takes over what was read; what it had goes after the new shelves are open, so that one
 * that stays is not closed in between. */
static void adopt(struct ob__session *c, struct attach *t)
{
    ob__session_drop_shelves(c);
    memcpy(c->shelves, t->shelves, t->n_shelves * sizeof *t->shelves);
    memcpy(c->kinds, t->shelf_kinds, t->n_shelves * sizeof *t->shelf_kinds);
    c->n_shelves = t->n_shelves;
    c->n_own = t->n_own;
    c->takes_added = t->takes_added;
    c->one_file_system = t->one_file_system;
    t->n_shelves = 0;
    ob_arena_release(&c->config);
    c->config = t->config;
    t->config = (struct ob_arena)OB_ARENA_INIT;
    c->model = t->model;
    c->has_model = t->has_model;
    c->project = "";
    if (c->n_own && c->kinds[0] == OB_SHELF_PROJECT)
        c->project = ob_arena_strdup(&c->config, ob_shelf_root(c->shelves[0]));
    c->nvim = t->nvim;
    c->attached = true;
    note_late(c, t);
    ob__attach_hand_over(c);
    look_up_unsaved(c);
}

/* The list of added shelves was edited, or is being changed: the other clients get what it has. */
static void tell_others(struct ob_server *s, const struct attach *t)
{
    if (s->list_changed && ob_shelf_list_version(s->added) == t->list_version && t->takes_added) {
        s->list_changed = false;
        ob__shelf_tell(s, t->spots + t->first_added, t->n_wanted - t->first_added);
    }
    ob__list_tell(s);
}

static void on_looked(void *data)
{
    struct attach *t = data;
    struct ob__session *c = t->request->session;
    const struct ob_error *e = open_shelves(t);
    ob__session_go_on(c);
    if (!e)
        adopt(c, t);
    tell_others(c->server, t);
    if (e) {
        ob__reply_fail(t->request, e);
    } else {
        reply(t->request, t);
    }
    attach_free(t);
}

/* The list is as the file is this moment, or as it was. */
static void on_listed(void *data)
{
    struct attach *t = data;
    struct ob_server *s = t->request->session->server;
    t->list_version = ob_shelf_list_version(s->added);
    if (t->takes_added)
        want_added(t, s->added);
    ob__survey_start(&t->survey, s, t->spots, t->n_wanted, on_looked, t);
}

/* The client has left. */
static void abandon(void *data)
{
    struct attach *t = data;
    struct ob_error e = OB_ERROR_INIT;
    if (t->list.waits)
        ob__list_wait_cancel(t->request->session->server, &t->list);
    else
        ob__survey_cancel(&t->survey);
    ob__list_tell(t->request->session->server);
    (void)ob_error_set(&e, OB_ECANCELED, "the client left");
    ob__reply_fail(t->request, &e);
    attach_free(t);
}

void ob__method_attach(struct ob__request *r, struct ob__args *a)
{
    static const char *const styles[] = {"plain", "nvim"};
    struct ob_server *s = r->session->server;
    struct attach *t = ob_alloc(sizeof *t);
    t->request = r;
    check_protocol(a);
    t->nvim = ob__args_choice(a, "events", styles, 2, 0) == 1;
    (void)ob__args_word(a, "client", &t->arena); /* for logs; only its type is checked */
    (void)read_model(&t->model, &t->has_model, &t->config, a);
    read_roots(t, a);
    if (a->err) {
        ob__reply_bad_args(r, a);
        attach_free(t);
        return;
    }
    ob__session_hold(r->session, abandon, t);
    ob__list_when_read(s, &t->list, on_listed, t);
}

/* ------------------------------------------------------------ folders that answer again */
static bool is_late(const struct ob__session *c, const char *path)
{
    for (size_t i = 0; i < c->n_late_notes; i++)
        if (strcmp(c->late_notes[i], path) == 0)
            return true;
    return false;
}

/* What SPOT, which is wanted by C and no longer hangs, is: one of its own shelves, or given up. */
static void take_late(struct ob__session *c, struct ob__spot *spot)
{
    struct ob_shelf *shelf = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < c->n_late_notes; i++)
        if (strcmp(c->late_notes[i], spot->path) != 0)
            c->late_notes[kept++] = c->late_notes[i];
    c->n_late_notes = kept;
    if (spot->root &&
        ob__server_open_shelf(&shelf, c->server, spot->root, c->one_file_system, NULL) == 0)
        ob__shelf_take_own(c, shelf, OB_SHELF_NOTES);
}

void ob__attach_take_late(struct ob_server *s, struct ob__spot *spots, size_t n)
{
    for (struct ob__session *c = s->sessions; c; c = c->next)
        for (size_t i = 0; i < n && !c->dead; i++)
            if (!spots[i].hung && is_late(c, spots[i].path))
                take_late(c, &spots[i]);
}

static bool is_among(const struct ob__spot *spots, size_t n, const char *path)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(spots[i].path, path) == 0)
            return true;
    return false;
}

size_t ob__attach_late_spots(struct ob__spot *spots, size_t n, size_t max,
                             const struct ob_server *s, struct ob_arena *arena)
{
    for (const struct ob__session *c = s->sessions; c; c = c->next)
        for (size_t i = 0; i < c->n_late_notes && n < max; i++)
            if (!is_among(spots, n, c->late_notes[i]))
                spots[n++] = (struct ob__spot){.path = ob_arena_strdup(arena, c->late_notes[i])};
    return n;
}

void ob__attach_came_back(struct ob_server *s, struct ob__spot *spot)
{
    const char *path;
    bool added = false, wanted = false;
    for (size_t i = 0; !added && (path = ob_shelf_list_get(s->added, i)) != NULL; i++)
        added = strcmp(path, spot->path) == 0;
    for (const struct ob__session *c = s->sessions; c && !wanted; c = c->next)
        wanted = is_late(c, spot->path);
    if (!spot->root && (added || wanted)) {
        ob__shelf_tell_all(s); /* it was cut off: is there something now? */
        return;
    }
    ob__attach_take_late(s, spot, 1);
    if (added)
        ob__shelf_take_back(s, spot);
}
