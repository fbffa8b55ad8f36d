/* Choosing lines.
 *
 * A list of files shows the best span of each, in the order of the files; a list of passages takes
 * spans of all files on equal terms, as a prompt wants them, and so do sections of notes in a list
 * that chooses for itself: one long FAQ may hold the first five answers.  A span that lies mostly
 * in one that is shown already is left out. */
#include "show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/text/passages.h"

#include "around.h"
#include "asked.h"
#include "sites.h"

enum { SORTED_LEAST = 96 }; /* spans */

enum { FURTHER_SPANS = 3, NAMED_FILES = 10 /* found by name alone, that are shown */ };

/* What a further span of one file loses in a list of files: it fills the tail only. */
static const double FURTHER = 6;

/* How far below the best file another one counts as, at the most. */
static const double FILE_REACH = 12;

/* The weights of spans of code and of sections were fitted apart.  This much off the former puts the best
 * of both where a list that has both expects them. */
static const double CODE_ABOVE_NOTES = 6;

/* Who asks about a project seldom asks for its documents, if code is wanted at all: as much as costs the
 * questions about code nothing. */
static const double DOCUMENT_BELOW_NOTES = 1.9;

/* Other lines of the file at hand: they are known already. */
static const double AT_HAND = 4;

struct chooser {
    struct ob__spans *out;
    struct ob__candidates *c;
    const struct ob__view *v;
    const struct ob__query *q;
    const struct ob_search_request *r;
};

static void add(struct ob__spans *out, struct ob__span span)
{
    OB_GROW(out->items, out->len, out->cap);
    out->items[out->len++] = span;
}

static int compare_spans(const void *a, const void *b)
{
    const struct ob__span *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    if (x->candidate != y->candidate)
        return x->candidate < y->candidate ? -1 : 1;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->def > y->def) - (x->def < y->def);
}

static void sort_spans(struct ob__span *items, size_t n)
{
    if (n)
        qsort(items, n, sizeof *items, compare_spans);
}

static void swap_spans(struct ob__span *a, struct ob__span *b)
{
    struct ob__span t = *a;
    *a = *b;
    *b = t;
}

/* Brings the best N of ITEMS to the front, in no order (Hoare's selection). */
static void select_best(struct ob__span *items, size_t len, size_t n)
{
    size_t low = 0, high = len;
    while (high - low > 1 && n > low && n < high) {
        swap_spans(&items[low], &items[low + (high - low) / 2]);
        size_t middle = low;
        for (size_t i = low + 1; i < high; i++)
            if (compare_spans(&items[i], &items[low]) < 0)
                swap_spans(&items[i], &items[++middle]);
        swap_spans(&items[low], &items[middle]);
        if (middle >= n)
            high = middle;
        else
            low = middle + 1;
    }
}

void ob__spans_sort(struct ob__spans *s, size_t n)
{
    n = n < s->len ? n : s->len;
    if (n <= s->sorted)
        return;
    struct ob__span *rest = s->items + s->sorted;
    size_t more = n - s->sorted, as_many = s->sorted > SORTED_LEAST ? s->sorted : SORTED_LEAST;
    more =
        more < as_many ? as_many : more; /* so that asking for one after the other costs little */
    more = more < s->len - s->sorted ? more : s->len - s->sorted;
    select_best(rest, s->len - s->sorted, more);
    sort_spans(rest, more);
    s->sorted += more;
}

/* ------------------------------------------------------------ spans of one file */
static bool has_word(const struct ob_doc_word *words, uint32_t n, const char *const *list)
{
    for (uint32_t i = 0; i < n; i++)
        for (const char *const *w = list; *w; w++)
            if (strlen(*w) == words[i].len && memcmp(*w, words[i].text, words[i].len) == 0)
                return true;
    return false;
}

/* A page of questions and answers, by its name: "faq/general.rst", "자주 묻는 질문.md". */
static bool is_faq(const struct ob_doc *d)
{
    static const char *const words[] = {"faq", "qna", "question", "질문", NULL};
    return has_word(d->stem, d->n_stem, words) || has_word(d->folders, d->n_folders, words);
}

/* Sections of notes and pieces of them have something apart: how long a section is was its author's
 * choice, how long a piece is was ours; and a section stands for what it says as a whole, not for its
 * best piece, which is listed by itself.  Who holds nearly all of the question is far from holding
 * all. */
