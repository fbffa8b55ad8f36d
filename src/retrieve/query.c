/* Parsing questions.  Stop words go, but only when something is left; words count for less the later
 * they stand in their sentence (0.9 a word, never under 0.3), because people put the topic first.  Of a
 * long text only the weightiest words are asked. */
#include "query.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "openbook/base/mem.h"
#include "openbook/index/doc.h"
#include "openbook/text/utf8.h"

#include "diff.h"
#include "noise.h"
#include "pick.h"
#include "places.h"
#include "symbol.h"

enum { MAX_WORD = 64, PICKED_BYTES = 200, LONG_BYTES = 1000 };

struct parse {
    struct ob__query *q;
    const char *text;
    size_t len;
    const struct ob__view *v;
    struct ob_map64 kept; /* of a long text: hashes of the terms that count */
    bool keep_stops;
    uint32_t last_word; /* ordinal of the source word counted last */
    size_t last_end;    /* where the word before ended */
    size_t n_words;     /* words of the sentence that count, so far */
    bool last_counted;
    bool within;              /* words of the sentence that follow say where */
    size_t next_passed;       /* the first path that does not end before the term */
    char before[2][MAX_WORD]; /* the two word parts before this one, for joined names */
};

/* What such a word counts for beside those of the topic. */
static const double FRAME = 0.5;

static const char *const generic_words[] = {
    "implement", "handl",  "provid", "support", "manag",     "manage",  "defin",    "process",
    "perform",   "allow",  "enabl",  "creat",   "mak",       "mad",     "build",    "built",
    "get",       "set",    "logic",  "code",    "function",  "clas",    "class",    "method",
    "mechanism", "system", "operat", "various", "different", "multipl", "custom",   "internal",
    "helper",    "util",   "featur", "based",   "given",     "way",     "specific", "main",
    "core",      "modul",  "file",   "object",  "type",      "value",   "data"};

static bool is_generic(const char *term, size_t len)
{
    for (size_t i = 0; i < sizeof generic_words / sizeof *generic_words; i++)
        if (strlen(generic_words[i]) == len && memcmp(generic_words[i], term, len) == 0)
            return true;
    return false;
}

static size_t slot_of(const struct ob__query *q, uint64_t hash)
{
    size_t i = hash & 255;
    while (q->slots[i] && q->terms[q->slots[i] - 1].hash != hash)
        i = (i + 1) & 255;
    return i;
}

const struct ob__qterm *ob__query_term(const struct ob__query *q, uint64_t hash)
{
    size_t i = slot_of(q, hash);
    return q->slots[i] ? &q->terms[q->slots[i] - 1] : NULL;
}

void ob__query_drop_terms(struct ob__query *q)
{
    q->n_terms = 0;
    q->n_groups = 0;
    q->n_joined = q->n_initials = q->n_words = 0;
    memset(q->slots, 0, sizeof q->slots);
}

struct ob__qterm *ob__query_add_term(struct ob__query *q, const struct ob_term *t, double share)
{
    size_t slot = slot_of(q, t->hash);
    if (q->n_terms == OB__QUERY_TERMS || q->slots[slot])
        return NULL;
    bool latin = t->kind == OB_TERM_WORD;
    struct ob__qterm *added = &q->terms[q->n_terms++];
    *added = (struct ob__qterm){
        .text = ob_arena_strndup(&q->arena, t->text, t->text_len),
        .len = t->text_len,
        .hash = t->hash,
        .share =
            t->kind == OB_TERM_HANGUL ? share / sqrt(t->word_terms ? t->word_terms : 1) : share,
        .flat_share = 1 / sqrt(t->word_terms ? t->word_terms : 1),
        .part = latin && t->word_terms > 1,
        .generic = latin && is_generic(t->text, t->text_len) ? 0.4 : 1,
        .latin = latin,
        .factor = 1,
        .word = UINT32_MAX,
        .place = OB__QUERY_PLACES,
        .group = q->n_groups++,
    };
    q->slots[slot] = (uint8_t)q->n_terms;
    return added;
}

