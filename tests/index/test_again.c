/* Finding lines again in a later version of their file; English and Korean. */
#include <string.h>

#include "openbook/index/doc.h"

#include "test.h"

static struct ob_doc *doc_of(const char *text)
{
    struct ob_doc *d = NULL;
    struct ob_terms *t = ob_terms_new();
    CHECK_INT(ob_doc_new(&d, t, "a.md", text, strlen(text), NULL), 0);
    ob_terms_free(t);
    return d;
}

static const char alpha[] = "alpha beta gamma\ndelta epsilon zeta\neta theta iota\n";
static const char other[] = "서버 배포 순서\n인증서를 갱신한다\nnginx를 다시 읽힌다\n";

struct pair {
    struct ob_doc *was, *now;
};

static struct pair versions(const char *was_a, const char *was_b, const char *now_a,
                            const char *now_b)
{
    char was[512], now[512];
    (void)snprintf(was, sizeof was, "%s%s", was_a, was_b);
    (void)snprintf(now, sizeof now, "%s%s", now_a, now_b);
    return (struct pair){doc_of(was), doc_of(now)};
}

static void release(struct pair p)
{
    ob_doc_unref(p.was);
    ob_doc_unref(p.now);
}

TEST(lines_that_moved_down_are_found_where_they_stand_now)
{
    struct pair p = versions(other, "", "an added line\nand a second one\n", other);
    uint32_t first = 1, last = 3;
    CHECK(ob_doc_lines_again(&first, &last, p.now, p.was));
    CHECK_INT(first, 3);
    CHECK_INT(last, 5);
    release(p);
}

TEST(lines_that_changed_places_are_found)
{
    struct pair p = versions(alpha, other, other, alpha);
    uint32_t first = 4, last = 6;
    CHECK(ob_doc_lines_again(&first, &last, p.now, p.was));
    CHECK_INT(first, 1);
    CHECK_INT(last, 3);
    release(p);
}

TEST(lines_that_were_rewritten_are_gone)
{
    struct pair p = versions(alpha, other, "nothing of the kind\nstands here\nnow\n", other);
    uint32_t first = 1, last = 3;
    CHECK(!ob_doc_lines_again(&first, &last, p.now, p.was));
    CHECK_INT(first, 1);
    release(p);
}

TEST(a_line_put_in_between_does_not_hide_the_rest)
{
    struct pair p = versions(alpha, "", "alpha beta gamma\nput in between\ndelta epsilon zeta\n",
                             "eta theta iota\n");
    uint32_t first = 1, last = 3;
    CHECK(ob_doc_lines_again(&first, &last, p.now, p.was));
    CHECK(first >= 1 && last <= 4);
    release(p);
}

TEST(an_emptied_file_and_impossible_lines_find_nothing)
{
    struct pair p = versions(alpha, "", "", "");
    uint32_t first = 1, last = 3;
    CHECK(!ob_doc_lines_again(&first, &last, p.now, p.was));
    first = 0;
    CHECK(!ob_doc_lines_again(&first, &last, p.was, p.was));
    first = 3;
    last = 2;
    CHECK(!ob_doc_lines_again(&first, &last, p.was, p.was));
    release(p);
}

TEST_MAIN(CASE(lines_that_moved_down_are_found_where_they_stand_now),
          CASE(lines_that_changed_places_are_found), CASE(lines_that_were_rewritten_are_gone),
          CASE(a_line_put_in_between_does_not_hide_the_rest),
          CASE(an_emptied_file_and_impossible_lines_find_nothing))
