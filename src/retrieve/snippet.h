/* The line of a passage that answers best. */
#ifndef OB_SRC_RETRIEVE_SNIPPET_H
#define OB_SRC_RETRIEVE_SNIPPET_H

#include "query.h"

struct ob__snippet {
    uint32_t line;          /* 1-based in the file */
    uint32_t column;        /* 1-based byte column of the first matching word, 1 without */
    const char *text;       /* points into the scanned text */
    size_t len;             /* at most the limit, cut at a character */
    bool within;            /* text begins within the line, near the word */
    struct ob__groups held; /* of the question, by the lines */
    double coverage_01;     /* share of the question's weight that the whole passage holds */
};

/* Where a line is looked for, 1-based; lines beyond the end of the text are not there. */
struct ob__passage {
    uint32_t first, last;
    uint32_t own_first, own_last; /* the lines among them to choose from, if any says a word of the
                                     question; the others stand around them */
    bool asked; /* the file's path is in the question, so the words of it are held */
};

/* Looks at the lines P of TEXT.  False when it has none of them any more. */
bool ob__snippet_find(struct ob__snippet *out, struct ob_terms *t, const struct ob__query *q,
                      const char *text, size_t len, struct ob__passage p, size_t limit);

/* Shows LINE of TEXT instead, which has it. */
void ob__snippet_line(struct ob__snippet *s, const char *text, size_t len, uint32_t line,
                      size_t limit);

#endif
