/* One chat: fetch the key, find the model's name when none was given, send the prompt, read the stream.
 *
 * A stream is whole only when its own end was seen (a finish reason or [DONE]); what breaks off is
 * kept and marked.  Text goes up in whole characters, without control characters.  What failed before
 * anything was shown may be sent again (retry.c); after that it never is.  Invariant: at any time one
 * of the request, the key's command or the timer will call back, and every way ends in finish(). */
#include "openbook/llm/chat.h"

#include <string.h>

#include "openbook/base/arena.h"
#include "openbook/base/log.h"
#include "openbook/base/mem.h"

#include "clean.h"
#include "json.h"
#include "key.h"
#include "openai.h"
#include "origin.h"
#include "request.h"
#include "retry.h"
#include "sse.h"

enum {
    MAX_BODY = 16 * 1024 * 1024,   /* bytes of a request */
    MAX_PIECE = 2 * 1024 * 1024,   /* of the text of one event, a line of 1 MiB at most (sse.c) */
    MAX_REFUSAL = 4 * 1024 * 1024, /* of a reply that is no stream, a list of models among them */
    MAX_STREAM = 64 * 1024 * 1024, /* of a stream, with all that stands around its words */
    SILENCE_MS = 120 * 1000,       /* a long prompt on a small machine is silent for a while */
    TOTAL_MS = 30 * 60 * 1000,     /* of a whole answer, word by word on a small machine */
    PATIENCE_MS = 120 * 1000,      /* with a server that loads its model or is full */
    COUNT_MS = 5 * 1000,           /* for the tokens of a prompt */
};

struct ob_chat {
    struct ob_http *http;
    struct ob_http_request *request; /* running; NULL between */
    struct ob__key_run *key_run;     /* running; NULL otherwise */
    struct ob__key_look *key_look;   /* likewise */
    uv_timer_t timer;                /* between two tries; closing it frees the chat */
    struct ob_arena arena;           /* copies of the request */
    struct ob_model_config config;
    const struct ob_message *messages;
    size_t n_messages;
    const char *project, *model, *origin;
    struct ob_buf key; /* for all tries; wiped at the end */
    struct ob_chat_events events;
    void *data;
    bool canceled, over;
    bool shown; /* something of the answer went up: it cannot be asked for again */
    unsigned tries;
    uint64_t started_ms;

    /* One try. */
    struct ob__sse sse;
    struct ob__clean clean, clean_reasoning;
    struct ob_buf piece;   /* text of one event on its way up */
    struct ob_buf refused; /* the body of a reply that is no stream */
    int http_status;
    bool is_stream, finished, closed; /* a finish reason was seen; [DONE] was seen */
    enum ob_chat_end end;
    struct ob_chat_usage usage;
    size_t window;
    int status; /* the first failure inside the stream */
    struct ob_error error;
};

static void on_timer_closed(uv_handle_t *handle)
{
    struct ob_chat *c = OB_CONTAINER_OF(handle, struct ob_chat, timer);
    ob__sse_release(&c->sse);
    ob_buf_release(&c->piece);
    ob_buf_release(&c->refused);
    ob_arena_release(&c->arena);
    ob_free(c);
}

static void finish(struct ob_chat *c, int status, const struct ob_error *e)
{
    struct ob_error told = OB_ERROR_INIT;
    if (status && e)
        told = *e;
    ob__key_redact(&told, &c->key);
    ob__key_wipe(&c->key);
    c->over = true;
    c->events.done(status, c->end, &c->usage, c->window, status ? &told : NULL, c->data);
    uv_close((uv_handle_t *)&c->timer, on_timer_closed);
}

/* ------------------------------------------------------------ again, or the end */
static void step(struct ob_chat *c);

static void finish_canceled(struct ob_chat *c)
{
    struct ob_error e = OB_ERROR_INIT;
    finish(c, ob_error_set(&e, OB_ECANCELED, "the request was canceled"), &e);
}

