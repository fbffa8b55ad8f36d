/* Reading diffs.
 *
 * People paste what they have: a whole patch, one hunk of it, a hunk whose end is cut off, a diff quoted in
 * a mail.  So every part is read by itself, and counts in a hunk's header only tell where it ends at the
 * latest. */
#include "diff.h"

#include <ctype.h>
#include <string.h>

enum {
    CONFLICT_MOST = 2000, /* lines between the markers of a conflict */
    PREFIX_MOST = 12,     /* of "> > " and "| " before a diff */
    FUNCTION_MOST = 256   /* bytes of the function that a hunk's header names; Git writes 80 */
};

struct line { /* without what stands before each and without its end */
    const char *s;
    size_t len, next; /* where the next one begins */
};

/* ------------------------------------------------------------ lines */
static struct line line_at(const struct ob__diff *d, const char *text, size_t len, size_t at)
{
    const char *lf = at < len ? memchr(text + at, '\n', len - at) : NULL;
    size_t end = lf ? (size_t)(lf - text) : len, n = d->prefix_len;
    struct line l = {text + at, end - at, lf ? end + 1 : len};
    if (l.len >= n && n && memcmp(l.s, d->prefix, n) == 0) {
        l.s += n;
        l.len -= n;
    } else if (n) {
        l.len = 0;
    }
    l.len -= l.len && l.s[l.len - 1] == '\r';
    return l;
}

static bool begins(struct line l, const char *word)
{
    size_t n = strlen(word);
    return l.len >= n && memcmp(l.s, word, n) == 0;
}

static const char *find(struct line l, const char *word)
{
    return l.len ? memmem(l.s, l.len, word, strlen(word)) : NULL;
}

static struct line from(struct line l, size_t n)
{
    n = n < l.len ? n : l.len;
    return (struct line){l.s + n, l.len - n, l.next};
}

static uint32_t number(struct line *l)
{
    uint32_t n = 0;
    for (; l->len && isdigit((unsigned char)*l->s) && n < 100000000; *l = from(*l, 1))
        n = n * 10 + (uint32_t)(*l->s - '0');
    return n;
}

