/* The door of the synonyms: words of a text are collected by the tokeniser, then looked up one by
 * one, terms of several words first.
 *
 * Invariant: what is handed out points into the tables, so that it outlives every call. */
#include "openbook/text/synonyms.h"

#include <string.h>

#include "openbook/text/utf8.h"

#include "chars.h"
#include "korean.h"

enum { RUN_BYTES = OB__CUT_SYLLABLES * 3, PART_BYTES = 32 };

/* What is being handed out. */
struct giving {
    struct ob_synonym synonym; /* where it stands, and the kind */
    ob_synonym_cb cb;
    void *data;
    uint32_t alternatives; /* given so far */
};

static uint32_t words_of(const struct ob__target *target, size_t left)
{
    uint32_t n = 1;
    while (n < left && target[n].alternative == target->alternative)
        n++;
    return n;
}

/* Hands out the targets of ROW. */
static void give_row(struct giving *g, const struct ob__row *row, double share_01)
{
    struct ob_synonym s = g->synonym;
    for (size_t i = 0; i < row->n; i += s.phrase_words) {
        const struct ob__target *target = &ob__targets[row->first + i];
        s.phrase_words = words_of(target, row->n - i);
        s.weight_01 = target->weight_percent / 100.0 * share_01;
        s.alternative = g->alternatives++;
        for (uint32_t w = 0; w < s.phrase_words; w++) {
            s.text = ob__pool + target[w].text;
            s.len = target[w].len;
            g->cb(&s, g->data);
        }
    }
}

/* Hands out the targets of ROW and of those behind it with its key and kind: forms of verbs that
 * meet. */
static void give_korean(struct giving *g, const struct ob__row *row, double share_01)
{
    uint8_t kind = row->kind;
    for (; row && row->kind == kind; row = ob__next_row(&ob__korean_rows, row))
        give_row(g, row, share_01);
}

static void give_cut(struct giving *g, const char *run, size_t len)
{
    struct ob__cut cut;
    ob__cut_korean(&cut, run, len);
    for (size_t i = 0; i < cut.n; i++)
        give_korean(g, cut.rows[i], cut.known_01);
}

/* ------------------------------------------------------------ lookups of one word */
static struct giving single(size_t len, enum ob_synonym_kind kind, ob_synonym_cb cb, void *data)
{
    return (struct giving){
        .synonym = {.source_words = 1, .end = len, .kind = kind}, .cb = cb, .data = data};
}

static bool all_syllables(const char *run, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t code;
        i += ob_utf8_decode(&code, run + i, len - i);
        if (!ob__is_hangul(code))
            return false;
    }
    return true;
}

void ob_english_of_korean(const char *run, size_t len, ob_synonym_cb cb, void *data)
{
    struct giving g = single(len, OB_SYNONYM_ENGLISH_OF_KOREAN, cb, data);
    if (all_syllables(run, len))
        give_cut(&g, run, len);
}

/* The row of KEY (LEN bytes) with ENDING, which is written behind it, or NULL. */
static const struct ob__row *ending_in(const struct ob__rows *rows, char *key, size_t len,
                                       const char *ending)
{
    size_t n = strlen(ending);
    memcpy(key + len, ending, n + 1); /* shorter than what was cut off */
    return ob__find_row(rows, key, len + n);
}

/* The row of WORDS as they are spelled, or without the inflection of the last one, or NULL. */
static const struct ob__row *spelled_row(const struct ob__rows *rows, const char *words, size_t len)
{
    static const struct {
        const char *ending, *instead[2];
    } inflections[] = {{"ies", {"y", "ie"}},
                       {"s", {"", ""}},
                       {"es", {"", ""}},
                       {"ing", {"", "e"}},
                       {"ed", {"", "e"}}};
    enum { STEM_MIN = 3 };
    char key[OB__KEY_BYTES + 1] = ".";
    memcpy(key + 1, words, len);
    const struct ob__row *row = ob__find_row(rows, key, len + 1);
    for (size_t i = 0; i < sizeof inflections / sizeof *inflections && !row; i++) {
        size_t n = strlen(inflections[i].ending);
        if (len < n + STEM_MIN || memcmp(words + len - n, inflections[i].ending, n) != 0)
            continue;
        memcpy(key + 1, words, len);
        size_t stem = len - n + 1; /* with the dot */
        for (size_t k = 0; k < 2 && !row; k++)
            row = ending_in(rows, key, stem, inflections[i].instead[k]);
        if (!row && key[stem - 1] == key[stem - 2]) /* mapping */
            row = ob__find_row(rows, key, stem - 1);
    }
    return row;
}

/* The row of WORDS by their spelling, or by their roots, or NULL.  Short words have roots in common
 * with strangers: state, statement. */
