/* The analysis of one file: terms to postings and fields, the outline to definitions, the path to
 * words.
 *
 * Terms are gathered with their line and field; sorting them by (hash, line) makes the list of
 * occurrences, from which parts make postings and questions score single definitions.  Passages are
 * cut with the terms a line holds. */
#include "openbook/index/doc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/hash.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/index/priors.h"
#include "openbook/text/notebook.h"
#include "openbook/text/passages.h"
#include "openbook/text/roff.h"
#include "openbook/text/title.h"
#include "openbook/text/utf8.h"

#include "role.h"

enum {
    MAX_TEXT_BYTES = 16 * 1024 * 1024,
    MAX_NAME_BYTES = 128,
    MAX_NAMES = 64, /* of a note */
    MAX_IMPORT_LINE = 300,
    FIRST_BYTES = 256,       /* of a document's memory: most files are small */
    MAX_SIGNATURE = 8,       /* lines */
    MAX_LINE = (1 << 23) - 1 /* what follows it in a text of 16 MiB can be a line feed only */
};

struct seen { /* one occurrence of a term */
    uint64_t hash;
    struct ob_doc_occurrence at;
    uint8_t role; /* enum ob__role; notes only */
    bool aside;   /* notes: in parentheses */
    bool defines; /* notes: its sentence says what something is */
};

struct keys {
    uint64_t *items;
    size_t len, cap;
};

struct names {
    struct ob_doc_name *items;
    size_t len, cap;
};

struct analysis {
    struct ob_doc *doc;
    const char *text;
    struct ob_outline outline;
    struct ob_passages cut;
    uint16_t *line_terms;
    struct seen *seen;
    size_t n_seen, cap_seen;
    struct keys compounds, imports, ids;
    struct ob_doc_compound *written;
    size_t n_written, cap_written;
    size_t read_to;     /* where the last term was met */
    bool aside;         /* and whether in parentheses */
    uint32_t role_word; /* whose role is known: */
    enum ob__role role;
    bool defines;
    uint32_t last_word, place; /* the last word that is no stop word, and its number */
    struct names names;
    size_t next_def, next_mark;        /* they are met in the order of the text */
    uint32_t looked_line, import_line; /* the last line looked at, and the last that imports */
};

