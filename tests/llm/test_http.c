/* HTTP against the scripted server: what comes, what never comes, and what is refused. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "call.h"

static double connection_of(const struct model_server *m, unsigned request)
{
    cJSON *r = model_server_request(m, request);
    double n = cJSON_GetNumberValue(cJSON_GetObjectItem(r, "connection"));
    cJSON_Delete(r);
    return n;
}

/* ------------------------------------------------------------ what comes */
TEST(a_reply_is_gathered_or_given_piece_by_piece)
{
    struct net n;
    struct model_server m;
    struct call c;
    model_server_start(&m, "reply /a", "status 418", "type Text/Plain; charset=utf-8", "wire 2",
                       "framing chunked", "body 찻주전자", NULL);
    net_start(&n);
    c = call_get(&n, &m, "/a");
    CHECK_INT(c.status, 0);
    CHECK_INT(c.http_status, 418);
    CHECK_STR(ob_buf_str(&c.body), "찻주전자");
    ob_buf_release(&c.body);
    call_init(&c, &n, m.port, "/a");
    call_start(&c, &call_streamed);
    net_run(&n, &c.over);
    CHECK_INT(c.http_status, 418);
    CHECK_STR(c.type, "text/plain");
    CHECK_STR(ob_buf_str(&c.body), "찻주전자");
    CHECK_INT(c.n_pieces, 6); /* 12 bytes, two by two */
    ob_buf_release(&c.body);
    net_stop(&n);
    model_server_stop(&m);
}

TEST(requests_are_http_1_1_and_say_only_what_they_must)
{
    struct net n;
    struct model_server m;
    struct call c;
    static const char *const headers[] = {"X-One: 값", "Content-Type: application/json"};
    static char big[2 << 20];
    memset(big, 'b', sizeof big);
    model_server_start(&m, "reply /a", "body ok", NULL);
    net_start(&n);
    call_init(&c, &n, m.port, "/a");
    c.options.method = "POST";
    c.options.headers = headers;
    c.options.n_headers = 2;
    c.options.body = big;
    c.options.body_len = sizeof big;
    call_start(&c, &call_gathered);
    net_run(&n, &c.over);
    CHECK_INT(c.status, 0);
    ob_buf_release(&c.body);
    char *log = model_server_log(&m); /* its longest line is cut: the head comes first */
    CHECK(strstr(log, "\"version\":\"HTTP/1.1\""));
    CHECK(strstr(log, "\"x-one\":\"값\"") && strstr(log, "\"content-length\":\"2097152\""));
    CHECK(strstr(log, "\"accept-encoding\":\"identity\""));
    CHECK(!strstr(log, "\"expect\"") && !strstr(log, "\"cookie\"") && !strstr(log, "\"referer\"") &&
          !strstr(log, "\"user-agent\"") && !strstr(log, "\"authorization\""));
    free(log);
    net_stop(&n);
    model_server_stop(&m);
}

TEST(connections_are_kept_and_one_that_died_is_replaced)
{
    struct net n;
    struct model_server m;
    struct call c;
    model_server_start(&m, "reply /a", "body 1", "reply /closes", "body 2", "close", "reply /dies",
                       "status 0", "close", "reply /dies", "body 3", NULL);
    net_start(&n);
    for (int i = 0; i < 2; i++) {
        c = call_get(&n, &m, "/a");
        call_ends(&c, 0, "");
    }
    CHECK(connection_of(&m, 1) == connection_of(&m, 2));
    c = call_get(&n, &m, "/closes");
    call_ends(&c, 0, "");
    c = call_get(&n, &m, "/a");
    CHECK_STR(ob_buf_str(&c.body), "1");
    call_ends(&c, 0, "");
    CHECK(connection_of(&m, 4) > connection_of(&m, 3));
    c = call_get(&n, &m,
                 "/dies"); /* the kept connection dies without a byte: asked again on a new one */
    CHECK_STR(ob_buf_str(&c.body), "3");
    call_ends(&c, 0, "");
    CHECK(connection_of(&m, 6) > connection_of(&m, 5));
    net_stop(&n);
    model_server_stop(&m);
}

