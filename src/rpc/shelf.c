/* The shelves that the user added, which every client with a project searches beside it: taking them on
 * and letting them go, at once in all clients, and the method `shelf` that adds, removes and lists.
 *
 * A session's shelves are its own first (what it attached with), then the added ones. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "inside.h"

enum { AFTER_LIST_BYTES = 64 * 1024 };

/* ------------------------------------------------------------ what a session has */
/* An unsaved text, and the shelf that held it before the shelves changed. */
struct moved {
    const char *path; /* borrowed from the unsaved texts */
    struct ob_text *text;
    struct ob_shelf *from; /* NULL: none */
    const char *relative;
};

static size_t note_unsaved(struct moved **out, struct ob__session *c, struct ob_arena *arena)
{
    size_t n = 0, pos = 0, position;
    struct moved *list = ob_arena_alloc(arena, (c->n_unsaved + 1) * sizeof *list);
    const char *path;
    for (struct ob_text *text;
         n < c->n_unsaved && (text = ob_unsaved_next(c->server->unsaved, c->id, &pos, &path));) {
        struct moved *m = &list[n++];
        *m = (struct moved){.path = path, .text = text};
        m->from = ob__session_shelf_of(c, path, arena, &m->relative, &position);
    }
    *out = list;
    return n;
}

/* A text whose file belongs to another shelf now goes there; the others stay as they are. */
static void move_unsaved(struct ob__session *c, const struct moved *list, size_t n,
                         struct ob_arena *arena)
{
    for (size_t i = 0; i < n; i++) {
        const struct moved *m = &list[i];
        const char *relative;
        size_t position;
        struct ob_shelf *to = ob__session_shelf_of(c, m->path, arena, &relative, &position);
        if (to == m->from)
            continue;
        if (m->from)
            ob_shelf_set_unsaved(m->from, c->id, m->relative, NULL);
        if (to && *relative)
            ob_shelf_set_unsaved(to, c->id, relative, m->text);
    }
}

