/* Some spans are not a matter of weights: the line that a path names, the function that is called.
 * They keep their own order, and the ranked ones follow. */
#include "first.h"

#include "openbook/base/mem.h"

static void take_definition(struct ob__span *span, const struct ob_doc *d, uint32_t line)
{
    uint32_t def = ob_doc_def_at(d, line);
    while (def != OB_NO_DEF && d->defs[def].kind == OB_DEF_VALUE && d->defs[def].parent < def)
        def = d->defs[def].parent;
    if (def == OB_NO_DEF)
        return;
    const struct ob_doc_def *at = &d->defs[def];
    uint32_t last = at->kind == OB_DEF_HEADING ? at->own_end : at->end_line_1based;
    if (last < line || last - at->first_line_1based >= OB__UNIT_LINES)
        return;
    span->def = def;
    span->first = at->first_line_1based;
    span->last = last;
}

struct ob__span ob__first_span(const struct ob__candidates *c, const struct ob__view *v,
                               uint32_t candidate, uint32_t line)
{
    const struct ob_doc *d = ob__candidate_doc(v, &c->items[candidate]);
    const struct ob_doc_passage *p = &d->passages[ob_doc_passage_at(d, line)];
    struct ob__span span = {.candidate = candidate,
                            .first = p->first_line,
                            .last = p->last_line,
                            .def = OB_NO_DEF,
                            .score = c->items[candidate].score,
                            .note = d->lang->kind == OB_KIND_NOTE};
    take_definition(&span, d, line);
    return span;
}

void ob__first_put(struct ob__spans *first, struct ob__span span)
{
    for (size_t i = 0; i < first->len; i++)
        if (first->items[i].candidate == span.candidate && first->items[i].first == span.first)
            return;
    span.pinned = true;
    OB_GROW(first->items, first->len, first->cap);
    first->items[first->len++] = span;
}

void ob__first_join(struct ob__spans *s, struct ob__spans *first)
{
    size_t n = first->len;
    if (!n)
        return;
    ob__spans_sort(s, 1);
    for (size_t i = 0; i < s->len; i++) {
        OB_GROW(first->items, first->len, first->cap);
        first->items[first->len++] = s->items[i];
    }
    for (size_t i = n; i-- > 0;)
        if (i + 1 < first->len && first->items[i].score < first->items[i + 1].score)
            first->items[i].score = first->items[i + 1].score;
    first->sorted = n + s->sorted;
    ob__spans_release(s);
    *s = *first;
}
