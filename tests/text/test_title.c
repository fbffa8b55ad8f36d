/* Titles without their markup, markup by markup, in English and Korean. */
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/text/title.h"

#include "../chance.h"
#include "test.h"

static void check(int line, const char *path, const char *title, const char *want)
{
    char got[OB_TITLE_MAX + 1];
    bool shown[OB_TITLE_MAX];
    size_t len = strlen(title);
    size_t n = ob_title_plain(got, shown, ob_lang_of_path(path, strlen(path)), title, len);
    got[n] = '\0';
    test_check_str(__FILE__, line, title, got, want);
}
#define PLAIN(path, title, want) check(__LINE__, path, title, want)
#define SAME(path, title) check(__LINE__, path, title, title)

TEST(links_of_markdown_show_their_words)
{
    PLAIN("a.md", "[Foo](url)", "Foo");
    PLAIN("a.md", "[설치 안내](guide/%EC%84%A4.md \"제목\") 읽기", "설치 안내 읽기");
    PLAIN("a.md", "[a](b(1)) or [c][d]", "a or c");
    PLAIN("a.md", "![로고](x.png) 시작", "로고 시작");
    PLAIN("a.md", "[![badge](x.svg)](https://x.org) Status", "badge Status");
    PLAIN("a.md", "See [[회의 기록|그 회의]] and [[Page#Part]]", "See 그 회의 and Page#Part");
    PLAIN("a.md", "Notes[^1] <https://x.org>", "Notes https://x.org");
    PLAIN("a.md", "<a name=\"x\"></a>B <br/> <kbd>Ctrl</kbd>", "B Ctrl");
    SAME("a.md", "Array [index] and x[0](");
    SAME("a.md", "Vec<T> and a < b > c");
    SAME("a.md", "[x");
    SAME("a.md", "[](x)");
    SAME("a.md", "![](x.png)");
}

TEST(code_and_emphasis_of_markdown_lose_their_signs)
{
    PLAIN("a.md", "`useEffect(fn, [])`는 언제", "useEffect(fn, [])는 언제");
    PLAIN("a.md", "``a`b`` and `*x*`", "a`b and *x*");
    PLAIN("a.md", "The **fast** and *slow* __way__ _out_", "The fast and slow way out");
    PLAIN("a.md", "**굵게**는 ~~지움~~", "굵게는 지움");
    PLAIN("a.md", "[`map`](x.md) \\*not\\*", "map *not*");
    PLAIN("a.md", "***all***", "all");
    SAME("a.md", "snake_case_name and 2 * 3 * 4");
    SAME("a.md", "`open");
    SAME("a.md", "* * *");
}

TEST(links_of_org_show_their_words)
{
    PLAIN("a.org", "장보기 [[file:list.org][목록]]", "장보기 목록");
    PLAIN("a.org", "[[id:12ab-34][The Note]] and [[Page]]", "The Note and Page");
    PLAIN("a.org", "Use =code[0]= and ~x/y~ *now* /soon/", "Use code[0] and x/y now soon");
    PLAIN("a.org", "Read[fn:1] on", "Read on");
    SAME("a.org", "a/b/c and x_y_z and 1 = 2 = 3");
    SAME("a.org", "[[open][x");
    SAME("a.org", "[2/3] done");
}

TEST(other_markups_lose_theirs)
{
    PLAIN("a.rst", "The :func:`open` of `io <io.html>`_", "The open of io");
    PLAIN("a.rst", ":doc:`설치 <guide/install>` ``x`` **y**", "설치 x y");
    PLAIN("a.adoc", "xref:guide.adoc#x[안내] and https://x.org[site]", "안내 and site");
    PLAIN("a.adoc", "[[anchor]]Title with `code` <<sec,Section 2>>", "Title with code Section 2");
    PLAIN("a.tex", "The \\texttt{foo\\_bar} \\emph{\xec\x9e\xa5}\\label{sec:x} \\& more",
          "The foo_bar \xec\x9e\xa5 & more");
    PLAIN("a.tex", "A\\footnote{long {nested}} B", "A B");
    SAME("a.txt", "1. [x](y) `z`");
    SAME("a.md", "");
}

TEST(any_title_is_survived)
{
    static const char *const paths[] = {"a.md", "a.org", "a.rst", "a.adoc", "a.tex", "a.txt"};
    static const char *const pieces[] = {
        "[",  "]",  "(",  ")",  "`",  "``",   "*",    "**", "_",     "<",      ">", "[[",
        "]]", "][", "|",  "!",  "\\", "{",    "}",    ":",  "xref:", "=",      "~", "a",
        "가", " ",  "<<", ">>", "\t", "\xff", "[fn:", "<a", "://",   "\\label"};
    for (unsigned round = 0; round < 20000; round++) {
        char text[4096], *out, *exact;
        size_t len = 0;
        chance_begin(round);
        for (unsigned n = any(round % 100 ? 30 : 700); n; n--) {
            const char *piece = PICK(pieces);
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        exact = ob_alloc(len); /* a byte too far is seen */
        out = ob_alloc(len);
        memcpy(exact, text, len);
        const char *path = PICK(paths);
        size_t n = ob_title_plain(out, NULL, ob_lang_of_path(path, strlen(path)), exact, len);
        CHECK(n <= len);
        ob_free(exact);
        ob_free(out);
    }
}

TEST_MAIN(CASE(links_of_markdown_show_their_words),
          CASE(code_and_emphasis_of_markdown_lose_their_signs), CASE(links_of_org_show_their_words),
          CASE(other_markups_lose_theirs), CASE(any_title_is_survived))
