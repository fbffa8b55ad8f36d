/* Another ranker's scores: they lift what is right and do no harm when they are wrong. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/retrieve/fuse.h"

#include "test.h"

enum { HITS = 40, SEEDS = 500 };

static struct ob_hit items[HITS], before[HITS];
static char paths[HITS][16];
static struct ob_fuse_score scores[HITS];

/* A list whose first hit leads by 4 and whose others lie close together, and no scores. */
static struct ob_hits list(void)
{
    for (size_t i = 0; i < HITS; i++) {
        snprintf(paths[i], sizeof paths[i], "file_%zu.md", i);
        items[i] = (struct ob_hit){.path = paths[i], .first_line = 10, .last_line = 20};
        items[i].score = i == 0 ? 10 : 6 - 0.15 * (double)i;
        before[i] = items[i];
        scores[i] = (struct ob_fuse_score){.path = paths[i], .first_line = 1, .last_line = 10};
    }
    return (struct ob_hits){.items = items, .len = HITS};
}

static void is_unchanged(const struct ob_hits *h)
{
    for (size_t i = 0; i < h->len; i++) {
        CHECK_STR(h->items[i].path, before[i].path);
        CHECK(h->items[i].score == before[i].score);
    }
}

static size_t place_of(const struct ob_hits *h, size_t was)
{
    for (size_t i = 0; i < h->len; i++)
        if (strcmp(h->items[i].path, paths[was]) == 0)
            return i;
    test_fail(__FILE__, __LINE__, "hit %zu is lost", was);
    return 0;
}

static double any(void)
{
    static uint64_t seed = 88172645463325252u;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (double)(seed >> 11) / 9007199254740992.0;
}

/* ------------------------------------------------------------ no harm */
TEST(without_scores_the_list_stays_as_it_is)
{
    struct ob_hits h = list();
    CHECK(ob_fuse(&h, NULL, 0) == 0);
    is_unchanged(&h);
    for (size_t i = 0; i < HITS; i++)
        scores[i].path = "elsewhere.md";
    CHECK(ob_fuse(&h, scores, HITS) == 0);
    is_unchanged(&h);
    h.len = 0;
    CHECK(ob_fuse(&h, scores, HITS) == 0);
}

TEST(equal_scores_change_nothing)
{
    struct ob_hits h = list();
    for (size_t i = 0; i < HITS; i++)
        scores[i].score = 0.83;
    CHECK(ob_fuse(&h, scores, HITS) == 0);
    is_unchanged(&h);
}

TEST(scores_that_are_no_numbers_change_nothing)
{
    static const double odd[] = {NAN, INFINITY, -INFINITY};
    struct ob_hits h = list();
    for (size_t i = 0; i < HITS; i++)
        scores[i].score = odd[i % 3];
    CHECK(ob_fuse(&h, scores, HITS) == 0);
    is_unchanged(&h);
}

TEST(a_list_turned_upside_down_changes_nothing)
{
    struct ob_hits h = list();
    for (size_t i = 0; i < HITS; i++)
        scores[i].score = (double)i;
    CHECK(ob_fuse(&h, scores, HITS) == 0);
    is_unchanged(&h);
}

TEST(scores_of_a_few_hits_change_nothing)
{
    struct ob_hits h = list();
    for (size_t i = 0; i < HITS; i++)
        scores[i].score = 1 / (1 + (double)i);
    CHECK(ob_fuse(&h, scores, HITS / 2 - 1) == 0);
    is_unchanged(&h);
}

TEST(random_scores_cost_nothing_that_counts)
{
    size_t changed = 0;
    double lost = 0;
    for (int k = 0; k < SEEDS; k++) {
        struct ob_hits h = list();
        for (size_t i = 0; i < HITS; i++)
            scores[i].score = any();
        changed += ob_fuse(&h, scores, HITS) > 0;
        CHECK_INT(place_of(&h, 0), 0);
        for (size_t answer = 1; answer < 10; answer++) /* NDCG, had it been the answer */
            lost += 1 / log2((double)answer + 2) - 1 / log2((double)place_of(&h, answer) + 2);
    }
    CHECK(changed < SEEDS / 20);
    CHECK(lost / (9 * SEEDS) < 0.0005);
}

/* The worst there is: trusted because it agrees with the list, but for the first hit. */
TEST(a_hit_that_leads_by_far_keeps_its_lead_whatever_is_said)
{
    struct ob_hits h = list();
    items[0].score = items[1].score + 2 * OB_FUSE_REACH + 0.01;
    for (size_t i = 0; i < HITS; i++)
        scores[i].score = i == 0 ? -1e300 : 1e300 / (1 + (double)i);
    ob_fuse(&h, scores, HITS);
    CHECK_INT(place_of(&h, 0), 0);
}

TEST(a_pinned_hit_does_not_move)
{
    struct ob_hits h = list();
    items[0].pinned = items[1].pinned = true;
    items[1].score = items[0].score;
    for (size_t i = 0; i < HITS; i++)
        scores[i].score = i == 0 ? -100 : -(double)i;
    CHECK(ob_fuse(&h, scores, HITS) > 0);
    CHECK_INT(place_of(&h, 0), 0);
    CHECK_INT(place_of(&h, 1), 1);
}

/* ------------------------------------------------------------ gain */
TEST(good_scores_lift_the_answer_that_the_words_missed)
{
    struct ob_hits h = list();
    items[0].score = 6.1;             /* no lead to speak of */
    for (size_t i = 0; i < HITS; i++) /* like the list, with noise; sure of one */
        scores[i].score = 1 - 0.02 * (double)i + 0.3 * any();
    scores[7].score = 2;
    double trust = ob_fuse(&h, scores, HITS);
    CHECK(trust > 0.1 && trust <= 1);
    CHECK(place_of(&h, 7) < 3);
    for (size_t i = 1; i < h.len; i++)
        CHECK(h.items[i - 1].score >= h.items[i].score);
}

TEST(a_hit_takes_the_best_score_of_the_lines_it_shows)
{
    struct ob_hits h = list();
    struct ob_fuse_score more[HITS + 2];
    items[0].score = 6.1;
    for (size_t i = 0; i < HITS; i++)
        scores[i].score = -(double)i;
    memcpy(more, scores, sizeof scores);
    more[HITS] =
        (struct ob_fuse_score){.path = paths[9], .first_line = 20, .last_line = 90, .score = 30};
    more[HITS + 1] =
        (struct ob_fuse_score){.path = paths[20], .first_line = 21, .last_line = 90, .score = 60};
    CHECK(ob_fuse(&h, more, HITS + 2) > 0);
    CHECK(place_of(&h, 9) < 4);
    CHECK(place_of(&h, 20) > 12); /* those lines are not shown */
}

TEST_MAIN(CASE(without_scores_the_list_stays_as_it_is), CASE(equal_scores_change_nothing),
          CASE(scores_that_are_no_numbers_change_nothing),
          CASE(a_list_turned_upside_down_changes_nothing),
          CASE(scores_of_a_few_hits_change_nothing), CASE(random_scores_cost_nothing_that_counts),
          CASE(a_hit_that_leads_by_far_keeps_its_lead_whatever_is_said),
          CASE(a_pinned_hit_does_not_move), CASE(good_scores_lift_the_answer_that_the_words_missed),
          CASE(a_hit_takes_the_best_score_of_the_lines_it_shows))
