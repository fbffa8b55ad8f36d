/* A document: one file as the index sees it.  Built once by a pure analysis, never changed,
 * refcounted (atomic), shared by the index, its snapshots and a client's delta.  Any thread. */
#ifndef OB_INDEX_DOC_H
#define OB_INDEX_DOC_H

#include <stddef.h>
#include <stdint.h>

#include "openbook/base/error.h"
#include "openbook/text/terms.h"

struct ob_doc;

/* Analyses TEXT (UTF-8, at most 16 MiB) of the file PATH (relative to its root).  T is the calling
 * thread's scanner.  OB_ETOOBIG, OB_ENOMEM. */
int ob_doc_new(struct ob_doc **out, struct ob_terms *t, const char *path, const char *text,
               size_t len, struct ob_error *e);
struct ob_doc *ob_doc_ref(struct ob_doc *d);
void ob_doc_unref(struct ob_doc *d);

const char *ob_doc_path(const struct ob_doc *d);      /* borrowed */
uint64_t ob_doc_text_hash(const struct ob_doc *d);    /* ob_hash of TEXT: tells a changed file */
size_t ob_doc_text_bytes(const struct ob_doc *d);

#endif
