/* One chat: find the model's name when none was given, send the prompt, read the stream.
 *
 * A stream is whole only when its own end was seen (a finish reason or [DONE]); what breaks off is
 * kept and marked.  Text goes up in whole characters, without control characters. */
#include "openbook/llm/chat.h"

#include <stdio.h>
#include <string.h>

#include "openbook/base/arena.h"
#include "openbook/base/mem.h"

#include "clean.h"
#include "json.h"
#include "key.h"
#include "openai.h"
#include "origin.h"
#include "sse.h"

enum { MAX_BODY = 16 * 1024 * 1024, MAX_PIECE = 2 * 1024 * 1024, MAX_REPLY = 4 * 1024 * 1024 };

struct ob_chat {
    struct ob_http *http;
    struct ob_http_request *request; /* running; NULL between */
    struct ob_arena arena;           /* copies of the request */
    struct ob_model_config config;
    const struct ob_message *messages;
    size_t n_messages;
    const char *project, *model, *origin;
    struct ob_chat_events events;
    void *data;
    struct ob__sse sse;
    struct ob__clean clean;
    struct ob_buf piece;   /* text of one event on its way up */
    struct ob_buf refused; /* the body of a reply that is no stream */
    int http_status;
    bool is_stream, finished;
    enum ob_chat_end end;
    struct ob_chat_usage usage;
    size_t window;
    int status; /* the first failure inside the stream */
    struct ob_error error;
};

static void chat_free(struct ob_chat *c)
{
    ob__sse_release(&c->sse);
    ob_buf_release(&c->piece);
    ob_buf_release(&c->refused);
    ob_arena_release(&c->arena);
    ob_free(c);
}

static void finish(struct ob_chat *c, int status, const struct ob_error *e)
{
    c->events.done(status, c->end, &c->usage, c->window, e, c->data);
    chat_free(c);
}

/* ------------------------------------------------------------ the stream */
static void pass_up(struct ob_chat *c, void (*up)(const char *, size_t, void *), const char *text)
{
    ob_buf_clear(&c->piece);
    if (text)
        (void)ob__clean_feed(&c->piece, &c->clean, text, strlen(text)); /* a piece over the ceiling is cut */
    if (up && c->piece.len)
        up(c->piece.data, c->piece.len, c->data);
}

static enum ob_chat_end end_of(const char *finish)
{
    if (strcmp(finish, "length") == 0)
        return OB_CHAT_LENGTH;
    return strcmp(finish, "content_filter") == 0 ? OB_CHAT_FILTERED : OB_CHAT_COMPLETE;
}

static int on_event(const char *type, const char *data, size_t len, void *context)
{
    struct ob_chat *c = context;
    struct ob__openai_event event;
    cJSON *parsed;
    (void)type;
    if (c->finished && c->end != OB_CHAT_INCOMPLETE && strcmp(data, "[DONE]") == 0)
        return 0;
    int err = ob__openai_event(&event, &parsed, data, len, &c->error);
    if (!err) {
        pass_up(c, c->events.reasoning, event.reasoning);
        pass_up(c, c->events.text, event.text);
        if (event.usage.prompt_tokens)
            c->usage = event.usage;
        if (event.finish)
            c->end = end_of(event.finish);
        if (event.done && c->end == OB_CHAT_INCOMPLETE)
            c->end = OB_CHAT_COMPLETE;
        c->finished |= event.done || event.finish;
    }
    cJSON_Delete(parsed);
    c->status = err;
    return err;
}

static void on_head(int status, const char *content_type, void *data)
{
    struct ob_chat *c = data;
    c->http_status = status;
    c->is_stream = status == 200 && content_type && strncmp(content_type, "text/event-stream", 17) == 0;
}

static bool on_body(const char *bytes, size_t len, void *data)
{
    struct ob_chat *c = data;
    if (!c->is_stream)
        return ob_buf_append(&c->refused, bytes, len) == 0;
    int err = ob__sse_feed(&c->sse, bytes, len);
    if (err && !c->status)
        c->status = ob_error_set(&c->error, err, "the model server sent an event over 1 MiB");
    return err == 0;
}

static void on_done(int status, int http_status, struct ob_buf *body, const struct ob_error *e,
                    void *data)
{
    struct ob_chat *c = data;
    (void)body;
    c->request = NULL;
    if (c->is_stream && !c->status && !c->finished)
        (void)ob__sse_end(&c->sse); /* its errors are in c->status */
    if (c->status) {
        finish(c, c->status, &c->error);
    } else if (c->is_stream && (status == 0 || c->finished || status == OB_EIO || status == OB_ETIMEOUT)) {
        finish(c, 0, NULL); /* c->end tells whether it is whole */
    } else if (status) {
        finish(c, status, e);
    } else {
        char source[300];
        ob__key_source(source, sizeof source, &c->config);
        int err = ob__openai_error(&c->error, http_status, ob__origin_host(c->origin), source,
                                   ob_buf_str(&c->refused), c->refused.len, &c->usage.prompt_tokens,
                                   &c->window);
        finish(c, err, &c->error);
    }
}

