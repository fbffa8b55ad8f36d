/* Which lines of the ranked files are shown. */
#ifndef OB_SRC_RETRIEVE_SHOW_H
#define OB_SRC_RETRIEVE_SHOW_H

#include "rank.h"

/* Lines that may be shown. */
struct ob__span {
    uint32_t candidate;           /* index into the candidates */
    uint32_t first, last;         /* 1-based lines */
    uint32_t own_first, own_last; /* of these the ones that were ranked; 0: all of them */
    uint32_t def;                 /* of the document, or OB_NO_DEF */
    uint32_t line;                /* that is asked for and shown; 0: the one that says most */
    double score;
    struct ob__unit *unit; /* borrowed from the candidate; NULL: chosen without features */
    bool note;             /* belongs to the group of notes */
    bool pinned;           /* goes before the ranked ones: see first.h */
};

struct ob__spans {
    struct ob__span *items; /* owned; in the order in which they are shown */
    size_t len, cap;
    size_t sorted; /* so many are in order already, and come before all others */
};

/* Puts the first N of S in order; S is in the order of their scores. */
void ob__spans_sort(struct ob__spans *s, size_t n);

/* Orders spans of the ranked files: at most WANTED of them (and no more than there are).  T is this
 * thread's scanner. */
void ob__spans_choose(struct ob__spans *out, struct ob__candidates *c, const struct ob__view *v,
                      const struct ob__query *q, const struct ob_search_request *r,
                      struct ob_terms *t, size_t wanted);
void ob__spans_release(struct ob__spans *s);

#endif
