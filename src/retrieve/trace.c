/* The order of places.
 *
 * Who pastes a trace wants the innermost frame that is his own; who pastes the output of a compiler, the
 * errors before the warnings.  Most traces begin with the innermost frame.  Those of Python ("most recent
 * call last"), of old Ruby and of pytest end with it, and a cause stands behind what it caused in Java
 * and Node ("Caused by:", "[cause]:") and before it in Python and C#: causes come first. */
#include "trace.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { CLASS_ERROR, CLASS_WARNING, CLASS_NOTE };
enum { BEHIND = 40, BEFORE = 64, WIDE_GAP = 8, STAMP_WITHIN = 120 };
enum { LAST_BLOCK = 0xFFFFFF };

static const struct {
    const char *word;
    uint8_t class;
} classes[] = {
    {"error", CLASS_ERROR},     {"fatal", CLASS_ERROR},        {"panic", CLASS_ERROR},
    {"오류", CLASS_ERROR},      {"에러", CLASS_ERROR},         {"failed", CLASS_ERROR},
    {"warning", CLASS_WARNING}, {"warn", CLASS_WARNING},       {"경고", CLASS_WARNING},
    {"note", CLASS_NOTE},       {"info", CLASS_NOTE},          {"remark", CLASS_NOTE},
    {"help", CLASS_NOTE},       {"required from", CLASS_NOTE}, {"included from", CLASS_NOTE},
    {"debug", CLASS_NOTE},      {"참고", CLASS_NOTE},          {"알림", CLASS_NOTE},
    {"location", CLASS_NOTE},
};

static bool begins(const char *s, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len >= n && memcmp(s, word, n) == 0;
}

static size_t find(const char *s, size_t len, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = s; (at = memchr(at, *word, len - (size_t)(at - s))); at++)
        if (len - (size_t)(at - s) >= n && memcmp(at, word, n) == 0)
            return (size_t)(at - s);
    return len;
}

/* The class that the first such word of S tells, or -1. */
static int class_in(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (i && isalpha((unsigned char)s[i - 1]))
            continue;
        for (size_t k = 0; k < sizeof classes / sizeof *classes; k++) {
            size_t n = strlen(classes[k].word);
            if (len - i >= n && strncasecmp(s + i, classes[k].word, n) == 0 &&
                (i + n == len || !isalpha((unsigned char)s[i + n])))
                return classes[k].class;
        }
    }
    return -1;
}

/* ------------------------------------------------------------ lines */
static void begin_block(struct ob__trace *t, bool reversed)
{
    t->block++;
    t->depth = 0;
    t->reversed = reversed;
    t->group = t->section = t->may_end = t->frames = false;
}

/* Where a log writes something before each line, the trace is as far to the right; IPython's header has
 * the name of the error on its left. */
static size_t column_of(const char *line, size_t at)
{
    size_t gap = 0;
    for (size_t i = 0; i < at; i++) {
        gap = line[i] == ' ' ? gap + 1 : 0;
        if (gap >= WIDE_GAP)
            return 0;
    }
    return at;
}

static bool begins_reversed(struct ob__trace *t)
{
    size_t at = find(t->line, t->len, "Traceback (most recent call last)");
    bool pytest = t->len == 10 && begins(t->line, t->len, "Traceback:");
    if (at == t->len && !pytest)
        return false;
    begin_block(t, true);
    size_t group = find(t->line, t->len, "Exception Group Traceback");
    t->group = group < at;
    at = t->group ? group : at;
    t->column = pytest ? 0 : column_of(t->line, at);
    return true;
}

/* A rule of pytest: "_____ test_pay _____" begins a failure, "=====" ends them all. */
static bool is_rule(struct ob__trace *t)
{
    bool failure = begins(t->line, t->len, "____");
    if (!failure && !begins(t->line, t->len, "===="))
        return false;
    begin_block(t, failure);
    t->section = failure;
    return true;
}

static void go_on_reversed(struct ob__trace *t)
{
    const char *s = t->line + t->column;
    if (t->may_end && t->places == t->at_line) {
        begin_block(t, false);
        return;
    }
    bool plain = t->len > t->column && !strchr(" \t|+-", *s) && !isdigit((unsigned char)*s) &&
                 !begins(s, t->len - t->column, "File ") && !begins(s, t->len - t->column, "Cell ");
    t->may_end = plain;
}

