/* A list of chunks, each a part of an immutable text.
 *
 * Invariant: a chunk is not empty and at most CHUNK bytes long, and of two neighbours that were touched
 * one is not small; so there are some thousand at most, and a look at all of them costs microseconds. */
#include "rope.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "openbook/base/mem.h"

enum { CHUNK = 64 * 1024, SMALL = 16 * 1024 /* two neighbours become one up to this */ };

/* ------------------------------------------------------------ lines */
/* How many of the eight bytes at TEXT are line feeds: those that are zero after the exclusive or. */
static unsigned feeds_in(const char *text)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7fULL, feed = 0x0a0a0a0a0a0a0a0aULL;
    uint64_t x;
    memcpy(&x, text, sizeof x);
    x ^= feed;
    return (unsigned)__builtin_popcountll(~(((x & low) + low) | x | low));
}

static size_t count_feeds(const char *text, size_t len)
{
    size_t n = 0, i = 0;
    for (; i + 8 <= len; i += 8)
        n += feeds_in(text + i);
    for (; i < len; i++)
        n += text[i] == '\n';
    return n;
}

/* Where the line behind N line feeds begins; LEN when there are no more. */
static size_t skip_feeds(const char *text, size_t len, size_t n)
{
    size_t at = 0;
    for (; n > 8 && at + 8 <= len; at += 8) /* at most eight at once: the last one is not passed */
        n -= feeds_in(text + at);
    while (n-- > 0 && at < len) {
        const char *end = memchr(text + at, '\n', len - at);
        at = end ? (size_t)(end - text) + 1 : len;
    }
    return at;
}

static const char *bytes_of(const struct ob__chunk *c)
{
    return c->text->data + c->at;
}

static bool has_open_end(const struct ob__rope *r)
{
    if (r->n == 0)
        return false;
    const struct ob__chunk *last = &r->chunks[r->n - 1];
    return bytes_of(last)[last->len - 1] != '\n';
}

size_t ob__rope_lines(const struct ob__rope *r)
{
    return r->feeds + has_open_end(r);
}

/* ------------------------------------------------------------ chunks */
/* Puts a chunk (its reference is taken) at place I. */
static void insert(struct ob__rope *r, size_t i, struct ob__chunk c)
{
    OB_GROW(r->chunks, r->n, r->cap);
    memmove(&r->chunks[i + 1], &r->chunks[i], (r->n - i) * sizeof c);
    r->chunks[i] = c;
    r->n++;
    r->len += c.len;
    r->feeds += c.feeds;
}

static void remove_chunks(struct ob__rope *r, size_t from, size_t to)
{
    if (from == to)
        return;
    for (size_t i = from; i < to; i++) {
        r->len -= r->chunks[i].len;
        r->feeds -= r->chunks[i].feeds;
        ob_text_unref(r->chunks[i].text);
    }
    memmove(&r->chunks[from], &r->chunks[to], (r->n - to) * sizeof *r->chunks);
    r->n -= to - from;
}

/* Puts all of TEXT at place I; the place behind it. */
static size_t insert_text(struct ob__rope *r, size_t i, struct ob_text *text)
{
    for (size_t at = 0; at < text->len; at += CHUNK) {
        size_t len = text->len - at < CHUNK ? text->len - at : CHUNK;
        insert(r, i++,
               (struct ob__chunk){ob_text_ref(text), at, len, count_feeds(text->data + at, len)});
    }
    return i;
}

/* The place of the chunk that begins with the line behind FEEDS line feeds, which is made by a cut if
 * need be; R->n behind the last line. */
static size_t cut(struct ob__rope *r, size_t feeds)
{
    size_t i = 0;
    while (i < r->n && feeds > r->chunks[i].feeds)
        feeds -= r->chunks[i++].feeds;
    if (i == r->n || feeds == 0)
        return i;
    struct ob__chunk *c = &r->chunks[i], rest = *c;
    size_t at = skip_feeds(bytes_of(c), c->len, feeds);
    if (at == c->len)
        return i + 1;
    rest.at += at;
    rest.len -= at;
    rest.feeds -= feeds;
    r->len -= rest.len;
    r->feeds -= rest.feeds;
    c->len = at;
    c->feeds = feeds;
    ob_text_ref(rest.text);
    insert(r, i + 1, rest);
    return i + 1;
}

/* The chunks I and I + 1 become one. */
static void join(struct ob__rope *r, size_t i)
{
    struct ob__chunk *a = &r->chunks[i], *b = a + 1;
    struct ob_buf both;
    ob_buf_init(&both, SMALL);
    (void)ob_buf_append(&both, bytes_of(a), a->len); /* fits; without memory both stay */
    if (ob_buf_append(&both, bytes_of(b), b->len) == 0 && both.len == a->len + b->len) {
        struct ob__chunk one = {.len = both.len, .feeds = a->feeds + b->feeds};
        one.text = ob_text_take(&both);
        remove_chunks(r, i, i + 2);
        insert(r, i, one);
    }
    ob_buf_release(&both);
}

/* Joins small neighbours among the chunks FROM to TO and those beside them. */
static void tidy(struct ob__rope *r, size_t from, size_t to)
{
    size_t i = from > 2 ? from - 2 : 0, end = to + 2;
    while (i + 1 < r->n && i < end) {
        size_t before = r->n;
        if (r->chunks[i].len + r->chunks[i + 1].len <= SMALL)
            join(r, i);
        if (r->n == before)
            i++;
        else
            end--;
    }
}

/* ------------------------------------------------------------ the whole */
void ob__rope_release(struct ob__rope *r)
{
    remove_chunks(r, 0, r->n);
    ob_free(r->chunks);
    *r = (struct ob__rope){0};
}

void ob__rope_take(struct ob__rope *r, struct ob_text *text)
{
    (void)insert_text(r, 0, text);
}

void ob__rope_splice(struct ob__rope *r, size_t before, size_t removed, const char *text,
                     size_t len)
{
    bool closes = before == ob__rope_lines(r) && has_open_end(r) && len > 0;
    size_t from = cut(r, before), to = cut(r, before + removed);
    remove_chunks(r, from, to);
    size_t end = from;
    if (closes) {
        struct ob_text *feed = ob_text_new("\n", 1);
        end = insert_text(r, end, feed);
        ob_text_unref(feed);
    }
    struct ob_text *copy = ob_text_new(text, len);
    end = insert_text(r, end, copy);
    ob_text_unref(copy);
    tidy(r, from, end);
}

struct ob_text *ob__rope_text(const struct ob__rope *r)
{
    struct ob_buf whole;
    ob_buf_init(&whole, r->len + 1);
    bool fits = ob_buf_reserve(&whole, r->len) != NULL;
    for (size_t i = 0; i < r->n && fits; i++)
        fits = ob_buf_append(&whole, bytes_of(&r->chunks[i]), r->chunks[i].len) == 0;
    struct ob_text *text = fits ? ob_text_take(&whole) : NULL;
    ob_buf_release(&whole);
    return text;
}