TEST(many_requests_run_side_by_side)
{
    struct net n;
    struct model_server m;
    struct call calls[20];
    model_server_start(&m, "reply /a", "times 100", "gate", "body ok", NULL);
    net_start(&n);
    for (size_t i = 0; i < 20; i++) {
        call_init(&calls[i], &n, m.port, "/a");
        call_start(&calls[i], &call_gathered);
    }
    model_server_say(&m, "next 20");
    for (size_t i = 0; i < 20; i++) {
        net_run(&n, &calls[i].over);
        CHECK_STR(ob_buf_str(&calls[i].body), "ok");
        call_ends(&calls[i], 0, "");
    }
    net_stop(&n);
    model_server_stop(&m);
}

TEST(what_a_server_asks_to_wait_is_read)
{
    static const struct {
        const char *header;
        long least, most;
    } cases[] = {{"header Retry-After: 7", 7000, 7000},
                 {"header retry-after: 0", 0, 0},
                 {"header Retry-After: 1.5", 1500, 1500},
                 {"header Retry-After: -3", -1, -1},
                 {"header Retry-After: soon", -1, -1},
                 {"header Retry-After: Wed, 21 Oct 2015 07:28:00 GMT", 0, 0},
                 {"header Retry-After: Fri, 31 Dec 2100 23:59:59 GMT", 86400000L, 1L << 62},
                 {"header Retry-After-Ms: 250", 250, 250},
                 {"header X-Other: 1", -1, -1}};
    struct net n;
    struct model_server m;
    net_start(&n);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_server_start(&m, "reply /a", "status 429", cases[i].header, "body x", NULL);
        struct call c = call_get(&n, &m, "/a");
        CHECK_INT(c.http_status, 429);
        if (c.retry_after_ms < cases[i].least || c.retry_after_ms > cases[i].most)
            test_fail(__FILE__, __LINE__, "%s gives %ld", cases[i].header, c.retry_after_ms);
        call_ends(&c, 0, "");
        model_server_stop(&m);
    }
    net_stop(&n);
}

/* ------------------------------------------------------------ what never comes */
TEST(nobody_at_the_address_is_told_with_what_to_do)
{
    struct net n;
    struct model_server m;
    model_server_start(&m, NULL);
    model_server_stop(&m);
    net_start(&n);
    struct call c = call_get(&n, &m, "/a");
    call_ends(&c, OB_ECONNECT, "is the model server running?");
    net_stop(&n);
}

/* A listener whose queue is full takes no more connections: the kernel lets them wait. */
static unsigned short full_listener(int fds[16])
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof a;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fds[0] = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(fds[0], (struct sockaddr *)&a, len) == 0 && listen(fds[0], 0) == 0);
    CHECK_INT(getsockname(fds[0], (struct sockaddr *)&a, &len), 0);
    for (int i = 1; i < 16; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        CHECK(connect(fds[i], (struct sockaddr *)&a, len) == 0 || errno == EINPROGRESS);
    }
    return ntohs(a.sin_port);
}

TEST(a_connection_that_is_not_taken_ends_at_its_deadline)
{
    int fds[16];
    struct net n;
    struct call c;
    net_start(&n);
    call_init(&c, &n, full_listener(fds), "/a");
    c.options.connect_ms = 150;
    call_start(&c, &call_gathered);
    net_run(&n, &c.over);
    call_ends(&c, OB_ETIMEOUT, "does not take connections in time");
    for (int i = 0; i < 16; i++)
        (void)close(fds[i]);
    net_stop(&n);
}

TEST(silence_before_and_inside_a_reply_ends_at_its_deadline)
{
    struct net n;
    struct model_server m;
    struct call c;
    model_server_start(&m, "reply /head", "status 0", "gate", "reply /body", "framing chunked",
                       "raw half", "gate", NULL);
    net_start(&n);
    call_init(&c, &n, m.port, "/head");
    c.options.silence_ms = 150;
    call_start(&c, &call_streamed);
    net_run(&n, &c.over);
    CHECK(!c.headed);
    call_ends(&c, OB_ETIMEOUT, "sent nothing for 0.15 s");
    call_init(&c, &n, m.port, "/body");
    c.options.silence_ms = 150;
    call_start(&c, &call_streamed);
    net_run(&n, &c.over);
    CHECK_STR(ob_buf_str(&c.body), "half");
    call_ends(&c, OB_ETIMEOUT, "sent nothing for 0.15 s");
    model_server_await(&m, "abandoned 2");
    net_stop(&n);
    model_server_stop(&m);
}

