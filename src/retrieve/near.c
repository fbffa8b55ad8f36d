/* Near names.
 *
 * Names are compared letter by letter, a Hangul syllable by its two or three letters: a slip of the
 * finger changes one of them.  Names and their parts are near a word when they differ by an edit in
 * three letters or begin alike.  A part of the index lists the spellings it has; nearly all of them are
 * told apart by which letters occur, so that only a few are compared, and of these no more than a
 * fixed number. */
#include "near.h"

#include <stddef.h>
#include <string.h>

#include "openbook/text/letters.h"

enum { NEAREST = 3, KEPT = 5, WORDS = 8, SCANNED_BYTES = 400, COMPARED_MAX = 20000, ALIKE = 3 };
enum { PASTED_WORDS = 16, PASTED_BYTES = 4000 }; /* most of them are of whoever wrote the log */

/* A part of a name that is like a word tells less than the whole name, a common beginning less still. */
static const double PART = 0.9, BEGINNING = 0.8, NEAR = 0.6, MEANT = 0.8;

/* Of two that are as near, the one that begins alike for longer: a letter's worth of likeness. */
static const double SAME_START = 0.001;

struct near {
    const char *name, *path; /* NAME NULL: the file is near */
    double likeness;
    size_t shelf;
    uint32_t def;
    uint64_t key; /* of the name */
};

struct search {
    const struct ob_search_request *r;
    const struct ob__query *q;
    const struct ob__view *v;
    size_t next_passed, len;
    struct ob_letters_word words[PASTED_WORDS];
    size_t n_words;
    struct near best[KEPT]; /* the nearest first; more than are told, as some files may be gone */
    size_t n_best;
    size_t compared;
    double least;             /* likeness that matters */
    enum ob_search_kind kind; /* of file whose names matter */
    uint32_t vpart;           /* being looked at */
};

/* ------------------------------------------------------------ likeness */
static double by_edits(uint32_t n, uint32_t longer, uint32_t alike)
{
    return 1 - (double)n / longer + SAME_START * alike;
}

static double by_beginning(uint32_t alike, uint32_t longer)
{
    return NEAR + (BEGINNING - NEAR) * alike / longer;
}

static uint32_t most_edits(uint32_t longer)
{
    return longer / 3 ? longer / 3 : 1;
}

/* Of the word to N letters. */
static double likeness(const struct ob_letters_word *word, const uint8_t *letters, uint32_t n)
{
    const struct ob_letters *w = &word->letters;
    uint32_t longer = w->n > n ? w->n : n, shorter = w->n > n ? n : w->n, k = 0;
    while (k < shorter && w->at[k] == letters[k])
        k++;
    double begins = k >= ALIKE && k * 3 >= shorter * 2 ? by_beginning(k, longer) : 0;
    uint32_t most = most_edits(longer);
    if (longer - shorter > most)
        return begins;
    uint32_t edits = ob_letters_edits(word, letters, n);
    double same = edits <= most ? by_edits(edits, longer, k) : 0;
    return same > begins ? same : begins;
}

/* ------------------------------------------------------------ the nearest */
static const char *shown(const struct near *n)
{
    return n->name ? n->name : n->path;
}

/* Of those that are as near, the one that the project has first. */
static bool is_nearer(const struct near *a, const struct near *b)
{
    if (a->likeness != b->likeness)
        return a->likeness > b->likeness;
    int order = a->shelf != b->shelf ? (a->shelf < b->shelf ? -1 : 1) : strcmp(a->path, b->path);
    return order < 0 || (order == 0 && a->def + 1 < b->def + 1); /* the file before its names */
}

/* A name in two spellings is one. */
static bool is_same(const struct near *a, const struct near *b)
{
    return a->key == b->key && (a->key || strcmp(shown(a), shown(b)) == 0);
}

/* Keeps NEW among the best, each shown once. */
static void keep(struct search *s, struct near new)
{
    size_t at = 0;
    if (s->n_best == KEPT && !is_nearer(&new, &s->best[KEPT - 1]))
        return;
    while (at < s->n_best && !is_same(&s->best[at], &new))
        at++;
    if (at < s->n_best && !is_nearer(&new, &s->best[at]))
        return;
    if (at == s->n_best) {
        s->n_best += s->n_best < KEPT;
        at = s->n_best - 1;
    }
    for (; at > 0 && is_nearer(&new, &s->best[at - 1]); at--)
        s->best[at] = s->best[at - 1];
    s->best[at] = new;
}

