/* Titles without markup.  Each rule hides bytes of the title and never moves one, so that what is left can
 * be told from what was hidden wherever the title is read. */
#include "openbook/text/title.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct title {
    const char *text;
    size_t len;
    bool *shown;
    size_t purse; /* steps left for looking ahead, so that time stays linear */
};

enum { LOOKS = 16 /* bytes looked at ahead, for each byte of the title */ };

static bool pays(struct title *t)
{
    return t->purse && t->purse--;
}

static void hide(struct title *t, size_t from, size_t to)
{
    while (from < to && from < t->len)
        t->shown[from++] = false;
}

static bool at_word(const struct title *t, size_t at)
{
    return at < t->len &&
           ((unsigned char)t->text[at] >= 0x80 || isalnum((unsigned char)t->text[at]));
}

static bool at_blank(const struct title *t, size_t at)
{
    return at >= t->len || t->text[at] == ' ' || t->text[at] == '\t';
}

static bool starts(const struct title *t, size_t at, const char *what)
{
    size_t n = strlen(what);
    return at <= t->len && t->len - at >= n && memcmp(t->text + at, what, n) == 0;
}

/* Where WHAT stands from AT on, or LEN. */
static size_t find(struct title *t, size_t at, const char *what)
{
    while (at < t->len && !starts(t, at, what))
        at = pays(t) ? at + 1 : t->len;
    return at;
}

/* The CLOSE that belongs to the OPEN at AT, or LEN. */
static size_t closing(struct title *t, size_t at, char open, char close)
{
    size_t depth = 0;
    for (; at < t->len && pays(t); at++) {
        depth += t->text[at] == open;
        if (t->text[at] == close && --depth == 0)
            return at;
    }
    return t->len;
}

static size_t run_of(const struct title *t, size_t at)
{
    size_t n = 1;
    while (at + n < t->len && t->text[at + n] == t->text[at])
        n++;
    return n;
}

/* ------------------------------------------------------------ what several markups share */
/* `code`, ``code``, =code=: what it holds is read no further.  Returns where to go on. */
static size_t code(struct title *t, size_t at)
{
    size_t n = run_of(t, at), end = at + n;
    while (end < t->len && pays(t) && (t->text[end] != t->text[at] || run_of(t, end) != n))
        end += t->text[end] == t->text[at] ? run_of(t, end) : 1;
    if (end >= t->len || t->text[end] != t->text[at] || run_of(t, end) != n)
        return at + n;
    hide(t, at, at + n);
    hide(t, end, end + n);
    return end + n;
}

/* **bold**, _slanted_: signs that stand against what they hold and apart from words outside.  snake_case
 * and 2 * 3 are none. */
static size_t emphasis(struct title *t, size_t at)
{
    size_t n = run_of(t, at);
    if (n > 3 || at_blank(t, at + n) || (at > 0 && at_word(t, at - 1)))
        return at + n;
    for (size_t end = at + n + 1; end < t->len && pays(t); end++) {
        if (t->text[end] != t->text[at] || run_of(t, end) != n || at_blank(t, end - 1))
            continue;
        if (isalnum((unsigned char)(end + n < t->len ? t->text[end + n] : ' '))) {
            end += n - 1;
            continue;
        }
        hide(t, at, at + n);
        hide(t, end, end + n);
        break;
    }
    return at + n;
}

/* "[[target|shown]]", "[[target][shown]]": APART stands before what is shown. */
static size_t wiki_link(struct title *t, size_t at, const char *apart)
{
    size_t end = find(t, at, "]]"), shown = find(t, at, apart);
    if (end == t->len)
        return at + 2;
    hide(t, at, shown < end ? shown + strlen(apart) : at + 2);
    hide(t, end, end + 2);
    return shown < end ? shown + strlen(apart) : end + 2;
}

/* ------------------------------------------------------------ Markdown */
/* "[shown](target)", "![shown](target)", "[shown][name]", "[^1]". */
static size_t markdown_link(struct title *t, size_t at)
{
    size_t open = at + (t->text[at] == '!'), end = closing(t, open, '[', ']');
    if (starts(t, open, "[^") && end < t->len) {
        hide(t, at, end + 1);
        return end + 1;
    }
    size_t last = t->len;
    if (starts(t, end, "]("))
        last = closing(t, end + 1, '(', ')');
    else if (starts(t, end, "]["))
        last = find(t, end + 2, "]");
    if (last < t->len) {
        hide(t, at, open + 1);
        hide(t, end, last + 1);
    }
    return open + 1;
}

