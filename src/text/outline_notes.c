/* Headings of notes: one rule a markup language, tried line by line; then ends and parents by level.
 * Fenced code, front matter and block comments hold no headings.
 *
 * An underlined heading (setext, reST, plain text) is marked on its title and on its rule, and a
 * reST overline belongs to it: all three lines are of class DEFINITION. */
#include <ctype.h>

#include "openbook/text/utf8.h"

#include "outline_scan.h"

enum { RST_STYLES = 16 };

/* What the walk knows between two lines. */
struct notes {
    struct ob__scan *scan;
    char fence; /* the character of the open fence, 0: none */
    size_t fence_len;
    const char *comment_end;    /* closes the open comment; NULL: none */
    char styles[RST_STYLES][2]; /* reST: character and overline, in order of appearance */
    size_t n_styles;
};

static struct ob_line *line_at(const struct notes *n, size_t index)
{
    return &n->scan->out->lines[index];
}

/* Whether a letter or digit stands there: "<" above a rule is no title. */
static bool has_word(const struct ob__cursor *c)
{
    for (const char *p = c->at; p < c->end; p++)
        if ((unsigned char)*p >= 0x80 || isalnum((unsigned char)*p))
            return true;
    return false;
}

/* Adds the heading whose title is what C holds but for blanks at its ends; an empty one is none. */
static bool add_heading(struct notes *n, size_t index, unsigned level, struct ob__cursor c)
{
    ob__skip_blanks(&c);
    while (c.end > c.at && ob__blank_byte(c.end[-1]))
        c.end--;
    if (c.at == c.end || !has_word(&c))
        return false;
    ob__outline_add(n->scan, index, OB_DEF_HEADING, level, c.at, (size_t)(c.end - c.at));
    return true;
}

/* How often MARK stands at the cursor. */
static size_t count_mark(const struct ob__cursor *c, char mark)
{
    size_t count = 0;
    while (c->at + count < c->end && c->at[count] == mark)
        count++;
    return count;
}

/* "== Title", "* Title": marks, then a blank.  Returns how many marks, 0 when it is no heading. */
static size_t marked(struct ob__cursor *c, char mark, size_t most)
{
    size_t count = count_mark(c, mark);
    if (count == 0 || count > most || c->at + count >= c->end || !ob__blank_byte(c->at[count]))
        return 0;
    c->at += count;
    return count;
}

/* The length of a line that is one punctuation character throughout, which goes to *MARK; 0: not. */
static size_t rule_length(char *mark, const struct notes *n, size_t index, const char *allowed)
{
    if (index >= n->scan->out->n_lines || line_at(n, index)->indent != 0)
        return 0;
    struct ob__cursor c = ob__line(n->scan, index);
    size_t len = count_mark(&c, *c.at);
    *mark = *c.at;
    c.at += len;
    ob__skip_blanks(&c);
    return c.at == c.end && strchr(allowed, *mark) && *mark ? len : 0;
}

/* ------------------------------------------------------------ Markdown */

/* Follows fences; true when the line is inside one or is a fence itself. */
static bool in_fence(struct notes *n, const struct ob__cursor *c, const char *marks, size_t least)
{
    size_t count = strchr(marks, *c->at) ? count_mark(c, *c->at) : 0;
    if (n->fence) {
        struct ob__cursor rest = {c->at + count, c->end};
        ob__skip_blanks(&rest);
        if (*c->at == n->fence && count >= n->fence_len && rest.at == rest.end)
            n->fence = 0;
        return true;
    }
    if (count < least ||
        (*c->at == '`' && memchr(c->at + count, '`', (size_t)(c->end - c->at) - count)))
        return false;
    n->fence = *c->at;
    n->fence_len = count;
    return true;
}

/* Whether the line can be the title above a Markdown rule: a paragraph, one line long here. */
static bool is_paragraph(const struct notes *n, size_t index)
{
    const struct ob_line *line = line_at(n, index);
    if (line->cls != OB_LINE_OTHER || line->indent > 3)
        return false;
    struct ob__cursor c = ob__line(n->scan, index);
    bool item = strchr("-*+", *c.at) && c.at + 1 < c.end && ob__blank_byte(c.at[1]);
    return !item && !strchr("#>|`~", *c.at);
}

static size_t markdown(struct notes *n, size_t index)
{
    struct ob__cursor c = ob__line(n->scan, index);
    if (in_fence(n, &c, "`~", 3)) {
        line_at(n, index)->cls = OB_LINE_CODE;
        return 1;
    }
    if (line_at(n, index)->indent > 3)
        return 1;
    size_t level = marked(&c, '#', 6);
    if (level) {
        const char *end = c.end;
        while (end > c.at && ob__blank_byte(end[-1]))
            end--;
        const char *hashes = end;
        while (hashes > c.at && hashes[-1] == '#')
            hashes--;
        if (hashes > c.at && hashes < end && ob__blank_byte(hashes[-1]))
            c.end = hashes;
        (void)add_heading(n, index, (unsigned)level, c);
        return 1;
    }
    char mark;
    if (!is_paragraph(n, index) || !rule_length(&mark, n, index + 1, "=-"))
        return 1;
    if (!add_heading(n, index, mark == '=' ? 1 : 2, c))
        return 1;
    line_at(n, index + 1)->cls = OB_LINE_DEFINITION;
    return 2;
}

