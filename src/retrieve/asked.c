/* What is asked for by its place.  Traces are often made on another machine: a path fits a file when one
 * ends in the other. */
#include "asked.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"

#include "first.h"
#include "hunk.h"
#include "places.h"

enum { SHOWN_FIRST = 8, SHOWN_OF_ONE = 3, NAMED_WITHIN = 4096 };

/* Of files that fit alike, the one whose definition at the line the trace names. */
static const double NAMED = 0.01;

/* ------------------------------------------------------------ comparing */
static bool same(const char *a, const char *b, size_t n, bool fold)
{
    if (!fold)
        return memcmp(a, b, n) == 0;
    for (size_t i = 0; i < n; i++)
        if (tolower((unsigned char)a[i]) != tolower((unsigned char)b[i]))
            return false;
    return true;
}

static bool ends_in(const char *path, size_t len, const char *tail, size_t tail_len, bool fold)
{
    return tail_len < len && same(path + len - tail_len, tail, tail_len, fold) &&
           path[len - tail_len - 1] == '/';
}

/* How the question spells PATH or its end, blanks and brackets too: '/' all of it, as the end of a longer
 * path; ' ' all of it; '.' its end, longer than what was read; 0 not. */
static char spelled(const struct ob__asked *a, const char *path, size_t n)
{
    if (!a->before)
        return 0;
    size_t k = 0, len = a->before_len;
    for (const char *end = a->before + len; k < n && k < len; k++)
        if (end[-1 - (ptrdiff_t)k] != path[n - k - 1] &&
            !(end[-1 - (ptrdiff_t)k] == '\\' && path[n - k - 1] == '/'))
            break;
    unsigned char c = k < len ? (unsigned char)a->before[len - k - 1] : ' ';
    if (k == n && k && (c == '/' || c == '\\'))
        return '/';
    if (isalnum(c) || c >= 0x80 || (c && strchr("_-.", c)))
        return 0;
    return k == n ? ' ' : k > a->len && path[n - k - 1] == '/' ? '.' : 0;
}

bool ob__asked_in_package(const struct ob__asked *a, const char *path, size_t n)
{
    size_t len = strlen(a->package);
    while (n > 0 && path[n - 1] != '/')
        n--;
    n -= n > 0;
    return n >= len && memcmp(path + n - len, a->package, len) == 0 &&
           (n == len || path[n - len - 1] == '/');
}

double ob__asked_fit(const struct ob__asked *a, const char *path, size_t n)
{
    if (!n || !same(a->path + a->len - 1, path + n - 1, 1, a->drive))
        return 0;
    if (n == a->len && same(path, a->path, n, a->drive))
        return a->strict ? 0 : 1;
    char as = spelled(a, path, n);
    if ((as == ' ' || as == '.') && !a->strict)
        return as == ' ' ? 0.97 : 0.9;
    if (ends_in(path, n, a->path, a->len, a->drive)) {
        bool packed = a->package && ob__asked_in_package(a, path, n);
        return packed ? 0.95 : a->strict ? 0 : 0.9;
    }
    if (as != '/' && !ends_in(a->path, a->len, path, n, a->drive))
        return 0;
    /* a common name at the root tells little by itself */
    return memchr(path, '/', n) ? 0.8 : a->loose ? 0.78 : 0.3;
}

/* How well PATH fits all that is asked; the question's paths are composed, so PATH is as well. */
static double best_fit(const struct ob__query *q, const char *path, size_t only)
{
    double best = 0;
    struct ob__composed c;
    path = ob__composed(&c, path);
    size_t n = strlen(path);
    for (size_t i = 0; i < q->n_asked; i++) {
        double f = only == SIZE_MAX || only == i ? ob__asked_fit(&q->asked[i], path, n) : 0;
        f *= q->asked[i].bare ? 0.4 : 1;
        best = f > best ? f : best;
    }
    ob__composed_release(&c);
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
            best_fit(q, path, i) >= OB__ASKED_FITS)
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

/* Whether the trace names the definition that holds the line, not far before the path. */
static bool is_named(const struct ob__asked *a, const struct ob_doc *d)
{
    uint32_t def = a->line && a->before ? ob_doc_def_at(d, a->line) : OB_NO_DEF;
    if (def == OB_NO_DEF)
        return false;
    const char *name = d->defs[def].name;
    size_t n = strlen(name), far = a->before_len > NAMED_WITHIN ? a->before_len - NAMED_WITHIN : 0;
    return n && memmem(a->before + far, a->before_len - far, name, n);
}

