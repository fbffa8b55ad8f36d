/* Greedy packing by value per token.  Spans are first joined, then chosen, then widened to whole files
 * where little is missing, then joined by what they use, then ordered. */
#include "pack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/text/estimate.h"

#include "uses.h"

enum {
    NEAR_LINES = 3, /* a smaller gap is cheaper to show than a second wrapper */
    MOST_SPANS = 24,
    SHORT_LINES = 60, /* a file that may be given whole */
    SHORT_BYTES = 8192,
    SHORT_TOKENS = 300, /* what it may cost, or else at most ... */
    SHORT_COST = 2,     /* ... times as much as its spans.  Measured, see docs/evaluation.md. */
    MOST_USES = 4,      /* definitions that one passage uses */
    USERS_BYTES = 512 * 1024 /* a longer file is not read for them */
};

static size_t most_spans(const struct ob__pack_options *o)
{
    return o->max_spans ? o->max_spans : MOST_SPANS;
}

static size_t span_tokens(const struct ob__span *s, const struct ob__pack_options *o)
{
    size_t len;
    const char *text = ob__page_lines(&len, s->page, s->first_line, s->last_line);
    return ob_estimate_tokens(text, len, o->tokens_per_cjk) + OB__WRAPPER_TOKENS;
}

/* ------------------------------------------------------------ joining */
static int by_place(const void *x, const void *y)
{
    const struct ob__span *a = x, *b = y;
    int roots = strcmp(a->page->root, b->page->root);
    int paths = roots ? roots : strcmp(a->page->path, b->page->path);
    if (paths)
        return paths;
    return a->first_line < b->first_line ? -1 : a->first_line > b->first_line;
}

static bool join(struct ob__span *into, const struct ob__span *s)
{
    if (into->page != s->page || s->first_line > into->last_line + NEAR_LINES)
        return false;
    if (s->last_line > into->last_line)
        into->last_line = s->last_line;
    if (s->value > into->value) {
        into->value = s->value;
        into->best_line = s->best_line;
        into->found_line = s->found_line;
        into->symbol = s->symbol;
    }
    return true;
}

/* Copies what lies on its page, by place, joined. */
static size_t join_all(struct ob__span *out, const struct ob__span *spans, size_t n)
{
    size_t kept = 0, len = 0;
    for (size_t i = 0; i < n; i++) {
        struct ob__span s = spans[i];
        if (s.last_line > s.page->n_lines)
            s.last_line = s.page->n_lines;
        if (s.first_line >= 1 && s.first_line <= s.last_line)
            out[kept++] = s;
    }
    qsort(out, kept, sizeof *out, by_place);
    for (size_t i = 0; i < kept; i++)
        if (len == 0 || !join(&out[len - 1], &out[i]))
            out[len++] = out[i];
    return len;
}

/* ------------------------------------------------------------ choosing */
static int by_value(const void *x, const void *y)
{
    const struct ob__span *a = x, *b = y;
    if (a->value != b->value)
        return a->value > b->value ? -1 : 1;
    return by_place(x, y);
}

static bool seen_before(const struct ob__span *chosen, size_t n, const struct ob__span *s)
{
    size_t len, other_len;
    const char *text = ob__page_lines(&len, s->page, s->first_line, s->last_line);
    for (size_t i = 0; i < n; i++) {
        const struct ob__span *c = &chosen[i];
        const char *other = ob__page_lines(&other_len, c->page, c->first_line, c->last_line);
        if (len == other_len && memcmp(text, other, len) == 0)
            return true;
    }
    return false;
}

/* Shrinks S around its best line until it costs at most BUDGET tokens (or is one line). */
static void shrink(struct ob__span *s, size_t budget, const struct ob__pack_options *o)
{
    uint32_t best = s->best_line;
    if (best < s->first_line || best > s->last_line)
        best = s->first_line;
    while (s->first_line < s->last_line && span_tokens(s, o) > budget) {
        uint32_t half = (s->last_line - s->first_line + 1) / 2;
        uint32_t first = best > s->first_line + half / 2 ? best - half / 2 : s->first_line;
        if (first + half - 1 > s->last_line)
            first = s->last_line - half + 1;
        s->first_line = first;
        s->last_line = first + half - 1;
    }
}

