/* Lines beside a path.  Most formats are a mark and a number behind it; the few others have a function each. */
#include "place_line.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_LINE = 100000000,
    LINE_BEFORE = 32, /* bytes in which "line 12 of " is looked for */
    TAIL = 24         /* of "3:17)" at a line's end: each of its paths looks there */
};

/* ------------------------------------------------------------ bytes */
size_t ob__run_skip(const struct ob__run *r, size_t at, const char *word)
{
    size_t n = strlen(word);
    return r->len - at >= n && memcmp(r->text + at, word, n) == 0 ? at + n : at;
}

size_t ob__run_skip_any(const struct ob__run *r, size_t at, const char *const *words)
{
    for (; *words; words++)
        if (ob__run_skip(r, at, *words) != at)
            return ob__run_skip(r, at, *words);
    return at;
}

size_t ob__run_number(uint32_t *out, const struct ob__run *r, size_t at)
{
    for (*out = 0; at < r->len && isdigit((unsigned char)r->text[at]) && *out < MAX_LINE; at++)
        *out = *out * 10 + (uint32_t)(r->text[at] - '0');
    return at;
}

/* ------------------------------------------------------------ lines */
static size_t past_mark(const struct ob__run *r, size_t at)
{
    uint32_t column;
    if (at + 1 < r->len && strchr(":,-.~C", r->text[at]) && isdigit((unsigned char)r->text[at + 1]))
        return ob__run_number(&column, r, at + 1);
    return at;
}

/* The column or last line behind a line belongs to it: ":5", "-12", ",5)", "C3-L12C5". */
static size_t past_column(const struct ob__run *r, size_t at)
{
    uint32_t last;
    at = past_mark(r, at);
    if (ob__run_skip(r, at, "-L") != at)
        at = past_mark(r, ob__run_number(&last, r, at + 2));
    return ob__run_skip(r, at, ")");
}

/* "pay.c의 12번째 줄", "pay.c 파일 12 행", "pay.c (12~14행)". */
static uint32_t korean_line(const struct ob__run *r, size_t *past)
{
    static const char *const before[] = {"의", "에서", "에", NULL};
    static const char *const files[] = {" 파일의", " 파일", NULL};
    static const char *const counts[] = {"번째", "번", NULL};
    static const char *const lines[] = {"행", "줄", "라인", NULL};
    uint32_t line, last;
    size_t at = ob__run_skip(r, r->end, "\"");
    at = ob__run_skip_any(r, ob__run_skip_any(r, at, before), files);
    at = ob__run_skip(r, ob__run_skip(r, ob__run_skip(r, at, ","), " "), "(");
    size_t from = at, to = ob__run_number(&line, r, at);
    if (to == from)
        return 0;
    if (to + 1 < r->len && strchr("~-", r->text[to]) && isdigit((unsigned char)r->text[to + 1]))
        to = ob__run_number(&last, r, to + 1);
    at = ob__run_skip(r, ob__run_skip_any(r, ob__run_skip(r, to, " "), counts), " ");
    size_t end = ob__run_skip_any(r, at, lines);
    if (end == at)
        return 0;
    *past = end;
    return line;
}

/* "pay.fs (4,13)-(4,28)", "pay.js (3:17)". */
static uint32_t spaced_line(const struct ob__run *r, size_t *past)
{
    uint32_t line, column;
    size_t from = ob__run_skip(r, r->end, " ("), comma = ob__run_number(&line, r, from);
    if (from == r->end || comma == from || comma == r->len || !strchr(",:", r->text[comma]))
        return 0;
    size_t end = ob__run_number(&column, r, comma + 1);
    if (end == comma + 1 || ob__run_skip(r, end, ")") == end)
        return 0;
    *past = end + 1;
    return line;
}

