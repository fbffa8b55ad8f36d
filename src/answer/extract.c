/* Greedy set cover (the ratio-free form: each line costs one line).  The question's terms are the
 * elements, weighted by how few of the spans hold them; lines are the sets.  A chosen line brings its
 * neighbours, the first one more of them, because a line alone is seldom an answer. */
#include "extract.h"

#include <math.h>
#include <string.h>

#include "openbook/base/map.h"
#include "openbook/text/synonyms.h"
#include "openbook/text/terms.h"

#include "clean.h"

enum {
    MOST_TERMS = 64, /* bits of a mask */
    MOST_SPANS = 16,
    MOST_SEEDS = 6,
    FIRST_MARGIN = 6, /* lines shown on each side of the first seed */
    MARGIN = 2,       /* and of the others */
    SPAN_LINES = 400  /* of a joined span that are looked at */
};

/* A line that adds less of the question than this is not worth showing. */
static const double LEAST_GAIN_01 = 0.08;

struct question {
    struct ob_map64 index; /* term hash -> bit number */
    double weight[MOST_TERMS];
    size_t n;
    const char *text;
    struct ob_terms *terms;
    uint8_t bit_of[MOST_TERMS]; /* source word -> one of its bits + 1; 0: it has none */
    uint8_t bit;                /* of the word whose synonym is being added */
};

struct lines { /* of one span */
    const struct ob__span *span;
    uint64_t *masks;
    size_t n;
};

/* ------------------------------------------------------------ terms */
static void on_question_term(const struct ob_term *t, void *data)
{
    struct question *q = data;
    bool added, stop = t->kind == OB_TERM_HANGUL
                           ? ob_hangul_stop_word(q->text + t->start, t->end - t->start)
                           : ob_stop_word(t->part, t->part_len);
    if (stop || q->n == MOST_TERMS)
        return;
    uint64_t *bit = ob_map64_put(&q->index, t->hash, &added);
    if (!added)
        return;
    *bit = q->n;
    if (t->word < MOST_TERMS)
        q->bit_of[t->word] = (uint8_t)(q->n + 1);
    /* A word that falls into many bigrams counts as a word, not as many. */
    q->weight[q->n++] =
        t->kind == OB_TERM_HANGUL && t->word_terms > 1 ? 1.0 / sqrt((double)t->word_terms) : 1.0;
}

static void on_synonym_term(const struct ob_term *t, void *data)
{
    struct question *q = data;
    bool added;
    uint64_t *bit = ob_map64_put(&q->index, t->hash, &added);
    if (added)
        *bit = q->bit;
}

/* What a Korean word is called in English counts as the word itself. */
static void on_synonym(const struct ob_synonym *s, void *data)
{
    struct question *q = data;
    if (s->kind != OB_SYNONYM_ENGLISH_OF_KOREAN || s->word >= MOST_TERMS || !q->bit_of[s->word])
        return;
    q->bit = (uint8_t)(q->bit_of[s->word] - 1);
    ob_terms_scan(q->terms, s->text, s->len, on_synonym_term, q);
}

struct scan {
    const struct question *q;
    struct lines *lines;
};

static void on_line_term(const struct ob_term *t, void *data)
{
    struct scan *s = data;
    const uint64_t *bit = ob_map64_get(&s->q->index, t->hash);
    if (bit && t->line_1based >= 1 && t->line_1based <= s->lines->n)
        s->lines->masks[t->line_1based - 1] |= UINT64_C(1) << *bit;
}

static uint64_t all_bits(const struct lines *l)
{
    uint64_t all = 0;
    for (size_t i = 0; i < l->n; i++)
        all |= l->masks[i];
    return all;
}

/* idf over the spans at hand. */
static void weigh(struct question *q, const struct lines *spans, size_t n)
{
    for (size_t bit = 0; bit < q->n; bit++) {
        size_t df = 0;
        for (size_t i = 0; i < n; i++)
            df += all_bits(&spans[i]) >> bit & 1;
        q->weight[bit] *= log(1.0 + ((double)n + 0.5) / ((double)df + 0.5));
    }
}