/* The candidate that fits what is asked best; the better ranked one of equals. */
static const struct ob__candidate *fitting(const struct ob__candidates *c, const struct ob__view *v,
                                           const struct ob__query *q, size_t asked)
{
    const struct ob__candidate *found = NULL;
    double best = OB__ASKED_FITS;
    for (size_t i = 0; i < c->len; i++) {
        if (c->items[i].value[OB__F_ASKED] < best - NAMED)
            continue;
        const struct ob_doc *d = ob__candidate_doc(v, &c->items[i]);
        double f = best_fit(q, d->path, asked);
        f += f >= OB__ASKED_FITS && is_named(&q->asked[asked], d) ? NAMED : 0;
        if (f > best || (f == best && !found)) {
            best = f;
            found = &c->items[i];
        }
    }
    return found;
}

struct showing {
    const struct ob__spans *ranked;
    const struct ob__candidates *c;
    const struct ob__view *v;
    const struct ob__query *q;
    const struct ob_search_request *r;
    struct ob_terms *terms;
    const struct ob_doc *doc; /* that was read last */
    struct ob__said said;     /* its lines, none if it is not as it was indexed; owned */
    const struct ob__candidate *at[OB__QUERY_ASKED]; /* of each place; NULL: none, or shown */
    struct ob__spans first;
};

/* ------------------------------------------------------------ hunks */
/* The lines of the file while it is as it was indexed. */
static const struct ob__said *lines_of(struct showing *s, const struct ob__candidate *c)
{
    const struct ob_doc *doc = ob__candidate_doc(s->v, c);
    struct ob_shelf_reader *reader = s->r->shelves[s->v->parts[c->vpart].shelf].reader;
    struct ob_text *text = NULL;
    struct ob_doc *now = NULL;
    if (s->doc == doc)
        return &s->said;
    ob__said_release(&s->said);
    s->doc = doc;
    if (ob_shelf_reader_look(&text, &now, reader, s->terms, doc, NULL) == 0) {
        if (!now)
            ob__said_read(&s->said, text->data, text->len);
        ob_text_unref(text);
        ob_doc_unref(now);
    }
    return &s->said;
}

static bool is_word(const char *text, size_t len, size_t at, size_t n)
{
    bool open = at == 0 || !(isalnum((unsigned char)text[at - 1]) || text[at - 1] == '_');
    return open &&
           (at + n == len || !(isalnum((unsigned char)text[at + n]) || text[at + n] == '_'));
}

static bool names_word(const char *text, size_t len, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; n && i + n <= len; i++)
        if (memcmp(text + i, name, n) == 0 && is_word(text, len, i, n))
            return true;
    return false;
}

/* The line of the hunk's number, if it lies in the function that the hunk names; else that function's. */
static uint32_t line_of_function(const struct ob_doc *d, const struct ob__hunk *h)
{
    uint32_t line = ob__hunk_number(h), found = 0;
    for (uint32_t i = 0; i < d->n_defs && h->function_len; i++) {
        const struct ob_doc_def *def = &d->defs[i];
        if (def->kind == OB_DEF_VALUE || !names_word(h->function, h->function_len, def->name))
            continue;
        if (line >= def->first_line_1based && line <= def->end_line_1based)
            return line;
        found = def->line_1based;
    }
    return found ? found : line < d->n_lines ? line : d->n_lines;
}

/* A hunk of which less is in the file was made of another state of it, and only says where it was. */
static const double HUNK_FOUND_01 = 0.4;

static uint32_t line_of_hunk(struct showing *s, const struct ob__candidate *c,
                             const struct ob__hunk *h)
{
    double fit_01 = 0;
    uint32_t line = ob__hunk_find(h, lines_of(s, c), &fit_01);
    return line && fit_01 >= HUNK_FOUND_01 ? line : line_of_function(ob__candidate_doc(s->v, c), h);
}

static void show_line(struct showing *s, uint32_t index, uint32_t line)
{
    struct ob__span span = ob__first_span(s->c, s->v, index, line ? line : 1);
    span.line = line;
    ob__first_put(&s->first, span);
}

/* Of a diff that names no file: one of the best files that has nearly all of it. */
enum { LOOSE_FILES = 8 };
static const double LOOSE_FOUND_01 = 0.5;

