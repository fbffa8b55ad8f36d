/* Normalised characters and their kinds.  Hangul is composed by the arithmetic of the Unicode Standard,
 * section 3.12, other scripts by the tables of compose_table.c.  Marks are taken in the order in which
 * they stand, which is that of NFD: text of neither form, its marks in disorder, stays as it is. */
#include "chars.h"

#include <stdlib.h>

#include "openbook/text/utf8.h"

enum { LEADS = 19, VOWELS = 21, TRAILS = 28, LEAD0 = 0x1100, VOWEL0 = 0x1161, TRAIL0 = 0x11A7 };

/* ------------------------------------------------------------ half-width jamo */

/* U+FFA1-FFBE in order: their leading and trailing index, -1 where there is none.  Half-width jamo
 * do not say which they are; like an input method we take a consonant before a vowel as leading. */
static const signed char half_lead[30] = {0,  1, -1, 2, -1, -1, 3,  4,  5,  -1, -1, -1, -1, -1, -1,
                                          -1, 6, 7,  8, -1, 9,  10, 11, 12, 13, 14, 15, 16, 17, 18};
static const signed char half_trail[30] = {1,  2,  3,  4,  5,  6,  7,  -1, 8,  9,
                                           10, 11, 12, 13, 14, 15, 16, 17, -1, 18,
                                           19, 20, 21, 22, -1, 23, 24, 25, 26, 27};

static int half_consonant(const signed char *table, uint32_t code)
{
    return code >= 0xFFA1 && code <= 0xFFBE ? table[code - 0xFFA1] : -1;
}

/* The vowels stand in four rows of six, the last of three. */
static int half_vowel(uint32_t code)
{
    uint32_t row = (code - 0xFFC2) / 8, column = (code - 0xFFC2) % 8;
    if (code < 0xFFC2 || code > 0xFFDC || column > 5)
        return -1;
    return (int)(row * 6 + column);
}

/* ------------------------------------------------------------ composing */

/* What role a code point can play in a syllable; -1: none. */
static int lead_of(uint32_t code)
{
    return code >= LEAD0 && code < LEAD0 + LEADS ? (int)(code - LEAD0)
                                                 : half_consonant(half_lead, code);
}

static int vowel_of(uint32_t code)
{
    return code >= VOWEL0 && code < VOWEL0 + VOWELS ? (int)(code - VOWEL0) : half_vowel(code);
}

static uint32_t peek(size_t *took, const char *text, size_t len)
{
    uint32_t code = 0;
    *took = len ? ob_utf8_decode(&code, text, len) : 0;
    return code;
}

/* Index of a trailing consonant at TEXT and its bytes, or 0.  A half-width consonant trails only
 * when no vowel follows it. */
static uint32_t trail_at(size_t *took, const char *text, size_t len)
{
    uint32_t code = peek(took, text, len);
    if (code > TRAIL0 && code < TRAIL0 + TRAILS)
        return code - TRAIL0;
    int trail = half_consonant(half_trail, code);
    if (trail < 0)
        return 0;
    size_t next;
    return vowel_of(peek(&next, text + *took, len - *took)) >= 0 ? 0 : (uint32_t)trail;
}

/* CODE is a syllable without trailing consonant, or a leading jamo: adds what follows. */
static size_t compose(uint32_t *code, size_t used, const char *text, size_t len)
{
    size_t took;
    int lead = lead_of(*code);
    if (lead >= 0) {
        int vowel = vowel_of(peek(&took, text + used, len - used));
        if (vowel < 0)
            return used;
        used += took;
        *code = OB__HANGUL_FIRST + ((uint32_t)lead * VOWELS + (uint32_t)vowel) * TRAILS;
    }
    if (used >= len || (unsigned char)text[used] < 0x80)
        return used;
    uint32_t trail = trail_at(&took, text + used, len - used);
    *code += trail;
    return trail ? used + took : used;
}

/* ------------------------------------------------------------ marks */
static int compare_pairs(const void *a, const void *b)
{
    const struct ob__pair *x = a, *y = b;
    return x->mark != y->mark ? x->mark - y->mark : x->base - y->base;
}

static int compare_singles(const void *a, const void *b)
{
    return ((const struct ob__single *)a)->code - ((const struct ob__single *)b)->code;
}

/* Whether the byte begins the UTF-8 of a mark that is composed: those of Latin, Greek and Cyrillic, of
 * Arabic, of India's scripts, of kana. */
static bool begins_mark(char byte)
{
    unsigned char c = (unsigned char)byte;
    return c == 0xCC || c == 0xCD || c == 0xD9 || c == 0xE0 || c == 0xE1 || c == 0xE3;
}

/* Composes CODE, which took USED bytes of TEXT, with the marks behind it. */
static size_t add_marks(uint32_t *code, size_t used, const char *text, size_t len)
{
    while (used < len && begins_mark(text[used]) && *code <= 0xFFFF) {
        size_t took;
        uint32_t mark = peek(&took, text + used, len - used);
        struct ob__pair key = {(uint16_t)mark, (uint16_t)*code, 0};
        const struct ob__pair *found =
            bsearch(&key, ob__pairs, ob__n_pairs, sizeof key, compare_pairs);
        if (mark > 0xFFFF || !found)
            break;
        *code = found->whole;
        used += took;
    }
    return used;
}

