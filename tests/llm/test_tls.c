/* HTTPS against a server whose certificate is made for the case: nothing is sent to one that nobody
 * vouches for, and what is said then is one sentence. */
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>

#include "../../src/llm/transfer.h"
#include "call.h"
#include "files/ns.h"
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

/* Starts a server and a net that trusts those of a folder, S among them if IN_FOLDER, and those of LIST;
 * NULL: S alone. */
static void start_trusting(struct net *n, struct tls_server *s, bool in_folder, const char *list)
{
    static char folder[300];
    char command[1400];
    snprintf(folder, sizeof folder, "%s/믿는 곳", test_scratch);
    tls_make_certificate(s, "인증서", "IP:127.0.0.1");
    CHECK_INT(mkdir(folder, 0700), 0);
    /* OpenSSL looks for a file that is named by the certificate's hash. */
    snprintf(command, sizeof command, "cp '%s' '%s'/$(openssl x509 -noout -hash -in '%s').0",
             s->certificate, folder, s->certificate);
    if (in_folder)
        CHECK_INT(system(command), 0);
    net_start(n);
    if (!n->http->ca_folder)
        test_skip("libcurl looks nobody up in a folder here");
    n->http->ca_folder = folder;
    n->http->ca_list = list ? list : s->certificate;
    tls_start(s, n, NULL);
}

/* S is asked, and takes our hand at once, or when it is given AGAIN. */
static void is_answered(struct net *n, struct tls_server *s, bool again)
{
    struct call c = ask(n, s, NULL);
    CHECK_STR(ob_buf_str(&c.body), "ok");
    call_ends(&c, 0, "");
    CHECK(again == (strstr(ob_buf_str(&s->said), "ERROR\n") != NULL));
}

TEST(whom_to_trust_is_looked_up_in_the_folder_first)
{
    struct net n;
    struct tls_server s;
    start_trusting(&n, &s, true, "/nobody");
    is_answered(&n, &s, false);
    tls_stop(&s);
    net_stop(&n);
}

TEST(whom_the_folder_does_not_know_the_list_may)
{
    struct net n;
    struct tls_server s;
    start_trusting(&n, &s, false, NULL);
    is_answered(&n, &s, true);
    tls_stop(&s);
    tls_start(&s, &n, NULL);
    is_answered(&n, &s, false); /* the list was asked at once */
    tls_stop(&s);
    net_stop(&n);
}

/* Takes away the system's list of authorities, in a view of the file system of our own. */
static void hide_authorities(void)
{
    const char *list = curl_version_info(CURLVERSION_NOW)->cainfo;
    if (!list)
        test_skip("this libcurl reads no list of authorities");
    if (access(list, F_OK) != 0)
        return;
    ns_enter(CLONE_NEWNS);
    char *folder = strdup(list);
    *strrchr(folder, '/') = '\0';
    if (mount("none", folder, "tmpfs", 0, NULL) != 0)
        test_skip("the system does not let a namespace mount");
    free(folder);
    CHECK(access(list, F_OK) != 0);
}

TEST(without_a_list_of_authorities_https_names_the_package_and_plain_http_works)
{
    struct net n;
    struct tls_server s;
    struct model_server m;
    tls_make_certificate(&s, "목록 없이", "IP:127.0.0.1");
    hide_authorities();
    model_server_start(&m, "reply /a", "body 평문", NULL);
    net_start(&n);
    struct call c = call_get(&n, &m, "/a");
    CHECK_STR(ob_buf_str(&c.body), "평문");
    call_ends(&c, 0, "");
    tls_start(&s, &n, NULL);
    c = ask(&n, &s, NULL);
    CHECK(strstr(c.message, "nothing was sent to 127.0.0.1:"));
    is_refused(&c, &s, OB_EFAIL, "install ca-certificates, or name a file as ca_file");
    c = ask(&n, &s, "/nowhere/인증서.pem"); /* one that the user names is blamed itself */
    call_ends(&c, OB_EINVAL, "the ca_file for 127.0.0.1:");
    CHECK(!strstr(ob_buf_str(&s.said), "canary"));
    tls_stop(&s);
    net_stop(&n);
    model_server_stop(&m);
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
          CASE(whom_to_trust_is_looked_up_in_the_folder_first),
          CASE(whom_the_folder_does_not_know_the_list_may),
          CASE(without_a_list_of_authorities_https_names_the_package_and_plain_http_works),
          CASE(a_certificate_for_another_name_is_refused), CASE(tls_older_than_1_2_is_refused))
