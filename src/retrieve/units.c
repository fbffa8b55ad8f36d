/* Scoring spans.  The lines on which a term of the question stands are found first, and which span
 * holds each: a bit for each line of the file, so that the cost is that of the occurrences, not of the
 * file.  Then each term's occurrences are walked once; each counts for the innermost definition that
 * is a unit, and for the window it stands in.
 *
 * Many files are counted to rank them, few are shown: what only a list of spans needs (`struct detail`)
 * is counted for those alone. */
#include "units.h"

#include <math.h>
#include <string.h>

#include "openbook/base/mem.h"

#include "bm25.h"

enum {
    FEW_LINES = 8,       /* a shorter span costs as much: to be small is no merit */
    ABOVE_MAX = 16,      /* how many enclosing definitions are looked at */
    HEAD_LINES = 6,      /* the first lines of a span: where prose says what it is about */
    SIGNATURE_LEAST = 3, /* terms more than it has: to be short is no merit here, too */
    TOPIC_WORDS = 4      /* "A switching component is": its first words name it */
};

struct tally { /* of one definition or window that holds a term */
    struct ob__groups name, signature;
    float bm25, dense;
    uint32_t span;      /* of a definition its index, of a passage n_defs more */
    float words;        /* as dense, of whole words */
    uint32_t tf, whole; /* of the term that is being counted */
    uint16_t name_hits; /* terms of the question in the name */
    uint16_t signature_hits;
    bool name_seen, signature_seen; /* by the term that is being counted */
};

struct detail { /* more of it, for a list of spans */
    struct ob__groups own, comment, head, lead, subject;
    uint8_t topic;      /* bit i: the word at place i of its lead was asked for */
    uint32_t compounds; /* bit i: the question's compound word i */
    uint32_t pairs;     /* bit i: the words at places i and i + 1 of the question, together */
    float near;         /* weight of the best two lines */
};

struct held_line { /* a line that holds a term */
    uint32_t line;
    uint32_t def, passage; /* numbers of their tallies + 1; 0: in no definition */
};

struct place_hit { /* a word of the question on a line of a note */
    uint32_t next; /* on the same line, + 1; 0: none */
    uint8_t of_question, of_text;
};

struct line_detail {
    struct ob__groups groups;
    uint32_t last_hit; /* + 1; 0: none */
};

struct scoring {
    const struct ob__units_of *of;
    const struct ob__query *q;
    const struct ob_doc_field *fields[OB__QUERY_TERMS]; /* NULL: the file has not this term */
    uint64_t *bits;                                     /* of the lines that hold a term */
    uint32_t *before; /* how many of them lie before each word of bits */
    size_t n_bit_words;
    struct held_line *lines; /* in their order */
    uint32_t n_lines;
    uint32_t *tally_of; /* of a span: its tally's number + 1, or 0 */
    struct tally *tallies;
    uint32_t n_tallies;
    uint32_t *touched; /* tallies of the term that is being counted */
    uint32_t n_touched;
    struct detail *details;    /* of tallies; NULL: not wanted */
    struct line_detail *about; /* of lines; NULL: not wanted */
    struct place_hit *hits;    /* notes only */
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
    uint32_t next;  /* the first definition that begins below the last line */
    uint32_t unit;  /* of the last line */
    uint32_t until; /* further lines up to this one belong to it, unless NEXT begins there */
};

/* The unit that the line belongs to: what is defined inside a short function is part of it. */
static uint32_t unit_at(struct unit_cursor *c, uint32_t line)
{
    const struct ob_doc *d = c->doc;
    uint32_t next = c->next;
    while (next < d->n_defs && d->defs[next].first_line_1based <= line)
        next++;
    if (next == c->next && line <= c->until)
        return c->unit;
    uint32_t def = next ? next - 1 : OB_NO_DEF;
    while (def != OB_NO_DEF && d->defs[def].end_line_1based < line)
        def = d->defs[def].parent < def ? d->defs[def].parent : OB_NO_DEF;
    c->until = def != OB_NO_DEF ? d->defs[def].end_line_1based : UINT32_MAX;
    while (def != OB_NO_DEF && is_inner(d, def))
        def = d->defs[def].parent;
    c->next = next;
    c->unit = def;
    return def;
}

