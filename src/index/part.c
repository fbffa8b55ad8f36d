/* Inverting documents: two passes over their sorted lists, one to count and one to fill, so that the
 * entries of a key lie side by side without sorting them again. */
#include "part.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "spell.h"

struct ob_part_range ob_part_find(const struct ob_map64 *map, uint64_t key)
{
    const uint64_t *value = ob_map64_get(map, key);
    return value ? (struct ob_part_range){(uint32_t)(*value >> 32), (uint32_t)*value}
                 : (struct ob_part_range){0, 0};
}

/* After counting, each value is a count: turns it into (first << 32 | 0), ready to fill. */
static uint32_t place(struct ob_map64 *map)
{
    uint64_t first = 0;
    for (size_t i = 0; i < map->cap; i++) {
        if (!map->slots[i].key)
            continue;
        uint64_t count = map->slots[i].value;
        map->slots[i].value = first << 32;
        first += count;
    }
    if (map->has_zero) {
        uint64_t count = map->zero_value;
        map->zero_value = first << 32;
        first += count;
    }
    return (uint32_t)first;
}

/* The next place of KEY; counts it. */
static uint32_t next_place(struct ob_map64 *map, uint64_t key)
{
    uint64_t *value = ob_map64_get(map, key);
    uint32_t at = (uint32_t)(*value >> 32) + (uint32_t)*value;
    (*value)++;
    return at;
}

/* Calls EACH with every passage that holds term FIELD of a document, and how often. */
static void visit_passages(const struct ob_doc *d, uint32_t field,
                           void (*each)(struct ob_part *, uint64_t, struct ob_part_posting),
                           struct ob_part *p, uint32_t base)
{
    uint32_t at = d->fields[field].first, end = d->fields[field + 1].first, passage = 0;
    while (at < end) {
        uint32_t tf = 0;
        passage = ob_doc_passage_from(d, passage, d->occurrences[at].line_1based);
        for (; at < end &&
               (tf == 0 || d->occurrences[at].line_1based <= d->passages[passage].last_line);
             at++)
            tf++;
        each(p, d->fields[field].hash, (struct ob_part_posting){base + passage, tf});
    }
}

static void count_posting(struct ob_part *p, uint64_t hash, struct ob_part_posting posting)
{
    (void)posting;
    (*ob_map64_put(&p->terms, hash, NULL))++;
}

static void fill_posting(struct ob_part *p, uint64_t hash, struct ob_part_posting posting)
{
    p->postings[next_place(&p->terms, hash)] = posting;
}

static void invert_terms(struct ob_part *p)
{
    for (uint32_t d = 0; d < p->n_docs; d++)
        for (uint32_t i = 0; i < p->docs[d]->n_fields; i++)
            visit_passages(p->docs[d], i, count_posting, p, p->passage_base[d]);
    p->n_postings = place(&p->terms);
    p->postings = ob_alloc(p->n_postings * sizeof *p->postings);
    for (uint32_t d = 0; d < p->n_docs; d++)
        for (uint32_t i = 0; i < p->docs[d]->n_fields; i++)
            visit_passages(p->docs[d], i, fill_posting, p, p->passage_base[d]);
}

/* Calls EACH for every key under which a document is listed in a map. */
typedef void (*key_visitor)(const struct ob_doc *d, void (*each)(uint64_t key, void *), void *);

static void visit_stem(const struct ob_doc *d, void (*each)(uint64_t, void *), void *data)
{
    each(d->stem_key, data);
    if (d->page_key)
        each(d->page_key, data);
    for (uint32_t i = 0; i < d->n_names; i++)
        if (d->names[i].key != d->page_key) /* often a note's file is called as its title */
            each(d->names[i].key, data);
    for (uint32_t i = 0; i < d->n_ids; i++)
        each(d->ids[i], data);
}

static void visit_compounds(const struct ob_doc *d, void (*each)(uint64_t, void *), void *data)
{
    for (uint32_t i = 0; i < d->n_compounds; i++)
        each(d->compounds[i], data);
}

/* A name defined twice in a file is listed twice: readers bear it. */
static void visit_defs(const struct ob_doc *d, void (*each)(uint64_t, void *), void *data)
{
    for (uint32_t i = 0; i < d->n_defs; i++)
        each(d->defs[i].joined, data);
}

