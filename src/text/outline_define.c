/* Definitions, one a line, without regular expressions: modifiers, a keyword and a name; or, where a
 * language has no keyword, a name before a parenthesis or an equals sign. */
#include "define.h"
#include "keywords.h"

/* ------------------------------------------------------------ keyword and name */

/* "impl Display for Error" is about Error. */
static struct ob__name implemented(enum ob_syntax syntax, struct ob__name name,
                                   struct ob__cursor rest)
{
    const char *found = memmem(rest.at, (size_t)(rest.end - rest.at), " for ", 5);
    if (!found)
        return name;
    struct ob__cursor c = {found + 5, rest.end};
    while (c.at < c.end && strchr("&' ", *c.at))
        c.at++;
    struct ob__name target = ob__read_name(syntax, &c);
    return ob__is_name(&target) ? target : name;
}

/* What a value is, by what it is set to: Zig's "const X = struct", JavaScript's arrow functions. */
static enum ob_def_kind kind_of_value(const struct ob__question *q, struct ob__cursor c)
{
    const char *equals = memchr(c.at, '=', (size_t)(c.end - c.at));
    if (!equals || equals + 1 >= c.end)
        return OB_DEF_VALUE;
    c.at = equals + 1;
    ob__skip_blanks(&c);
    if (q->syntax == OB_SYNTAX_ZIG &&
        (ob__starts(&c, "struct") || ob__starts(&c, "enum") || ob__starts(&c, "union") ||
         ob__starts(&c, "packed struct") || ob__starts(&c, "extern struct") ||
         ob__starts(&c, "error{") || ob__starts(&c, "opaque")))
        return OB_DEF_TYPE;
    if (q->syntax != OB_SYNTAX_JS)
        return OB_DEF_VALUE;
    if (ob__starts(&c, "class ") || ob__starts(&c, "class{"))
        return OB_DEF_TYPE;
    if (ob__starts(&c, "async "))
        c.at += strlen("async ");
    if (ob__starts(&c, "function"))
        return OB_DEF_FUNCTION;
    bool arrow = (ob__peek(&c) == '(' || ob__word_byte(ob__peek(&c))) &&
                 memmem(c.at, (size_t)(c.end - c.at), "=>", 2);
    if (arrow && ob__peek(&c) != '(') {
        (void)ob__read_word(q->syntax, &c);
        ob__skip_blanks(&c);
        arrow = ob__starts(&c, "=>");
    }
    return arrow ? OB_DEF_FUNCTION : OB_DEF_VALUE;
}

/* What stands between keyword and name in this language. */
static bool skip_to_name(enum ob_syntax syntax, enum ob__word_kind kind, struct ob__cursor *c)
{
    if (ob__peek(c) == '!' && (syntax == OB_SYNTAX_VIM || syntax == OB_SYNTAX_RUST))
        c->at++;
    ob__skip_blanks(c);
    if (syntax == OB_SYNTAX_JS && ob__peek(c) == '*')
        c->at++;
    if (syntax == OB_SYNTAX_PHP && ob__peek(c) == '&')
        c->at++;
    while (syntax == OB_SYNTAX_VIM && ob__peek(c) == '-') {
        while (c->at < c->end && !ob__blank_byte(*c->at))
            c->at++;
        ob__skip_blanks(c);
    }
    if (kind == OB__WORD_FUNCTION && syntax == OB_SYNTAX_GO && !ob__skip_optional_pair(c, '(', ')'))
        return false;
    return ob__skip_optional_pair(c, '<', '>');
}

/* Whether the name that was read is a keyword itself and goes on: "enum class X", "const fn x",
 * "static mut X". */
static bool goes_on(enum ob_syntax syntax, const struct ob__name *word, struct ob__cursor c)
{
    if (ob__word_kind(syntax, word->at, word->len) == OB__WORD_NAME ||
        !ob__blank_byte(ob__peek(&c)))
        return false;
    ob__skip_blanks(&c);
    return ob__name_byte(syntax, ob__peek(&c)) || ob__peek(&c) == '"';
}

