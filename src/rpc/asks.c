/* ask, consent, cancel: one record for each running ask, its number, and its text gathered so that an
 * editor gets at most sixty events a second.
 *
 * Invariant: after `done` or `error` of an ask nothing more is sent for it; the record dies there. */
#include <string.h>

#include "openbook/answer/ask.h"
#include "openbook/base/list.h"
#include "openbook/base/mem.h"
#include "openbook/text/utf8.h"

#include "inside.h"

enum {
    MAX_TEXT_EVENT = 256 * 1024,    /* bytes; far below the limit of a message */
    MAX_GATHERED = 4 * 1024 * 1024, /* far more than comes between two flushes */
    AFTER_LIST_BYTES = 32 * 1024, /* for what follows a list in its message: sentences and names */
};

struct ob__ask {
    struct ob__session *session;
    struct ob__ask *prev, *next;
    uint64_t number;
    uint64_t call;      /* the id of the call that began it */
    bool has_call;      /* it had one */
    struct ob_ask *ask; /* owned by the answer stage; ends with on_done */
    struct ob_buf text; /* gathered, not sent yet */
};

static void event_begin(struct ob__ask *k, struct ob__pack *p, const char *type, uint32_t more)
{
    ob__event_begin(k->session, p, "ask");
    ob__pack_map(p, 2 + more);
    ob__pack_key_uint(p, "ask", k->number);
    ob__pack_key_str(p, "type", type);
}

/* ------------------------------------------------------------ text */
static void flush(struct ob__ask *k)
{
    size_t sent = 0;
    while (sent < k->text.len) {
        const char *at = k->text.data + sent;
        size_t n = k->text.len - sent;
        if (n > MAX_TEXT_EVENT)
            n = ob_utf8_floor(at, MAX_TEXT_EVENT);
        struct ob__pack p;
        event_begin(k, &p, "text", 1);
        ob__pack_key(&p, "text");
        ob__pack_str(&p, at, n);
        (void)ob__event_send(k->session, &p); /* far below the limits */
        sent += n;
    }
    ob_buf_clear(&k->text);
}

void ob__asks_flush(struct ob__session *c)
{
    for (struct ob__ask *k = c->asks; k; k = k->next)
        if (!c->dead)
            flush(k);
}

static void on_text(const char *text, size_t len, void *data)
{
    struct ob__ask *k = data;
    if (k->session->dead)
        return;
    if (ob_buf_append(&k->text, text, len) != 0) {
        flush(k); /* full: what came goes out, and this behind it */
        /* No piece is as long as what fits: an event of a model has 1 MiB at most. */
        (void)ob_buf_append(&k->text, text, len < MAX_GATHERED ? len : MAX_GATHERED);
    }
    ob__server_flush_soon(k->session->server);
}

/* ------------------------------------------------------------ the other events */
static void on_sources(const struct ob_source *sources, size_t n, void *data)
{
    struct ob__ask *k = data;
    struct ob__list list;
    struct ob__pack p;
    flush(k);
    event_begin(k, &p, "sources", 1);
    ob__pack_key(&p, "sources");
    ob__list_begin(&list, &p, AFTER_LIST_BYTES);
    for (size_t i = 0; i < n; i++) {
        const struct ob_source *s = &sources[i];
        struct ob__pack *q = &list.items;
        struct ob_arena arena = OB_ARENA_INIT;
        ob__pack_map(q, 9);
        ob__pack_key_uint(q, "n", s->n);
        ob__pack_key_str(q, "root", s->root);
        ob__pack_key_str(q, "path", s->path);
        ob__pack_key(q, "file");
        ob__pack_path(q, ob_arena_printf(&arena, "%s/%s", s->root, s->path));
        ob__pack_key_uint(q, "start_line", s->first_line);
        ob__pack_key_uint(q, "end_line", s->last_line);
        ob__pack_key_uint(q, "line", s->line);
        ob__pack_key_str(q, "symbol", s->symbol);
        ob__pack_key_str(q, "kind", ob_kind_name(s->kind));
        ob_arena_release(&arena);
        if (!ob__list_next(&list))
            break;
    }
    (void)ob__list_end(&list); /* an answer has some twenty sources */
    (void)ob__event_send(k->session, &p);
}

