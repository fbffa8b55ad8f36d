/* Which spans go into a prompt. */
#include <string.h>

#include "openbook/text/estimate.h"

#include "../../src/answer/pack.h"
#include "pages.h"
#include "test.h"

static struct ob_arena arena;

static struct ob__packed pack(const struct ob__span *spans, size_t n, size_t budget)
{
    struct ob__packed out;
    struct ob__pack_options o = {.budget_tokens = budget,
                                 .tokens_per_cjk = OB_ESTIMATE_CJK_UNKNOWN};
    ob__pack(&out, &arena, spans, n, &o);
    return out;
}

TEST(pack_joins_neighbours_of_one_file)
{
    struct ob__page a = page_of_lines(&arena, "a.c", "alpha", 100);
    struct ob__page b = page_of_lines(&arena, "b.c", "beta", 100);
    struct ob__span spans[] = {span_of(&a, 10, 20, 0.5), span_of(&a, 18, 30, 1.0),
                               span_of(&a, 33, 40, 0.2), span_of(&b, 15, 25, 0.4),
                               span_of(&a, 60, 70, 0.1)};
    struct ob__packed p = pack(spans, 5, 100000);
    CHECK_INT(p.len, 3);
    CHECK(p.spans[0].page == &a);
    CHECK_INT(p.spans[0].first_line, 10);
    CHECK_INT(p.spans[0].last_line, 40);
    CHECK_INT(p.spans[0].best_line, 18); /* of the better part */
    CHECK(p.spans[1].page == &b);
    CHECK_INT(p.spans[2].first_line, 60);
    CHECK(!p.left_out); /* three of five, and yet all of it */
}

TEST(pack_puts_the_best_first_and_the_second_best_last)
{
    struct ob__page a[5];
    struct ob__span spans[5];
    const double values[] = {0.3, 1.0, 0.2, 0.8, 0.5};
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    for (int i = 0; i < 5; i++) {
        a[i] = page_of_lines(&arena, names[i], names[i], 10);
        spans[i] = span_of(&a[i], 1, 10, values[i]);
    }
    struct ob__packed p = pack(spans, 5, 100000);
    CHECK_INT(p.len, 5);
    const char *by_rank[] = {"b", "d", "e", "a", "c"}, *in_prompt[] = {"b", "e", "a", "c", "d"};
    for (size_t i = 0; i < 5; i++) {
        CHECK_STR(p.spans[i].page->path, by_rank[i]);
        CHECK_STR(p.spans[p.order[i]].page->path, in_prompt[i]);
    }
    p = pack(spans, 1, 100000);
    CHECK_INT(p.len, 1);
    CHECK_INT(p.order[0], 0);
    p = pack(spans, 2, 100000);
    CHECK_INT(p.order[0], 0);
    CHECK_INT(p.order[1], 1);
}

TEST(pack_keeps_to_the_budget)
{
    struct ob__page pages[12];
    struct ob__span spans[12];
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    for (int i = 0; i < 12; i++) {
        pages[i] = page_of_lines(&arena, names[i], i % 2 ? "한국어 줄" : "english line", 40);
        spans[i] = span_of(&pages[i], 1, 40, 1.0 / (i + 1));
    }
    for (size_t budget = 100; budget < 4000; budget += 150) {
        struct ob__packed p = pack(spans, 12, budget);
        CHECK(p.len >= 1);
        CHECK(p.tokens <= budget);
        CHECK(p.spans[0].page == &pages[0]);
        bool all = p.len == 2 && p.spans[0].last_line == 40; /* the others are their copies */
        CHECK_INT(p.left_out, !all);
    }
    CHECK(!pack(spans, 12, 100000).left_out);
}

