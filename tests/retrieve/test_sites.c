/* What a definition's signature says, and what is said where it is used. */
#include "ask.h"

static void open_all(void)
{
    open_project();
    wait_fresh(0);
    take_view(0);
}

static void close_view(void)
{
    done();
    close_all();
}

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
          CASE(what_stands_above_a_call_counts_for_what_is_called),
          CASE(a_korean_comment_above_a_call_counts_too),
          CASE(a_comment_that_names_it_is_no_place_of_use))
