/* One question, from the wish for an answer to its last word.  What the files hold on it is evidence.c's,
 * who answers is target.c's, what of the answer is shown is stream.c's; here is what is sent and asked,
 * and when.
 *
 * Everything asynchronous comes back into one of the on_... functions below, which first look
 * whether their state is still the ask's state: after a cancel it is not, and what comes late is
 * dropped.  `pending` counts callbacks that will still come; the memory goes when the end was reported
 * and nothing is pending.  Invariant: every ask ends in `report`, called from its timer, so that done
 * is called exactly once and never inside a function that the caller called. */
#include "openbook/answer/ask.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "openbook/base/log.h"
#include "openbook/base/mem.h"
#include "openbook/llm/discover.h"
#include "openbook/text/utf8.h"

#include "drafting.h"
#include "evidence.h"
#include "pack.h"
#include "prompt.h"
#include "say.h"
#include "stream.h"
#include "target.h"

enum {
    FRESH_MS = 3000,
    CONSENT_MS = 120 * 1000,
    REMEMBER_MS = 1500,   /* until a consent is written; then it is not waited for */
    EXTRACT_SOURCES = 12, /* spans that an extract chooses from */
    NOTICE_MAX = 4096,
    COUNTS = 3, /* of the tokens of one prompt */
    KEY_BYTES = 8
};

/* Coverage below which the files hold nothing on the question: measured, without a model, and with
 * one, which may still see what words do not show. */
static const double ABSTAIN_01 = 0.25, ABSTAIN_MODEL_01 = 0.10;

/* A prompt of which the server counted less was cut in silence. */
static const double TRUNCATED_01 = 0.6;

enum state {
    ASK_EVIDENCE, /* the files are searched and read */
    ASK_DISCOVER, /* servers on this machine are asked what they are */
    ASK_DRAFT,    /* a worker writes the prompt */
    ASK_QUOTE,    /* a worker writes the answer without a model */
    ASK_COUNT,    /* the model's server counts the tokens of the prompt */
    ASK_CONSENT,  /* the user was asked whether the origin may be sent passages */
    ASK_CHAT,     /* the model answers */
    ASK_ENDING,   /* the result is settled; done is called by the timer */
    ASK_DONE      /* done was called; waiting for what is pending */
};

struct ob_ask {
    enum state state;
    struct ob_ask_context lent;
    struct ob_ask_events events;
    void *data;
    struct ob_arena arena; /* the copied request; dies with the ask */
    unsigned pending;
    bool timer_closed;
    uv_timer_t timer; /* consent's deadline, and the end */

    enum ob_ask_mode mode;
    const char *question, *project;
    size_t question_len;
    bool no_llm, korean, from_shell;
    size_t budget_tokens;
    struct ob_search_context context;
    struct ob_text *text; /* a reference: what context.text lies in; NULL: the arena */
    struct ob__evidence evidence;
    struct ob__target target;
    bool asked_server;    /* what it is: discovery is behind us */
    unsigned counts_left; /* how often its own tokenizer may still be asked */
    size_t counted;       /* tokens of the last prompt that it counted; 0: none */

    struct ob_arena packed_arena; /* holds what is packed */
    struct ob__packed packed;

    bool consent_yes, answered, consented; /* answered: by the user, whose first word counts */
    char key[KEY_BYTES * 2 + 1];
    struct ob_chat *chat;
    bool repacked;
    size_t masked;      /* secrets left out of the prompt, to be told when it is sent */
    size_t sent_tokens; /* of the prompt, estimated low */
    struct ob__stream stream;

    int status;
    struct ob_error error;
    struct ob_buf notice;
    struct ob_ask_result result;
};

static void set_state(struct ob_ask *a, enum state state)
{
    static const char *const names[] = {"evidence", "discover", "draft",  "quote", "count",
                                        "consent",  "chat",     "ending", "done"};
    ob_log(OB_LOG_DEBUG, "answer", "ask: %s, then %s", names[a->state], names[state]);
    a->state = state;
}

