/* Ranking files.
 *
 * BM25 over passages finds candidates; some forty numbers about each file are summed by weights that
 * were fitted on queries with known answers (listwise softmax, signs fixed by meaning).  The scale is
 * log-odds: two points more mean about seven times as likely.  No single feature carries it:
 *
 *   passages    the file's best passages (1, 1/2, 1/4 ...), and how many have a term at all
 *   fields      terms in the whole file, in definition names, in comments, in its best definition
 *   path        terms of the base name and folders, also fuzzily (prefix, abbreviation, acronym)
 *   names       definitions and compounds that are the question's identifiers
 *   graph       how often the file's names are mentioned; whether files that import it match
 *   priors      length; tests, examples, vendored code, documents: less often what was meant
 *
 * Features that cost little are taken of every candidate; the dear ones of the best by those. */
#include "rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/index/priors.h"

#include "bm25.h"
#include "graph.h"
#include "names.h"
#include "paths.h"

enum {
    BEST_PASSAGES = 4,
    CODE_CONSIDERED = 250,
    NOTES_CONSIDERED = 400,
    WITH_UNITS = 60,
    FEW = 32
};

/* ------------------------------------------------------------ terms to passages */
static void weigh_terms(struct ob__query *q, const struct ob__view *v)
{
    double passages = (double)v->totals.passages;
    q->unknown_idf = log(1 + passages + 0.5);
    for (size_t i = 0; i < q->n_terms; i++) {
        struct ob__qterm *t = &q->terms[i];
        double n = ob__view_count(v, offsetof(struct ob_part, terms), t->hash);
        t->idf = n > 0 ? log(1 + (passages - n + 0.5) / (n + 0.5)) : q->unknown_idf;
        t->u = t->share * t->idf;
        t->w = n > 0 ? t->u : 0;
        if (n <= 0 && (t->factor < 1 || t->other || t->of_path || t->noise || q->pasted))
            t->u = 0;
        t->flat_w = t->factor >= 1 ? t->flat_share * t->idf : 0;
    }
    ob__query_weigh(q);
}

struct found { /* a document that a question's word leads to */
    uint32_t vpart, doc;
    uint32_t low, past;     /* the passages of the part that have a term lie in [low, past) */
    uint32_t matching;      /* how many of them do */
    bool like;              /* its base name is like a word */
    struct ob__terms terms; /* those that it holds */
    double pass;            /* PASS, not divided yet */
};

struct ranking {
    struct ob__candidates *out;
    struct ob__view *view;
    const struct ob__query *q;
    enum ob_search_kind kind;
    uint32_t vpart;      /* being looked at */
    struct found *found; /* owned; while they are looked for, their numbers are the documents' */
    size_t n_found, cap_found;
    double log_few[FEW]; /* ln(1 + n) */
};

bool ob__kind_wanted(const struct ob_part_file *f, enum ob_search_kind kind)
{
    return kind == OB_SEARCH_ALL || (kind == OB_SEARCH_NOTE) == (f->kind == OB_KIND_NOTE);
}

static void add_found(struct ranking *r, uint32_t doc)
{
    struct ob__vpart *p = &r->view->parts[r->vpart];
    if (p->candidate[doc] || (p->dead && p->dead[doc]) ||
        !ob__kind_wanted(&p->part->files[doc], r->kind))
        return;
    OB_GROW(r->found, r->n_found, r->cap_found);
    r->found[r->n_found++] = (struct found){.vpart = r->vpart, .doc = doc};
    p->candidate[doc] = (uint32_t)r->n_found;
}

/* What is known of DOC, NULL: it is not looked at. */
static struct found *found_of(struct ranking *r, uint32_t doc)
{
    uint32_t number = r->view->parts[r->vpart].candidate[doc];
    return number ? &r->found[number - 1] : NULL;
}

static void on_name(uint32_t doc, bool led, void *data)
{
    struct ranking *r = data;
    if (led)
        add_found(r, doc);
    struct found *f = found_of(r, doc);
    if (f)
        f->like = true;
}

/* DOC holds term I, in PASSAGE first. */
static struct found *note_term(struct ranking *r, uint32_t doc, size_t i, uint32_t passage)
{
    add_found(r, doc);
    struct found *f = found_of(r, doc);
    if (f) {
        ob__terms_add(&f->terms, i);
        f->low = f->past && f->low < passage ? f->low : passage;
    }
    return f;
}