static void on_timer(uv_timer_t *timer)
{
    struct ob_chat *c = OB_CONTAINER_OF(timer, struct ob_chat, timer);
    if (c->canceled)
        finish_canceled(c);
    else
        step(c);
}

/* The try failed with STATUS and E. */
static void fail(struct ob_chat *c, const struct ob__failure *f, int status,
                 const struct ob_error *e)
{
    uint64_t patience = c->config.patience_ms ? c->config.patience_ms : PATIENCE_MS;
    uint64_t spent = uv_now(c->timer.loop) - c->started_ms;
    long wait_ms = ob__retry_ms(f, c->tries, spent < patience ? patience - spent : 0);
    if (c->shown || wait_ms < 0) {
        finish(c, status, e);
        return;
    }
    ob_log(OB_LOG_DEBUG, "llm", "%s: HTTP %d, %s; again in %ld ms", ob__origin_host(c->origin),
           f->http_status, ob_err_name(status), wait_ms);
    c->tries++;
    (void)uv_timer_start(&c->timer, on_timer, (uint64_t)wait_ms, 0); /* it is open */
    if (c->events.waiting)
        c->events.waiting(e->message, (unsigned)wait_ms, c->data);
}

/* The reply is no answer: say why. */
static void refuse(struct ob_chat *c, struct ob__failure *f)
{
    char source[300];
    struct ob_error e = OB_ERROR_INIT;
    ob__key_source(source, sizeof source, &c->config);
    struct ob__openai_refusal r = {.http_status = f->http_status,
                                   .host = ob__origin_host(c->origin),
                                   .model = c->model ? c->model : "",
                                   .key_source = source,
                                   .body = ob_buf_str(&c->refused),
                                   .len = c->refused.len,
                                   .retry_after_ms = f->retry_after_ms};
    int err = ob__openai_error(&e, &r);
    c->usage.prompt_tokens = r.prompt_tokens;
    c->window = r.window_tokens;
    f->no_credit = r.no_credit;
    fail(c, f, err, &e);
}

/* ------------------------------------------------------------ the stream */
/* Passes TEXT up, or with NULL what CLEAN still holds. */
static int pass_up(struct ob_chat *c, struct ob__clean *clean,
                   void (*up)(const char *, size_t, void *), const char *text)
{
    ob_buf_clear(&c->piece);
    int err = text ? ob__clean_feed(&c->piece, clean, text, strlen(text))
                   : ob__clean_end(&c->piece, clean);
    if (err)
        return ob_error_set(&c->error, err, "no memory for the answer of %s",
                            ob__origin_host(c->origin));
    if (!up || !c->piece.len || c->canceled)
        return 0;
    c->shown = true;
    up(c->piece.data, c->piece.len, c->data);
    return 0;
}

static enum ob_chat_end end_of(const char *finish)
{
    if (strcmp(finish, "length") == 0)
        return OB_CHAT_LENGTH;
    return strcmp(finish, "content_filter") == 0 ? OB_CHAT_FILTERED : OB_CHAT_COMPLETE;
}

static int take_event(struct ob_chat *c, const struct ob__openai_event *event)
{
    int err = 0;
    if (event->reasoning)
        err = pass_up(c, &c->clean_reasoning, c->events.reasoning, event->reasoning);
    if (event->text && !err)
        err = pass_up(c, &c->clean, c->events.text, event->text);
    if (event->usage.prompt_tokens)
        c->usage = event->usage;
    if (event->finish)
        c->end = end_of(event->finish);
    if (event->done && c->end == OB_CHAT_INCOMPLETE)
        c->end = OB_CHAT_COMPLETE;
    c->finished |= event->done || event->finish;
    c->closed |= event->done;
    return err;
}

