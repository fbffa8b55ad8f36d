/* Places in questions.
 *
 * Compilers, debuggers and language runtimes write places in a few ways: "a.c:12:5", "a.c(12,5)",
 * "File "a.py", line 12", "a.cs:line 12", "a.php on line 12"; people "line 12 of a.c", "a.c 12행".  What
 * stands before the line looks like a path everywhere, so no format of a trace is read as such: the
 * places are taken as they come.  Some tools write a path on a line of its own, and lines below it.  Here
 * paths are found; the line beside one is read by place_line.c. */
#include "places.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "openbook/base/hash.h"
#include "openbook/base/map.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/text/utf8.h"

#include "diff.h"
#include "place_line.h"
#include "trace.h"

enum {
    PATH_MAX_BYTES = 512,
    EXTENSION_MAX = 10,
    SHORT = 1000,
    PASSED_MOST = 8192,
    AT_HAND_MAX = 128 * 1024
};

struct reader {
    struct ob__query *q;
    const struct ob__view *v;
    struct ob__run r;
    struct ob_map64 names; /* keys of the base names that V has; empty until a path is seen */
    struct ob_map64 known; /* of the places that were taken */
    struct ob__trace trace;
    struct ob__diff diff;
    bool at_hand;           /* what is read is no question */
    bool no_hunk;           /* of the file whose header was read last, so far */
    struct ob__run heading; /* a path that has its line to itself; end 0: none */
    size_t word_end;        /* where the address that was read last ends with what is around it */
};

/* ------------------------------------------------------------ bytes */
const char *ob__composed(struct ob__composed *c, const char *path)
{
    *c = (struct ob__composed){0};
    if (!strpbrk(path, "\xcc\xcd\xe1\xe3")) /* marks of Latin, jamo, marks of kana */
        return path;
    ob_buf_init(&c->buf, 8 * PATH_MAX_BYTES);
    bool composed = ob_utf8_normalize(&c->buf, path, strlen(path)) == 0 && c->buf.len;
    return composed ? c->buf.data : path;
}

void ob__composed_release(struct ob__composed *c)
{
    ob_buf_release(&c->buf);
}

static bool is_path_byte(unsigned char c)
{
    return c > ' ' && c != 0x7f && !strchr("\"'`()[]{}<>,;|=*?:#", c);
}

uint64_t ob__place_key(const char *path, size_t len)
{
    char lower[PATH_MAX_BYTES];
    size_t at = len;
    while (at > 0 && len - at < sizeof lower && is_path_byte((unsigned char)path[at - 1]) &&
           !strchr("/\\@", path[at - 1]))
        at--;
    for (size_t i = at; i < len; i++)
        lower[i - at] = (char)tolower((unsigned char)path[i]);
    return ob_hash(lower, len - at) | 1;
}

/* Length of the extension at the end of the base name, with its dot; particles behind it do not count:
 * *END is where it ends. */
static size_t extension(const struct ob__run *r, size_t base, size_t *end)
{
    size_t dot = r->end;
    while (dot > base && r->text[dot - 1] != '.')
        dot--;
    if (dot <= base + 1 || dot == r->end || !isalpha((unsigned char)r->text[dot]))
        return 0;
    size_t at = dot;
    while (at < r->end && isalnum((unsigned char)r->text[at]))
        at++;
    if (at - dot > EXTENSION_MAX || (at < r->end && (unsigned char)r->text[at] < 0x80))
        return 0;
    *end = at;
    return at - dot + 1;
}

/* ------------------------------------------------------------ a place */
/* "./" and "../" say where the asker stood, not where the file is; "..." stands for what Lua cut off the
 * front, within a folder's name or not. */
static const char *below(const char *path)
{
    for (;;) {
        if (path[0] == '/')
            path++;
        else if (strncmp(path, "./", 2) == 0)
            path += 2;
        else if (strncmp(path, "../", 3) == 0)
            path += 3;
        else if (strncmp(path, "...", 3) == 0 && strchr(path, '/'))
            path = strchr(path, '/');
        else
            return path;
    }
}

