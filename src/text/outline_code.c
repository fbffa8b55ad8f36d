/* Programs: the bare text (bare.c) is walked once, line by line.  Each line is asked for a definition
 * (outline_define.c) with what is known about its place: in the body of a function, of a type, or in
 * an object, and how many brackets are open.  Then its braces are counted, which tells where
 * definitions end.  What braces do not tell, indentation does (outline.c).
 *
 * C's conditional parts: the first is believed, the others are walked as if they stood in braces of
 * their own, for "#else" repeats what the first part opened. */
#include "bare.h"
#include "define.h"
#include "outline_scan.h"

enum { SCOPES = 512, LOOK_AHEAD_LINES = 20 };

/* A definition whose end is not known yet. */
struct head {
    uint32_t def;      /* OB_NO_DEF: none */
    uint32_t brackets; /* open where it is named */
    bool equals;       /* an equals sign was met: a value follows, not only a body */
    bool again;        /* its first braces are closed */
};

/* An open brace. */
struct scope {
    uint32_t owner;    /* the definition whose body it is, or OB_NO_DEF */
    uint32_t line;     /* 0-based, where it stands */
    uint32_t brackets; /* open around it, back to the scope before */
    struct head head;  /* what was pending around it, if it is not the owner */
    enum ob__place place;
    bool barrier; /* no brace: an "#else" part begins here */
};

struct walk {
    struct ob__scan *s;
    struct scope scopes[SCOPES];
    size_t depth, over; /* OVER: braces that did not fit */
    uint32_t brackets;
    struct head head;     /* the definition that waits for its body or its end */
    uint32_t last;        /* the last line with code, 0-based */
    size_t group_depth;   /* where the open group of Go stands */
    uint32_t closed_from; /* where the brace that was closed last was opened, if nobody owns it */
};

/* ------------------------------------------------------------ what kind of text it is */
static bool holds(const char *at, const char *end, const char *what)
{
    return memmem(at, (size_t)(end - at), what, strlen(what)) != NULL;
}

