/* The shelves that the user added, in every client that takes them: taking them on and letting them go,
 * also when another program changes the list.
 *
 * A session's shelves are its own first (what it attached with), then the added ones. */
#include <string.h>

#include "openbook/base/mem.h"

#include "inside.h"

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

static void send_added(struct ob__session *c)
{
    struct ob__pack p;
    ob__event_begin(c, &p, "shelves");
    ob__pack_map(&p, 1);
    ob__pack_key(&p, "added");
    ob__pack_array(&p, (uint32_t)(c->n_shelves - c->n_own));
    for (size_t i = c->n_own; i < c->n_shelves; i++)
        ob__pack_path(&p, ob_shelf_root(c->shelves[i]));
    (void)ob__event_send(c, &p); /* some paths are under the limit */
}

/* Gives C the shelves NOW, its own first: the rest of what it had goes. */
static void take(struct ob__session *c, struct ob_shelf *const *now, size_t n)
{
    struct ob_shelf *before[OB_RPC_MAX_SHELVES];
    struct ob_arena arena = OB_ARENA_INIT;
    struct moved *unsaved;
    size_t n_before = c->n_shelves, n_unsaved = note_unsaved(&unsaved, c, &arena);
    memcpy(before, c->shelves, n_before * sizeof *before);
    memcpy(c->shelves, now, n * sizeof *now);
    c->n_shelves = n;
    bool same = n == n_before && memcmp(before, now, n * sizeof *now) == 0;
    for (size_t i = c->n_own; i < n; i++)
        c->kinds[i] = OB_SHELF_NOTES;
    move_unsaved(c, unsaved, n_unsaved, &arena);
    for (size_t i = 0; i < n_before; i++) {
        if (!holds(now, n, before[i]))
            ob_shelf_drop_client(before[i], c->id);
        ob_shelf_unref(before[i]);
    }
    ob_arena_release(&arena);
    if (!same)
        send_added(c);
}

/* The added shelves that C shall have are those of SPOTS that were found. */
static void take_added(struct ob__session *c, const struct ob__spot *spots, size_t n_spots)
{
    struct ob_shelf *now[OB_RPC_MAX_SHELVES];
    size_t n = 0;
    for (; n < c->n_own; n++)
        now[n] = ob_shelf_ref(c->shelves[n]);
    for (size_t i = 0; i < n_spots && n < OB_RPC_MAX_SHELVES; i++) {
        struct ob_shelf *shelf = NULL;
        if (!spots[i].root ||
            ob__server_open_shelf(&shelf, c->server, spots[i].root, c->one_file_system, NULL) != 0)
            continue; /* the list says so to who asks for it */
        if (holds(now, n, shelf))
            ob_shelf_unref(shelf);
        else
            now[n++] = shelf;
    }
    take(c, now, n);
}

void ob__shelf_take_own(struct ob__session *c, struct ob_shelf *shelf, enum ob_shelf_kind kind)
{
    struct ob_shelf *now[OB_RPC_MAX_SHELVES];
    size_t n = 0;
    bool known = holds(c->shelves, c->n_own, shelf);
    if (known || c->n_own == OB_RPC_MAX_SHELVES) {
        ob_shelf_unref(shelf);
        return;
    }
    for (; n < c->n_own; n++)
        now[n] = ob_shelf_ref(c->shelves[n]);
    now[n++] = shelf;
    for (size_t i = c->n_own; i < c->n_shelves && n < OB_RPC_MAX_SHELVES; i++)
        if (c->shelves[i] != shelf)
            now[n++] = ob_shelf_ref(c->shelves[i]);
    c->kinds[c->n_own++] = kind;
    take(c, now, n);
}

void ob__shelf_tell(struct ob_server *s, const struct ob__spot *spots, size_t n)
{
    for (struct ob__session *c = s->sessions; c; c = c->next)
        if (!c->dead && c->takes_added)
            take_added(c, spots, n);
}

void ob__shelf_take_back(struct ob_server *s, struct ob__spot *spot)
{
    for (struct ob__session *c = s->sessions; c; c = c->next) {
        struct ob_shelf *shelf = NULL, *now[OB_RPC_MAX_SHELVES];
        size_t n = c->n_shelves;
        if (c->dead || !c->takes_added || n == OB_RPC_MAX_SHELVES ||
            ob__server_open_shelf(&shelf, s, spot->root, c->one_file_system, NULL) != 0)
            continue;
        for (size_t i = 0; i < n; i++)
            now[i] = ob_shelf_ref(c->shelves[i]);
        if (holds(now, n, shelf))
            ob_shelf_unref(shelf);
        else
            now[n++] = shelf;
        take(c, now, n);
    }
}

size_t ob__shelf_spots(struct ob__spot *spots, const struct ob_shelf_list *list,
                       struct ob_arena *arena)
{
    size_t n = 0;
    for (const char *path; (path = ob_shelf_list_get(list, n)) != NULL; n++)
        spots[n] = (struct ob__spot){.path = ob_arena_strdup(arena, path)};
    return n;
}

/* ------------------------------------------------------------ in all clients */
struct ob__renewal {
    struct ob_server *server;
    struct ob_arena arena; /* the spots' paths */
    struct ob__survey survey;
    struct ob__spot spots[OB_SHELF_LIST_MAX + OB_RPC_MAX_SHELVES];
    size_t n_added; /* the others are notes of clients, which hung */
    bool again;     /* the list has changed meanwhile */
};

static void on_renewed(void *data)
{
    struct ob__renewal *w = data;
    struct ob_server *s = w->server;
    bool again = w->again;
    s->renewal = NULL;
    if (!s->closing) {
        ob__attach_take_late(s, w->spots + w->n_added, w->survey.n - w->n_added);
        ob__shelf_tell(s, w->spots, w->n_added);
    }
    ob__survey_release(&w->survey);
    ob_arena_release(&w->arena);
    ob_free(w);
    if (again && !s->closing)
        ob__shelf_tell_all(s);
}

void ob__shelf_tell_all(struct ob_server *s)
{
    s->list_changed = false;
    if (s->renewal) {
        s->renewal->again = true;
        return;
    }
    struct ob__renewal *w = s->renewal = ob_alloc(sizeof *w);
    w->server = s;
    w->n_added = ob__shelf_spots(w->spots, s->added, &w->arena);
    size_t n = ob__attach_late_spots(w->spots, w->n_added, sizeof w->spots / sizeof *w->spots, s,
                                     &w->arena);
    ob__survey_start(&w->survey, s, w->spots, n, on_renewed, w);
}