static int on_event(const char *type, const char *data, size_t len, void *context)
{
    struct ob_chat *c = context;
    struct ob__openai_event event;
    cJSON *parsed;
    (void)type;
    if (c->closed) /* nothing counts behind [DONE] */
        return 0;
    int err = ob__openai_event(&event, &parsed, data, len, &c->error);
    if (!err)
        err = take_event(c, &event);
    cJSON_Delete(parsed);
    c->status = err;
    return err;
}

static void on_head(int status, const char *content_type, void *data)
{
    struct ob_chat *c = data;
    c->http_status = status;
    c->is_stream =
        status == 200 && content_type && strncmp(content_type, "text/event-stream", 17) == 0;
}

/* Notes that what came cannot be taken in. */
static int choke(struct ob_chat *c, int err)
{
    const char *host = ob__origin_host(c->origin);
    if (c->status || !err)
        return err;
    c->status = err == OB_ETOOBIG
                    ? ob_error_set(&c->error, err,
                                   "%s sends more than an answer can be: it is no "
                                   "model server",
                                   host)
                    : ob_error_set(&c->error, err, "no memory for the answer of %s", host);
    return err;
}

static bool on_body(const char *bytes, size_t len, void *data)
{
    struct ob_chat *c = data;
    int err =
        c->is_stream ? ob__sse_feed(&c->sse, bytes, len) : ob_buf_append(&c->refused, bytes, len);
    return choke(c, err) == 0;
}

/* The stream is over, with STATUS of its transfer. */
static void stream_over(struct ob_chat *c, struct ob__failure *f, const struct ob_error *e)
{
    struct ob_error nothing = OB_ERROR_INIT;
    if (!c->status && !c->finished)
        (void)choke(c, ob__sse_end(&c->sse));
    if (!c->status)
        c->status = pass_up(c, &c->clean, c->events.text, NULL);
    bool broke = f->status == OB_EIO || f->status == OB_ETIMEOUT;
    if (c->canceled) {
        finish_canceled(c);
    } else if (c->status) {
        f->status = c->status;
        fail(c, f, c->status, &c->error);
    } else if (c->finished || (c->shown && (!f->status || broke))) {
        finish(c, 0, NULL); /* c->end tells whether it is whole */
    } else if (f->status) {
        fail(c, f, f->status, e);
    } else {
        f->status =
            ob_error_set(&nothing, OB_EIO, "%s ended its answer before the first word of it",
                         ob__origin_host(c->origin));
        fail(c, f, f->status, &nothing);
    }
}

static bool looks_like_stream(const struct ob_buf *body)
{
    const char *text = ob_buf_str(body);
    return strncmp(text, "data:", 5) == 0 || strncmp(text, "event:", 6) == 0 || text[0] == ':';
}

/* A whole reply that did not call itself a stream. */
static void take_plain(struct ob_chat *c, struct ob__failure *f)
{
    struct ob__openai_event event;
    cJSON *parsed;
    bool replied = f->http_status == 200;
    if (replied && looks_like_stream(&c->refused)) {
        (void)choke(c, ob__sse_feed(&c->sse, c->refused.data, c->refused.len));
        stream_over(c, f, NULL);
    } else if (replied &&
               ob__openai_whole(&event, &parsed, ob_buf_str(&c->refused), c->refused.len)) {
        c->status = take_event(c, &event);
        cJSON_Delete(parsed);
        stream_over(c, f, NULL);
    } else {
        refuse(c, f);
    }
}

static void on_done(int status, int http_status, struct ob_buf *body, const struct ob_error *e,
                    void *data)
{
    struct ob_chat *c = data;
    struct ob__failure f = {status, http_status, false, ob__http_retry_after_ms(c->request)};
    (void)body;
    c->request = NULL;
    if (c->canceled)
        finish_canceled(c);
    else if (c->is_stream || c->status)
        stream_over(c, &f, e);
    else if (status)
        fail(c, &f, status, e);
    else
        take_plain(c, &f);
}