/* Takes "." and ".." out of the middle of the path. */
static void straighten(char *path)
{
    size_t n = 0, len = strlen(path);
    for (size_t i = 0; i < len;) {
        size_t part = strcspn(path + i, "/");
        bool dot = part == 1 && path[i] == '.', up = part == 2 && memcmp(path + i, "..", 2) == 0;
        if (up && n > 0)
            for (n--; n > 0 && path[n - 1] != '/';)
                n--;
        for (size_t k = 0; !dot && !up && part && k <= part && path[i + k]; k++)
            path[n++] = path[i + k];
        i += part + (path[i + part] == '/');
    }
    path[n] = '\0';
}

static void unescape(struct ob_buf *b)
{
    static const char digits[] = "0123456789abcdef";
    size_t n = 0;
    for (size_t i = 0; i < b->len; i++) {
        const char *high = NULL, *low = NULL;
        if (b->data[i] == '%' && i + 2 < b->len) {
            high = strchr(digits, tolower((unsigned char)b->data[i + 1]));
            low = strchr(digits, tolower((unsigned char)b->data[i + 2]));
        }
        bool byte = high && low && *high && *low && (high > digits || low > digits);
        b->data[n++] = byte ? (char)((high - digits) * 16 + (low - digits)) : b->data[i];
        i += byte ? 2 : 0;
    }
    b->len = n;
    b->data[n] = '\0';
}

/* The folders that a class of the JVM should lie in: of "com.acme.Pay.charge(Pay.java" com/acme, or
 * NULL. */
static const char *package_of(struct reader *rd, const struct ob__run *r)
{
    size_t begin = r->start, dots = 0;
    if (begin == r->line_start || r->text[begin - 1] != '(')
        return NULL;
    size_t end = --begin;
    while (begin > r->line_start &&
           (isalnum((unsigned char)r->text[begin - 1]) || strchr("._$<>-", r->text[begin - 1]) ||
            (unsigned char)r->text[begin - 1] >= 0x80))
        begin--;
    while (end > begin && dots < 2)
        dots += r->text[--end] == '.';
    if (dots < 2)
        return NULL;
    char *package = ob_arena_strndup(&rd->q->arena, r->text + begin, end - begin);
    for (char *c = package; *c; c++)
        *c = *c == '.' ? '/' : *c;
    return package;
}

static bool is_new(struct reader *rd, const struct ob__asked *a)
{
    bool added;
    const char *package = a->package ? a->package : "";
    uint64_t seed = ob_hash_seed(package, strlen(package), a->line);
    ob_map64_put(&rd->known, ob_hash_seed(a->path, a->len, seed) | 1, &added);
    return added;
}

static void read_names(struct ob_map64 *names, const struct ob_part *p)
{
    for (uint32_t d = 0; d < p->n_docs; d++) {
        struct ob__composed c;
        const char *own = ob__composed(&c, p->docs[d]->path);
        ob_map64_put(names, ob__place_key(own, strlen(own)), NULL);
        ob__composed_release(&c);
    }
}

/* Whether V has a file of that name. */
static bool is_here(struct reader *rd, const char *path)
{
    if (!rd->v)
        return true;
    if (!rd->names.len)
        for (size_t i = 0; i < rd->v->n_parts; i++)
            read_names(&rd->names, rd->v->parts[i].part);
    return ob_map64_get(&rd->names, ob__place_key(path, strlen(path))) != NULL;
}

/* The path as it is compared, or "". */
static const char *compared(struct reader *rd, const struct ob__run *r, bool *absolute)
{
    struct ob_buf b, plain;
    const char *path = "";
    ob_buf_init(&b, 2 * PATH_MAX_BYTES);
    ob_buf_init(&plain, PATH_MAX_BYTES + 1);
    if (ob_buf_append(&plain, r->text + r->start, r->end - r->start) == 0) {
        if (r->url)
            unescape(&plain);
        if (ob_utf8_normalize(&b, plain.data, plain.len) == 0 && b.len) {
            for (char *c = b.data; *c; c++)
                *c = *c == '\\' ? '/' : *c;
            *absolute = *b.data == '/';
            char *kept = ob_arena_strdup(&rd->q->arena, below(b.data));
            straighten(kept);
            path = kept;
        }
    }
    ob_buf_release(&plain);
    ob_buf_release(&b);
    return path;
}

