/* The index: immutable parts, tombstones, merge; and the snapshots that queries hold.
 *
 * The writer makes a new snapshot from the newest one and swaps it in under a lock that is held for
 * the swap only.  Invariant: in one snapshot a path is live in at most one part.  Parts are kept in
 * geometric sizes: a new one swallows smaller neighbours, so that there are few of them and each
 * document is inverted a logarithmic number of times. */
#include "openbook/index/index.h"

#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "openbook/base/mem.h"
#include "openbook/base/task.h"

#include "mention.h"
#include "part.h"

enum { MERGE_RATIO = 3, MANY_CHANGED = 8 /* this part of a project */ };

/* Of a document whose mentions were not asked for yet. */
static const float UNKNOWN = -1;

struct ob_snapshot {
    atomic_uint refs;
    size_t n_parts;
    struct entry {
        struct ob_part *part; /* a reference */
        uint8_t *dead;        /* owned; NULL: all live */
        uint32_t n_dead;
        _Atomic float *mention; /* of each document, or UNKNOWN; owned */
    } * parts;
    struct ob_snapshot_totals totals;
    struct ob_index_stats stats; /* counted once, by the writer: the loop asks often */
};

struct ob_index {
    uv_mutex_t lock; /* guards newest */
    struct ob_snapshot *newest;
};

/* ------------------------------------------------------------ snapshots */
static struct ob_snapshot *snapshot_new(size_t max_parts)
{
    struct ob_snapshot *s = ob_alloc(sizeof *s);
    atomic_init(&s->refs, 1);
    s->parts = ob_alloc(max_parts * sizeof *s->parts);
    return s;
}

static void entry_release(struct entry *e)
{
    ob__part_unref(e->part);
    ob_free(e->dead);
    ob_free(e->mention);
}

struct ob_snapshot *ob_snapshot_ref(struct ob_snapshot *s)
{
    atomic_fetch_add(&s->refs, 1);
    return s;
}

