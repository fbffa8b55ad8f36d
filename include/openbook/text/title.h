/* Titles as readers see them: "## [Set *up*](guide.md)" is called "Set up".  Pure; any thread. */
#ifndef OB_TEXT_TITLE_H
#define OB_TEXT_TITLE_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/text/lang.h"

enum { OB_TITLE_MAX = 1024 }; /* bytes of a title that are looked at; the rest is shown as it is */

/* Writes the title (LEN bytes of a note in LANG, any bytes) without markup to OUT, which has room for LEN
 * bytes, and returns how many they are: links by the words they show, code, emphasis and commands by what
 * they hold; blanks that then stand side by side become one.  SHOWN (LEN of them, or NULL): which bytes of
 * the title were taken.  A title that has no word without its markup stays as it is. */
size_t ob_title_plain(char *out, bool *shown, const struct ob_lang *lang, const char *title,
                      size_t len);

#endif