struct listing {
    struct ob_map64 *map;
    uint32_t *out;
    uint32_t doc;
};

static void count_key(uint64_t key, void *data)
{
    struct listing *l = data;
    (*ob_map64_put(l->map, key, NULL))++;
}

static void list_key(uint64_t key, void *data)
{
    struct listing *l = data;
    l->out[next_place(l->map, key)] = l->doc;
}

static uint32_t *list_by_key(const struct ob_part *p, struct ob_map64 *map, key_visitor visit)
{
    struct listing l = {.map = map};
    for (l.doc = 0; l.doc < p->n_docs; l.doc++)
        visit(p->docs[l.doc], count_key, &l);
    l.out = ob_alloc(place(map) * sizeof *l.out);
    for (l.doc = 0; l.doc < p->n_docs; l.doc++)
        visit(p->docs[l.doc], list_key, &l);
    return l.out;
}

/* ------------------------------------------------------------ words of base names */
struct named { /* one term of one base name */
    const struct ob_doc_word *word;
    uint32_t doc;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    uint32_t n = x->word->len < y->word->len ? x->word->len : y->word->len;
    int order = memcmp(x->word->text, y->word->text, n);
    if (!order)
        order = (x->word->len > y->word->len) - (x->word->len < y->word->len);
    return order ? order : (x->doc > y->doc) - (x->doc < y->doc);
}

static void list_words(struct ob_part *p)
{
    size_t n = 0, at = 0;
    for (uint32_t d = 0; d < p->n_docs; d++)
        n += p->docs[d]->n_stem;
    struct named *all = ob_alloc(n * sizeof *all);
    for (uint32_t d = 0; d < p->n_docs; d++)
        for (uint32_t i = 0; i < p->docs[d]->n_stem; i++)
            all[at++] = (struct named){&p->docs[d]->stem[i], d};
    if (n)
        qsort(all, n, sizeof *all, compare_named);
    p->words = ob_alloc(n * sizeof *p->words);
    p->word_docs = ob_alloc(n * sizeof *p->word_docs);
    struct ob_part_word *last = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct ob_doc_word *w = all[i].word;
        if (!last || last->len != w->len || memcmp(last->text, w->text, w->len) != 0) {
            last = &p->words[p->n_words++];
            *last = (struct ob_part_word){w->text, w->len, (uint32_t)i, 0};
        }
        p->word_docs[i] = all[i].doc;
        last->count++;
    }
    ob_free(all);
}

/* ------------------------------------------------------------ files and folders */
static bool same_folder(const struct ob_doc *a, const struct ob_doc *b)
{
    size_t n = (size_t)(ob_path_base(a->path) - a->path);
    return n == (size_t)(ob_path_base(b->path) - b->path) && memcmp(a->path, b->path, n) == 0;
}

static void list_files(struct ob_part *p)
{
    p->files = ob_alloc(p->n_docs * sizeof *p->files);
    p->folder_docs = ob_alloc(p->n_docs * sizeof *p->folder_docs);
    for (uint32_t d = 0; d < p->n_docs; d++) {
        const struct ob_doc *doc = p->docs[d];
        struct ob_part_file *f = &p->files[d];
        if (d == 0 || !same_folder(doc, p->docs[d - 1]))
            p->folder_docs[p->n_folders++] = d;
        *f = (struct ob_part_file){
            .lines = log(1 + (double)doc->n_lines),
            .defs = log(1 + (double)doc->n_defs),
            .folder = p->n_folders - 1,
            .n_stem = doc->n_stem,
            .kind = (uint8_t)doc->lang->kind,
            .priors = doc->priors,
        };
        for (uint32_t i = 0; i < doc->n_stem; i++)
            f->n_stem_letters += doc->stem[i].len;
    }
}

