/* What a model server sends: the stream of events, each event's JSON, its text, and the reading of
 * refusals and of what servers tell of themselves.
 *
 * What must hold: the same events and the same error whether bytes come at once, one by one or in
 * pieces; text that goes up is whole UTF-8 without control characters; a refusal is never a success. */
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/text/utf8.h"

#include "../../src/llm/clean.h"
#include "../../src/llm/facts.h"
#include "../../src/llm/json.h"
#include "../../src/llm/openai.h"
#include "../../src/llm/sse.h"
#include "fuzz.h"

struct seen {
    struct ob_buf events, text;
    struct ob__clean clean;
};

static int on_event(const char *type, const char *data, size_t len, void *context)
{
    struct seen *s = context;
    struct ob__openai_event event;
    struct ob_error e = OB_ERROR_INIT;
    cJSON *parsed;
    CHECK(len > 0 && data[len] == '\0');
    CHECK(ob_buf_append_str(&s->events, type) == 0);
    CHECK(ob_buf_append(&s->events, data, len) == 0);
    int err = ob__openai_event(&event, &parsed, data, len, &e);
    CHECK(err == e.code && (err == 0 || e.message[0]));
    if (!err && event.text)
        CHECK(ob__clean_feed(&s->text, &s->clean, event.text, strlen(event.text)) == 0);
    cJSON_Delete(parsed);
    return 0;
}

/* Parses in pieces of SIZE. */
static int parse(struct seen *s, const char *bytes, size_t len, size_t size)
{
    struct ob__sse sse;
    int err = 0;
    *s = (struct seen){0};
    ob_buf_init(&s->events, 1 << 24);
    ob_buf_init(&s->text, 1 << 24);
    ob__sse_init(&sse, on_event, s);
    for (size_t i = 0; i < len && !err; i += size)
        err = ob__sse_feed(&sse, bytes + i, size < len - i ? size : len - i);
    if (!err)
        err = ob__sse_end(&sse);
    CHECK(ob__clean_end(&s->text, &s->clean) == 0);
    ob__sse_release(&sse);
    return err;
}

static void seen_release(struct seen *s)
{
    ob_buf_release(&s->events);
    ob_buf_release(&s->text);
}

static bool is_same(const struct ob_buf *a, const struct ob_buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void check_text(const struct ob_buf *text)
{
    for (size_t i = 0, n; i < text->len; i += n) {
        uint32_t code;
        n = ob_utf8_decode(&code, text->data + i, text->len - i);
        CHECK(code >= 0x20 || code == '\n' || code == '\t');
        CHECK(code < 0x7F || code >= 0xA0);
        CHECK(code != 0xFFFD || n == 3); /* written out, not malformed */
    }
}

/* A whole reply, as a refusal and as what a server tells of itself. */
static void read_reply(const char *bytes, size_t len)
{
    struct ob_arena arena = OB_ARENA_INIT;
    struct ob__facts *facts = ob_alloc(sizeof *facts);
    struct ob_error e = OB_ERROR_INIT;
    char *copy = ob_strndup(bytes, len); /* NUL behind it, as ob_buf keeps it */
    struct ob__openai_refusal r = {.http_status = len ? 200 + (unsigned char)bytes[0] * 2 : 404,
                                   .host = "h",
                                   .model = "m",
                                   .key_source = "k",
                                   .body = copy,
                                   .len = len,
                                   .retry_after_ms = -1};
    cJSON *root = ob__json_parse(copy, len);
    CHECK(ob__openai_error(&e, &r) < 0 && e.message[0]);
    facts->arena = &arena;
    for (int path = 0; path < OB__FACTS_PATHS; path++)
        ob__facts_take(facts, (enum ob__facts_path)path, 200, root);
    const struct ob__model_facts *m = ob__facts_choose(facts, NULL);
    (void)ob__facts_remote(facts, m, m ? m->name : "x:cloud");
    cJSON_Delete(root);
    ob_free(copy);
    ob_free(facts);
    ob_arena_release(&arena);
}

static void target(const unsigned char *bytes, size_t len)
{
    struct seen whole, cut;
    const char *text = (const char *)bytes;
    size_t size = len ? 1 + bytes[len / 2] % 9 : 1;
    int err = parse(&whole, text, len, len ? len : 1);
    check_text(&whole.text);
    CHECK(parse(&cut, text, len, size) == err);
    CHECK(is_same(&whole.events, &cut.events) && is_same(&whole.text, &cut.text));
    seen_release(&whole);
    seen_release(&cut);
    read_reply(text, len);
}

FUZZ_TARGET(target, "sse")
