/* Parsing questions: stop words, positions, names, acronyms, paths; in English and Korean. */
#include <math.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/index/doc.h"

#include "../../src/retrieve/places.h"
#include "../../src/retrieve/query.h"
#include "../chance.h"
#include "test.h"

static struct ob__query parse(const char *text)
{
    struct ob__query q;
    struct ob_terms *t = ob_terms_new();
    ob__query_parse(&q, t, NULL, text, strlen(text));
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

static const struct ob__qterm *term(const struct ob__query *q, const char *text)
{
    const struct ob__qterm *t = NULL;
    for (size_t i = 0; i < q->n_terms && !t; i++)
        if (strcmp(q->terms[i].text, text) == 0)
            t = &q->terms[i];
    CHECK(t != NULL);
    return t;
}

TEST(a_question_is_about_its_topic_and_not_about_what_is_asked_of_it)
{
    struct ob__query q = parse("What is the difference between state and props?");
    CHECK(term(&q, "stat")->share == 1);
    CHECK(term(&q, "differenc")->share < term(&q, "prop")->share);
    CHECK(term(&q, "differenc")->flat_share < term(&q, "prop")->flat_share);
    ob__query_release(&q);
    q = parse("difference state"); /* names what is looked for */
    CHECK(term(&q, "differenc")->share == 1);
    ob__query_release(&q);
    q = parse("장점은 무엇인가요, 스택의?");
    CHECK(term(&q, "스택")->share > term(&q, "장점")->share);
    ob__query_release(&q);
}

TEST(a_stop_word_that_is_written_as_code_is_a_name)
{
    static const char *const code[] = {"What is the use() hook?", "what does `use` do",
                                       "`use`는 무엇인가요?", "use() 훅이란?", "`use"};
    for (size_t i = 0; i < 4; i++) {
        struct ob__query q = parse(code[i]);
        CHECK(has(&q, "use"));
        ob__query_release(&q);
    }
    struct ob__query q = parse("how do I use the hook (once)?");
    CHECK(!has(&q, "use"));
    ob__query_release(&q);
}

TEST(what_is_asked_of_something_within_another_is_told_from_that)
{
    static const struct {
        const char *text, *asked, *within;
    } cases[] = {
        {"What is a portal in React 19?", "portal", "react"},
        {"React에서 portal은 무엇인가요?", "portal", "react"},
        {"\u1107\u1162\u110B\u1169\u110B\u1166\u1109\u1165 portal이란?" /* NFD */, "portal",
         "배오"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ob__query q = parse(cases[i].text);
        CHECK(!term(&q, cases[i].asked)->within);
        CHECK(term(&q, cases[i].within)->within);
        ob__query_release(&q);
    }
    struct ob__query q = parse("In React, what is a portal? Is it a hook");
    CHECK(!term(&q, "react")->within && !term(&q, "portal")->within && !term(&q, "hook")->within);
    ob__query_release(&q);
}

TEST(words_that_join_words_are_told_from_a_word_and_a_number)
{
    struct ob__query q = parse("does useState of ES6 need read_file");
    CHECK_INT(q.n_compounds, 3);
    CHECK_INT(q.joining, 1 | 4);
    ob__query_release(&q);
}

TEST(questions_about_releases_ask_for_the_history)
{
    static const char *const asked[] = {"what changed in the last release",
                                        "upgrade to the new version", "history of the format",
                                        "지난 버전에서 고친 것", NULL};
    for (const char *const *text = asked; *text; text++) {
        struct ob__query q = parse(*text);
        CHECK(q.asks_history);
        ob__query_release(&q);
    }
    struct ob__query q = parse("what happens when a file changes");
    CHECK(!q.asks_history);
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
    struct ob__query b =
        parse("\xe1\x84\x89\xe1\x85\xa5\xe1\x86\xaf\xe1\x84\x8c\xe1\x85\xa5\xe1\x86\xbc");
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

/* "path:line path:line ..." */
static void check_asked(int line, const char *question, const char *want)
{
    char got[1024] = "";
    struct ob__query q = parse(question);
    for (size_t i = 0; i < q.n_asked; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s:%u", i ? " " : "",
                 q.asked[i].path, q.asked[i].line);
    test_check_str(__FILE__, line, question, got, want);
    ob__query_release(&q);
}
#define ASKED(question, want) check_asked(__LINE__, question, want)

TEST(paths_with_lines_are_seen)
{
    ASKED("what is wrong at src/net/foo.c:12: error", "src/net/foo.c:12");
    ASKED("파일 docs/안내.md 를 보여줘", "docs/안내.md:0");
    ASKED("docs/안내.md를 보여줘", "docs/안내.md:0");
    ASKED("see https://example.com/a.c:1", "");
    ASKED("foo.c(12)", "foo.c:12");
    ASKED("./src/foo.c", "src/foo.c:0");
    ASKED("look at src/foo.c.", "src/foo.c:0");
    ASKED("/home/u/app/src/foo.c:7:3", "home/u/app/src/foo.c:7");
    ASKED("C:\\app\\src\\foo.c(12,5): error C2065", "app/src/foo.c:12");
    ASKED("src\\base\\foo.c", "src/base/foo.c:0");
    ASKED("Makefile:12: *** missing separator", "Makefile:12");
    ASKED("docs/\xe1\x84\x89\xe1\x85\xa5\xe1\x86\xaf.md:3", "docs/설.md:3");
    ASKED("and/or, 10.0.0.1:80, 12:30, std::vector", "");
}

TEST(places_of_a_trace_are_seen_in_their_order)
{
    ASKED("#0  0x000055d in parse (s=0x0) at src/parse.c:12\n#1  0x000 in main () at main.c:3\n",
          "src/parse.c:12 main.c:3");
    ASKED("Traceback (most recent call last):\n  File \"/srv/app/run.py\", line 8, in <module>\n"
          "    go()\n  File \"/srv/app/lib/go.py\", line 21, in go\nValueError: 잘못된 값",
          "srv/app/run.py:8 srv/app/lib/go.py:21");
    ASKED("Exception in thread \"main\" java.lang.Error: x\n"
          "\tat com.acme.Shop.pay(Shop.java:31)\n\tat com.acme.Main.main(Main.java:5)",
          "Shop.java:31 Main.java:5");
    ASKED("panic: boom\n\ngoroutine 1 [running]:\nmain.pay(0x1)\n\t/go/src/shop/pay.go:17 +0x1d\n",
          "main.pay:0 go/src/shop/pay.go:17");
    ASKED("thread 'main' panicked at src/main.rs:4:5:\n  --> src/lib.rs:9:1\n",
          "src/main.rs:4 src/lib.rs:9");
    ASKED("    at pay (/srv/shop/pay.js:9:11)\n    at file:///srv/shop/main.mjs:2:1",
          "srv/shop/pay.js:9 srv/shop/main.mjs:2");
    ASKED("In file included from src/a.h:3,\n                 from src/b.c:1:\n"
          "src/b.c:10:2: error: unknown type name 'foo'",
          "src/a.h:3 src/b.c:1 src/b.c:10");
    ASKED("   at Shop.Pay() in C:\\w\\Pay.cs:line 40", "Shop.Pay:0 w/Pay.cs:40");
}

TEST(lines_are_read_as_tools_and_people_write_them)
{
    ASKED("charge.sh: line 7: x: command not found", "charge.sh:7");
    ASKED("charge.sh: 줄 7: x: 명령어를 찾을 수 없음", "charge.sh:7");
    ASKED("backup.sh: 5: [: unexpected operator", "backup.sh:5");
    ASKED("backup.sh: 5 files", "backup.sh:0");
    ASKED("{pay,charge,[-1],[{file,\"src/pay.erl\"},{line,5}]}", "src/pay.erl:5");
    ASKED("File \"pay.ml\", lines 12-14, characters 4-10", "pay.ml:12");
    ASKED("src/Pay.hs:(12,5)-(14,8): Non-exhaustive", "src/Pay.hs:12");
    ASKED("thrown in /srv/Pay.php on line 8", "srv/Pay.php:8");
    ASKED("ArrayIndexError@pay.d(7): index", "pay.d:7");
    ASKED("At line 9 of file pay.f90", "pay.f90:9");
    ASKED("what is line 9 of `src/pay.c`?", "src/pay.c:9");
    ASKED("src/pay.c#L12-L20, src/pay.h at line 3, src/a.c +4",
          "src/pay.c:12 src/pay.h:3 src/a.c:4");
    ASKED("[ERROR] /srv/shop/Pay.java:[12,33] cannot find symbol", "srv/shop/Pay.java:12");
    ASKED("::error file=src/pay.ts,line=9,col=5::x", "src/pay.ts:9");
    ASKED("script /srv/shop.vim[9]..function shop#charge:", "srv/shop.vim:9");
    ASKED("ERROR in ./src/pay.js 3:17", "src/pay.js:3");
    ASKED("SyntaxError: /srv/src/pay.js: Unexpected token (3:17)", "srv/src/pay.js:3");
    ASKED("src/pay.js: it failed (again)", "src/pay.js:0");
    ASKED("src/pay.js 3 times, src/a.js [1]", "src/pay.js:0 src/a.js:0");
    ASKED("src/pay.c 12행", "src/pay.c:12");
    ASKED("src/pay.c의 12번째 줄이 왜 실패하나요", "src/pay.c:12");
    ASKED("src/pay.c 파일 12번 줄", "src/pay.c:12");
    ASKED("pay.c 12개", "pay.c:0");
}

TEST(addresses_of_own_files_are_paths)
{
    ASKED("at webpack://shop/src/pay.js:8:1", "src/pay.js:8");
    ASKED("at f (webpack-internal:///./src/cart.ts:7:28)", "src/cart.ts:7");
    ASKED("charge@http://localhost:5173/src/pay.ts?t=17:9:11", "src/pay.ts:9");
    ASKED("at https://cdn.example.com/src/pay.ts:9:11", "");
    ASKED("file:///C:/shop/src/%ED%95%A0%EC%9D%B8.mjs:4", "shop/src/할인.mjs:4");
    ASKED("...to/site/pack/shop/lua/pay.lua:8: nil", "site/pack/shop/lua/pay.lua:8");
    ASKED("../src/../include/./pay.h:3: error", "include/pay.h:3");
}

TEST(lines_below_a_path_are_of_it)
{
    ASKED("\n/srv/shop/src/pay.js\n  10:10  error  'x' is not defined\n   8:56  warning\n\n"
          "/srv/shop/src/cart.js\r\n  1:2  error  x\r\n\n 3:4 nothing\n",
          "srv/shop/src/pay.js:0 srv/shop/src/pay.js:10 srv/shop/src/pay.js:8 "
          "srv/shop/src/cart.js:0 srv/shop/src/cart.js:1");
    ASKED("Error detected while processing /srv/shop.vim:\nline    4:\nE492: Not an editor command",
          "srv/shop.vim:0 srv/shop.vim:4");
}

TEST(any_mixture_of_places_is_read)
{
    static const char *const pieces[] = {"src/a.c",
                                         "pay.d",
                                         ":",
                                         "12",
                                         "(",
                                         ")",
                                         "\n",
                                         "\r\n",
                                         "@",
                                         "://",
                                         "localhost",
                                         "?t=1",
                                         "\"",
                                         ", line ",
                                         "%ED%95",
                                         "\\",
                                         "C:",
                                         " ",
                                         "\x1b[",
                                         "webpack",
                                         "http",
                                         "file",
                                         "/",
                                         "..",
                                         "...",
                                         "\t",
                                         "at ",
                                         "x.y.z(",
                                         "Caused by: ",
                                         "Traceback (most recent call last):",
                                         "____",
                                         "line ",
                                         " of ",
                                         "},{line,",
                                         "의",
                                         "\xea\xb8",
                                         "\xe1\x84\x89",
                                         "번째 줄",
                                         "error",
                                         "0x7f00",
                                         "-",
                                         "10:11:12",
                                         ".",
                                         "diff --git a/",
                                         "@@ -1,2 +1,2 @@",
                                         "+++ b/",
                                         "\\355\\225\\240",
                                         " | 4 ++",
                                         "/blob/main/",
                                         " +12 ",
                                         "function ",
                                         "..",
                                         "[2]",
                                         "<SNR>1_",
                                         ":\nline    2:",
                                         "<<<<<<< x",
                                         "\n>>>>>>> y",
                                         "(3,4)",
                                         "#L",
                                         "\n+",
                                         "\n-"};
    for (unsigned round = 0; round < 3000; round++) {
        char text[512];
        size_t len = 0;
        chance_begin(round);
        for (unsigned n = any(24); n; n--) {
            const char *piece = PICK(pieces);
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        char *exact = ob_alloc(len); /* a byte too far is seen */
        memcpy(exact, text, len);
        struct ob__query q;
        struct ob_terms *t = ob_terms_new();
        ob__query_parse(&q, t, NULL, exact, len);
        for (size_t i = 0, last = 0; i < q.n_passed; last = q.passed[i++].start) {
            const struct ob__passed *p = &q.passed[i];
            CHECK(last <= p->start && p->start <= p->end && p->end <= p->past && p->past <= len);
        }
        ob__query_release(&q);
        ob_terms_free(t);
        ob_free(exact);
    }
}

TEST(colours_are_taken_out)
{
    struct ob_arena arena = {0};
    static const char text[] = "\x1b[96msrc/a.ts\x1b[0m:\x1b[1;93m8\x1b[0m \x1b] 가\x1b[";
    size_t len = sizeof text - 1;
    const char *plain = ob__query_text(&arena, text, &len);
    CHECK_STR(plain, "src/a.ts:8 \x1b] 가");
    CHECK_INT(len, strlen(plain));
    ob_arena_release(&arena);
}

static void check_plain(const char *text, const char *want)
{
    struct ob_arena arena = {0};
    size_t len = strlen(text);
    char *own = strdup(text); /* so that reading past the end is seen */
    const char *plain = ob__query_text(&arena, own, &len);
    CHECK_INT(len, strlen(want));
    CHECK(memcmp(plain, want, len) == 0);
    ob_arena_release(&arena);
    free(own);
}

TEST(links_are_taken_out_and_quoted_names_are_read)
{
    check_plain("\x1b]8;;file:///a.ts\x1b\\a.ts\x1b]8;;\x1b\\:8", "a.ts:8");
    check_plain("\x1b]0;title\ax\x1b[?25ly\x1b]8;;", "xy\x1b]8;;");
    check_plain("\"a/\\355\\225\\240\\354\\235\\270.mjs\"", "\"a/할인.mjs\"");
    check_plain("\\355\\225 \\377 \\012 \\355", "\\355\\225 \\377 \\012 \\355"); /* no characters */
}

TEST(each_sentence_begins_with_its_topic)
{
    struct ob__query q =
        parse("alpha beta gamma. delta epsilon\nzeta eta theta iota kappa lambda mu nu xi "
              "omicron pi rho sigma tau upsilon phi chi psi omega");
    for (size_t i = 0; i < q.n_terms; i++) {
        CHECK(q.terms[i].share >= 0.3);
        if (strcmp(q.terms[i].text, "delta") == 0 || strcmp(q.terms[i].text, "zeta") == 0)
            CHECK(q.terms[i].share == 1);
    }
    CHECK(has(&q, "zeta"));
    ob__query_release(&q);
}

TEST(any_bytes_can_be_asked)
{
    static const char *const texts[] = {
        "",          "   ", "\x01\x02\xff", "검ㅅ", "가", "\xf0\x9f\x98\x80", "[a-z]+(.*)\\d{3}",
        "한\xea\xb8"};
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
    CHECK(q.n_terms >= 24 && q.n_terms <= 40);
    ob__query_release(&q);
}

/* Finds the places of HEAD, UNIT again and again for N bytes, and TAIL. */
static void find_places_of(const char *head, const char *unit, size_t n, const char *tail)
{
    struct ob__query q = {0};
    struct ob_buf text;
    ob_buf_init(&text, 3 * n);
    CHECK(ob_buf_append(&text, head, strlen(head)) == 0);
    while (text.len < n)
        CHECK(ob_buf_append(&text, unit, strlen(unit)) == 0);
    CHECK(ob_buf_append(&text, tail, strlen(tail)) == 0);
    ob__places_find(&q, NULL, text.data, text.len);
    CHECK(q.n_asked <= OB__QUERY_READ);
    ob__query_release(&q);
    ob_buf_release(&text);
}

TEST(places_are_found_in_time_and_stack_that_no_text_multiplies)
{
    enum { HALF = 2 << 20 }; /* with anything quadratic the case would not end in its time */
    char *half = ob_alloc(HALF + 3);
    memset(half, '1', HALF);
    memcpy(half + HALF, ")", 2);
    find_places_of("", "pay.c: ", HALF, half);
    memset(half, ' ', HALF);
    memcpy(half, "x\n", 2);
    half[HALF] = '\0';
    find_places_of(half, "pay.c ", HALF + HALF, "");
    find_places_of(half, "결제/요금.c:12 ", HALF + HALF, "");
    find_places_of("", "http://a/b/c/blob/x/", HALF, "");
    find_places_of("pay.c#L1", "-L1", HALF, "");
    ob_free(half);
}

TEST_MAIN(CASE(a_stop_word_that_is_written_as_code_is_a_name),
          CASE(what_is_asked_of_something_within_another_is_told_from_that),
          CASE(words_that_join_words_are_told_from_a_word_and_a_number),
          CASE(places_are_found_in_time_and_stack_that_no_text_multiplies),
          CASE(questions_about_releases_ask_for_the_history),
          CASE(stop_words_go_and_topics_weigh_most),
          CASE(a_question_is_about_its_topic_and_not_about_what_is_asked_of_it),
          CASE(a_question_of_stop_words_alone_keeps_them),
          CASE(korean_boilerplate_goes_and_bigrams_share_the_weight_of_their_word),
          CASE(a_decomposed_question_asks_the_same_as_a_composed_one),
          CASE(identifiers_are_names_and_symbols),
          CASE(neighbouring_words_are_joined_and_make_initials), CASE(paths_with_lines_are_seen),
          CASE(places_of_a_trace_are_seen_in_their_order),
          CASE(lines_are_read_as_tools_and_people_write_them),
          CASE(addresses_of_own_files_are_paths), CASE(lines_below_a_path_are_of_it),
          CASE(any_mixture_of_places_is_read), CASE(colours_are_taken_out),
          CASE(links_are_taken_out_and_quoted_names_are_read),
          CASE(each_sentence_begins_with_its_topic), CASE(any_bytes_can_be_asked),
          CASE(a_long_log_is_cut_to_what_fits))