static size_t page_tokens(const struct ob__span *chosen, size_t n, const struct ob__span *s,
                          const struct ob__pack_options *o)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        if (chosen[i].page == s->page)
            sum += span_tokens(&chosen[i], o);
    return sum;
}

static bool many_pages(const struct ob__span *spans, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (spans[i].page != spans[0].page)
            return true;
    return false;
}

/* The untaken span with the most value for its tokens; N when none is left. */
static size_t next_best(const struct ob__span *spans, const size_t *tokens, const bool *gone,
                        size_t n)
{
    size_t best = n;
    for (size_t i = 0; i < n; i++)
        if (!gone[i] && (best == n || spans[i].value * (double)tokens[best] >
                                          spans[best].value * (double)tokens[i]))
            best = i;
    return best;
}

static void choose(struct ob__packed *out, struct ob_arena *a, struct ob__span *spans, size_t n,
                   bool share, const struct ob__pack_options *o)
{
    size_t most = most_spans(o);
    size_t *tokens = ob_arena_alloc(a, (n + 1) * sizeof *tokens);
    bool *gone = ob_arena_alloc(a, (n + 1) * sizeof *gone);
    const struct ob__span best = spans[0];
    shrink(&spans[0], o->budget_tokens, o);
    out->left_out = spans[0].first_line > best.first_line || spans[0].last_line < best.last_line;
    for (size_t i = 0; i < n; i++)
        tokens[i] = span_tokens(&spans[i], o);
    /* The best span whatever it costs by the token, then the bargains. */
    for (size_t i = 0; i < n && out->len < most; i = next_best(spans, tokens, gone, n)) {
        const struct ob__span *s = &spans[i];
        gone[i] = true;
        bool first = out->len == 0;
        bool fits = out->tokens + tokens[i] <= o->budget_tokens;
        bool fair =
            !share || page_tokens(out->spans, out->len, s, o) + tokens[i] <= o->budget_tokens / 2;
        if (!first && seen_before(out->spans, out->len, s))
            continue;
        if (!first && (!fits || !fair)) {
            out->left_out = true;
            continue;
        }
        out->spans[out->len++] = *s;
        out->tokens += tokens[i];
    }
}

/* ------------------------------------------------------------ whole files */

/* A file of SPENT tokens of spans that costs COST if it is given whole. */
static bool is_short(const struct ob__page *page, size_t cost, size_t spent)
{
    return page->n_lines <= SHORT_LINES && (cost <= SHORT_TOKENS || cost <= SHORT_COST * spent);
}

/* WHOLE takes the place of span I, the first of its page, and of the others. */
static void put_whole(struct ob__packed *out, size_t i, const struct ob__span *whole)
{
    size_t kept = 0;
    out->spans[i] = *whole;
    for (size_t j = 0; j < out->len; j++)
        if (j == i || out->spans[j].page != whole->page)
            out->spans[kept++] = out->spans[j];
    out->len = kept;
}

/* What a function of a short file uses stands a few lines above it, where no word of the question is:
 * with what is left of the budget such files are given whole, best first.  Nobody is pushed out. */
static void widen(struct ob__packed *out, bool share, const struct ob__pack_options *o)
{
    size_t most = share ? o->budget_tokens / 2 : o->budget_tokens;
    for (size_t i = 0; i < out->len; i++) {
        struct ob__span whole = out->spans[i];
        bool again = page_tokens(out->spans, i, &whole, o) > 0; /* its best was looked at */
        if (again || whole.page->at_hand || whole.page->len > SHORT_BYTES)
            continue;
        whole.first_line = 1;
        whole.last_line = whole.page->n_lines;
        size_t spent = page_tokens(out->spans, out->len, &whole, o);
        size_t cost = span_tokens(&whole, o);
        if (is_short(whole.page, cost, spent) && cost <= most &&
            out->tokens - spent + cost <= o->budget_tokens &&
            !seen_before(out->spans, out->len, &whole)) {
            put_whole(out, i, &whole);
            out->tokens = out->tokens - spent + cost;
        }
    }
}

/* ------------------------------------------------------------ what they use */

/* The chosen span, of the page of S, that is less than GAP + 1 lines away; LEN when there is none.  Not
 * BUT. */