static void number_passages(struct ob_part *p)
{
    p->passage_base = ob_alloc((p->n_docs + (size_t)1) * sizeof *p->passage_base);
    for (uint32_t d = 0; d < p->n_docs; d++)
        p->passage_base[d + 1] = p->passage_base[d] + p->docs[d]->n_passages;
    p->n_passages = p->passage_base[p->n_docs];
    p->passage_doc = ob_alloc(p->n_passages * sizeof *p->passage_doc);
    p->passage_terms = ob_alloc(p->n_passages * sizeof *p->passage_terms);
    for (uint32_t d = 0; d < p->n_docs; d++)
        for (uint32_t i = 0; i < p->docs[d]->n_passages; i++) {
            p->passage_doc[p->passage_base[d] + i] = d;
            p->passage_terms[p->passage_base[d] + i] = p->docs[d]->passages[i].n_terms;
        }
}

static int compare_docs(const void *a, const void *b)
{
    const struct ob_doc *const *x = a, *const *y = b;
    return strcmp((*x)->path, (*y)->path);
}

struct ob_part *ob__part_new(struct ob_doc *const *docs, size_t n)
{
    struct ob_part *p = ob_alloc(sizeof *p);
    atomic_init(&p->refs, 1);
    p->docs = ob_alloc(n * sizeof(struct ob_doc *));
    p->n_docs = (uint32_t)n;
    for (uint32_t d = 0; d < p->n_docs; d++)
        p->docs[d] = ob_doc_ref(docs[d]);
    if (n)
        qsort(p->docs, n, sizeof(struct ob_doc *), compare_docs);
    for (uint32_t d = 0; d < p->n_docs; d++)
        *ob_map_put(&p->paths, p->docs[d]->path, strlen(p->docs[d]->path), NULL) = d;
    number_passages(p);
    invert_terms(p);
    p->stem_docs = list_by_key(p, &p->stems, visit_stem);
    p->def_docs = list_by_key(p, &p->defs, visit_defs);
    p->compound_docs = list_by_key(p, &p->compounds, visit_compounds);
    list_words(p);
    list_files(p);
    ob__spellings_collect(&p->names, &p->name_parts, p->docs, p->n_docs);
    return p;
}

struct ob_part *ob__part_ref(struct ob_part *p)
{
    atomic_fetch_add(&p->refs, 1);
    return p;
}

void ob__part_unref(struct ob_part *p)
{
    if (!p || atomic_fetch_sub(&p->refs, 1) != 1)
        return;
    for (uint32_t d = 0; d < p->n_docs; d++)
        ob_doc_unref(p->docs[d]);
    ob_free(p->docs);
    ob_free(p->passage_base);
    ob_free(p->passage_doc);
    ob_free(p->passage_terms);
    ob_free(p->postings);
    ob_free(p->stem_docs);
    ob_free(p->def_docs);
    ob_free(p->compound_docs);
    ob_free(p->files);
    ob_free(p->folder_docs);
    ob_free(p->words);
    ob_free(p->word_docs);
    ob__spellings_release(&p->names);
    ob__spellings_release(&p->name_parts);
    ob_map64_release(&p->terms);
    ob_map64_release(&p->stems);
    ob_map64_release(&p->defs);
    ob_map64_release(&p->compounds);
    ob_map_release(&p->paths);
    ob_free(p);
}

uint32_t ob__part_find_path(const struct ob_part *p, const char *path)
{
    const uint64_t *d = ob_map_get(&p->paths, path, strlen(path));
    return d ? (uint32_t)*d : UINT32_MAX;
}

static size_t map_bytes(const struct ob_map64 *m)
{
    return m->cap * sizeof *m->slots;
}

size_t ob__part_bytes(const struct ob_part *p)
{
    size_t bytes = sizeof *p + p->n_passages * (sizeof *p->passage_doc + sizeof *p->passage_terms) +
                   p->n_postings * sizeof *p->postings + map_bytes(&p->terms) +
                   map_bytes(&p->stems) + map_bytes(&p->defs) + map_bytes(&p->compounds) +
                   p->paths.cap * sizeof *p->paths.slots + p->n_words * sizeof *p->words +
                   ob__spellings_bytes(&p->names) + ob__spellings_bytes(&p->name_parts);
    for (uint32_t d = 0; d < p->n_docs; d++)
        bytes += sizeof *p->docs[d] + p->docs[d]->arena.used_bytes +
                 p->docs[d]->n_compounds * sizeof *p->compound_docs;
    return bytes;
}