/* How like a spelling must be to matter still. */
static double needed(const struct search *s)
{
    return s->n_best == KEPT ? s->best[KEPT - 1].likeness : s->least;
}

/* ------------------------------------------------------------ spellings */
static bool is_wanted(const struct search *s, const struct ob__vpart *p, uint32_t doc)
{
    return !(p->dead && p->dead[doc]) && ob__kind_wanted(&p->part->files[doc], s->kind);
}

/* Another document that has the definition, if its own is gone or of another kind; false when there is
 * none. */
static bool revive(const struct search *s, const struct ob__vpart *p, struct ob_part_spelling *at)
{
    if (is_wanted(s, p, at->doc))
        return true;
    if (at->def == OB_NO_DEF)
        return false;
    uint64_t key = p->part->docs[at->doc]->defs[at->def].joined;
    struct ob_part_range r = ob_part_find(&p->part->defs, key);
    for (uint32_t k = r.first; k < r.first + r.count; k++) {
        uint32_t doc = p->part->def_docs[k];
        const struct ob_doc *d = p->part->docs[doc];
        for (uint32_t i = 0; is_wanted(s, p, doc) && i < d->n_defs; i++)
            if (d->defs[i].joined == key) {
                at->doc = doc;
                at->def = i;
                return true;
            }
    }
    return false;
}

/* A word and the spellings that it is compared with. */
struct comparing {
    struct search *s;
    const struct ob_letters_word *word;
    const struct ob_part_spellings *with;
    double worth; /* of being alike: of a whole name or of a part */
};

static void compare(struct comparing *c, uint32_t i, uint32_t n)
{
    struct search *s = c->s;
    const struct ob__vpart *p = &s->v->parts[s->vpart];
    const struct ob_part_spellings *with = c->with;
    const uint8_t *letters =
        with->letters + with->letters_from[n] + (size_t)(i - with->of_length[n]) * n;
    struct ob_part_spelling at = with->items[i];
    double like = likeness(c->word, letters, n) * c->worth;
    if (s->compared++ >= COMPARED_MAX || like < needed(s) || !revive(s, p, &at))
        return;
    const struct ob_doc *d = p->part->docs[at.doc];
    const char *name = at.def != OB_NO_DEF ? d->defs[at.def].name : NULL;
    uint64_t key = name ? d->defs[at.def].joined : 0;
    keep(s, (struct near){name, d->path, like, p->shelf, at.def, key});
}

/* The most edits in N letters that still matter; -1: none does. */
static int edits_that_matter(const struct comparing *c, uint32_t n)
{
    uint32_t letters = c->word->letters.n, longer = letters > n ? letters : n;
    uint32_t shorter = letters > n ? n : letters;
    int most = (int)most_edits(longer);
    while (most >= 0 && by_edits((uint32_t)most, longer, shorter) * c->worth < needed(c->s))
        most--;
    return most >= (int)(longer - shorter) ? most : -1;
}

static void compare_edited(struct comparing *c, uint32_t n)
{
    const struct ob_part_spellings *with = c->with;
    uint32_t kinds = c->word->kinds;
    int most = edits_that_matter(c, n);
    for (uint32_t i = with->of_length[n]; most >= 0 && i < with->of_length[n + 1]; i++) {
        if (ob_letters_apart(kinds, with->kinds[i]) > (uint32_t)most)
            continue;
        compare(c, i, n);
        most = edits_that_matter(c, n);
    }
}

