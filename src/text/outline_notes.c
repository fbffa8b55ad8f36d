/* Headings of notes: one rule a markup language, tried line by line; then ends and parents by level.
 * Fenced code, front matter and block comments hold no headings.  Here are the walk, Markdown and
 * reST.
 *
 * An underlined heading (setext, reST, plain text) is marked on its title and on its rule, and a
 * reST overline belongs to it: all three lines are of class DEFINITION. */
#include <ctype.h>

#include "openbook/text/utf8.h"

#include "notes.h"

/* Whether a letter or digit stands there: "<" above a rule is no title. */
static bool has_word(const struct ob__cursor *c)
{
    for (const char *p = c->at; p < c->end; p++)
        if ((unsigned char)*p >= 0x80 || isalnum((unsigned char)*p))
            return true;
    return false;
}

bool ob__note_heading(struct ob__notes *n, size_t index, unsigned level, struct ob__cursor c)
{
    ob__skip_blanks(&c);
    ob__trim_end(&c);
    if (c.at == c.end || !has_word(&c))
        return false;
    ob__outline_add(n->scan, index, OB_DEF_HEADING, level, c.at, (size_t)(c.end - c.at));
    return true;
}

void ob__note_title(struct ob__notes *n, size_t index, struct ob__cursor c)
{
    if (n->scan->out->n_defs)
        ob__mark(n, index, OB_MARK_NAME, c);
    else
        (void)ob__note_heading(n, index, 0, c);
}

void ob__note_heading_from(struct ob__notes *n, size_t index)
{
    struct ob_outline *o = n->scan->out;
    if (o->n_defs) /* none only when memory ran out */
        o->defs[o->n_defs - 1].first_line_1based = (uint32_t)index + 1;
    o->lines[index].cls = OB_LINE_DEFINITION;
}

size_t ob__count_mark(const struct ob__cursor *c, char mark)
{
    size_t count = 0;
    while (c->at + count < c->end && c->at[count] == mark)
        count++;
    return count;
}

size_t ob__marked(struct ob__cursor *c, char mark, size_t most)
{
    size_t count = ob__count_mark(c, mark);
    if (count == 0 || count > most || c->at + count >= c->end || !ob__blank_byte(c->at[count]))
        return 0;
    c->at += count;
    return count;
}

size_t ob__rule_length(char *mark, const struct ob__notes *n, size_t index, const char *allowed)
{
    if (index >= n->scan->out->n_lines || ob__note_line(n, index)->indent != 0)
        return 0;
    struct ob__cursor c = ob__line(n->scan, index);
    size_t len = ob__count_mark(&c, *c.at);
    *mark = *c.at;
    c.at += len;
    ob__skip_blanks(&c);
    return c.at == c.end && strchr(allowed, *mark) && *mark ? len : 0;
}