static void pass_over(struct ob__query *q, struct ob__passed words)
{
    if (q->n_passed == PASSED_MOST)
        return;
    OB_GROW(q->passed, q->n_passed, q->passed_cap);
    q->passed[q->n_passed++] = words;
}

static void put(struct reader *rd, struct ob__asked a, uint64_t order)
{
    struct ob__query *q = rd->q;
    a.at_hand = rd->at_hand;
    a.order = rd->at_hand ? OB__ORDER_AT_HAND | order : q->pasted ? order : q->n_asked;
    OB_GROW(q->asked, q->n_asked, q->asked_cap);
    q->asked[q->n_asked++] = a;
}

/* Adds the path R, which stands with its LINE in text[start, past). */
static void add(struct reader *rd, const struct ob__run *r, uint32_t line, size_t start,
                size_t past)
{
    struct ob__query *q = rd->q;
    struct ob__asked a = {.line = line, .drive = r->drive};
    if (q->n_asked == OB__QUERY_READ || r->end - r->start > PATH_MAX_BYTES)
        return;
    a.path = compared(rd, r, &a.absolute);
    a.len = strlen(a.path);
    bool own = start == r->start, here = a.len && is_here(rd, a.path);
    if (!rd->at_hand)
        pass_over(q, (struct ob__passed){start, own ? r->end : start, past, here});
    if (own)
        a.package = package_of(rd, r);
    if (!here || !is_new(rd, &a))
        return;
    size_t behind = past < r->line_end ? past : r->line_end;
    a.bare = !line && !memchr(r->text + r->start, '/', r->end - r->start) &&
             !memchr(r->text + r->start, '\\', r->end - r->start);
    uint64_t order =
        ob__trace_order(&rd->trace, start - r->line_start, behind - r->line_start, line > 0);
    if (own) {
        a.before = r->text + r->line_start;
        a.before_len = r->end - r->line_start;
    }
    put(rd, a, order);
}

static bool one_dot(const struct ob__run *r, size_t base)
{
    const char *dot = memchr(r->text + base, '.', r->end - base);
    size_t at = dot ? (size_t)(dot - r->text) + 1 : r->end;
    return dot && !memchr(r->text + at, '.', r->end - at);
}

/* Whether nothing but the path stands on its line, or it ends one of Vim's ("Error detected while
 * processing x.vim:"). */
static bool is_heading(const struct ob__run *r)
{
    return (r->line_filled >= r->start && r->end == r->line_end) ||
           (r->end + 1 == r->line_end && r->text[r->end] == ':');
}

/* Where the path begins: "RangeError@pay.d" tells what was thrown at it. */
static size_t after_at(const struct ob__run *r)
{
    for (size_t i = r->start; i < r->end && !strchr("/\\", r->text[i]); i++)
        if (r->text[i] == '@')
            return i + 1;
    return r->start;
}

/* Takes the run if it is a path; returns where to go on. */
static size_t take(struct reader *rd)
{
    struct ob__run *r = &rd->r;
    size_t past = r->end, base, end = r->end, whole = r->end;
    r->start = after_at(r);
    base = r->end;
    while (base > r->start && !strchr("/\\", r->text[base - 1]))
        base--;
    bool dotted = base < r->end && extension(r, base, &end) > 0;
    if (dotted)
        r->end = end; /* particles behind it */
    uint32_t line = ob__line_behind(r, &past);
    while (r->end > r->start && past == end && r->text[r->end - 1] == '.')
        r->end--; /* of the sentence */
    if (!dotted)
        dotted = r->end < end && r->end > base && extension(r, base, &end) > 0;
    if (r->end <= base + 1)
        return past > whole ? past : whole;
    if (!line && dotted)
        line = ob__line_apart(r, &past);
    if (!line)
        line = ob__line_before(r);
    bool folder = base > r->start;
    bool upper = isupper((unsigned char)r->text[base]) && r->end < r->len &&
                 strchr(":(\"'", r->text[r->end]);    /* Makefile:12 */
    bool plain = r->len <= SHORT && one_dot(r, base); /* foo.c, not a.b.c */
    bool names = dotted ? folder || line || plain : line && (folder || upper);
    if (names || (dotted && is_heading(r)))
        add(rd, r, line, r->start, past > r->end ? past : r->end);
    if (dotted && !line && is_heading(r))
        rd->heading = *r;
    return past > whole ? past : whole;
}

