/* Outlines as text.  Static functions, for one test program. */
#ifndef OB_TESTS_TEXT_OUTLINE_TEXT_H
#define OB_TESTS_TEXT_OUTLINE_TEXT_H

#include <string.h>

#include "openbook/base/buf.h"
#include "openbook/text/outline.h"

#include "test.h"

static inline struct ob_outline scanned(const char *path, const char *text)
{
    struct ob_outline o;
    CHECK_INT(ob_outline_scan(&o, ob_lang_of_path(path, strlen(path)), text, strlen(text)), 0);
    return o;
}

/* "F:name@line-end<parent " for each definition; headings as "H1:title@...". */
static inline const char *outline_of(const char *path, const char *text)
{
    static struct ob_buf out;
    ob_buf_release(&out);
    ob_buf_init(&out, 1 << 16);
    struct ob_outline o = scanned(path, text);
    for (size_t i = 0; i < o.n_defs; i++) {
        const struct ob_def *d = &o.defs[i];
        CHECK_INT(ob_buf_appendf(&out, i ? " %c" : "%c", d->kind), 0);
        if (d->level)
            CHECK_INT(ob_buf_appendf(&out, "%u", d->level), 0);
        CHECK_INT(ob_buf_appendf(&out, ":%.*s@%u-%u", (int)d->name_len, text + d->name_start,
                                 d->line_1based, d->end_line_1based),
                  0);
        if (d->parent != OB_NO_DEF)
            CHECK_INT(ob_buf_appendf(&out, "<%.*s", (int)o.defs[d->parent].name_len,
                                     text + o.defs[d->parent].name_start),
                      0);
    }
    ob_outline_release(&o);
    return ob_buf_str(&out);
}

/* One letter a line: o(ther) b(lank) c(omment) d(efinition) f(enced) m(eta). */
static inline const char *classes_of(const char *path, const char *text)
{
    static char out[128];
    struct ob_outline o = scanned(path, text);
    CHECK(o.n_lines < sizeof out);
    for (size_t i = 0; i < o.n_lines; i++)
        out[i] = "obcdfm"[o.lines[i].cls];
    out[o.n_lines] = 0;
    ob_outline_release(&o);
    return out;
}

#endif