TEST(a_reply_that_drips_for_ever_ends_at_the_whole_deadline)
{
    struct net n;
    struct model_server m;
    struct call c;
    model_server_start(&m, "reply /a", "drip 20", "body x", NULL);
    net_start(&n);
    call_init(&c, &n, m.port, "/a");
    c.options.silence_ms = 5000;
    c.options.total_ms = 300;
    call_start(&c, &call_gathered);
    net_run(&n, &c.over);
    call_ends(&c, OB_ETIMEOUT, "did not finish within 0.3 s");
    model_server_await(&m, "abandoned 1");
    net_stop(&n);
    model_server_stop(&m);
}

TEST(replies_that_break_off_or_are_no_http_are_told)
{
    struct net n;
    struct model_server m;
    struct call c;
    model_server_start(&m, "reply /empty", "status 0", "close", "times 9", "reply /half",
                       "framing length", "raw abc", "header Content-Length: 100", "close",
                       "reply /noise", "status 0", "raw SSH-2.0-OpenSSH\\r\\n", "close",
                       "reply /old", "status 0", "raw HTTP/1.0 200 OK\\r\\n\\r\\nold", "close",
                       NULL);
    net_start(&n);
    c = call_get(&n, &m, "/empty");
    call_ends(&c, OB_EIO, "broke off");
    c = call_get(&n, &m, "/noise");
    call_ends(&c, OB_EPROTO, "does not answer as an HTTP server");
    c = call_get(&n, &m, "/old");
    CHECK_STR(ob_buf_str(&c.body), "old");
    call_ends(&c, 0, "");
    net_stop(&n);
    model_server_stop(&m);
}