/* What NFC has in the place of a character: the letter for the sign of ohm or kelvin, the ideograph
 * for its double of older character sets. */
static uint32_t replaced(uint32_t code)
{
    if (code < 0x340 || (code > 0x3000 && code < 0xF900) || code > 0xFAFF)
        return code;
    struct ob__single key = {(uint16_t)code, 0};
    const struct ob__single *found =
        bsearch(&key, ob__singles, ob__n_singles, sizeof key, compare_singles);
    return found ? found->to : code;
}

size_t ob__char_next(uint32_t *code, const char *text, size_t len)
{
    if ((unsigned char)text[0] < 0x80) {
        *code = (unsigned char)text[0];
        return len > 1 && begins_mark(text[1]) ? add_marks(code, 1, text, len) : 1;
    }
    size_t used = ob_utf8_decode(code, text, len);
    if (ob__is_hangul(*code))
        return (*code - OB__HANGUL_FIRST) % TRAILS ? used : compose(code, used, text, len);
    if (lead_of(*code) >= 0)
        return compose(code, used, text, len);
    if (*code >= 0xFF01 && *code <= 0xFF5E)
        *code -= 0xFEE0;
    else if (*code == 0x3000)
        *code = ' ';
    else
        *code = replaced(*code);
    return add_marks(code, used, text, len);
}

/* ------------------------------------------------------------ kinds */
struct range {
    uint32_t first, last;
    enum ob__char_kind kind;
};

/* By code; what lies between two rows is a letter. */
static const struct range ranges[] = {
    {0x0080, 0x00A9, OB__CHAR_OTHER},   {0x00AB, 0x00B4, OB__CHAR_OTHER},
    {0x00B6, 0x00B9, OB__CHAR_OTHER},   {0x00BB, 0x00BF, OB__CHAR_OTHER},
    {0x00D7, 0x00D7, OB__CHAR_OTHER},   {0x00F7, 0x00F7, OB__CHAR_OTHER},
    {0x1100, 0x11FF, OB__CHAR_CJK},     {0x1680, 0x1680, OB__CHAR_OTHER},
    {0x2000, 0x206F, OB__CHAR_OTHER},   {0x20A0, 0x20CF, OB__CHAR_OTHER},
    {0x2190, 0x2BFF, OB__CHAR_OTHER},   {0x2E00, 0x2E7F, OB__CHAR_OTHER},
    {0x2E80, 0x2FDF, OB__CHAR_CJK},     {0x2FE0, 0x3004, OB__CHAR_OTHER},
    {0x3005, 0x3007, OB__CHAR_CJK},     {0x3008, 0x3020, OB__CHAR_OTHER},
    {0x3021, 0x302F, OB__CHAR_CJK},     {0x3030, 0x3030, OB__CHAR_OTHER},
    {0x3031, 0x303C, OB__CHAR_CJK},     {0x303D, 0x3040, OB__CHAR_OTHER},
    {0x3041, 0x318F, OB__CHAR_CJK},     {0x3190, 0x319F, OB__CHAR_OTHER},
    {0x31A0, 0x31FF, OB__CHAR_CJK},     {0x3200, 0x33FF, OB__CHAR_OTHER},
    {0x3400, 0x4DBF, OB__CHAR_CJK},     {0x4DC0, 0x4DFF, OB__CHAR_OTHER},
    {0x4E00, 0xA4CF, OB__CHAR_CJK},     {0xA960, 0xA97F, OB__CHAR_CJK},
    {0xAC00, 0xD7A3, OB__CHAR_HANGUL},  {0xD7A4, 0xD7FF, OB__CHAR_CJK},
    {0xD800, 0xF8FF, OB__CHAR_OTHER},   {0xF900, 0xFAFF, OB__CHAR_CJK},
    {0xFE00, 0xFE6F, OB__CHAR_OTHER},   {0xFEFF, 0xFF65, OB__CHAR_OTHER},
    {0xFF66, 0xFFDC, OB__CHAR_CJK},     {0xFFDD, 0xFFFF, OB__CHAR_OTHER},
    {0x1F000, 0x1FAFF, OB__CHAR_OTHER}, {0x20000, 0x3FFFF, OB__CHAR_CJK},
    {0xE0000, 0x10FFFF, OB__CHAR_OTHER}};

static enum ob__char_kind ascii_kind(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return OB__CHAR_DIGIT;
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
        return OB__CHAR_LETTER;
    return c == '_' ? OB__CHAR_LETTER : OB__CHAR_OTHER;
}

enum ob__char_kind ob__char_kind(uint32_t code)
{
    if (code < 0x80)
        return ascii_kind(code);
    size_t low = 0, high = sizeof ranges / sizeof *ranges;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > ranges[middle].last)
            low = middle + 1;
        else if (code < ranges[middle].first)
            high = middle;
        else
            return ranges[middle].kind;
    }
    return OB__CHAR_LETTER;
}

uint32_t ob__char_lower(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) ||
        (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
        return c % 2 ? c + 1 : c; /* here the capitals are odd */
    bool pairs = (c >= 0x100 && c <= 0x177 && c != 0x130 && c != 0x131 && c != 0x138) ||
                 (c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) ||
                 (c >= 0x4D0 && c <= 0x52F) || (c >= 0x1E00 && c <= 0x1E95) ||
                 (c >= 0x1EA0 && c <= 0x1EFF);
    return pairs ? c | 1 : c;
}
