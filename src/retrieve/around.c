/* Text at hand has two kinds of neighbours that no sum of word weights tells apart: what it uses is
 * defined elsewhere by a name that stands in it, and what it defines is named elsewhere.  The names
 * it uses were collected with its words (hand.c), calls first. */
#include "around.h"

#include <stddef.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/index/priors.h"

#include "first.h"

enum { USES_FIRST = 3, USES = 6, SUBJECTS = 4, MENTIONS = 12, PART_TERMS = 8 };

enum role { IN_TEST, IN_NOTE, IN_CODE, ROLES };

struct mention {
    uint32_t candidate, line;
    enum role role;
};

struct around {
    struct ob__spans first;
    const struct ob__candidates *c;
    const struct ob__view *v;
    const struct ob__query *q;
    const struct ob_search_context *at;
    const struct ob_doc_def *subjects[SUBJECTS];
    size_t n_subjects;
    struct mention mentions[MENTIONS];
    size_t n_mentions;
};

static bool is_file_at_hand(const struct around *a, uint32_t candidate)
{
    const struct ob__candidate *c = &a->c->items[candidate];
    return a->at->path && a->v->parts[c->vpart].shelf == a->at->shelf &&
           strcmp(ob__candidate_doc(a->v, c)->path, a->at->path) == 0;
}

static bool is_at_hand(const struct around *a, uint32_t candidate, uint32_t first, uint32_t last)
{
    return is_file_at_hand(a, candidate) &&
           (!a->at->first_line || (first <= a->at->last_line && last >= a->at->first_line));
}

/* ------------------------------------------------------------ what it defines */
static void add_subjects(struct around *a, const struct ob_doc *d)
{
    for (uint32_t i = 0; i < d->n_defs && a->n_subjects < SUBJECTS; i++) {
        const struct ob_doc_def *def = &d->defs[i];
        bool inside = !a->at->first_line || (def->line_1based >= a->at->first_line &&
                                             def->line_1based <= a->at->last_line);
        bool local = def->parent < i && d->defs[def->parent].kind == OB_DEF_FUNCTION;
        if (inside && !local && def->kind != OB_DEF_HEADING && strlen(def->name) > 3)
            a->subjects[a->n_subjects++] = def;
    }
}

static void find_subjects(struct around *a)
{
    for (uint32_t i = 0; i < a->c->len; i++)
        if (is_file_at_hand(a, i))
            add_subjects(a, ob__candidate_doc(a->v, &a->c->items[i]));
}

/* ------------------------------------------------------------ what it uses */
struct longest { /* definition of a name: a body, no declaration */
    uint32_t candidate, lines, line;
};

/* Of those that are as long, the one in the better file is kept. */
static void look_at_file(struct longest *best, const struct around *a, uint32_t candidate,
                         uint64_t key)
{
    const struct ob_doc *d = ob__candidate_doc(a->v, &a->c->items[candidate]);
    for (uint32_t k = 0; k < d->n_defs; k++) {
        const struct ob_doc_def *def = &d->defs[k];
        uint32_t lines = def->end_line_1based - def->first_line_1based + 1;
        bool longer = lines > best->lines || (lines == best->lines && candidate < best->candidate);
        if (def->joined == key && longer && def->kind != OB_DEF_HEADING &&
            !is_at_hand(a, candidate, def->first_line_1based, def->end_line_1based))
            *best = (struct longest){candidate, lines, def->line_1based};
    }
}

static void put_definition(struct around *a, uint64_t key)
{
    struct longest best = {.lines = 0};
    for (size_t i = 0; i < a->v->n_parts; i++) {
        const struct ob__vpart *p = &a->v->parts[i];
        struct ob_part_range r = ob_part_find(&p->part->defs, key);
        uint32_t last = UINT32_MAX;
        for (uint32_t k = r.first; k < r.first + r.count; k++) {
            uint32_t doc = p->part->def_docs[k];
            if (doc != last && p->candidate[doc])
                look_at_file(&best, a, p->candidate[doc] - 1, key);
            last = doc;
        }
    }
    if (best.lines)
        ob__first_put(&a->first, ob__first_span(a->c, a->v, best.candidate, best.line));
}

