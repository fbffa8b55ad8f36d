/* How much the names that a document defines are spoken of elsewhere. */
#ifndef OB_SRC_INDEX_MENTION_H
#define OB_SRC_INDEX_MENTION_H

#include "openbook/index/snapshot.h"

/* Counts it for D over the live documents of S, of which D is one. */
float ob__mention_count(const struct ob_snapshot *s, const struct ob_doc *d);

typedef void (*ob__mention_key_cb)(uint64_t key, void *data);

/* Calls EACH with every key whose count may change when NOW takes the place of WAS (NULL: none). */
void ob__mention_changes(const struct ob_doc *was, const struct ob_doc *now,
                         ob__mention_key_cb each, void *data);

#endif