static void phase(struct ob_ask *a, const char *text)
{
    if (a->events.phase)
        a->events.phase(text, a->data);
}

/* ------------------------------------------------------------ the end */
static void free_if_over(struct ob_ask *a)
{
    if (a->state != ASK_DONE || !a->timer_closed || a->pending > 0)
        return;
    ob__evidence_release(&a->evidence);
    ob__stream_release(&a->stream);
    ob_buf_release(&a->notice);
    ob_text_unref(a->text);
    ob_arena_release(&a->packed_arena);
    ob_arena_release(&a->arena);
    ob_free(a);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct ob_ask *a = OB_CONTAINER_OF(handle, struct ob_ask, timer);
    a->timer_closed = true;
    free_if_over(a);
}

static void report(struct ob_ask *a)
{
    set_state(a, ASK_DONE);
    a->result.notice = ob_buf_str(&a->notice);
    a->events.done(a->status, &a->result, &a->error, a->data);
    uv_close((uv_handle_t *)&a->timer, on_timer_closed);
}

static void on_timer(uv_timer_t *timer);

/* Settles how the ask ends; the first call counts. */
static void end(struct ob_ask *a, int status, const struct ob_error *e)
{
    if (a->state == ASK_ENDING || a->state == ASK_DONE)
        return;
    a->status = status;
    if (e && status)
        a->error = *e;
    if (status && !a->error.code)
        ob_error_set(&a->error, status, "the question could not be answered (%s)",
                     ob_err_name(status));
    set_state(a, ASK_ENDING);
    uv_timer_start(&a->timer, on_timer, 0, 0);
}

/* Every callback of something asynchronous begins with this: false when it comes too late. */
static bool arrived(struct ob_ask *a, enum state expected)
{
    a->pending--;
    if (a->state == expected)
        return true;
    free_if_over(a);
    return false;
}

/* Starts what START starts. */
static void look(struct ob_ask *a, int (*start)(struct ob__evidence *e))
{
    set_state(a, ASK_EVIDENCE);
    int err = start(&a->evidence);
    if (err)
        end(a, err, NULL);
    else
        a->pending++;
}

/* ------------------------------------------------------------ without a model */
static bool nothing_fits(const struct ob_ask *a, double least_01)
{
    return a->mode == OB_ASK_ANSWER && !a->context.text &&
           (a->evidence.gather.n_spans == 0 || a->evidence.coverage_01 < least_01);
}

/* Whether the lines themselves are an answer, where no model gives one. */
static bool lines_answer(const struct ob_ask *a)
{
    return a->mode == OB_ASK_ANSWER && a->evidence.gather.n_spans > 0 &&
           !nothing_fits(a, ABSTAIN_01);
}

static void say_nothing_found(struct ob_ask *a)
{
    struct ob_buf text, nearest;
    size_t left_out;
    ob_buf_init(&text, NOTICE_MAX);
    ob_buf_init(&nearest, NOTICE_MAX);
    ob__evidence_nearest(&nearest, &a->evidence);
    if (ob__evidence_is_void(&left_out, &a->evidence))
        ob__say_nothing_indexed(&text, a->korean, left_out, a->from_shell);
    else
        ob__say_nothing_found(&text, a->korean, ob_buf_str(&nearest));
    ob__stream_text(&a->stream, ob_buf_str(&text), text.len, false);
    ob_buf_release(&nearest);
    ob_buf_release(&text);
}

/* No text follows. */
static void finish_text(struct ob_ask *a)
{
    ob__stream_end(&a->stream);
    ob__stream_citations(&a->result, &a->stream, a->packed.len);
}

static void end_without_model(struct ob_ask *a)
{
    if (a->state == ASK_ENDING) /* canceled by one of the callbacks */
        return;
    finish_text(a);
    end(a, 0, NULL);
}

