/* What the names and fields of a file have of a question. */
#ifndef OB_SRC_RETRIEVE_NAMES_H
#define OB_SRC_RETRIEVE_NAMES_H

#include "rank.h"

/* Fills the features of names of all candidates: EXDEF, EXDEFT, ANYDEF, EXSTEM, COMPQ, JOINED. */
void ob__name_features(struct ob__candidates *c, const struct ob__view *v,
                       const struct ob__query *q);

/* Fills FILE, DEFS, COMMENTS (not divided yet) and HEAD of D, which holds TERMS. */
void ob__field_features(double *value, const struct ob_doc *d, const struct ob__terms *terms,
                        const struct ob__query *q, const struct ob_snapshot_totals *totals);

#endif
