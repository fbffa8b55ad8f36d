/* A prompt within a budget: who gets which share of it.  Pure. */
#ifndef OB_ANSWER_DRAFT_H
#define OB_ANSWER_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/answer/ask.h"
#include "openbook/base/arena.h"
#include "openbook/base/buf.h"

#include "pack.h"

struct ob__draft {
    enum ob_ask_mode mode;
    bool korean;
    const char *key; /* as in struct ob__prompt */
    const char *question;
    size_t question_len;
    const struct ob_search_context *context;
    size_t window_tokens; /* 0: unknown */
    size_t budget_tokens; /* for both messages */
    bool question_cut;    /* out: it was too long */
    size_t masked;        /* out: secrets that were left out */
};

/* Packs SPANS into what the rules, the question and the user's text leave of the budget, and appends
 * both messages.  The question may take half, the user's text a quarter of the window. */
int ob__draft_write(struct ob_buf *system, struct ob_buf *user, struct ob__packed *packed,
                    struct ob_arena *a, struct ob__draft *d, const struct ob__span *spans,
                    size_t n);

#endif
