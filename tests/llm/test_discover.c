/* Finding scripted servers by what they answer, on ports that say nothing. */
#include <string.h>

#include "openbook/llm/discover.h"

#include "loop.h"
#include "model_server.h"

enum { FOUND_MAX = 8 };

struct search {
    struct net net;
    bool over;
    size_t n;
    struct {
        char kind[32], url[100], model[100], remote_origin[100];
        size_t window_tokens;
        bool loading, remote;
    } found[FOUND_MAX];
};

static void on_found(const struct ob_server_found *found, size_t n, void *data)
{
    struct search *s = data;
    CHECK(!s->over && n <= FOUND_MAX);
    s->over = true;
    s->n = n;
    for (size_t i = 0; i < n; i++) {
        snprintf(s->found[i].kind, sizeof s->found[i].kind, "%s", found[i].kind);
        snprintf(s->found[i].url, sizeof s->found[i].url, "%s", found[i].url);
        snprintf(s->found[i].model, sizeof s->found[i].model, "%s", found[i].model);
        snprintf(s->found[i].remote_origin, sizeof s->found[i].remote_origin, "%s",
                 found[i].remote_origin);
        s->found[i].window_tokens = found[i].window_tokens;
        s->found[i].loading = found[i].loading;
        s->found[i].remote = found[i].remote;
    }
}

static struct search look(const struct ob_discover_options *o)
{
    struct search s = {.over = false};
    struct ob_error e = OB_ERROR_INIT;
    net_start(&s.net);
    CHECK_INT(ob_discover_start(s.net.http, o, on_found, &s, &e), 0);
    CHECK(!s.over);
    net_run(&s.net, &s.over);
    net_stop(&s.net);
    return s;
}

static struct search look_at(unsigned short port, const char *model)
{
    unsigned short ports[] = {port, 0};
    struct ob_discover_options o = {.ports = ports, .model = model};
    return look(&o);
}

TEST(servers_are_told_apart_by_content_and_listed_in_order)
{
    struct model_server llama, ollama, studio, vllm, web;
    model_server_start(&llama, "model gemma", "window 8192", NULL);
    model_server_start(&ollama, "server ollama", "model all-minilm", "model qwen3:8b",
                       "window 4096", NULL);
    model_server_start(&studio, "server lmstudio", "model 모델", "window 2048", NULL);
    model_server_start(&vllm, "server vllm", "model big", "window 40960", NULL);
    model_server_start(&web, "server web", NULL);
    unsigned short ports[] = {web.port, vllm.port, 1, studio.port, ollama.port, llama.port, 0};
    struct ob_discover_options o = {.ports = ports};
    struct search s = look(&o);
    const char *kinds[] = {"vllm", "lmstudio", "ollama", "llama.cpp"},
               *models[] = {"big", "모델", "qwen3:8b", "gemma"};
    size_t windows[] = {40960, 2048, 4096, 8192};
    CHECK_INT(s.n, 4);
    for (size_t i = 0; i < 4; i++) {
        CHECK_STR(s.found[i].kind, kinds[i]);
        CHECK_STR(s.found[i].model, models[i]);
        CHECK_INT(s.found[i].window_tokens, windows[i]);
        CHECK(!s.found[i].remote && !s.found[i].loading);
    }
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/v1", vllm.port);
    CHECK_STR(s.found[0].url, url);
    model_server_stop(&llama);
    model_server_stop(&ollama);
    model_server_stop(&studio);
    model_server_stop(&vllm);
    model_server_stop(&web);
}

TEST(a_web_application_is_asked_once_and_no_key_or_text_is_sent)
{
    struct model_server web, llama;
    model_server_start(&web, "server web", NULL);
    CHECK_INT(look_at(web.port, NULL).n, 0);
    char *log = model_server_log(&web);
    CHECK(strstr(log, "\"path\":\"/v1/models\"") && !strstr(log, "\"n\":2"));
    free(log);
    model_server_stop(&web);
    model_server_start(&llama, "window 100", NULL);
    CHECK_INT(look_at(llama.port, NULL).n, 1);
    log = model_server_log(&llama);
    CHECK(strstr(log, "/props") && !strstr(log, "/api/tags"));
    CHECK(!strstr(log, "authorization") && !strstr(log, "POST"));
    free(log);
    model_server_stop(&llama);
}

