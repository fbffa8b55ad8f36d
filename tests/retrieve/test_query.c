/* Parsing questions: stop words, positions, names, acronyms, paths; in English and Korean. */
#include "test.h"

#include <math.h>
#include <string.h>

#include "../../src/retrieve/query.h"
#include "openbook/index/doc.h"

static struct ob__query parse(const char *text)
{
    struct ob__query q;
    struct ob_terms *t = ob_terms_new();
    ob__query_parse(&q, t, text, strlen(text));
    ob_terms_free(t);
    return q;
}

static bool has(const struct ob__query *q, const char *term)
{
    for (size_t i = 0; i < q->n_terms; i++)
        if (strcmp(q->terms[i].text, term) == 0)
            return true;
    return false;
}

static bool has_name(const struct ob__query *q, const char *name)
{
    for (size_t i = 0; i < q->n_names; i++)
        if (q->names[i].key == ob_name_key(name, strlen(name)))
            return true;
    return false;
}

TEST(stop_words_go_and_topics_weigh_most)
{
    struct ob__query q = parse("how does the parser handle escaped quotes");
    CHECK(!has(&q, "the") && !has(&q, "how"));
    CHECK_STR(q.terms[0].text, "pars");
    CHECK(q.terms[0].share > q.terms[1].share);
    CHECK(!q.symbol);
    ob__query_release(&q);
}

TEST(a_question_of_stop_words_alone_keeps_them)
{
    struct ob__query q = parse("how to do it");
    CHECK(q.n_terms > 0);
    ob__query_release(&q);
}

TEST(korean_boilerplate_goes_and_bigrams_share_the_weight_of_their_word)
{
    struct ob__query q = parse("데이터베이스는 무엇인가요 설명해 주세요");
    CHECK(has(&q, "데이") && has(&q, "이스"));
    CHECK(!has(&q, "무엇") && !has(&q, "설명"));
    double sum = 0;
    for (size_t i = 0; i < q.n_terms && i < 5; i++)
        sum += q.terms[i].share * q.terms[i].share;
    CHECK(fabs(sum - 1) < 0.01); /* n bigrams of 1/sqrt(n) */
    ob__query_release(&q);
}

TEST(a_decomposed_question_asks_the_same_as_a_composed_one)
{
    struct ob__query a = parse("설정");
    struct ob__query b = parse("\xe1\x84\x89\xe1\x85\xa5\xe1\x86\xaf\xe1\x84\x8c\xe1\x85\xa5\xe1\x86\xbc");
    CHECK_INT(a.n_terms, 1);
    CHECK_INT(b.n_terms, 1);
    CHECK(a.terms[0].hash == b.terms[0].hash);
    ob__query_release(&a);
    ob__query_release(&b);
}

TEST(identifiers_are_names_and_symbols)
{
    struct ob__query q = parse("HttpServer");
    CHECK(q.symbol && has_name(&q, "http_server"));
    ob__query_release(&q);
    q = parse("std::net::TcpStream");
    CHECK(q.symbol && has_name(&q, "TcpStream"));
    ob__query_release(&q);
    q = parse("useEffect는 언제 실행되나요");
    CHECK(!q.symbol && has_name(&q, "useEffect"));
    ob__query_release(&q);
    q = parse("동시성");
    CHECK(!q.symbol); /* a word, no identifier */
    ob__query_release(&q);
}

TEST(neighbouring_words_are_joined_and_make_initials)
{
    struct ob__query q = parse("status code of the response");
    bool joined = false;
    for (size_t i = 0; i < q.n_joined; i++)
        joined |= q.joined[i] == ob_name_key("statusCode", 10);
    CHECK(joined);
    CHECK(memcmp(q.initials, "scotr", 5) == 0);
    ob__query_release(&q);
}

TEST(paths_with_lines_are_seen)
{
    struct ob__query q = parse("what is wrong at src/net/foo.c:12: error");
    CHECK_STR(q.path, "src/net/foo.c");
    CHECK_INT(q.line, 12);
    ob__query_release(&q);
    q = parse("파일 docs/안내.md 를 보여줘");
    CHECK_STR(q.path, "docs/안내.md");
    ob__query_release(&q);
    q = parse("see https://example.com/a.c:1");
    CHECK(q.path == NULL);
    ob__query_release(&q);
}

TEST(any_bytes_can_be_asked)
{
    static const char *const texts[] = {"", "   ", "\x01\x02\xff", "검ㅅ", "가", "\xf0\x9f\x98\x80",
                                        "[a-z]+(.*)\\d{3}", "한\xea\xb8"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ob__query q = parse(texts[i]);
        CHECK(q.n_terms <= OB__QUERY_TERMS);
        ob__query_release(&q);
    }
}

TEST(a_long_log_is_cut_to_what_fits)
{
    static char log[100 * 1024];
    for (size_t i = 0; i + 16 < sizeof log; i += 16)
        snprintf(log + i, sizeof log - i, "word%05zu /x/y:1\n", i / 16 % 90000);
    struct ob__query q = parse(log);
    CHECK_INT(q.n_terms, OB__QUERY_TERMS);
    ob__query_release(&q);
}

TEST_MAIN(CASE(stop_words_go_and_topics_weigh_most),
          CASE(a_question_of_stop_words_alone_keeps_them),
          CASE(korean_boilerplate_goes_and_bigrams_share_the_weight_of_their_word),
          CASE(a_decomposed_question_asks_the_same_as_a_composed_one),
          CASE(identifiers_are_names_and_symbols),
          CASE(neighbouring_words_are_joined_and_make_initials), CASE(paths_with_lines_are_seen),
          CASE(any_bytes_can_be_asked), CASE(a_long_log_is_cut_to_what_fits))
