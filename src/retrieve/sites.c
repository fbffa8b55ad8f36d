/* Places where a function is used.  They are found in the best files by its name: a file knows which
 * names of several parts it has, and a line that holds all parts of one is such a place.  A name of one
 * part is a word like any other: any line of code that holds it is taken for one.
 *
 * What the place says of the question is what stands on its line and on the two above it, where the
 * comment is.  Only what the signature does not say itself counts. */
#include "sites.h"

#include <stddef.h>
#include <string.h>

#include "openbook/base/mem.h"

enum { FUNCTIONS = 48, FILES = 150, SITES = 8, PARTS = 8, LINES_ABOVE = 2, LISTED_MAX = 2000 };

_Static_assert(FILES < UINT8_MAX, "numbers of files are bytes");

struct file { /* one of the best */
    const struct ob_doc *doc;
    const struct ob_doc_field *
        *fields; /* of the terms that were asked: NULL where it has one not */
};

struct sites {
    const struct ob__query *q;
    struct ob_arena arena;
    const struct ob__view *v;
    struct file files[FILES];
    size_t n_files;
    uint8_t *file_of; /* of a candidate: its number among the files + 1, or 0; in the arena */
};

struct name {
    uint64_t parts[PARTS];
    size_t n;
};

/* ------------------------------------------------------------ files */
static void find_files(struct sites *s, const struct ob__candidates *c, const struct ob__view *v)
{
    for (size_t i = 0; i < c->len && s->n_files < FILES; i++) {
        const struct ob_doc *d = ob__candidate_doc(v, &c->items[i]);
        if (d->lang->kind != OB_KIND_CODE)
            continue;
        s->files[s->n_files++].doc = d;
        s->file_of[i] = (uint8_t)s->n_files;
    }
}

/* Marks the files that have KEY among their names of several parts; false when so many of the project
 * have it that it is quicker to ask each. */
static bool find_holders(bool *holds, const struct sites *s, uint64_t key)
{
    if (ob__view_count(s->v, offsetof(struct ob_part, compounds), key) > LISTED_MAX)
        return false;
    for (size_t i = 0; i < s->v->n_parts; i++) {
        const struct ob__vpart *p = &s->v->parts[i];
        struct ob_part_range r = ob_part_find(&p->part->compounds, key);
        for (uint32_t k = r.first; k < r.first + r.count; k++) {
            uint32_t number = p->candidate[p->part->compound_docs[k]];
            if (number && s->file_of[number - 1])
                holds[s->file_of[number - 1] - 1] = true;
        }
    }
    return true;
}

static const struct ob_doc_field *const *fields_of(struct sites *s, struct file *f)
{
    if (f->fields)
        return f->fields;
    f->fields = ob_arena_alloc(&s->arena, s->q->n_terms * sizeof(const struct ob_doc_field *));
    for (size_t i = 0; i < s->q->n_terms; i++)
        f->fields[i] = s->q->terms[i].w > 0 && s->q->terms[i].word != UINT32_MAX
                           ? ob_doc_field_get(f->doc, s->q->terms[i].hash)
                           : NULL;
    return f->fields;
}

