/* Paths and lines that a question names: alone, or one by one in a trace. */
#ifndef OB_SRC_RETRIEVE_ASKED_H
#define OB_SRC_RETRIEVE_ASKED_H

#include "show.h"

/* Finds the paths in TEXT, in the order in which they stand there. */
void ob__asked_find(struct ob__query *q, const char *text, size_t len);

/* Makes absolute paths that lie below ROOT relative to it. */
void ob__asked_below(struct ob__query *q, const char *root);

/* How much the file PATH is asked for by its path: 1 entirely, 0 not at all. */
double ob__asked_share(const struct ob__query *q, const char *path);

/* The first line of FIRST..LAST of the file PATH that is asked for, or 0. */
uint32_t ob__asked_line(const struct ob__query *q, const char *path, uint32_t first, uint32_t last);

/* Puts what is asked for by path and line before all other spans (sorted), in the question's order. */
void ob__asked_first(struct ob__spans *s, const struct ob__candidates *c, const struct ob__view *v,
                     const struct ob__query *q);

#endif