static void set_note(struct ob__unit *u)
{
    float reach = u->value[OB__S_REACH];
    u->value[OB__S_ALIKE] = 0;
    u->value[OB__S_REACH] = reach * reach * reach;
    if (u->def != OB_NO_DEF) {
        u->value[OB__S_WINDOW] = 0;
        return;
    }
    u->value[OB__S_PIECE] = u->value[OB__S_LINES];
    u->value[OB__S_LINES] = 0;
}

static double lines_of(const struct ob__unit *u, enum ob__span_class class)
{
    return ob__span_weights[OB__S_LINES][class] * (double)u->value[OB__S_LINES] +
           ob__span_weights[OB__S_PIECE][class] * (double)u->value[OB__S_PIECE];
}

static void finish_unit(struct chooser *ch, struct ob__unit *u, const struct ob__candidate *cand,
                        enum ob__span_class class)
{
    double below = (cand->score - ch->c->items[0].score) / FILE_REACH;
    if (class == OB__NOTE_SPAN || ch->q->symbol)
        u->value[OB__S_FILE] = (float)fmax(below, -1);
    u->value[OB__S_FILEBM] = (float)cand->value[OB__F_FILE];
    u->value[OB__S_HISTORY] = (float)cand->value[OB__F_HISTORY];
    if (cand->value[OB__F_ASKED] > 0)
        u->value[OB__S_ASKED] =
            ob__asked_line(ch->q, ob__candidate_doc(ch->v, cand)->path, u->first, u->last) > 0;
}

/* Prose is weighed as prose wherever passages stand side by side; in a list of files a document of a
 * project is one of its files. */
static enum ob__span_class span_class(const struct chooser *ch, const struct ob__candidate *cand)
{
    bool note = ob__candidate_doc(ch->v, cand)->lang->kind == OB_KIND_NOTE;
    bool prose = note && (ch->r->by == OB_BY_PASSAGE || ob__candidate_is_note(ch->v, cand));
    return prose ? OB__NOTE_SPAN : OB__CODE_SPAN;
}

/* What is taken off a span for its kind. */
static double below(const struct chooser *ch, const struct ob__candidate *cand,
                    enum ob__span_class class)
{
    if (class == OB__CODE_SPAN)
        return CODE_ABOVE_NOTES;
    return ob__candidate_is_note(ch->v, cand) ? 0 : DOCUMENT_BELOW_NOTES;
}

/* Adds the spans of a file.  Where they fill a BUDGET of lines, long ones pay for theirs. */
static void add_units(struct chooser *ch, uint32_t index, bool budget)
{
    struct ob__candidate *cand = &ch->c->items[index];
    bool note = ob__candidate_doc(ch->v, cand)->lang->kind == OB_KIND_NOTE;
    enum ob__span_class class = span_class(ch, cand);
    bool faq = note && ch->q->sentence && is_faq(ob__candidate_doc(ch->v, cand));
    double file = class == OB__CODE_SPAN ? ob__weigh_file(cand->value, OB__SPAN_FILE) : 0;
    struct ob__units units;
    ob__candidate_units(&units, ch->c, index, ch->v, ch->q);
    for (uint32_t i = 0; i < units.len; i++) {
        struct ob__unit *u = &units.items[i];
        finish_unit(ch, u, cand, class);
        u->value[OB__S_FAQ] = faq;
        if (class == OB__NOTE_SPAN)
            set_note(u);
        double lines = lines_of(u, class);
        double alike = u->value[OB__S_ALIKE] * ob__span_weights[OB__S_ALIKE][class];
        double score = ob__weigh_span(u->value, class) - alike + file - below(ch, cand, class);
        add(ch->out, (struct ob__span){.candidate = index,
                                       .first = u->first,
                                       .last = u->last,
                                       .def = u->def,
                                       .score = score - (budget ? 0 : lines),
                                       .unit = u,
                                       .note = note});
    }
}

/* Counts ALIKE of the spans from FIRST on, which are compared with each other. */
static void count_alike(struct chooser *ch, size_t first)
{
    struct ob__spans *s = ch->out;
    float most = 0;
    for (size_t i = first; i < s->len; i++)
        if (s->items[i].unit)
            most = fmaxf(most, s->items[i].unit->value[OB__S_ALIKE]);
    for (size_t i = first; i < s->len && most > 0; i++) {
        struct ob__unit *u = s->items[i].unit;
        if (!u)
            continue;
        u->value[OB__S_ALIKE] /= most;
        s->items[i].score +=
            ob__span_weights[OB__S_ALIKE][OB__CODE_SPAN] * (double)u->value[OB__S_ALIKE];
    }
}