/* What D packed is the ask's from now on. */
static void take_packed(struct ob_ask *a, struct ob__drafting *d)
{
    ob_arena_release(&a->packed_arena);
    a->packed_arena = d->arena;
    d->arena = (struct ob_arena)OB_ARENA_INIT;
    a->packed = d->packed;
}

static void on_quote(int status, struct ob__drafting *d, void *data)
{
    struct ob_ask *a = data;
    if (arrived(a, ASK_QUOTE)) {
        if (status || d->err) {
            end(a, status ? status : d->err, NULL);
        } else {
            take_packed(a, d);
            ob__stream_sources(&a->stream, &a->packed);
            if (a->state == ASK_QUOTE)
                ob__stream_text(&a->stream, ob_buf_str(&d->user), d->user.len, true);
            end_without_model(a);
        }
    }
    ob__drafting_free(d);
}

static size_t budget_of(const struct ob_ask *a)
{
    return a->budget_tokens ? a->budget_tokens : ob__prompt_budget(a->target.model.window_tokens);
}

static struct ob__draft draft_of(struct ob_ask *a)
{
    return (struct ob__draft){
        .mode = a->mode,
        .korean = a->korean,
        .key = a->key,
        .question = a->question,
        .question_len = a->question_len,
        .context = &a->context,
        .window_tokens = a->target.model.window_tokens,
        .budget_tokens = budget_of(a),
    };
}

/* Has a worker write; what it reads stays as it is until then. */
static void start_drafting(struct ob_ask *a, enum ob__drafting_kind kind, size_t n_spans,
                           void (*done)(int status, struct ob__drafting *d, void *data))
{
    struct ob__drafting *d = ob__drafting_new(kind);
    d->draft = draft_of(a);
    d->spans = a->evidence.gather.spans;
    d->n_spans = n_spans;
    set_state(a, kind == OB__DRAFT_QUOTE ? ASK_QUOTE : ASK_DRAFT);
    int err = ob__drafting_start(d, a->lent.loop, done, a);
    if (err) {
        ob__drafting_free(d);
        end(a, err, NULL);
    } else {
        a->pending++;
    }
}

static void quote(struct ob_ask *a)
{
    size_t n = a->evidence.gather.n_spans;
    start_drafting(a, OB__DRAFT_QUOTE, n < EXTRACT_SOURCES ? n : EXTRACT_SOURCES, on_quote);
}

/* The lines themselves.  What stands in a buffer afterwards (explain, insert) is not made of them. */
static void answer_without_model(struct ob_ask *a)
{
    a->result.extractive = true;
    a->result.model = a->result.origin = "";
    if (lines_answer(a)) {
        quote(a);
        return;
    }
    if (a->mode == OB_ASK_ANSWER) {
        a->packed = (struct ob__packed){0};
        ob__stream_sources(&a->stream, &a->packed);
        if (a->state != ASK_ENDING)
            say_nothing_found(a);
    }
    end_without_model(a);
}

/* ------------------------------------------------------------ with a model */
static void on_chat_text(const char *text, size_t len, void *data)
{
    struct ob_ask *a = data;
    if (a->state == ASK_CHAT)
        ob__stream_model_text(&a->stream, text, len);
}

static void send_prompt(struct ob_ask *a);
static void answer_with_model(struct ob_ask *a);

/* The model's window is smaller than was thought: fewer passages, once.  False when that is no way. */
static bool ask_again_with_less(struct ob_ask *a, const struct ob_chat_usage *usage, size_t window)
{
    if (a->repacked || a->stream.text_came)
        return false;
    a->repacked = true;
    size_t budget = budget_of(a);
    size_t half = budget / 2;
    a->counted = a->counts_left = 0; /* the server refused what it had counted */
    if (window > 0) {
        a->target.model.window_tokens = window;
        size_t fitting = ob__prompt_budget(window);
        /* The server counted: its count stands for what our estimate missed. */
        if (usage && usage->prompt_tokens > a->sent_tokens && a->sent_tokens > 0)
            fitting =
                (size_t)((double)fitting * (double)a->sent_tokens / (double)usage->prompt_tokens);
        half = fitting < budget ? fitting : half;
    }
    a->budget_tokens = half > 0 ? half : 1;
    send_prompt(a);
    return true;
}

