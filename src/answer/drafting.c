/* One task a drafting; it reads what the ask keeps until then, and writes into the drafting alone. */
#include "drafting.h"

#include "openbook/base/mem.h"
#include "openbook/base/task.h"
#include "openbook/text/estimate.h"

#include "extract.h"
#include "prompt.h"

static const double LEAST_TOKENS_PER_CJK = 0.8; /* the thriftiest vocabulary */

struct ob__drafting *ob__drafting_new(enum ob__drafting_kind kind)
{
    struct ob__drafting *d = ob_alloc(sizeof *d);
    d->kind = kind;
    d->arena = (struct ob_arena)OB_ARENA_INIT;
    ob_buf_init(&d->system, OB__PROMPT_MAX);
    ob_buf_init(&d->user, OB__PROMPT_MAX);
    return d;
}

void ob__drafting_free(struct ob__drafting *d)
{
    ob_buf_release(&d->system);
    ob_buf_release(&d->user);
    ob_arena_release(&d->arena);
    ob_free(d);
}

static void write_prompt(struct ob__drafting *d)
{
    d->err = ob__draft_write(&d->system, &d->user, &d->packed, &d->arena, &d->draft, d->spans,
                             d->n_spans);
    d->least_tokens =
        ob_estimate_tokens(ob_buf_str(&d->system), d->system.len, LEAST_TOKENS_PER_CJK) +
        ob_estimate_tokens(ob_buf_str(&d->user), d->user.len, LEAST_TOKENS_PER_CJK);
}

static void write_quote(struct ob__drafting *d)
{
    ob__extract(&d->packed, &d->arena, d->draft.question, d->draft.question_len, d->spans,
                d->n_spans);
    d->err = ob__extract_write(&d->user, &d->packed);
}

static void work(void *data)
{
    struct ob__drafting *d = data;
    if (d->kind == OB__DRAFT_PROMPT)
        write_prompt(d);
    else
        write_quote(d);
}

static void on_done(int status, void *data)
{
    struct ob__drafting *d = data;
    d->done(status, d, d->data);
}

int ob__drafting_start(struct ob__drafting *d, uv_loop_t *loop,
                       void (*done)(int status, struct ob__drafting *d, void *data), void *data)
{
    d->done = done;
    d->data = data;
    return ob_task_start(NULL, loop, work, on_done, d);
}