/* ------------------------------------------------------------ keys */
static int compare_keys(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void add_key(struct keys *k, uint64_t key)
{
    OB_GROW(k->items, k->len, k->cap);
    k->items[k->len++] = key;
}

/* Sorts, drops repetitions, and moves the keys to the document's arena. */
static uint64_t *take_keys(struct ob_arena *arena, struct keys *k, uint32_t *n)
{
    if (k->len)
        qsort(k->items, k->len, sizeof *k->items, compare_keys);
    size_t m = 0;
    for (size_t i = 0; i < k->len; i++)
        if (m == 0 || k->items[m - 1] != k->items[i])
            k->items[m++] = k->items[i];
    uint64_t *out = ob_arena_alloc(arena, m * sizeof *out);
    if (m)
        memcpy(out, k->items, m * sizeof *out);
    *n = (uint32_t)m;
    ob_free(k->items);
    *k = (struct keys){0};
    return out;
}

/* ------------------------------------------------------------ terms */
static bool starts_word(const char *line, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len > n && memcmp(line, word, n) == 0 && !isalnum((unsigned char)line[n]) &&
           line[n] != '_';
}

static bool is_import(const char *line, size_t len)
{
    static const char *const words[] = {"import", "from", "use",    "require", "require_relative",
                                        "open",   "mod",  "alias",  "source",  "include",
                                        "using",  "load", "export", "@import"};
    while (len && (*line == ' ' || *line == '\t')) {
        line++;
        len--;
    }
    if (len > 8 && *line == '#')
        return memmem(line, len < 12 ? len : 12, "include", 7) != NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (starts_word(line, len, words[i]))
            return true;
    return memmem(line, len, "require(", 8) || memmem(line, len, "require '", 9) ||
           memmem(line, len, "@import(", 8);
}

static bool on_import_line(struct analysis *a, uint32_t line)
{
    if (a->looked_line != line) {
        const struct ob_line *l = &a->outline.lines[line - 1];
        size_t len = l->end - l->start;
        a->looked_line = line;
        if (l->cls != OB_LINE_COMMENT && len <= MAX_IMPORT_LINE &&
            a->doc->lang->kind == OB_KIND_CODE && is_import(a->text + l->start, len))
            a->import_line = line;
    }
    return a->import_line == line;
}

/* Whether the term stands in a name, label or tag of a note. */
static bool in_mark(struct analysis *a, const struct ob_term *t)
{
    const struct ob_outline *o = &a->outline;
    while (a->next_mark < o->n_marks &&
           o->marks[a->next_mark].start + (size_t)o->marks[a->next_mark].len <= t->start)
        a->next_mark++;
    const struct ob_mark *m = a->next_mark < o->n_marks ? &o->marks[a->next_mark] : NULL;
    return m && t->end > m->start && m->kind != OB_MARK_LINK && m->kind != OB_MARK_ID;
}

/* The field of a term by its place: in a definition's name, in a comment, or elsewhere. */
static enum ob_doc_where where_of(struct analysis *a, const struct ob_term *t)
{
    const struct ob_outline *o = &a->outline;
    while (a->next_def < o->n_defs &&
           o->defs[a->next_def].name_start + (size_t)o->defs[a->next_def].name_len <= t->start)
        a->next_def++;
    if (a->next_def < o->n_defs && t->end > o->defs[a->next_def].name_start)
        return OB_IN_NAME;
    if (in_mark(a, t))
        return OB_IN_NAME;
    return o->lines[t->line_1based - 1].cls == OB_LINE_COMMENT ? OB_IN_COMMENT : OB_IN_BODY;
}

/* Numbers the words of the file that say something; only notes are asked for places. */
static uint32_t number_of(struct analysis *a, const struct ob_term *t)
{
    if (a->doc->lang->kind != OB_KIND_NOTE)
        return 0;
    bool stop = t->kind == OB_TERM_WORD ? ob_stop_word(t->part, t->part_len)
                : t->kind == OB_TERM_HANGUL
                    ? ob_hangul_stop_word(a->text + t->start, t->end - t->start)
                    : false;
    if (!stop && t->word != a->last_word) {
        a->last_word = t->word;
        a->place++;
    }
    return a->place;
}

/* Whether the term stands in parentheses, which end with the paragraph at the latest. */
static bool is_aside(struct analysis *a, const struct ob_term *t)
{
    for (; a->read_to < t->start; a->read_to++) {
        char c = a->text[a->read_to];
        if (c == '(' || c == ')')
            a->aside = c == '(';
        else if (c == '\n' && a->read_to > 0 && a->text[a->read_to - 1] == '\n')
            a->aside = false;
    }
    return a->aside;
}

/* What the word of T does in its sentence; the same for all of its terms. */
static void read_role(struct analysis *a, const struct ob_term *t)
{
    if (t->word == a->role_word)
        return;
    a->role_word = t->word;
    a->role = ob__role_of(a->text, a->outline.text_len, t);
    a->defines = ob__role_defines(a->text, a->outline.text_len, t, a->role);
}

static void add_compound(struct analysis *a, const struct ob_term *t, uint64_t key)
{
    add_key(&a->compounds, key);
    if (a->doc->lang->kind != OB_KIND_NOTE || !ob_compound_joins_words(t->text, t->text_len))
        return;
    OB_GROW(a->written, a->n_written, a->cap_written);
    a->written[a->n_written++] = (struct ob_doc_compound){key, t->line_1based};
}

static void on_term(const struct ob_term *t, void *data)
{
    struct analysis *a = data;
    if (t->line_1based == 0 || t->line_1based > a->outline.n_lines || t->line_1based > MAX_LINE)
        return;
    bool compound = t->kind == OB_TERM_COMPOUND;
    if (a->outline.lines[t->line_1based - 1].cls == OB_LINE_META && !in_mark(a, t))
        return;
    if (compound || (t->kind == OB_TERM_WORD && t->word_terms == 1)) {
        uint64_t key =
            compound ? ob_name_key(t->text, t->text_len) : ob_name_key(t->part, t->part_len);
        if (compound)
            add_compound(a, t, key);
        if (on_import_line(a, t->line_1based))
            add_key(&a->imports, key);
    }
    if (compound)
        return;
    if (a->line_terms[t->line_1based - 1] < UINT16_MAX)
        a->line_terms[t->line_1based - 1]++;
    OB_GROW(a->seen, a->n_seen, a->cap_seen);
    struct ob_doc_occurrence at = {.line_1based = t->line_1based & MAX_LINE,
                                   .part = t->kind == OB_TERM_WORD && t->word_terms > 1,
                                   .place = number_of(a, t) & (OB_PLACES - 1),
                                   .where = where_of(a, t) & 3};
    bool note = a->doc->lang->kind == OB_KIND_NOTE;
    if (note)
        read_role(a, t);
    a->seen[a->n_seen++] = (struct seen){.hash = t->hash,
                                         .at = at,
                                         .role = (uint8_t)a->role,
                                         .aside = note && is_aside(a, t),
                                         .defines = a->defines};
}

/* ------------------------------------------------------------ passages */
static void take_passages(struct analysis *a)
{
    struct ob_doc *d = a->doc;
    d->n_passages = (uint32_t)a->cut.len;
    d->passages = ob_arena_alloc(&d->arena, a->cut.len * sizeof *d->passages);
    for (size_t i = 0; i < a->cut.len; i++) {
        const struct ob_passage *p = &a->cut.items[i];
        d->passages[i] =
            (struct ob_doc_passage){.first_line = p->first_line,
                                    .last_line = p->last_line,
                                    .def = p->def,
                                    .goes_on = p->goes_on && d->lang->kind == OB_KIND_NOTE};
    }
    size_t at = 0;
    for (uint32_t line = 1; line <= a->outline.n_lines && d->n_passages; line++) {
        while (at + 1 < d->n_passages && line > d->passages[at].last_line)
            at++;
        struct ob_doc_passage *p = &d->passages[at];
        bool blank = a->outline.lines[line - 1].cls == OB_LINE_BLANK;
        if (blank && line == p->first_line + p->blank && p->blank < UINT8_MAX)
            p->blank++;
        p->n_terms += a->line_terms[line - 1];
    }
}

/* How many words a sentence is about, if it is the N_WORDS-th that has this role. */
static uint8_t subject_words(enum ob__role role, uint32_t n_words)
{
    uint32_t n = n_words - (role == OB__ROLE_VERB && n_words > 0);
    return n <= OB_SUBJECT_WORDS ? (uint8_t)n : 0;
}

/* Counts the words of each passage from its first that is no title, and finds its subject and lead.
 * The terms are in the order of the text, and neighbouring words differ in the number they came with;
 * a stop word has that of the word before, the first ones of a passage that of the passage before. */
static void take_places(struct analysis *a)
{
    struct ob_doc *d = a->doc;
    size_t passage = 0;
    bool subject = false;
    if (d->lang->kind != OB_KIND_NOTE)
        return;
    uint32_t word = 0, n_words = 0, n_subject = 0; /* the latter without what is in parentheses */
    for (size_t i = 0; i < a->n_seen; i++) {
        struct ob_doc_occurrence *at = &a->seen[i].at;
        bool new_word = at->place != word;
        word = at->place;
        while (passage + 1 < d->n_passages && at->line_1based > d->passages[passage].last_line) {
            passage++;
            n_words = n_subject = 0;
            subject = false;
        }
        if (at->where == OB_IN_NAME)
            continue;
        n_words += new_word;
        n_subject += new_word && !a->seen[i].aside;
        at->place = (n_words ? n_words - 1 : 0) & (OB_PLACES - 1);
        if (!subject && !a->seen[i].aside && a->seen[i].role != OB__ROLE_NONE) {
            subject = true;
            if (a->seen[i].defines)
                d->passages[passage].subject = subject_words(a->seen[i].role, n_subject);
        }
        if (at->where == OB_IN_BODY && n_words <= OB_LEAD_WORDS)
            at->where = OB_IN_LEAD;
    }
}

/* ------------------------------------------------------------ definitions */
/* How many lines the name and what stands in parentheses behind it take. */
static uint8_t signature_lines(const struct analysis *a, const struct ob_def *def)
{
    int open = 0;
    uint8_t n = 0;
    if (def->kind == OB_DEF_HEADING)
        return 0;
    while (n < MAX_SIGNATURE && def->line_1based + n <= def->end_line_1based) {
        const struct ob_line *line = &a->outline.lines[def->line_1based + n++ - 1];
        for (uint32_t i = line->start; i < line->end; i++)
            open += (a->text[i] == '(') - (a->text[i] == ')');
        if (open <= 0)
            break;
    }
    return n;
}

/* The sum up to LAST without that before FIRST, both lines of the file. */
static uint32_t terms_between(const uint32_t *up_to, uint32_t first, uint32_t last)
{
    return last >= first ? up_to[last] - up_to[first - 1] : 0;
}

/* Fills the numbers of terms of every definition, from the sums of terms up to each line. */
static int count_own_terms(struct analysis *a)
{
    struct ob_doc *d = a->doc;
    size_t lines = a->outline.n_lines;
    uint32_t *up_to = ob_try_alloc(lines + 1, sizeof *up_to);
    if (!up_to)
        return OB_ENOMEM;
    for (size_t i = 0; i < lines; i++)
        up_to[i + 1] = up_to[i] + a->line_terms[i];
    for (uint32_t i = 0; i < d->n_defs; i++) {
        struct ob_doc_def *def = &d->defs[i];
        uint32_t last = def->own_end < lines ? def->own_end : (uint32_t)lines;
        def->n_terms = terms_between(up_to, def->first_line_1based, last);
        last = def->line_1based + def->signature_lines - 1;
        uint32_t n = terms_between(up_to, def->line_1based, last < lines ? last : (uint32_t)lines);
        def->n_signature_terms = n < UINT8_MAX ? (uint8_t)n : UINT8_MAX;
    }
    ob_free(up_to);
    return 0;
}

static void count_term(const struct ob_term *t, void *data)
{
    uint8_t *n = data;
    if (t->kind != OB_TERM_COMPOUND && *n < UINT8_MAX)
        ++*n;
}

static uint8_t name_terms(struct ob_terms *t, const char *name, size_t len)
{
    uint8_t n = 0;
    ob_terms_scan(t, name, len, count_term, &n);
    return n;
}

static void add_name(struct analysis *a, const char *name, size_t len)
{
    uint64_t key = ob_page_key(name, len);
    bool known = !key || a->names.len == MAX_NAMES;
    for (size_t i = 0; i < a->names.len && !known; i++)
        known = a->names.items[i].key == key;
    if (known)
        return;
    OB_GROW(a->names.items, a->names.len, a->names.cap);
    a->names.items[a->names.len++] =
        (struct ob_doc_name){ob_arena_strndup(&a->doc->arena, name, len), key};
}

/* "area/sub" has the key of "area" too. */
static void add_tag(struct analysis *a, const char *tag, size_t len)
{
    for (size_t i = 1; i <= len; i++)
        if (i == len || tag[i] == '/')
            add_key(&a->compounds, ob_tag_key(tag, i));
}

/* Writes the name of a definition as readers see it to OUT, which has room for OB_TITLE_MAX bytes; returns
 * its length. */
static size_t plain_name(char *out, const struct analysis *a, const struct ob_def *def)
{
    const char *name = a->text + def->name_start;
    size_t len = def->name_len;
    if (len > OB_TITLE_MAX)
        len = ob_utf8_floor(name, OB_TITLE_MAX);
    if (def->kind == OB_DEF_HEADING)
        return ob_title_plain(out, NULL, a->doc->lang, name, len);
    memcpy(out, name, len);
    return len;
}

static uint64_t link_key(const char *link, size_t len)
{
    bool id = len > 3 && memcmp(link, "id:", 3) == 0;
    return id ? ob_id_key(link + 3, len - 3) : ob_page_key(link, len);
}

/* The title of a note and its other names, its tags, and which pages it links to. */
static void take_marks(struct analysis *a)
{
    const struct ob_outline *o = &a->outline;
    struct ob_doc *d = a->doc;
    d->front_lines = o->front_lines;
    if (d->lang->kind == OB_KIND_NOTE && o->n_defs && o->defs[0].level <= 1) {
        char plain[OB_TITLE_MAX];
        add_name(a, plain, plain_name(plain, a, &o->defs[0]));
    }
    size_t titles = a->names.len;
    for (size_t i = 0; i < o->n_marks; i++) {
        const char *at = a->text + o->marks[i].start;
        size_t len = o->marks[i].len;
        uint64_t key = o->marks[i].kind == OB_MARK_LINK ? link_key(at, len) : 0;
        if (o->marks[i].kind == OB_MARK_ID)
            add_key(&a->ids, ob_id_key(at, len));
        else if (o->marks[i].kind == OB_MARK_NAME)
            add_name(a, at, len);
        else if (o->marks[i].kind == OB_MARK_TAG)
            add_tag(a, at, len);
        else if (key)
            add_key(&a->imports, key);
    }
    d->names = ob_arena_alloc(&d->arena, a->names.len * sizeof *d->names);
    if (a->names.len)
        memcpy(d->names, a->names.items, a->names.len * sizeof *d->names);
    d->n_names = (uint32_t)a->names.len;
    d->n_aliases = (uint32_t)(a->names.len - titles);
}

/* Definition I is known: the types and headings that hold it, or stand open above it, end before
 * it. */
static void end_above(struct ob_doc *d, uint32_t i)
{
    uint32_t first = d->defs[i].first_line_1based;
    for (uint32_t up = d->defs[i].parent; up != OB_NO_DEF && up < i; up = d->defs[up].parent)
        if (d->defs[up].own_end >= first && d->defs[up].kind != OB_DEF_FUNCTION)
            d->defs[up].own_end =
                first > d->defs[up].line_1based ? first - 1 : d->defs[up].line_1based;
}

static int take_defs(struct analysis *a, struct ob_terms *t)
{
    struct ob_doc *d = a->doc;
    d->n_defs = (uint32_t)a->outline.n_defs;
    d->defs = ob_arena_alloc(&d->arena, d->n_defs * sizeof *d->defs);
    for (uint32_t i = 0; i < d->n_defs; i++) {
        const struct ob_def *from = &a->outline.defs[i];
        char name[OB_TITLE_MAX];
        size_t len = plain_name(name, a, from);
        if (len > MAX_NAME_BYTES)
            len = ob_utf8_floor(name, MAX_NAME_BYTES);
        d->defs[i] = (struct ob_doc_def){
            .name = ob_arena_strndup(&d->arena, name, len),
            .joined = ob_name_key(name, len),
            .line_1based = from->line_1based,
            .end_line_1based = from->end_line_1based,
            .first_line_1based = from->first_line_1based,
            .own_end = from->end_line_1based,
            .parent = from->parent,
            .kind = from->kind,
            .level = from->level,
            .n_name_terms = name_terms(t, name, len),
            .signature_lines = signature_lines(a, from),
        };
        end_above(d, i);
    }
    return count_own_terms(a);
}

/* ------------------------------------------------------------ occurrences */
static int compare_seen(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->at.line_1based > y->at.line_1based) - (x->at.line_1based < y->at.line_1based);
}

