/* Definitions, one a line, without regular expressions: modifiers, a keyword and a name; or, where a
 * language has no keyword, a name before a parenthesis or an equals sign.
 *
 * A rule that must look past the line (is there a body behind the parameters?) looks at most
 * LOOK_BYTES and LOOK_LINES ahead, which keeps the whole scan linear. */
#include "keywords.h"
#include "outline_scan.h"

enum { LOOK_BYTES = 2000, LOOK_LINES = 12, VALUE_INDENT_MAX = 8 };

struct name {
    const char *at;
    size_t len;
};

/* The line that is asked, and what was passed over. */
struct question {
    struct ob__scan *scan;
    size_t index;
    enum ob_syntax syntax;
    uint16_t indent;
    struct ob__cursor line; /* without the indentation */
    struct ob__cursor rest; /* from the first word that is no modifier */
    bool modified;          /* a modifier stands before REST */
    bool local;             /* Lua's "local" does */
};

/* ------------------------------------------------------------ reading */
static bool name_byte(enum ob_syntax syntax, char c)
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

static struct name read_word(enum ob_syntax syntax, struct ob__cursor *c)
{
    struct name word = {c->at, 0};
    while (c->at < c->end && name_byte(syntax, *c->at))
        c->at++;
    word.len = (size_t)(c->at - word.at);
    return word;
}

static bool is(const struct name *word, const char *text)
{
    return word->len == strlen(text) && memcmp(word->at, text, word->len) == 0;
}

static bool starts_name(const struct name *word)
{
    return word->len > 0 && !(*word->at >= '0' && *word->at <= '9');
}

static bool is_name(const struct name *word)
{
    return starts_name(word) && !ob__is_control_word(word->at, word->len);
}

/* Skips OPEN ... CLOSE with what is nested; false when it does not end in the line. */
static bool skip_pair(struct ob__cursor *c, char open, char close)
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

static bool skip_optional_pair(struct ob__cursor *c, char open, char close)
{
    ob__skip_blanks(c);
    bool fine = c->at >= c->end || *c->at != open || skip_pair(c, open, close);
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
    if (next.at >= next.end || !name_byte(syntax, *next.at))
        return false;
    *c = next;
    return true;
}

/* The last word of a dotted name: "M.close" and "ns::close" define close. */
static struct name read_name(enum ob_syntax syntax, struct ob__cursor *c)
{
    if (c->at < c->end && *c->at == '`')
        c->at++;
    struct name word = read_word(syntax, c);
    while (word.len) {
        struct ob__cursor behind = *c; /* Kotlin's List<T>?.name */
        if (syntax == OB_SYNTAX_KOTLIN && behind.at < behind.end && *behind.at == '<' &&
            !skip_pair(&behind, '<', '>'))
            break;
        if (syntax == OB_SYNTAX_KOTLIN && behind.at < behind.end && *behind.at == '?')
            behind.at++;
        if (!skip_joint(syntax, &behind))
            break;
        *c = behind;
        word = read_word(syntax, c);
    }
    return word;
}

static char peek(const struct ob__cursor *c)
{
    return c->at < c->end ? *c->at : 0;
}

static void define(const struct question *q, enum ob_def_kind kind, struct name name)
{
    ob__outline_add(q->scan, q->index, kind, 0, name.at, name.len);
}

/* ------------------------------------------------------------ looking ahead */

/* A window behind the cursor that may reach past the line. */
static struct ob__cursor look_ahead(const struct question *q, const char *from)
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
static bool body_follows(const struct question *q, const char *from)
{
    struct ob__cursor c = look_ahead(q, from);
    if (!skip_pair(&c, '(', ')'))
        return false;
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
        if (*c.at == '(' && !skip_pair(&c, '(', ')'))
            return false;
    }
    return false;
}

/* ------------------------------------------------------------ keyword and name */

