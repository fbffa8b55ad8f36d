/* search: waits for the shelves, runs the search on a worker, packs the hits.
 *
 * What is shown is looked at on the disk, and a disk may hang (a network that is gone): after OB__LATE_MS the
 * client gets an error, the worker is left to wait, and of one project no more than OB_RPC_MAX_LATE wait. */
#include <string.h>

#include "openbook/base/list.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/text/utf8.h"

#include "inside.h"

enum {
    DEFAULT_LIMIT = 10,
    DEFAULT_WAIT_MS = 3000,
    AFTER_LIST_BYTES = 16 * 1024 /* for what follows the results in the message */
};

struct ob__find {
    struct ob__request *request;  /* NULL once it was answered for */
    struct ob__find *prev, *next; /* among the late ones */
    struct ob_server *server;
    uv_timer_t late;
    struct ob_arena arena; /* question and context */
    struct ob_text *text;  /* a reference: the context's; NULL: it has none */
    struct ob_search_request query;
    struct ob_shelf *held[OB_RPC_MAX_SHELVES];    /* a reference each, from when it was asked */
    enum ob_shelf_kind kinds[OB_RPC_MAX_SHELVES]; /* to the client, then as well */
    struct ob_search_shelf views[OB_RPC_MAX_SHELVES];
    size_t n;
    size_t behind; /* files and unsaved texts not taken in when it ran */
    size_t files;  /* those that it looked into */
    bool indexing;
    bool pausing; /* files are not read meanwhile */
};

static void on_timer_closed(uv_handle_t *timer)
{
    struct ob__find *f = timer->data;
    struct ob_server *s = f->server;
    ob_arena_release(&f->arena);
    ob_free(f);
    ob__server_handle_gone(s);
}

static void find_free(struct ob__find *f)
{
    for (size_t i = 0; i < f->n; i++) {
        ob_snapshot_let_go(f->views[i].snapshot, f->server->loop);
        if (f->views[i].reader)
            ob_shelf_reader_free(f->views[i].reader);
        ob_shelf_unref(f->held[i]);
    }
    ob__update_let_go(f->server, f->text);
    uv_close((uv_handle_t *)&f->late, on_timer_closed);
}

/* A burst of changes waits for the few milliseconds of a search. */
static void pause_reading(struct ob__find *f)
{
    ob_shelf_pause(f->held[0]);
    f->pausing = true;
}

static void resume_reading(struct ob__find *f)
{
    if (f->pausing)
        ob_shelf_resume(f->held[0]);
    f->pausing = false;
}

/* ------------------------------------------------------------ disks that hang */
static void set_hung(struct ob_error *e, const struct ob__find *f)
{
    (void)ob_error_set(e, OB_EBUSY,
                       "the disk does not answer: what is shown from %s is looked at first; see "
                       "whether all that is mounted there is still reachable",
                       ob_shelf_root(f->held[0]));
}

static size_t late_searches(const struct ob_server *s, const struct ob_shelf *project)
{
    size_t n = 0;
    for (const struct ob__find *f = s->late; f; f = f->next)
        n += f->held[0] == project;
    return n;
}

static void on_late(uv_timer_t *timer)
{
    struct ob__find *f = timer->data;
    struct ob_error e = OB_ERROR_INIT;
    set_hung(&e, f);
    resume_reading(f);
    ob__reply_fail(f->request, &e);
    f->request = NULL;
    OB_LIST_PUSH(f->server->late, f);
}

/* ------------------------------------------------------------ the answer */
static void pack_features(struct ob__pack *p, const struct ob_hit *h)
{
    ob__pack_key(p, "features");
    ob__pack_map(p, (uint32_t)h->n_features);
    for (size_t i = 0; i < h->n_features; i++)
        ob__pack_key_double(p, h->features[i].name, h->features[i].part);
    ob__pack_key(p, "values");
    ob__pack_map(p, (uint32_t)h->n_features);
    for (size_t i = 0; i < h->n_features; i++)
        ob__pack_key_double(p, h->features[i].name, h->features[i].value);
}

