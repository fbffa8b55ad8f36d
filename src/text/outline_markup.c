/* Headings of org, AsciiDoc and LaTeX, and what Sphinx adds to reST. */
#include "openbook/text/utf8.h"

#include "notes.h"

/* ------------------------------------------------------------ org */

/* ":집:오늘:" at the end of a heading: its tags, or an empty piece. */
static struct ob__cursor org_tags(struct ob__cursor c)
{
    ob__trim_end(&c);
    const char *tags = c.end;
    while (tags > c.at && !ob__blank_byte(tags[-1]))
        tags--;
    bool found = c.end - tags > 2 && *tags == ':' && c.end[-1] == ':' && tags > c.at;
    return (struct ob__cursor){found ? tags : c.end, c.end};
}

/* "TODO [#A] Title :tag:tag:" is called Title.  A word of capitals with a stop behind is no state. */
static void trim_org_title(struct ob__cursor *c)
{
    static const char *const words[] = {"TODO ",      "DONE ",     "NEXT ",    "WAIT ",
                                        "WAITING ",   "HOLD ",     "STARTED ", "PROJ ",
                                        "CANCELLED ", "CANCELED ", "COMMENT ", "[#"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        ob__skip_blanks(c);
        if (!ob__starts(c, words[i]))
            continue;
        while (c->at < c->end && !ob__blank_byte(*c->at))
            c->at++;
    }
    c->end = org_tags(*c).at;
}

/* The value of "KEY: value", or a piece that begins nowhere. */
static struct ob__cursor value_of(struct ob__cursor c, const char *key)
{
    if (!ob__starts_fold(&c, key))
        return (struct ob__cursor){NULL, NULL};
    c.at += strlen(key);
    ob__skip_blanks(&c);
    return c;
}

/* "#+title:", "#+filetags:", "#+keywords:" and whatever else stands behind "#+". */
static void org_keyword(struct ob__notes *n, size_t index, struct ob__cursor c)
{
    static const char *const tags[] = {"#+filetags:", "#+tags:", "#+keywords:"};
    struct ob__cursor value = value_of(c, "#+title:");
    ob__note_line(n, index)->cls = OB_LINE_COMMENT;
    if (value.at)
        ob__note_title(n, index, value);
    value = value_of(c, "#+roam_alias:");
    if (value.at)
        ob__mark_list(n, index, OB_MARK_NAME, value, " ");
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        value = value_of(c, tags[i]);
        if (value.at)
            ob__mark_list(n, index, OB_MARK_TAG, value, " :,");
    }
}

/* A line between ":PROPERTIES:" or ":LOGBOOK:" and ":END:".  A drawer that is not closed ends with
 * the first line that cannot be in it. */
static bool in_drawer(struct ob__notes *n, size_t index, struct ob__cursor c)
{
    if (!n->drawer) {
        n->drawer = ob__starts_fold(&c, ":properties:") || ob__starts_fold(&c, ":logbook:");
        return n->drawer;
    }
    struct ob__cursor names = value_of(c, ":roam_aliases:"), id = value_of(c, ":id:");
    if (names.at)
        ob__mark_list(n, index, OB_MARK_NAME, names, " ");
    if (id.at)
        ob__mark(n, index, OB_MARK_ID, id);
    if (*c.at != ':' && !ob__starts(&c, "CLOCK") && !ob__starts(&c, "- ")) {
        n->drawer = false;
        return false;
    }
    n->drawer = !ob__starts_fold(&c, ":end:");
    return true;
}

size_t ob__note_org(struct ob__notes *n, size_t index)
{
    struct ob__cursor c = ob__line(n->scan, index);
    if (ob__starts_fold(&c, n->fence ? "#+end" : "#+begin")) {
        n->fence = n->fence ? 0 : '#';
        ob__note_line(n, index)->cls = OB_LINE_CODE;
        return 1;
    }
    if (n->fence) {
        ob__note_line(n, index)->cls = OB_LINE_CODE;
        return 1;
    }
    if (in_drawer(n, index, c)) {
        ob__note_line(n, index)->cls = OB_LINE_META;
        return 1;
    }
    if (ob__starts(&c, "#+"))
        org_keyword(n, index, c);
    struct ob__cursor tags = org_tags(c);
    size_t level = ob__note_line(n, index)->indent ? 0 : ob__marked(&c, '*', 32);
    if (level) {
        trim_org_title(&c);
        if (ob__note_heading(n, index, (unsigned)level, c))
            ob__mark_list(n, index, OB_MARK_TAG, tags, ":");
    }
    return 1;
}

/* ------------------------------------------------------------ AsciiDoc */

/* "Title" over "-----", as long but for one column: the older form of a heading. */
static bool two_line_title(struct ob__notes *n, size_t index, struct ob__cursor c)
{
    static const char marks[] = "=-~^+";
    char mark;
    size_t rule = ob__rule_length(&mark, n, index + 1, marks);
    size_t width = ob_utf8_width(c.at, (size_t)(c.end - c.at));
    bool alone = index == 0 || ob__note_line(n, index - 1)->cls != OB_LINE_OTHER;
    if (rule < 3 || !alone || !ob__word_byte(*c.at) || rule > width + 1 || rule + 1 < width)
        return false;
    unsigned level = (unsigned)(strchr(marks, mark) - marks) + 1;
    if (!ob__note_heading(n, index, level, c))
        return false;
    ob__note_line(n, index + 1)->cls = OB_LINE_DEFINITION;
    return true;
}

