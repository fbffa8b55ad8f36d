/* Headings of what has no markup: plain text, by numbers, capitals and rules; wikis; man pages (roff);
 * help pages of Vim.
 *
 * A line of plain text is a heading by what it looks like and by standing apart: a blank line above,
 * no sentence, not too long. */
#include <ctype.h>

#include "openbook/text/utf8.h"

#include "notes.h"

enum { TITLE_COLUMNS = 72, SHORT_TITLE = 40, CAPITALS_MIN = 4, NUMBER_DIGITS = 3 };

/* ------------------------------------------------------------ plain text */

/* Whether nothing but a blank line, a rule or a heading stands above. */
static bool apart_above(const struct ob__notes *n, size_t index)
{
    return index == 0 || !ob__note_filled(n, index - 1) ||
           ob__note_line(n, index - 1)->cls == OB_LINE_DEFINITION;
}

static bool alone(const struct ob__notes *n, size_t index)
{
    return apart_above(n, index) && !ob__note_filled(n, index + 1);
}

/* Whether the line can be a title: no sentence, and no longer than MOST columns. */
static bool looks_like_title(struct ob__cursor c, size_t most)
{
    ob__trim_end(&c);
    size_t len = (size_t)(c.end - c.at);
    return len > 0 && len <= OB__DEF_LINE_MAX && !strchr(".,;", c.end[-1]) &&
           ob_utf8_width(c.at, len) <= most;
}

/* "1", "1.2", "3.4.5" at the cursor, which goes behind it; how deep, 0: none.  *CLOSED: "." or ")"
 * followed. */
static unsigned take_number(struct ob__cursor *c, bool *closed)
{
    unsigned depth = 0;
    struct ob__cursor at = *c;
    *closed = false;
    while (at.at < at.end && isdigit((unsigned char)*at.at)) {
        const char *digits = at.at;
        while (at.at < at.end && isdigit((unsigned char)*at.at))
            at.at++;
        if (at.at - digits > NUMBER_DIGITS)
            return 0;
        depth++;
        *closed = at.at < at.end && (*at.at == '.' || *at.at == ')');
        if (!*closed)
            break;
        at.at++;
        if (at.at[-1] == ')')
            break;
    }
    *c = at;
    return depth;
}

/* "1.2 Foo", "1) Foo", "3. 설치 방법": what is counted on one level must stand alone, for it may be an
 * item of a list. */
static bool numbered(struct ob__notes *n, size_t index, struct ob__cursor c)
{
    bool closed;
    struct ob__cursor rest = c;
    unsigned depth = take_number(&rest, &closed);
    if (!depth || rest.at == rest.end || !ob__blank_byte(*rest.at) || !apart_above(n, index))
        return false;
    ob__skip_blanks(&rest);
    unsigned char first = rest.at < rest.end ? (unsigned char)*rest.at : 0;
    bool single = depth == 1, fits = looks_like_title(c, TITLE_COLUMNS);
    if (!(isupper(first) || first >= 0x80) || !fits || (single && !closed) ||
        (single && !alone(n, index)) || (!alone(n, index) && !looks_like_title(c, SHORT_TITLE)))
        return false;
    return ob__note_heading(n, index, ob__style_level(n, '1', (char)depth), c);
}