static void pack_hit(struct ob__pack *p, const struct ob_hit *h, const char *root, bool explain)
{
    char *file = ob_path_join(root, h->path);
    bool plain = ob_utf8_valid(file, strlen(file));
    ob__pack_map(p, 11U + !plain + (explain ? 2U : 0U));
    ob__pack_key_str(p, "root", root);
    ob__pack_key_str(p, "path", h->path);
    ob__pack_key_str(p, "file", file);
    if (!plain) {
        ob__pack_key(p, "file_bytes");
        ob__pack_bin(p, file, strlen(file));
    }
    ob__pack_key_uint(p, "start_line", h->first_line);
    ob__pack_key_uint(p, "end_line", h->last_line);
    ob__pack_key_double(p, "score", h->score);
    ob__pack_key_str(p, "kind", ob_kind_name(h->kind));
    ob__pack_key_str(p, "symbol", h->symbol);
    ob__pack_key_str(p, "snippet", h->snippet);
    ob__pack_key_uint(p, "line", h->snippet_line);
    ob__pack_key_uint(p, "column", h->snippet_column);
    if (explain)
        pack_features(p, h);
    ob_free(file);
}

/* Notes that lie inside the project stand on two shelves: the better hit is shown once. */
static bool shown_before(const struct ob__find *f, const struct ob_hits *hits, size_t at)
{
    const struct ob_hit *h = &hits->items[at];
    bool same = false;
    char *file = ob_path_join(f->views[h->shelf].root, h->path);
    for (size_t i = 0; i < at && !same; i++) {
        const struct ob_hit *o = &hits->items[i];
        if (o->shelf == h->shelf || o->first_line > h->last_line || o->last_line < h->first_line)
            continue;
        char *other = ob_path_join(f->views[o->shelf].root, o->path);
        same = strcmp(file, other) == 0;
        ob_free(other);
    }
    ob_free(file);
    return same;
}

static void pack_answer(struct ob__pack *p, const struct ob__find *f, const struct ob_hits *hits)
{
    struct ob__list list;
    ob__pack_map(p, 8);
    ob__pack_key(p, "results");
    ob__list_begin(&list, p, AFTER_LIST_BYTES);
    for (size_t i = 0; i < hits->len; i++) {
        if (f->n > 1 && shown_before(f, hits, i))
            continue;
        pack_hit(&list.items, &hits->items[i], f->views[hits->items[i].shelf].root,
                 f->query.explain);
        if (!ob__list_next(&list))
            break;
    }
    bool cut = ob__list_end(&list);
    ob__pack_key_bool(p, "truncated", cut);
    ob__pack_key_uint(p, "took_us", hits->took_us > 0 ? (uint64_t)hits->took_us : 0);
    ob__pack_key_double(p, "coverage", hits->coverage_01);
    ob__pack_key_str(p, "nearest", hits->nearest);
    ob__pack_key_uint(p, "files", f->files);
    ob__pack_key_uint(p, "behind", f->behind);
    ob__pack_key_bool(p, "indexing", f->indexing);
}

static void on_hits(int status, struct ob_hits *hits, const struct ob_error *e, void *data)
{
    struct ob__find *f = data;
    resume_reading(f);
    if (!f->request) {
        OB_LIST_REMOVE(f->server->late, f);
    } else if (status) {
        ob__reply_fail(f->request, e);
    } else {
        struct ob__pack p;
        ob__reply_begin(f->request, &p);
        pack_answer(&p, f, hits);
        ob__reply_send(f->request, &p);
    }
    ob_hits_release(hits);
    find_free(f);
}

/* ------------------------------------------------------------ the question */
static void on_fresh(int status, void *data)
{
    struct ob__find *f = data;
    struct ob__session *c = f->request->session;
    struct ob_error e = OB_ERROR_INIT;
    f->behind = c->n_drafts;
    for (size_t i = 0; i < f->n && !status; i++) {
        struct ob_shelf_status s;
        ob_shelf_status(&s, f->held[i]);
        f->files += s.index.files;
        f->behind += s.queued + ob_shelf_unsaved_is_behind(f->held[i], c->id);
        f->indexing |= s.indexing;
        f->views[i] = (struct ob_search_shelf){ob_shelf_snapshot(f->held[i], c->id),
                                               ob_shelf_reader_new(f->held[i], c->id),
                                               ob_shelf_root(f->held[i]), f->kinds[i]};
    }
    if (status)
        (void)ob_error_set(&e, status, "the client left");
    else if ((status = ob_search_start(c->server->loop, &f->query, on_hits, f)) != 0)
        (void)ob_error_set(&e, status, "the search could not be started: try again");
    if (!status) {
        pause_reading(f);
        (void)uv_timer_start(&f->late, on_late, OB__LATE_MS, 0);
        return;
    }
    ob__reply_fail(f->request, &e);
    find_free(f);
}

