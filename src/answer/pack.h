/* Packing: which spans go into a prompt, and in which order.  Pure. */
#ifndef OB_ANSWER_PACK_H
#define OB_ANSWER_PACK_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/base/arena.h"

#include "page.h"

enum {
    OB__WRAPPER_TOKENS = 30,  /* the lines around a passage in the prompt */
    OB__MESSAGE_TOKENS = 8,   /* what a chat template adds to a message */
    OB__UNKNOWN_BUDGET = 6000 /* tokens for a prompt when no window is known */
};

struct ob__pack_options {
    size_t budget_tokens; /* for all passages, wrappers included */
    double tokens_per_cjk;
    size_t max_spans; /* 0: 24 */
};

struct ob__packed {
    struct ob__span
        *spans; /* in the arena, best first, then what they use: spans[i] is source i + 1 */
    size_t len;
    size_t *order; /* in the arena: indexes into spans as they stand in the prompt */
    size_t tokens; /* estimated, wrappers included */
    bool left_out; /* of what was found, for want of tokens */
};

/* Chooses from SPANS (any order).  Overlapping and neighbouring spans of one page become one; equal
 * texts count once; no page takes over half of the budget while others wait.  The best span is always
 * taken, cut to the budget around its best line if it must be.  With what is left of the budget then,
 * short files are given whole, and what a span uses of its own file is joined to it or added behind all
 * others, unless lines of the file are at hand anyway; nothing is left out for that, and what is said of
 * a span (best line, symbol) stays.  The prompt has the best span first and
 * the second best last, because models read the middle least (Liu et al., "Lost in the Middle"). */
void ob__pack(struct ob__packed *out, struct ob_arena *a, const struct ob__span *spans, size_t n,
              const struct ob__pack_options *o);

/* Tokens that may be spent on a prompt for a window of WINDOW tokens (0: unknown): 30 % are kept for
 * the answer, 5 % in reserve, and the estimate may be a fifth too low for a vocabulary we never saw. */
size_t ob__prompt_budget(size_t window_tokens);

/* The budget for the next draft when the server counted COUNTED tokens in one that was made for BUDGET:
 * smaller when it does not fit the WINDOW, larger when much is free and spans were LEFT_OUT, BUDGET
 * itself when the draft is right. */
size_t ob__refit(size_t budget, size_t window_tokens, size_t counted, bool left_out);

#endif