/* "  12:5  error ...", "line   12:" below a path: returns where to go on. */
static size_t take_below_heading(struct reader *rd, size_t at)
{
    uint32_t line, column;
    struct ob__run r = rd->heading;
    size_t begin = ob__run_skip(&rd->r, at, "line ");
    while (begin < rd->r.line_end && strchr(" \t", rd->r.text[begin]))
        begin++;
    if (begin == rd->r.line_end) {
        rd->heading.end = 0;
        return begin;
    }
    size_t end = ob__run_number(&line, &rd->r, begin), past = end + 1;
    if (end == begin || end == rd->r.len || rd->r.text[end] != ':')
        return at;
    past = ob__run_number(&column, &rd->r, past);
    r.line_start = rd->r.line_start;
    r.line_end = rd->r.line_end;
    if (line)
        add(rd, &r, line, begin, past);
    return past;
}

/* ------------------------------------------------------------ diffs */
/* Adds a file that a diff names, with the hunk that tells the line, or NULL; whether there is one. */
static bool add_file(struct reader *rd, const char *path, const struct ob__hunk *hunk)
{
    struct ob__asked a = {.hunk = hunk, .line = hunk ? ob__hunk_number(hunk) : 0};
    size_t n = path ? strlen(path) : 0;
    struct ob__run r = {.text = path, .len = n, .end = n, .line_end = n};
    if (!n || n > PATH_MAX_BYTES || rd->q->n_asked == OB__QUERY_READ)
        return false;
    a.path = compared(rd, &r, &a.absolute);
    a.len = strlen(a.path);
    a.before = path;
    a.before_len = n;
    if (!a.len || !is_here(rd, a.path))
        return false;
    if (is_new(rd, &a))
        put(rd, a, ob__trace_next(&rd->trace));
    return true;
}

static bool add_files(struct reader *rd, const struct ob__hunk *hunk)
{
    bool here = add_file(rd, rd->diff.path, hunk);
    return add_file(rd, rd->diff.old, hunk) || here;
}

static void add_hunk(struct reader *rd)
{
    struct ob__hunk *kept = ob_arena_alloc(&rd->q->arena, sizeof *kept);
    *kept = rd->diff.hunk;
    if (rd->diff.path)
        add_files(rd, kept);
    else if (rd->q->n_loose < OB__QUERY_LOOSE)
        rd->q->loose[rd->q->n_loose++] = kept;
}

/* A file without hunks was renamed, or is no text. */
static void end_file(struct reader *rd, const char *path, const char *old)
{
    if (rd->no_hunk && !add_file(rd, path, NULL))
        add_file(rd, old, NULL);
    rd->no_hunk = false;
}

/* The words of a header are the path's and Git's. */
static void pass_header(struct reader *rd, size_t at, size_t next)
{
    const struct ob__diff *d = &rd->diff;
    bool here = (d->path && is_here(rd, d->path)) || (d->old && is_here(rd, d->old));
    if (here && !rd->at_hand)
        pass_over(rd->q, (struct ob__passed){at, at, next, true});
}

/* Takes the part of a diff that begins with the line AT; returns where to go on. */
static size_t take_diff(struct reader *rd, size_t at)
{
    const char *path = rd->diff.path, *old = rd->diff.old;
    size_t next = ob__diff_next(&rd->diff, rd->r.text, rd->r.len, at);
    if (rd->diff.part == OB__DIFF_HUNK) {
        rd->no_hunk = false;
        add_hunk(rd);
    } else if (rd->diff.part != OB__DIFF_NONE) {
        end_file(rd, path, old);
        rd->no_hunk = true;
        pass_header(rd, at, next);
    }
    return next;
}

/* ------------------------------------------------------------ functions of Vim */
/* The last number of "line    2:", or 0. */
static uint32_t line_in_function(const struct ob__run *r, size_t at)
{
    uint32_t line;
    size_t begin = ob__run_skip(r, at, "line ");
    if (begin == at)
        return 0;
    while (begin < r->len && r->text[begin] == ' ')
        begin++;
    size_t end = ob__run_number(&line, r, begin);
    return end > begin && ob__run_skip(r, end, ":") != end ? line : 0;
}

