/* Ends of definitions by indentation, for what braces did not tell: a definition holds the lines behind
 * it that are indented deeper, and the closer.  Then the parents of all: which definition holds which. */
#include "outline_scan.h"

/* Words that close a block which its own indentation opened. */
static const char *const closing_words[] = {"end",  "endfunction", "endfunc",  "fi",     "done",
                                            "esac", "endif",       "endclass", "enddef", NULL};

/* Words that stand at a definition's own indentation in the middle of it. */
static const char *const middle_words[] = {"rescue", "ensure", "else",  "elsif",
                                           "elseif", "after",  "catch", NULL};

static bool is_one_of(const struct ob__cursor *c, const char *const *words)
{
    const char *end = c->at;
    while (end < c->end && ob__word_byte(*end))
        end++;
    size_t len = (size_t)(end - c->at);
    for (; *words; words++)
        if (strlen(*words) == len && memcmp(c->at, *words, len) == 0)
            return true;
    return false;
}

enum line_role {
    ROLE_PLAIN,   /* at the definition's indentation it ends the definition */
    ROLE_CLOSER,  /* "}", "end": belongs to it and ends it */
    ROLE_GOES_ON, /* "{", ") {", "} else {", a label: belongs to it and does not end it */
    ROLE_STRING,  /* begins inside of a string: belongs to what is open */
    ROLE_SKIP     /* says nothing: a comment, a preprocessor line */
};

static bool has_labels(enum ob_syntax syntax)
{
    return syntax == OB_SYNTAX_C || syntax == OB_SYNTAX_GO || syntax == OB_SYNTAX_JAVA ||
           syntax == OB_SYNTAX_JS;
}

/* Whether blocks end with a word. */
static bool has_ends(enum ob_syntax syntax)
{
    return syntax == OB_SYNTAX_RUBY || syntax == OB_SYNTAX_ELIXIR || syntax == OB_SYNTAX_LUA;
}

/* Whether what the line shows first was blanked, or the close of a string that began above. */
static bool begins_in_string(const struct ob__scan *s, size_t index, const struct ob__cursor *bare)
{
    const struct ob_line *line = &s->out->lines[index];
    size_t at = line->start;
    while (at < line->end && ob__blank_byte(s->raw[at]))
        at++;
    return at < line->end && (size_t)(bare->at - s->text) > at;
}

static enum line_role role_of(const struct ob__scan *s, size_t index)
{
    const struct ob_line *line = &s->out->lines[index];
    struct ob__cursor c = ob__line(s, index);
    bool c_like = s->lang->syntax == OB_SYNTAX_C;
    if (line->cls == OB_LINE_COMMENT || (c_like && *c.at == '#'))
        return ROLE_SKIP;
    if (begins_in_string(s, index, &c))
        return ROLE_STRING;
    if (c.at == c.end)
        return ROLE_SKIP;
    if (line->cls == OB_LINE_DEFINITION)
        return ROLE_PLAIN;
    const char *last = c.end - 1;
    while (last > c.at && ob__blank_byte(*last))
        last--;
    if (*c.at == ')' && has_ends(s->lang->syntax))
        return ROLE_GOES_ON; /* of parameters over several lines */
    if (strchr("})]", *c.at))
        return *last == '{' || *last == '(' || *last == ':' ? ROLE_GOES_ON : ROLE_CLOSER;
    if (*c.at == '{')
        return *last == '}' ? ROLE_CLOSER : ROLE_GOES_ON;
    if (*last == ':' && has_labels(s->lang->syntax))
        return ROLE_GOES_ON;
    if (has_ends(s->lang->syntax) && is_one_of(&c, middle_words))
        return ROLE_GOES_ON;
    return is_one_of(&c, closing_words) ? ROLE_CLOSER : ROLE_PLAIN;
}

/* The definitions that are open at a line, outermost first: a chain of parents. */
struct open {
    uint32_t innermost;
    bool skipping; /* the line above is a comment or the like */
    bool inside;   /* which began inside of the innermost definition */
};

static void close_deeper(struct ob__scan *s, struct open *open, uint16_t indent, uint32_t end)
{
    struct ob_outline *o = s->out;
    while (open->innermost != OB_NO_DEF && o->defs[open->innermost].indent >= indent) {
        struct ob_def *def = &o->defs[open->innermost];
        if (def->end_line_1based < end && s->ends[open->innermost] != OB__END_BRACE)
            def->end_line_1based = end;
        open->innermost = def->parent;
    }
}

/* Vim's functions end at a word, whatever the indentation. */
static bool in_vim_function(const struct ob__scan *s, const struct open *open)
{
    if (s->lang->syntax != OB_SYNTAX_VIM || open->innermost == OB_NO_DEF)
        return false;
    const struct ob_def *def = &s->out->defs[open->innermost];
    struct ob__cursor c = ob__line(s, def->line_1based - 1);
    return def->kind == OB_DEF_FUNCTION && !ob__starts(&c, "com");
}

