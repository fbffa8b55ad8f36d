/* Strings in all the shapes that languages give them.  Each function looks whether one begins at
 * m->at and takes it; what is not closed is none and is left to be read as code. */
#include "bare.h"

enum { CHAR_MAX_BYTES = 12, MARK_MAX = 64, TEMPLATE_DEPTH = 32, REGEX_MAX = 1000 };

/* ------------------------------------------------------------ helpers */

static char byte_at(const struct ob__bare *m, size_t at)
{
    return at < m->len ? m->text[at] : '\n';
}

/* The end of a plain string whose insides begin at FROM; 0 when it is not closed. */
static size_t quote_end(struct ob__bare *m, size_t from, char quote, bool spans)
{
    if (spans)
        return ob__bare_find(m, from, &quote, 1, true);
    for (size_t i = from; i < m->len; i++) {
        char c = m->text[i];
        if (c == quote)
            return i + 1;
        if (c == '\\')
            i++;
        else if (c == '\n')
            return 0;
    }
    return 0;
}

/* Pays for having looked from FROM to the end of the text in vain. */
static size_t pay(struct ob__bare *m, size_t from)
{
    size_t spent = from < m->len ? m->len - from : 0;
    m->purse = m->purse > spent ? m->purse - spent : 0;
    return 0;
}

/* Behind the next C; 0 when there is none within reach. */
static size_t next_byte(const struct ob__bare *m, size_t from, char c)
{
    enum { REACH = 4096 };
    size_t n = m->len - from < REACH ? m->len - from : REACH;
    const char *hit = memchr(m->text + from, c, n);
    return hit ? (size_t)(hit - m->text) + 1 : 0;
}

static bool take(struct ob__bare *m, size_t end)
{
    if (end)
        ob__bare_string(m, m->at, end, false);
    return end != 0;
}

/* ------------------------------------------------------------ documentation */

/* Where the statement that is only a string begins, if it is one: on the string's line, behind
 * nothing but letters like r and f, or Elixir's "@doc ~S"; m->len when it is none. */
static size_t statement_start(const struct ob__bare *m)
{
    size_t at = m->at;
    while (at > 0 && m->at - at < 3 && strchr("rRbBuUfFsS~", m->code[at - 1]))
        at--;
    if (m->scan->lang->syntax == OB_SYNTAX_ELIXIR) {
        size_t word = at, floor = at > MARK_MAX ? at - MARK_MAX : 0;
        while (word > floor && ob__blank_byte(m->code[word - 1]))
            word--;
        while (word > floor && ob__word_byte(m->code[word - 1]))
            word--;
        bool attribute = word > 0 && m->code[word - 1] == '@';
        return attribute && ob__bare_line_begins(m, word - 1) ? word - 1 : m->len;
    }
    if (!ob__bare_line_begins(m, at))
        return m->len;
    for (size_t i = at, steps = 0; i > 0 && steps < 1000; i--, steps++) {
        char c = m->code[i - 1];
        if (!ob__blank_byte(c) && c != '\n')
            return strchr("([{,=+\\%", c) ? m->len : at;
    }
    return at;
}

static bool take_long(struct ob__bare *m, const char *quote)
{
    size_t n = strlen(quote);
    if (!ob__bare_starts(m, m->at, quote))
        return false;
    bool escapes = !(m->lexis->flags & OB__LEX_RAW_LONG);
    size_t end = ob__bare_find(m, m->at + n, quote, n, escapes);
    size_t start = m->lexis->flags & OB__LEX_DOCSTRING ? statement_start(m) : m->len;
    if (end && start < m->len)
        ob__bare_string(m, start, end, true);
    else if (end)
        ob__bare_string(m, m->at, end, false);
    return end != 0;
}

/* ------------------------------------------------------------ C, C#, Rust, Swift */

/* R"x(...)x" at the quote. */
static bool take_raw_cpp(struct ob__bare *m)
{
    char close[MARK_MAX] = ")";
    size_t n = 1, i = m->at + 1;
    if (m->at == 0 || m->text[m->at - 1] != 'R' || byte_at(m, m->at) != '"')
        return false;
    while (i < m->len && n < 18 && !strchr("() \\\t\n\"", m->text[i]))
        close[n++] = m->text[i++];
    close[n++] = '"';
    return byte_at(m, i) == '(' && take(m, ob__bare_find(m, i + 1, close, n, false));
}

/* 1'000'000 holds no characters. */
static bool separates_digits(const struct ob__bare *m)
{
    size_t at = m->at;
    if (at == 0 || !ob__word_byte(m->text[at - 1]) || !ob__word_byte(byte_at(m, at + 1)))
        return false;
    while (at > 0 && m->at - at < MARK_MAX &&
           (ob__word_byte(m->text[at - 1]) || m->text[at - 1] == '\''))
        at--;
    return m->text[at] >= '0' && m->text[at] <= '9';
}

