/* Ropes against plain strings: every splice, wherever it cuts, gives what the string would be. */
#include <stdbool.h>
#include <string.h>

#include "../../src/rpc/rope.h"
#include "chance.h"
#include "test.h"

enum { MODEL_MAX = 2 << 20 };

static char model[MODEL_MAX];
static size_t model_len;

static size_t line_start(size_t line)
{
    size_t at = 0;
    for (; line > 0 && at < model_len; line--) {
        const char *end = memchr(model + at, '\n', model_len - at);
        at = end ? (size_t)(end - model) + 1 : model_len;
    }
    return at;
}

static size_t model_lines(void)
{
    size_t n = 0;
    for (size_t i = 0; i < model_len; i++)
        n += model[i] == '\n';
    return n + (model_len > 0 && model[model_len - 1] != '\n');
}

static void model_splice(size_t before, size_t removed, const char *text, size_t len)
{
    bool closes = before == model_lines() && model_len && model[model_len - 1] != '\n' && len;
    size_t from = line_start(before), to = line_start(before + removed);
    CHECK(model_len - (to - from) + len + closes <= MODEL_MAX);
    memmove(model + from + closes + len, model + to, model_len - to);
    if (closes)
        model[from] = '\n';
    memcpy(model + from + closes, text, len);
    model_len = model_len - (to - from) + len + closes;
}

static void same(int line, const struct ob__rope *r)
{
    struct ob_text *text = ob__rope_text(r);
    CHECK(text != NULL);
    if (text->len != model_len || memcmp(text->data, model, model_len) != 0)
        test_fail(__FILE__, line, "the rope holds %zu bytes, the model %zu, or they differ",
                  text->len, model_len);
    CHECK_INT(r->len, model_len);
    CHECK_INT(ob__rope_lines(r), model_lines());
    ob_text_unref(text);
}
#define SAME(r) same(__LINE__, r)

static void both(struct ob__rope *r, size_t before, size_t removed, const char *text, size_t len)
{
    ob__rope_splice(r, before, removed, text, len);
    model_splice(before, removed, text, len);
}

static void take(struct ob__rope *r, const char *bytes, size_t len)
{
    struct ob_text *text = ob_text_new(bytes, len);
    *r = (struct ob__rope){0};
    ob__rope_take(r, text);
    ob_text_unref(text);
    memcpy(model, bytes, len);
    model_len = len;
}

TEST(lines_are_put_before_all_behind_all_and_in_the_place_of_others)
{
    struct ob__rope r;
    take(&r, "", 0);
    both(&r, 0, 0, "", 0);
    SAME(&r);
    both(&r, 0, 0, "둘\n", strlen("둘\n"));
    both(&r, 0, 0, "one\n", 4);
    both(&r, 2, 0, "three", 5); /* its line feed is missing */
    SAME(&r);
    CHECK_INT(ob__rope_lines(&r), 3);
    both(&r, 3, 0, "four\n", 5); /* and comes before this */
    SAME(&r);
    both(&r, 1, 2, "2\n3\n", 4);
    both(&r, 3, 1, "4", 1);
    SAME(&r);
    both(&r, 0, 4, "", 0);
    SAME(&r);
    CHECK_INT(r.n, 0);
    ob__rope_release(&r);
}

TEST(a_line_longer_than_a_chunk_is_a_line)
{
    static char text[300000];
    struct ob__rope r;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\n';
    take(&r, text, sizeof text);
    CHECK(r.n > 4);
    both(&r, 0, 0, "a\n", 2);
    both(&r, 2, 0, text, sizeof text);
    both(&r, 1, 1, "b\n", 2);
    SAME(&r);
    both(&r, 0, 3, "c\n", 2);
    SAME(&r);
    ob__rope_release(&r);
}

static size_t below(size_t n)
{
    return n ? any((unsigned)n) : 0;
}

/* Up to MAX bytes in lines of any length, the last with its line feed. */
static size_t random_lines(char *out, size_t max)
{
    size_t len = below(8) == 0 ? below(max) : below(200);
    for (size_t i = 0; i < len; i++)
        out[i] = below(below(3) ? 30 : 3000) ? (char)('a' + below(26)) : '\n';
    if (len)
        out[len - 1] = '\n';
    return len;
}

TEST(random_splices_of_long_texts_are_those_of_a_string)
{
    static char text[200000];
    struct ob__rope r;
    chance_begin(20260725);
    take(&r, "", 0);
    for (int round = 0; round < 600; round++) {
        size_t lines = model_lines(), before = below(lines + 1);
        size_t removed = below(4) ? below(3) : below(model_len > MODEL_MAX / 4 ? lines : 100);
        removed = removed < lines - before ? removed : lines - before;
        size_t len = random_lines(text, sizeof text);
        if (len && before + removed == lines && below(2))
            len--; /* the last line of all may lack its line feed */
        both(&r, before, removed, text, len);
        if (round % 50 == 0)
            SAME(&r);
    }
    SAME(&r);
    ob__rope_release(&r);
}

TEST(a_text_typed_line_by_line_stays_in_few_chunks)
{
    struct ob__rope r;
    chance_begin(20260725);
    take(&r, "", 0);
    for (size_t i = 0; i < 40000; i++)
        ob__rope_splice(&r, below(i + 1), 0, "a line of text\n", 15);
    CHECK_INT(r.len, 600000);
    CHECK_INT(ob__rope_lines(&r), 40000);
    CHECK(r.n <= r.len / (4 * 1024));
    ob__rope_release(&r);
}

TEST_MAIN(CASE(lines_are_put_before_all_behind_all_and_in_the_place_of_others),
          CASE(a_line_longer_than_a_chunk_is_a_line),
          CASE(random_splices_of_long_texts_are_those_of_a_string),
          CASE(a_text_typed_line_by_line_stays_in_few_chunks))
