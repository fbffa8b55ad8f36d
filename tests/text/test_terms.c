#include <string.h>

#include "openbook/base/buf.h"
#include "openbook/base/mem.h"
#include "openbook/text/terms.h"

#include "test.h"

/* Terms as text: "word", "=compound", "한글" a bigram, each with a blank behind. */
static void collect(const struct ob_term *term, void *data)
{
    (void)ob_buf_appendf(data, "%s%.*s ", term->kind == OB_TERM_COMPOUND ? "=" : "",
                         (int)term->text_len, term->text);
}

static const char *terms_of(const char *text, size_t len)
{
    static struct ob_buf out;
    struct ob_terms *t = ob_terms_new();
    ob_buf_release(&out);
    ob_buf_init(&out, 1 << 20);
    ob_terms_scan(t, text, len, collect, &out);
    ob_terms_free(t);
    return ob_buf_str(&out);
}

#define TERMS(text) terms_of(text, sizeof(text) - 1)

TEST(words_are_split_stemmed_and_joined)
{
    CHECK_STR(TERMS("HttpServer"), "http serv =httpserver ");
    CHECK_STR(TERMS("http_server"), "http serv =httpserver ");
    CHECK_STR(TERMS("httpServer HTTPServer"), "http serv =httpserver http serv =httpserver ");
    CHECK_STR(TERMS("parsing files"), "pars fil ");
    CHECK_STR(TERMS("__init__"), "init ");
    CHECK_STR(TERMS("XMLHttpRequest2"), "xml http request 2 =xmlhttprequest2 ");
    CHECK_STR(TERMS("getURL"), "get url =geturl ");
    CHECK_STR(TERMS("A_B"), "a b =ab ");
    CHECK_STR(TERMS("___ ... "), "");
}

TEST(digits_are_words_of_their_own_in_front_of_letters)
{
    CHECK_STR(TERMS("0x1F 42"), "0 x 1 f =x1f 42 ");
    CHECK_STR(TERMS("utf8"), "utf 8 =utf8 ");
}

TEST(letters_beyond_ascii_are_letters)
{
    CHECK_STR(TERMS("Éléphant"), "éléphant ");
    CHECK_STR(TERMS("caféTable"), "café tabl =cafétable ");
    CHECK_STR(TERMS("ПриветМир"), "привет мир =приветмир ");
}

TEST(letters_and_their_marks_give_the_terms_of_the_composed_letters)
{
    CHECK_STR(TERMS("E\u0301le\u0301phant cafe\u0301Table"), "éléphant café tabl =cafétable ");
    CHECK_STR(TERMS("\u304B\u3099\u30CF\u309A"), "が パ ");
    CHECK_STR(TERMS("x\u0302 y"), "x\u0302 y ");
    CHECK_STR(TERMS(". \u0301 ="), ""); /* a mark of no letter */
    CHECK_STR(TERMS("=\u0338 a"), "a ");
    CHECK_STR(TERMS("e\u0301를 한글"), "é 한글 ");
}

TEST(a_long_line_of_carriage_returns_is_read_to_its_end)
{
    static char text[30000];
    for (size_t i = 0; i + 10 <= sizeof text; i += 10)
        memcpy(text + i, "some line\r", 10);
    memcpy(text + sizeof text - 8, " 끝단\r", 8);
    CHECK(strstr(terms_of(text, sizeof text), "끝단") != NULL);
    memset(text, 'a', 20000);
    CHECK(strncmp(terms_of(text, sizeof text), "aaaa", 4) == 0);
    CHECK(strstr(terms_of(text, sizeof text), "끝단") != NULL); /* behind a line of 20,000 */
}

TEST(korean_gives_bigrams_of_the_stem)
{
    CHECK_STR(TERMS("컨테이너가"), "컨테 테이 이너 ");
    CHECK_STR(TERMS("함수를 호출하는"), "함수 호출 ");
    CHECK_STR(TERMS("값"), "값 ");
}

