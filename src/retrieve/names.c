/* Names and fields. */
#include "names.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "bm25.h"

enum { HEAD_LINES = 40, COMMON_NAME = 30 };

/* ------------------------------------------------------------ definitions */
typedef void (*definer_cb)(struct ob__candidate *c, const struct ob_doc *d, void *data);

/* Calls EACH with every candidate that defines something of the name KEY. */
static void each_definer(struct ob__candidates *c, const struct ob__view *v, uint64_t key,
                         definer_cb each, void *data)
{
    for (size_t i = 0; i < v->n_parts; i++) {
        const struct ob__vpart *p = &v->parts[i];
        struct ob_part_range r = ob_part_find(&p->part->defs, key);
        for (uint32_t k = r.first; k < r.first + r.count; k++) {
            uint32_t doc = p->part->def_docs[k], number = p->candidate[doc];
            if (number)
                each(&c->items[number - 1], p->part->docs[doc], data);
        }
    }
}

static void has_identifier(struct ob__candidate *c, const struct ob_doc *d, void *data)
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

static void has_word(struct ob__candidate *c, const struct ob_doc *d, void *data)
{
    (void)d;
    c->value[OB__F_ANYDEF] = fmax(c->value[OB__F_ANYDEF], *(const double *)data);
}

void ob__definition_features(struct ob__candidates *c, const struct ob__view *v,
                             const struct ob__query *q)
{
    for (size_t i = 0; i < q->n_names; i++) {
        struct ob__qname name = q->names[i];
        each_definer(c, v, name.key, has_identifier, &name);
    }
    for (size_t i = 0; i < q->n_words; i++) {
        uint32_t m = ob__view_count(v, offsetof(struct ob_part, defs), q->words[i]);
        double value = m ? 1 / (1 + log((double)m)) : 0;
        if (m && m <= COMMON_NAME)
            each_definer(c, v, q->words[i], has_word, &value);
    }
}

/* ------------------------------------------------------------ one file */
void ob__name_features(double *value, const struct ob_doc *d, const struct ob__query *q)
{
    for (size_t i = 0; i < q->n_names; i++)
        if (d->stem_key == q->names[i].key)
            value[OB__F_EXSTEM] =
                fmax(value[OB__F_EXSTEM], q->names[i].weight >= 0.5 ? 1 : q->names[i].weight);
    size_t found = 0, joined = 0;
    for (size_t i = 0; i < q->n_joined; i++) {
        if (q->joined[i] && d->stem_key == q->joined[i])
            value[OB__F_EXSTEM] = fmax(value[OB__F_EXSTEM], 0.8);
        joined += joined < 2 && ob_doc_has_key(d->compounds, d->n_compounds, q->joined[i]);
    }
    for (size_t i = 0; i < q->n_compounds; i++)
        found += ob_doc_has_key(d->compounds, d->n_compounds, q->compounds[i]);
    value[OB__F_JOINED] = (double)joined / 2;
    value[OB__F_COMPQ] = q->n_compounds ? (double)found / (double)q->n_compounds : 0;
}

void ob__field_features(double *value, const struct ob_doc *d, const struct ob__query *q,
                        const struct ob_snapshot_totals *totals)
{
    double docs = totals->docs ? (double)totals->docs : 1;
    struct ob__groups head = {0};
    for (size_t i = 0; i < q->n_terms; i++) {
        const struct ob_doc_field *f = ob_doc_field_get(d, q->terms[i].hash);
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
    value[OB__F_HEAD] = q->sum_w > 0 ? ob__groups_weight(q, head) / q->sum_w : 0;
}
