/* Paths in questions.
 *
 * Compilers, debuggers and language runtimes write places in a few ways: "a.c:12:5", "a.c(12,5)",
 * "File "a.py", line 12", "a.cs:line 12", "a.php on line 12".  What stands before the line looks like
 * a path everywhere, so no format of a trace is read as such: the places are taken as they come.
 * Traces are often made on another machine: a path fits a file when one ends in the other. */
#include "asked.h"

#include <ctype.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/text/utf8.h"

#include "first.h"

enum {
    PATH_MAX_BYTES = 512,
    MAX_LINE = 100000000,
    EXTENSION_MAX = 10,
    SHOWN_FIRST = 8,
    SHORT = 1000
};

/* A path whose fit is weaker is a hint for the ranking, no order to show it. */
static const double FITS = 0.75;

struct run { /* what may be a path: text[start, end) */
    const char *text;
    size_t len, start, end;
};

/* ------------------------------------------------------------ reading */
static bool is_path_byte(unsigned char c)
{
    return c > ' ' && c != 0x7f && !strchr("\"'`()[]{}<>,;|=*?:#", c);
}

static size_t skip(const struct run *r, size_t at, const char *word)
{
    size_t n = strlen(word);
    return r->len - at >= n && memcmp(r->text + at, word, n) == 0 ? at + n : at;
}

/* The line behind the path, or 0; *PAST is where it ends. */
static uint32_t line_behind(const struct run *r, size_t *past)
{
    size_t at = r->end, from;
    uint32_t line = 0;
    if (at < r->len && strchr("\"'`", r->text[at]))
        at++;
    size_t mark = at;
    at = skip(r, skip(r, at, ":"), "(");
    if (at == mark)
        at = skip(r, skip(r, skip(r, at, ","), " on"), " line ");
    else
        at = skip(r, at, "line ");
    if (at == mark)
        return 0;
    for (from = at; at < r->len && isdigit((unsigned char)r->text[at]) && line < MAX_LINE; at++)
        line = line * 10 + (uint32_t)(r->text[at] - '0');
    if (at > from)
        *past = at;
    return line;
}

/* Length of the extension at the end of the base name, with its dot; particles behind it do not count:
 * *END is where it ends. */
static size_t extension(const struct run *r, size_t base, size_t *end)
{
    size_t dot = r->end;
    while (dot > base && r->text[dot - 1] != '.')
        dot--;
    if (dot <= base + 1 || dot == r->end || !isalpha((unsigned char)r->text[dot]))
        return 0;
    size_t at = dot;
    while (at < r->end && isalnum((unsigned char)r->text[at]))
        at++;
    if (at - dot > EXTENSION_MAX || (at < r->end && (unsigned char)r->text[at] < 0x80))
        return 0;
    *end = at;
    return at - dot + 1;
}

/* "./" and "../" say where the asker stood, not where the file is. */
static const char *below(const char *path)
{
    for (;;) {
        if (path[0] == '/')
            path++;
        else if (strncmp(path, "./", 2) == 0)
            path += 2;
        else if (strncmp(path, "../", 3) == 0)
            path += 3;
        else
            return path;
    }
}

static void add(struct ob__query *q, const struct run *r, uint32_t line, bool bare, size_t past)
{
    if (q->n_asked == OB__QUERY_ASKED || r->end - r->start > PATH_MAX_BYTES)
        return;
    struct ob_buf b;
    ob_buf_init(&b, 2 * PATH_MAX_BYTES);
    if (ob_utf8_normalize(&b, r->text + r->start, r->end - r->start) == 0 && b.len) {
        for (char *c = b.data; *c; c++)
            *c = *c == '\\' ? '/' : *c;
        const char *path = ob_arena_strdup(&q->arena, below(b.data));
        bool known = !*path;
        for (size_t i = 0; i < q->n_asked && !known; i++)
            known = q->asked[i].line == line && strcmp(q->asked[i].path, path) == 0;
        if (!known)
            q->asked[q->n_asked++] = (struct ob__asked){path, strlen(path), line,   *b.data == '/',
                                                        bare, r->start,     r->end, past};
    }
    ob_buf_release(&b);
}

static bool one_dot(const struct run *r, size_t base)
{
    const char *dot = memchr(r->text + base, '.', r->end - base);
    size_t at = dot ? (size_t)(dot - r->text) + 1 : r->end;
    return dot && !memchr(r->text + at, '.', r->end - at);
}

/* Takes the run if it is a path; returns where to go on. */
static size_t take(struct ob__query *q, struct run *r)
{
    size_t past = r->end, base, end = r->end;
    uint32_t line = line_behind(r, &past);
    while (r->end > r->start && past == end && r->text[r->end - 1] == '.')
        r->end--; /* of the sentence */
    base = r->end;
    while (base > r->start && !strchr("/\\", r->text[base - 1]))
        base--;
    if (r->end <= base + 1)
        return past;
    bool folder = base > r->start, dotted = extension(r, base, &end) > 0;
    bool upper = isupper((unsigned char)r->text[base]); /* Makefile:12 */
    bool plain = r->len <= SHORT && one_dot(r, base);   /* foo.c, not a.b.c */
    bool names = dotted ? folder || line || plain : line && (folder || upper);
    if (dotted && end < r->end) {
        r->end = end;
        line = 0;
    }
    if (names)
        add(q, r, line, !folder && !line, line ? past : r->end);
    return past;
}