static const struct ob__row *english_row(const struct ob__rows *rows, const char *words, size_t len)
{
    enum { ROOTED_MIN = 7 };
    char key[OB__KEY_BYTES];
    size_t n = 0;
    if (len >= sizeof key)
        return NULL;
    const struct ob__row *row = spelled_row(rows, words, len);
    if (row || len < ROOTED_MIN)
        return row;
    for (size_t i = 0; i < len;) {
        const char *blank = memchr(words + i, ' ', len - i);
        size_t word = blank ? (size_t)(blank - (words + i)) : len - i;
        memcpy(key + n, words + i, word);
        n += ob__root(key + n, word);
        i += word;
        if (i < len)
            key[n++] = words[i++];
    }
    return ob__find_row(rows, key, n);
}

void ob_english_of_english(const char *words, size_t len, ob_synonym_cb cb, void *data)
{
    struct giving g = single(len, OB_SYNONYM_ENGLISH_OF_ENGLISH, cb, data);
    const struct ob__row *row = english_row(&ob__english_rows, words, len);
    if (row)
        give_row(&g, row, 1);
}

void ob_korean_of_english(const char *words, size_t len, ob_synonym_cb cb, void *data)
{
    struct giving g = single(len, OB_SYNONYM_KOREAN_OF_ENGLISH, cb, data);
    const struct ob__row *row = english_row(&ob__reverse_rows, words, len);
    if (row)
        give_row(&g, row, 1);
}

/* ------------------------------------------------------------ the words of a text */
/* A Hangul run, or a part of a Latin word. */
struct word {
    size_t start, end; /* of the source word */
    uint32_t ordinal;
    bool hangul, compound;
    uint8_t part_len;
    char part[PART_BYTES]; /* a Latin part, lower case */
};

struct words {
    const char *text;
    size_t n;
    struct word items[OB_SYNONYM_WORDS];
};

static void collect(const struct ob_term *term, void *data)
{
    struct words *w = data;
    const struct word *last = w->n ? &w->items[w->n - 1] : NULL;
    bool hangul = term->kind == OB_TERM_HANGUL;
    if (w->n == OB_SYNONYM_WORDS || (hangul && last && last->ordinal == term->word) ||
        term->kind == OB_TERM_CJK || (!hangul && term->part_len > PART_BYTES))
        return;
    struct word *word = &w->items[w->n++];
    *word = (struct word){.start = term->start,
                          .end = term->end,
                          .ordinal = term->word,
                          .hangul = hangul,
                          .compound = term->kind == OB_TERM_COMPOUND};
    if (hangul)
        return;
    memcpy(word->part, term->part, term->part_len);
    word->part_len = (uint8_t)term->part_len;
}

/* Whether nothing but blanks, or one hyphen, stands between two words, or they are parts of one. */
static bool adjacent(const struct words *w, size_t first)
{
    const struct word *a = &w->items[first], *b = a + 1;
    if (a->ordinal == b->ordinal)
        return true;
    if (a->end >= b->start || b->start - a->end > 3)
        return a->end == b->start;
    size_t blanks = 0, hyphens = 0, gap = b->start - a->end;
    for (size_t i = a->end; i < b->start; i++) {
        blanks += w->text[i] == ' ' || w->text[i] == '\t';
        hyphens += w->text[i] == '-';
    }
    return blanks + hyphens == gap && hyphens <= 1;
}

/* How many words from FIRST on are adjacent and of its kind, at most OB__KEY_WORDS. */
static size_t neighbours(const struct words *w, size_t first)
{
    size_t n = 1;
    while (n < OB__KEY_WORDS && first + n < w->n &&
           w->items[first + n].hangul == w->items[first].hangul && !w->items[first + n].compound &&
           adjacent(w, first + n - 1))
        n++;
    return n;
}

static struct giving giving_of(const struct words *w, size_t first, size_t n,
                               enum ob_synonym_kind kind, ob_synonym_cb cb, void *data)
{
    const struct word *a = &w->items[first], *b = &w->items[first + n - 1];
    return (struct giving){.synonym = {.word = a->ordinal,
                                       .source_words = b->ordinal - a->ordinal + 1,
                                       .start = a->start,
                                       .end = b->end,
                                       .kind = kind},
                           .cb = cb,
                           .data = data};
}

/* ------------------------------------------------------------ Korean */
/* Writes the syllables of a run, composed, to OUT (room for RUN_BYTES); returns their bytes. */
static size_t read_run(char *out, const struct words *w, const struct word *word)
{
    size_t n = 0;
    for (size_t i = word->start; i < word->end && n < RUN_BYTES;) {
        uint32_t code;
        i += ob__char_next(&code, w->text + i, word->end - i);
        n += ob_utf8_encode(out + n, code);
    }
    return n;
}

