/* What is checked is what will be connected to: the tricks are those of address bars. */
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/llm/http.h"

#include "../../src/llm/origin.h"
#include "test.h"

static void is_origin(const char *url, const char *want)
{
    struct ob_error e = OB_ERROR_INIT;
    char *origin = NULL;
    int err = ob_http_origin(&origin, url, &e);
    if (err)
        test_fail(__FILE__, __LINE__, "%s: %s", url, e.message);
    CHECK_STR(origin, want);
    ob_free(origin);
}

static void is_refused(const char *url)
{
    struct ob_error e = OB_ERROR_INIT;
    char *origin = NULL;
    int err = ob_http_origin(&origin, url, &e);
    if (err != OB_EINVAL)
        test_fail(__FILE__, __LINE__, "%s gives %d, %s", url, err, origin ? origin : "nothing");
    CHECK(e.message[0] && origin == NULL);
}

static bool is_loopback(const char *url)
{
    char *origin = NULL;
    CHECK_INT(ob_http_origin(&origin, url, NULL), 0);
    bool is = ob_http_is_loopback(origin);
    ob_free(origin);
    return is;
}

TEST(an_origin_is_scheme_host_and_port_in_lower_case)
{
    is_origin("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080");
    is_origin("HTTPS://API.Example.COM/v1?x=y#z", "https://api.example.com:443");
    is_origin("http://example.com", "http://example.com:80");
    is_origin("http://[::1]:11434/v1", "http://[::1]:11434");
    is_origin("https://example.com:00443/", "https://example.com:443");
}

TEST(hosts_that_hide_behind_others_come_out)
{
    is_origin("http://0x7f.1/", "http://127.0.0.1:80"); /* the ways to write an IPv4 address */
    is_origin("http://2130706433/", "http://127.0.0.1:80");
    is_origin("http://0177.0.0.1/", "http://127.0.0.1:80");
    is_origin("http://127.0.0.1.evil.test/", "http://127.0.0.1.evil.test:80");
    is_origin("http://localhost.evil.test/", "http://localhost.evil.test:80");
    is_origin("http://evil.test/127.0.0.1", "http://evil.test:80");
    is_origin("http://evil.test#127.0.0.1/", "http://evil.test:80");
    is_origin("http://evil.test?@127.0.0.1/", "http://evil.test:80");
    is_origin("http:///v1", "http://v1:80"); /* as libcurl connects */
    CHECK(!is_loopback("http://127.0.0.1.evil.test/"));
    CHECK(!is_loopback("http://localhost.evil.test/"));
    CHECK(!is_loopback("http://evil.test#127.0.0.1/"));
}

TEST(names_and_passwords_in_an_address_are_refused)
{
    is_refused("http://127.0.0.1@evil.test/");
    is_refused("http://user:password@127.0.0.1/");
    is_refused("https://key@api.example.com/v1");
    is_refused("http://127.0.0.1:80@evil.test/");
}

TEST(what_is_no_web_address_is_refused)
{
    const char *const urls[] = {"",
                                "127.0.0.1:8080",
                                "file:///etc/passwd",
                                "ftp://h/",
                                "gopher://h/",
                                "http://",
                                "http://h:99999/",
                                "http://h:port/",
                                "http://a b",
                                "http://h%00.evil/",
                                "http://[::1/",
                                "://h/",
                                "javascript:alert(1)"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        is_refused(urls[i]);
}

TEST(an_address_over_the_limit_is_refused)
{
    char url[5000];
    memset(url, 'a', sizeof url);
    memcpy(url, "http://h/", 9);
    url[sizeof url - 1] = '\0';
    char *origin = NULL;
    CHECK_INT(ob_http_origin(&origin, url, NULL), OB_ETOOBIG);
}

TEST(letters_that_look_alike_make_another_origin)
{
    char *latin = NULL, *cyrillic = NULL, *korean = NULL;
    CHECK_INT(ob_http_origin(&latin, "https://apple.test/", NULL), 0);
    if (ob_http_origin(&cyrillic, "https://\xD0\xB0pple.test/", NULL) == 0)
        CHECK(strcmp(latin, cyrillic) != 0);
    if (ob_http_origin(&korean, "https://모델.test/", NULL) == 0)
        CHECK(!ob_http_is_loopback(korean) && strstr(korean, "모델.test"));
    ob_free(latin);
    ob_free(cyrillic);
    ob_free(korean);
}

TEST(this_machine_is_127_and_one_and_localhost_only)
{
    CHECK(is_loopback("http://127.0.0.1:8080/v1"));
    CHECK(is_loopback("http://127.8.9.10/"));
    CHECK(is_loopback("http://localhost:1234/v1"));
    CHECK(is_loopback("http://LOCALHOST/"));
    CHECK(is_loopback("http://[::1]:8080/"));
    CHECK(is_loopback("https://[0:0:0:0:0:0:0:1]/"));
    CHECK(!is_loopback("http://0.0.0.0/"));
    CHECK(!is_loopback("http://[::]/"));
    CHECK(!is_loopback("http://128.0.0.1/"));
    CHECK(!is_loopback("http://192.168.0.2:11434/"));
    CHECK(!is_loopback("http://[::ffff:192.168.0.2]/"));
    CHECK(!is_loopback("http://localhost.localdomain/"));
    CHECK(!ob_http_is_loopback(NULL) && !ob_http_is_loopback("") &&
          !ob_http_is_loopback("http://"));
}

TEST(link_local_addresses_are_told_apart)
{
    CHECK(ob__origin_is_link_local("http://169.254.169.254:80"));
    CHECK(ob__origin_is_link_local("http://[fe80::1]:80"));
    char *zone = NULL; /* a zone changes nothing */
    CHECK(ob_http_origin(&zone, "http://[fe80::1%25eth0]/", NULL) != 0 ||
          ob__origin_is_link_local(zone));
    ob_free(zone);
    CHECK(!ob__origin_is_link_local("http://169.253.0.1:80"));
    CHECK(!ob__origin_is_link_local("http://example.com:80"));
    CHECK_STR(ob__origin_host("https://h:443"), "h:443");
}

TEST_MAIN(CASE(an_origin_is_scheme_host_and_port_in_lower_case),
          CASE(hosts_that_hide_behind_others_come_out),
          CASE(names_and_passwords_in_an_address_are_refused),
          CASE(what_is_no_web_address_is_refused), CASE(an_address_over_the_limit_is_refused),
          CASE(letters_that_look_alike_make_another_origin),
          CASE(this_machine_is_127_and_one_and_localhost_only),
          CASE(link_local_addresses_are_told_apart))
