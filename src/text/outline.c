/* The outline: lines first; then headings (outline_notes.c), or for programs the bare text (bare.c),
 * definitions and braces (outline_code.c, outline_define.c), ends that only indentation tells
 * (outline_indent.c) and what stands above (outline_above.c).
 *
 * Time is linear in the text whatever it holds: every look ahead is bounded, and each search for ends
 * is one walk with a stack. */
#include "openbook/text/outline.h"

#include "openbook/base/error.h"
#include "openbook/base/mem.h"

#include "bare.h"
#include "outline_scan.h"

enum { TEXT_MAX_BYTES = 16 << 20, TAB_COLUMNS = 4 };

/* ------------------------------------------------------------ lines */
static size_t count_lines(const char *text, size_t len)
{
    size_t n = 0;
    for (const char *at = text, *end = text + len; at < end; n++) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        at = feed ? feed + 1 : end;
    }
    return n;
}

static uint16_t indent_of(const char *text, size_t len)
{
    size_t columns = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\t')
            columns += TAB_COLUMNS - columns % TAB_COLUMNS;
        else if (ob__blank_byte(text[i]))
            columns++;
        else
            return (uint16_t)(columns < OB_INDENT_BLANK ? columns : OB_INDENT_BLANK - 1);
    }
    return OB_INDENT_BLANK;
}

static void split_lines(struct ob_outline *o, const char *text, size_t len)
{
    size_t start = 0;
    for (size_t i = 0; i < o->n_lines; i++) {
        const char *feed = memchr(text + start, '\n', len - start);
        size_t end = feed ? (size_t)(feed - text) : len;
        size_t shown = feed && end > start && text[end - 1] == '\r' ? end - 1 : end;
        struct ob_line *line = &o->lines[i];
        line->start = (uint32_t)start;
        line->end = (uint32_t)shown;
        line->indent = indent_of(text + start, shown - start);
        line->cls = line->indent == OB_INDENT_BLANK ? OB_LINE_BLANK : OB_LINE_OTHER;
        start = end + 1;
    }
}

void ob__outline_add(struct ob__scan *s, size_t index, enum ob_def_kind kind, unsigned level,
                     const char *name, size_t len)
{
    struct ob_outline *o = s->out;
    if (o->n_defs == s->defs_cap) {
        size_t cap = s->defs_cap ? s->defs_cap * 2 : 32;
        struct ob_def *grown = ob_try_realloc(o->defs, cap, sizeof *grown);
        if (!grown) {
            s->no_memory = true;
            return;
        }
        o->defs = grown;
        uint8_t *ends = ob_try_realloc(s->ends, cap, sizeof *ends);
        if (!ends) {
            s->no_memory = true;
            return;
        }
        s->ends = ends;
        s->defs_cap = cap;
    }
    o->lines[index].cls = OB_LINE_DEFINITION;
    s->ends[o->n_defs] = OB__END_NONE;
    o->defs[o->n_defs++] = (struct ob_def){.line_1based = (uint32_t)index + 1,
                                           .first_line_1based = (uint32_t)index + 1,
                                           .end_line_1based = (uint32_t)index + 1,
                                           .name_start = (uint32_t)(name - s->text),
                                           .name_len = (uint32_t)len,
                                           .parent = OB_NO_DEF,
                                           .indent = o->lines[index].indent,
                                           .kind = (uint8_t)kind,
                                           .level = (uint8_t)level};
}

/* ------------------------------------------------------------ the door */
static bool is_note(const struct ob_lang *lang)
{
    return lang->syntax >= OB_SYNTAX_MARKDOWN && lang->syntax <= OB_SYNTAX_PLAIN;
}

int ob_outline_scan(struct ob_outline *out, const struct ob_lang *lang, const char *text,
                    size_t len)
{
    *out = (struct ob_outline){.text_len = len};
    if (len > TEXT_MAX_BYTES) {
        out->text_len = 0;
        return OB_ETOOBIG;
    }
    out->n_lines = count_lines(text, len);
    if (out->n_lines == 0)
        return 0;
    out->lines = ob_try_alloc(out->n_lines, sizeof *out->lines);
    if (!out->lines) {
        *out = (struct ob_outline){0};
        return OB_ENOMEM;
    }
    split_lines(out, text, len);
    struct ob__scan s = {.lang = lang, .raw = text, .text = text, .len = len, .out = out};
    if (is_note(lang)) {
        ob__outline_notes(&s);
    } else if (ob__bare(&s)) {
        s.no_memory = true;
    } else {
        ob__outline_code(&s);
        ob__outline_indent(&s);
        ob__outline_above(&s);
        ob_free((char *)s.text); /* the bare copy */
    }
    ob_free(s.ends);
    if (s.no_memory) {
        ob_outline_release(out);
        return OB_ENOMEM;
    }
    return 0;
}

void ob_outline_release(struct ob_outline *o)
{
    ob_free(o->lines);
    ob_free(o->defs);
    ob_free(o->marks);
    *o = (struct ob_outline){0};
}

/* The last definition at or before the line, by halves; then outwards to one that holds the line. */
uint32_t ob_outline_at(const struct ob_outline *o, uint32_t line_1based)
{
    size_t low = 0, high = o->n_defs;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (o->defs[middle].line_1based <= line_1based)
            low = middle + 1;
        else
            high = middle;
    }
    uint32_t at = low ? (uint32_t)low - 1 : OB_NO_DEF;
    while (at != OB_NO_DEF && o->defs[at].end_line_1based < line_1based)
        at = o->defs[at].parent;
    return at;
}
