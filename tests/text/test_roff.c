#include <string.h>

#include "openbook/base/error.h"
#include "openbook/base/mem.h"
#include "openbook/text/roff.h"

#include "test.h"

static const char *plain(const char *text)
{
    static struct ob_buf out;
    ob_buf_release(&out);
    ob_buf_init(&out, 1 << 16);
    CHECK_INT(ob_roff_text(&out, text, strlen(text)), 0);
    return ob_buf_str(&out);
}

TEST(escapes_go_and_words_stay_whole)
{
    CHECK_STR(plain("\\fBgit\\-commit\\fR [\\f[B]\\-s\\fP]"), "git-commit [-s]");
    CHECK_STR(plain("2\\&.39 \\s-1DOS\\s0 \\s+2x\\s(12y \\(aqa\\(aq \\[em]b \\*(Aqc \\*[x]d"),
              "2.39 DOS xy  a   b  c  d");
    CHECK_STR(plain("\\fI한글\\fR 문서\\ 를 a\\eb\\\\c"), "한글 문서 를 a\\b\\c");
    CHECK_STR(plain(".SH \"SEE ALSO\"\n.\\\" note\n.B x"), ".SH \"SEE ALSO\"\n.\\\" note\n.B x");
}

TEST(lines_stay_as_many_where_escapes_are_cut)
{
    CHECK_STR(plain("a\\\nb\\f\nc\\(\nd\\[x\ne\\s\nf\\"), "a\nb\nc \nd \ne\nf");
    CHECK_STR(plain("\\한\\f한"),
              "한\x95\x9C"); /* a font's name is one byte: malformed text is borne */
}

TEST(any_prefix_is_survived_and_the_ceiling_kept)
{
    static const char text[] = "\\f[B\\*(A\\(a\\[\\s-\\n[x]\\\\\\";
    for (size_t len = 0; len < sizeof text; len++) {
        char *exact = ob_alloc(len ? len : 1);
        struct ob_buf out;
        memcpy(exact, text, len);
        ob_buf_init(&out, 1 << 10);
        CHECK_INT(ob_roff_text(&out, exact, len), 0);
        CHECK(out.len <= len);
        ob_buf_release(&out);
        ob_free(exact);
    }
    struct ob_buf small;
    ob_buf_init(&small, 2);
    CHECK_INT(ob_roff_text(&small, "abc", 3), OB_ETOOBIG);
    ob_buf_release(&small);
}

TEST_MAIN(CASE(escapes_go_and_words_stay_whole), CASE(lines_stay_as_many_where_escapes_are_cut),
          CASE(any_prefix_is_survived_and_the_ceiling_kept))
