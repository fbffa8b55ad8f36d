/* Noise.  A log is full of words that tell one run from the next and name nothing.  They are known by
 * their form; whether the project has one all the same is for the caller to look up. */
#include "noise.h"

#include <ctype.h>
#include <string.h>

enum { ADDRESS_DIGITS = 3, HASH_DIGITS = 7, UUID_BYTES = 36, MIXED_BYTES = 20, TOKEN_MAX = 256 };

struct token {
    const char *text;
    size_t len;
};

static bool is_token_byte(unsigned char c)
{
    return isalnum(c) || (c && strchr("_.:+-", c));
}

/* What stands between blanks, brackets and signs around AT. */
static struct token token_at(const char *text, size_t len, size_t at)
{
    size_t begin = at, end = at;
    while (begin > 0 && at - begin < TOKEN_MAX && is_token_byte((unsigned char)text[begin - 1]))
        begin--;
    while (end < len && end - at < TOKEN_MAX && is_token_byte((unsigned char)text[end]))
        end++;
    return (struct token){text + begin, end - begin};
}

static size_t count(struct token t, int (*is)(int c))
{
    size_t n = 0;
    for (size_t i = 0; i < t.len; i++)
        n += is((unsigned char)t.text[i]) != 0;
    return n;
}

static size_t count_byte(struct token t, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < t.len; i++)
        n += t.text[i] == c;
    return n;
}

static bool is_address(struct token t)
{
    while (t.len && strchr("+-:.", *t.text)) {
        t.text++;
        t.len--;
    }
    if (t.len < 2 + ADDRESS_DIGITS || t.text[0] != '0' || (t.text[1] | 0x20) != 'x')
        return false;
    for (size_t i = 2; i < 2 + ADDRESS_DIGITS; i++)
        if (!isxdigit((unsigned char)t.text[i]))
            return false;
    return true;
}

static bool is_uuid(struct token t)
{
    if (t.len < UUID_BYTES)
        return false;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? t.text[i] != '-' : !isxdigit((unsigned char)t.text[i]))
            return false;
    }
    return true;
}

/* 10:11:12, also with a date before it and fractions behind. */
static bool is_time(struct token t)
{
    for (size_t i = 0; i + 7 < t.len; i++) {
        const char *s = t.text + i;
        if (s[2] == ':' && s[5] == ':' && isdigit((unsigned char)s[0]) &&
            isdigit((unsigned char)s[1]) && isdigit((unsigned char)s[3]) &&
            isdigit((unsigned char)s[6]))
            return true;
    }
    return false;
}

/* The identifier at START, where a token holds several. */
static struct token word_at(const char *text, size_t len, size_t start)
{
    size_t begin = start, end = start;
    while (begin > 0 && start - begin < TOKEN_MAX && isalnum((unsigned char)text[begin - 1]))
        begin--;
    while (end < len && end - start < TOKEN_MAX && isalnum((unsigned char)text[end]))
        end++;
    return (struct token){text + begin, end - begin};
}

static bool is_hash(struct token t)
{
    size_t digits = count(t, isdigit), letters = count(t, isalpha);
    return t.len >= HASH_DIGITS && digits && letters && count(t, isxdigit) == t.len;
}

bool ob__is_noise(const char *text, size_t len, size_t start, bool pasted)
{
    struct token token = token_at(text, len, start), word = word_at(text, len, start);
    if (is_address(token) || is_uuid(token) || is_time(token) || is_hash(word))
        return true;
    size_t digits = count(word, isdigit);
    size_t stamp = digits + count_byte(word, 'T') + count_byte(word, 'Z'); /* 05T10, 123Z */
    bool number = digits && stamp == word.len && count(token, isalpha) <= 2;
    return pasted && (number || (word.len >= MIXED_BYTES && digits > 2));
}
