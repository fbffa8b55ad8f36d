/* A question as the ranker sees it: weighted terms, names, joined words, a path. */
#ifndef OB_SRC_RETRIEVE_QUERY_H
#define OB_SRC_RETRIEVE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/arena.h"
#include "openbook/text/terms.h"

struct ob__qterm {
    const char *text; /* normalised term */
    size_t len;
    uint64_t hash;
    double share;   /* what its place in the question is worth: 0.9^word, 1/sqrt(n) for Hangul */
    double generic; /* 0.4 for words every project is full of, else 1 */
    bool latin;     /* a word term: takes part in comparing names */
    double idf;     /* by passages; ln(1 + P + 0.5) when it does not occur */
    double w, u;    /* share * idf: w is 0 when it does not occur in the project */
};

struct ob__qname {
    uint64_t key;     /* ob_name_key */
    const char *text; /* as spelled */
    double weight;    /* 1 whole; 0.5 a lone capitalised word; less from text at hand */
};

enum { OB__QUERY_TERMS = 32, OB__QUERY_NAMES = 32, OB__QUERY_JOINED = 64, OB__QUERY_WORDS = 64 };

struct ob__query {
    struct ob_arena arena;                             /* what the pointers point into */
    bool symbol;                                       /* looks like one identifier */
    bool asks_test, asks_doc, asks_conf, asks_example; /* lifts the prior of such files */
    struct ob__qterm terms[OB__QUERY_TERMS];
    size_t n_terms;
    struct ob__qname names[OB__QUERY_NAMES];
    size_t n_names;
    uint64_t compounds[OB__QUERY_NAMES]; /* keys of the question's words of several parts */
    size_t n_compounds;
    uint64_t joined[OB__QUERY_JOINED]; /* keys of two or three neighbouring words, joined */
    size_t n_joined;
    char initials[OB__QUERY_WORDS]; /* first letters of the words, for acronyms */
    bool stops[OB__QUERY_WORDS];    /* which of them are stop words */
    size_t n_initials;
    const char *path; /* a path in the question ("src/foo.c:12"), or NULL */
    uint32_t line;    /* its line, or 0 */
    double sum_w, sum_u;
};

/* Reads a question (any bytes).  T is this thread's scanner. */
void ob__query_parse(struct ob__query *q, struct ob_terms *t, const char *text, size_t len);
void ob__query_release(struct ob__query *q);

/* Adds a term from text at hand; ignored when the question has it or is full. */
void ob__query_add_term(struct ob__query *q, const struct ob_term *t, double share);
void ob__query_add_name(struct ob__query *q, const char *text, size_t len, double weight);

#endif
