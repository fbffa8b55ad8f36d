/* The scripted model server itself, seen through a plain socket: what the other tests believe. */
#include <sys/socket.h>
#include <sys/time.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "model_server.h"

enum { REPLY_MAX = 1 << 20 };

static int dial(const struct model_server *m)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(m->port)};
    struct timeval limit = {.tv_sec = 10};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    return fd;
}

static void send_request(int fd, const char *method, const char *path, const char *body)
{
    char text[4096];
    int len =
        snprintf(text, sizeof text,
                 "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Test: 값\r\nContent-Length: %zu\r\n\r\n%s",
                 method, path, strlen(body), body);
    CHECK_INT(send(fd, text, (size_t)len, MSG_NOSIGNAL), len);
}

/* Reads until END is there or the connection ends. */
static char *read_until(int fd, const char *end)
{
    static char text[REPLY_MAX];
    size_t len = 0;
    ssize_t n;
    text[0] = '\0';
    while (!strstr(text, end) && (n = recv(fd, text + len, sizeof text - 1 - len, 0)) > 0) {
        len += (size_t)n;
        text[len] = '\0';
    }
    CHECK(len > 0);
    return text;
}

static char *ask(const struct model_server *m, const char *method, const char *path,
                 const char *body, const char *end)
{
    int fd = dial(m);
    send_request(fd, method, path, body);
    char *text = read_until(fd, end);
    (void)close(fd);
    return text;
}

static char *ask_chat(const struct model_server *m)
{
    return ask(m, "POST", "/v1/chat/completions",
               "{\"messages\":[{\"role\":\"user\",\"content\":\"12345678\"}]}", "\r\n0\r\n\r\n");
}

TEST(without_a_script_it_streams_an_answer_as_llama_cpp_does)
{
    struct model_server m;
    model_server_start(&m, NULL);
    char *text = ask_chat(&m);
    CHECK(strstr(text, "HTTP/1.1 200"));
    CHECK(strstr(text, "Content-Type: text/event-stream"));
    CHECK(strstr(text, "\"content\":null"));
    CHECK(strstr(text, "\"content\":\"Scri\""));
    CHECK(strstr(text, "\"finish_reason\":\"stop\""));
    CHECK(strstr(text, "{\"choices\":[],\"usage\":{\"completion_tokens\":5,\"prompt_tokens\":2,"));
    CHECK(strstr(text, "data: [DONE]\n\n"));
    model_server_await(&m, "replied 1");
    model_server_stop(&m);
}

TEST(replies_take_turns_and_the_last_one_stays)
{
    struct model_server m;
    model_server_start(&m, "reply", "times 2", "error loading", "reply", "error rate 7", NULL);
    for (int i = 0; i < 2; i++)
        CHECK(strstr(ask(&m, "POST", "/v1/chat/completions", "{}", "}}"), "HTTP/1.1 503"));
    for (int i = 0; i < 2; i++) {
        char *text = ask(&m, "POST", "/v1/chat/completions", "{}", "}}");
        CHECK(strstr(text, "HTTP/1.1 429"));
        CHECK(strstr(text, "Retry-After: 7\r\n"));
    }
    model_server_stop(&m);
}

TEST(a_gate_holds_the_stream_until_it_is_told_to_go_on)
{
    struct model_server m;
    model_server_start(&m, "piece 99", "text 첫째.", "gate", "text 둘째.", NULL);
    int fd = dial(&m);
    send_request(fd, "POST", "/v1/chat/completions", "{}");
    model_server_await(&m, "gate 1");
    CHECK(strstr(read_until(fd, "첫째."), "첫째."));
    model_server_say(&m, "next");
    CHECK(strstr(read_until(fd, "[DONE]"), "둘째."));
    model_server_await(&m, "replied 1");
    (void)close(fd);
    model_server_stop(&m);
}

TEST(control_requests_do_what_lines_on_stdin_do)
{
    struct model_server m;
    model_server_start(&m, "text a", "gate", "text b", NULL);
    int fd = dial(&m);
    send_request(fd, "POST", "/v1/chat/completions", "{}");
    CHECK(strstr(ask(&m, "GET", "/control/wait/gate/1", "", "{}"), "200"));
    CHECK(strstr(ask(&m, "POST", "/control/script", "reply\nerror server\n", "{}"), "200"));
    CHECK(strstr(ask(&m, "POST", "/control/next", "", "{}"), "200"));
    CHECK(strstr(read_until(fd, "[DONE]"), "\"b\""));
    (void)close(fd);
    CHECK(strstr(ask(&m, "POST", "/v1/chat/completions", "{}", "}}"), "HTTP/1.1 500"));
    CHECK(!model_server_told(&m, "request 3"));
    model_server_stop(&m);
}

TEST(a_client_that_leaves_is_told)
{
    struct model_server m;
    model_server_start(&m, "text a", "gate", "text b", NULL);
    int fd = dial(&m);
    send_request(fd, "POST", "/v1/chat/completions", "{}");
    model_server_await(&m, "gate 1");
    CHECK(strstr(ask(&m, "GET", "/slots", "", "]"), "\"is_processing\":true"));
    (void)close(fd);
    model_server_await(&m, "abandoned 1");
    CHECK(strstr(ask(&m, "GET", "/slots", "", "]"), "\"is_processing\":false"));
    model_server_stop(&m);
}

