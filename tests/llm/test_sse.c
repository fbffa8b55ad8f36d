/* The stream of events, also against WHATWG's rules for lines, names and comments. */
#include <stdlib.h>
#include <string.h>

#include "openbook/base/error.h"

#include "../../src/llm/sse.h"
#include "test.h"

struct seen { /* "type=data|..." of all events */
    struct ob_buf text;
    int stop_with;
};

static int on_event(const char *type, const char *data, size_t len, void *context)
{
    struct seen *s = context;
    CHECK_INT(strlen(data), len);
    CHECK(len > 0);
    CHECK_INT(ob_buf_appendf(&s->text, "%s=%s|", type, data), 0);
    return s->stop_with;
}

/* Parses BYTES cut into pieces of SIZE, the first one of FIRST bytes. */
static char *parse(const char *bytes, size_t len, size_t first, size_t size)
{
    struct seen seen = {.stop_with = 0};
    struct ob__sse s;
    ob_buf_init(&seen.text, 1 << 22);
    ob__sse_init(&s, on_event, &seen);
    for (size_t i = 0, n; i < len; i += n) {
        n = i == 0 && first ? first : size;
        n = n < len - i ? n : len - i;
        CHECK_INT(ob__sse_feed(&s, bytes + i, n), 0);
    }
    CHECK_INT(ob__sse_end(&s), 0);
    ob__sse_release(&s);
    return ob_buf_detach(&seen.text, NULL);
}

static void expect(const char *bytes, const char *want)
{
    char *got = parse(bytes, strlen(bytes), 0, strlen(bytes) + 1);
    CHECK_STR(got, want);
    free(got);
}

TEST(data_lines_of_one_event_are_joined_and_named)
{
    expect("data: a\n\n", "=a|");
    expect("data:a\ndata: b\n\n", "=a\nb|");
    expect("event: error\ndata: {}\n\n", "error={}|");
    expect("data:  two blanks\n\n", "= two blanks|");
    expect("event: x\n\ndata: y\n\n", "=y|"); /* a name alone is no event */
    expect("data: 한글 e\xCC\x81\n\n", "=한글 e\xCC\x81|");
}

TEST(comments_unknown_fields_and_empty_events_are_left_out)
{
    expect(": ping\n\n: OPENROUTER PROCESSING\n\ndata: a\n\n", "=a|");
    expect("id: 7\nretry: 10\nfoo: bar\nfoo\ndata: a\n\n", "=a|");
    expect("data\n\ndata:\n\ndata: a\n\n", "=a|");
    expect("\n\n\n", "");
}

TEST(lines_may_end_in_lf_cr_and_crlf_and_begin_with_a_byte_order_mark)
{
    expect("data: a\r\n\r\ndata: b\r\rdata: c\n\n", "=a|=b|=c|");
    expect("\xEF\xBB\xBF"
           "data: a\n\n",
           "=a|");
    expect("data: a\n\n\xEF\xBB\xBF"
           "data: b\n\n",
           "=a|"); /* a second mark is no mark */
}

TEST(the_last_event_counts_without_its_blank_line)
{
    expect("data: a\n\ndata: [DONE]", "=a|=[DONE]|");
    expect("data: a\n\ndata: b\n", "=a|=b|");
}

TEST(every_way_to_cut_the_bytes_gives_the_same_events)
{
    static const char bytes[] =
        "\xEF\xBB\xBF: hello\r\n\r\nevent: x\r\ndata: 한국어 a\r\ndata:b\r\n\r\n"
        "data: {\"content\":\"글\xF0\x9F\x99\x82\"}\r\rid: 3\n\ndata: c\n\nevent: e\ndata: last";
    size_t len = sizeof bytes - 1;
    char *whole = parse(bytes, len, 0, len);
    CHECK(strstr(whole, "x=한국어 a\nb|") && strstr(whole, "e=last|"));
    for (size_t size = 1; size < len; size++) {
        for (size_t first = 1; first < len; first++) {
            char *cut = parse(bytes, len, first, size);
            CHECK_STR(cut, whole);
            free(cut);
        }
    }
    free(whole);
}

/* A small generator of line noise made of the bytes that mean something. */
static size_t noise(char *out, size_t max, unsigned *seed)
{
    static const char *const bits[] = {"data",         ":",        " ",    "\n", "\r",   "event",
                                       "\xEF\xBB\xBF", "\xEA\xB0", "\x80", "a",  "\n\n", "id",
                                       "data: x\n"};
    size_t len = 0;
    for (int i = 0; i < 60; i++) {
        *seed = *seed * 1103515245u + 12345u;
        const char *bit = bits[(*seed >> 16) % (sizeof bits / sizeof *bits)];
        size_t n = strlen(bit);
        if (len + n > max)
            break;
        memcpy(out + len, bit, n);
        len += n;
    }
    return len;
}

TEST(noise_is_borne_and_read_the_same_whatever_the_cuts)
{
    unsigned seed = 7;
    char bytes[512];
    for (int round = 0; round < 400; round++) {
        size_t len = noise(bytes, sizeof bytes, &seed);
        char *whole = parse(bytes, len, 0, len);
        for (size_t size = 1; size < 8; size++) {
            char *cut = parse(bytes, len, 0, size);
            CHECK_STR(cut, whole);
            free(cut);
        }
        free(whole);
    }
}

TEST(a_line_over_a_mebibyte_is_refused_and_so_is_an_event)
{
    struct seen seen = {.stop_with = 0};
    struct ob__sse s;
    char *piece = malloc(1 << 16);
    int err = 0;
    memset(piece, 'a', 1 << 16);
    ob_buf_init(&seen.text, 100);
    ob__sse_init(&s, on_event, &seen);
    CHECK_INT(ob__sse_feed(&s, "data: ", 6), 0);
    for (int i = 0; i < 17 && !err; i++)
        err = ob__sse_feed(&s, piece, 1 << 16);
    CHECK_INT(err, OB_ETOOBIG);
    ob__sse_release(&s);
    ob__sse_init(&s, on_event, &seen);
    err = 0;
    for (int i = 0; i < 17 * 16 && !err; i++) {
        err = ob__sse_feed(&s, "data: ", 6);
        err = err ? err : ob__sse_feed(&s, piece, 4096);
        err = err ? err : ob__sse_feed(&s, "\n", 1);
    }
    CHECK_INT(err, OB_ETOOBIG);
    ob__sse_release(&s);
    free(piece);
}

TEST(what_the_callback_returns_stops_the_parser)
{
    struct seen seen = {.stop_with = -99};
    struct ob__sse s;
    ob_buf_init(&seen.text, 100);
    ob__sse_init(&s, on_event, &seen);
    CHECK_INT(ob__sse_feed(&s, "data: a\n\ndata: b\n\n", 18), -99);
    CHECK_STR(ob_buf_str(&seen.text), "=a|");
    ob__sse_release(&s);
    ob_buf_release(&seen.text);
}

TEST_MAIN(CASE(data_lines_of_one_event_are_joined_and_named),
          CASE(comments_unknown_fields_and_empty_events_are_left_out),
          CASE(lines_may_end_in_lf_cr_and_crlf_and_begin_with_a_byte_order_mark),
          CASE(the_last_event_counts_without_its_blank_line),
          CASE(every_way_to_cut_the_bytes_gives_the_same_events),
          CASE(noise_is_borne_and_read_the_same_whatever_the_cuts),
          CASE(a_line_over_a_mebibyte_is_refused_and_so_is_an_event),
          CASE(what_the_callback_returns_stops_the_parser))
