/* What programs print when they fail is answered with the places of the project, as tests/traces says. */
#include "ask.h"

enum { MAX_CASES = 256, MAX_PLACES = 8 };

struct trace {
    char *name, *folder;
    struct {
        char *path;
        uint32_t line;
    } places[MAX_PLACES];
    size_t n_places;
};

static struct trace traces[MAX_CASES];
static size_t n_traces;

/* ------------------------------------------------------------ the table */
static char *cut(char **rest, const char *ends)
{
    char *field = *rest + strspn(*rest, ends), *end = field + strcspn(field, ends);
    *rest = end + (*end != '\0');
    *end = '\0';
    return field;
}

static void read_line(char *line)
{
    struct trace *t = &traces[n_traces++];
    CHECK(n_traces <= MAX_CASES);
    t->name = strdup(cut(&line, "\t\n"));
    t->folder = strdup(cut(&line, "\t\n"));
    char *places = cut(&line, "\t\n");
    while (*places) {
        char *place = cut(&places, " "), *colon = strrchr(place, ':');
        CHECK(colon != NULL && t->n_places < MAX_PLACES);
        *colon = '\0';
        t->places[t->n_places].path = strdup(place);
        t->places[t->n_places++].line = (uint32_t)strtoul(colon + 1, NULL, 10);
    }
}

static void read_traces(void)
{
    char line[2048];
    FILE *f = fopen("tests/traces/cases.tsv", "r");
    CHECK(f != NULL);
    while (fgets(line, sizeof line, f))
        if (line[0] != '#')
            read_line(line);
    fclose(f);
    CHECK(n_traces > 50);
}

static void forget_traces(void)
{
    for (size_t i = 0; i < n_traces; i++) {
        for (size_t k = 0; k < traces[i].n_places; k++)
            free(traces[i].places[k].path);
        free(traces[i].name);
        free(traces[i].folder);
    }
    n_traces = 0;
}

/* ------------------------------------------------------------ asking */
/* Whether hit AT is the place; BELOW goes before its path. */
static bool is_place(const struct trace *t, size_t at, const char *below)
{
    char path[300];
    if (hits.len <= at)
        return false;
    const struct ob_hit *h = &hits.items[at];
    uint32_t line = t->places[at].line;
    snprintf(path, sizeof path, "%s%s%s", below, *below ? "/" : "", t->places[at].path);
    return strcmp(h->path, path) == 0 && h->pinned &&
           (!line || (h->snippet_line == line && h->first_line <= line && h->last_line >= line));
}

static char *read_log(const char *name, size_t *len)
{
    static char text[128 * 1024];
    char path[300];
    snprintf(path, sizeof path, "tests/traces/logs/%s.txt", name);
    FILE *f = fopen(path, "r");
    if (!f)
        test_fail(__FILE__, __LINE__, "cannot open %s", path);
    *len = fread(text, 1, sizeof text, f);
    CHECK(*len > 0 && *len < sizeof text);
    fclose(f);
    return text;
}

static void check_trace(const struct trace *t, const char *below)
{
    size_t len;
    char *text = read_log(t->name, &len);
    for (int by = OB_BY_AUTO; by <= OB_BY_PASSAGE; by++) {
        search_bytes(text, len, (enum ob_search_by)by);
        for (size_t i = 0; i < t->n_places; i++)
            if (!is_place(t, i, below))
                test_fail(__FILE__, __LINE__, "%s below \"%s\", by %d: hit %zu is %s:%u", t->name,
                          below, by, i, hits.len > i ? hits.items[i].path : "nothing",
                          hits.len > i ? hits.items[i].snippet_line : 0);
        CHECK(hits.coverage_01 > 0.25); /* less is no answer */
        ob_hits_release(&hits);
    }
}

static void open_shop(const char *folder)
{
    char path[300];
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    snprintf(path, sizeof path, "tests/traces/shop/%s", folder);
    char *root = realpath(path, NULL);
    CHECK(root != NULL);
    open_with(root, &o);
    free(root);
    wait_fresh(0);
    take_view(0);
}

static void close_shop(void)
{
    done();
    close_all();
}