/* "impl Display for Error" is about Error. */
static struct name implemented(enum ob_syntax syntax, struct name name, struct ob__cursor rest)
{
    const char *found = memmem(rest.at, (size_t)(rest.end - rest.at), " for ", 5);
    if (!found)
        return name;
    struct ob__cursor c = {found + 5, rest.end};
    while (c.at < c.end && strchr("&' ", *c.at))
        c.at++;
    struct name target = read_name(syntax, &c);
    return is_name(&target) ? target : name;
}

/* C's struct, class, enum, namespace: a definition only if a body follows the name; names before it
 * are export macros. */
static bool define_c_type(const struct question *q, struct ob__cursor c)
{
    struct name name = {NULL, 0};
    for (;;) {
        ob__skip_blanks(&c);
        if (ob__starts(&c, "[[") || ob__starts(&c, "__attribute__")) {
            bool brackets = *c.at == '[';
            if (!brackets)
                c.at += strlen("__attribute__");
            if (!skip_optional_pair(&c, brackets ? '[' : '(', brackets ? ']' : ')'))
                return false;
            continue;
        }
        struct name word = read_name(q->syntax, &c);
        if (!word.len || is(&word, "final"))
            break;
        if (!is(&word, "class") && !is(&word, "struct"))
            name = word;
        if (peek(&c) == '<' && !skip_pair(&c, '<', '>'))
            return false;
    }
    ob__skip_blanks(&c);
    char next = peek(&c);
    if (!is_name(&name) || !(next == 0 || next == '{' || next == ':' || next == '/'))
        return false;
    define(q, OB_DEF_TYPE, name);
    return true;
}

/* What a value is, by what it is set to: Zig's "const X = struct", JavaScript's arrow functions. */
static enum ob_def_kind kind_of_value(const struct question *q, struct ob__cursor c)
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
    bool arrow = (peek(&c) == '(' || ob__word_byte(peek(&c))) &&
                 memmem(c.at, (size_t)(c.end - c.at), "=>", 2);
    if (arrow && peek(&c) != '(') {
        (void)read_word(q->syntax, &c);
        ob__skip_blanks(&c);
        arrow = ob__starts(&c, "=>");
    }
    return arrow ? OB_DEF_FUNCTION : OB_DEF_VALUE;
}

/* What stands between keyword and name in this language. */
static bool skip_to_name(enum ob_syntax syntax, enum ob__word_kind kind, struct ob__cursor *c)
{
    if (peek(c) == '!' && (syntax == OB_SYNTAX_VIM || syntax == OB_SYNTAX_RUST))
        c->at++;
    ob__skip_blanks(c);
    if (syntax == OB_SYNTAX_JS && peek(c) == '*')
        c->at++;
    if (syntax == OB_SYNTAX_PHP && peek(c) == '&')
        c->at++;
    while (syntax == OB_SYNTAX_VIM && peek(c) == '-') {
        while (c->at < c->end && !ob__blank_byte(*c->at))
            c->at++;
        ob__skip_blanks(c);
    }
    if (kind == OB__WORD_FUNCTION && syntax == OB_SYNTAX_GO && !skip_optional_pair(c, '(', ')'))
        return false;
    return skip_optional_pair(c, '<', '>');
}

/* Whether the name that was read is a keyword itself and goes on: "enum class X", "const fn x",
 * "static mut X". */
static bool goes_on(enum ob_syntax syntax, const struct name *word, struct ob__cursor c)
{
    if (ob__word_kind(syntax, word->at, word->len) == OB__WORD_NAME || !ob__blank_byte(peek(&c)))
        return false;
    ob__skip_blanks(&c);
    return name_byte(syntax, peek(&c)) || peek(&c) == '"';
}

