/* C and its kin: types with a body, functions, typedefs, aliases, macros. */
#include "define.h"

/* Whether the next line that holds code begins with a body or with bases. */
static bool body_below(const struct ob__question *q)
{
    enum { LINES = 8 };
    const struct ob_outline *o = q->scan->out;
    for (size_t i = q->index + 1; i < o->n_lines && i <= q->index + LINES; i++) {
        struct ob__cursor c = ob__line(q->scan, i);
        if (c.at < c.end && *c.at != '#')
            return *c.at == '{' || *c.at == ':';
    }
    return false;
}

/* C's struct, class, enum, namespace: a definition only if a body follows the name; names before it
 * are export macros. */
bool ob__define_c_type(const struct ob__question *q, struct ob__cursor c)
{
    struct ob__name name = {NULL, 0};
    for (;;) {
        ob__skip_blanks(&c);
        if (ob__starts(&c, "[[") || ob__starts(&c, "__attribute__")) {
            bool brackets = *c.at == '[';
            if (!brackets)
                c.at += strlen("__attribute__");
            if (!ob__skip_optional_pair(&c, brackets ? '[' : '(', brackets ? ']' : ')'))
                return false;
            continue;
        }
        struct ob__name word = ob__read_name(q->syntax, &c);
        if (!word.len || ob__is(&word, "final"))
            break;
        if (!ob__is(&word, "class") && !ob__is(&word, "struct"))
            name = word;
        if (ob__peek(&c) == '<' && !ob__skip_pair(&c, '<', '>'))
            return false;
    }
    ob__skip_blanks(&c);
    char next = ob__peek(&c);
    if (next == 0 && !body_below(q))
        return false;
    if (!ob__is_name(&name) || !(next == 0 || next == '{' || next == ':' || next == '/'))
        return false;
    ob__define(q, OB_DEF_TYPE, name);
    return true;
}

/* Whether the line above is a return type that stands alone, as GNU style has it. */
static bool type_above(const struct ob__question *q)
{
    if (q->index == 0 || q->scan->out->lines[q->index - 1].indent != 0 ||
        q->scan->out->lines[q->index - 1].cls != OB_LINE_OTHER)
        return false;
    struct ob__cursor c = ob__line(q->scan, q->index - 1);
    if (c.at == c.end)
        return false;
    while (c.end > c.at && ob__blank_byte(c.end[-1]))
        c.end--;
    bool ends_well = ob__word_byte(c.end[-1]) || c.end[-1] == '*' || c.end[-1] == '>';
    return ends_well && !memchr(c.at, '(', (size_t)(c.end - c.at)) && ob__is_type(q, c.at, c.end);
}

/* "TEST(suite, name) {": a macro that makes a function, which is known by its last word. */
static bool try_macro_function(const struct ob__question *q)
{
    struct ob__cursor c = q->line;
    struct ob__name macro = ob__read_word(q->syntax, &c), name = {NULL, 0};
    for (size_t i = 0; i < macro.len; i++)
        if (macro.at[i] >= 'a' && macro.at[i] <= 'z')
            return false;
    const char *paren = c.at;
    if (q->indent != 0 || macro.len < 3 || ob__peek(&c) != '(')
        return false;
    do {
        c.at++;
        ob__skip_blanks(&c);
        name = ob__read_word(q->syntax, &c);
        ob__skip_blanks(&c);
    } while (name.len && ob__peek(&c) == ',');
    if (!ob__is_name(&name) || ob__peek(&c) != ')' || !ob__body_follows(q, paren))
        return false;
    ob__define(q, OB_DEF_FUNCTION, name);
    return true;
}