static void note_usage(struct ob_ask *a, const struct ob_chat_usage *usage)
{
    if (!usage)
        return;
    a->result.usage = *usage;
    if (usage->prompt_tokens > 0 &&
        (double)usage->prompt_tokens < TRUNCATED_01 * (double)a->sent_tokens)
        ob__say_truncated(&a->notice, a->korean, usage->prompt_tokens, a->sent_tokens);
}

/* The server is busy or loads its model; the chat asks again by itself. */
static void on_chat_waiting(const char *why, unsigned wait_ms, void *data)
{
    struct ob_ask *a = data;
    (void)wait_ms;
    if (a->state == ASK_CHAT)
        phase(a, why);
}

static void on_chat_done(int status, enum ob_chat_end how, const struct ob_chat_usage *usage,
                         size_t window, const struct ob_error *e, void *data)
{
    struct ob_ask *a = data;
    a->chat = NULL;
    if (!arrived(a, ASK_CHAT))
        return;
    if (status == OB_EPROMPT && ask_again_with_less(a, usage, window))
        return;
    if (status == OB_ECONNECT && a->mode == OB_ASK_ANSWER && !a->stream.text_came) {
        ob__say_unreachable(&a->notice, a->korean, lines_answer(a), e->message);
        answer_without_model(a); /* what was found is better than nothing */
        return;
    }
    a->result.end = status ? OB_CHAT_INCOMPLETE : how;
    finish_text(a);
    if (status == 0)
        note_usage(a, usage);
    end(a, status, e);
}

static void ask_consent(struct ob_ask *a, size_t prompt_bytes)
{
    set_state(a, ASK_CONSENT);
    a->consent_yes = a->answered = false; /* what silence means */
    uv_timer_start(&a->timer, on_timer, a->lent.consent_ms ? a->lent.consent_ms : CONSENT_MS, 0);
    a->events.consent(a->target.origin, prompt_bytes, a->packed.len, a->data);
}

static bool is_granted(const struct ob_ask *a)
{
    return a->consented || ob__target_is_granted(&a->target, a->lent.grants, a->project);
}

static void start_chat(struct ob_ask *a, const struct ob__drafting *d)
{
    static const struct ob_chat_events events = {
        .text = on_chat_text, .waiting = on_chat_waiting, .done = on_chat_done};
    struct ob_message messages[] = {{"system", ob_buf_str(&d->system), d->system.len},
                                    {"user", ob_buf_str(&d->user), d->user.len}};
    struct ob_error e = OB_ERROR_INIT;
    char waiting[256];
    a->sent_tokens = a->counted ? a->counted : d->least_tokens;
    (void)snprintf(waiting, sizeof waiting, "waiting for %s", /* cut is good enough */
                   ob__target_label(&a->target));
    a->result.model = a->target.model.model ? a->target.model.model : "";
    a->result.origin = a->target.origin;
    if (a->repacked)
        ob__say_repacked(&a->notice, a->korean, a->packed.len);
    if (a->masked)
        ob__say_masked(&a->notice, a->korean, a->masked);
    set_state(a, ASK_CHAT);
    phase(a, waiting);
    if (a->state != ASK_CHAT)
        return;
    int err = ob_chat_start(&a->chat, a->lent.http, a->project, &a->target.model, messages, 2,
                            &events, a, &e);
    if (err) {
        ob__stream_citations(&a->result, &a->stream, a->packed.len);
        end(a, err, &e);
        return;
    }
    a->pending++;
}

