/* Keywords of definitions; private to src/text. */
#ifndef OB_SRC_TEXT_KEYWORDS_H
#define OB_SRC_TEXT_KEYWORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/text/lang.h"

enum ob__word_kind {
    OB__WORD_NAME,     /* no keyword here */
    OB__WORD_MODIFIER, /* "static", "pub": the keyword or the type may follow */
    OB__WORD_TYPE,
    OB__WORD_FUNCTION,
    OB__WORD_VALUE
};

enum ob__word_kind ob__word_kind(enum ob_syntax syntax, const char *word, size_t len);

/* "if", "return", "new": before a parenthesis no name of a function, and never a name. */
bool ob__is_control_word(const char *word, size_t len);

#endif
