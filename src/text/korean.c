/* Cutting Korean words.
 *
 * A word is content and what stands behind it: nouns and verb forms of the table, then particles,
 * endings and light verbs, which the table lists as saying nothing.  The best cut is found from the
 * end to the beginning (dynamic programming over syllables and the kind of the word before): most
 * syllables known, then fewest words, then fewest of them content: "hamsu-inga" asks whether it is
 * a function, not for its authorization.  Words of one syllable are too easily found by chance; they
 * count at the beginning when everything behind them is known, and at the end of a compound. */
#include "korean.h"

#include <limits.h>
#include <string.h>

enum { SYLLABLE = 3 };

const struct ob__row *ob__find_row(const struct ob__rows *rows, const char *key, size_t len)
{
    size_t low = 0, high = rows->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct ob__row *row = &rows->rows[middle];
        size_t shorter = len < row->key_len ? len : row->key_len;
        int order = memcmp(key, ob__pool + row->key, shorter);
        if (order > 0 || (order == 0 && len > row->key_len))
            low = middle + 1;
        else
            high = middle;
    }
    const struct ob__row *row = low < rows->n ? &rows->rows[low] : NULL;
    bool found = row && row->key_len == len && memcmp(key, ob__pool + row->key, len) == 0;
    return found ? row : NULL;
}

const struct ob__row *ob__next_row(const struct ob__rows *rows, const struct ob__row *row)
{
    const struct ob__row *next = row + 1;
    return next < rows->rows + rows->n && next->key == row->key ? next : NULL;
}

/* ------------------------------------------------------------ the best cut */
/* What stands before a place. */
enum before { AT_START, UNKNOWN, NOUN, VERB, FUNCTION, N_BEFORE };

/* The best cut of what begins at a place. */
struct step {
    int score;                 /* NONE: there is no cut */
    const struct ob__row *row; /* the first word; NULL: one unknown syllable, or the end */
    size_t syllables;          /* of it */
    enum before then;          /* what the rest finds before it */
    bool strict_then;
};

enum { NONE = INT_MIN / 2, A_SYLLABLE = 1000, A_WORD = -10, A_FUNCTION = 1 };

struct cutting {
    const char *run;
    size_t n;                                             /* syllables */
    struct step best[OB__CUT_SYLLABLES + 1][N_BEFORE][2]; /* [..][..][1]: all must be known */
};

static bool is_content(const struct ob__row *row)
{
    return row->kind == OB__ROW_NOUN || row->kind == OB__ROW_VERB;
}

static void consider(struct step *best, const struct cutting *c, size_t at, struct step step)
{
    const struct step *rest = &c->best[at + step.syllables][step.then][step.strict_then];
    if (rest->score <= NONE)
        return;
    step.score += rest->score;
    if (step.score > best->score)
        *best = step;
}

static bool may_follow(enum ob__row_kind kind, enum before before)
{
    switch (kind) {
    case OB__ROW_AFTER_NOUN: return before == NOUN || before == FUNCTION;
    case OB__ROW_AFTER_VERB: return before == VERB || before == FUNCTION;
    case OB__ROW_AFTER_ANY: return before == NOUN || before == VERB || before == FUNCTION;
    default: return true;
    }
}

/* Considers ROW, of N syllables at AT, behind BEFORE. */
static void consider_row(struct step *best, const struct cutting *c, size_t at, enum before before,
                         bool strict, const struct ob__row *row, size_t n)
{
    enum ob__row_kind kind = (enum ob__row_kind)row->kind;
    bool content = is_content(row);
    if (!may_follow(kind, before))
        return;
    if (content && n == 1) {
        bool first = before == AT_START, last = before == NOUN && kind == OB__ROW_NOUN;
        if (!first && !last)
            return;
        strict |= first;
    }
    consider(best, c, at,
             (struct step){.score = (int)n * A_SYLLABLE + A_WORD + (content ? 0 : A_FUNCTION),
                           .row = row,
                           .syllables = n,
                           .then = content ? (kind == OB__ROW_NOUN ? NOUN : VERB) : FUNCTION,
                           .strict_then = strict});
}

/* Fills in what is best at AT, when all places behind it are done. */
static void fill(struct cutting *c, size_t at)
{
    for (int b = 0; b < N_BEFORE; b++) {
        for (int strict = 0; strict < 2; strict++) {
            struct step *best = &c->best[at][b][strict];
            *best = (struct step){.score = NONE};
            if (!strict)
                consider(best, c, at, (struct step){.syllables = 1, .then = UNKNOWN});
        }
    }
    for (size_t n = 1; n <= c->n - at && n <= OB__KEY_SYLLABLES; n++) {
        const struct ob__row *row =
            ob__find_row(&ob__korean_rows, c->run + at * SYLLABLE, n * SYLLABLE);
        for (; row; row = ob__next_row(&ob__korean_rows, row))
            for (int b = 0; b < N_BEFORE; b++)
                for (int strict = 0; strict < 2; strict++)
                    consider_row(&c->best[at][b][strict], c, at, (enum before)b, strict, row, n);
    }
}

static void find_cut(struct cutting *c, const char *run, size_t len)
{
    c->run = run;
    c->n = len / SYLLABLE < OB__CUT_SYLLABLES ? len / SYLLABLE : OB__CUT_SYLLABLES;
    for (int b = 0; b < N_BEFORE; b++)
        for (int strict = 0; strict < 2; strict++)
            c->best[c->n][b][strict] = (struct step){.score = 0};
    for (size_t at = c->n; at-- > 0;)
        fill(c, at);
}

void ob__cut_korean(struct ob__cut *out, const char *run, size_t len)
{
    struct cutting c;
    size_t known = 0;
    *out = (struct ob__cut){.n = 0};
    find_cut(&c, run, len);
    const struct step *step = &c.best[0][AT_START][0];
    for (size_t at = 0; at < c.n;) {
        if (step->row) {
            known += step->syllables;
            if (step->row->n)
                out->rows[out->n++] = step->row;
        }
        at += step->syllables;
        step = &c.best[at][step->then][step->strict_then];
    }
    out->known_01 = c.n ? (double)known / (double)c.n : 0;
}

/* Whether the bytes from AT on are nothing but particles and endings behind a word of KIND. */
static bool only_functions(const struct cutting *c, size_t at, enum ob__row_kind kind)
{
    const struct step *step = &c->best[at][kind == OB__ROW_NOUN ? NOUN : VERB][1];
    while (at < c->n) {
        if (step->score <= NONE || is_content(step->row))
            return false;
        at += step->syllables;
        step = &c->best[at][step->then][step->strict_then];
    }
    return true;
}

const struct ob__row *ob__whole_korean(const char *run, size_t len, size_t beyond)
{
    struct cutting c;
    bool cut = false; /* few runs begin with such a term: cutting is put off */
    size_t n = len / SYLLABLE < OB__CUT_SYLLABLES ? len / SYLLABLE : OB__CUT_SYLLABLES;
    for (n = n < OB__KEY_SYLLABLES ? n : OB__KEY_SYLLABLES; n * SYLLABLE > beyond; n--) {
        const struct ob__row *row = ob__find_row(&ob__korean_rows, run, n * SYLLABLE);
        if (row && !cut)
            find_cut(&c, run, len);
        cut |= row != NULL;
        for (; row; row = ob__next_row(&ob__korean_rows, row))
            if (is_content(row) && only_functions(&c, n, (enum ob__row_kind)row->kind))
                return row;
    }
    return NULL;
}
