/* Grants, as their two files share them: the list and its file (grant.c), and the threads that read and
 * write the file (grant_file.c). */
#ifndef OB_SRC_LLM_GRANT_H
#define OB_SRC_LLM_GRANT_H

#include "openbook/llm/grant.h"

struct ob__grant {
    char *project, *origin; /* owned */
    char date[11];          /* YYYY-MM-DD */
    bool remembered;        /* stands in the file, too */
};

struct ob__grants_job;

struct ob_grants {
    char *path; /* owned; NULL: nothing is kept beyond this process */
    struct ob__grant *list;
    size_t len, cap;
    struct ob__grants_job *jobs; /* the first is at work */
    bool hung;                   /* it is late */
    void (*closed)(void *data);
    void *closed_data;
};

void ob__grants_drop(struct ob_grants *g, size_t i);
struct ob__grant *ob__grants_find(const struct ob_grants *g, const char *project,
                                  const char *origin);
void ob__grants_put(struct ob_grants *g, const char *project, const char *origin, const char *date,
                    bool remembered);
void ob__grants_today(char date[11]);

/* The remembered grants are then those of the file, or none. */
int ob__grants_load(struct ob_grants *g, struct ob_error *e);
void ob__grants_forget_file(struct ob_grants *g);

/* Jobs that go on no longer belong to G; their callbacks are not called any more. */
void ob__grants_orphan(struct ob_grants *g);

#endif