static void on_phase(const char *phase, void *data)
{
    struct ob__ask *k = data;
    struct ob__pack p;
    flush(k);
    event_begin(k, &p, "phase", 1);
    ob__pack_key_str(&p, "text", phase);
    (void)ob__event_send(k->session, &p);
}

static void on_consent(const char *origin, size_t prompt_bytes, size_t n_sources, void *data)
{
    struct ob__ask *k = data;
    struct ob__pack p;
    flush(k);
    event_begin(k, &p, "consent", 3);
    ob__pack_key_str(&p, "origin", origin);
    ob__pack_key_uint(&p, "bytes", prompt_bytes);
    ob__pack_key_uint(&p, "sources", n_sources);
    (void)ob__event_send(k->session, &p);
}

static const char *end_name(enum ob_chat_end end)
{
    switch (end) {
    case OB_CHAT_COMPLETE: return "complete";
    case OB_CHAT_LENGTH: return "length";
    case OB_CHAT_FILTERED: return "filtered";
    case OB_CHAT_INCOMPLETE: return "incomplete";
    }
    return "complete";
}

static void pack_citations(struct ob__pack *p, const struct ob_ask_result *r)
{
    struct ob__list list;
    ob__pack_key(p, "citations");
    ob__list_begin(&list, p, AFTER_LIST_BYTES);
    for (size_t i = 0; i < r->n_citations; i++) {
        ob__pack_map(&list.items, 2);
        ob__pack_key_uint(&list.items, "n", r->citations[i].n);
        ob__pack_key_bool(&list.items, "valid", r->citations[i].valid);
        if (!ob__list_next(&list))
            break;
    }
    (void)ob__list_end(&list); /* the first ones tell enough */
}

static void send_done(struct ob__ask *k, const struct ob_ask_result *r)
{
    struct ob__pack p;
    event_begin(k, &p, "done", 9);
    ob__pack_key_str(&p, "end", end_name(r->end));
    ob__pack_key_bool(&p, "extractive", r->extractive);
    ob__pack_key_str(&p, "model", r->model);
    ob__pack_key_str(&p, "origin", r->origin);
    ob__pack_key_uint(&p, "prompt_tokens", r->usage.prompt_tokens);
    ob__pack_key_uint(&p, "answer_tokens", r->usage.answer_tokens);
    pack_citations(&p, r);
    ob__pack_key_double(&p, "coverage", r->coverage_01);
    ob__pack_key_str(&p, "notice", r->notice);
    (void)ob__event_send(k->session, &p);
}

static void send_error(struct ob__ask *k, int status, const struct ob_error *e, const char *notice)
{
    struct ob__pack p;
    event_begin(k, &p, "error", 3);
    ob__pack_key_str(&p, "code", ob_err_name(status));
    ob__pack_key_str(&p, "message", e && e->message[0] ? e->message : "the answer failed");
    ob__pack_key_str(&p, "notice", notice);
    (void)ob__event_send(k->session, &p);
}

static void ask_free(struct ob__ask *k)
{
    struct ob__session *c = k->session;
    OB_LIST_REMOVE(c->asks, k);
    c->n_asks--;
    ob_buf_release(&k->text);
    ob_free(k);
    ob__session_settle(c);
}

static void on_done(int status, const struct ob_ask_result *result, const struct ob_error *e,
                    void *data)
{
    struct ob__ask *k = data;
    if (!k->session->dead) {
        flush(k);
        if (status == 0 && result)
            send_done(k, result);
        else
            send_error(k, status ? status : OB_EFAIL, e, result ? result->notice : "");
    }
    ask_free(k);
}

static const struct ob_ask_events ask_events = {on_sources, on_text, on_consent, on_phase, on_done};

/* ------------------------------------------------------------ the methods */
static struct ob__ask *ask_new(struct ob__session *c)
{
    struct ob__ask *k = ob_alloc(sizeof *k);
    k->session = c;
    k->number = ++c->server->next_ask;
    ob_buf_init(&k->text, MAX_GATHERED);
    OB_LIST_PUSH(c->asks, k);
    c->n_asks++;
    return k;
}

