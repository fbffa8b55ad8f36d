/* A search from the question's bytes to spans with snippets.
 *
 * Files are read here, and only those that are shown: a file that is gone is dropped from the list,
 * and in one that changed since it was indexed the passage is found again by what it says, or
 * dropped. */
#include "openbook/retrieve/search.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/clock.h"
#include "openbook/base/mem.h"
#include "openbook/base/task.h"
#include "openbook/text/roff.h"
#include "openbook/text/utf8.h"

#include "alias.h"
#include "asked.h"
#include "expand.h"
#include "hand.h"
#include "near.h"
#include "pick.h"
#include "places.h"
#include "rank.h"
#include "show.h"
#include "snippet.h"

enum { SPARE_SPANS = 8, MAX_SYMBOL = 200, OPEN_TEXTS = 16 };

static const char ELLIPSIS[] = "…";

struct open_text { /* a file that was read for this answer */
    const struct ob_doc *doc;
    struct ob_text *text; /* NULL: gone */
    struct ob_doc *now;   /* NULL: the text is as DOC knows it */
};

struct search {
    const struct ob_search_request *r;
    struct ob_hits *out;
    struct ob_terms *terms;
    struct ob__query query;
    struct ob__view view;
    struct ob__candidates candidates;
    struct ob__spans spans;
    struct ob__groups held;             /* by the places of a trace, so far */
    struct open_text texts[OPEN_TEXTS]; /* a ring: spans of one file lie close together */
    size_t next_text;
};

/* ------------------------------------------------------------ texts */
static const struct open_text *open_text(struct search *s, size_t shelf, const struct ob_doc *doc)
{
    for (size_t i = 0; i < OPEN_TEXTS; i++)
        if (s->texts[i].doc == doc)
            return &s->texts[i];
    struct open_text *slot = &s->texts[s->next_text++ % OPEN_TEXTS];
    ob_text_unref(slot->text);
    ob_doc_unref(slot->now);
    *slot = (struct open_text){.doc = doc};
    if (ob_shelf_reader_look(&slot->text, &slot->now, s->r->shelves[shelf].reader, s->terms, doc,
                             NULL) != 0)
        slot->text = NULL;
    return slot;
}

/* ------------------------------------------------------------ hits */
/* "A > B > C" for notes, the name for code. */
static const char *symbol_of(struct search *s, const struct ob_doc *d, uint32_t def)
{
    const char *text = "";
    for (int i = 0; i < 6 && def != OB_NO_DEF && def < d->n_defs; i++) {
        const struct ob_doc_def *at = &d->defs[def];
        text = *text ? ob_arena_printf(s->out->arena, "%s > %s", at->name, text)
                     : ob_arena_strdup(s->out->arena, at->name);
        if (at->kind != OB_DEF_HEADING || strlen(text) > MAX_SYMBOL)
            break;
        def = at->parent;
    }
    return text;
}

static size_t add_feature(struct ob_feature *f, size_t n, const char *name, double weight,
                          double value)
{
    if (value != 0)
        f[n++] = (struct ob_feature){name, value, weight * value};
    return n;
}

/* All that is not zero: of the file, then of the span. */
static const struct ob_feature *features_of(struct search *s, const struct ob__span *span,
                                            size_t *n)
{
    const struct ob__candidate *c = &s->candidates.items[span->candidate];
    struct ob_feature *f = ob_arena_alloc(s->out->arena, (OB__F_N + OB__S_N) * sizeof *f);
    bool note = ob__candidate_is_note(&s->view, c);
    enum ob__file_class class = note                        ? OB__NOTE_FILE
                                : s->r->by == OB_BY_PASSAGE ? OB__SPAN_FILE
                                : s->query.symbol           ? OB__SYMBOL_QUESTION
                                                            : OB__TEXT_QUESTION;
    *n = 0;
    for (int i = 0; i < OB__F_N; i++)
        *n = add_feature(f, *n, ob__file_feature_names[i], ob__file_weights[i][class], c->value[i]);
    for (int i = 0; span->unit && i < OB__S_N; i++)
        *n = add_feature(f, *n, ob__span_feature_names[i],
                         ob__span_weights[i][note ? OB__NOTE_SPAN : OB__CODE_SPAN],
                         (double)span->unit->value[i]);
    return f;
}

/* A definition and the passage around it may have the same best line.  A list of places to go to needs
 * it once; a prompt takes both for their other lines. */
