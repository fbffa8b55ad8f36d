/* What is written of the evidence, a prompt or a quotation, written by a worker: the user's text may be
 * many megabytes, the spans long lines. */
#ifndef OB_ANSWER_DRAFTING_H
#define OB_ANSWER_DRAFTING_H

#include <uv.h>

#include "draft.h"

enum ob__drafting_kind { OB__DRAFT_PROMPT, OB__DRAFT_QUOTE };

struct ob__drafting {
    enum ob__drafting_kind kind;
    struct ob__draft draft;       /* what it points to is the caller's, until DONE */
    const struct ob__span *spans; /* likewise */
    size_t n_spans;
    /* After DONE; the caller may take the arena and PACKED with it: */
    struct ob_arena arena; /* holds PACKED */
    struct ob__packed packed;
    struct ob_buf system, user; /* the prompt; or in USER the quotation */
    size_t least_tokens;        /* of the prompt, estimated low */
    int err;                    /* OB_ETOOBIG or OB_ENOMEM: nothing was written */
    /* private */
    void (*done)(int status, struct ob__drafting *d, void *data);
    void *data;
};

/* A drafting of KIND, for ob__drafting_free. */
struct ob__drafting *ob__drafting_new(enum ob__drafting_kind kind);
void ob__drafting_free(struct ob__drafting *d);

/* Has a worker write D.  0, and DONE is called once with 0 or OB_ECANCELED, never before this returns, and
 * owns D; or OB_EFAIL, and the caller still owns it. */
int ob__drafting_start(struct ob__drafting *d, uv_loop_t *loop,
                       void (*done)(int status, struct ob__drafting *d, void *data), void *data);

#endif
