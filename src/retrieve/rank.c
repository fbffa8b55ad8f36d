/* Ranking files.
 *
 * BM25 over passages finds candidates; some twenty numbers about each file are summed by weights that
 * were fitted on queries with known answers (listwise softmax, signs fixed by meaning).  The scale is
 * log-odds: two points more mean about seven times as likely.  No single feature carries it:
 *
 *   passages    the file's best passages (1, 1/2, 1/4 ...), and how many have a term at all
 *   fields      terms in definition names and in comments
 *   path        terms of the base name and folders, also fuzzily (prefix, abbreviation, acronym)
 *   names       definitions and compounds that are the question's identifiers
 *   graph       how often the file's names are mentioned; whether files that import it match
 *   priors      length; tests, examples, vendored code, documents: less often what was meant
 *
 * "/max" features are divided by the largest value among this question's candidates. */
#include "rank.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "priors.h"

enum { BEST_PASSAGES = 4, GRAPH_CANDIDATES = 60, NAME_MIN = 4 };

/* name, weight for text, weight for symbol questions */
static const struct {
    const char *name;
    double text, symbol;
} features[OB__F_N] = {
    [OB__F_PASS] = {"pass", 2.88, 0.81},
    [OB__F_NPASS] = {"npass", 3.84, 1.81},
    [OB__F_DEFS] = {"defs", 1.25, 0},
    [OB__F_COMMENTS] = {"comments", 1.01, 1.48},
    [OB__F_STEMREV] = {"stemrev", 1.25, 1.79},
    [OB__F_STEMALL] = {"stemall", 0, 1.94},
    [OB__F_PATHF] = {"pathF", 5.21, 0},
    [OB__F_DIRLAST] = {"dirlast", 0, 1.61},
    [OB__F_FUZZY] = {"fuzzy", 13.55, 0},
    [OB__F_ACRO] = {"acro", 2.27, 0},
    [OB__F_EXDEF] = {"exdef", 1.71, 3.41},
    [OB__F_EXDEFT] = {"exdefT", 0, 4.65},
    [OB__F_EXSTEM] = {"exstem", 0.82, 0},
    [OB__F_COMPQ] = {"compq", 1.09, 0},
    [OB__F_MENTION] = {"mention", 1.79, 1.55},
    [OB__F_IMPORTERS] = {"importers", 1.44, 2.65},
    [OB__F_LINES] = {"lines", -1.95, -0.39},
    [OB__F_TEST] = {"test", -2.72, -0.83},
    [OB__F_EXAMPLE] = {"example", -1.88, -0.87},
    [OB__F_VENDORED] = {"vendored", -2.24, -0.71},
    [OB__F_DOC] = {"doc", -2.56, -0.91},
    [OB__F_CONF] = {"conf", -1.59, -0.60},
    [OB__F_OTHER] = {"other", -1.87, -0.62},
    [OB__F_ASKED] = {"asked", 20, 20}, /* the question names this path */
};

const char *ob__feature_name(int i)
{
    return features[i].name;
}

double ob__feature_weight(int i, bool symbol)
{
    return symbol ? features[i].symbol : features[i].text;
}

double ob__bm25(double tf, double len, double avg, double b)
{
    const double k1 = 1.2;
    return tf * (k1 + 1) / (tf + k1 * (1 - b + b * len / (avg > 0 ? avg : 1)));
}

/* ------------------------------------------------------------ the view */
void ob__view_init(struct ob__view *v, const struct ob_search_shelf *shelves, size_t n)
{
    *v = (struct ob__view){0};
    size_t parts = 0;
    for (size_t i = 0; i < n; i++)
        parts += ob_snapshot_parts(shelves[i].snapshot);
    v->parts = ob_alloc(parts * sizeof *v->parts);
    for (size_t i = 0; i < n; i++) {
        struct ob_snapshot_totals t = ob_snapshot_totals(shelves[i].snapshot);
        bool notes = shelves[i].kind == OB_SHELF_NOTES || t.notes * 2 > t.docs;
        v->totals.docs += t.docs;
        v->totals.passages += t.passages;
        v->totals.terms += t.terms;
        v->totals.def_terms += t.def_terms;
        v->totals.comment_terms += t.comment_terms;
        for (size_t k = 0; k < ob_snapshot_parts(shelves[i].snapshot); k++) {
            struct ob_snapshot_part p = ob_snapshot_part(shelves[i].snapshot, k);
            v->parts[v->n_parts++] = (struct ob__vpart){
                .part = p.part,
                .dead = p.dead,
                .shelf = i,
                .notes = notes,
                .s = ob_alloc(p.part->n_passages * sizeof(float)),
                .s_generic = ob_alloc(p.part->n_passages * sizeof(float)),
            };
        }
    }
}