/* The rest of the line behind a keyword of KIND. */
static bool define_by_keyword(const struct question *q, enum ob__word_kind kind,
                              struct name keyword, struct ob__cursor c)
{
    if (q->syntax == OB_SYNTAX_C)
        return define_c_type(q, c);
    if (!skip_to_name(q->syntax, kind, &c))
        return false;
    struct name name = read_name(q->syntax, &c);
    if (is(&keyword, "impl") || is(&keyword, "instance"))
        name = implemented(q->syntax, name, c);
    /* "def match" is fine where "match" is a word of control */
    if (kind == OB__WORD_FUNCTION ? !starts_name(&name) : !is_name(&name))
        return false;
    enum ob_def_kind as = kind == OB__WORD_TYPE       ? OB_DEF_TYPE
                          : kind == OB__WORD_FUNCTION ? OB_DEF_FUNCTION
                                                      : kind_of_value(q, c);
    define(q, is(&keyword, "macro_rules") ? OB_DEF_MACRO : as, name);
    return true;
}

/* Steps over modifiers and what hangs on them: pub(crate), extern "C", template <...>. */
static bool skip_hangers(struct ob__cursor *c, const struct name *modifier)
{
    if ((is(modifier, "pub") || is(modifier, "private") || is(modifier, "public")) &&
        !skip_optional_pair(c, modifier->at[1] == 'u' && modifier->len == 3 ? '(' : '[',
                            modifier->at[1] == 'u' && modifier->len == 3 ? ')' : ']'))
        return false;
    ob__skip_blanks(c);
    if (is(modifier, "extern") && peek(c) == '"') {
        c->at++;
        while (c->at < c->end && *c->at++ != '"') {
        }
        ob__skip_blanks(c);
    }
    return true;
}

/* A decorator or annotation in front on the same line: "@Override public", "#[inline] fn". */
static bool skip_annotation(const struct question *q, struct ob__cursor *c)
{
    if (peek(c) == '#' && q->syntax == OB_SYNTAX_RUST) {
        c->at++;
        return skip_optional_pair(c, '[', ']');
    }
    bool at = q->syntax == OB_SYNTAX_JAVA || q->syntax == OB_SYNTAX_KOTLIN ||
              q->syntax == OB_SYNTAX_SWIFT || q->syntax == OB_SYNTAX_SCALA ||
              q->syntax == OB_SYNTAX_JS;
    while (at && peek(c) == '@') {
        c->at++;
        if (!read_name(q->syntax, c).len || !skip_optional_pair(c, '(', ')'))
            return false;
    }
    struct ob__cursor word = *c;
    struct name first = read_word(q->syntax, &word);
    if (q->syntax == OB_SYNTAX_C && is(&first, "template")) {
        *c = word;
        return skip_optional_pair(c, '<', '>');
    }
    return true;
}

/* Passes modifiers over; when a keyword stands behind them, the line is settled. */
static bool try_keyword(struct question *q)
{
    struct ob__cursor c = q->line;
    if (!skip_annotation(q, &c))
        return false;
    q->rest = c;
    for (;;) {
        if (peek(&c) == '<' && q->modified && !skip_optional_pair(&c, '<', '>'))
            return false;
        q->rest = c;
        struct name word = read_word(q->syntax, &c);
        enum ob__word_kind kind =
            word.len ? ob__word_kind(q->syntax, word.at, word.len) : OB__WORD_NAME;
        char next = peek(&c);
        if (kind == OB__WORD_NAME)
            return false;
        if (kind == OB__WORD_MODIFIER) {
            bool apart = ob__blank_byte(next) || (next == '(' && is(&word, "pub")) || next == '[';
            if (!apart || !skip_hangers(&c, &word))
                return false;
            q->modified = true;
            q->local |= is(&word, "local");
            continue;
        }
        if (!ob__blank_byte(next) && !strchr("!<*", next))
            return false;
        struct ob__cursor name = c;
        ob__skip_blanks(&name);
        struct ob__cursor behind = name;
        struct name following = read_word(q->syntax, &behind);
        if (q->syntax != OB_SYNTAX_C && following.len && goes_on(q->syntax, &following, behind)) {
            q->modified = true;
            c = name;
            continue;
        }
        return define_by_keyword(q, kind, word, c);
    }
}