static void add_occurrence(struct ob_doc *d, const struct seen *s)
{
    if (d->n_fields == 0 || d->fields[d->n_fields - 1].hash != s->hash)
        d->fields[d->n_fields++] = (struct ob_doc_field){.hash = s->hash, .first = d->n_terms};
    struct ob_doc_field *f = &d->fields[d->n_fields - 1];
    d->occurrences[d->n_terms++] = s->at;
    if (s->at.where == OB_IN_NAME && f->tf_def < UINT16_MAX) {
        f->tf_def++;
        d->n_def_terms++;
    } else if (s->at.where == OB_IN_COMMENT && f->tf_comment < UINT16_MAX) {
        f->tf_comment++;
        d->n_comment_terms++;
    }
}

static void take_occurrences(struct analysis *a)
{
    struct ob_doc *d = a->doc;
    size_t n_fields = 0;
    if (a->n_seen)
        qsort(a->seen, a->n_seen, sizeof *a->seen, compare_seen);
    for (size_t i = 0; i < a->n_seen; i++)
        n_fields += i == 0 || a->seen[i].hash != a->seen[i - 1].hash;
    d->fields = ob_arena_alloc(&d->arena, (n_fields + 1) * sizeof *d->fields);
    d->occurrences = ob_arena_alloc(&d->arena, a->n_seen * sizeof *d->occurrences);
    for (size_t i = 0; i < a->n_seen; i++)
        add_occurrence(d, &a->seen[i]);
    d->fields[d->n_fields] = (struct ob_doc_field){.hash = UINT64_MAX, .first = d->n_terms};
}