/* ------------------------------------------------------------ requests */
static int start_request(struct ob_chat *c, const char *path, const struct ob_buf *body,
                         const struct ob_http_events *events, struct ob_error *e)
{
    struct ob_buf key;
    ob_buf_init(&key, 9000);
    const char *headers[3] = {"Content-Type: application/json", "Accept: text/event-stream"};
    size_t n = 2;
    int err = ob_buf_append_str(&key, "Authorization: Bearer ");
    size_t empty = key.len;
    err = err ? err : ob__key_read(&key, &c->config, e);
    if (!err && key.len > empty)
        headers[n++] = key.data;
    size_t url_len = strlen(c->config.url);
    bool slash = url_len && c->config.url[url_len - 1] == '/';
    struct ob_http_options o = OB_HTTP_OPTIONS_INIT;
    o.method = body ? "POST" : "GET";
    o.url = ob_arena_printf(&c->arena, "%s%s%s", c->config.url, slash ? "" : "/", path);
    o.headers = headers;
    o.n_headers = n;
    o.body = body ? body->data : NULL;
    o.body_len = body ? body->len : 0;
    o.ca_file = c->config.ca_file;
    o.silence_ms = 120000; /* a long prompt on a small machine is silent for a while */
    if (!err)
        err = ob_http_start(&c->request, c->http, c->project, &o, events, c, e);
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
        ob_error_set(e, err, "the prompt is over %d MiB", MAX_BODY >> 20);
    else
        err = start_request(c, "chat/completions", &body, &events, e);
    ob_buf_release(&body);
    return err;
}

/* The list of models came: the first one answers. */
static void on_models(int status, int http_status, struct ob_buf *body, const struct ob_error *e,
                      void *data)
{
    struct ob_chat *c = data;
    c->request = NULL;
    if (status) {
        finish(c, status, e);
        return;
    }
    cJSON *root = http_status == 200 ? ob__json_parse(ob_buf_str(body), body->len) : NULL;
    const char *id = ob__json_string(cJSON_GetArrayItem(ob__json_get(root, "data"), 0), "id");
    c->model = ob_arena_strdup(&c->arena, id ? id : "default");
    cJSON_Delete(root);
    int err = send_prompt(c, &c->error);
    if (err)
        finish(c, err, &c->error);
}

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
}

int ob_chat_start(struct ob_chat **out, struct ob_http *http, const char *project,
                  const struct ob_model_config *config, const struct ob_message *messages,
                  size_t n_messages, const struct ob_chat_events *events, void *data,
                  struct ob_error *e)
{
    static const struct ob_http_events models = {NULL, NULL, on_models};
    char *origin = NULL;
    int err = ob_http_origin(&origin, config->url ? config->url : "", e);
    if (err)
        return err;
    struct ob_chat *c = ob_alloc(sizeof *c);
    c->http = http;
    c->events = *events;
    c->data = data;
    c->end = OB_CHAT_INCOMPLETE;
    c->project = copy(&c->arena, project);
    c->origin = copy(&c->arena, origin);
    ob_free(origin);
    copy_config(c, config);
    struct ob_message *m = ob_arena_alloc(&c->arena, n_messages * sizeof *m);
    for (size_t i = 0; i < n_messages; i++)
        m[i] = (struct ob_message){copy(&c->arena, messages[i].role),
                                   ob_arena_strndup(&c->arena, messages[i].text, messages[i].text_len),
                                   messages[i].text_len};
    c->messages = m;
    c->n_messages = n_messages;
    ob__sse_init(&c->sse, on_event, c);
    ob_buf_init(&c->piece, MAX_PIECE);
    ob_buf_init(&c->refused, MAX_REPLY);
    c->model = c->config.model;
    err = c->model && *c->model ? send_prompt(c, e) : start_request(c, "models", NULL, &models, e);
    if (err) {
        chat_free(c);
        return err;
    }
    if (out)
        *out = c;
    return 0;
}

void ob_chat_cancel(struct ob_chat *c)
{
    if (c->request)
        ob_http_cancel(c->request);
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
    cJSON *root = !status && http_status == 200 ? ob__json_parse(ob_buf_str(body), body->len) : NULL;
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
    err = err ? ob_error_set(e, err, "the text is too long to count")
              : ob_http_start(NULL, http, project, &o, &events, n, e);
    if (err)
        ob_free(n);
    ob_buf_release(&body);
    ob_free(url);
    ob_free(origin);
    return err;
}