TEST(scripts_are_cut_apart_and_a_particle_after_latin_is_dropped)
{
    CHECK_STR(TERMS("API를"), "api ");
    CHECK_STR(TERMS("useEffect는 언제"), "use effect =useeffect 언제 ");
    CHECK_STR(TERMS("utf8은"), "utf 8 =utf8 ");
    CHECK_STR(TERMS("API 를"), "api 를 "); /* not right after it */
    CHECK_STR(TERMS("3장"), "3 장 ");      /* after digits it is a counter */
    CHECK_STR(TERMS("C언어"), "c 언어 ");
    CHECK_STR(TERMS("漢字です"), "漢 字 で す ");
}

TEST(decomposed_and_wide_forms_give_the_same_terms)
{
    const char *want = "한글 글문 문서 api ";
    CHECK_STR(TERMS("한글문서를 API를"), want);
    CHECK_STR(TERMS("\u1112\u1161\u11AB\u1100\u1173\u11AF\u1106\u116E\u11AB\u1109\u1165"
                    "\u1105\u1173\u11AF API\u1105\u1173\u11AF"),
              want);
    CHECK_STR(TERMS("\uFFBE\uFFC2\uFFA4\uFFA1\uFFDA\uFFA9\uFFB1\uFFD3\uFFA4\uFFB5\uFFC6"
                    "\uFFA9\uFFDA\uFFA9　ＡＰＩ를"),
              want);
    CHECK_STR(TERMS("ａｐｉ２"), "api 2 =api2 ");
}

struct seen {
    size_t n;
    struct ob_term last;
    char text[64];
};

static void remember(const struct ob_term *term, void *data)
{
    struct seen *seen = data;
    seen->n++;
    seen->last = *term;
    memset(seen->text, 0, sizeof seen->text);
    memcpy(seen->text, term->part, term->part_len < 63 ? term->part_len : 63);
}

static struct seen last_of(const char *text, size_t len)
{
    struct seen seen = {0};
    struct ob_terms *t = ob_terms_new();
    ob_terms_scan(t, text, len, remember, &seen);
    ob_terms_free(t);
    return seen;
}

TEST(spans_and_lines_are_those_of_the_scanned_bytes)
{
    const char *text = "x\r\n\n  \u1112\u1161\u11AB\u1100\u1173\u11AF\u1105\u1173\u11AF\n";
    struct seen seen = last_of(text, strlen(text));
    CHECK_INT(seen.last.line_1based, 3);
    CHECK_INT(seen.last.start, 6);
    CHECK_INT(seen.last.end, strlen(text) - 1);
    CHECK_INT(seen.last.kind, OB_TERM_HANGUL);
    CHECK_INT(seen.last.word, 1);
}

TEST(a_term_tells_its_part_and_how_many_its_word_has)
{
    struct seen seen = last_of("fooRunning", 10);
    CHECK_INT(seen.last.kind, OB_TERM_COMPOUND);
    CHECK_STR(seen.text, "foorunning");
    CHECK_INT(seen.last.word_terms, 1);
    seen = last_of("Running", 7);
    CHECK_STR(seen.text, "running");
    CHECK_INT(seen.last.text_len, 3);
    seen = last_of("컨테이너가", 15);
    CHECK_INT(seen.last.word_terms, 3);
}

static void note_particle(const struct ob_term *t, void *data)
{
    struct {
        const char *text, *particle;
        int n;
    } *seen = data;
    seen->n += ob_term_has_particle(seen->text, strlen(seen->text), t, seen->particle);
}

/* How many terms of TEXT have PARTICLE. */
static int with_particle(const char *text, const char *particle)
{
    struct {
        const char *text, *particle;
        int n;
    } seen = {text, particle, 0};
    struct ob_terms *t = ob_terms_new();
    ob_terms_scan(t, text, strlen(text), note_particle, &seen);
    ob_terms_free(t);
    return seen.n;
}

