/* What differs between servers is borne here: absent or null contents, reasoning under several names,
 * a whole message instead of a delta, errors in many shapes. */
#include "openai.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

enum { EXCERPT = 160 };

/* OpenAI's own models want the new name; the others mostly know only the old one. */
static const char *limit_name(const char *url)
{
    return url && strstr(url, "://api.openai.com/") ? "max_completion_tokens" : "max_tokens";
}

int ob__openai_body(struct ob_buf *out, const struct ob_model_config *config, const char *model,
                    const struct ob_message *messages, size_t n)
{
    int err = ob_buf_append_str(out, "{\"model\":");
    err = err ? err : ob__json_append_string(out, model, strlen(model));
    err = err ? err
              : ob_buf_append_str(out,
                                  ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    if (!err && config->max_tokens)
        err = ob_buf_appendf(out, ",\"%s\":%zu", limit_name(config->url), config->max_tokens);
    if (!err && config->temperature >= 0)
        err = ob_buf_appendf(out, ",\"temperature\":%.3f", config->temperature);
    err = err ? err : ob_buf_append_str(out, ",\"messages\":[");
    for (size_t i = 0; i < n && !err; i++) {
        err =
            ob_buf_appendf(out, "%s{\"role\":\"%s\",\"content\":", i ? "," : "", messages[i].role);
        err = err ? err : ob__json_append_string(out, messages[i].text, messages[i].text_len);
        err = err ? err : ob_buf_append_str(out, "}");
    }
    return err ? err : ob_buf_append_str(out, "]}");
}

static const char *message_of(const cJSON *root)
{
    const cJSON *error = ob__json_get(root, "error");
    const char *text =
        cJSON_IsString(error) ? error->valuestring : ob__json_string(error, "message");
    if (!text)
        text = ob__json_string(root, "message");
    return text ? text : ob__json_string(root, "detail");
}

int ob__openai_event(struct ob__openai_event *event, struct cJSON **parsed, const char *data,
                     size_t len, struct ob_error *e)
{
    *event = (struct ob__openai_event){0};
    *parsed = NULL;
    if (len == 6 && memcmp(data, "[DONE]", 6) == 0) {
        event->done = true;
        return 0;
    }
    cJSON *root = ob__json_parse(data, len);
    if (!root)
        return ob_error_set(e, OB_EPROTO, "the model server sent an event that is no JSON");
    *parsed = root;
    if (ob__json_get(root, "error")) {
        const char *text = message_of(root);
        event->failed = true;
        return ob_error_set(e, OB_EIO, "the model server broke off: %.*s", EXCERPT,
                            text ? text : "no reason given");
    }
    const cJSON *usage = ob__json_get(root, "usage");
    event->usage.prompt_tokens = ob__json_count(usage, "prompt_tokens");
    event->usage.answer_tokens = ob__json_count(usage, "completion_tokens");
    const cJSON *choice = cJSON_GetArrayItem(ob__json_get(root, "choices"), 0);
    const cJSON *delta = ob__json_get(choice, "delta");
    if (!delta)
        delta = ob__json_get(choice, "message");
    event->text = ob__json_string(delta, "content");
    event->reasoning = ob__json_string(delta, "reasoning_content");
    if (!event->reasoning)
        event->reasoning = ob__json_string(delta, "reasoning");
    event->finish = ob__json_string(choice, "finish_reason");
    return 0;
}

bool ob__openai_whole(struct ob__openai_event *event, struct cJSON **parsed, const char *body,
                      size_t len)
{
    struct ob_error ignored = OB_ERROR_INIT;
    if (ob__openai_event(event, parsed, body, len, &ignored) == 0 && event->text && event->finish)
        return true;
    cJSON_Delete(*parsed);
    *parsed = NULL;
    return false;
}

/* ------------------------------------------------------------ models */
bool ob__openai_can_chat(const cJSON *model)
{
    static const char *const others[] = {"embed",   "rerank", "bge-",   "minilm", "whisper",
                                         "arctic-", "gte-",   "tts",    "dall-e", "moderation",
                                         "e5-",     "clip",   "stable-"};
    const char *id = ob__json_string(model, "id"), *type = ob__json_string(model, "type");
    if (!id || (type && strcasestr(type, "embedding")))
        return false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcasestr(id, others[i]))
            return false;
    return true;
}

const char *ob__openai_first_model(const cJSON *root)
{
    const cJSON *list = ob__json_get(root, "data"), *model;
    cJSON_ArrayForEach(model, list)
    {
        if (ob__openai_can_chat(model))
            return ob__json_string(model, "id");
    }
    return ob__json_string(cJSON_GetArrayItem(list, 0), "id");
}

/* ------------------------------------------------------------ errors */
/* The number after WORD in TEXT, or 0. */
static size_t number_after(const char *text, const char *word)
{
    const char *at = strcasestr(text, word);
    if (!at)
        return 0;
    at += strlen(word);
    while (*at && !isdigit((unsigned char)*at))
        at++;
    return (size_t)strtoull(at, NULL, 10);
}

