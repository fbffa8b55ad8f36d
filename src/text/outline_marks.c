/* Names, tags and links of notes: what front matter says, and what stands in the text.
 *
 * Front matter is read line by line, as far as its three fields need it: "key: value" of YAML, "key =
 * value" of TOML, lists in brackets or one item a line.  All else of it is kept as a comment is. */
#include <ctype.h>

#include "openbook/base/mem.h"

#include "notes.h"

enum { MARK_MAX_BYTES = 200, MARKS_MAX = 1 << 16 };

/* ------------------------------------------------------------ marks */
static bool has_word(const struct ob__cursor *c)
{
    for (const char *p = c->at; p < c->end; p++)
        if (ob__word_byte(*p))
            return true;
    return false;
}

void ob__mark(struct ob__notes *n, size_t index, enum ob_mark_kind kind, struct ob__cursor c)
{
    struct ob_outline *o = n->scan->out;
    ob__skip_blanks(&c);
    ob__trim_end(&c);
    if (c.at >= c.end || c.end - c.at > MARK_MAX_BYTES || !has_word(&c) || o->n_marks == MARKS_MAX)
        return;
    if (o->n_marks == n->scan->marks_cap) {
        size_t cap = n->scan->marks_cap ? n->scan->marks_cap * 2 : 16;
        struct ob_mark *grown = ob_try_realloc(o->marks, cap, sizeof *grown);
        if (!grown) {
            n->scan->no_memory = true;
            return;
        }
        o->marks = grown;
        n->scan->marks_cap = cap;
    }
    struct ob_mark mark = {(uint32_t)(c.at - n->scan->text), (uint32_t)(c.end - c.at),
                           (uint32_t)index + 1, (uint8_t)kind};
    size_t at =
        o->n_marks++; /* tags of a heading come before the links in it: a step or two back */
    for (; at > 0 && o->marks[at - 1].start > mark.start; at--)
        o->marks[at] = o->marks[at - 1];
    o->marks[at] = mark;
}

static void mark_item(struct ob__notes *n, size_t index, enum ob_mark_kind kind,
                      struct ob__cursor c)
{
    while (c.at < c.end && kind == OB_MARK_TAG && *c.at == '#')
        c.at++;
    ob__mark(n, index, kind, c);
}

void ob__mark_list(struct ob__notes *n, size_t index, enum ob_mark_kind kind, struct ob__cursor c,
                   const char *apart)
{
    while (c.at < c.end) {
        if (*c.at == '"' || *c.at == '\'') {
            const char *close = memchr(c.at + 1, *c.at, (size_t)(c.end - c.at) - 1);
            if (close) {
                mark_item(n, index, kind, (struct ob__cursor){c.at + 1, close});
                c.at = close + 1;
                continue;
            }
        }
        if (strchr(apart, *c.at) || ob__blank_byte(*c.at)) {
            c.at++;
            continue;
        }
        struct ob__cursor item = {c.at, c.at};
        while (item.end < c.end && !strchr(apart, *item.end))
            item.end++;
        mark_item(n, index, kind, item);
        c.at = item.end;
    }
}

/* ------------------------------------------------------------ front matter */
enum field { FIELD_NONE, FIELD_TITLE, FIELD_NAMES, FIELD_TAGS };

struct front {
    struct ob__notes *n;
    bool toml;
    enum field field; /* whose list goes on below */
    bool bracket;     /* its "[" is not closed yet */
};

static enum field field_of(struct ob__cursor key)
{
    static const struct {
        const char *name;
        enum field field;
    } fields[] = {{"title", FIELD_TITLE},  {"aliases", FIELD_NAMES},   {"alias", FIELD_NAMES},
                  {"tags", FIELD_TAGS},    {"tag", FIELD_TAGS},        {"keywords", FIELD_TAGS},
                  {"keyword", FIELD_TAGS}, {"categories", FIELD_TAGS}, {"category", FIELD_TAGS}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strlen(fields[i].name) == (size_t)(key.end - key.at) &&
            ob__starts_fold(&key, fields[i].name))
            return fields[i].field;
    return FIELD_NONE;
}

static void trim_quotes(struct ob__cursor *c)
{
    ob__skip_blanks(c);
    ob__trim_end(c);
    if (c->end - c->at >= 2 && (*c->at == '"' || *c->at == '\'') && c->end[-1] == *c->at) {
        c->at++;
        c->end--;
    }
}

/* The items of the open field on this line. */
static void take_items(struct front *f, size_t index, struct ob__cursor c, const char *apart)
{
    if (f->field == FIELD_NAMES)
        ob__mark_list(f->n, index, OB_MARK_NAME, c, apart);
    else if (f->field == FIELD_TAGS)
        ob__mark_list(f->n, index, OB_MARK_TAG, c, apart);
}

