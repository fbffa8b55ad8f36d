/* Ranking files: candidates, features, a weighted sum. */
#ifndef OB_SRC_RETRIEVE_RANK_H
#define OB_SRC_RETRIEVE_RANK_H

#include "openbook/index/snapshot.h"
#include "openbook/retrieve/search.h"

#include "query.h"
#include "units.h"
#include "weights.h"

/* What the names of a folder, and of those around it, are to the question. */
struct ob__in_folder {
    bool known;
    struct ob__groups groups;
    double weight;    /* of these, ob__groups_weight_u */
    double last_hits; /* words of the last folder, by their factors */
    uint32_t n_last;  /* words that it has */
};

/* One part of one shelf's snapshot. */
struct ob__vpart {
    const struct ob_part *part;
    const uint8_t *dead; /* NULL: all live */
    const struct ob_snapshot *snapshot;
    size_t number;    /* of the part in it */
    size_t shelf;     /* index into the request's shelves */
    bool notes;       /* of a collection of notes: there a document is the answer, not noise */
    float *s;         /* BM25 of each passage; owned */
    float *s_generic; /* the same with generic words at 0.4; owned, or S */
    struct ob__in_folder *folders; /* of the part; owned */
    uint32_t *candidate; /* of each document: its place among the candidates + 1, or 0; owned */
    uint8_t *own_dead;   /* DEAD with more marks, owned; NULL: the snapshot's is used */
};

struct ob__view {
    struct ob__vpart *parts; /* owned */
    size_t n_parts;
    struct ob_snapshot_totals totals; /* of all shelves together */
};

/* Whether a file like F is among those of KIND. */
bool ob__kind_wanted(const struct ob_part_file *f, enum ob_search_kind kind);

struct ob__candidate {
    uint32_t vpart, doc;
    const struct ob_doc *of; /* its path is the order of equals, whatever part they are in */
    size_t shelf;
    struct ob__terms terms; /* of the question, that its passages hold */
    double value[OB__F_N];
    double score;
    bool with_units;        /* its spans are scored: it is one of the best files, or a note */
    struct ob__units units; /* they, where those of all files are wanted */
};

/* The spans that are wanted. */
struct ob__spans_wanted {
    bool all;     /* of all candidates with units; else of those that are asked for */
    bool explain; /* with the features that have no weight */
};

struct ob__candidates {
    struct ob__candidate *items; /* owned; best first after ob__rank */
    size_t len, cap;
    struct ob__units_best most; /* of all candidates with units */
    struct ob__spans_wanted wanted;
    struct ob_arena arena; /* units */
};

/* Where notes alone are wanted (KIND), the documents of a project are answers as those of a shelf of notes
 * are, and weighed alike. */
void ob__view_init(struct ob__view *v, const struct ob_search_shelf *shelves, size_t n,
                   enum ob_search_kind kind);
void ob__view_release(struct ob__view *v);

/* How many entries of live documents KEY has in one of the maps of all parts: MAP is its offset in struct
 * ob_part. */
uint32_t ob__view_count(const struct ob__view *v, size_t map, uint64_t key);

const struct ob_doc *ob__candidate_doc(const struct ob__view *v, const struct ob__candidate *c);

/* Whether the candidate is a note in a collection of notes: its sections are what is found. */
bool ob__candidate_is_note(const struct ob__view *v, const struct ob__candidate *c);

/* Fills the passages' scores, the candidates and their features; sorts by score. */
void ob__rank(struct ob__candidates *out, struct ob__view *v, struct ob__query *q,
              enum ob_search_kind kind, struct ob__spans_wanted wanted);

/* The spans of candidate INDEX, which live as long as C; none when it is not with_units. */
void ob__candidate_units(struct ob__units *out, struct ob__candidates *c, size_t index,
                         const struct ob__view *v, const struct ob__query *q);
void ob__candidates_release(struct ob__candidates *c);

#endif