void ob__view_release(struct ob__view *v)
{
    for (size_t i = 0; i < v->n_parts; i++) {
        ob_free(v->parts[i].s);
        ob_free(v->parts[i].s_generic);
    }
    ob_free(v->parts);
    *v = (struct ob__view){0};
}

const struct ob_doc *ob__candidate_doc(const struct ob__view *v, const struct ob__candidate *c)
{
    return v->parts[c->vpart].part->docs[c->doc];
}

/* ------------------------------------------------------------ terms to passages */
static void weigh_terms(struct ob__query *q, const struct ob__view *v)
{
    double passages = (double)v->totals.passages;
    for (size_t i = 0; i < q->n_terms; i++) {
        struct ob__qterm *t = &q->terms[i];
        double n = 0;
        for (size_t k = 0; k < v->n_parts; k++)
            n += ob_part_find(&v->parts[k].part->terms, t->hash).count;
        if (n > passages)
            n = passages; /* dead documents may still be counted */
        t->idf = n > 0 ? log(1 + (passages - n + 0.5) / (n + 0.5)) : log(1 + passages + 0.5);
        t->u = t->share * t->idf;
        t->w = n > 0 ? t->u : 0;
        q->sum_w += t->w;
        q->sum_u += t->u;
    }
}

static void score_passages(struct ob__vpart *p, const struct ob__query *q, double average)
{
    for (size_t i = 0; i < q->n_terms; i++) {
        const struct ob__qterm *t = &q->terms[i];
        struct ob_part_range r = ob_part_find(&p->part->terms, t->hash);
        for (uint32_t k = r.first; k < r.first + r.count; k++) {
            const struct ob_part_posting *at = &p->part->postings[k];
            uint32_t d = p->part->passage_doc[at->passage];
            const struct ob_doc *doc = p->part->docs[d];
            double len = doc->passages[at->passage - p->part->passage_base[d]].n_terms;
            double part = t->w * ob__bm25(at->tf, len, average, 0.6);
            p->s[at->passage] += (float)part;
            p->s_generic[at->passage] += (float)(part * t->generic);
        }
    }
}

/* ------------------------------------------------------------ path */
/* How alike two terms are: a prefix, a long common beginning, or an abbreviation (ctx, cfg, msg). */
static double similar(const char *a, size_t a_len, const char *b, size_t b_len)
{
    const char *shorter = a_len <= b_len ? a : b, *longer = a_len <= b_len ? b : a;
    size_t s = a_len <= b_len ? a_len : b_len, l = a_len <= b_len ? b_len : a_len, k = 0;
    if (!s || a[0] != b[0])
        return 0;
    while (k < s && a[k] == b[k])
        k++;
    if (k == s && s >= 3)
        return 0.5 + 0.5 * (double)s / (double)l;
    if (k >= 4 && (double)k >= 0.6 * (double)l)
        return 0.75 * (double)k / (double)l + 0.1;
    if (s > 4 || s < 2 || l > 9)
        return 0;
    for (size_t i = 1; i < s; i++)
        if (strchr("aeiou", shorter[i]))
            return 0;
    size_t at = 0;
    for (size_t i = 0; i < l && at < s; i++)
        at += longer[i] == shorter[at];
    return at == s ? 0.5 : 0;
}

static const struct ob__qterm *query_term(const struct ob__query *q, uint64_t hash)
{
    for (size_t i = 0; i < q->n_terms; i++)
        if (q->terms[i].hash == hash)
            return &q->terms[i];
    return NULL;
}

static double stem_letters(const struct ob_doc *d)
{
    double n = 0;
    for (uint32_t i = 0; i < d->n_stem; i++)
        n += d->stem[i].len;
    return n > 0 ? n : 1;
}

static bool in_stem(const struct ob_doc *d, uint64_t hash)
{
    for (uint32_t i = 0; i < d->n_stem; i++)
        if (d->stem[i].hash == hash)
            return true;
    return false;
}

static double fuzzy_stem(const struct ob_doc *d, const struct ob__query *q)
{
    double best = 0, letters = stem_letters(d);
    for (uint32_t i = 0; i < d->n_stem; i++) {
        if (query_term(q, d->stem[i].hash))
            continue;
        for (size_t k = 0; k < q->n_terms; k++) {
            const struct ob__qterm *t = &q->terms[k];
            if (!t->latin || in_stem(d, t->hash))
                continue;
            double sim = similar(d->stem[i].text, d->stem[i].len, t->text, t->len);
            double value = sim * t->u / (q->sum_u > 0 ? q->sum_u : 1) * d->stem[i].len / letters;
            if (value > best)
                best = value;
        }
    }
    return best;
}