void ob__asked_find(struct ob__query *q, const char *text, size_t len)
{
    struct run r = {text, len, 0, 0};
    for (size_t i = 0; i < len;) {
        r.start = i;
        while (i < len && is_path_byte((unsigned char)text[i]))
            i++;
        r.end = i;
        if (i == r.start) {
            i++;
        } else if (len - i > 2 && memcmp(text + i, "://", 3) == 0) {
            bool file = i - r.start == 4 && memcmp(text + r.start, "file", 4) == 0;
            for (i += 3; !file && i < len && !isspace((unsigned char)text[i]);)
                i++;
        } else if (i - r.start == 1 && len - i > 1 && text[i] == ':' &&
                   strchr("/\\", text[i + 1])) {
            i++; /* a drive */
        } else {
            i = take(q, &r);
        }
    }
}

void ob__asked_below(struct ob__query *q, const char *root)
{
    root = below(root);
    size_t n = strlen(root);
    for (size_t i = 0; i < q->n_asked; i++) {
        struct ob__asked *a = &q->asked[i];
        if (!a->absolute || a->len <= n || memcmp(a->path, root, n) != 0 || a->path[n] != '/')
            continue;
        a->path += n + 1;
        a->len -= n + 1;
        a->absolute = false;
    }
}

/* ------------------------------------------------------------ comparing */
static bool ends_in(const char *path, size_t len, const char *tail, size_t tail_len)
{
    return tail_len < len && memcmp(path + len - tail_len, tail, tail_len) == 0 &&
           path[len - tail_len - 1] == '/';
}

static double fit(const struct ob__asked *a, const char *path, size_t n)
{
    if (!n || a->path[a->len - 1] != path[n - 1])
        return 0;
    if (n == a->len && memcmp(path, a->path, n) == 0)
        return 1;
    if (ends_in(path, n, a->path, a->len))
        return 0.9;
    if (ends_in(a->path, a->len, path, n))
        return memchr(path, '/', n) ? 0.8 : 0.3; /* a common name at the root tells little */
    return 0;
}

/* How well PATH fits all that is asked; the question's paths are composed, so PATH is as well. */
static double best_fit(const struct ob__query *q, const char *path, size_t only)
{
    double best = 0;
    struct ob_buf b = {0};
    if (strchr(path, '\xe1')) {
        ob_buf_init(&b, 4 * PATH_MAX_BYTES);
        if (ob_utf8_normalize(&b, path, strlen(path)) == 0 && b.len)
            path = b.data;
    }
    size_t n = strlen(path);
    for (size_t i = 0; i < q->n_asked; i++) {
        double f = only == SIZE_MAX || only == i ? fit(&q->asked[i], path, n) : 0;
        f *= q->asked[i].bare ? 0.4 : 1;
        best = f > best ? f : best;
    }
    ob_buf_release(&b);
    return best;
}

double ob__asked_share(const struct ob__query *q, const char *path)
{
    return q->n_asked ? best_fit(q, path, SIZE_MAX) : 0;
}

uint32_t ob__asked_line(const struct ob__query *q, const char *path, uint32_t first, uint32_t last)
{
    for (size_t i = 0; i < q->n_asked; i++)
        if (q->asked[i].line >= first && q->asked[i].line <= last && q->asked[i].line > 0 &&
            best_fit(q, path, i) >= FITS)
            return q->asked[i].line;
    return 0;
}

/* ------------------------------------------------------------ showing */
static const struct ob__span *best_of(const struct ob__spans *s, uint32_t candidate)
{
    for (size_t i = 0; i < s->len; i++)
        if (s->items[i].candidate == candidate)
            return &s->items[i];
    return NULL;
}

/* The candidate that fits what is asked best; the better ranked one of equals. */
static const struct ob__candidate *fitting(const struct ob__candidates *c, const struct ob__view *v,
                                           const struct ob__query *q, size_t asked)
{
    const struct ob__candidate *found = NULL;
    double best = FITS;
    for (size_t i = 0; i < c->len; i++) {
        if (c->items[i].value[OB__F_ASKED] < best)
            continue;
        double f = best_fit(q, ob__candidate_doc(v, &c->items[i])->path, asked);
        if (f > best || (f == best && !found)) {
            best = f;
            found = &c->items[i];
        }
    }
    return found;
}

void ob__asked_first(struct ob__spans *s, const struct ob__candidates *c, const struct ob__view *v,
                     const struct ob__query *q)
{
    struct ob__spans first = {0};
    for (size_t i = 0; i < q->n_asked && first.len < SHOWN_FIRST; i++) {
        const struct ob__candidate *at = fitting(c, v, q, i);
        if (!at || !ob__candidate_doc(v, at)->n_passages)
            continue;
        uint32_t index = (uint32_t)(at - c->items), line = q->asked[i].line;
        const struct ob__span *known = line ? NULL : best_of(s, index);
        ob__first_put(&first, known ? *known : ob__first_span(c, v, index, line ? line : 1));
    }
    ob__first_join(s, &first);
}