/* 제1장, 제 2 절: the unit is 편, 부, 장, 절, 관 or 조; an article's title ends with its parenthesis. */
static bool korean_chapter(struct ob__notes *n, size_t index, struct ob__cursor c)
{
    static const char *const units[] = {"편", "부", "장", "절", "관", "조"};
    enum { UNITS = sizeof units / sizeof *units, SYLLABLE = 3, ARTICLE = UNITS - 1 };
    struct ob__cursor at = c;
    if (!ob__starts(&at, "제"))
        return false;
    at.at += SYLLABLE;
    ob__skip_blanks(&at);
    const char *digits = at.at;
    while (at.at < at.end && isdigit((unsigned char)*at.at))
        at.at++;
    if (at.at == digits || at.at - digits > NUMBER_DIGITS)
        return false;
    ob__skip_blanks(&at);
    for (unsigned i = 0; i < UNITS; i++) {
        if (!ob__starts(&at, units[i]))
            continue;
        at.at += SYLLABLE;
        if (at.at < at.end && !ob__blank_byte(*at.at) && !strchr("(.:-", *at.at))
            return false;
        const char *close = i == ARTICLE && at.at < at.end && *at.at == '('
                                ? memchr(at.at, ')', (size_t)(at.end - at.at))
                                : NULL;
        if (close)
            c.end = close + 1;
        return (close || looks_like_title(c, TITLE_COLUMNS)) &&
               ob__note_heading(n, index, ob__style_level(n, 'K', (char)i), c);
    }
    return false;
}

/* "Chapter 3", "PART II: ...", "Appendix A" and nothing around it. */
static bool chapter(struct ob__notes *n, size_t index, struct ob__cursor c)
{
    static const char *const words[] = {"part ", "chapter ", "appendix ", "section "};
    struct ob__cursor at = c;
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        if (!ob__starts_fold(&at, words[i]) || !alone(n, index) ||
            !looks_like_title(c, TITLE_COLUMNS))
            continue;
        at.at += strlen(words[i]);
        const char *number = at.at;
        while (at.at < at.end && (isdigit((unsigned char)*at.at) || strchr("IVXLC", *at.at) ||
                                  (at.at == number && isupper((unsigned char)*at.at))))
            at.at++;
        return at.at > number && (at.at == at.end || !ob__word_byte(*at.at)) &&
               ob__note_heading(n, index, ob__style_level(n, 'C', (char)i), c);
    }
    return false;
}

/* NAME, SEE ALSO: ASCII capitals throughout. */
static bool is_capitals(const struct ob__cursor *c)
{
    size_t capitals = 0;
    for (const char *at = c->at; at < c->end; at++) {
        if ((unsigned char)*at >= 0x80 || islower((unsigned char)*at))
            return false;
        capitals += isupper((unsigned char)*at) != 0;
    }
    return capitals >= CAPITALS_MIN && capitals * 2 >= (size_t)(c->end - c->at);
}

static bool capitals(struct ob__notes *n, size_t index, struct ob__cursor c)
{
    ob__trim_end(&c);
    if (!is_capitals(&c) || !apart_above(n, index) || !looks_like_title(c, TITLE_COLUMNS) ||
        !isupper((unsigned char)*c.at))
        return false;
    if (ob__note_filled(n, index + 1)) {
        struct ob__cursor next = ob__line(n->scan, index + 1);
        if (is_capitals(&next))
            return false; /* a whole paragraph of them: a licence */
    }
    return ob__note_heading(n, index, ob__style_level(n, 'A', 0), c);
}

/* "== Title ==" of wikis. */
static bool wiki_heading(struct ob__notes *n, size_t index, struct ob__cursor c)
{
    size_t level = ob__count_mark(&c, '=');
    ob__trim_end(&c);
    if (strcmp(n->scan->lang->name, "wiki") != 0 || level == 0 || level > 6 ||
        (size_t)(c.end - c.at) <= 2 * level)
        return false;
    for (size_t i = 0; i < level; i++)
        if (*--c.end != '=')
            return false;
    c.at += level;
    return ob__note_heading(n, index, (unsigned)level, c);
}

/* ------------------------------------------------------------ help pages of Vim */

/* The last tag, "*name*", of the piece, which ends before it then; an empty piece: none. */
static struct ob__cursor last_tag(struct ob__cursor *c)
{
    ob__trim_end(c);
    struct ob__cursor none = {c->end, c->end}, tag = none;
    if (c->end - c->at < 3 || tag.end[-1] != '*')
        return none;
    tag.end--;
    tag.at = tag.end;
    while (tag.at > c->at && tag.at[-1] != '*' && !ob__blank_byte(tag.at[-1]))
        tag.at--;
    if (tag.at == tag.end || tag.at == c->at || tag.at[-1] != '*' ||
        (tag.at - 1 > c->at && !ob__blank_byte(tag.at[-2])))
        return none;
    c->end = tag.at - 1;
    return tag;
}