TEST(traces_show_their_frames_among_the_files_of_many_languages)
{
    read_traces();
    open_shop("");
    for (size_t i = 0; i < n_traces; i++)
        check_trace(&traces[i], traces[i].folder);
    close_shop();
    forget_traces();
}

TEST(traces_show_their_frames_in_a_project_of_their_own)
{
    read_traces();
    for (size_t i = 0; i < n_traces; i++) {
        open_shop(traces[i].folder);
        do
            check_trace(&traces[i], "");
        while (i + 1 < n_traces && strcmp(traces[i].folder, traces[i + 1].folder) == 0 && ++i);
        close_shop();
    }
    forget_traces();
}

/* ------------------------------------------------------------ names */
static const char nfd[] =
    "src/\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xaf\xe1\x84\x8b\xe1\x85\xb5\xe1\x86\xab.mjs";

static void check_first(const char *question, const char *path, uint32_t line)
{
    search(question);
    if (!hits.len || strcmp(hits.items[0].path, path) != 0 || hits.items[0].snippet_line != line)
        test_fail(__FILE__, __LINE__, "%s: shows %s:%u", question,
                  hits.len ? hits.items[0].path : "nothing",
                  hits.len ? hits.items[0].snippet_line : 0);
    ob_hits_release(&hits);
}

TEST(frames_in_files_with_decomposed_names_are_found)
{
    size_t len;
    char *text = read_log("node_esm", &len);
    save(nfd, "// 할인을 계산합니다.\nexport function discount(price) {\n  if (price > 100) {\n"
              "    throw new RangeError('할인 한도');\n  }\n  return price / 2;\n}\n");
    save("src/other.mjs", "export function discounts() {\n  throw new RangeError('x');\n}\n");
    open_project();
    take_view(0);
    text[len] = '\0';
    check_first(text, nfd, 4);
    check_first("RangeError: 한도\n    at discount (src/할인.mjs:4:11)\n", nfd, 4);
    check_first("src/할인.mjs의 4번째 줄이 왜 실패하나요", nfd, 4);
    close_shop();
}

TEST(paths_with_blanks_and_brackets_are_found)
{
    save("my shop/pay.py", "def charge():\n    return 1 / 0\n");
    save("pay.py", "def refund():\n    return 2\n");
    save("app/[id]/page.tsx", "export function Page() {\n  return order.id;\n}\n");
    save("app/page.tsx", "export function Home() {\n  return shop.name;\n}\n");
    save("docs/환불 규정.md", "# 환불\n\n사흘 안에 됩니다.\n");
    save("docs/cafe\xcc\x81.md", "# Caf\u00e9\n\nOpen at nine.\n");
    save("docs/배송 규정.md", "# 배송\n\n이틀 걸립니다.\n");
    open_project();
    take_view(0);
    check_first(
        "Traceback (most recent call last):\n  File \"/home/kim/my shop/pay.py\", line 2, in "
        "charge\nZeroDivisionError: division by zero\n",
        "my shop/pay.py", 2);
    check_first("TypeError: x\n    at Page (webpack-internal:///./app/[id]/page.tsx:2:16)\n",
                "app/[id]/page.tsx", 2);
    check_first("TypeError: x\n    at Home (app/page.tsx:2:16)\n", "app/page.tsx", 2);
    check_first("docs/환불 규정.md:3", "docs/환불 규정.md", 3);
    check_first("docs/caf\u00e9.md:3", "docs/cafe\xcc\x81.md", 3);
    check_first("환불 규정.md 3행", "docs/환불 규정.md", 3);
    close_shop();
}

