/* What differs between servers, by the shapes that they are known to send. */
#include <string.h>

#include "openbook/base/mem.h"

#include "../../src/llm/json.h"
#include "../../src/llm/openai.h"
#include "test.h"

/* ------------------------------------------------------------ requests */
static char *body_of(const struct ob_model_config *config, const char *user)
{
    struct ob_buf out;
    const struct ob_message messages[] = {{"system", "s", 1}, {"user", user, strlen(user)}};
    ob_buf_init(&out, 10000);
    CHECK_INT(ob__openai_body(&out, config, "m\"1", messages, 2), 0);
    cJSON *root = ob__json_parse(ob_buf_str(&out), out.len);
    CHECK(root != NULL);
    cJSON_Delete(root);
    return ob_buf_detach(&out, NULL);
}

TEST(only_what_the_user_set_is_sent)
{
    struct ob_model_config config = {.url = "http://127.0.0.1:8080/v1", .temperature = -1};
    char *body = body_of(&config, "가\n\"x\"");
    CHECK_STR(body,
              "{\"model\":\"m\\\"1\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
              "\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
              "{\"role\":\"user\",\"content\":\"가\\n\\\"x\\\"\"}]}");
    ob_free(body);
    config.max_tokens = 300;
    config.temperature = 0;
    body = body_of(&config, "x");
    CHECK(strstr(body, "\"max_tokens\":300") && strstr(body, "\"temperature\":0.000"));
    ob_free(body);
    config.url = "https://api.openai.com/v1";
    body = body_of(&config, "x");
    CHECK(strstr(body, "\"max_completion_tokens\":300") && !strstr(body, "\"max_tokens\""));
    ob_free(body);
}

/* ------------------------------------------------------------ events */
static cJSON *parsed;

static struct ob__openai_event event_of(const char *data)
{
    struct ob__openai_event event;
    struct ob_error e = OB_ERROR_INIT;
    int err = ob__openai_event(&event, &parsed, data, strlen(data), &e);
    if (err)
        test_fail(__FILE__, __LINE__, "%s: %s", data, e.message);
    return event;
}

TEST(deltas_of_all_servers_are_borne)
{
    CHECK_STR(event_of("{\"choices\":[{\"delta\":{\"content\":\"글\"}}]}").text, "글");
    cJSON_Delete(parsed);
    static const char *const silent[] = {
        "{\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null}}]}",
        "{\"choices\":[]}",
        "{\"choices\":[{\"delta\":null}]}",
        "{\"choices\":[{}]}",
        "{}",
        "[]",
        "1",
        "{\"choices\":\"x\"}",
        "{\"choices\":[{\"delta\":{\"content\":[1]}}]}",
        "{\"choices\":[],\"prompt_filter_results\":[]}",
        "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"1\"}]}}],\"obfuscation\":\"abc\"}"};
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        struct ob__openai_event event = event_of(silent[i]);
        CHECK(!event.text && !event.finish && !event.done);
        cJSON_Delete(parsed);
    }
    CHECK_STR(event_of("{\"choices\":[{\"delta\":{\"reasoning_content\":\"a\"}}]}").reasoning, "a");
    cJSON_Delete(parsed);
    CHECK_STR(event_of("{\"choices\":[{\"delta\":{\"reasoning\":\"b\"}}]}").reasoning, "b");
    cJSON_Delete(parsed);
    CHECK_STR(event_of("{\"choices\":[{\"message\":{\"content\":\"c\"}}]}").text, "c");
    cJSON_Delete(parsed);
    CHECK_STR(event_of("{\"choices\":[{\"finish_reason\":\"length\"}]}").finish, "length");
    cJSON_Delete(parsed);
    CHECK(event_of("[DONE]").done);
    struct ob__openai_event usage =
        event_of("{\"choices\":[],\"usage\":{\"prompt_tokens\":26,\"completion_tokens\":16}}");
    CHECK_INT(usage.usage.prompt_tokens, 26);
    CHECK_INT(usage.usage.answer_tokens, 16);
    cJSON_Delete(parsed);
}

