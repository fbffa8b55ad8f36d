/* Paths.  The stem is the base name up to its first dot; a good name is the best summary a file has,
 * so it is also compared by resemblance (prefix, abbreviation, initials). */
#include "paths.h"

#include <math.h>
#include <string.h>

#include "openbook/index/doc.h"

#include "asked.h"

enum { ACRONYM_MAX = 6 };

/* ------------------------------------------------------------ resemblance */
/* How alike two terms are: a prefix, a long common beginning, or an abbreviation (ctx, cfg, msg). */
double ob__similar(const char *a, size_t a_len, const char *b, size_t b_len)
{
    const char *shorter = a_len <= b_len ? a : b, *longer = a_len <= b_len ? b : a;
    size_t s = a_len <= b_len ? a_len : b_len, l = a_len <= b_len ? b_len : a_len, k = 0;
    if (!s || a[0] != b[0])
        return 0;
    while (k < s && a[k] == b[k])
        k++;
    if (k == s && s >= 3)
        return 0.5 + 0.5 * (double)s / (double)l;
    if (k >= 4 && (double)k >= 0.6 * (double)l)
        return 0.75 * (double)k / (double)l + 0.1;
    if (s > 4 || s < 2 || l > 9)
        return 0;
    for (size_t i = 1; i < s; i++)
        if (strchr("aeiou", shorter[i]))
            return 0;
    size_t at = 0;
    for (size_t i = 0; i < l && at < s; i++)
        at += longer[i] == shorter[at];
    return at == s ? 0.5 : 0;
}

/* The next term after I that begins with LETTER, or n_terms; words that begin otherwise are never
 * alike. */
static size_t next_alike(const struct ob__query *q, size_t i, char letter)
{
    const struct ob__terms *set = &q->begin[ob__letter(letter)];
    for (i++; i < q->n_terms; i = (i / 64 + 1) * 64) {
        uint64_t left = set->bits[i / 64] >> i % 64;
        if (left)
            return i + (size_t)__builtin_ctzll(left);
    }
    return q->n_terms;
}

#define EACH_ALIKE(i, q, letter)                                                                   \
    for (size_t i = next_alike(q, SIZE_MAX, letter); i < (q)->n_terms; i = next_alike(q, i, letter))

static uint32_t stem_letters(const struct ob_doc *d)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < d->n_stem; i++)
        n += d->stem[i].len;
    return n;
}

/* Whether the base name has a word of the question's group. */
static bool stem_has(const struct ob_doc *d, uint64_t hash)
{
    for (uint32_t i = 0; i < d->n_stem; i++)
        if (d->stem[i].hash == hash)
            return true;
    return false;
}

/* How much WORD of the base name is like a word of the question, weighed by that. */
static double fuzzy_word(const struct ob_doc *d, const struct ob_doc_word *word,
                         const struct ob__query *q, double letters)
{
    double best = 0;
    EACH_ALIKE(k, q, word->text[0])
    {
        const struct ob__qterm *t = &q->terms[k];
        double sim = t->latin ? ob__similar(word->text, word->len, t->text, t->len) : 0;
        if (sim <= 0 || stem_has(d, t->hash))
            continue;
        best = fmax(best, sim * t->u / (q->u.sum > 0 ? q->u.sum : 1) * word->len / letters);
    }
    return best;
}

/* The largest part that a word of the stem and one of the question share, one beginning the other. */
static double longest_prefix(const struct ob_doc *d, const struct ob__query *q)
{
    double best = 0;
    for (uint32_t i = 0; i < d->n_stem; i++) {
        EACH_ALIKE(k, q, d->stem[i].text[0])
        {
            const struct ob__qterm *t = &q->terms[k];
            size_t s = t->len < d->stem[i].len ? t->len : d->stem[i].len;
            size_t l = t->len < d->stem[i].len ? d->stem[i].len : t->len;
            if (t->latin && s >= 3 && memcmp(t->text, d->stem[i].text, s) == 0)
                best = fmax(best, (double)s / (double)l);
        }
    }
    return best;
}

