/* One question, from the wish for an answer to its last word.
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

#include "openbook/base/hash.h"
#include "openbook/base/log.h"
#include "openbook/base/mem.h"
#include "openbook/base/task.h"
#include "openbook/llm/discover.h"
#include "openbook/text/estimate.h"
#include "openbook/text/utf8.h"

#include "cite.h"
#include "clean.h"
#include "draft.h"
#include "extract.h"
#include "gather.h"
#include "pack.h"
#include "prompt.h"
#include "say.h"
#include "unwrap.h"

enum {
    FRESH_MS = 3000,
    CONSENT_MS = 120 * 1000,
    GROUP_HITS = 24,      /* passages wanted of code, and of notes */
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
static const double LEAST_TOKENS_PER_CJK = 0.8; /* the thriftiest vocabulary */

enum state {
    ASK_FRESH,    /* the shelves take in what is known */
    ASK_SEARCH,   /* two searches run on workers */
    ASK_READ,     /* a worker reads the files that were found */
    ASK_DISCOVER, /* servers on this machine are asked what they are */
    ASK_COUNT,    /* the model's server counts the tokens of the prompt */
    ASK_CONSENT,  /* the user was asked whether the origin may be sent passages */
    ASK_CHAT,     /* the model answers */
    ASK_ENDING,   /* the result is settled; done is called by the timer */
    ASK_DONE      /* done was called; waiting for what is pending */
};

struct group { /* one search */
    struct ob_ask *ask;
    struct ob_search_request request;
    struct ob_hits hits;
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
    uint64_t client;
    bool no_llm, has_model, korean;
    size_t budget_tokens;
    unsigned fresh_ms;
    struct ob_search_context context;
    struct ob_model_config model;
    const char *origin;   /* of the model; "" while none is known */
    bool asked_server;    /* what it is: discovery is behind us */
    unsigned counts_left; /* how often its own tokenizer may still be asked */
    size_t counted;       /* tokens of the last prompt that it counted; 0: none */
    bool needs_grant;     /* though its origin is this machine: it answers from elsewhere */

    struct ob_shelf **shelves; /* references */
    enum ob_shelf_kind *kinds; /* in the arena */
    size_t n_shelves;
    unsigned fresh_left;
    bool behind; /* a shelf was not complete in time */

    /* One round of search; a second one follows when files changed meanwhile. */
    unsigned rounds;
    struct ob_search_shelf *views;
    struct group groups[2];
    unsigned searches_left;
    struct ob__gather gather;
    struct ob_arena round_arena; /* packed spans, sources */
    struct ob__packed packed;
    uint64_t sources_told; /* hash of the list last sent up; 0: none */

    bool consent_yes, answered, consented; /* answered: by the user, whose first word counts */
    char key[KEY_BYTES * 2 + 1];
    struct ob_chat *chat;
    bool repacked, text_came;
    size_t masked;      /* secrets left out of the prompt, to be told when it is sent */
    size_t sent_tokens; /* of the prompt, estimated low */
    struct ob__cites cites;
    struct ob__unwrap unwrap;

    int status;
    struct ob_error error;
    struct ob_buf notice;
    struct ob_ask_result result;
};

static void set_state(struct ob_ask *a, enum state state)
{
    static const char *const names[] = {"fresh",   "search", "read",   "discover", "count",
                                        "consent", "chat",   "ending", "done"};
    ob_log(OB_LOG_DEBUG, "answer", "ask: %s, then %s", names[a->state], names[state]);
    a->state = state;
}

static void phase(struct ob_ask *a, const char *text)
{
    if (a->events.phase)
        a->events.phase(text, a->data);
}

/* ------------------------------------------------------------ the end */
static void round_release(struct ob_ask *a)
{
    for (int i = 0; i < 2; i++)
        ob_hits_release(&a->groups[i].hits);
    ob__gather_release(&a->gather);
    for (size_t i = 0; a->views && i < a->n_shelves; i++) {
        ob_snapshot_unref(a->views[i].snapshot);
        ob_shelf_reader_free(a->views[i].reader);
    }
    ob_free(a->views);
    a->views = NULL;
    ob_arena_release(&a->round_arena);
    a->packed = (struct ob__packed){0};
}