bool ob__starts_fold(const struct ob__cursor *c, const char *lower)
{
    size_t len = strlen(lower);
    if ((size_t)(c->end - c->at) < len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((c->at[i] | (c->at[i] >= 'A' && c->at[i] <= 'Z' ? 0x20 : 0)) != lower[i])
            return false;
    return true;
}

/* ------------------------------------------------------------ Markdown */
bool ob__in_fence(struct ob__notes *n, const struct ob__cursor *c, const char *marks, size_t least)
{
    size_t count = strchr(marks, *c->at) ? ob__count_mark(c, *c->at) : 0;
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

/* "- x", "1. x": an item of a list. */
static bool is_item(const struct ob__cursor *c)
{
    const char *at = c->at;
    while (at < c->end && *at >= '0' && *at <= '9')
        at++;
    const char *signs = at > c->at ? ".)" : "-*+";
    return at + 1 < c->end && *at && strchr(signs, *at) && ob__blank_byte(at[1]);
}

/* Whether the line can be the title above a Markdown rule: a paragraph, one line long here. */
static bool is_paragraph(const struct ob__notes *n, size_t index)
{
    const struct ob_line *line = ob__note_line(n, index);
    if (line->cls != OB_LINE_OTHER || line->indent > 3)
        return false;
    struct ob__cursor c = ob__line(n->scan, index);
    return !strchr("#>|`~<", *c.at) && !is_item(&c);
}

/* "# Title ##", "# Title {#anchor}": the title alone; MDX writes the anchor as a comment in braces. */
static void trim_markdown_title(struct ob__cursor *c)
{
    ob__trim_end(c);
    const char *end = c->end;
    if (end > c->at && end[-1] == '}') {
        const char *open = end - 1;
        while (open > c->at && *open != '{')
            open--;
        if (open > c->at && ob__blank_byte(open[-1]) && strchr("#/", open[1]))
            end = open - 1;
    }
    c->end = end;
    ob__trim_end(c);
    const char *hashes = c->end;
    while (hashes > c->at && hashes[-1] == '#')
        hashes--;
    if (hashes > c->at && hashes < c->end && ob__blank_byte(hashes[-1]))
        c->end = hashes;
}

/* "**Title**", "[Title](page.md)" and "![](picture.png) Title" are called Title. */
static void trim_dress(struct ob__cursor *c)
{
    ob__skip_blanks(c);
    ob__trim_end(c);
    if (ob__starts(c, "![")) {
        const char *close = memchr(c->at, ')', (size_t)(c->end - c->at));
        if (close && close + 1 < c->end)
            c->at = close + 1;
        ob__skip_blanks(c);
    }
    if (c->end - c->at <= 4)
        return;
    if (ob__starts(c, "**") && memcmp(c->end - 2, "**", 2) == 0) {
        c->at += 2;
        c->end -= 2;
    }
    const char *link = memmem(c->at, (size_t)(c->end - c->at), "](", 2);
    if (link && link > c->at + 1 && *c->at == '[' && c->end[-1] == ')' &&
        !memchr(link, ' ', (size_t)(c->end - link))) {
        c->at++;
        c->end = link;
    }
}

/* "<h2 align=center>Title</h2>" on one line. */
static bool html_heading(struct ob__notes *n, size_t index, struct ob__cursor c)
{
    if (!ob__starts_fold(&c, "<h") || c.end - c.at < 4 || c.at[2] < '1' || c.at[2] > '6' ||
        !(c.at[3] == '>' || ob__blank_byte(c.at[3])))
        return false;
    unsigned level = (unsigned)(c.at[2] - '0');
    const char *open = memchr(c.at, '>', (size_t)(c.end - c.at));
    c.at = open ? open + 1 : c.end;
    struct ob__cursor close = c;
    while (close.at < close.end && !ob__starts_fold(&close, "</h"))
        close.at++;
    c.end = close.at;
    while (c.at < c.end && *c.at == '<' && (open = memchr(c.at, '>', (size_t)(c.end - c.at))))
        c.at = open + 1; /* "<a name=x>" */
    const char *tag = memchr(c.at, '<', (size_t)(c.end - c.at));
    c.end = tag ? tag : c.end;
    return ob__note_heading(n, index, level, c);
}

static size_t markdown(struct ob__notes *n, size_t index)
{
    struct ob__cursor c = ob__line(n->scan, index);
    if (ob__in_fence(n, &c, "`~", 3)) {
        ob__note_line(n, index)->cls = OB_LINE_CODE;
        return 1;
    }
    if (ob__note_line(n, index)->indent > 3)
        return 1;
    size_t level = ob__marked(&c, '#', 6);
    if (level) {
        trim_markdown_title(&c);
        trim_dress(&c);
        (void)ob__note_heading(n, index, (unsigned)level, c);
        return 1;
    }
    char mark;
    if (*c.at == '<' && html_heading(n, index, c))
        return 1;
    if (!is_paragraph(n, index) || !ob__rule_length(&mark, n, index + 1, "=-"))
        return 1;
    trim_markdown_title(&c);
    if (!ob__note_heading(n, index, mark == '=' ? 1 : 2, c))
        return 1;
    ob__note_line(n, index + 1)->cls = OB_LINE_DEFINITION;
    return 2;
}

/* ------------------------------------------------------------ reST */
#define RST_MARKS "=-`:'\"~^_*+#<>.!$%&(),/;?@[\\]{|}"

unsigned ob__style_level(struct ob__notes *n, char mark, char variant)
{
    size_t i = 0;
    while (i < n->n_styles && (n->styles[i][0] != mark || n->styles[i][1] != variant))
        i++;
    if (i == n->n_styles && i < OB__NOTE_STYLES) {
        n->styles[i][0] = mark;
        n->styles[i][1] = variant;
        n->n_styles++;
    }
    return (unsigned)i + 1;
}

/* Whether a rule of RULE characters is long enough for the title at INDEX.  Half of its columns will
 * do, for people count a Korean syllable as one. */
static bool fits_title(const struct ob__notes *n, size_t rule, size_t index)
{
    struct ob__cursor c = ob__line(n->scan, index);
    size_t len = (size_t)(c.end - c.at);
    return rule >= 2 && len <= OB__DEF_LINE_MAX && rule * 2 >= ob_utf8_width(c.at, len);
}

size_t ob__note_rst(struct ob__notes *n, size_t index, const char *marks)
{
    char over = 0, under = 0;
    size_t over_len = ob__rule_length(&over, n, index, marks), lines = n->scan->out->n_lines;
    size_t title = over_len ? index + 1 : index;
    if (title + 1 >= lines || ob__note_line(n, title)->cls != OB_LINE_OTHER)
        return 1;
    size_t under_len = ob__rule_length(&under, n, title + 1, marks);
    char unused;
    if (!under_len || ob__rule_length(&unused, n, title, marks) || !fits_title(n, under_len, title))
        return 1;
    if (over_len ? over != under : ob__note_line(n, title)->indent != 0)
        return 1;
    if (!ob__note_heading(n, title, ob__style_level(n, under, over_len > 0),
                          ob__line(n->scan, title)))
        return 1;
    ob__note_line(n, title + 1)->cls = OB_LINE_DEFINITION;
    ob__note_heading_from(n, index);
    return title + 2 - index;
}

/* ------------------------------------------------------------ the walk */

/* ".. note::" is a directive, ".. |name| image::" too; ".. _label:" and all else behind ".." is a
 * comment. */
static bool is_directive(const struct ob__cursor *c)
{
    const char *colons = memmem(c->at, (size_t)(c->end - c->at), "::", 2);
    return colons && c->end - c->at > 3 && ob__blank_byte(c->at[2]) && c->at[3] != '_' &&
           !ob__blank_byte(colons[-1]);
}

/* Whether the line is one whose first sign opens a comment in the language. */
static bool is_line_comment(const struct ob_lang *lang, const struct ob__cursor *c)
{
    if (!lang->line_comment || !ob__starts(c, lang->line_comment))
        return false;
    if (lang->syntax == OB_SYNTAX_ORG)
        return c->at + 1 == c->end || c->at[1] != '+';
    return lang->syntax != OB_SYNTAX_RST || !is_directive(c);
}

/* Follows comments of the language; true when the line is one. */
static bool in_comment(struct ob__notes *n, size_t index)
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
        return is_line_comment(lang, &c);
    }
    size_t close = strlen(n->comment_end);
    if (memmem(search, (size_t)(c.end - search), n->comment_end, close))
        n->comment_end = NULL;
    return true;
}

