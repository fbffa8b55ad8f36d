/* English sentences are about what stands before their first verb, Korean ones about the word with the
 * particle of a topic. */
#include "role.h"

#include <string.h>

#include "openbook/text/utf8.h"

static bool is_one_of(const char *word, size_t len, const char *const *list)
{
    for (; *list; list++)
        if (strlen(*list) == len && memcmp(*list, word, len) == 0)
            return true;
    return false;
}

/* The verbs that definitions have: "X is a ...", "X lets you ...". */
static enum ob__role english_role(const struct ob_term *t)
{
    static const char *const copulas[] = {"is", "are", "was", "were", "can", NULL};
    static const char *const verbs[] = {
        "refers",     "refer",     "means", "mean",     "stands",  "stand",   "describes",
        "describe",   "allows",    "allow", "lets",     "let",     "enables", "enable",
        "represents", "represent", "helps", "provides", "provide", "returns", NULL};
    if (is_one_of(t->part, t->part_len, copulas))
        return OB__ROLE_COPULA;
    return is_one_of(t->part, t->part_len, verbs) ? OB__ROLE_VERB : OB__ROLE_NONE;
}

static bool is_topic_particle(uint32_t code)
{
    return code == 0xB294 || code == 0xC740 || code == 0xB780; /* 는, 은, 란 */
}

/* "리덕스는", "React란": the particle of a topic ends the word, or follows a word of another script. */
static enum ob__role korean_role(const char *text, size_t len, const struct ob_term *t)
{
    bool hangul = t->kind == OB_TERM_HANGUL;
    size_t at = hangul ? t->start : t->end, end = hangul ? t->end : len;
    uint32_t code = 0;
    size_t n = 0;
    for (; at < end && (hangul || n == 0); n++)
        at += ob_utf8_fold(&code, text + at, end - at);
    return n > (size_t)hangul && is_topic_particle(code) ? OB__ROLE_TOPIC : OB__ROLE_NONE;
}

enum ob__role ob__role_of(const char *text, size_t len, const struct ob_term *t)
{
    bool word = t->kind == OB_TERM_WORD && t->word_terms == 1;
    enum ob__role role = word ? english_role(t) : OB__ROLE_NONE;
    return role == OB__ROLE_NONE ? korean_role(text, len, t) : role;
}