/* Whether NAME is the initials of 2-6 neighbouring words: aof, append only file. */
static int acronym_words(const struct ob__query *q, const char *name, size_t len)
{
    if (len < 2 || len > 6)
        return 0;
    for (size_t start = 0; start < q->n_initials; start++) {
        if (q->stops[start])
            continue;
        for (int skip = 0; skip < 2; skip++) { /* with the stop words inside, and without */
            size_t at = 0, last = start;
            for (size_t i = start; i < q->n_initials && at < len; i++) {
                if (skip && q->stops[i])
                    continue;
                if (q->initials[i] != name[at])
                    break;
                last = i;
                at++;
            }
            if (at == len && !q->stops[last])
                return (int)len;
        }
    }
    return 0;
}

static double acronym(const struct ob_doc *d, const struct ob__query *q)
{
    char joined[8];
    size_t n = 0;
    for (uint32_t i = 0; i < d->n_stem && n < sizeof joined; i++)
        for (uint32_t k = 0; k < d->stem[i].len && n < sizeof joined; k++)
            joined[n++] = d->stem[i].text[k];
    int words = acronym_words(q, joined, n);
    if (words)
        return words >= 3 ? 1 : words / 3.0;
    for (uint32_t i = 0; d->n_stem > 1 && i < d->n_stem; i++)
        if (d->stem[i].len >= 3 && acronym_words(q, d->stem[i].text, d->stem[i].len))
            return 2 / 3.0;
    return 0;
}

static void path_features(double *value, const struct ob_doc *d, const struct ob__query *q)
{
    double matched = 0, covered = 0;
    uint32_t stem_hits = 0, last_hits = 0;
    for (uint32_t i = 0; i < d->n_stem; i++) {
        if (!query_term(q, d->stem[i].hash))
            continue;
        matched += d->stem[i].len;
        stem_hits++;
    }
    for (uint32_t i = d->n_folders - d->n_last_folder; i < d->n_folders; i++)
        last_hits += query_term(q, d->folders[i].hash) != NULL;
    for (size_t i = 0; i < q->n_terms; i++) {
        bool in_path = in_stem(d, q->terms[i].hash);
        for (uint32_t k = 0; k < d->n_folders && !in_path; k++)
            in_path = d->folders[k].hash == q->terms[i].hash;
        covered += in_path ? q->terms[i].u : 0;
    }
    double a = q->sum_u > 0 ? covered / q->sum_u : 0;
    uint32_t around = d->n_stem + d->n_last_folder;
    double b = around ? (stem_hits + last_hits) / (double)around : 0;
    value[OB__F_STEMREV] = matched / stem_letters(d);
    value[OB__F_STEMALL] = d->n_stem && stem_hits == d->n_stem;
    value[OB__F_PATHF] = a + b > 0 ? 2 * a * b / (a + b) : 0;
    value[OB__F_DIRLAST] = d->n_last_folder ? last_hits / (double)d->n_last_folder : 0;
    value[OB__F_FUZZY] = fuzzy_stem(d, q);
    value[OB__F_ACRO] = q->symbol ? 0 : acronym(d, q);
    if (q->path) {
        size_t n = strlen(d->path), m = strlen(q->path);
        const char *tail = m <= n ? d->path + n - m : NULL;
        value[OB__F_ASKED] =
            tail && strcmp(tail, q->path) == 0 && (tail == d->path || tail[-1] == '/');
    }
}

/* ------------------------------------------------------------ names and fields */
static void name_features(double *value, const struct ob_doc *d, const struct ob__query *q)
{
    for (size_t i = 0; i < q->n_names; i++) {
        const struct ob__qname *name = &q->names[i];
        for (uint32_t k = 0; k < d->n_defs; k++) {
            if (d->defs[k].joined != name->key)
                continue;
            double exact = strcmp(d->defs[k].name, name->text) == 0 ? 1 : 0.6;
            double v = exact * name->weight;
            value[OB__F_EXDEF] = fmax(value[OB__F_EXDEF], v);
            if (d->defs[k].kind == OB_DEF_TYPE)
                value[OB__F_EXDEFT] = fmax(value[OB__F_EXDEFT], v);
        }
        if (d->stem_key == name->key)
            value[OB__F_EXSTEM] = fmax(value[OB__F_EXSTEM], name->weight >= 0.5 ? 1 : name->weight);
    }
    for (size_t i = 0; i < q->n_joined; i++)
        if (q->joined[i] && d->stem_key == q->joined[i])
            value[OB__F_EXSTEM] = fmax(value[OB__F_EXSTEM], 0.8);
    size_t found = 0;
    for (size_t i = 0; i < q->n_compounds; i++)
        found += ob_doc_has_key(d->compounds, d->n_compounds, q->compounds[i]);
    value[OB__F_COMPQ] = q->n_compounds ? (double)found / (double)q->n_compounds : 0;
}

