/* shelf: adds, removes and lists the folders that are searched beside every project.  The folders are looked
 * at, the list is changed, and they are looked at again, while the client's further messages wait. */
#include <stdatomic.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/base/probe.h"

#include "inside.h"

enum { AFTER_LIST_BYTES = 64 * 1024 }; /* for what follows the problems in their message */

/* One call of it: the folders are looked at, then the list is changed, then they are looked at again. */
struct call {
    struct ob__request *request;
    struct ob_arena arena; /* all paths */
    const char *add, *remove;
    struct ob__list_wait list;
    struct ob__survey survey;
    struct ob__spot spots[OB_SHELF_LIST_MAX];
    struct edit *edit;     /* goes on; NULL: none does */
    uint64_t list_version; /* of the list, when its folders were begun to be looked at */
    const char *path;      /* as it stands, or stood, on the list; "" without a change */
    const char *real;      /* where it leads to; NULL: nowhere, or nobody knows */
};

enum edit_state {
    LOOKING, /* at the folder; may be given up */
    SAVING,  /* the list is written, which ends */
    GIVEN_UP /* its client was told so: it changes nothing */
};

/* A change of the list, on a thread: the folder may hang. */
struct edit {
    struct ob_server *server;
    struct call *call; /* NULL: nobody waits any more */
    atomic_int state;
    /* the thread's until it is done */
    struct ob_shelf_list *list;    /* owned */
    char *folder;                  /* owned: what is asked for */
    char *hung[OB_SHELF_LIST_MAX]; /* owned: these are not looked at */
    size_t n_hung;
    bool adds;
    char *path; /* owned: as it stands, or stood, on the list */
    int err;
    struct ob_error e;
};

static void edit_free(struct edit *w)
{
    ob_shelf_list_free(w->list);
    for (size_t i = 0; i < w->n_hung; i++)
        ob_free(w->hung[i]);
    ob_free(w->folder);
    ob_free(w->path);
    ob_free(w);
}

static void call_free(struct call *t)
{
    ob__survey_release(&t->survey);
    ob_arena_release(&t->arena);
    ob_free(t);
}

/* The client has left. */
static void abandon(void *data)
{
    struct call *t = data;
    struct ob_error e = OB_ERROR_INIT;
    if (t->list.waits)
        ob__list_wait_cancel(t->request->session->server, &t->list);
    else
        ob__survey_cancel(&t->survey);
    if (t->edit)
        t->edit->call = NULL;
    ob__list_tell(t->request->session->server);
    (void)ob_error_set(&e, OB_ECANCELED, "the client left");
    ob__reply_fail(t->request, &e);
    call_free(t);
}

static void fail(struct call *t, const struct ob_error *e)
{
    ob__list_tell(t->request->session->server);
    ob__session_go_on(t->request->session);
    ob__reply_fail(t->request, e);
    call_free(t);
}

/* ------------------------------------------------------------ sentences */
/* The place of the shelf of C, among its first N, on the folder REAL; N without one. */
static size_t place_of(const struct ob__session *c, size_t n, const char *real)
{
    size_t i = real ? 0 : n;
    while (i < n && strcmp(ob_shelf_root(c->shelves[i]), real) != 0)
        i++;
    return i;
}

/* What a user should know beside "added" and "removed"; "" for nothing. */
static const char *note_on(struct call *t)
{
    const struct ob__session *c = t->request->session;
    size_t own = place_of(c, c->n_own, t->real);
    if (own < c->n_own && c->kinds[own] == OB_SHELF_NOTES)
        return "the options of this client name it as well";
    if (!t->add || !*c->project || !t->real)
        return "";
    if (ob_path_inside(c->project, t->real))
        return ob_arena_printf(&t->arena, "the project %s holds it and searched it before",
                               c->project);
    if (ob_path_inside(t->real, c->project))
        return ob_arena_printf(&t->arena, "it holds the project %s, whose files are found once",
                               c->project);
    return "";
}

