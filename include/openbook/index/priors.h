/* What a path says about a file before anything was asked. */
#ifndef OB_INDEX_PRIORS_H
#define OB_INDEX_PRIORS_H

#include <stdint.h>

enum {
    OB_PRIOR_TEST = 1,     /* a test, spec, fixture or mock */
    OB_PRIOR_EXAMPLE = 2,  /* below examples, docs, benchmarks, scripts... */
    OB_PRIOR_VENDORED = 4, /* third-party, legacy or generated; a licence */
    OB_PRIOR_ENTRY = 8,    /* where a folder begins, or what all share: index, main, types */
    OB_PRIOR_HISTORY = 16  /* what changed from version to version: CHANGELOG, NEWS */
};

/* A set of the above for PATH (relative).  Pure; any thread. */
uint8_t ob_priors_of_path(const char *path);

#endif