TEST(pack_prefers_a_cheap_span_to_a_dear_one_of_like_worth)
{
    struct ob__page best = page_of_lines(&arena, "best", "x", 10);
    struct ob__page dear = page_of_lines(&arena, "dear", "some longer line of text here", 200);
    struct ob__page cheap = page_of_lines(&arena, "cheap", "y", 10);
    struct ob__span spans[] = {span_of(&best, 1, 10, 1.0), span_of(&dear, 1, 200, 0.6),
                               span_of(&cheap, 1, 10, 0.5)};
    struct ob__packed p = pack(spans, 3, 600);
    CHECK_INT(p.len, 2);
    CHECK_STR(p.spans[1].page->path, "cheap");
}

TEST(pack_gives_no_file_more_than_half_while_others_wait)
{
    struct ob__page long_one = page_of_lines(&arena, "long", "line of the long file", 400);
    struct ob__page other = page_of_lines(&arena, "other", "line of the other file", 40);
    struct ob__span spans[9];
    for (uint32_t i = 0; i < 8; i++)
        spans[i] = span_of(&long_one, 1 + i * 50, 30 + i * 50, 1.0 - 0.01 * i);
    spans[8] = span_of(&other, 1, 30, 0.1);
    struct ob__packed p = pack(spans, 9, 1500);
    bool has_other = false;
    for (size_t i = 0; i < p.len; i++)
        has_other |= p.spans[i].page == &other;
    CHECK(has_other);
    p = pack(spans, 8, 1500); /* alone it may have all */
    CHECK(p.tokens > 750);
}

TEST(pack_counts_equal_texts_once)
{
    struct ob__page a = page_of_lines(&arena, "a.md", "같은 문장", 10);
    struct ob__page copy = page_of_lines(&arena, "copy/a.md", "같은 문장", 10);
    struct ob__span spans[] = {span_of(&copy, 1, 10, 0.9), span_of(&a, 1, 10, 1.0)};
    struct ob__packed p = pack(spans, 2, 10000);
    CHECK_INT(p.len, 1);
    CHECK_STR(p.spans[0].page->path, "a.md");
    CHECK(!p.left_out);
}

TEST(pack_cuts_the_best_span_around_its_best_line)
{
    struct ob__page a = page_of_lines(&arena, "a.c", "a line with a few words", 1000);
    struct ob__span s = span_of(&a, 1, 1000, 1.0);
    s.best_line = 700;
    struct ob__packed p = pack(&s, 1, 300);
    CHECK_INT(p.len, 1);
    CHECK(p.tokens <= 300);
    CHECK(p.spans[0].first_line <= 700 && p.spans[0].last_line >= 700);
    CHECK(p.spans[0].last_line - p.spans[0].first_line > 5);
}

TEST(pack_drops_what_does_not_lie_on_the_page)
{
    struct ob__page a = page_of_lines(&arena, "a.c", "x", 5);
    struct ob__page empty = page_of(&arena, "gone.c", "");
    struct ob__span spans[] = {span_of(&empty, 1, 9, 1.0), span_of(&a, 4, 9, 0.5),
                               span_of(&a, 7, 9, 0.4), span_of(&a, 0, 3, 0.3)};
    struct ob__packed p = pack(spans, 4, 1000);
    CHECK_INT(p.len, 1);
    CHECK_INT(p.spans[0].last_line, 5);
    CHECK_INT(pack(NULL, 0, 1000).len, 0);
}

/* ------------------------------------------------------------ short files */
static bool is_whole(const struct ob__span *s)
{
    return s->first_line == 1 && s->last_line == s->page->n_lines;
}

/* Whether a source of P holds all of S. */
static bool holds(const struct ob__packed *p, const struct ob__span *s)
{
    for (size_t i = 0; i < p->len; i++)
        if (p->spans[i].page == s->page && p->spans[i].first_line <= s->first_line &&
            p->spans[i].last_line >= s->last_line)
            return true;
    return false;
}

/* What P costs, counted anew. */
static size_t cost_of(const struct ob__packed *p)
{
    size_t sum = 0, len;
    for (size_t i = 0; i < p->len; i++) {
        const struct ob__span *s = &p->spans[i];
        const char *text = ob__page_lines(&len, s->page, s->first_line, s->last_line);
        sum += ob_estimate_tokens(text, len, OB_ESTIMATE_CJK_UNKNOWN) + OB__WRAPPER_TOKENS;
    }
    return sum;
}