static void free_if_over(struct ob_ask *a)
{
    if (a->state != ASK_DONE || !a->timer_closed || a->pending > 0)
        return;
    round_release(a);
    for (size_t i = 0; i < a->n_shelves; i++)
        ob_shelf_unref(a->shelves[i]);
    ob_free(a->shelves);
    ob__unwrap_release(&a->unwrap);
    ob_buf_release(&a->notice);
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

/* ------------------------------------------------------------ words for the user */
static void emit(struct ob_ask *a, const char *text, size_t len)
{
    if (len == 0)
        return;
    a->text_came = true;
    a->events.text(text, len, a->data);
}

static void tell_sources(struct ob_ask *a)
{
    size_t n = a->packed.len;
    uint64_t hash = n + 1;
    struct ob_source *list = ob_arena_alloc(&a->round_arena, (n + 1) * sizeof *list);
    for (size_t i = 0; i < n; i++) {
        const struct ob__span *s = &a->packed.spans[i];
        list[i] = (struct ob_source){.n = i + 1,
                                     .root = s->page->root,
                                     .path = s->page->path,
                                     .first_line = s->first_line,
                                     .last_line = s->last_line,
                                     .symbol = s->symbol ? s->symbol : "",
                                     .kind = s->kind};
        hash = ob_hash_seed(s->page->path, strlen(s->page->path),
                            hash ^ ((uint64_t)s->first_line << 32) ^ s->last_line);
    }
    if (hash == a->sources_told)
        return;
    a->sources_told = hash;
    a->events.sources(list, n, a->data);
}

static void fill_citations(struct ob_ask *a)
{
    struct ob_citation *list = ob_arena_alloc(&a->arena, (a->cites.len + 1) * sizeof *list);
    for (size_t i = 0; i < a->cites.len; i++) {
        size_t n = a->cites.numbers[i];
        list[i] = (struct ob_citation){n, n >= 1 && n <= a->packed.len};
    }
    a->result.citations = list;
    a->result.n_citations = a->cites.len;
}

/* ------------------------------------------------------------ without a model */
static bool nothing_fits(const struct ob_ask *a, double least_01)
{
    return a->mode == OB_ASK_ANSWER && !a->context.text &&
           (a->gather.n_spans == 0 || a->result.coverage_01 < least_01);
}

static const char *nearest_names(const struct ob_ask *a)
{
    for (int i = 0; i < 2; i++)
        if (a->groups[i].hits.nearest && a->groups[i].hits.nearest[0])
            return a->groups[i].hits.nearest;
    return "";
}

static void say_nothing_found(struct ob_ask *a)
{
    struct ob_buf text;
    ob_buf_init(&text, NOTICE_MAX);
    ob__say_nothing_found(&text, a->korean, nearest_names(a));
    emit(a, ob_buf_str(&text), text.len);
    ob_buf_release(&text);
}

static void quote(struct ob_ask *a)
{
    struct ob_buf text;
    size_t n = a->gather.n_spans < EXTRACT_SOURCES ? a->gather.n_spans : EXTRACT_SOURCES;
    ob__extract(&a->packed, &a->round_arena, a->question, a->question_len, a->gather.spans, n);
    tell_sources(a);
    ob_buf_init(&text, OB__PROMPT_MAX);
    if (a->state != ASK_ENDING && ob__extract_write(&text, &a->packed) == 0) {
        ob__cites_feed(&a->cites, ob_buf_str(&text), text.len);
        emit(a, ob_buf_str(&text), text.len);
    }
    ob_buf_release(&text);
}

/* The lines themselves.  What stands in a buffer afterwards (explain, insert) is not made of them. */
static void answer_without_model(struct ob_ask *a)
{
    a->result.extractive = true;
    a->result.model = a->result.origin = "";
    if (a->mode == OB_ASK_ANSWER && a->gather.n_spans > 0 && !nothing_fits(a, ABSTAIN_01)) {
        quote(a);
    } else if (a->mode == OB_ASK_ANSWER) {
        a->packed = (struct ob__packed){0};
        tell_sources(a);
        if (a->state != ASK_ENDING)
            say_nothing_found(a);
    }
    if (a->state == ASK_ENDING) /* canceled by one of the callbacks */
        return;
    ob__cites_end(&a->cites);
    fill_citations(a);
    end(a, 0, NULL);
}

/* ------------------------------------------------------------ with a model */
static void start_read(struct ob_ask *a);

static void on_chat_text(const char *text, size_t len, void *data)
{
    struct ob_ask *a = data;
    struct ob_buf clean, out;
    if (a->state != ASK_CHAT)
        return;
    ob_buf_init(&clean, OB__PROMPT_MAX);
    ob_buf_init(&out, OB__PROMPT_MAX);
    if (ob__clean(&clean, text, len) == 0) {
        if (a->mode == OB_ASK_ANSWER) {
            ob__cites_feed(&a->cites, ob_buf_str(&clean), clean.len);
            emit(a, ob_buf_str(&clean), clean.len);
        } else if (ob__unwrap_feed(&out, &a->unwrap, ob_buf_str(&clean), clean.len) == 0) {
            emit(a, ob_buf_str(&out), out.len);
        }
    }
    ob_buf_release(&clean);
    ob_buf_release(&out);
}

static void flush_text(struct ob_ask *a)
{
    struct ob_buf out;
    ob_buf_init(&out, OB__PROMPT_MAX);
    if (ob__unwrap_end(&out, &a->unwrap) == 0)
        emit(a, ob_buf_str(&out), out.len);
    ob_buf_release(&out);
    ob__cites_end(&a->cites);
    fill_citations(a);
}

static bool send_prompt(struct ob_ask *a);
static void answer_with_model(struct ob_ask *a);

static size_t budget_of(const struct ob_ask *a)
{
    return a->budget_tokens ? a->budget_tokens : ob__prompt_budget(a->model.window_tokens);
}

/* The model's window is smaller than was thought: fewer passages, once.  False when that is no way. */
static bool ask_again_with_less(struct ob_ask *a, const struct ob_chat_usage *usage, size_t window)
{
    if (a->repacked || a->text_came)
        return false;
    a->repacked = true;
    size_t budget = budget_of(a);
    size_t half = budget / 2;
    a->counted = a->counts_left = 0; /* the server refused what it had counted */
    if (window > 0) {
        a->model.window_tokens = window;
        size_t fitting = ob__prompt_budget(window);
        /* The server counted: its count stands for what our estimate missed. */
        if (usage && usage->prompt_tokens > a->sent_tokens && a->sent_tokens > 0)
            fitting =
                (size_t)((double)fitting * (double)a->sent_tokens / (double)usage->prompt_tokens);
        half = fitting < budget ? fitting : half;
    }
    a->budget_tokens = half > 0 ? half : 1;
    return send_prompt(a);
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
    if (status == OB_ECONNECT && a->mode == OB_ASK_ANSWER && !a->text_came) {
        ob__say_unreachable(&a->notice, a->korean, e->message);
        answer_without_model(a); /* what was found is better than nothing */
        return;
    }
    a->result.end = status ? OB_CHAT_INCOMPLETE : how;
    flush_text(a);
    if (status == 0)
        note_usage(a, usage);
    end(a, status, e);
}

static struct ob__draft draft_of(struct ob_ask *a)
{
    size_t window = a->model.window_tokens;
    return (struct ob__draft){
        .mode = a->mode,
        .korean = a->korean,
        .key = a->key,
        .question = a->question,
        .question_len = a->question_len,
        .context = &a->context,
        .window_tokens = window,
        .budget_tokens = budget_of(a),
    };
}

static void ask_consent(struct ob_ask *a, size_t prompt_bytes)
{
    set_state(a, ASK_CONSENT);
    a->consent_yes = a->answered = false; /* what silence means */
    uv_timer_start(&a->timer, on_timer, a->lent.consent_ms ? a->lent.consent_ms : CONSENT_MS, 0);
    a->events.consent(a->origin, prompt_bytes, a->packed.len, a->data);
}

static bool is_granted(const struct ob_ask *a)
{
    if (a->consented || ob_grants_has(a->lent.grants, a->project, a->origin))
        return true;
    return !a->needs_grant && ob_http_is_loopback(a->origin);
}

static void start_chat(struct ob_ask *a, const struct ob_buf *system, const struct ob_buf *user)
{
    static const struct ob_chat_events events = {
        .text = on_chat_text, .waiting = on_chat_waiting, .done = on_chat_done};
    struct ob_message messages[] = {{"system", ob_buf_str(system), system->len},
                                    {"user", ob_buf_str(user), user->len}};
    struct ob_error e = OB_ERROR_INIT;
    char waiting[256];
    a->sent_tokens = a->counted;
    if (!a->sent_tokens)
        a->sent_tokens = ob_estimate_tokens(ob_buf_str(system), system->len, LEAST_TOKENS_PER_CJK) +
                         ob_estimate_tokens(ob_buf_str(user), user->len, LEAST_TOKENS_PER_CJK);
    const char *name = a->model.model && a->model.model[0] ? a->model.model : a->origin;
    (void)snprintf(waiting, sizeof waiting, "waiting for %s", name); /* cut is good enough */
    a->result.model = a->model.model ? a->model.model : "";
    a->result.origin = a->origin;
    if (a->repacked)
        ob__say_repacked(&a->notice, a->korean, a->packed.len);
    set_state(a, ASK_CHAT);
    phase(a, waiting);
    if (a->state != ASK_CHAT)
        return;
    int err =
        ob_chat_start(&a->chat, a->lent.http, a->project, &a->model, messages, 2, &events, a, &e);
    if (err) {
        fill_citations(a);
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
    size_t budget = budget_of(a), window = a->model.window_tokens, next = budget;
    bool left_out = a->packed.len < a->gather.n_spans && tokens != a->counted;
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
    if (!a->counts_left || !a->model.window_tokens)
        return false;
    ob_buf_init(&both, 2 * OB__PROMPT_MAX);
    int err = ob_buf_append(&both, ob_buf_str(system), system->len);
    err = err ? err : ob_buf_append(&both, ob_buf_str(user), user->len);
    err = err ? err
              : ob_chat_count(a->lent.http, a->project, &a->model, both.data, both.len, on_count, a,
                              NULL);
    ob_buf_release(&both);
    if (err)
        return false;
    a->pending++;
    set_state(a, ASK_COUNT);
    return true;
}

/* Packs, shows the sources, and asks the user or the model.  False when there is no prompt to send. */
static bool send_prompt(struct ob_ask *a)
{
    struct ob_buf system, user;
    ob_buf_init(&system, OB__PROMPT_MAX);
    ob_buf_init(&user, OB__PROMPT_MAX);
    enum state before = a->state;
    struct ob__draft draft = draft_of(a);
    int err = ob__draft_write(&system, &user, &a->packed, &a->round_arena, &draft, a->gather.spans,
                              a->gather.n_spans);
    if (err == 0 && !(is_granted(a) && start_count(a, &system, &user))) {
        if (draft.question_cut && !a->repacked && !a->consented)
            ob__say_question_cut(&a->notice, a->korean);
        a->masked = a->repacked ? 0 : draft.masked; /* told once */
        tell_sources(a);
        if (a->state != before)
            ; /* canceled by the callback */
        else if (is_granted(a))
            start_chat(a, &system, &user);
        else
            ask_consent(a, system.len + user.len);
    }
    ob_buf_release(&system);
    ob_buf_release(&user);
    return err == 0;
}

static void answer_with_model(struct ob_ask *a)
{
    if (nothing_fits(a, ABSTAIN_MODEL_01)) {
        answer_without_model(a);
        return;
    }
    if (!send_prompt(a)) {
        struct ob_error e = OB_ERROR_INIT;
        end(a, ob_error_set(&e, OB_ETOOBIG, "the question and its text are too long to send"), &e);
    }
}

/* ------------------------------------------------------------ consent */
static void refuse(struct ob_ask *a)
{
    ob__say_not_sent(&a->notice, a->korean, a->origin);
    answer_without_model(a);
}

static void consent_is_settled(struct ob_ask *a)
{
    if (!a->consent_yes) {
        refuse(a);
        return;
    }
    a->consented = true;
    start_read(a); /* minutes may have passed: what is sent is read now */
}

void ob_ask_consent(struct ob_ask *a, bool yes, bool remember)
{
    struct ob_error e = OB_ERROR_INIT;
    if (a->state != ASK_CONSENT || a->answered)
        return;
    a->answered = true;
    a->consent_yes = yes;
    if (yes && ob_grants_add(a->lent.grants, a->project, a->origin, remember, &e) != 0) {
        ob__say_not_remembered(&a->notice, a->korean, e.message);
        if (ob_grants_add(a->lent.grants, a->project, a->origin, false, &e) != 0)
            ob_log(OB_LOG_WARN, "answer", "%s", e.message);
    }
    uv_timer_start(&a->timer, on_timer, 0, 0);
}

/* ------------------------------------------------------------ which model */
/* The origin that answers of F come from: its own, or the one that it passes them on from. */
static void take_origin(struct ob_ask *a, const struct ob_server_found *f)
{
    char *origin = NULL;
    a->needs_grant = f->remote;
    if (f->remote)
        a->origin = ob_arena_strdup(&a->arena, f->remote_origin);
    else if (ob_http_origin(&origin, a->model.url, NULL) == 0)
        a->origin = ob_arena_strdup(&a->arena, origin);
    ob_free(origin);
}

static void use_found(struct ob_ask *a, const struct ob_server_found *f)
{
    if (!a->has_model)
        a->model =
            (struct ob_model_config){.url = ob_arena_strdup(&a->arena, f->url), .temperature = -1};
    if (!a->model.model || !a->model.model[0])
        a->model.model = ob_arena_strdup(&a->arena, f->model);
    if (!a->model.window_tokens)
        a->model.window_tokens = f->window_tokens;
    a->counts_left = strcmp(f->kind, "llama.cpp") == 0 ? COUNTS : 0;
    take_origin(a, f);
    answer_with_model(a);
}

/* The first that can chat here; one whose answers come from elsewhere only if there is no other. */
static const struct ob_server_found *choose(const struct ob_server_found *found, size_t n)
{
    const struct ob_server_found *remote = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!found[i].model[0] && !found[i].loading)
            continue;
        if (!found[i].remote)
            return &found[i];
        if (!remote)
            remote = &found[i];
    }
    return remote;
}