/* ------------------------------------------------------------ requests */
/* Where CONFIG's url has no path, /v1 is what is meant. */
static const char *address(struct ob_chat *c, const char *path)
{
    const char *url = c->config.url, *rest = strstr(url, "://");
    size_t len = strlen(url);
    rest = strchr(rest ? rest + 3 : url, '/');
    bool bare = !rest || !rest[1];
    while (len && url[len - 1] == '/')
        len--;
    return ob_arena_printf(&c->arena, "%.*s%s/%s", (int)len, url, bare ? "/v1" : "", path);
}

static int start_request(struct ob_chat *c, const char *path, const struct ob_buf *body,
                         const struct ob_http_events *events, struct ob_error *e)
{
    struct ob_buf key;
    ob_buf_init(&key, OB__KEY_MAX_BYTES + 100);
    const char *headers[3] = {"Content-Type: application/json", "Accept: text/event-stream"};
    struct ob_http_options o = OB_HTTP_OPTIONS_INIT;
    o.n_headers = 2;
    int err = 0;
    if (c->key.len) {
        err = ob_buf_reserve(&key, OB__KEY_MAX_BYTES + 100) ? 0 : OB_ENOMEM;
        err = err ? err : ob_buf_appendf(&key, "Authorization: Bearer %s", c->key.data);
        headers[o.n_headers++] = key.data;
    }
    o.method = body ? "POST" : "GET";
    o.url = address(c, path);
    o.headers = headers;
    o.body = body ? body->data : NULL;
    o.body_len = body ? body->len : 0;
    o.ca_file = c->config.ca_file;
    o.silence_ms = SILENCE_MS;
    o.total_ms = TOTAL_MS;
    o.max_body_bytes = body ? MAX_STREAM : MAX_REFUSAL;
    err = err ? ob_error_set(e, err, "no memory for a request")
              : ob_http_start(&c->request, c->http, c->project, &o, events, c, e);
    ob__key_wipe(&key);
    return err;
}

static int send_prompt(struct ob_chat *c, struct ob_error *e)
{
    static const struct ob_http_events events = {on_head, on_body, on_done};
    struct ob_buf body;
    ob_buf_init(&body, MAX_BODY);
    int err = ob__openai_body(&body, &c->config, c->model, c->messages, c->n_messages);
    if (err)
        (void)ob_error_set(e, err, "the prompt is over %d MiB: select less text", MAX_BODY >> 20);
    else
        err = start_request(c, "chat/completions", &body, &events, e);
    ob_buf_release(&body);
    return err;
}

/* The name of the first model in the list that came; a server without a list gets a name that those
 * with one model ignore. */
static int choose_model(struct ob_chat *c, int http_status, struct ob_error *e)
{
    cJSON *root =
        http_status == 200 ? ob__json_parse(ob_buf_str(&c->refused), c->refused.len) : NULL;
    const char *id = ob__openai_first_model(root);
    int err = 0;
    if (!id && cJSON_IsArray(ob__json_get(root, "data")))
        err = ob_error_set(e, OB_EINVAL, "%s has no model: load one there first",
                           ob__origin_host(c->origin));
    c->model = ob_arena_strdup(&c->arena, id ? id : "default");
    cJSON_Delete(root);
    return err;
}

static void on_models(int status, int http_status, struct ob_buf *body, const struct ob_error *e,
                      void *data)
{
    struct ob_chat *c = data;
    struct ob_error why = OB_ERROR_INIT;
    struct ob__failure f = {status, http_status, false, ob__http_retry_after_ms(c->request)};
    c->request = NULL;
    if (c->canceled) {
        finish_canceled(c);
        return;
    }
    if (status) {
        fail(c, &f, status, e);
        return;
    }
    (void)ob_buf_append(&c->refused, ob_buf_str(body), body->len); /* the same ceiling */
    if (http_status == 401 || http_status == 403 || http_status == 429 || http_status >= 500) {
        refuse(c, &f);
        return;
    }
    int err = choose_model(c, http_status, &why);
    if (err)
        finish(c, err, &why);
    else
        step(c);
}