/* ------------------------------------------------------------ reST and plain text */
#define RST_MARKS "=-`:'\"~^_*+#<>.!$%&(),/;?@[\\]{|}"

static unsigned style_level(struct notes *n, char mark, bool over)
{
    size_t i = 0;
    while (i < n->n_styles && (n->styles[i][0] != mark || n->styles[i][1] != (char)over))
        i++;
    if (i == n->n_styles && i < RST_STYLES) {
        n->styles[i][0] = mark;
        n->styles[i][1] = (char)over;
        n->n_styles++;
    }
    return (unsigned)i + 1;
}

/* Whether a rule of RULE characters is long enough for the title at INDEX.  Half of its columns will
 * do, for people count a Korean syllable as one. */
static bool fits_title(const struct notes *n, size_t rule, size_t index)
{
    struct ob__cursor c = ob__line(n->scan, index);
    size_t len = (size_t)(c.end - c.at);
    return rule >= 2 && len <= OB__DEF_LINE_MAX && rule * 2 >= ob_utf8_width(c.at, len);
}

static size_t rst(struct notes *n, size_t index, const char *marks)
{
    char over, under;
    size_t over_len = rule_length(&over, n, index, marks), lines = n->scan->out->n_lines;
    size_t title = over_len ? index + 1 : index;
    if (title + 1 >= lines || line_at(n, title)->cls != OB_LINE_OTHER)
        return 1;
    size_t under_len = rule_length(&under, n, title + 1, marks);
    char unused;
    if (!under_len || rule_length(&unused, n, title, marks) || !fits_title(n, under_len, title))
        return 1;
    if (over_len ? over != under : line_at(n, title)->indent != 0)
        return 1;
    if (!add_heading(n, title, style_level(n, under, over_len > 0), ob__line(n->scan, title)))
        return 1;
    line_at(n, index)->cls = line_at(n, title + 1)->cls = OB_LINE_DEFINITION;
    struct ob_outline *o = n->scan->out;
    if (o->n_defs) /* none only when memory ran out */
        o->defs[o->n_defs - 1].first_line_1based = (uint32_t)index + 1;
    return title + 2 - index;
}

