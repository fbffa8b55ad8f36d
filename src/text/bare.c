/* A program's text with its comments and the insides of its strings blanked: what is left can be read
 * for definitions and braces without asking again where a string ends.  The copy has the length and
 * the line feeds of the original, so offsets and line numbers carry over.  The walk also tells which
 * lines are comments.
 *
 * One machine for all languages; a row of the table says what a language has.  What a string looks
 * like beyond that (raw strings, heredocs, regular expressions, templates) is in bare_string.c.
 *
 * A quote that is not closed where it should be is no string: text is full of apostrophes.  Looking
 * for a close in vain is paid from a purse that is linear in the text. */
#include "bare.h"

#include "openbook/base/mem.h"

enum { NESTING_MAX = 64, VAIN_LOOKS = 8, INDENT_MAX = 1000 };

static const struct ob__lexis rows[] = {
    [OB_SYNTAX_GENERIC] = {"\"", {NULL}, OB__LEX_AT_WORD},
    [OB_SYNTAX_C] = {"\"'", {NULL}, OB__LEX_RAW_CPP},
    [OB_SYNTAX_JAVA] = {"\"'", {"\"\"\"", "'''"}, OB__LEX_VERBATIM},
    [OB_SYNTAX_GO] = {"\"'", {"`"}, OB__LEX_RAW_LONG},
    [OB_SYNTAX_RUST] = {"\"",
                        {NULL},
                        OB__LEX_NESTED | OB__LEX_TICK | OB__LEX_HASHED | OB__LEX_SPAN},
    [OB_SYNTAX_ZIG] = {"\"'", {NULL}, OB__LEX_ZIG_LINES},
    [OB_SYNTAX_PYTHON] = {"\"'", {"\"\"\"", "'''"}, OB__LEX_DOCSTRING},
    [OB_SYNTAX_RUBY] = {"\"'`",
                        {NULL},
                        OB__LEX_SPAN | OB__LEX_HEREDOC | OB__LEX_REGEX | OB__LEX_PERCENT},
    [OB_SYNTAX_PHP] = {"\"'`", {NULL}, OB__LEX_SPAN | OB__LEX_HEREDOC | OB__LEX_PHP_TAGS},
    [OB_SYNTAX_JS] = {"\"'", {NULL}, OB__LEX_REGEX | OB__LEX_TEMPLATE},
    [OB_SYNTAX_LUA] = {"\"'", {NULL}, OB__LEX_BRACKETS},
    [OB_SYNTAX_VIM] = {"'", {NULL}, OB__LEX_VIM},
    [OB_SYNTAX_SHELL] = {"\"'",
                         {NULL},
                         OB__LEX_SPAN | OB__LEX_HEREDOC | OB__LEX_AT_WORD | OB__LEX_SHELL},
    [OB_SYNTAX_HASKELL] = {"\"", {NULL}, OB__LEX_NESTED | OB__LEX_TICK | OB__LEX_DASHES},
    [OB_SYNTAX_ELIXIR] = {"\"'",
                          {"\"\"\"", "'''"},
                          OB__LEX_DOCSTRING | OB__LEX_SIGIL | OB__LEX_SPAN},
    [OB_SYNTAX_SWIFT] = {"\"", {"\"\"\""}, OB__LEX_NESTED | OB__LEX_HASHED},
    [OB_SYNTAX_KOTLIN] = {"\"'", {"\"\"\""}, OB__LEX_NESTED | OB__LEX_RAW_LONG},
    [OB_SYNTAX_SCALA] = {"\"", {"\"\"\""}, OB__LEX_NESTED | OB__LEX_TICK | OB__LEX_RAW_LONG},
    [OB_SYNTAX_DATA] = {"", {NULL}, 0},
};

/* ------------------------------------------------------------ what the walk writes */

/* Moves to the line that holds the byte AT. */
static size_t line_of(struct ob__bare *m, size_t at)
{
    const struct ob_outline *o = m->scan->out;
    while (m->line + 1 < o->n_lines && o->lines[m->line + 1].start <= at)
        m->line++;
    return m->line;
}

void ob__bare_blank(struct ob__bare *m, size_t from, size_t to)
{
    while (from < to) {
        char *feed = memchr(m->code + from, '\n', to - from);
        size_t end = feed ? (size_t)(feed - m->code) : to;
        memset(m->code + from, ' ', end - from);
        from = end + 1;
    }
}

bool ob__bare_line_begins(const struct ob__bare *m, size_t at)
{
    size_t floor = at > INDENT_MAX ? at - INDENT_MAX : 0;
    while (at > floor && ob__blank_byte(m->code[at - 1]))
        at--;
    return at == 0 || m->code[at - 1] == '\n';
}

/* Whether what follows AT on its line is nothing, or a further comment that is found soon. */
static bool line_ends(const struct ob__bare *m, size_t at, size_t end)
{
    while (at < end && ob__blank_byte(m->code[at]))
        at++;
    return at >= end || m->code[at] == '/';
}

