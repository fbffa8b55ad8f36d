/* HTTPS against a server whose certificate is made for the case: nothing is sent to one that nobody
 * vouches for, and what is said then is one sentence. */
#include <unistd.h>

#include <curl/curl.h>

#include "call.h"
#include "tls_server.h"

#define KEY "X-Api-Key: sk-canary-열쇠"

static const char *const key_header[] = {KEY};

/* Asks S, trusting those in CA_FILE (NULL: whom the system trusts). */
static struct call ask(struct net *n, const struct tls_server *s, const char *ca_file)
{
    struct call c;
    call_init(&c, n, s->port, "/a");
    snprintf(c.url, sizeof c.url, "https://127.0.0.1:%u/a", s->port);
    c.options.ca_file = ca_file;
    c.options.method = "POST";
    c.options.body = "int secret_of_the_project;";
    c.options.body_len = strlen(c.options.body);
    c.options.headers = key_header;
    c.options.n_headers = 1;
    call_start(&c, &call_gathered);
    net_run(n, &c.over);
    return c;
}

/* C was refused by us, in one sentence, and S got nothing. */
static void is_refused(struct call *c, struct tls_server *s, int status, const char *says)
{
    char host[64];
    snprintf(host, sizeof host, "127.0.0.1:%u", s->port);
    CHECK(strstr(c->message, host) && !strchr(c->message, '\n'));
    call_ends(c, status, says);
    tls_await_end(s);
    CHECK(!strstr(ob_buf_str(&s->said), "canary") && !strstr(ob_buf_str(&s->said), "secret_of"));
    CHECK(!strstr(ob_buf_str(&s->said), "POST"));
}

TEST(a_key_goes_only_to_a_server_whose_certificate_is_vouched_for)
{
    struct net n;
    struct tls_server s, other;
    tls_make_certificate(&other, "다른 인증서", "IP:127.0.0.1");
    tls_make_certificate(&s, "내 인증서", "IP:127.0.0.1");
    net_start(&n);
    tls_start(&s, &n, NULL);
    struct call c = ask(&n, &s, other.certificate);
    is_refused(&c, &s, OB_EDENIED, "is not trusted");
    tls_stop(&s);
    tls_start(&s, &n, NULL);
    c = ask(&n, &s, s.certificate); /* the server does record what comes */
    CHECK_STR(ob_buf_str(&c.body), "ok");
    call_ends(&c, 0, "");
    CHECK(strstr(ob_buf_str(&s.said), KEY) && strstr(ob_buf_str(&s.said), "secret_of"));
    tls_stop(&s);
    net_stop(&n);
}

TEST(a_certificate_that_vouches_for_itself_is_refused_with_what_to_do)
{
    struct net n;
    struct tls_server s;
    const char *list = curl_version_info(CURLVERSION_NOW)->cainfo;
    if (!list || access(list, R_OK) != 0)
        test_skip("the system has no list of authorities");
    tls_make_certificate(&s, "own", "IP:127.0.0.1");
    net_start(&n);
    tls_start(&s, &n, NULL);
    struct call c = ask(&n, &s, NULL);
    CHECK(strstr(c.message, "name it as ca_file"));
    is_refused(&c, &s, OB_EDENIED, "is not trusted");
    tls_stop(&s);
    net_stop(&n);
}

TEST(a_certificate_for_another_name_is_refused)
{
    struct net n;
    struct tls_server s;
    tls_make_certificate(&s, "other", "DNS:models.example");
    net_start(&n);
    tls_start(&s, &n, NULL);
    struct call c = ask(&n, &s, s.certificate);
    is_refused(&c, &s, OB_EDENIED, "is not trusted");
    tls_stop(&s);
    net_stop(&n);
}

TEST(tls_older_than_1_2_is_refused)
{
    static const char *const old[] = {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0", NULL};
    struct net n;
    struct tls_server s;
    tls_make_certificate(&s, "old", "IP:127.0.0.1");
    net_start(&n);
    tls_start(&s, &n, old);
    struct call c = ask(&n, &s, s.certificate);
    is_refused(&c, &s, OB_EPROTO, "does not speak TLS as it should");
    tls_stop(&s);
    net_stop(&n);
}

TEST_MAIN(CASE(a_key_goes_only_to_a_server_whose_certificate_is_vouched_for),
          CASE(a_certificate_that_vouches_for_itself_is_refused_with_what_to_do),
          CASE(a_certificate_for_another_name_is_refused), CASE(tls_older_than_1_2_is_refused))