/* "shop.vim[9]..function", "src/pay.js 3:17", and "pay.js: Unexpected token (3:17)" at the line's end. */
static uint32_t odd_line(const struct ob__run *r, size_t *past)
{
    uint32_t line, column;
    size_t end = r->line_end, at = ob__run_skip(r, ob__run_skip(r, r->end, " "), "[");
    bool bracket = ob__run_skip(r, r->end, "[") != r->end;
    if (at == r->end + 1) {
        size_t behind = ob__run_number(&line, r, at);
        bool one = bracket && ob__run_skip(r, behind, "]") != behind;
        bool two = !bracket && behind > at && ob__run_skip(r, behind, ":") != behind &&
                   ob__run_number(&column, r, behind + 1) > behind + 1;
        if (behind > at && (one || two)) {
            *past = one ? behind + 1 : ob__run_number(&column, r, behind + 1);
            return line;
        }
    }
    if (ob__run_skip(r, r->end, ": ") == r->end || end <= r->end + 2 || r->text[end - 1] != ')')
        return 0;
    for (at = end - 1; at > r->end && end - at < TAIL &&
                       (isdigit((unsigned char)r->text[at - 1]) || r->text[at - 1] == ':');)
        at--;
    size_t behind = ob__run_number(&line, r, at);
    return r->text[at - 1] == '(' && behind > at && r->text[behind] == ':' ? line : 0;
}

uint32_t ob__line_apart(const struct ob__run *r, size_t *past)
{
    uint32_t line = odd_line(r, past);
    return line ? line : spaced_line(r, past);
}

uint32_t ob__line_behind(const struct ob__run *r, size_t *past)
{
    static const char *const marks[] = {
        "},{line,", ":line ",    ": line ", ":줄 ",      ": 줄 ",
        ", 줄 ",    ", 줄: ",    " 줄 ",    ",line=",    ", line ",
        ", lines ", " on line ", " (line ", " at line ", ", error at line ",
        " line ",   ", 행 ",     " 라인 ",  "#L",        "#lines-",
        " L",       " +",        ":(",      ":[",        "(",
        ":",        "|",         NULL};
    size_t at = r->end, from;
    uint32_t line = 0;
    if (at < r->len && strchr("\"'`", r->text[at]))
        at++;
    from = ob__run_skip_any(r, at, marks);
    if (from == at)
        return korean_line(r, past);
    bool spaced = ob__run_skip(r, at, ": ") == at + 2 && from == at + 1; /* dash: "pay.sh: 12: " */
    from += spaced;
    at = ob__run_number(&line, r, from);
    if (at == from || (spaced && (at == r->len || r->text[at] != ':')))
        return korean_line(r, past);
    *past = past_column(r, at);
    return line;
}

/* "+12 pay.c": as editors are told. */
static uint32_t line_of_editor(const struct ob__run *r)
{
    uint32_t line = 0;
    size_t at = r->start, begin;
    if (at <= r->line_start + 2 || r->text[at - 1] != ' ')
        return 0;
    for (begin = --at; begin > r->line_start && isdigit((unsigned char)r->text[begin - 1]);)
        begin--;
    if (begin == at || begin == r->line_start || r->text[begin - 1] != '+' ||
        (begin - 1 > r->line_start && r->text[begin - 2] != ' '))
        return 0;
    (void)ob__run_number(&line, r, begin);
    return line;
}

/* "line 12 of pay.c", "At line 9 of file pay.f90". */
uint32_t ob__line_before(const struct ob__run *r)
{
    static const char *const between[] = {" of file ", " in file ", " of ", " in ", ", ", NULL};
    size_t from = r->start - r->line_start > LINE_BEFORE ? r->start - LINE_BEFORE : r->line_start;
    for (size_t at = from; at + 6 < r->start; at++) {
        uint32_t line;
        if (strncasecmp(r->text + at, "line ", 5) != 0)
            continue;
        size_t end = ob__run_skip_any(r, ob__run_number(&line, r, at + 5), between);
        while (end < r->start && strchr("\"'`", r->text[end]))
            end++;
        if (end == r->start)
            return line;
    }
    return line_of_editor(r);
}