static void on_found(const struct ob_server_found *found, size_t n, void *data)
{
    struct ob_ask *a = data;
    if (!arrived(a, ASK_DISCOVER))
        return;
    const struct ob_server_found *f = a->has_model ? (n ? found : NULL) : choose(found, n);
    if (f) {
        use_found(a, f);
    } else if (a->has_model) { /* it does not say what it is: the chat will show */
        answer_with_model(a);
    } else {
        ob__say_connect(&a->notice, a->korean, a->mode == OB_ASK_ANSWER);
        answer_without_model(a);
    }
}

/* Looks for a server on this machine; one that is named and here is asked what it is. */
static void discover(struct ob_ask *a)
{
    struct ob_discover_options o = {.ports = a->lent.discover_ports};
    if (a->has_model) {
        o.url = a->model.url;
        o.model = a->model.model;
    }
    a->asked_server = true;
    set_state(a, ASK_DISCOVER);
    phase(a, a->has_model ? "asking the model server what it is" : "looking for a model");
    if (a->state != ASK_DISCOVER)
        return;
    if (ob_discover_start(a->lent.http, &o, on_found, a, NULL) == 0) {
        a->pending++;
        return;
    }
    if (a->has_model) {
        answer_with_model(a);
    } else {
        ob__say_connect(&a->notice, a->korean, a->mode == OB_ASK_ANSWER);
        answer_without_model(a);
    }
}

