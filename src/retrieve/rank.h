/* Ranking files: candidates, features, a weighted sum. */
#ifndef OB_SRC_RETRIEVE_RANK_H
#define OB_SRC_RETRIEVE_RANK_H

#include "openbook/index/snapshot.h"
#include "openbook/retrieve/search.h"

#include "query.h"

/* One part of one shelf's snapshot. */
struct ob__vpart {
    const struct ob_part *part;
    const uint8_t *dead; /* NULL: all live */
    size_t shelf;        /* index into the request's shelves */
    bool notes;          /* of a collection of notes: there a document is the answer, not noise */
    float *s;            /* BM25 of each passage; owned */
    float *s_generic;    /* the same with generic words at 0.4; owned */
};

struct ob__view {
    struct ob__vpart *parts; /* owned */
    size_t n_parts;
    struct ob_snapshot_totals totals; /* of all shelves together */
};

enum ob__feature {
    OB__F_PASS,
    OB__F_NPASS,
    OB__F_DEFS,
    OB__F_COMMENTS,
    OB__F_STEMREV,
    OB__F_STEMALL,
    OB__F_PATHF,
    OB__F_DIRLAST,
    OB__F_FUZZY,
    OB__F_ACRO,
    OB__F_EXDEF,
    OB__F_EXDEFT,
    OB__F_EXSTEM,
    OB__F_COMPQ,
    OB__F_MENTION,
    OB__F_IMPORTERS,
    OB__F_LINES,
    OB__F_TEST,
    OB__F_EXAMPLE,
    OB__F_VENDORED,
    OB__F_DOC,
    OB__F_CONF,
    OB__F_OTHER,
    OB__F_ASKED,
    OB__F_N
};

struct ob__candidate {
    uint32_t vpart, doc;
    double value[OB__F_N];
    double score;
    double best_s; /* of its best passage, without the generic factor */
};

struct ob__candidates {
    struct ob__candidate *items; /* owned; best first after ob__rank */
    size_t len, cap;
};

void ob__view_init(struct ob__view *v, const struct ob_search_shelf *shelves, size_t n);
void ob__view_release(struct ob__view *v);

const struct ob_doc *ob__candidate_doc(const struct ob__view *v, const struct ob__candidate *c);

/* Fills the passages' scores, the candidates and their features; sorts by score. */
void ob__rank(struct ob__candidates *out, struct ob__view *v, struct ob__query *q,
              enum ob_search_kind kind);
void ob__candidates_release(struct ob__candidates *c);

/* Name and weight of feature I for text or symbol questions. */
const char *ob__feature_name(int i);
double ob__feature_weight(int i, bool symbol);

/* BM25's part of a term: tf (k1 + 1) / (tf + k1 (1 - b + b len / avg)), k1 = 1.2 (Robertson and
 * Sparck Jones). */
double ob__bm25(double tf, double len, double avg, double b);

#endif
