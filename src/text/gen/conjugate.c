/* Korean conjugation, as school grammars give it: a stem, and what its last syllable becomes before
 * the four groups of endings: consonants (-go), -n -l -m -b, the vowel -a/-eo, and the past -ss.
 * What follows these forms is left to the table of endings.
 *
 * A syllable is (lead * 21 + vowel) * 28 + final, counted from U+AC00 (the Unicode Standard, 3.12). */
#include "conjugate.h"

#include <stdint.h>
#include <string.h>

enum { FIRST = 0xAC00, VOWELS = 21, FINALS = 28, SYLLABLE = 3 };

enum { LEAD_R = 5, LEAD_H = 18 };
enum { A, AE, YA, EO = 4, E, YEO, O = 8, WA, OE = 11, U = 13, WEO, EU = 18, I = 20 };
enum { NO_FINAL, F_N = 4, F_D = 7, F_L = 8, F_LM = 10, F_M = 16, F_B = 17, F_S = 19, F_SS = 20 };

struct syllable {
    uint32_t lead, vowel, final;
};

/* A stem, cut before its last syllable, and where its forms go. */
struct verb {
    char head[OB__FORM_MAX]; /* all but the last syllable */
    size_t head_len;
    struct syllable last;
    ob__form_cb cb;
    void *data;
};

static struct syllable decode(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    uint32_t code = (b[0] & 0x0Fu) << 12 | (b[1] & 0x3Fu) << 6 | (b[2] & 0x3Fu);
    code -= FIRST;
    return (struct syllable){code / FINALS / VOWELS, code / FINALS % VOWELS, code % FINALS};
}

static void encode(char out[SYLLABLE], struct syllable s)
{
    uint32_t code = FIRST + (s.lead * VOWELS + s.vowel) * FINALS + s.final;
    out[0] = (char)(0xE0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3F));
    out[2] = (char)(0x80 | (code & 0x3F));
}

static void form(const struct verb *v, struct syllable last, const char *more, bool nominal)
{
    char out[OB__FORM_MAX];
    size_t more_len = strlen(more);
    memcpy(out, v->head, v->head_len);
    encode(out + v->head_len, last);
    memcpy(out + v->head_len + SYLLABLE, more, more_len + 1);
    v->cb(out, nominal, v->data);
}

/* The form with vowel and final replaced. */
static void with(const struct verb *v, uint32_t vowel, uint32_t final)
{
    form(v, (struct syllable){v->last.lead, vowel, final}, "", final == F_M || final == F_LM);
}

/* The contracted -a/-eo form, and the past. */
static void contracted(const struct verb *v, uint32_t vowel)
{
    with(v, vowel, NO_FINAL);
    with(v, vowel, F_SS);
}

/* Whether the last bytes of the whole stem are one of LIST, words parted by blanks. */
static bool stem_ends(const struct verb *v, const char *list)
{
    char stem[OB__FORM_MAX];
    size_t len = v->head_len + SYLLABLE;
    memcpy(stem, v->head, v->head_len);
    encode(stem + v->head_len, v->last);
    for (; *list; list += strspn(list, " ")) {
        size_t n = strcspn(list, " ");
        if (n <= len && memcmp(stem + len - n, list, n) == 0)
            return true;
        list += n;
    }
    return false;
}

static bool bright(uint32_t vowel)
{
    return vowel == A || vowel == YA || vowel == O;
}

/* The vowel of the last syllable of the head; EO (dark) without one. */
static uint32_t vowel_before(const struct verb *v)
{
    return v->head_len ? decode(v->head + v->head_len - SYLLABLE).vowel : EO;
}

/* goreu-, golla: the syllable before takes the doubled l. */
static void reu_form(const struct verb *v)
{
    struct verb short_verb = *v;
    short_verb.head_len -= SYLLABLE;
    short_verb.last = decode(v->head + short_verb.head_len);
    bool a = bright(short_verb.last.vowel);
    short_verb.last.final = F_L;
    form(&short_verb, short_verb.last, a ? "라" : "러", false);
    form(&short_verb, short_verb.last, a ? "랐" : "렀", false);
}