void ob__query_add_name(struct ob__query *q, const char *text, size_t len, double weight)
{
    uint64_t key = ob_name_key(text, len);
    if (!key || q->n_names == OB__QUERY_NAMES)
        return;
    for (size_t i = 0; i < q->n_names; i++)
        if (q->names[i].key == key)
            return;
    q->names[q->n_names++] =
        (struct ob__qname){key, ob_arena_strndup(&q->arena, text, len), weight};
}

void ob__query_add_joined(struct ob__query *q, const char *a, const char *b, const char *c)
{
    char joined[MAX_WORD * 3];
    size_t n = 0;
    for (const char *const *w = (const char *const[]){a, b, c, NULL}; *w; w++) {
        size_t len = strlen(*w);
        memcpy(joined + n, *w, len);
        n += len;
    }
    if (q->n_joined < OB__QUERY_JOINED)
        q->joined[q->n_joined++] = ob_name_key(joined, n);
}

/* Remembers a word part and joins it with the ones before: "status code" finds statusCode. */
static void note_part(struct parse *p, const struct ob_term *t, bool stop)
{
    struct ob__query *q = p->q;
    if (q->n_initials < OB__QUERY_WORDS && isalpha((unsigned char)t->part[0])) {
        q->initials[q->n_initials] = t->part[0];
        q->stops[q->n_initials++] = stop;
    }
    if (stop || t->part_len >= MAX_WORD)
        return;
    char now[MAX_WORD] = "";
    memcpy(now, t->part, t->part_len);
    if (q->n_words < OB__QUERY_WORDS && t->part_len > 1)
        q->words[q->n_words++] = ob_name_key(now, t->part_len);
    if (p->before[1][0])
        ob__query_add_joined(q, p->before[1], now, "");
    if (p->before[0][0])
        ob__query_add_joined(q, p->before[0], p->before[1], now);
    memcpy(p->before[0], p->before[1], MAX_WORD);
    memcpy(p->before[1], now, MAX_WORD);
}

/* One letter says nothing, unless it is a name: the language C, R. */
static bool is_lone_letter(const char *text, const struct ob_term *t)
{
    char c = text[t->start];
    bool name = t->end - t->start == 1 && c >= 'B' && c <= 'Z' && c != 'I';
    return t->part_len == 1 && isalpha((unsigned char)t->part[0]) && !name;
}

static bool is_stop(const char *text, const struct ob_term *t)
{
    if (t->kind == OB_TERM_WORD)
        return ob_stop_word(t->part, t->part_len) || is_lone_letter(text, t);
    if (t->kind == OB_TERM_HANGUL)
        return ob_hangul_stop_word(text + t->start, t->end - t->start) ||
               ob_hangul_question_ending(t->text, t->text_len);
    return false;
}

/* "the `with` statement", "use()": a stop word that is written as code is a name. */
static bool is_written_as_code(const struct parse *p, const struct ob_term *t)
{
    size_t left = p->len - t->end;
    bool call = left >= 2 && memcmp(p->text + t->end, "()", 2) == 0;
    bool quoted =
        t->start > 0 && left > 0 && p->text[t->start - 1] == '`' && p->text[t->end] == '`';
    return t->kind == OB_TERM_WORD && (call || quoted);
}

/* ㄱ..ㅣ: typed on the way to a syllable. */
static bool is_jamo(const char *s, size_t len)
{
    uint32_t code = 0;
    if (len)
        ob_utf8_decode(&code, s, len);
    return code >= 0x3131 && code <= 0x318E;
}

bool ob__query_skips(const char *text, const struct ob_term *t)
{
    return is_jamo(text + t->start, t->end - t->start) || is_stop(text, t);
}

/* Whether a sentence or a line ends between two words. */
static bool ends_sentence(const struct parse *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (p->text[i] == '\n' || (strchr(".?!", p->text[i]) &&
                                   (i + 1 == p->len || isspace((unsigned char)p->text[i + 1]))))
            return true;
    return false;
}