/* ------------------------------------------------------------ paths */
unsigned char ob__octal_byte(const char *s, size_t len)
{
    if (len < 4 || s[0] != '\\' || s[1] < '2' || s[1] > '3')
        return 0;
    for (int i = 2; i < 4; i++)
        if (s[i] < '0' || s[i] > '7')
            return 0;
    return (unsigned char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
}

/* Takes the quotes of C off a path. */
static char *unquoted(struct ob_arena *arena, struct line l)
{
    char *path = ob_arena_strndup(arena, l.s, l.len), *to = path;
    for (size_t i = 1; i + 1 < l.len || (i < l.len && l.s[i] != '"'); i++) {
        unsigned char byte = ob__octal_byte(l.s + i, l.len - i);
        if (byte)
            i += 3;
        else if (l.s[i] == '\\' && i + 1 < l.len)
            i++;
        *to++ = byte ? (char)byte : l.s[i];
    }
    *to = '\0';
    return path;
}

/* The path of a header's field, up to the time behind it; "" is no file. */
static char *path_of(const struct ob__diff *d, struct line l)
{
    const char *tab = l.len ? memchr(l.s, '\t', l.len) : NULL;
    l.len = tab ? (size_t)(tab - l.s) : l.len;
    while (l.len && l.s[l.len - 1] == ' ')
        l.len--;
    if (l.len == 9 && begins(l, "/dev/null"))
        l.len = 0;
    return l.len > 1 && *l.s == '"' ? unquoted(d->arena, l)
                                    : ob_arena_strndup(d->arena, l.s, l.len);
}

/* "a/" and "b/" and the other pairs of Git. */
static bool are_sides(const char *old, const char *new)
{
    static const char *const pairs[] = {"ab", "iw", "ci", "cw", "ow", "12", NULL};
    char a = *old, b = *new;
    if ((a && old[1] != '/') || (b && new[1] != '/'))
        return false;
    for (const char *const *p = pairs; *p; p++)
        if ((!a || a == (*p)[0]) && (!b || b == (*p)[1]))
            return a || b;
    return false;
}

static void set_paths(struct ob__diff *d, const char *old, const char *new)
{
    if (are_sides(old, new)) {
        old += *old ? 2 : 0;
        new += *new ? 2 : 0;
    }
    d->path = *new ? new : *old ? old : NULL;
    d->old = *new &&*old &&strcmp(old, new) != 0 ? old : NULL;
}

/* ------------------------------------------------------------ headers */
/* "a/x.c b/x.c": two paths that are one behind their first part. */
static void read_git_line(struct ob__diff *d, struct line l)
{
    if (l.len && *l.s == '"') {
        const char *second = find(l, "\" \"");
        size_t n = second ? (size_t)(second - l.s) + 1 : l.len;
        set_paths(d, path_of(d, (struct line){l.s, n, 0}),
                  second ? path_of(d, from(l, n + 1)) : "");
        return;
    }
    size_t half = l.len / 2;
    bool two = l.len % 2 == 1 && l.s[half] == ' ' && half > 2 &&
               memcmp(l.s + 1, l.s + half + 2, half - 1) == 0;
    set_paths(d, two ? path_of(d, (struct line){l.s, half, 0}) : "",
              two ? path_of(d, from(l, half + 1)) : "");
}

/* What Git writes between the name of a file and its hunks. */
static bool is_extended(struct line l)
{
    static const char *const words[] = {"index ",      "old mode ",     "new mode ",
                                        "mode ",       "deleted file ", "new file ",
                                        "similarity ", "Binary files ", "dissimilarity ",
                                        "GIT binary ", "====",          NULL};
    for (const char *const *w = words; *w; w++)
        if (begins(l, *w))
            return true;
    return false;
}

/* Whether the line and the next one name the sides of a file: "--- a/x" above "+++ b/x". */
static bool names_sides(const struct ob__diff *d, const char *text, size_t len, struct line l)
{
    bool unified = begins(l, "--- ");
    if (!unified && !begins(l, "*** "))
        return false;
    struct line next = line_at(d, text, len, l.next);
    if (unified)
        return begins(next, "+++ ");
    return begins(next, "--- ") && begins(line_at(d, text, len, next.next), "********");
}

static bool begins_file(const struct ob__diff *d, const char *text, size_t len, struct line l)
{
    struct line next = line_at(d, text, len, l.next);
    return begins(l, "diff --git ") || begins(l, "diff --cc ") || begins(l, "diff --combined ") ||
           names_sides(d, text, len, l) || (begins(l, "Index: ") && begins(next, "====")) ||
           (begins(l, "diff -") &&
            (begins(next, "--- ") || (next.len && isdigit((unsigned char)*next.s))));
}

/* "diff -ru old/x.c new/x.c". */
static void read_words(struct ob__diff *d, struct line l)
{
    size_t begin = l.len, end;
    while (begin && l.s[begin - 1] != ' ')
        begin--;
    const char *new = path_of(d, from(l, begin));
    for (end = begin - (begin > 0), begin = end; begin && l.s[begin - 1] != ' ';)
        begin--;
    set_paths(d, path_of(d, (struct line){l.s + begin, end - begin, 0}), new);
}

/* Reads the first line of a header, or one of the two that name the sides. */
static void read_name(struct ob__diff *d, struct line l)
{
    if (begins(l, "diff --git "))
        read_git_line(d, from(l, 11));
    else if (begins(l, "diff --c"))
        set_paths(d, "", path_of(d, from(l, begins(l, "diff --cc ") ? 10 : 16)));
    else if (begins(l, "Index: "))
        set_paths(d, "", path_of(d, from(l, 7)));
    else if (begins(l, "diff -"))
        read_words(d, l);
}

static size_t read_file(struct ob__diff *d, const char *text, size_t len, size_t at)
{
    const char *gone = NULL;
    struct line l = line_at(d, text, len, at);
    d->path = d->old = NULL;
    read_name(d, l);
    for (bool first = true;; first = false, at = l.next, l = line_at(d, text, len, at)) {
        bool whence = begins(l, "rename from ") || begins(l, "copy from ");
        bool whither = begins(l, "rename to ") || begins(l, "copy to ");
        if (names_sides(d, text, len, l)) {
            struct line next = line_at(d, text, len, l.next);
            set_paths(d, path_of(d, from(l, 4)), path_of(d, from(next, 4)));
            return next.next;
        }
        if (whence)
            gone = path_of(d, from(l, begins(l, "copy") ? 10 : 12));
        else if (whither)
            set_paths(d, gone ? gone : "", path_of(d, from(l, begins(l, "copy") ? 8 : 10)));
        else if (at >= len || (!first && !is_extended(l)))
            return at;
    }
}

/* ------------------------------------------------------------ statistics */
/* PATH with what stands between the braces of "src/{old => new}/x.c", or all of it, replaced by one side. */
static const char *side_of(const struct ob__diff *d, struct line l, bool new)
{
    const char *arrow = find(l, " => "), *open = l.len ? memchr(l.s, '{', l.len) : NULL;
    const char *close = l.len ? memrchr(l.s, '}', l.len) : NULL, *end = l.s + l.len;
    if (!arrow)
        return path_of(d, l);
    bool braces = open && close && open < arrow && close > arrow;
    const char *begin = braces ? open + 1 : l.s, *stop = braces ? close : end;
    const char *part = new ? arrow + 4 : begin, *part_end = new ? stop : arrow;
    const char *rest = braces ? close + 1 : end;
    rest += part == part_end && rest < end && *rest == '/'; /* "{ => src}/x.c" */
    return ob_arena_printf(d->arena, "%.*s%.*s%.*s", braces ? (int)(open - l.s) : 0, l.s,
                           (int)(part_end - part), part, (int)(end - rest), rest);
}

/* " src/x.c | 4 ++--" */
static bool read_stat(struct ob__diff *d, struct line l)
{
    const char *bar = find(l, " | ");
    if (!bar || !l.len)
        return false;
    struct line path = {l.s, (size_t)(bar - l.s), l.next}, tail = from(l, path.len + 3);
    while (path.len && *path.s == ' ')
        path = from(path, 1);
    while (path.len && path.s[path.len - 1] == ' ')
        path.len--;
    while (tail.len && *tail.s == ' ')
        tail = from(tail, 1);
    bool binary = begins(tail, "Bin");
    size_t before = tail.len;
    (void)number(&tail);
    if (!path.len || (!binary && tail.len == before))
        return false;
    for (size_t i = 0; i < tail.len && !binary; i++)
        if (!strchr(" +-", tail.s[i]))
            return false;
    set_paths(d, "", side_of(d, path, true));
    d->old = find(path, " => ") ? side_of(d, path, false) : NULL;
    return d->path != NULL;
}

/* ------------------------------------------------------------ hunks */
static void put(struct ob__hunk *h, struct line l, size_t mark, bool old, bool new, bool changed)
{
    if (h->n == OB__HUNK_LINES)
        return;
    struct line own = from(l, mark);
    h->lines[h->n++] = (struct ob__hunk_line){own.s, (uint32_t)own.len, old, new, changed};
}

static void set_function(struct ob__hunk *h, struct line l)
{
    h->function = l.s;
    h->function_len = l.len < FUNCTION_MOST ? l.len : FUNCTION_MOST;
}

static struct ob__hunk *new_hunk(struct ob__diff *d)
{
    d->hunk = (struct ob__hunk){.lines = d->lines, .function = ""};
    return &d->hunk;
}

static void keep_lines(struct ob__diff *d)
{
    size_t size = d->hunk.n * sizeof *d->lines;
    d->hunk.lines = ob_arena_alloc(d->arena, size + 1);
    memcpy(d->hunk.lines, d->lines, size);
}

struct header { /* of a unified hunk, or of a combined one, which has more parents */
    size_t parents;
    uint32_t old, old_n, new, new_n;
    struct line function;
};

static bool read_range(struct line *l, char mark, uint32_t *start, uint32_t *n)
{
    if (l->len < 2 || l->s[0] != mark || !isdigit((unsigned char)l->s[1]))
        return false;
    *l = from(*l, 1);
    *start = number(l);
    *n = 1;
    if (l->len && *l->s == ',') {
        *l = from(*l, 1);
        *n = number(l);
    }
    if (l->len && *l->s == ' ')
        *l = from(*l, 1);
    return true;
}

/* "@@ -5,8 +5,9 @@ int main(void)" */
static bool read_hunk_header(struct header *h, struct line l)
{
    size_t ats = 0;
    *h = (struct header){0};
    while (ats < l.len && l.s[ats] == '@')
        ats++;
    if (ats < 2 || ats > 16 || ats == l.len || l.s[ats] != ' ')
        return false;
    l = from(l, ats + 1);
    uint32_t start, n;
    while (read_range(&l, '-', &start, &n)) {
        h->old = h->parents++ ? h->old : start;
        h->old_n = n;
    }
    if (h->parents != ats - 1 || !read_range(&l, '+', &h->new, &h->new_n) || !begins(l, "@@"))
        return false;
    h->function = from(l, ats);
    while (h->function.len && *h->function.s == ' ')
        h->function = from(h->function, 1);
    return true;
}

/* Which sides have the line, by the marks before it; false: it is of no hunk. */
static bool read_marks(struct line l, size_t parents, bool *old, bool *new)
{
    *old = *new = true;
    for (size_t i = 0; i < parents && i < l.len; i++) {
        if (!strchr(" +-", l.s[i]) || !l.s[i])
            return false;
        *new = *new &&l.s[i] != '-';
        *old = *old && l.s[i] != '+';
    }
    return true;
}

static size_t read_unified(struct ob__diff *d, const struct header *head, const char *text,
                           size_t len, size_t at)
{
    struct ob__hunk *h = new_hunk(d);
    uint32_t old_left = head->old_n, new_left = head->new_n;
    h->old_start = head->old;
    h->new_start = head->new;
    set_function(h, head->function);
    while (at < len) {
        struct line l = line_at(d, text, len, at);
        bool old, new;
        if (begins(l, "\\ ")) { /* no line feed at the end */
            at = l.next;
            continue;
        }
        if (!read_marks(l, head->parents, &old, &new) || (new && !new_left) ||
            (head->parents == 1 && old && !old_left))
            break;
        put(h, l, head->parents, old, new, !(old && new));
        old_left -= old && old_left;
        new_left -= new;
        at = l.next;
    }
    return at;
}

/* "*** 1,7 ****" above the old lines, "--- 1,8 ----" above the new ones. */
static bool read_context_header(struct line l, const char *mark, const char *end, uint32_t *start)
{
    if (!begins(l, mark) || !find(from(l, 4), end))
        return false;
    l = from(l, 4);
    size_t before = l.len;
    *start = number(&l);
    return l.len < before;
}

static size_t read_context_lines(struct ob__hunk *h, const struct ob__diff *d, const char *text,
                                 size_t len, size_t at, bool new)
{
    while (at < len) {
        struct line l = line_at(d, text, len, at);
        if (l.len && (!strchr(" !+-", *l.s) || (l.len > 1 && l.s[1] != ' ') || begins(l, "--- ")))
            return at;
        put(h, l, 2, !new, new, l.len && *l.s != ' ');
        at = l.next;
    }
    return at;
}

static size_t read_context(struct ob__diff *d, const char *text, size_t len, size_t at)
{
    struct line stars = line_at(d, text, len, at), head = line_at(d, text, len, stars.next);
    uint32_t old, new;
    if (!begins(stars, "***************") || !read_context_header(head, "*** ", " ****", &old))
        return at;
    struct ob__hunk *h = new_hunk(d);
    h->old_start = old;
    set_function(h, from(stars, 15));
    at = read_context_lines(h, d, text, len, head.next, false);
    head = line_at(d, text, len, at);
    if (!read_context_header(head, "--- ", " ----", &new))
        return at;
    h->new_start = new;
    return read_context_lines(h, d, text, len, head.next, true);
}

/* "5,7c5" above "< old" and "> new". */
static size_t read_plain(struct ob__diff *d, const char *text, size_t len, size_t at)
{
    struct line l = line_at(d, text, len, at), range = l;
    uint32_t old = number(&range);
    if (range.len && *range.s == ',') {
        range = from(range, 1);
        (void)number(&range);
    }
    if (range.len < 2 || range.len == l.len || !strchr("acd", *range.s))
        return at;
    range = from(range, 1);
    uint32_t new = number(&range);
    struct line next = line_at(d, text, len, l.next);
    if (!new || (range.len && *range.s != ',') || (!begins(next, "< ") && !begins(next, "> ")))
        return at;
    struct ob__hunk *h = new_hunk(d);
    h->old_start = old;
    h->new_start = new;
    for (at = l.next; at < len; at = l.next) {
        l = line_at(d, text, len, at);
        bool is_old = begins(l, "<"), is_new = begins(l, ">");
        if (!is_old && !is_new && !(l.len == 3 && begins(l, "---")) && !begins(l, "\\ "))
            break;
        if (is_old || is_new)
            put(h, l, 2, is_old, is_new, true);
    }
    return at;
}

/* What stands between the markers of a conflict: ours is the new side. */
static size_t read_conflict(struct ob__diff *d, const char *text, size_t len, size_t at)
{
    struct line l = line_at(d, text, len, at);
    if (!begins(l, "<<<<<<< "))
        return at;
    struct ob__hunk *h = new_hunk(d);
    enum { OURS, BASE, THEIRS } part = OURS;
    size_t end = l.next;
    for (size_t i = 0; i < CONFLICT_MOST && end < len; i++, end = l.next) {
        l = line_at(d, text, len, end);
        if (begins(l, ">>>>>>>")) {
            d->path = d->old = NULL;
            return h->n ? l.next : at;
        }
        if (begins(l, "<<<<<<< "))
            return at; /* the first one has no end */
        if (begins(l, "|||||||"))
            part = BASE;
        else if (begins(l, "======="))
            part = THEIRS;
        else if (part != BASE)
            put(h, l, 0, part == THEIRS, part == OURS, true);
    }
    return at;
}

static size_t read_hunk(struct ob__diff *d, const char *text, size_t len, size_t at)
{
    struct line l = line_at(d, text, len, at);
    struct header head;
    if (read_hunk_header(&head, l))
        return read_unified(d, &head, text, len, l.next);
    if (begins(l, "*"))
        return read_context(d, text, len, at);
    if (begins(l, "<"))
        return read_conflict(d, text, len, at);
    return l.len && isdigit((unsigned char)*l.s) ? read_plain(d, text, len, at) : at;
}

/* ------------------------------------------------------------ parts */
/* Where a diff begins that is quoted: "> diff --git", "| @@ -1". */
static void find_prefix(struct ob__diff *d, const char *text, size_t len, size_t at)
{
    size_t n = 0;
    d->prefix_len = 0;
    struct line l = line_at(d, text, len, at);
    while (n < l.len && n < PREFIX_MOST && strchr(" >|*\t", l.s[n]) && l.s[n])
        n++;
    struct line inner = from(l, n);
    if (n && (begins(inner, "diff --") || begins(inner, "@@ -") || begins(inner, "--- a/"))) {
        d->prefix = l.s;
        d->prefix_len = n;
    }
}

size_t ob__diff_next(struct ob__diff *d, const char *text, size_t len, size_t at)
{
    const char *prefix = d->prefix;
    size_t prefix_len = d->prefix_len;
    find_prefix(d, text, len, at);
    if (!d->prefix_len && prefix_len && len - at > prefix_len &&
        memcmp(text + at, prefix, prefix_len) == 0) {
        d->prefix = prefix; /* a further part of the quote */
        d->prefix_len = prefix_len;
    }
    struct line l = line_at(d, text, len, at);
    size_t next = at;
    d->part = OB__DIFF_NONE;
    if (begins_file(d, text, len, l)) {
        next = read_file(d, text, len, at);
        d->part = OB__DIFF_FILE;
    } else if ((next = read_hunk(d, text, len, at)) != at) {
        d->part = OB__DIFF_HUNK;
        keep_lines(d);
    } else if (read_stat(d, l)) {
        next = l.next;
        d->part = OB__DIFF_STAT;
    }
    return next;
}