/* What the language asks of the text C behind the name. */
static bool fits(const struct ob__question *q, const struct ob__name *keyword,
                 const struct ob__name *name, struct ob__cursor c)
{
    if (q->syntax == OB_SYNTAX_ELIXIR && (ob__peek(&c) == '!' || ob__peek(&c) == '?'))
        c.at++;
    ob__skip_blanks(&c);
    char next = ob__peek(&c);
    if (q->syntax == OB_SYNTAX_JS && ob__is(keyword, "type")) /* not of "import { type A }" */
        return next == '=' || next == '<' || next == 0;
    if (q->syntax == OB_SYNTAX_ELIXIR) /* "def left + right", "def unquote(name)()" */
        return !(next && strchr("+-*/<>=&|^~!.:", next)) && !ob__is(name, "unquote") &&
               !ob__starts(&c, "or ") && !ob__starts(&c, "and ") && !ob__starts(&c, "in ");
    return true;
}

/* C#'s "delegate void Done(int x);". */
static bool define_delegate(const struct ob__question *q, struct ob__cursor c)
{
    const char *paren = NULL;
    struct ob__name name = ob__name_before_paren(q, &paren, c);
    if (!ob__is_name(&name))
        return false;
    ob__define(q, OB_DEF_TYPE, name);
    return true;
}

/* The rest of the line behind a keyword of KIND. */
static bool define_by_keyword(const struct ob__question *q, enum ob__word_kind kind,
                              struct ob__name keyword, struct ob__cursor c)
{
    if (q->syntax == OB_SYNTAX_C)
        return ob__define_c_type(q, c);
    if (ob__is(&keyword, "delegate"))
        return define_delegate(q, c);
    if (!skip_to_name(q->syntax, kind, &c))
        return false;
    if (q->syntax == OB_SYNTAX_HASKELL && kind == OB__WORD_TYPE)
        ob__skip_context(&c);
    struct ob__name name = ob__read_name(q->syntax, &c);
    if (!fits(q, &keyword, &name, c))
        return false;
    if (ob__is(&keyword, "impl") || ob__is(&keyword, "instance"))
        name = implemented(q->syntax, name, c);
    /* "def match" is fine where "match" is a word of control */
    if (kind == OB__WORD_FUNCTION ? !ob__starts_name(&name) : !ob__is_name(&name))
        return false;
    enum ob_def_kind as = kind == OB__WORD_TYPE       ? OB_DEF_TYPE
                          : kind == OB__WORD_FUNCTION ? OB_DEF_FUNCTION
                                                      : kind_of_value(q, c);
    ob__define(q, ob__is(&keyword, "macro_rules") ? OB_DEF_MACRO : as, name);
    return true;
}

/* Steps over modifiers and what hangs on them: pub(crate), extern "C", template <...>. */
static bool skip_hangers(struct ob__cursor *c, const struct ob__name *modifier)
{
    if ((ob__is(modifier, "pub") || ob__is(modifier, "private") || ob__is(modifier, "public") ||
         ob__is(modifier, "protected")) &&
        !ob__skip_optional_pair(c, modifier->at[1] == 'u' && modifier->len == 3 ? '(' : '[',
                                modifier->at[1] == 'u' && modifier->len == 3 ? ')' : ']'))
        return false;
    ob__skip_blanks(c);
    if (ob__is(modifier, "extern") && ob__peek(c) == '"') {
        c->at++;
        while (c->at < c->end && *c->at++ != '"') {
        }
        ob__skip_blanks(c);
    }
    return true;
}

/* A decorator or annotation in front on the same line: "@Override public", "#[inline] fn". */
static bool skip_annotation(const struct ob__question *q, struct ob__cursor *c)
{
    if (ob__peek(c) == '#' && q->syntax == OB_SYNTAX_RUST) {
        c->at++;
        return ob__skip_optional_pair(c, '[', ']');
    }
    bool at = q->syntax == OB_SYNTAX_JAVA || q->syntax == OB_SYNTAX_KOTLIN ||
              q->syntax == OB_SYNTAX_SWIFT || q->syntax == OB_SYNTAX_SCALA ||
              q->syntax == OB_SYNTAX_JS;
    while (at && ob__peek(c) == '@') {
        c->at++;
        if (!ob__read_name(q->syntax, c).len || !ob__skip_optional_pair(c, '(', ')'))
            return false;
    }
    struct ob__cursor word = *c;
    struct ob__name first = ob__read_word(q->syntax, &word);
    if (q->syntax == OB_SYNTAX_C && ob__is(&first, "template")) {
        *c = word;
        return ob__skip_optional_pair(c, '<', '>');
    }
    return true;
}

