/* What stands directly above a definition and belongs to it: the comment that tells about it, its
 * decorators and attributes, a return type on a line of its own.  A blank line ends it.
 *
 * Each line is walked over for at most one definition, and the search for the line on which a
 * decorator of several lines begins is bounded: linear time. */
#include "outline_scan.h"

enum { DECORATOR_LINES = 24 }; /* how far up the beginning of one is looked for */

/* "@Override", "#[derive(X)]", "[Fact]": whether the line begins as a decorator of the language. */
static bool begins_decorator(const struct ob__scan *s, const struct ob__cursor *c)
{
    switch (s->lang->syntax) {
    case OB_SYNTAX_PYTHON:
    case OB_SYNTAX_JS:
    case OB_SYNTAX_KOTLIN:
    case OB_SYNTAX_SWIFT:
    case OB_SYNTAX_SCALA: return *c->at == '@';
    case OB_SYNTAX_ELIXIR: return *c->at == '@' && !ob__starts(c, "@moduledoc");
    case OB_SYNTAX_JAVA: return *c->at == '@' || *c->at == '[';
    case OB_SYNTAX_RUST:
    case OB_SYNTAX_PHP: return ob__starts(c, "#[");
    case OB_SYNTAX_C:
        return ob__starts(c, "template") || ob__starts(c, "[[") || ob__starts(c, "__attribute__") ||
               ob__starts(c, "requires");
    default: return false;
    }
}

/* A type or an export macro that stands alone above the name of a C function. */
static bool is_lone_type(const struct ob__scan *s, const struct ob__cursor *c)
{
    if (c->at == c->end)
        return false;
    const char *last = c->end - 1;
    while (last > c->at && ob__blank_byte(*last))
        last--;
    return s->lang->syntax == OB_SYNTAX_C && *c->at != '#' && *c->at != '}' && *c->at != '{' &&
           (ob__word_byte(*last) || strchr("*&>", *last)) &&
           !memchr(c->at, ';', (size_t)(c->end - c->at)) &&
           !memchr(c->at, '(', (size_t)(c->end - c->at));
}

static char first_byte(const struct ob__scan *s, size_t index)
{
    const struct ob_line *line = &s->out->lines[index];
    struct ob__cursor c = {s->raw + line->start, s->raw + line->end};
    ob__skip_blanks(&c);
    return c.at < c.end ? *c.at : 0;
}

/* Elixir's @moduledoc on line INDEX tells about the module: where the next comment begins, at most
 * LIMIT. */
static size_t behind_moduledoc(const struct ob__scan *s, size_t index, size_t limit)
{
    do {
        index++;
    } while (index < limit && first_byte(s, index) != '@' && first_byte(s, index) != '#');
    return index;
}

static bool is_moduledoc(const struct ob__scan *s, size_t index)
{
    const struct ob_line *line = &s->out->lines[index];
    struct ob__cursor c = {s->raw + line->start, s->raw + line->end};
    ob__skip_blanks(&c);
    return s->lang->syntax == OB_SYNTAX_ELIXIR && ob__starts(&c, "@moduledoc");
}

/* Python's comments stand above, its docstrings below: one above is another's. */
static bool is_comment(const struct ob__scan *s, size_t index)
{
    return s->out->lines[index].cls == OB_LINE_COMMENT &&
           (s->lang->syntax != OB_SYNTAX_PYTHON || first_byte(s, index) == '#');
}

/* The line INDEX is the last of a decorator of several lines: the first of them, or INDEX + 1 when it
 * is none.  FLOOR is the first line that may be looked at. */
static size_t decorator_above(const struct ob__scan *s, size_t index, size_t floor, uint16_t indent)
{
    const struct ob_line *lines = s->out->lines;
    struct ob__cursor c = ob__line(s, index);
    if (lines[index].indent <= indent && !strchr(")]}", *c.at))
        return index + 1;
    size_t lowest = index > floor + DECORATOR_LINES ? index - DECORATOR_LINES : floor;
    for (size_t i = index; i-- > lowest;) {
        if (lines[i].cls != OB_LINE_OTHER || lines[i].indent < indent)
            break;
        c = ob__line(s, i);
        if (lines[i].indent == indent)
            return begins_decorator(s, &c) ? i : index + 1;
    }
    return index + 1;
}

/* The first line (0-based) of what belongs to the definition on line INDEX, at least FLOOR. */
static size_t first_above(const struct ob__scan *s, size_t index, size_t floor)
{
    const struct ob_line *lines = s->out->lines;
    size_t first = index;
    uint16_t indent = lines[index].indent;
    while (first > floor) {
        const struct ob_line *above = &lines[first - 1];
        struct ob__cursor c = ob__line(s, first - 1);
        if (above->cls == OB_LINE_BLANK || above->cls == OB_LINE_DEFINITION)
            break;
        bool belongs = is_comment(s, first - 1) ||
                       (above->indent == indent && begins_decorator(s, &c)) ||
                       (above->indent == indent && first == index && is_lone_type(s, &c));
        size_t at = belongs                         ? first - 1
                    : above->cls == OB_LINE_COMMENT ? first
                                                    : decorator_above(s, first - 1, floor, indent);
        if (at == first)
            break;
        if (is_moduledoc(s, at))
            return behind_moduledoc(s, at, index);
        first = at;
    }
    return first;
}

void ob__outline_above(struct ob__scan *s)
{
    struct ob_outline *o = s->out;
    size_t floor = 0;
    for (size_t i = 0; i < o->n_defs; i++) {
        size_t index = o->defs[i].line_1based - 1;
        size_t from = o->defs[i].first_line_1based - 1; /* above the line for "} name;" */
        if (from < floor || from > index)
            from = index;
        o->defs[i].first_line_1based = (uint32_t)first_above(s, from, floor) + 1;
        floor = index + 1;
    }
}