static void score_passages(struct ranking *r, double average)
{
    struct ob__vpart *p = &r->view->parts[r->vpart];
    for (size_t i = 0; i < r->q->n_terms; i++) {
        const struct ob__qterm *t = &r->q->terms[i];
        struct ob_part_range range = ob_part_find(&p->part->terms, t->hash);
        struct found *f = NULL;
        uint32_t last = UINT32_MAX;
        for (uint32_t k = range.first; k < range.first + range.count; k++) {
            const struct ob_part_posting *at = &p->part->postings[k];
            double len = p->part->passage_terms[at->passage];
            double part = t->w * ob__bm25(at->tf, len, average, 0.6);
            p->s[at->passage] += (float)part;
            if (p->s_generic != p->s)
                p->s_generic[at->passage] += (float)(part * t->generic);
            uint32_t d = p->part->passage_doc[at->passage];
            if (d != last)
                f = note_term(r, d, i, at->passage);
            if (f && f->past <= at->passage)
                f->past = at->passage + 1;
            last = d;
        }
    }
}

/* Where no word of the question is generic, both scores of a passage are one. */
static void share_scores(struct ranking *r)
{
    bool generic = false;
    for (size_t i = 0; i < r->q->n_terms; i++)
        generic = generic || r->q->terms[i].generic < 1;
    for (size_t i = 0; i < r->view->n_parts; i++) {
        struct ob__vpart *p = &r->view->parts[i];
        p->s_generic = generic ? ob_alloc(p->part->n_passages * sizeof(float)) : p->s;
    }
}

static void find_candidates(struct ranking *r, double average)
{
    share_scores(r);
    for (r->vpart = 0; r->vpart < r->view->n_parts; r->vpart++) {
        score_passages(r, average);
        ob__path_matches(r->view->parts[r->vpart].part, r->q, on_name, r);
    }
}

/* ------------------------------------------------------------ features that cost little */
static void measure_passages(struct found *f, const struct ob__vpart *p)
{
    double best[BEST_PASSAGES] = {0};
    for (uint32_t i = f->low; i < f->past; i++) {
        double s = p->s_generic[i];
        if (s <= 0)
            continue;
        f->matching++;
        if (s <= best[BEST_PASSAGES - 1])
            continue;
        for (int k = 0; k < BEST_PASSAGES; k++) {
            if (s > best[k]) {
                double t = best[k];
                best[k] = s;
                s = t;
            }
        }
    }
    f->pass = best[0] + best[1] / 2 + best[2] / 4 + best[3] / 8;
}

static void prior_features(double *value, const struct ob_part_file *d, const struct ob__query *q,
                           bool notes)
{
    value[OB__F_LINES] = d->lines / 5;
    value[OB__F_NDEFS] = d->defs / 5;
    value[OB__F_ENTRY] = (d->priors & OB_PRIOR_ENTRY) != 0;
    value[OB__F_TEST] = (d->priors & OB_PRIOR_TEST) && !q->asks_test;
    value[OB__F_EXAMPLE] = (d->priors & OB_PRIOR_EXAMPLE) && !q->asks_example && !notes;
    value[OB__F_VENDORED] = (d->priors & OB_PRIOR_VENDORED) != 0;
    value[OB__F_DOC] = d->kind == OB_KIND_NOTE && !q->asks_doc && !notes;
    value[OB__F_CONF] = d->kind == OB_KIND_CONFIG && !q->asks_conf;
    value[OB__F_OTHER] = d->kind == OB_KIND_OTHER;
    value[OB__F_HISTORY] = (d->priors & OB_PRIOR_HISTORY) && !q->asks_history;
}

/* 1 for the file used last, less for those before it, 0 for one that is not open. */
static double how_open(const struct ob__query *q, const struct ob_doc *d)
{
    for (size_t i = 0; i < q->n_open; i++)
        if (q->open[i] == d)
            return 1 / (1 + (double)i / 4);
    return 0;
}

static void cheap_features(double *value, const struct ranking *r, const struct found *f,
                           double most_pass)
{
    struct ob__vpart *p = &r->view->parts[f->vpart];
    value[OB__F_PASS] = most_pass > 0 ? f->pass / most_pass : f->pass;
    value[OB__F_NPASS] =
        f->matching < FEW ? r->log_few[f->matching] / 5 : log(1 + (double)f->matching) / 5;
    ob__path_features(value, p, f->doc, r->q, f->like);
    prior_features(value, &p->part->files[f->doc], r->q, p->notes);
    value[OB__F_OPEN] = r->q->n_open ? how_open(r->q, p->part->docs[f->doc]) : 0;
}

/* ------------------------------------------------------------ sums */
static void divide_by_max(struct ob__candidates *c, enum ob__feature f)
{
    double max = 0;
    for (size_t i = 0; i < c->len; i++)
        max = fmax(max, c->items[i].value[f]);
    for (size_t i = 0; max > 0 && i < c->len; i++)
        c->items[i].value[f] /= max;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct ob__candidate *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    if (x->shelf != y->shelf)
        return x->shelf < y->shelf ? -1 : 1;
    return strcmp(x->of->path, y->of->path);
}