static void on_count(int status, size_t tokens, void *data)
{
    struct ob_ask *a = data;
    if (!arrived(a, ASK_COUNT))
        return;
    size_t budget = budget_of(a), window = a->target.model.window_tokens, next = budget;
    bool left_out = a->packed.left_out && tokens != a->counted;
    if (status == 0)
        next = ob__refit(budget, window, tokens, left_out);
    a->counted = status ? 0 : tokens;
    a->counts_left = next == budget ? 0 : a->counts_left - 1;
    a->budget_tokens = next;
    answer_with_model(a);
}

/* The server's count tells whether our estimate fits its vocabulary.  False: it is not asked. */
static bool start_count(struct ob_ask *a, const struct ob_buf *system, const struct ob_buf *user)
{
    struct ob_buf both;
    if (!a->counts_left || !a->target.model.window_tokens)
        return false;
    ob_buf_init(&both, 2 * OB__PROMPT_MAX);
    int err = ob_buf_append(&both, ob_buf_str(system), system->len);
    err = err ? err : ob_buf_append(&both, ob_buf_str(user), user->len);
    err = err ? err
              : ob_chat_count(a->lent.http, a->project, &a->target.model, both.data, both.len,
                              on_count, a, NULL);
    ob_buf_release(&both);
    if (err)
        return false;
    a->pending++;
    set_state(a, ASK_COUNT);
    return true;
}

/* Shows the sources, and asks the user or the model. */
static void use_prompt(struct ob_ask *a, const struct ob__drafting *d)
{
    if (is_granted(a) && start_count(a, &d->system, &d->user))
        return;
    if (d->draft.question_cut && !a->repacked && !a->consented)
        ob__say_question_cut(&a->notice, a->korean);
    a->masked = a->repacked ? 0 : d->draft.masked; /* told once */
    ob__stream_sources(&a->stream, &a->packed);
    if (a->state != ASK_DRAFT)
        ; /* canceled by the callback */
    else if (is_granted(a))
        start_chat(a, d);
    else
        ask_consent(a, d->system.len + d->user.len);
}

static void on_prompt(int status, struct ob__drafting *d, void *data)
{
    struct ob_ask *a = data;
    struct ob_error e = OB_ERROR_INIT;
    if (!arrived(a, ASK_DRAFT)) {
        ;
    } else if (status) {
        end(a, status, NULL);
    } else if (d->err) {
        (void)ob_error_set(&e, OB_ETOOBIG, "the question and its text are too long to send");
        end(a, OB_ETOOBIG, &e);
    } else {
        take_packed(a, d);
        use_prompt(a, d);
    }
    ob__drafting_free(d);
}

static void send_prompt(struct ob_ask *a)
{
    start_drafting(a, OB__DRAFT_PROMPT, a->evidence.gather.n_spans, on_prompt);
}

static void answer_with_model(struct ob_ask *a)
{
    if (nothing_fits(a, ABSTAIN_MODEL_01)) {
        answer_without_model(a);
        return;
    }
    send_prompt(a);
}

/* ------------------------------------------------------------ consent */
static void refuse(struct ob_ask *a)
{
    ob__say_not_sent(&a->notice, a->korean, a->target.origin);
    answer_without_model(a);
}

static void consent_is_settled(struct ob_ask *a)
{
    if (!a->consent_yes) {
        refuse(a);
        return;
    }
    a->consented = true;
    a->packed = (struct ob__packed){0};
    look(a, ob__evidence_read); /* minutes may have passed: what is sent is read now */
}

/* The consent is in the file, or is not. */
static void on_remembered(int status, const struct ob_error *e, void *data)
{
    struct ob_ask *a = data;
    if (!arrived(a, ASK_CONSENT))
        return;
    if (status)
        ob__say_not_remembered(&a->notice, a->korean, e->message);
    uv_timer_start(&a->timer, on_timer, 0, 0);
}

