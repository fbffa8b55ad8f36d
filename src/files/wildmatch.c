/* The pattern language of ignore files.
 *
 * A pattern is matched from left to right with two places to come back to: the latest `*`, which
 * may still swallow more of its path component, and the latest `**`, which may swallow more
 * components.  Earlier stars need no second try: what they could reach, the latest one reaches too.
 * That keeps hostile patterns such as `*a*a*a*b` cheap, where the usual recursion explodes. */
#include "wildmatch.h"

#include <ctype.h>
#include <string.h>

struct matcher {
    const unsigned char *pattern, *pattern_end;
    const unsigned char *text_end;
    bool fold;
};

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static bool same(const struct matcher *m, unsigned char a, unsigned char b)
{
    return a == b || (m->fold && lower(a) == lower(b));
}

static bool in_range(const struct matcher *m, unsigned char c, unsigned char from, unsigned char to)
{
    if (c >= from && c <= to)
        return true;
    if (!m->fold)
        return false;
    unsigned char upper = c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : c;
    return (upper >= from && upper <= to) || (lower(c) >= from && lower(c) <= to);
}

/* The POSIX classes of the C locale, over bytes: 1 in, 0 out, -1 no such class. */
static int in_named_class(const struct matcher *m, const unsigned char *name, size_t len,
                          unsigned char c)
{
    static const struct {
        const char *name;
        int (*is)(int);
    } classes[] = {
        {"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
        {"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
        {"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
    };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strlen(classes[i].name) != len || memcmp(classes[i].name, name, len) != 0)
            continue;
        if (c >= 0x80)
            return 0;
        if (m->fold && (classes[i].is == isupper || classes[i].is == islower))
            return isalpha(c) != 0;
        return classes[i].is(c) != 0;
    }
    return -1;
}

/* Matches C against the bracket expression whose '[' stands at *POS and moves *POS behind its ']'.
 * 1 in, 0 out, -1 malformed. */
static int match_bracket(const struct matcher *m, const unsigned char **pos, unsigned char c)
{
    const unsigned char *p = *pos + 1, *end = m->pattern_end;
    bool negated = p < end && (*p == '!' || *p == '^');
    bool matched = false, first = true;
    int previous = 0; /* what a range may begin with; 0: nothing */
    p += negated;
    for (;; p++, first = false) {
        if (p >= end)
            return -1;
        if (*p == ']' && !first)
            break;
        if (*p == '-' && previous && p + 1 < end && p[1] != ']') {
            p++;
            if (*p == '\\' && ++p >= end)
                return -1;
            matched |= in_range(m, c, (unsigned char)previous, *p);
            previous = 0;
            continue;
        }
        if (*p == '[' && p + 1 < end && p[1] == ':') {
            const unsigned char *name = p + 2, *close = memchr(name, ']', (size_t)(end - name));
            if (!close)
                return -1;
            if (close > name && close[-1] == ':') {
                int in = in_named_class(m, name, (size_t)(close - 1 - name), c);
                if (in < 0)
                    return -1;
                matched |= in;
                p = close;
                previous = 0;
                continue;
            }
        } else if (*p == '\\' && ++p >= end) {
            return -1;
        }
        matched |= *p == c; /* git folds the text and not the set: "[A]" is never met */
        previous = *p;
    }
    *pos = p + 1;
    return matched != negated && c != '/';
}

/* Matches the one token at *POS (not a star) with C and moves *POS behind it.  As match_bracket. */
static int match_one(const struct matcher *m, const unsigned char **pos, unsigned char c)
{
    const unsigned char *p = *pos;
    if (*p == '[')
        return match_bracket(m, pos, m->fold ? lower(c) : c);
    bool any = *p == '?';
    if (*p == '\\' && ++p >= m->pattern_end)
        return -1;
    *pos = p + 1;
    return any ? c != '/' : same(m, *p, c);
}

/* Whether the run of stars from P to AFTER is a "**" that may match slashes. */
static bool crosses_slashes(const struct matcher *m, const unsigned char *p,
                            const unsigned char *after)
{
    if (after - p < 2 || (p > m->pattern && p[-1] != '/'))
        return false;
    return after == m->pattern_end || *after == '/' ||
           (*after == '\\' && after + 1 < m->pattern_end && after[1] == '/');
}

/* Where to go on after a mismatch: PATTERN is tried again with TEXT further on.  A null TEXT means
 * there is no such place. */
struct retry {
    const unsigned char *pattern, *text;
    bool whole_components; /* TEXT may only stand at the beginning or behind a slash */
};

/* Lets the `*` of R swallow one more byte of its component. */
static bool extend_star(const struct matcher *m, struct retry *r)
{
    if (!r->text || r->text >= m->text_end || *r->text == '/')
        return false;
    r->text++;
    return true;
}

/* Lets the `**` of R swallow one more component, or byte. */
static bool extend_starstar(const struct matcher *m, struct retry *r)
{
    if (!r->text)
        return false;
    const unsigned char *t = r->text;
    if (r->whole_components)
        t = t < m->text_end ? memchr(t, '/', (size_t)(m->text_end - t)) : NULL;
    if (!t || t >= m->text_end)
        return false;
    r->text = t + 1;
    return true;
}

bool ob__wildmatch(const char *pattern, size_t pattern_len, const char *text, size_t text_len,
                   bool fold)
{
    struct matcher m = {(const unsigned char *)pattern,
                        (const unsigned char *)pattern + pattern_len,
                        (const unsigned char *)text + text_len, fold};
    const unsigned char *p = m.pattern, *t = (const unsigned char *)text;
    struct retry star = {0}, starstar = {0};
    while (p < m.pattern_end || t < m.text_end) {
        if (p < m.pattern_end && *p == '*') {
            const unsigned char *after = p;
            while (after < m.pattern_end && *after == '*')
                after++;
            if (crosses_slashes(&m, p, after)) {
                if (after == m.pattern_end)
                    return true;
                /* Together with its slash, "**" stands for no component, or for some. */
                bool slash = *after == '/';
                p = after + slash;
                starstar = (struct retry){p, t, slash};
                star = (struct retry){0};
            } else {
                p = after;
                star = (struct retry){p, t, false};
            }
            continue;
        }
        if (p < m.pattern_end && t < m.text_end) {
            int matched = match_one(&m, &p, *t);
            if (matched < 0)
                return false;
            if (matched) {
                t++;
                continue;
            }
        }
        struct retry *r = &star;
        if (!extend_star(&m, r)) {
            r = &starstar;
            star = (struct retry){0};
            if (!extend_starstar(&m, r))
                return false;
        }
        p = r->pattern;
        t = r->text;
    }
    return true;
}

size_t ob__wildmatch_literal_len(const char *pattern, size_t len)
{
    size_t n = 0;
    while (n < len && !strchr("*?[\\", pattern[n]))
        n++;
    return n;
}
