/* Questions: what people type and paste, read and searched for in the small project of tests/traces.  Behind a
 * byte 1 stands the text at hand; the number of bytes says what is listed.
 *
 * What must hold: what is read of a question lies in it, in its order; every hit is a line of a file below
 * the root, none is shown twice, those that are ranked are in their order. */
#include <math.h>
#include <string.h>

#include <uv.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/retrieve/search.h"

#include "../../src/retrieve/query.h"
#include "fuzz.h"

static const char PROJECT[] = "tests/traces/shop";
enum { LIMIT = 10 };

static uv_loop_t loop; /* of this process, as is what follows */
static struct ob_search_shelf project;

static void on_fresh(int status, void *data)
{
    *(int *)data = status ? -1 : 1;
}

static void open_project(void)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    struct ob_error e = OB_ERROR_INIT;
    struct ob_shelf *shelf;
    int fresh = 0;
    o.watch = false;
    o.threads = 1;
    CHECK(uv_loop_init(&loop) == 0);
    char *root = ob_path_absolute(PROJECT);
    CHECK(ob_shelf_open(&shelf, ob_shelves_new(&loop, &o), root, &e) == 0);
    ob_free(root);
    ob_shelf_when_fresh(shelf, 0, 60 * 1000, on_fresh, &fresh);
    while (!fresh)
        uv_run(&loop, UV_RUN_ONCE);
    CHECK(fresh > 0);
    project = (struct ob_search_shelf){ob_shelf_snapshot(shelf, 0), ob_shelf_reader_new(shelf, 0),
                                       ob_shelf_root(shelf), OB_SHELF_PROJECT};
    CHECK(ob_snapshot_doc(project.snapshot, "c/src/race.c") != NULL);
}

static void check_query(const char *text, size_t len)
{
    static struct ob_terms *terms;
    struct ob__query q;
    size_t at = 0;
    terms = terms ? terms : ob_terms_new();
    ob__query_parse(&q, terms, NULL, text, len);
    CHECK(q.n_terms <= OB__QUERY_TERMS && q.n_asked <= OB__QUERY_READ);
    for (size_t i = 0; i < q.n_terms; i++)
        CHECK(q.terms[i].share > 0 && isfinite(q.terms[i].share));
    for (size_t i = 0; i < q.n_passed; i++) {
        const struct ob__passed *p = &q.passed[i];
        CHECK(p->start >= at && p->end >= p->start && p->past >= p->end && p->past <= len);
        at = p->start;
    }
    for (size_t i = 0; i < q.n_asked; i++)
        CHECK(q.asked[i].len && strlen(q.asked[i].path) == q.asked[i].len);
    ob__query_release(&q);
}

static void check_hits(const struct ob_hits *h)
{
    CHECK(h->len <= LIMIT && h->coverage_01 >= 0 && h->coverage_01 <= 1.000001);
    for (size_t i = 0; i < h->len; i++) {
        const struct ob_hit *hit = &h->items[i];
        const struct ob_doc *d = ob_snapshot_doc(project.snapshot, hit->path);
        CHECK(d != NULL && hit->first_line >= 1 && hit->last_line >= hit->first_line);
        CHECK(hit->last_line <= d->n_lines && hit->snippet_line <= d->n_lines);
        CHECK(isfinite(hit->score) && strlen(hit->snippet) <= OB_SNIPPET_MAX);
        CHECK(!strchr(hit->snippet, '\n') && hit->snippet_line >= 1 && hit->snippet_column >= 1);
        for (size_t k = 0; k < i; k++) {
            const struct ob_hit *other = &h->items[k];
            CHECK(hit->first_line != other->first_line || hit->last_line != other->last_line ||
                  strcmp(hit->path, other->path) != 0);
        }
        if (i > 0 && !hit->pinned && !h->items[i - 1].pinned)
            CHECK(hit->score <= h->items[i - 1].score);
    }
}

static void target(const unsigned char *bytes, size_t len)
{
    static const enum ob_search_by lists[] = {OB_BY_FILE, OB_BY_PASSAGE, OB_BY_AUTO};
    const char *text = (const char *)bytes, *hand = len ? memchr(text, 1, len) : NULL;
    size_t n = hand ? (size_t)(hand - text) : len;
    struct ob_search_request r = {.question = text,
                                  .question_len = n,
                                  .shelves = &project,
                                  .n_shelves = 1,
                                  .limit = LIMIT,
                                  .by = lists[len % 3],
                                  .explain = len % 2};
    struct ob_error e = OB_ERROR_INIT;
    struct ob_hits hits;
    if (!project.snapshot)
        open_project();
    if (hand) {
        r.context.text = hand + 1;
        r.context.text_len = len - n - 1;
    }
    check_query(text, n);
    CHECK(ob_search_run(&hits, &r, &e) == 0);
    check_hits(&hits);
    ob_hits_release(&hits);
}

FUZZ_TARGET(target, "question")
