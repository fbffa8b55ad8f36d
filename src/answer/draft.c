/* Shares of a budget.  The question first, then the user's text, then the passages: what the user
 * wrote counts more than what we found. */
#include "draft.h"

#include "openbook/text/estimate.h"

#include "prompt.h"

enum { UNKNOWN_TEXT_TOKENS = 2000 /* of the user's text when no window is known */ };

static const double PER_CJK = OB_ESTIMATE_CJK_UNKNOWN;

struct shares { /* tokens */
    size_t passages, text, question;
};

static size_t at_most(size_t n, size_t most)
{
    return n < most ? n : most;
}

static struct shares share_out(const struct ob__draft *d, size_t system_tokens)
{
    size_t fixed = system_tokens + 2 * OB__MESSAGE_TOKENS + OB__WRAPPER_TOKENS;
    size_t left = d->budget_tokens > fixed ? d->budget_tokens - fixed : 1;
    struct shares s = {0};
    s.question = at_most(ob_estimate_tokens(d->question, d->question_len, PER_CJK), left / 2);
    left -= s.question;
    if (d->context->text) {
        size_t most = d->window_tokens ? d->window_tokens / 4 : UNKNOWN_TEXT_TOKENS;
        s.text = ob_estimate_tokens(d->context->text, d->context->text_len, PER_CJK);
        s.text = at_most(s.text, at_most(most, left / 2));
        left -= s.text;
    }
    s.passages = left;
    return s;
}

static int cut(struct ob_buf *text, struct ob_buf *question, const struct ob__draft *d,
               const struct shares *s)
{
    int err = 0;
    if (d->context->text)
        err = ob__cut_middle(text, d->context->text, d->context->text_len, s->text, PER_CJK);
    return err ? err : ob__cut_middle(question, d->question, d->question_len, s->question, PER_CJK);
}

int ob__draft_write(struct ob_buf *system, struct ob_buf *user, struct ob__packed *packed,
                    struct ob_arena *a, struct ob__draft *d, const struct ob__span *spans, size_t n)
{
    struct ob_buf text, question;
    ob_buf_init(&text, OB__PROMPT_MAX);
    ob_buf_init(&question, OB__PROMPT_MAX);
    int err = ob__prompt_system(system, d->mode, d->korean);
    struct shares s = share_out(d, ob_estimate_tokens(ob_buf_str(system), system->len, PER_CJK));
    struct ob__pack_options o = {.budget_tokens = s.passages, .tokens_per_cjk = PER_CJK};
    ob__pack(packed, a, spans, n, &o);
    if (!err)
        err = cut(&text, &question, d, &s);
    d->question_cut = question.len < d->question_len;
    struct ob__prompt p = {.mode = d->mode,
                           .korean = d->korean,
                           .key = d->key,
                           .question = ob_buf_str(&question),
                           .question_len = question.len,
                           .sources = packed,
                           .text = d->context->text ? ob_buf_str(&text) : NULL,
                           .text_len = text.len,
                           .text_path = d->context->path,
                           .first_line = d->context->first_line,
                           .last_line = d->context->last_line};
    if (!err)
        err = ob__prompt_user(user, &d->masked, &p);
    ob_buf_release(&text);
    ob_buf_release(&question);
    return err;
}
