/* The outline of a file: its lines' classes, its definitions or headings.  Pure; any thread. */
#ifndef OB_TEXT_OUTLINE_H
#define OB_TEXT_OUTLINE_H

#include <stddef.h>
#include <stdint.h>

#include "openbook/text/lang.h"

enum ob_line_class {
    OB_LINE_OTHER,
    OB_LINE_BLANK,
    OB_LINE_COMMENT,
    OB_LINE_DEFINITION,
    OB_LINE_CODE, /* in a fenced block of a note, its fences and blank lines too */
    OB_LINE_META /* a drawer of org, no text: of its words only those of names and tags are indexed */
};

enum ob_def_kind {
    OB_DEF_TYPE = 'T', /* class, struct, module... */
    OB_DEF_FUNCTION = 'F',
    OB_DEF_VALUE = 'V',
    OB_DEF_MACRO = 'D',
    OB_DEF_HEADING = 'H' /* of a note; level says how deep */
};

enum { OB_INDENT_BLANK = 0xFFFF }; /* the indent of a blank line */

struct ob_line {
    uint32_t start, end; /* byte span without the line end */
    uint16_t indent;     /* columns; a tab goes to the next multiple of 4; OB_INDENT_BLANK */
    uint8_t cls;         /* enum ob_line_class */
};

struct ob_def {
    uint32_t line_1based;       /* where it is named */
    uint32_t first_line_1based; /* of the unit: the comment, decorators, attributes and return type
                                   that stand directly above belong to it; a heading's overline */
    uint32_t end_line_1based;   /* last line of its body as far as indentation or braces tell */
    uint32_t name_start, name_len; /* byte span in the text; headings: the title */
    uint32_t parent; /* index of the enclosing definition or heading, OB_NO_DEF: none */
    uint16_t indent; /* of the line where it is named */
    uint8_t kind;    /* enum ob_def_kind */
    uint8_t level;   /* headings: 1 the outermost, 0 the title of a note that stands outside of its
                        text (front matter, "#+title:") and holds all others; definitions: 0 */
};

/* What a note says of itself and of other notes. */
enum ob_mark_kind {
    OB_MARK_NAME,  /* another name of the whole note: an alias */
    OB_MARK_LABEL, /* a name of the place where it stands: a tag of vimdoc */
    OB_MARK_TAG,   /* "area/sub", without its sign */
    OB_MARK_LINK, /* the page that a link leads to: "Page", "../page.md", without the heading; of org also
                      "id:UUID" */
    OB_MARK_ID /* of the place where it stands, in a drawer of org: what "id:UUID" leads to */
};

struct ob_mark {
    uint32_t start, len; /* byte span in the text */
    uint32_t line_1based;
    uint8_t kind; /* enum ob_mark_kind */
};

#define OB_NO_DEF UINT32_MAX

struct ob_outline {
    struct ob_line *lines; /* owned; lines[0] is line 1 */
    size_t n_lines;
    struct ob_def *defs; /* owned, by line */
    size_t n_defs;
    struct ob_mark *marks; /* owned, by place; notes only */
    size_t n_marks;
    uint32_t
        front_lines; /* of a note: those of front matter, comments and blanks that it begins with */
    size_t text_len; /* bytes of the text that was scanned */
};

/* Scans TEXT (at most 16 MiB; UTF-8, but any bytes are survived) by the rules of LANG.  Lines are those
 * that Neovim numbers under its own 'fileformats' (unix,dos): only LF ends one, a CR before it is left
 * out of the line's span, and a CR that stands alone is a blank within its line, also where the whole
 * file has no LF.  0, or OB_ENOMEM / OB_ETOOBIG with OUT empty. */
int ob_outline_scan(struct ob_outline *out, const struct ob_lang *lang, const char *text,
                    size_t len);
void ob_outline_release(struct ob_outline *o);

/* Index of the innermost definition or heading that holds the line, or OB_NO_DEF. */
uint32_t ob_outline_at(const struct ob_outline *o, uint32_t line_1based);

#endif