TEST(pack_gives_a_short_file_whole_and_remembers_what_was_found_in_it)
{
    struct ob__page c = page_of(&arena, "limit.c",
                                "enum { LIMIT = 7 };\n\n\n\n\n/* Whether N is too much. */\n"
                                "bool check(int n)\n{\n    return n > LIMIT;\n}\n");
    struct ob__page ko = page_of_lines(&arena, "메모.md", "한국어로 적은 줄", 12);
    struct ob__span spans[] = {span_of(&c, 6, 10, 1.0), span_of(&ko, 3, 3, 0.5),
                               span_of(&ko, 9, 10, 0.7)};
    spans[0].best_line = 9;
    spans[0].symbol = "check";
    spans[2].symbol = "제목";
    struct ob__packed p = pack(spans, 3, 10000);
    CHECK_INT(p.len, 2);
    CHECK(is_whole(&p.spans[0]) && is_whole(&p.spans[1]));
    CHECK(p.spans[0].page == &c && p.spans[0].best_line == 9);
    CHECK_STR(p.spans[0].symbol, "check");
    CHECK_INT(ob__span_line(&p.spans[0]), 6);
    CHECK(p.spans[1].page == &ko && p.spans[1].best_line == 9); /* of the better of the two */
    CHECK_STR(p.spans[1].symbol, "제목");
    CHECK_INT(ob__span_line(&p.spans[1]), 9);
    CHECK_INT(p.tokens, cost_of(&p));
    CHECK(p.order[0] == 0 && p.order[1] == 1);
}

TEST(pack_gives_no_file_whole_that_is_long_or_costs_much_more_than_its_spans)
{
    struct ob__page tall = page_of_lines(&arena, "tall.c", "x", 61);
    struct ob__page wide = page_of_lines(&arena, "wide.c", "a line of some ten words in it", 60);
    char *text = ob_arena_alloc(&arena, 20001);
    memset(text, 'y', 20000);
    text[9] = '\n';
    struct ob__page huge = page_of(&arena, "huge.c", text);
    struct ob__span spans[] = {span_of(&tall, 1, 50, 1.0), span_of(&wide, 30, 31, 0.9),
                               span_of(&huge, 1, 1, 0.8)};
    struct ob__packed p = pack(spans, 3, 100000);
    CHECK_INT(p.len, 3);
    for (size_t i = 0; i < 3; i++)
        CHECK(p.spans[i].page == spans[i].page && !is_whole(&p.spans[i]));
    spans[1].first_line = 20, spans[1].last_line = 55; /* now little is missing */
    p = pack(spans, 3, 100000);
    CHECK(p.spans[1].page == &wide && is_whole(&p.spans[1]));
}

TEST(pack_gives_files_whole_only_with_what_is_left_and_the_best_first)
{
    struct ob__page pages[12];
    struct ob__span spans[12];
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    size_t some_whole = 0;
    for (unsigned i = 0; i < 12; i++) {
        const char *line = ob_arena_printf(&arena, i % 2 ? "line %s" : "한국어 줄 %s", names[i]);
        pages[i] = page_of_lines(&arena, names[i], line, 10 + i);
        spans[i] = span_of(&pages[i], 5, 7, 1.0 / (i + 1));
    }
    for (size_t budget = 40; budget < 3000; budget += 20) {
        for (int i = 0; i < 12; i++)
            pages[i].at_hand = true; /* nothing is given whole */
        struct ob__packed spare = pack(spans, 12, budget);
        for (int i = 0; i < 12; i++)
            pages[i].at_hand = false;
        struct ob__packed p = pack(spans, 12, budget);
        CHECK_INT(p.len, spare.len);
        CHECK(p.tokens <= budget && p.tokens == cost_of(&p));
        size_t n_whole = 0;
        for (size_t i = 0; i < spare.len; i++) {
            CHECK(!is_whole(&spare.spans[i]) && holds(&p, &spare.spans[i]));
            CHECK(p.spans[i].page == spare.spans[i].page);
            n_whole += is_whole(&p.spans[i]);
        }
        CHECK(n_whole == 0 || is_whole(&p.spans[0]) || budget < 2 * p.tokens);
        some_whole += n_whole > 0 && n_whole < p.len;
    }
    CHECK(some_whole > 0);
    CHECK(is_whole(&pack(spans, 12, 10000).spans[11]));
}