static void open_infinitive(const struct verb *v)
{
    struct syllable last = v->last;
    switch (last.vowel) {
    case A:
        if (last.lead == LEAD_H) { /* hada */
            contracted(v, AE);
            form(v, last, "여", false);
            form(v, last, "였", false);
            return;
        }
        contracted(v, A);
        return;
    case EO:
    case YEO: contracted(v, last.vowel); return;
    case AE:
    case E: contracted(v, last.vowel); break;
    case O: contracted(v, WA); break;
    case U: contracted(v, WEO); break;
    case OE: contracted(v, AE - A + WA); break; /* wae */
    case I: contracted(v, YEO); break;
    case EU:
        if (last.lead == LEAD_R && v->head_len && !stem_ends(v, "따르 치르 들르 다다르"))
            reu_form(v);
        else
            contracted(v, bright(vowel_before(v)) ? A : EO);
        return;
    default: break;
    }
    form(v, last, last.vowel == O ? "아" : "어", false);
    form(v, last, last.vowel == O ? "았" : "었", false);
}

static void open_stem(const struct verb *v)
{
    static const uint32_t finals[] = {F_N, F_L, F_M, F_B};
    for (size_t i = 0; i < sizeof finals / sizeof *finals; i++)
        with(v, v->last.vowel, finals[i]);
    open_infinitive(v);
}

/* yeol-: the l goes before n, b and s. */
static void l_stem(const struct verb *v)
{
    static const uint32_t finals[] = {NO_FINAL, F_N, F_B, F_LM};
    for (size_t i = 0; i < sizeof finals / sizeof *finals; i++)
        with(v, v->last.vowel, finals[i]);
    form(v, v->last, bright(v->last.vowel) ? "아" : "어", false);
    form(v, v->last, bright(v->last.vowel) ? "았" : "었", false);
}

/* swip-, swiun, swiwo. */
static void b_stem(const struct verb *v)
{
    static const char *const tails[] = {"우", "운", "울", "워", "웠"};
    struct syllable last = {v->last.lead, v->last.vowel, NO_FINAL};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        form(v, last, tails[i], false);
    form(v, last, "움", true);
    form(v, last, "와", false); /* dop- only, harmless with the others */
    form(v, last, "왔", false);
}

/* The regular consonant stem; of ieu-, deureu- without the final or with another one. */
static void closed_stem(const struct verb *v, uint32_t final)
{
    struct syllable last = {v->last.lead, v->last.vowel, final};
    bool a = bright(last.vowel);
    form(v, last, "은", false);
    form(v, last, "을", false);
    form(v, last, "으", false);
    form(v, last, "음", true);
    form(v, last, a ? "아" : "어", false);
    form(v, last, a ? "았" : "었", false);
}

void ob__conjugate(const char *stem, size_t len, ob__form_cb cb, void *data)
{
    struct verb v = {.head_len = len - SYLLABLE, .cb = cb, .data = data};
    memcpy(v.head, stem, v.head_len);
    v.last = decode(stem + v.head_len);
    form(&v, v.last, "", false);
    if (v.last.final == NO_FINAL)
        open_stem(&v);
    else if (v.last.final == F_L)
        l_stem(&v);
    else if (v.last.final == F_B && !stem_ends(&v, "뽑 잡 접 좁 입 집 씹 꼽 업 굽"))
        b_stem(&v);
    else if (v.last.final == F_D && stem_ends(&v, "듣 걷 싣 깨닫"))
        closed_stem(&v, F_L);
    else if (v.last.final == F_S && stem_ends(&v, "짓 잇 낫 긋 붓 젓"))
        closed_stem(&v, NO_FINAL);
    else
        closed_stem(&v, v.last.final);
}
