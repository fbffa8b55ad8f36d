/* The messages for a model.  Pure. */
#ifndef OB_ANSWER_PROMPT_H
#define OB_ANSWER_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/answer/ask.h"
#include "openbook/base/buf.h"

#include "pack.h"

enum { OB__PROMPT_MAX = 16 * 1024 * 1024 };

struct ob__prompt {
    enum ob_ask_mode mode;
    bool korean;     /* the language of the answer */
    const char *key; /* random, of this request: fences that no file can know */
    const char *question;
    size_t question_len;
    const struct ob__packed *sources;
    const char *text; /* the user's own: selection or buffer, already cut; NULL: none */
    size_t text_len;
    const char *text_path;          /* NULL: an unnamed buffer */
    uint32_t first_line, last_line; /* of the text; 0: the whole */
};

/* Appends the system message: the same bytes for every question of a mode and language, so that a
 * server may keep what it computed for them. */
int ob__prompt_system(struct ob_buf *out, enum ob_ask_mode mode, bool korean);

/* Appends the user's message: passages, the user's text, the question last.  Secrets in them are
 * masked, and counted into *MASKED. */
int ob__prompt_user(struct ob_buf *out, size_t *masked, const struct ob__prompt *p);

/* Whether to answer in Korean: by the letters of the question, or of the text's first 64 KiB when there is
 * none. */
bool ob__wants_korean(const char *question, size_t question_len, const char *text, size_t text_len);

/* Appends TEXT cut to about BUDGET tokens: whole lines of its head and its tail, and between them a
 * line that says how many are left out. */
int ob__cut_middle(struct ob_buf *out, const char *text, size_t len, size_t budget_tokens,
                   double tokens_per_cjk);

#endif