/* The weights of code and of notes were fitted apart, so that their sums have no common zero.  This much
 * off what lies in a collection of notes puts both on one scale: a second shelf of the other kind then
 * costs code and notes alike (tests/bench/mixed.py). */
static const double NOTES_ABOVE_CODE = 2.6;

static bool is_note(const struct ranking *r, uint32_t vpart, uint32_t doc)
{
    const struct ob__vpart *p = &r->view->parts[vpart];
    return p->notes && p->part->files[doc].kind == OB_KIND_NOTE;
}

static double score_of(const struct ranking *r, const struct ob__candidate *c)
{
    bool note = is_note(r, c->vpart, c->doc);
    double score = ob__weigh_file(c->value, note           ? OB__NOTE_FILE
                                            : r->q->symbol ? OB__SYMBOL_QUESTION
                                                           : OB__TEXT_QUESTION);
    return r->view->parts[c->vpart].notes ? score - NOTES_ABOVE_CODE : score;
}

static void sum_and_sort(struct ranking *r)
{
    struct ob__candidates *c = r->out;
    for (size_t i = 0; i < c->len; i++)
        c->items[i].score = score_of(r, &c->items[i]);
    if (c->len)
        qsort(c->items, c->len, sizeof *c->items, compare_candidates);
}

/* ------------------------------------------------------------ the best of those found */
/* The best ones of a group, by their indexes; a heap, the worst of them first. */
struct group {
    uint32_t at[NOTES_CONSIDERED];
    size_t len, room;
};

static bool is_worse(const struct ob__candidates *c, uint32_t a, uint32_t b)
{
    return compare_candidates(&c->items[a], &c->items[b]) > 0;
}

static void sift_up(struct group *g, const struct ob__candidates *c, size_t i)
{
    for (; i && is_worse(c, g->at[i], g->at[(i - 1) / 2]); i = (i - 1) / 2) {
        uint32_t t = g->at[i];
        g->at[i] = g->at[(i - 1) / 2];
        g->at[(i - 1) / 2] = t;
    }
}

static void sift_down(struct group *g, const struct ob__candidates *c)
{
    for (size_t i = 0, child; (child = 2 * i + 1) < g->len; i = child) {
        if (child + 1 < g->len && is_worse(c, g->at[child + 1], g->at[child]))
            child++;
        if (!is_worse(c, g->at[child], g->at[i]))
            return;
        uint32_t t = g->at[i];
        g->at[i] = g->at[child];
        g->at[child] = t;
    }
}

/* Adds NEW, in place of the worst one when the group is full. */
static void keep_best(struct group *g, struct ob__candidates *c, const struct ob__candidate *new)
{
    if (g->len < g->room) {
        OB_GROW(c->items, c->len, c->cap);
        c->items[c->len] = *new;
        g->at[g->len++] = (uint32_t)c->len++;
        sift_up(g, c, g->len - 1);
    } else if (compare_candidates(new, &c->items[g->at[0]]) < 0) {
        c->items[g->at[0]] = *new;
        sift_down(g, c);
    }
}

static void number_candidates(struct ranking *r)
{
    for (size_t i = 0; i < r->out->len; i++) {
        const struct ob__candidate *c = &r->out->items[i];
        r->view->parts[c->vpart].candidate[c->doc] = (uint32_t)i + 1;
    }
}

static void forget_found(struct ranking *r)
{
    for (size_t i = 0; i < r->n_found; i++)
        r->view->parts[r->found[i].vpart].candidate[r->found[i].doc] = 0;
}

/* Makes candidates of the best by what costs little; code and notes do not take each other's places. */
static void choose_candidates(struct ranking *r)
{
    struct group groups[2] = {{.room = CODE_CONSIDERED}, {.room = NOTES_CONSIDERED}};
    double most_pass = 0;
    for (int n = 0; n < FEW; n++)
        r->log_few[n] = log(1 + (double)n);
    for (size_t i = 0; i < r->n_found; i++) {
        measure_passages(&r->found[i], &r->view->parts[r->found[i].vpart]);
        most_pass = fmax(most_pass, r->found[i].pass);
    }
    for (size_t i = 0; i < r->n_found; i++) {
        const struct found *f = &r->found[i];
        const struct ob__vpart *p = &r->view->parts[f->vpart];
        struct ob__candidate c = {.vpart = f->vpart,
                                  .doc = f->doc,
                                  .of = p->part->docs[f->doc],
                                  .shelf = p->shelf,
                                  .terms = f->terms};
        cheap_features(c.value, r, f, most_pass);
        c.score = score_of(r, &c);
        keep_best(&groups[is_note(r, c.vpart, c.doc)], r->out, &c);
    }
    forget_found(r);
    number_candidates(r);
}

