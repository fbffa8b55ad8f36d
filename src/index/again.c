/* Finding lines again in a later version of their file, by what they say.
 *
 * Documents keep no text, but where their terms stand.  Each term of the lines votes for the shifts
 * that would bring it to where it stands now; the shift with most votes wins if most terms of the
 * lines are then found within a few lines of their place. */
#include "openbook/base/mem.h"
#include "openbook/index/doc.h"

enum {
    COMMON_TERM = 64, /* a term that stands more often says nothing about where lines went */
    SLACK_LINES = 3   /* lines that were added or removed between those that are looked for */
};

/* The share of the terms that must be found for the lines to be taken for the same. */
static const double LIKE_ENOUGH_01 = 0.6;

struct search_again {
    const struct ob_doc *now, *was;
    uint32_t first, last;
    float *votes; /* by line of NOW that the first line would come to; [0] is unused */
};

/* The occurrences of a term of WAS among its lines: [*from, *to). */
static void occurrences_between(uint32_t *from, uint32_t *to, const struct search_again *s,
                                uint32_t term)
{
    const struct ob_doc *d = s->was;
    *from = d->fields[term].first;
    uint32_t end = d->fields[term + 1].first;
    while (*from < end && d->occurrences[*from].line_1based < s->first)
        ++*from;
    *to = *from;
    while (*to < end && d->occurrences[*to].line_1based <= s->last)
        ++*to;
}

static void vote(struct search_again *s, uint32_t line_was, const struct ob_doc_field *f)
{
    uint32_t n = f[1].first - f->first;
    for (uint32_t i = f->first; n <= COMMON_TERM && i < f[1].first; i++) {
        uint32_t line = s->now->occurrences[i].line_1based, above = line_was - s->first;
        if (line > above && line - above <= s->now->n_lines)
            s->votes[line - above] += 1 / (float)n;
    }
}

/* Whether a term of NOW stands within SLACK_LINES of LINE. */
static bool stands_near(const struct ob_doc *now, const struct ob_doc_field *f, uint32_t line)
{
    for (uint32_t i = f->first; i < f[1].first; i++) {
        uint32_t at = now->occurrences[i].line_1based;
        if (at + SLACK_LINES >= line && at <= line + SLACK_LINES)
            return true;
    }
    return false;
}

static uint32_t best_line(struct search_again *s)
{
    uint32_t best = 0;
    for (uint32_t i = 0; i < s->was->n_fields; i++) {
        const struct ob_doc_field *f = ob_doc_field_get(s->now, s->was->fields[i].hash);
        uint32_t from = 0, to = 0;
        if (f)
            occurrences_between(&from, &to, s, i);
        for (; from < to; from++)
            vote(s, s->was->occurrences[from].line_1based, f);
    }
    for (uint32_t line = 1; line <= s->now->n_lines; line++)
        if (s->votes[line] > s->votes[best])
            best = line;
    return best;
}

/* The share of the lines' terms that stand where they should when the first line is at LINE. */
static double likeness(const struct search_again *s, uint32_t line)
{
    uint32_t all = 0, found = 0;
    for (uint32_t i = 0; i < s->was->n_fields; i++) {
        const struct ob_doc_field *f = ob_doc_field_get(s->now, s->was->fields[i].hash);
        uint32_t from, to;
        occurrences_between(&from, &to, s, i);
        for (; from < to; from++) {
            uint32_t wanted = s->was->occurrences[from].line_1based - s->first + line;
            all++;
            found += f && stands_near(s->now, f, wanted);
        }
    }
    return all ? (double)found / all : 0;
}

bool ob_doc_lines_again(uint32_t *first, uint32_t *last, const struct ob_doc *now,
                        const struct ob_doc *was)
{
    struct search_again s = {.now = now, .was = was, .first = *first, .last = *last};
    if (*first < 1 || *last < *first || now->n_lines == 0)
        return false;
    s.votes = ob_alloc((now->n_lines + (size_t)1) * sizeof *s.votes);
    uint32_t line = best_line(&s);
    ob_free(s.votes);
    if (line == 0 || likeness(&s, line) < LIKE_ENOUGH_01)
        return false;
    *last = *last - *first + line;
    *first = line;
    if (*last > now->n_lines)
        *last = now->n_lines;
    return true;
}
