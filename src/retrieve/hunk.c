/* Finding hunks.
 *
 * The numbers of a hunk are true on the day it was made.  What it says is looked for in the file instead: each
 * line that is found votes for where the hunk begins, the ones that the diff changes with more weight. */
#include "hunk.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/hash.h"
#include "openbook/base/map.h"
#include "openbook/base/mem.h"

enum {
    SAME_MOST = 8,       /* lines of a hunk that are one */
    TELLING_BYTES = 3,   /* a line of less, like "}", tells nothing */
    FILE_MOST = 8 << 20, /* of a file that is looked through */
    CHANGED_WEIGHT = 3
};

/* ------------------------------------------------------------ lines of a file */
static uint64_t key_of(const char *s, size_t len)
{
    while (len && isspace((unsigned char)*s)) {
        s++;
        len--;
    }
    while (len && isspace((unsigned char)s[len - 1]))
        len--;
    return len < TELLING_BYTES ? 0 : ob_hash(s, len) | 1;
}

void ob__said_read(struct ob__said *out, const char *text, size_t len)
{
    size_t lines = 1, begin = 0;
    *out = (struct ob__said){0};
    if (len > FILE_MOST)
        return;
    for (const char *at = text; (at = memchr(at, '\n', len - (size_t)(at - text))); at++)
        lines++;
    out->keys = ob_alloc(lines * sizeof *out->keys);
    while (begin < len && out->n < lines) {
        const char *lf = memchr(text + begin, '\n', len - begin);
        size_t end = lf ? (size_t)(lf - text) : len;
        out->keys[out->n++] = key_of(text + begin, end - begin);
        begin = end + 1;
    }
}

void ob__said_release(struct ob__said *s)
{
    ob_free(s->keys);
    *s = (struct ob__said){0};
}

/* ------------------------------------------------------------ sides of a hunk */
struct side {
    uint64_t keys[OB__HUNK_LINES]; /* 0: tells nothing */
    bool changed[OB__HUNK_LINES];
    uint16_t next[OB__HUNK_LINES]; /* index + 1 of the next line with this key */
    size_t n, change;              /* lines; those before the first change */
    double most;                   /* weight of all */
};

struct match {
    int64_t at; /* 0-based line of the file where the side begins */
    double fit_01;
};

static double weight(const struct side *s, size_t i)
{
    return s->keys[i] ? s->changed[i] ? CHANGED_WEIGHT : 1 : 0;
}

static void take_side(struct side *s, const struct ob__hunk *h, bool new)
{
    bool changed = false;
    s->n = s->change = 0;
    s->most = 0;
    for (size_t i = 0; i < h->n; i++) {
        const struct ob__hunk_line *l = &h->lines[i];
        changed = changed || (l->changed && l->old != l->new);
        if (!(new ? l->new : l->old))
            continue;
        s->keys[s->n] = key_of(l->text, l->len);
        s->changed[s->n] = l->changed;
        s->most += weight(s, s->n++);
        s->change += !changed;
    }
}

/* Chains the lines of S by key; MAP: key -> index + 1 of the first. */
static void chain(struct ob_map64 *map, struct side *s)
{
    for (size_t i = s->n; i-- > 0;) {
        if (!s->keys[i])
            continue;
        uint64_t *first = ob_map64_put(map, s->keys[i], NULL);
        s->next[i] = (uint16_t)*first;
        *first = i + 1;
    }
}

static struct match match_side(struct side *s, const struct ob__said *file, int64_t expected)
{
    size_t n = file->n;
    struct ob_map64 map = {0};
    struct match best = {.at = -1};
    if (s->most <= 0)
        return best;
    float *votes = ob_alloc((n + s->n) * sizeof *votes); /* of beginnings from -s->n on */
    chain(&map, s);
    for (size_t i = 0; i < n; i++) {
        uint64_t *first = file->keys[i] ? ob_map64_get(&map, file->keys[i]) : NULL;
        size_t k = first ? (size_t)*first : 0;
        for (int same = 0; k && same < SAME_MOST; k = s->next[k - 1], same++)
            votes[i + s->n - (k - 1)] += (float)weight(s, k - 1);
    }
    double most = 0;
    for (size_t i = 0; i < n + s->n; i++) {
        int64_t at = (int64_t)i - (int64_t)s->n;
        bool nearer = llabs(at - expected) < llabs(best.at - expected);
        if (votes[i] > 0 && ((double)votes[i] > most || ((double)votes[i] >= most && nearer))) {
            most = (double)votes[i];
            best.at = at;
        }
    }
    best.fit_01 = most / s->most;
    ob_map64_release(&map);
    ob_free(votes);
    return best;
}

/* The line of the first change of S that is there, or of what stands before it. */
static uint32_t changed_line(const struct side *s, struct match m, const struct ob__said *file)
{
    int64_t n = (int64_t)file->n;
    for (size_t i = 0; i < s->n; i++) {
        int64_t at = m.at + (int64_t)i;
        if (s->changed[i] && s->keys[i] && at >= 0 && at < n && file->keys[at] == s->keys[i])
            return (uint32_t)at + 1;
    }
    int64_t at = m.at + (int64_t)s->change;
    return at < 1 ? 1 : (uint32_t)(at > n ? n : at);
}

uint32_t ob__hunk_find(const struct ob__hunk *h, const struct ob__said *file, double *fit_01)
{
    struct side *sides = ob_alloc(2 * sizeof *sides);
    take_side(&sides[0], h, true);
    take_side(&sides[1], h, false);
    struct match new = match_side(&sides[0], file, (int64_t)h->new_start - 1);
    struct match old = match_side(&sides[1], file, (int64_t)h->old_start - 1);
    bool before = old.fit_01 > new.fit_01; /* the patch is not applied */
    struct match best = before ? old : new;
    uint32_t line = best.fit_01 > 0 ? changed_line(&sides[before], best, file) : 0;
    *fit_01 = best.fit_01;
    ob_free(sides);
    return line;
}

uint32_t ob__hunk_number(const struct ob__hunk *h)
{
    uint32_t line = h->new_start;
    for (size_t i = 0; i < h->n && line && !h->lines[i].changed; i++)
        line += h->lines[i].new;
    return line ? line : h->old_start;
}
