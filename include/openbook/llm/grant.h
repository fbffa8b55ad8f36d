/* Consent: which origins may be sent passages of which project.  Loopback always may; any other
 * origin only after the user said yes to it for that project.  Kept in one small JSON file in the
 * state directory, written whole and renamed.
 *
 * Loop thread; but the functions that read or write the file wait for its disk, which may hang: they are
 * for a thread of their own and a struct of their own.  On the loop ob_grants_start has a thread do it. */
#ifndef OB_LLM_GRANT_H
#define OB_LLM_GRANT_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

#include "openbook/base/error.h"

struct ob_grants;

/* Reads PATH (absent: no grants; NULL: none is kept beyond this process).  A file that cannot be read is
 * OB_EINVAL or another error with the sentence; *OUT is set all the same, holds nothing of it and never
 * writes over it. */
int ob_grants_open(struct ob_grants **out, const char *path, struct ob_error *e);

/* The same without reading: it holds nothing of the file until ob_grants_start has read it. */
struct ob_grants *ob_grants_new(const char *path);
void ob_grants_free(struct ob_grants *g);

bool ob_grants_has(const struct ob_grants *g, const char *project, const char *origin);

/* Remembers the grant for this process (REMEMBER false; touches no disk) or also in the file.  When the
 * file cannot be read, nothing is granted; when it cannot be written, the grant holds for this process. */
int ob_grants_add(struct ob_grants *g, const char *project, const char *origin, bool remember,
                  struct ob_error *e);
int ob_grants_revoke(struct ob_grants *g, const char *project, const char *origin,
                     struct ob_error *e);

/* ------------------------------------------------------------ on the loop */
enum ob_grants_deed { OB_GRANTS_READ, OB_GRANTS_REMEMBER, OB_GRANTS_REVOKE };

typedef void (*ob_grants_cb)(int status, const struct ob_error *e, void *data);

/* Has a thread read the file, or change it as well; G is then what the file has, and what was granted for
 * this process.  A grant counts for this process from now on, a revoked one no longer, whatever becomes of
 * the file.  PROJECT and ORIGIN are copied (NULL to read).  CB once, never before this returns: 0,
 * OB_ENOTFOUND (nothing to revoke), OB_EBUSY when the disk did not answer within late_ms (milliseconds; the
 * file is then as it was, or changed, if it hung at the very end), or what hindered it, with the sentence.
 * Returns OB_EBUSY, and does not call CB, while an earlier one hangs, OB_EFAIL without a thread. */
int ob_grants_start(struct ob_grants *g, uv_loop_t *loop, enum ob_grants_deed deed,
                    const char *project, const char *origin, unsigned late_ms, ob_grants_cb cb,
                    void *data, struct ob_error *e);

/* Calls CLOSED once when no thread is at the file any more, maybe before this returns; nothing may be
 * started then. */
void ob_grants_close(struct ob_grants *g, void (*closed)(void *data), void *data);

/* Walks the remembered grants: *POS from 0; false at the end. */
bool ob_grants_next(const struct ob_grants *g, size_t *pos, const char **project,
                    const char **origin, const char **date);

#endif