/* The inside of brackets, which may be closed on another line. */
static void take_bracketed(struct front *f, size_t index, struct ob__cursor c)
{
    const char *close = memchr(c.at, ']', (size_t)(c.end - c.at));
    f->bracket = !close;
    c.end = close ? close : c.end;
    take_items(f, index, c, ",");
    if (!f->bracket)
        f->field = FIELD_NONE;
}

static void take_value(struct front *f, size_t index, struct ob__cursor c)
{
    ob__skip_blanks(&c);
    if (c.at == c.end)
        return; /* a list follows */
    if (*c.at == '[' && f->field != FIELD_TITLE) {
        c.at++;
        take_bracketed(f, index, c);
        return;
    }
    if (f->field == FIELD_TITLE) {
        trim_quotes(&c);
        ob__note_title(f->n, index, c);
    } else {
        take_items(f, index, c, f->field == FIELD_TAGS ? ", " : ",");
    }
    f->field = FIELD_NONE;
}

static void take_front_line(struct front *f, size_t index)
{
    struct ob__cursor c = ob__line(f->n->scan, index);
    if (f->bracket) {
        take_bracketed(f, index, c);
        return;
    }
    if (ob__starts(&c, "- ")) {
        c.at += 2;
        trim_quotes(&c);
        if (f->field == FIELD_NAMES)
            ob__mark(f->n, index, OB_MARK_NAME, c);
        else if (f->field == FIELD_TAGS)
            mark_item(f->n, index, OB_MARK_TAG, c);
        return;
    }
    const char *sign = memchr(c.at, f->toml ? '=' : ':', (size_t)(c.end - c.at));
    if (!sign || (!f->toml && ob__note_line(f->n, index)->indent != 0)) {
        f->field = FIELD_NONE;
        return;
    }
    struct ob__cursor key = {c.at, sign};
    trim_quotes(&key);
    f->field = field_of(key);
    take_value(f, index, (struct ob__cursor){sign + 1, c.end});
}

/* The line that closes front matter which opens on the first line, or 0. */
static size_t closing_line(const struct ob__notes *n, struct ob__cursor first)
{
    for (size_t i = 1; i < n->scan->out->n_lines; i++) {
        struct ob__cursor c = ob__line(n->scan, i);
        if (c.end - c.at == 3 && ob__note_line(n, i)->indent == 0 &&
            (memcmp(c.at, first.at, 3) == 0 || memcmp(c.at, "...", 3) == 0))
            return i;
    }
    return 0;
}

size_t ob__front_matter(struct ob__notes *n)
{
    struct ob__cursor first = ob__line(n->scan, 0);
    if (ob__starts(&first, "\xEF\xBB\xBF"))
        first.at += 3;
    if (ob__note_line(n, 0)->indent != 0 || first.end - first.at != 3 ||
        (!ob__starts(&first, "---") && !ob__starts(&first, "+++")))
        return 0;
    size_t last = closing_line(n, first);
    struct front f = {.n = n, .toml = *first.at == '+'};
    for (size_t i = 0; last && i <= last; i++) {
        if (ob__note_line(n, i)->cls != OB_LINE_OTHER)
            continue;
        ob__note_line(n, i)->cls = OB_LINE_COMMENT;
        if (i > 0 && i < last)
            take_front_line(&f, i);
    }
    return last ? last + 1 : 0;
}

/* ------------------------------------------------------------ links */
static bool is_elsewhere(const struct ob__cursor *c)
{
    return memmem(c->at, (size_t)(c->end - c->at), "://", 3) || ob__starts_fold(c, "mailto:");
}

/* The page of a link, without heading, block or shown words; a link inside of its page has none. */
static void mark_page(struct ob__notes *n, size_t index, struct ob__cursor c)
{
    if (ob__starts(&c, "file:"))
        c.at += strlen("file:");
    if (is_elsewhere(&c) || (ob__starts(&c, "id:") && n->scan->lang->syntax != OB_SYNTAX_ORG))
        return;
    for (const char *at = c.at; at < c.end; at++)
        if (strchr("|#^?", *at) || (*at == ':' && at + 1 < c.end && at[1] == ':'))
            c.end = at;
    if (c.at < c.end && *c.at != '*')
        ob__mark(n, index, OB_MARK_LINK, c);
}