TEST(errors_inside_a_stream_are_errors)
{
    struct ob__openai_event event;
    struct ob_error e = OB_ERROR_INIT;
    const char *error = "{\"error\":{\"message\":\"CUDA out of memory\"}}",
               *text = "{\"error\":\"글자\"}", *garbage = "{\"choices\":[{";
    CHECK_INT(ob__openai_event(&event, &parsed, error, strlen(error), &e), OB_EIO);
    CHECK(strstr(e.message, "CUDA out of memory"));
    cJSON_Delete(parsed);
    CHECK_INT(ob__openai_event(&event, &parsed, text, strlen(text), &e), OB_EIO);
    CHECK(strstr(e.message, "글자"));
    cJSON_Delete(parsed);
    CHECK_INT(ob__openai_event(&event, &parsed, garbage, strlen(garbage), &e), OB_EPROTO);
    CHECK(parsed == NULL);
}

TEST(a_whole_answer_is_told_from_other_replies)
{
    struct ob__openai_event event;
    const char *whole =
        "{\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"content\":\"답\"}}]}";
    const char *const others[] = {"{\"choices\":[]}", "{\"error\":\"x\"}", "hello",
                                  "{\"status\":\"ok\"}"};
    CHECK(ob__openai_whole(&event, &parsed, whole, strlen(whole)));
    CHECK_STR(event.text, "답");
    cJSON_Delete(parsed);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CHECK(!ob__openai_whole(&event, &parsed, others[i], strlen(others[i])));
}

/* ------------------------------------------------------------ models */
static void first_is(const char *list, const char *want)
{
    cJSON *root = ob__json_parse(list, strlen(list));
    CHECK_STR(ob__openai_first_model(root), want);
    cJSON_Delete(root);
}

TEST(the_first_model_is_one_that_can_chat)
{
    first_is(
        "{\"data\":[{\"id\":\"all-minilm:latest\"},{\"id\":\"nomic-embed-text\"},{\"id\":\"qwen3:8b\"}]}",
        "qwen3:8b");
    first_is("{\"data\":[{\"id\":\"x\",\"type\":\"embeddings\"},{\"id\":\"y\",\"type\":\"llm\"}]}",
             "y");
    first_is("{\"data\":[{\"id\":\"bge-m3\"}]}", "bge-m3"); /* better than nothing */
    first_is("{\"data\":[]}", NULL);
    first_is("{\"models\":[{\"id\":\"x\"}]}", NULL);
    first_is("{\"data\":[{\"name\":\"x\"},3]}", NULL);
}

/* ------------------------------------------------------------ refusals */
static struct ob__openai_refusal last;

static const char *sentence(int *err, int http_status, const char *body)
{
    static struct ob_error e;
    last = (struct ob__openai_refusal){.http_status = http_status,
                                       .host = "h:1",
                                       .model = "gemma",
                                       .key_source = "the environment variable K",
                                       .body = body,
                                       .len = strlen(body),
                                       .retry_after_ms = -1};
    ob_error_clear(&e);
    *err = ob__openai_error(&e, &last);
    CHECK_INT(e.code, *err);
    CHECK(e.message[0] && !strchr(e.message, '\n'));
    return e.message;
}