/* ":name: value", "[source,c]", "include::x[]": no text of the reader's. */
static bool is_asciidoc_attribute(struct ob__cursor c)
{
    const char *colon = NULL;
    if (*c.at == ':' && c.end - c.at > 2 && c.at[1] != ':')
        colon = memchr(c.at + 1, ':', (size_t)(c.end - c.at) - 1);
    ob__trim_end(&c);
    return (colon && !memchr(c.at, ' ', (size_t)(colon - c.at))) ||
           (*c.at == '[' && c.end[-1] == ']');
}

size_t ob__note_asciidoc(struct ob__notes *n, size_t index)
{
    struct ob__cursor c = ob__line(n->scan, index);
    bool typst = strcmp(n->scan->lang->name, "asciidoc") != 0, outside = !n->fence;
    if (!typst && outside && ob__note_line(n, index)->indent == 0 && two_line_title(n, index, c))
        return 2;
    if (ob__in_fence(n, &c, "-.+/`", n->fence || *c.at != '`' ? 4 : 3)) {
        ob__note_line(n, index)->cls = OB_LINE_CODE;
        return 1;
    }
    if (ob__note_line(n, index)->indent)
        return 1;
    struct ob__cursor keywords = value_of(c, ":keywords:");
    if (keywords.at)
        ob__mark_list(n, index, OB_MARK_TAG, keywords, ",");
    if (!typst && is_asciidoc_attribute(c))
        ob__note_line(n, index)->cls = OB_LINE_COMMENT;
    size_t level = ob__marked(&c, '=', 6);
    if (level)
        (void)ob__note_heading(n, index, (unsigned)level, c);
    return 1;
}

/* ------------------------------------------------------------ LaTeX */
static const struct {
    const char *name;
    unsigned level;
} latex_commands[] = {{"title", 0},     {"part", 1},         {"chapter", 2},
                      {"section", 3},   {"subsection", 4},   {"subsubsection", 5},
                      {"paragraph", 6}, {"subparagraph", 7}, {"frametitle", 5}};

/* What stands between the braces behind the cursor, an argument in brackets passed over; of braces that
 * are not closed on the line, the rest of it. */
static struct ob__cursor latex_argument(struct ob__cursor c)
{
    if (c.at < c.end && *c.at == '*')
        c.at++;
    if (c.at < c.end && *c.at == '[') {
        const char *close = memchr(c.at, ']', (size_t)(c.end - c.at));
        c.at = close ? close + 1 : c.end;
    }
    const char *open = memchr(c.at, '{', (size_t)(c.end - c.at));
    c.at = open ? open + 1 : c.end;
    int depth = 0;
    for (const char *at = c.at; at < c.end; at++) {
        depth += (*at == '{') - (*at == '}');
        if (depth < 0)
            c.end = at;
    }
    return c;
}

/* verbatim, lstlisting, minted: their lines are code, "%" and "\section" in them too. */
static bool in_listing(struct ob__notes *n, struct ob__cursor c)
{
    static const char *const names[] = {"verbatim", "Verbatim", "lstlisting", "minted"};
    const char *want = n->fence ? "\\end{" : "\\begin{";
    bool inside = n->fence != 0;
    if (!ob__starts(&c, want))
        return inside;
    c.at += strlen(want);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!ob__starts(&c, names[i]))
            continue;
        n->fence = inside ? 0 : '\\';
        return true;
    }
    return inside;
}

size_t ob__note_latex(struct ob__notes *n, size_t index)
{
    struct ob__cursor c = ob__line(n->scan, index);
    if (in_listing(n, c)) {
        ob__note_line(n, index)->cls = OB_LINE_CODE;
        return 1;
    }
    if (*c.at != '\\')
        return 1;
    if (ob__starts(&c, "\\begin{frame}")) {
        c.at += strlen("\\begin{frame}");
        (void)ob__note_heading(n, index, 5, latex_argument(c));
        return 1;
    }
    const char *word = ++c.at;
    while (c.at < c.end && ob__word_byte(*c.at))
        c.at++;
    size_t len = (size_t)(c.at - word);
    for (size_t i = 0; i < sizeof latex_commands / sizeof *latex_commands; i++) {
        if (strlen(latex_commands[i].name) != len || memcmp(latex_commands[i].name, word, len) != 0)
            continue;
        if (latex_commands[i].level)
            (void)ob__note_heading(n, index, latex_commands[i].level, latex_argument(c));
        else
            ob__note_title(n, index, latex_argument(c));
        break;
    }
    return 1;
}

/* ------------------------------------------------------------ Sphinx */
bool ob__note_entry(struct ob__notes *n, size_t index)
{
    static const char *const kinds[] = {"function",    "class",        "method", "attribute",
                                        "data",        "exception",    "option", "envvar",
                                        "describe",    "macro",        "type",   "decorator",
                                        "classmethod", "staticmethod", "module", "cmdoption"};
    enum { BELOW_SECTIONS = 30, DEEPEST = 60 };
    struct ob__cursor c = ob__line(n->scan, index);
    if (!ob__starts(&c, ".. "))
        return false;
    c.at += 3;
    ob__skip_blanks(&c);
    const char *colons = memmem(c.at, (size_t)(c.end - c.at), "::", 2);
    if (!colons)
        return false;
    const char *kind = colons; /* "py:function" */
    while (kind > c.at && kind[-1] != ':' && !ob__blank_byte(kind[-1]))
        kind--;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strlen(kinds[i]) != (size_t)(colons - kind) ||
            memcmp(kinds[i], kind, (size_t)(colons - kind)) != 0)
            continue;
        unsigned indent = ob__note_line(n, index)->indent;
        c.at = colons + 2;
        return ob__note_heading(n, index, BELOW_SECTIONS + (indent < DEEPEST ? indent : DEEPEST),
                                c);
    }
    return false;
}
