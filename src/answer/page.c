/* Line tables.  Only LF ends a line, as in the rest of openbook. */
#include "page.h"

#include <string.h>

void ob__page_init(struct ob__page *page, struct ob_arena *a)
{
    uint32_t lines = 1, line = 0;
    if (page->len > UINT32_MAX - 1)
        page->len = UINT32_MAX - 1;
    for (size_t i = 0; i + 1 < page->len; i++)
        lines += page->text[i] == '\n';
    page->n_lines = page->len ? lines : 0;
    page->starts = ob_arena_alloc(a, ((size_t)page->n_lines + 1) * sizeof *page->starts);
    for (size_t i = 0; i + 1 < page->len; i++)
        if (page->text[i] == '\n')
            page->starts[++line] = (uint32_t)i + 1;
    page->starts[page->n_lines] = (uint32_t)page->len;
}

const char *ob__page_lines(size_t *len, const struct ob__page *page, uint32_t first, uint32_t last)
{
    *len = 0;
    if (last > page->n_lines)
        last = page->n_lines;
    if (first < 1 || first > last)
        return "";
    const char *start = page->text + page->starts[first - 1];
    const char *end = page->text + page->starts[last];
    while (end > start && (end[-1] == '\n' || end[-1] == '\r'))
        end--;
    *len = (size_t)(end - start);
    return start;
}

uint32_t ob__span_line(const struct ob__span *s)
{
    bool inside = s->found_line >= s->first_line && s->found_line <= s->last_line;
    return inside ? s->found_line : s->first_line;
}
