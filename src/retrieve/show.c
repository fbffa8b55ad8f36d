/* Choosing passages.
 *
 * Inside a file a passage counts by its BM25 beside the file's best one, with a bonus where it begins
 * a definition whose name the question covers: that finds the function, not the place that talks
 * about it.  In a collection of notes the headed section is the unit, and sections of one long file
 * compete with those of others on equal terms. */
#include "show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"

enum { FILES_CONSIDERED = 100, NOTE_FILES_CONSIDERED = 400 };

/* What a further passage of one file loses: in a list of files it fills the tail only. */
static const double FURTHER_BY_FILE = 6, FURTHER_BY_PASSAGE = 1.2;

/* Of a section's score in a collection of notes: its own BM25, its heading, its file. */
static const double SECTION = 10, HEADING = 3, SECTION_FILE = 0.25;

static const struct ob__vpart *vpart_of(const struct ob__view *v, const struct ob__candidate *c)
{
    return &v->parts[c->vpart];
}

static void add(struct ob__spans *out, struct ob__span span)
{
    OB_GROW(out->items, out->len, out->cap);
    out->items[out->len++] = span;
}

struct cover { /* which terms of the question a name holds */
    const struct ob__query *q;
    double w;
    uint64_t seen[OB__QUERY_TERMS];
    size_t n_seen;
};

static void on_name_term(const struct ob_term *t, void *data)
{
    struct cover *c = data;
    for (size_t i = 0; i < c->q->n_terms; i++) {
        if (c->q->terms[i].hash != t->hash)
            continue;
        for (size_t k = 0; k < c->n_seen; k++)
            if (c->seen[k] == t->hash)
                return;
        c->seen[c->n_seen++] = t->hash;
        c->w += c->q->terms[i].w;
    }
}

/* The share of the question's weight that a name covers. */
static double name_cover(struct ob_terms *t, const char *name, const struct ob__query *q)
{
    struct cover c = {.q = q};
    ob_terms_scan(t, name, strlen(name), on_name_term, &c);
    return q->sum_w > 0 ? c.w / q->sum_w : 0;
}

/* The best definition that begins in a passage: covered by the question's words, or its name. */
static double definition_bonus(struct ob_terms *t, const struct ob_doc *d,
                               const struct ob_doc_passage *p, const struct ob__query *q)
{
    double best = 0;
    for (uint32_t i = 0; i < d->n_defs && d->defs[i].line_1based <= p->last_line; i++) {
        const struct ob_doc_def *def = &d->defs[i];
        if (def->line_1based < p->first_line)
            continue;
        for (size_t k = 0; k < q->n_names; k++)
            if (q->names[k].key == def->joined)
                best = fmax(best, (strcmp(q->names[k].text, def->name) == 0 ? 1.2 : 0.7) *
                                      q->names[k].weight);
        best = fmax(best, 0.7 * name_cover(t, def->name, q));
    }
    return best;
}

static int compare_spans(const void *a, const void *b)
{
    const struct ob__span *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    if (x->candidate != y->candidate)
        return x->candidate < y->candidate ? -1 : 1;
    return (x->passage > y->passage) - (x->passage < y->passage);
}

static void sort_spans(struct ob__span *items, size_t n)
{
    if (n)
        qsort(items, n, sizeof *items, compare_spans);
}

/* The passages of one file, best first, scored as members of the whole list. */
static void add_file(struct ob__spans *out, struct ob_terms *t, const struct ob__candidates *c,
                     uint32_t index, const struct ob__view *v, const struct ob__query *q,
                     double further)
{
    const struct ob__candidate *cand = &c->items[index];
    const struct ob__vpart *vp = vpart_of(v, cand);
    const struct ob_doc *d = ob__candidate_doc(v, cand);
    size_t first = out->len;
    for (uint32_t i = 0; i < d->n_passages; i++) {
        double s = vp->s[vp->part->passage_base[cand->doc] + i];
        double inside = cand->best_s > 0 ? s / cand->best_s : 0;
        if (s > 0 || i == 0)
            inside += definition_bonus(t, d, &d->passages[i], q);
        if (q->line && cand->value[OB__F_ASKED] > 0 && d->passages[i].first_line <= q->line &&
            d->passages[i].last_line >= q->line)
            inside += 10;
        if (inside > 0 || i == 0)
            add(out, (struct ob__span){index, i, inside, d->lang->kind == OB_KIND_NOTE});
    }
    sort_spans(out->items + first, out->len - first);
    for (size_t i = first; i < out->len; i++)
        out->items[i].score = cand->score - further * (double)(i - first);
}

