/* Scoring spans.  For each term of the question the file's occurrences are walked once; each counts
 * for the innermost definition that is a unit, and for the window it stands in. */
#include "units.h"

#include <math.h>
#include <string.h>

#include "openbook/base/mem.h"

#include "bm25.h"

enum {
    FEW_LINES = 8,  /* a shorter span costs as much: to be small is no merit */
    ABOVE_MAX = 16, /* how many enclosing definitions are looked at */
    HEAD_LINES = 6, /* the first lines of a span: where prose says what it is about */
    TOPIC_WORDS = 4 /* "A switching component is": its first words name it */
};

struct tally { /* of one definition or window */
    struct ob__groups own, name, comment, head, lead, subject;
    uint8_t topic;  /* bit i: the word at place i of its lead was asked for */
    uint32_t pairs; /* bit i: the words at places i and i + 1 of the question, together */
    float bm25, dense;
    float near;         /* weight of the best two lines */
    uint32_t tf;        /* of the term that is being counted */
    uint16_t name_hits; /* terms of the question in the name */
    bool name_seen;     /* by the term that is being counted */
};

struct place_hit { /* a word of the question on a line of a note */
    uint32_t next; /* on the same line, + 1; 0: none */
    uint8_t of_question, of_text;
};

struct scoring {
    const struct ob__units_of *of;
    const struct ob__query *q;
    struct tally *tallies; /* of definitions, then of windows */
    uint32_t *touched;     /* by the term that is being counted */
    uint32_t n_touched;
    struct ob__groups *lines; /* what stands on each line of the document; [0] is unused */
    struct place_hit *hits;   /* notes only */
    uint32_t *line_hits;      /* the last hit of each line, + 1; NULL: no note */
    size_t n_hits, cap_hits;
};

/* ------------------------------------------------------------ which unit */
static bool is_inner(const struct ob_doc *d, uint32_t def)
{
    const struct ob_doc_def *here = &d->defs[def];
    if (here->parent == OB_NO_DEF || here->parent >= def)
        return false;
    const struct ob_doc_def *up = &d->defs[here->parent];
    return up->kind == OB_DEF_FUNCTION &&
           (here->kind == OB_DEF_VALUE ||
            up->end_line_1based - up->first_line_1based < OB__UNIT_LINES);
}

/* A note's title outside of its text names all sections and is none itself. */
static bool is_title(const struct ob_doc_def *def)
{
    return def->kind == OB_DEF_HEADING && def->level == 0;
}

/* Finds the units of lines that are asked for in growing order. */
struct unit_cursor {
    const struct ob_doc *doc;
    uint32_t next; /* the first definition that begins below the last line */
};

/* The unit that the line belongs to: what is defined inside a short function is part of it. */
static uint32_t unit_at(struct unit_cursor *c, uint32_t line)
{
    const struct ob_doc *d = c->doc;
    while (c->next < d->n_defs && d->defs[c->next].first_line_1based <= line)
        c->next++;
    uint32_t def = c->next ? c->next - 1 : OB_NO_DEF;
    while (def != OB_NO_DEF && d->defs[def].end_line_1based < line)
        def = d->defs[def].parent < def ? d->defs[def].parent : OB_NO_DEF;
    while (def != OB_NO_DEF && is_inner(d, def))
        def = d->defs[def].parent;
    return def;
}

/* ------------------------------------------------------------ counting */
static uint32_t first_line(const struct ob_doc *d, uint32_t at)
{
    return at < d->n_defs ? d->defs[at].first_line_1based : d->passages[at - d->n_defs].first_line;
}

/* How many words the text of a definition or passage begins with that say what it is about. */
static uint32_t subject_words(const struct ob_doc *d, uint32_t at)
{
    uint32_t passage =
        at < d->n_defs ? ob_doc_passage_at(d, d->defs[at].first_line_1based) : at - d->n_defs;
    return d->passages[passage].subject;
}

static void count_lead(struct scoring *s, uint32_t at, const struct ob__qterm *t, uint32_t place)
{
    struct tally *tally = &s->tallies[at];
    ob__groups_add(&tally->lead, t);
    if (place < subject_words(s->of->doc, at))
        ob__groups_add(&tally->subject, t);
    if (place < 8 * sizeof tally->topic)
        tally->topic |= (uint8_t)(1 << place);
}