/* r#"..."#, #"..."#: as many '#' behind as before; Swift's may span lines with three quotes. */
static bool take_hashed(struct ob__bare *m)
{
    char close[MARK_MAX] = "\"";
    size_t hashes = 0, n = 1;
    while (hashes < m->at && hashes < MARK_MAX - 2 && m->text[m->at - 1 - hashes] == '#')
        hashes++;
    size_t mark = m->at - hashes;
    bool rust = m->scan->lang->syntax == OB_SYNTAX_RUST;
    bool raw = rust ? mark > 0 && m->text[mark - 1] == 'r' : hashes > 0;
    if (byte_at(m, m->at) != '"' || !raw)
        return false;
    memset(close + 1, '#', hashes);
    n += hashes;
    return take(m, ob__bare_find(m, m->at + 1, close, n, false));
}

/* C#: @"..." with "" for a quote; """...""" with as many quotes as it likes. */
static bool take_verbatim(struct ob__bare *m)
{
    size_t at = m->at;
    bool verbatim = at > 0 && (m->text[at - 1] == '@' ||
                               (at > 1 && m->text[at - 1] == '$' && m->text[at - 2] == '@'));
    if (!verbatim || byte_at(m, at) != '"')
        return false;
    size_t end = at + 1;
    do {
        end = ob__bare_find(m, end, "\"", 1, false);
    } while (end && byte_at(m, end) == '"' && ++end);
    return take(m, end);
}

/* 'c' or '\n', told from a lifetime or a prime by its close. */
static bool take_character(struct ob__bare *m)
{
    size_t at = m->at + 1, end;
    if (m->at > 0 && ob__word_byte(m->text[m->at - 1]) && m->scan->lang->syntax != OB_SYNTAX_RUST)
        return false;
    if (byte_at(m, at) == '\\') {
        for (end = at + 2; end < m->len && end < at + CHAR_MAX_BYTES; end++)
            if (m->text[end] == '\'')
                return take(m, end + 1);
        return false;
    }
    end = at + 1; /* one character, of up to four bytes */
    while (end < at + 4 && ((unsigned char)byte_at(m, end) & 0xC0) == 0x80)
        end++;
    return byte_at(m, at) != '\'' && byte_at(m, at) != '\n' && byte_at(m, end) == '\'' &&
           take(m, end + 1);
}

/* ------------------------------------------------------------ scripts */

/* Whether a value may begin at AT: a slash there opens a regular expression. */
static bool value_may_begin(const struct ob__bare *m, size_t at)
{
    static const char *const words[] = {"return", "typeof", "case", "in",   "of",    "delete",
                                        "void",   "throw",  "do",   "else", "yield", "await",
                                        "if",     "unless", "when", "and",  "or",    "not",
                                        "while",  "until",  "elsif"};
    for (size_t steps = 0; at > 0 && steps < REGEX_MAX && ob__blank_byte(m->code[at - 1]); steps++)
        at--;
    if (at == 0 || strchr("\n(,=:[!&|?{};+-*%~^>", m->code[at - 1]))
        return true;
    size_t end = at;
    while (at > 0 && end - at < 8 && ob__word_byte(m->code[at - 1]))
        at--;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == end - at && memcmp(m->code + at, words[i], end - at) == 0)
            return true;
    return false;
}

static bool take_regex(struct ob__bare *m)
{
    bool set = false;
    char next = byte_at(m, m->at + 1);
    if (next == '/' || next == '*' || next == '=' || !value_may_begin(m, m->at) ||
        (next == ' ' && m->scan->lang->syntax == OB_SYNTAX_RUBY))
        return false;
    for (size_t i = m->at + 1; i < m->len && i < m->at + REGEX_MAX && m->text[i] != '\n'; i++) {
        char c = m->text[i];
        if (c == '\\')
            i++;
        else if (c == '[' || c == ']')
            set = c == '[';
        else if (c == '/' && !set)
            return take(m, i + 1);
    }
    return false;
}

/* A string with code inside: `a ${b}` of JavaScript, "a $(b)" of the shell. */
struct template
{
    char quote, open, close;
};

/* The end of a template whose insides begin at FROM, with the code and templates inside. */
static size_t template_end(struct ob__bare *m, size_t from, struct template t)
{
    size_t nested[TEMPLATE_DEPTH] = {0}, depth = 0; /* open brackets of each piece of code */
    bool code = false;                              /* in "${...}", not in the string */
    for (size_t i = from; i < m->len && m->purse > 0; i++) {
        char c = m->text[i];
        if (c == '\\') {
            i++;
        } else if (!code && c == t.quote) {
            if (depth == 0)
                return i + 1;
            code = true; /* back in the code around the inner string */
        } else if (!code && c == '$' && byte_at(m, i + 1) == t.open && depth + 1 < TEMPLATE_DEPTH) {
            nested[++depth] = 1;
            code = true;
            i++;
        } else if (code && c == t.quote) {
            code = false;
        } else if (code && (c == '\'' || c == '"')) {
            bool shell = t.open == '(';
            size_t end = shell ? next_byte(m, i + 1, c) : quote_end(m, i + 1, c, false);
            i = end ? end - 1 : i;
        } else if (code && c == t.open) {
            nested[depth]++;
        } else if (code && c == t.close && --nested[depth] == 0) {
            depth--;
            code = false;
        }
    }
    return pay(m, from);
}

