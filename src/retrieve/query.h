/* A question as the ranker sees it: weighted terms, names, joined words, a path. */
#ifndef OB_SRC_RETRIEVE_QUERY_H
#define OB_SRC_RETRIEVE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/arena.h"
#include "openbook/text/terms.h"

struct ob__hunk;

struct ob__qterm {
    const char *text; /* normalised term */
    size_t len;
    uint64_t hash;

    /* Where it comes from. */
    uint32_t word; /* ordinal of the word it comes from; UINT32_MAX: from text at hand */
    uint8_t place; /* of the word among those that count: below OB__QUERY_PLACES, or that */
    bool latin;    /* a word term: takes part in comparing names */
    bool part;     /* of a Latin word of several parts */
    bool of_path;  /* stands in a path only: where the path is found, so is the word */
    bool within;   /* where it is to be, not what is asked about: Y of "What is X in Y?" */
    bool noise;    /* a hash or an address: nobody asks what is not there for it */

    /* Words that say the same. */
    uint16_t group; /* terms of one group say the same: coverage counts the best of them */
    bool other;     /* its word is known by other words too: it need not occur itself */
    double factor;  /* 1 for the user's own words; less for a synonym or a translation */

    /* What it is worth.  The shares are known from the question, the rest from the index (ob__rank). */
    double share;      /* by its place in the sentence: 0.9^word, 1/sqrt(n) for Hangul of n terms */
    double flat_share; /* the same wherever it stands: 1/sqrt(n) of a word of n terms */
    double generic;    /* 0.4 for words every project is full of, else 1 */
    double idf;        /* by passages; ln(1 + P + 0.5) when it does not occur */
    double u;          /* share * idf; 0 if it says nothing where it does not occur: see rank.c */
    double w;          /* the same; 0 whenever it does not occur in the project */
    double flat_w;     /* flat_share * idf; 0 for a synonym or a translation */
};

struct ob__qname {
    uint64_t key;     /* ob_name_key */
    const char *text; /* as spelled */
    double weight;    /* 1 whole; 0.5 a lone capitalised word; less from text at hand */
};

struct ob__asked { /* a path that the question names, as it is compared: composed, with slashes */
    const char *path;
    size_t len;
    uint32_t line;       /* 0: none */
    bool absolute;       /* was, before its first slash went */
    bool bare;           /* a base name alone: less sure */
    bool drive;          /* of Windows, where a and A are one */
    bool strict;         /* only where its package says */
    bool loose;          /* a file at the root may be meant, whatever comes before its name here */
    const char *package; /* the folders that a class should lie in, or NULL */
    const char
        *before; /* the question's line up to the path's end, borrowed; NULL: it stands alone */
    size_t before_len;
    bool at_hand;                /* stands in the text at hand */
    const struct ob__hunk *hunk; /* of a diff: tells which line is meant; or NULL */
    uint64_t order;              /* smaller matters more */
};
#define OB__ORDER_AT_HAND ((uint64_t)1 << 62)

struct ob__passed { /* where a path stands in the question: [start, end), and its line up to past */
    size_t start, end, past;
    bool here; /* the project has a file of that name */
};

/* Places that are read, and of these the ones that are asked for. */
enum { OB__QUERY_READ = 1024, OB__QUERY_ASKED = 32 };
enum { OB__QUERY_PLACES = 32, OB__QUERY_OPEN = 32, OB__QUERY_LOOSE = 4, OB__QUERY_CALLS = 8 };
enum { OB__QUERY_TERMS = 96, OB__QUERY_NAMES = 32, OB__QUERY_JOINED = 64, OB__QUERY_WORDS = 64 };
enum { OB__LETTERS = 32 };
/* The slots of terms by hash are found by one byte. */
_Static_assert(OB__QUERY_NAMES <= 32, "ob__query.joining has no bit for each");
_Static_assert(OB__QUERY_TERMS < 128, "ob__query.slots would be full");

