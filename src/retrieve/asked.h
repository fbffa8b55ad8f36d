/* Paths and lines that a question names: alone, or one by one in a trace. */
#ifndef OB_SRC_RETRIEVE_ASKED_H
#define OB_SRC_RETRIEVE_ASKED_H

#include "show.h"

/* How well the place A fits the file PATH (composed): 1 entirely, 0 not at all.  Below OB__ASKED_FITS it is
 * a hint for the ranking, no order to show the file. */
double ob__asked_fit(const struct ob__asked *a, const char *path, size_t n);
#define OB__ASKED_FITS 0.75

/* Whether PATH lies in A's package, which is not NULL. */
bool ob__asked_in_package(const struct ob__asked *a, const char *path, size_t n);

/* Makes absolute paths that lie below ROOT relative to it. */
void ob__asked_below(struct ob__query *q, const char *root);

/* Drops the places that no file of V is meant by, puts the ones that matter most first and keeps
 * OB__QUERY_ASKED of them. */
void ob__asked_settle(struct ob__query *q, const struct ob__view *v);

/* How much the file PATH is asked for by its path: 1 entirely, 0 not at all. */
double ob__asked_share(const struct ob__query *q, const char *path);

/* The first line of FIRST..LAST of the file PATH that is asked for, or 0. */
uint32_t ob__asked_line(const struct ob__query *q, const char *path, uint32_t first, uint32_t last);

/* Puts what is asked for by path and line before all other spans (sorted): of one file a few places, then
 * those of the others.  Reads the files that R's diffs speak of.  T is this thread's scanner. */
void ob__asked_first(struct ob__spans *s, const struct ob__candidates *c, const struct ob__view *v,
                     const struct ob__query *q, const struct ob_search_request *r,
                     struct ob_terms *t);

#endif