/* Takes one link of the chain, text[at, end): "function Total[2]", "<SNR>12_Count". */
static void add_call(struct reader *rd, size_t at, size_t end, uint32_t line)
{
    struct ob__query *q = rd->q;
    struct ob__run r = rd->r;
    at = ob__run_skip(&r, at, "function ");
    if (ob__run_skip(&r, at, "<SNR>") != at) {
        const char *bar = memchr(r.text + at, '_', end - at);
        at = bar ? (size_t)(bar - r.text) + 1 : end;
    }
    const char *bracket = at < end ? memchr(r.text + at, '[', end - at) : NULL;
    size_t stop = bracket ? (size_t)(bracket - r.text) : end;
    if (bracket)
        (void)ob__run_number(&line, &r, stop + 1);
    if (stop == at || !line || q->n_calls == OB__QUERY_CALLS)
        return;
    q->calls[q->n_calls++] = (struct ob__call){r.text + at, stop - at, line};
}

/* "Error in command line..function Total[2]..<SNR>12_Count:" above "line    3:". */
static void read_calls(struct reader *rd)
{
    const struct ob__run *r = &rd->r;
    size_t end = r->line_end, next = end + 1 + (end < r->len && r->text[end] == '\r');
    if (rd->at_hand || end <= r->line_start || r->text[end - 1] != ':' || next >= r->len)
        return;
    const char *line = r->text + r->line_start;
    const char *first = memmem(line, end - r->line_start, "function ", 9);
    uint32_t in_last = first ? line_in_function(r, next) : 0;
    if (!in_last)
        return;
    size_t begin = (size_t)(first - r->text), stop = --end;
    for (size_t at = end; at-- > begin;) {
        bool dots = at + 2 < end && r->text[at] == '.' && r->text[at + 1] == '.';
        if (!dots && at != begin)
            continue;
        add_call(rd, dots ? at + 2 : at, stop, stop == end ? in_last : 0);
        stop = at;
    }
}

/* ------------------------------------------------------------ the text */
static void next_line(struct reader *rd, size_t at)
{
    struct ob__run *r = &rd->r;
    const char *lf = memchr(r->text + at, '\n', r->len - at);
    r->line_start = at;
    r->line_end = lf ? (size_t)(lf - r->text) : r->len;
    ob__trace_line(&rd->trace, r->text + at, r->line_end - at);
    if (r->line_end > at && r->text[r->line_end - 1] == '\r')
        r->line_end--;
    while (at < r->line_end && strchr(" \t/", r->text[at]) && r->text[at])
        at++;
    r->line_filled = at;
}

/* Where the path of a file begins in the address of a page that shows it, AT to END, or END:
 * "host/owner/shop/blob/main/src/pay.c". */
static size_t after_revision(const struct ob__run *r, size_t at, size_t end)
{
    static const char *const pages[] = {"/blob/", "/blame/", "/raw/", "/edit/", "/src/", NULL};
    int parts = 0;
    for (; at < end; at++) {
        size_t after = ob__run_skip_any(r, at, pages);
        parts += r->text[at] == '/';
        if (parts < 3 || after == at)
            continue;
        const char *slash = memchr(r->text + after, '/', end - after);
        return slash ? (size_t)(slash - r->text) + 1 : end;
    }
    return end;
}