/* ------------------------------------------------------------ C and its kin */

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

/* The word before the first parenthesis, attributes aside; *PAREN is the parenthesis. */
static struct name name_before_paren(const struct question *q, const char **paren,
                                     struct ob__cursor c)
{
    for (;;) {
        const char *open = memchr(c.at, '(', (size_t)(c.end - c.at));
        if (!open)
            return (struct name){NULL, 0};
        const char *end = open;
        while (end > c.at && ob__blank_byte(end[-1]))
            end--;
        if (end > c.at && end[-1] == '>')
            end = before_generics(c.at, end);
        const char *start = end;
        while (start > c.at && name_byte(q->syntax, start[-1]))
            start--;
        struct name name = {start, (size_t)(end - start)};
        *paren = open;
        if (!is(&name, "__attribute__") && !is(&name, "__declspec"))
            return name;
        c.at = open;
        if (!skip_pair(&c, '(', ')'))
            return (struct name){NULL, 0};
    }
}

/* Whether [AT, END) can be a return type: words, pointers, template arguments. */
static bool is_type(const struct question *q, const char *at, const char *end)
{
    struct ob__cursor c = {at, end};
    struct name first = read_word(q->syntax, &c);
    if (ob__is_control_word(first.at, first.len) || is(&first, "typedef"))
        return false;
    for (c.at = at; c.at < c.end; c.at++)
        if (!name_byte(q->syntax, *c.at) && !ob__blank_byte(*c.at) &&
            !strchr("*&:<>,[]~?@().", *c.at))
            return false;
    return true;
}

/* Whether the line above is a return type that stands alone, as GNU style has it. */
static bool type_above(const struct question *q)
{
    if (q->index == 0 || q->scan->out->lines[q->index - 1].indent != 0 ||
        q->scan->out->lines[q->index - 1].cls != OB_LINE_OTHER)
        return false;
    struct ob__cursor c = ob__line(q->scan, q->index - 1);
    while (c.end > c.at && ob__blank_byte(c.end[-1]))
        c.end--;
    bool ends_well = ob__word_byte(c.end[-1]) || c.end[-1] == '*' || c.end[-1] == '>';
    return ends_well && !memchr(c.at, '(', (size_t)(c.end - c.at)) && is_type(q, c.at, c.end);
}

static bool try_c_function(const struct question *q)
{
    bool cpp = q->scan->cpp;
    if ((q->indent != 0 && !cpp) || q->indent > VALUE_INDENT_MAX)
        return false;
    const char *paren = NULL;
    struct name name = name_before_paren(q, &paren, q->rest);
    if (!name.len || !is_name(&name) || !is_type(q, q->rest.at, name.at))
        return false;
    const char *type_end = name.at;
    while (type_end > q->rest.at && ob__blank_byte(type_end[-1]))
        type_end--;
    bool scoped = cpp && type_end > q->rest.at && strchr(":~", type_end[-1]);
    bool typed = type_end > q->line.at && (type_end > q->rest.at || q->modified);
    bool method = cpp && q->indent > 0;
    if (!(typed || scoped || method || type_above(q)) || !body_follows(q, paren))
        return false;
    define(q, OB_DEF_FUNCTION, name);
    return true;
}

/* The word that ends at END, blanks and marks skipped; not before START. */
static struct name word_before(const char *start, const char *end)
{
    while (end > start && !ob__word_byte(end[-1]) && end[-1] != '}')
        end--;
    const char *at = end;
    while (at > start && ob__word_byte(at[-1]))
        at--;
    return (struct name){at, (size_t)(end - at)};
}

