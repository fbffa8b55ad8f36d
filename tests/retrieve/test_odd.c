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

TEST_MAIN(CASE(path_is_shown_first_with_its_line),
          CASE(decomposed_path_is_found_by_its_composed_name),
          CASE(trace_shows_its_frames_in_order_and_then_the_words))
