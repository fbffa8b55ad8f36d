/* Members without a keyword: methods, properties and fields of Java and its kin, of PHP, of classes and
 * objects of JavaScript.  Where the line stands decides: in the body of a function "add(x)" is a call,
 * in that of a class it is a method. */
#include "define.h"

/* Words that begin a statement wherever they stand; others may be names of methods. */
static bool begins_statement(const struct ob__name *name)
{
    static const char *const words[] = {
        "if",   "for",      "while",        "switch",  "return", "catch", "do",
        "else", "new",      "synchronized", "foreach", "try",    "throw", "using",
        "lock", "function", "super",        "await",   "typeof", "base",  "sizeof"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (ob__is(name, words[i]))
            return true;
    return false;
}

static bool in_type(const struct ob__question *q)
{
    return q->scan->place == OB__PLACE_TYPE || q->scan->place == OB__PLACE_INTERFACE;
}

/* "get #x() {", "*keys() {", "on?(x): void;": a method of a class or an object. */
static bool try_js_method(const struct ob__question *q)
{
    struct ob__cursor c = q->rest;
    while (c.at < c.end && (*c.at == '#' || *c.at == '*'))
        c.at++;
    struct ob__name name = ob__read_word(q->syntax, &c);
    if (ob__peek(&c) == '?')
        c.at++;
    if (ob__peek(&c) == '<' && !ob__skip_pair(&c, '<', '>'))
        c.at = c.end; /* of several lines */
    ob__skip_blanks(&c);
    bool place = in_type(q) || q->scan->place == OB__PLACE_OBJECT;
    if (!place || !ob__starts_name(&name) || begins_statement(&name) ||
        !(ob__peek(&c) == '(' || c.at == c.end))
        return false;
    if (ob__peek(&c) != '(' && c.end[-1] != '<')
        return false;
    if (!in_type(q) && !ob__body_follows(q, c.at))
        return false;
    ob__define(q, OB_DEF_FUNCTION, name);
    return true;
}

/* "int size() {", "Store(int a) {"; in a type a declaration will do, elsewhere a body must follow. */
static bool try_method(const struct ob__question *q)
{
    const char *paren = NULL;
    struct ob__name name = ob__name_before_paren(q, &paren, q->rest);
    if (!ob__starts_name(&name) || begins_statement(&name) ||
        !ob__is_type(q, q->rest.at, name.at) || (!q->modified && q->indent == 0))
        return false;
    bool typed = false; /* "a.b(" has no type before the name, "int a.b(" has */
    for (const char *at = q->rest.at; at < name.at; at++)
        typed |= ob__blank_byte(*at);
    if (!in_type(q) && (!typed || !ob__is_name(&name) || !ob__body_follows(q, paren)))
        return false;
    if (in_type(q) && !typed && (name.at > q->rest.at || !ob__body_follows(q, paren)))
        return false;
    if (memmem(q->rest.at, (size_t)(name.at - q->rest.at), "operator", 8)) /* "operator int(" */
        return false;
    ob__define(q, OB_DEF_FUNCTION, name);
    return true;
}

/* The word that ends at END, and at least one before it: "int Size". */
static struct ob__name typed_name(const struct ob__question *q, const char *end)
{
    while (end > q->rest.at && ob__blank_byte(end[-1]))
        end--;
    const char *start = end;
    while (start > q->rest.at && ob__name_byte(q->syntax, start[-1]))
        start--;
    struct ob__name name = {start, (size_t)(end - start)};
    return name;
}

/* C#'s "int Size { get; }", "int Size => 3;", or with its brace on the next line. */
static bool try_property(const struct ob__question *q)
{
    const char *end = q->rest.at;
    while (end < q->rest.end && !strchr("{=;(", *end))
        end++;
    if (end == q->rest.end) {
        struct ob__cursor next = {NULL, NULL};
        if (q->index + 1 < q->scan->out->n_lines)
            next = ob__line(q->scan, q->index + 1);
        if (!next.at || ob__peek(&next) != '{')
            return false;
    } else if (*end != '{' && !(*end == '=' && end + 1 < q->rest.end && end[1] == '>')) {
        return false;
    }
    struct ob__name name = typed_name(q, end);
    if (!in_type(q) || name.at == q->rest.at || !ob__is_name(&name) ||
        !ob__is_type(q, q->rest.at, name.at))
        return false;
    ob__define(q, OB_DEF_VALUE, name);
    return true;
}

/* "private static final int LIMIT = 3;": a field behind modifiers. */
static bool try_field(const struct ob__question *q)
{
    if (!q->modified || q->indent > OB__VALUE_INDENT_MAX)
        return false;
    const char *end = q->rest.at;
    while (end < q->rest.end && !strchr("=;", *end))
        end++;
    if (end == q->rest.end)
        return false;
    struct ob__name name = typed_name(q, end);
    if (!ob__is_name(&name) || !ob__is_type(q, q->rest.at, name.at))
        return false;
    ob__define(q, OB_DEF_VALUE, name);
    return true;
}

bool ob__define_member(const struct ob__question *q)
{
    bool csharp = strcmp(q->scan->lang->name, "csharp") == 0;
    if (q->scan->brackets || (q->scan->waiting && q->syntax != OB_SYNTAX_PHP))
        return false;
    if (q->syntax == OB_SYNTAX_JS)
        return try_js_method(q);
    if (q->scan->place == OB__PLACE_BODY && !csharp) /* which has functions in functions */
        return false;
    if (q->syntax == OB_SYNTAX_PHP)
        return try_field(q);
    struct ob__question generic = *q; /* "<R> R pick(" */
    if (ob__peek(&generic.rest) == '<' && ob__skip_optional_pair(&generic.rest, '<', '>'))
        return try_method(&generic);
    return try_method(q) || (csharp && try_property(q)) || try_field(q);
}