static const char *const too_long_phrases[] = {
    "maximum context length", "exceeds the context length", "exceeds the available context size",
    "prompt is too long",     "input token count",          "exceeds the model's maximum",
};

static bool is_too_long(const cJSON *error, const char *message)
{
    const char *type = ob__json_string(error, "type"), *code = ob__json_string(error, "code");
    if ((type && strcmp(type, "exceed_context_size_error") == 0) ||
        (code && strcmp(code, "context_length_exceeded") == 0))
        return true;
    for (size_t i = 0; message && i < sizeof too_long_phrases / sizeof *too_long_phrases; i++)
        if (strcasestr(message, too_long_phrases[i]))
            return true;
    return false;
}

static int say_too_long(struct ob_error *e, struct ob__openai_refusal *r, const cJSON *error,
                        const char *message)
{
    r->prompt_tokens = ob__json_count(error, "n_prompt_tokens");
    r->window_tokens = ob__json_count(error, "n_ctx");
    if (!r->window_tokens && message)
        r->window_tokens = number_after(message, "maximum context length is");
    if (r->window_tokens)
        return ob_error_set(e, OB_EPROMPT,
                            "the prompt is too long for %s: its window holds %zu tokens; raise it "
                            "or select less text",
                            r->host, r->window_tokens);
    return ob_error_set(e, OB_EPROMPT,
                        "the prompt is too long for %s: raise its context window or select less "
                        "text",
                        r->host);
}

static int say_busy(struct ob_error *e, const struct ob__openai_refusal *r, const char *message)
{
    char when[64] = "in a moment";
    if (r->retry_after_ms > 1000)
        (void)snprintf(when, sizeof when, "in %ld s", (r->retry_after_ms + 999) / 1000);
    if (r->http_status == 429)
        return ob_error_set(e, OB_EBUSY, "%s has had too many requests: ask again %s", r->host,
                            when);
    if (message && strcasestr(message, "loading"))
        return ob_error_set(e, OB_EBUSY, "%s is still loading its model: ask again %s", r->host,
                            when);
    return ob_error_set(e, OB_EBUSY, "%s is overloaded: ask again %s", r->host, when);
}

static int say_not_found(struct ob_error *e, const struct ob__openai_refusal *r, const char *code,
                         const char *message)
{
    bool model = (code && strstr(code, "model")) || (message && strcasestr(message, "model"));
    if (model)
        return ob_error_set(e, OB_EINVAL,
                            "%s has no model \"%.100s\": correct the model's name, or name none to "
                            "take the server's first",
                            r->host, r->model);
    return ob_error_set(e, OB_EINVAL,
                        "%s has no chat at this address: correct the url, which mostly ends in /v1",
                        r->host);
}

static int by_status(struct ob_error *e, struct ob__openai_refusal *r, const char *code,
                     const char *message)
{
    const char *colon = message ? ": " : "", *why = message ? message : "";
    int status = r->http_status;
    r->no_credit = status == 402 || (code && strcmp(code, "insufficient_quota") == 0);
    if (r->no_credit)
        return ob_error_set(e, OB_EDENIED,
                            "the account at %s has no credit left: add some, or use another server",
                            r->host);
    switch (status) {
    case 401:
    case 403:
        return ob_error_set(e, OB_EAUTH, "%s refuses the key: check %s", r->host, r->key_source);
    case 404: return say_not_found(e, r, code, message);
    case 413:
        return ob_error_set(e, OB_EPROMPT, "the prompt is too long for %s: select less text",
                            r->host);
    case 429:
    case 503:
    case 529: return say_busy(e, r, message);
    default: break;
    }
    if (status >= 500)
        return ob_error_set(e, OB_EIO, "%s failed (HTTP %d): look at its log%s%.*s", r->host,
                            status, colon, EXCERPT, why);
    return ob_error_set(e, OB_EINVAL, "%s refuses the request (HTTP %d)%s%.*s", r->host, status,
                        colon, EXCERPT, why);
}

int ob__openai_error(struct ob_error *e, struct ob__openai_refusal *r)
{
    cJSON *root = ob__json_parse(r->body, r->len);
    const cJSON *error = ob__json_get(root, "error");
    const char *message = root ? message_of(root) : NULL;
    int err;
    if (r->http_status < 300 && !error)
        err = ob_error_set(
            e, OB_EPROTO,
            "%s does not answer as a model server: correct the url; the reply %s%.*s%s", r->host,
            r->len ? "begins \"" : "is empty", r->len > 60 ? 60 : (int)r->len,
            r->len ? r->body : "", r->len ? "\"" : "");
    else if (is_too_long(error, message))
        err = say_too_long(e, r, error, message);
    else
        err = by_status(e, r, ob__json_string(error, "code"), message);
    cJSON_Delete(root);
    return err;
}
