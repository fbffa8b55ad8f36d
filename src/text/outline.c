/* The outline: lines first, then classes and definitions (outline_code.c, outline_define.c) or
 * headings (outline_notes.c), then where each definition ends.
 *
 * Time is linear in the text whatever it holds: every look ahead is bounded, and the search for ends
 * is one walk with a stack. */
#include "openbook/text/outline.h"

#include "openbook/base/error.h"
#include "openbook/base/mem.h"

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
            return (uint16_t)(columns < OB__BLANK_INDENT ? columns : OB__BLANK_INDENT - 1);
    }
    return OB__BLANK_INDENT;
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
        line->cls = line->indent == OB__BLANK_INDENT ? OB_LINE_BLANK : OB_LINE_OTHER;
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
        s->defs_cap = cap;
    }
    o->lines[index].cls = OB_LINE_DEFINITION;
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

/* ------------------------------------------------------------ where definitions end */

/* Words that close a block which its own indentation opened. */
static const char *const closing_words[] = {"end",  "endfunction", "endfunc",  "fi",    "done",
                                            "esac", "endif",       "endclass", "enddef"};

static bool is_closing_word(const struct ob__cursor *c)
{
    const char *end = c->at;
    while (end < c->end && ob__word_byte(*end))
        end++;
    size_t len = (size_t)(end - c->at);
    for (size_t i = 0; i < sizeof closing_words / sizeof *closing_words; i++)
        if (strlen(closing_words[i]) == len && memcmp(c->at, closing_words[i], len) == 0)
            return true;
    return false;
}

enum line_role {
    ROLE_PLAIN,   /* at the definition's indentation it ends the definition */
    ROLE_CLOSER,  /* "}", "end": belongs to it and ends it */
    ROLE_GOES_ON, /* "{", ") {", "} else {", a label: belongs to it and does not end it */
    ROLE_SKIP     /* says nothing: a comment, a preprocessor line */
};

static bool has_labels(enum ob_syntax syntax)
{
    return syntax == OB_SYNTAX_C || syntax == OB_SYNTAX_GO || syntax == OB_SYNTAX_JAVA ||
           syntax == OB_SYNTAX_JS;
}

static enum line_role role_of(const struct ob__scan *s, size_t index)
{
    const struct ob_line *line = &s->out->lines[index];
    struct ob__cursor c = ob__line(s, index);
    bool c_like = s->lang->syntax == OB_SYNTAX_C;
    if (line->cls == OB_LINE_COMMENT || (c_like && *c.at == '#'))
        return ROLE_SKIP;
    if (line->cls == OB_LINE_DEFINITION)
        return ROLE_PLAIN;
    const char *last = c.end - 1;
    while (last > c.at && ob__blank_byte(*last))
        last--;
    if (strchr("})]", *c.at))
        return *last == '{' || *last == '(' || *last == ':' ? ROLE_GOES_ON : ROLE_CLOSER;
    if (*c.at == '{')
        return *last == '}' ? ROLE_CLOSER : ROLE_GOES_ON;
    if (*last == ':' && has_labels(s->lang->syntax))
        return ROLE_GOES_ON;
    return is_closing_word(&c) ? ROLE_CLOSER : ROLE_PLAIN;
}

/* The definitions that are open at a line, outermost first: a chain of parents. */
struct open {
    uint32_t innermost;
};

static void close_deeper(struct ob_outline *o, struct open *open, uint16_t indent, uint32_t end)
{
    while (open->innermost != OB_NO_DEF && o->defs[open->innermost].indent >= indent) {
        struct ob_def *def = &o->defs[open->innermost];
        if (def->end_line_1based < end)
            def->end_line_1based = end;
        open->innermost = def->parent;
    }
}

/* A line that is no definition: it may close what is open.  LAST is the last line that counted. */
static void meet_line(struct ob__scan *s, struct open *open, size_t index, uint32_t *last)
{
    struct ob_outline *o = s->out;
    enum line_role role = role_of(s, index);
    uint16_t indent = o->lines[index].indent;
    if (role == ROLE_SKIP) { /* a docstring may be all that a class holds */
        bool inside = open->innermost != OB_NO_DEF && indent > o->defs[open->innermost].indent;
        *last = inside ? (uint32_t)index + 1 : *last;
        return;
    }
    if (role == ROLE_PLAIN)
        close_deeper(o, open, indent, *last);
    else if (open->innermost != OB_NO_DEF && indent < UINT16_MAX)
        close_deeper(o, open, (uint16_t)(indent + 1), *last);
    *last = (uint32_t)index + 1;
    if (role == ROLE_CLOSER)
        close_deeper(o, open, indent, *last);
}

/* The last line of a #define: the first that does not end with a backslash. */
static uint32_t end_of_macro(const struct ob__scan *s, size_t index)
{
    const struct ob_outline *o = s->out;
    while (index + 1 < o->n_lines && o->lines[index].end > o->lines[index].start &&
           s->text[o->lines[index].end - 1] == '\\')
        index++;
    return (uint32_t)index + 1;
}

/* Ends and parents by indentation: a definition holds the lines behind it that are indented deeper,
 * and the closer. */
static void nest(struct ob__scan *s)
{
    struct ob_outline *o = s->out;
    struct open open = {OB_NO_DEF};
    uint32_t last = 0;
    for (size_t i = 0, next = 0; i < o->n_lines; i++) {
        if (o->lines[i].indent == OB__BLANK_INDENT)
            continue;
        bool defined = next < o->n_defs && o->defs[next].line_1based == i + 1;
        if (!defined) {
            meet_line(s, &open, i, &last);
            continue;
        }
        struct ob_def *def = &o->defs[next];
        if (def->kind == OB_DEF_MACRO && *ob__line(s, i).at == '#') {
            uint32_t end = end_of_macro(s, i);
            def->end_line_1based = end;
            while (next < o->n_defs && o->defs[next].line_1based <= end)
                next++;
            i = end - 1;
            continue;
        }
        bool closes = *ob__line(s, i).at == '}'; /* "} name;" ends the struct too */
        close_deeper(o, &open, def->indent, closes ? (uint32_t)i + 1 : last);
        def->parent = open.innermost;
        open.innermost = (uint32_t)next++;
        last = (uint32_t)i + 1;
    }
    close_deeper(o, &open, 0, last);
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
    struct ob__scan s = {.lang = lang, .text = text, .len = len, .out = out};
    if (is_note(lang)) {
        ob__outline_notes(&s);
    } else {
        ob__outline_code(&s);
        nest(&s);
        ob__outline_above(&s);
    }
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
