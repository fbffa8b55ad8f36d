/* The letters of a name, as a finger types them: small, without signs, a Hangul syllable as its two or
 * three letters.  So a slip of the finger changes one of them.  Pure; any thread. */
#ifndef OB_TEXT_LETTERS_H
#define OB_TEXT_LETTERS_H

#include <stddef.h>
#include <stdint.h>

enum { OB_LETTERS_MAX = 40, OB_LETTERS_PARTS = 8 };

/* One byte a letter: a-z and 0-9 are themselves, the letters of Hangul have one each from 128 on, letters
 * of other scripts share what is left. */
struct ob_letters {
    uint8_t at[OB_LETTERS_MAX]; /* further letters are left out */
    uint8_t n;
};

/* The letters of NAME (LEN bytes, any), and of its parts ("HttpServer", "http_server": two), which may
 * be NULL.  Returns how many parts there are; the last one of OB_LETTERS_PARTS holds all that follow. */
size_t ob_letters_of(struct ob_letters *whole, struct ob_letters *parts, const char *name,
                     size_t len);

/* Which letters occur: a-z one bit each, the others share six. */
uint32_t ob_letters_kinds(const struct ob_letters *l);

/* The fewest edits that may lead from letters of kinds A to letters of kinds B. */
static inline uint32_t ob_letters_apart(uint32_t a, uint32_t b)
{
    /* The bits of both halves are counted at once: not every processor has an instruction for it. */
    uint64_t x = (uint64_t)(a & ~b) << 32 | (b & ~a);
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
    x += x >> 8;
    x += x >> 16;
    uint32_t gone = x >> 32 & 0xFF, come = x & 0xFF;
    return gone > come ? gone : come;
}

/* A word that many names are compared with. */
struct ob_letters_word {
    struct ob_letters letters;
    uint32_t kinds;
    uint64_t places[256]; /* of each letter: bit i says that letter i of the word is it */
};
void ob_letters_word_init(struct ob_letters_word *w, const struct ob_letters *letters);

/* Edits that lead from the word to N letters at LETTERS: a letter more, less, another one, or two
 * neighbours that changed places (each letter is edited once). */
uint32_t ob_letters_edits(const struct ob_letters_word *w, const uint8_t *letters, uint32_t n);

#endif
