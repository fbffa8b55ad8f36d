/* Odd questions find the sensible thing: paths, traces, logs, half a word, no word at all. */
#include "ask.h"

static void open_shop(void)
{
    save("src/pay.c", "/* Payments: a card is charged once. */\n#include \"cart.h\"\n\n"
                      "int count_coins(int n)\n{\n    return n * 2;\n}\n\n"
                      "int charge_card(int cents)\n{\n    if (cents < 0)\n"
                      "        return report_refusal(\"negative amount\");\n"
                      "    return count_coins(cents);\n}\n");
    save("src/cart.c", "/* What is bought. */\nint cart_total(int items)\n{\n"
                       "    return charge_card(items);\n}\n");
    save("src/cart.h", "int cart_total(int items);\n");
    save("src/snapshot.c", "/* A snapshot of the cart. */\nint take_snapshot(void)\n{\n"
                           "    return 0;\n}\n");
    save("lib/main.py", "import shop\n\n\ndef main():\n    shop.run()\n");
    save("docs/\xe1\x84\x89\xe1\x85\xa5\xe1\x86\xaf\xe1\x84\x8c\xe1\x85\xa5\xe1\x86\xbc.md",
         "# 설정\n\n색인 폴더를 정합니다.\n\n# 환불 규정\n\n환불은 사흘 안에 처리됩니다.\n");
    save("docs/guide.md", "# Guide\n\nSearch 검색 is described here. 검사도 합니다.\n\n"
                          "# 메모\n\n메모는 자주 씁니다.\n");
    open_project();
    take_view(0);
}

static void close_shop(void)
{
    done();
    close_all();
}

/* That hit AT shows the line, in every way of listing. */
static void check_hit(int line, const char *question, size_t at, const char *path, uint32_t wanted)
{
    for (int by = OB_BY_AUTO; by <= OB_BY_PASSAGE; by++) {
        search_bytes(question, strlen(question), (enum ob_search_by)by);
        if (hits.len <= at)
            test_fail(__FILE__, line, "%s: only %zu hits", question, hits.len);
        const struct ob_hit *h = &hits.items[at];
        test_check_str(__FILE__, line, question, h->path, path);
        if (wanted &&
            (h->first_line > wanted || h->last_line < wanted || h->snippet_line != wanted))
            test_fail(__FILE__, line, "%s: shows %u-%u at %u", question, h->first_line,
                      h->last_line, h->snippet_line);
        ob_hits_release(&hits);
    }
}
#define HIT(question, at, path, wanted) check_hit(__LINE__, question, at, path, wanted)

TEST(path_is_shown_first_with_its_line)
{
    char absolute[700];
    open_shop();
    HIT("src/pay.c:12", 0, "src/pay.c", 12);
    HIT("src/pay.c", 0, "src/pay.c", 0);
    search("what src/pay.c says of a cart");
    for (size_t i = 0; i < hits.len; i++)
        CHECK(hits.items[i].pinned == (i == 0));
    ob_hits_release(&hits);
    HIT("pay.c(6)", 0, "src/pay.c", 6);
    HIT("./src/cart.h", 0, "src/cart.h", 0);
    HIT("src\\cart.c(4,12): error", 0, "src/cart.c", 4);
    HIT("왜 src/pay.c:12에서 실패하나요", 0, "src/pay.c", 12);
    snprintf(absolute, sizeof absolute, "%s/lib/main.py:5", ob_shelf_root(shelf));
    HIT(absolute, 0, "lib/main.py", 5);
    HIT("/builds/ci/shop/src/cart.c:2", 0, "src/cart.c", 2);
    close_shop();
}

TEST(decomposed_path_is_found_by_its_composed_name)
{
    static const char path[] =
        "docs/\xe1\x84\x89\xe1\x85\xa5\xe1\x86\xaf\xe1\x84\x8c\xe1\x85\xa5\xe1\x86\xbc.md";
    open_shop();
    HIT("docs/설정.md:7", 0, path, 7);
    HIT("docs/설정.md를 보여줘", 0, path, 0);
    HIT(path, 0, path, 0);
    close_shop();
}

TEST(trace_shows_its_frames_in_order_and_then_the_words)
{
    open_shop();
    static const char gdb[] = "Program received signal SIGSEGV.\n"
                              "#0  __libc_free (p=0x1) at ./malloc/malloc.c:3368\n"
                              "#1  0x0005 in charge_card (cents=3) at /w/shop/src/pay.c:13\n"
                              "#2  0x0006 in cart_total (items=1) at /w/shop/src/cart.c:4\n"
                              "#3  0x0007 in count_coins (n=1) at /w/shop/src/pay.c:6\n";
    HIT(gdb, 0, "src/pay.c", 13);
    HIT(gdb, 1, "src/cart.c", 4);
    HIT(gdb, 2, "src/pay.c", 6);
    static const char python[] = "Traceback (most recent call last):\n"
                                 "  File \"/usr/lib/python3/runpy.py\", line 86, in run\n"
                                 "  File \"/srv/shop/lib/main.py\", line 5, in main\n"
                                 "ValueError: 환불 규정\n";
    HIT(python, 0, "lib/main.py", 5);
    bool word = false;
    search(python);
    for (size_t i = 0; i < hits.len; i++)
        word |= strstr(hits.items[i].snippet, "환불") != NULL;
    CHECK(word);
    close_shop();
}

