/* Citations in a streamed answer: [3], [1, 2], [1][2], [2-4], outside of code.  Pure. */
#ifndef OB_ANSWER_CITE_H
#define OB_ANSWER_CITE_H

#include <stdbool.h>
#include <stddef.h>

enum { OB__CITES_MAX = 256, OB__CITE_NUMBERS = 16 };

struct ob__cites {
    size_t numbers[OB__CITES_MAX]; /* distinct, in order of appearance */
    size_t len;
    /* private: where in the text the finder is */
    bool line_begun; /* something but blanks stood on this line */
    unsigned indent; /* blanks so far */
    char run_char;   /* of the run of ` or ~ that is being counted; 0: none */
    unsigned run_len;
    bool run_at_start; /* the run began the line */
    char fence_char;   /* inside a fenced block of this; 0: not */
    unsigned fence_len;
    unsigned code_len; /* inside inline code opened by so many backticks */
    bool in_bracket;
    size_t found[OB__CITE_NUMBERS]; /* in the open bracket */
    unsigned n_found, digits;
    bool range;                       /* a '-' stood before the number */
    size_t pending[OB__CITE_NUMBERS]; /* inside code that may turn out to be none */
    unsigned n_pending;
};

/* A zeroed struct is ready.  Feeds the next LEN bytes, cut anywhere. */
void ob__cites_feed(struct ob__cites *c, const char *text, size_t len);
void ob__cites_end(struct ob__cites *c);

#endif
