/* Text at hand: what it uses, who calls it, its test and the notes that name it; not itself. */
#include "ask.h"

static const char selected[] = "int settle_order(struct order *o)\n{\n"
                               "    int cents = round_amount(o->total);\n"
                               "    if (!reserve_stock(o->items))\n        return -1;\n"
                               "    return cents;\n}\n";

static void open_shop(void)
{
    struct ob_buf b;
    ob_buf_init(&b, 1 << 16);
    ob_buf_appendf(&b,
                   "/* Orders. */\n#include \"order.h\"\n\n%s\nint cancel_order(struct order *o)\n"
                   "{\n    o->total = 0;\n    return 0;\n}\n",
                   selected);
    save("src/order.c", ob_buf_str(&b));
    ob_buf_release(&b);
    save("src/order.h", "struct order {\n    int total, items;\n};\n"
                        "int settle_order(struct order *o);\n");
    save("src/money.c",
         "/* Money. */\n/* Rounds half up, as the bank does. */\n"
         "int round_amount(int amount)\n{\n    return amount + 5 - (amount + 5) % 10;\n"
         "}\n\nint amount_of(const char *text)\n{\n    return text[0];\n}\n");
    save("src/stock.c",
         "/* 재고 */\nstatic int left = 10;\n\n/* 재고를 미리 잡아 둔다 */\n"
         "int reserve_stock(int items)\n{\n    left -= items;\n    return left > 0;\n}\n\n"
         "int stock_left(void)\n{\n    return left;\n}\n");
    save("src/main.c", "#include \"order.h\"\n\nint main(void)\n{\n    struct order o = {1, 2};\n"
                       "    return settle_order(&o);\n}\n");
    save("tests/test_order.c",
         "#include \"order.h\"\n\nvoid order_is_settled(void)\n{\n"
         "    struct order o = {100, 1};\n    CHECK(settle_order(&o) == 100);\n}\n");
    save("docs/주문.md", "# 주문 정산\n\n주문이 끝나면 `settle_order`가 금액을 정한다.\n\n"
                         "# 배송\n\n배송은 이틀 걸립니다.\n");
    save("docs/style.md",
         "# Style\n\nShort functions. Return early. No total rewrites of items.\n");
    open_project();
    take_view(0);
}

/* Where the first hit on PATH that holds TEXT's line is, or 99. */
static size_t place(const char *path, uint32_t line)
{
    for (size_t i = 0; i < hits.len; i++) {
        const struct ob_hit *h = &hits.items[i];
        if (strcmp(h->path, path) == 0 && h->first_line <= line && h->last_line >= line)
            return i;
    }
    return 99;
}

static void check_around(const char *question, enum ob_search_by by)
{
    search_bytes(question, strlen(question), by);
    CHECK(place("src/money.c", 3) < 3);
    CHECK(place("src/stock.c", 5) < 3);
    CHECK(place("tests/test_order.c", 6) < 6);
    CHECK(place("docs/주문.md", 3) < 6);
    CHECK(place("src/main.c", 6) < hits.len);
    CHECK_INT(place("src/order.c", 6), 99);
    ob_hits_release(&hits);
}

TEST(selected_function_brings_what_it_uses_and_who_speaks_of_it)
{
    open_shop();
    at_hand = (struct ob_search_context){.path = "src/order.c",
                                         .text = selected,
                                         .text_len = sizeof selected - 1,
                                         .first_line = 4,
                                         .last_line = 10};
    check_around("", OB_BY_AUTO);
    check_around("", OB_BY_PASSAGE);
    check_around("explain this", OB_BY_AUTO);
    check_around("이 코드를 설명해 줘", OB_BY_PASSAGE);
    check_around("이 함수는 무엇을 하나요?", OB_BY_AUTO);
    search("");
    done();
    close_all();
}

TEST(question_of_its_own_about_a_selection_goes_first)
{
    open_shop();
    at_hand = (struct ob_search_context){.path = "src/order.c",
                                         .text = selected,
                                         .text_len = sizeof selected - 1,
                                         .first_line = 4,
                                         .last_line = 10};
    search("배송은 며칠 걸리나요");
    CHECK_STR(first_path(), "docs/주문.md");
    CHECK(hits.items[0].first_line >= 4);
    done();
    close_all();
}

