/* Consent: which origins may be sent passages of which project.  Loopback always may; any other
 * origin only after the user said yes to it for that project.  Kept in one small JSON file in the
 * state directory, written whole and renamed.  Loop thread. */
#ifndef OB_LLM_GRANT_H
#define OB_LLM_GRANT_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/base/error.h"

struct ob_grants;

/* Reads PATH (absent: no grants; NULL: none is kept beyond this process).  A file that cannot be read is OB_EINVAL or another error with the
 * sentence; *OUT is set all the same, holds nothing of it and never writes over it. */
int ob_grants_open(struct ob_grants **out, const char *path, struct ob_error *e);
void ob_grants_free(struct ob_grants *g);

bool ob_grants_has(const struct ob_grants *g, const char *project, const char *origin);

/* Remembers the grant for this process (REMEMBER false) or also in the file.  When the file cannot be
 * read, nothing is granted; when it cannot be written, the grant holds for this process. */
int ob_grants_add(struct ob_grants *g, const char *project, const char *origin, bool remember,
                  struct ob_error *e);
int ob_grants_revoke(struct ob_grants *g, const char *project, const char *origin,
                     struct ob_error *e);

/* Walks the remembered grants: *POS from 0; false at the end. */
bool ob_grants_next(const struct ob_grants *g, size_t *pos, const char **project,
                    const char **origin, const char **date);

#endif
