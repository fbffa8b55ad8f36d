/* Spellings of a part: what a word is compared with that is nowhere as it is typed.
 *
 * Each distinct name and part of a name is there once or a few times, whoever has it, so that their
 * number grows with the vocabulary of a project and not with its size.  What several have is there for
 * some notes and for some other files, as either may be asked for alone. */
#include "spell.h"

#include <string.h>

#include "openbook/base/hash.h"
#include "openbook/base/map.h"
#include "openbook/base/mem.h"

enum { SAME_MAX = 4, LETTERS_LEAST = 2, DIGIT_BITS = 10, DIGITS = 1 << DIGIT_BITS };

/* Name spaces of those that are counted; those of notes are the next ones. */
static const uint64_t PARTS = 0x70617274, FILES = 0x66696c65;

struct spelled {
    uint32_t key; /* its length and first three letters: their order */
    uint32_t kinds;
    size_t letters; /* where they are in the collection */
    struct ob_part_spelling at;
};

struct collection {
    struct spelled *items;
    size_t len, cap;
    uint8_t *letters;
    size_t n_letters, cap_letters;
};

struct collecting {
    struct collection names, parts;
    struct ob_map64 seen; /* names by their keys, parts by their letters: how often */
    bool note;            /* the document at hand is one */
};

static void add(struct collection *c, const struct ob_letters *l, struct ob_part_spelling at)
{
    if (l->n < LETTERS_LEAST)
        return;
    uint32_t third = l->n > 2 ? l->at[2] : 0;
    OB_GROW(c->items, c->len, c->cap);
    c->items[c->len++] = (struct spelled){
        .key = (uint32_t)l->n << 24 | (uint32_t)l->at[0] << 16 | (uint32_t)l->at[1] << 8 | third,
        .kinds = ob_letters_kinds(l),
        .letters = c->n_letters,
        .at = at,
    };
    while (c->cap_letters - c->n_letters < l->n)
        OB_GROW(c->letters, c->cap_letters, c->cap_letters);
    memcpy(c->letters + c->n_letters, l->at, l->n);
    c->n_letters += l->n;
}

/* Counts KEY; false when it was there MOST times. */
static bool is_new(struct collecting *c, uint64_t key, uint64_t most)
{
    uint64_t *times = ob_map64_put(&c->seen, key, NULL);
    return (*times)++ < most;
}

static void add_parts(struct collecting *c, const struct ob_letters *parts, size_t n,
                      struct ob_part_spelling at)
{
    for (size_t i = 0; n > 1 && i < n; i++)
        if (parts[i].n >= LETTERS_LEAST &&
            is_new(c, ob_hash_seed(parts[i].at, parts[i].n, PARTS + c->note), SAME_MAX))
            add(&c->parts, &parts[i], at);
}

static void add_file(struct collecting *c, const struct ob_doc *d, uint32_t doc)
{
    struct ob_letters whole, parts[OB_LETTERS_PARTS];
    struct ob_part_spelling at = {doc, OB_NO_DEF};
    size_t len;
    const char *stem = ob_doc_stem(d, &len);
    size_t n = ob_letters_of(&whole, parts, stem, len);
    if (!is_new(c, ob_hash_seed(whole.at, whole.n, FILES + c->note), SAME_MAX))
        return;
    add(&c->names, &whole, at);
    add_parts(c, parts, n, at);
}

static void add_defs(struct collecting *c, const struct ob_doc *d, uint32_t doc)
{
    struct ob_letters whole, parts[OB_LETTERS_PARTS];
    for (uint32_t i = 0; i < d->n_defs; i++) {
        const struct ob_doc_def *def = &d->defs[i];
        if (!def->joined || !is_new(c, def->joined, 1))
            continue;
        struct ob_part_spelling at = {doc, i};
        size_t n = ob_letters_of(&whole, parts, def->name, strlen(def->name));
        add(&c->names, &whole, at);
        add_parts(c, parts, n, at);
    }
}

/* Sorts by one digit of the key, which leaves the order of those that have the same. */
static void sort_by_digit(struct spelled *to, const struct spelled *from, size_t n, unsigned shift)
{
    size_t first[DIGITS + 1] = {0};
    for (size_t i = 0; i < n; i++)
        first[(from[i].key >> shift) % DIGITS + 1]++;
    for (size_t i = 1; i <= DIGITS; i++)
        first[i] += first[i - 1];
    for (size_t i = 0; i < n; i++)
        to[first[(from[i].key >> shift) % DIGITS]++] = from[i];
}

static void sort(struct collection *c)
{
    struct spelled *other = ob_alloc(c->len * sizeof *other);
    sort_by_digit(other, c->items, c->len, 0);
    sort_by_digit(c->items, other, c->len, DIGIT_BITS);
    sort_by_digit(other, c->items, c->len, 2 * DIGIT_BITS);
    ob_free(c->items);
    c->items = other;
}

static void settle(struct ob_part_spellings *out, struct collection *c)
{
    uint32_t length = 0;
    size_t n_letters = 0;
    sort(c);
    out->kinds = ob_alloc(c->len * sizeof *out->kinds);
    out->items = ob_alloc(c->len * sizeof *out->items);
    out->letters = ob_alloc(c->n_letters);
    for (size_t i = 0; i < c->len; i++) {
        const struct spelled *s = &c->items[i];
        uint32_t n = s->key >> 24;
        for (; length <= n; length++) {
            out->of_length[length] = (uint32_t)i;
            out->letters_from[length] = n_letters;
        }
        out->kinds[i] = s->kinds;
        out->items[i] = s->at;
        memcpy(out->letters + n_letters, c->letters + s->letters, n);
        n_letters += n;
    }
    while (length <= OB_LETTERS_MAX + 1)
        out->of_length[length++] = (uint32_t)c->len;
    ob_free(c->items);
    ob_free(c->letters);
}

void ob__spellings_collect(struct ob_part_spellings *names, struct ob_part_spellings *parts,
                           struct ob_doc *const *docs, uint32_t n)
{
    struct collecting c = {.names = {0}};
    size_t n_defs = 0;
    for (uint32_t d = 0; d < n; d++)
        n_defs += docs[d]->n_defs;
    ob_map64_reserve(&c.seen, n_defs / 2); /* many names are defined more than once */
    for (uint32_t d = 0; d < n; d++) {
        c.note = docs[d]->lang->kind == OB_KIND_NOTE;
        add_file(&c, docs[d], d);
        add_defs(&c, docs[d], d);
    }
    settle(names, &c.names);
    settle(parts, &c.parts);
    ob_map64_release(&c.seen);
}

size_t ob__spellings_bytes(const struct ob_part_spellings *s)
{
    uint32_t n = s->of_length[OB_LETTERS_MAX + 1], length = OB_LETTERS_MAX;
    size_t longest = s->of_length[length + 1] - s->of_length[length];
    return n * (sizeof *s->kinds + sizeof *s->items) + s->letters_from[length] + longest * length;
}

void ob__spellings_release(struct ob_part_spellings *s)
{
    ob_free(s->kinds);
    ob_free(s->items);
    ob_free(s->letters);
}
