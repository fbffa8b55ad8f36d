/* What the path of a file has of a question. */
#ifndef OB_SRC_RETRIEVE_PATHS_H
#define OB_SRC_RETRIEVE_PATHS_H

#include "rank.h"

/* How alike two terms are, 0..1: a prefix, a long common beginning, or an abbreviation. */
double ob__similar(const char *a, size_t a_len, const char *b, size_t b_len);

/* Fills the path features of D. */
void ob__path_features(double *value, const struct ob_doc *d, const struct ob__query *q);

/* The groups of the question that the path's words hold. */
struct ob__groups ob__path_groups(const struct ob_doc *d, const struct ob__query *q);

/* Calls EACH with every document of PART whose base name resembles a word of the question, or is the
 * initials of its words. */
void ob__path_matches(const struct ob_part *part, const struct ob__query *q,
                      void (*each)(uint32_t doc, void *data), void *data);

#endif
