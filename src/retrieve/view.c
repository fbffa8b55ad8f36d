/* The view of a question: the parts of all shelves' snapshots, with room for the scores of their
 * passages. */
#include "openbook/base/mem.h"

#include "rank.h"

static void add_totals(struct ob_snapshot_totals *sum, const struct ob_snapshot_totals *t)
{
    sum->docs += t->docs;
    sum->notes += t->notes;
    sum->passages += t->passages;
    sum->terms += t->terms;
    sum->def_terms += t->def_terms;
    sum->comment_terms += t->comment_terms;
}

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
        add_totals(&v->totals, &t);
        for (size_t k = 0; k < ob_snapshot_parts(shelves[i].snapshot); k++) {
            struct ob_snapshot_part p = ob_snapshot_part(shelves[i].snapshot, k);
            v->parts[v->n_parts++] = (struct ob__vpart){
                .part = p.part,
                .dead = p.dead,
                .shelf = i,
                .notes = notes,
                .s = ob_alloc(p.part->n_passages * sizeof(float)),
                .s_generic = ob_alloc(p.part->n_passages * sizeof(float)),
                .candidate = ob_alloc(p.part->n_docs * sizeof(uint32_t)),
            };
        }
    }
}

void ob__view_release(struct ob__view *v)
{
    for (size_t i = 0; i < v->n_parts; i++) {
        ob_free(v->parts[i].s);
        ob_free(v->parts[i].s_generic);
        ob_free(v->parts[i].candidate);
    }
    ob_free(v->parts);
    *v = (struct ob__view){0};
}

uint32_t ob__view_count(const struct ob__view *v, size_t map, uint64_t key)
{
    uint32_t n = 0;
    for (size_t i = 0; i < v->n_parts; i++) {
        const char *part = (const char *)v->parts[i].part;
        n += ob_part_find((const struct ob_map64 *)(const void *)(part + map), key).count;
    }
    return n;
}

const struct ob_doc *ob__candidate_doc(const struct ob__view *v, const struct ob__candidate *c)
{
    return v->parts[c->vpart].part->docs[c->doc];
}

bool ob__candidate_is_note(const struct ob__view *v, const struct ob__candidate *c)
{
    return v->parts[c->vpart].notes && ob__candidate_doc(v, c)->lang->kind == OB_KIND_NOTE;
}
