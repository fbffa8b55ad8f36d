/* The text of an answer on its way up.  An answer keeps its marks, which are read as it passes; what is to
 * be inserted loses the fence that a model puts around it. */
#include "stream.h"

#include <string.h>

#include "openbook/base/hash.h"

#include "clean.h"
#include "prompt.h"

void ob__stream_init(struct ob__stream *s, enum ob_ask_mode mode,
                     const struct ob_ask_events *events, void *data, struct ob_arena *arena)
{
    s->mode = mode;
    s->events = *events;
    s->data = data;
    s->arena = arena;
    ob__unwrap_init(&s->unwrap);
}

void ob__stream_release(struct ob__stream *s)
{
    ob__unwrap_release(&s->unwrap);
}

void ob__stream_sources(struct ob__stream *s, const struct ob__packed *packed)
{
    size_t n = packed->len;
    uint64_t hash = n + 1;
    struct ob_source *list = ob_arena_alloc(s->arena, (n + 1) * sizeof *list);
    for (size_t i = 0; i < n; i++) {
        const struct ob__span *span = &packed->spans[i];
        list[i] = (struct ob_source){.n = i + 1,
                                     .root = span->page->root,
                                     .path = span->page->path,
                                     .first_line = span->first_line,
                                     .last_line = span->last_line,
                                     .line = ob__span_line(span),
                                     .symbol = span->symbol ? span->symbol : "",
                                     .kind = span->kind};
        hash = ob_hash_seed(span->page->path, strlen(span->page->path),
                            hash ^ ((uint64_t)span->first_line << 32) ^ span->last_line);
    }
    if (hash == s->sources_told)
        return;
    s->sources_told = hash;
    s->events.sources(list, n, s->data);
}

static void emit(struct ob__stream *s, const char *text, size_t len)
{
    if (len == 0)
        return;
    s->text_came = true;
    s->events.text(text, len, s->data);
}

void ob__stream_text(struct ob__stream *s, const char *text, size_t len, bool quoted)
{
    if (quoted)
        ob__cites_feed(&s->cites, text, len);
    emit(s, text, len);
}

void ob__stream_model_text(struct ob__stream *s, const char *text, size_t len)
{
    struct ob_buf clean, out;
    ob_buf_init(&clean, OB__PROMPT_MAX);
    ob_buf_init(&out, OB__PROMPT_MAX);
    if (ob__clean(&clean, text, len) == 0) {
        if (s->mode == OB_ASK_ANSWER)
            ob__stream_text(s, ob_buf_str(&clean), clean.len, true);
        else if (ob__unwrap_feed(&out, &s->unwrap, ob_buf_str(&clean), clean.len) == 0)
            emit(s, ob_buf_str(&out), out.len);
    }
    ob_buf_release(&clean);
    ob_buf_release(&out);
}

void ob__stream_end(struct ob__stream *s)
{
    struct ob_buf out;
    ob_buf_init(&out, OB__PROMPT_MAX);
    if (ob__unwrap_end(&out, &s->unwrap) == 0)
        emit(s, ob_buf_str(&out), out.len);
    ob_buf_release(&out);
    ob__cites_end(&s->cites);
}

void ob__stream_citations(struct ob_ask_result *result, const struct ob__stream *s,
                          size_t n_sources)
{
    struct ob_citation *list = ob_arena_alloc(s->arena, (s->cites.len + 1) * sizeof *list);
    for (size_t i = 0; i < s->cites.len; i++) {
        size_t n = s->cites.numbers[i];
        list[i] = (struct ob_citation){n, n >= 1 && n <= n_sources};
    }
    result->citations = list;
    result->n_citations = s->cites.len;
}
