/* What the words of a sentence do in it, as far as their looks tell: enough to see what it is about. */
#ifndef OB_SRC_INDEX_ROLE_H
#define OB_SRC_INDEX_ROLE_H

#include "openbook/text/terms.h"

/* What a word does in its sentence. */
enum ob__role {
    OB__ROLE_NONE,
    OB__ROLE_VERB,   /* stands behind what the sentence is about: "refers" */
    OB__ROLE_COPULA, /* the same, and no word that counts: "is" */
    OB__ROLE_TOPIC   /* is the last word of what the sentence is about: "리덕스는" */
};

/* The role of T, a term of TEXT (LEN bytes).  Pure. */
enum ob__role ob__role_of(const char *text, size_t len, const struct ob_term *t);

/* Whether the sentence goes on by saying what that is, T having ROLE: "is a small animal", "are small
 * animals", "refers to ...", "판다는 작은 동물이다."; not "is shy", "are fed twice", "판다는 작다."  Pure. */
bool ob__role_defines(const char *text, size_t len, const struct ob_term *t, enum ob__role role);

#endif
