/* Terms: what a text is indexed and asked by.  One tokeniser for both sides.  Pure; a scanner
 * belongs to one thread.
 *
 * Latin words are maximal runs [A-Za-z_][A-Za-z0-9_]* (other non-CJK letters count as letters);
 * split at '_', camel case and digits into parts; each part is lower-cased and stemmed: a WORD term.
 * Words of two or more parts also give a COMPOUND: the parts joined, lower case, unstemmed
 * (HttpServer, http_server -> "httpserver").  Hangul runs are cut where the script changes, lose
 * particles and endings by rule, and give the BIGRAMS of the stem that is left (one syllable:
 * itself).  Other CJK: single characters.  NFC and NFD, full-width forms: as ob_utf8_normalize. */
#ifndef OB_TEXT_TERMS_H
#define OB_TEXT_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ob_term_kind {
    OB_TERM_WORD,     /* stemmed part of a Latin word, or a digit run */
    OB_TERM_COMPOUND, /* joined parts of a Latin word of two or more parts */
    OB_TERM_HANGUL,   /* bigram of a Hangul stem, or a lone syllable */
    OB_TERM_CJK       /* any other ideograph or kana */
};

struct ob_term {
    const char *text; /* normalised, valid only during the callback; NOT terminated */
    size_t text_len;  /* bytes */
    uint64_t hash;    /* of text; compounds and words have different name spaces */
    const char *part; /* WORD: the part before stemming, lower case; else as text */
    size_t part_len;
    uint32_t line_1based; /* line feeds count lines */
    uint32_t word;        /* ordinal of the source word: terms of one word share it */
    uint32_t word_terms;  /* how many terms of this kind the word has (Hangul weight 1/sqrt(n)) */
    size_t start, end;    /* byte span of the source word in the scanned text */
    enum ob_term_kind kind;
};

typedef void (*ob_term_cb)(const struct ob_term *term, void *data);

/* Holds the memo from word to parts and stems. */
struct ob_terms;
struct ob_terms *ob_terms_new(void);
void ob_terms_free(struct ob_terms *t);

/* Calls CB for each term of TEXT in order.  Lines are cut at 16,000 bytes: a paragraph of notes is
 * often one line, beyond are data.  The rest of a longer line gives no terms, up to a CR that stands
 * alone: what follows it on the line is read again. */
void ob_terms_scan(struct ob_terms *t, const char *text, size_t len, ob_term_cb cb, void *data);

/* The hash that a term of KIND with this normalised text has. */
uint64_t ob_term_hash(enum ob_term_kind kind, const char *text, size_t len);

/* Whether the text of a COMPOUND joins words: useState; not a word and a number: ES6, v4. */
bool ob_compound_joins_words(const char *text, size_t len);

/* Light English stemmer (`retrieval` recipe): writes the stem of the lower-case WORD over it and
 * returns the new length. */
size_t ob_stem(char *word, size_t len);

/* Cuts particles and endings from a run of Hangul syllables (UTF-8, NFC): returns the byte length
 * that stays, at least two syllables (or all of a shorter run). */
size_t ob_hangul_stem(const char *run, size_t len);

/* Whether the Latin part (lower case, unstemmed) is an English stop word of questions. */
bool ob_stop_word(const char *word, size_t len);

/* Whether the Latin part (lower case, unstemmed) tells what of a topic is asked for, not the topic:
 * "the difference between ...", "the purpose of ...". */
bool ob_frame_word(const char *word, size_t len);

/* The same of a Hangul word as typed ("장점은"). */
bool ob_hangul_frame_word(const char *word, size_t len);

/* Whether the run is a particle or ending and nothing else ("에서"): right behind a Latin word it says
 * nothing, and the tokeniser drops it. */
bool ob_hangul_particle(const char *run, size_t len);

/* Whether PARTICLE (NFC) ends the Hangul word of T, a term of TEXT, which has more than it, or stands right
 * behind its word of another script: "컴포넌트에서", "React에서".  Takes no longer for a long word. */
bool ob_term_has_particle(const char *text, size_t len, const struct ob_term *t,
                          const char *particle);

/* Whether a bigram is but the end of a verb in a question ("니까", "나요"). */
bool ob_hangul_question_ending(const char *bigram, size_t len);

/* Whether the Hangul word (as typed, or its stem) is question boilerplate ("무엇", "방법"...). */
bool ob_hangul_stop_word(const char *word, size_t len);

#endif