TEST(pack_gives_no_file_whole_that_would_have_more_than_half)
{
    struct ob__page a = page_of_lines(&arena, "a", "alpha beta", 40);
    struct ob__page b = page_of_lines(&arena, "b", "gamma", 5);
    struct ob__span spans[] = {span_of(&a, 10, 30, 1.0), span_of(&b, 2, 3, 0.5)};
    struct ob__packed p = pack(spans, 2, 10000);
    CHECK(is_whole(&p.spans[0]) && is_whole(&p.spans[1]));
    size_t budget = p.tokens + 10; /* enough for both, but not by halves */
    p = pack(spans, 2, budget);
    CHECK_INT(p.len, 2);
    CHECK(!is_whole(&p.spans[0]) && is_whole(&p.spans[1]));
    CHECK(is_whole(&pack(spans, 1, budget).spans[0])); /* alone it may */
}

TEST(pack_gives_no_text_twice)
{
    struct ob__page a = page_of_lines(&arena, "a.c", "x", 10);
    struct ob__page copy = page_of_lines(&arena, "copy.c", "x", 10);
    struct ob__page mine = page_of_lines(&arena, "mine.c", "y", 10);
    struct ob__span spans[] = {span_of(&a, 2, 3, 1.0), span_of(&copy, 7, 8, 0.5),
                               span_of(&mine, 5, 6, 0.4)};
    mine.at_hand = true; /* other lines of it are the user's own text */
    struct ob__packed p = pack(spans, 3, 10000);
    CHECK_INT(p.len, 3);
    CHECK(is_whole(&p.spans[0]));
    CHECK(p.spans[1].first_line == 7 && p.spans[1].last_line == 8);
    CHECK(p.spans[2].first_line == 5 && p.spans[2].last_line == 6);
}

/* ------------------------------------------------------------ what passages use */

/* A file too long to be given whole: two constants, far from the function that uses them. */
static const char *long_file(void)
{
    static char text[8192];
    size_t len = (size_t)snprintf(text, sizeof text, "#define CEILING 7\n#define FLOOR 2\n");
    for (int i = 3; i <= 90; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "int filler_%d;\n", i);
    snprintf(
        text + len, sizeof text - len,
        "#define STEP 1\n\n\nint check(int n)\n{\n    return CEILING - FLOOR - STEP - n;\n}\n");
    return text;
}

TEST(pack_gives_what_a_passage_uses_behind_all_that_was_found)
{
    struct ob__page c = page_of(&arena, "limit.c", long_file());
    struct ob__page ko = page_of_lines(&arena, "메모.md", "한국어 줄", 100);
    struct ob__span spans[] = {span_of(&c, 94, 97, 1.0), span_of(&ko, 3, 20, 0.5)};
    spans[1].kind = OB_KIND_NOTE;
    spans[0].symbol = "check";
    struct ob__packed p = pack(spans, 2, 10000);
    CHECK_INT(p.len, 3);
    CHECK(p.spans[0].page == &c && p.spans[1].page == &ko && p.spans[2].page == &c);
    CHECK(p.spans[0].first_line == 91 && p.spans[0].last_line == 97); /* STEP is near */
    CHECK_INT(ob__span_line(&p.spans[0]), 94);
    CHECK_STR(p.spans[0].symbol, "check");
    CHECK(p.spans[2].first_line == 1 && p.spans[2].last_line == 2);
    CHECK_STR(p.spans[2].symbol, "CEILING");
    CHECK(p.order[0] == 0 && p.order[1] == 2 && p.order[2] == 1);
    CHECK_INT(p.tokens, cost_of(&p));
    c.at_hand = true;
    CHECK_INT(pack(spans, 2, 10000).len, 2);
}