static void count(struct scoring *s, uint32_t at, const struct ob__qterm *t,
                  struct ob_doc_occurrence o)
{
    struct tally *tally = &s->tallies[at];
    if (o.line_1based < first_line(s->of->doc, at) + HEAD_LINES)
        ob__groups_add(&tally->head, t);
    if (tally->tf++ == 0)
        s->touched[s->n_touched++] = at;
    ob__groups_add(&tally->own, t);
    if (o.where == OB_IN_COMMENT)
        ob__groups_add(&tally->comment, t);
    if (o.where == OB_IN_LEAD && o.line_1based < first_line(s->of->doc, at) + HEAD_LINES)
        count_lead(s, at, t, o.place);
}

static void note_place(struct scoring *s, const struct ob__qterm *t, struct ob_doc_occurrence o)
{
    if (!s->line_hits || t->place >= OB__QUERY_PLACES || o.line_1based > s->of->doc->n_lines)
        return;
    OB_GROW(s->hits, s->n_hits, s->cap_hits);
    s->hits[s->n_hits++] =
        (struct place_hit){s->line_hits[o.line_1based], t->place, (uint8_t)o.place};
    s->line_hits[o.line_1based] = (uint32_t)s->n_hits;
}

static void count_name(struct tally *tally, const struct ob__qterm *t)
{
    ob__groups_add(&tally->name, t);
    tally->name_hits += !tally->name_seen;
    tally->name_seen = true;
}

static void close_term(struct scoring *s, const struct ob__qterm *t)
{
    const struct ob_doc *d = s->of->doc;
    for (uint32_t i = 0; i < s->n_touched; i++) {
        uint32_t at = s->touched[i];
        struct tally *tally = &s->tallies[at];
        double len = at < d->n_defs ? d->defs[at].n_terms : d->passages[at - d->n_defs].n_terms;
        tally->bm25 += (float)(t->w * ob__bm25(tally->tf, len, s->of->average_terms, 0.5));
        tally->dense += (float)(t->w * ob__bm25(tally->tf, len, s->of->average_terms, 1));
        tally->tf = 0;
        tally->name_seen = false;
    }
    s->n_touched = 0;
}

static void count_term(struct scoring *s, const struct ob__qterm *t)
{
    const struct ob_doc *d = s->of->doc;
    const struct ob_doc_field *f = ob_doc_field_get(d, t->hash);
    if (!f)
        return;
    struct unit_cursor cursor = {.doc = d};
    uint32_t def = OB_NO_DEF, line = 0, passage = 0;
    for (uint32_t i = f->first; i < f[1].first; i++) {
        struct ob_doc_occurrence o = d->occurrences[i];
        if (o.line_1based != line) {
            line = o.line_1based;
            def = unit_at(&cursor, line);
            if (line > d->passages[passage].last_line)
                passage = ob_doc_passage_at(d, line);
        }
        if (def != OB_NO_DEF) {
            count(s, def, t, o);
            if (o.where == OB_IN_NAME && d->defs[def].line_1based == line)
                count_name(&s->tallies[def], t);
        }
        count(s, d->n_defs + passage, t, o);
        ob__groups_add(&s->lines[line <= d->n_lines ? line : 0], t);
        note_place(s, t, o);
    }
    close_term(s, t);
}

static uint64_t rotate(uint64_t places, unsigned by)
{
    return places << by | places >> (OB_PLACES - by);
}

/* Which neighbours of the question follow each other on the line, with at most a word between. */
static uint32_t pairs_on(const struct scoring *s, uint32_t line)
{
    uint64_t places[OB__QUERY_PLACES] = {0};
    uint32_t pairs = 0;
    if (!s->line_hits)
        return 0;
    for (uint32_t i = s->line_hits[line]; i; i = s->hits[i - 1].next)
        places[s->hits[i - 1].of_question] |= (uint64_t)1 << s->hits[i - 1].of_text;
    for (int i = 0; i + 1 < OB__QUERY_PLACES; i++)
        if ((rotate(places[i], 1) | rotate(places[i], 2)) & places[i + 1])
            pairs |= (uint32_t)1 << i;
    return pairs;
}

static void note_line(struct scoring *s, uint32_t at, double weight, uint32_t pairs)
{
    if (s->tallies[at].near < (float)weight)
        s->tallies[at].near = (float)weight;
    s->tallies[at].pairs |= pairs;
}

