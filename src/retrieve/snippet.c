/* Snippets: each line of the passage is weighed by the different terms of the question it holds; the
 * first of the heaviest lines is shown.  Of a piece that is shown with what stands around it, the piece
 * itself was ranked, so that its lines go before heavier ones around it. */
#include "snippet.h"

#include <string.h>

#include "openbook/text/utf8.h"

enum {
    COUNTED_BYTES = 128,
    IN_SIGHT_BYTES = 120, /* lists show about so much of a line */
    BEFORE_BYTES = 40     /* what is shown before the word, where that is further away */
};

struct scan {
    const struct ob__query *q;
    bool passage_has[OB__QUERY_TERMS], line_has[OB__QUERY_TERMS];
    uint32_t own_first, own_last; /* lines within the passage, as the next */
    uint32_t line;
    double weight;
    size_t start; /* of the line's first matching word, in the passage */
    uint32_t best_line;
    double best_weight;
    size_t best_start;
    bool best_own;
};

static void close_line(struct scan *s)
{
    bool own = s->line >= s->own_first && s->line <= s->own_last;
    if (s->weight > 0 && (own == s->best_own ? s->weight > s->best_weight : own)) {
        s->best_own = own;
        s->best_weight = s->weight;
        s->best_line = s->line;
        s->best_start = s->start;
    }
    memset(s->line_has, 0, sizeof s->line_has);
    s->weight = 0;
}

static void on_term(const struct ob_term *t, void *data)
{
    struct scan *s = data;
    const struct ob__qterm *known = ob__query_term(s->q, t->hash);
    if (!known)
        return;
    size_t i = (size_t)(known - s->q->terms);
    if (t->line_1based != s->line)
        close_line(s);
    s->line = t->line_1based;
    if (!s->line_has[i]) {
        if (s->weight == 0)
            s->start = t->start;
        s->weight += known->u * known->generic;
    }
    s->line_has[i] = s->passage_has[i] = true;
}

/* Line feeds in one block: a count that fits a byte, so that compilers take many bytes at once. */
static uint8_t feeds_in_block(const char *block)
{
    uint8_t n = 0;
    for (int i = 0; i < COUNTED_BYTES; i++)
        n += block[i] == '\n';
    return n;
}

/* The byte where line N (1-based) begins, or LEN. */
static size_t line_start(const char *text, size_t len, uint32_t n)
{
    size_t at = 0;
    for (uint8_t feeds; len - at >= COUNTED_BYTES; at += COUNTED_BYTES, n -= feeds)
        if ((feeds = feeds_in_block(text + at)) + 1u >= n)
            break;
    while (--n && at < len) {
        const char *lf = memchr(text + at, '\n', len - at);
        at = lf ? (size_t)(lf - text) + 1 : len;
    }
    return at;
}

static uint32_t first_filled_line(const char *text, size_t len)
{
    uint32_t line = 1;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n')
            line++;
        else if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return line;
    }
    return 1;
}

/* Shows TEXT from BEGIN to the end of its line. */
static void show(struct ob__snippet *s, const char *text, size_t len, size_t begin, size_t limit)
{
    size_t end = begin;
    while (end < len && text[end] != '\n' && text[end] != '\r')
        end++;
    s->text = text + begin;
    s->len = end - begin > limit ? ob_utf8_floor(text + begin, limit) : end - begin;
}

void ob__snippet_line(struct ob__snippet *s, const char *text, size_t len, uint32_t line,
                      size_t limit)
{
    size_t begin = line_start(text, len, line);
    while (begin < len && (text[begin] == ' ' || text[begin] == '\t'))
        begin++;
    s->line = line;
    s->column = 1;
    s->within = false;
    show(s, text, len, begin, limit);
}

/* A paragraph on one line is long, and its beginning says nothing of why it was found: shows it from a
 * word shortly before the one at AT, a byte of the line. */
static void show_from(struct ob__snippet *s, const char *text, size_t len, size_t at, size_t limit)
{
    size_t shown = (size_t)(s->text - text);
    if (at < shown + IN_SIGHT_BYTES)
        return;
    size_t begin = shown + ob_utf8_floor(text + shown, at - shown - BEFORE_BYTES), word = begin;
    while (word < at && text[word] != ' ')
        word++;
    if (word < at)
        begin = word + 1;
    s->within = true;
    show(s, text, len, begin, limit);
}

bool ob__snippet_find(struct ob__snippet *out, struct ob_terms *t, const struct ob__query *q,
                      const char *text, size_t len, struct ob__passage p, size_t limit)
{
    size_t from = line_start(text, len, p.first);
    if (from >= len && p.first > 1)
        return false;
    size_t to = from + line_start(text + from, len - from, p.last - p.first + 2);
    const char *passage = text + from;
    struct scan s = {
        .q = q, .own_first = p.own_first - p.first + 1, .own_last = p.own_last - p.first + 1};
    ob_terms_scan(t, passage, to - from, on_term, &s);
    close_line(&s);
    struct ob__groups held = {0};
    for (size_t i = 0; i < q->n_terms; i++)
        if (s.passage_has[i] || (p.asked && q->terms[i].of_path))
            ob__groups_add(&held, &q->terms[i]);
    uint32_t line = s.best_weight > 0 ? s.best_line : first_filled_line(passage, to - from);
    size_t begin = line_start(passage, to - from, line);
    size_t column = s.best_weight > 0 && s.best_start >= begin ? s.best_start - begin : 0;
    *out = (struct ob__snippet){
        .held = held,
        .coverage_01 = q->u.sum > 0 ? ob__groups_coverage(q, held) : p.asked,
    };
    ob__snippet_line(out, text, len, p.first + line - 1, limit);
    out->column = (uint32_t)column + 1;
    show_from(out, text, len, from + begin + column, limit);
    return true;
}