static bool is_line_shown(const struct search *s, size_t shelf, const char *path, uint32_t line)
{
    for (size_t i = 0; s->r->by != OB_BY_PASSAGE && i < s->out->len; i++) {
        const struct ob_hit *h = &s->out->items[i];
        if (h->shelf == shelf && h->snippet_line == line && strcmp(h->path, path) == 0)
            return true;
    }
    return false;
}

/* Two passages of a file that changed may both be found again in one. */
static bool is_shown(const struct search *s, size_t shelf, const char *path, uint32_t first_line)
{
    for (size_t i = 0; i < s->out->len; i++) {
        const struct ob_hit *h = &s->out->items[i];
        if (h->shelf == shelf && h->first_line == first_line && strcmp(h->path, path) == 0)
            return true;
    }
    return false;
}

/* Finds the line to show; in a man page, by its words without escapes. */
static bool find_snippet(struct search *s, struct ob__snippet *out, const struct ob_doc *d,
                         const struct ob_text *text, struct ob__passage passage)
{
    passage.asked = ob__asked_share(&s->query, d->path) > 0.5;
    struct ob_buf plain;
    ob_buf_init(&plain, text->len + 1);
    bool man =
        d->lang->syntax == OB_SYNTAX_ROFF && ob_roff_text(&plain, text->data, text->len) == 0;
    bool found = ob__snippet_find(out, s->terms, &s->query, man ? ob_buf_str(&plain) : text->data,
                                  man ? plain.len : text->len, passage, OB_SNIPPET_MAX);
    if (found && man)
        ob__snippet_line(out, text->data, text->len, out->line, OB_SNIPPET_MAX);
    ob_buf_release(&plain);
    return found;
}

/* A trace asks for its places together, so they cover it together; most of its words are of who wrote it,
 * so that one that is shown is half an answer. */
static const double PLACE_SHOWN_01 = 0.5;

static void note_coverage(struct search *s, const struct ob__snippet *snippet, bool is_place)
{
    double coverage_01 = snippet->coverage_01;
    if (is_place && s->query.pasted) {
        s->held = ob__groups_union(s->held, snippet->held);
        coverage_01 = fmax(coverage_01, ob__groups_coverage(&s->query, s->held));
    }
    if (is_place)
        coverage_01 = fmax(coverage_01, PLACE_SHOWN_01);
    s->out->coverage_01 = fmax(s->out->coverage_01, coverage_01);
}

static const char *snippet_text(struct search *s, const struct ob__snippet *snippet)
{
    if (!snippet->within)
        return ob_arena_strndup(s->out->arena, snippet->text, snippet->len);
    size_t most = OB_SNIPPET_MAX - sizeof ELLIPSIS + 1;
    size_t len = snippet->len > most ? ob_utf8_floor(snippet->text, most) : snippet->len;
    return ob_arena_printf(s->out->arena, "%s%.*s", ELLIPSIS, (int)len, snippet->text);
}

/* Moves P, lines of DOC, to where they stand in NOW.  The own ones may not be found apart: all are then. */
static bool find_again(struct ob__passage *p, const struct ob_doc *now, const struct ob_doc *doc)
{
    uint32_t own_first = p->own_first, own_last = p->own_last;
    bool all = own_first == p->first && own_last == p->last;
    if (!ob_doc_lines_again(&p->first, &p->last, now, doc))
        return false;
    bool own = !all && ob_doc_lines_again(&own_first, &own_last, now, doc) &&
               own_first >= p->first && own_last <= p->last;
    p->own_first = own ? own_first : p->first;
    p->own_last = own ? own_last : p->last;
    return true;
}

/* Where SPAN stands in FILE, and the document that says so; false when that is gone or shown. */
static bool place_span(struct search *s, struct ob__passage *p, const struct ob_doc **doc,
                       size_t shelf, const struct open_text *file, const struct ob__span *span)
{
    bool all = span->own_first == 0;
    *p = (struct ob__passage){.first = span->first,
                              .last = span->last,
                              .own_first = all ? span->first : span->own_first,
                              .own_last = all ? span->last : span->own_last};
    if (!file->text)
        return false;
    if (file->now) {
        if (!find_again(p, file->now, *doc) || is_shown(s, shelf, (*doc)->path, p->first))
            return false;
        *doc = file->now;
    }
    p->last = p->last < (*doc)->n_lines ? p->last : (*doc)->n_lines;
    return p->first <= p->last;
}

