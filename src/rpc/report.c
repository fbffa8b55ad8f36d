/* status, files, why, index and the event `progress`: what the shelves are and do. */
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "openbook/base/clock.h"
#include "openbook/base/mem.h"
#include "openbook/base/probe.h"
#include "openbook/base/task.h"

#include "inside.h"

enum {
    MAX_GRANTS_SHOWN = 200,
    MAX_WHY_BYTES = 8192, /* of the sentence, which quotes a rule and two paths */
    MAX_LEFT_OUT_BYTES = 4096,
    AFTER_LIST_BYTES = 4096 /* for what follows a list in its message: little */
};

struct report {
    struct ob__request *request;
    struct ob_shelf *held[OB_RPC_MAX_SHELVES];
    enum ob_shelf_kind kinds[OB_RPC_MAX_SHELVES];
    size_t n;
};

/* ------------------------------------------------------------ status */
static void pack_skipped(struct ob__pack *p, const struct ob_shelf_status *s)
{
    uint32_t n = 0;
    for (int i = OB_SKIP_NONE + 1; i < OB_SKIP_N; i++)
        n += s->skipped[i] > 0;
    ob__pack_key(p, "skipped");
    ob__pack_map(p, n);
    for (int i = OB_SKIP_NONE + 1; i < OB_SKIP_N; i++)
        if (s->skipped[i])
            ob__pack_key_uint(p, ob_skip_name((enum ob_skip)i), s->skipped[i]);
}

/* "3 by rules of ignore files; 1 too large"; "" when nothing is left out. */
static void pack_left_out(struct ob__pack *p, const struct ob_shelf_status *s)
{
    struct ob_buf text;
    ob_buf_init(&text, MAX_LEFT_OUT_BYTES);
    for (int i = OB_SKIP_NONE + 1; i < OB_SKIP_N; i++)
        if (s->skipped[i]) /* all reasons fit */
            (void)ob_buf_appendf(&text, "%s%llu %s", text.len ? "; " : "",
                                 (unsigned long long)s->skipped[i], ob_skip_words((enum ob_skip)i));
    ob__pack_key_str(p, "left_out", ob_buf_str(&text));
    ob_buf_release(&text);
}

static uint64_t unsigned_of(int64_t us)
{
    return us > 0 ? (uint64_t)us : 0;
}

static uint64_t ms_of(int64_t us)
{
    return unsigned_of(us) / 1000;
}

static void pack_shelf(struct ob__pack *p, struct ob_shelf *shelf, enum ob_shelf_kind kind)
{
    struct ob_shelf_status s;
    ob_shelf_status(&s, shelf);
    ob__pack_map(p, 21);
    ob__pack_key(p, "root");
    ob__pack_path(p, s.root);
    ob__pack_key_str(p, "kind", kind == OB_SHELF_NOTES ? "notes" : "project");
    ob__pack_key_uint(p, "files", s.index.files);
    ob__pack_key_uint(p, "passages", s.index.passages);
    ob__pack_key_uint(p, "terms", s.index.terms);
    ob__pack_key_uint(p, "postings", s.index.postings);
    ob__pack_key_uint(p, "definitions", s.index.definitions);
    ob__pack_key_uint(p, "text_bytes", s.index.text_bytes);
    ob__pack_key_uint(p, "index_bytes", s.index.index_bytes);
    pack_skipped(p, &s);
    pack_left_out(p, &s);
    ob__pack_key_bool(p, "indexing", s.indexing);
    ob__pack_key_uint(p, "done", s.files_done);
    ob__pack_key_uint(p, "total", s.files_total);
    ob__pack_key_uint(p, "queued", s.queued);
    ob__pack_key_uint(p, "watched_dirs", s.watched_dirs);
    ob__pack_key_uint(p, "unwatched_dirs", s.unwatched_dirs);
    ob__pack_key_str(p, "unwatched", s.unwatched);
    ob__pack_key_uint(p, "cpu_ms", ms_of(s.cpu_us));
    ob__pack_key_uint(p, "wall_ms", ms_of(s.wall_us));
    ob__pack_key_str(p, "error", s.error);
}

