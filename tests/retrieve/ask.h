/* Questions to a project of the test's own.  Static functions, for one test program. */
#ifndef OB_TESTS_RETRIEVE_ASK_H
#define OB_TESTS_RETRIEVE_ASK_H

#include "openbook/retrieve/search.h"

#include "../shelf/project.h"

static struct ob_search_shelf view;
static struct ob_hits hits;
static struct ob_search_context at_hand;

/* The view that the search will have, taken before anything is changed. */
static inline void take_view(uint64_t client)
{
    view = (struct ob_search_shelf){ob_shelf_snapshot(shelf, client),
                                    ob_shelf_reader_new(shelf, client), ob_shelf_root(shelf),
                                    OB_SHELF_PROJECT};
}

static inline void search_bytes(const char *question, size_t len, enum ob_search_by by)
{
    struct ob_search_request r = {.question = question,
                                  .question_len = len,
                                  .shelves = &view,
                                  .n_shelves = 1,
                                  .limit = 10,
                                  .by = by,
                                  .context = at_hand};
    struct ob_error e = OB_ERROR_INIT;
    if (ob_search_run(&hits, &r, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
}

static inline void search(const char *question)
{
    search_bytes(question, strlen(question), OB_BY_PASSAGE);
}

static inline void done(void)
{
    ob_hits_release(&hits);
    ob_snapshot_unref(view.snapshot);
    ob_shelf_reader_free(view.reader);
}

#endif
