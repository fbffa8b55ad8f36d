/* Notes: titles, headings, names, tags and links, markup by markup. */
#include "outline_text.h"

/* "N:alias A:label T:tag L:link I:ID" with "@line" behind each. */
static const char *marks_of(const char *path, const char *text)
{
    static struct ob_buf out;
    ob_buf_release(&out);
    ob_buf_init(&out, 1 << 16);
    struct ob_outline o = scanned(path, text);
    for (size_t i = 0; i < o.n_marks; i++)
        CHECK_INT(ob_buf_appendf(&out, i ? " %c:%.*s@%u" : "%c:%.*s@%u", "NATLI"[o.marks[i].kind],
                                 (int)o.marks[i].len, text + o.marks[i].start,
                                 o.marks[i].line_1based),
                  0);
    ob_outline_release(&o);
    return ob_buf_str(&out);
}

static uint32_t front_of(const char *path, const char *text)
{
    struct ob_outline o = scanned(path, text);
    uint32_t lines = o.front_lines;
    ob_outline_release(&o);
    return lines;
}

TEST(front_matter_gives_title_aliases_and_tags)
{
    const char *yaml = "---\ntitle: \"회의 기록\"\naliases: [minutes, '주간, 회의']\ntags:\n"
                       "  - work/team\n  - \"#기록\"\ndate: 2026-03-05\n---\n\n# 결정\n";
    CHECK_STR(outline_of("a.md", yaml), "H:회의 기록@2-10 H1:결정@10-10<회의 기록");
    CHECK_STR(marks_of("a.md", yaml), "N:minutes@3 N:주간, 회의@3 T:work/team@5 T:기록@6");
    CHECK_STR(classes_of("a.md", yaml), "cdccccccbd");
    CHECK_INT(front_of("a.md", yaml), 9);
    const char *toml =
        "+++\ntitle = 'Notes'\n[taxonomies]\ntags = [\"a\",\n  \"나\"]\nx = 1\n+++\ny\n";
    CHECK_STR(outline_of("a.md", toml), "H:Notes@2-8");
    CHECK_STR(marks_of("a.md", toml), "T:a@4 T:나@5");
    CHECK_STR(marks_of("a.md", "---\nTags: one two, 셋\nalias: x y, z\n---\n"),
              "T:one@2 T:two@2 T:셋@2 N:x y@3 N:z@3");
    CHECK_STR(marks_of("a.md", "---\nmenu:\n  title: no\n  tags: no\ntitle:\ntags: []\n---\n"), "");
    CHECK_STR(outline_of("a.md", "---\ntitle: open\n\n# A\n"), "H1:A@4-4"); /* never closed */
}

TEST(a_first_heading_that_repeats_the_title_stands_for_it)
{
    CHECK_STR(outline_of("a.md", "---\ntitle: 지도\n---\n# 지도\n## x\n"),
              "H1:지도@4-5 H2:x@5-5<지도");
    CHECK_STR(outline_of("a.md", "---\ntitle: 지도\n---\n## 지도\n"),
              "H:지도@2-4 H2:지도@4-4<지도");
}

TEST(markdown_titles_lose_anchors_and_html_headings_count)
{
    CHECK_STR(outline_of("a.md", "## 설치 {#install}\n# Set {a}\n### x {/*y-z*/} \n"),
              "H2:설치@1-1 H1:Set {a}@2-3 H3:x@3-3<Set {a}");
    CHECK_STR(outline_of("a.md", "# **굵게**\n## [Guide](a/b.md)\n## ![](x.png) 1. 그림\n"
                                 "## [a](b) or [c](d)\n## ****\n## ![x](y)\n"),
              "H1:굵게@1-6 H2:Guide@2-2<굵게 H2:1. 그림@3-3<굵게 H2:[a](b) or [c](d)@4-5<굵게 "
              "H2:![x](y)@6-6<굵게");
    CHECK_STR(outline_of("a.md", "<h1 align=\"center\">제목</h1>\n<h2><a name=\"x\"></a>B</h2>\n"
                                 "<hr>\n<header>no</header>\n<h3></h3>\n"),
              "H1:제목@1-5 H2:B@2-5<제목");
}

TEST(an_item_and_a_tag_of_html_are_no_titles_above_a_rule)
{
    CHECK_STR(outline_of("a.md", "4. 질문\n---\n\n- x\n===\n\n</Note>\n---\n\n2026 계획\n---\n"),
              "H2:2026 계획@10-11");
}