static void go_on(struct ob__trace *t)
{
    size_t from = t->filled;
    bool cause = find(t->line, t->len, "Caused by: ") < t->len ||
                 find(t->line, t->len, "[cause]: ") < t->len;
    if (from < t->len && from > 0)
        t->frames |= begins(t->line + from, t->len - from, "at ");
    else if (from < t->len && t->frames && !cause && *t->line != '}')
        begin_block(t, false);
    t->depth += cause && t->depth < 255;
}

static void read_heading(struct ob__trace *t)
{
    static const char *const words[] = {"error", "warning", "note", "help", "오류", "경고", NULL};
    bool from = find(t->line, t->len, "from ") < t->len;
    t->included = find(t->line, t->len, "included from") < t->len || (t->included && from);
    if (!t->len || t->line[0] == ' ' || t->line[0] == '\t')
        return;
    t->heading = CLASS_ERROR;
    for (const char *const *w = words; *w; w++)
        if (begins(t->line, t->len, *w))
            t->heading = (uint8_t)class_in(t->line, strlen(*w));
    if (begins(t->line, t->len, "w: "))
        t->heading = CLASS_WARNING;
}

/* Bytes up to and with "2026-01-05T10:11:12.123Z ", which the log of a build has before each line. */
static size_t stamp_of(const char *line, size_t len)
{
    static const char form[] = "0000-00-00T00:00:00";
    size_t n = sizeof form - 1, within = len < STAMP_WITHIN ? len : STAMP_WITHIN;
    for (size_t at = 0; at + n < within; at++) {
        size_t k = 0;
        while (k < n && (form[k] == '0' ? isdigit((unsigned char)line[at + k]) != 0
                                        : line[at + k] == form[k]))
            k++;
        if (k < n)
            continue;
        for (k += at; k < len && (isdigit((unsigned char)line[k]) || strchr(".Z+:", line[k]));)
            k++;
        return k < len && line[k] == ' ' ? k + 1 : 0;
    }
    return 0;
}

void ob__trace_line(struct ob__trace *t, const char *line, size_t len)
{
    if (len && line[len - 1] == '\r')
        len--;
    t->stamp = stamp_of(line, len);
    t->line = line + t->stamp;
    t->len = len - t->stamp;
    t->filled = 0;
    while (t->filled < t->len && (t->line[t->filled] == ' ' || t->line[t->filled] == '\t'))
        t->filled++;
    if (!begins_reversed(t) && !is_rule(t)) {
        if (t->reversed && !t->section)
            go_on_reversed(t);
        if (!t->reversed)
            go_on(t);
    }
    t->at_line = t->places;
    read_heading(t);
}

/* ------------------------------------------------------------ places */
static int class_of(const struct ob__trace *t, size_t start, size_t past)
{
    size_t behind = t->len - past < BEHIND ? t->len - past : BEHIND;
    size_t before = start < BEFORE ? start : BEFORE, from = t->filled;
    if (t->included || begins(t->line + from, t->len - from, ":::"))
        return CLASS_NOTE;
    int class = class_in(t->line + past, behind);
    if (class < 0)
        class = class_in(t->line + start - before, before);
    return class < 0 ? t->heading : class;
}

uint64_t ob__trace_order(struct ob__trace *t, size_t start, size_t past, bool has_line)
{
    uint32_t block = t->group ? LAST_BLOCK : t->block & LAST_BLOCK;
    start = start > t->stamp ? start - t->stamp : 0;
    past = past > t->stamp ? past - t->stamp : 0;
    int class = !has_line ? CLASS_NOTE : t->reversed ? CLASS_ERROR : class_of(t, start, past);
    uint64_t place = t->places++ & 0xFFFFFFF;
    return (uint64_t) class << 60 | (uint64_t)block << 36 | (uint64_t)(255 - t->depth) << 28 |
           (t->reversed ? 0xFFFFFFF - place : place);
}

uint64_t ob__trace_next(struct ob__trace *t)
{
    return (uint64_t)CLASS_ERROR << 60 | (uint64_t)(t->block & LAST_BLOCK) << 36 |
           (t->places++ & 0xFFFFFFF);
}
