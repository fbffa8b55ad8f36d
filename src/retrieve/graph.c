/* The graph of files.  An import line that holds a file's name makes an edge; names that more than
 * six files have make none. */
#include "graph.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"

enum { IMPORTING = 240, LOOKED_AT = 60, SAME_NAME_MAX = 6, BEST = 5 };

struct best {
    double s[BEST]; /* largest first */
};

static void keep(struct best *b, double s)
{
    for (int k = 0; k < BEST; k++) {
        if (s > b->s[k]) {
            double t = b->s[k];
            b->s[k] = s;
            s = t;
        }
    }
}

static double mean(const struct best *b)
{
    double sum = 0;
    for (int k = 0; k < BEST; k++)
        sum += b->s[k];
    return sum / BEST;
}

struct edges {
    const struct ob__view *v;
    struct best *importers, *imports; /* of the candidates that are looked at */
};

/* Candidate FROM imports the files named KEY. */
static void add_edges(struct edges *e, const struct ob__candidates *c, uint32_t from, uint64_t key)
{
    if (ob__view_count(e->v, offsetof(struct ob_part, stems), key) > SAME_NAME_MAX)
        return;
    for (size_t i = 0; i < e->v->n_parts; i++) {
        const struct ob__vpart *p = &e->v->parts[i];
        struct ob_part_range r = ob_part_find(&p->part->stems, key);
        for (uint32_t k = r.first; k < r.first + r.count; k++) {
            uint32_t to = p->candidate[p->part->stem_docs[k]];
            if (to == 0 || to - 1 == from)
                continue;
            if (to - 1 < LOOKED_AT)
                keep(&e->importers[to - 1], c->items[from].value[OB__F_PASS]);
            if (from < LOOKED_AT)
                keep(&e->imports[from], c->items[to - 1].value[OB__F_PASS]);
        }
    }
}

void ob__graph_features(struct ob__candidates *c, const struct ob__view *v)
{
    struct best importers[LOOKED_AT] = {0}, imports[LOOKED_AT] = {0};
    struct edges e = {v, importers, imports};
    for (uint32_t i = 0; i < c->len; i++)
        v->parts[c->items[i].vpart].candidate[c->items[i].doc] = i + 1;
    for (uint32_t i = 0; i < c->len && i < IMPORTING; i++) {
        const struct ob_doc *d = ob__candidate_doc(v, &c->items[i]);
        for (uint32_t k = 0; k < d->n_imports; k++)
            add_edges(&e, c, i, d->imports[k]);
    }
    for (uint32_t i = 0; i < c->len && i < LOOKED_AT; i++) {
        struct ob__candidate *at = &c->items[i];
        const struct ob__vpart *p = &v->parts[at->vpart];
        at->value[OB__F_IMPORTERS] = mean(&importers[i]);
        at->value[OB__F_IMPORTS] = mean(&imports[i]);
        at->value[OB__F_MENTION] =
            log(1 + (double)ob_snapshot_mention(p->snapshot, p->number, at->doc)) / 5;
    }
}