/* A file that was found by its path alone, or lies far down: its best window. */
static void add_window(struct chooser *ch, uint32_t index)
{
    const struct ob__candidate *cand = &ch->c->items[index];
    const struct ob__vpart *vp = &ch->v->parts[cand->vpart];
    const struct ob_doc *d = ob__candidate_doc(ch->v, cand);
    uint32_t best = 0, base = vp->part->passage_base[cand->doc];
    if (d->n_passages == 0)
        return;
    for (uint32_t i = 1; i < d->n_passages; i++)
        if (vp->s[base + i] > vp->s[base + best])
            best = i;
    const struct ob_doc_passage *p = &d->passages[best];
    add(ch->out, (struct ob__span){.candidate = index,
                                   .first = p->first_line,
                                   .last = p->last_line,
                                   .def = OB_NO_DEF,
                                   .score = cand->score,
                                   .note = d->lang->kind == OB_KIND_NOTE});
}

static bool is_shown(const struct ob__span *items, size_t n, const struct ob__span *span)
{
    uint32_t shown = 0;
    for (size_t i = 0; i < n; i++) {
        if (items[i].candidate != span->candidate)
            continue;
        uint32_t a = items[i].first > span->first ? items[i].first : span->first;
        uint32_t b = items[i].last < span->last ? items[i].last : span->last;
        shown += b >= a ? b - a + 1 : 0;
    }
    return shown * 2 > span->last - span->first + 1;
}

/* Pieces of a long section are cut small to be found; they are shown with what stands around them in
 * the section, up to the size of a window. */
static void widen(const struct chooser *ch, struct ob__span *span)
{
    const struct ob_doc *d = ob__candidate_doc(ch->v, &ch->c->items[span->candidate]);
    uint32_t lines = span->last - span->first + 1, def = ob_doc_def_at(d, span->first);
    if (!span->note || span->def != OB_NO_DEF || lines >= OB_PASSAGE_LINES)
        return;
    uint32_t begin = 1, end = d->n_defs ? d->defs[0].first_line_1based - 1 : d->n_lines;
    if (def != OB_NO_DEF) {
        begin = d->defs[def].first_line_1based;
        end = d->defs[def].own_end;
    }
    if (span->first < begin || span->last > end)
        return;
    uint32_t room = OB_PASSAGE_LINES - lines, above = span->first - begin, below = end - span->last;
    uint32_t up = above < room / 2 ? above : room / 2;
    uint32_t down = below < room - up ? below : room - up;
    up = above < room - down ? above : room - down;
    span->own_first = span->first;
    span->own_last = span->last;
    span->first -= up;
    span->last += down;
}

/* Of the spans from FIRST on, which are sorted, keeps at most MOST that do not lie in each other. */
static void keep_apart(struct chooser *ch, size_t first, size_t most)
{
    struct ob__spans *s = ch->out;
    size_t n = first;
    for (size_t i = first; i < s->len && n - first < most; i++) {
        ob__spans_sort(s, i + 1);
        struct ob__span span = s->items[i];
        if (is_shown(s->items + first, n - first, &span))
            continue;
        widen(ch, &span);
        s->items[n++] = span;
    }
    s->len = s->sorted = n;
}

/* The spans of one file, as members of a list of passages; of one that was found by its name alone, a
 * window behind all spans that hold a word. */
static void add_spans(struct chooser *ch, uint32_t index)
{
    const struct ob__candidate *cand = &ch->c->items[index];
    size_t first = ch->out->len;
    add_units(ch, index, true);
    if (ch->out->len > first)
        return;
    if (index < NAMED_FILES)
        add_window(ch, index);
    for (size_t i = first; i < ch->out->len; i++)
        ch->out->items[i].score = cand->score - ch->c->items[0].score - FILE_REACH;
}

/* The same of a note, as members of a list that has files of code: these bear that they were named. */
static void add_sections(struct chooser *ch, uint32_t index)
{
    size_t first = ch->out->len;
    double named =
        ob__file_weights[OB__F_ASKED][OB__NOTE_FILE] * ch->c->items[index].value[OB__F_ASKED];
    add_spans(ch, index);
    for (size_t i = first; i < ch->out->len; i++)
        ch->out->items[i].score += named;
}