/* Where MARK ends if the line [AT, END) begins with it; 0 when it does not. */
static size_t closes_heredoc(const struct ob__bare *m, size_t at, size_t end, const char *mark,
                             size_t n)
{
    while (at < end && ob__blank_byte(m->text[at]))
        at++;
    bool closes = end - at >= n && memcmp(m->text + at, mark, n) == 0 &&
                  (end - at == n || !ob__word_byte(m->text[at + n]));
    return closes ? at + n : 0;
}

/* Whether a heredoc begins at m->at: its mark, and where the rest of its line begins. */
static bool heredoc_mark(const struct ob__bare *m, size_t *mark, size_t *n, size_t *behind)
{
    enum ob_syntax syntax = m->scan->lang->syntax;
    size_t at = m->at + 2;
    bool php = syntax == OB_SYNTAX_PHP, indented = byte_at(m, at) == '-' || byte_at(m, at) == '~';
    if (byte_at(m, m->at + 1) != '<' || (byte_at(m, at) == '<') != php)
        return false;
    at += indented || php;
    while (syntax != OB_SYNTAX_RUBY && byte_at(m, at) == ' ')
        at++;
    char quote = byte_at(m, at);
    bool quoted = quote == '\'' || quote == '"' || quote == '\\';
    at += quoted;
    *mark = at;
    while (at < m->len && at - *mark < MARK_MAX && ob__word_byte(m->text[at]))
        at++;
    *n = at - *mark;
    *behind = at + (quoted && byte_at(m, at) == quote);
    char first = byte_at(m, *mark);
    bool capital = first >= 'A' && first <= 'Z', digit = first >= '0' && first <= '9';
    return *n && !digit && (syntax != OB_SYNTAX_RUBY || indented || capital);
}

/* <<EOF, <<-'EOF', <<~EOF, <<<EOF: the lines up to the mark are left to the walk to be blanked; the
 * rest of this line is code.  A second one on the line begins where the first ends. */
static bool take_heredoc(struct ob__bare *m)
{
    size_t mark, n, behind;
    if (!heredoc_mark(m, &mark, &n, &behind))
        return false;
    size_t from = ob__bare_line_end(m, behind) + 1;
    bool second = m->heredoc_from == from;
    for (size_t line = second ? m->heredoc_to : from; line < m->len && m->purse > 0;) {
        size_t end = ob__bare_line_end(m, line);
        size_t closed = closes_heredoc(m, line, end, m->text + mark, n);
        if (closed) {
            m->heredoc_from = from;
            m->heredoc_to = closed;
            m->at = behind;
            return true;
        }
        line = end + 1;
    }
    return pay(m, m->at) != 0;
}

static char closing_of(char open)
{
    switch (open) {
    case '(': return ')';
    case '[': return ']';
    case '{': return '}';
    case '<': return '>';
    default: return open;
    }
}

/* The end of text between OPEN at AT and its like, nested; 0 when it is not closed. */
static size_t delimited_end(struct ob__bare *m, size_t at)
{
    char open = byte_at(m, at), close = closing_of(open);
    size_t depth = 0;
    for (size_t i = at; i < m->len && m->purse > 0; i++) {
        char c = m->text[i];
        if (c == '\\')
            i++;
        else if (c == close && (depth <= 1 || open == close) && i > at)
            return i + 1;
        else if (c == close)
            depth -= open != close;
        else if (c == open)
            depth++;
    }
    return pay(m, at);
}

/* Ruby's %w[...], %q(...), %(...). */
static bool take_percent(struct ob__bare *m)
{
    size_t at = m->at + 1;
    if (m->at > 0 && (ob__word_byte(m->code[m->at - 1]) || strchr(")]}", m->code[m->at - 1])))
        return false;
    bool letter = strchr("wWqQiIrxs", byte_at(m, at)) && byte_at(m, at);
    at += letter;
    char open = byte_at(m, at);
    if (!(strchr("([{<", open) || (letter && strchr("|!/^", open))) || !open)
        return false;
    return take(m, delimited_end(m, at));
}

