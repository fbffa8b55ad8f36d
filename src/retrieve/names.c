/* Names and fields. */
#include "names.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "bm25.h"

enum { HEAD_LINES = 40, COMMON_NAME = 30 };

/* ------------------------------------------------------------ names in many files */
/* A map of parts, and the documents that it lists: offsets in struct ob_part. */
struct listing {
    size_t map, docs;
};

static const struct listing definers = {offsetof(struct ob_part, defs),
                                        offsetof(struct ob_part, def_docs)};
static const struct listing holders = {offsetof(struct ob_part, compounds),
                                       offsetof(struct ob_part, compound_docs)};

typedef void (*listed_cb)(struct ob__candidate *c, const struct ob_doc *d, const void *data);

/* Calls EACH with every candidate that is listed for KEY: of a key that nobody has no file is asked. */
static void each_listed(struct ob__candidates *c, const struct ob__view *v, struct listing list,
                        uint64_t key, listed_cb each, const void *data)
{
    for (size_t i = 0; i < v->n_parts; i++) {
        const struct ob__vpart *p = &v->parts[i];
        const char *part = (const char *)p->part;
        const uint32_t *docs = *(uint32_t *const *)(const void *)(part + list.docs);
        struct ob_part_range r =
            ob_part_find((const struct ob_map64 *)(const void *)(part + list.map), key);
        for (uint32_t k = r.first; k < r.first + r.count; k++) {
            uint32_t number = p->candidate[docs[k]];
            if (number)
                each(&c->items[number - 1], p->part->docs[docs[k]], data);
        }
    }
}

static void has_identifier(struct ob__candidate *c, const struct ob_doc *d, const void *data)
{
    const struct ob__qname *name = data;
    for (uint32_t k = 0; k < d->n_defs; k++) {
        if (d->defs[k].joined != name->key || d->defs[k].kind == OB_DEF_HEADING)
            continue;
        double v = (strcmp(d->defs[k].name, name->text) == 0 ? 1 : 0.6) * name->weight;
        c->value[OB__F_EXDEF] = fmax(c->value[OB__F_EXDEF], v);
        if (d->defs[k].kind == OB_DEF_TYPE)
            c->value[OB__F_EXDEFT] = fmax(c->value[OB__F_EXDEFT], v);
    }
}

static void has_word(struct ob__candidate *c, const struct ob_doc *d, const void *data)
{
    (void)d;
    c->value[OB__F_ANYDEF] = fmax(c->value[OB__F_ANYDEF], *(const double *)data);
}

static void has_joined(struct ob__candidate *c, const struct ob_doc *d, const void *data)
{
    (void)d, (void)data;
    if (c->value[OB__F_JOINED] < 1) /* two of them are enough */
        c->value[OB__F_JOINED] += 0.5;
}

static void has_compound(struct ob__candidate *c, const struct ob_doc *d, const void *data)
{
    (void)d, (void)data;
    c->value[OB__F_COMPQ]++;
}

/* How well the file's own name is one of the question's. */
static double same_stem(const struct ob_doc *d, const struct ob__query *q)
{
    double best = 0;
    for (size_t i = 0; i < q->n_names; i++)
        if (d->stem_key == q->names[i].key)
            best = fmax(best, q->names[i].weight >= 0.5 ? 1 : q->names[i].weight);
    for (size_t i = 0; i < q->n_joined; i++)
        if (q->joined[i] && d->stem_key == q->joined[i])
            best = fmax(best, 0.8);
    return best;
}

void ob__name_features(struct ob__candidates *c, const struct ob__view *v,
                       const struct ob__query *q)
{
    for (size_t i = 0; i < q->n_names; i++)
        each_listed(c, v, definers, q->names[i].key, has_identifier, &q->names[i]);
    for (size_t i = 0; i < q->n_words; i++) {
        uint32_t m = ob__view_count(v, offsetof(struct ob_part, defs), q->words[i]);
        double value = m ? 1 / (1 + log((double)m)) : 0;
        if (m && m <= COMMON_NAME)
            each_listed(c, v, definers, q->words[i], has_word, &value);
    }
    for (size_t i = 0; i < q->n_joined; i++)
        each_listed(c, v, holders, q->joined[i], has_joined, NULL);
    for (size_t i = 0; i < q->n_compounds; i++)
        each_listed(c, v, holders, q->compounds[i], has_compound, NULL);
    for (size_t i = 0; i < c->len; i++) {
        double *value = c->items[i].value;
        value[OB__F_EXSTEM] = same_stem(ob__candidate_doc(v, &c->items[i]), q);
        value[OB__F_COMPQ] /= q->n_compounds ? (double)q->n_compounds : 1;
    }
}

/* ------------------------------------------------------------ one file */
void ob__field_features(double *value, const struct ob_doc *d, const struct ob__terms *terms,
                        const struct ob__query *q, const struct ob_snapshot_totals *totals)
{
    double docs = totals->docs ? (double)totals->docs : 1;
    struct ob__groups head = {0};
    for (size_t i = 0; i < q->n_terms; i++) {
        const struct ob_doc_field *f =
            ob__terms_has(terms, i) ? ob_doc_field_get(d, q->terms[i].hash) : NULL;
        if (!f)
            continue;
        double w = q->terms[i].w, tf = f[1].first - f->first;
        value[OB__F_FILE] += w * ob__bm25(tf, d->n_terms, totals->terms / docs, 0.5);
        if (f->tf_def)
            value[OB__F_DEFS] +=
                w * ob__bm25(f->tf_def, d->n_def_terms, totals->def_terms / docs, 0.5);
        if (f->tf_comment)
            value[OB__F_COMMENTS] +=
                w * ob__bm25(f->tf_comment, d->n_comment_terms, totals->comment_terms / docs, 0.5);
        if (d->occurrences[f->first].line_1based <= HEAD_LINES)
            ob__groups_add(&head, &q->terms[i]);
    }
    value[OB__F_HEAD] = q->w.sum > 0 ? ob__groups_weight(q, head) / q->w.sum : 0;
}
