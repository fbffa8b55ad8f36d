/* Near names.
 *
 * Names are compared letter by letter, a Hangul syllable by its two or three letters: a slip of the
 * finger changes one of them.  Names and their parts are near a word when they differ by an edit in
 * three letters or begin alike.  Only a search that found nothing pays for this; what it looks at is
 * capped. */
#include "near.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "openbook/base/path.h"
#include "openbook/text/utf8.h"

enum { NEAREST = 3, WORDS = 8, LETTERS = 40, SCANNED_BYTES = 400, PARTS = 8, LOOKED_AT = 300000 };
enum { PASTED_WORDS = 16, PASTED_BYTES = 4000 }; /* most of them are of whoever wrote the log */

/* A part of a name that is like a word tells less than the whole name, a common beginning less still. */
static const double PART = 0.9, BEGINNING = 0.8, NEAR = 0.6, MEANT = 0.8;

/* Of two that are as near, the one that begins alike for longer: a letter's worth of likeness. */
static const double SAME_START = 0.001;

struct letters {
    uint32_t at[LETTERS];
    uint32_t n;
};

struct near {
    const char *name, *path; /* NAME NULL: the file is near */
    double likeness;
    size_t shelf;
};

struct search {
    struct letters words[PASTED_WORDS];
    size_t n_words;
    const struct ob__query *q;
    const struct ob__view *v;
    size_t next_passed, len;
    struct near best[NEAREST];
    const struct ob_search_request *r;
    size_t looked_at;
};

/* ------------------------------------------------------------ letters */
static void add_letter(struct letters *l, uint32_t letter)
{
    if (l->n < LETTERS)
        l->at[l->n++] = letter;
}

static void add_code(struct letters *l, uint32_t code)
{
    if (code < 0xAC00 || code > 0xD7A3) {
        add_letter(l, code < 0x80 ? (uint32_t)tolower((int)code) : code);
        return;
    }
    code -= 0xAC00;
    add_letter(l, 0x1100 + code / 588);
    add_letter(l, 0x1161 + code % 588 / 28);
    if (code % 28)
        add_letter(l, 0x11A7 + code % 28);
}

static bool is_letter(uint32_t code)
{
    return code >= 0x80 ? code != 0xFFFD && code != 0x3000 : isalnum((int)code) != 0;
}

/* ------------------------------------------------------------ likeness */
/* Edits (a swap of neighbours is one) from A to B, or MOST + 1 when there are more. */
static uint32_t edits(const struct letters *a, const struct letters *b, uint32_t most)
{
    uint32_t rows[3][LETTERS + 1], *before = rows[0], *last = rows[1], *now = rows[2];
    for (uint32_t k = 0; k <= b->n; k++)
        last[k] = k;
    for (uint32_t i = 1; i <= a->n; i++) {
        uint32_t least = now[0] = i;
        for (uint32_t k = 1; k <= b->n; k++) {
            uint32_t cost = last[k - 1] + (a->at[i - 1] != b->at[k - 1]);
            cost = cost < last[k] + 1 ? cost : last[k] + 1;
            cost = cost < now[k - 1] + 1 ? cost : now[k - 1] + 1;
            if (i > 1 && k > 1 && a->at[i - 1] == b->at[k - 2] && a->at[i - 2] == b->at[k - 1] &&
                before[k - 2] + 1 < cost)
                cost = before[k - 2] + 1;
            now[k] = cost;
            least = cost < least ? cost : least;
        }
        if (least > most)
            return most + 1;
        uint32_t *t = before;
        before = last;
        last = now;
        now = t;
    }
    return last[b->n];
}

static double likeness(const struct letters *word, const struct letters *name)
{
    uint32_t longer = word->n > name->n ? word->n : name->n, k = 0;
    uint32_t shorter = word->n > name->n ? name->n : word->n;
    if (shorter < 2)
        return 0;
    while (k < shorter && word->at[k] == name->at[k])
        k++;
    double begins = k >= 3 && k * 3 >= shorter * 2 ? NEAR + (BEGINNING - NEAR) * k / longer : 0;
    uint32_t most = longer / 3 ? longer / 3 : 1;
    if (longer - shorter > most)
        return begins;
    uint32_t n = edits(word, name, most);
    double same = n <= most ? 1 - (double)n / longer + SAME_START * k : 0;
    return same > begins ? same : begins;
}

/* Of the whole name and of each of its parts, to the nearest word. */
static double nearest_word(const struct search *s, const char *name, size_t len)
{
    struct letters whole = {.n = 0}, parts[PARTS];
    size_t n = 0;
    bool inside = false, lower = false;
    for (size_t i = 0; i < len;) {
        uint32_t code;
        i += ob_utf8_decode(&code, name + i, len - i);
        bool upper = code < 0x80 && isupper((int)code);
        if (!is_letter(code)) {
            inside = lower = false;
            continue;
        }
        if ((!inside || (upper && lower)) && n < PARTS)
            parts[n++].n = 0;
        inside = true;
        lower = !upper;
        add_code(&whole, code);
        add_code(&parts[n - 1], code);
    }
    double best = 0;
    for (size_t w = 0; w < s->n_words; w++) {
        double l = likeness(&s->words[w], &whole);
        best = l > best ? l : best;
        for (size_t i = 0; n > 1 && i < n; i++) {
            l = likeness(&s->words[w], &parts[i]) * PART;
            best = l > best ? l : best;
        }
    }
    return best;
}