static double weight_of(const struct question *q, uint64_t mask)
{
    double sum = 0;
    for (size_t bit = 0; bit < q->n; bit++)
        if (mask >> bit & 1)
            sum += q->weight[bit];
    return sum;
}

/* ------------------------------------------------------------ cover */
struct seed {
    size_t span;
    uint32_t line; /* of the page */
};

static size_t cover(struct seed *seeds, const struct question *q, const struct lines *spans,
                    size_t n)
{
    uint64_t covered = 0, everything = 0;
    size_t n_seeds = 0;
    for (size_t i = 0; i < n; i++)
        everything |= all_bits(&spans[i]);
    double least = LEAST_GAIN_01 * weight_of(q, everything);
    while (n_seeds < MOST_SEEDS) {
        struct seed seed = {0};
        uint64_t mask = 0;
        double best = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < spans[i].n; j++) {
                double gain = weight_of(q, spans[i].masks[j] & ~covered);
                /* The ranking knows more than the words: half of a line's worth is its span's. */
                double worth = gain * (0.5 + 0.5 * spans[i].span->value);
                if (gain > least && worth > best) {
                    best = worth;
                    mask = spans[i].masks[j];
                    seed = (struct seed){i, spans[i].span->first_line + (uint32_t)j};
                }
            }
        if (best <= 0)
            break;
        covered |= mask;
        seeds[n_seeds++] = seed;
    }
    return n_seeds;
}

/* The place the ranking points at, for questions whose words the lines do not hold: another language,
 * another form. */
static size_t add_pointed(struct seed *seeds, size_t n_seeds, const struct ob__span *best)
{
    for (size_t i = 0; i < n_seeds; i++)
        if (seeds[i].span == 0)
            return n_seeds;
    uint32_t line = best->best_line >= best->first_line && best->best_line <= best->last_line
                        ? best->best_line
                        : best->first_line;
    memmove(seeds + 1, seeds, n_seeds * sizeof *seeds);
    seeds[0] = (struct seed){0, line};
    return n_seeds + 1;
}

/* ------------------------------------------------------------ blocks */
static struct ob__span around(const struct ob__span *s, uint32_t line, uint32_t margin)
{
    struct ob__span block = *s;
    block.best_line = line;
    block.first_line = line > s->first_line + margin ? line - margin : s->first_line;
    block.last_line = line + margin < s->last_line ? line + margin : s->last_line;
    return block;
}

static uint32_t height(const struct ob__span *s)
{
    return s->last_line - s->first_line + 1;
}

/* Adds BLOCK or widens the block it touches, within the lines that are left. */
static void add_block(struct ob__packed *out, size_t *lines_left, struct ob__span block)
{
    for (size_t i = 0; i < out->len; i++) {
        struct ob__span *b = &out->spans[i];
        if (b->page != block.page || block.first_line > b->last_line + MARGIN ||
            b->first_line > block.last_line + MARGIN)
            continue;
        struct ob__span wide = *b;
        if (block.first_line < wide.first_line)
            wide.first_line = block.first_line;
        if (block.last_line > wide.last_line)
            wide.last_line = block.last_line;
        if (height(&wide) - height(b) <= *lines_left) {
            *lines_left -= height(&wide) - height(b);
            *b = wide;
        }
        return;
    }
    if (height(&block) > *lines_left)
        return;
    *lines_left -= height(&block);
    out->spans[out->len++] = block;
}

/* Blank lines at the edges say nothing. */
static void trim(struct ob__span *s)
{
    size_t len;
    while (s->first_line < s->last_line &&
           (ob__page_lines(&len, s->page, s->first_line, s->first_line), len == 0))
        s->first_line++;
    while (s->last_line > s->first_line &&
           (ob__page_lines(&len, s->page, s->last_line, s->last_line), len == 0))
        s->last_line--;
}