static bool is_defined(const struct parse *p, const char *name, size_t len)
{
    return !p->v ||
           ob__view_count(p->v, offsetof(struct ob_part, defs), ob_name_key(name, len)) > 0;
}

/* The path that the byte stands in, its line included, or NULL; *NEXT goes along with AT. */
static const struct ob__passed *path_at(const struct ob__query *q, size_t *next, size_t at)
{
    while (*next < q->n_passed && q->passed[*next].past <= at)
        ++*next;
    if (*next == q->n_passed)
        return NULL;
    const struct ob__passed *p = &q->passed[*next];
    return p->start <= at ? p : NULL;
}

bool ob__query_passes(const struct ob__query *q, size_t *next, size_t at)
{
    const struct ob__passed *p = path_at(q, next, at);
    return p && (at >= p->end || (q->pasted && !p->here)); /* a line is no word */
}

static void on_compound(struct parse *p, const struct ob_term *t)
{
    const char *spelled = p->text + t->start;
    size_t len = t->end - t->start;
    if ((p->len > LONG_BYTES || p->q->pasted) && !is_defined(p, spelled, len))
        return; /* a log is full of names of elsewhere */
    ob__query_add_name(p->q, spelled, len, 1);
    if (p->q->n_compounds == OB__QUERY_NAMES)
        return;
    if (ob_compound_joins_words(t->text, t->text_len))
        p->q->joining |= (uint32_t)1 << p->q->n_compounds;
    p->q->compounds[p->q->n_compounds++] = ob_name_key(spelled, len);
}

/* "#area/sub": notes that have the tag are told by its key, if any do. */
static void note_tag(struct parse *p, size_t start)
{
    struct ob__query *q = p->q;
    if (start == 0 || p->text[start - 1] != '#' || q->n_compounds == OB__QUERY_NAMES)
        return;
    size_t end = start;
    while (end < p->len && ((unsigned char)p->text[end] >= 0x80 ||
                            isalnum((unsigned char)p->text[end]) || strchr("_-/", p->text[end])))
        end++;
    uint64_t key = ob_tag_key(p->text + start, end - start);
    bool known = q->n_compounds && q->compounds[q->n_compounds - 1] == key;
    if (!known && p->v && ob__view_count(p->v, offsetof(struct ob_part, compounds), key))
        q->compounds[q->n_compounds++] = key;
}

/* Counts the word in its sentence; returns what its place is worth. */
static double place(struct parse *p, const struct ob_term *t)
{
    if (t->word != p->last_word || !p->last_counted)
        p->n_words++;
    p->last_word = t->word;
    p->last_counted = true;
    return fmax(pow(0.9, (double)(p->n_words - 1)), 0.3);
}

/* "What is the difference between A and B?" is about A and B. */
static bool is_frame(const struct parse *p, const struct ob_term *t)
{
    if (!p->q->sentence)
        return false;
    return t->kind == OB_TERM_HANGUL ? ob_hangul_frame_word(p->text + t->start, t->end - t->start)
                                     : t->kind == OB_TERM_WORD && t->word_terms == 1 &&
                                           ob_frame_word(t->part, t->part_len);
}

static void start_sentence(struct parse *p)
{
    p->n_words = 0;
    p->within = false;
}

/* Whether the word says where something is: what it is, is asked before "in", or after "에서". */
static bool is_within(struct parse *p, const struct ob_term *t)
{
    bool in = t->kind == OB_TERM_WORD && t->part_len == 2 && memcmp(t->part, "in", 2) == 0;
    p->within = p->within || (in && p->n_words > 0);
    return p->within || ob_term_has_particle(p->text, p->len, t, "에서");
}