TEST(file_is_told_from_others_of_its_name)
{
    save("shop/main.c",
         "int charge(void)\n{\n    return 1;\n}\n\nint sum(void)\n{\n    return 2;\n}\n");
    save("bank/main.c",
         "int audit(void)\n{\n    return 3;\n}\n\nint post(void)\n{\n    return 4;\n}\n");
    save("java/com/acme/Main.java", "package com.acme;\nclass Main {\n    void run() {}\n}\n");
    save("java/org/bank/Main.java", "package org.bank;\nclass Main {\n    void run() {}\n}\n");
    open_project();
    take_view(0);
    check_first("==1== Invalid read\n==1==    at 0x1: post (main.c:8)\n", "bank/main.c", 8);
    check_first("==1== Invalid read\n==1==    at 0x1: sum (main.c:8)\n", "shop/main.c", 8);
    check_first("E: x\n\tat org.bank.Main.run(Main.java:3)\n", "java/org/bank/Main.java", 3);
    check_first("E: x\n\tat com.acme.Main.run(Main.java:3)\n", "java/com/acme/Main.java", 3);
    check_first("FAIL\nC:\\SHOP\\Main.C(3): error C2065: 'x'\n", "shop/main.c", 3);
    char far[6000] = "==1== x\n==1==    at 0x1: post (";
    size_t n = strlen(far);
    memset(far + n, '.', sizeof far - n);
    snprintf(far + sizeof far - 20, 20, " sum (main.c:8)\n");
    check_first(far, "shop/main.c", 8); /* not every file's names are looked for in all of a line */
    close_shop();
}

/* ------------------------------------------------------------ diffs */
TEST(diff_is_answered_whether_it_is_asked_at_hand_or_of_a_file_not_named)
{
    static const char diff[] =
        "--- a/src/pay.c\n+++ b/src/pay.c\n@@ -90,3 +90,3 @@\n int refund(int n)\n {\n"
        "-    return charge(n);\n+    return charge(-n); /* 환불 */\n";
    char question[400];
    save("src/pay.c", "int fee(int n)\n{\n    return n / 100;\n}\n\nint refund(int n)\n{\n"
                      "    return charge(-n); /* 환불 */\n}\n");
    save("src/main.c", "int main(void)\n{\n    return refund(3) + charge(4);\n}\n");
    open_project();
    take_view(0);
    check_first(diff, "src/pay.c", 8);
    check_first(strchr(diff, '@'), "src/pay.c", 8); /* without its header */
    snprintf(question, sizeof question, "왜 이렇게 바꿨나요?\n%s", diff);
    check_first(question, "src/pay.c", 8);
    check_first(
        "<<<<<<< HEAD\n    return charge(-n); /* 환불 */\n=======\n    return 0;\n>>>>>>> fix\n",
        "src/pay.c", 8);
    at_hand = (struct ob_search_context){.text = diff, .text_len = sizeof diff - 1};
    check_first("what does this change?", "src/pay.c", 8);
    at_hand = (struct ob_search_context){0};
    close_shop();
}

/* ------------------------------------------------------------ ways to write a place */
static void check_all(const char *const *questions, const char *path, uint32_t line)
{
    for (; *questions; questions++)
        check_first(*questions, path, line);
}

