/* English: a light stemmer, and the words that questions are made of.
 *
 * The stemmer takes plural, one derivation and a closing e or y off.  It was chosen by measurement:
 * a lighter one (plurals only) and a heavier one (three passes) both rank worse. */
#include <string.h>

#include "openbook/text/terms.h"

#include "words.h"

enum { STEM_MIN = 4 };

static bool ends(const char *w, size_t n, const char *suffix)
{
    size_t len = strlen(suffix);
    return n >= len && memcmp(w + n - len, suffix, len) == 0;
}

static bool has_vowel(const char *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strchr("aeiouy", w[i]))
            return true;
    return false;
}

/* The length without the second of two equal final letters. */
static size_t undouble(const char *w, size_t n)
{
    bool twice = n >= 2 && w[n - 1] == w[n - 2];
    return twice && !strchr("aeiouls", w[n - 1]) ? n - 1 : n;
}

static size_t cut_plural(char *w, size_t n)
{
    if (w[n - 1] != 's')
        return n;
    if (n > 4 && ends(w, n, "ies")) {
        w[n - 3] = 'y';
        return n - 2;
    }
    if (ends(w, n, "sses"))
        return n - 2;
    bool sibilant = n > 4 && (ends(w, n, "xes") || ends(w, n, "zes") || ends(w, n, "ches") ||
                              ends(w, n, "shes"));
    if (sibilant)
        return n - 2;
    return strchr("su", w[n - 2]) ? n : n - 1;
}

/* One derivational ending: the first row that applies. */
struct rule {
    const char *ending;
    size_t longer_than; /* the word must have more letters */
    size_t drop;        /* letters to take off; the rest of the ending stays */
    const char *before; /* the letters one of which must stand before the ending; NULL: any */
    bool after_vowel;   /* a vowel must stand somewhere before, and a doubled letter is undone */
};

static const struct rule rules[] = {
    {"ing", 5, 3, NULL, true},      {"ed", 4, 2, NULL, true},   {"ization", 9, 5, NULL, false},
    {"isation", 9, 0, NULL, false}, /* becomes -iz, see cut_derivation */
    {"ation", 7, 3, NULL, false},   {"ion", 5, 3, "ts", false}, {"ment", 7, 4, NULL, false},
    {"er", 4, 2, NULL, true},       {"or", 5, 2, "t", false},   {"able", 6, 4, NULL, false},
    {"ly", 5, 2, NULL, false},      {"al", 6, 2, NULL, false},  {"ive", 6, 3, NULL, false}};

static bool applies(const struct rule *rule, const char *w, size_t n)
{
    size_t len = strlen(rule->ending);
    if (n <= rule->longer_than || !ends(w, n, rule->ending))
        return false;
    if (rule->after_vowel && !has_vowel(w, n - len))
        return false;
    return !rule->before || strchr(rule->before, w[n - len - 1]);
}

static size_t cut_derivation(char *w, size_t n)
{
    if (!strchr("gdntreyl", w[n - 1]))
        return n;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (!applies(&rules[i], w, n))
            continue;
        if (strcmp(rules[i].ending, "isation") == 0) {
            w[n - 6] = 'z';
            return n - 5;
        }
        n -= rules[i].drop;
        return rules[i].after_vowel ? undouble(w, n) : n;
    }
    return n;
}

size_t ob_stem(char *word, size_t len)
{
    if (len < STEM_MIN)
        return len;
    for (size_t i = 0; i < len; i++)
        if (word[i] < 'a' || word[i] > 'z')
            return len;
    size_t plural = cut_plural(word, len);
    size_t n = plural >= STEM_MIN ? cut_derivation(word, plural) : plural;
    if (n > 3 && word[n - 1] == 'e')
        n--;
    if (n < 3)
        return plural; /* nothing but the -isation rule, which leaves more, has changed a letter */
    if (n > 3 && word[n - 1] == 'y')
        word[n - 1] = 'i';
    return n;
}

/* ------------------------------------------------------------ stop words */
static const char *const stop_words[] = {
    "a",       "about", "across", "after", "again", "all",    "also",    "an",      "and",
    "any",     "are",   "as",     "at",    "be",    "before", "between", "both",    "by",
    "can",     "could", "did",    "do",    "does",  "down",   "during",  "each",    "few",
    "for",     "from",  "has",    "have",  "here",  "how",    "if",      "in",      "into",
    "is",      "it",    "its",    "just",  "more",  "most",   "not",     "of",      "on",
    "only",    "or",    "other",  "out",   "over",  "own",    "per",     "same",    "should",
    "so",      "some",  "such",   "than",  "that",  "the",    "their",   "them",    "then",
    "there",   "these", "this",   "those", "to",    "too",    "under",   "up",      "use",
    "used",    "uses",  "using",  "very",  "via",   "was",    "were",    "what",    "when",
    "where",   "which", "who",    "why",   "will",  "with",   "within",  "without", "work",
    "working", "works", "would"};

bool ob_stop_word(const char *word, size_t len)
{
    size_t n = sizeof stop_words / sizeof *stop_words;
    return ob__words_find(stop_words, n, sizeof *stop_words, word, len) != NULL;
}

/* Words of questions that are about any topic. */
static const char *const frame_words[] = {
    "advantage",   "advantages",   "benefit",       "benefits", "best",       "choice",
    "choices",     "common",       "compare",       "compared", "comparison", "con",
    "concept",     "concepts",     "cons",          "define",   "definition", "describe",
    "description", "detail",       "details",       "differ",   "difference", "differences",
    "different",   "disadvantage", "disadvantages", "example",  "examples",   "explain",
    "explanation", "get",          "give",          "happen",   "happens",    "i",
    "impact",      "implement",    "kind",          "kinds",    "list",       "main",
    "major",       "me",           "mean",          "meaning",  "means",      "my",
    "name",        "need",         "needed",        "needs",    "our",        "popular",
    "possible",    "pros",         "purpose",       "purposes", "reason",     "reasons",
    "recommend",   "recommended",  "role",          "roles",    "step",       "steps",
    "tell",        "us",           "usage",         "usecase",  "usecases",   "way",
    "ways",        "we",           "you",           "your"};

bool ob_frame_word(const char *word, size_t len)
{
    size_t n = sizeof frame_words / sizeof *frame_words;
    return ob__words_find(frame_words, n, sizeof *frame_words, word, len) != NULL;
}