/* A further equation of Haskell's function DEF. */
static bool repeats_name(const struct ob__scan *s, uint32_t def, size_t index)
{
    if (s->lang->syntax != OB_SYNTAX_HASKELL || def == OB_NO_DEF)
        return false;
    const struct ob_def *d = &s->out->defs[def];
    struct ob__cursor c = ob__line(s, index);
    return d->kind == OB_DEF_FUNCTION && (size_t)(c.end - c.at) > d->name_len &&
           memcmp(c.at, s->text + d->name_start, d->name_len) == 0 &&
           !ob__word_byte(c.at[d->name_len]);
}

/* A line that is no definition: it may close what is open.  LAST is the last line that counted. */
static void meet_line(struct ob__scan *s, struct open *open, size_t index, uint32_t *last)
{
    struct ob_outline *o = s->out;
    enum line_role role = role_of(s, index);
    uint16_t indent = o->lines[index].indent;
    if (in_vim_function(s, open)) {
        *last = (uint32_t)index + 1;
        struct ob__cursor c = ob__line(s, index);
        bool loop = ob__starts(&c, "endfo");
        if ((ob__starts(&c, "endf") && !loop) || ob__starts(&c, "enddef"))
            close_deeper(s, open, o->defs[open->innermost].indent, *last);
        return;
    }
    if (role == ROLE_SKIP) { /* a docstring may be all that a class holds: its first line tells */
        if (!open->skipping)
            open->inside = open->innermost != OB_NO_DEF && indent > o->defs[open->innermost].indent;
        open->skipping = true;
        *last = open->inside ? (uint32_t)index + 1 : *last;
        return;
    }
    open->skipping = false;
    if (role == ROLE_STRING) {
        *last = (uint32_t)index + 1;
        return;
    }
    if (repeats_name(s, open->innermost, index))
        role = ROLE_GOES_ON;
    if (role == ROLE_PLAIN)
        close_deeper(s, open, indent, *last);
    else if (open->innermost != OB_NO_DEF && indent < UINT16_MAX)
        close_deeper(s, open, (uint16_t)(indent + 1), *last);
    *last = (uint32_t)index + 1;
    if (role == ROLE_CLOSER)
        close_deeper(s, open, indent, *last);
}

/* A definition: what is not shallower ends, and it opens. */
static void meet_definition(struct ob__scan *s, struct open *open, uint32_t index, uint32_t last)
{
    struct ob_def *def = &s->out->defs[index];
    uint32_t line = def->line_1based;
    bool closes = *ob__line(s, line - 1).at == '}'; /* "} name;" ends the struct too */
    close_deeper(s, open, def->indent, closes ? line : last);
    def->parent = open->innermost;
    open->innermost = index;
}

static void find_ends(struct ob__scan *s)
{
    struct ob_outline *o = s->out;
    struct open open = {.innermost = OB_NO_DEF};
    uint32_t last = 0, next = 0;
    for (size_t i = 0; i < o->n_lines; i++) {
        if (o->lines[i].indent == OB_INDENT_BLANK)
            continue;
        if (next >= o->n_defs || o->defs[next].line_1based != i + 1) {
            meet_line(s, &open, i, &last);
            continue;
        }
        struct ob_def *def = &o->defs[next];
        open.skipping = false;
        if (*ob__line(s, i).at == '#' && def->kind == OB_DEF_MACRO) {
            i = def->end_line_1based - 1; /* which the walk has found */
            next++;
            continue;
        }
        if (def->kind == OB_DEF_VALUE && in_vim_function(s, &open))
            next++;
        else
            meet_definition(s, &open, next++, last);
        last = (uint32_t)i + 1;
    }
    close_deeper(s, &open, 0, last);
}

/* Parents by who holds whom; none reaches beyond its parent. */
static void find_parents(struct ob__scan *s)
{
    struct ob_outline *o = s->out;
    uint32_t open = OB_NO_DEF;
    for (uint32_t i = 0; i < o->n_defs; i++) {
        struct ob_def *def = &o->defs[i];
        bool closes = *ob__line(s, def->line_1based - 1).at == '}';
        while (open != OB_NO_DEF && o->defs[open].end_line_1based < def->line_1based + closes)
            open = o->defs[open].parent;
        def->parent = open;
        if (open != OB_NO_DEF && o->defs[open].end_line_1based < def->end_line_1based)
            def->end_line_1based = o->defs[open].end_line_1based;
        open = i;
    }
}

void ob__outline_indent(struct ob__scan *s)
{
    find_ends(s);
    find_parents(s);
}