static void on_term(const struct ob_term *t, void *data)
{
    struct parse *p = data;
    const char *spelled = p->text + t->start;
    size_t spelled_len = t->end - t->start;
    if (t->start >= p->last_end && ends_sentence(p, p->last_end, t->start))
        start_sentence(p);
    p->last_end = t->end;
    if (ob__query_passes(p->q, &p->next_passed, t->start))
        return;
    bool of_path = path_at(p->q, &p->next_passed, t->start) != NULL;
    bool noise = ob__query_is_noise(p->q, p->v, p->text, p->len, t);
    if (noise && !p->keep_stops)
        return;
    if (t->kind == OB_TERM_COMPOUND) {
        on_compound(p, t);
        return;
    }
    bool stop = ob__query_skips(p->text, t) && !is_written_as_code(p, t);
    bool within = is_within(p, t);
    note_tag(p, t->start);
    if (t->kind == OB_TERM_WORD)
        note_part(p, t, stop);
    if ((stop && !p->keep_stops) || (p->kept.len && !ob_map64_get(&p->kept, t->hash)))
        return;
    bool frame = is_frame(p, t);
    double share = frame ? FRAME * fmax(pow(0.9, (double)p->n_words), 0.3) : place(p, t);
    if (t->kind == OB_TERM_WORD && t->word_terms == 1 && p->n_words > 1 &&
        isupper((unsigned char)spelled[0]))
        ob__query_add_name(p->q, spelled, spelled_len, 0.5);
    struct ob__qterm *added = ob__query_add_term(p->q, t, share);
    if (added) {
        added->word = t->word;
        added->of_path = of_path;
        added->within = within;
        added->noise = noise;
        added->flat_share *= frame ? FRAME : 1;
    }
}

/* A hash that the project has is asked for. */
bool ob__query_is_noise(const struct ob__query *q, const struct ob__view *v, const char *text,
                        size_t len, const struct ob_term *t)
{
    bool latin = t->kind == OB_TERM_WORD || t->kind == OB_TERM_COMPOUND;
    if (!latin || !ob__is_noise(text, len, t->start, q->pasted))
        return false;
    uint64_t key = ob_name_key(text + t->start, t->end - t->start);
    return !v || !key || !ob__view_count(v, offsetof(struct ob_part, compounds), key);
}

/* ------------------------------------------------------------ groups */
static double weight_of(const struct ob__worth *worth, struct ob__groups g)
{
    double sum = 0;
    for (uint64_t bits = g.own; bits; bits &= bits - 1)
        sum += worth->own[__builtin_ctzll(bits)];
    for (uint64_t bits = g.extra & ~g.own; bits; bits &= bits - 1)
        sum += worth->extra[__builtin_ctzll(bits)];
    return sum;
}

double ob__groups_weight(const struct ob__query *q, struct ob__groups g)
{
    return weight_of(&q->w, g);
}

double ob__groups_weight_u(const struct ob__query *q, struct ob__groups g)
{
    return weight_of(&q->u, g);
}

double ob__groups_count(const struct ob__query *q, struct ob__groups g)
{
    return weight_of(&q->count, g);
}

double ob__groups_coverage(const struct ob__query *q, struct ob__groups g)
{
    return q->cover.sum > 0 ? weight_of(&q->cover, g) / q->cover.sum : 0;
}

/* A word that all files share has no weight for ranking; whether an answer speaks of it is another
 * question. */
static const double COVER_LEAST = 0.25;

static double cover_of(const struct ob__query *q, const struct ob__qterm *t)
{
    if (t->u <= 0)
        return 0; /* not here, and known by another word */
    return fmax(t->u, t->share * COVER_LEAST * q->unknown_idf);
}

/* Adds what T is worth: of a group the best term counts. */
static void add_worth(struct ob__worth *worth, const struct ob__qterm *t, double value)
{
    double *of = t->factor >= 1 ? worth->own : worth->extra;
    size_t bit = t->group < 63 ? t->group : 63;
    of[bit] = fmax(of[bit], value);
}

static void sum_up(struct ob__worth *worth)
{
    for (size_t i = 0; i < 64; i++)
        worth->sum += fmax(worth->own[i], worth->extra[i]);
}

