/* What the parts of the outline scanner share; private to src/text. */
#ifndef OB_SRC_TEXT_OUTLINE_SCAN_H
#define OB_SRC_TEXT_OUTLINE_SCAN_H

#include <stdbool.h>
#include <string.h>

#include "openbook/text/outline.h"

enum { OB__DEF_LINE_MAX = 400 }; /* longer lines define nothing: data, or made by a program */

/* What the braces around a line are. */
enum ob__place {
    OB__PLACE_TOP,
    OB__PLACE_TYPE,      /* the body of a class, a namespace */
    OB__PLACE_INTERFACE, /* of an interface: methods without bodies */
    OB__PLACE_BODY,      /* of a function */
    OB__PLACE_OBJECT     /* JavaScript's object, which may have methods */
};

/* How the end of a definition was found. */
enum ob__end {
    OB__END_NONE, /* not yet */
    OB__END_LINE, /* where its statement seems to end: indentation may know better */
    OB__END_BRACE
};

struct ob__scan {
    const struct ob_lang *lang;
    const char *raw;  /* the text */
    const char *text; /* programs: its bare copy, see bare.h; else the same */
    size_t len;
    struct ob_outline *out;
    uint8_t *ends; /* enum ob__end of each definition */
    size_t defs_cap, marks_cap;
    enum ob__place place;  /* of the line that is asked for a definition */
    uint32_t brackets;     /* open before it, within its braces */
    uint32_t scope_line;   /* where its innermost brace was opened, 0-based */
    bool waiting;          /* a definition above it still waits for its body */
    bool grouped;          /* it is in a group of Go, GROUP says of what */
    char group;            /* enum ob_def_kind, 0: none */
    char block;            /* Haskell: 'c'lass or 'i'nstance around the line, 0: neither */
    bool block_open;       /* behind its "where" */
    uint16_t block_indent; /* of its members; 0: none was met */
    bool cpp;              /* of the C family, and not plain C */
    bool no_memory;        /* a definition could not be stored: the scan fails as a whole */
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

/* Definitions of a program whose text is bare, with the ends that its braces tell. */
void ob__outline_code(struct ob__scan *s);

/* The definition that the line INDEX holds, if any, is added.  The line is no comment. */
void ob__outline_define(struct ob__scan *s, size_t index);

/* Ends by indentation where braces told none, and parents. */
void ob__outline_indent(struct ob__scan *s);

/* Sets where the unit of each definition begins. */
void ob__outline_above(struct ob__scan *s);

/* Classes, headings, ends and parents of a note. */
void ob__outline_notes(struct ob__scan *s);

#endif