/* "<br>", "<a name=x>", "</a>", "<https://x.org>"; Vec<T> is none. */
static size_t html_tag(struct title *t, size_t at)
{
    static const char *const names[] = {"a",  "b",   "i",    "em",  "strong", "code", "span",
                                        "br", "img", "sup",  "sub", "kbd",    "font", "small",
                                        "u",  "s",   "del",  "ins", "mark",   "div",  "p",
                                        "tt", "q",   "abbr", "wbr", NULL};
    size_t end = find(t, at, ">"), name = at + 1 + starts(t, at + 1, "/"), n = 0;
    if (end == t->len)
        return at + 1;
    while (name + n < end && isalnum((unsigned char)t->text[name + n]))
        n++;
    for (const char *const *w = names; *w; w++)
        if (strlen(*w) == n && strncasecmp(t->text + name, *w, n) == 0) {
            hide(t, at, end + 1);
            return end + 1;
        }
    if (starts(t, name + n, "://")) {
        hide(t, at, at + 1);
        hide(t, end, end + 1);
        return end + 1;
    }
    return at + 1;
}

static size_t markdown(struct title *t, size_t at)
{
    switch (t->text[at]) {
    case '\\':
        if (at + 1 < t->len && ispunct((unsigned char)t->text[at + 1]))
            hide(t, at, at + 1);
        return at + 2;
    case '`': return code(t, at);
    case '!': return starts(t, at, "![") ? markdown_link(t, at) : at + 1;
    case '[': return starts(t, at, "[[") ? wiki_link(t, at, "|") : markdown_link(t, at);
    case '<': return html_tag(t, at);
    case '~': return run_of(t, at) == 2 ? emphasis(t, at) : at + 1;
    case '*':
    case '_': return emphasis(t, at);
    default: return at + 1;
    }
}

/* ------------------------------------------------------------ org */
static size_t org(struct title *t, size_t at)
{
    size_t end;
    bool word = at > 0 && at_word(t, at - 1);
    switch (t->text[at]) {
    case '[':
        if (starts(t, at, "[["))
            return wiki_link(t, at, "][");
        end = closing(t, at, '[', ']');
        if (starts(t, at, "[fn:") && end < t->len)
            hide(t, at, end + 1);
        return at + 1;
    case '=':
    case '~':
        return word || run_of(t, at) > 1 || at_blank(t, at + 1) ? at + run_of(t, at) : code(t, at);
    case '*':
    case '/':
    case '_':
    case '+': return run_of(t, at) == 1 ? emphasis(t, at) : at + run_of(t, at);
    default: return at + 1;
    }
}

/* ------------------------------------------------------------ reST */
/* ":doc:`shown <target>`", "`shown <target>`_", "`text`": AT is its "`". */
static size_t rst_role(struct title *t, size_t at)
{
    size_t end = find(t, at + 1, "`"), begin = at, target = end, last = end + 1;
    if (end == t->len)
        return at + 1;
    if (begin > 1 && t->text[begin - 1] == ':') {
        for (begin--; begin > 0 && (at_word(t, begin - 1) || t->text[begin - 1] == '-');)
            begin--;
        begin = begin > 0 && t->text[begin - 1] == ':' ? begin - 1 : at;
    }
    while (target > at && t->text[end - 1] == '>' && t->text[target] != '<')
        target--;
    while (last < t->len && t->text[last] == '_')
        last++;
    if (target > at + 1 && target < end) {
        while (at_blank(t, target - 1))
            target--;
        hide(t, target, end);
    }
    hide(t, begin, at + 1);
    hide(t, end, last);
    return last;
}

static size_t rst(struct title *t, size_t at)
{
    switch (t->text[at]) {
    case '\\': hide(t, at, at + 1); return at + 2;
    case '`': return run_of(t, at) == 1 ? rst_role(t, at) : code(t, at);
    case '*': return emphasis(t, at);
    default: return at + 1;
    }
}