/* ------------------------------------------------------------ search and read */
static void start_fresh(struct ob_ask *a);

static void read_work(void *data)
{
    struct ob_ask *a = data;
    ob__gather_run(&a->gather);
}

static void on_read(int status, void *data)
{
    struct ob_ask *a = data;
    if (!arrived(a, ASK_READ))
        return;
    if (status) {
        end(a, status, NULL);
        return;
    }
    if (a->gather.changed && a->rounds < 2 && !a->consented) {
        for (size_t i = 0; i < a->gather.n_pages; i++)
            for (size_t j = 0; j < a->n_shelves; j++)
                if (a->gather.pages[i].root == a->views[j].root)
                    ob_shelf_report_stale(a->shelves[j], a->gather.pages[i].path);
        start_fresh(a);
        return;
    }
    if (a->behind)
        ob__say_behind(&a->notice, a->korean);
    a->behind = false;
    if (a->no_llm)
        answer_without_model(a);
    else if (a->asked_server || (a->has_model && !ob_http_is_loopback(a->origin)))
        answer_with_model(a);
    else
        discover(a);
}

static void start_read(struct ob_ask *a)
{
    set_state(a, ASK_READ);
    ob__gather_release(&a->gather);
    a->packed = (struct ob__packed){0};
    a->gather.shelves = a->views;
    a->gather.context = &a->context;
    for (int i = 0; i < 2; i++)
        a->gather.groups[i] = &a->groups[i].hits;
    if (ob_task_start(NULL, a->lent.loop, read_work, on_read, a) != 0) {
        end(a, OB_EFAIL, NULL);
        return;
    }
    a->pending++;
}