TEST(links_and_tags_stand_in_the_text_but_not_in_code)
{
    CHECK_STR(marks_of("a.md",
                       "See [[회의 기록|그 회의]] and [[Page#Part]], ![[pic.png]].\n"
                       "#태그 #area/sub (#x-y) a#b #12 # no ## [t](sub/my%20page.md#x \"t\")\n"
                       "`[[no]] #no` ``#no`` [w](https://x.org/a.md) [i](#here) [[#here]]\n"
                       "```\n[[no]] #no\n```\n# [[Head]] #done\n"),
              "L:회의 기록@1 L:Page@1 L:pic.png@1 T:태그@2 T:area/sub@2 T:x-y@2 "
              "L:sub/my%20page.md@2 L:Head@7 T:done@7");
    CHECK_STR(marks_of("a.md", "#include <x> [[ [[a]b]] [[c\n#c# #ㄱ\n"), "T:include@1 T:ㄱ@2");
    CHECK_STR(marks_of("a.rst", ":doc:`설치 <guide/install>` and :doc:`faq`\n"),
              "L:guide/install@1 L:faq@1");
    CHECK_STR(marks_of("a.adoc", "xref:guide.adoc#x[안내]\n\ninclude::part.adoc[]\n"),
              "L:guide.adoc@1 L:part.adoc@3");
    CHECK_STR(marks_of("a.tex", "\\input{chap/one} \\include{두번째}\n"),
              "L:chap/one@1 L:두번째@1");
}

TEST(org_has_a_title_tags_links_and_drawers)
{
    const char *text =
        ":PROPERTIES:\n:ID: 12ab\n:ROAM_ALIASES: \"두 번째 뇌\" zk\n:END:\n"
        "#+title: 메모 상자\n#+filetags: :work:기록:\n\nfirst\n"
        "* HOLD [#B] 장보기 [[file:list.org][목록]] :집:\n:LOGBOOK:\nCLOCK: [x]\n:END:\n"
        "[[https://x.org][w]] [[*장보기]] [[id:12ab][i]]\n";
    CHECK_STR(outline_of("a.org", text),
              "H:메모 상자@5-13 H1:장보기 [[file:list.org][목록]]@9-13<메모 상자");
    CHECK_STR(marks_of("a.org", text),
              "I:12ab@2 N:두 번째 뇌@3 N:zk@3 T:work@6 T:기록@6 L:list.org@9 T:집@9 L:id:12ab@13");
    CHECK_STR(classes_of("a.org", text), "mmmmdcbodmmmo");
    CHECK_INT(front_of("a.org", text), 7);
    CHECK_STR(classes_of("a.org", ":PROPERTIES:\n:a: b\ntext\n* x\n"), "mmod"); /* not closed */
    CHECK_STR(outline_of("a.norg", "* 하나\n** Two\n"), "H1:하나@1-2 H2:Two@2-2<하나");
}

TEST(plain_text_has_headings_by_numbers_capitals_and_rules)
{
    CHECK_STR(outline_of("a.txt", "OVERVIEW\n\ntext\n\n1. Setup\n\n1.1 Linux\ntext\n\n"
                                  "2. 설정 방법\n\nx\n"),
              "H1:OVERVIEW@1-12 H2:1. Setup@5-9<OVERVIEW H3:1.1 Linux@7-9<1. Setup "
              "H2:2. 설정 방법@10-12<OVERVIEW");
    CHECK_STR(outline_of("a.txt", "1) First\n\ntext\n\n1. item\n2. item\n\n3. Do this now.\n\n"
                                  "2026. 3. 5 회의\n\n10 Apples\n\n"),
              "H1:1) First@1-13");
    CHECK_STR(outline_of("a.txt", "제1장 총칙\n\n제1조(목적) 이 규정은 정한다.\n제2조(정의) 뜻\n\n"
                                  "제 2 장 근무\n\n제3조에 따라\n"),
              "H1:제1장 총칙@1-5 H2:제1조(목적)@3-3<제1장 총칙 H2:제2조(정의)@4-5<제1장 총칙 "
              "H1:제 2 장 근무@6-8");
    CHECK_STR(outline_of("a.txt", "Chapter 1\n\nx\n\nCHAPTER II: War\n\nAppendix A\n\n"
                                  "Part of it\n\nSection 3 says so.\n\n"),
              "H1:Chapter 1@1-4 H1:CHAPTER II: War@5-12 H2:Appendix A@7-12<CHAPTER II: War");
    CHECK_STR(outline_of("LICENSE", "THE SOFTWARE IS PROVIDED\nAS IS, WITHOUT WARRANTY\n"
                                    "OF ANY KIND.\n\nUSA\n\nNO WARRANTY\n\ntext\n"),
              "H1:NO WARRANTY@7-9");
    CHECK_STR(outline_of("a.wiki", "= 대문 =\n== Part ==\nx = y\n"),
              "H1:대문@1-3 H2:Part@2-3<대문");
}