static void pack_grants(struct ob__pack *p, const struct ob_grants *grants)
{
    struct ob__list list;
    size_t pos = 0;
    const char *project, *origin, *date;
    ob__pack_key(p, "grants");
    ob__list_begin(&list, p, AFTER_LIST_BYTES);
    while (list.len < MAX_GRANTS_SHOWN && ob_grants_next(grants, &pos, &project, &origin, &date)) {
        ob__pack_map(&list.items, 3);
        ob__pack_key_str(&list.items, "project", project);
        ob__pack_key_str(&list.items, "origin", origin);
        ob__pack_key_str(&list.items, "date", date);
        if (!ob__list_next(&list))
            break;
    }
    (void)ob__list_end(&list); /* the first ones are shown */
}

static void pack_memory(struct ob__pack *p)
{
    size_t rss = 0;
    struct rusage usage;
    memset(&usage, 0, sizeof usage);
    (void)uv_resident_set_memory(&rss); /* 0 stands for unknown */
    (void)getrusage(RUSAGE_SELF, &usage);
    ob__pack_key_uint(p, "rss_kb", rss / 1024);
    ob__pack_key_uint(p, "peak_rss_kb", (uint64_t)usage.ru_maxrss);
}

static void report_free(struct report *t)
{
    for (size_t i = 0; i < t->n; i++)
        ob_shelf_unref(t->held[i]);
    ob_free(t);
}

static void send_status(struct report *t)
{
    struct ob__session *c = t->request->session;
    struct ob_server *s = c->server;
    struct ob__pack p;
    ob__reply_begin(t->request, &p);
    ob__pack_map(&p, 11U + c->has_model);
    ob__pack_key_str(&p, "version", OB_VERSION);
    ob__pack_key_uint(&p, "pid", (uint64_t)getpid());
    ob__pack_key_uint(&p, "uptime_s", ms_of(ob_clock_us() - s->started_us) / 1000);
    pack_memory(&p);
    ob__pack_key_uint(&p, "longest_turn_us", unsigned_of(s->turns.longest_us));
    ob__pack_key_uint(&p, "longest_turn_cpu_us", unsigned_of(s->turns.longest_cpu_us));
    ob__pack_key_uint(&p, "clients", s->n_sessions);
    ob__pack_key(&p, "socket");
    ob__pack_path(&p, s->socket_path ? s->socket_path : "");
    if (c->has_model) {
        ob__pack_key(&p, "model");
        ob__pack_map(&p, 2);
        ob__pack_key_str(&p, "url", c->model.url);
        ob__pack_key_str(&p, "model", c->model.model);
    }
    ob__pack_key(&p, "shelves");
    ob__pack_array(&p, (uint32_t)t->n);
    for (size_t i = 0; i < t->n; i++)
        pack_shelf(&p, t->held[i], t->kinds[i]);
    pack_grants(&p, s->grants);
    ob__reply_send(t->request, &p);
}

static void on_fresh(int status, void *data)
{
    struct report *t = data;
    if (status) {
        struct ob_error e = OB_ERROR_INIT;
        (void)ob_error_set(&e, status, "the client left");
        ob__reply_fail(t->request, &e);
    } else {
        send_status(t);
    }
    report_free(t);
}

static void wait_and_report(struct ob__request *r, struct ob__args *a, bool rescan)
{
    struct ob__session *c = r->session;
    unsigned wait_ms = (unsigned)ob__args_uint(a, "wait_ms", 0, OB_RPC_MAX_WAIT_MS);
    if (a->err) {
        ob__reply_bad_args(r, a);
        return;
    }
    struct report *t = ob_alloc(sizeof *t);
    t->request = r;
    for (; t->n < c->n_shelves; t->n++) {
        t->held[t->n] = ob_shelf_ref(c->shelves[t->n]);
        t->kinds[t->n] = c->kinds[t->n];
        if (rescan)
            ob_shelf_rescan(t->held[t->n]);
    }
    ob__fresh_wait(c, t->held, t->n, wait_ms, on_fresh, t);
}

void ob__method_status(struct ob__request *r, struct ob__args *a)
{
    wait_and_report(r, a, false);
}

void ob__method_index(struct ob__request *r, struct ob__args *a)
{
    wait_and_report(r, a, true);
}

/* ------------------------------------------------------------ files */
/* A worker's: putting all paths in order takes long in a large project. */
struct page {
    struct ob__request *request;
    struct ob_snapshot *snapshot; /* a reference */
    struct ob_arena arena;        /* all paths */
    const char *after;            /* the last path of the page before; "" for the first */
    const char **paths;           /* owned */
    size_t n, cap, bytes;
};

