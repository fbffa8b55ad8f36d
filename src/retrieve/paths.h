/* What the path of a file has of a question. */
#ifndef OB_SRC_RETRIEVE_PATHS_H
#define OB_SRC_RETRIEVE_PATHS_H

#include "rank.h"

/* How alike two terms are, 0..1: a prefix, a long common beginning, or an abbreviation. */
double ob__similar(const char *a, size_t a_len, const char *b, size_t b_len);

/* Fills the path features of document DOC of P.  LIKE: ob__path_matches told of it; of the others only the
 * folders have a word of the question. */
void ob__path_features(double *value, struct ob__vpart *p, uint32_t doc, const struct ob__query *q,
                       bool like);

/* The groups of the question that the path's words hold. */
struct ob__groups ob__path_groups(const struct ob_doc *d, const struct ob__query *q);

/* Calls EACH with every document of PART whose base name has or resembles a word of the question, or is
 * the initials of its words.  LED: that alone leads to it; short words do not. */
void ob__path_matches(const struct ob_part *part, const struct ob__query *q,
                      void (*each)(uint32_t doc, bool led, void *data), void *data);

#endif