static int compare_written(const void *a, const void *b)
{
    const struct ob_doc_compound *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->line_1based > y->line_1based) - (x->line_1based < y->line_1based);
}

static void take_written(struct analysis *a)
{
    struct ob_doc *d = a->doc;
    d->written = ob_arena_alloc(&d->arena, a->n_written * sizeof *d->written);
    if (a->n_written)
        qsort(a->written, a->n_written, sizeof *a->written, compare_written);
    for (size_t i = 0; i < a->n_written; i++)
        if (i == 0 || compare_written(&a->written[i - 1], &a->written[i]) != 0)
            d->written[d->n_written++] = a->written[i];
}

/* ------------------------------------------------------------ path */
struct words {
    struct ob_arena *arena;
    struct ob_doc_word *items;
    size_t len, cap;
};

static void on_path_term(const struct ob_term *t, void *data)
{
    struct words *w = data;
    if (t->kind == OB_TERM_COMPOUND)
        return;
    OB_GROW(w->items, w->len, w->cap);
    w->items[w->len++] = (struct ob_doc_word){ob_arena_strndup(w->arena, t->text, t->text_len),
                                              (uint32_t)t->text_len, t->hash};
}

static struct ob_doc_word *path_words(struct ob_arena *arena, struct ob_terms *t, const char *text,
                                      size_t len, uint32_t *n)
{
    struct words w = {.arena = arena};
    ob_terms_scan(t, text, len, on_path_term, &w);
    struct ob_doc_word *out = ob_arena_alloc(arena, w.len * sizeof *out);
    if (w.len)
        memcpy(out, w.items, w.len * sizeof *out);
    *n = (uint32_t)w.len;
    ob_free(w.items);
    return out;
}

