/* Reading names, brackets and types from a line of bare text, for the rules that find definitions.
 *
 * A rule that must look past the line (is there a body behind the parameters?) looks at most
 * LOOK_BYTES and LOOK_LINES ahead, which keeps the whole scan linear. */
#include "define.h"
#include "keywords.h"

enum { LOOK_BYTES = 2000, LOOK_LINES = 12 };

bool ob__name_byte(enum ob_syntax syntax, char c)
{
    if (ob__word_byte(c))
        return true;
    switch (syntax) {
    case OB_SYNTAX_JS:
    case OB_SYNTAX_PHP: return c == '$';
    case OB_SYNTAX_SHELL: return c == '-' || c == '.' || c == ':';
    default: return false;
    }
}

struct ob__name ob__read_word(enum ob_syntax syntax, struct ob__cursor *c)
{
    struct ob__name word = {c->at, 0};
    while (c->at < c->end && ob__name_byte(syntax, *c->at))
        c->at++;
    word.len = (size_t)(c->at - word.at);
    return word;
}

bool ob__starts_name(const struct ob__name *word)
{
    return word->len > 0 && !(*word->at >= '0' && *word->at <= '9');
}

bool ob__is_name(const struct ob__name *word)
{
    return ob__starts_name(word) && !ob__is_control_word(word->at, word->len);
}

/* Skips OPEN ... CLOSE with what is nested; false when it does not end in the line. */
bool ob__skip_pair(struct ob__cursor *c, char open, char close)
{
    int depth = 0;
    for (; c->at < c->end; c->at++) {
        if (*c->at == open)
            depth++;
        else if (*c->at == close && !(close == '>' && strchr("-=", c->at[-1])) && --depth == 0) {
            c->at++;
            return true;
        }
    }
    return false;
}

bool ob__skip_optional_pair(struct ob__cursor *c, char open, char close)
{
    ob__skip_blanks(c);
    bool fine = c->at >= c->end || *c->at != open || ob__skip_pair(c, open, close);
    ob__skip_blanks(c);
    return fine;
}

/* Steps over what joins the words of a dotted name: "." "::" ":" "\" "#"; false: nothing does. */
static bool skip_joint(enum ob_syntax syntax, struct ob__cursor *c)
{
    struct ob__cursor next = *c;
    if (ob__starts(&next, "::"))
        next.at += 2;
    else if (next.at < next.end &&
             (*next.at == '.' || (*next.at == '\\' && syntax == OB_SYNTAX_PHP) ||
              (*next.at == ':' && (syntax == OB_SYNTAX_LUA || syntax == OB_SYNTAX_VIM)) ||
              (*next.at == '#' && syntax == OB_SYNTAX_VIM)))
        next.at++;
    else
        return false;
    if (next.at >= next.end || !(ob__name_byte(syntax, *next.at) || *next.at == '`'))
        return false;
    *c = next;
    return true;
}

/* `a name with blanks` of Kotlin, Swift and Scala. */
static struct ob__name quoted_name(struct ob__cursor *c)
{
    const char *close = memchr(c->at + 1, '`', (size_t)(c->end - c->at - 1));
    struct ob__name name = {c->at + 1, 0};
    c->at = close ? close + 1 : c->end;
    name.len = close ? (size_t)(close - name.at) : 0;
    return name;
}

struct ob__name ob__read_name(enum ob_syntax syntax, struct ob__cursor *c)
{
    if (ob__peek(c) == '`')
        return quoted_name(c);
    struct ob__name word = ob__read_word(syntax, c);
    while (word.len) {
        struct ob__cursor behind = *c; /* Kotlin's List<T>?.name */
        if (syntax == OB_SYNTAX_KOTLIN && behind.at < behind.end && *behind.at == '<' &&
            !ob__skip_pair(&behind, '<', '>'))
            break;
        if (syntax == OB_SYNTAX_KOTLIN && behind.at < behind.end && *behind.at == '?')
            behind.at++;
        if (!skip_joint(syntax, &behind))
            break;
        *c = behind;
        if (ob__peek(c) == '`')
            return quoted_name(c);
        word = ob__read_word(syntax, c);
    }
    return word;
}

/* ------------------------------------------------------------ looking ahead */

/* A window behind the cursor that may reach past the line. */
static struct ob__cursor look_ahead(const struct ob__question *q, const char *from)
{
    const struct ob_outline *o = q->scan->out;
    size_t last = q->index + LOOK_LINES < o->n_lines ? q->index + LOOK_LINES : o->n_lines - 1;
    const char *end = q->scan->text + o->lines[last].end;
    if (end - from > LOOK_BYTES)
        end = from + LOOK_BYTES;
    return (struct ob__cursor){from, end};
}