TEST(help_pages_of_vim_have_sections_entries_and_labels)
{
    const char *text = "*x.txt*\tAbout x\n\n==============================\n"
                       "시작 하기\t\t*x-start* *x-s*\n\ntext\n\t\t\t*:X* *:Xx*\n\t\t\t*:Xy*\n"
                       ":X {a}\tDoes. >lua\n    f(*a*)\n<\tmore\nHeading ~\n"
                       "------------------------------\nSub\t*x-sub*\n    Args: ~\n vim:ft=help:\n";
    CHECK_STR(outline_of("doc/x.txt", text), "H:x.txt@1-16 H1:시작 하기@4-16<x.txt "
                                             "H3::X@7-12<시작 하기 H4:Heading@12-12<:X "
                                             "H2:Sub@14-16<시작 하기");
    CHECK_STR(marks_of("doc/x.txt", text), "A:x-start@4 A:x-s@4 A::X@7 A::Xx@7 A::Xy@8 A:x-sub@14");
    CHECK_STR(classes_of("doc/x.txt", text), "dbddbodoofodddoo");
    CHECK_STR(outline_of("usr.txt", "*usr.txt* Nvim\n====================\n*1.2*\tFirst\n\nx\n"),
              "H:usr.txt@1-5 H1:First@3-5<usr.txt");
    CHECK_STR(outline_of("a.txt", "*bold* words\n\nx\n"), "");
}

TEST(man_pages_have_a_title_sections_and_comments)
{
    CHECK_STR(outline_of("git.1", ".\\\" c\n.TH \"GIT\" \"1\"\n.SH \"NAME\"\ngit \\- x\n.SS 하위\n"
                                  ".B x\n.SH\nSEE ALSO\n.SHx y\n"),
              "H:GIT@2-9 H1:NAME@3-6<GIT H2:하위@5-6<NAME H1:SEE ALSO@8-9<GIT");
    CHECK_STR(outline_of("ls.1p", ".Dd x\n.Dt LS 1\n.Sh OPTIONS\n.Ss -a flag\n"),
              "H:LS@2-4 H1:OPTIONS@3-4<LS H2:-a flag@4-4<OPTIONS");
    CHECK_INT(front_of("a.3", ".\\\" c\n'\\\" c\n.TH A 3\n.SH NAME\n"), 3);
}

TEST(rest_has_entries_and_directives_are_text)
{
    CHECK_STR(outline_of("a.rst", "모듈\n====\n\n.. py:function:: open(path)\n\n   Opens.\n\n"
                                  ".. class:: Box\n\n   .. method:: get()\n\nNext\n----\n"),
              "H1:모듈@1-13 H30:open(path)@4-7<모듈 H30:Box@8-11<모듈 H33:get()@10-11<Box "
              "H2:Next@12-13<모듈");
    CHECK_STR(classes_of("a.rst", ".. note:: x\n.. _label:\n.. gone\n.. |a| image:: b\n..\n"),
              "occoc");
}

TEST(asciidoc_knows_both_forms_of_headings_and_attributes)
{
    CHECK_STR(outline_of("a.adoc", "= 문서\n:toc:\n:keywords: a b, 다\n\n== Part\n\nOld\n---\n\n"
                                   "text\n-----------------\n= no\n-----------------\n"),
              "H1:문서@1-13 H2:Part@5-6<문서 H2:Old@7-13<문서");
    CHECK_STR(marks_of("a.adoc", ":keywords: a b, 다\n"), "T:a b@1 T:다@1");
    CHECK_STR(classes_of("a.adoc", "= T\n:toc:\n[source,c]\nx :y: z\n// c\n"), "dccoc");
}

TEST(latex_titles_nest_braces_and_listings_hold_none)
{
    CHECK_STR(outline_of("a.tex", "\\title{논문}\n\\section[s]{The \\texttt{a} way}\n"
                                  "\\begin{verbatim}\n\\section{no}\n% x\n\\end{verbatim}\n"
                                  "\\begin{frame}{장면}\n\\subparagraph{p}\n"),
              "H:논문@1-8 H3:The \\texttt{a} way@2-8<논문 H5:장면@7-8<The \\texttt{a} way "
              "H7:p@8-8<장면");
    CHECK_STR(classes_of("a.tex", "\\begin{verbatim}\n% x\n\\end{verbatim}\n% y\n"), "fffc");
}

TEST_MAIN(CASE(front_matter_gives_title_aliases_and_tags),
          CASE(a_first_heading_that_repeats_the_title_stands_for_it),
          CASE(markdown_titles_lose_anchors_and_html_headings_count),
          CASE(an_item_and_a_tag_of_html_are_no_titles_above_a_rule),
          CASE(links_and_tags_stand_in_the_text_but_not_in_code),
          CASE(org_has_a_title_tags_links_and_drawers),
          CASE(plain_text_has_headings_by_numbers_capitals_and_rules),
          CASE(help_pages_of_vim_have_sections_entries_and_labels),
          CASE(man_pages_have_a_title_sections_and_comments),
          CASE(rest_has_entries_and_directives_are_text),
          CASE(asciidoc_knows_both_forms_of_headings_and_attributes),
          CASE(latex_titles_nest_braces_and_listings_hold_none))