static const char *error_of(const struct ob__spot *spot, struct ob_arena *arena)
{
    if (spot->e.code == OB_ENOTFOUND)
        return ob_arena_printf(arena, "there is no folder %s", spot->path);
    return spot->root ? "" : spot->e.message;
}

/* ------------------------------------------------------------ the answer */
static void pack_one(struct ob__pack *p, const struct ob__session *c, const struct ob__spot *spot,
                     struct ob_arena *arena)
{
    const char *real = spot->root ? ob_root_path(spot->root) : NULL;
    size_t place = place_of(c, c->n_shelves, real);
    struct ob_shelf_status status;
    ob__pack_map(p, place < c->n_shelves ? 4 : 2);
    ob__pack_key(p, "path");
    ob__pack_path(p, spot->path);
    ob__pack_key_str(p, "error", error_of(spot, arena));
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

static void reply(struct call *t)
{
    const struct ob__session *c = t->request->session;
    const char *file = ob_shelf_list_file(c->server->added);
    struct ob__pack p;
    ob__reply_begin(t->request, &p);
    ob__pack_map(&p, 5);
    ob__pack_key(&p, "path");
    ob__pack_path(&p, t->path);
    ob__pack_key_str(&p, "note", *t->path ? note_on(t) : "");
    ob__pack_key(&p, "file");
    ob__pack_path(&p, file ? file : "");
    ob__pack_key(&p, "shelves");
    ob__pack_array(&p, (uint32_t)t->survey.n);
    for (size_t i = 0; i < t->survey.n; i++)
        pack_one(&p, c, &t->spots[i], &t->arena);
    ob__shelf_pack_problems(&p, c->server);
    ob__reply_send(t->request, &p);
}

/* ------------------------------------------------------------ the steps, the last one first */
static const char *real_of(struct call *t, const char *path)
{
    for (size_t i = 0; i < t->survey.n; i++)
        if (t->spots[i].root && strcmp(t->spots[i].path, path) == 0)
            return ob_arena_strdup(&t->arena, ob_root_path(t->spots[i].root));
    return NULL;
}

/* What the list has now is looked at: all clients get it. */
static void on_looked_again(void *data)
{
    struct call *t = data;
    struct ob__session *c = t->request->session;
    if (t->add)
        t->real = real_of(t, t->path);
    if (ob_shelf_list_version(c->server->added) == t->list_version) {
        c->server->list_changed = false;
        ob__shelf_tell(c->server, t->spots, t->survey.n);
    }
    ob__list_tell(c->server);
    ob__session_go_on(c);
    reply(t);
    call_free(t);
}

static void start_survey(struct call *t, void (*done)(void *data))
{
    struct ob_server *s = t->request->session->server;
    t->list_version = ob_shelf_list_version(s->added);
    size_t n = ob__shelf_spots(t->spots, s->added, &t->arena);
    ob__survey_start(&t->survey, s, t->spots, n, done, t);
}

static void look_again(struct call *t)
{
    ob__survey_release(&t->survey);
    start_survey(t, on_looked_again);
}

/* On the edit's thread.  Once it was given up it changes nothing. */
static void edit(void *data)
{
    struct edit *w = data;
    int looking = LOOKING;
    const char *file = ob_shelf_list_file(w->list);
    w->err = file ? ob__list_own_folder(file, &w->e) : 0;
    if (w->err) { /* what it holds may be another user's */
        ob_shelf_list_set_unread(w->list, &w->e);
        return;
    }
    ob_shelf_list_read(w->list);
    for (size_t i = 0; i < w->n_hung; i++)
        ob_shelf_list_pass_over(w->list, w->hung[i]);
    w->err = w->adds ? ob_shelf_list_find_new(&w->path, w->list, w->folder, &w->e)
                     : ob_shelf_list_find(&w->path, w->list, w->folder, &w->e);
    if (w->err || !atomic_compare_exchange_strong(&w->state, &looking, SAVING))
        return;
    w->err = w->adds ? ob_shelf_list_put(w->list, w->path, &w->e)
                     : ob_shelf_list_drop(w->list, w->path, &w->e);
}

static void on_edit_late(void *data)
{
    struct edit *w = data;
    struct ob_error e = OB_ERROR_INIT;
    int looking = LOOKING;
    bool saves = !atomic_compare_exchange_strong(&w->state, &looking, GIVEN_UP);
    if (!w->call)
        return;
    if (saves)
        (void)ob_error_set(
            &e, OB_EBUSY,
            "%s does not answer: see whether the disk it lies on is still reachable, "
            "and then whether the change was made",
            ob_shelf_list_file(w->list));
    else
        (void)ob_error_set(&e, OB_EBUSY,
                           "%s does not answer: see whether what is mounted there is still "
                           "reachable, then try again",
                           w->folder);
    w->call->edit = NULL;
    fail(w->call, &e);
    w->call = NULL;
}

static void on_edited(void *data)
{
    struct edit *w = data;
    struct ob_server *s = w->server;
    struct call *t = w->call;
    (void)ob__list_take(s, w->list); /* who was not told is told below */
    if (t) {
        t->edit = NULL;
        if (w->err) {
            fail(t, &w->e);
        } else {
            t->path = ob_arena_strdup(&t->arena, w->path);
            t->real = real_of(t, t->path);
            look_again(t);
        }
    } else {
        ob__list_tell(s);
    }
    edit_free(w);
    ob__server_handle_gone(s);
}

static struct edit *edit_new(struct call *t, struct ob_server *s)
{
    struct edit *w = ob_alloc(sizeof *w);
    *w = (struct edit){.server = s, .call = t, .adds = t->add != NULL};
    w->folder = ob_strdup(t->add ? t->add : t->remove);
    w->list = ob_shelf_list_blank(ob_shelf_list_file(s->added));
    for (size_t i = 0; i < t->survey.n; i++)
        if (t->spots[i].hung)
            w->hung[w->n_hung++] = ob_strdup(t->spots[i].path);
    return w;
}

static void start_edit(struct call *t)
{
    struct ob_server *s = t->request->session->server;
    struct edit *w = t->edit = edit_new(t, s);
    if (ob_probe_start(s->loop, OB__LATE_MS, edit, on_edit_late, on_edited, w) == 0) {
        s->open_handles++;
        return;
    }
    (void)ob_error_set(&w->e, OB_EFAIL, "shelf: the system gives no more threads");
    fail(t, &w->e);
    edit_free(w);
}

static void on_looked(void *data)
{
    struct call *t = data;
    if (t->add || t->remove)
        start_edit(t);
    else
        on_looked_again(t);
}

static void on_listed(void *data)
{
    struct call *t = data;
    struct ob_server *s = t->request->session->server;
    struct ob_error e = OB_ERROR_INIT;
    if (s->list_hangs && (t->add || t->remove)) {
        (void)ob_error_set(&e, OB_EBUSY, "%s; the shelves stay as they are",
                           ob_shelf_list_problem(s->added, 0));
        fail(t, &e);
        return;
    }
    start_survey(t, on_looked);
}

void ob__method_shelf(struct ob__request *r, struct ob__args *a)
{
    struct ob_server *s = r->session->server;
    struct call *t = ob_alloc(sizeof *t);
    t->request = r;
    t->path = "";
    t->add = ob__args_path(a, "add", &t->arena);
    t->remove = ob__args_path(a, "remove", &t->arena);
    if (!a->err && t->add && t->remove)
        a->err = ob_error_set(a->e, OB_EINVAL, "shelf: add one or remove one, not both at once");
    if (a->err) {
        ob__reply_bad_args(r, a);
        call_free(t);
        return;
    }
    ob__session_hold(r->session, abandon, t);
    ob__list_when_read(s, &t->list, on_listed, t);
}
