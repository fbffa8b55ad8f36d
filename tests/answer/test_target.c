/* Who answers, and where what is sent to it goes. */
#include <string.h>

#include "../../src/answer/target.h"
#include "test.h"

static struct ob_arena arena;

/* A server of this machine that has MODEL. */
static struct ob_server_found server(const char *url, const char *model)
{
    return (struct ob_server_found){
        .kind = "ollama", .url = url, .model = model, .window_tokens = 4096, .remote_origin = ""};
}

static struct ob_server_found elsewhere(const char *url, const char *model)
{
    struct ob_server_found f = server(url, model);
    f.remote = true;
    f.remote_origin = "https://models.example:443";
    return f;
}

TEST(the_first_that_can_chat_here_is_taken)
{
    struct ob_server_found found[] = {
        server("http://127.0.0.1:1/v1", ""), elsewhere("http://127.0.0.1:2/v1", "cloud"),
        server("http://127.0.0.1:3/v1", "모델"), server("http://127.0.0.1:4/v1", "other")};
    struct ob__target t = {0};
    CHECK(!ob__target_take(&t, &arena, NULL, 0));
    CHECK(!ob__target_take(&t, &arena, found, 1)); /* no model, and none is loading */
    CHECK(ob__target_take(&t, &arena, found, 4));
    CHECK_STR(t.model.url, "http://127.0.0.1:3/v1");
    CHECK_STR(t.model.model, "모델");
    CHECK_STR(t.origin, "http://127.0.0.1:3");
    CHECK_STR(ob__target_label(&t), "모델");
    CHECK_INT(t.model.window_tokens, 4096);
    CHECK(t.model.temperature < 0 && !t.counts && !t.remote && !t.named);
    ob_arena_release(&arena);
}

TEST(one_that_loads_its_model_is_taken_and_called_by_its_address)
{
    struct ob_server_found f = server("http://127.0.0.1:1/v1", "");
    struct ob__target t = {0};
    f.loading = true;
    f.kind = "llama.cpp";
    CHECK(ob__target_take(&t, &arena, &f, 1));
    CHECK_STR(ob__target_label(&t), "http://127.0.0.1:1");
    CHECK(t.counts);
    ob_arena_release(&arena);
}

TEST(a_named_model_learns_from_its_own_server_only_what_it_does_not_know)
{
    const char *const command[] = {"pass", "show", "이름", NULL};
    char url[] = "http://127.0.0.1:9/v1", model[] = "mine";
    struct ob_model_config config = {
        .url = url, .model = model, .key_command = command, .window_tokens = 100, .max_tokens = 7};
    struct ob_server_found found[] = {server(url, "theirs"), server("http://127.0.0.1:8/v1", "x")};
    struct ob__target t = {0};
    ob__target_name(&t, &arena, &config, "http://127.0.0.1:9");
    memset(url, 'x', sizeof url - 1); /* what it was told is its own */
    memset(model, 'x', sizeof model - 1);
    CHECK(!ob__target_take(&t, &arena, NULL, 0) && t.named);
    CHECK(ob__target_take(&t, &arena, found, 2));
    CHECK_STR(t.model.url, "http://127.0.0.1:9/v1");
    CHECK_STR(t.model.model, "mine");
    CHECK(t.model.key_command != command);
    CHECK_STR(t.model.key_command[2], "이름");
    CHECK(t.model.key_command[3] == NULL);
    CHECK_INT(t.model.window_tokens, 100);
    CHECK_INT(t.model.max_tokens, 7);
    config = (struct ob_model_config){.url = "http://127.0.0.1:9/v1"};
    ob__target_name(&t, &arena, &config, "http://127.0.0.1:9");
    CHECK_STR(ob__target_label(&t), "http://127.0.0.1:9");
    CHECK(ob__target_take(&t, &arena, found, 2));
    CHECK_STR(t.model.model, "theirs");
    CHECK_INT(t.model.window_tokens, 4096);
    ob_arena_release(&arena);
}

TEST(only_answers_from_this_machine_need_no_grant)
{
    struct ob_server_found here = server("http://127.0.0.1:1/v1", "m"),
                           cloud = elsewhere("http://127.0.0.1:1/v1", "m");
    struct ob_model_config config = {.url = "https://models.example/v1"};
    struct ob_grants *grants;
    struct ob__target t = {0};
    char path[512];
    snprintf(path, sizeof path, "%s/grants.json", test_scratch);
    CHECK_INT(ob_grants_open(&grants, path, NULL), 0);
    CHECK(ob__target_take(&t, &arena, &here, 1) && ob__target_is_granted(&t, grants, "/p"));
    t = (struct ob__target){0};
    CHECK(ob__target_take(&t, &arena, &cloud, 1)); /* though it is asked on loopback */
    CHECK_STR(t.origin, "https://models.example:443");
    CHECK(!ob__target_is_granted(&t, grants, "/p"));
    ob__target_name(&t, &arena, &config, "https://models.example:443");
    CHECK(!ob__target_is_granted(&t, grants, "/p"));
    CHECK_INT(ob_grants_add(grants, "/p", "https://models.example:443", false, NULL), 0);
    CHECK(ob__target_is_granted(&t, grants, "/p") && !ob__target_is_granted(&t, grants, "/q"));
    ob_grants_free(grants);
    ob_arena_release(&arena);
}

TEST_MAIN(CASE(the_first_that_can_chat_here_is_taken),
          CASE(one_that_loads_its_model_is_taken_and_called_by_its_address),
          CASE(a_named_model_learns_from_its_own_server_only_what_it_does_not_know),
          CASE(only_answers_from_this_machine_need_no_grant))