static void read_open(struct ob_search_context *out, struct ob__session *c, struct ob__args *a,
                      struct ob_arena *arena)
{
    const char *const *paths = NULL;
    size_t n = ob__args_paths(a, "open", OB_OPEN_FILES_MAX, arena, &paths);
    struct ob_open_file *open = ob_arena_alloc(arena, n * sizeof *open);
    for (size_t i = 0; i < n; i++)
        if (ob__session_shelf_of(c, paths[i], arena, &open[out->n_open].path,
                                 &open[out->n_open].shelf))
            out->n_open++;
    out->open = open;
}

void ob__read_context(struct ob_search_context *out, struct ob_text **held, struct ob__session *c,
                      struct ob__args *a, struct ob_arena *arena)
{
    struct ob__args context = ob__args_map(a, "context");
    const char *relative = NULL, *text;
    memset(out, 0, sizeof *out);
    const char *path = ob__args_path(&context, "path", arena);
    if (path && ob__session_shelf_of(c, path, arena, &relative, &out->shelf))
        out->path = relative;
    if (ob__args_str(&context, "text", &text, &out->text_len)) {
        *held = ob__channel_text(&c->channel, text, out->text_len);
        out->text = (*held)->data;
    } else if (path) {
        struct ob_text *unsaved = ob_unsaved_get(c->server->unsaved, c->id, path);
        if (unsaved) { /* it may be long: not copied */
            *held = ob_text_ref(unsaved);
            out->text = unsaved->data;
            out->text_len = unsaved->len;
        }
    }
    out->first_line = (uint32_t)ob__args_uint(&context, "first_line", 0, UINT32_MAX);
    out->last_line = (uint32_t)ob__args_uint(&context, "last_line", 0, UINT32_MAX);
    read_open(out, c, &context, arena);
    a->err = context.err;
}

static void read_query(struct ob__find *f, struct ob__args *a)
{
    static const char *const kinds[] = {"all", "code", "note"};
    static const char *const bys[] = {"auto", "file", "passage"};
    struct ob_search_request *q = &f->query;
    const char *text;
    if (ob__args_str(a, "query", &text, &q->question_len)) {
        if (q->question_len > OB_QUESTION_MAX)
            q->question_len = OB_QUESTION_MAX;
        q->question = ob_arena_strndup(&f->arena, text, q->question_len);
    } else {
        q->question = "";
    }
    q->limit = (size_t)ob__args_uint(a, "limit", DEFAULT_LIMIT, OB_SEARCH_LIMIT_MAX);
    q->kind = (enum ob_search_kind)ob__args_choice(a, "kind", kinds, 3, OB_SEARCH_ALL);
    q->by = (enum ob_search_by)ob__args_choice(a, "by", bys, 3, OB_BY_AUTO);
    q->explain = ob__args_bool(a, "explain", false);
    ob__read_context(&q->context, &f->text, f->request->session, a, &f->arena);
    if (!q->context.text && !q->context.path)
        ob__args_require(a, "query");
    if (!a->err && q->limit == 0)
        a->err = ob_error_set(a->e, OB_EINVAL, "search: limit must be a number from 1 to %d",
                              OB_SEARCH_LIMIT_MAX);
}

void ob__method_search(struct ob__request *r, struct ob__args *a)
{
    struct ob__session *c = r->session;
    struct ob__find *f = ob_alloc(sizeof *f);
    f->request = r;
    f->server = c->server;
    (void)uv_timer_init(c->server->loop, &f->late); /* cannot fail */
    f->late.data = f;
    f->server->open_handles++;
    read_query(f, a);
    unsigned wait_ms = (unsigned)ob__args_uint(a, "wait_ms", DEFAULT_WAIT_MS, OB_RPC_MAX_WAIT_MS);
    if (!a->err && c->n_shelves == 0)
        a->err = ob_error_set(a->e, OB_EINVAL, "search: attach a project or notes first");
    if (a->err) {
        ob__reply_bad_args(r, a);
        find_free(f);
        return;
    }
    for (; f->n < c->n_shelves; f->n++) {
        f->held[f->n] = ob_shelf_ref(c->shelves[f->n]);
        f->kinds[f->n] = c->kinds[f->n];
    }
    if (late_searches(c->server, f->held[0]) >= OB_RPC_MAX_LATE) {
        struct ob_error e = OB_ERROR_INIT;
        set_hung(&e, f);
        ob__reply_fail(r, &e);
        find_free(f);
        return;
    }
    f->query.shelves = f->views;
    f->query.n_shelves = f->n;
    ob__fresh_wait(c, f->held, f->n, wait_ms, on_fresh, f);
}