static bool try_c_function(const struct ob__question *q)
{
    bool cpp = q->scan->cpp;
    if (q->scan->brackets || q->scan->waiting || q->scan->place == OB__PLACE_BODY)
        return false;
    if (try_macro_function(q))
        return true;
    if ((q->indent != 0 && !cpp) || q->indent > OB__VALUE_INDENT_MAX)
        return false;
    const char *paren = NULL;
    struct ob__name name = ob__name_before_paren(q, &paren, q->rest);
    if (!name.len || !ob__is_name(&name) || !ob__is_type(q, q->rest.at, name.at))
        return false;
    const char *type_end = name.at;
    while (type_end > q->rest.at && ob__blank_byte(type_end[-1]))
        type_end--;
    bool scoped = cpp && type_end > q->rest.at && strchr(":~", type_end[-1]);
    bool typed = type_end > q->line.at && (type_end > q->rest.at || q->modified);
    bool method = cpp && q->indent > 0;
    if (!(typed || scoped || method || type_above(q)) || !ob__body_follows(q, paren))
        return false;
    ob__define(q, OB_DEF_FUNCTION, name);
    return true;
}

/* The word that ends at END, blanks and marks skipped; not before START. */
static struct ob__name word_before(const char *start, const char *end)
{
    while (end > start && !ob__word_byte(end[-1]) && end[-1] != '}')
        end--;
    const char *at = end;
    while (at > start && ob__word_byte(at[-1]))
        at--;
    return (struct ob__name){at, (size_t)(end - at)};
}

/* The name in "typedef ... name;", "name[3];", "(*name)(...);", "(name)(...);", "name(...);". */
static struct ob__name typedef_name(const struct ob__question *q, const char *end)
{
    struct ob__cursor c = {q->line.at, end};
    const char *paren = memchr(c.at, '(', (size_t)(c.end - c.at));
    const char *bracket = memchr(c.at, '[', (size_t)(c.end - c.at));
    bool pointer = paren && memchr(paren + 1, '(', (size_t)(end - paren - 1));
    if (pointer) {
        c.at = paren + 1;
        while (c.at < c.end && (ob__blank_byte(*c.at) || *c.at == '*'))
            c.at++;
        return ob__read_word(q->syntax, &c);
    }
    return word_before(c.at, paren ? paren : bracket ? bracket : end);
}

/* Whether the brace that a "}" closes was opened by a typedef, on its line or the one above. */
static bool opened_by_typedef(const struct ob__question *q)
{
    size_t line = q->scan->scope_line;
    struct ob__cursor c = ob__line(q->scan, line);
    if (ob__starts(&c, "typedef"))
        return true;
    c = ob__line(q->scan, line ? line - 1 : 0);
    return ob__starts(&c, "typedef");
}

/* "} name;" closes a typedef; "typedef ... name;" holds it. */
static bool try_typedef(const struct ob__question *q)
{
    struct ob__cursor c = q->line;
    struct ob__name first = ob__read_word(q->syntax, &c);
    bool closes = ob__peek(&q->line) == '}' && q->indent == 0 && opened_by_typedef(q);
    const char *end = q->line.at;
    while (end < q->line.end && *end != ';')
        end++;
    if ((!closes && !ob__is(&first, "typedef")) || end == q->line.end)
        return false;
    struct ob__name name = typedef_name(q, end);
    if (!ob__is_name(&name))
        return false;
    ob__define(q, OB_DEF_TYPE, name);
    return true;
}

/* "using name = type;" of C++. */
static bool try_alias(const struct ob__question *q)
{
    struct ob__cursor c = q->rest;
    struct ob__name first = ob__read_word(q->syntax, &c);
    ob__skip_blanks(&c);
    struct ob__name name = ob__read_word(q->syntax, &c);
    ob__skip_blanks(&c);
    if (!ob__is(&first, "using") || !ob__is_name(&name) || ob__peek(&c) != '=')
        return false;
    ob__define(q, OB_DEF_TYPE, name);
    return true;
}

bool ob__define_c(const struct ob__question *q)
{
    if (ob__peek(&q->line) != '#')
        return try_typedef(q) || try_c_function(q) || try_alias(q);
    struct ob__cursor c = {q->line.at + 1, q->line.end};
    ob__skip_blanks(&c);
    if (!ob__starts(&c, "define"))
        return false;
    c.at += strlen("define");
    ob__skip_blanks(&c);
    struct ob__name name = ob__read_word(q->syntax, &c);
    if (!ob__is_name(&name))
        return false;
    ob__define(q, OB_DEF_MACRO, name);
    return true;
}
