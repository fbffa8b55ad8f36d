/* The view of a question: the parts of all shelves' snapshots, with room for the scores of their
 * passages.  Where one shelf lies inside another, a file belongs to the inner one and is dead in the
 * outer one, so that no question finds it twice. */
#include <stddef.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"

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

/* ------------------------------------------------------------ shelves inside shelves */
/* Marks the documents of P that lie below DIR, a folder of its shelf. */
static void bury_below(struct ob__vpart *p, const char *dir)
{
    for (uint32_t d = 0; d < p->part->n_docs; d++) {
        if (!ob_path_inside(dir, p->part->docs[d]->path))
            continue;
        if (!p->own_dead) {
            p->own_dead = ob_alloc(p->part->n_docs);
            if (p->dead)
                memcpy(p->own_dead, p->dead, p->part->n_docs);
            p->dead = p->own_dead;
        }
        p->own_dead[d] = 1;
    }
}

static void bury_twice_indexed(struct ob__view *v, const struct ob_search_shelf *shelves, size_t n)
{
    for (size_t outer = 0; outer < n; outer++)
        for (size_t inner = 0; inner < n; inner++) {
            const char *dir = shelves[outer].root && shelves[inner].root
                                  ? ob_path_inside(shelves[outer].root, shelves[inner].root)
                                  : NULL;
            for (size_t i = 0; dir && *dir && i < v->n_parts; i++)
                if (v->parts[i].shelf == outer)
                    bury_below(&v->parts[i], dir);
        }
}

/* ------------------------------------------------------------ the view */
void ob__view_init(struct ob__view *v, const struct ob_search_shelf *shelves, size_t n,
                   enum ob_search_kind kind)
{
    *v = (struct ob__view){0};
    size_t parts = 0;
    for (size_t i = 0; i < n; i++)
        parts += ob_snapshot_parts(shelves[i].snapshot);
    v->parts = ob_alloc(parts * sizeof *v->parts);
    for (size_t i = 0; i < n; i++) {
        struct ob_snapshot_totals t = ob_snapshot_totals(shelves[i].snapshot);
        bool notes =
            kind == OB_SEARCH_NOTE || shelves[i].kind == OB_SHELF_NOTES || t.notes * 2 > t.docs;
        add_totals(&v->totals, &t);
        for (size_t k = 0; k < ob_snapshot_parts(shelves[i].snapshot); k++) {
            struct ob_snapshot_part p = ob_snapshot_part(shelves[i].snapshot, k);
            v->parts[v->n_parts++] = (struct ob__vpart){
                .part = p.part,
                .dead = p.dead,
                .snapshot = shelves[i].snapshot,
                .number = k,
                .shelf = i,
                .notes = notes,
                .s = ob_alloc(p.part->n_passages * sizeof(float)),
                .folders = ob_alloc(p.part->n_folders * sizeof(struct ob__in_folder)),
                .candidate = ob_alloc(p.part->n_docs * sizeof(uint32_t)),
            };
        }
    }
    bury_twice_indexed(v, shelves, n);
}

void ob__view_release(struct ob__view *v)
{
    for (size_t i = 0; i < v->n_parts; i++) {
        if (v->parts[i].s_generic != v->parts[i].s)
            ob_free(v->parts[i].s_generic);
        ob_free(v->parts[i].s);
        ob_free(v->parts[i].folders);
        ob_free(v->parts[i].candidate);
        ob_free(v->parts[i].own_dead);
    }
    ob_free(v->parts);
    *v = (struct ob__view){0};
}

/* The document of an entry of the map at offset MAP. */
static uint32_t doc_of(const struct ob_part *part, size_t map, uint32_t entry)
{
    if (map == offsetof(struct ob_part, terms))
        return part->passage_doc[part->postings[entry].passage];
    return (map == offsetof(struct ob_part, stems)  ? part->stem_docs
            : map == offsetof(struct ob_part, defs) ? part->def_docs
                                                    : part->compound_docs)[entry];
}

uint32_t ob__view_count(const struct ob__view *v, size_t map, uint64_t key)
{
    uint32_t n = 0;
    for (size_t i = 0; i < v->n_parts; i++) {
        const struct ob__vpart *p = &v->parts[i];
        const char *part = (const char *)p->part;
        struct ob_part_range r =
            ob_part_find((const struct ob_map64 *)(const void *)(part + map), key);
        n += r.count;
        for (uint32_t k = r.first; p->dead && k < r.first + r.count; k++)
            n -= p->dead[doc_of(p->part, map, k)] != 0;
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