/* "[[Page|shown]]", "[[file:page.org][shown]]" at the cursor, which goes behind the page's name. */
static bool take_wiki_link(struct ob__notes *n, size_t index, struct ob__cursor *c)
{
    if (!ob__starts(c, "[["))
        return false;
    struct ob__cursor page = {c->at + 2, c->at + 2};
    while (page.end < c->end && *page.end != ']' && *page.end != '[')
        page.end++;
    if (page.end == c->end || *page.end != ']' || page.end + 1 == c->end ||
        !strchr("][", page.end[1]))
        return false;
    c->at = page.end;
    mark_page(n, index, page);
    return true;
}

/* "](page.md "title")": pages of this collection end so, or in no extension at all. */
static bool take_markdown_link(struct ob__notes *n, size_t index, struct ob__cursor *c)
{
    if (!ob__starts(c, "]("))
        return false;
    struct ob__cursor page = {c->at + 2, c->at + 2};
    while (page.end < c->end && *page.end != ')' && !ob__blank_byte(*page.end))
        page.end++;
    c->at = page.end;
    mark_page(n, index, page);
    return true;
}

/* ":doc:`shown <page>`", "xref:page.adoc[shown]", "include::page.adoc[]", "\input{page}": the name
 * behind LEAD, up to one of STOPS. */
static bool take_named_link(struct ob__notes *n, size_t index, struct ob__cursor *c,
                            const char *lead, const char *stops)
{
    if (!ob__starts(c, lead))
        return false;
    struct ob__cursor page = {c->at + strlen(lead), c->at + strlen(lead)};
    while (page.end < c->end && !strchr(stops, *page.end))
        page.end++;
    c->at = page.end;
    const char *target = memchr(page.at, '<', (size_t)(page.end - page.at));
    if (target)
        page.at = target + 1;
    if (page.end > page.at && page.end[-1] == '>')
        page.end--;
    mark_page(n, index, page);
    return true;
}

/* ------------------------------------------------------------ tags */
static bool tag_byte(char c)
{
    return ob__word_byte(c) || c == '/' || c == '-';
}

/* "#tag", "#area/sub" behind a blank; a number is none. */
static bool take_tag(struct ob__notes *n, size_t index, struct ob__cursor *c, const char *start)
{
    if (*c->at != '#' || (c->at > start && !ob__blank_byte(c->at[-1]) && !strchr("(,", c->at[-1])))
        return false;
    struct ob__cursor tag = {c->at + 1, c->at + 1};
    bool letter = false;
    for (; tag.end < c->end && tag_byte(*tag.end); tag.end++)
        letter |= !isdigit((unsigned char)*tag.end);
    if (!letter || !ob__word_byte(*tag.at) || (tag.end < c->end && *tag.end == '#'))
        return false;
    c->at = tag.end;
    ob__mark(n, index, OB_MARK_TAG, tag);
    return true;
}

/* Behind a piece of code that opens at the cursor: `a[[0]]`, ``#x``.  A short look keeps time linear. */
static bool skip_code(struct ob__cursor *c)
{
    enum { CODE_MAX = 300 };
    size_t ticks = ob__count_mark(c, '`');
    if (!ticks)
        return false;
    struct ob__cursor close = {c->at + ticks, c->end};
    c->at = close.at;
    if (close.end - close.at > CODE_MAX)
        close.end = close.at + CODE_MAX;
    while (close.at < close.end) {
        size_t run = ob__count_mark(&close, '`');
        if (run == ticks) {
            c->at = close.at + run;
            return true;
        }
        close.at += run ? run : 1;
    }
    return true;
}

static bool take(struct ob__notes *n, size_t index, struct ob__cursor *c, const char *start)
{
    switch (n->scan->lang->syntax) {
    case OB_SYNTAX_MARKDOWN:
    case OB_SYNTAX_PLAIN:
        return !n->help && (skip_code(c) || take_wiki_link(n, index, c) ||
                            take_markdown_link(n, index, c) || take_tag(n, index, c, start));
    case OB_SYNTAX_ORG: return take_wiki_link(n, index, c);
    case OB_SYNTAX_RST: return take_named_link(n, index, c, ":doc:`", "`");
    case OB_SYNTAX_ASCIIDOC:
        return take_named_link(n, index, c, "xref:", "#[") ||
               take_named_link(n, index, c, "include::", "[");
    case OB_SYNTAX_LATEX:
        return take_named_link(n, index, c, "\\input{", "}") ||
               take_named_link(n, index, c, "\\include{", "}");
    default: return false;
    }
}

void ob__mark_line(struct ob__notes *n, size_t index)
{
    struct ob__cursor c = ob__line(n->scan, index);
    const char *start = c.at;
    if (c.end - c.at > OB__LINK_LINE_MAX)
        return;
    while (c.at < c.end) {
        while (c.at < c.end && !strchr("[]#`:xi\\", *c.at))
            c.at++;
        if (c.at < c.end && !take(n, index, &c, start))
            c.at++;
    }
}
