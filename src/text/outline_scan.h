/* What the parts of the outline scanner share; private to src/text. */
#ifndef OB_SRC_TEXT_OUTLINE_SCAN_H
#define OB_SRC_TEXT_OUTLINE_SCAN_H

#include <stdbool.h>
#include <string.h>

#include "openbook/text/outline.h"

enum {
    OB__DEF_LINE_MAX = 400, /* longer lines define nothing: data, or made by a program */
    OB__BLANK_INDENT = 0xFFFF
};

struct ob__scan {
    const struct ob_lang *lang;
    const char *text;
    size_t len;
    struct ob_outline *out;
    size_t defs_cap;
    bool cpp;       /* of the C family, and not plain C */
    bool no_memory; /* a definition could not be stored: the scan fails as a whole */
};

/* A piece of one line that is being read from the left. */
struct ob__cursor {
    const char *at, *end;
};

static inline bool ob__word_byte(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= '0' && u <= '9') || ((u | 0x20) >= 'a' && (u | 0x20) <= 'z') || u == '_' ||
           u >= 0x80;
}

static inline bool ob__blank_byte(char c)
{
    return c == ' ' || c == '\t' || c == '\f' || c == '\v' || c == '\r';
}

static inline void ob__skip_blanks(struct ob__cursor *c)
{
    while (c->at < c->end && ob__blank_byte(*c->at))
        c->at++;
}

static inline bool ob__starts(const struct ob__cursor *c, const char *prefix)
{
    size_t len = strlen(prefix);
    return (size_t)(c->end - c->at) >= len && memcmp(c->at, prefix, len) == 0;
}

/* The line INDEX (0-based) without its indentation. */
static inline struct ob__cursor ob__line(const struct ob__scan *s, size_t index)
{
    const struct ob_line *line = &s->out->lines[index];
    struct ob__cursor c = {s->text + line->start, s->text + line->end};
    ob__skip_blanks(&c);
    return c;
}

/* Adds a definition or heading named [NAME, NAME+LEN) on line INDEX (0-based) and marks the line. */
void ob__outline_add(struct ob__scan *s, size_t index, enum ob_def_kind kind, unsigned level,
                     const char *name, size_t len);

/* Classes and definitions of a program; ends and parents are set afterwards. */
void ob__outline_code(struct ob__scan *s);

/* The definition that the line INDEX holds, if any, is added.  The line is no comment. */
void ob__outline_define(struct ob__scan *s, size_t index);

/* Sets where the unit of each definition begins. */
void ob__outline_above(struct ob__scan *s);

/* Classes, headings, ends and parents of a note. */
void ob__outline_notes(struct ob__scan *s);

#endif
