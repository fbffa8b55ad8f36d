/* Shell patterns with git's meaning of `*`, `**`, `?`, `[...]` and `\`.  Pure. */
#ifndef OB_FILES_WILDMATCH_H
#define OB_FILES_WILDMATCH_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the whole of TEXT matches PATTERN.  `*`, `?` and `[...]` never match a slash; "**" does
 * when it stands alone between slashes or at an end of PATTERN.  FOLD compares ASCII letters without
 * their case.  An unclosed bracket, an unknown [:class:] or a lone backslash at the end never match.
 * Takes at most about (slashes in TEXT) * pattern_len * text_len steps, whatever the pattern. */
bool ob__wildmatch(const char *pattern, size_t pattern_len, const char *text, size_t text_len,
                   bool fold);

/* Bytes at the beginning of PATTERN that stand for themselves. */
size_t ob__wildmatch_literal_len(const char *pattern, size_t len);

#endif