static void on_search(int status, struct ob_hits *hits, const struct ob_error *e, void *data)
{
    struct group *g = data;
    struct ob_ask *a = g->ask;
    if (hits) {
        g->hits = *hits;
        *hits = (struct ob_hits){0};
    }
    if (!arrived(a, ASK_SEARCH))
        return;
    if (status) {
        a->status = status;
        if (e)
            a->error = *e;
    }
    if (--a->searches_left > 0)
        return;
    if (a->status) {
        end(a, a->status, NULL);
        return;
    }
    a->result.coverage_01 = a->groups[0].hits.coverage_01 > a->groups[1].hits.coverage_01
                                ? a->groups[0].hits.coverage_01
                                : a->groups[1].hits.coverage_01;
    start_read(a);
}

static void take_views(struct ob_ask *a)
{
    a->views = ob_alloc((a->n_shelves + 1) * sizeof *a->views);
    for (size_t i = 0; i < a->n_shelves; i++)
        a->views[i] =
            (struct ob_search_shelf){.snapshot = ob_shelf_snapshot(a->shelves[i], a->client),
                                     .reader = ob_shelf_reader_new(a->shelves[i], a->client),
                                     .root = ob_shelf_root(a->shelves[i]),
                                     .kind = a->kinds[i]};
}