/* Text of no known kind defines nothing, unless its first line names an interpreter. */
static bool has_definitions(const struct ob__scan *s)
{
    if (s->lang->syntax == OB_SYNTAX_DATA)
        return false;
    return s->lang->kind != OB_KIND_OTHER || (s->len > 2 && memcmp(s->raw, "#!", 2) == 0);
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

/* Whether braces hold bodies. */
static bool has_braces(enum ob_syntax syntax)
{
    switch (syntax) {
    case OB_SYNTAX_PYTHON:
    case OB_SYNTAX_RUBY:
    case OB_SYNTAX_LUA:
    case OB_SYNTAX_VIM:
    case OB_SYNTAX_HASKELL:
    case OB_SYNTAX_ELIXIR:
    case OB_SYNTAX_DATA: return false;
    default: return true;
    }
}

/* Whether a statement needs a semicolon to end. */
static bool has_semicolons(enum ob_syntax syntax)
{
    return syntax == OB_SYNTAX_C || syntax == OB_SYNTAX_JAVA || syntax == OB_SYNTAX_RUST ||
           syntax == OB_SYNTAX_PHP || syntax == OB_SYNTAX_ZIG;
}

/* ------------------------------------------------------------ ends */
static struct ob_def *def_at(const struct walk *w, uint32_t def)
{
    return &w->s->out->defs[def];
}

static void end_pending(struct walk *w, size_t line, enum ob__end how)
{
    struct ob_def *def = def_at(w, w->head.def);
    size_t end = line + 1;
    def->end_line_1based = (uint32_t)(end > def->line_1based ? end : def->line_1based);
    w->s->ends[w->head.def] = (uint8_t)how;
    w->head.def = OB_NO_DEF;
}

/* The first code behind the line, at most some lines below. */
static struct ob__cursor next_line(const struct walk *w, size_t line)
{
    const struct ob_outline *o = w->s->out;
    size_t limit = line + LOOK_AHEAD_LINES < o->n_lines ? line + LOOK_AHEAD_LINES : o->n_lines;
    for (size_t i = line + 1; i < limit; i++) {
        struct ob__cursor c = ob__line(w->s, i);
        if (o->lines[i].cls != OB_LINE_COMMENT && c.at < c.end)
            return c;
    }
    return (struct ob__cursor){NULL, NULL};
}

static bool starts_word(const struct ob__cursor *c, const char *word)
{
    size_t n = strlen(word);
    return ob__starts(c, word) && (c->at + n == c->end || !ob__word_byte(c->at[n]));
}

/* Whether a line that C begins with goes on with the statement of the line above. */
static bool continues(const struct ob__cursor *c)
{
    static const char *const words[] = {"where", "throws",     "rethrows", "extends", "with",
                                        "else",  "implements", "catch",    "finally", "then"};
    if (!c->at)
        return false;
    if (strchr("{.?:=&|>", *c->at) && *c->at)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (starts_word(c, words[i]))
            return true;
    return false;
}

/* Where lines end statements: whether the head of the pending definition ends with this one. */
static void end_of_line(struct walk *w, size_t line)
{
    struct ob__cursor c = ob__line(w->s, line);
    bool lisp = w->s->lang->line_comment && *w->s->lang->line_comment == ';';
    if (w->head.def == OB_NO_DEF || w->brackets != w->head.brackets || c.at == c.end ||
        (lisp && w->brackets))
        return;
    const char *last = c.end - 1;
    while (last > c.at && ob__blank_byte(*last))
        last--;
    bool arrow = *last == '>' && last > c.at && strchr("-=", last[-1]);
    if (arrow || strchr(",=([+-*/&|<:.\\", *last))
        return;
    struct ob__cursor next = next_line(w, line);
    if (!continues(&next))
        end_pending(w, line, OB__END_LINE);
}

/* ------------------------------------------------------------ braces */

/* Whether what stands before a brace makes it an expression: an object of JavaScript. */
static bool opens_object(const char *start, const char *brace)
{
    while (brace > start && ob__blank_byte(brace[-1]))
        brace--;
    if (brace == start)
        return false;
    if (strchr("(,:[?|&", brace[-1]))
        return true;
    if (brace[-1] == '=')
        return true;
    struct ob__cursor c = {brace - start >= 6 ? brace - 6 : start, brace};
    return starts_word(&c, "return") ||
           (brace - start >= 7 && memcmp(brace - 7, "default", 7) == 0);
}

static enum ob__place place_of(const struct walk *w, const char *start, const char *brace)
{
    enum ob__place around = w->depth ? w->scopes[w->depth - 1].place : OB__PLACE_TOP;
    if (w->head.def != OB_NO_DEF && w->brackets == w->head.brackets) {
        const struct ob_def *def = def_at(w, w->head.def);
        if (def->kind == OB_DEF_TYPE)
            return holds(start, brace, "interface") ? OB__PLACE_INTERFACE : OB__PLACE_TYPE;
        if (def->kind == OB_DEF_FUNCTION)
            return OB__PLACE_BODY;
        return w->s->lang->syntax == OB_SYNTAX_JS && opens_object(start, brace) ? OB__PLACE_OBJECT
                                                                                : OB__PLACE_BODY;
    }
    if (w->s->lang->syntax == OB_SYNTAX_JS)
        return opens_object(start, brace) ? OB__PLACE_OBJECT : OB__PLACE_BODY;
    if (holds(start, brace, "new ") && w->s->lang->syntax == OB_SYNTAX_JAVA)
        return OB__PLACE_TYPE; /* of an anonymous class */
    return around;
}

static void open_brace(struct walk *w, size_t line, const char *start, const char *brace)
{
    if (w->depth == SCOPES) {
        w->over++;
        return;
    }
    bool owned = w->head.def != OB_NO_DEF && w->brackets == w->head.brackets;
    w->scopes[w->depth] = (struct scope){.owner = owned ? w->head.def : OB_NO_DEF,
                                         .line = (uint32_t)line,
                                         .brackets = w->brackets,
                                         .head = w->head,
                                         .place = place_of(w, start, brace)};
    w->depth++;
    w->brackets = 0;
    w->head = (struct head){.def = OB_NO_DEF};
}

/* Whether a definition goes on behind the brace that closes at AT: "interface{} {", "a_{1}, b_{2} {",
 * "} catch", "}.join()", or a value that the line may not end. */
static bool goes_on(const struct walk *w, size_t line, const char *at, const char *end)
{
    enum ob_syntax syntax = w->s->lang->syntax;
    struct ob__cursor c = {at, end};
    ob__skip_blanks(&c);
    char next = c.at < c.end ? *c.at : 0;
    if (next == '{')
        return true;
    if (next == ',' && w->s->cpp)
        return def_at(w, w->head.def)->kind == OB_DEF_FUNCTION;
    if (has_semicolons(syntax) || syntax == OB_SYNTAX_GO || syntax == OB_SYNTAX_SHELL)
        return false;
    if (!next)
        c = next_line(w, line);
    return w->head.equals || (c.at && (*c.at == '.' || starts_word(&c, "else") ||
                                       starts_word(&c, "catch") || starts_word(&c, "finally")));
}

static void close_brace(struct walk *w, size_t line, const char *at, const char *end)
{
    if (w->over) {
        w->over--;
        return;
    }
    if (w->depth == 0 || w->scopes[w->depth - 1].barrier)
        return;
    if (w->head.def != OB_NO_DEF) /* declared without a body, up to the line before */
        end_pending(w, w->last < line ? w->last : line, OB__END_BRACE);
    const struct scope *scope = &w->scopes[--w->depth];
    w->brackets = scope->brackets;
    w->closed_from = scope->owner == OB_NO_DEF ? scope->line : (uint32_t)line;
    w->head = scope->head;
    if (scope->owner == OB_NO_DEF)
        return;
    w->head.again = true;
    if (!goes_on(w, line, at, end))
        end_pending(w, line, OB__END_BRACE);
}

/* A brace in the first column of plain C closes whatever was opened since the last one there. */
static void resynchronize(struct walk *w)
{
    size_t depth = w->depth;
    while (depth > 0 && !w->scopes[depth - 1].barrier) {
        const struct scope *scope = &w->scopes[depth - 1];
        bool outermost = scope->owner != OB_NO_DEF ? def_at(w, scope->owner)->indent == 0
                                                   : w->s->out->lines[scope->line].indent == 0;
        if (outermost) {
            w->depth = depth;
            return;
        }
        depth--;
    }
}

/* Counts what stands in [AT, END) of the line. */
static void count(struct walk *w, size_t line, const char *at, const char *end)
{
    const char *start = w->s->text + w->s->out->lines[line].start;
    for (; at < end; at++) {
        switch (*at) {
        case '{': open_brace(w, line, start, at); break;
        case '}':
            if (at == start && w->s->lang->syntax == OB_SYNTAX_C && !w->s->cpp)
                resynchronize(w);
            close_brace(w, line, at + 1, end);
            break;
        case '(':
        case '[': w->brackets++; break;
        case ')':
        case ']':
            w->brackets -= w->brackets > 0;
            if (w->head.def != OB_NO_DEF && w->brackets < w->head.brackets)
                end_pending(w, line, OB__END_BRACE);
            break;
        case ';':
            if (w->head.def != OB_NO_DEF && w->brackets == w->head.brackets &&
                w->s->lang->syntax != OB_SYNTAX_GENERIC)
                end_pending(w, line, OB__END_BRACE);
            break;
        case '=':
            if (w->brackets == w->head.brackets && !(at + 1 < end && strchr("=>", at[1])) &&
                !strchr("=<>!", at > start ? at[-1] : ' '))
                w->head.equals = true;
            break;
        default: break;
        }
    }
}

/* ------------------------------------------------------------ conditional parts of C */
static void drop_barrier(struct walk *w)
{
    size_t depth = w->depth;
    while (depth > 0 && !w->scopes[depth - 1].barrier)
        depth--;
    if (depth == 0)
        return;
    w->depth = depth - 1;
    w->brackets = w->scopes[w->depth].brackets;
    w->head = w->scopes[w->depth].head;
    w->over = 0;
}

static void raise_barrier(struct walk *w, size_t line)
{
    if (w->depth == SCOPES)
        return;
    enum ob__place around = w->depth ? w->scopes[w->depth - 1].place : OB__PLACE_TOP;
    w->scopes[w->depth++] = (struct scope){.owner = OB_NO_DEF,
                                           .line = (uint32_t)line,
                                           .brackets = w->brackets,
                                           .head = w->head,
                                           .place = around,
                                           .barrier = true};
    w->brackets = 0;
    w->head = (struct head){.def = OB_NO_DEF};
}

/* How deep the "#if" of this part is nested is seen by the barriers: one stands for each part but the
 * first.  NESTED counts the "#if" since the last barrier. */
struct conditional {
    bool barrier[64]; /* of each open "#if": whether its present part has one */
    size_t depth;
};

static void meet_directive(struct walk *w, struct conditional *k, size_t line, struct ob__cursor c)
{
    size_t most = sizeof k->barrier / sizeof *k->barrier;
    c.at++;
    ob__skip_blanks(&c);
    if (ob__starts(&c, "if")) {
        struct ob__cursor zero = {c.at + 2, c.end};
        ob__skip_blanks(&zero);
        bool never = starts_word(&zero, "0");
        if (k->depth < most)
            k->barrier[k->depth] = never;
        if (never && k->depth < most)
            raise_barrier(w, line);
        k->depth++;
    } else if (ob__starts(&c, "el") && k->depth > 0 && k->depth <= most) {
        if (k->barrier[k->depth - 1])
            drop_barrier(w);
        raise_barrier(w, line);
        k->barrier[k->depth - 1] = true;
    } else if (ob__starts(&c, "endif") && k->depth > 0) {
        k->depth--;
        if (k->depth < most && k->barrier[k->depth])
            drop_barrier(w);
    }
}

/* ------------------------------------------------------------ the walk */

/* Go's "type (", "const (": what the lines in it define. */
static void follow_group(struct walk *w, size_t line)
{
    struct ob__cursor c = ob__line(w->s, line);
    if (w->s->lang->syntax != OB_SYNTAX_GO)
        return;
    if (w->brackets == 0 && w->depth <= w->group_depth)
        w->s->group = 0;
    if (w->brackets || c.end[-1] != '(')
        return;
    if (starts_word(&c, "type"))
        w->s->group = OB_DEF_TYPE;
    else if (starts_word(&c, "const") || starts_word(&c, "var"))
        w->s->group = OB_DEF_VALUE;
    w->group_depth = w->depth;
}

static void tell_place(struct walk *w)
{
    struct ob__scan *s = w->s;
    s->brackets = w->brackets;
    s->place = w->depth ? w->scopes[w->depth - 1].place : OB__PLACE_TOP;
    s->scope_line = w->depth ? w->scopes[w->depth - 1].line : 0;
    s->waiting = w->head.def != OB_NO_DEF && !w->head.again;
    s->grouped = s->group && w->brackets == 1 && w->depth == w->group_depth;
}

/* Counts the line up to the end of the name of DEF, which is on it, and waits for its body.  Returns
 * where the rest begins.  What is named between the brackets of another head has none. */
static const char *begin_definition(struct walk *w, size_t line, uint32_t index)
{
    struct ob__scan *s = w->s;
    struct ob_def *def = &s->out->defs[index];
    const char *start = s->text + s->out->lines[line].start;
    struct ob__cursor rest = {s->text + def->name_start + def->name_len,
                              s->text + s->out->lines[line].end};
    count(w, line, start, rest.at);
    if (w->head.def != OB_NO_DEF && s->brackets > w->head.brackets) {
        s->ends[index] = OB__END_LINE;
        return rest.at;
    }
    if (w->head.def != OB_NO_DEF) /* its body was not found: indentation may */
        end_pending(w, 0, OB__END_LINE);
    def->first_line_1based = w->closed_from + 1; /* "typedef struct {" of "} name;" */
    uint32_t brackets = w->brackets < s->brackets ? w->brackets : s->brackets;
    w->head = (struct head){.def = index, .brackets = brackets};
    struct ob__cursor generics = rest; /* "<T extends { a: B }>" is no body */
    if (s->lang->syntax == OB_SYNTAX_JS && rest.at < rest.end && *rest.at == '<' &&
        ob__skip_pair(&generics, '<', '>'))
        return generics.at;
    return rest.at;
}

/* Asks the line for a definition, then counts its braces. */
static void meet_line(struct walk *w, size_t line, bool defines, bool braces)
{
    struct ob__scan *s = w->s;
    const struct ob_line *l = &s->out->lines[line];
    size_t known = s->out->n_defs;
    tell_place(w);
    if (defines && l->end - l->start <= OB__DEF_LINE_MAX)
        ob__outline_define(s, line);
    if (!braces)
        return;
    const char *at = s->text + l->start, *end = s->text + l->end;
    w->closed_from = (uint32_t)line;
    follow_group(w, line);
    if (s->out->n_defs > known)
        at = begin_definition(w, line, (uint32_t)known);
    count(w, line, at, end);
    w->last = (uint32_t)line;
    if (!has_semicolons(s->lang->syntax))
        end_of_line(w, line);
}

/* The last line (0-based) of a directive: the first that does not end with a backslash. */
static size_t directive_end(const struct ob__scan *s, size_t line)
{
    const struct ob_outline *o = s->out;
    while (line + 1 < o->n_lines && o->lines[line].end > o->lines[line].start &&
           s->text[o->lines[line].end - 1] == '\\')
        line++;
    return line;
}

static bool has_directives(const struct ob_lang *lang)
{
    return lang->syntax == OB_SYNTAX_C || lang->syntax == OB_SYNTAX_SWIFT ||
           strcmp(lang->name, "csharp") == 0;
}

static void walk_lines(struct walk *w, bool defines, bool braces)
{
    struct ob__scan *s = w->s;
    struct conditional conditional = {.depth = 0};
    for (size_t i = 0; i < s->out->n_lines && !s->no_memory; i++) {
        if (s->out->lines[i].cls != OB_LINE_OTHER)
            continue;
        struct ob__cursor c = ob__line(s, i);
        if (c.at == c.end)
            continue; /* inside of a string */
        if (*c.at != '#' || !has_directives(s->lang)) {
            meet_line(w, i, defines, braces);
            continue;
        }
        size_t known = s->out->n_defs, end = directive_end(s, i);
        if (s->lang->syntax == OB_SYNTAX_C)
            ob__outline_define(s, i);
        if (s->out->n_defs > known) {
            s->out->defs[known].end_line_1based = (uint32_t)end + 1;
            s->ends[known] = OB__END_BRACE;
        }
        meet_directive(w, &conditional, i, c);
        i = end;
    }
    if (w->head.def != OB_NO_DEF)
        end_pending(w, 0, OB__END_LINE);
}

void ob__outline_code(struct ob__scan *s)
{
    struct walk w = {.s = s, .head = {.def = OB_NO_DEF}};
    s->cpp = is_cpp(s);
    walk_lines(&w, has_definitions(s), has_braces(s->lang->syntax));
}