/* The sections of one note, each on its own. */
static void add_sections(struct ob__spans *out, struct ob_terms *t, const struct ob__candidates *c,
                         uint32_t index, const struct ob__view *v, const struct ob__query *q,
                         double best)
{
    const struct ob__candidate *cand = &c->items[index];
    const struct ob__vpart *vp = vpart_of(v, cand);
    const struct ob_doc *d = ob__candidate_doc(v, cand);
    for (uint32_t i = 0; i < d->n_passages; i++) {
        double s = vp->s[vp->part->passage_base[cand->doc] + i];
        if (s <= 0)
            continue;
        uint32_t def = d->passages[i].def;
        double heading = def < d->n_defs ? name_cover(t, d->defs[def].name, q) : 0;
        double score = SECTION * s / best + HEADING * heading + SECTION_FILE * cand->score;
        add(out, (struct ob__span){index, i, score, true});
    }
}

/* Keeps at most WANTED, so that code and notes each have a third of the places if they fill it. */
static void share_places(struct ob__spans *s, size_t wanted)
{
    size_t notes = 0, kept[2] = {0}, n = 0;
    if (s->len <= wanted)
        return;
    for (size_t i = 0; i < s->len; i++)
        notes += s->items[i].note;
    size_t code = s->len - notes, least = wanted / 3;
    size_t room[2] = {wanted - (notes < least ? notes : least),
                      wanted - (code < least ? code : least)};
    for (size_t i = 0; i < s->len && n < wanted; i++) {
        bool note = s->items[i].note;
        if (kept[note] == room[note])
            continue;
        kept[note]++;
        s->items[n++] = s->items[i];
    }
    s->len = n;
}

/* The file of the text at hand is known already: it comes last. */
static bool is_at_hand(const struct ob__view *v, const struct ob__candidate *c,
                       const struct ob_search_request *r)
{
    return r->context.path && r->context.text && v->parts[c->vpart].shelf == r->context.shelf &&
           strcmp(ob__candidate_doc(v, c)->path, r->context.path) == 0;
}

static void drop_at_hand(struct ob__spans *s, const struct ob__candidates *c,
                         const struct ob__view *v, const struct ob_search_request *r)
{
    size_t n = 0;
    for (size_t i = 0; i < s->len; i++) {
        struct ob__span span = s->items[i];
        const struct ob__candidate *cand = &c->items[span.candidate];
        if (is_at_hand(v, cand, r)) {
            const struct ob_doc_passage *p = &ob__candidate_doc(v, cand)->passages[span.passage];
            bool whole = !r->context.first_line;
            if (whole ||
                (p->first_line <= r->context.last_line && p->last_line >= r->context.first_line))
                continue;
            span.score -= 4;
        }
        s->items[n++] = span;
    }
    s->len = n;
}

void ob__spans_choose(struct ob__spans *out, const struct ob__candidates *c,
                      const struct ob__view *v, const struct ob__query *q,
                      const struct ob_search_request *r, size_t wanted)
{
    struct ob_terms *t = ob_terms_new();
    double best_section = 1e-9;
    for (size_t i = 0; i < c->len; i++)
        if (vpart_of(v, &c->items[i])->notes &&
            ob__candidate_doc(v, &c->items[i])->lang->kind == OB_KIND_NOTE)
            best_section = fmax(best_section, c->items[i].best_s);
    double further = r->by == OB_BY_PASSAGE ? FURTHER_BY_PASSAGE : FURTHER_BY_FILE;
    size_t files = 0, notes = 0;
    for (uint32_t i = 0; i < c->len; i++) {
        bool section = r->by != OB_BY_FILE && vpart_of(v, &c->items[i])->notes &&
                       ob__candidate_doc(v, &c->items[i])->lang->kind == OB_KIND_NOTE;
        if (section && notes++ < NOTE_FILES_CONSIDERED)
            add_sections(out, t, c, i, v, q, best_section);
        else if (!section && files++ < FILES_CONSIDERED)
            add_file(out, t, c, i, v, q, further);
    }
    drop_at_hand(out, c, v, r);
    sort_spans(out->items, out->len);
    if (r->by == OB_BY_AUTO && r->kind == OB_SEARCH_ALL)
        share_places(out, wanted);
    if (out->len > wanted)
        out->len = wanted;
    ob_terms_free(t);
}

void ob__spans_release(struct ob__spans *s)
{
    ob_free(s->items);
    *s = (struct ob__spans){0};
}