static void read_ask(struct ob_ask_request *q, struct ob_text **held, struct ob__session *c,
                     struct ob__args *a, struct ob_arena *arena)
{
    static const char *const modes[] = {"answer", "explain", "insert"};
    *q = (struct ob_ask_request){.shelves = c->shelves,
                                 .kinds = c->kinds,
                                 .n_shelves = c->n_shelves,
                                 .client = c->id,
                                 .project = c->project,
                                 .from_shell = !c->nvim,
                                 .has_model = c->has_model,
                                 .model = c->model};
    q->mode = (enum ob_ask_mode)ob__args_choice(a, "mode", modes, 3, OB_ASK_ANSWER);
    (void)ob__args_str(a, "question", &q->question, &q->question_len);
    if (!q->question)
        q->question = "";
    if (q->question_len > OB_QUESTION_MAX)
        q->question_len = ob_utf8_floor(q->question, OB_QUESTION_MAX);
    q->no_llm = ob__args_bool(a, "no_llm", false);
    q->fresh_ms = (unsigned)ob__args_uint(a, "wait_ms", 0, OB_RPC_MAX_WAIT_MS);
    q->budget_tokens = (size_t)ob__args_uint(a, "budget_tokens", 0, 100000000);
    ob__read_context(&q->context, held, c, a, arena);
    q->text = *held;
    if (!q->context.text)
        ob__args_require(a, "question");
    if (!a->err && c->n_asks >= OB_RPC_MAX_ASKS)
        a->err = ob_error_set(a->e, OB_EBUSY, "ask: %d questions are being answered already",
                              OB_RPC_MAX_ASKS);
}

void ob__method_ask(struct ob__request *r, struct ob__args *a)
{
    struct ob__session *c = r->session;
    struct ob_server *s = c->server;
    struct ob_arena arena = OB_ARENA_INIT;
    struct ob_ask_request q;
    struct ob_text *held = NULL; /* while it is read */
    read_ask(&q, &held, c, a, &arena);
    if (a->err) {
        ob__reply_bad_args(r, a);
    } else {
        struct ob_ask_context lent = {.loop = s->loop,
                                      .http = s->http,
                                      .grants = s->grants,
                                      .discover_ports = s->discover_ports};
        struct ob__ask *k = ask_new(c);
        uint64_t number = k->number;
        k->call = r->id;
        k->has_call = !r->silent;
        if (ob_ask_start(&k->ask, &lent, &q, &ask_events, k, a->e) != 0) {
            ask_free(k);
            ob__reply_bad_args(r, a);
        } else {
            struct ob__pack p;
            ob__reply_begin(r, &p);
            ob__pack_map(&p, 1);
            ob__pack_key_uint(&p, "ask", number);
            ob__reply_send(r, &p);
        }
    }
    ob__update_let_go(s, held);
    ob_arena_release(&arena);
}

/* The running ask that A names; NULL when it has ended or never was, which is no error: the user's
 * key and the last word may cross. */
static struct ob__ask *named(struct ob__session *c, struct ob__args *a)
{
    ob__args_require(a, "ask");
    uint64_t number = ob__args_uint(a, "ask", 0, UINT64_MAX);
    for (struct ob__ask *k = c->asks; k && !a->err; k = k->next)
        if (k->number == number)
            return k;
    return NULL;
}

/* The same for who may not know the number yet, and names its call instead: the newest one with that id. */
static struct ob__ask *named_or_called(struct ob__session *c, struct ob__args *a)
{
    if (!ob__args_get(a, "call"))
        return named(c, a);
    uint64_t call = ob__args_uint(a, "call", 0, UINT64_MAX);
    for (struct ob__ask *k = c->asks; k && !a->err; k = k->next)
        if (k->has_call && k->call == call)
            return k;
    return NULL;
}

void ob__method_consent(struct ob__request *r, struct ob__args *a)
{
    struct ob__ask *k = named(r->session, a);
    ob__args_require(a, "yes");
    bool yes = ob__args_bool(a, "yes", false);
    bool remember = ob__args_bool(a, "remember", false);
    if (a->err) {
        ob__reply_bad_args(r, a);
        return;
    }
    if (k)
        ob_ask_consent(k->ask, yes, remember);
    ob__reply_empty(r);
}

void ob__method_cancel(struct ob__request *r, struct ob__args *a)
{
    struct ob__ask *k = named_or_called(r->session, a);
    if (a->err) {
        ob__reply_bad_args(r, a);
        return;
    }
    if (k)
        ob_ask_cancel(k->ask);
    ob__reply_empty(r);
}

void ob__asks_cancel(struct ob__session *c)
{
    for (struct ob__ask *k = c->asks, *next; k; k = next) {
        next = k->next;
        ob_ask_cancel(k->ask);
    }
}