/* ------------------------------------------------------------ the rest */
static void dear_features(struct ranking *r)
{
    for (size_t i = 0; i < r->out->len; i++) {
        struct ob__candidate *c = &r->out->items[i];
        const struct ob_doc *d = ob__candidate_doc(r->view, c);
        ob__field_features(c->value, d, &c->terms, r->q, &r->view->totals);
    }
    ob__name_features(r->out, r->view, r->q);
    divide_by_max(r->out, OB__F_FILE);
    divide_by_max(r->out, OB__F_DEFS);
    divide_by_max(r->out, OB__F_COMMENTS);
}

static double average_terms(const struct ob__view *v)
{
    return v->totals.passages ? v->totals.terms / (double)v->totals.passages : 1;
}

static struct ob__units_of units_of(const struct ob__view *v, const struct ob__candidate *c,
                                    const struct ob__query *q, struct ob__spans_wanted wanted)
{
    const struct ob__vpart *p = &v->parts[c->vpart];
    bool note = ob__candidate_is_note(v, c);
    return (struct ob__units_of){
        .doc = p->part->docs[c->doc],
        .terms = c->terms,
        .passage_s = p->s + p->part->passage_base[c->doc],
        .average_terms = average_terms(v),
        .in_path = ob__path_groups(p->part->docs[c->doc], q),
        .details = wanted.explain || ob__units_weigh_details(note ? OB__NOTE_SPAN : OB__CODE_SPAN),
    };
}

static void keep_largest(struct ob__units_best *most, const struct ob__units_best *best)
{
    most->bm25 = fmaxf(most->bm25, best->bm25);
    most->dense = fmaxf(most->dense, best->dense);
    most->window = fmaxf(most->window, best->window);
}

/* Of the best code files and of all notes. */
static void unit_features(struct ranking *r)
{
    struct ob__candidates *c = r->out;
    size_t room = WITH_UNITS;
    for (size_t i = 0; i < c->len; i++) {
        struct ob__candidate *at = &c->items[i];
        at->with_units = ob__candidate_is_note(r->view, at) || room > 0;
        room -= room > 0;
        if (!at->with_units)
            continue;
        struct ob__units_of of = units_of(r->view, at, r->q, c->wanted);
        struct ob__units_best best;
        if (c->wanted.all)
            ob__units_score(&at->units, &best, &c->arena, &of, r->q);
        else
            ob__units_measure(&best, &of, r->q);
        keep_largest(&c->most, &best);
        at->value[OB__F_UNIT] = (double)best.def_bm25;
        at->value[OB__F_SYMT] = (double)best.type_name;
    }
    for (size_t i = 0; c->most.bm25 > 0 && i < c->len; i++)
        c->items[i].value[OB__F_UNIT] =
            (double)((float)c->items[i].value[OB__F_UNIT] / c->most.bm25);
}

static void divide_units(struct ob__units *u, enum ob__span_feature f, float most)
{
    for (uint32_t i = 0; most > 0 && i < u->len; i++)
        u->items[i].value[f] /= most;
}

void ob__candidate_units(struct ob__units *out, struct ob__candidates *c, size_t index,
                         const struct ob__view *v, const struct ob__query *q)
{
    struct ob__candidate *at = &c->items[index];
    *out = at->units;
    at->units = (struct ob__units){0}; /* they are divided once */
    if (!at->with_units)
        return;
    if (!c->wanted.all) {
        struct ob__units_of of = units_of(v, at, q, c->wanted);
        ob__units_score(out, NULL, &c->arena, &of, q);
    }
    divide_units(out, OB__S_BM25, c->most.bm25);
    divide_units(out, OB__S_DENSE, c->most.dense);
    divide_units(out, OB__S_WINDOW, c->most.window);
}

void ob__rank(struct ob__candidates *out, struct ob__view *v, struct ob__query *q,
              enum ob_search_kind kind, struct ob__spans_wanted wanted)
{
    out->wanted = wanted;
    struct ranking r = {.out = out, .view = v, .q = q, .kind = kind};
    weigh_terms(q, v);
    find_candidates(&r, average_terms(v));
    choose_candidates(&r);
    dear_features(&r);
    sum_and_sort(&r);
    ob__graph_features(out, v);
    unit_features(&r);
    sum_and_sort(&r);
    number_candidates(&r);
    ob_free(r.found);
}

void ob__candidates_release(struct ob__candidates *c)
{
    ob_free(c->items);
    ob_arena_release(&c->arena);
    *c = (struct ob__candidates){0};
}
