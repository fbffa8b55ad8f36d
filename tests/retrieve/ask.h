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

static inline void run(struct ob_search_request r)
{
    struct ob_error e = OB_ERROR_INIT;
    r.shelves = &view;
    r.n_shelves = 1;
    r.limit = 10;
    r.context = at_hand;
    if (ob_search_run(&hits, &r, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
}

static inline void search_bytes(const char *question, size_t len, enum ob_search_by by)
{
    run((struct ob_search_request){.question = question, .question_len = len, .by = by});
}

static inline void search(const char *question)
{
    search_bytes(question, strlen(question), OB_BY_PASSAGE);
}

/* With the features of each hit. */
static inline void explain(const char *question, enum ob_search_by by)
{
    run((struct ob_search_request){
        .question = question, .question_len = strlen(question), .by = by, .explain = true});
}

/* The file of the first hit; "" when there is none. */
static inline const char *first_path(void)
{
    return hits.len ? hits.items[0].path : "";
}

/* The first hit in the file PATH, or NULL. */
static inline const struct ob_hit *hit_of(const char *path)
{
    for (size_t i = 0; i < hits.len; i++)
        if (strcmp(hits.items[i].path, path) == 0)
            return &hits.items[i];
    return NULL;
}

static inline double value_of(const struct ob_hit *h, const char *feature)
{
    for (size_t i = 0; i < h->n_features; i++)
        if (strcmp(h->features[i].name, feature) == 0)
            return h->features[i].value;
    return 0;
}

static inline void done(void)
{
    ob_hits_release(&hits);
    ob_snapshot_unref(view.snapshot);
    ob_shelf_reader_free(view.reader);
}

/* Opens what was saved, and closes it when all is asked. */
static inline void open_all(void)
{
    open_project();
    wait_fresh(0);
    take_view(0);
}

static inline void close_view(void)
{
    done();
    close_all();
}

#endif