static void begin_try(struct ob_chat *c)
{
    ob__sse_release(&c->sse);
    ob__sse_init(&c->sse, on_event, c);
    ob_buf_clear(&c->refused);
    c->clean = c->clean_reasoning = (struct ob__clean){{0}, 0};
    c->is_stream = c->finished = c->closed = false;
    c->end = OB_CHAT_INCOMPLETE;
    c->usage = (struct ob_chat_usage){0};
    c->window = 0;
    c->status = 0;
    ob_error_clear(&c->error);
}

static int start_try(struct ob_chat *c, struct ob_error *e)
{
    static const struct ob_http_events models = {NULL, NULL, on_models};
    begin_try(c);
    return c->model && *c->model ? send_prompt(c, e) : start_request(c, "models", NULL, &models, e);
}

/* The next thing to do, from a callback. */
static void step(struct ob_chat *c)
{
    struct ob_error e = OB_ERROR_INIT;
    int err = start_try(c, &e);
    if (err)
        finish(c, err, &e);
}

/* ------------------------------------------------------------ the key */
static void on_key(int status, const struct ob_buf *key, const struct ob_error *e, void *data)
{
    struct ob_chat *c = data;
    struct ob_error none = OB_ERROR_INIT;
    c->key_run = NULL;
    c->key_look = NULL;
    if (status)
        finish(c, status, e);
    else if (ob_buf_append(&c->key, key->data, key->len) != 0)
        finish(c, ob_error_set(&none, OB_ENOMEM, "no memory for a key"), &none);
    else
        step(c);
}

/* Starts the key's command, or the reading of its file; one in the environment, or none, is followed by the
 * first request. */
static int start_key(struct ob_chat *c, struct ob_error *e)
{
    if (ob__key_is_command(&c->config))
        return ob__key_run_start(&c->key_run, c->timer.loop, c->config.key_command,
                                 OB__KEY_COMMAND_MS, e, on_key, c);
    if (ob__key_is_file(&c->config))
        return ob__key_look_start(&c->key_look, c->http, c->config.key_file, OB__KEY_FILE_MS, e,
                                  on_key, c);
    int err = ob__key_read(&c->key, &c->config, e);
    return err ? err : start_try(c, e);
}

/* ------------------------------------------------------------ the door */
static const char *copy(struct ob_arena *a, const char *text)
{
    return ob_arena_strdup(a, text);
}

static void copy_config(struct ob_chat *c, const struct ob_model_config *from)
{
    c->config = *from;
    c->config.url = copy(&c->arena, from->url);
    c->config.model = copy(&c->arena, from->model);
    c->config.key_env = copy(&c->arena, from->key_env);
    c->config.key_file = copy(&c->arena, from->key_file);
    c->config.ca_file = copy(&c->arena, from->ca_file);
    size_t n = 0;
    while (from->key_command && from->key_command[n])
        n++;
    const char **words = ob_arena_alloc(&c->arena, (n + 1) * sizeof *words);
    for (size_t i = 0; i < n; i++)
        words[i] = copy(&c->arena, from->key_command[i]);
    c->config.key_command = n ? words : NULL;
    c->model = c->config.model;
}

static void copy_messages(struct ob_chat *c, const struct ob_message *messages, size_t n)
{
    struct ob_message *m = ob_arena_alloc(&c->arena, (n + 1) * sizeof *m);
    for (size_t i = 0; i < n; i++)
        m[i] =
            (struct ob_message){copy(&c->arena, messages[i].role),
                                ob_arena_strndup(&c->arena, messages[i].text, messages[i].text_len),
                                messages[i].text_len};
    c->messages = m;
    c->n_messages = n;
}