static void page_free(struct page *g)
{
    ob_snapshot_unref(g->snapshot);
    ob_arena_release(&g->arena);
    ob_free(g->paths);
    ob_free(g);
}

/* No more than may fit into a message. */
static void take_path(const char *path, void *data)
{
    struct page *g = data;
    if (g->bytes > OB_RPC_MAX_OUT_BYTES || (g->after[0] && strcmp(path, g->after) <= 0))
        return;
    OB_GROW(g->paths, g->n, g->cap);
    g->paths[g->n++] = ob_arena_strdup(&g->arena, path);
    g->bytes += strlen(path);
}

static void list_paths(void *data)
{
    struct page *g = data;
    ob_snapshot_paths(g->snapshot, take_path, g);
    ob_snapshot_unref(g->snapshot); /* here, as it may be the last to hold much */
    g->snapshot = NULL;
}

static void pack_paths(struct ob__pack *p, const struct page *g)
{
    struct ob__list list;
    bool full = false;
    ob__pack_map(p, 2);
    ob__pack_key(p, "paths");
    ob__list_begin(&list, p, AFTER_LIST_BYTES);
    for (size_t i = 0; i < g->n && !full; i++) {
        ob__pack_path(&list.items, g->paths[i]);
        full = !ob__list_next(&list);
    }
    bool cut = ob__list_end(&list);
    ob__pack_key_bool(p, "truncated", cut);
}

static void on_listed(int status, void *data)
{
    struct page *g = data;
    struct ob__pack p;
    (void)status; /* it is not canceled */
    ob__reply_begin(g->request, &p);
    pack_paths(&p, g);
    ob__reply_send(g->request, &p);
    page_free(g);
}

static int start_page(struct ob__request *r, struct ob_shelf *shelf, const char *after,
                      struct ob_error *e)
{
    struct page *g = ob_alloc(sizeof *g);
    g->request = r;
    g->after = ob_arena_strdup(&g->arena, after ? after : "");
    g->snapshot = ob_shelf_snapshot(shelf, r->session->id);
    if (ob_task_start(NULL, r->session->server->loop, list_paths, on_listed, g) == 0)
        return 0;
    page_free(g);
    return ob_error_set(e, OB_EFAIL, "files: no worker could be started: try again");
}

static struct ob_shelf *shelf_at(struct ob__session *c, const char *root)
{
    for (size_t i = 0; i < c->n_shelves; i++)
        if (!root || strcmp(ob_shelf_root(c->shelves[i]), root) == 0)
            return c->shelves[i];
    return NULL;
}

void ob__method_files(struct ob__request *r, struct ob__args *a)
{
    struct ob_arena arena = OB_ARENA_INIT;
    const char *root = ob__args_path(a, "root", &arena);
    const char *after = ob__args_word(a, "after", &arena);
    struct ob_shelf *shelf = a->err ? NULL : shelf_at(r->session, root);
    if (!a->err && !shelf)
        a->err = ob_error_set(a->e, OB_ENOTFOUND, "files: %s is no root of this client",
                              root ? root : "nothing");
    if (!a->err)
        a->err = start_page(r, shelf, after, a->e);
    if (a->err)
        ob__reply_bad_args(r, a);
    ob_arena_release(&arena);
}

/* ------------------------------------------------------------ why */
/* A thread's: the rules lie in files, whose disk may hang. */
struct why {
    struct ob__request *request; /* NULL: it was answered */
    struct ob_server *server;
    struct ob_shelf *shelf; /* a reference */
    bool late;
    bool indexed;
    char *path; /* owned: below the shelf's root */
    struct ob_buf text;
    int err;
};

static void reply_why(struct ob__request *r, bool indexed, const char *text, size_t len)
{
    struct ob__pack p;
    ob__reply_begin(r, &p);
    ob__pack_map(&p, 2);
    ob__pack_key_bool(&p, "indexed", indexed);
    ob__pack_key(&p, "text");
    ob__pack_str(&p, text, len);
    ob__reply_send(r, &p);
}

static void tell_why(void *data)
{
    struct why *w = data;
    w->err = ob_shelf_why(&w->text, w->shelf, w->path);
}