static size_t neighbour(const struct ob__packed *p, const struct ob__span *s, uint32_t gap,
                        size_t but)
{
    size_t i = 0;
    while (i < p->len && (i == but || p->spans[i].page != s->page ||
                          s->first_line > p->spans[i].last_line + gap ||
                          p->spans[i].first_line > s->last_line + gap))
        i++;
    return i;
}

/* S, or with a neighbour at AT both of them. */
static struct ob__span with_neighbour(const struct ob__packed *p, size_t at, struct ob__span s)
{
    if (at == p->len)
        return s;
    struct ob__span both = p->spans[at];
    both.first_line = both.first_line < s.first_line ? both.first_line : s.first_line;
    both.last_line = both.last_line > s.last_line ? both.last_line : s.last_line;
    return both;
}

/* Adds S, which a chosen span uses, to its neighbour or behind all others, if there is room. */
static void add_used(struct ob__packed *out, const struct ob__span *s, bool share,
                     const struct ob__pack_options *o)
{
    size_t at = neighbour(out, s, 0, out->len);
    if (at == out->len)
        at = neighbour(out, s, NEAR_LINES, out->len);
    struct ob__span both = with_neighbour(out, at, *s);
    size_t spent = at < out->len ? span_tokens(&out->spans[at], o) : 0;
    size_t cost = span_tokens(&both, o);
    size_t page = page_tokens(out->spans, out->len, s, o) - spent + cost;
    if (at == most_spans(o) || out->tokens - spent + cost > o->budget_tokens ||
        (share && page > o->budget_tokens / 2) || neighbour(out, &both, 0, at) < out->len ||
        (at == out->len && seen_before(out->spans, out->len, s)))
        return;
    out->spans[at] = both;
    out->len += at == out->len;
    out->tokens = out->tokens - spent + cost;
}

/* What stands in a longer file far above the passage that uses it, and has no word of the question
 * either, is given with what is left now, also for the best first. */
static void add_uses(struct ob__packed *out, struct ob_arena *a, bool share,
                     const struct ob__pack_options *o)
{
    struct ob__span used[MOST_USES];
    for (size_t i = 0, users = out->len; i < users; i++) {
        const struct ob__span user = out->spans[i];
        bool looked_at = !user.page->at_hand && user.page->len <= USERS_BYTES;
        size_t n = looked_at ? ob__uses_find(used, a, &user, MOST_USES) : 0;
        for (size_t j = 0; j < n; j++)
            add_used(out, &used[j], share, o);
    }
}

static void order(struct ob__packed *p)
{
    for (size_t i = 0; i < p->len; i++)
        p->order[i] = i == 0 ? 0 : i == p->len - 1 ? 1 : i + 1;
}

void ob__pack(struct ob__packed *out, struct ob_arena *a, const struct ob__span *spans, size_t n,
              const struct ob__pack_options *o)
{
    *out = (struct ob__packed){0};
    struct ob__span *joined = ob_arena_alloc(a, (n + 1) * sizeof *joined);
    size_t n_joined = join_all(joined, spans, n), most = most_spans(o);
    out->spans = ob_arena_alloc(a, (most + 1) * sizeof *out->spans);
    out->order = ob_arena_alloc(a, (most + 1) * sizeof *out->order);
    if (n_joined == 0)
        return;
    qsort(joined, n_joined, sizeof *joined, by_value);
    bool share = many_pages(joined, n_joined);
    choose(out, a, joined, n_joined, share, o);
    qsort(out->spans, out->len, sizeof *out->spans, by_value);
    widen(out, share, o);
    add_uses(out, a, share, o);
    order(out);
}

size_t ob__prompt_budget(size_t window_tokens)
{
    if (window_tokens == 0)
        return OB__UNKNOWN_BUDGET;
    return (size_t)((double)window_tokens * (0.70 - 0.05) / 1.2);
}

size_t ob__refit(size_t budget, size_t window_tokens, size_t counted, bool left_out)
{
    double most = (double)window_tokens * 0.68; /* counted, so no fifth for what we do not know */
    if (counted == 0)
        return budget;
    double fitting = (double)budget * most / (double)counted;
    if ((double)counted > most)
        fitting *= 0.95; /* other passages hold other letters */
    else if ((double)counted < 0.8 * most && left_out)
        fitting *= 0.97;
    else
        return budget;
    return fitting < 1 ? 1 : (size_t)fitting;
}