/* ------------------------------------------------------------ AsciiDoc */
/* "xref:page.adoc[shown]", "https://x.org[shown]": AT begins it, NAME is behind its scheme. */
static size_t asciidoc_macro(struct title *t, size_t at, size_t name)
{
    size_t open = name;
    while (open < t->len && t->text[open] != '[' && !at_blank(t, open))
        open++;
    size_t end = starts(t, open, "[") ? find(t, open, "]") : t->len;
    if (end == t->len || end == open + 1)
        return name;
    hide(t, at, open + 1);
    hide(t, end, end + 1);
    return end + 1;
}

static size_t asciidoc(struct title *t, size_t at)
{
    static const char *const schemes[] = {"xref:", "link:", "https://", "http://", NULL};
    size_t end;
    for (const char *const *s = schemes; *s; s++)
        if (starts(t, at, *s) && !(at > 0 && at_word(t, at - 1)))
            return asciidoc_macro(t, at, at + strlen(*s));
    switch (t->text[at]) {
    case '<':
        if (starts(t, at, "<<") && (end = find(t, at, ">>")) < t->len) {
            size_t comma = find(t, at, ",");
            hide(t, at, comma < end ? comma + 1 : at + 2);
            hide(t, end, end + 2);
        }
        return at + 1;
    case '[':
        end = find(t, at, starts(t, at, "[[") ? "]]" : "]");
        if (end < t->len && (starts(t, at, "[[") || starts(t, at, "[#")))
            hide(t, at, end + 1 + starts(t, at, "[["));
        return at + 1;
    case '`': return code(t, at);
    case '*':
    case '_': return emphasis(t, at);
    default: return at + 1;
    }
}

/* ------------------------------------------------------------ LaTeX */
static size_t latex(struct title *t, size_t at)
{
    static const char *const silent[] = {"label",  "index",  "footnote", "thanks",
                                         "vspace", "hspace", NULL};
    if (strchr("{}", t->text[at]))
        hide(t, at, at + 1);
    if (t->text[at] != '\\')
        return at + 1;
    size_t end = at + 1;
    while (end < t->len && isalpha((unsigned char)t->text[end]))
        end++;
    hide(t, at, end);
    if (end == at + 1) /* "\&", "\\" */
        return at + 2;
    for (const char *const *w = silent; *w; w++) {
        if (strlen(*w) != end - at - 1 || memcmp(*w, t->text + at + 1, end - at - 1) != 0)
            continue;
        size_t last = starts(t, end, "{") ? closing(t, end, '{', '}') : end;
        hide(t, end, last + 1);
        return last + 1;
    }
    if (starts(t, end, "[")) {
        size_t last = find(t, end, "]");
        hide(t, end, last + 1);
    }
    return end;
}

/* ------------------------------------------------------------ the title */
static void hide_markup(struct title *t, const struct ob_lang *lang)
{
    static size_t (*const rules[])(struct title *, size_t) = {[OB_SYNTAX_MARKDOWN] = markdown,
                                                              [OB_SYNTAX_ORG] = org,
                                                              [OB_SYNTAX_RST] = rst,
                                                              [OB_SYNTAX_ASCIIDOC] = asciidoc,
                                                              [OB_SYNTAX_LATEX] = latex};
    bool has = (size_t)lang->syntax < sizeof rules / sizeof *rules && rules[lang->syntax];
    for (size_t at = 0; has && at < t->len;)
        at = rules[lang->syntax](t, at);
}

static bool shows_word(const struct title *t)
{
    for (size_t i = 0; i < t->len; i++)
        if (t->shown[i] && at_word(t, i))
            return true;
    return false;
}

size_t ob_title_plain(char *out, bool *shown, const struct ob_lang *lang, const char *title,
                      size_t len)
{
    bool own[OB_TITLE_MAX];
    size_t n = 0, most = len < OB_TITLE_MAX ? len : OB_TITLE_MAX;
    struct title t = {title, most, own, LOOKS * most};
    memset(own, true, most);
    hide_markup(&t, lang);
    if (!shows_word(&t))
        memset(own, true, most);
    bool changed = memchr(own, 0, most) != NULL;
    for (size_t i = 0; i < len; i++) {
        bool kept = i >= most || own[i];
        if (shown)
            shown[i] = kept;
        bool blank = title[i] == ' ' || title[i] == '\t';
        if (kept && !(changed && blank && (n == 0 || out[n - 1] == ' ')))
            out[n++] = changed && blank ? ' ' : title[i];
    }
    while (changed && n > 0 && out[n - 1] == ' ')
        n--;
    return n;
}