/* Fills HIT; false when the file or the lines are gone, or the list has the line to show. */
static bool make_hit(struct search *s, struct ob_hit *hit, const struct ob__span *span)
{
    const struct ob__candidate *c = &s->candidates.items[span->candidate];
    const struct ob__vpart *vp = &s->view.parts[c->vpart];
    const struct ob_doc *d = ob__candidate_doc(&s->view, c);
    const struct open_text *file = open_text(s, vp->shelf, d);
    const struct ob_text *text = file->text;
    struct ob__passage lines;
    struct ob__snippet snippet;
    if (!place_span(s, &lines, &d, vp->shelf, file, span) ||
        !find_snippet(s, &snippet, d, text, lines))
        return false;
    uint32_t first = lines.first, last = lines.last, def = file->now ? OB_NO_DEF : span->def;
    if (span->line >= first && span->line <= last)
        ob__snippet_line(&snippet, text->data, text->len, span->line, OB_SNIPPET_MAX);
    if (d->front_lines && first <= d->front_lines + 1 && snippet.line > d->front_lines) {
        first = d->front_lines + 1; /* front matter is shown where it is what matches */
        if (is_shown(s, vp->shelf, d->path, first))
            return false;
    }
    if (is_line_shown(s, vp->shelf, d->path, snippet.line))
        return false;
    if (def == OB_NO_DEF)
        def = ob_doc_def_at(
            d, d->lang->kind == OB_KIND_CODE || first <= d->front_lines ? snippet.line : first);
    *hit = (struct ob_hit){
        .shelf = vp->shelf,
        .path = ob_arena_strdup(s->out->arena, d->path),
        .first_line = first,
        .last_line = last,
        .score = span->score,
        .pinned = span->pinned,
        .kind = d->lang->kind,
        .symbol = symbol_of(s, d, def),
        .snippet = snippet_text(s, &snippet),
        .snippet_line = snippet.line,
        .snippet_column = snippet.column,
    };
    if (s->r->explain)
        hit->features = features_of(s, span, &hit->n_features);
    bool of_paste =
        s->query.pasted && span->pinned && ob__asked_share(&s->query, d->path) >= OB__ASKED_FITS;
    note_coverage(s, &snippet, span->line > 0 || of_paste);
    return true;
}

static void make_hits(struct search *s)
{
    size_t limit = s->r->limit;
    s->out->items = ob_arena_alloc(s->out->arena, limit * sizeof *s->out->items);
    for (size_t i = 0; i < s->spans.len && s->out->len < limit; i++)
        if (make_hit(s, &s->out->items[s->out->len], &s->spans.items[i]))
            s->out->len++;
}

/* Whether the first files in their order fill the list, so that no span of a further one is in it. */
static bool in_order_of_files(const struct search *s)
{
    const struct ob_search_request *r = s->r;
    bool sections = false;
    for (size_t i = 0; i < s->view.n_parts; i++)
        sections = sections || s->view.parts[i].notes;
    return r->by != OB_BY_PASSAGE && !(r->by == OB_BY_AUTO && sections) && !r->context.path &&
           s->query.n_asked == 0;
}

/* Spans of a file cost much, and most often those of as many files as are shown are all that is
 * needed. */
static void list(struct search *s)
{
    const struct ob_search_request *r = s->r;
    bool few = in_order_of_files(s);
    for (size_t spare = few ? 0 : SPARE_SPANS;; spare = SPARE_SPANS) {
        ob__spans_choose(&s->spans, &s->candidates, &s->view, &s->query, r, s->terms,
                         r->limit + spare);
        make_hits(s);
        if (spare || s->out->len == r->limit || s->candidates.len <= r->limit)
            return;
        ob__spans_release(&s->spans);
        s->out->len = 0;
        s->out->coverage_01 = 0;
    }
}

/* ------------------------------------------------------------ scanners */
/* The scanner of a search that is over: it remembers the words of the project. */
static _Atomic(struct ob_terms *) spare_scanner;

static struct ob_terms *take_scanner(void)
{
    struct ob_terms *t = atomic_exchange(&spare_scanner, NULL);
    return t ? t : ob_terms_new();
}

static void give_back(struct ob_terms *t)
{
    ob_terms_free(atomic_exchange(&spare_scanner, t));
}

