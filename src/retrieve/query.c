/* Parsing questions.  Stop words go, but only when something is left; words count for less the later
 * they stand (0.9 a word, never under 0.3), because people put the topic first. */
#include "query.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "openbook/index/doc.h"

#include "asked.h"

enum { MAX_WORD = 64 };

struct parse {
    struct ob__query *q;
    const char *text;
    size_t len;
    bool keep_stops;
    uint32_t last_word; /* ordinal of the source word seen last */
    size_t n_words;     /* words that count, so far */
    bool last_counted;
    char before[2][MAX_WORD]; /* the two word parts before this one, for joined names */
};

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
        .generic = latin && is_generic(t->text, t->text_len) ? 0.4 : 1,
        .latin = latin,
        .factor = 1,
        .word = UINT32_MAX,
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
static bool is_lone_letter(const struct parse *p, const struct ob_term *t)
{
    char c = p->text[t->start];
    bool name = t->end - t->start == 1 && c >= 'B' && c <= 'Z' && c != 'I';
    return t->part_len == 1 && isalpha((unsigned char)t->part[0]) && !name;
}

static bool is_stop(const struct parse *p, const struct ob_term *t)
{
    if (t->kind == OB_TERM_WORD)
        return ob_stop_word(t->part, t->part_len) || is_lone_letter(p, t);
    if (t->kind == OB_TERM_HANGUL)
        return ob_hangul_stop_word(p->text + t->start, t->end - t->start) ||
               ob_hangul_question_ending(t->text, t->text_len);
    return false;
}

static void on_term(const struct ob_term *t, void *data)
{
    struct parse *p = data;
    const char *spelled = p->text + t->start;
    size_t spelled_len = t->end - t->start;
    if (t->kind == OB_TERM_COMPOUND) {
        ob__query_add_name(p->q, spelled, spelled_len, 1);
        if (p->q->n_compounds < OB__QUERY_NAMES)
            p->q->compounds[p->q->n_compounds++] = ob_name_key(spelled, spelled_len);
        return;
    }
    bool stop = is_stop(p, t);
    if (t->kind == OB_TERM_WORD)
        note_part(p, t, stop);
    if (stop && !p->keep_stops)
        return;
    if (t->word != p->last_word || !p->last_counted)
        p->n_words++;
    p->last_word = t->word;
    p->last_counted = true;
    if (t->kind == OB_TERM_WORD && t->word_terms == 1 && p->n_words > 1 &&
        isupper((unsigned char)spelled[0]))
        ob__query_add_name(p->q, spelled, spelled_len, 0.5);
    double share = pow(0.9, (double)(p->n_words - 1));
    struct ob__qterm *added = ob__query_add_term(p->q, t, share < 0.3 ? 0.3 : share);
    if (added)
        added->word = t->word;
}

/* ------------------------------------------------------------ groups */
static double weight_of(const double *own, const double *extra, struct ob__groups g)
{
    double sum = 0;
    for (uint64_t bits = g.own; bits; bits &= bits - 1)
        sum += own[__builtin_ctzll(bits)];
    for (uint64_t bits = g.extra & ~g.own; bits; bits &= bits - 1)
        sum += extra[__builtin_ctzll(bits)];
    return sum;
}

double ob__groups_weight(const struct ob__query *q, struct ob__groups g)
{
    return weight_of(q->group_w, q->extra_w, g);
}

double ob__groups_weight_u(const struct ob__query *q, struct ob__groups g)
{
    return weight_of(q->group_u, q->extra_w, g);
}

void ob__query_weigh(struct ob__query *q)
{
    memset(q->group_w, 0, sizeof q->group_w);
    memset(q->group_u, 0, sizeof q->group_u);
    memset(q->extra_w, 0, sizeof q->extra_w);
    for (size_t i = 0; i < q->n_terms; i++) {
        const struct ob__qterm *t = &q->terms[i];
        size_t bit = t->group < 63 ? t->group : 63;
        if (t->factor >= 1) {
            q->group_w[bit] = fmax(q->group_w[bit], t->w);
            q->group_u[bit] = fmax(q->group_u[bit], t->u);
        } else {
            q->extra_w[bit] = fmax(q->extra_w[bit], t->w);
        }
    }
    q->sum_w = q->sum_u = 0;
    for (size_t i = 0; i < 64; i++) {
        q->sum_w += fmax(q->group_w[i], q->extra_w[i]);
        q->sum_u += fmax(q->group_u[i], q->extra_w[i]);
    }
}

/* ------------------------------------------------------------ classes of questions */
static bool looks_like_symbol(const char *s, size_t len)
{
    bool letter = false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x80 || !(isalnum(c) || strchr("_:.>-\\#$@!?~()&*", c)))
            return false;
        letter |= isalpha(c) != 0;
    }
    return letter;
}

/* The last part of a qualified name. */
static void add_symbol_name(struct ob__query *q, const char *s, size_t len)
{
    while (len && !(isalnum((unsigned char)s[len - 1]) || s[len - 1] == '_'))
        len--;
    size_t start = len;
    while (start && (isalnum((unsigned char)s[start - 1]) || s[start - 1] == '_'))
        start--;
    ob__query_add_name(q, s + start, len - start, 1);
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
    q->asks_test = mentions(q, test);
    q->asks_doc = mentions(q, doc);
    q->asks_conf = mentions(q, conf);
    q->asks_example = mentions(q, example);
}

void ob__query_parse(struct ob__query *q, struct ob_terms *t, const char *text, size_t len)
{
    *q = (struct ob__query){0};
    while (len && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    while (len && isspace((unsigned char)text[len - 1]))
        len--;
    q->symbol = len > 0 && looks_like_symbol(text, len);
    struct parse p = {.q = q, .text = text, .len = len};
    ob_terms_scan(t, text, len, on_term, &p);
    if (q->n_terms == 0) { /* only stop words: they are the question */
        q->n_joined = q->n_initials = 0;
        p = (struct parse){.q = q, .text = text, .len = len, .keep_stops = true};
        ob_terms_scan(t, text, len, on_term, &p);
    }
    if (q->symbol)
        add_symbol_name(q, text, len);
    ob__asked_find(q, text, len);
    find_wishes(q);
}

void ob__query_release(struct ob__query *q)
{
    ob_arena_release(&q->arena);
}