/* Behind "scheme://": to the path of a file of one's own, or past a foreign address. */
static size_t after_scheme(struct reader *rd, size_t at)
{
    static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]", "0.0.0.0", NULL};
    struct ob__run *r = &rd->r;
    r->end = at;
    r->start = after_at(r);
    size_t after = at + 3, end = after;
    bool web = ob__run_skip(r, r->start, "http") == at || ob__run_skip(r, r->start, "https") == at;
    bool own =
        ob__run_skip(r, r->start, "file") == at || ob__run_skip(r, r->start, "webpack") != r->start;
    if (web && ob__run_skip_any(r, after, hosts) != after) {
        after = ob__run_skip_any(r, after, hosts);
        for (after = ob__run_skip(r, after, ":");
             after < r->len && isdigit((unsigned char)r->text[after]);)
            after++;
        own = true;
    } else if (!web && !own && ob__run_skip(r, after, "file/") != after) {
        after = ob__run_skip(r, after, "file/"); /* of an editor: "vscode://file/src/pay.c:12" */
        own = true;
    }
    if (ob__run_skip(r, r->start, "webpack:") == at + 1 && after < r->len &&
        isalnum((unsigned char)r->text[after]))
        while (after < r->len && is_path_byte((unsigned char)r->text[after]) &&
               r->text[after] != '/')
            after++; /* the name of what was bundled */
    if (!own) {
        end = end < rd->word_end ? rd->word_end : end; /* an address in an address */
        while (end < r->len && !isspace((unsigned char)r->text[end]))
            end++;
        rd->word_end = end;
        after = web ? after_revision(r, after, end) : end;
    }
    r->url = own || after < end;
    return after;
}

/* What a development server writes behind a path: "?t=1700". */
static size_t past_parameters(const struct ob__run *r, size_t at)
{
    if (!r->url || at == r->len || r->text[at] != '?')
        return at;
    while (at < r->len && (isalnum((unsigned char)r->text[at]) || strchr("?=&._-%", r->text[at])))
        at++;
    return at;
}

static size_t read_run(struct reader *rd, size_t i)
{
    struct ob__run *r = &rd->r;
    size_t len = r->len;
    r->start = i;
    while (i < len && is_path_byte((unsigned char)r->text[i]))
        i++;
    r->end = i;
    if (i == r->start) {
        r->url = r->url && r->text[i] != ' ';
        return i + 1;
    }
    if (len - i > 2 && memcmp(r->text + i, "://", 3) == 0)
        return after_scheme(rd, i);
    if (i - r->start <= 2 && len - i > 1 && r->text[i] == ':' && strchr("/\\", r->text[i + 1]) &&
        isalpha((unsigned char)r->text[i - 1])) {
        r->drive = true;
        return i + 1;
    }
    size_t on = past_parameters(r, i), past;
    if (on != i && on < len && strchr(":#", r->text[on])) { /* the line is behind them */
        struct ob__run behind = *r;
        behind.end = on;
        uint32_t line = ob__line_behind(&behind, &past);
        if (line) {
            add(rd, r, line, r->start, past);
            i = past;
        } else {
            i = on;
        }
    } else {
        i = take(rd);
    }
    r->url = r->drive = false;
    return i;
}

/* Goes on to the line that begins at AT, behind the diffs that begin there; returns where to read. */
static size_t begin_line(struct reader *rd, size_t at)
{
    for (size_t next; at < rd->r.len && (next = take_diff(rd, at)) != at; at = next)
        rd->heading.end = 0;
    next_line(rd, at);
    read_calls(rd);
    return rd->heading.end ? take_below_heading(rd, at) : at;
}

static void read_all(struct reader *rd)
{
    struct ob__run *r = &rd->r;
    rd->diff.arena = &rd->q->arena;
    for (size_t i = begin_line(rd, 0); i < r->len;)
        i = r->text[i] == '\n' ? begin_line(rd, i + 1) : read_run(rd, i);
    end_file(rd, rd->diff.path, rd->diff.old);
    ob_map64_release(&rd->names);
    ob_map64_release(&rd->known);
}

void ob__places_find(struct ob__query *q, const struct ob__view *v, const char *text, size_t len)
{
    struct reader rd = {.q = q, .v = v, .r = {.text = text, .len = len}};
    read_all(&rd);
}

bool ob__places_at_hand(struct ob__query *q, const struct ob__view *v,
                        const struct ob_search_context *at)
{
    size_t before = q->n_asked, len = at->text_len < AT_HAND_MAX ? at->text_len : AT_HAND_MAX;
    bool log = !at->path || ob_lang_of_path(at->path, strlen(at->path))->kind == OB_KIND_OTHER;
    if (!at->text || !log)
        return false;
    struct reader rd = {.q = q, .v = v, .r = {.text = at->text, .len = len}, .at_hand = true};
    read_all(&rd);
    return q->n_asked > before;
}
