/* Cutting passages.  A stretch of lines (a whole program, one section of a note) is cut greedily: a
 * window as large as the limits allow, then the best line of its second part to begin the next
 * passage at.  The weights were measured with the ranking; the sizes hardly matter. */
#include "openbook/text/passages.h"

#include "openbook/base/error.h"
#include "openbook/base/mem.h"

enum {
    SECOND_PART_LINES = 12, /* where a cut may be, from the window's start; half of a shorter one */
    BLANK_INDENT = 30,      /* what a blank line counts as */
    GAP_LINES = 2           /* so many blank lines part a note like a heading */
};

/* What makes a line a good first line: the smaller the better. */
static const double DEFINITION_BONUS = 3, COMMENT_BONUS = 1, AFTER_BLANK_BONUS = 3,
                    AFTER_COMMENT_COST = 6, IN_FENCE_COST = 12, SHORTENING_COST = 0.15;

struct cutter {
    const struct ob_outline *outline;
    const uint16_t *line_terms; /* NULL: lines only */
    struct ob_passages *out;
    size_t cap;
};

/* ------------------------------------------------------------ where to cut */

/* The first line (0-based) that no longer fits into a window from FIRST on; at most LIMIT. */
static size_t window_end(const struct cutter *c, size_t first, size_t limit)
{
    size_t terms = 0, end = first;
    while (end < limit && end - first < OB_PASSAGE_LINES) {
        terms += c->line_terms ? c->line_terms[end] : 0;
        if (terms > OB_PASSAGE_TERMS && end > first)
            break;
        end++;
    }
    return end;
}

static double cut_cost(const struct ob_outline *o, size_t line, size_t end)
{
    const struct ob_line *here = &o->lines[line], *above = here - 1;
    double cost = here->indent == OB_INDENT_BLANK ? BLANK_INDENT : here->indent;
    cost -= here->cls == OB_LINE_DEFINITION ? DEFINITION_BONUS : 0;
    cost -= here->cls == OB_LINE_COMMENT ? COMMENT_BONUS : 0;
    cost -= above->cls == OB_LINE_BLANK ? AFTER_BLANK_BONUS : 0;
    cost += above->cls == OB_LINE_COMMENT ? AFTER_COMMENT_COST : 0;
    cost += here->cls == OB_LINE_CODE && above->cls == OB_LINE_CODE ? IN_FENCE_COST : 0;
    return cost + SHORTENING_COST * (double)(end - line);
}

/* The first line of the next passage, in (FIRST, END]. */
static size_t best_cut(const struct ob_outline *o, size_t first, size_t end)
{
    size_t half = (end - first) / 2;
    size_t line = first + (half < SECOND_PART_LINES ? half : SECOND_PART_LINES);
    line += line == first;
    size_t best = line;
    double best_cost = cut_cost(o, line, end);
    for (line++; line <= end; line++) {
        double cost = cut_cost(o, line, end);
        if (cost < best_cost) {
            best_cost = cost;
            best = line;
        }
    }
    return best;
}

/* ------------------------------------------------------------ passages */
static uint32_t definition_at(const struct ob_outline *o, size_t first, size_t end)
{
    if (first < o->front_lines && o->front_lines < end)
        first = o->front_lines;
    while (first < end && o->lines[first].cls == OB_LINE_BLANK)
        first++;
    return first < end ? ob_outline_at(o, (uint32_t)first + 1) : OB_NO_DEF;
}

static int add(struct cutter *c, size_t first, size_t end, bool goes_on)
{
    const struct ob_outline *o = c->outline;
    if (c->out->len == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 16;
        struct ob_passage *grown = ob_try_realloc(c->out->items, cap, sizeof *grown);
        if (!grown)
            return OB_ENOMEM;
        c->out->items = grown;
        c->cap = cap;
    }
    c->out->items[c->out->len++] =
        (struct ob_passage){.first_line = (uint32_t)first + 1,
                            .last_line = (uint32_t)end,
                            .start = o->lines[first].start,
                            .end = end < o->n_lines ? o->lines[end].start : (uint32_t)o->text_len,
                            .def = definition_at(o, first, end),
                            .goes_on = goes_on};
    return 0;
}

/* Cuts the lines [FIRST, LIMIT). */
static int cut_stretch(struct cutter *c, size_t first, size_t limit)
{
    size_t text = first; /* what stands before it is nothing to go on with */
    while (text < limit && c->outline->lines[text].cls == OB_LINE_BLANK)
        text++;
    while (first < limit) {
        size_t end = window_end(c, first, limit);
        size_t next = end == limit ? limit : best_cut(c->outline, first, end);
        int rc = add(c, first, next, first > text);
        if (rc)
            return rc;
        first = next;
    }
    return 0;
}

/* ------------------------------------------------------------ notes */

/* The line after the next run of GAP_LINES blank lines or more in [FIRST, LIMIT), or LIMIT. */
static size_t next_gap(const struct ob_outline *o, size_t first, size_t limit)
{
    size_t blanks = 0;
    bool text = false;
    for (size_t i = first; i < limit; i++) {
        bool blank = o->lines[i].cls == OB_LINE_BLANK;
        if (!blank && blanks >= GAP_LINES && text)
            return i;
        text = text || !blank;
        blanks = blank ? blanks + 1 : 0;
    }
    return limit;
}

/* Where no heading is, a wide gap says that something new begins. */
static int cut_section(struct cutter *c, size_t first, size_t limit)
{
    while (first < limit) {
        size_t next = next_gap(c->outline, first, limit);
        int rc = cut_stretch(c, first, next);
        if (rc)
            return rc;
        first = next;
    }
    return 0;
}

static int cut_note(struct cutter *c)
{
    const struct ob_outline *o = c->outline;
    size_t first = 0;
    for (size_t def = 0; def <= o->n_defs; def++) {
        size_t start = def < o->n_defs ? o->defs[def].first_line_1based - 1 : o->n_lines;
        if (first == 0 && start < o->n_lines && start <= o->front_lines)
            continue; /* what stands before the text goes with its first section */
        int rc = cut_section(c, first, start);
        if (rc)
            return rc;
        first = start;
    }
    return 0;
}

int ob_passages_cut(struct ob_passages *out, const struct ob_outline *o, const struct ob_lang *lang,
                    const uint16_t *line_terms)
{
    *out = (struct ob_passages){0};
    struct cutter c = {.outline = o, .line_terms = line_terms, .out = out};
    int rc = lang->kind == OB_KIND_NOTE ? cut_note(&c) : cut_stretch(&c, 0, o->n_lines);
    if (rc)
        ob_passages_release(out);
    return rc;
}

void ob_passages_release(struct ob_passages *p)
{
    ob_free(p->items);
    *p = (struct ob_passages){0};
}