/* The row of a term that is N words from FIRST on, or NULL.  The words but the last may have their
 * particles on or off. */
static const struct ob__row *joined(const struct words *w, size_t first, size_t n, bool strip)
{
    char run[OB__KEY_WORDS * RUN_BYTES];
    size_t len = 0, last = 0;
    for (size_t i = 0; i < n; i++) {
        last = len;
        len += read_run(run + len, w, &w->items[first + i]);
        if (strip && i + 1 < n)
            len = last + ob_hangul_stem(run + last, len - last);
    }
    return ob__whole_korean(run, len, last);
}

/* Gives what the word at FIRST stands for, or the term that begins there; returns how many words
 * that took. */
static size_t give_hangul(const struct words *w, size_t first, ob_synonym_cb cb, void *data)
{
    char run[RUN_BYTES];
    const enum ob_synonym_kind kind = OB_SYNONYM_ENGLISH_OF_KOREAN;
    for (size_t n = neighbours(w, first); n > 1; n--) {
        const struct ob__row *row = joined(w, first, n, false);
        if (!row)
            row = joined(w, first, n, true);
        if (!row)
            continue;
        struct giving g = giving_of(w, first, n, kind, cb, data);
        give_korean(&g, row, 1);
        return n;
    }
    struct giving g = giving_of(w, first, 1, kind, cb, data);
    give_cut(&g, run, read_run(run, w, &w->items[first]));
    return 1;
}

/* ------------------------------------------------------------ English */
static const struct ob__row *phrase(const struct ob__rows *rows, const struct words *w,
                                    size_t first, size_t n)
{
    char words[OB__KEY_WORDS * (PART_BYTES + 1)];
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        const struct word *word = &w->items[first + i];
        if (i)
            words[len++] = ' ';
        memcpy(words + len, word->part, word->part_len);
        len += word->part_len;
    }
    return english_row(rows, words, len);
}

/* Gives from ROWS what the Latin part at FIRST stands for, or the phrase that begins there, unless
 * an earlier phrase has covered it up to *COVERED. */
static void give_latin(size_t *covered, const struct ob__rows *rows, const struct words *w,
                       size_t first, enum ob_synonym_kind kind, ob_synonym_cb cb, void *data)
{
    if (first < *covered)
        return;
    for (size_t n = w->items[first].compound ? 1 : neighbours(w, first); n > 0; n--) {
        const struct ob__row *row = phrase(rows, w, first, n);
        if (!row)
            continue;
        struct giving g = giving_of(w, first, n, kind, cb, data);
        give_row(&g, row, 1);
        *covered = first + n;
        return;
    }
}

void ob_synonyms_scan(struct ob_terms *t, const char *text, size_t len, ob_synonym_cb cb,
                      void *data)
{
    struct words w = {.text = text};
    size_t english = 0, korean = 0; /* covered by phrases */
    ob_terms_scan(t, text, len, collect, &w);
    for (size_t i = 0; i < w.n;) {
        if (w.items[i].hangul) {
            i += give_hangul(&w, i, cb, data);
            continue;
        }
        give_latin(&english, &ob__english_rows, &w, i, OB_SYNONYM_ENGLISH_OF_ENGLISH, cb, data);
        give_latin(&korean, &ob__reverse_rows, &w, i, OB_SYNONYM_KOREAN_OF_ENGLISH, cb, data);
        i++;
    }
}

/* ------------------------------------------------------------ abbreviations */
static bool plain(const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((word[i] >= 'a' && word[i] <= 'z') || (word[i] >= '0' && word[i] <= '9')))
            return false;
    return len > 0;
}

static bool has_vowel(const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (strchr("aeiou", word[i]))
            return true;
    return false;
}

/* Whether the letters of SHORTER stand in LONGER in their order. */
static bool subsequence(const char *shorter, size_t n, const char *longer, size_t len)
{
    size_t at = 0;
    for (size_t i = 0; i < len && at < n; i++)
        at += longer[i] == shorter[at];
    return at == n;
}

bool ob_abbreviates(const char *shorter, size_t n, const char *longer, size_t len)
{
    enum { PREFIX_MIN = 3, SKELETON_MIN = 2, SKELETON_MAX = 5, LONGER_MAX = 14 };
    if (n >= len || !plain(shorter, n) || !plain(longer, len) || shorter[0] != longer[0])
        return false;
    if (n >= PREFIX_MIN && memcmp(shorter, longer, n) == 0)
        return true;
    return n >= SKELETON_MIN && n <= SKELETON_MAX && len <= LONGER_MAX &&
           !has_vowel(shorter + 1, n - 1) && subsequence(shorter, n, longer, len);
}