TEST(each_refusal_is_one_sentence_that_says_what_to_do)
{
    int err;
    CHECK_STR(
        sentence(&err, 401, "{\"error\":{\"message\":\"Incorrect API key provided: sk-abc\"}}"),
        "h:1 refuses the key: check the environment variable K");
    CHECK_INT(err, OB_EAUTH);
    CHECK_STR(
        sentence(&err, 404,
                 "{\"error\":{\"message\":\"The model `gemma` does not exist\",\"code\":"
                 "\"model_not_found\"}}"),
        "h:1 has no model \"gemma\": correct the model's name, or name none to take the server's "
        "first");
    CHECK_INT(err, OB_EINVAL);
    CHECK_STR(sentence(&err, 404, "404 page not found"),
              "h:1 has no chat at this address: correct the url, which mostly ends in /v1");
    CHECK(strstr(sentence(&err, 402, "{\"error\":{\"message\":\"Insufficient Balance\"}}"),
                 "no credit"));
    CHECK(last.no_credit && err == OB_EDENIED);
    CHECK(strstr(
        sentence(&err, 429, "{\"error\":{\"message\":\"quota\",\"code\":\"insufficient_quota\"}}"),
        "no credit"));
    CHECK(last.no_credit);
    CHECK(strstr(sentence(&err, 429, "{}"), "too many requests"));
    CHECK(!last.no_credit && err == OB_EBUSY);
    CHECK(strstr(sentence(&err, 503, "{\"error\":{\"message\":\"Loading model\"}}"),
                 "still loading"));
    CHECK(strstr(sentence(&err, 503, "<html>busy</html>"), "overloaded"));
    CHECK(strstr(sentence(&err, 500, "{\"error\":{\"message\":\"it broke\"}}"),
                 "(HTTP 500): look at its log: it broke"));
    CHECK_INT(err, OB_EIO);
    CHECK(strstr(sentence(&err, 422, "{\"detail\":\"bad temperature\"}"),
                 "(HTTP 422): bad temperature"));
    CHECK_INT(err, OB_EINVAL);
}

TEST(a_long_wait_is_named)
{
    struct ob_error e = OB_ERROR_INIT;
    struct ob__openai_refusal r = {.http_status = 429,
                                   .host = "h",
                                   .model = "",
                                   .key_source = "",
                                   .body = "{}",
                                   .len = 2,
                                   .retry_after_ms = 3600000};
    CHECK_INT(ob__openai_error(&e, &r), OB_EBUSY);
    CHECK_STR(e.message, "h has had too many requests: ask again in 3600 s");
}

TEST(a_prompt_that_is_too_long_is_known_by_many_names)
{
    int err;
    static const char *const bodies[] = {
        "{\"error\":{\"code\":400,\"message\":\"request (16024 tokens) exceeds the available context size "
        "(8192 tokens), try increasing it\",\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":16024,"
        "\"n_ctx\":8192}}",
        "{\"error\":{\"message\":\"too much\",\"code\":\"context_length_exceeded\"}}",
        "{\"message\":\"This model's maximum context length is 8192 tokens. However, you requested 9000\"}",
        "{\"error\":\"the input length exceeds the context length\"}",
        "{\"error\":{\"message\":\"prompt is too long: 9000 tokens > 8192 maximum\"}}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        CHECK(strstr(sentence(&err, 400, bodies[i]), "the prompt is too long for h:1"));
        CHECK_INT(err, OB_EPROMPT);
        CHECK_INT(last.window_tokens, i == 0 || i == 2 ? 8192 : 0);
        CHECK_INT(last.prompt_tokens, i == 0 ? 16024 : 0);
    }
}

TEST(a_page_of_some_application_is_shown_by_its_beginning)
{
    int err;
    CHECK(strstr(sentence(&err, 200, "<!doctype html>\n<title>내 앱</title>\x1b[31m"),
                 "<!doctype html>"));
    CHECK_INT(err, OB_EPROTO);
    CHECK(strstr(sentence(&err, 200, ""), "does not answer as a model server"));
    CHECK(strstr(sentence(&err, 200, ""), "; the reply is empty"));
    CHECK(strstr(sentence(&err, 200, "<html>"), "; the reply begins \"<html>\""));
}

TEST_MAIN(CASE(only_what_the_user_set_is_sent), CASE(deltas_of_all_servers_are_borne),
          CASE(errors_inside_a_stream_are_errors), CASE(a_whole_answer_is_told_from_other_replies),
          CASE(the_first_model_is_one_that_can_chat),
          CASE(each_refusal_is_one_sentence_that_says_what_to_do), CASE(a_long_wait_is_named),
          CASE(a_prompt_that_is_too_long_is_known_by_many_names),
          CASE(a_page_of_some_application_is_shown_by_its_beginning))
