/* Mentions.  A name of several parts that one or two definitions have tells by how many files hold it
 * whether much of the project leans on it.  What is dead does not count, so that a project's figures do
 * not depend on the way it came into the index. */
#include "mention.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"

enum { NAME_MIN = 4, DEFINERS_MAX = 2 };

/* How many of a key's entries are live; over MOST no matter how many. */
static uint32_t live(struct ob_snapshot_part p, const struct ob_map64 *map, const uint32_t *docs,
                     uint64_t key, uint32_t most)
{
    struct ob_part_range r = ob_part_find(map, key);
    uint32_t n = 0;
    if (!p.dead)
        return r.count;
    for (uint32_t k = r.first; k < r.first + r.count && n <= most; k++)
        n += !p.dead[docs[k]];
    return n;
}

static double worth(const struct ob_snapshot *s, uint64_t key)
{
    uint32_t defining = 0, holding = 0;
    for (size_t i = 0; i < ob_snapshot_parts(s) && defining <= DEFINERS_MAX; i++) {
        struct ob_snapshot_part p = ob_snapshot_part(s, i);
        defining += live(p, &p.part->defs, p.part->def_docs, key, DEFINERS_MAX);
    }
    if (!defining || defining > DEFINERS_MAX)
        return 0;
    for (size_t i = 0; i < ob_snapshot_parts(s); i++) {
        struct ob_snapshot_part p = ob_snapshot_part(s, i);
        holding += live(p, &p.part->compounds, p.part->compound_docs, key, UINT32_MAX - 1);
    }
    return holding > 1 ? log(1 + (double)(holding - 1)) / defining : 0;
}

float ob__mention_count(const struct ob_snapshot *s, const struct ob_doc *d)
{
    double sum = 0;
    for (uint32_t i = 0; i < d->n_defs; i++) {
        const struct ob_doc_def *def = &d->defs[i];
        if (def->kind != OB_DEF_HEADING && strlen(def->name) >= NAME_MIN &&
            ob_doc_has_key(d->compounds, d->n_compounds, def->joined))
            sum += worth(s, def->joined);
    }
    return (float)sum;
}

/* ------------------------------------------------------------ what a change changes */
struct keys { /* sorted; one that occurs twice is there twice */
    const uint64_t *at;
    size_t n;
};

static void each_difference(struct keys a, struct keys b, ob__mention_key_cb each, void *data)
{
    size_t i = 0, k = 0;
    while (i < a.n || k < b.n) {
        if (i < a.n && k < b.n && a.at[i] == b.at[k]) {
            i++;
            k++;
        } else if (k == b.n || (i < a.n && a.at[i] < b.at[k])) {
            each(a.at[i++], data);
        } else {
            each(b.at[k++], data);
        }
    }
}

static int compare_keys(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Keys of the definitions; to be freed. */
static uint64_t *defined(struct keys *out, const struct ob_doc *d)
{
    size_t n = d ? d->n_defs : 0;
    uint64_t *keys = ob_alloc(n * sizeof *keys);
    for (size_t i = 0; i < n; i++)
        keys[i] = d->defs[i].joined;
    if (n)
        qsort(keys, n, sizeof *keys, compare_keys);
    *out = (struct keys){keys, n};
    return keys;
}

static struct keys held(const struct ob_doc *d)
{
    return d ? (struct keys){d->compounds, d->n_compounds} : (struct keys){NULL, 0};
}

void ob__mention_changes(const struct ob_doc *was, const struct ob_doc *now,
                         ob__mention_key_cb each, void *data)
{
    struct keys a, b;
    uint64_t *of_was = defined(&a, was), *of_now = defined(&b, now);
    each_difference(a, b, each, data);
    each_difference(held(was), held(now), each, data);
    ob_free(of_was);
    ob_free(of_now);
}
