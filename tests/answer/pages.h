/* Pages for tests, of texts at hand. */
#ifndef OB_TESTS_ANSWER_PAGES_H
#define OB_TESTS_ANSWER_PAGES_H

#include <stdio.h>
#include <string.h>

#include "../../src/answer/page.h"

static inline struct ob__page page_of(struct ob_arena *a, const char *path, const char *text)
{
    struct ob__page page = {.root = "/project", .path = path, .text = text, .len = strlen(text)};
    ob__page_init(&page, a);
    return page;
}

/* N lines "NAME 1" ... */
static inline struct ob__page page_of_lines(struct ob_arena *a, const char *path, const char *name,
                                            unsigned n)
{
    size_t size = (strlen(name) + 16) * n + 1, len = 0;
    char *text = ob_arena_alloc(a, size);
    for (unsigned i = 1; i <= n; i++)
        len += (size_t)snprintf(text + len, size - len, "%s %u\n", name, i);
    return page_of(a, path, text);
}

static inline struct ob__span span_of(const struct ob__page *page, uint32_t first, uint32_t last,
                                      double value)
{
    return (struct ob__span){.page = page,
                             .first_line = first,
                             .last_line = last,
                             .best_line = first,
                             .found_line = first,
                             .value = value,
                             .symbol = "",
                             .kind = OB_KIND_CODE};
}

#endif
