/* What differs between servers is borne here: absent or null contents, reasoning under several names,
 * a whole message instead of a delta, errors in many shapes. */
#include "openai.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

enum { EXCERPT = 160 };

int ob__openai_body(struct ob_buf *out, const struct ob_model_config *config, const char *model,
                    const struct ob_message *messages, size_t n)
{
    int err = ob_buf_append_str(out, "{\"model\":");
    err = err ? err : ob__json_append_string(out, model, strlen(model));
    err = err ? err : ob_buf_append_str(out, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    if (!err && config->max_tokens)
        err = ob_buf_appendf(out, ",\"max_tokens\":%zu", config->max_tokens);
    if (!err && config->temperature >= 0)
        err = ob_buf_appendf(out, ",\"temperature\":%.3f", config->temperature);
    err = err ? err : ob_buf_append_str(out, ",\"messages\":[");
    for (size_t i = 0; i < n && !err; i++) {
        err = ob_buf_appendf(out, "%s{\"role\":\"%s\",\"content\":", i ? "," : "", messages[i].role);
        err = err ? err : ob__json_append_string(out, messages[i].text, messages[i].text_len);
        err = err ? err : ob_buf_append_str(out, "}");
    }
    return err ? err : ob_buf_append_str(out, "]}");
}

static const char *message_of(const cJSON *root)
{
    const cJSON *error = ob__json_get(root, "error");
    const char *text = cJSON_IsString(error) ? error->valuestring : ob__json_string(error, "message");
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
        return ob_error_set(e, OB_EIO, "the model server broke off: %.*s", EXCERPT, text ? text : "no reason given");
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

static bool is_too_long(const cJSON *root, const char *message, size_t *prompt, size_t *window)
{
    const cJSON *error = ob__json_get(root, "error");
    const char *type = ob__json_string(error, "type"), *code = ob__json_string(error, "code");
    bool named = (type && strcmp(type, "exceed_context_size_error") == 0) ||
                 (code && strcmp(code, "context_length_exceeded") == 0);
    bool told = message && (strcasestr(message, "maximum context length") ||
                            strcasestr(message, "exceeds the context length") ||
                            strcasestr(message, "exceeds the available context size") ||
                            strcasestr(message, "prompt is too long"));
    if (!named && !told)
        return false;
    *prompt = ob__json_count(error, "n_prompt_tokens");
    *window = ob__json_count(error, "n_ctx");
    if (!*window && message)
        *window = number_after(message, "maximum context length is");
    return true;
}

static int by_status(struct ob_error *e, int status, const char *host, const char *key_source,
                     const char *code, const char *why)
{
    const char *colon = *why ? ": " : "";
    if (status == 401 || status == 403)
        return ob_error_set(e, OB_EAUTH, "%s refuses the key: check %s", host, key_source);
    if (status == 402 || (code && strcmp(code, "insufficient_quota") == 0))
        return ob_error_set(e, OB_EDENIED, "%s says that the account has no credit left%s%.*s", host, colon, EXCERPT, why);
    if (status == 404)
        return ob_error_set(e, OB_ENOTFOUND, "%s does not know the model or the address: check llm.model and llm.url%s%.*s",
                            host, colon, EXCERPT, why);
    if (status == 413)
        return ob_error_set(e, OB_EPROMPT, "%s finds the prompt too long", host);
    if (status == 429)
        return ob_error_set(e, OB_EBUSY, "%s has had too many requests: wait a little and ask again%s%.*s", host, colon, EXCERPT, why);
    if (status == 503 || status == 529)
        return ob_error_set(e, OB_EBUSY, "%s is loading its model or overloaded: ask again in a moment%s%.*s", host, colon, EXCERPT, why);
    if (status >= 500)
        return ob_error_set(e, OB_EIO, "%s failed (HTTP %d)%s%.*s", host, status, colon, EXCERPT, why);
    return ob_error_set(e, OB_EINVAL, "%s refuses the request (HTTP %d)%s%.*s", host, status, colon, EXCERPT, why);
}

int ob__openai_error(struct ob_error *e, int http_status, const char *host, const char *key_source,
                     const char *body, size_t len, size_t *prompt, size_t *window)
{
    cJSON *root = ob__json_parse(body, len);
    const char *message = root ? message_of(root) : NULL;
    int err;
    if (http_status < 300 && !root)
        err = ob_error_set(e, OB_EPROTO, "unexpected reply from %s: is it a model server? It begins \"%.*s\"",
                           host, len > 60 ? 60 : (int)len, len ? body : "");
    else if (is_too_long(root, message, prompt, window))
        err = ob_error_set(e, OB_EPROMPT, "the prompt is too long for the model: %.*s", EXCERPT, message ? message : "");
    else
        err = by_status(e, http_status, host, key_source,
                        ob__json_string(ob__json_get(root, "error"), "code"), message ? message : "");
    cJSON_Delete(root);
    return err;
}
