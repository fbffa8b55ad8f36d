/* The answer without a model. */
#include <string.h>

#include "../../src/answer/extract.h"
#include "pages.h"
#include "test.h"

static struct ob_arena arena;

static struct ob__packed extract(const char *question, const struct ob__span *spans, size_t n)
{
    struct ob__packed out;
    ob__extract(&out, &arena, question, strlen(question), spans, n);
    return out;
}

static bool shows(const struct ob__packed *p, const struct ob__page *page, uint32_t line)
{
    for (size_t i = 0; i < p->len; i++)
        if (p->spans[i].page == page && p->spans[i].first_line <= line &&
            p->spans[i].last_line >= line)
            return true;
    return false;
}

static uint32_t lines_of(const struct ob__packed *p)
{
    uint32_t n = 0;
    for (size_t i = 0; i < p->len; i++)
        n += p->spans[i].last_line - p->spans[i].first_line + 1;
    return n;
}

/* TEXT stands on line AT of a page of filler. */
static struct ob__page hidden_in(const char *path, const char *filler, unsigned n, unsigned at,
                                 const char *text)
{
    char *all = ob_arena_alloc(&arena, n * 64 + strlen(text) + 64);
    for (unsigned i = 1; i <= n; i++) {
        size_t len = strlen(all);
        (void)snprintf(all + len, 64 + strlen(text), "%s\n", i == at ? text : filler);
    }
    return page_of(&arena, path, all);
}

TEST(extract_shows_the_line_that_answers)
{
    struct ob__page a =
        hidden_in("a.c", "int filler;", 60, 40, "/* retries are limited to three attempts */");
    struct ob__page b = hidden_in("b.md", "nothing here", 60, 20, "Timeouts are ten seconds.");
    struct ob__span spans[] = {span_of(&a, 1, 60, 1.0), span_of(&b, 1, 60, 0.6)};
    struct ob__packed p = extract("how many retries, and which timeout?", spans, 2);
    CHECK(shows(&p, &a, 40));
    CHECK(shows(&p, &b, 20));
    CHECK(!shows(&p, &a, 2));
    CHECK(lines_of(&p) < 30);
}

TEST(extract_shows_the_korean_line_that_answers)
{
    struct ob__page a =
        hidden_in("노트.md", "다른 이야기입니다.", 60, 30, "색인은 저장할 때마다 갱신됩니다.");
    struct ob__span s = span_of(&a, 1, 60, 1.0);
    struct ob__packed p = extract("색인이 언제 갱신되나요?", &s, 1);
    CHECK(shows(&p, &a, 30));
    CHECK(!shows(&p, &a, 1));
}

TEST(extract_finds_the_english_line_that_a_korean_question_asks_for)
{
    struct ob__page a = hidden_in("a.c", "int filler;", 60, 40,
                                  "/* the session is deleted when its owner logs out */");
    struct ob__page b = hidden_in("b.c", "nothing here", 60, 20, "the cache is kept for a minute");
    struct ob__span spans[] = {span_of(&b, 1, 60, 1.0), span_of(&a, 1, 60, 0.9)};
    struct ob__packed p = extract("세션은 언제 삭제되나요?", spans, 2);
    CHECK(shows(&p, &a, 40));
}

TEST(extract_never_shows_more_than_forty_lines)
{
    struct ob__page pages[10];
    struct ob__span spans[10];
    static const char *const words[] = {"apple",  "bridge", "candle", "dragon", "engine",
                                        "forest", "garden", "hammer", "island", "jungle"};
    for (int i = 0; i < 10; i++) {
        pages[i] = hidden_in(words[i], "filler", 50, 25, words[i]);
        spans[i] = span_of(&pages[i], 1, 50, 1.0 / (i + 1));
    }
    struct ob__packed p =
        extract("apple bridge candle dragon engine forest garden hammer island jungle", spans, 10);
    CHECK(lines_of(&p) <= OB__EXTRACT_LINES);
    CHECK(p.len >= 4);
    CHECK(shows(&p, &pages[0], 25));
}

TEST(extract_trusts_the_ranking_when_no_word_fits)
{
    struct ob__page a = page_of_lines(&arena, "a.c", "static int x", 80);
    struct ob__span s = span_of(&a, 1, 80, 1.0);
    s.best_line = 50;
    struct ob__packed p = extract("동시성은 어떻게 다루나요?", &s, 1);
    CHECK_INT(p.len, 1);
    CHECK(shows(&p, &a, 50));
}

TEST(extract_of_nothing_is_nothing)
{
    CHECK_INT(extract("anything", NULL, 0).len, 0);
}

TEST(extract_quotes_with_path_number_and_a_fence_that_holds)
{
    struct ob__page a = page_of(&arena, "doc/가이드.md", "# Title\n````\ncode\n````\n");
    struct ob__span s = span_of(&a, 1, 4, 1.0);
    struct ob__packed p = extract("title", &s, 1);
    struct ob_buf out;
    ob_buf_init(&out, 4096);
    CHECK_INT(ob__extract_write(&out, &p), 0);
    CHECK_STR(ob_buf_str(&out), "`doc/가이드.md:1-4` [1]\n\n`````markdown\n# Title\n````\ncode\n"
                                "````\n`````\n\n");
    ob_buf_release(&out);
}

TEST_MAIN(CASE(extract_shows_the_line_that_answers),
          CASE(extract_shows_the_korean_line_that_answers),
          CASE(extract_finds_the_english_line_that_a_korean_question_asks_for),
          CASE(extract_never_shows_more_than_forty_lines),
          CASE(extract_trusts_the_ranking_when_no_word_fits), CASE(extract_of_nothing_is_nothing),
          CASE(extract_quotes_with_path_number_and_a_fence_that_holds))