static void field_features(double *value, const struct ob_doc *d, const struct ob__query *q,
                           const struct ob_snapshot_totals *totals)
{
    double docs = totals->docs ? (double)totals->docs : 1;
    for (size_t i = 0; i < q->n_terms; i++) {
        const struct ob_doc_field *f = ob_doc_field_get(d, q->terms[i].hash);
        if (!f)
            continue;
        double w = q->terms[i].w;
        if (f->tf_def)
            value[OB__F_DEFS] +=
                w * ob__bm25(f->tf_def, d->n_def_terms, totals->def_terms / docs, 0.5);
        if (f->tf_comment)
            value[OB__F_COMMENTS] +=
                w * ob__bm25(f->tf_comment, d->n_comment_terms, totals->comment_terms / docs, 0.5);
    }
}

static void prior_features(double *value, const struct ob_doc *d, const struct ob__query *q,
                           bool notes)
{
    unsigned priors = ob__priors_of_path(d->path);
    value[OB__F_LINES] = log(1 + (double)d->n_lines) / 5;
    value[OB__F_TEST] = (priors & OB__PRIOR_TEST) && !q->asks_test;
    value[OB__F_EXAMPLE] = (priors & OB__PRIOR_EXAMPLE) && !q->asks_example && !notes;
    value[OB__F_VENDORED] = (priors & OB__PRIOR_VENDORED) != 0;
    value[OB__F_DOC] = d->lang->kind == OB_KIND_NOTE && !q->asks_doc && !notes;
    value[OB__F_CONF] = d->lang->kind == OB_KIND_CONFIG && !q->asks_conf;
    value[OB__F_OTHER] = d->lang->kind == OB_KIND_OTHER;
}

/* ------------------------------------------------------------ candidates */
/* The best passages of a document, largest first. */
static size_t best_passages(double *best, double *best_plain, const struct ob__vpart *p, uint32_t d)
{
    size_t matching = 0;
    for (uint32_t i = p->part->passage_base[d]; i < p->part->passage_base[d + 1]; i++) {
        double s = p->s_generic[i];
        if (s <= 0)
            continue;
        matching++;
        *best_plain = fmax(*best_plain, p->s[i]);
        for (int k = 0; k < BEST_PASSAGES; k++) {
            if (s > best[k]) {
                double t = best[k];
                best[k] = s;
                s = t;
            }
        }
    }
    return matching;
}

static bool kind_wanted(const struct ob_doc *d, enum ob_search_kind kind)
{
    return kind == OB_SEARCH_ALL || (kind == OB_SEARCH_NOTE) == (d->lang->kind == OB_KIND_NOTE);
}

static void consider(struct ob__candidates *out, struct ob__view *v, const struct ob__query *q,
                     uint32_t vpart, uint32_t d)
{
    const struct ob__vpart *p = &v->parts[vpart];
    const struct ob_doc *doc = p->part->docs[d];
    struct ob__candidate c = {.vpart = vpart, .doc = d};
    double best[BEST_PASSAGES] = {0};
    size_t matching = best_passages(best, &c.best_s, p, d);
    path_features(c.value, doc, q);
    if (!matching && c.value[OB__F_STEMREV] <= 0 && c.value[OB__F_FUZZY] <= 0 &&
        c.value[OB__F_ACRO] <= 0 && c.value[OB__F_ASKED] <= 0)
        return;
    c.value[OB__F_PASS] = best[0] + best[1] / 2 + best[2] / 4 + best[3] / 8;
    c.value[OB__F_NPASS] = log(1 + (double)matching) / 5;
    field_features(c.value, doc, q, &v->totals);
    name_features(c.value, doc, q);
    prior_features(c.value, doc, q, p->notes);
    OB_GROW(out->items, out->len, out->cap);
    out->items[out->len++] = c;
}

static void divide_by_max(struct ob__candidates *c, enum ob__feature f)
{
    double max = 0;
    for (size_t i = 0; i < c->len; i++)
        max = fmax(max, c->items[i].value[f]);
    for (size_t i = 0; max > 0 && i < c->len; i++)
        c->items[i].value[f] /= max;
}

