/* What reaches the user: lists of sources, text, and which sources it cites. */
#include <string.h>

#include "../../src/answer/stream.h"
#include "pages.h"
#include "test.h"

static struct ob_arena arena;
static struct ob_buf shown;
static size_t n_lists, n_listed;
static uint32_t last_place; /* of the newest list: where its last source is gone to */

static void on_sources(const struct ob_source *sources, size_t n, void *data)
{
    (void)data;
    n_lists++;
    n_listed = n;
    for (size_t i = 0; i < n; i++) {
        CHECK_INT(sources[i].n, i + 1);
        last_place = sources[i].line;
    }
}

static void on_text(const char *text, size_t len, void *data)
{
    (void)data;
    CHECK(len > 0);
    CHECK_INT(ob_buf_append(&shown, text, len), 0);
}

static const struct ob_ask_events events = {.sources = on_sources, .text = on_text};

static void begin(struct ob__stream *s, enum ob_ask_mode mode)
{
    *s = (struct ob__stream){0};
    ob_buf_init(&shown, 4096);
    ob__stream_init(s, mode, &events, NULL, &arena);
}

static void write_model(struct ob__stream *s, const char *text)
{
    ob__stream_model_text(s, text, strlen(text));
}

static void end(struct ob__stream *s, const char *want)
{
    ob__stream_end(s);
    CHECK_STR(ob_buf_str(&shown), want);
    ob__stream_release(s);
    ob_buf_release(&shown);
}

TEST(a_list_of_sources_is_sent_again_only_when_it_is_another)
{
    struct ob__stream s;
    struct ob__page page = page_of_lines(&arena, "메모.md", "줄", 20);
    struct ob__span spans[] = {span_of(&page, 1, 5, 1.0), span_of(&page, 9, 12, 0.5)};
    struct ob__packed packed = {.spans = spans, .len = 2};
    begin(&s, OB_ASK_ANSWER);
    ob__stream_sources(&s, &packed);
    ob__stream_sources(&s, &packed);
    CHECK(n_lists == 1 && n_listed == 2 && last_place == 9);
    spans[1].last_line = 13;
    ob__stream_sources(&s, &packed);
    CHECK(n_lists == 2 && n_listed == 2);
    packed.len = 0; /* none is a list, too */
    ob__stream_sources(&s, &packed);
    CHECK(n_lists == 3 && n_listed == 0);
    CHECK(!s.text_came);
    end(&s, "");
}

TEST(an_answer_keeps_its_marks_and_they_are_citations)
{
    struct ob__stream s;
    struct ob_ask_result result;
    begin(&s, OB_ASK_ANSWER);
    write_model(&s, "```\n세 번째\x1b [9]\n```\n답은 [2");
    write_model(&s, "], 아니면 [7].");
    CHECK(s.text_came);
    ob__stream_text(&s, " [1]", 4, false); /* of our own: it cites nothing */
    end(&s, "```\n세 번째 [9]\n```\n답은 [2], 아니면 [7]. [1]");
    ob__stream_citations(&result, &s, 3);
    CHECK_INT(result.n_citations, 2);
    CHECK(result.citations[0].n == 2 && result.citations[0].valid);
    CHECK(result.citations[1].n == 7 && !result.citations[1].valid);
}

TEST(text_to_insert_loses_the_fence_around_it_and_cites_nothing)
{
    struct ob__stream s;
    struct ob_ask_result result;
    begin(&s, OB_ASK_INSERT);
    write_model(&s, "``");
    CHECK(!s.text_came);
    write_model(&s, "`c\nint 값[2];\n```\n");
    end(&s, "int 값[2];");
    ob__stream_citations(&result, &s, 3);
    CHECK_INT(result.n_citations, 0);
}

TEST(a_source_is_gone_to_where_what_was_found_begins)
{
    struct ob__stream s;
    struct ob__page page = page_of_lines(&arena, "a.c", "x", 20);
    struct ob__span span = span_of(&page, 1, 20, 1.0);
    struct ob__packed packed = {.spans = &span, .len = 1};
    span.found_line = 7; /* given whole */
    begin(&s, OB_ASK_ANSWER);
    ob__stream_sources(&s, &packed);
    CHECK_INT(last_place, 7);
    span.first_line = 8; /* cut */
    ob__stream_sources(&s, &packed);
    CHECK_INT(last_place, 8);
    end(&s, "");
}

TEST_MAIN(CASE(a_source_is_gone_to_where_what_was_found_begins),
          CASE(a_list_of_sources_is_sent_again_only_when_it_is_another),
          CASE(an_answer_keeps_its_marks_and_they_are_citations),
          CASE(text_to_insert_loses_the_fence_around_it_and_cites_nothing))