TEST(whole_file_at_hand_is_left_out)
{
    open_shop();
    at_hand = (struct ob_search_context){.path = "src/order.c",
                                         .text = selected,
                                         .text_len = sizeof selected - 1,
                                         .first_line = 0,
                                         .last_line = 0};
    search("");
    CHECK(hits.len > 3);
    for (size_t i = 0; i < hits.len; i++)
        CHECK(strcmp(hits.items[i].path, "src/order.c") != 0);
    done();
    close_all();
}

TEST(paragraph_at_hand_finds_the_code_it_names)
{
    static const char note[] = "주문이 끝나면 `settle_order`가 금액을 정한다.\n";
    open_shop();
    at_hand = (struct ob_search_context){.path = "docs/주문.md",
                                         .text = note,
                                         .text_len = sizeof note - 1,
                                         .first_line = 3,
                                         .last_line = 3};
    search("");
    CHECK_STR(first_path(), "src/order.c");
    CHECK_STR(hits.items[0].symbol, "settle_order");
    for (size_t i = 0; i < hits.len; i++)
        CHECK(strcmp(hits.items[i].path, "docs/주문.md") != 0 || hits.items[i].first_line > 3);
    done();
    close_all();
}

TEST(any_bytes_can_be_at_hand)
{
    static const char *const texts[] = {"",   " \n", "\xff\xfe\xea\xb8", "}\n", "\xf0\x9f\x98\x80",
                                        "the"};
    open_shop();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        at_hand = (struct ob_search_context){.path = NULL,
                                             .text = texts[i],
                                             .text_len = strlen(texts[i]),
                                             .first_line = 0,
                                             .last_line = 0};
        search("");
        CHECK(hits.coverage_01 >= 0 && hits.coverage_01 <= 1);
        ob_hits_release(&hits);
    }
    search("");
    done();
    close_all();
}

/* That the first hits are the places, each "path:line". */
static void check_places(const char *question, const char *const *places)
{
    for (int by = OB_BY_AUTO; by <= OB_BY_PASSAGE; by++) {
        search_bytes(question, strlen(question), (enum ob_search_by)by);
        for (size_t i = 0; places[i]; i++) {
            char got[300] = "nothing";
            if (hits.len > i)
                snprintf(got, sizeof got, "%s:%u", hits.items[i].path, hits.items[i].snippet_line);
            CHECK_STR(got, places[i]);
        }
        ob_hits_release(&hits);
    }
}

TEST(places_of_a_trace_at_hand_are_shown)
{
    static const char trace[] = "Traceback (most recent call last):\n"
                                "  File \"/srv/shop/src/main.c\", line 6, in main\n"
                                "  File \"/srv/shop/src/order.c\", line 5, in settle_order\n"
                                "  File \"/usr/lib/round.c\", line 9, in round\n"
                                "ValueError: 재고\n";
    static const char *const places[] = {"src/order.c:5", "src/main.c:6", NULL};
    static const char *const asked_first[] = {"src/stock.c:7", "src/order.c:5", "src/main.c:6",
                                              NULL};
    open_shop();
    at_hand.text = trace;
    at_hand.text_len = sizeof trace - 1;
    check_places("why", places);
    check_places("이 오류는 왜 나나요", places);
    check_places("", places);
    check_places("and src/stock.c:7?", asked_first);
    at_hand.path = "build.log"; /* read as what it is */
    check_places("why", places);
    at_hand.path = "src/notes.md"; /* a text about places asks for none of them */
    search("why");
    CHECK(!hits.len || strcmp(hits.items[0].path, "src/order.c") != 0 ||
          hits.items[0].snippet_line != 5);
    at_hand = (struct ob_search_context){0};
    done();
    close_all();
}

TEST_MAIN(CASE(places_of_a_trace_at_hand_are_shown),
          CASE(selected_function_brings_what_it_uses_and_who_speaks_of_it),
          CASE(question_of_its_own_about_a_selection_goes_first),
          CASE(whole_file_at_hand_is_left_out), CASE(paragraph_at_hand_finds_the_code_it_names),
          CASE(any_bytes_can_be_at_hand))
