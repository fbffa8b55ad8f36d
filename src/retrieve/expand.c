/* Expansion.  A translation joins a group of its own for its word, so that however many of them occur
 * they count as one; a synonym joins the group of the word it stands for.
 *
 * Whether a word needs its translation is seen from the project: one that hardly any passage holds
 * was written in the other language here, or that is much rarer than its translation, and the
 * translation counts in full; of one that is in use it counts little (`gate`). */
#include "expand.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "openbook/text/synonyms.h"

enum { WORD_MAX = 64, MOST_FOR_A_WORD = 6 };

static const double IN_USE = 0.35;  /* what a translation is worth when the word itself is in use */
static const double SYNONYM = 0.4;  /* what English synonyms are worth */
static const double MUCH_RARER = 8; /* than its translation: it is not in use either */
static const double RARE_SHARE = 0.002; /* of the passages: a word in so few is not in use */

struct source { /* a word of the question */
    uint32_t word;
    uint16_t group; /* of its first term */
    double share;
    double df; /* passages that hold it, at most */
    size_t terms;
    bool latin;
};

struct expansion {
    struct ob__query *q;
    struct ob_terms *terms;
    const struct ob__view *v;
    struct source source; /* of the synonyms that are being added */
    uint32_t word;        /* whose synonyms were added last */
    uint16_t group;       /* of its translations */
    size_t n_added;
    double other_df;          /* passages that hold the translation that is being added */
    double share, factor;     /* of the synonym that is being added */
    char before[2][WORD_MAX]; /* the best translations of the words before */
    bool is_best;
};

/* What the question has of a word; false when it was left out. */
static bool find_source(struct source *s, const struct expansion *x, uint32_t word)
{
    *s = (struct source){.word = word, .df = INFINITY};
    for (size_t i = 0; i < x->q->n_terms; i++) {
        const struct ob__qterm *t = &x->q->terms[i];
        if (t->word != word || t->factor < 1)
            continue;
        if (s->terms++ == 0) {
            s->group = t->group;
            s->latin = t->latin;
        }
        s->share = fmax(s->share, t->share);
        s->df = fmin(s->df, ob__view_count(x->v, offsetof(struct ob_part, terms), t->hash));
    }
    if (!s->latin && s->terms > 1)
        s->share *= sqrt((double)s->terms); /* bigrams had 1/sqrt(n) of it each */
    return s->terms > 0;
}

static double gate(const struct expansion *x)
{
    double few = fmax(1, RARE_SHARE * (double)x->v->totals.passages);
    return x->source.df <= few || x->source.df * MUCH_RARER <= x->other_df ? 1 : IN_USE;
}

static void note_df(const struct ob_term *t, void *data)
{
    struct expansion *x = data;
    if (t->kind != OB_TERM_COMPOUND)
        x->other_df = ob__view_count(x->v, offsetof(struct ob_part, terms), t->hash);
}

static void mark_known(struct expansion *x)
{
    for (size_t i = 0; i < x->q->n_terms; i++)
        if (x->q->terms[i].word == x->source.word && x->q->terms[i].factor >= 1)
            x->q->terms[i].other = true;
}

/* ------------------------------------------------------------ adding one */
static void on_term(const struct ob_term *t, void *data)
{
    struct expansion *x = data;
    if (t->kind == OB_TERM_COMPOUND)
        return;
    struct ob__qterm *added = ob__query_add_term(x->q, t, x->share);
    if (!added)
        return;
    added->factor = x->factor < 0.99 ? x->factor : 0.99; /* under 1: not the user's own word */
    added->group = x->group;
    added->word = x->source.word;
    x->n_added++;
}

/* Joins the best translations of neighbouring words: names in code are made of them. */
static void note_best(struct expansion *x, const struct ob_synonym *synonym)
{
    if (synonym->kind != OB_SYNONYM_ENGLISH_OF_KOREAN || synonym->alternative > 0 ||
        synonym->len >= WORD_MAX)
        return;
    if (x->q->n_words < OB__QUERY_WORDS)
        x->q->words[x->q->n_words++] = ob_name_key(synonym->text, synonym->len);
    if (x->before[1][0])
        ob__query_add_joined(x->q, x->before[1], synonym->text, "");
    if (x->before[0][0])
        ob__query_add_joined(x->q, x->before[0], x->before[1], synonym->text);
    memcpy(x->before[0], x->before[1], WORD_MAX);
    memcpy(x->before[1], synonym->text, synonym->len + 1);
}

static void start_word(struct expansion *x, const struct ob_synonym *synonym)
{
    x->word = synonym->word;
    x->n_added = 0;
    x->group = x->source.group;
    if (synonym->kind != OB_SYNONYM_ENGLISH_OF_ENGLISH) {
        x->group = x->q->n_groups++;
        mark_known(x);
    }
}

static void on_synonym(const struct ob_synonym *synonym, void *data)
{
    struct expansion *x = data;
    if (!find_source(&x->source, x, synonym->word) ||
        (x->source.latin && x->source.terms > 1)) /* camelCase: a name, not a word */
        return;
    if (x->word != synonym->word)
        start_word(x, synonym);
    x->other_df = 0;
    if (synonym->kind == OB_SYNONYM_ENGLISH_OF_KOREAN)
        ob_terms_scan(x->terms, synonym->text, synonym->len, note_df, x);
    if (x->n_added >= MOST_FOR_A_WORD)
        return;
    bool english = synonym->kind == OB_SYNONYM_ENGLISH_OF_ENGLISH;
    if (synonym->kind == OB_SYNONYM_KOREAN_OF_ENGLISH && gate(x) < 1)
        return; /* the project speaks English of it */
    x->factor = synonym->weight_01 * (english ? SYNONYM : gate(x));
    x->share = x->source.share * x->factor;
    note_best(x, synonym);
    ob_terms_scan(x->terms, synonym->text, synonym->len, on_term, x);
}

void ob__expand(struct ob__query *q, struct ob_terms *t, const struct ob__view *v, const char *text,
                size_t len)
{
    struct expansion x = {.q = q, .terms = t, .v = v, .word = UINT32_MAX};
    if (!q->symbol && q->n_terms)
        ob_synonyms_scan(t, text, len, on_synonym, &x);
}