/* ------------------------------------------------------------ lines that hold a term */
static uint32_t ones(uint64_t bits)
{
    return (uint32_t)__builtin_popcountll(bits);
}

static void find_fields(struct scoring *s)
{
    const struct ob_doc *d = s->of->doc;
    uint32_t last = 0;
    for (size_t i = 0; i < s->q->n_terms; i++) {
        const struct ob__qterm *t = &s->q->terms[i];
        bool held = t->w > 0 && ob__terms_has(&s->of->terms, i);
        const struct ob_doc_field *f = held ? ob_doc_field_get(d, t->hash) : NULL;
        if (f && f[1].first > f->first && d->occurrences[f[1].first - 1].line_1based > last)
            last = d->occurrences[f[1].first - 1].line_1based;
        s->fields[i] = f;
    }
    s->n_bit_words = last / 64 + (size_t)1;
}

static void mark_lines(struct scoring *s)
{
    const struct ob_doc *d = s->of->doc;
    s->bits = ob_alloc(s->n_bit_words * sizeof *s->bits);
    s->before = ob_alloc(s->n_bit_words * sizeof *s->before);
    for (size_t i = 0; i < s->q->n_terms; i++) {
        const struct ob_doc_field *f = s->fields[i];
        for (uint32_t k = f ? f->first : 0; f && k < f[1].first; k++) {
            uint32_t line = d->occurrences[k].line_1based;
            s->bits[line / 64] |= (uint64_t)1 << line % 64;
        }
    }
    for (size_t i = 0; i < s->n_bit_words; i++) {
        s->before[i] = s->n_lines;
        s->n_lines += ones(s->bits[i]);
    }
}

/* The number of a line that holds a term among all that do. */
static uint32_t number_of(const struct scoring *s, uint32_t line)
{
    uint64_t below = s->bits[line / 64] & (((uint64_t)1 << line % 64) - 1);
    return s->before[line / 64] + ones(below);
}

/* The number of the span's tally, + 1. */
static uint32_t tally_of(struct scoring *s, uint32_t span)
{
    if (!s->tally_of[span]) {
        s->tallies[s->n_tallies].span = span;
        s->tally_of[span] = ++s->n_tallies;
    }
    return s->tally_of[span];
}