/* Files that stand for their folder. */
static bool names_its_folder(const char *stem, size_t len)
{
    static const char *const names[] = {"init", "__init__", "index",  "mod",
                                        "lib",  "main",     "package"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == len && memcmp(names[i], stem, len) == 0)
            return true;
    return false;
}

static void take_path(struct ob_doc *d, struct ob_terms *t)
{
    const char *base = ob_path_base(d->path);
    size_t folders_len = (size_t)(base - d->path);
    size_t stem_len = base[0] == '.' ? 1 + strcspn(base + 1, ".") : strcspn(base, ".");
    d->stem = path_words(&d->arena, t, base, stem_len, &d->n_stem);
    d->folders = path_words(&d->arena, t, d->path, folders_len, &d->n_folders);
    d->stem_key = ob_name_key(base, stem_len);
    d->page_key = d->lang->kind == OB_KIND_NOTE ? ob_page_key(base, strlen(base)) : 0;
    d->priors = ob_priors_of_path(d->path);
    if (folders_len == 0)
        return;
    const char *last = base - 1;
    while (last > d->path && last[-1] != '/')
        last--;
    size_t last_len = (size_t)(base - 1 - last);
    (void)path_words(&d->arena, t, last, last_len, &d->n_last_folder); /* only how many */
    if (names_its_folder(base, stem_len))
        d->stem_key = ob_name_key(last, last_len);
}