static void weigh_groups(struct ob__query *q)
{
    q->w = q->u = q->count = q->cover = (struct ob__worth){.sum = 0};
    q->sum_flat_w = 0;
    for (size_t i = 0; i < q->n_terms; i++) {
        const struct ob__qterm *t = &q->terms[i];
        bool counts = t->w > 0 && t->word != UINT32_MAX;
        add_worth(&q->w, t, t->w);
        add_worth(&q->u, t, t->u);
        add_worth(&q->count, t, counts ? t->factor : 0);
        add_worth(&q->cover, t, cover_of(q, t));
        q->sum_flat_w += t->flat_w;
    }
    sum_up(&q->w);
    sum_up(&q->u);
    sum_up(&q->count);
    sum_up(&q->cover);
}

/* Numbers the words in their order; what lies between two that count is not seen. */
static void find_places(struct ob__query *q)
{
    for (size_t i = 0; i < q->n_terms; i++) {
        uint32_t word = q->terms[i].word;
        size_t before = 0;
        for (size_t k = 0; k < q->n_terms; k++) {
            bool first = q->terms[k].word < word;
            for (size_t j = 0; first && j < k; j++)
                first = q->terms[j].word != q->terms[k].word;
            before += first;
        }
        bool some = word != UINT32_MAX && before < OB__QUERY_PLACES;
        q->terms[i].place = (uint8_t)(some ? before : OB__QUERY_PLACES);
    }
}

/* The words that are asked about, by their places. */
static void find_words(struct ob__query *q)
{
    bool within[OB__QUERY_PLACES] = {0};
    memset(q->at, 0, sizeof q->at);
    for (size_t i = 0; i < q->n_terms; i++)
        if (q->terms[i].within && q->terms[i].place < OB__QUERY_PLACES)
            within[q->terms[i].place] = true;
    for (size_t i = 0; i < q->n_terms; i++) {
        const struct ob__qterm *t = &q->terms[i];
        if (t->w > 0 && t->place < OB__QUERY_PLACES && !within[t->place])
            ob__groups_add(&q->at[t->place], t);
    }
}

bool ob__groups_hold_all(const struct ob__query *q, struct ob__groups g)
{
    bool any = false;
    for (size_t i = 0; i < OB__QUERY_PLACES; i++) {
        struct ob__groups word = q->at[i];
        bool own = word.own && (g.own & word.own) == word.own;
        if ((word.own | word.extra) && !own && !(g.extra & word.extra))
            return false;
        any = any || word.own || word.extra;
    }
    return any;
}

/* Two words together are worth what the weaker is. */
static void weigh_pairs(struct ob__query *q)
{
    double own[OB__QUERY_PLACES + 1] = {0}, extra[OB__QUERY_PLACES + 1] = {0};
    for (size_t i = 0; i < q->n_terms; i++) {
        const struct ob__qterm *t = &q->terms[i];
        if (t->factor >= 1)
            own[t->place] += t->w;
        else
            extra[t->place] = fmax(extra[t->place], t->w);
    }
    q->sum_pairs = 0;
    for (size_t i = 0; i + 1 < OB__QUERY_PLACES; i++) {
        q->pair_w[i] = fmin(fmax(own[i], extra[i]), fmax(own[i + 1], extra[i + 1]));
        q->sum_pairs += q->pair_w[i];
    }
}

static void find_beginnings(struct ob__query *q)
{
    memset(q->begin, 0, sizeof q->begin);
    for (size_t i = 0; i < q->n_terms; i++)
        ob__terms_add(&q->begin[ob__letter(q->terms[i].text[0])], i);
    memset(q->initial_pairs, 0, sizeof q->initial_pairs);
    for (size_t i = 0; i < q->n_initials; i++) {
        uint32_t *next = &q->initial_pairs[ob__letter(q->initials[i])];
        for (size_t k = i + 1; !q->stops[i] && k < q->n_initials; k++) {
            if (k == i + 1 || !q->stops[k])
                *next |= (uint32_t)1 << ob__letter(q->initials[k]);
            if (!q->stops[k])
                break;
        }
    }
}

void ob__query_weigh(struct ob__query *q)
{
    find_beginnings(q);
    find_places(q);
    find_words(q);
    weigh_pairs(q);
    weigh_groups(q);
}