static void make_blocks(struct ob__packed *out, struct ob_arena *a, const struct seed *seeds,
                        size_t n_seeds, const struct ob__span *spans)
{
    size_t lines_left = OB__EXTRACT_LINES;
    out->spans = ob_arena_alloc(a, (MOST_SEEDS + 1) * sizeof *out->spans);
    out->order = ob_arena_alloc(a, (MOST_SEEDS + 1) * sizeof *out->order);
    for (size_t i = 0; i < n_seeds; i++)
        add_block(out, &lines_left,
                  around(&spans[seeds[i].span], seeds[i].line, i == 0 ? FIRST_MARGIN : MARGIN));
    for (size_t i = 0; i < out->len; i++) {
        trim(&out->spans[i]);
        out->order[i] = i;
    }
}

void ob__extract(struct ob__packed *out, struct ob_arena *a, const char *question,
                 size_t question_len, const struct ob__span *spans, size_t n)
{
    struct ob_terms *terms = ob_terms_new();
    struct question q = {.text = question, .terms = terms};
    struct lines lines[MOST_SPANS];
    struct seed seeds[MOST_SEEDS + 1];
    *out = (struct ob__packed){0};
    n = n < MOST_SPANS ? n : MOST_SPANS;
    ob_terms_scan(terms, question, question_len, on_question_term, &q);
    ob_synonyms_scan(terms, question, question_len, on_synonym, &q);
    for (size_t i = 0; i < n; i++) {
        size_t len, rows = height(&spans[i]);
        lines[i].span = &spans[i];
        lines[i].n = rows < SPAN_LINES ? rows : SPAN_LINES;
        lines[i].masks = ob_arena_alloc(a, (lines[i].n + 1) * sizeof *lines[i].masks);
        const char *text =
            ob__page_lines(&len, spans[i].page, spans[i].first_line, spans[i].last_line);
        ob_terms_scan(terms, text, len, on_line_term, &(struct scan){&q, &lines[i]});
    }
    weigh(&q, lines, n);
    size_t n_seeds = cover(seeds, &q, lines, n);
    if (n > 0)
        n_seeds = add_pointed(seeds, n_seeds, &spans[0]);
    make_blocks(out, a, seeds, n_seeds, spans);
    ob_terms_free(terms);
    ob_map64_release(&q.index);
}

/* ------------------------------------------------------------ writing */

/* One backtick more than the longest run in TEXT, at least three. */
static int fence_len(const char *text, size_t len)
{
    size_t longest = 2, run = 0;
    for (size_t i = 0; i < len; i++) {
        run = text[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest < 60 ? (int)longest + 1 : 61;
}

static int write_block(struct ob_buf *out, const struct ob__span *s, size_t number)
{
    static const char TICKS[] = "````````````````````````````````````````````````````````````````";
    size_t len;
    const char *text = ob__page_lines(&len, s->page, s->first_line, s->last_line);
    const char *lang = ob_lang_of_path(s->page->path, strlen(s->page->path))->name;
    int ticks = fence_len(text, len);
    int err = ob_buf_append_str(out, "`");
    if (!err)
        err = ob__clean(out, s->page->path, strlen(s->page->path));
    if (!err)
        err = ob_buf_appendf(out, ":%u-%u` [%zu]\n\n%.*s%s\n", s->first_line, s->last_line, number,
                             ticks, TICKS, lang);
    if (!err)
        err = ob__clean(out, text, len);
    return err ? err : ob_buf_appendf(out, "\n%.*s\n\n", ticks, TICKS);
}

int ob__extract_write(struct ob_buf *out, const struct ob__packed *blocks)
{
    int err = 0;
    for (size_t i = 0; i < blocks->len && !err; i++)
        err = write_block(out, &blocks->spans[i], i + 1);
    return err;
}