/* ------------------------------------------------------------ who names it */
struct name_terms {
    uint64_t hash[PART_TERMS];
    size_t n;
};

static void on_name_term(const struct ob_term *t, void *data)
{
    struct name_terms *terms = data;
    if (t->kind != OB_TERM_COMPOUND && terms->n < PART_TERMS)
        terms->hash[terms->n++] = t->hash;
}

static bool has_line(const struct ob_doc *d, const struct ob_doc_field *f, uint32_t line)
{
    for (uint32_t i = f->first; i < f[1].first; i++)
        if (d->occurrences[i].line_1based == line)
            return true;
    return false;
}

/* The first line that has all terms, or 0. */
static uint32_t line_of(const struct ob_doc *d, const struct name_terms *terms)
{
    const struct ob_doc_field *f[PART_TERMS];
    for (size_t i = 0; i < terms->n; i++)
        if (!(f[i] = ob_doc_field_get(d, terms->hash[i])))
            return 0;
    for (uint32_t k = terms->n ? f[0]->first : 0; terms->n && k < f[0][1].first; k++) {
        uint32_t line = d->occurrences[k].line_1based;
        size_t all = 1;
        while (all < terms->n && has_line(d, f[all], line))
            all++;
        if (all == terms->n)
            return line;
    }
    return 0;
}

static enum role role_of(const struct ob_doc *d)
{
    if (d->lang->kind == OB_KIND_NOTE)
        return IN_NOTE;
    return d->priors & OB_PRIOR_TEST ? IN_TEST : IN_CODE;
}

static void find_mentions(struct around *a, const struct ob_doc_def *subject, struct ob_terms *t)
{
    struct name_terms terms = {.n = 0};
    ob_terms_scan(t, subject->name, strlen(subject->name), on_name_term, &terms);
    for (uint32_t i = 0; i < a->c->len && a->n_mentions < MENTIONS; i++) {
        const struct ob_doc *d = ob__candidate_doc(a->v, &a->c->items[i]);
        uint32_t line = is_file_at_hand(a, i) ? 0 : line_of(d, &terms);
        if (line && (terms.n == 1 || ob_doc_has_key(d->compounds, d->n_compounds, subject->joined)))
            a->mentions[a->n_mentions++] = (struct mention){i, line, role_of(d)};
    }
}

/* One of each role, then the others. */
static void put_mentions(struct around *a)
{
    bool had[ROLES] = {false};
    for (int again = 0; again < 2; again++) {
        for (int role = 0; role < ROLES; role++) {
            for (size_t i = 0; i < a->n_mentions; i++) {
                const struct mention *m = &a->mentions[i];
                if ((int)m->role != role || (!again && had[role]))
                    continue;
                ob__first_put(&a->first, ob__first_span(a->c, a->v, m->candidate, m->line));
                had[role] = true;
            }
        }
    }
}

static void put_around(struct around *a)
{
    find_subjects(a);
    struct ob_terms *t = ob_terms_new();
    for (size_t i = 0; i < a->n_subjects; i++)
        find_mentions(a, a->subjects[i], t);
    ob_terms_free(t);
    for (size_t i = 0; i < a->q->n_uses && a->first.len < USES_FIRST; i++)
        put_definition(a, a->q->uses[i]);
    put_mentions(a);
    for (size_t i = 0; i < a->q->n_uses && i < USES; i++)
        put_definition(a, a->q->uses[i]);
}

void ob__around_first(struct ob__spans *s, const struct ob__candidates *c, const struct ob__view *v,
                      const struct ob__query *q, const struct ob_search_request *r)
{
    struct around a = {.c = c, .v = v, .q = q, .at = &r->context};
    if (q->meant)
        put_definition(&a, q->meant);
    if (r->context.text && q->about_hand)
        put_around(&a);
    ob__first_join(s, &a.first);
}