/* ------------------------------------------------------------ classes of questions */
/* "검ㅅ": ㅅ begins the next syllable. */
static int initial_at_end(const char *text, size_t len)
{
    static const char initials[] = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
    for (int i = 0; len >= 3 && i < 19; i++)
        if (memcmp(initials + 3 * i, text + len - 3, 3) == 0)
            return i + 1;
    return 0;
}

static bool mentions(const struct ob__query *q, const char *const *words)
{
    for (; *words; words++)
        for (size_t i = 0; i < q->n_terms; i++)
            if (strcmp(q->terms[i].text, *words) == 0)
                return true;
    return false;
}

static void find_wishes(struct ob__query *q)
{
    static const char *const test[] = {"test", "spec", "fixtur", "mock", NULL};
    static const char *const doc[] = {"readm",  "doc",  "document", "changelog",
                                      "manual", "guid", NULL};
    static const char *const conf[] = {"config", "configur", "yaml", "ci", "workflow",
                                       "packag", "json",     "toml", NULL};
    static const char *const example[] = {"exampl", "demo", "sampl", NULL};
    static const char *const history[] = {"changelog", "releas", "version", "histori", "upgrad",
                                          "migrat",    "릴리",   "버전",    "이력",    NULL};
    q->asks_history = mentions(q, history);
    q->asks_test = mentions(q, test);
    q->asks_doc = mentions(q, doc);
    q->asks_conf = mentions(q, conf);
    q->asks_example = mentions(q, example);
}

static bool begins_with(const char *text, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len > n && strncasecmp(text, word, n) == 0 && !isalnum((unsigned char)text[n]) &&
           text[n] != '_';
}

static bool ends_with(const char *text, size_t len, const char *end)
{
    size_t n = strlen(end);
    return len >= n && memcmp(text + len - n, end, n) == 0;
}

/* "How do I ...", "... ?", "왜 ...", "... 하나요". */
static bool is_sentence(const char *text, size_t len)
{
    static const char *const first[] = {"how",  "what", "why",  "when", "where",  "which",  "who",
                                        "can",  "is",   "are",  "do",   "does",   "should", "could",
                                        "will", "왜",   "언제", "어디", "어떻게", "무엇",   NULL};
    static const char *const last[] = {"?",    "？", "나요", "까요", "가요", "니까", "은가", "는가",
                                       "인가", "죠", "을까", "일까", "될까", "할까", NULL};
    for (const char *const *w = first; *w; w++)
        if (begins_with(text, len, *w))
            return true;
    for (const char *const *w = last; *w; w++)
        if (ends_with(text, len, *w))
            return true;
    return false;
}

/* "What is JSX?", "JSX란 무엇인가요?". */
static bool asks_what(const char *text, size_t len)
{
    static const char *const first[] = {"what is", "what are", "what's",   "what does",
                                        "explain", "define",   "describe", NULL};
    static const char *const anywhere[] = {"무엇", "뭐", "뭔가", "뭔지", "란?", NULL};
    for (const char *const *w = first; *w; w++)
        if (begins_with(text, len, *w))
            return true;
    for (const char *const *w = anywhere; *w; w++)
        if (memmem(text, len, *w, strlen(*w)))
            return true;
    return false;
}

static void scan(struct parse *p, struct ob_terms *t)
{
    struct parse start = *p;
    if (p->len > PICKED_BYTES)
        ob__pick(&p->kept, t, p->q, p->v, p->text, p->len);
    start.kept = p->kept;
    ob_terms_scan(t, p->text, p->len, on_term, p);
    if (p->q->n_terms == 0) { /* only stop words: they are the question */
        ob__query_drop_terms(p->q);
        p->q->only_stops = true;
        *p = start;
        p->keep_stops = true;
        ob_terms_scan(t, p->text, p->len, on_term, p);
    }
    ob_map64_release(&p->kept);
}

