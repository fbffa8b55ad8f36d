/* What a passage of code uses and does not say: constants, types and macros of its own file.  Pure. */
#ifndef OB_ANSWER_USES_H
#define OB_ANSWER_USES_H

#include <stddef.h>

#include "openbook/base/arena.h"

#include "page.h"

enum { OB__USES_LINES = 12 /* of a definition; a longer one is a passage of its own right */ };

/* Fills OUT, which has room for MOST spans, with the definitions outside of S, on its page, of names
 * that its code has, in the order in which it uses them: not those of functions, not the members of what
 * S does not stand in, none that is longer than OB__USES_LINES.  Returns their number.  Names of symbols
 * are A's; the value of all is that of S. */
size_t ob__uses_find(struct ob__span *out, struct ob_arena *a, const struct ob__span *s,
                     size_t most);

#endif