/* Blanks the comment [FROM, TO): its lines are comments if no code stands before or behind. */
static void comment(struct ob__bare *m, size_t from, size_t to)
{
    struct ob_outline *o = m->scan->out;
    bool alone = ob__bare_line_begins(m, from), last = false;
    ob__bare_blank(m, from, to);
    for (size_t line = line_of(m, from); !last; line++, alone = true) {
        struct ob_line *l = &o->lines[line];
        last = line + 1 >= o->n_lines || o->lines[line + 1].start >= to;
        if (l->cls == OB_LINE_BLANK)
            continue;
        if (alone && (!last || line_ends(m, to, l->end)))
            l->cls = OB_LINE_COMMENT;
        else if (alone)
            l->cls = OB_LINE_OTHER;
    }
    m->at = to;
}

void ob__bare_string(struct ob__bare *m, size_t from, size_t to, bool documents)
{
    size_t inside = from + 1 < to ? from + 1 : to, until = to > inside ? to - 1 : inside;
    if (memchr(m->text + from, '\n', to - from))
        until = to; /* the line of the close shows that it begins in a string */
    if (documents)
        comment(m, from, to);
    else
        ob__bare_blank(m, inside, until);
    m->at = to;
}

/* ------------------------------------------------------------ looking */
bool ob__bare_starts(const struct ob__bare *m, size_t at, const char *what)
{
    size_t n = strlen(what);
    return m->len - at >= n && memcmp(m->text + at, what, n) == 0;
}

size_t ob__bare_line_end(const struct ob__bare *m, size_t at)
{
    const char *feed = memchr(m->text + at, '\n', m->len - at);
    return feed ? (size_t)(feed - m->text) : m->len;
}

size_t ob__bare_find(struct ob__bare *m, size_t from, const char *close, size_t n, bool escapes)
{
    for (size_t at = from; at < m->len && m->purse > 0; at++) {
        if (m->text[at] == '\\' && escapes)
            at++;
        else if (m->text[at] == close[0] && m->len - at >= n && memcmp(m->text + at, close, n) == 0)
            return at + n;
    }
    size_t spent = from < m->len ? m->len - from : 0; /* in vain */
    m->purse = m->purse > spent ? m->purse - spent : 0;
    return 0;
}

/* ------------------------------------------------------------ comments */

/* The end of a block comment that opens at AT with OPEN; the end of the text if it is not closed. */
static size_t block_end(struct ob__bare *m, size_t at, const char *open, const char *close)
{
    size_t n_open = strlen(open), n_close = strlen(close), depth = 1;
    bool nested = m->lexis->flags & OB__LEX_NESTED;
    at += n_open;
    while (at < m->len) {
        const char *hit = memmem(m->text + at, m->len - at, close, n_close);
        size_t end = hit ? (size_t)(hit - m->text) : m->len;
        const char *inner = nested ? memmem(m->text + at, end - at, open, n_open) : NULL;
        if (inner && depth < NESTING_MAX) {
            depth++;
            at = (size_t)(inner - m->text) + n_open;
            continue;
        }
        if (!hit)
            return m->len;
        at = end + n_close;
        if (--depth == 0)
            return at;
    }
    return m->len;
}

/* Whether the line comment MARK counts at AT. */
static bool mark_counts(const struct ob__bare *m, size_t at, const char *mark)
{
    if (!ob__bare_starts(m, at, mark))
        return false;
    char before = at ? m->text[at - 1] : '\n';
    if (m->lexis->flags & OB__LEX_DASHES) { /* "-->" is an operator */
        size_t end = at;
        while (end < m->len && m->text[end] == '-')
            end++;
        return end >= m->len || !strchr("!#$%&*+./<=>?@\\^|~:", m->text[end]);
    }
    if ((m->lexis->flags & OB__LEX_AT_WORD) &&
        !(ob__blank_byte(before) || strchr("\n;()&|{", before)))
        return false;
    return !(mark[0] == '*' || mark[0] == ':') || ob__bare_line_begins(m, at);
}

/* Marks beside the language's first, at the start of a line or of a word. */
static bool other_mark(const struct ob__bare *m, size_t at)
{
    const struct ob_lang *lang = m->scan->lang;
    const char *c = m->text + at;
    char next = at + 1 < m->len ? c[1] : '\n';
    switch (lang->syntax) {
    case OB_SYNTAX_PHP: return *c == '#' && next != '[';
    case OB_SYNTAX_VIM: return *c == '#' && next == ' ' && ob__bare_line_begins(m, at);
    case OB_SYNTAX_GENERIC:
        if (lang->line_comment || lang->block_open || !ob__bare_line_begins(m, at))
            return false;
        return *c == '#' || (next == *c && strchr("/-;%", *c));
    default: return false;
    }
}