/* Length of a command like that of a link, "ESC]8;;address ESC\\", or 0. */
static size_t command(const char *text, size_t len, size_t at)
{
    size_t end = at + 2;
    if (end == len || !isdigit((unsigned char)text[end]))
        return 0;
    while (end < len && !strchr("\a\x1b\n", text[end]))
        end++;
    if (end < len && text[end] == '\a')
        return end + 1 - at;
    bool closed = end + 1 < len && text[end] == '\x1b' && text[end + 1] == '\\';
    return closed ? end + 2 - at : 0;
}

/* Length of a terminal's escape at AT, a colour or a command; 0: none. */
static size_t escape(const char *text, size_t len, size_t at)
{
    size_t end = at + 2;
    if (text[at] != '\x1b' || at + 1 == len)
        return 0;
    if (text[at + 1] != '[')
        return text[at + 1] == ']' ? command(text, len, at) : 0;
    while (end < len && (isdigit((unsigned char)text[end]) || strchr(";:?", text[end])))
        end++;
    return (end < len ? end + 1 : len) - at;
}

/* Writes the character that Git quotes as "\355\225\240" at AT to TO; returns how much it takes of both: 4
 * bytes of the text for one. */
static size_t quoted_character(char *to, const char *text, size_t len, size_t at)
{
    uint32_t code;
    size_t n = 0;
    for (; n < 4; n++) {
        unsigned char byte = ob__octal_byte(text + at + 4 * n, len - at - 4 * n);
        if (!byte)
            break;
        to[n] = (char)byte;
    }
    size_t whole = n ? ob_utf8_decode(&code, to, n) : 0;
    return n && code != 0xFFFD && whole > 1 ? whole : 0;
}

const char *ob__query_text(struct ob_arena *arena, const char *text, size_t *len)
{
    size_t n = 0;
    char quoted[4];
    if (!*len || (!memchr(text, '\x1b', *len) && !memchr(text, '\\', *len)))
        return text;
    char *plain = ob_arena_strndup(arena, text, *len);
    for (size_t i = 0; i < *len;) {
        size_t gone = escape(text, *len, i);
        size_t bytes = text[i] == '\\' ? quoted_character(quoted, text, *len, i) : 0;
        if (bytes)
            memcpy(plain + n, quoted, bytes);
        else if (!gone)
            plain[n++] = text[i];
        n += bytes;
        i += bytes ? 4 * bytes : gone ? gone : 1;
    }
    plain[n] = '\0';
    *len = n;
    return plain;
}

/* Whether a place with a line stands in the text, or a file of the project, a diff, a function of
 * Vim's. */
static bool names_place(const struct ob__query *q)
{
    if (q->n_loose || q->n_calls)
        return true;
    for (size_t i = 0; i < q->n_passed; i++)
        if (q->passed[i].past > q->passed[i].end || q->passed[i].here)
            return true;
    return false;
}

void ob__query_parse(struct ob__query *q, struct ob_terms *t, const struct ob__view *v,
                     const char *text, size_t len)
{
    *q = (struct ob__query){0};
    text = ob__without_classes(q, text, len);
    while (len && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    while (len && isspace((unsigned char)text[len - 1]))
        len--;
    q->pasted = len > LONG_BYTES || memchr(text, '\n', len);
    ob__places_find(q, v, text, len);
    q->pasted = len > LONG_BYTES || (q->pasted && names_place(q));
    q->symbol = len > 0 && ob__looks_like_symbol(text, len);
    q->sentence = is_sentence(text, len);
    q->asks_what = asks_what(text, len);
    q->next_initial = initial_at_end(text, len);
    struct parse p = {.q = q, .text = text, .len = len, .v = v};
    scan(&p, t);
    if (len > LONG_BYTES)
        q->n_initials = 0; /* somewhere in a log there are the initials of anything */
    if (q->symbol)
        ob__symbol_names(q, text, len);
    find_wishes(q);
}

void ob__query_release(struct ob__query *q)
{
    ob_free(q->asked);
    ob_free(q->passed);
    ob_arena_release(&q->arena);
}