/* The name in "typedef ... name;", "name[3];", "(*name)(...);", "(name)(...);", "name(...);". */
static struct name typedef_name(const struct question *q, const char *end)
{
    struct ob__cursor c = {q->line.at, end};
    const char *paren = memchr(c.at, '(', (size_t)(c.end - c.at));
    const char *bracket = memchr(c.at, '[', (size_t)(c.end - c.at));
    bool pointer = paren && memchr(paren + 1, '(', (size_t)(end - paren - 1));
    if (pointer) {
        c.at = paren + 1;
        while (c.at < c.end && (ob__blank_byte(*c.at) || *c.at == '*'))
            c.at++;
        return read_word(q->syntax, &c);
    }
    return word_before(c.at, paren ? paren : bracket ? bracket : end);
}

/* "} name;" closes a typedef; "typedef ... name;" holds it. */
static bool try_typedef(const struct question *q)
{
    struct ob__cursor c = q->line;
    struct name first = read_word(q->syntax, &c);
    bool closes = peek(&q->line) == '}' && q->indent == 0;
    const char *end = memchr(q->line.at, ';', (size_t)(q->line.end - q->line.at));
    if ((!closes && !is(&first, "typedef")) || !end)
        return false;
    struct name name = typedef_name(q, end);
    if (!is_name(&name))
        return false;
    define(q, OB_DEF_TYPE, name);
    return true;
}

/* "using name = type;" of C++. */
static bool try_alias(const struct question *q)
{
    struct ob__cursor c = q->rest;
    struct name first = read_word(q->syntax, &c);
    ob__skip_blanks(&c);
    struct name name = read_word(q->syntax, &c);
    ob__skip_blanks(&c);
    if (!is(&first, "using") || !is_name(&name) || peek(&c) != '=')
        return false;
    define(q, OB_DEF_TYPE, name);
    return true;
}

static bool try_c(const struct question *q)
{
    if (peek(&q->line) != '#')
        return try_typedef(q) || try_c_function(q) || try_alias(q);
    struct ob__cursor c = {q->line.at + 1, q->line.end};
    ob__skip_blanks(&c);
    if (!ob__starts(&c, "define"))
        return false;
    c.at += strlen("define");
    ob__skip_blanks(&c);
    struct name name = read_word(q->syntax, &c);
    if (!is_name(&name))
        return false;
    define(q, OB_DEF_MACRO, name);
    return true;
}

/* ------------------------------------------------------------ methods without keyword */
static bool try_method(const struct question *q)
{
    const char *paren = NULL;
    struct name name = name_before_paren(q, &paren, q->rest);
    if (!name.len || !is_name(&name) || (!q->modified && q->indent == 0) ||
        !is_type(q, q->rest.at, name.at))
        return false;
    bool bare = name.at == q->rest.at && !q->modified;
    if (bare && q->syntax == OB_SYNTAX_PHP)
        return false;
    const char *last = q->line.end;
    while (last > q->line.at && ob__blank_byte(last[-1]))
        last--;
    bool declared = q->modified && q->syntax == OB_SYNTAX_JAVA && last[-1] == ';' &&
                    !memchr(q->rest.at, '=', (size_t)(q->rest.end - q->rest.at));
    if (!declared && !body_follows(q, paren))
        return false;
    define(q, OB_DEF_FUNCTION, name);
    return true;
}

/* "private static final int LIMIT = 3;": a field behind modifiers. */
static bool try_field(const struct question *q)
{
    if (!q->modified || q->indent > VALUE_INDENT_MAX)
        return false;
    const char *end = q->rest.at;
    while (end < q->rest.end && !strchr("=;", *end))
        end++;
    if (end == q->rest.end)
        return false;
    while (end > q->rest.at && ob__blank_byte(end[-1]))
        end--;
    const char *start = end;
    while (start > q->rest.at && name_byte(q->syntax, start[-1]))
        start--;
    struct name name = {start, (size_t)(end - start)};
    if (!is_name(&name) || !is_type(q, q->rest.at, start))
        return false;
    define(q, OB_DEF_VALUE, name);
    return true;
}

/* ------------------------------------------------------------ assignments */