/* What stands together on two neighbouring lines counts for the spans that hold the first. */
static void count_lines(struct scoring *s)
{
    const struct ob_doc *d = s->of->doc;
    struct unit_cursor cursor = {.doc = d};
    uint32_t passage = 0;
    for (uint32_t line = 1; line <= d->n_lines; line++) {
        struct ob__groups here = s->lines[line];
        if (!(here.own | here.extra))
            continue;
        if (line < d->n_lines)
            here = ob__groups_union(here, s->lines[line + 1]);
        double weight = ob__groups_weight(s->q, here);
        uint32_t def = unit_at(&cursor, line);
        if (line > d->passages[passage].last_line)
            passage = ob_doc_passage_at(d, line);
        uint32_t pairs = pairs_on(s, line);
        note_line(s, d->n_defs + passage, weight, pairs);
        if (def != OB_NO_DEF)
            note_line(s, def, weight, pairs);
    }
}

/* ------------------------------------------------------------ features */
static double share(const struct ob__query *q, struct ob__groups g)
{
    return q->sum_w > 0 ? ob__groups_weight(q, g) / q->sum_w : 0;
}

static double pair_share(const struct ob__query *q, uint32_t pairs)
{
    double sum = 0;
    for (; pairs; pairs &= pairs - 1)
        sum += q->pair_w[__builtin_ctz(pairs)];
    return q->sum_pairs > 0 ? sum / q->sum_pairs : 0;
}

static struct ob__groups names_above(const struct scoring *s, uint32_t def)
{
    const struct ob_doc *d = s->of->doc;
    struct ob__groups g = s->of->in_path;
    for (int i = 0; i < ABOVE_MAX && d->defs[def].parent < def; i++) {
        def = d->defs[def].parent;
        g = ob__groups_union(g, s->tallies[def].name);
    }
    return g;
}

static void name_values(float *value, const struct scoring *s, const struct ob_doc_def *def,
                        const struct tally *tally)
{
    const struct ob__query *q = s->q;
    double a = share(q, tally->name);
    /* the target of a link in a title is no term of its name, but may be hit */
    double b = def->n_name_terms ? fmin(tally->name_hits / (double)def->n_name_terms, 1) : 0;
    value[OB__S_NAME] = (float)a;
    value[OB__S_NAMEF] = a + b > 0 ? (float)(2 * a * b / (a + b)) : 0;
    for (size_t i = 0; i < q->n_names; i++)
        if (q->names[i].key == def->joined) {
            double same = strcmp(q->names[i].text, def->name) == 0 ? 1 : 0.6;
            value[OB__S_EXACT] = fmaxf(value[OB__S_EXACT], (float)(same * q->names[i].weight));
        }
    for (size_t i = 0; i < q->n_joined; i++)
        if (q->joined[i] == def->joined)
            value[OB__S_JOINED] = 1;
}

/* How far what is asked for is what the text is about, and the text about what is asked for. */
static double subject_share(const struct scoring *s, const struct tally *tally, uint32_t words)
{
    uint32_t places = tally->topic & ((1u << words) - 1);
    return words ? share(s->q, tally->subject) * __builtin_popcount(places) / words : 0;
}

static void common_values(struct ob__unit *u, const struct scoring *s, const struct tally *tally,
                          struct ob__groups above)
{
    const struct ob_doc *d = s->of->doc;
    float *value = u->value;
    value[OB__S_BM25] = tally->bm25;
    value[OB__S_DENSE] = tally->dense;
    value[OB__S_NEAR] = s->q->sum_w > 0 ? (float)(tally->near / s->q->sum_w) : 0;
    value[OB__S_HEAD] = (float)share(s->q, tally->head);
    value[OB__S_LEAD] = (float)share(s->q, tally->lead);
    value[OB__S_TOPIC] =
        (float)__builtin_popcount(tally->topic & ((1u << TOPIC_WORDS) - 1)) / TOPIC_WORDS;
    value[OB__S_PHRASE] = (float)pair_share(s->q, tally->pairs);
    value[OB__S_COVER] = (float)share(s->q, tally->own);
    value[OB__S_DOC] = (float)share(s->q, tally->comment);
    value[OB__S_ABOVE] = (float)share(s->q, above);
    value[OB__S_REACH] = (float)share(s->q, ob__groups_union(tally->own, above));
    double lines = u->last - u->first + 1;
    value[OB__S_LINES] = (float)(log(1 + fmax(lines, FEW_LINES)) / 5);
    uint32_t passage = ob_doc_passage_at(d, u->first), last = ob_doc_passage_at(d, u->last);
    if (s->q->asks_what)
        value[OB__S_SUBJECT] = (float)subject_share(s, tally, d->passages[passage].subject);
    for (; passage <= last && passage < d->n_passages; passage++)
        value[OB__S_WINDOW] = fmaxf(value[OB__S_WINDOW], s->of->passage_s[passage]);
}

