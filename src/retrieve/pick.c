/* Long and short questions.
 *
 * A pasted log has thousands of words and a few that matter: those that the project knows and that are
 * rare in it.  Cost is linear in the text but for sorting its distinct terms.  A lone syllable is how
 * a Korean word begins; the index holds pairs, and there are only 11,172 of them to try. */
#include "pick.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/text/utf8.h"

enum {
    WORDS = 24,
    TERMS = 40,
    SHORT_TERMS = 3,
    BEGINNINGS = 6,
    SYLLABLE_BYTES = 3,
    PAIR_BYTES = 6
};
enum { PASTED_BYTES = 1000, SYLLABLES = 0xAC00, SYLLABLES_END = 0xD7A4, OF_ONE_INITIAL = 588 };

/* A number, or a word that the project does not have, rarely is what a long text asks about. */
static const double NUMBER = 0.05, UNKNOWN = 0.05, BEGINNING = 0.7;

struct item {
    uint64_t hash;
    uint32_t word, order;
    double tf, weight;
    bool number;
};

struct pick {
    const struct ob__query *q;
    const struct ob__view *v;
    const char *text;
    size_t text_len, next_passed;
    struct ob_map64 seen; /* hash -> index into items + 1 */
    struct item *items;
    size_t len, cap;
};

static void on_term(const struct ob_term *t, void *data)
{
    struct pick *p = data;
    if (t->kind == OB_TERM_COMPOUND || ob__query_skips(p->text, t) ||
        ob__query_passes(p->q, &p->next_passed, t->start) ||
        ob__query_is_noise(p->q, p->v, p->text, p->text_len, t))
        return;
    bool added;
    uint64_t *index = ob_map64_put(&p->seen, t->hash, &added);
    if (added) {
        OB_GROW(p->items, p->len, p->cap);
        bool number = t->kind == OB_TERM_WORD && isdigit((unsigned char)t->part[0]);
        p->items[p->len] =
            (struct item){t->hash, t->word, (uint32_t)p->len, number, number ? NUMBER : 1, number};
        *index = ++p->len;
    }
    p->items[*index - 1].tf += !p->items[*index - 1].number; /* numbers repeat for no reason */
}

static double rarity(const struct ob__view *v, uint64_t hash)
{
    double passages = v ? (double)v->totals.passages : 0;
    double n = v ? ob__view_count(v, offsetof(struct ob_part, terms), hash) : 0;
    return n > 0 ? log(1 + passages / n) : UNKNOWN;
}

/* Of a log the project can only answer what it knows; what a question asks may well be missing. */
static bool is_foreign(const struct ob__view *v, const struct item *item, size_t len)
{
    return v && len > PASTED_BYTES &&
           (item->number || !ob__view_count(v, offsetof(struct ob_part, terms), item->hash));
}

static int compare_items(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return (x->order > y->order) - (x->order < y->order);
}

void ob__pick(struct ob_map64 *kept, struct ob_terms *t, const struct ob__query *q,
              const struct ob__view *v, const char *text, size_t len)
{
    struct pick p = {.q = q, .v = v, .text = text, .text_len = len};
    struct ob_map64 words = {0};
    ob_terms_scan(t, text, len, on_term, &p);
    for (size_t i = 0; i < p.len; i++)
        p.items[i].weight *= rarity(v, p.items[i].hash) * (1 + log(p.items[i].tf) / 4);
    if (p.len)
        qsort(p.items, p.len, sizeof *p.items, compare_items);
    for (size_t i = 0; i < p.len && kept->len < TERMS; i++) {
        bool room = words.len < WORDS, added = false;
        if (kept->len && is_foreign(v, &p.items[i], len))
            continue;
        if (room)
            ob_map64_put(&words, p.items[i].word + 1, &added);
        if (room || ob_map64_get(&words, p.items[i].word + 1))
            ob_map64_put(kept, p.items[i].hash, NULL);
    }
    ob_map64_release(&words);
    ob_map64_release(&p.seen);
    ob_free(p.items);
}

/* ------------------------------------------------------------ beginnings */
struct beginning {
    char text[SYLLABLE_BYTES + 4]; /* PAIR_BYTES of it */
    uint32_t count;
};

static void keep_beginning(struct beginning *best, struct beginning new)
{
    for (int k = 0; k < BEGINNINGS; k++) {
        if (new.count <= best[k].count)
            continue;
        struct beginning t = best[k];
        best[k] = new;
        new = t;
    }
}

static void add_beginnings(struct ob__query *q, const struct ob__view *v, size_t term)
{
    struct beginning best[BEGINNINGS] = {0};
    uint32_t from = SYLLABLES, to = SYLLABLES_END;
    if (q->next_initial > 0) {
        from = SYLLABLES + (uint32_t)(q->next_initial - 1) * OF_ONE_INITIAL;
        to = from + OF_ONE_INITIAL;
    }
    for (uint32_t code = from; code < to; code++) {
        struct beginning b;
        memcpy(b.text, q->terms[term].text, SYLLABLE_BYTES);
        ob_utf8_encode(b.text + SYLLABLE_BYTES, code);
        uint64_t hash = ob_term_hash(OB_TERM_HANGUL, b.text, PAIR_BYTES);
        b.count = ob__view_count(v, offsetof(struct ob_part, terms), hash);
        keep_beginning(best, b);
    }
    for (int k = 0; k < BEGINNINGS && best[k].count; k++) {
        struct ob_term t = {.kind = OB_TERM_HANGUL, .text = best[k].text, .word_terms = 1};
        t.text_len = PAIR_BYTES;
        t.hash = ob_term_hash(t.kind, t.text, t.text_len);
        struct ob__qterm *added = ob__query_add_term(q, &t, q->terms[term].share * BEGINNING);
        if (!added)
            continue;
        added->group = q->terms[term].group;
        added->factor = BEGINNING;
    }
}

static bool is_syllable(const struct ob__qterm *t)
{
    return !t->latin && t->len == SYLLABLE_BYTES && (unsigned char)t->text[0] >= 0xEA;
}

void ob__pick_beginnings(struct ob__query *q, const struct ob__view *v)
{
    size_t n = q->n_terms;
    for (size_t i = 0; i < n && n <= SHORT_TERMS; i++)
        if (is_syllable(&q->terms[i]) &&
            (n == 1 || !ob__view_count(v, offsetof(struct ob_part, terms), q->terms[i].hash)))
            add_beginnings(q, v, i);
}
