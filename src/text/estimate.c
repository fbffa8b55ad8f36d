/* The token estimate: one pass, six counters.  The coefficients are a least-squares fit over four
 * public vocabularies; a run of base64 is told by its length and by mixing digits with letters. */
#include "openbook/text/estimate.h"

#include <stdbool.h>
#include <stdint.h>

#include "chars.h"

enum { BASE64_RUN_MIN = 24 };

static const double PER_LETTER = 0.15, PER_WORD = 0.28, PER_DIGIT = 1.0, PER_PUNCT = 0.95,
                    PER_BASE64 = 0.7;

struct counts {
    size_t letters, words, digits, punct, cjk, other, base64;
};

static bool is_alpha(unsigned char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool is_base64(unsigned char c)
{
    return is_alpha(c) || is_digit(c) || c == '+' || c == '/' || c == '=';
}

/* Counts the run of base64's alphabet [TEXT, TEXT+LEN) either as such or by its characters. */
static void count_run(struct counts *n, const char *text, size_t len)
{
    struct counts run = {0};
    bool in_word = false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        bool letter = is_alpha(c);
        run.letters += letter;
        run.words += letter && !in_word;
        run.digits += is_digit(c);
        in_word = letter;
    }
    if (len >= BASE64_RUN_MIN && run.digits && run.letters) {
        n->base64 += len;
        return;
    }
    n->letters += run.letters;
    n->words += run.words;
    n->digits += run.digits;
    n->punct += len - run.letters - run.digits;
}

/* Counts one character that is not of base64's alphabet; returns its bytes. */
static size_t count_char(struct counts *n, const char *text, size_t len)
{
    unsigned char c = (unsigned char)text[0];
    if (c < 0x80) {
        n->punct += c > ' ' && c != 0x7F;
        return 1;
    }
    uint32_t code;
    size_t took = ob__char_next(&code, text, len);
    enum ob__char_kind kind = ob__char_kind(code);
    if (kind == OB__CHAR_HANGUL || kind == OB__CHAR_CJK)
        n->cjk++;
    else if (code != ' ')
        n->other++;
    return took;
}

size_t ob_estimate_tokens(const char *text, size_t len, double tokens_per_cjk)
{
    struct counts n = {0};
    for (size_t i = 0; i < len;) {
        size_t run = i;
        while (run < len && is_base64((unsigned char)text[run]))
            run++;
        count_run(&n, text + i, run - i);
        i = run;
        if (i < len)
            i += count_char(&n, text + i, len - i);
    }
    double tokens = PER_LETTER * (double)n.letters + PER_WORD * (double)n.words +
                    PER_DIGIT * (double)n.digits + PER_PUNCT * (double)n.punct +
                    tokens_per_cjk * (double)n.cjk + (double)n.other +
                    PER_BASE64 * (double)n.base64;
    return (size_t)tokens + (tokens > (double)(size_t)tokens);
}
