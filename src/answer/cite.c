/* A finder that sees each byte once.  Everything it looks for is ASCII, and no byte of a longer UTF-8
 * character is, so text may be cut anywhere.
 *
 * A backtick that never finds its partner on its line is a backtick (CommonMark lets code run over
 * lines, answers do not): numbers found behind it are held until that is known. */
#include "cite.h"

enum { MOST_DIGITS = 4, MOST_RANGE = 20, FENCE = 3, FENCE_INDENT = 3 };

static void add(struct ob__cites *c, size_t n)
{
    for (size_t i = 0; i < c->len; i++)
        if (c->numbers[i] == n)
            return;
    if (c->len < OB__CITES_MAX)
        c->numbers[c->len++] = n;
}

static void note(struct ob__cites *c, size_t n)
{
    if (c->code_len == 0)
        add(c, n);
    else if (c->n_pending < OB__CITE_NUMBERS)
        c->pending[c->n_pending++] = n;
}

/* ------------------------------------------------------------ brackets */
static void open_bracket(struct ob__cites *c)
{
    c->in_bracket = true;
    c->n_found = c->digits = 0;
    c->range = false;
}

static bool take_digit(struct ob__cites *c, char ch)
{
    if (c->digits == 0) {
        if (c->n_found == OB__CITE_NUMBERS)
            return false;
        c->found[c->n_found++] = 0;
    }
    if (++c->digits > MOST_DIGITS)
        return false;
    size_t *n = &c->found[c->n_found - 1];
    *n = *n * 10 + (size_t)(ch - '0');
    return true;
}

/* Ends the number at hand; "2-4" stands for 2, 3, 4. */
static bool end_number(struct ob__cites *c)
{
    if (c->digits == 0)
        return false;
    c->digits = 0;
    if (!c->range)
        return true;
    c->range = false;
    size_t last = c->found[--c->n_found], first = c->found[c->n_found - 1];
    if (last <= first || last - first > MOST_RANGE)
        return false;
    while (first < last && c->n_found < OB__CITE_NUMBERS)
        c->found[c->n_found++] = ++first;
    return true;
}

static void close_bracket(struct ob__cites *c)
{
    c->in_bracket = false;
    if (!end_number(c))
        return;
    for (unsigned i = 0; i < c->n_found; i++)
        note(c, c->found[i]);
}

static void in_bracket(struct ob__cites *c, char ch)
{
    bool good = true;
    if (ch == ']')
        close_bracket(c);
    else if (ch >= '0' && ch <= '9')
        good = take_digit(c, ch);
    else if (ch == ',' || ch == ';')
        good = end_number(c);
    else if (ch == '-') {
        good = !c->range && end_number(c);
        c->range = true;
    } else
        good = ch == ' ' && !c->range && (c->digits == 0 || end_number(c));
    if (ch == '[')
        open_bracket(c);
    else if (!good)
        c->in_bracket = false;
}

/* ------------------------------------------------------------ code */
static bool fence_run(struct ob__cites *c)
{
    if (!c->run_at_start || c->run_len < FENCE)
        return false;
    if (c->fence_char == 0) {
        c->fence_char = c->run_char;
        c->fence_len = c->run_len;
    } else if (c->run_char == c->fence_char && c->run_len >= c->fence_len) {
        c->fence_char = 0;
    }
    return true;
}

static void end_run(struct ob__cites *c)
{
    if (c->run_char && !fence_run(c) && c->run_char == '`' && c->fence_char == 0) {
        if (c->code_len == 0) {
            c->code_len = c->run_len;
        } else if (c->code_len == c->run_len) {
            c->code_len = 0;
            c->n_pending = 0;
        }
    }
    c->run_char = 0;
    c->run_len = 0;
}

static void end_line(struct ob__cites *c)
{
    c->in_bracket = false;
    c->code_len = 0;
    for (unsigned i = 0; i < c->n_pending; i++)
        add(c, c->pending[i]);
    c->n_pending = 0;
    c->line_begun = false;
    c->indent = 0;
}

static void feed(struct ob__cites *c, char ch)
{
    if (c->run_char && ch != c->run_char)
        end_run(c);
    if (ch == '\n') {
        end_line(c);
        return;
    }
    if ((ch == '`' || ch == '~') && !c->run_char) {
        c->run_char = ch;
        c->run_at_start = !c->line_begun && c->indent <= FENCE_INDENT;
        c->in_bracket = false;
    }
    c->run_len += c->run_char == ch;
    if (!c->line_begun && (ch == ' ' || ch == '\t'))
        c->indent++;
    else
        c->line_begun = true;
    if (c->fence_char || c->run_char)
        return;
    if (c->in_bracket)
        in_bracket(c, ch);
    else if (ch == '[')
        open_bracket(c);
}

void ob__cites_feed(struct ob__cites *c, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        feed(c, text[i]);
}

void ob__cites_end(struct ob__cites *c)
{
    end_run(c);
    end_line(c);
}