/* ------------------------------------------------------------ the way of a search */
static void find_open(struct search *s)
{
    const struct ob_search_context *at = &s->r->context;
    struct ob__query *q = &s->query;
    for (size_t i = 0; i < at->n_open && q->n_open < OB__QUERY_OPEN; i++) {
        const struct ob_open_file *f = &at->open[i];
        const struct ob_doc *d = f->shelf < s->r->n_shelves
                                     ? ob_snapshot_doc(s->r->shelves[f->shelf].snapshot, f->path)
                                     : NULL;
        if (d)
            q->open[q->n_open++] = d;
    }
}

static void settle(struct search *s, const struct ob_search_request *r)
{
    for (size_t i = 0; i < r->n_shelves; i++)
        if (r->shelves[i].root)
            ob__asked_below(&s->query, r->shelves[i].root);
    ob__asked_settle(&s->query, &s->view);
}

static void run(struct search *s, const struct ob_search_request *r)
{
    size_t len = r->question_len;
    ob__view_init(&s->view, r->shelves, r->n_shelves, r->kind);
    ob__query_parse(&s->query, s->terms, &s->view, r->question, len);
    settle(s, r);
    s->query.meant = ob__near_meant(&s->query, &s->view, r);
    ob__pick_beginnings(&s->query, &s->view);
    ob__expand(&s->query, s->terms, &s->view, r->question, len);
    ob__alias_expand(&s->query, s->terms, &s->view, r->question, len);
    ob__hand_add(&s->query, s->terms, &s->view, &r->context);
    if (ob__places_at_hand(&s->query, &s->view, &r->context))
        settle(s, r);
    find_open(s);
    ob__rank(&s->candidates, &s->view, &s->query, r->kind,
             (struct ob__spans_wanted){.all = !in_order_of_files(s), .explain = r->explain});
    list(s);
    if (s->out->len == 0)
        s->out->nearest = ob__near(s->out->arena, &s->query, &s->view, r);
}

static void search_release(struct search *s)
{
    for (size_t i = 0; i < OPEN_TEXTS; i++) {
        ob_text_unref(s->texts[i].text);
        ob_doc_unref(s->texts[i].now);
    }
    ob__spans_release(&s->spans);
    ob__candidates_release(&s->candidates);
    ob__view_release(&s->view);
    ob__query_release(&s->query);
    give_back(s->terms);
}

int ob_search_run(struct ob_hits *out, const struct ob_search_request *r, struct ob_error *e)
{
    int64_t began = ob_clock_us();
    *out = (struct ob_hits){.nearest = ""};
    if (r->limit < 1 || r->limit > OB_SEARCH_LIMIT_MAX)
        return ob_error_set(e, OB_EINVAL, "a search shows 1 to %d results, not %zu",
                            OB_SEARCH_LIMIT_MAX, r->limit);
    out->arena = ob_alloc(sizeof *out->arena);
    struct ob_search_request plain = *r;
    plain.question_len = r->question_len > OB_QUESTION_MAX ? OB_QUESTION_MAX : r->question_len;
    plain.question =
        ob__query_text(out->arena, r->question ? r->question : "", &plain.question_len);
    struct search s = {.r = &plain, .out = out, .terms = take_scanner()};
    run(&s, &plain);
    search_release(&s);
    out->took_us = ob_clock_us() - began;
    return 0;
}

void ob_hits_release(struct ob_hits *h)
{
    if (h->arena)
        ob_arena_release(h->arena);
    ob_free(h->arena);
    *h = (struct ob_hits){.nearest = ""};
}

/* ------------------------------------------------------------ on a worker */
struct job {
    struct ob_search_request request;
    struct ob_hits hits;
    struct ob_error error;
    int status;
    ob_search_cb cb;
    void *data;
};

static void on_work(void *data)
{
    struct job *job = data;
    job->status = ob_search_run(&job->hits, &job->request, &job->error);
}

static void on_done(int status, void *data)
{
    struct job *job = data;
    job->cb(status ? status : job->status, &job->hits, &job->error, job->data);
    ob_free(job);
}

int ob_search_start(uv_loop_t *loop, const struct ob_search_request *r, ob_search_cb cb, void *data)
{
    struct job *job = ob_alloc(sizeof *job);
    job->request = *r;
    job->cb = cb;
    job->data = data;
    job->hits.nearest = "";
    int err = ob_task_start(NULL, loop, on_work, on_done, job);
    if (err)
        ob_free(job);
    return err;
}
