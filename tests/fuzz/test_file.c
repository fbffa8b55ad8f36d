/* What a file may hold: its language by its path, its outline, its passages, its analysis.  The first
 * line of the input is the path, the rest the text.
 *
 * What must hold: lines, definitions and marks lie in the text, in order; a definition lies in its
 * parent; every passage begins behind the one before it. */
#include <string.h>

#include "openbook/index/doc.h"
#include "openbook/text/outline.h"
#include "openbook/text/passages.h"
#include "openbook/text/terms.h"

#include "fuzz.h"

static void check_outline(const struct ob_outline *o, size_t len)
{
    uint32_t at = 0;
    CHECK(o->text_len == len);
    for (size_t i = 0; i < o->n_lines; i++) {
        CHECK(o->lines[i].start >= at && o->lines[i].end >= o->lines[i].start);
        at = o->lines[i].end;
    }
    CHECK(at <= len && o->front_lines <= o->n_lines);
    for (size_t i = 0; i < o->n_defs; i++) {
        const struct ob_def *d = &o->defs[i];
        CHECK(d->first_line_1based >= 1 && d->first_line_1based <= d->line_1based);
        CHECK(d->line_1based <= d->end_line_1based && d->end_line_1based <= o->n_lines);
        CHECK((size_t)d->name_start + d->name_len <= len);
        CHECK(d->parent == OB_NO_DEF || d->parent < i);
    }
    for (size_t i = 0; i < o->n_marks; i++) {
        CHECK((size_t)o->marks[i].start + o->marks[i].len <= len);
        CHECK(o->marks[i].line_1based >= 1 && o->marks[i].line_1based <= o->n_lines);
    }
}

static void check_passages(const struct ob_outline *o, const struct ob_lang *lang)
{
    struct ob_passages p;
    uint32_t line = 0, at = 0;
    CHECK(ob_passages_cut(&p, o, lang, NULL) == 0);
    for (size_t i = 0; i < p.len; i++) {
        CHECK(p.items[i].first_line > line && p.items[i].last_line >= p.items[i].first_line);
        CHECK(p.items[i].start >= at && p.items[i].end >= p.items[i].start);
        CHECK(p.items[i].def == OB_NO_DEF || p.items[i].def < o->n_defs);
        line = p.items[i].last_line;
        at = p.items[i].end;
    }
    CHECK(line <= o->n_lines && at <= o->text_len);
    ob_passages_release(&p);
}

static void target(const unsigned char *bytes, size_t len)
{
    static struct ob_terms *terms; /* of this process */
    const char *text = (const char *)bytes, *end = len ? memchr(text, '\n', len) : NULL;
    char path[64];
    struct ob_outline o;
    struct ob_doc *doc;
    size_t n = end ? (size_t)(end - text) : 0;
    if (!end || n >= sizeof path || memchr(text, 0, n))
        return;
    memcpy(path, text, n);
    path[n] = '\0';
    text += n + 1;
    len -= n + 1;
    if (!terms)
        terms = ob_terms_new();
    const struct ob_lang *lang = ob_lang_of_path(path, n);
    CHECK(ob_outline_scan(&o, lang, text, len) == 0);
    check_outline(&o, len);
    check_passages(&o, lang);
    ob_outline_release(&o);
    if (ob_doc_new(&doc, terms, path, text, len, NULL) == 0)
        ob_doc_unref(doc);
}

FUZZ_TARGET(target, "file")