/* ------------------------------------------------------------ initials */
/* Whether NAME is the initials of 2-6 neighbouring words: aof, append only file. */
static int acronym_words(const struct ob__query *q, const char *name, size_t len)
{
    if (len < 2 || len > ACRONYM_MAX ||
        !(q->initial_pairs[ob__letter(name[0])] >> ob__letter(name[1]) & 1))
        return 0;
    for (size_t start = 0; start < q->n_initials; start++) {
        if (q->stops[start])
            continue;
        for (int skip = 0; skip < 2; skip++) { /* with the stop words inside, and without */
            size_t at = 0, last = start;
            for (size_t i = start; i < q->n_initials && at < len; i++) {
                if (skip && q->stops[i])
                    continue;
                if (q->initials[i] != name[at])
                    break;
                last = i;
                at++;
            }
            if (at == len && !q->stops[last])
                return (int)len;
        }
    }
    return 0;
}

static double acronym(const struct ob_doc *d, const struct ob__query *q, uint32_t letters)
{
    char joined[ACRONYM_MAX] = "";
    size_t n = 0;
    for (uint32_t i = 0; letters <= ACRONYM_MAX && i < d->n_stem; n += d->stem[i++].len)
        memcpy(joined + n, d->stem[i].text, d->stem[i].len);
    int words = acronym_words(q, joined, n);
    if (words)
        return words >= 3 ? 1 : words / 3.0;
    for (uint32_t i = 0; d->n_stem > 1 && i < d->n_stem; i++)
        if (d->stem[i].len >= 3 && acronym_words(q, d->stem[i].text, d->stem[i].len))
            return 2 / 3.0;
    return 0;
}

/* ------------------------------------------------------------ features */
static struct ob__groups groups_of(const struct ob_doc_word *words, uint32_t n,
                                   const struct ob__query *q)
{
    struct ob__groups g = {0};
    for (uint32_t i = 0; i < n; i++) {
        const struct ob__qterm *t = ob__query_term(q, words[i].hash);
        if (t)
            ob__groups_add(&g, t);
    }
    return g;
}

struct ob__groups ob__path_groups(const struct ob_doc *d, const struct ob__query *q)
{
    return ob__groups_union(groups_of(d->stem, d->n_stem, q),
                            groups_of(d->folders, d->n_folders, q));
}

/* What the words of a base name are to the question. */
struct matches {
    struct ob__groups groups;
    double hits; /* by their factors */
};

static void stem_features(double *value, struct matches *m, const struct ob_doc *d,
                          const struct ob__query *q)
{
    uint32_t n = stem_letters(d);
    double matched = 0, rare = 0, letters = n ? n : 1;
    bool all = d->n_stem > 0;
    for (uint32_t i = 0; i < d->n_stem; i++) {
        const struct ob__qterm *t = ob__query_term(q, d->stem[i].hash);
        all = all && t && t->factor >= 1;
        if (!t) {
            value[OB__F_FUZZY] = fmax(value[OB__F_FUZZY], fuzzy_word(d, &d->stem[i], q, letters));
            continue;
        }
        ob__groups_add(&m->groups, t);
        m->hits += t->factor;
        matched += d->stem[i].len * t->factor;
        rare = fmax(rare, t->u * t->factor);
        if (t->word == q->terms[0].word)
            value[OB__F_FIRST] = 1;
    }
    value[OB__F_STEMREV] = matched / letters;
    value[OB__F_STEMALL] = all;
    value[OB__F_RARE] = q->unknown_idf > 0 ? rare / q->unknown_idf : 0;
    value[OB__F_PREFIX] = matched > 0 ? 0 : longest_prefix(d, q);
    value[OB__F_ACRO] = q->symbol ? 0 : acronym(d, q, n);
}