/* The best spans of one file, as members of a list of files. */
static void add_file(struct chooser *ch, uint32_t index)
{
    const struct ob__candidate *cand = &ch->c->items[index];
    size_t first = ch->out->len;
    add_units(ch, index, false);
    count_alike(ch, first);
    if (ch->out->len == first)
        add_window(ch, index);
    if (ch->out->len == first)
        return;
    sort_spans(ch->out->items + first, ch->out->len - first);
    ch->out->sorted = ch->out->len;
    keep_apart(ch, first, FURTHER_SPANS);
    for (size_t i = first; i < ch->out->len; i++)
        ch->out->items[i].score = cand->score - FURTHER * (double)(i - first);
}

/* ------------------------------------------------------------ the list */
/* Puts into the first LIMIT places what is shown, so that code and notes each have a third of them if
 * they fill it; what is left stands behind, in its order, for what cannot be shown after all. */
static void share_places(struct ob__spans *s, size_t limit)
{
    size_t notes = 0, kept[2] = {0}, n = 0, n_rest = 0;
    if (s->len <= limit)
        return;
    for (size_t i = 0; i < s->len; i++)
        notes += s->items[i].note;
    size_t code = s->len - notes, least = limit / 3;
    size_t room[2] = {limit - (notes < least ? notes : least),
                      limit - (code < least ? code : least)};
    struct ob__span *rest = ob_alloc(s->len * sizeof *rest);
    for (size_t i = 0; i < s->len; i++) {
        bool note = s->items[i].note;
        if (n == limit || kept[note] == room[note]) {
            rest[n_rest++] = s->items[i];
            continue;
        }
        kept[note]++;
        s->items[n++] = s->items[i];
    }
    memcpy(s->items + n, rest, n_rest * sizeof *rest);
    ob_free(rest);
}

static bool is_at_hand(const struct chooser *ch, const struct ob__span *span)
{
    const struct ob_search_context *at = &ch->r->context;
    const struct ob__candidate *c = &ch->c->items[span->candidate];
    return at->path && at->text && ch->v->parts[c->vpart].shelf == at->shelf &&
           strcmp(ob__candidate_doc(ch->v, c)->path, at->path) == 0;
}

/* The text at hand goes; other lines of its file are known as well and come later. */
static void drop_at_hand(struct chooser *ch)
{
    const struct ob_search_context *at = &ch->r->context;
    size_t n = 0;
    for (size_t i = 0; i < ch->out->len; i++) {
        struct ob__span span = ch->out->items[i];
        if (is_at_hand(ch, &span)) {
            bool whole = !at->first_line;
            if (whole || (span.first <= at->last_line && span.last >= at->first_line))
                continue;
            span.score -= AT_HAND;
        }
        ch->out->items[n++] = span;
    }
    ch->out->len = n;
}

static void gather(struct chooser *ch, size_t wanted)
{
    size_t files[2] = {0}; /* code, and what documents it */
    for (uint32_t i = 0; i < ch->c->len; i++) {
        bool note = ob__candidate_doc(ch->v, &ch->c->items[i])->lang->kind == OB_KIND_NOTE;
        bool section = ch->r->by == OB_BY_AUTO && ob__candidate_is_note(ch->v, &ch->c->items[i]);
        if (section)
            add_sections(ch, i);
        else if (ch->r->by == OB_BY_PASSAGE)
            add_spans(ch, i);
        else if (files[note && ch->r->by == OB_BY_AUTO]++ < wanted)
            add_file(ch, i);
    }
    if (ch->r->by == OB_BY_PASSAGE)
        count_alike(ch, 0);
}

void ob__spans_choose(struct ob__spans *out, struct ob__candidates *c, const struct ob__view *v,
                      const struct ob__query *q, const struct ob_search_request *r,
                      struct ob_terms *t, size_t wanted)
{
    struct chooser ch = {out, c, v, q, r};
    gather(&ch, wanted);
    drop_at_hand(&ch);
    out->sorted = 0;
    if (r->by == OB_BY_PASSAGE)
        ob__sites_score(out, c, v, q, t);
    ob__around_first(out, c, v, q, r);
    ob__asked_first(out, c, v, q, r, t);
    keep_apart(&ch, 0, r->by == OB_BY_PASSAGE ? wanted : SIZE_MAX);
    if (r->by == OB_BY_AUTO && r->kind == OB_SEARCH_ALL)
        share_places(out, r->limit);
    if (out->len > wanted)
        out->len = wanted;
}

void ob__spans_release(struct ob__spans *s)
{
    ob_free(s->items);
    *s = (struct ob__spans){0};
}