int ob_chat_start(struct ob_chat **out, struct ob_http *http, const char *project,
                  const struct ob_model_config *config, const struct ob_message *messages,
                  size_t n_messages, const struct ob_chat_events *events, void *data,
                  struct ob_error *e)
{
    char *origin = NULL;
    int err = ob__http_check(&origin, http, project, config->url ? config->url : "",
                             ob__key_is_named(config), e);
    if (err)
        return err;
    struct ob_chat *c = ob_alloc(sizeof *c);
    c->http = http;
    c->events = *events;
    c->data = data;
    c->project = copy(&c->arena, project);
    c->origin = copy(&c->arena, origin);
    ob_free(origin);
    copy_config(c, config);
    copy_messages(c, messages, n_messages);
    ob_buf_init(&c->key, OB__KEY_MAX_BYTES);
    ob_buf_init(&c->piece, MAX_PIECE);
    ob_buf_init(&c->refused, MAX_REFUSAL);
    (void)uv_timer_init(ob__http_loop(http), &c->timer); /* cannot fail */
    c->started_ms = uv_now(c->timer.loop);
    err = start_key(c, e);
    if (err) {
        ob__key_wipe(&c->key);
        uv_close((uv_handle_t *)&c->timer, on_timer_closed);
        return err;
    }
    if (out)
        *out = c;
    return 0;
}

void ob_chat_cancel(struct ob_chat *c)
{
    if (c->canceled || c->over)
        return;
    c->canceled = true;
    if (c->key_look)
        ob__key_look_cancel(c->key_look);
    c->key_look = NULL;
    if (c->request)
        ob_http_cancel(c->request);
    else if (c->key_run)
        ob__key_run_cancel(c->key_run);
    else
        (void)uv_timer_start(&c->timer, on_timer, 0, 0);
}

/* ------------------------------------------------------------ counting */
struct count {
    ob_count_cb cb;
    void *data;
};

static void on_count(int status, int http_status, struct ob_buf *body, const struct ob_error *e,
                     void *data)
{
    struct count *n = data;
    (void)e;
    cJSON *root =
        !status && http_status == 200 ? ob__json_parse(ob_buf_str(body), body->len) : NULL;
    const cJSON *tokens = ob__json_get(root, "tokens");
    if (cJSON_IsArray(tokens))
        n->cb(0, (size_t)cJSON_GetArraySize(tokens), n->data);
    else
        n->cb(status ? status : OB_ENOTFOUND, 0, n->data);
    cJSON_Delete(root);
    ob_free(n);
}

int ob_chat_count(struct ob_http *http, const char *project, const struct ob_model_config *config,
                  const char *text, size_t len, ob_count_cb cb, void *data, struct ob_error *e)
{
    static const struct ob_http_events events = {NULL, NULL, on_count};
    static const char *const headers[] = {"Content-Type: application/json"};
    char *origin = NULL;
    int err = ob_http_origin(&origin, config->url ? config->url : "", e);
    if (err)
        return err;
    char *url = ob_asprintf("%s/tokenize", origin); /* beside /v1, not below it */
    struct ob_buf body;
    ob_buf_init(&body, MAX_BODY);
    struct count *n = ob_alloc(sizeof *n);
    *n = (struct count){cb, data};
    struct ob_http_options o = OB_HTTP_OPTIONS_INIT;
    err = ob_buf_append_str(&body, "{\"content\":");
    err = err ? err : ob__json_append_string(&body, text, len);
    err = err ? err : ob_buf_append_str(&body, "}");
    o.method = "POST";
    o.url = url;
    o.headers = headers;
    o.n_headers = 1;
    o.body = body.data;
    o.body_len = body.len;
    o.total_ms = COUNT_MS;
    err = err ? ob_error_set(e, err, "the text is too long to count")
              : ob_http_start(NULL, http, project, &o, &events, n, e);
    if (err)
        ob_free(n);
    ob_buf_release(&body);
    ob_free(url);
    ob_free(origin);
    return err;
}