/* Whether the consent is being written, and waited for. */
static bool start_remembering(struct ob_ask *a)
{
    struct ob_error e = OB_ERROR_INIT;
    if (ob_grants_start(a->lent.grants, a->lent.loop, OB_GRANTS_REMEMBER, a->project,
                        a->target.origin, REMEMBER_MS, on_remembered, a, &e) != 0) {
        ob__say_not_remembered(&a->notice, a->korean, e.message);
        return false;
    }
    a->pending++;
    uv_timer_stop(&a->timer);
    return true;
}

void ob_ask_consent(struct ob_ask *a, bool yes, bool remember)
{
    if (a->state != ASK_CONSENT || a->answered)
        return;
    a->answered = true;
    a->consent_yes = yes;
    if (yes && remember && start_remembering(a))
        return;
    if (yes && !remember)
        (void)ob_grants_add(a->lent.grants, a->project, a->target.origin, false,
                            NULL); /* fails for files only */
    uv_timer_start(&a->timer, on_timer, 0, 0);
}

/* ------------------------------------------------------------ which model */
/* A named server that does not say what it is will show it in the chat. */
static void take_found(struct ob_ask *a, const struct ob_server_found *found, size_t n)
{
    bool taken = ob__target_take(&a->target, &a->arena, found, n);
    a->counts_left = a->target.counts ? COUNTS : 0;
    if (taken || a->target.named) {
        answer_with_model(a);
    } else {
        if (!nothing_fits(a, ABSTAIN_MODEL_01)) /* else a model would not be asked either */
            ob__say_connect(&a->notice, a->korean, lines_answer(a), a->from_shell);
        answer_without_model(a);
    }
}

static void on_found(const struct ob_server_found *found, size_t n, void *data)
{
    struct ob_ask *a = data;
    if (!arrived(a, ASK_DISCOVER))
        return;
    take_found(a, found, n);
}

/* Looks for a server on this machine; one that is named and here is asked what it is. */
static void discover(struct ob_ask *a)
{
    struct ob_discover_options o = {.ports = a->lent.discover_ports};
    if (a->target.named) {
        o.url = a->target.model.url;
        o.model = a->target.model.model;
    }
    a->asked_server = true;
    set_state(a, ASK_DISCOVER);
    phase(a, a->target.named ? "asking the model server what it is" : "looking for a model");
    if (a->state != ASK_DISCOVER)
        return;
    if (ob_discover_start(a->lent.http, &o, on_found, a, NULL) == 0)
        a->pending++;
    else
        take_found(a, NULL, 0);
}

/* ------------------------------------------------------------ what the files hold */
static void on_evidence(int status, const struct ob_error *e, void *data)
{
    struct ob_ask *a = data;
    if (!arrived(a, ASK_EVIDENCE))
        return;
    if (status) {
        end(a, status, e);
        return;
    }
    a->result.coverage_01 = a->evidence.coverage_01;
    if (a->evidence.behind && !a->consented)
        ob__say_behind(&a->notice, a->korean);
    if (a->no_llm)
        answer_without_model(a);
    else if (a->asked_server || (a->target.named && !ob_http_is_loopback(a->target.origin)))
        answer_with_model(a);
    else
        discover(a);
}

static void on_evidence_phase(const char *text, void *data)
{
    phase(data, text);
}

static void on_timer(uv_timer_t *timer)
{
    struct ob_ask *a = OB_CONTAINER_OF(timer, struct ob_ask, timer);
    switch (a->state) {
    case ASK_CONSENT: consent_is_settled(a); break;
    case ASK_ENDING: report(a); break;
    default: assert(!"a timer in this state");
    }
}

/* ------------------------------------------------------------ the door */
static const struct ob_open_file *copy_open(struct ob_ask *a, const struct ob_search_context *c)
{
    struct ob_open_file *open = ob_arena_alloc(&a->arena, c->n_open * sizeof *open);
    for (size_t i = 0; i < c->n_open; i++)
        open[i] =
            (struct ob_open_file){c->open[i].shelf, ob_arena_strdup(&a->arena, c->open[i].path)};
    return open;
}