/* Elixir's ~s(...), ~r/.../, ~S"""...""". */
static bool take_sigil(struct ob__bare *m)
{
    size_t at = m->at + 1;
    while (at < m->len && at - m->at < 6 && (byte_at(m, at) | 0x20) >= 'a' &&
           (byte_at(m, at) | 0x20) <= 'z')
        at++;
    if (at == m->at + 1 || ob__bare_starts(m, at, "\"\"\"") || ob__bare_starts(m, at, "'''"))
        return false; /* a long quote, which comes next */
    return byte_at(m, at) && strchr("([{</|\"'", byte_at(m, at)) && take(m, delimited_end(m, at));
}

/* Vim's double quote: a comment where a line begins, or when nothing closes it; else a string. */
static bool take_vim_quote(struct ob__bare *m)
{
    size_t line_end = ob__bare_line_end(m, m->at);
    bool begins = ob__bare_line_begins(m, m->at);
    size_t end = begins ? 0 : quote_end(m, m->at + 1, '"', false);
    if (end || begins) {
        ob__bare_string(m, m->at, end ? end : line_end, begins);
    } else {
        ob__bare_blank(m, m->at, line_end);
        m->at = line_end;
    }
    return true;
}

/* ------------------------------------------------------------ all of them */

/* PHP's text outside of its tags. */
static void skip_markup(struct ob__bare *m, size_t from)
{
    const char *tag = memmem(m->text + from, m->len - from, "<?", 2);
    m->at = tag ? (size_t)(tag - m->text) : m->len;
    ob__bare_blank(m, from, m->at);
}

void ob__bare_begin(struct ob__bare *m)
{
    if (m->lexis->flags & OB__LEX_PHP_TAGS)
        skip_markup(m, 0);
}

static bool take_quote(struct ob__bare *m, char c)
{
    unsigned flags = m->lexis->flags;
    if (!strchr(m->lexis->quotes, c) ||
        (c == '\'' && (flags & OB__LEX_RAW_CPP) && separates_digits(m)))
        return false;
    if ((flags & OB__LEX_SIGIL) && m->at > 0 && m->text[m->at - 1] == '?')
        return false;          /* Elixir's character ?" */
    if (flags & OB__LEX_SHELL) /* nothing is escaped in single quotes */
        return take(m, c == '\'' ? ob__bare_find(m, m->at + 1, "'", 1, false)
                                 : template_end(m, m->at + 1, (struct template){'"', '(', ')'}));
    size_t end = quote_end(m, m->at + 1, c, flags & OB__LEX_SPAN);
    if (end && (flags & OB__LEX_DOCSTRING) && m->scan->lang->syntax == OB_SYNTAX_ELIXIR &&
        statement_start(m) < m->len) {
        ob__bare_string(m, statement_start(m), end, true);
        return true;
    }
    return take(m, end);
}

bool ob__bare_take_string(struct ob__bare *m)
{
    unsigned flags = m->lexis->flags;
    char c = m->text[m->at];
    for (size_t i = 0; i < 2 && m->lexis->long_quotes[i]; i++)
        if (*m->lexis->long_quotes[i] == c && take_long(m, m->lexis->long_quotes[i]))
            return true;
    switch (c) {
    case '"':
        if ((flags & OB__LEX_VIM) && take_vim_quote(m))
            return true;
        if (((flags & OB__LEX_RAW_CPP) && take_raw_cpp(m)) ||
            ((flags & OB__LEX_HASHED) && take_hashed(m)) ||
            ((flags & OB__LEX_VERBATIM) && take_verbatim(m)))
            return true;
        break;
    case '\'':
        if (flags & OB__LEX_TICK)
            return take_character(m);
        break;
    case '/': return (flags & OB__LEX_REGEX) && take_regex(m);
    case '`':
        if (flags & OB__LEX_TEMPLATE)
            return take(m, template_end(m, m->at + 1, (struct template){'`', '{', '}'}));
        break;
    case '<': return (flags & OB__LEX_HEREDOC) && take_heredoc(m);
    case '[': return (flags & OB__LEX_BRACKETS) && take(m, ob__bare_bracket_end(m, m->at));
    case '%': return (flags & OB__LEX_PERCENT) && take_percent(m);
    case '~': return (flags & OB__LEX_SIGIL) && take_sigil(m);
    case '\\':
        if ((flags & OB__LEX_ZIG_LINES) && byte_at(m, m->at + 1) == '\\') {
            size_t end = ob__bare_line_end(m, m->at);
            ob__bare_blank(m, m->at, end);
            m->at = end;
            return true;
        }
        if ((flags & OB__LEX_SHELL) && m->at + 1 < m->len)
            m->at++;
        return false;
    case '?':
        if ((flags & OB__LEX_PHP_TAGS) && byte_at(m, m->at + 1) == '>') {
            skip_markup(m, m->at + 2);
            return true;
        }
        return false;
    default: break;
    }
    return take_quote(m, c);
}
