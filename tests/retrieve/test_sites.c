/* What a definition's signature says, and what is said where it is used. */
#include <math.h>

#include "ask.h"

/* The place in the list of the definition NAME, from 1; 0: not in it. */
static size_t rank_of(const char *name)
{
    for (size_t i = 0; i < hits.len; i++)
        if (strcmp(hits.items[i].symbol, name) == 0)
            return i + 1;
    return 0;
}

static void check_before(const char *first, const char *second)
{
    size_t a = rank_of(first), b = rank_of(second);
    if (a == 0 || (b != 0 && b < a))
        test_fail(__FILE__, __LINE__, "%s is at %zu, %s at %zu", first, a, second, b);
}

static void check_near(double got, double want, double most)
{
    if (fabs(got - want) > most)
        test_fail(__FILE__, __LINE__, "%g is not %g", got, want);
}

static const struct ob_hit *hit_named(const char *name)
{
    size_t rank = rank_of(name);
    if (rank == 0)
        test_fail(__FILE__, __LINE__, "%s is not in the list", name);
    return &hits.items[rank - 1];
}

/* Both functions say the same. */
#define BODY                                                                                       \
    "{\n"                                                                                          \
    "    struct ticket t = {0};\n"                                                                 \
    "    t.state = 1;\n"                                                                           \
    "    t.owner = me();\n"                                                                        \
    "    put(&t);\n"                                                                               \
    "    return t.state;\n"                                                                        \
    "}\n\n"

TEST(the_words_of_a_signature_count_for_more_than_those_of_a_body)
{
    save("desk.c", "int blue_desk(int a)\n"
                   "{\n"
                   "    struct invoice *invoice = find_invoice(a);\n"
                   "    return settle(invoice, currency_of(invoice));\n"
                   "}\n"
                   "\n"
                   "int gray_desk(struct invoice *from,\n"
                   "              enum currency currency)\n"
                   "{\n"
                   "    return settle(from, 1);\n"
                   "}\n");
    open_all();
    search("settle an invoice in a currency");
    check_before("gray_desk", "blue_desk");
    close_view();
}

/* "invoice" is all over the project, "currency" and "settle" are not. */
TEST(each_word_of_a_signature_is_worth_the_same)
{
    save("desk.c", "int gray_desk(struct invoice *from, enum currency currency, bool settle)\n"
                   "{\n    return 1;\n}\n\n"
                   "int blue_desk(struct invoice *from, int settle)\n"
                   "{\n    return 1;\n}\n\n"
                   "int pale_desk(struct invoice *from)\n"
                   "{\n    return 1;\n}\n");
    save("more.c", "int more(void)\n{\n    return invoice(invoice);\n}\n");
    open_all();
    explain("settle invoice currency", OB_BY_PASSAGE);
    double third = 1.0 / 3;
    check_near(value_of(hit_named("gray_desk"), "span.alike"), 1, 1e-6);
    check_near(value_of(hit_named("blue_desk"), "span.alike"), 2 * third, 1e-6);
    check_near(value_of(hit_named("pale_desk"), "span.alike"), third, 1e-6);
    CHECK(value_of(hit_named("pale_desk"), "span.sign") < third - 0.05);
    close_view();
}

TEST(the_name_of_a_korean_type_is_a_word_of_its_methods_too)
{
    save("desk.py", "class 환불:\n    def settle(self, ticket):\n        return ticket\n\n"
                    "class Other:\n    def settle_all(self, ticket):\n        return ticket\n");
    open_all();
    explain("환불 settle ticket", OB_BY_PASSAGE);
    check_near(value_of(hit_named("settle"), "span.alike"), 1, 1e-6);
    check_near(value_of(hit_named("settle_all"), "span.alike"), 2.0 / 3, 1e-6);
    close_view();
}

/* What is explained is what was summed: the features of the file that a passage stands in, too. */
TEST(the_parts_of_a_passage_add_up_to_its_score)
{
    save("desk.c", "int gray_desk(struct invoice *from)\n" BODY "int pale_desk(void)\n" BODY);
    save("tests/test_desk.c", "void test_desk(void)\n{\n    gray_desk(invoice);\n}\n");
    open_all();
    explain("state of the invoice at the gray desk", OB_BY_PASSAGE);
    CHECK(hits.len >= 3);
    double rest = 0;
    for (size_t i = 0; i < hits.len; i++) {
        double sum = 0;
        for (size_t k = 0; k < hits.items[i].n_features; k++)
            sum += hits.items[i].features[k].part;
        if (i == 0)
            rest = hits.items[i].score - sum;
        check_near(hits.items[i].score - sum, rest, 1e-4);
    }
    CHECK(value_of(hit_named("test_desk"), "test") > 0);
    close_view();
}

TEST(what_stands_above_a_call_counts_for_what_is_called)
{
    save("desk.c", "int blue_desk(void)\n" BODY "int gray_desk(void)\n" BODY);
    save("main.c", "int main(void)\n"
                   "{\n"
                   "    /* refund a lost ticket */\n"
                   "    return gray_desk();\n"
                   "}\n");
    open_all();
    search("refund lost ticket");
    check_before("gray_desk", "blue_desk");
    close_view();
    save("main.c", "int main(void)\n"
                   "{\n"
                   "    /* refund a lost ticket */\n"
                   "    return blue_desk();\n"
                   "}\n");
    open_all();
    search("refund lost ticket");
    check_before("blue_desk", "gray_desk");
    close_view();
}

TEST(a_korean_comment_above_a_call_counts_too)
{
    save("desk.c", "int blue_desk(void)\n" BODY "int gray_desk(void)\n" BODY);
    save("main.c", "int main(void)\n"
                   "{\n"
                   "    /* 잃어버린 ticket을 환불한다 */\n"
                   "    return gray_desk();\n"
                   "}\n");
    open_all();
    search("잃어버린 ticket은 어디서 환불하나요");
    check_before("gray_desk", "blue_desk");
    close_view();
}

TEST(a_comment_that_names_it_is_no_place_of_use)
{
    save("desk.c", "int blue_desk(void)\n" BODY "int gray_desk(void)\n" BODY);
    save("main.c", "int main(void)\n"
                   "{\n"
                   "    /* to refund a lost ticket there was\n"
                   "     * gray_desk until last year */\n"
                   "    return 0;\n"
                   "}\n");
    open_all();
    search("refund lost ticket");
    check_before("blue_desk", "gray_desk"); /* alike: the first in the file */
    close_view();
}

TEST_MAIN(CASE(the_words_of_a_signature_count_for_more_than_those_of_a_body),
          CASE(each_word_of_a_signature_is_worth_the_same),
          CASE(the_name_of_a_korean_type_is_a_word_of_its_methods_too),
          CASE(the_parts_of_a_passage_add_up_to_its_score),
          CASE(what_stands_above_a_call_counts_for_what_is_called),
          CASE(a_korean_comment_above_a_call_counts_too),
          CASE(a_comment_that_names_it_is_no_place_of_use))
