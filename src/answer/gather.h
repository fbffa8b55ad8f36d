/* Reading once more what was found: hits become pages and spans of them. */
#ifndef OB_ANSWER_GATHER_H
#define OB_ANSWER_GATHER_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/base/arena.h"
#include "openbook/retrieve/search.h"

#include "page.h"

/* One gathering.  The caller fills the first part; everything in it must live until it is released. */
struct ob__gather {
    const struct ob_search_shelf *shelves;
    const struct ob_hits *groups[2];         /* code and notes; an entry may be NULL */
    const struct ob_search_context *context; /* text that the prompt has anyway */

    struct ob_arena arena;  /* owns the rest */
    struct ob_text **texts; /* a reference each */
    struct ob__page *pages;
    size_t n_pages;
    struct ob__span *spans; /* by value, best first */
    size_t n_spans;
    size_t n_gone; /* files that vanished since the search */
    bool changed;  /* a file differs from what was searched: its lines may have moved */
};

/* Reads the file of each hit once.  Blocking: call it on a worker. */
void ob__gather_run(struct ob__gather *g);
void ob__gather_release(struct ob__gather *g);

#endif