static void copy_request(struct ob_ask *a, const struct ob_ask_request *r)
{
    size_t len = r->question_len <= OB_QUESTION_MAX ? r->question_len
                                                    : ob_utf8_floor(r->question, OB_QUESTION_MAX);
    a->mode = r->mode;
    a->question = ob_arena_strndup(&a->arena, r->question, len);
    a->question_len = len;
    a->project = ob_arena_strdup(&a->arena, r->project ? r->project : "");
    a->no_llm = r->no_llm;
    a->from_shell = r->from_shell;
    a->budget_tokens = r->budget_tokens;
    a->context = r->context;
    a->context.open = copy_open(a, &r->context);
    a->context.path = ob_arena_strdup(&a->arena, r->context.path);
    a->text = r->text ? ob_text_ref(r->text) : NULL;
    if (r->context.text && !r->text)
        a->context.text = ob_arena_strndup(&a->arena, r->context.text, r->context.text_len);
    a->korean = ob__wants_korean(a->question, len, a->context.text, a->context.text_len);
}

static void init_evidence(struct ob_ask *a, const struct ob_ask_request *r)
{
    static const struct ob__evidence_events events = {on_evidence_phase, on_evidence};
    const struct ob__evidence_request wanted = {.question = a->question,
                                                .question_len = a->question_len,
                                                .context = a->context,
                                                .shelves = r->shelves,
                                                .kinds = r->kinds,
                                                .n_shelves = r->n_shelves,
                                                .client = r->client,
                                                .fresh_ms = r->fresh_ms ? r->fresh_ms : FRESH_MS};
    ob__evidence_init(&a->evidence, a->lent.loop, &a->arena, &wanted, &events, a);
}

static int check_request(char **origin, const struct ob_ask_request *r, struct ob_error *e)
{
    *origin = NULL;
    if (r->question_len == 0 && !r->context.text)
        return ob_error_set(e, OB_EINVAL, "nothing was asked: type a question or select some text");
    if (r->has_model && !r->no_llm)
        return ob_http_origin(origin, r->model.url ? r->model.url : "", e);
    return 0;
}

static int make_key(char *hex, struct ob_error *e)
{
    unsigned char bytes[KEY_BYTES];
    if (uv_random(NULL, NULL, bytes, sizeof bytes, 0, NULL) != 0)
        return ob_error_set(e, OB_EFAIL, "the system gives no random numbers");
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

int ob_ask_start(struct ob_ask **out, const struct ob_ask_context *lent,
                 const struct ob_ask_request *r, const struct ob_ask_events *events, void *data,
                 struct ob_error *e)
{
    char *origin, key[KEY_BYTES * 2 + 1];
    int err = check_request(&origin, r, e);
    if (!err)
        err = make_key(key, e);
    if (err) {
        ob_free(origin);
        return err;
    }
    struct ob_ask *a = ob_alloc(sizeof *a);
    a->lent = *lent;
    a->events = *events;
    a->data = data;
    memcpy(a->key, key, sizeof key);
    ob_buf_init(&a->notice, NOTICE_MAX);
    uv_timer_init(lent->loop, &a->timer);
    copy_request(a, r);
    ob__stream_init(&a->stream, a->mode, events, data, &a->arena);
    init_evidence(a, r);
    if (origin)
        ob__target_name(&a->target, &a->arena, &r->model, origin);
    a->result.model = a->result.origin = "";
    ob_free(origin);
    *out = a;
    look(a, ob__evidence_start);
    return 0;
}

void ob_ask_cancel(struct ob_ask *a)
{
    struct ob_error e = OB_ERROR_INIT;
    if (a->state == ASK_ENDING || a->state == ASK_DONE)
        return;
    struct ob_chat *chat = a->chat;
    ob__stream_citations(&a->result, &a->stream, a->packed.len);
    ob__evidence_cancel(&a->evidence);
    end(a, ob_error_set(&e, OB_ECANCELED, "the question was canceled"), &e);
    if (chat)
        ob_chat_cancel(chat);
}
