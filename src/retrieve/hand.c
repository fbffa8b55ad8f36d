/* The question behind "explain this".  Terms of the text are weighed by rarity in the project and by
 * how often they stand there; the best sixteen join the question, weaker than its own words. */
#include "hand.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"

enum { MAX_TEXT = 64 * 1024, HAND_TERMS = 16, HAND_NAMES = 24, DEFINERS_MAX = 6 };

struct found {
    struct ob_term term; /* text and part point into the arena */
    double tf, weight;
};

struct hand {
    struct ob__query *q;
    const struct ob__view *v;
    const char *text;
    size_t len_text;
    struct ob_map64 seen; /* hash -> index into items + 1 */
    struct found *items;
    size_t len, cap;
    size_t names, calls;
};

/* Names that this project defines are worth looking up; the rest is language and library. */
static bool is_defined(const struct hand *h, const char *name, size_t len)
{
    uint64_t key = ob_name_key(name, len);
    for (size_t i = 0; i < h->v->n_parts; i++)
        if (ob_part_find(&h->v->parts[i].part->defs, key).count)
            return true;
    return false;
}

/* Calls go before other uses; what is defined in many places means none of them. */
static void add_use(struct hand *h, const struct ob_term *t, uint64_t key)
{
    struct ob__query *q = h->q;
    bool call = t->end < h->len_text && h->text[t->end] == '(';
    size_t at = call ? h->calls : q->n_uses;
    for (size_t i = 0; i < q->n_uses; i++)
        if (q->uses[i] == key)
            return;
    if (q->n_uses == OB__QUERY_NAMES ||
        ob__view_count(h->v, offsetof(struct ob_part, defs), key) > DEFINERS_MAX)
        return;
    memmove(q->uses + at + 1, q->uses + at, (q->n_uses - at) * sizeof *q->uses);
    q->uses[at] = key;
    q->n_uses++;
    h->calls += call;
}

static void on_term(const struct ob_term *t, void *data)
{
    struct hand *h = data;
    const char *spelled = h->text + t->start;
    size_t len = t->end - t->start;
    bool name =
        t->kind == OB_TERM_COMPOUND || (t->kind == OB_TERM_WORD && t->word_terms == 1 && len > 3);
    if (name && h->names < HAND_NAMES && is_defined(h, spelled, len)) {
        ob__query_add_name(h->q, spelled, len, t->kind == OB_TERM_COMPOUND ? 0.8 : 0.4);
        add_use(h, t, ob_name_key(spelled, len));
        h->names++;
    }
    if (t->kind == OB_TERM_COMPOUND || ob__query_skips(h->text, t) ||
        (t->kind == OB_TERM_WORD && (t->part_len < 3 || isdigit((unsigned char)t->part[0]))))
        return;
    bool added;
    uint64_t *index = ob_map64_put(&h->seen, t->hash, &added);
    if (added) {
        OB_GROW(h->items, h->len, h->cap);
        struct found f = {.term = *t};
        f.term.text = ob_arena_strndup(&h->q->arena, t->text, t->text_len);
        f.term.part = f.term.text;
        f.term.part_len = t->text_len;
        h->items[h->len++] = f;
        *index = h->len;
    }
    h->items[*index - 1].tf++;
}

static void weigh(struct hand *h)
{
    double passages = (double)h->v->totals.passages;
    for (size_t i = 0; i < h->len; i++) {
        double n = 0;
        for (size_t k = 0; k < h->v->n_parts; k++)
            n += ob_part_find(&h->v->parts[k].part->terms, h->items[i].term.hash).count;
        h->items[i].weight = n > 0 ? log(1 + passages / n) * (1 + log(h->items[i].tf)) : 0;
    }
}

static int compare_found(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return (x->term.start > y->term.start) - (x->term.start < y->term.start);
}

static bool is_of_asking(const struct ob__qterm *t)
{
    static const char *const words[] = {"explain",    "describ", "summar", "review",
                                        "understand", "코드",    "함수",   "부분",
                                        "파일",       "요약",    "리뷰",   "선택"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(t->text, words[i], strlen(words[i])) == 0)
            return true;
    return t->generic < 1 || t->factor < 1; /* or another word for one of the asker's */
}

/* "Explain this code": nothing is asked but of the text at hand. */
static bool is_about(const struct ob__query *q)
{
    bool about = q->n_names == 0 && q->n_asked == 0;
    for (size_t i = 0; i < q->n_terms && about && !q->only_stops; i++)
        about = is_of_asking(&q->terms[i]);
    return about;
}

void ob__hand_add(struct ob__query *q, struct ob_terms *t, const struct ob__view *v,
                  const struct ob_search_context *context)
{
    if (!context->text || !context->text_len)
        return;
    size_t len = context->text_len > MAX_TEXT ? MAX_TEXT : context->text_len;
    struct hand h = {.q = q, .v = v, .text = context->text, .len_text = len};
    q->about_hand = is_about(q);
    if (q->about_hand)
        ob__query_drop_terms(q);
    double own = q->n_terms ? 0.5 : 1;
    ob_terms_scan(t, context->text, len, on_term, &h);
    weigh(&h);
    if (h.len)
        qsort(h.items, h.len, sizeof *h.items, compare_found);
    for (size_t i = 0; i < h.len && i < HAND_TERMS && h.items[i].weight > 0; i++)
        ob__query_add_term(q, &h.items[i].term, own * h.items[i].weight / h.items[0].weight);
    q->symbol = false;
    ob_map64_release(&h.seen);
    ob_free(h.items);
}
