/* English sentences are about what stands before their first verb, Korean ones about the word with the
 * particle of a topic.  What that is, is said by a noun: behind the verb in English, at the end in
 * Korean. */
#include "role.h"

#include <ctype.h>
#include <string.h>

#include "openbook/text/utf8.h"

static const char DEFINING[] = "란"; /* the particle of a topic that is being defined */

static bool is_one_of(const char *word, size_t len, const char *const *list)
{
    for (; *list && len; list++) /* the first letter tells most apart */
        if (**list == *word && strlen(*list) == len && memcmp(*list, word, len) == 0)
            return true;
    return false;
}

/* The verbs that definitions have: "X is a ...", "X lets you ...". */
static enum ob__role english_role(const struct ob_term *t)
{
    static const char *const copulas[] = {"is", "are", "was", "were", "can", NULL};
    static const char *const verbs[] = {
        "refers",     "refer",     "means", "mean",     "stands",  "stand",   "describes",
        "describe",   "allows",    "allow", "lets",     "let",     "enables", "enable",
        "represents", "represent", "helps", "provides", "provide", "returns", NULL};
    if (is_one_of(t->part, t->part_len, copulas))
        return OB__ROLE_COPULA;
    return is_one_of(t->part, t->part_len, verbs) ? OB__ROLE_VERB : OB__ROLE_NONE;
}

enum ob__role ob__role_of(const char *text, size_t len, const struct ob_term *t)
{
    bool word = t->kind == OB_TERM_WORD && t->word_terms == 1;
    enum ob__role role = word ? english_role(t) : OB__ROLE_NONE;
    if (role != OB__ROLE_NONE)
        return role;
    for (const char *const *p = (const char *const[]){"는", "은", DEFINING, NULL}; *p; p++)
        if (ob_term_has_particle(text, len, t, *p))
            return OB__ROLE_TOPIC;
    return OB__ROLE_NONE;
}

/* ------------------------------------------------------------ what it is */
enum {
    NOUN_WITHIN = 4, /* words, of a plural */
    GAP_BYTES = 32,  /* between two words */
    SENTENCE_BYTES = 600,
    ENDING_BYTES = 64,                   /* the longest ending and a letter, decomposed */
    ENDING_MOST = 3 * (ENDING_BYTES + 3) /* the same with each byte malformed */
};

struct word {
    const char *text;
    size_t len;
};

/* The Latin word at *AT, or behind spaces and marks of emphasis there, and *AT behind it; empty where the
 * text goes on with anything else. */
static struct word next_word(const char *text, size_t len, size_t *at)
{
    size_t from = *at, most = len - from < GAP_BYTES ? len : from + GAP_BYTES;
    while (from < most && text[from] && strchr(" \t\r\n*_`\"", text[from]))
        from++;
    size_t end = from;
    while (end < len && (isalnum((unsigned char)text[end]) || text[end] == '-'))
        end++;
    *at = end;
    return (struct word){text + from, end - from};
}

static bool ends_with(struct word w, const char *ending)
{
    size_t n = strlen(ending);
    return w.len > n && memcmp(w.text + w.len - n, ending, n) == 0;
}

/* The words from AT on: "a", "simply one of"; AT goes behind adverbs. */
static bool article_follows(const char *text, size_t len, size_t *at)
{
    static const char *const adverbs[] = {"just", "also",  "often", "nothing", "but",
                                          "not",  "still", "both",  NULL};
    static const char *const articles[] = {"a", "an", "the", "one", "another", "any", NULL};
    struct word w;
    size_t before;
    do {
        before = *at;
        w = next_word(text, len, at);
    } while (ends_with(w, "ly") || is_one_of(w.text, w.len, adverbs));
    *at = before;
    return is_one_of(w.text, w.len, articles);
}

/* "small animals", not "fed by hands". */
static bool plural_follows(const char *text, size_t len, size_t at)
{
    static const char *const others[] = {"as", "its", "this", "always", "us", NULL};
    for (int i = 0; i < NOUN_WITHIN; i++) {
        struct word w = next_word(text, len, &at);
        if (!w.len || (i == 0 && (ends_with(w, "ed") || ends_with(w, "ing"))))
            return false;
        if (ends_with(w, "s") && !ends_with(w, "ss") && !is_one_of(w.text, w.len, others))
            return true;
    }
    return false;
}