/* ------------------------------------------------------------ life */
static void analysis_release(struct analysis *a)
{
    ob_outline_release(&a->outline);
    ob_passages_release(&a->cut);
    ob_free(a->line_terms);
    ob_free(a->seen);
    ob_free(a->compounds.items);
    ob_free(a->written);
    ob_free(a->imports.items);
    ob_free(a->ids.items);
    ob_free(a->names.items);
}

static int analyse(struct analysis *a, struct ob_terms *t, size_t len)
{
    struct ob_doc *d = a->doc;
    int err = ob_outline_scan(&a->outline, d->lang, a->text, len);
    if (err)
        return err;
    a->line_terms = ob_try_alloc(a->outline.n_lines + 1, sizeof *a->line_terms);
    if (!a->line_terms)
        return OB_ENOMEM;
    ob_terms_scan(t, a->text, len, on_term, a);
    err = ob_passages_cut(&a->cut, &a->outline, d->lang, a->line_terms);
    if (err)
        return err;
    d->n_lines = (uint32_t)a->outline.n_lines;
    take_path(d, t);
    take_marks(a);
    take_passages(a);
    take_places(a);
    err = take_defs(a, t);
    if (err)
        return err;
    take_occurrences(a);
    take_written(a);
    d->compounds = take_keys(&d->arena, &a->compounds, &d->n_compounds);
    d->imports = take_keys(&d->arena, &a->imports, &d->n_imports);
    d->ids = take_keys(&d->arena, &a->ids, &d->n_ids);
    return 0;
}