/* A long bracket of Lua at AT, "[[" or "[==[": its end, 0 when there is none. */
size_t ob__bare_bracket_end(struct ob__bare *m, size_t at)
{
    char close[16] = "]";
    size_t n = 1;
    if (at >= m->len || m->text[at] != '[')
        return 0;
    while (at + n < m->len && m->text[at + n] == '=' && n < sizeof close - 2)
        close[n++] = '=';
    if (at + n >= m->len || m->text[at + n] != '[')
        return 0;
    close[n++] = ']';
    return ob__bare_find(m, at + n, close, n, false);
}

static bool take_comment(struct ob__bare *m)
{
    const struct ob_lang *lang = m->scan->lang;
    size_t at = m->at;
    bool lua = m->lexis->flags & OB__LEX_BRACKETS;
    if (lang->block_open && !lua && ob__bare_starts(m, at, lang->block_open) &&
        (lang->block_open[0] != '=' || at == 0 || m->text[at - 1] == '\n')) {
        comment(m, at, block_end(m, at, lang->block_open, lang->block_close));
        return true;
    }
    if (lang->block_open && strcmp(lang->block_open, "=pod") == 0 && m->text[at] == '=' &&
        (at == 0 || m->text[at - 1] == '\n') && at + 1 < m->len && ob__word_byte(m->text[at + 1])) {
        size_t cut = ob__bare_find(m, at, "\n=cut", 5, false); /* Perl's pages begin in many ways */
        comment(m, at, cut ? ob__bare_line_end(m, cut) : m->len);
        return true;
    }
    bool line = (lang->line_comment && lang->syntax != OB_SYNTAX_VIM &&
                 mark_counts(m, at, lang->line_comment)) ||
                other_mark(m, at);
    if (!line)
        return false;
    size_t end = lua ? ob__bare_bracket_end(m, at + 2) : 0;
    comment(m, at, end ? end : ob__bare_line_end(m, at));
    return true;
}

/* ------------------------------------------------------------ the walk */

/* The bytes at which something may begin, by language. */
static void find_signs(struct ob__bare *m)
{
    const struct ob_lang *lang = m->scan->lang;
    for (const char *c = m->lexis->quotes; *c; c++)
        m->sign[(unsigned char)*c] = true;
    for (size_t i = 0; i < 2 && m->lexis->long_quotes[i]; i++)
        m->sign[(unsigned char)*m->lexis->long_quotes[i]] = true;
    if (lang->line_comment)
        m->sign[(unsigned char)*lang->line_comment] = true;
    if (lang->block_open)
        m->sign[(unsigned char)*lang->block_open] = true;
    unsigned flags = m->lexis->flags;
    m->sign['\''] |= (flags & OB__LEX_TICK) != 0;
    m->sign['\\'] |= (flags & (OB__LEX_ZIG_LINES | OB__LEX_SHELL)) != 0;
    m->sign['<'] |= (flags & OB__LEX_HEREDOC) != 0;
    m->sign['/'] |= (flags & OB__LEX_REGEX) != 0;
    m->sign['`'] |= (flags & OB__LEX_TEMPLATE) != 0;
    m->sign['['] |= (flags & OB__LEX_BRACKETS) != 0;
    m->sign['%'] |= (flags & OB__LEX_PERCENT) != 0;
    m->sign['"'] |= (flags & OB__LEX_VIM) != 0;
    m->sign['~'] |= (flags & OB__LEX_SIGIL) != 0;
    m->sign['?'] |= (flags & (OB__LEX_SIGIL | OB__LEX_PERCENT | OB__LEX_PHP_TAGS)) != 0;
    m->sign['#'] |= lang->syntax == OB_SYNTAX_PHP || lang->syntax == OB_SYNTAX_VIM;
    if (lang->syntax == OB_SYNTAX_GENERIC && !lang->line_comment && !lang->block_open)
        for (const char *c = "#/-;%"; *c; c++)
            m->sign[(unsigned char)*c] = true;
}

static void skip_heredoc(struct ob__bare *m)
{
    ob__bare_blank(m, m->heredoc_from, m->heredoc_to);
    m->at = m->at > m->heredoc_to ? m->at : m->heredoc_to;
    m->heredoc_from = 0;
}

int ob__bare(struct ob__scan *s)
{
    struct ob__bare m = {.scan = s, .text = s->text, .len = s->len};
    m.code = ob_try_alloc(s->len + 1, 1);
    if (!m.code)
        return -1;
    memcpy(m.code, s->text, s->len);
    m.lexis = &rows[s->lang->syntax];
    m.purse = VAIN_LOOKS * s->len;
    find_signs(&m);
    ob__bare_begin(&m);
    while (m.at < m.len) {
        size_t stop = m.heredoc_from > m.at ? m.heredoc_from : m.len;
        while (m.at < stop && !m.sign[(unsigned char)m.text[m.at]])
            m.at++;
        if (m.at < stop && !take_comment(&m) && !ob__bare_take_string(&m))
            m.at++;
        if (m.heredoc_from && m.at >= m.heredoc_from)
            skip_heredoc(&m);
    }
    s->text = m.code;
    return 0;
}
