/* What a path says about a file before anything was asked. */
#ifndef OB_SRC_RETRIEVE_PRIORS_H
#define OB_SRC_RETRIEVE_PRIORS_H

enum {
    OB__PRIOR_TEST = 1,     /* a test, spec, fixture or mock */
    OB__PRIOR_EXAMPLE = 2,  /* below examples, docs, benchmarks, scripts... */
    OB__PRIOR_VENDORED = 4, /* third-party, legacy or generated; a licence */
    OB__PRIOR_ENTRY = 8     /* where a folder begins, or what all share: index, main, types */
};

/* A set of the above for PATH (relative). */
unsigned ob__priors_of_path(const char *path);

#endif