bool ob__is_vimdoc(const struct ob__notes *n)
{
    struct ob__cursor c = ob__line(n->scan, 0);
    if (n->scan->lang->syntax != OB_SYNTAX_PLAIN || *c.at != '*')
        return false;
    const char *close = memchr(c.at + 1, '*', (size_t)(c.end - c.at) - 1);
    if (!close || close == c.at + 1 || memchr(c.at, ' ', (size_t)(close - c.at)))
        return false;
    struct ob__cursor rest = {close + 1, c.end};
    bool named = close - c.at > 4 && memcmp(close - 4, ".txt", 4) == 0;
    return rest.at == rest.end || *rest.at == '\t' || ob__starts(&rest, "  ") ||
           (named && ob__blank_byte(*rest.at));
}

static bool is_help_rule(const struct ob__notes *n, size_t index)
{
    char mark;
    return ob__rule_length(&mark, n, index, "=-") >= 20;
}

/* Tags in the order of the text, at the end of C, which is left with what stands before them. */
static void mark_labels(struct ob__notes *n, size_t index, struct ob__cursor *c)
{
    struct ob__cursor before = *c;
    struct ob__cursor tag = last_tag(&before);
    if (tag.at == tag.end)
        return;
    mark_labels(n, index, &before);
    ob__mark(n, index, OB_MARK_LABEL, tag);
    *c = before;
}

/* "*41.11*	Title" of the user manual. */
static void take_first_label(struct ob__notes *n, size_t index, struct ob__cursor *c)
{
    struct ob__cursor tag = {c->at + 1, c->at + 1};
    if (c->at == c->end || *c->at != '*')
        return;
    while (tag.end < c->end && *tag.end != '*' && !ob__blank_byte(*tag.end))
        tag.end++;
    if (tag.end == tag.at || tag.end + 1 >= c->end || *tag.end != '*' || tag.end[1] != '\t')
        return;
    ob__mark(n, index, OB_MARK_LABEL, tag);
    c->at = tag.end + 1;
    ob__skip_blanks(c);
}

/* "Title	*tag*" is the heading Title, a line of tags alone that of its first; a further line of them
 * belongs to the same. */
static void help_entry(struct ob__notes *n, size_t index)
{
    enum { UNDER_DOUBLE = 1, UNDER_SINGLE = 2, ENTRY = 3 };
    struct ob__cursor c = ob__line(n->scan, index), title = c;
    size_t marks = n->scan->out->n_marks;
    if (c.end - c.at > OB__DEF_LINE_MAX)
        return;
    take_first_label(n, index, &title);
    mark_labels(n, index, &title);
    bool tagged = n->scan->out->n_marks > marks, ruled = index && is_help_rule(n, index - 1);
    ob__trim_end(&title);
    if (!tagged && !ruled)
        return;
    if (title.at == title.end) {
        const struct ob_outline *o = n->scan->out;
        bool goes_on = o->n_defs && o->defs[o->n_defs - 1].line_1based == index && !ruled;
        if (goes_on)
            return;
        title.at = n->scan->text + o->marks[marks].start;
        title.end = title.at + o->marks[marks].len;
    }
    unsigned level = !ruled                                    ? ENTRY
                     : *ob__line(n->scan, index - 1).at == '=' ? UNDER_DOUBLE
                                                               : UNDER_SINGLE;
    if (ob__note_heading(n, index, level, title) && ruled)
        ob__note_heading_from(n, index - 1);
}

/* Whether an example begins below: ">", ">lua" at the line's end. */
static bool opens_example(struct ob__cursor c)
{
    ob__trim_end(&c);
    const char *at = c.end;
    while (at > c.at && islower((unsigned char)at[-1]))
        at--;
    return at > c.at && at[-1] == '>' && (at - 1 == c.at || ob__blank_byte(at[-2]));
}