void ob_snapshot_unref(struct ob_snapshot *s)
{
    if (!s || atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    for (size_t i = 0; i < s->n_parts; i++)
        entry_release(&s->parts[i]);
    ob_free(s->parts);
    ob_free(s);
}

static void unref_last(void *data)
{
    ob_snapshot_unref(data);
}

static void unref_done(int status, void *data)
{
    if (status)
        ob_snapshot_unref(data);
}

void ob_snapshot_let_go(struct ob_snapshot *s, uv_loop_t *loop)
{
    unsigned refs = s ? atomic_load(&s->refs) : 0;
    while (refs > 1)
        if (atomic_compare_exchange_weak(&s->refs, &refs, refs - 1))
            return;
    if (s && ob_task_start(NULL, loop, unref_last, unref_done, s) != 0)
        ob_snapshot_unref(s);
}

static float get_mention(const struct entry *e, uint32_t doc)
{
    return atomic_load_explicit(&e->mention[doc], memory_order_relaxed);
}

/* Whoever counts comes to the same number, so that no order is needed. */
static void set_mention(const struct entry *e, uint32_t doc, float mention)
{
    atomic_store_explicit(&e->mention[doc], mention, memory_order_relaxed);
}

static struct entry entry_of(struct ob_part *part)
{
    struct entry e = {.part = part, .mention = ob_alloc(part->n_docs * sizeof *e.mention)};
    for (uint32_t d = 0; d < part->n_docs; d++)
        set_mention(&e, d, UNKNOWN);
    return e;
}

static uint8_t *copy_dead(const struct entry *e)
{
    if (!e->dead)
        return NULL;
    uint8_t *copy = ob_alloc(e->part->n_docs);
    memcpy(copy, e->dead, e->part->n_docs);
    return copy;
}

/* A copy of BASE with room for MORE parts; the tombstones are its own. */
static struct ob_snapshot *snapshot_copy(const struct ob_snapshot *base, size_t more)
{
    struct ob_snapshot *s = snapshot_new(base->n_parts + more);
    for (size_t i = 0; i < base->n_parts; i++) {
        const struct entry *from = &base->parts[i];
        struct entry *to = &s->parts[s->n_parts++];
        *to = entry_of(ob__part_ref(from->part));
        to->dead = copy_dead(from);
        to->n_dead = from->n_dead;
        for (uint32_t d = 0; d < from->part->n_docs; d++)
            set_mention(to, d, get_mention(from, d));
    }
    return s;
}

static bool is_dead(const struct entry *e, uint32_t doc)
{
    return e->dead && e->dead[doc];
}

/* Masks PATH; returns the document it had, or NULL. */
static const struct ob_doc *bury(struct ob_snapshot *s, const char *path)
{
    const struct ob_doc *was = NULL;
    for (size_t i = 0; i < s->n_parts; i++) {
        struct entry *e = &s->parts[i];
        uint32_t doc = ob__part_find_path(e->part, path);
        if (doc == UINT32_MAX || is_dead(e, doc))
            continue;
        if (!e->dead)
            e->dead = ob_alloc(e->part->n_docs);
        e->dead[doc] = 1;
        e->n_dead++;
        was = e->part->docs[doc];
    }
    return was;
}

/* ------------------------------------------------------------ mentions */
/* The documents that define KEY are to be counted again. */
static void forget_key(uint64_t key, void *data)
{
    const struct ob_snapshot *s = data;
    for (size_t i = 0; i < s->n_parts; i++) {
        const struct ob_part *p = s->parts[i].part;
        struct ob_part_range r = ob_part_find(&p->defs, key);
        for (uint32_t k = r.first; k < r.first + r.count; k++)
            set_mention(&s->parts[i], p->def_docs[k], UNKNOWN);
    }
}

static void forget_all(const struct ob_snapshot *s)
{
    for (size_t i = 0; i < s->n_parts; i++)
        for (uint32_t d = 0; d < s->parts[i].part->n_docs; d++)
            set_mention(&s->parts[i], d, UNKNOWN);
}

float ob_snapshot_mention(const struct ob_snapshot *s, size_t i, uint32_t doc)
{
    const struct entry *e = &s->parts[i];
    float mention = get_mention(e, doc);
    if (mention >= 0)
        return mention;
    mention = ob__mention_count(s, e->part->docs[doc]);
    set_mention(e, doc, mention);
    return mention;
}

static void count_doc(struct ob_snapshot_totals *t, const struct ob_doc *doc)
{
    t->docs++;
    t->notes += doc->lang->kind == OB_KIND_NOTE;
    t->passages += doc->n_passages;
    t->terms += doc->n_terms;
    t->def_terms += doc->n_def_terms;
    t->comment_terms += doc->n_comment_terms;
}

static void count_part(struct ob_snapshot *s, const struct entry *e)
{
    s->stats.terms += e->part->terms.len; /* a term in two parts counts twice */
    s->stats.postings += e->part->n_postings;
    s->stats.index_bytes += ob__part_bytes(e->part);
    for (uint32_t d = 0; d < e->part->n_docs; d++) {
        const struct ob_doc *doc = e->part->docs[d];
        if (is_dead(e, d))
            continue;
        count_doc(&s->totals, doc);
        s->stats.definitions += doc->n_defs;
        s->stats.text_bytes += doc->text_bytes;
    }
}

static void count_totals(struct ob_snapshot *s)
{
    for (size_t i = 0; i < s->n_parts; i++)
        count_part(s, &s->parts[i]);
    s->stats.files = s->totals.docs;
    s->stats.passages = s->totals.passages;
    s->stats.parts = s->n_parts;
}

/* Masks the paths of DOCS and REMOVED and adds DOCS as a part. */
static struct ob_snapshot *snapshot_change(const struct ob_snapshot *base,
                                           struct ob_doc *const *docs, size_t n_docs,
                                           const char *const *removed, size_t n_removed)
{
    struct ob_snapshot *s = snapshot_copy(base, 1);
    bool many = (n_docs + n_removed) * MANY_CHANGED > base->totals.docs;
    for (size_t i = 0; i < n_docs + n_removed; i++) {
        const struct ob_doc *now = i < n_docs ? docs[i] : NULL;
        const struct ob_doc *was = bury(s, now ? now->path : removed[i - n_docs]);
        if (!many)
            ob__mention_changes(was, now, forget_key, s);
    }
    if (many)
        forget_all(s);
    if (n_docs)
        s->parts[s->n_parts++] = entry_of(ob__part_new(docs, n_docs));
    return s;
}

struct ob_snapshot *ob_snapshot_with(struct ob_snapshot *base, struct ob_doc *const *docs,
                                     size_t n_docs, const char *const *removed, size_t n_removed)
{
    struct ob_snapshot *s = snapshot_change(base, docs, n_docs, removed, n_removed);
    count_totals(s);
    return s;
}

/* ------------------------------------------------------------ merging */
static size_t live_docs(const struct entry *e)
{
    return e->part->n_docs - e->n_dead;
}

/* Takes over into TO what is known of the live documents of FROM. */
static void keep_mentions(const struct entry *to, const struct entry *from)
{
    for (uint32_t d = 0; d < from->part->n_docs; d++)
        if (!is_dead(from, d) && get_mention(from, d) >= 0)
            set_mention(to, ob__part_find_path(to->part, from->part->docs[d]->path),
                        get_mention(from, d));
}

/* Replaces the parts from FIRST on by one of their live documents. */
static void merge_from(struct ob_snapshot *s, size_t first)
{
    size_t n = 0, total = 0;
    for (size_t i = first; i < s->n_parts; i++)
        total += live_docs(&s->parts[i]);
    struct ob_doc **docs = ob_alloc(total * sizeof *docs);
    for (size_t i = first; i < s->n_parts; i++)
        for (uint32_t d = 0; d < s->parts[i].part->n_docs; d++)
            if (!is_dead(&s->parts[i], d))
                docs[n++] = s->parts[i].part->docs[d];
    struct entry merged = entry_of(ob__part_new(docs, n));
    for (size_t i = first; i < s->n_parts; i++) {
        keep_mentions(&merged, &s->parts[i]);
        entry_release(&s->parts[i]);
    }
    s->n_parts = first;
    if (n)
        s->parts[s->n_parts++] = merged;
    else
        entry_release(&merged);
    ob_free(docs);
}

/* The first part that should be merged with all behind it; n_parts for none. */
static size_t merge_point(const struct ob_snapshot *s)
{
    size_t behind = 0, point = s->n_parts;
    for (size_t i = s->n_parts; i-- > 0;) {
        size_t live = live_docs(&s->parts[i]);
        bool swallowed = behind && live < MERGE_RATIO * behind;
        bool rotten = s->parts[i].n_dead > live;
        if (swallowed || rotten)
            point = i;
        behind += live;
    }
    return point;
}

/* ------------------------------------------------------------ the index */
struct ob_index *ob_index_new(void)
{
    struct ob_index *x = ob_alloc(sizeof *x);
    (void)uv_mutex_init(&x->lock); /* cannot fail for a plain one */
    x->newest = snapshot_new(1);
    return x;
}

void ob_index_free(struct ob_index *x)
{
    if (!x)
        return;
    ob_snapshot_unref(x->newest);
    uv_mutex_destroy(&x->lock);
    ob_free(x);
}

void ob_index_clear(struct ob_index *x)
{
    struct ob_snapshot *old = x->newest, *empty = snapshot_new(1);
    uv_mutex_lock(&x->lock);
    x->newest = empty;
    uv_mutex_unlock(&x->lock);
    ob_snapshot_unref(old);
}

struct ob_snapshot *ob_index_snapshot(struct ob_index *x)
{
    uv_mutex_lock(&x->lock);
    struct ob_snapshot *s = ob_snapshot_ref(x->newest);
    uv_mutex_unlock(&x->lock);
    return s;
}

void ob_index_apply(struct ob_index *x, struct ob_doc *const *docs, size_t n_docs,
                    const char *const *removed, size_t n_removed)
{
    /* Only the writer replaces `newest`, so it may be read without the lock here. */
    struct ob_snapshot *old = x->newest;
    struct ob_snapshot *s = snapshot_change(old, docs, n_docs, removed, n_removed);
    size_t point = merge_point(s);
    if (point < s->n_parts)
        merge_from(s, point);
    count_totals(s);
    uv_mutex_lock(&x->lock);
    x->newest = s;
    uv_mutex_unlock(&x->lock);
    ob_snapshot_unref(old);
}

void ob_index_settle(struct ob_index *x, const atomic_bool *stop)
{
    const struct ob_snapshot *s = x->newest; /* read by the writer, which alone replaces it */
    for (size_t i = 0; i < s->n_parts; i++)
        for (uint32_t d = 0; d < s->parts[i].part->n_docs; d++) {
            if (stop && atomic_load(stop))
                return;
            if (!is_dead(&s->parts[i], d))
                (void)ob_snapshot_mention(s, i, d); /* it is kept */
        }
}

/* ------------------------------------------------------------ reading */
size_t ob_snapshot_parts(const struct ob_snapshot *s)
{
    return s->n_parts;
}

struct ob_snapshot_part ob_snapshot_part(const struct ob_snapshot *s, size_t i)
{
    return (struct ob_snapshot_part){s->parts[i].part, s->parts[i].dead};
}

struct ob_snapshot_totals ob_snapshot_totals(const struct ob_snapshot *s)
{
    return s->totals;
}

const struct ob_doc *ob_snapshot_doc(const struct ob_snapshot *s, const char *path)
{
    for (size_t i = 0; i < s->n_parts; i++) {
        uint32_t d = ob__part_find_path(s->parts[i].part, path);
        if (d != UINT32_MAX && !is_dead(&s->parts[i], d))
            return s->parts[i].part->docs[d];
    }
    return NULL;
}

void ob_snapshot_stats(struct ob_index_stats *out, const struct ob_snapshot *s)
{
    *out = s->stats;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void ob_snapshot_paths(const struct ob_snapshot *s, void (*cb)(const char *path, void *data),
                       void *data)
{
    const char **paths = ob_alloc(s->totals.docs * sizeof *paths);
    size_t n = 0;
    for (size_t i = 0; i < s->n_parts; i++)
        for (uint32_t d = 0; d < s->parts[i].part->n_docs; d++)
            if (!is_dead(&s->parts[i], d))
                paths[n++] = s->parts[i].part->docs[d]->path;
    if (n)
        qsort(paths, n, sizeof *paths, compare_paths);
    for (size_t i = 0; i < n; i++)
        cb(paths[i], data);
    ob_free(paths);
}