/* A server that answers the first bytes of a TLS client as plain web servers do. */
static unsigned short plain_server(pid_t *child)
{
    static const char reply[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof a;
    char bytes[512];
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(fd, (struct sockaddr *)&a, len) == 0 && listen(fd, 4) == 0);
    CHECK_INT(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    *child = fork();
    if (*child == 0) {
        int peer = accept(fd, NULL, NULL);
        bool good = recv(peer, bytes, sizeof bytes, 0) > 0 &&
                    send(peer, reply, sizeof reply - 1, MSG_NOSIGNAL) > 0;
        _exit(good ? 0 : 1);
    }
    (void)close(fd);
    return ntohs(a.sin_port);
}

/* A certificate that vouches for itself; whoever names it as ca_file trusts nobody else. */
static const char *file_of_authorities(void)
{
    return test_write_file("authorities.pem",
                           "-----BEGIN CERTIFICATE-----\n"
                           "MIIBlDCCATqgAwIBAgIUXG6BngGdUNGNOxAQ0eD90VcJwTgwCgYIKoZIzj0EAwIw\n"
                           "ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyNjExNDA0NFoYDzIxMjYxMTAyMTE0\n"
                           "MDQ0WjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
                           "AATcFdBTt7woprS19y9dTMri7KWqBXmx9ykRcsrYKJC7aUJv5LG1uobA2No8H5Ay\n"
                           "VV0/Yd9het9TTLovr4inUPtio24wbDAdBgNVHQ4EFgQUYJNP9Qwuw4GPRwp1qF9Y\n"
                           "boEv/gowHwYDVR0jBBgwFoAUYJNP9Qwuw4GPRwp1qF9YboEv/gowDwYDVR0TAQH/\n"
                           "BAUwAwEB/zAZBgNVHREEEjAQgg5ub2JvZHkuZXhhbXBsZTAKBggqhkjOPQQDAgNI\n"
                           "ADBFAiEAlXkGqZW98ve+U37xVzXq9FLytpGhxYfQZqqGio8TX5ECIGilbB0YE6Al\n"
                           "eQTUD5OqiNFhcLCgommjMJgJ5BCOqnrw\n"
                           "-----END CERTIFICATE-----\n");
}

TEST(a_plain_server_behind_https_is_told)
{
    struct net n;
    struct call c;
    pid_t child;
    int status;
    unsigned short port = plain_server(&child);
    net_start(&n);
    call_init(&c, &n, port, "/a");
    snprintf(c.url, sizeof c.url, "https://127.0.0.1:%u/a", port);
    c.options.ca_file = file_of_authorities(); /* the system may have none */
    call_start(&c, &call_gathered);
    net_run(&n, &c.over);
    call_ends(&c, OB_EPROTO, "is the scheme right?");
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    net_stop(&n);
}

/* ------------------------------------------------------------ caps */
/* 200,000 times the letter a, compressed, as the script spells bytes. */
#define GZIP_200000                                                                                \
    "\\x1f\\x8b\\x08\\x00\\x00\\x00\\x00\\x00\\x02\\x03\\xed\\xc1\\x31\\x01\\x00\\x00\\x00"        \
    "\\xc2\\xa0\\xac\\xeb\\x5f\\xc2\\x0c\\xfe\\x40\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00"        \
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"        \
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"        \
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"        \
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"        \
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"        \
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"        \
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"        \
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"        \
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"        \
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"        \
    "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xaf"        \
    "\\x01\\x9b\\x53\\x69\\xe0\\x40\\x0d\\x03\\x00"

TEST(a_body_over_its_limit_is_cut_off)
{
    struct net n;
    struct model_server m;
    struct call c;
    model_server_start(&m, "reply /length", "fill 100000", "reply /chunked", "framing chunked",
                       "fill 100000", "reply /gzip", "header Content-Encoding: gzip",
                       "raw " GZIP_200000, NULL);
    net_start(&n);
    static const char *const paths[] = {"/length", "/chunked", "/gzip"};
    for (size_t i = 0; i < 3; i++) {
        call_init(&c, &n, m.port, paths[i]);
        c.options.max_body_bytes = 50000;
        call_start(&c, &call_gathered);
        net_run(&n, &c.over);
        CHECK(c.body.len <= 50000);
        call_ends(&c, OB_ETOOBIG, "more than 50000 bytes");
    }
    c = call_get(&n, &m, "/gzip"); /* not asked for, decoded all the same */
    CHECK_INT(c.body.len, 200000);
    call_ends(&c, 0, "");
    net_stop(&n);
    model_server_stop(&m);
}

TEST(a_head_over_its_limit_is_no_model_servers)
{
    static char line[70000];
    struct net n;
    struct model_server m;
    strcpy(line, "header X-Big: ");
    memset(line + 14, 'h', sizeof line - 15);
    model_server_start(&m, "reply /a", line, "body x", NULL);
    net_start(&n);
    struct call c = call_get(&n, &m, "/a");
    call_ends(&c, OB_ETOOBIG, "bytes of headers");
    net_stop(&n);
    model_server_stop(&m);
}

/* ------------------------------------------------------------ cancel */
TEST(a_canceled_request_closes_its_socket_and_ends_once)
{
    struct net n;
    struct model_server m;
    struct call c;
    model_server_start(&m, "reply /a", "times 9", "framing chunked", "raw first", "gate",
                       "raw second", NULL);
    net_start(&n);
    call_init(&c, &n, m.port, "/a"); /* before it is connected */
    call_start(&c, &call_streamed);
    ob_http_cancel(c.request);
    ob_http_cancel(c.request);
    CHECK(!c.over);
    net_run(&n, &c.over);
    CHECK_INT(c.n_pieces, 0);
    call_ends(&c, OB_ECANCELED, "");
    call_init(&c, &n, m.port, "/a"); /* in the middle, from its own callback */
    c.cancel_in_body = true;
    call_start(&c, &call_streamed);
    net_run(&n, &c.over);
    CHECK_INT(c.n_pieces, 1);
    call_ends(&c, OB_ECANCELED, "");
    model_server_await(&m, "abandoned 1");
    call_init(&c, &n, m.port, "/a"); /* because the callback wants no more */
    c.stop = true;
    call_start(&c, &call_streamed);
    net_run(&n, &c.over);
    call_ends(&c, OB_ECANCELED, "");
    model_server_await(&m, "abandoned 2");
    net_stop(&n);
    model_server_stop(&m);
}

TEST(closing_ends_what_runs)
{
    struct net n;
    struct model_server m;
    struct call calls[3];
    model_server_start(&m, "reply /a", "times 9", "gate", "body x", NULL);
    net_start(&n);
    for (size_t i = 0; i < 3; i++) {
        call_init(&calls[i], &n, m.port, "/a");
        call_start(&calls[i], &call_gathered);
    }
    net_stop(&n);
    for (size_t i = 0; i < 3; i++) {
        CHECK(calls[i].over);
        call_ends(&calls[i], OB_ECANCELED, "");
    }
    model_server_stop(&m);
}

/* ------------------------------------------------------------ what is refused */
TEST(redirects_are_refused_and_nothing_reaches_their_target)
{
    static const int statuses[] = {301, 302, 303, 307, 308};
    struct net n;
    struct model_server from, to;
    char line[200], says[200];
    static const char *const key[] = {"X-Api-Key: sk-canary"};
    model_server_start(&to, NULL);
    net_start(&n);
    for (size_t i = 0; i < 5; i++) {
        snprintf(line, sizeof line, "redirect %d http://127.0.0.1:%u/stolen", statuses[i], to.port);
        snprintf(says, sizeof says, "redirects to 127.0.0.1:%u, which is not followed", to.port);
        model_server_start(&from, "reply /a", line, NULL);
        struct call c;
        call_init(&c, &n, from.port, "/a");
        c.options.method = "POST";
        c.options.body = "code";
        c.options.body_len = 4;
        c.options.headers = key;
        c.options.n_headers = 1;
        call_start(&c, &call_streamed);
        net_run(&n, &c.over);
        CHECK(!c.headed && c.n_pieces == 0);
        call_ends(&c, OB_EPROTO, says);
        model_server_stop(&from);
    }
    CHECK(model_server_request(&to, 1) == NULL);
    model_server_stop(&to);
    model_server_start(&from, "reply /file", "redirect 302 file:///etc/passwd", "reply /same",
                       "redirect 307 /b", "reply /none", "status 304", "reply /user",
                       "redirect 302 http://u:p@127.0.0.1/", NULL);
    static const char *const paths[] = {"/file", "/same", "/none", "/user"};
    for (size_t i = 0; i < 4; i++) {
        struct call c = call_get(&n, &from, paths[i]);
        call_ends(&c, OB_EPROTO, i == 2 ? "to nowhere" : "which is not followed");
    }
    CHECK(model_server_request(&from, 5) == NULL);
    model_server_stop(&from);
    net_stop(&n);
}

TEST(what_has_no_grant_opens_no_socket)
{
    struct net n;
    struct call c;
    net_start(&n);
    static const char *const urls[] = {"https://api.example.com/v1", "http://192.168.0.2:11434/",
                                       "http://[fe80::1]/", "http://0.0.0.0:1/",
                                       "http://localhost.example.com/"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        call_init(&c, &n, 1, "/");
        snprintf(c.url, sizeof c.url, "%s", urls[i]);
        CHECK_INT(call_try(&c, &call_gathered), OB_EDENIED);
        CHECK(strstr(c.message, "before you say yes"));
    }
    CHECK_INT(ob_grants_add(n.grants, "/other", "https://api.example.com:443", false, NULL), 0);
    snprintf(c.url, sizeof c.url, "https://api.example.com/v1");
    CHECK_INT(call_try(&c, &call_gathered), OB_EDENIED); /* of another project */
    net_stop(&n);
    CHECK(!c.over);
}

TEST(keys_go_over_https_or_to_this_machine_only)
{
    static const char *const names[] = {"Authorization: Bearer k", "x-api-key: k", "API-KEY: k",
                                        "X-Goog-Api-Key: k"};
    struct net n;
    struct call c;
    net_start(&n);
    CHECK_INT(ob_grants_add(n.grants, "/p", "http://192.0.2.1:80", false, NULL), 0);
    for (size_t i = 0; i < 4; i++) {
        call_init(&c, &n, 1, "/");
        snprintf(c.url, sizeof c.url, "http://192.0.2.1/v1");
        c.options.headers = &names[i];
        c.options.n_headers = 1;
        CHECK_INT(call_try(&c, &call_gathered), OB_EDENIED);
        CHECK(strstr(c.message, "never sent over plain http"));
    }
    net_stop(&n);
}

TEST(a_header_with_a_line_break_is_refused)
{
    static const char *const bad[] = {"X: a\r\nY: b", "X: a\nY: b", "X: a\r", "no colon"};
    struct net n;
    struct call c;
    net_start(&n);
    for (size_t i = 0; i < 4; i++) {
        call_init(&c, &n, 1, "/");
        c.options.headers = &bad[i];
        c.options.n_headers = 1;
        CHECK_INT(call_try(&c, &call_gathered), OB_EINVAL);
    }
    net_stop(&n);
}

/* ------------------------------------------------------------ proxies, and the loop */
TEST(a_proxy_of_the_environment_is_used_for_others_and_never_for_this_machine)
{
    struct net n;
    struct model_server proxy, direct;
    struct call c;
    char url[100];
    model_server_start(&proxy, "reply http://models.example.test/a", "body by proxy", NULL);
    model_server_start(&direct, "reply /a", "body direct", NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", proxy.port);
    CHECK(setenv("http_proxy", url, 1) == 0 && setenv("all_proxy", url, 1) == 0);
    CHECK(unsetenv("no_proxy") == 0 && unsetenv("NO_PROXY") == 0);
    net_start(&n);
    c = call_get(&n, &direct, "/a");
    CHECK_STR(ob_buf_str(&c.body), "direct");
    call_ends(&c, 0, "");
    CHECK(model_server_request(&proxy, 1) == NULL);
    CHECK_INT(ob_grants_add(n.grants, "/p", "http://models.example.test:80", false, NULL), 0);
    call_init(&c, &n, 1, "/");
    snprintf(c.url, sizeof c.url, "http://models.example.test/a");
    call_start(&c, &call_gathered);
    net_run(&n, &c.over);
    CHECK_STR(ob_buf_str(&c.body), "by proxy");
    call_ends(&c, 0, "");
    net_stop(&n);
    model_server_stop(&proxy);
    model_server_stop(&direct);
}

static void on_prepare(uv_prepare_t *prepare)
{
    ++*(int *)prepare->data;
}

static void on_while_over(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

TEST(the_loop_sleeps_while_a_request_waits)
{
    struct net n;
    struct model_server m;
    struct call c;
    uv_prepare_t prepare;
    uv_timer_t timer;
    int turns = 0;
    bool over = false;
    model_server_start(&m, "reply /a", "framing chunked", "raw first", "gate", "raw second", NULL);
    net_start(&n);
    call_init(&c, &n, m.port, "/a");
    call_start(&c, &call_streamed);
    while (c.n_pieces == 0)
        (void)uv_run(&n.loop, UV_RUN_ONCE);
    prepare.data = &turns;
    timer.data = &over;
    (void)uv_prepare_init(&n.loop, &prepare);
    (void)uv_timer_init(&n.loop, &timer);
    (void)uv_prepare_start(&prepare, on_prepare);
    (void)uv_timer_start(&timer, on_while_over, 400, 0); /* what is measured is a stretch of time */
    net_run(&n, &over);
    CHECK(turns < 10);
    uv_close((uv_handle_t *)&prepare, NULL);
    uv_close((uv_handle_t *)&timer, NULL);
    model_server_say(&m, "next");
    net_run(&n, &c.over);
    CHECK_STR(ob_buf_str(&c.body), "firstsecond");
    call_ends(&c, 0, "");
    net_stop(&n);
    model_server_stop(&m);
}

TEST_MAIN(CASE(a_reply_is_gathered_or_given_piece_by_piece),
          CASE(requests_are_http_1_1_and_say_only_what_they_must),
          CASE(connections_are_kept_and_one_that_died_is_replaced),
          CASE(many_requests_run_side_by_side), CASE(what_a_server_asks_to_wait_is_read),
          CASE(nobody_at_the_address_is_told_with_what_to_do),
          CASE(a_connection_that_is_not_taken_ends_at_its_deadline),
          CASE(silence_before_and_inside_a_reply_ends_at_its_deadline),
          CASE(a_reply_that_drips_for_ever_ends_at_the_whole_deadline),
          CASE(replies_that_break_off_or_are_no_http_are_told),
          CASE(a_plain_server_behind_https_is_told), CASE(a_body_over_its_limit_is_cut_off),
          CASE(a_head_over_its_limit_is_no_model_servers),
          CASE(a_canceled_request_closes_its_socket_and_ends_once), CASE(closing_ends_what_runs),
          CASE(redirects_are_refused_and_nothing_reaches_their_target),
          CASE(what_has_no_grant_opens_no_socket), CASE(keys_go_over_https_or_to_this_machine_only),
          CASE(a_header_with_a_line_break_is_refused),
          CASE(a_proxy_of_the_environment_is_used_for_others_and_never_for_this_machine),
          CASE(the_loop_sleeps_while_a_request_waits))
