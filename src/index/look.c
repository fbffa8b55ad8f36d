/* Looking things up in a document: its name, lines, terms and keys. */
#include <string.h>

#include "openbook/base/path.h"
#include "openbook/index/doc.h"

const char *ob_doc_stem(const struct ob_doc *d, size_t *len)
{
    const char *base = ob_path_base(d->path);
    size_t stem = strcspn(base, ".");
    *len = stem ? stem : strlen(base);
    return base;
}

/* ------------------------------------------------------------ lines */
uint32_t ob_doc_passage_from(const struct ob_doc *d, uint32_t passage, uint32_t line_1based)
{
    uint32_t lo = passage, hi = d->n_passages;
    for (uint32_t step = 1; hi - lo > step; step *= 2) {
        if (d->passages[lo + step].first_line > line_1based)
            hi = lo + step;
        else
            lo += step;
    }
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (d->passages[mid].first_line <= line_1based)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

uint32_t ob_doc_passage_at(const struct ob_doc *d, uint32_t line_1based)
{
    return ob_doc_passage_from(d, 0, line_1based);
}

uint32_t ob_doc_def_at(const struct ob_doc *d, uint32_t line_1based)
{
    uint32_t best = OB_NO_DEF;
    for (uint32_t i = 0; i < d->n_defs && d->defs[i].first_line_1based <= line_1based; i++)
        if (d->defs[i].end_line_1based >= line_1based && d->defs[i].kind != OB_DEF_VALUE)
            best = i; /* a later one that still holds the line lies deeper */
    return best;
}

/* ------------------------------------------------------------ sorted hashes */
static uint64_t hash_at(const void *hashes, size_t stride, uint32_t i)
{
    return *(const uint64_t *)((const char *)hashes + i * stride);
}

/* The first of N sorted hashes, STRIDE bytes apart, that is not below HASH, or N.  They are spread
 * evenly, so that its place is nearly known: the search begins there, in steps that double. */
static uint32_t place_of(const void *hashes, size_t stride, uint32_t n, uint64_t hash)
{
    uint32_t guess = (uint32_t)((hash >> 32) * n >> 32), lo = 0, hi = n, step = 4;
    if (n && hash_at(hashes, stride, guess) < hash) {
        for (lo = guess + 1; hi - lo > step && hash_at(hashes, stride, lo + step) < hash; step *= 2)
            lo += step + 1;
        hi = hi - lo > step ? lo + step : hi;
    } else if (n) {
        for (hi = guess; hi > step && hash_at(hashes, stride, hi - step) >= hash; step *= 2)
            hi -= step;
        lo = hi > step ? hi - step : 0;
    }
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (hash_at(hashes, stride, mid) < hash)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

const struct ob_doc_field *ob_doc_field_get(const struct ob_doc *d, uint64_t hash)
{
    uint32_t at = place_of(&d->fields->hash, sizeof *d->fields, d->n_fields, hash);
    return at < d->n_fields && d->fields[at].hash == hash ? &d->fields[at] : NULL;
}

bool ob_doc_has_key(const uint64_t *keys, uint32_t n, uint64_t key)
{
    uint32_t at = place_of(keys, sizeof *keys, n, key);
    return at < n && keys[at] == key;
}
