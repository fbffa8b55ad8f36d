/* Notebooks: the sources of the cells of Jupyter's JSON.  Pure; any thread. */
#ifndef OB_TEXT_NOTEBOOK_H
#define OB_TEXT_NOTEBOOK_H

#include <stddef.h>

#include "openbook/base/buf.h"

/* Appends the cells' text of the notebook TEXT: as many lines as TEXT has, each with the part of a
 * cell's source that stands there, code indented by four blanks, and nothing else.  Time is linear.
 * OB_EINVAL when TEXT is no notebook (OUT then holds a part); OB_ETOOBIG, OB_ENOMEM. */
int ob_notebook_text(struct ob_buf *out, const char *text, size_t len);

#endif