static void start_search(struct ob_ask *a)
{
    static const enum ob_search_kind kinds[] = {OB_SEARCH_CODE, OB_SEARCH_NOTE};
    set_state(a, ASK_SEARCH);
    phase(a, "searching");
    if (a->state != ASK_SEARCH)
        return;
    a->rounds++;
    take_views(a);
    for (int i = 0; i < 2; i++) {
        struct group *g = &a->groups[i];
        g->ask = a;
        g->request = (struct ob_search_request){.question = a->question,
                                                .question_len = a->question_len,
                                                .shelves = a->views,
                                                .n_shelves = a->n_shelves,
                                                .limit = GROUP_HITS,
                                                .kind = kinds[i],
                                                .by = OB_BY_PASSAGE,
                                                .context = a->context};
        if (ob_search_start(a->lent.loop, &g->request, on_search, g) != 0) {
            end(a, OB_EFAIL, NULL);
            return;
        }
        a->searches_left++;
        a->pending++;
    }
}

/* ------------------------------------------------------------ freshness */
static void on_fresh(int status, void *data)
{
    struct ob_ask *a = data;
    a->behind |= status == OB_ETIMEOUT;
    if (!arrived(a, ASK_FRESH))
        return;
    if (--a->fresh_left == 0)
        start_search(a);
}