TEST(a_particle_ends_a_hangul_word_or_stands_behind_another)
{
    CHECK_INT(with_particle("집에서 논다", "에서"), 1);
    CHECK_INT(with_particle("React에서", "에서"), 1);
    CHECK_INT(with_particle("\u110C\u1175\u11B8\u110B\u1166\u1109\u1165", "에서"), 1); /* NFD */
    CHECK_INT(with_particle("React\u110B\u1166\u1109\u1165", "에서"), 1);
    CHECK_INT(with_particle("에서", "에서"), 0);
    CHECK_INT(with_particle("\u110B\u1166\u1109\u1165", "에서"), 0);
    CHECK_INT(with_particle("React 에서", "에서"), 0);
    CHECK_INT(with_particle("React\xec\x97\x90\xec", "에서"), 0);
    CHECK_INT(with_particle("React", "에서"), 0);
    CHECK_INT(with_particle("집\xff\xff\xff에서", "에서"), 0);
}

TEST(a_word_and_a_number_join_no_words)
{
    static const char *const joining[] = {"usestate", "readfile", "utf8decode", "x2y"};
    static const char *const others[] = {"es6", "v4", "utf8", "3d", "8", ""};
    for (size_t i = 0; i < sizeof joining / sizeof *joining; i++)
        CHECK(ob_compound_joins_words(joining[i], strlen(joining[i])));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CHECK(!ob_compound_joins_words(others[i], strlen(others[i])));
}

TEST(hashes_are_those_of_the_terms_and_compounds_live_apart)
{
    struct seen seen = last_of("Running", 7);
    CHECK(seen.last.hash == ob_term_hash(OB_TERM_WORD, "run", 3));
    seen = last_of("ab_c", 4);
    CHECK(seen.last.hash == ob_term_hash(OB_TERM_COMPOUND, "abc", 3));
    CHECK(ob_term_hash(OB_TERM_COMPOUND, "abc", 3) != ob_term_hash(OB_TERM_WORD, "abc", 3));
}

/* Editors that wrap softly keep a paragraph on one line. */
TEST(a_paragraph_of_some_thousand_syllables_on_one_line_is_read_to_its_end)
{
    static char text[16000];
    size_t len = 0;
    while (len + 30 < sizeof text)
        len += (size_t)snprintf(text + len, sizeof text - len, "오늘 적어 둔다 ");
    len += (size_t)snprintf(text + len, sizeof text - len, "끝단");
    CHECK(strstr(terms_of(text, len), "끝단") != NULL);
}

TEST(a_long_line_is_cut_and_the_lines_after_it_keep_their_numbers)
{
    enum { LONG = 100000 };
    char *text = ob_alloc(LONG + 8);
    for (size_t i = 0; i < LONG; i++)
        text[i] = i % 4 == 3 ? ' ' : 'q';
    memcpy(text + LONG, "\nend", 4);
    struct seen seen = last_of(text, LONG + 4);
    CHECK_INT(seen.n, 4001);
    CHECK_INT(seen.last.line_1based, 2);
    CHECK_INT(seen.last.start, LONG + 1);
    for (size_t i = 0; i + 3 <= LONG; i += 3)
        memcpy(text + i, "가", 3);
    seen = last_of(text, LONG);
    CHECK_INT(seen.last.end, 15999); /* no syllable is cut */
    ob_free(text);
}

TEST(the_memo_survives_more_words_than_it_holds)
{
    struct ob_buf text, out;
    ob_buf_init(&text, 8 << 20);
    ob_buf_init(&out, 8 << 20);
    for (int i = 0; i < 60000; i++)
        CHECK_INT(ob_buf_appendf(&text, "w%c%c%c%d\n", 'a' + i % 26, 'a' + i / 26 % 26,
                                 'a' + i / 676 % 26, i),
                  0);
    struct ob_terms *t = ob_terms_new();
    struct seen seen = {0};
    ob_terms_scan(t, text.data, text.len, remember, &seen);
    CHECK_INT(seen.n, 180000);
    ob_terms_scan(t, "HttpServer", 10, collect, &out);
    CHECK_STR(ob_buf_str(&out), "http serv =httpserver ");
    ob_terms_free(t);
    ob_buf_release(&text);
    ob_buf_release(&out);
}