/* ------------------------------------------------------------ the nearest */
static const char *shown(const struct near *n)
{
    return n->name ? n->name : n->path;
}

/* Keeps NEW among the best, which are in falling order and each shown once. */
static void keep(struct search *s, struct near new)
{
    if (new.likeness < NEAR)
        return;
    for (int k = 0; k < NEAREST && s->best[k].path; k++)
        if (strcmp(shown(&s->best[k]), shown(&new)) == 0)
            return;
    if (new.likeness <= s->best[NEAREST - 1].likeness ||
        !ob_shelf_reader_has(s->r->shelves[new.shelf].reader, new.path))
        return;
    for (int k = 0; k < NEAREST; k++) {
        if (new.likeness <= s->best[k].likeness)
            continue;
        struct near t = s->best[k];
        s->best[k] = new;
        new = t;
    }
}

static void look_at(struct search *s, const struct ob_doc *d, size_t shelf)
{
    const char *base = ob_path_base(d->path);
    size_t stem = strcspn(base, ".");
    keep(s, (struct near){NULL, d->path, nearest_word(s, base, stem ? stem : strlen(base)), shelf});
    s->looked_at += d->n_defs;
    for (uint32_t i = 0; i < d->n_defs && s->looked_at < LOOKED_AT; i++) {
        const char *name = d->defs[i].name;
        keep(s, (struct near){name, d->path, nearest_word(s, name, strlen(name)), shelf});
    }
}

/* ------------------------------------------------------------ the words */
static void on_term(const struct ob_term *t, void *data)
{
    struct search *s = data;
    const char *text = s->r->question + t->start;
    size_t len = t->end - t->start;
    if (s->n_words == (s->q->pasted ? PASTED_WORDS : WORDS) ||
        (t->kind == OB_TERM_WORD && ob_stop_word(t->part, t->part_len)))
        return;
    if (ob__query_passes(s->q, &s->next_passed, t->start) ||
        ob__query_is_noise(s->q, s->v, s->r->question, s->len, t))
        return;
    struct letters l = {.n = 0};
    for (size_t i = 0; i < len;) {
        uint32_t code;
        i += ob_utf8_decode(&code, text + i, len - i);
        if (is_letter(code))
            add_code(&l, code);
    }
    for (size_t i = 0; i < s->n_words; i++)
        if (memcmp(&s->words[i], &l, sizeof l) == 0)
            return;
    if (l.n >= 2)
        s->words[s->n_words++] = l;
}

static void find(struct search *s, const struct ob__view *v)
{
    const struct ob_search_request *r = s->r;
    size_t most = s->q->pasted ? PASTED_BYTES : SCANNED_BYTES;
    s->len = r->question_len < most ? r->question_len : most;
    s->v = v;
    if (!r->question)
        return;
    struct ob_terms *t = ob_terms_new();
    ob_terms_scan(t, r->question, s->len, on_term, s);
    ob_terms_free(t);
    for (size_t i = 0; s->n_words && i < v->n_parts; i++) {
        const struct ob__vpart *p = &v->parts[i];
        for (uint32_t d = 0; d < p->part->n_docs; d++)
            if (!p->dead || !p->dead[d])
                look_at(s, p->part->docs[d], p->shelf);
    }
}

const char *ob__near(struct ob_arena *arena, const struct ob__query *q, const struct ob__view *v,
                     const struct ob_search_request *r)
{
    struct search s = {.r = r, .q = q};
    const char *names = "";
    find(&s, v);
    for (int k = 0; k < NEAREST && s.best[k].path; k++)
        names = *names ? ob_arena_printf(arena, "%s, %s", names, shown(&s.best[k]))
                       : ob_arena_strdup(arena, shown(&s.best[k]));
    return names;
}

uint64_t ob__near_meant(const struct ob__query *q, const struct ob__view *v,
                        const struct ob_search_request *r)
{
    struct search s = {.r = r, .q = q};
    if (!q->symbol || q->n_compounds != 1 || q->n_names != 1 ||
        ob__view_count(v, offsetof(struct ob_part, compounds), q->compounds[0]) ||
        ob__view_count(v, offsetof(struct ob_part, defs), q->compounds[0]))
        return 0;
    find(&s, v);
    for (int k = 0; k < NEAREST && s.best[k].likeness >= MEANT; k++)
        if (s.best[k].name)
            return ob_name_key(s.best[k].name, strlen(s.best[k].name));
    return 0;
}
