/* Everything asynchronous comes back into on_fresh, on_search or on_read.  `pending` counts what will
 * still come in this state, and the last to come goes on or, when the status is settled, ends it: so a
 * cancel waits for the workers, who read what the request points to. */
#include "evidence.h"

#include <assert.h>
#include <string.h>

#include "openbook/base/log.h"
#include "openbook/base/mem.h"
#include "openbook/base/task.h"
#include "openbook/index/snapshot.h"

enum {
    ROUNDS = 2,
    GROUP_HITS = 24 /* passages wanted of code, and of notes */
};

static void start_fresh(struct ob__evidence *e);

static void set_state(struct ob__evidence *e, enum ob__evidence_state state)
{
    static const char *const names[] = {"idle", "fresh", "search", "read"};
    ob_log(OB_LOG_DEBUG, "answer", "evidence: %s, then %s", names[e->state], names[state]);
    e->state = state;
}

/* ------------------------------------------------------------ the end */
/* Settles how it ends; the first call counts. */
static void settle(struct ob__evidence *e, int status, const struct ob_error *cause)
{
    if (e->status)
        return;
    e->status = status;
    if (cause)
        e->error = *cause;
    else
        (void)ob_error_set(&e->error, status, "the files could not be searched (%s)",
                           ob_err_name(status));
}

static void finish(struct ob__evidence *e)
{
    int status = e->status;
    struct ob_error error = e->error;
    set_state(e, OB__EVIDENCE_IDLE);
    e->events.done(status, status ? &error : NULL, e->data); /* E may be gone now */
}

/* Every callback begins with this: false while others are to come, and when it is over. */
static bool all_arrived(struct ob__evidence *e)
{
    if (--e->pending > 0)
        return false;
    if (e->status == 0)
        return true;
    finish(e);
    return false;
}

static void round_release(struct ob__evidence *e)
{
    for (int i = 0; i < 2; i++)
        ob_hits_release(&e->searches[i].hits);
    ob__gather_release(&e->gather);
    for (size_t i = 0; e->views && i < e->request.n_shelves; i++) {
        ob_snapshot_let_go(e->views[i].snapshot, e->loop);
        ob_shelf_reader_free(e->views[i].reader);
    }
    ob_free(e->views);
    e->views = NULL;
}

/* ------------------------------------------------------------ reading */
static void read_work(void *data)
{
    struct ob__evidence *e = data;
    ob__gather_run(&e->gather);
}

static void report_stale(struct ob__evidence *e)
{
    for (size_t i = 0; i < e->gather.n_pages; i++)
        for (size_t j = 0; j < e->request.n_shelves; j++)
            if (e->gather.pages[i].root == e->views[j].root)
                ob_shelf_report_stale(e->shelves[j], e->gather.pages[i].path);
}

static void on_read(int status, void *data)
{
    struct ob__evidence *e = data;
    if (status)
        settle(e, status, NULL);
    if (!all_arrived(e))
        return;
    if (e->gather.changed && e->rounds_left > 0) {
        report_stale(e);
        start_fresh(e);
    } else {
        finish(e);
    }
}

static int start_read(struct ob__evidence *e)
{
    ob__gather_release(&e->gather);
    e->gather.shelves = e->views;
    e->gather.context = &e->request.context;
    for (int i = 0; i < 2; i++)
        e->gather.groups[i] = &e->searches[i].hits;
    int err = ob_task_start(NULL, e->loop, read_work, on_read, e);
    if (err)
        return err;
    set_state(e, OB__EVIDENCE_READ);
    e->pending++;
    return 0;
}

/* ------------------------------------------------------------ searching */
static void on_search(int status, struct ob_hits *hits, const struct ob_error *cause, void *data)
{
    struct ob__evidence_search *s = data;
    struct ob__evidence *e = s->evidence;
    if (hits) {
        s->hits = *hits;
        *hits = (struct ob_hits){0};
    }
    if (status)
        settle(e, status, cause);
    if (!all_arrived(e))
        return;
    double code_01 = e->searches[0].hits.coverage_01, notes_01 = e->searches[1].hits.coverage_01;
    e->coverage_01 = code_01 > notes_01 ? code_01 : notes_01;
    int err = start_read(e);
    if (err) {
        settle(e, err, NULL);
        finish(e);
    }
}

static void take_views(struct ob__evidence *e)
{
    size_t n = e->request.n_shelves;
    e->views = ob_alloc((n + 1) * sizeof *e->views);
    for (size_t i = 0; i < n; i++)
        e->views[i] = (struct ob_search_shelf){
            .snapshot = ob_shelf_snapshot(e->shelves[i], e->request.client),
            .reader = ob_shelf_reader_new(e->shelves[i], e->request.client),
            .root = ob_shelf_root(e->shelves[i]),
            .kind = e->kinds[i]};
}