static void sum_up(struct ob__candidates *c, bool symbol)
{
    for (size_t i = 0; i < c->len; i++) {
        double score = 0;
        for (int f = 0; f < OB__F_N; f++)
            score += ob__feature_weight(f, symbol) * c->items[i].value[f];
        c->items[i].score = score;
    }
}

static int compare_candidates(const void *a, const void *b)
{
    const struct ob__candidate *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    if (x->vpart != y->vpart)
        return x->vpart < y->vpart ? -1 : 1;
    return (x->doc > y->doc) - (x->doc < y->doc);
}

static void sort_candidates(struct ob__candidates *c)
{
    if (c->len)
        qsort(c->items, c->len, sizeof *c->items, compare_candidates);
}

/* ------------------------------------------------------------ graph */
static uint32_t listed(const struct ob__view *v, size_t map_offset, uint64_t key)
{
    uint32_t n = 0;
    for (size_t i = 0; i < v->n_parts; i++)
        n += ob_part_find((const struct ob_map64 *)((const char *)v->parts[i].part + map_offset),
                          key)
                 .count;
    return n;
}

/* How much the file's own names are spoken of elsewhere. */
static double mention(const struct ob__view *v, const struct ob_doc *d)
{
    double sum = 0;
    for (uint32_t i = 0; i < d->n_defs; i++) {
        const struct ob_doc_def *def = &d->defs[i];
        if (strlen(def->name) < NAME_MIN || def->kind == OB_DEF_HEADING ||
            !ob_doc_has_key(d->compounds, d->n_compounds, def->joined))
            continue;
        uint32_t defining = listed(v, offsetof(struct ob_part, defs), def->joined);
        uint32_t holding = listed(v, offsetof(struct ob_part, compounds), def->joined);
        if (defining && defining <= 2 && holding > 1)
            sum += log(1 + (double)(holding - 1)) / defining;
    }
    return log(1 + sum) / 5;
}

/* The five best of the candidates that import D, by their passages. */
static double importers(const struct ob__view *v, const struct ob__candidates *c, size_t self)
{
    const struct ob_doc *d = ob__candidate_doc(v, &c->items[self]);
    double best[5] = {0}, sum = 0;
    if (!d->stem_key || listed(v, offsetof(struct ob_part, stems), d->stem_key) > 6)
        return 0;
    for (size_t i = 0; i < c->len && i < GRAPH_CANDIDATES * 4; i++) {
        const struct ob_doc *g = ob__candidate_doc(v, &c->items[i]);
        if (i == self || !ob_doc_has_key(g->imports, g->n_imports, d->stem_key))
            continue;
        double s = c->items[i].value[OB__F_PASS];
        for (int k = 0; k < 5; k++) {
            if (s > best[k]) {
                double t = best[k];
                best[k] = s;
                s = t;
            }
        }
    }
    for (int k = 0; k < 5; k++)
        sum += best[k];
    return sum / 5;
}

static void graph_features(struct ob__candidates *c, const struct ob__view *v)
{
    for (size_t i = 0; i < c->len && i < GRAPH_CANDIDATES; i++) {
        const struct ob_doc *d = ob__candidate_doc(v, &c->items[i]);
        if (d->lang->kind != OB_KIND_CODE)
            continue;
        c->items[i].value[OB__F_MENTION] = mention(v, d);
        c->items[i].value[OB__F_IMPORTERS] = importers(v, c, i);
    }
}

void ob__rank(struct ob__candidates *out, struct ob__view *v, struct ob__query *q,
              enum ob_search_kind kind)
{
    weigh_terms(q, v);
    double average = v->totals.passages ? v->totals.terms / (double)v->totals.passages : 1;
    for (uint32_t i = 0; i < v->n_parts; i++) {
        struct ob__vpart *p = &v->parts[i];
        score_passages(p, q, average);
        for (uint32_t d = 0; d < p->part->n_docs; d++)
            if (!(p->dead && p->dead[d]) && kind_wanted(p->part->docs[d], kind))
                consider(out, v, q, i, d);
    }
    divide_by_max(out, OB__F_PASS);
    divide_by_max(out, OB__F_DEFS);
    divide_by_max(out, OB__F_COMMENTS);
    sum_up(out, q->symbol);
    sort_candidates(out);
    graph_features(out, v);
    sum_up(out, q->symbol);
    sort_candidates(out);
}

void ob__candidates_release(struct ob__candidates *c)
{
    ob_free(c->items);
    *c = (struct ob__candidates){0};
}