/* Folders have many documents: their words are looked up once. */
static const struct ob__in_folder *in_folder(struct ob__vpart *p, uint32_t folder,
                                             const struct ob__query *q)
{
    struct ob__in_folder *in = &p->folders[folder];
    if (in->known)
        return in;
    const struct ob_doc *d = p->part->docs[p->part->folder_docs[folder]];
    for (uint32_t i = 0; i < d->n_folders; i++) {
        const struct ob__qterm *t = ob__query_term(q, d->folders[i].hash);
        if (!t)
            continue;
        ob__groups_add(&in->groups, t);
        in->last_hits += i >= d->n_folders - d->n_last_folder ? t->factor : 0;
    }
    in->weight = ob__groups_weight_u(q, in->groups);
    in->n_last = d->n_last_folder;
    in->known = true;
    return in;
}

/* Several short words may be initials only together: that is not found by the words. */
static bool may_be_initials(const struct ob_part_file *f, const struct ob__query *q)
{
    return f->n_stem > 1 && f->n_stem_letters <= ACRONYM_MAX && !q->symbol;
}

void ob__path_features(double *value, struct ob__vpart *p, uint32_t doc, const struct ob__query *q,
                       bool like)
{
    const struct ob_part_file *f = &p->part->files[doc];
    const struct ob_doc *d = p->part->docs[doc];
    const struct ob__in_folder *in = in_folder(p, f->folder, q);
    struct matches m = {.hits = 0};
    if (like)
        stem_features(value, &m, d, q);
    else if (may_be_initials(f, q))
        value[OB__F_ACRO] = acronym(d, q, f->n_stem_letters);
    double sum = q->u.sum > 0 ? q->u.sum : 1;
    double weight =
        like ? ob__groups_weight_u(q, ob__groups_union(m.groups, in->groups)) : in->weight;
    if (weight > 0 || m.hits > 0 || in->last_hits > 0) {
        uint32_t around = f->n_stem + in->n_last;
        double a = weight / sum, b = around ? (m.hits + in->last_hits) / around : 0;
        value[OB__F_PATHF] = a + b > 0 ? 2 * a * b / (a + b) : 0;
        value[OB__F_DIRLAST] = in->n_last ? in->last_hits / in->n_last : 0;
        value[OB__F_DIRCOV] = in->weight / sum;
    }
    if (q->n_asked)
        value[OB__F_ASKED] = ob__asked_share(q, d->path);
}

/* ------------------------------------------------------------ finding files by their names */
static void match_initials(const struct ob_part *part, const struct ob__query *q,
                           void (*each)(uint32_t doc, bool led, void *data), void *data)
{
    for (uint32_t i = 0; i < part->n_words; i++) {
        const struct ob_part_word *w = &part->words[i];
        if (acronym_words(q, w->text, w->len))
            for (uint32_t k = 0; k < w->count; k++)
                each(part->word_docs[w->first + k], true, data);
    }
}

void ob__path_matches(const struct ob_part *part, const struct ob__query *q,
                      void (*each)(uint32_t doc, bool led, void *data), void *data)
{
    if (!q->symbol && q->n_initials > 1)
        match_initials(part, q, each, data);
    for (uint32_t i = 0; i < part->n_words; i++) {
        const struct ob_part_word *w = &part->words[i];
        bool like = false, same = false;
        EACH_ALIKE(k, q, w->text[0])
        {
            const struct ob__qterm *t = &q->terms[k];
            same = same || (t->len == w->len && memcmp(t->text, w->text, w->len) == 0);
            like = t->latin ? ob__similar(w->text, w->len, t->text, t->len) > 0 : same;
            if (like)
                break;
        }
        for (uint32_t k = 0; (like || same) && k < w->count; k++)
            each(part->word_docs[w->first + k], like, data);
    }
    for (uint32_t d = 0; q->n_asked && d < part->n_docs; d++)
        if (ob__asked_share(q, part->docs[d]->path) > 0)
            each(d, true, data);
}