static void on_why_late(void *data)
{
    struct why *w = data;
    struct ob_error e = OB_ERROR_INIT;
    (void)ob_error_set(&e, OB_EBUSY,
                       "the disk of %s does not answer: see whether all that is mounted there is "
                       "still reachable",
                       ob_shelf_root(w->shelf));
    ob__reply_fail(w->request, &e);
    w->request = NULL;
    w->late = true;
    w->server->n_late_looks++;
}

static void on_why(void *data)
{
    struct why *w = data;
    struct ob_server *s = w->server;
    struct ob_error e = OB_ERROR_INIT;
    if (w->request && w->err) {
        (void)ob_error_set(&e, OB_EFAIL, "why: the rules of %s cannot be told", w->path);
        ob__reply_fail(w->request, &e);
    } else if (w->request) {
        reply_why(w->request, w->indexed, ob_buf_str(&w->text), w->text.len);
    }
    s->n_late_looks -= w->late;
    ob_shelf_unref(w->shelf);
    ob_buf_release(&w->text);
    ob_free(w->path);
    ob_free(w);
    ob__server_handle_gone(s);
}

/* Whether the text of PATH is searched, perhaps one that CLIENT has not saved yet. */
static bool is_indexed(struct ob_shelf *shelf, uint64_t client, const char *path, uv_loop_t *loop)
{
    struct ob_snapshot *snapshot = ob_shelf_snapshot(shelf, client);
    bool indexed = ob_snapshot_doc(snapshot, path) != NULL;
    ob_snapshot_let_go(snapshot, loop);
    return indexed;
}

static int start_why(struct ob__request *r, struct ob_shelf *shelf, const char *path,
                     struct ob_error *e)
{
    struct ob_server *s = r->session->server;
    if (!ob__looks_may_ask(s, ob_shelf_root(shelf)))
        return ob_error_set(e, OB_EBUSY, "why: the disk of %s does not answer",
                            ob_shelf_root(shelf));
    struct why *w = ob_alloc(sizeof *w);
    *w = (struct why){.request = r, .server = s, .path = ob_strdup(path)};
    w->shelf = ob_shelf_ref(shelf);
    w->indexed = is_indexed(shelf, r->session->id, path, s->loop);
    ob_buf_init(&w->text, MAX_WHY_BYTES);
    if (ob_probe_start(s->loop, OB__LATE_MS, tell_why, on_why_late, on_why, w) != 0) {
        ob_shelf_unref(w->shelf);
        ob_free(w->path);
        ob_free(w);
        return ob_error_set(e, OB_EFAIL, "why: the system gives no more threads");
    }
    s->open_handles++;
    return 0;
}

void ob__method_why(struct ob__request *r, struct ob__args *a)
{
    struct ob_arena arena = OB_ARENA_INIT;
    const char *relative;
    size_t position;
    ob__args_require(a, "path");
    const char *path = ob__args_path(a, "path", &arena);
    struct ob_shelf *shelf =
        a->err ? NULL : ob__session_shelf_of(r->session, path, &arena, &relative, &position);
    if (shelf)
        a->err = start_why(r, shelf, relative, a->e);
    if (a->err) {
        ob__reply_bad_args(r, a);
    } else if (!shelf) {
        const char *outside = ob_arena_printf(&arena, "%s lies outside every indexed root", path);
        reply_why(r, false, outside, strlen(outside));
    }
    ob_arena_release(&arena);
}

/* ------------------------------------------------------------ progress */
static bool holds(const struct ob__session *c, const struct ob_shelf *shelf)
{
    for (size_t i = 0; i < c->n_shelves; i++)
        if (c->shelves[i] == shelf)
            return true;
    return false;
}

void ob__report_progress(struct ob_shelf *shelf, void *server)
{
    struct ob_server *s = server;
    struct ob_shelf_status t;
    ob_shelf_status(&t, shelf);
    for (struct ob__session *c = s->sessions; c; c = c->next) {
        if (c->dead || !c->attached || !holds(c, shelf) || ob__channel_is_slow(&c->channel))
            continue;
        struct ob__pack p;
        ob__event_begin(c, &p, "progress");
        ob__pack_map(&p, 5);
        ob__pack_key(&p, "root");
        ob__pack_path(&p, t.root);
        ob__pack_key_bool(&p, "indexing", t.indexing);
        ob__pack_key_uint(&p, "done", t.files_done);
        ob__pack_key_uint(&p, "total", t.files_total);
        ob__pack_key_uint(&p, "queued", t.queued);
        (void)ob__event_send(c, &p); /* the next one tells the same */
    }
}
