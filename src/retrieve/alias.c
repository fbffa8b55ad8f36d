/* Notes say themselves what else they are called, and links to a note with a title of its own say it
 * too.  Up to four neighbouring words of a question are
 * looked up among the names of notes, the longest piece first, with and without the particle of its
 * last word. */
#include "alias.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "openbook/text/utf8.h"

enum { ALIAS_WORDS = 32, ALIAS_SPAN = 4, ALIAS_NOTES = 6, ALIAS_TEXT_MAX = 1000 };

static const double ALIAS = 0.8; /* what another name is worth */

struct piece { /* a word of the question */
    size_t start, end;
    uint32_t word;
    bool hangul;
};

struct aliases {
    struct ob__query *q;
    struct ob_terms *terms;
    const struct ob__view *v;
    const char *text; /* normalised */
    struct piece words[ALIAS_WORDS];
    size_t n_words;
    const struct ob__qterm *source; /* the first term of the words that are a name */
    double share;
};

static void on_word(const struct ob_term *t, void *data)
{
    struct aliases *a = data;
    if (t->kind == OB_TERM_COMPOUND || a->n_words == ALIAS_WORDS ||
        (a->n_words && a->words[a->n_words - 1].word == t->word))
        return;
    a->words[a->n_words++] = (struct piece){t->start, t->end, t->word, t->kind == OB_TERM_HANGUL};
}

static void on_term(const struct ob_term *t, void *data)
{
    struct aliases *a = data;
    if (t->kind == OB_TERM_COMPOUND)
        return;
    uint16_t group = a->source->group;
    struct ob__qterm *added = ob__query_add_term(a->q, t, a->share);
    if (!added)
        return;
    added->factor = ALIAS; /* under 1: not the user's own word */
    added->group = group;
    added->word = a->source->word;
}

static void add_names(struct aliases *a, const struct ob_doc *d, uint64_t key)
{
    const char *base = strrchr(d->path, '/');
    base = base ? base + 1 : d->path;
    if (d->page_key != key)
        ob_terms_scan(a->terms, base, strcspn(base, "."), on_term, a);
    for (uint32_t i = 0; i < d->n_names; i++)
        if (d->names[i].key != key)
            ob_terms_scan(a->terms, d->names[i].text, strlen(d->names[i].text), on_term, a);
}

/* Whether a note links to the page KEY. */
static bool is_linked(const struct aliases *a, uint64_t key)
{
    for (size_t i = 0; i < a->v->n_parts; i++) {
        const struct ob__vpart *p = &a->v->parts[i];
        for (uint32_t d = 0; d < p->part->n_docs; d++)
            if (ob_doc_has_key(p->part->docs[d]->imports, p->part->docs[d]->n_imports, key) &&
                !(p->dead && p->dead[d]))
                return true;
    }
    return false;
}

/* Whether the names of the note stand for each other: it says so, or it has a title of its own and others
 * call it by its file's name.  Beside code, links say how files are called and no more. */
static bool has_other_names(const struct aliases *a, const struct ob__vpart *p,
                            const struct ob_doc *d)
{
    if (d->n_aliases)
        return true;
    return p->notes && d->n_names && d->names[0].key != d->page_key && is_linked(a, d->page_key);
}

/* Adds the other names of the notes that are called KEY; false: none is. */
static bool add_notes(struct aliases *a, uint64_t key)
{
    bool found = false;
    if (!key || ob__view_count(a->v, offsetof(struct ob_part, stems), key) > ALIAS_NOTES)
        return false;
    for (size_t i = 0; i < a->v->n_parts; i++) {
        const struct ob__vpart *p = &a->v->parts[i];
        struct ob_part_range r = ob_part_find(&p->part->stems, key);
        for (uint32_t k = r.first; k < r.first + r.count; k++) {
            uint32_t doc = p->part->stem_docs[k];
            if ((p->dead && p->dead[doc]) || !has_other_names(a, p, p->part->docs[doc]))
                continue;
            add_names(a, p->part->docs[doc], key);
            found = true;
        }
    }
    return found;
}

/* What the question made of the words FIRST..LAST: the first term of them, NULL: nothing. */
static const struct ob__qterm *source_of(const struct aliases *a, size_t first, size_t last)
{
    for (size_t i = 0; i < a->q->n_terms; i++) {
        const struct ob__qterm *t = &a->q->terms[i];
        if (t->factor >= 1 && t->word >= a->words[first].word && t->word <= a->words[last].word)
            return t;
    }
    return NULL;
}

static bool try_piece(struct aliases *a, size_t first, size_t last)
{
    size_t start = a->words[first].start, end = a->words[last].end;
    a->source = source_of(a, first, last);
    if (!a->source)
        return false;
    a->share = a->source->share * ALIAS;
    if (add_notes(a, ob_page_key(a->text + start, end - start)))
        return true;
    if (!a->words[last].hangul)
        return false;
    size_t word = a->words[last].start, stem = ob_hangul_stem(a->text + word, end - word);
    return word + stem < end && add_notes(a, ob_page_key(a->text + start, word + stem - start));
}

void ob__alias_expand(struct ob__query *q, struct ob_terms *t, const struct ob__view *v,
                      const char *text, size_t len)
{
    struct ob_buf plain;
    struct aliases a = {.q = q, .terms = t, .v = v};
    ob_buf_init(&plain, 2 * ALIAS_TEXT_MAX);
    if (len <= ALIAS_TEXT_MAX && ob_utf8_normalize(&plain, text, len) == 0) {
        a.text = ob_buf_str(&plain);
        ob_terms_scan(t, a.text, plain.len, on_word, &a);
    }
    for (size_t first = 0; first < a.n_words;) {
        size_t last = first + ALIAS_SPAN < a.n_words ? first + ALIAS_SPAN : a.n_words;
        while (last > first && !try_piece(&a, first, last - 1))
            last--;
        first = last > first ? last : first + 1;
    }
    ob_buf_release(&plain);
}