/* Passes modifiers over; when a keyword stands behind them, the line is settled. */
static bool try_keyword(struct ob__question *q)
{
    struct ob__cursor c = q->line;
    if (!skip_annotation(q, &c))
        return false;
    q->rest = c;
    for (;;) {
        if (ob__peek(&c) == '<' && q->modified && !ob__skip_optional_pair(&c, '<', '>'))
            return false;
        q->rest = c;
        struct ob__name word = ob__read_word(q->syntax, &c);
        enum ob__word_kind kind =
            word.len ? ob__word_kind(q->syntax, word.at, word.len) : OB__WORD_NAME;
        char next = ob__peek(&c);
        if (q->modified && ob__is(&word, "new") && ob__blank_byte(next))
            kind = OB__WORD_MODIFIER; /* C#'s "public new int X" */
        if (kind == OB__WORD_NAME)
            return false;
        if (kind == OB__WORD_MODIFIER) {
            bool apart =
                ob__blank_byte(next) || (next == '(' && ob__is(&word, "pub")) || next == '[';
            struct ob__cursor behind = c;
            ob__skip_blanks(&behind);
            bool names = ob__peek(&behind) == '(' && q->syntax == OB_SYNTAX_JS; /* "set (x) {" */
            if (!apart || names || !skip_hangers(&c, &word))
                return false;
            q->modified = true;
            q->local |= ob__is(&word, "local");
            continue;
        }
        if (!ob__blank_byte(next) && !strchr("!<*", next))
            return false;
        struct ob__cursor name = c;
        ob__skip_blanks(&name);
        struct ob__cursor behind = name;
        struct ob__name following = ob__read_word(q->syntax, &behind);
        if (q->syntax != OB_SYNTAX_C && following.len && goes_on(q->syntax, &following, behind)) {
            q->modified = true;
            c = name;
            continue;
        }
        return define_by_keyword(q, kind, word, c);
    }
}

/* ------------------------------------------------------------ assignments */

/* Whether what follows "=" or ":" is a function. */
static bool function_value(const struct ob__question *q, struct ob__cursor c)
{
    ob__skip_blanks(&c);
    if (ob__starts(&c, "async "))
        c.at += strlen("async ");
    if (ob__starts(&c, "function"))
        return c.at + 8 >= c.end || !ob__word_byte(c.at[8]);
    if (q->syntax != OB_SYNTAX_JS)
        return false;
    if (ob__peek(&c) == '(')
        return ob__skip_pair(&c, '(', ')') && memmem(c.at, (size_t)(c.end - c.at), "=>", 2);
    (void)ob__read_word(q->syntax, &c);
    ob__skip_blanks(&c);
    return ob__starts(&c, "=>");
}

/* "x.y = function", "name: function", "name = (...) =>". */
static bool try_function_value(const struct ob__question *q)
{
    struct ob__cursor c = q->rest;
    struct ob__name name = ob__read_name(q->syntax, &c);
    ob__skip_blanks(&c);
    char sign = ob__peek(&c);
    c.at++;
    bool js = q->syntax == OB_SYNTAX_JS, colon = sign == ':';
    if (!ob__is_name(&name) || !(sign == '=' || colon) || c.at > c.end || ob__peek(&c) == '=' ||
        ob__peek(&c) == '>' || !function_value(q, c))
        return false;
    if (js && (q->scan->brackets || (colon && q->scan->place != OB__PLACE_OBJECT)))
        return false; /* a parameter, the type of a property */
    ob__define(q, OB_DEF_FUNCTION, name);
    return true;
}

/* NAME = at the outermost level of Python, Ruby, Lua; NAME: type = in Python. */
static bool try_top_value(const struct ob__question *q)
{
    struct ob__cursor c = q->rest;
    if (q->indent != 0)
        return false;
    struct ob__name name = ob__read_word(q->syntax, &c);
    ob__skip_blanks(&c);
    if (q->syntax == OB_SYNTAX_PYTHON && ob__peek(&c) == ':') {
        const char *equals = memchr(c.at, '=', (size_t)(c.end - c.at));
        c.at = equals ? equals : c.end;
    }
    if (!ob__is_name(&name) || ob__peek(&c) != '=' || (c.at + 1 < c.end && strchr("=~>", c.at[1])))
        return false;
    ob__define(q, OB_DEF_VALUE, name);
    return true;
}

