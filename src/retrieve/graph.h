/* What other files say of a file. */
#ifndef OB_SRC_RETRIEVE_GRAPH_H
#define OB_SRC_RETRIEVE_GRAPH_H

#include "rank.h"

/* Fills MENTION, IMPORTERS and IMPORTS of the candidates, best first, from their PASS. */
void ob__graph_features(struct ob__candidates *c, const struct ob__view *v);

#endif
