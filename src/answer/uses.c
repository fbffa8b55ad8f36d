/* The words of the passage's code are put into a map, and each definition of the outline is looked up. */
#include "uses.h"

#include <stdlib.h>
#include <string.h>

#include "openbook/base/hash.h"
#include "openbook/base/map.h"
#include "openbook/base/mem.h"
#include "openbook/text/outline.h"

enum { LEAST_NAME = 3 };

struct use {
    uint64_t at; /* which word of the passage it is */
    const struct ob_def *def;
};

struct uses {
    struct ob_outline outline;
    struct ob_map64 words; /* hashes; which word of the passage, from 1 */
    struct use *items;     /* owned */
    size_t n, cap;
};

static bool is_letter(unsigned char c)
{
    return c == '_' || c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

static void add_words(struct uses *u, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t start = i;
        while (i < len && is_letter((unsigned char)text[i]))
            i++;
        if (i - start >= LEAST_NAME) {
            bool added;
            uint64_t *at = ob_map64_put(&u->words, ob_hash(text + start, i - start), &added);
            if (added)
                *at = u->words.len;
        }
        i += i == start;
    }
}

/* Comments name much that the code has no need of. */
static void read_code(struct uses *u, const struct ob__span *s)
{
    for (uint32_t i = s->first_line; i <= s->last_line && i <= u->outline.n_lines; i++) {
        const struct ob_line *line = &u->outline.lines[i - 1];
        if (line->cls != OB_LINE_COMMENT)
            add_words(u, s->page->text + line->start, line->end - line->start);
    }
}

static bool is_around(const struct ob_def *d, const struct ob__span *s)
{
    return d->line_1based <= s->last_line && d->end_line_1based >= s->first_line;
}

/* Whether S may name D as it is: what D stands in, S stands in, too. */
static bool is_in_reach(const struct ob_outline *o, const struct ob_def *d,
                        const struct ob__span *s)
{
    if (d->kind == OB_DEF_FUNCTION || d->kind == OB_DEF_HEADING || is_around(d, s))
        return false;
    for (uint32_t i = d->parent; i != OB_NO_DEF; i = o->defs[i].parent)
        if (o->defs[i].kind == OB_DEF_FUNCTION || !is_around(&o->defs[i], s))
            return false;
    return true;
}

static void find(struct uses *u, const struct ob__span *s)
{
    for (size_t i = 0; i < u->outline.n_defs; i++) {
        const struct ob_def *d = &u->outline.defs[i];
        const uint64_t *at =
            ob_map64_get(&u->words, ob_hash(s->page->text + d->name_start, d->name_len));
        if (!at || d->end_line_1based - d->first_line_1based >= OB__USES_LINES ||
            !is_in_reach(&u->outline, d, s))
            continue;
        OB_GROW(u->items, u->n, u->cap);
        u->items[u->n++] = (struct use){*at, d};
    }
}

static int by_use(const void *x, const void *y)
{
    const struct use *a = x, *b = y;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->def->line_1based < b->def->line_1based ? -1 : 1;
}

size_t ob__uses_find(struct ob__span *out, struct ob_arena *a, const struct ob__span *s,
                     size_t most)
{
    const struct ob__page *page = s->page;
    struct uses u = {0};
    const struct ob_lang *lang = ob_lang_of_path(page->path, strlen(page->path));
    if (s->kind != OB_KIND_CODE || ob_outline_scan(&u.outline, lang, page->text, page->len) != 0)
        return 0;
    read_code(&u, s);
    find(&u, s);
    if (u.n > 0)
        qsort(u.items, u.n, sizeof *u.items, by_use);
    size_t n = u.n < most ? u.n : most;
    for (size_t i = 0; i < n; i++) {
        const struct ob_def *d = u.items[i].def;
        out[i] = (struct ob__span){.page = page,
                                   .first_line = d->first_line_1based,
                                   .last_line = d->end_line_1based,
                                   .best_line = d->line_1based,
                                   .found_line = d->first_line_1based,
                                   .value = s->value,
                                   .symbol =
                                       ob_arena_strndup(a, page->text + d->name_start, d->name_len),
                                   .kind = s->kind};
    }
    ob_free(u.items);
    ob_map64_release(&u.words);
    ob_outline_release(&u.outline);
    return n;
}