/* ------------------------------------------------------------ the rest */

/* name() { of the shell. */
static bool try_shell_function(const struct ob__question *q)
{
    struct ob__cursor c = q->line;
    struct ob__name name = ob__read_word(q->syntax, &c);
    ob__skip_blanks(&c);
    if (!ob__is_name(&name) || ob__peek(&c) != '(')
        return false;
    c.at++;
    ob__skip_blanks(&c);
    if (ob__peek(&c) != ')')
        return false;
    ob__define(q, OB_DEF_FUNCTION, name);
    return true;
}

/* A line of Go's interfaces, and of its "type (", "const (" groups. */
static bool try_go_line(const struct ob__question *q)
{
    struct ob__cursor c = q->line;
    struct ob__name name = ob__read_word(q->syntax, &c);
    bool method =
        q->scan->place == OB__PLACE_INTERFACE && !q->scan->brackets && ob__peek(&c) == '(';
    if (!ob__is_name(&name) || !(method || q->scan->grouped))
        return false;
    ob__define(q, method ? OB_DEF_FUNCTION : (enum ob_def_kind)q->scan->group, name);
    return true;
}

/* (defun name ...), (define (name x) ...), (defrecord Name ...) of Lisp's kin. */
static bool try_lisp(const struct ob__question *q)
{
    struct ob__cursor c = q->line;
    c.at++;
    struct ob__name word = ob__read_word(q->syntax, &c);
    if (word.len < 3 || memcmp(word.at, "def", 3) != 0)
        return false;
    while (c.at < c.end && !ob__blank_byte(*c.at)) /* "-x" of "define-x", ":" */
        c.at++;
    ob__skip_blanks(&c);
    bool applied = ob__peek(&c) == '(';
    c.at += applied;
    struct ob__name name = {c.at, 0};
    while (c.at < c.end && !ob__blank_byte(*c.at) && !strchr("()[]{}", *c.at))
        c.at++;
    name.len = (size_t)(c.at - name.at);
    if (!name.len)
        return false;
    static const char *const types[] = {"deftype",  "defrecord",   "defstruct",
                                        "defclass", "defprotocol", "definterface"};
    enum ob_def_kind kind = applied || word.at[word.len - 1] == 'n' ? OB_DEF_FUNCTION
                            : ob__is(&word, "defmacro")             ? OB_DEF_MACRO
                                                                    : OB_DEF_VALUE;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        kind = ob__is(&word, types[i]) ? OB_DEF_TYPE : kind;
    ob__define(q, kind, name);
    return true;
}

void ob__outline_define(struct ob__scan *s, size_t index)
{
    struct ob__question q = {.scan = s,
                             .index = index,
                             .syntax = s->lang->syntax,
                             .indent = s->out->lines[index].indent,
                             .line = ob__line(s, index)};
    q.rest = q.line;
    if (q.syntax == OB_SYNTAX_HASKELL)
        ob__haskell_block(&q);
    if (q.line.at >= q.line.end || try_keyword(&q))
        return;
    switch (q.syntax) {
    case OB_SYNTAX_C: (void)ob__define_c(&q); break;
    case OB_SYNTAX_JAVA:
    case OB_SYNTAX_PHP: (void)ob__define_member(&q); break;
    case OB_SYNTAX_JS: (void)(try_function_value(&q) || ob__define_member(&q)); break;
    case OB_SYNTAX_GO: (void)try_go_line(&q); break;
    case OB_SYNTAX_LUA: (void)(try_function_value(&q) || try_top_value(&q)); break;
    case OB_SYNTAX_PYTHON:
    case OB_SYNTAX_RUBY: (void)try_top_value(&q); break;
    case OB_SYNTAX_GENERIC: (void)(ob__peek(&q.line) == '(' && try_lisp(&q)); break;
    case OB_SYNTAX_SHELL: (void)try_shell_function(&q); break;
    case OB_SYNTAX_HASKELL: ob__define_haskell(&q); break;
    default: break;
    }
}