static int start_one_search(struct ob__evidence *e, struct ob__evidence_search *s,
                            enum ob_search_kind kind)
{
    s->evidence = e;
    s->request = (struct ob_search_request){.question = e->request.question,
                                            .question_len = e->request.question_len,
                                            .shelves = e->views,
                                            .n_shelves = e->request.n_shelves,
                                            .limit = GROUP_HITS,
                                            .kind = kind,
                                            .by = OB_BY_PASSAGE,
                                            .context = e->request.context};
    int err = ob_search_start(e->loop, &s->request, on_search, s);
    if (!err)
        e->pending++;
    return err;
}

static void start_search(struct ob__evidence *e)
{
    set_state(e, OB__EVIDENCE_SEARCH);
    if (e->events.phase)
        e->events.phase("searching", e->data); /* may cancel */
    if (!e->status) {
        take_views(e);
        int err = start_one_search(e, &e->searches[0], OB_SEARCH_CODE);
        err = err ? err : start_one_search(e, &e->searches[1], OB_SEARCH_NOTE);
        if (err)
            settle(e, err, NULL);
    }
    if (e->status && e->pending == 0)
        finish(e);
}

/* ------------------------------------------------------------ freshness */
static void on_fresh(int status, void *data)
{
    struct ob__evidence *e = data;
    e->behind |= status == OB_ETIMEOUT;
    if (all_arrived(e))
        start_search(e);
}

static void start_fresh(struct ob__evidence *e)
{
    set_state(e, OB__EVIDENCE_FRESH);
    round_release(e);
    e->rounds_left--;
    e->pending = e->request.n_shelves;
    for (size_t i = 0; i < e->request.n_shelves; i++)
        ob_shelf_when_fresh(e->shelves[i], e->request.client, e->request.fresh_ms, on_fresh, e);
}

/* ------------------------------------------------------------ the door */
void ob__evidence_init(struct ob__evidence *e, uv_loop_t *loop, struct ob_arena *arena,
                       const struct ob__evidence_request *request,
                       const struct ob__evidence_events *events, void *data)
{
    size_t n = request->n_shelves;
    e->loop = loop;
    e->request = *request;
    e->events = *events;
    e->data = data;
    e->shelves = ob_arena_alloc(arena, (n + 1) * sizeof *e->shelves);
    e->kinds = ob_arena_alloc(arena, (n + 1) * sizeof *e->kinds);
    for (size_t i = 0; i < n; i++) {
        e->shelves[i] = ob_shelf_ref(request->shelves[i]);
        e->kinds[i] = request->kinds ? request->kinds[i] : OB_SHELF_PROJECT;
    }
}

int ob__evidence_start(struct ob__evidence *e)
{
    assert(e->state == OB__EVIDENCE_IDLE);
    e->rounds_left = ROUNDS;
    e->status = 0;
    if (e->request.n_shelves == 0)
        return start_read(e); /* nothing */
    start_fresh(e);
    return 0;
}

int ob__evidence_read(struct ob__evidence *e)
{
    assert(e->state == OB__EVIDENCE_IDLE && e->status == 0);
    e->rounds_left = 0;
    return start_read(e);
}

void ob__evidence_cancel(struct ob__evidence *e)
{
    struct ob_error error = OB_ERROR_INIT;
    if (e->state == OB__EVIDENCE_IDLE)
        return;
    (void)ob_error_set(&error, OB_ECANCELED, "the question was canceled");
    settle(e, OB_ECANCELED, &error);
}

void ob__evidence_nearest(struct ob_buf *out, const struct ob__evidence *e)
{
    for (int i = 0; i < 2; i++) {
        const char *names = e->searches[i].hits.nearest;
        if (names && names[0]) /* what does not fit is not told */
            (void)ob_buf_appendf(out, "%s%s", out->len ? ", " : "", names);
    }
}

bool ob__evidence_is_void(size_t *left_out, const struct ob__evidence *e)
{
    bool all_void = e->request.n_shelves > 0;
    *left_out = 0;
    for (size_t i = 0; i < e->request.n_shelves; i++) {
        struct ob_shelf_status s;
        ob_shelf_status(&s, e->shelves[i]);
        bool searched =
            e->views && ob_snapshot_totals(e->views[i].snapshot).docs; /* unsaved text */
        all_void &= !s.index.files && !searched && !s.indexing && !s.error[0];
        for (size_t reason = OB_SKIP_NONE + 1; reason < OB_SKIP_N; reason++)
            *left_out += s.skipped[reason];
    }
    return all_void;
}

void ob__evidence_release(struct ob__evidence *e)
{
    assert(e->state == OB__EVIDENCE_IDLE);
    round_release(e);
    for (size_t i = 0; e->shelves && i < e->request.n_shelves; i++)
        ob_shelf_unref(e->shelves[i]);
    *e = (struct ob__evidence){0};
}