/* ------------------------------------------------------------ long and broken questions */
TEST(pasted_log_is_answered_fast_and_always_alike)
{
    struct ob_buf b;
    ob_buf_init(&b, 1 << 20);
    open_shop();
    for (unsigned i = 0; b.len < 100 * 1024; i++)
        ob_buf_appendf(&b, "2026-01-02T10:%02u:%02u node%u INFO requestId%x 처리%u done in %u ms\n",
                       i / 60 % 60, i % 60, i, i * 7919, i, i % 977);
    ob_buf_appendf(&b, "cannot charge_card: negative amount, 환불 규정\n");
    search_bytes(ob_buf_str(&b), b.len, OB_BY_AUTO);
    CHECK(hits.len > 0);
    bool code = false, note = false;
    for (size_t i = 0; i < hits.len; i++) {
        code |= strcmp(hits.items[i].path, "src/pay.c") == 0;
        note |= strstr(hits.items[i].snippet, "환불") != NULL;
    }
    CHECK(code && note);
    CHECK(hits.coverage_01 > 0.1); /* stamps do not count */
    struct ob_hits first = hits;
    search_bytes(ob_buf_str(&b), b.len, OB_BY_AUTO);
    CHECK_INT(hits.len, first.len);
    for (size_t i = 0; i < hits.len; i++) {
        CHECK_STR(hits.items[i].path, first.items[i].path);
        CHECK(hits.items[i].score == first.items[i].score);
    }
    ob_hits_release(&first);
    ob_buf_release(&b);
    close_shop();
}

TEST(questions_of_no_words_find_nothing_and_break_nothing)
{
    static const char *const questions[] = {
        "",        " \t\n ", "\xf0\x9f\x98\x80", "\x01\x02\x1b[0m", "\"", "\xff\xfe", "\xea\xb8",
        "((((*+?", "ㅋㅋ",   "🎉🙂",         "\u200b",          "ㅅ", "쀍"};
    open_shop();
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        for (int by = OB_BY_AUTO; by <= OB_BY_PASSAGE; by++) {
            search_bytes(questions[i], strlen(questions[i]), (enum ob_search_by)by);
            CHECK_INT(hits.len, 0);
            CHECK(hits.coverage_01 == 0);
            CHECK_STR(hits.nearest, "");
            ob_hits_release(&hits);
        }
    }
    search_bytes("charge\0card", 11, OB_BY_AUTO);
    CHECK_STR(first_path(), "src/pay.c");
    ob_hits_release(&hits);
    search("\xff charge\xfe card\xea\xb8");
    CHECK_STR(first_path(), "src/pay.c");
    ob_hits_release(&hits);
    static char word[5000];
    memset(word, 'q', sizeof word - 1);
    search(word);
    CHECK_INT(hits.len, 0);
    close_shop();
}

TEST(only_stop_words_are_still_asked)
{
    open_shop();
    search("what is this");
    CHECK(hits.len > 0); /* "What is bought." */
    CHECK_STR(first_path(), "src/cart.c");
    ob_hits_release(&hits);
    search("무엇인가요");
    CHECK_INT(hits.len, 0);
    CHECK(hits.coverage_01 == 0);
    close_shop();
}

TEST(complete_part_of_a_word_being_typed_is_searched)
{
    static const char *const questions[] = {"메모ㄹ", "검ㅅ", "검", "\"검색\"", "메모를"};
    open_shop();
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        search(questions[i]);
        if (!hits.len)
            test_fail(__FILE__, __LINE__, "%s finds nothing", questions[i]);
        CHECK_STR(first_path(), "docs/guide.md");
        CHECK(hits.coverage_01 > 0.5);
        ob_hits_release(&hits);
    }
    search("메모");
    close_shop();
}

TEST(identifiers_of_a_pattern_are_searched)
{
    static const char *const questions[] = {"charge.*card\\(", "\\bcharge_card\\b",
                                            "^int charge_card", "charge_card\\s*\\(int",
                                            "(charge|credit)_card\\("};
    open_shop();
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        search(questions[i]);
        if (!hits.len || strcmp(hits.items[0].path, "src/pay.c") != 0)
            test_fail(__FILE__, __LINE__, "%s finds %s", questions[i],
                      hits.len ? hits.items[0].path : "nothing");
        ob_hits_release(&hits);
    }
    static const char *const korean[] = {"환불.*규정", "^# 환불", "환불\\s+규정$",
                                         "(환불|반품) ?규정"};
    for (size_t i = 0; i < sizeof korean / sizeof *korean; i++) {
        search(korean[i]);
        if (!hits.len || !strstr(hits.items[0].snippet, "환불"))
            test_fail(__FILE__, __LINE__, "%s finds %s", korean[i],
                      hits.len ? hits.items[0].snippet : "nothing");
        ob_hits_release(&hits);
    }
    search("foo.*bar\\(");
    CHECK_INT(hits.len, 0);
    close_shop();
}

