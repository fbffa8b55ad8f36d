/* Fusion: what another ranker (vectors, a reranker) thinks of the hits of a search, brought into their order.
 *
 * The search is good alone, and another ranker may be missing, broken, slow or made for another language.
 * So its scores only move hits of the list: they add none and drop none, and they count
 *
 *   not at all   when there are none, when they know less than half of the hits, when all are equal, or
 *                when they agree with the list no better than chance does (Spearman's rank correlation,
 *                two standard deviations): noise and a list turned upside down change nothing;
 *   a little     otherwise, the more the better they agree: a hit moves by at most OB_FUSE_REACH
 *                log-odds up or down, so one that leads by more than twice that keeps its lead, whatever
 *                the other ranker says.  Pinned hits do not move.
 *
 * A ranker is to be asked for some 30 hits or more: of ten, agreement by chance cannot be told.  How
 * it scores (cosine, logits, ranks from the last to the first) does not matter: scores are normalised
 * to mean and standard deviation, cut at two of them.
 *
 * Pure; any thread that owns the hits. */
#ifndef OB_RETRIEVE_FUSE_H
#define OB_RETRIEVE_FUSE_H

#include "openbook/retrieve/search.h"

#define OB_FUSE_REACH 3.0

/* What the ranker thinks of some lines.  Borrowed during the call. */
struct ob_fuse_score {
    size_t shelf;                   /* index into the request's shelves, as in the hit */
    const char *path;               /* as in the hit */
    uint32_t first_line, last_line; /* 1-based, inclusive; both 0: the whole file */
    double score;                   /* more is better; one that is not finite is left out */
};

/* Reorders H (from OB_BY_FILE or OB_BY_PASSAGE) by its own scores and by N of SCORES, which may be
 * NULL when N is 0.  A hit takes the best of the scores whose lines overlap its own.  Its score becomes
 * the fused one.  Returns how much the ranker was trusted, 0..1; at 0 H is as it was, to the bit. */
double ob_fuse(struct ob_hits *h, const struct ob_fuse_score *scores, size_t n);

#endif