TEST(a_cloud_model_counts_as_where_it_answers_from)
{
    struct model_server m;
    model_server_start(&m, "server ollama", "model big:cloud https://ollama.com:443", "model small",
                       NULL);
    struct search s = look_at(m.port, NULL);
    CHECK_INT(s.n, 1);
    CHECK_STR(s.found[0].model, "small");
    CHECK(!s.found[0].remote);
    s = look_at(m.port, "big:cloud");
    CHECK(s.found[0].remote);
    CHECK_STR(s.found[0].remote_origin, "https://ollama.com:443");
    s = look_at(m.port, "not-pulled:cloud"); /* known by its name alone */
    CHECK(s.found[0].remote);
    model_server_stop(&m);
}

TEST(a_server_that_loads_its_model_is_found)
{
    struct model_server m;
    model_server_start(&m, "window 100", "loading on", NULL);
    struct search s = look_at(m.port, NULL);
    CHECK_INT(s.n, 1);
    CHECK(s.found[0].loading);
    CHECK_STR(s.found[0].kind, "llama.cpp");
    CHECK_INT(s.found[0].window_tokens, 100);
    model_server_stop(&m);
}

TEST(one_server_can_be_asked_by_its_address)
{
    struct model_server m;
    char url[100];
    model_server_start(&m, "window 777", NULL);
    snprintf(url, sizeof url, "http://localhost:%u/v1/", m.port);
    struct ob_discover_options o = {.url = url};
    struct search s = look(&o);
    CHECK_INT(s.n, 1);
    CHECK_STR(s.found[0].url, url);
    CHECK_INT(s.found[0].window_tokens, 777);
    model_server_stop(&m);
}

TEST(an_address_elsewhere_is_refused)
{
    struct search s = {.over = false};
    struct ob_error e = OB_ERROR_INIT;
    net_start(&s.net);
    CHECK_INT(ob_grants_add(s.net.grants, "", "http://198.51.100.1:80", false, &e), 0);
    struct ob_discover_options o = {.url = "http://198.51.100.1/v1"};
    CHECK_INT(ob_discover_start(s.net.http, &o, on_found, &s, &e), OB_EINVAL);
    o.url = "nonsense";
    CHECK_INT(ob_discover_start(s.net.http, &o, on_found, &s, &e), OB_EINVAL);
    net_stop(&s.net);
    CHECK(!s.over);
}

TEST(a_server_that_says_nothing_does_not_hold_discovery_up)
{
    struct model_server silent, llama;
    model_server_start(&silent, "reply /v1/models", "gate", "body {\"data\":[]}", NULL);
    model_server_start(&llama, "model gemma", NULL);
    unsigned short ports[] = {silent.port, llama.port, 0};
    struct ob_discover_options o = {.ports = ports};
    struct search s = look(&o); /* the loop's own deadline is far above ours */
    CHECK_INT(s.n, 1);
    CHECK_STR(s.found[0].model, "gemma");
    model_server_await(&silent, "abandoned 1");
    model_server_stop(&silent);
    model_server_stop(&llama);
}

TEST_MAIN(CASE(servers_are_told_apart_by_content_and_listed_in_order),
          CASE(a_web_application_is_asked_once_and_no_key_or_text_is_sent),
          CASE(a_cloud_model_counts_as_where_it_answers_from),
          CASE(a_server_that_loads_its_model_is_found),
          CASE(one_server_can_be_asked_by_its_address), CASE(an_address_elsewhere_is_refused),
          CASE(a_server_that_says_nothing_does_not_hold_discovery_up))
