/* Programs: which lines are comments, and which are asked for a definition.
 *
 * A line is a comment when it begins as one or stands inside a block that did.  Python's strings of
 * three quotes are followed too: one that begins a line is a comment (a docstring), any other is data
 * in which nothing is defined. */
#include "outline_scan.h"

/* What stays open from one line to the next. */
struct block {
    const char *close;      /* what ends it; NULL: nothing is open */
    enum ob_line_class cls; /* of the lines inside */
};

static bool holds(const char *at, const char *end, const char *what)
{
    return memmem(at, (size_t)(end - at), what, strlen(what)) != NULL;
}

/* ------------------------------------------------------------ three quotes */
static const char *triple_at(const char *at, const char *end)
{
    if (end - at < 3)
        return NULL;
    if (memcmp(at, "\"\"\"", 3) == 0)
        return "\"\"\"";
    return memcmp(at, "'''", 3) == 0 ? "'''" : NULL;
}

/* Whether a docstring begins here: r"""...""", or Elixir's @doc """. */
static const char *docstring(const struct ob__scan *s, struct ob__cursor c)
{
    if (s->lang->syntax == OB_SYNTAX_ELIXIR && *c.at == '@') {
        while (c.at < c.end && !ob__blank_byte(*c.at))
            c.at++;
        ob__skip_blanks(&c);
    }
    for (int prefix = 0; prefix < 3 && c.at < c.end; prefix++, c.at++) {
        const char *triple = triple_at(c.at, c.end);
        if (triple || !strchr("rRbBuUfF~sS", *c.at))
            return triple;
    }
    return NULL;
}

/* Opens B if a string of three quotes is left open by the rest of a line of code. */
static void follow_strings(struct block *b, struct ob__cursor c)
{
    const char *open = NULL;
    for (; c.at < c.end; c.at++) {
        if (!open && *c.at == '#')
            break;
        const char *triple = triple_at(c.at, c.end);
        if (!triple || (open && *open != *triple))
            continue;
        open = open ? NULL : triple;
        c.at += 2;
    }
    *b = (struct block){open, OB_LINE_OTHER};
}

/* ------------------------------------------------------------ comments */

/* Opens B if a block comment is left open by the rest of a line of code: one that does not begin in
 * a string. */
static void follow_comment(struct block *b, const struct ob_lang *lang, struct ob__cursor c)
{
    if (!holds(c.at, c.end, "/*"))
        return;
    char quote = 0;
    for (; c.at < c.end; c.at++) {
        if (*c.at == '\\') {
            c.at++;
        } else if (quote) {
            quote = *c.at == quote ? 0 : quote;
        } else if (strchr("\"'`", *c.at) && *c.at) {
            quote = *c.at;
        } else if (ob__starts(&c, "//")) {
            return;
        } else if (ob__starts(&c, "/*")) {
            const char *close = memmem(c.at + 2, (size_t)(c.end - c.at - 2), "*/", 2);
            if (!close) {
                *b = (struct block){lang->block_close, OB_LINE_COMMENT};
                return;
            }
            c.at = close + 1;
        }
    }
}

static bool is_directive(const struct ob__cursor *c)
{
    return ob__starts(c, "#region") || ob__starts(c, "#endregion") || ob__starts(c, "#[") ||
           ob__starts(c, "#![");
}

/* Marks of a line comment that the language has beside its first, or that any may have when the
 * language is not known. */
static bool other_line_comment(const struct ob__scan *s, const struct ob__cursor *c)
{
    switch (s->lang->syntax) {
    case OB_SYNTAX_PHP: return *c->at == '#' && !is_directive(c);
    case OB_SYNTAX_VIM: return ob__starts(c, "# ");
    case OB_SYNTAX_GENERIC:
        if (s->lang->line_comment || s->lang->block_open)
            return false;
        return *c->at == '#' || ob__starts(c, "//") || ob__starts(c, "--") || ob__starts(c, ";;") ||
               ob__starts(c, "%%");
    default: return false;
    }
}

static bool line_comment(const struct ob__scan *s, const struct ob__cursor *c)
{
    const char *mark = s->lang->line_comment;
    return (mark && ob__starts(c, mark)) || other_line_comment(s, c);
}

/* The class of a line of no open block; *B becomes what it leaves open. */
static enum ob_line_class classify(struct block *b, const struct ob__scan *s, struct ob__cursor c)
{
    const struct ob_lang *lang = s->lang;
    if (lang->block_open && ob__starts(&c, lang->block_open)) {
        if (!holds(c.at + strlen(lang->block_open), c.end, lang->block_close))
            *b = (struct block){lang->block_close, OB_LINE_COMMENT};
        return OB_LINE_COMMENT;
    }
    if (line_comment(s, &c))
        return OB_LINE_COMMENT;
    if (lang->syntax == OB_SYNTAX_PYTHON || lang->syntax == OB_SYNTAX_ELIXIR) {
        const char *triple = docstring(s, c);
        follow_strings(b, c);
        if (triple)
            b->cls = OB_LINE_COMMENT;
        return triple ? OB_LINE_COMMENT : OB_LINE_OTHER;
    }
    if (lang->block_open && strcmp(lang->block_open, "/*") == 0)
        follow_comment(b, lang, c);
    return OB_LINE_OTHER;
}

/* Text of no known kind defines nothing, unless its first line names an interpreter. */
static bool has_definitions(const struct ob__scan *s)
{
    if (s->lang->syntax == OB_SYNTAX_DATA)
        return false;
    return s->lang->kind != OB_KIND_OTHER || (s->len > 2 && memcmp(s->text, "#!", 2) == 0);
}

/* A ".h" file says by its text whether it is C++. */
static bool is_cpp(const struct ob__scan *s)
{
    enum { SNIFF_BYTES = 1 << 16 };
    static const char *const signs[] = {"\nnamespace ", "\ntemplate", "\nclass ",
                                        "std::", "public:"};
    const char *end = s->text + (s->len < SNIFF_BYTES ? s->len : SNIFF_BYTES);
    if (s->lang->syntax != OB_SYNTAX_C)
        return false;
    if (strcmp(s->lang->name, "c") != 0)
        return true;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (holds(s->text, end, signs[i]))
            return true;
    return false;
}

void ob__outline_code(struct ob__scan *s)
{
    s->cpp = is_cpp(s);
    struct block block = {NULL, OB_LINE_OTHER};
    bool defines = has_definitions(s);
    for (size_t i = 0; i < s->out->n_lines; i++) {
        struct ob_line *line = &s->out->lines[i];
        if (line->cls == OB_LINE_BLANK)
            continue;
        struct ob__cursor c = ob__line(s, i);
        if (block.close) {
            line->cls = (uint8_t)block.cls;
            if (holds(c.at, c.end, block.close))
                block.close = NULL;
            continue;
        }
        line->cls = (uint8_t)classify(&block, s, c);
        if (defines && line->cls == OB_LINE_OTHER && line->end - line->start <= OB__DEF_LINE_MAX)
            ob__outline_define(s, i);
    }
}