static size_t help_line(struct ob__notes *n, size_t index)
{
    enum { IN_ENTRY = 4 };
    struct ob__cursor c = ob__line(n->scan, index);
    if (n->fence && ob__note_line(n, index)->indent > 0) {
        ob__note_line(n, index)->cls = OB_LINE_CODE;
        return 1;
    }
    n->fence = opens_example(c) ? '>' : 0;
    if (index == 0) {
        const char *close = memchr(c.at + 1, '*', (size_t)(c.end - c.at) - 1);
        ob__note_title(n, 0, (struct ob__cursor){c.at + 1, close});
        return 1;
    }
    if (is_help_rule(n, index))
        return 1;
    ob__trim_end(&c);
    bool outermost = ob__note_line(n, index)->indent == 0; /* others head columns, parameters */
    if (outermost && c.end - c.at > 2 && c.end - c.at <= OB__DEF_LINE_MAX && c.end[-1] == '~' &&
        ob__blank_byte(c.end[-2])) {
        c.end--;
        (void)ob__note_heading(n, index, IN_ENTRY, c);
        return 1;
    }
    help_entry(n, index);
    return 1;
}

size_t ob__note_plain(struct ob__notes *n, size_t index)
{
    if (n->help)
        return help_line(n, index);
    size_t defs = n->scan->out->n_defs, settled = ob__note_rst(n, index, "=-~");
    struct ob__cursor c = ob__line(n->scan, index);
    if (n->scan->out->n_defs > defs || ob__note_line(n, index)->indent > 0)
        return settled;
    bool found = wiki_heading(n, index, c) || korean_chapter(n, index, c) || chapter(n, index, c) ||
                 numbered(n, index, c) || capitals(n, index, c);
    (void)found;
    return 1;
}

/* ------------------------------------------------------------ man pages */

/* The first argument of a request, or all behind it: SEE ALSO, "SEE ALSO". */
static struct ob__cursor roff_argument(struct ob__cursor c, bool first)
{
    ob__skip_blanks(&c);
    ob__trim_end(&c);
    if (c.at < c.end && *c.at == '"') {
        c.at++;
        const char *close = memchr(c.at, '"', (size_t)(c.end - c.at));
        c.end = close ? close : c.end;
    } else if (first) {
        const char *end = c.at;
        while (end < c.end && !ob__blank_byte(*end))
            end++;
        c.end = end;
    }
    return c;
}

size_t ob__note_roff(struct ob__notes *n, size_t index)
{
    struct ob__cursor c = ob__line(n->scan, index);
    if (ob__starts(&c, "'\\\"")) /* the other form of a comment */
        ob__note_line(n, index)->cls = OB_LINE_COMMENT;
    if (c.end - c.at < 3 || *c.at != '.' || c.end - c.at > OB__DEF_LINE_MAX)
        return 1;
    struct ob__cursor request = {c.at + 1, c.at + 3}, rest = {c.at + 3, c.end};
    if (rest.at < rest.end && !ob__blank_byte(*rest.at))
        return 1;
    if (ob__starts_fold(&request, "th") || ob__starts_fold(&request, "dt")) {
        ob__note_title(n, index, roff_argument(rest, true));
        return 1;
    }
    unsigned level = ob__starts_fold(&request, "sh") ? 1 : ob__starts_fold(&request, "ss") ? 2 : 0;
    if (!level || ob__note_heading(n, index, level, roff_argument(rest, false)))
        return 1;
    if (!ob__note_filled(n, index + 1)) /* the title may stand on the next line */
        return 1;
    struct ob__cursor next = ob__line(n->scan, index + 1);
    if (*next.at == '.' || !ob__note_heading(n, index + 1, level, next))
        return 1;
    ob__note_heading_from(n, index);
    return 2;
}