int ob_doc_new(struct ob_doc **out, struct ob_terms *t, const char *path, const char *text,
               size_t len, struct ob_error *e)
{
    if (len > MAX_TEXT_BYTES)
        return ob_error_set(e, OB_ETOOBIG, "%s is over %d MiB", path, MAX_TEXT_BYTES >> 20);
    struct ob_doc *d = ob_alloc(sizeof *d);
    struct analysis a = {.doc = d, .text = text, .last_word = UINT32_MAX, .role_word = UINT32_MAX};
    atomic_init(&d->refs, 1);
    d->arena.first_bytes = FIRST_BYTES;
    d->path = ob_arena_strdup(&d->arena, path);
    d->lang = ob_lang_of_path(path, strlen(path));
    d->text_hash = ob_hash(text, len);
    d->text_bytes = len;
    struct ob_buf cells;
    ob_buf_init(&cells, MAX_TEXT_BYTES);
    bool notebook = strcmp(d->lang->name, "notebook") == 0;
    bool man = d->lang->syntax == OB_SYNTAX_ROFF;
    if ((notebook && ob_notebook_text(&cells, text, len) == 0) ||
        (man && ob_roff_text(&cells, text, len) == 0)) {
        a.text = ob_buf_str(&cells); /* of as many lines */
        len = cells.len;
    }
    int err = analyse(&a, t, len);
    analysis_release(&a);
    ob_buf_release(&cells);
    if (err) {
        ob_doc_unref(d);
        return ob_error_set(e, err, "%s cannot be analysed (%s)", path, ob_err_name(err));
    }
    *out = d;
    return 0;
}

struct ob_doc *ob_doc_renamed(struct ob_doc *d, struct ob_terms *t, const char *path)
{
    if (ob_lang_of_path(path, strlen(path)) != d->lang)
        return NULL;
    struct ob_doc *n = ob_alloc(sizeof *n);
    memcpy(n, d, sizeof *n); /* what points into D's arena is good as long as D is held */
    atomic_init(&n->refs, 1);
    n->shares = ob_doc_ref(d->shares ? d->shares : d);
    n->arena = (struct ob_arena){.first_bytes = FIRST_BYTES};
    n->path = ob_arena_strdup(&n->arena, path);
    n->n_stem = n->n_folders = n->n_last_folder = 0;
    take_path(n, t);
    return n;
}

struct ob_doc *ob_doc_ref(struct ob_doc *d)
{
    atomic_fetch_add(&d->refs, 1);
    return d;
}

void ob_doc_unref(struct ob_doc *d)
{
    if (!d || atomic_fetch_sub(&d->refs, 1) != 1)
        return;
    ob_arena_release(&d->arena);
    ob_doc_unref(d->shares); /* one step: what is shared shares nothing itself */
    ob_free(d);
}

uint64_t ob_doc_text_hash(const struct ob_doc *d)
{
    return d->text_hash;
}

size_t ob_doc_text_bytes(const struct ob_doc *d)
{
    return d->text_bytes;
}