static void skip_space(struct ob__cursor *c)
{
    for (;;) {
        while (c->at < c->end && (ob__blank_byte(*c->at) || *c->at == '\n'))
            c->at++;
        bool line = ob__starts(c, "//"), block = ob__starts(c, "/*");
        if (!line && !block)
            return;
        const char *what = line ? "\n" : "*/";
        const char *end = memmem(c->at, (size_t)(c->end - c->at), what, strlen(what));
        c->at = end ? end + strlen(what) : c->end;
    }
}

/* Whether a body stands behind the parameters that open at FROM: "{", perhaps after "const",
 * "throws X", ": base(1)" or a return type; or "=>" with an expression. */
bool ob__body_follows(const struct ob__question *q, const char *from)
{
    struct ob__cursor c = look_ahead(q, from);
    if (!ob__skip_pair(&c, '(', ')'))
        return false;
    if (q->syntax == OB_SYNTAX_JS) { /* "add(x)" and a block on the next line are two statements */
        ob__skip_blanks(&c);
        return ob__peek(&c) == '{' || ob__peek(&c) == ':';
    }
    skip_space(&c);
    if (c.at < c.end && !ob__word_byte(*c.at) && !strchr("{:-=&[", *c.at))
        return false;
    for (; c.at < c.end; c.at++) {
        if (*c.at == '{')
            return true;
        if (*c.at == '=')
            return q->syntax == OB_SYNTAX_JAVA && c.at + 1 < c.end && c.at[1] == '>';
        if (strchr(";)", *c.at))
            return false;
        if (*c.at == '(' && !ob__skip_pair(&c, '(', ')'))
            return false;
    }
    return false;
}

/* END stands behind the '>' of "name<T>": returns where the '<' stands. */
static const char *before_generics(const char *start, const char *end)
{
    int depth = 0;
    do {
        end--;
        depth += (*end == '>') - (*end == '<');
    } while (end > start && depth > 0);
    return end;
}

/* The first parenthesis that is not between angle brackets. */
static const char *first_paren(struct ob__cursor c)
{
    while (c.at < c.end && *c.at != '(') {
        struct ob__cursor pair = c;
        if (*c.at == '<' && ob__skip_pair(&pair, '<', '>'))
            c = pair;
        else
            c.at++;
    }
    return c.at < c.end ? c.at : NULL;
}

struct ob__name ob__name_before_paren(const struct ob__question *q, const char **paren,
                                      struct ob__cursor c)
{
    if (ob__peek(&c) == '(' && !ob__skip_pair(&c, '(', ')')) /* C#'s "(int, string) Pick(" */
        return (struct ob__name){NULL, 0};
    for (;;) {
        const char *open = first_paren(c);
        if (!open)
            return (struct ob__name){NULL, 0};
        const char *end = open;
        while (end > c.at && ob__blank_byte(end[-1]))
            end--;
        if (end > c.at && end[-1] == '>')
            end = before_generics(c.at, end);
        const char *start = end;
        while (start > c.at && ob__name_byte(q->syntax, start[-1]))
            start--;
        struct ob__name name = {start, (size_t)(end - start)};
        *paren = open;
        if (!ob__is(&name, "__attribute__") && !ob__is(&name, "__declspec"))
            return name;
        c.at = open;
        if (!ob__skip_pair(&c, '(', ')'))
            return (struct ob__name){NULL, 0};
    }
}

/* Whether [AT, END) can be a return type: words, pointers, template arguments. */
bool ob__is_type(const struct ob__question *q, const char *at, const char *end)
{
    struct ob__cursor c = {at, end};
    struct ob__name first = ob__read_word(q->syntax, &c);
    if (ob__is_control_word(first.at, first.len) || ob__is(&first, "typedef"))
        return false;
    if (at < end && !first.len &&
        !(*at == '(' || *at == ':' || *at == '~' || (*at == '?' && q->syntax == OB_SYNTAX_PHP)))
        return false; /* "&& a.b(" goes on with an expression */
    for (c.at = at; c.at < c.end; c.at++)
        if (!ob__name_byte(q->syntax, *c.at) && !ob__blank_byte(*c.at) &&
            !strchr("*&:<>,[]~?@().", *c.at))
            return false;
    return true;
}