/* The first of the spellings of N letters that do not come before the word by their first ones. */
static uint32_t first_alike(const struct comparing *c, uint32_t n)
{
    const struct ob_part_spellings *with = c->with;
    const uint8_t *letters = with->letters + with->letters_from[n];
    uint32_t low = 0, high = with->of_length[n + 1] - with->of_length[n];
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (memcmp(letters + (size_t)mid * n, c->word->letters.at, ALIKE) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return with->of_length[n] + low;
}

static void compare_beginnings(struct comparing *c, uint32_t n)
{
    const struct ob_part_spellings *with = c->with;
    uint32_t letters = c->word->letters.n, longer = letters > n ? letters : n;
    if (letters < ALIKE || n < ALIKE ||
        by_beginning(letters > n ? n : letters, longer) * c->worth < needed(c->s))
        return;
    for (uint32_t i = first_alike(c, n); i < with->of_length[n + 1]; i++) {
        size_t at = with->letters_from[n] + (size_t)(i - with->of_length[n]) * n;
        if (memcmp(with->letters + at, c->word->letters.at, ALIKE) != 0)
            return;
        compare(c, i, n);
    }
}

/* Those of as many letters come first, then those of one more or less: the nearer the best are, the
 * fewer others matter. */
static void look_among(struct comparing *c)
{
    uint32_t letters = c->word->letters.n;
    for (uint32_t off = 0; off < OB_LETTERS_MAX; off++) {
        for (int side = 0; side < (off ? 2 : 1); side++) {
            uint32_t n = side ? letters - off : letters + off;
            if (n < 2 || n > OB_LETTERS_MAX)
                continue;
            compare_edited(c, n);
            compare_beginnings(c, n);
        }
    }
}

/* All whole names before their parts, which tell less. */
static void look(struct search *s)
{
    for (int of_parts = 0; of_parts < 2; of_parts++)
        for (s->vpart = 0; s->vpart < s->v->n_parts; s->vpart++) {
            const struct ob_part *p = s->v->parts[s->vpart].part;
            struct comparing c = {.s = s,
                                  .with = of_parts ? &p->name_parts : &p->names,
                                  .worth = of_parts ? PART : 1};
            for (size_t i = 0; i < s->n_words; i++) {
                c.word = &s->words[i];
                look_among(&c);
            }
        }
}

/* ------------------------------------------------------------ the words */
static void on_term(const struct ob_term *t, void *data)
{
    struct search *s = data;
    struct ob_letters l;
    if (s->n_words == (s->q->pasted ? PASTED_WORDS : WORDS) ||
        (t->kind == OB_TERM_WORD && ob_stop_word(t->part, t->part_len)))
        return;
    if (ob__query_passes(s->q, &s->next_passed, t->start) ||
        ob__query_is_noise(s->q, s->v, s->r->question, s->len, t))
        return;
    ob_letters_of(&l, NULL, s->r->question + t->start, t->end - t->start);
    for (size_t i = 0; i < s->n_words; i++)
        if (s->words[i].letters.n == l.n && memcmp(s->words[i].letters.at, l.at, l.n) == 0)
            return;
    if (l.n >= 2)
        ob_letters_word_init(&s->words[s->n_words++], &l);
}

/* Leaves the nearest whose files are there. */
static void leave_present(struct search *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_best && n < NEAREST; i++)
        if (ob_shelf_reader_has(s->r->shelves[s->best[i].shelf].reader, s->best[i].path))
            s->best[n++] = s->best[i];
    s->n_best = n;
}

static void find(struct search *s)
{
    const struct ob_search_request *r = s->r;
    size_t most = s->q->pasted ? PASTED_BYTES : SCANNED_BYTES;
    s->len = r->question_len < most ? r->question_len : most;
    if (!r->question)
        return;
    struct ob_terms *t = ob_terms_new();
    ob_terms_scan(t, r->question, s->len, on_term, s);
    ob_terms_free(t);
    look(s);
    leave_present(s);
}

const char *ob__near(struct ob_arena *arena, const struct ob__query *q, const struct ob__view *v,
                     const struct ob_search_request *r)
{
    struct search s = {.r = r, .q = q, .v = v, .least = NEAR, .kind = r->kind};
    const char *names = "";
    find(&s);
    for (size_t k = 0; k < s.n_best; k++)
        names = *names ? ob_arena_printf(arena, "%s, %s", names, shown(&s.best[k]))
                       : ob_arena_strdup(arena, shown(&s.best[k]));
    return names;
}

uint64_t ob__near_meant(const struct ob__query *q, const struct ob__view *v,
                        const struct ob_search_request *r)
{
    /* of any kind: notes speak of what the code defines */
    struct search s = {.r = r, .q = q, .v = v, .least = MEANT, .kind = OB_SEARCH_ALL};
    if (!q->symbol || q->n_compounds != 1 || q->n_names != 1 ||
        ob__view_count(v, offsetof(struct ob_part, compounds), q->compounds[0]) ||
        ob__view_count(v, offsetof(struct ob_part, defs), q->compounds[0]))
        return 0;
    find(&s);
    for (size_t k = 0; k < s.n_best; k++)
        if (s.best[k].name)
            return ob_name_key(s.best[k].name, strlen(s.best[k].name));
    return 0;
}
