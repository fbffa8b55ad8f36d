/* Spans of one file: its definitions (or sections) and its windows, scored against a question.
 *
 * Definitions are scored when they are asked for, from the file's list of occurrences; nothing of
 * them is stored as postings.  Which parts of the question a span holds is kept as a set of groups
 * (see query.h), one bit each. */
#ifndef OB_SRC_RETRIEVE_UNITS_H
#define OB_SRC_RETRIEVE_UNITS_H

#include "openbook/base/arena.h"
#include "openbook/index/doc.h"

#include "query.h"
#include "weights.h"

enum {
    OB__UNIT_LINES = 60,  /* a longer type or section is shown up to here */
    OB__WHOLE_LINES = 120 /* so is a longer function, from its beginning */
};

struct ob__unit {
    uint32_t def;                /* index into the document's defs; OB_NO_DEF: a window */
    uint32_t first, last;        /* 1-based lines */
    struct ob__groups signature; /* what it holds of the question */
    float
        value[OB__S_N]; /* features; BM25, DENSE, WINDOW and ALIKE not yet divided by the largest */
};

struct ob__units {
    struct ob__unit *items; /* in an arena; definitions by line, then windows by line */
    uint32_t len;
};

/* What is scored. */
struct ob__units_of {
    const struct ob_doc *doc;
    struct ob__terms terms;    /* of the question, that the document holds */
    const float *passage_s;    /* BM25 of the document's passages */
    double average_terms;      /* of a passage */
    struct ob__groups in_path; /* what the path holds of the question */
    bool details;              /* wanted: COVER, DOC, HEAD, LEAD, NEAR, PHRASE, REACH, TOPIC */
};

/* The largest values among the spans of a file. */
struct ob__units_best {
    float bm25, dense, window;
    float def_bm25;  /* among its definitions */
    float type_name; /* see OB__F_SYMT */
};

/* Scores the spans of OF that hold a term of the question.  BEST: their largest values, or NULL. */
void ob__units_score(struct ob__units *out, struct ob__units_best *best, struct ob_arena *arena,
                     const struct ob__units_of *of, const struct ob__query *q);

/* Whether the details of struct ob__units_of have a part in the score of such spans. */
bool ob__units_weigh_details(enum ob__span_class class);

/* The largest values that ob__units_score would give, for less; OF's in_path and details are not used. */
void ob__units_measure(struct ob__units_best *out, const struct ob__units_of *of,
                       const struct ob__query *q);

#endif
