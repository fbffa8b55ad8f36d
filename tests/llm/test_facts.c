/* What servers say of themselves, as they say it. */
#include <string.h>

#include "openbook/base/mem.h"

#include "../../src/llm/facts.h"
#include "../../src/llm/json.h"
#include "test.h"

static struct ob_arena arena;
static struct ob__facts *facts;

static void begin(void)
{
    ob_free(facts);
    facts = ob_alloc(sizeof *facts);
    facts->arena = &arena;
}

static void end(void)
{
    ob_free(facts);
    facts = NULL;
    ob_arena_release(&arena);
}

static void take(enum ob__facts_path path, int http_status, const char *reply)
{
    cJSON *root = ob__json_parse(reply, strlen(reply));
    ob__facts_take(facts, path, http_status, root);
    cJSON_Delete(root);
}

static const char *chosen(const char *wanted)
{
    const struct ob__model_facts *m = ob__facts_choose(facts, wanted);
    return m ? m->name : NULL;
}

TEST(llama_cpp_tells_the_window_of_a_slot_and_that_it_loads)
{
    begin();
    take(
        OB__FACTS_MODELS, 200,
        "{\"object\":\"list\",\"data\":[{\"id\":\"gemma\",\"owned_by\":\"llamacpp\",\"meta\":{\"n_ctx\":32768,"
        "\"n_ctx_train\":131072}}]}");
    CHECK(facts->is_server);
    CHECK_STR(facts->kind, "llama.cpp");
    take(OB__FACTS_PROPS, 200,
         "{\"default_generation_settings\":{\"n_ctx\":8192},\"total_slots\":4}");
    CHECK_INT(facts->window_tokens, 8192);
    CHECK_STR(chosen("anything"), "gemma");
    CHECK(!facts->loading);
    take(OB__FACTS_PROPS, 503,
         "{\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}}");
    CHECK(facts->loading);
    begin();
    take(OB__FACTS_MODELS, 503, "{\"error\":{\"message\":\"Loading model\",\"code\":503}}");
    CHECK(facts->is_server && facts->loading && chosen(NULL) == NULL);
    end();
}

TEST(ollama_tells_which_models_are_loaded_and_which_are_elsewhere)
{
    begin();
    take(
        OB__FACTS_MODELS, 200,
        "{\"data\":[{\"id\":\"gpt-oss:120b-cloud\",\"owned_by\":\"library\"},{\"id\":\"nomic-embed-text:latest\"},"
        "{\"id\":\"llama3:latest\"},{\"id\":\"qwen3:8b\"}]}");
    CHECK(facts->kind == NULL);
    take(
        OB__FACTS_TAGS, 200,
        "{\"models\":[{\"name\":\"gpt-oss:120b-cloud\",\"model\":\"gpt-oss:120b-cloud\",\"remote_host\":"
        "\"https://ollama.com:443\",\"remote_model\":\"gpt-oss:120b\"},{\"name\":\"qwen3:8b\"}]}");
    CHECK_STR(facts->kind, "ollama");
    CHECK_STR(chosen(NULL), "llama3:latest");
    take(OB__FACTS_PS, 200, "{\"models\":[{\"model\":\"qwen3:8b\",\"context_length\":4096}]}");
    CHECK_STR(chosen(""), "qwen3:8b");
    CHECK_INT(ob__facts_choose(facts, "qwen3:8b")->window_tokens, 4096);
    CHECK_STR(chosen("llama3"), "llama3:latest");
    const struct ob__model_facts *cloud = ob__facts_choose(facts, "gpt-oss:120b-cloud");
    CHECK_STR(ob__facts_remote(facts, cloud, cloud->name), "https://ollama.com:443");
    CHECK(ob__facts_remote(facts, ob__facts_choose(facts, "qwen3:8b"), "qwen3:8b") == NULL);
    end();
}

TEST(a_cloud_model_of_ollama_is_remote_by_its_name_alone_and_by_any_host)
{
    struct ob__model_facts odd = {.name = "x", .remote_host = "proxy.example.com"},
                           broken = {.name = "x", .remote_host = "https://a b"};
    begin();
    take(OB__FACTS_TAGS, 200, "{\"models\":[]}");
    CHECK_STR(ob__facts_remote(facts, NULL, "deepseek-v3:671b-cloud"), "https://ollama.com:443");
    CHECK_STR(ob__facts_remote(facts, NULL, "kimi:cloud"), "https://ollama.com:443");
    CHECK(ob__facts_remote(facts, NULL, "cloud") == NULL);
    CHECK(ob__facts_remote(facts, NULL, "soundcloud") == NULL);
    CHECK_STR(ob__facts_remote(facts, &odd, "x"), "https://proxy.example.com:443");
    CHECK(ob__facts_remote(facts, &broken, "x") != NULL);
    begin();
    CHECK(ob__facts_remote(facts, NULL, "kimi:cloud") == NULL); /* of another kind of server */
    end();
}