TEST(bytes_go_out_as_small_as_the_script_says_and_cut_characters)
{
    struct model_server m;
    model_server_start(&m, "framing close", "wire 1", "cut 1", "text 가", "finish none",
                       "usage none", "done none", NULL);
    char *text = ask(&m, "POST", "/v1/chat/completions", "{}", "never");
    CHECK(strstr(text, "Connection: close\r\n"));
    CHECK(strstr(text, "\"content\":\"\xEA\"}") && strstr(text, "\"content\":\"\xB0\"}"));
    CHECK(!strstr(text, "[DONE]"));
    model_server_stop(&m);
}

TEST(a_raw_body_is_sent_byte_for_byte_with_each_framing)
{
    struct model_server m;
    model_server_start(&m, "reply", "framing length", "type text/plain", "raw a\\r\\n\\x00\\x80b",
                       "reply", "framing chunked", "wire 2", "raw abc", "reply", "raw x", "close",
                       "reply", "status 302", "redirect 302 http://127.0.0.1:1/", NULL);
    CHECK(strstr(ask(&m, "POST", "/chat/completions", "", "never\r\n\r\na\r\n"),
                 "Content-Length: 6"));
    CHECK(strstr(ask(&m, "POST", "/chat/completions", "", "0\r\n\r\n"),
                 "\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"));
    CHECK(strstr(ask(&m, "POST", "/chat/completions", "", "never"), "\r\n\r\nx"));
    CHECK(strstr(ask(&m, "POST", "/chat/completions", "", "moved"),
                 "Location: http://127.0.0.1:1/\r\n"));
    model_server_stop(&m);
}

TEST(a_dripped_head_and_a_key_and_a_window_are_kept)
{
    struct model_server m;
    model_server_start(&m, "window 3", "drip 1", "text ok", NULL);
    CHECK(strstr(ask_chat(&m), "\"ok\""));
    CHECK(strstr(ask(&m, "POST", "/v1/chat/completions",
                     "{\"messages\":[{\"content\":\"1234567890123\"}]}", "}}"),
                 "\"n_prompt_tokens\":4,\"n_ctx\":3"));
    model_server_say(&m, "key secret");
    CHECK(strstr(ask(&m, "GET", "/control/wait/replied/2", "", "{}"), "200"));
    while (!strstr(ask(&m, "GET", "/props", "", "}}"), "HTTP/1.1 401"))
        ; /* the line is on its way */
    model_server_stop(&m);
}

TEST(each_kind_of_server_tells_what_that_kind_tells)
{
    struct model_server m;
    model_server_start(&m, "model gemma", "window 4096", NULL);
    CHECK(strstr(ask(&m, "GET", "/v1/models", "", "]}"), "\"meta\":{\"n_ctx\":4096}"));
    CHECK(strstr(ask(&m, "GET", "/props", "", "\"}"), "\"n_ctx\":4096"));
    CHECK(strstr(ask(&m, "POST", "/tokenize", "{\"content\":\"123456789\"}", "]}"), "[0,1,2]"));
    CHECK(strstr(ask(&m, "GET", "/api/tags", "", "}}"), "HTTP/1.1 404"));
    model_server_stop(&m);
    model_server_start(&m, "server ollama", "model big:cloud https://ollama.com", NULL);
    CHECK(strstr(ask(&m, "GET", "/api/tags", "", "]}"), "\"remote_host\":\"https://ollama.com\""));
    model_server_stop(&m);
    model_server_start(&m, "server web", NULL);
    CHECK(strstr(ask(&m, "GET", "/v1/models", "", "</title>"), "text/html"));
    model_server_stop(&m);
}

TEST(requests_are_logged_whole_and_in_order)
{
    struct model_server m;
    model_server_start(&m, NULL);
    int fd = dial(&m);
    send_request(fd, "GET", "/health", "");
    (void)read_until(fd, "\"ok\"}");
    send_request(fd, "POST", "/tokenize", "{\"content\":\"한\\n글\"}");
    (void)read_until(fd, "]}");
    (void)close(fd);
    model_server_await(&m, "request 2 POST /tokenize");
    cJSON *r = model_server_request(&m, 2);
    CHECK_STR(cJSON_GetStringValue(cJSON_GetObjectItem(r, "body")), "{\"content\":\"한\\n글\"}");
    CHECK_INT(cJSON_GetNumberValue(cJSON_GetObjectItem(r, "connection")), 1);
    CHECK_STR(
        cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(r, "headers"), "x-test")),
        "값");
    cJSON_Delete(r);
    CHECK(model_server_request(&m, 3) == NULL);
    model_server_stop(&m);
}

TEST_MAIN(CASE(without_a_script_it_streams_an_answer_as_llama_cpp_does),
          CASE(replies_take_turns_and_the_last_one_stays),
          CASE(a_gate_holds_the_stream_until_it_is_told_to_go_on),
          CASE(control_requests_do_what_lines_on_stdin_do), CASE(a_client_that_leaves_is_told),
          CASE(bytes_go_out_as_small_as_the_script_says_and_cut_characters),
          CASE(a_raw_body_is_sent_byte_for_byte_with_each_framing),
          CASE(a_dripped_head_and_a_key_and_a_window_are_kept),
          CASE(each_kind_of_server_tells_what_that_kind_tells),
          CASE(requests_are_logged_whole_and_in_order))