/* A class of bytes: letters of the Latin alphabet have one each. */
static inline unsigned ob__letter(char c)
{
    return (unsigned char)c % OB__LETTERS;
}

/* A set of terms: bit i of the words is terms[i] of the query. */
struct ob__terms {
    uint64_t bits[(OB__QUERY_TERMS + 63) / 64];
};

static inline void ob__terms_add(struct ob__terms *set, size_t i)
{
    set->bits[i / 64] |= (uint64_t)1 << i % 64;
}

static inline bool ob__terms_has(const struct ob__terms *set, size_t i)
{
    return set->bits[i / 64] >> i % 64 & 1;
}

/* What the groups are worth, by their bits (ob__group_bit): where a word of the user occurs, and where a
 * synonym or translation does only. */
struct ob__worth {
    double own[64], extra[64];
    double sum; /* of all groups, each by the better one */
};

/* A set of groups: those that occur by a word of the user, and by a synonym or translation only. */
struct ob__groups {
    uint64_t own, extra;
};

struct ob__query {
    struct ob_arena arena; /* what the pointers point into */
    bool symbol;           /* looks like one identifier */
    bool asks_what;        /* asks what something is */
    bool sentence;         /* is worded as a question */
    bool asks_test, asks_doc, asks_conf, asks_example,
        asks_history; /* lifts the prior of such files */
    struct ob__qterm terms[OB__QUERY_TERMS];
    size_t n_terms;
    uint8_t slots[256];                  /* hash -> index into terms + 1, linear probing */
    struct ob__terms begin[OB__LETTERS]; /* terms by ob__letter of their first byte */
    uint16_t n_groups;
    struct ob__qname names[OB__QUERY_NAMES];
    size_t n_names;
    uint64_t compounds[OB__QUERY_NAMES]; /* keys of the question's words of several parts */
    size_t n_compounds;
    uint32_t joining; /* bit i: compounds[i] joins words (useState), so that it is a name */
    uint64_t joined[OB__QUERY_JOINED]; /* keys of two or three neighbouring words, joined */
    size_t n_joined;
    uint64_t words[OB__QUERY_WORDS]; /* keys of single words, stop words aside */
    size_t n_words;
    char initials[OB__QUERY_WORDS]; /* first letters of the words, for acronyms */
    bool stops[OB__QUERY_WORDS];    /* which of them are stop words */
    size_t n_initials;
    uint32_t initial_pairs
        [OB__LETTERS];       /* by ob__letter of a word's first letter, no stop word's: bits of
                                            those of the words that may be next to it */
    struct ob__asked *asked; /* those that matter most first; owned */
    size_t n_asked, asked_cap;
    struct ob__passed *passed; /* in the question's order; owned */
    size_t n_passed, passed_cap;
    const struct ob__hunk *loose[OB__QUERY_LOOSE]; /* of files that the question does not name */
    size_t n_loose;
    struct ob__call { /* of a function of Vim's, which are told without their file */
        const char *name;
        size_t len;
        uint32_t line;        /* from its first one on */
    } calls[OB__QUERY_CALLS]; /* innermost first */
    size_t n_calls;
    bool pasted;      /* a log or a trace, not what someone words */
    int next_initial; /* the consonant behind the last syllable ("검ㅅ"), 1..19; 0: none */
    uint64_t meant;   /* key of the definition that a mistyped name means, or 0 */
    bool only_stops;  /* says nothing but "what is this" */
    bool about_hand;  /* asks of the text at hand and of nothing else */
    const struct ob_doc *open[OB__QUERY_OPEN]; /* in the editor, used last first; borrowed */
    size_t n_open;
    uint64_t uses[OB__QUERY_NAMES]; /* names in it that the project defines, calls first */
    size_t n_uses;
    double unknown_idf;     /* of a word that is nowhere: the largest there is */
    double sum_flat_w;      /* of the terms */
    struct ob__worth w, u;  /* by what the terms are worth */
    struct ob__worth count; /* each word worth 1, each extra one its factor */
    struct ob__worth cover; /* see ob__groups_coverage */
    /* What it is worth that the words at places i and i + 1 stand together, and all of these. */
    double pair_w[OB__QUERY_PLACES], sum_pairs;
    struct ob__groups at[OB__QUERY_PLACES]; /* by the place of a word: what says the word in full */
};