/* Lines of tools that do not run here are written as their makers' documentation has them. */
TEST(places_are_told_in_many_ways)
{
    static const char *const english[] = {
        "src/pay.c:12:5",
        "src/pay.c(12,5)",
        "src/pay.c#L12",
        "src/pay.c#L12-L14",
        "src/pay.c L12",
        "\"src/pay.c\", line 12",
        "src/pay.c, line 12",
        "line 12, src/pay.c",
        "vim +12 src/pay.c",
        "+12 src/pay.c",
        "src/pay.c +12",
        "src/pay.c|12 col 5 error| 'totall' undeclared",
        "src/pay.c|12| refund",
        "src/pay.c (12,5)-(12,9) typecheck error x",
        "vscode://file/home/kim/shop/src/pay.c:12:5",
        "::error file=src/pay.c,line=12,col=5::bad",
        "##[error]src/pay.c(12,5): error TS1: bad",
        "https://github.com/acme/shop/blob/main/src/pay.c#L12-L14",
        "https://github.com/acme/shop/blob/main/src/pay.c#L12C3-L14C5",
        "https://github.com/acme/shop/blob/fix/fees/src/pay.c#L12",
        "https://gitlab.com/acme/shop/-/blob/main/src/pay.c?ref_type=heads#L12",
        "https://bitbucket.org/acme/shop/src/main/src/pay.c#lines-12",
        NULL};
    static const char *const korean[] = {
        "src/pay.c:12에서 터집니다",
        "src/pay.c의 12행",
        "src/pay.c의 12번째 줄",
        "pay.c 12번째 줄",
        "src/pay.c 파일의 12 번째 행",
        "src/pay.c, 12번째 줄",
        "src/pay.c (12행)",
        "src/pay.c 12~14행",
        "src/pay.c 줄 12",
        "파일 \"C:\\work\\shop\\src\\pay.c\", 줄 12",
        "pay.c(12): error C2065: 'foo': 선언되지 않은 식별자입니다.",
        "1>C:\\work\\shop\\src\\main.c(2): warning C4013: 'charge'이(가) 정의되지 않았습니다.\n"
        "1>C:\\work\\shop\\src\\pay.c(12,5): error C2065: 'foo': 선언되지 않은 식별자입니다.\n",
        "처리되지 않은 예외: System.ArgumentException: 음수\n"
        "   위치: Shop.Pay.Refund(Int32 n) 파일 C:\\work\\shop\\src\\pay.c:줄 12\n"
        "   위치: Shop.Program.Main() 파일 C:\\work\\shop\\src\\main.c:줄 2\n",
        NULL};
    static const char *const decomposed[] = {"src/결제.c:3에서 오류", "src/결제.c의 3번째 줄",
                                             "결제.c 3행", "src/결제.c:줄 3", NULL};
    save("src/pay.c",
         "int fee(int n)\n{\n    return n / 100;\n}\n\nint charge(int n)\n{\n    return n;\n"
         "}\n\nint refund(int n)\n{   return charge(-n);\n\n}\n");
    save("src/main.c", "int main(void)\n{   return refund(3);\n}\n");
    save("src/\xe1\x84\x80\xe1\x85\xa7\xe1\x86\xaf\xe1\x84\x8c\xe1\x85\xa6.c",
         "int a(void)\n{\n    return 1;\n}\n");
    open_project();
    take_view(0);
    check_all(english, "src/pay.c", 12);
    check_all(korean, "src/pay.c", 12);
    check_all(decomposed, "src/\xe1\x84\x80\xe1\x85\xa7\xe1\x86\xaf\xe1\x84\x8c\xe1\x85\xa6.c", 3);
    close_shop();
}

/* ------------------------------------------------------------ repetition */
/* That of the first N hits none is shown twice, and each file at most MOST times. */
static void check_apart(size_t n, size_t most)
{
    CHECK(hits.len >= n);
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        for (size_t k = 0; k < n; k++) {
            const struct ob_hit *a = &hits.items[i], *b = &hits.items[k];
            bool one = strcmp(a->path, b->path) == 0;
            same += one;
            CHECK(i == k || !one || a->first_line != b->first_line);
        }
        CHECK(same <= most);
    }
}

/* A file of FUNCTIONS functions of four lines. */
static void save_functions(const char *name, unsigned functions)
{
    struct ob_buf b;
    ob_buf_init(&b, 1 << 20);
    for (unsigned i = 0; i < functions; i++)
        ob_buf_appendf(&b, "int %.3s_%u(int n)\n{\n    return n + %u;\n}\n", strrchr(name, '/') + 1,
                       i, i);
    save(name, ob_buf_str(&b));
    ob_buf_release(&b);
}

TEST(frames_of_a_recursion_are_shown_once)
{
    struct ob_buf b;
    ob_buf_init(&b, 1 << 20);
    save_functions("src/walk.c", 6);
    save_functions("src/main.c", 3);
    open_project();
    take_view(0);
    ob_buf_appendf(&b, "Program received signal SIGSEGV, Segmentation fault.\n");
    for (unsigned i = 0; i < 1000; i++)
        ob_buf_appendf(&b, "#%u  0x000055555%07x in wal_%u (n=%u) at ../src/walk.c:%u\n", i,
                       i * 7919, i % 5, i, i % 5 * 4 + 3);
    ob_buf_appendf(&b, "#1000  0x0000555555555184 in mai_2 (n=1) at ../src/main.c:11\n");
    search_bytes(ob_buf_str(&b), b.len, OB_BY_AUTO);
    CHECK_STR(first_path(), "src/walk.c");
    CHECK_INT(hits.items[0].snippet_line, 3);
    CHECK_STR(hits.items[3].path, "src/main.c"); /* before the fourth place of the other */
    CHECK_INT(hits.items[3].snippet_line, 11);
    check_apart(4, 3);
    ob_buf_release(&b);
    close_shop();
}

