/* A file that is gone gives no span, so a dead path is never shown or sent.  A file that changed since
 * the search is used as it is now, and said to have changed: the caller may search again. */
#include "gather.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/hash.h"

static struct ob__page *page_of(struct ob__gather *g, size_t shelf, const char *path)
{
    for (size_t i = 0; i < g->n_pages; i++)
        if (g->pages[i].root == g->shelves[shelf].root && strcmp(g->pages[i].path, path) == 0)
            return &g->pages[i];
    return NULL;
}

static bool is_as_searched(const struct ob__gather *g, size_t shelf, const char *path,
                           const struct ob_text *text)
{
    const struct ob_doc *doc = ob_snapshot_doc(g->shelves[shelf].snapshot, path);
    return doc && ob_doc_text_bytes(doc) == text->len &&
           ob_doc_text_hash(doc) == ob_hash(text->data, text->len);
}

/* Whether the user's own text, which the prompt has already, is of this file. */
static bool is_of_context(const struct ob__gather *g, size_t shelf, const char *path)
{
    const struct ob_search_context *c = g->context;
    return c && c->text && c->path && c->shelf == shelf && strcmp(c->path, path) == 0;
}

static struct ob__page *read_page(struct ob__gather *g, size_t shelf, const char *path)
{
    struct ob__page *page = &g->pages[g->n_pages];
    struct ob_text *text = NULL;
    *page = (struct ob__page){
        .root = g->shelves[shelf].root, .path = path, .at_hand = is_of_context(g, shelf, path)};
    if (ob_shelf_reader_text(&text, g->shelves[shelf].reader, path, NULL) == 0) {
        page->text = text->data;
        page->len = text->len;
        g->changed |= !is_as_searched(g, shelf, path, text);
        ob__page_init(page, &g->arena);
    } else {
        g->n_gone++; /* an empty page: hits on it have no lines */
    }
    g->texts[g->n_pages++] = text;
    return page;
}

/* Whether these lines are in it. */
static bool is_at_hand(const struct ob__gather *g, const struct ob_hit *h)
{
    const struct ob_search_context *c = g->context;
    if (!is_of_context(g, h->shelf, h->path))
        return false;
    return c->first_line == 0 || (h->first_line >= c->first_line && h->last_line <= c->last_line);
}

static void add_hit(struct ob__gather *g, const struct ob_hit *h, double value)
{
    if (is_at_hand(g, h))
        return;
    struct ob__page *page = page_of(g, h->shelf, h->path);
    if (!page)
        page = read_page(g, h->shelf, h->path);
    struct ob__span s = {.page = page,
                         .first_line = h->first_line,
                         .last_line = h->last_line < page->n_lines ? h->last_line : page->n_lines,
                         .best_line = h->snippet_line,
                         .found_line = h->first_line,
                         .value = value,
                         .symbol = h->symbol,
                         .kind = h->kind};
    if (s.first_line >= 1 && s.first_line <= s.last_line)
        g->spans[g->n_spans++] = s;
}

static double best_score(const struct ob_hits *hits)
{
    double best = -INFINITY;
    for (size_t i = 0; hits && i < hits->len; i++)
        best = fmax(best, hits->items[i].score);
    return best;
}

/* Scores are log-odds: their exponential is how much likelier one is than another.  The weaker group
 * is lifted to at most so far below the stronger that its best still has a place. */
static double value_of(double score, double group_best, double best)
{
    const double most_below = 1.5;
    double handicap = best - group_best < most_below ? best - group_best : most_below;
    return exp(score - group_best - handicap);
}

static int by_value(const void *x, const void *y)
{
    const struct ob__span *a = x, *b = y;
    return a->value > b->value ? -1 : a->value < b->value;
}

void ob__gather_run(struct ob__gather *g)
{
    size_t n = 0;
    double best = fmax(best_score(g->groups[0]), best_score(g->groups[1]));
    for (int i = 0; i < 2; i++)
        n += g->groups[i] ? g->groups[i]->len : 0;
    g->texts = ob_arena_alloc(&g->arena, (n + 1) * sizeof *g->texts);
    g->pages = ob_arena_alloc(&g->arena, (n + 1) * sizeof *g->pages);
    g->spans = ob_arena_alloc(&g->arena, (n + 1) * sizeof *g->spans);
    for (int i = 0; i < 2; i++) {
        double group_best = best_score(g->groups[i]);
        for (size_t j = 0; g->groups[i] && j < g->groups[i]->len; j++) {
            const struct ob_hit *h = &g->groups[i]->items[j];
            add_hit(g, h, value_of(h->score, group_best, best));
        }
    }
    qsort(g->spans, g->n_spans, sizeof *g->spans, by_value);
}

void ob__gather_release(struct ob__gather *g)
{
    for (size_t i = 0; i < g->n_pages; i++)
        if (g->texts[i])
            ob_text_unref(g->texts[i]);
    ob_arena_release(&g->arena);
    *g = (struct ob__gather){0};
}
