/* Forms of Korean verbs and adjectives; private to the generator of the tables. */
#ifndef OB_SRC_TEXT_GEN_CONJUGATE_H
#define OB_SRC_TEXT_GEN_CONJUGATE_H

#include <stdbool.h>
#include <stddef.h>

enum { OB__FORM_MAX = 80 }; /* bytes of a form, with its NUL */

/* FORM is NUL-terminated; NOMINAL: it is used like a noun (-m). */
typedef void (*ob__form_cb)(const char *form, bool nominal, void *data);

/* Calls CB for each form that an ending may follow, of the verb whose dictionary form without its
 * last syllable (da) is STEM: Hangul syllables in UTF-8, 3 to OB__FORM_MAX - 8 bytes.  A form may
 * come twice. */
void ob__conjugate(const char *stem, size_t len, ob__form_cb cb, void *data);

#endif
