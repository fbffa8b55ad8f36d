/* Other words for the words of a question: English for Korean (and back), and English for English.
 *
 * Two tables written by hand, src/text/ko-en.txt and synonyms.txt, whose heads say how to add a
 * line; the build makes sorted tables of them.  Pure, no allocation, any thread (a scanner belongs
 * to one).  Nothing here knows a project: whether a word needs its synonyms is up to who asks.
 *
 * Weights are over 0 and at most 1: what a synonym is worth beside the word as it was written.
 *
 *     Korean -> English   1 the usual word, 0.75, 0.6 ... the others of the line; times the part of
 *                         the Korean word that was understood, when it is not in the table whole
 *     English -> Korean   as above
 *     English -> English  0.5, unless the line says another; 0.8 and more for abbreviations
 *
 * Korean words are found as they are written: with particles and endings on ("pail-eseo"), verbs
 * and adjectives in any form ("gajyeowatseumnida"), a term of several words with or without its
 * blanks.  A compound that is not in the table is cut into known words; what stays unknown lowers
 * the weight. */
#ifndef OB_TEXT_SYNONYMS_H
#define OB_TEXT_SYNONYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/text/terms.h"

enum ob_synonym_kind {
    OB_SYNONYM_ENGLISH_OF_KOREAN,
    OB_SYNONYM_KOREAN_OF_ENGLISH,
    OB_SYNONYM_ENGLISH_OF_ENGLISH
};

/* One word.  A phrase ("garbage collection") comes as its words, one after the other. */
struct ob_synonym {
    const char *text; /* NUL-terminated, lives as long as the program; English: lower case a-z 0-9,
                         not stemmed; Korean: NFC syllables, verbs without da */
    size_t len;
    double weight_01;
    uint32_t alternative;  /* words of one phrase share it; from 0, for each word of the text */
    uint32_t phrase_words; /* how many words that phrase has, usually 1 */
    uint32_t word;         /* what it stands for: ordinal of the first source word, as in ob_term */
    uint32_t source_words; /* and how many words from there, usually 1 */
    size_t start, end;     /* byte span of those words in the text */
    enum ob_synonym_kind kind;
};

typedef void (*ob_synonym_cb)(const struct ob_synonym *synonym, void *data);

/* Calls CB with the synonyms of the first OB_SYNONYM_WORDS words of TEXT (any bytes; NFC or NFD),
 * in the order of the words, each word's best first.  T is this thread's scanner; CB may use it.
 * Where a term of several words is found, its words do not come singly as well. */
enum { OB_SYNONYM_WORDS = 64 };
void ob_synonyms_scan(struct ob_terms *t, const char *text, size_t len, ob_synonym_cb cb,
                      void *data);

/* English of one Hangul run: NFC, with particles and endings or without.  `word`, `start` and `end`
 * are 0, 1 and LEN.  Nothing for other bytes. */
void ob_english_of_korean(const char *run, size_t len, ob_synonym_cb cb, void *data);

/* English of an English word (the lower-case part of a name, not its stem: state and statement have
 * the same), or of several with single blanks between.  Inflected forms are found. */
void ob_english_of_english(const char *words, size_t len, ob_synonym_cb cb, void *data);

/* Korean of the same. */
void ob_korean_of_english(const char *words, size_t len, ob_synonym_cb cb, void *data);

/* Whether SHORTER can be an abbreviation of LONGER, both lower case: it is shorter, begins alike,
 * and is
 *   - its first three letters or more (config, configuration), or
 *   - two to five letters that stand in LONGER in this order, none but the first a vowel, of a word
 *     of at most 14 (msg, message; ctx, context; btn, button).
 * Never true of equal words or of anything but a-z and 0-9. */
bool ob_abbreviates(const char *shorter, size_t shorter_len, const char *longer, size_t longer_len);

#endif
