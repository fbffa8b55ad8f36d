/* A convex combination on normalised scores, its weight set by how much the ranker can be trusted and its
 * reach bounded.  Reciprocal rank fusion was not taken: it forgets margins, so that any second list
 * pulls a certain first hit down. */
#include "openbook/retrieve/fuse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"

/* Standard deviations of the correlation of unrelated lists that agreement must be over. */
static const double CHANCE = 2;

/* Standard deviations at which a score is cut. */
static const double CUT = 2;

struct fused {
    struct ob_hit hit;
    size_t place;        /* before */
    double other, score; /* OTHER: of the ranker; NAN when it has none */
    double rank;         /* of OTHER among its equals; the mean of their places */
};

/* ------------------------------------------------------------ its scores */
static double score_of(const struct ob_hit *h, const struct ob_fuse_score *scores, size_t n)
{
    double best = NAN;
    for (size_t i = 0; i < n; i++) {
        const struct ob_fuse_score *s = &scores[i];
        bool whole = s->first_line == 0 && s->last_line == 0;
        if (isfinite(s->score) && s->shelf == h->shelf && strcmp(s->path, h->path) == 0 &&
            (whole || (s->first_line <= h->last_line && s->last_line >= h->first_line)))
            best = isnan(best) ? s->score : fmax(best, s->score);
    }
    return best;
}

/* How many the ranker knows. */
static size_t take_scores(struct fused *f, const struct ob_hits *h,
                          const struct ob_fuse_score *scores, size_t n)
{
    size_t known = 0;
    for (size_t i = 0; i < h->len; i++) {
        f[i] = (struct fused){.hit = h->items[i], .place = i, .score = h->items[i].score};
        f[i].other = score_of(&h->items[i], scores, n);
        known += !isnan(f[i].other);
    }
    return known;
}

/* ------------------------------------------------------------ trust */
/* The mean place of A among the known ones, best first; equals share theirs. */
static double rank_of(const struct fused *f, size_t n, double other)
{
    double above = 0, equal = 0;
    for (size_t i = 0; i < n; i++) {
        above += f[i].other > other;
        equal += f[i].other == other;
    }
    return above + (equal + 1) / 2;
}

/* Spearman's correlation between the list and the ranker, over the hits that it knows; 0 when all are
 * equal to it. */
static double agreement(struct fused *f, size_t n, size_t known)
{
    double mean = ((double)known + 1) / 2, own = 0, both = 0, ours = 0, theirs = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(f[i].other))
            continue;
        own++;
        f[i].rank = rank_of(f, n, f[i].other);
        both += (own - mean) * (f[i].rank - mean);
        ours += (own - mean) * (own - mean);
        theirs += (f[i].rank - mean) * (f[i].rank - mean);
    }
    return ours > 0 && theirs > 0 ? both / sqrt(ours * theirs) : 0;
}

static double trust_of(struct fused *f, size_t n, size_t known)
{
    if (known < 3 || known * 2 < n)
        return 0;
    double chance = CHANCE / sqrt((double)known - 1);
    double beyond = agreement(f, n, known) - chance;
    return beyond > 0 && chance < 1 ? beyond / (1 - chance) : 0;
}

/* ------------------------------------------------------------ fusion */
static void move(struct fused *f, size_t n, size_t known, double trust)
{
    double most = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) /* divided by the largest first: no sum overflows */
        most = isnan(f[i].other) ? most : fmax(most, fabs(f[i].other));
    for (size_t i = 0; i < n; i++)
        sum += isnan(f[i].other) ? 0 : f[i].other / most;
    double mean = sum / (double)known;
    for (size_t i = 0; i < n; i++)
        squares += isnan(f[i].other) ? 0 : pow(f[i].other / most - mean, 2);
    double deviation = sqrt(squares / (double)known);
    for (size_t i = 0; i < n && deviation > 0; i++) {
        double z = isnan(f[i].other) ? 0 : (f[i].other / most - mean) / deviation;
        f[i].score += OB_FUSE_REACH * trust * fmax(-CUT, fmin(CUT, z)) / CUT;
    }
}

static int compare_fused(const void *a, const void *b)
{
    const struct fused *x = a, *y = b;
    if (x->hit.pinned != y->hit.pinned)
        return x->hit.pinned ? -1 : 1;
    if (x->score != y->score && !x->hit.pinned)
        return x->score < y->score ? 1 : -1;
    return (x->place > y->place) - (x->place < y->place);
}

double ob_fuse(struct ob_hits *h, const struct ob_fuse_score *scores, size_t n)
{
    if (n == 0 || h->len < 2)
        return 0;
    struct fused *f = ob_alloc(h->len * sizeof *f);
    size_t known = take_scores(f, h, scores, n);
    double trust = trust_of(f, h->len, known);
    if (trust > 0) {
        move(f, h->len, known, trust);
        qsort(f, h->len, sizeof *f, compare_fused);
        for (size_t i = 0; i < h->len; i++) {
            h->items[i] = f[i].hit;
            if (!f[i].hit.pinned)
                h->items[i].score = f[i].score;
        }
    }
    ob_free(f);
    return trust;
}