/* Looks at the line; returns how many lines it has settled. */
static size_t meet(struct ob__notes *n, size_t index)
{
    if (ob__note_line(n, index)->cls == OB_LINE_BLANK) {
        if (n->fence)
            ob__note_line(n, index)->cls = OB_LINE_CODE;
        return 1;
    }
    if (in_comment(n, index)) {
        ob__note_line(n, index)->cls = OB_LINE_COMMENT;
        return 1;
    }
    switch (n->scan->lang->syntax) {
    case OB_SYNTAX_MARKDOWN: return markdown(n, index);
    case OB_SYNTAX_RST: return ob__note_entry(n, index) ? 1 : ob__note_rst(n, index, RST_MARKS);
    case OB_SYNTAX_ORG: return ob__note_org(n, index);
    case OB_SYNTAX_ASCIIDOC: return ob__note_asciidoc(n, index);
    case OB_SYNTAX_LATEX: return ob__note_latex(n, index);
    case OB_SYNTAX_ROFF: return ob__note_roff(n, index);
    default: return ob__note_plain(n, index);
    }
}

/* A first heading that repeats the title of the front matter takes its place. */
static void merge_title(struct ob__notes *n)
{
    struct ob_outline *o = n->scan->out;
    if (o->n_defs < 2 || o->defs[0].level != 0 || o->defs[1].level != 1 ||
        o->defs[0].name_len != o->defs[1].name_len ||
        memcmp(n->scan->text + o->defs[0].name_start, n->scan->text + o->defs[1].name_start,
               o->defs[0].name_len) != 0)
        return;
    o->lines[o->defs[0].line_1based - 1].cls = OB_LINE_COMMENT;
    memmove(o->defs, o->defs + 1, --o->n_defs * sizeof *o->defs);
}

/* Front matter, keywords, comments and the title among them stand before the text. */
static void count_front(struct ob_outline *o)
{
    size_t i = 0;
    while (i < o->n_lines) {
        bool title = o->n_defs && o->defs[0].level == 0 && o->defs[0].line_1based == i + 1;
        if (!title && o->lines[i].cls != OB_LINE_BLANK && o->lines[i].cls != OB_LINE_COMMENT &&
            o->lines[i].cls != OB_LINE_META)
            break;
        i++;
    }
    o->front_lines = (uint32_t)i;
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
    struct ob__notes n = {.scan = s};
    size_t i = ob__front_matter(&n);
    n.help = ob__is_vimdoc(&n);
    while (i < s->out->n_lines) {
        size_t next = i + meet(&n, i);
        for (; i < next; i++)
            if (s->out->lines[i].cls == OB_LINE_OTHER || s->out->lines[i].cls == OB_LINE_DEFINITION)
                ob__mark_line(&n, i);
    }
    merge_title(&n);
    count_front(s->out);
    nest(s->out);
}