/* ------------------------------------------------------------ the others */
static bool starts_fold(const struct ob__cursor *c, const char *lower)
{
    size_t len = strlen(lower);
    if ((size_t)(c->end - c->at) < len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((c->at[i] | (c->at[i] >= 'A' && c->at[i] <= 'Z' ? 0x20 : 0)) != lower[i])
            return false;
    return true;
}

/* "TODO [#A] Title :tag:tag:" is called Title. */
static void trim_org_title(struct ob__cursor *c)
{
    static const char *const words[] = {"TODO ", "DONE ", "NEXT ", "WAIT ", "WAITING ", "[#"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        ob__skip_blanks(c);
        if (!ob__starts(c, words[i]))
            continue;
        while (c->at < c->end && !ob__blank_byte(*c->at))
            c->at++;
    }
    const char *end = c->end;
    while (end > c->at && ob__blank_byte(end[-1]))
        end--;
    const char *tags = end;
    while (tags > c->at && !ob__blank_byte(tags[-1]))
        tags--;
    if (end - tags > 2 && *tags == ':' && end[-1] == ':' && tags > c->at)
        c->end = tags;
}

static size_t org(struct notes *n, size_t index)
{
    struct ob__cursor c = ob__line(n->scan, index);
    if (starts_fold(&c, n->fence ? "#+end" : "#+begin")) {
        n->fence = n->fence ? 0 : '#';
        line_at(n, index)->cls = OB_LINE_CODE;
        return 1;
    }
    if (n->fence)
        line_at(n, index)->cls = OB_LINE_CODE;
    if (n->fence || line_at(n, index)->indent)
        return 1;
    size_t level = marked(&c, '*', 32);
    if (level) {
        trim_org_title(&c);
        (void)add_heading(n, index, (unsigned)level, c);
    }
    return 1;
}

static size_t asciidoc(struct notes *n, size_t index)
{
    struct ob__cursor c = ob__line(n->scan, index);
    if (in_fence(n, &c, "-.+/`", n->fence || *c.at != '`' ? 4 : 3)) {
        line_at(n, index)->cls = OB_LINE_CODE;
        return 1;
    }
    if (line_at(n, index)->indent)
        return 1;
    size_t level = marked(&c, '=', 6);
    if (level)
        (void)add_heading(n, index, (unsigned)level, c);
    return 1;
}

static const char *const latex_commands[] = {"part",       "chapter",       "section",
                                             "subsection", "subsubsection", "paragraph"};

static size_t latex(struct notes *n, size_t index)
{
    struct ob__cursor c = ob__line(n->scan, index);
    if (*c.at != '\\')
        return 1;
    const char *word = ++c.at;
    while (c.at < c.end && ob__word_byte(*c.at))
        c.at++;
    size_t len = (size_t)(c.at - word);
    for (unsigned i = 0; i < sizeof latex_commands / sizeof *latex_commands; i++) {
        if (strlen(latex_commands[i]) != len || memcmp(latex_commands[i], word, len) != 0)
            continue;
        const char *open = memchr(c.at, '{', (size_t)(c.end - c.at));
        const char *close = open ? memchr(open, '}', (size_t)(c.end - open)) : NULL;
        if (open)
            (void)add_heading(n, index, i + 1,
                              (struct ob__cursor){open + 1, close ? close : c.end});
        break;
    }
    return 1;
}

/* ------------------------------------------------------------ the walk */

/* Marks front matter ("---" or "+++" on the first line, to its like) as a comment; returns the first
 * line behind it. */
static size_t skip_front_matter(struct notes *n)
{
    struct ob__cursor first = ob__line(n->scan, 0);
    size_t lines = n->scan->out->n_lines;
    if (line_at(n, 0)->indent != 0 || first.end - first.at != 3 ||
        (!ob__starts(&first, "---") && !ob__starts(&first, "+++")))
        return 0;
    for (size_t i = 1; i < lines; i++) {
        struct ob__cursor c = ob__line(n->scan, i);
        bool closes = c.end - c.at == 3 && line_at(n, i)->indent == 0 &&
                      (memcmp(c.at, first.at, 3) == 0 || memcmp(c.at, "...", 3) == 0);
        if (!closes)
            continue;
        for (size_t k = 0; k <= i; k++)
            if (line_at(n, k)->cls == OB_LINE_OTHER)
                line_at(n, k)->cls = OB_LINE_COMMENT;
        return i + 1;
    }
    return 0;
}

/* Follows comments of the language; true when the line is one. */
static bool in_comment(struct notes *n, size_t index)
{
    const struct ob_lang *lang = n->scan->lang;
    struct ob__cursor c = ob__line(n->scan, index);
    const char *search = c.at;
    if (n->fence)
        return false;
    if (!n->comment_end && lang->block_open && ob__starts(&c, lang->block_open)) {
        n->comment_end = lang->block_close;
        search += strlen(lang->block_open);
    } else if (!n->comment_end) {
        bool org_keyword = lang->syntax == OB_SYNTAX_ORG && c.at + 1 < c.end && c.at[1] == '+';
        return lang->line_comment && ob__starts(&c, lang->line_comment) && !org_keyword;
    }
    size_t close = strlen(n->comment_end);
    if (memmem(search, (size_t)(c.end - search), n->comment_end, close))
        n->comment_end = NULL;
    return true;
}

/* Looks at the line; returns how many lines it has settled. */
static size_t meet(struct notes *n, size_t index)
{
    if (line_at(n, index)->cls == OB_LINE_BLANK) {
        if (n->fence)
            line_at(n, index)->cls = OB_LINE_CODE;
        return 1;
    }
    if (in_comment(n, index)) {
        line_at(n, index)->cls = OB_LINE_COMMENT;
        return 1;
    }
    switch (n->scan->lang->syntax) {
    case OB_SYNTAX_MARKDOWN: return markdown(n, index);
    case OB_SYNTAX_RST: return rst(n, index, RST_MARKS);
    case OB_SYNTAX_ORG: return org(n, index);
    case OB_SYNTAX_ASCIIDOC: return asciidoc(n, index);
    case OB_SYNTAX_LATEX: return latex(n, index);
    default: return rst(n, index, "=-~");
    }
}

/* Headings hold what follows up to the next of their level or a higher one. */
static void nest(struct ob_outline *o)
{
    uint32_t open = OB_NO_DEF;
    for (uint32_t i = 0; i <= o->n_defs; i++) {
        bool last = i == o->n_defs;
        uint32_t end = last ? (uint32_t)o->n_lines : o->defs[i].first_line_1based - 1;
        while (open != OB_NO_DEF && (last || o->defs[open].level >= o->defs[i].level)) {
            o->defs[open].end_line_1based = end;
            open = o->defs[open].parent;
        }
        if (!last) {
            o->defs[i].parent = open;
            open = i;
        }
    }
}

void ob__outline_notes(struct ob__scan *s)
{
    struct notes n = {.scan = s};
    for (size_t i = skip_front_matter(&n); i < s->out->n_lines;)
        i += meet(&n, i);
    nest(s->out);
}