static inline uint64_t ob__group_bit(uint16_t group)
{
    return (uint64_t)1 << (group < 63 ? group : 63); /* the last ones share a bit */
}

static inline void ob__groups_add(struct ob__groups *g, const struct ob__qterm *t)
{
    if (t->factor >= 1)
        g->own |= ob__group_bit(t->group);
    else
        g->extra |= ob__group_bit(t->group);
}

static inline struct ob__groups ob__groups_union(struct ob__groups a, struct ob__groups b)
{
    return (struct ob__groups){a.own | b.own, a.extra | b.extra};
}

/* The weights (w) of the groups in G, of the words that are not in the project left out. */
double ob__groups_weight(const struct ob__query *q, struct ob__groups g);

/* The same with u: words count whether or not they are in the project. */
double ob__groups_weight_u(const struct ob__query *q, struct ob__groups g);

/* How many words of the question G holds, each worth the same, a synonym less; those that are nowhere in
 * the project and those of text at hand aside. */
double ob__groups_count(const struct ob__query *q, struct ob__groups g);

/* How much of the question G holds, 0..1: by rarity, but a word that every file has still counts. */
double ob__groups_coverage(const struct ob__query *q, struct ob__groups g);

/* Whether G holds every word of the question that is in the project, itself or by other words. */
bool ob__groups_hold_all(const struct ob__query *q, struct ob__groups g);

/* Fills the places, the sums, the weights of groups and pairs from the terms' w and u, and what finds
 * terms by their first letters. */
void ob__query_weigh(struct ob__query *q);

struct ob__view;
struct ob_doc;

/* TEXT without the colours and links of a terminal, and with the characters that Git quotes in paths; in
 * ARENA where it had any.  *LEN becomes its length. */
const char *ob__query_text(struct ob_arena *arena, const char *text, size_t *len);

/* Reads a question (any bytes) to what V holds (NULL: nothing is known of it).  TEXT must live as long
 * as Q.  T is this thread's scanner. */
void ob__query_parse(struct ob__query *q, struct ob_terms *t, const struct ob__view *v,
                     const char *text, size_t len);

/* Whether the term of TEXT says nothing: a stop word, a jamo that is being typed. */
bool ob__query_skips(const char *text, const struct ob_term *t);

/* Whether what begins at AT is the line of a place, or a path of elsewhere in pasted text.  *NEXT, 0 at
 * the text's begin, goes along with AT. */
bool ob__query_passes(const struct ob__query *q, size_t *next, size_t at);

/* Whether the term is part of an address, a hash, a stamp that V does not have. */
bool ob__query_is_noise(const struct ob__query *q, const struct ob__view *v, const char *text,
                        size_t len, const struct ob_term *t);
void ob__query_release(struct ob__query *q);

/* Takes back all terms. */
void ob__query_drop_terms(struct ob__query *q);

/* The term with this hash, or NULL. */
const struct ob__qterm *ob__query_term(const struct ob__query *q, uint64_t hash);

/* Adds the key of up to three words that stand side by side, joined; "" for none. */
void ob__query_add_joined(struct ob__query *q, const char *a, const char *b, const char *c);

/* Adds a term of a group of its own; NULL when the question has it already or is full. */
struct ob__qterm *ob__query_add_term(struct ob__query *q, const struct ob_term *t, double share);
void ob__query_add_name(struct ob__query *q, const char *text, size_t len, double weight);

#endif