TEST(pack_gives_what_is_used_only_with_what_is_left)
{
    struct ob__page c = page_of(&arena, "limit.c", long_file());
    struct ob__page others[2] = {page_of_lines(&arena, "a.c", "a line of a file", 100),
                                 page_of_lines(&arena, "b.c", "another line of a file", 100)};
    struct ob__span spans[] = {span_of(&c, 94, 97, 1.0), span_of(&others[0], 1, 9, 0.5),
                               span_of(&others[1], 1, 9, 0.4), span_of(&c, 40, 60, 0.3)};
    size_t with_some = 0;
    for (size_t budget = 20; budget < 2000; budget += 7) {
        c.at_hand = true;
        struct ob__packed spare = pack(spans, 4, budget);
        c.at_hand = false;
        struct ob__packed p = pack(spans, 4, budget);
        CHECK(p.len >= spare.len && p.tokens == cost_of(&p));
        CHECK(p.tokens <= budget || p.tokens == spare.tokens);
        size_t of_c = 0;
        for (size_t i = 0; i < p.len; i++) {
            struct ob__packed one = {.spans = &p.spans[i], .len = 1};
            of_c += p.spans[i].page == &c ? cost_of(&one) : 0;
            CHECK(i >= spare.len || holds(&p, &spare.spans[i]));
            for (size_t j = 0; j < i; j++) /* no line twice */
                CHECK(p.spans[i].page != p.spans[j].page ||
                      p.spans[i].first_line > p.spans[j].last_line ||
                      p.spans[j].first_line > p.spans[i].last_line);
        }
        CHECK(of_c <= budget / 2 || p.tokens == spare.tokens);
        with_some += p.tokens > spare.tokens;
    }
    CHECK(with_some > 0);
    struct ob__pack_options o = {
        .budget_tokens = 10000, .tokens_per_cjk = OB_ESTIMATE_CJK_UNKNOWN, .max_spans = 4};
    struct ob__packed p;
    ob__pack(&p, &arena, spans, 4, &o);
    CHECK_INT(p.len, 4); /* what is near is given all the same */
    CHECK_INT(p.spans[0].first_line, 91);
}

TEST(pack_leaves_a_third_of_the_window_for_the_answer)
{
    CHECK_INT(ob__prompt_budget(0), OB__UNKNOWN_BUDGET);
    for (size_t window = 1024; window < 2000000; window *= 3)
        CHECK((double)ob__prompt_budget(window) * 1.2 <= 0.7 * (double)window);
}

TEST_MAIN(CASE(pack_joins_neighbours_of_one_file),
          CASE(pack_puts_the_best_first_and_the_second_best_last), CASE(pack_keeps_to_the_budget),
          CASE(pack_prefers_a_cheap_span_to_a_dear_one_of_like_worth),
          CASE(pack_gives_no_file_more_than_half_while_others_wait),
          CASE(pack_counts_equal_texts_once), CASE(pack_cuts_the_best_span_around_its_best_line),
          CASE(pack_drops_what_does_not_lie_on_the_page),
          CASE(pack_gives_a_short_file_whole_and_remembers_what_was_found_in_it),
          CASE(pack_gives_no_file_whole_that_is_long_or_costs_much_more_than_its_spans),
          CASE(pack_gives_files_whole_only_with_what_is_left_and_the_best_first),
          CASE(pack_gives_no_file_whole_that_would_have_more_than_half),
          CASE(pack_gives_what_a_passage_uses_behind_all_that_was_found),
          CASE(pack_gives_what_is_used_only_with_what_is_left), CASE(pack_gives_no_text_twice),
          CASE(pack_leaves_a_third_of_the_window_for_the_answer))