/* Whether a noun stands behind T, a copula. */
static bool noun_follows(const char *text, size_t len, const struct ob_term *t)
{
    static const char *const singular[] = {"is", "was", NULL}, *const plural[] = {"are", "were",
                                                                                  NULL};
    size_t at = t->end;
    if (is_one_of(t->part, t->part_len, singular))
        return article_follows(text, len, &at);
    return is_one_of(t->part, t->part_len, plural) &&
           (article_follows(text, len, &at) || plural_follows(text, len, at));
}

/* Where the sentence that AT stands in ends: before its last mark. */
static size_t sentence_end(const char *text, size_t len, size_t at)
{
    size_t most = len - at < SENTENCE_BYTES ? len : at + SENTENCE_BYTES;
    for (; at < most; at++) {
        bool mark = text[at] == '.' || text[at] == '!' || text[at] == '?';
        if (mark && (at + 1 == len || isspace((unsigned char)text[at + 1])))
            break;
    }
    return at;
}

/* "그릇으로, ": what something is, on the way of the sentence. */
static bool is_said_aside(const char *text, size_t len)
{
    static const char *const as[] = {"로,", "\u1105\u1169," /* NFD */};
    return memmem(text, len, as[0], strlen(as[0])) || memmem(text, len, as[1], strlen(as[1]));
}

/* The last bytes of a sentence, composed, to OUT; returns their number. */
static size_t sentence_ending(char out[ENDING_MOST], const char *sentence, size_t len)
{
    size_t n = 0;
    size_t at = len > ENDING_BYTES ? ob_utf8_floor(sentence, len - ENDING_BYTES) : 0;
    while (at < len) {
        uint32_t code = 0;
        at += ob_utf8_fold(&code, sentence + at, len - at);
        n += ob_utf8_encode(out + n, code);
    }
    return n;
}

static bool ends_with_one_of(struct word w, const char *const *list)
{
    for (; *list; list++)
        if (ends_with(w, *list))
            return true;
    return false;
}

/* "라이브러리다": a noun that ends in a vowel and the copula.  Verbs have a consonant there ("간다"), and
 * of adjectives these endings do not. */
static bool is_noun_and_copula(struct word last)
{
    static const char *const others[] = {"하다",   "르다",   "크다",   "쁘다",   "프다",
                                         "느리다", "아니다", "버리다", "어리다", NULL};
    enum { SYLLABLE = 3, CODAS = 28 };
    uint32_t code = 0;
    if (last.len < 2 * SYLLABLE || !ends_with(last, "다") || ends_with_one_of(last, others))
        return false;
    ob_utf8_decode(&code, last.text + last.len - 2 * SYLLABLE, SYLLABLE);
    return code >= 0xAC00 && code <= 0xD7A3 && (code - 0xAC00) % CODAS == 0;
}

/* A Korean sentence says at its end what it says. */
static bool noun_ends(const char *text, size_t len, size_t at)
{
    static const char *const endings[] = {
        "이다",     "입니다",   "이에요",     "예요",      "말한다",      "말합니다", "뜻한다",
        "뜻합니다", "의미한다", "의미합니다", "라고 한다", "라고 합니다", NULL};
    char ending[ENDING_MOST];
    size_t end = sentence_end(text, len, at);
    struct word last = {ending, sentence_ending(ending, text + at, end - at)};
    return is_said_aside(text + at, end - at) || ends_with_one_of(last, endings) ||
           is_noun_and_copula(last);
}

bool ob__role_defines(const char *text, size_t len, const struct ob_term *t, enum ob__role role)
{
    static const char *const verbs[] = {
        "refers",    "refer",    "means",      "mean",      "stands", "stand",
        "describes", "describe", "represents", "represent", "allows", "allow",
        "lets",      "let",      "enables",    "enable",    NULL};
    switch (role) {
    case OB__ROLE_NONE: return false;
    case OB__ROLE_VERB: return is_one_of(t->part, t->part_len, verbs);
    case OB__ROLE_COPULA: return noun_follows(text, len, t);
    case OB__ROLE_TOPIC:
        return ob_term_has_particle(text, len, t, DEFINING) || noun_ends(text, len, t->end);
    }
    return false;
}