static void show_loose(struct showing *s)
{
    for (size_t i = 0; i < s->q->n_loose; i++) {
        uint32_t found = 0, line = 0;
        double best_01 = LOOSE_FOUND_01;
        for (uint32_t k = 0; k < s->c->len && k < LOOSE_FILES; k++) {
            double fit_01 = 0;
            uint32_t at = ob__hunk_find(s->q->loose[i], lines_of(s, &s->c->items[k]), &fit_01);
            if (at && (fit_01 > best_01 || (fit_01 >= best_01 && !line))) {
                best_01 = fit_01;
                found = k;
                line = at;
            }
        }
        if (line)
            show_line(s, found, line);
    }
}

/* ------------------------------------------------------------ functions of Vim */
/* "s:Count" is called Count; of "shop#count", either may be told by its last part. */
static bool is_called(const char *name, const struct ob__call *call)
{
    size_t n = strlen(name), k = call->len;
    const char *colon = strchr(name, ':'), *hash = memrchr(call->name, '#', k);
    if (n == k && memcmp(name, call->name, k) == 0)
        return true;
    const char *own = colon ? colon + 1 : name, *last = hash ? hash + 1 : call->name;
    size_t own_len = strlen(own), last_len = k - (size_t)(last - call->name);
    return own_len == last_len && memcmp(own, last, own_len) == 0;
}

static uint32_t line_of_call(const struct ob_doc *d, const struct ob__call *call)
{
    for (uint32_t i = 0; i < d->n_defs; i++)
        if (is_called(d->defs[i].name, call) &&
            d->defs[i].line_1based + call->line <= d->defs[i].end_line_1based)
            return d->defs[i].line_1based + call->line;
    return 0;
}

static void show_calls(struct showing *s)
{
    for (size_t i = 0; i < s->q->n_calls; i++)
        for (uint32_t k = 0; k < s->c->len; k++) {
            const struct ob_doc *d = ob__candidate_doc(s->v, &s->c->items[k]);
            bool vim = d->lang->syntax == OB_SYNTAX_VIM && d->n_passages;
            uint32_t line = vim ? line_of_call(d, &s->q->calls[i]) : 0;
            if (line) {
                show_line(s, k, line);
                break;
            }
        }
}

/* Shows at most MOST spans of a file, of the places that are left. */
static void show(struct showing *s, size_t most)
{
    for (size_t i = 0; i < s->q->n_asked && s->first.len < SHOWN_FIRST; i++) {
        if (!s->at[i])
            continue;
        uint32_t index = (uint32_t)(s->at[i] - s->c->items), line = s->q->asked[i].line;
        size_t shown = 0;
        for (size_t k = 0; k < s->first.len; k++)
            shown += s->first.items[k].candidate == index;
        if (shown >= most)
            continue;
        if (s->q->asked[i].hunk)
            line = line_of_hunk(s, s->at[i], s->q->asked[i].hunk);
        const struct ob__span *known = line ? NULL : best_of(s->ranked, index);
        if (known)
            ob__first_put(&s->first, *known);
        else
            show_line(s, index, line);
        s->at[i] = NULL;
    }
}

/* What is ranked around a place that is shown says it again. */
static void drop_shown(struct ob__spans *spans, const struct showing *s)
{
    size_t n = 0;
    for (size_t i = 0; i < spans->len; i++) {
        const struct ob__span *span = &spans->items[i];
        bool shown = false;
        for (size_t k = 0; k < s->first.len && !shown; k++) {
            const struct ob__span *f = &s->first.items[k];
            shown = f->line && f->candidate == span->candidate && f->line >= span->first &&
                    f->line <= span->last;
        }
        if (!shown)
            spans->items[n++] = *span;
    }
    spans->len = spans->sorted = n;
}

void ob__asked_first(struct ob__spans *spans, const struct ob__candidates *c,
                     const struct ob__view *v, const struct ob__query *q,
                     const struct ob_search_request *r, struct ob_terms *t)
{
    struct showing s = {.ranked = spans, .c = c, .v = v, .q = q, .r = r, .terms = t};
    if (!q->n_asked && !q->n_loose && !q->n_calls)
        return;
    ob__spans_sort(spans, spans->len);
    for (size_t i = 0; i < q->n_asked && i < OB__QUERY_ASKED; i++) {
        s.at[i] = fitting(c, v, q, i);
        if (s.at[i] && !ob__candidate_doc(v, s.at[i])->n_passages)
            s.at[i] = NULL;
    }
    show_calls(&s);
    show(&s, SHOWN_OF_ONE);
    show(&s, SHOWN_FIRST);
    show_loose(&s);
    ob__said_release(&s.said);
    drop_shown(spans, &s);
    ob__first_join(spans, &s.first);
}