/* ------------------------------------------------------------ lines */
/* The first occurrence of the term on LINE or below it, or the end of its occurrences. */
static uint32_t first_at(const struct ob_doc *d, const struct ob_doc_field *f, uint32_t line)
{
    uint32_t low = f->first, high = f[1].first;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (d->occurrences[mid].line_1based < line)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool is_on(const struct ob_doc *d, const struct ob_doc_field *f, uint32_t first,
                  uint32_t last)
{
    uint32_t at = first_at(d, f, first);
    return at < f[1].first && d->occurrences[at].line_1based <= last;
}

/* What the place says of the question. */
static void hear(struct ob__groups *said, struct sites *s, struct file *f, uint32_t line)
{
    const struct ob_doc_field *const *fields = fields_of(s, f);
    uint32_t first = line > LINES_ABOVE ? line - LINES_ABOVE : 1;
    for (size_t i = 0; i < s->q->n_terms; i++)
        if (fields[i] && is_on(f->doc, fields[i], first, line))
            ob__groups_add(said, &s->q->terms[i]);
}

/* ------------------------------------------------------------ names */
static void on_part(const struct ob_term *t, void *data)
{
    struct name *name = data;
    if (t->kind != OB_TERM_COMPOUND && name->n < PARTS)
        name->parts[name->n++] = t->hash;
}

/* The fields of the name's parts, the rarest first; false where one is missing. */
static bool find_parts(const struct ob_doc_field **parts, const struct ob_doc *d,
                       const struct name *name)
{
    for (size_t i = 0; i < name->n; i++) {
        const struct ob_doc_field *f = ob_doc_field_get(d, name->parts[i]);
        if (!f)
            return false;
        parts[i] = f;
        if (f[1].first - f->first < parts[0][1].first - parts[0]->first) {
            parts[i] = parts[0];
            parts[0] = f;
        }
    }
    return true;
}

/* Hears the places of one file where the name stands, other than in a definition's name, in a comment,
 * or on the lines SELF, which are the function's own.  Returns how many of at most MOST there were. */
static size_t hear_file(struct ob__groups *said, struct sites *s, struct file *f,
                        const struct name *name, const struct ob__span *self, size_t most)
{
    const struct ob_doc_field *parts[PARTS];
    const struct ob_doc *d = f->doc;
    size_t n = 0;
    uint32_t last = 0;
    if (!find_parts(parts, d, name))
        return 0;
    for (uint32_t i = parts[0]->first; i < parts[0][1].first && n < most; i++) {
        struct ob_doc_occurrence o = d->occurrences[i];
        bool own = self && o.line_1based >= self->first && o.line_1based <= self->last;
        if (o.line_1based == last || o.where != OB_IN_BODY || own)
            continue;
        last = o.line_1based;
        size_t all = 1;
        while (all < name->n && is_on(d, parts[all], last, last))
            all++;
        if (all < name->n)
            continue;
        hear(said, s, f, last);
        n++;
    }
    return n;
}

static struct ob__groups hear_function(struct sites *s, const struct ob_doc *home,
                                       const struct ob__span *span, const struct name *name)
{
    struct ob__groups said = {0};
    uint64_t key = home->defs[span->def].joined;
    size_t left = SITES;
    bool holds[FILES] = {false}, known = name->n > 1 && find_holders(holds, s, key);
    for (size_t i = 0; i < s->n_files && left; i++) {
        struct file *f = &s->files[i];
        bool may =
            known ? holds[i]
                  : name->n == 1 || ob_doc_has_key(f->doc->compounds, f->doc->n_compounds, key);
        if (may)
            left -= hear_file(&said, s, f, name, f->doc == home ? span : NULL, left);
    }
    return said;
}

static void score(struct sites *s, const struct ob_doc *home, struct ob__span *span,
                  struct ob_terms *t)
{
    const char *spelled = home->defs[span->def].name;
    struct name name = {.n = 0};
    ob_terms_scan(t, spelled, strlen(spelled), on_part, &name);
    if (name.n == 0 || s->q->w.sum <= 0)
        return;
    struct ob__groups own = span->unit->signature;
    struct ob__groups both = ob__groups_union(own, hear_function(s, home, span, &name));
    double more = ob__groups_weight(s->q, both) - ob__groups_weight(s->q, own);
    span->unit->value[OB__S_SITES] = (float)(more / s->q->w.sum);
    span->score += ob__span_weights[OB__S_SITES][OB__CODE_SPAN] * more / s->q->w.sum;
}

void ob__sites_score(struct ob__spans *spans, const struct ob__candidates *c,
                     const struct ob__view *v, const struct ob__query *q, struct ob_terms *t)
{
    struct sites s = {.q = q, .v = v};
    size_t n = 0;
    s.file_of = ob_arena_alloc(&s.arena, c->len);
    find_files(&s, c, v);
    for (size_t i = 0; i < spans->len && n < FUNCTIONS; i++) {
        ob__spans_sort(spans, i + 1);
        struct ob__span *span = &spans->items[i];
        const struct ob_doc *d = ob__candidate_doc(v, &c->items[span->candidate]);
        if (!span->unit || span->def == OB_NO_DEF || d->defs[span->def].kind != OB_DEF_FUNCTION)
            continue;
        score(&s, d, span, t);
        n++;
    }
    spans->sorted = 0;
    ob_arena_release(&s.arena);
}
