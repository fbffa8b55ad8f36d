/* Haskell, PureScript and Elm: functions by their signature or first equation, and the members of
 * classes and instances, which are told by the column of the first of them. */
#include "define.h"

void ob__skip_context(struct ob__cursor *c)
{
    const char *arrow = memmem(c->at, (size_t)(c->end - c->at), "=>", 2);
    if (!arrow)
        return;
    c->at = arrow + 2;
    ob__skip_blanks(c);
}

static bool ends_in_where(struct ob__cursor c)
{
    static const char where[] = "where";
    size_t len = sizeof where - 1;
    while (c.end > c.at && ob__blank_byte(c.end[-1]))
        c.end--;
    return (size_t)(c.end - c.at) > len && memcmp(c.end - len, where, len) == 0 &&
           !ob__word_byte(c.end[-(ptrdiff_t)len - 1]);
}

void ob__haskell_block(const struct ob__question *q)
{
    struct ob__scan *s = q->scan;
    if (q->line.at >= q->line.end)
        return;
    if (q->indent == 0) {
        s->block = ob__starts(&q->line, "class ")      ? 'c'
                   : ob__starts(&q->line, "instance ") ? 'i'
                                                       : 0;
        s->block_open = s->block && ends_in_where(q->line);
        s->block_indent = 0;
    } else if (s->block && !s->block_open) {
        s->block_open = ends_in_where(q->line);
    } else if (s->block && !s->block_indent) {
        s->block_indent = q->indent;
    }
}

/* Whether the line stands where a member of the class or instance does. */
static bool is_member(const struct ob__question *q)
{
    const struct ob__scan *s = q->scan;
    return s->block && s->block_open && q->indent > 0 && q->indent == s->block_indent;
}

/* The name of a class whose constraint fills the line above: "    => Store m where". */
static bool try_rest_of_head(const struct ob__question *q)
{
    struct ob_outline *o = q->scan->out;
    struct ob__cursor c = q->line;
    bool named = o->n_defs && o->defs[o->n_defs - 1].line_1based == q->index;
    if (!q->scan->block || q->indent == 0 || q->scan->block_indent || named ||
        !ob__starts(&c, "=>"))
        return false;
    ob__skip_context(&c);
    struct ob__name name = ob__read_word(q->syntax, &c);
    if (!ob__is_name(&name))
        return false;
    ob__define(q, OB_DEF_TYPE, name);
    if (o->n_defs) /* none only when memory ran out; its body is indented less than this line */
        o->defs[o->n_defs - 1].indent = 0;
    return true;
}

/* "a, b :: type": behind the names that share a signature. */
static void skip_names(struct ob__cursor *c)
{
    while (ob__peek(c) == '\'')
        c->at++;
    ob__skip_blanks(c);
    while (ob__peek(c) == ',') {
        c->at++;
        ob__skip_blanks(c);
        (void)ob__read_word(OB_SYNTAX_HASKELL, c);
        ob__skip_blanks(c);
    }
}

/* name :: type, in the first column or in a class. */
static bool try_signature(const struct ob__question *q)
{
    struct ob__cursor c = q->line;
    struct ob__name name = ob__read_word(q->syntax, &c);
    skip_names(&c);
    struct ob__cursor next = c; /* the type may begin on the next line */
    if (c.at == c.end && q->index + 1 < q->scan->out->n_lines)
        next = ob__line(q->scan, q->index + 1);
    if ((q->indent != 0 && !is_member(q)) || !ob__is_name(&name) ||
        !(ob__starts(&next, "::") || (ob__starts(&c, ": ") && next.at == c.at)))
        return false;
    ob__define(q, OB_DEF_FUNCTION, name);
    return true;
}

/* "a <> b =" defines an operator, "a `plus` b =" plus. */
static struct ob__name defined(struct ob__name name, struct ob__cursor *c)
{
    struct ob__cursor rest = *c;
    ob__skip_blanks(&rest);
    char next = ob__peek(&rest), behind = rest.at + 1 < rest.end ? rest.at[1] : 0;
    if (next == '`') {
        rest.at++;
        name = ob__read_word(OB_SYNTAX_HASKELL, &rest);
        *c = rest;
    } else if ((next && strchr("#$%&*+./<>?^-:\\", next)) ||
               ((next == '=' || next == '|') && behind && strchr("#$%&*+./<>?^-:\\=|", behind))) {
        name.len = 0;
    }
    return name;
}

/* The definition that was added last has this name already, and is of the same block. */
static bool is_known(const struct ob__question *q, const struct ob__name *name)
{
    const struct ob_outline *o = q->scan->out;
    const struct ob_def *last = o->n_defs ? &o->defs[o->n_defs - 1] : NULL;
    return last && last->indent == q->indent && last->name_len == name->len &&
           memcmp(q->scan->text + last->name_start, name->at, name->len) == 0;
}

/* name x | guard = ..., the first of its equations, where no signature stands above.  What a class
 * defines for its methods is no definition of its own. */
static bool try_equation(const struct ob__question *q)
{
    static const char *const others[] = {"infixl",   "infixr", "infix",   "deriving",
                                         "instance", "class",  "newtype", "data"};
    const struct ob_outline *o = q->scan->out;
    struct ob__cursor c = q->line, next = {NULL, NULL};
    struct ob__name name = ob__read_word(q->syntax, &c);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (ob__is(&name, others[i]))
            return false;
    if (q->indent != 0 && !(is_member(q) && q->scan->block == 'i'))
        return false;
    name = defined(name, &c);
    if (!ob__is_name(&name) || (*name.at >= 'A' && *name.at <= 'Z') || is_known(q, &name))
        return false;
    bool equation = memmem(c.at, (size_t)(c.end - c.at), " = ", 3) || c.end[-1] == '=';
    if (!equation && q->index + 1 < o->n_lines) {
        next = ob__line(q->scan, q->index + 1);
        equation = ob__peek(&next) == '|' || ob__peek(&next) == '=';
    }
    if (equation)
        ob__define(q, OB_DEF_FUNCTION, name);
    return equation;
}

void ob__define_haskell(const struct ob__question *q)
{
    (void)(try_rest_of_head(q) || try_signature(q) || try_equation(q));
}