static bool holds(struct ob_shelf *const *shelves, size_t n, const struct ob_shelf *shelf)
{
    for (size_t i = 0; i < n; i++)
        if (shelves[i] == shelf)
            return true;
    return false;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Opens what C shall have into NOW, its own shelves first; the length. */
static size_t open_added(struct ob_shelf *now[OB_RPC_MAX_SHELVES], struct ob__session *c)
{
    size_t n = c->n_own;
    const char *path;
    memcpy(now, c->shelves, n * sizeof *now);
    for (size_t i = 0;
         n < OB_RPC_MAX_SHELVES && (path = ob_shelf_list_get(c->server->added, i)) != NULL; i++) {
        struct ob_shelf *shelf = NULL;
        if (!is_folder(path) || ob_shelf_open(&shelf, c->server->shelves, path, NULL) != 0)
            continue; /* the list says so to who asks for it */
        if (holds(now, n, shelf))
            ob_shelf_unref(shelf);
        else
            now[n++] = shelf;
    }
    return n;
}

static void take_added(struct ob__session *c)
{
    struct ob_shelf *now[OB_RPC_MAX_SHELVES], *before[OB_RPC_MAX_SHELVES];
    struct ob_arena arena = OB_ARENA_INIT;
    struct moved *unsaved;
    size_t n = open_added(now, c), n_before = c->n_shelves;
    size_t n_unsaved = note_unsaved(&unsaved, c, &arena);
    memcpy(before, c->shelves, n_before * sizeof *before);
    memcpy(c->shelves, now, n * sizeof *now);
    c->n_shelves = n;
    for (size_t i = c->n_own; i < n; i++)
        c->kinds[i] = OB_SHELF_NOTES;
    move_unsaved(c, unsaved, n_unsaved, &arena);
    for (size_t i = c->n_own; i < n_before; i++) {
        if (!holds(now, n, before[i]))
            ob_shelf_drop_client(before[i], c->id);
        ob_shelf_unref(before[i]);
    }
    ob_arena_release(&arena);
}

void ob__shelf_tell_all(struct ob_server *s)
{
    for (struct ob__session *c = s->sessions; c; c = c->next)
        if (!c->dead && c->takes_added)
            take_added(c);
}

/* ------------------------------------------------------------ sentences */
/* The place of the shelf of C, among its first N, on the folder PATH; N without one. */
static size_t place_of(const struct ob__session *c, size_t n, const char *path)
{
    char real[PATH_MAX];
    const char *root = realpath(path, real);
    size_t i = root ? 0 : n;
    while (i < n && strcmp(ob_shelf_root(c->shelves[i]), root) != 0)
        i++;
    return i;
}

/* What a user should know beside "added" and "removed"; "" for nothing. */
static const char *note_on(const struct ob__session *c, const char *path, bool added,
                           struct ob_arena *arena)
{
    char real[PATH_MAX];
    size_t own = place_of(c, c->n_own, path);
    if (own < c->n_own && c->kinds[own] == OB_SHELF_NOTES)
        return "the options of this client name it as well";
    if (!added || !*c->project || !realpath(path, real))
        return "";
    if (ob_path_inside(c->project, real))
        return ob_arena_printf(arena, "other projects than %s search it from now on", c->project);
    if (ob_path_inside(real, c->project))
        return ob_arena_printf(arena, "it holds the project %s, whose files are found once",
                               c->project);
    return "";
}

static const char *error_of(const char *path, struct ob_arena *arena)
{
    return is_folder(path) ? "" : ob_arena_printf(arena, "there is no folder %s", path);
}

/* ------------------------------------------------------------ the answer */
static void pack_one(struct ob__pack *p, const struct ob__session *c, const char *path,
                     struct ob_arena *arena)
{
    size_t place = place_of(c, c->n_shelves, path);
    struct ob_shelf_status status;
    ob__pack_map(p, place < c->n_shelves ? 4 : 2);
    ob__pack_key(p, "path");
    ob__pack_path(p, path);
    ob__pack_key_str(p, "error", error_of(path, arena));
    if (place == c->n_shelves)
        return;
    ob_shelf_status(&status, c->shelves[place]);
    ob__pack_key_uint(p, "files", status.index.files);
    ob__pack_key_bool(p, "indexing", status.indexing);
}

void ob__shelf_pack_problems(struct ob__pack *p, const struct ob_server *s)
{
    struct ob__list list;
    const char *problem;
    ob__pack_key(p, "problems");
    ob__list_begin(&list, p, AFTER_LIST_BYTES);
    for (size_t i = 0; (problem = ob_shelf_list_problem(s->added, i)); i++) {
        ob__pack_cstr(&list.items, problem);
        if (!ob__list_next(&list))
            break;
    }
    (void)ob__list_end(&list); /* the first ones are shown */
}

static void reply(struct ob__request *r, const char *path, const char *note, struct ob_arena *arena)
{
    const struct ob__session *c = r->session;
    const struct ob_shelf_list *added = c->server->added;
    const char *file = ob_shelf_list_file(added), *at;
    struct ob__pack p;
    uint32_t n = 0;
    while (ob_shelf_list_get(added, n))
        n++;
    ob__reply_begin(r, &p);
    ob__pack_map(&p, 5);
    ob__pack_key(&p, "path");
    ob__pack_path(&p, path);
    ob__pack_key_str(&p, "note", note);
    ob__pack_key(&p, "file");
    ob__pack_path(&p, file ? file : "");
    ob__pack_key(&p, "shelves");
    ob__pack_array(&p, n);
    for (size_t i = 0; (at = ob_shelf_list_get(added, i)); i++)
        pack_one(&p, c, at, arena);
    ob__shelf_pack_problems(&p, c->server);
    ob__reply_send(r, &p);
}

void ob__method_shelf(struct ob__request *r, struct ob__args *a)
{
    struct ob__session *c = r->session;
    struct ob_arena arena = OB_ARENA_INIT;
    struct ob_shelf_list *list = c->server->added;
    char *path = NULL;
    const char *add = ob__args_path(a, "add", &arena), *drop = ob__args_path(a, "remove", &arena);
    if (!a->err && add && drop)
        a->err = ob_error_set(a->e, OB_EINVAL, "shelf: add one or remove one, not both at once");
    if (!a->err && add)
        a->err = ob_shelf_list_add(&path, list, add, a->e);
    else if (!a->err && drop)
        a->err = ob_shelf_list_remove(&path, list, drop, a->e);
    else if (!a->err)
        ob_shelf_list_read(list);
    if (a->err) {
        ob__reply_bad_args(r, a);
    } else {
        const char *note = path ? note_on(c, path, add != NULL, &arena) : "";
        ob__shelf_tell_all(c->server);
        reply(r, path ? path : "", note, &arena);
    }
    ob_free(path);
    ob_arena_release(&arena);
}
