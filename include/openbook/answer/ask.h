/* A question answered: search, pack, ask for consent, stream, check the citations.  Loop thread.
 *
 * Without a model the answer is extractive: the fewest lines that cover the question, at most 40. */
#ifndef OB_ANSWER_ASK_H
#define OB_ANSWER_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "openbook/base/error.h"
#include "openbook/llm/chat.h"
#include "openbook/retrieve/search.h"

enum ob_ask_mode {
    OB_ASK_ANSWER,  /* Markdown with [n] citations */
    OB_ASK_EXPLAIN, /* the selection explained, to stand in the buffer */
    OB_ASK_INSERT   /* text or code to insert, as the instruction says */
};

struct ob_ask_request {
    enum ob_ask_mode mode;
    const char *question;
    size_t question_len;
    struct ob_shelf *const *shelves; /* a reference each is taken */
    const enum ob_shelf_kind *kinds; /* what each is to who asks; copied.  NULL: projects */
    size_t n_shelves;
    uint64_t client;                  /* whose unsaved text counts */
    const char *project;              /* root that consent is for */
    struct ob_search_context context; /* copied */
    struct ob_text *text; /* what context.text lies in: a reference is taken; NULL: copied */
    bool no_llm;
    bool has_model;               /* MODEL is set; else discovery looks for a local server */
    struct ob_model_config model; /* copied */
    size_t budget_tokens;         /* of the prompt; 0: from the window */
    unsigned fresh_ms;            /* wait so long for the index; 0: 3,000 */
    bool from_shell; /* a model is named by options there, not in an editor's setup() */
};

struct ob_source {
    size_t n;                       /* the number in [n], from 1 */
    const char *root, *path;        /* absolute root, relative path */
    uint32_t first_line, last_line; /* what is sent of it */
    uint32_t line;                  /* of these, where what was found begins: the place to go to */
    const char *symbol;
    enum ob_kind kind;
};

struct ob_citation {
    size_t n;   /* as written */
    bool valid; /* such a source was sent */
};

struct ob_ask_result {
    enum ob_chat_end end;
    bool extractive;            /* no model took part */
    const char *model, *origin; /* "" without */
    struct ob_chat_usage usage;
    const struct ob_citation *citations; /* distinct numbers in the answer, in order */
    size_t n_citations;
    double coverage_01;
    const char *notice; /* sentences for the user (how to connect a model, index behind...), "" */
};

struct ob_ask_events {
    /* Before the first text; again when fewer fit or files changed: the newest list counts. */
    void (*sources)(const struct ob_source *sources, size_t n, void *data);
    void (*text)(const char *text, size_t len, void *data);
    /* ORIGIN wants a grant: ob_ask_consent answers.  Default after consent_ms: no. */
    void (*consent)(const char *origin, size_t prompt_bytes, size_t n_sources, void *data);
    /* "indexing", "searching", "waiting for MODEL"...; may be NULL. */
    void (*phase)(const char *phase, void *data);
    /* Exactly once; the ask is freed when it returns. */
    void (*done)(int status, const struct ob_ask_result *result, const struct ob_error *e,
                 void *data);
};

struct ob_ask;

struct ob_ask_context { /* what a server lends to every ask */
    uv_loop_t *loop;
    struct ob_http *http;
    struct ob_grants *grants;
    const unsigned short *discover_ports; /* as ob_discover_start */
    unsigned consent_ms;                  /* 0: 120,000 */
};

int ob_ask_start(struct ob_ask **out, const struct ob_ask_context *lent,
                 const struct ob_ask_request *r, const struct ob_ask_events *events, void *data,
                 struct ob_error *e);

/* The user's answer to consent().  Ignored when nothing was asked. */
void ob_ask_consent(struct ob_ask *a, bool yes, bool remember);

/* done follows with OB_ECANCELED.  Idempotent until done. */
void ob_ask_cancel(struct ob_ask *a);

#endif
