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

/* Looks at lines FIRST..LAST of TEXT (lines beyond its end are not there).  False when the passage has
 * no line any more.  ASKED: the file's path is in the question, so the words of it are held. */
bool ob__snippet_find(struct ob__snippet *out, struct ob_terms *t, const struct ob__query *q,
                      const char *text, size_t len, uint32_t first, uint32_t last, bool asked,
                      size_t limit);

/* Shows LINE of TEXT instead, which has it. */
void ob__snippet_line(struct ob__snippet *s, const char *text, size_t len, uint32_t line,
                      size_t limit);

#endif