/* A unit is shown whole if it is short; of a longer type or section only what is its own. */
static uint32_t last_shown(const struct ob_doc_def *def)
{
    uint32_t limit = def->first_line_1based + OB__UNIT_LINES - 1;
    if (def->kind == OB_DEF_HEADING || def->end_line_1based > limit)
        return def->own_end < limit ? def->own_end : limit;
    return def->end_line_1based;
}

static void set_definition(struct ob__unit *u, const struct scoring *s, uint32_t i)
{
    const struct ob_doc_def *def = &s->of->doc->defs[i];
    const struct tally *tally = &s->tallies[i];
    *u = (struct ob__unit){.def = i, .first = def->first_line_1based, .last = last_shown(def)};
    common_values(u, s, tally, names_above(s, i));
    if (tally->name.own | tally->name.extra)
        name_values(u->value, s, def, tally);
    u->value[OB__S_TYPE] = def->kind == OB_DEF_TYPE;
    u->value[OB__S_VALUE] = def->kind == OB_DEF_VALUE || def->kind == OB_DEF_MACRO;
    u->value[OB__S_TOP] = def->kind == OB_DEF_HEADING && def->level <= 1;
    if (def->kind == OB_DEF_TYPE && def->n_name_terms)
        u->type_name = u->value[OB__S_NAME] * sqrtf(tally->name_hits / (float)def->n_name_terms);
}

static void set_window(struct ob__unit *u, const struct scoring *s, uint32_t i)
{
    const struct ob_doc *d = s->of->doc;
    const struct ob_doc_passage *p = &d->passages[i];
    *u = (struct ob__unit){.def = OB_NO_DEF, .first = p->first_line, .last = p->last_line};
    struct ob__groups above = s->of->in_path;
    uint32_t def = p->def;
    if (def < d->n_defs)
        above = ob__groups_union(names_above(s, def), s->tallies[def].name);
    common_values(u, s, &s->tallies[d->n_defs + i], above);
    u->value[OB__S_PLAIN] = 1;
}

/* Whether one definition that is shown whole has all lines of the window, which then says no more.
 * What follows a wide gap in a section of a note is a thing of its own. */
static bool is_inside(struct unit_cursor *c, const struct ob_doc_passage *p)
{
    const struct ob_doc *d = c->doc;
    uint32_t def = unit_at(c, p->first_line);
    if (def == OB_NO_DEF || is_title(&d->defs[def]))
        return false;
    bool first = d->defs[def].line_1based >= p->first_line;
    return (d->lang->kind != OB_KIND_NOTE || first || p->goes_on) &&
           d->defs[def].first_line_1based <= p->first_line &&
           last_shown(&d->defs[def]) >= p->last_line;
}

void ob__units_score(struct ob__units *out, struct ob_arena *arena, const struct ob__units_of *of,
                     const struct ob__query *q)
{
    const struct ob_doc *d = of->doc;
    uint32_t n = d->n_defs + d->n_passages, found = 0;
    struct scoring s = {.of = of, .q = q};
    *out = (struct ob__units){0};
    if (d->n_passages == 0)
        return;
    s.tallies = ob_alloc(n * sizeof *s.tallies);
    s.touched = ob_alloc(n * sizeof *s.touched);
    s.lines = ob_alloc((d->n_lines + (size_t)1) * sizeof *s.lines);
    if (d->lang->kind == OB_KIND_NOTE)
        s.line_hits = ob_alloc((d->n_lines + (size_t)1) * sizeof *s.line_hits);
    for (size_t i = 0; i < q->n_terms; i++)
        if (q->terms[i].w > 0)
            count_term(&s, &q->terms[i]);
    count_lines(&s);
    for (uint32_t i = 0; i < n; i++)
        found += s.tallies[i].bm25 > 0;
    out->items = ob_arena_alloc(arena, found * sizeof *out->items);
    struct unit_cursor cursor = {.doc = d};
    for (uint32_t i = 0; i < n; i++) {
        if (s.tallies[i].bm25 <= 0 || (i < d->n_defs && is_title(&d->defs[i])))
            continue;
        if (i < d->n_defs)
            set_definition(&out->items[out->len++], &s, i);
        else if (!is_inside(&cursor, &d->passages[i - d->n_defs]))
            set_window(&out->items[out->len++], &s, i - d->n_defs);
    }
    ob_free(s.tallies);
    ob_free(s.touched);
    ob_free(s.lines);
    ob_free(s.hits);
    ob_free(s.line_hits);
}