static void find_spans(struct scoring *s)
{
    const struct ob_doc *d = s->of->doc;
    size_t n = d->n_defs + (size_t)d->n_passages, most = 2 * (size_t)s->n_lines;
    s->lines = ob_alloc(s->n_lines * sizeof *s->lines);
    s->tally_of = ob_alloc(n * sizeof *s->tally_of);
    s->tallies = ob_alloc((most < n ? most : n) * sizeof *s->tallies);
    s->touched = ob_alloc((most < n ? most : n) * sizeof *s->touched);
    struct unit_cursor cursor = {.doc = d};
    uint32_t at = 0, passage = 0;
    for (size_t i = 0; i < s->n_bit_words; i++)
        for (uint64_t bits = s->bits[i]; bits; bits &= bits - 1) {
            uint32_t line = (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(bits);
            uint32_t def = unit_at(&cursor, line);
            passage = ob_doc_passage_from(d, passage, line);
            s->lines[at++] = (struct held_line){
                .line = line,
                .def = def == OB_NO_DEF ? 0 : tally_of(s, def),
                .passage = tally_of(s, d->n_defs + passage),
            };
        }
}

/* ------------------------------------------------------------ counting */
static uint32_t first_line(const struct ob_doc *d, uint32_t at)
{
    if (at < d->n_defs)
        return d->defs[at].first_line_1based;
    return d->passages[at - d->n_defs].first_line + d->passages[at - d->n_defs].blank;
}

/* What the text of a definition or passage begins with. */
static const struct ob_doc_passage *first_passage(const struct ob_doc *d, uint32_t span)
{
    uint32_t passage =
        span < d->n_defs ? ob_doc_passage_at(d, d->defs[span].first_line_1based) : span - d->n_defs;
    return &d->passages[passage];
}

/* In prose a part of a name is another word: what is said of ReactDOM is not said of React. */
static bool is_whole(const struct ob__qterm *t, struct ob_doc_occurrence o)
{
    return o.part == t->part;
}

static bool is_note(const struct scoring *s)
{
    return s->of->doc->lang->kind == OB_KIND_NOTE;
}

static void count_lead(struct scoring *s, uint32_t number, const struct ob__qterm *t,
                       struct ob_doc_occurrence o)
{
    struct detail *detail = &s->details[number];
    if (is_whole(t, o)) {
        ob__groups_add(&detail->lead, t);
        if (o.place < first_passage(s->of->doc, s->tallies[number].span)->subject)
            ob__groups_add(&detail->subject, t);
    }
    if (o.place < 8 * sizeof detail->topic)
        detail->topic |= (uint8_t)(1 << o.place);
}

static void count_detail(struct scoring *s, uint32_t number, const struct ob__qterm *t,
                         struct ob_doc_occurrence o)
{
    struct detail *detail = &s->details[number];
    bool head = o.line_1based < first_line(s->of->doc, s->tallies[number].span) + HEAD_LINES;
    if (is_whole(t, o) || !is_note(s))
        ob__groups_add(&detail->own, t);
    if (head)
        ob__groups_add(&detail->head, t);
    if (o.where == OB_IN_COMMENT)
        ob__groups_add(&detail->comment, t);
    if (o.where == OB_IN_LEAD && head)
        count_lead(s, number, t, o);
}

static void count(struct scoring *s, uint32_t number, const struct ob__qterm *t,
                  struct ob_doc_occurrence o)
{
    if (s->tallies[number].tf++ == 0)
        s->touched[s->n_touched++] = number;
    s->tallies[number].whole += is_whole(t, o);
    if (s->details)
        count_detail(s, number, t, o);
}

static void note_place(struct scoring *s, struct line_detail *line, const struct ob__qterm *t,
                       struct ob_doc_occurrence o)
{
    if (!is_note(s) || t->place >= OB__QUERY_PLACES)
        return;
    OB_GROW(s->hits, s->n_hits, s->cap_hits);
    s->hits[s->n_hits++] = (struct place_hit){line->last_hit, t->place, (uint8_t)o.place};
    line->last_hit = (uint32_t)s->n_hits;
}

static void count_name(struct tally *tally, const struct ob__qterm *t)
{
    ob__groups_add(&tally->name, t);
    tally->name_hits += !tally->name_seen;
    tally->name_seen = true;
}

/* Counts a term that stands in the first lines of a definition, as far as these are its signature.  Text
 * at hand is code itself and shares words with the signatures of its neighbours: that says nothing. */
static void count_signature(struct tally *tally, const struct ob_doc_def *def,
                            const struct ob__qterm *t, struct ob_doc_occurrence o)
{
    if (o.line_1based - def->line_1based >= def->signature_lines || o.where == OB_IN_COMMENT ||
        t->word == UINT32_MAX)
        return;
    ob__groups_add(&tally->signature, t);
    tally->signature_hits += !tally->signature_seen;
    tally->signature_seen = true;
}

static void close_term(struct scoring *s, const struct ob__qterm *t)
{
    const struct ob_doc *d = s->of->doc;
    for (uint32_t i = 0; i < s->n_touched; i++) {
        struct tally *tally = &s->tallies[s->touched[i]];
        uint32_t at = tally->span;
        double len = at < d->n_defs ? d->defs[at].n_terms : d->passages[at - d->n_defs].n_terms;
        tally->bm25 += (float)(t->w * ob__bm25(tally->tf, len, s->of->average_terms, 0.5));
        uint32_t own = is_note(s) ? tally->whole : tally->tf;
        tally->dense += (float)(t->w * ob__bm25(own, len, s->of->average_terms, 1));
        tally->words +=
            (float)(t->flat_w * ob__bm25(tally->whole, len, s->of->average_terms, 0.75));
        tally->tf = tally->whole = 0;
        tally->name_seen = tally->signature_seen = false;
    }
    s->n_touched = 0;
}

static void count_term(struct scoring *s, const struct ob__qterm *t, const struct ob_doc_field *f)
{
    const struct ob_doc *d = s->of->doc;
    uint32_t line = 0, number = 0;
    for (uint32_t i = f->first; i < f[1].first; i++) {
        struct ob_doc_occurrence o = d->occurrences[i];
        if (o.line_1based != line)
            number = number_of(s, o.line_1based);
        line = o.line_1based;
        struct held_line at = s->lines[number];
        if (at.def) {
            struct tally *tally = &s->tallies[at.def - 1];
            count(s, at.def - 1, t, o);
            if (o.where == OB_IN_NAME && d->defs[tally->span].line_1based == o.line_1based)
                count_name(tally, t);
            count_signature(tally, &d->defs[tally->span], t, o);
        }
        count(s, at.passage - 1, t, o);
        if (s->about) {
            ob__groups_add(&s->about[number].groups, t);
            note_place(s, &s->about[number], t, o);
        }
    }
    close_term(s, t);
}

static void count_terms(struct scoring *s, bool details)
{
    find_fields(s);
    mark_lines(s);
    find_spans(s);
    if (details) {
        s->details = ob_alloc(s->n_tallies * sizeof *s->details);
        s->about = ob_alloc(s->n_lines * sizeof *s->about);
    }
    for (size_t i = 0; i < s->q->n_terms; i++)
        if (s->fields[i])
            count_term(s, &s->q->terms[i], s->fields[i]);
}

static void scoring_release(struct scoring *s)
{
    ob_free(s->bits);
    ob_free(s->before);
    ob_free(s->lines);
    ob_free(s->tally_of);
    ob_free(s->tallies);
    ob_free(s->touched);
    ob_free(s->details);
    ob_free(s->about);
    ob_free(s->hits);
}

/* ------------------------------------------------------------ what stands together */
static uint64_t rotate(uint64_t places, unsigned by)
{
    return places << by | places >> (OB_PLACES - by);
}

/* Which neighbours of the question follow each other on the line, with at most a word between. */
static uint32_t pairs_on(const struct scoring *s, const struct line_detail *line)
{
    uint64_t places[OB__QUERY_PLACES] = {0};
    uint32_t pairs = 0;
    if (!line->last_hit)
        return 0;
    for (uint32_t i = line->last_hit; i; i = s->hits[i - 1].next)
        places[s->hits[i - 1].of_question] |= (uint64_t)1 << s->hits[i - 1].of_text;
    for (int i = 0; i + 1 < OB__QUERY_PLACES; i++)
        if ((rotate(places[i], 1) | rotate(places[i], 2)) & places[i + 1])
            pairs |= (uint32_t)1 << i;
    return pairs;
}

static void note_line(struct detail *detail, double weight, uint32_t pairs)
{
    if (detail->near < (float)weight)
        detail->near = (float)weight;
    detail->pairs |= pairs;
}

/* What stands together on two neighbouring lines counts for the spans that hold the first. */
static void count_lines(struct scoring *s)
{
    for (uint32_t i = 0; i < s->n_lines && s->lines[i].line <= s->of->doc->n_lines; i++) {
        const struct held_line *at = &s->lines[i];
        struct ob__groups here = s->about[i].groups;
        if (i + 1 < s->n_lines && at[1].line == at->line + 1 && at[1].line <= s->of->doc->n_lines)
            here = ob__groups_union(here, s->about[i + 1].groups);
        double weight = ob__groups_weight(s->q, here);
        uint32_t pairs = pairs_on(s, &s->about[i]);
        note_line(&s->details[at->passage - 1], weight, pairs);
        if (at->def)
            note_line(&s->details[at->def - 1], weight, pairs);
    }
}

/* The first of D's compound words that is not before KEY. */
static uint32_t find_written(const struct ob_doc *d, uint64_t key)
{
    uint32_t low = 0, high = d->n_written;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (d->written[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Where useState is asked for, setState and a state are something else.  A line without a term of the
 * question has its compound words only if these are made of stop words: they do not count there. */
static void count_compounds(struct scoring *s)
{
    const struct ob_doc *d = s->of->doc;
    for (uint32_t bits = s->q->joining; bits; bits &= bits - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(bits);
        for (uint32_t k = find_written(d, s->q->compounds[i]);
             k < d->n_written && d->written[k].key == s->q->compounds[i]; k++) {
            uint32_t line = d->written[k].line_1based;
            if (line / 64 >= s->n_bit_words || !(s->bits[line / 64] >> line % 64 & 1))
                continue;
            const struct held_line *at = &s->lines[number_of(s, line)];
            s->details[at->passage - 1].compounds |= (uint32_t)1 << i;
            if (at->def)
                s->details[at->def - 1].compounds |= (uint32_t)1 << i;
        }
    }
}

/* ------------------------------------------------------------ features */
static double share(const struct ob__query *q, struct ob__groups g)
{
    return q->w.sum > 0 ? ob__groups_weight(q, g) / q->w.sum : 0;
}

static double pair_share(const struct ob__query *q, uint32_t pairs)
{
    double sum = 0;
    for (; pairs; pairs &= pairs - 1)
        sum += q->pair_w[__builtin_ctz(pairs)];
    return q->sum_pairs > 0 ? sum / q->sum_pairs : 0;
}

/* What the name of a definition holds of the question. */
static struct ob__groups in_name(const struct scoring *s, uint32_t def)
{
    uint32_t number = s->tally_of[def];
    return number ? s->tallies[number - 1].name : (struct ob__groups){0};
}

static struct ob__groups names_above(const struct scoring *s, uint32_t def)
{
    const struct ob_doc *d = s->of->doc;
    struct ob__groups g = s->of->in_path;
    for (int i = 0; i < ABOVE_MAX && d->defs[def].parent < def; i++) {
        def = d->defs[def].parent;
        g = ob__groups_union(g, in_name(s, def));
    }
    return g;
}

static void name_values(float *value, const struct scoring *s, const struct ob_doc_def *def,
                        const struct tally *tally)
{
    const struct ob__query *q = s->q;
    double a = share(q, tally->name);
    double b = def->n_name_terms ? tally->name_hits / (double)def->n_name_terms : 0;
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

/* BM25 of the best window that the lines stand in.  *FROM is a passage that does not begin behind
 * FIRST; it becomes the one that holds FIRST. */
static float best_window(const struct scoring *s, uint32_t *from, uint32_t first, uint32_t last)
{
    const struct ob_doc *d = s->of->doc;
    float best = 0;
    *from = ob_doc_passage_from(d, d->passages[*from].first_line <= first ? *from : 0, first);
    for (uint32_t i = *from; i < d->n_passages && (i == 0 || d->passages[i].first_line <= last);
         i++)
        best = fmaxf(best, s->of->passage_s[i]);
    return best;
}

/* How much of a type's name is covered, and how well: see OB__F_SYMT. */
static float type_name(const struct scoring *s, const struct tally *tally)
{
    const struct ob_doc_def *def = &s->of->doc->defs[tally->span];
    if (def->kind != OB_DEF_TYPE || !tally->name_hits || !def->n_name_terms)
        return 0;
    return (float)share(s->q, tally->name) *
           sqrtf((float)tally->name_hits / (float)def->n_name_terms);
}

/* What is asked for is all that the text is about, and the text about all of it. */
static bool defines(const struct scoring *s, const struct tally *tally)
{
    const struct detail *detail = &s->details[tally - s->tallies];
    uint32_t all = (1u << first_passage(s->of->doc, tally->span)->subject) - 1;
    return all && (detail->topic & all) == all && ob__groups_hold_all(s->q, detail->subject);
}

static void detail_values(float *value, const struct scoring *s, const struct tally *tally,
                          struct ob__groups above)
{
    const struct detail *detail = &s->details[tally - s->tallies];
    value[OB__S_NEAR] = s->q->w.sum > 0 ? (float)(detail->near / s->q->w.sum) : 0;
    value[OB__S_HEAD] = (float)share(s->q, detail->head);
    value[OB__S_LEAD] = (float)share(s->q, detail->lead);
    value[OB__S_TOPIC] = (float)ones(detail->topic & ((1u << TOPIC_WORDS) - 1)) / TOPIC_WORDS;
    if (s->q->asks_what)
        value[OB__S_DEFINES] = defines(s, tally);
    if (s->q->joining)
        value[OB__S_COMPOUND] = (float)ones(detail->compounds) / (float)ones(s->q->joining);
    value[OB__S_PHRASE] = (float)pair_share(s->q, detail->pairs);
    value[OB__S_COVER] = (float)share(s->q, detail->own);
    value[OB__S_DOC] = (float)share(s->q, detail->comment);
    value[OB__S_REACH] = (float)share(s->q, ob__groups_union(detail->own, above));
}

static void common_values(struct ob__unit *u, const struct scoring *s, const struct tally *tally,
                          struct ob__groups above)
{
    float *value = u->value;
    value[OB__S_BM25] = tally->bm25;
    value[OB__S_DENSE] = tally->dense;
    if (is_note(s) && s->q->sum_flat_w > 0)
        value[OB__S_WORDS] = (float)(tally->words / s->q->sum_flat_w);
    value[OB__S_ABOVE] = (float)share(s->q, above);
    value[OB__S_ALIKE] = (float)ob__groups_count(s->q, ob__groups_union(tally->signature, above));
    double lines = u->last + 1 - first_line(s->of->doc, tally->span);
    value[OB__S_LINES] = (float)(log(1 + fmax(lines, FEW_LINES)) / 5);
    if (s->details)
        detail_values(value, s, tally, above);
}

/* A unit is shown whole if it is short; of a longer type or section only what is its own. */
static uint32_t last_shown(const struct ob_doc_def *def)
{
    uint32_t most = def->kind == OB_DEF_FUNCTION ? OB__WHOLE_LINES : OB__UNIT_LINES;
    uint32_t limit = def->first_line_1based + most - 1;
    if (def->kind == OB_DEF_HEADING || def->end_line_1based > limit)
        return def->own_end < limit ? def->own_end : limit;
    return def->end_line_1based;
}

static void set_definition(struct ob__unit *u, const struct scoring *s, const struct tally *tally)
{
    const struct ob_doc_def *def = &s->of->doc->defs[tally->span];
    *u = (struct ob__unit){
        .def = tally->span, .first = def->first_line_1based, .last = last_shown(def)};
    common_values(u, s, tally, names_above(s, tally->span));
    if (tally->name.own | tally->name.extra)
        name_values(u->value, s, def, tally);
    u->signature = tally->signature;
    u->value[OB__S_SIGN] = (float)share(s->q, tally->signature);
    u->value[OB__S_SIGNP] =
        (float)tally->signature_hits / (float)(def->n_signature_terms + SIGNATURE_LEAST);
    u->value[OB__S_TYPE] = def->kind == OB_DEF_TYPE;
    u->value[OB__S_VALUE] = def->kind == OB_DEF_VALUE || def->kind == OB_DEF_MACRO;
    u->value[OB__S_TOP] = def->kind == OB_DEF_HEADING && def->level <= 1;
}

static void set_window(struct ob__unit *u, const struct scoring *s, const struct tally *tally)
{
    const struct ob_doc *d = s->of->doc;
    const struct ob_doc_passage *p = &d->passages[tally->span - d->n_defs];
    *u = (struct ob__unit){.def = OB_NO_DEF, .first = p->first_line, .last = p->last_line};
    struct ob__groups above = s->of->in_path;
    if (p->def < d->n_defs)
        above = ob__groups_union(names_above(s, p->def), in_name(s, p->def));
    common_values(u, s, tally, above);
    u->value[OB__S_PLAIN] = 1;
    u->value[OB__S_FURTHER] = p->goes_on;
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

/* ------------------------------------------------------------ spans */
/* Calls EACH with what may be shown: definitions by line, then windows by line. */
static void each_span(struct scoring *s,
                      void (*each)(struct scoring *, const struct tally *, void *data), void *data)
{
    const struct ob_doc *d = s->of->doc;
    struct unit_cursor cursor = {.doc = d};
    for (uint32_t i = 0; i < d->n_defs + d->n_passages; i++) {
        const struct tally *tally = s->tally_of[i] ? &s->tallies[s->tally_of[i] - 1] : NULL;
        if (!tally || tally->bm25 <= 0)
            continue;
        if (i < d->n_defs ? !is_title(&d->defs[i])
                          : !is_inside(&cursor, &d->passages[i - d->n_defs]))
            each(s, tally, data);
    }
}

struct listing {
    struct ob__units *out;
    struct ob__units_best best;
    uint32_t passage; /* that holds the last span's first line */
};

static void list_span(struct scoring *s, const struct tally *tally, void *data)
{
    struct listing *l = data;
    struct ob__units_best *best = &l->best;
    struct ob__unit *u = &l->out->items[l->out->len++];
    if (tally->span < s->of->doc->n_defs) {
        set_definition(u, s, tally);
        best->def_bm25 = fmaxf(best->def_bm25, tally->bm25);
        best->type_name = fmaxf(best->type_name, type_name(s, tally));
    } else {
        set_window(u, s, tally);
    }
    u->value[OB__S_WINDOW] = best_window(s, &l->passage, u->first, u->last);
    best->bm25 = fmaxf(best->bm25, tally->bm25);
    best->dense = fmaxf(best->dense, tally->dense);
    best->window = fmaxf(best->window, u->value[OB__S_WINDOW]);
}

bool ob__units_weigh_details(enum ob__span_class class)
{
    static const enum ob__span_feature details[] = {
        OB__S_NEAR,     OB__S_HEAD,  OB__S_LEAD, OB__S_TOPIC,  OB__S_DEFINES,
        OB__S_COMPOUND, OB__S_COVER, OB__S_DOC,  OB__S_PHRASE, OB__S_REACH};
    for (size_t i = 0; i < sizeof details / sizeof *details; i++)
        if (ob__span_weights[details[i]][class] != 0)
            return true;
    return false;
}

void ob__units_score(struct ob__units *out, struct ob__units_best *best, struct ob_arena *arena,
                     const struct ob__units_of *of, const struct ob__query *q)
{
    struct scoring s = {.of = of, .q = q};
    struct listing l = {.out = out};
    *out = (struct ob__units){0};
    if (of->doc->n_passages) {
        count_terms(&s, of->details);
        if (of->details) {
            count_lines(&s);
            count_compounds(&s);
        }
        out->items = ob_arena_alloc(arena, s.n_tallies * sizeof *out->items);
        each_span(&s, list_span, &l);
        scoring_release(&s);
    }
    if (best)
        *best = l.best;
}

struct measuring {
    struct ob__units_best *out;
    uint32_t passage;
};

static void measure_span(struct scoring *s, const struct tally *tally, void *data)
{
    struct measuring *m = data;
    struct ob__units_best *out = m->out;
    const struct ob_doc *d = s->of->doc;
    uint32_t first = first_line(d, tally->span), last;
    out->bm25 = fmaxf(out->bm25, tally->bm25);
    out->dense = fmaxf(out->dense, tally->dense);
    if (tally->span < d->n_defs) {
        out->def_bm25 = fmaxf(out->def_bm25, tally->bm25);
        out->type_name = fmaxf(out->type_name, type_name(s, tally));
        last = last_shown(&d->defs[tally->span]);
    } else {
        last = d->passages[tally->span - d->n_defs].last_line;
    }
    out->window = fmaxf(out->window, best_window(s, &m->passage, first, last));
}

void ob__units_measure(struct ob__units_best *out, const struct ob__units_of *of,
                       const struct ob__query *q)
{
    struct scoring s = {.of = of, .q = q};
    struct measuring m = {.out = out};
    *out = (struct ob__units_best){0};
    if (of->doc->n_passages == 0)
        return;
    count_terms(&s, false);
    each_span(&s, measure_span, &m);
    scoring_release(&s);
}
