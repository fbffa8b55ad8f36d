/* Finding a passage again in a later version of its file, by what it says.
 *
 * Passages keep no text, but their terms are in the postings.  Likeness is Dice's coefficient over
 * the two bags of terms: twice what they share, over what both hold. */
#include <stdlib.h>

#include "openbook/base/mem.h"
#include "openbook/index/doc.h"

static const double LIKE_ENOUGH_01 = 0.6;

struct likeness {
    uint32_t shared; /* terms that both passages hold, with repetition */
    uint32_t all;    /* terms of the later one */
};

static uint32_t lesser(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Counts what each passage of NOW shares with PASSAGE of WAS, in one pass over both lists, which are
 * sorted alike; returns how many terms PASSAGE holds. */
static uint32_t compare(struct likeness *of, const struct ob_doc *now, const struct ob_doc *was,
                        uint32_t passage)
{
    uint32_t all = 0, at = 0;
    for (uint32_t i = 0; i < now->n_postings; i++)
        of[now->postings[i].passage].all += now->postings[i].tf;
    for (uint32_t i = 0; i < was->n_postings; i++) {
        const struct ob_doc_posting *p = &was->postings[i];
        if (p->passage != passage)
            continue;
        all += p->tf;
        while (at < now->n_postings && now->postings[at].hash < p->hash)
            at++;
        for (; at < now->n_postings && now->postings[at].hash == p->hash; at++)
            of[now->postings[at].passage].shared += lesser(now->postings[at].tf, p->tf);
    }
    return all;
}

static uint32_t distance(const struct ob_doc_passage *a, const struct ob_doc_passage *b)
{
    return a->first_line > b->first_line ? a->first_line - b->first_line
                                         : b->first_line - a->first_line;
}

uint32_t ob_doc_passage_again(const struct ob_doc *now, const struct ob_doc *was, uint32_t passage)
{
    uint32_t best = UINT32_MAX;
    double most = LIKE_ENOUGH_01;
    if (passage >= was->n_passages || now->n_passages == 0)
        return UINT32_MAX;
    struct likeness *of = ob_alloc(now->n_passages * sizeof *of);
    uint32_t all = compare(of, now, was, passage);
    for (uint32_t i = 0; i < now->n_passages; i++) {
        uint32_t both = all + of[i].all;
        double like = both ? 2.0 * of[i].shared / both : 0;
        bool nearer = best != UINT32_MAX && like >= most &&
                      distance(&now->passages[i], &was->passages[passage]) <
                          distance(&now->passages[best], &was->passages[passage]);
        if (like > most || nearer || (best == UINT32_MAX && like >= most)) {
            most = like;
            best = i;
        }
    }
    ob_free(of);
    return best;
}