/* Whether what follows "=" or ":" is a function. */
static bool function_value(const struct question *q, struct ob__cursor c)
{
    ob__skip_blanks(&c);
    if (ob__starts(&c, "async "))
        c.at += strlen("async ");
    if (ob__starts(&c, "function"))
        return c.at + 8 >= c.end || !ob__word_byte(c.at[8]);
    if (q->syntax != OB_SYNTAX_JS)
        return false;
    if (peek(&c) == '(')
        return skip_pair(&c, '(', ')') && memmem(c.at, (size_t)(c.end - c.at), "=>", 2);
    (void)read_word(q->syntax, &c);
    ob__skip_blanks(&c);
    return ob__starts(&c, "=>");
}

/* "x.y = function", "name: function", "name = (...) =>". */
static bool try_function_value(const struct question *q)
{
    struct ob__cursor c = q->rest;
    struct name name = read_name(q->syntax, &c);
    ob__skip_blanks(&c);
    char sign = peek(&c);
    c.at++;
    if (!is_name(&name) || !(sign == '=' || sign == ':') || c.at > c.end || peek(&c) == '=' ||
        peek(&c) == '>' || !function_value(q, c))
        return false;
    define(q, OB_DEF_FUNCTION, name);
    return true;
}

/* NAME = at the outermost level of Python, Ruby, Lua; NAME: type = in Python. */
static bool try_top_value(const struct question *q)
{
    struct ob__cursor c = q->rest;
    if (q->indent != 0)
        return false;
    struct name name = read_word(q->syntax, &c);
    ob__skip_blanks(&c);
    if (q->syntax == OB_SYNTAX_PYTHON && peek(&c) == ':') {
        const char *equals = memchr(c.at, '=', (size_t)(c.end - c.at));
        c.at = equals ? equals : c.end;
    }
    if (!is_name(&name) || peek(&c) != '=' || (c.at + 1 < c.end && strchr("=~>", c.at[1])))
        return false;
    define(q, OB_DEF_VALUE, name);
    return true;
}

/* ------------------------------------------------------------ the rest */

/* name() { of the shell. */
static bool try_shell_function(const struct question *q)
{
    struct ob__cursor c = q->line;
    struct name name = read_word(q->syntax, &c);
    ob__skip_blanks(&c);
    if (!is_name(&name) || peek(&c) != '(')
        return false;
    c.at++;
    ob__skip_blanks(&c);
    if (peek(&c) != ')')
        return false;
    define(q, OB_DEF_FUNCTION, name);
    return true;
}

/* name :: type, in the first column. */
static bool try_signature(const struct question *q)
{
    struct ob__cursor c = q->line;
    struct name name = read_word(q->syntax, &c);
    while (peek(&c) == '\'')
        c.at++;
    ob__skip_blanks(&c);
    if (q->indent != 0 || !is_name(&name) || !(ob__starts(&c, "::") || ob__starts(&c, ": ")))
        return false;
    define(q, OB_DEF_FUNCTION, name);
    return true;
}

void ob__outline_define(struct ob__scan *s, size_t index)
{
    struct question q = {.scan = s,
                         .index = index,
                         .syntax = s->lang->syntax,
                         .indent = s->out->lines[index].indent,
                         .line = ob__line(s, index)};
    q.rest = q.line;
    if (try_keyword(&q))
        return;
    switch (q.syntax) {
    case OB_SYNTAX_C: (void)try_c(&q); break;
    case OB_SYNTAX_JAVA: (void)(try_method(&q) || try_field(&q)); break;
    case OB_SYNTAX_PHP: (void)try_field(&q); break;
    case OB_SYNTAX_JS: (void)(try_function_value(&q) || try_method(&q)); break;
    case OB_SYNTAX_LUA: (void)(try_function_value(&q) || try_top_value(&q)); break;
    case OB_SYNTAX_PYTHON:
    case OB_SYNTAX_RUBY: (void)try_top_value(&q); break;
    case OB_SYNTAX_SHELL: (void)try_shell_function(&q); break;
    case OB_SYNTAX_HASKELL: (void)try_signature(&q); break;
    default: break;
    }
}