TEST(error_message_goes_to_its_line)
{
    open_shop();
    HIT("src/pay.c:12:16: error: implicit declaration of function 'report_refusal'", 0, "src/pay.c",
        12);
    HIT("src/pay.c:12:16: 오류: 'report_refusal' 함수가 암묵적으로 선언됨", 0, "src/pay.c", 12);
    HIT("ERROR in pay.c line 12: negative amount", 0, "src/pay.c", 12);
    HIT("pay.c 12번째 줄에서 오류가 납니다", 0, "src/pay.c", 12);
    static const char two[] = "src/pay.c:6 gives a warning, src/cart.c:4 an error";
    HIT(two, 0, "src/pay.c", 6); /* who words a question has an order of his own */
    HIT(two, 1, "src/cart.c", 4);
    HIT("docs/설정.md 7행이 무슨 뜻인가요", 0,
        "docs/\xe1\x84\x89\xe1\x85\xa5\xe1\x86\xaf\xe1\x84\x8c\xe1\x85\xa5\xe1\x86\xbc.md", 7);
    search("src/pay.c:12:16: error: 'kubernetes' undeclared");
    CHECK_STR(first_path(), "src/pay.c");
    CHECK_INT(hits.items[0].snippet_line, 12);
    close_shop();
}

TEST(nearest_names_are_told_when_nothing_is_found)
{
    static const char *const cases[][2] = {
        {"snaphsot", "src/snapshot.c"},
        {"snaphsot", "take_snapshot"},
        {"chargecrad", "charge_card"},
        {"환뷸", "환불 규정"},
        {"설졍", "설정"},
        {"메머", "메모"},
        {"src/snaphsot.c:12", "src/snapshot.c"},
        {"src/snaphsot.c:12:3: error: 'q' undeclared", "src/snapshot.c"},
        {"docs/설졍.md:7", "설정"},
        {"snaphsot.*(", "take_snapshot"},
        {"Traceback (most recent call last):\n"
         "  File \"/usr/lib/python3/runpy.py\", line 86, in _exec\n"
         "  File \"/usr/lib/python3/runpy.py\", line 96, in _exec\n"
         "ValueError: snaphsot 0x7ffee3b1c2a8\n",
         "take_snapshot"},
        {"실행 오류:\n\tat x (/usr/lib/x.js:3:1)\n환뷸\n", "환불 규정"}};
    open_shop();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        search(cases[i][0]);
        if (hits.len || !strstr(hits.nearest, cases[i][1]))
            test_fail(__FILE__, __LINE__, "%s: %zu hits, nearest <%s>", cases[i][0], hits.len,
                      hits.nearest);
        CHECK(hits.coverage_01 == 0);
        ob_hits_release(&hits);
    }
    search("zzqx");
    CHECK_STR(hits.nearest, "");
    close_shop();
}

TEST(mistyped_identifier_finds_the_definition_that_was_meant)
{
    open_shop();
    HIT("charge_crad", 0, "src/pay.c", 0);
    search("take_snaphsot");
    CHECK_STR(hits.items[0].symbol, "take_snapshot");
    ob_hits_release(&hits);
    search("cart_totla");
    CHECK_STR(hits.items[0].symbol, "cart_total");
    CHECK_STR(first_path(), "src/cart.c");
    close_shop();
}

TEST(coverage_tells_how_much_of_the_question_is_held)
{
    open_shop();
    search("charge_card negative amount");
    CHECK(hits.coverage_01 > 0.95 && hits.coverage_01 <= 1);
    ob_hits_release(&hits);
    search("src/pay.c:12");
    CHECK(hits.coverage_01 > 0.95);
    ob_hits_release(&hits);
    search("환불 규정");
    CHECK(hits.coverage_01 > 0.95);
    ob_hits_release(&hits);
    search("negative kubernetes ingress helm chart");
    CHECK(hits.coverage_01 > 0 && hits.coverage_01 < 0.5);
    close_shop();
}

TEST_MAIN(CASE(pasted_log_is_answered_fast_and_always_alike),
          CASE(questions_of_no_words_find_nothing_and_break_nothing),
          CASE(only_stop_words_are_still_asked),
          CASE(complete_part_of_a_word_being_typed_is_searched),
          CASE(identifiers_of_a_pattern_are_searched), CASE(error_message_goes_to_its_line),
          CASE(nearest_names_are_told_when_nothing_is_found),
          CASE(mistyped_identifier_finds_the_definition_that_was_meant),
          CASE(coverage_tells_how_much_of_the_question_is_held),
          CASE(path_is_shown_first_with_its_line),
          CASE(decomposed_path_is_found_by_its_composed_name),
          CASE(trace_shows_its_frames_in_order_and_then_the_words))