/* ------------------------------------------------------------ hostile bytes */
struct walk {
    const char *text;
    size_t len, last_start, last_end;
    uint32_t last_word;
    bool any;
};

static void check_term(const struct ob_term *term, void *data)
{
    struct walk *w = data;
    CHECK(term->start < term->end && term->end <= w->len);
    CHECK(term->text_len > 0 && term->part_len > 0);
    CHECK(term->hash == ob_term_hash(term->kind, term->text, term->text_len));
    if (w->any && term->word == w->last_word)
        CHECK(term->start == w->last_start && term->end == w->last_end);
    else if (w->any)
        CHECK(term->start >= w->last_end && term->word == w->last_word + 1);
    uint32_t line = 1;
    for (size_t i = 0; i < term->start; i++)
        line += w->text[i] == '\n';
    CHECK_INT(term->line_1based, line);
    CHECK(!memchr(w->text + term->start, '\n', term->end - term->start));
    w->any = true;
    w->last_word = term->word;
    w->last_start = term->start;
    w->last_end = term->end;
}

static void check_scan(struct ob_terms *t, const char *text, size_t len)
{
    char *exact = ob_alloc(len); /* so that a read past the end is seen */
    memcpy(exact, text, len);
    struct walk w = {.text = exact, .len = len};
    ob_terms_scan(t, exact, len, check_term, &w);
    ob_free(exact);
}

TEST(text_cut_at_any_byte_is_survived)
{
    static const char text[] =
        "API를 한글문서 \u1112\u1161\u11AB é漢字 ＡＰＩ２\n😀 \uFFBE\uFFC2\uFFA4 x";
    struct ob_terms *t = ob_terms_new();
    for (size_t from = 0; from < sizeof text; from++)
        for (size_t to = from; to < sizeof text; to++)
            check_scan(t, text + from, to - from);
    ob_terms_free(t);
}

TEST(random_bytes_give_spans_inside_the_text)
{
    static const char *const pieces[] = {"한", "\u1112", "\u1161", "\u11AB",   "\uFFBE", "\uFFC2",
                                         "a",  "B",      "_",      "1",        "\n",     " ",
                                         "é",  "漢",     "\xEA",   "\xF0\x9F", "Ａ",     "를"};
    struct ob_terms *t = ob_terms_new();
    uint64_t seed = 42;
    for (int round = 0; round < 3000; round++) {
        char text[256];
        size_t len = 0;
        while (len < 200) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            unsigned pick = (unsigned)(seed >> 40);
            if (round % 2) {
                text[len++] = (char)pick;
            } else {
                const char *piece = pieces[pick % (sizeof pieces / sizeof *pieces)];
                memcpy(text + len, piece, strlen(piece));
                len += strlen(piece);
            }
        }
        check_scan(t, text, len);
    }
    ob_terms_free(t);
}

TEST_MAIN(CASE(a_particle_ends_a_hangul_word_or_stands_behind_another),
          CASE(a_word_and_a_number_join_no_words), CASE(words_are_split_stemmed_and_joined),
          CASE(digits_are_words_of_their_own_in_front_of_letters),
          CASE(letters_beyond_ascii_are_letters),
          CASE(letters_and_their_marks_give_the_terms_of_the_composed_letters),
          CASE(a_long_line_of_carriage_returns_is_read_to_its_end),
          CASE(korean_gives_bigrams_of_the_stem),
          CASE(scripts_are_cut_apart_and_a_particle_after_latin_is_dropped),
          CASE(decomposed_and_wide_forms_give_the_same_terms),
          CASE(spans_and_lines_are_those_of_the_scanned_bytes),
          CASE(a_term_tells_its_part_and_how_many_its_word_has),
          CASE(hashes_are_those_of_the_terms_and_compounds_live_apart),
          CASE(a_paragraph_of_some_thousand_syllables_on_one_line_is_read_to_its_end),
          CASE(a_long_line_is_cut_and_the_lines_after_it_keep_their_numbers),
          CASE(the_memo_survives_more_words_than_it_holds), CASE(text_cut_at_any_byte_is_survived),
          CASE(random_bytes_give_spans_inside_the_text))
