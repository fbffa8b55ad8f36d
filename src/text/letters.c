/* Letters and edits.  Edits are counted for all letters of the word at once, one bit each (H. Hyyrö, "A
 * Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit Distances", 2003): neighbours in the
 * table of distances differ by one at the most, so that a row of it is two words of bits. */
#include "openbook/text/letters.h"

#include <stdbool.h>
#include <string.h>

#include "openbook/text/utf8.h"

/* ------------------------------------------------------------ letters */
enum { INITIALS = 128, MEDIALS = INITIALS + 19, FINALS = MEDIALS + 21, OTHERS = FINALS + 27 };

static void add_letter(struct ob_letters *l, uint32_t letter)
{
    if (l->n < OB_LETTERS_MAX)
        l->at[l->n++] = (uint8_t)letter;
}

static void add_syllable(struct ob_letters *l, uint32_t number)
{
    add_letter(l, INITIALS + number / 588);
    add_letter(l, MEDIALS + number % 588 / 28);
    if (number % 28)
        add_letter(l, FINALS - 1 + number % 28);
}

static bool is_upper(uint32_t code)
{
    return code >= 'A' && code <= 'Z';
}

static void add_code(struct ob_letters *l, uint32_t code)
{
    if (code < 0x80)
        add_letter(l, is_upper(code) ? code + ('a' - 'A') : code);
    else if (code >= 0xAC00 && code <= 0xD7A3)
        add_syllable(l, code - 0xAC00);
    else if (code >= 0x1100 && code <= 0x1112)
        add_letter(l, INITIALS + code - 0x1100);
    else if (code >= 0x1161 && code <= 0x1175)
        add_letter(l, MEDIALS + code - 0x1161);
    else if (code >= 0x11A8 && code <= 0x11C2)
        add_letter(l, FINALS + code - 0x11A8);
    else
        add_letter(l, OTHERS + code % (256 - OTHERS));
}

static bool is_letter(uint32_t code)
{
    if (code >= 0x80)
        return code != 0xFFFD && code != 0x3000;
    return is_upper(code) || (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9');
}

size_t ob_letters_of(struct ob_letters *whole, struct ob_letters *parts, const char *name,
                     size_t len)
{
    size_t n = 0;
    bool inside = false, lower = false;
    whole->n = 0;
    for (size_t i = 0; i < len;) {
        uint32_t code = (unsigned char)name[i];
        i += code < 0x80 ? 1 : ob_utf8_decode(&code, name + i, len - i);
        bool upper = is_upper(code);
        if (!is_letter(code)) {
            inside = lower = false;
            continue;
        }
        if ((!inside || (upper && lower)) && n < OB_LETTERS_PARTS) {
            if (parts)
                parts[n].n = 0;
            n++;
        }
        inside = true;
        lower = !upper;
        add_code(whole, code);
        if (parts)
            add_code(&parts[n - 1], code);
    }
    return n;
}

/* ------------------------------------------------------------ kinds */
uint32_t ob_letters_kinds(const struct ob_letters *l)
{
    enum { LATIN = 26, SHARED = 5 };
    uint32_t kinds = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        uint32_t letter = l->at[i], kind = LATIN;
        if (letter >= 0x80)
            kind = LATIN + 1 + letter % SHARED;
        else if (letter >= 'a')
            kind = letter - 'a';
        kinds |= (uint32_t)1 << kind;
    }
    return kinds;
}

/* ------------------------------------------------------------ edits */
void ob_letters_word_init(struct ob_letters_word *w, const struct ob_letters *letters)
{
    w->letters = *letters;
    w->kinds = ob_letters_kinds(letters);
    memset(w->places, 0, sizeof w->places);
    for (uint32_t i = 0; i < letters->n; i++)
        w->places[letters->at[i]] |= (uint64_t)1 << i;
}

uint32_t ob_letters_edits(const struct ob_letters_word *w, const uint8_t *letters, uint32_t n)
{
    uint64_t more = UINT64_MAX, less = 0; /* where the row goes up by one, and down */
    uint64_t diagonal = 0, before = 0;
    uint32_t edits = w->letters.n;
    if (edits == 0)
        return n;
    unsigned last = w->letters.n - 1u;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t here = w->places[letters[i]];
        uint64_t swapped = (~diagonal & here) << 1 & before;
        diagonal = (((here & more) + more) ^ more) | here | less | swapped;
        uint64_t up = less | ~(diagonal | more), down = diagonal & more;
        edits += (uint32_t)(up >> last & 1);
        edits -= (uint32_t)(down >> last & 1);
        up = up << 1 | 1;
        down <<= 1;
        more = down | ~(diagonal | up);
        less = up & diagonal;
        before = here;
    }
    return edits;
}