static void start_fresh(struct ob_ask *a)
{
    set_state(a, ASK_FRESH);
    round_release(a);
    for (size_t i = 0; i < a->n_shelves; i++) {
        a->fresh_left++;
        a->pending++;
        ob_shelf_when_fresh(a->shelves[i], a->client, a->fresh_ms, on_fresh, a);
    }
    if (a->n_shelves == 0)
        uv_timer_start(&a->timer, on_timer, 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
    struct ob_ask *a = OB_CONTAINER_OF(timer, struct ob_ask, timer);
    switch (a->state) {
    case ASK_FRESH: start_search(a); break; /* no shelf to wait for */
    case ASK_CONSENT: consent_is_settled(a); break;
    case ASK_ENDING: report(a); break;
    default: assert(!"a timer in this state");
    }
}

/* ------------------------------------------------------------ the door */
static const char *const *copy_command(struct ob_arena *a, const char *const *command)
{
    size_t n = 0;
    if (!command)
        return NULL;
    while (command[n])
        n++;
    const char **copy = ob_arena_alloc(a, (n + 1) * sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = ob_arena_strdup(a, command[i]);
    return copy;
}

static void copy_model(struct ob_ask *a, const struct ob_model_config *m)
{
    a->model = *m;
    a->model.url = ob_arena_strdup(&a->arena, m->url);
    a->model.model = ob_arena_strdup(&a->arena, m->model);
    a->model.key_env = ob_arena_strdup(&a->arena, m->key_env);
    a->model.key_file = ob_arena_strdup(&a->arena, m->key_file);
    a->model.ca_file = ob_arena_strdup(&a->arena, m->ca_file);
    a->model.key_command = copy_command(&a->arena, m->key_command);
}

static void copy_request(struct ob_ask *a, const struct ob_ask_request *r)
{
    size_t len = r->question_len <= OB_QUESTION_MAX ? r->question_len
                                                    : ob_utf8_floor(r->question, OB_QUESTION_MAX);
    a->mode = r->mode;
    a->question = ob_arena_strndup(&a->arena, r->question, len);
    a->question_len = len;
    a->project = ob_arena_strdup(&a->arena, r->project ? r->project : "");
    a->client = r->client;
    a->no_llm = r->no_llm;
    a->has_model = r->has_model && !r->no_llm;
    a->budget_tokens = r->budget_tokens;
    a->fresh_ms = r->fresh_ms ? r->fresh_ms : FRESH_MS;
    a->context = r->context;
    a->context.path = ob_arena_strdup(&a->arena, r->context.path);
    if (r->context.text)
        a->context.text = ob_arena_strndup(&a->arena, r->context.text, r->context.text_len);
    a->korean = ob__wants_korean(a->question, len, a->context.text, a->context.text_len);
    if (a->has_model)
        copy_model(a, &r->model);
    a->n_shelves = r->n_shelves;
    a->shelves = ob_alloc((r->n_shelves + 1) * sizeof *a->shelves);
    a->kinds = ob_arena_alloc(&a->arena, (r->n_shelves + 1) * sizeof *a->kinds);
    if (r->kinds && r->n_shelves)
        memcpy(a->kinds, r->kinds, r->n_shelves * sizeof *a->kinds);
    for (size_t i = 0; i < r->n_shelves; i++)
        a->shelves[i] = ob_shelf_ref(r->shelves[i]);
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
    ob__unwrap_init(&a->unwrap);
    uv_timer_init(lent->loop, &a->timer);
    copy_request(a, r);
    a->origin = origin ? ob_arena_strdup(&a->arena, origin) : "";
    a->result.model = a->result.origin = "";
    ob_free(origin);
    *out = a;
    start_fresh(a);
    return 0;
}

void ob_ask_cancel(struct ob_ask *a)
{
    struct ob_error e = OB_ERROR_INIT;
    if (a->state == ASK_ENDING || a->state == ASK_DONE)
        return;
    struct ob_chat *chat = a->chat;
    fill_citations(a);
    end(a, ob_error_set(&e, OB_ECANCELED, "the question was canceled"), &e);
    if (chat)
        ob_chat_cancel(chat);
}