TEST(error_behind_many_warnings_is_first)
{
    struct ob_buf b;
    ob_buf_init(&b, 1 << 20);
    save_functions("src/walk.c", 600);
    save_functions("src/main.c", 3);
    save_functions("src/cart.c", 3);
    open_project();
    take_view(0);
    for (unsigned i = 0; i < 500; i++)
        ob_buf_appendf(&b, "src/walk.c:%u:5: warning: unused variable 'n' [-Wunused]\n", i * 4 + 3);
    for (unsigned i = 0; i < 500; i++)
        ob_buf_appendf(&b, "src/cart.c:3:5: warning: unused variable 'n' [-Wunused]\n");
    ob_buf_appendf(&b, "src/main.c:7:5: error: 'm' undeclared\nmake: *** [x] Error 1\n");
    search_bytes(ob_buf_str(&b), b.len, OB_BY_AUTO);
    CHECK_STR(first_path(), "src/main.c");
    CHECK_INT(hits.items[0].snippet_line, 7);
    CHECK_STR(hits.items[4].path, "src/cart.c");
    check_apart(5, 3);
    ob_buf_release(&b);
    close_shop();
}

/* ------------------------------------------------------------ coverage */
static double covered(const char *question)
{
    search(question);
    double coverage_01 = hits.coverage_01;
    ob_hits_release(&hits);
    return coverage_01;
}

TEST(stamps_addresses_and_hashes_do_not_lower_the_coverage)
{
    static const char *const plain[] = {"charge refused: negative amount",
                                        "환불 규정 위반: 사흘 초과"};
    static const char *const noise[] = {"0x7ffee3b1c2a8",
                                        "request 550e8400-e29b-41d4-a716-446655440000",
                                        "2026-01-05T10:11:12.123Z", "at 3a6aeb3f0c", "[10:11:12]"};
    char question[200];
    save("pay.c", "int charge(int n)\n{\n    return refused(\"negative amount\", request);\n}\n");
    save("docs/rules.md", "# 환불 규정\n\n사흘 초과는 규정 위반입니다. request\n");
    open_project();
    take_view(0);
    for (size_t i = 0; i < 2; i++) {
        double without = covered(plain[i]);
        CHECK(without > 0.9);
        for (size_t k = 0; k < sizeof noise / sizeof *noise; k++) {
            snprintf(question, sizeof question, "%s %s", plain[i], noise[k]);
            double with = covered(question);
            if (with < without - 0.03)
                test_fail(__FILE__, __LINE__, "%s: %.3f, not %.3f", question, with, without);
        }
    }
    CHECK(covered("negative kubernetes ingress") < 0.6); /* other words do */
    close_shop();
}

TEST(hash_that_a_note_has_is_found)
{
    save("log.md", "# Releases\n\nThe bug came with 3a6aeb3f0c in May.\n");
    save("other.md", "# Notes\n\nNothing of that in May.\n");
    open_project();
    take_view(0);
    check_first("what came with 3a6aeb3f0c", "log.md", 3);
    check_first("3a6aeb3f0c", "log.md", 3);
    close_shop();
}

TEST_MAIN(CASE(traces_show_their_frames_among_the_files_of_many_languages),
          CASE(traces_show_their_frames_in_a_project_of_their_own),
          CASE(frames_in_files_with_decomposed_names_are_found),
          CASE(paths_with_blanks_and_brackets_are_found),
          CASE(file_is_told_from_others_of_its_name),
          CASE(diff_is_answered_whether_it_is_asked_at_hand_or_of_a_file_not_named),
          CASE(places_are_told_in_many_ways), CASE(frames_of_a_recursion_are_shown_once),
          CASE(error_behind_many_warnings_is_first),
          CASE(stamps_addresses_and_hashes_do_not_lower_the_coverage),
          CASE(hash_that_a_note_has_is_found))