TEST(vllm_tells_the_window_in_its_list)
{
    begin();
    take(OB__FACTS_MODELS, 200,
         "{\"data\":[{\"id\":\"Qwen/Qwen3\",\"owned_by\":\"vllm\",\"max_model_len\":40960}]}");
    CHECK_STR(facts->kind, "vllm");
    CHECK_INT(ob__facts_choose(facts, NULL)->window_tokens, 40960);
    end();
}

TEST(lm_studio_tells_types_states_and_windows_in_two_versions)
{
    begin();
    take(OB__FACTS_MODELS, 200, "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}]}");
    take(
        OB__FACTS_LMSTUDIO_V0, 200,
        "{\"data\":[{\"id\":\"a\",\"type\":\"embeddings\",\"state\":\"loaded\"},{\"id\":\"b\",\"type\":\"llm\","
        "\"state\":\"not-loaded\",\"max_context_length\":131072},{\"id\":\"c\",\"type\":\"llm\",\"state\":"
        "\"loaded\",\"loaded_context_length\":4096}]}");
    CHECK_STR(facts->kind, "lmstudio");
    CHECK_STR(chosen(NULL), "c");
    CHECK_INT(ob__facts_choose(facts, NULL)->window_tokens, 4096);
    CHECK_INT(ob__facts_choose(facts, "b")->window_tokens, 0); /* it may be loaded with less */
    begin();
    take(OB__FACTS_MODELS, 200, "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}");
    take(
        OB__FACTS_LMSTUDIO_V1, 200,
        "{\"models\":[{\"type\":\"embedding\",\"key\":\"a\",\"loaded_instances\":[{\"id\":\"a\"}]},{\"type\":\"llm\","
        "\"key\":\"b\",\"loaded_instances\":[{\"id\":\"b\",\"config\":{\"context_length\":8192}}]}]}");
    CHECK_STR(facts->kind, "lmstudio");
    CHECK_STR(chosen(NULL), "b");
    CHECK_INT(ob__facts_choose(facts, NULL)->window_tokens, 8192);
    end();
}

TEST(what_is_no_model_server_stays_none)
{
    static const char *const replies[] = {"null",
                                          "[]",
                                          "{}",
                                          "{\"data\":{}}",
                                          "{\"data\":\"x\"}",
                                          "3",
                                          "{\"models\":[{\"name\":\"x\"}]}"};
    begin();
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
        for (int path = 0; path < OB__FACTS_PATHS; path++)
            take((enum ob__facts_path)path, 404, replies[i]);
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
        take(OB__FACTS_MODELS, 200, replies[i]);
    ob__facts_take(facts, OB__FACTS_MODELS, 200, NULL);
    take(OB__FACTS_MODELS, 503, "{\"error\":\"Service Unavailable\"}");
    CHECK(!facts->is_server && !facts->kind && facts->n_models == 0);
    end();
}

TEST(a_list_without_end_is_cut)
{
    struct ob_buf list;
    begin();
    ob_buf_init(&list, 1 << 20);
    CHECK_INT(ob_buf_append_str(&list, "{\"data\":[1,null,{\"id\":\"\"},{\"id\":7}"), 0);
    for (int i = 0; i < 1000; i++)
        CHECK_INT(ob_buf_appendf(&list, ",{\"id\":\"모델-%d\"}", i), 0);
    CHECK_INT(ob_buf_append_str(&list, "]}"), 0);
    take(OB__FACTS_MODELS, 200, ob_buf_str(&list));
    CHECK_INT(facts->n_models, OB__FACTS_MODELS_MAX);
    CHECK_STR(chosen("모델-3"), "모델-3");
    ob_buf_release(&list);
    end();
}

TEST_MAIN(CASE(llama_cpp_tells_the_window_of_a_slot_and_that_it_loads),
          CASE(ollama_tells_which_models_are_loaded_and_which_are_elsewhere),
          CASE(a_cloud_model_of_ollama_is_remote_by_its_name_alone_and_by_any_host),
          CASE(vllm_tells_the_window_in_its_list),
          CASE(lm_studio_tells_types_states_and_windows_in_two_versions),
          CASE(what_is_no_model_server_stays_none), CASE(a_list_without_end_is_cut))
