/* Notes that know of each other: front matter, aliases, tags, links. */
#include "ask.h"

/* Words that no question has, so that a note is not a page of its front matter alone. */
static const char page[] =
    "---\ntitle: Hallasan\naliases: [hl7q, 백두대간길]\ntags: [infra/cluster]\n"
    "layout: post\n---\n\nPods are started on nodes.\n\n## 배포\n\n"
    "이름과 날짜를 적는다.\n";

TEST(front_matter_is_not_shown_unless_it_matches)
{
    save("a.md", page);
    save("b.md", "# Other\n\nNothing of this.\n");
    open_all();
    search("which nodes are pods started on");
    CHECK_STR(first_path(), "a.md");
    CHECK_INT(hits.items[0].first_line, 8);
    done();
    take_view(0);
    search("layout post");
    CHECK(hits.len > 0);
    CHECK_INT(hits.items[0].first_line, 1);
    CHECK_INT(hits.items[0].snippet_line, 5);
    close_view();
}

TEST(a_title_in_front_matter_heads_the_trail_and_is_found)
{
    save("a.md", page);
    save("b.md", "# Other\n\n## 배포\n\n이름만 적는다.\n");
    open_all();
    search("hallasan 배포");
    CHECK_STR(first_path(), "a.md");
    bool section = false;
    for (size_t i = 0; i < hits.len; i++)
        section |= strcmp(hits.items[i].symbol, "Hallasan > 배포") == 0;
    CHECK(section);
    done();
    take_view(0);
    search("post hallasan"); /* words of front matter alone */
    CHECK_STR(first_path(), "a.md");
    CHECK_STR(hits.items[0].symbol, "Hallasan");
    close_view();
}

TEST(a_passage_that_links_by_one_name_is_found_by_the_others)
{
    static const char *const questions[] = {
        "Hallasan", "백두대간길에서는", /* with a particle */
        "\u1107\u1162\u11A8\u1103\u116E\u1103\u1162\u1100\u1161\u11AB\u1100\u1175\u11AF" /* NFD */,
        "HL7Q", "kube"};
    save("kube.md", page);
    save("meeting.md", "# Monday\n\nWe move the shop to [[hl7q]] in May.\n");
    save("filler.md", "# Tuesday\n\nWe move the desks in May.\n");
    open_project();
    wait_fresh(0);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        take_view(0);
        search(questions[i]);
        if (!hit_of("meeting.md") || !hit_of("kube.md") || hit_of("filler.md"))
            test_fail(__FILE__, __LINE__, "%s", questions[i]);
        done();
    }
    close_all();
}

TEST(a_title_stands_for_the_name_of_the_file_once_a_note_links_to_it)
{
    save("shop.md", "---\ntitle: Warehouse\n---\n\nShelves.\n");
    save("b.md", "# Warehouse\n\nA warehouse is cold.\n");
    open_all();
    search("shop");
    for (size_t i = 0; i < hits.len; i++)
        CHECK_STR(hits.items[i].path, "shop.md");
    done();
    save("c.md", "# Friday\n\nWe met at the [[shop]].\n"); /* links make them one */
    wait_fresh(0);
    take_view(0);
    search("warehouse");
    CHECK(hit_of("b.md") && hit_of("shop.md") && hit_of("c.md"));
    close_view();
}

TEST(a_man_page_is_found_by_words_in_any_font)
{
    save("man/hall.1", ".TH HALL 1\n.SH OPTIONS\n.TP\n\\fB\\-\\-color\\fR=\\fIwhen\\fR\n"
                       "Paints \\fI한글\\fR words.\n.SH FILES\nNone.\n");
    save("b.md", "# Other\n\nNothing of this.\n");
    open_all();
    search("color when");
    CHECK_STR(first_path(), "man/hall.1");
    CHECK_STR(hits.items[0].symbol, "HALL > OPTIONS");
    CHECK_INT(hits.items[0].snippet_line, 4);
    CHECK(hits.coverage_01 > 0.9);
    close_view();
}

/* Three pieces of one section, each ranked by itself and shown with the others. */
TEST(of_a_piece_shown_with_others_the_line_to_go_to_is_its_own)
{
    static const struct {
        const char *page, *question;
        uint32_t line;
    } cases[] = {
        {"# Stores\n\nRedux and MobX, and what Redux is good for, are told here.\n\n\n"
         "Redux is a container for the state of programs.\n\n\nMobX watches values.\n",
         "What is Redux?", 6},
        {"# 저장소\n\n리덕스와 몹엑스, 그리고 리덕스가 좋은 까닭을 여기에 적는다.\n\n\n"
         "리덕스는 상태를 담는 그릇이다.\n\n\n몹엑스는 값을 지켜본다.\n",
         "리덕스란 무엇인가요?", 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        save("a.md", cases[i].page);
        open_all();
        search(cases[i].question);
        CHECK_STR(first_path(), "a.md");
        CHECK_INT(hits.items[0].first_line, 1);
        CHECK_INT(hits.items[0].snippet_line, cases[i].line);
        done();
        /* The file changed since the snapshot: both are found again, further down. */
        take_view(0);
        char later[1000];
        snprintf(later, sizeof later, "# Before\n\nA line.\n\n%s", cases[i].page);
        save("a.md", later);
        search(cases[i].question);
        CHECK_INT(hits.len > 0 ? hits.items[0].snippet_line : 0, cases[i].line + 4);
        close_view();
    }
}

static double feature(const char *path, const char *name)
{
    const struct ob_hit *h = hit_of(path);
    return h ? value_of(h, name) : 0;
}

/* The two say the same by their parts. */
TEST(a_whole_word_counts_for_more_than_a_part_of_another)
{
    save("a.md", "The useState keeps a value for the tree.\n");
    save("z.md", "The old state keeps a value for the tree.\n");
    open_all();
    search("how is state kept");
    CHECK_STR(first_path(), "z.md");
    close_view();
}

/* The two say the same. */
TEST(a_history_comes_behind_an_explanation_unless_releases_are_asked_for)
{
    save("docs/CHANGELOG.md", "# Changes\n\nThe turbine starts by itself.\n");
    save("docs/guide.md", "# Guide\n\nThe turbine starts by itself.\n");
    open_all();
    search("how does the turbine start");
    CHECK(hits.len == 2);
    CHECK_STR(hits.items[0].path, "docs/guide.md");
    done();
    take_view(0);
    search("which release has the turbine start by itself");
    CHECK_STR(hits.items[0].path, "docs/CHANGELOG.md");
    close_view();
}

TEST(a_tag_that_is_asked_for_prefers_notes_that_have_it)
{
    save("a.md", "---\ntags: [업무/회의]\n---\n\n# A\n\n업무 이야기\n");
    save("b.md", "# B\n\n업무 이야기, 업무 이야기\n");
    open_all();
    explain("#업무 이야기", OB_BY_FILE);
    CHECK_INT(hits.len, 2); /* the section, and not again with front matter */
    CHECK_STR(first_path(), "a.md");
    CHECK(feature("a.md", "compq") == 1);
    CHECK(feature("b.md", "compq") == 0);
    close_view();
}

TEST(links_make_edges_between_notes_whatever_name_they_use)
{
    save("Notes/회의 기록.md", "---\naliases: mtg\n---\n\n# Minutes\n\nalpha beta\n");
    save("a.md", "# A\n\nalpha, see [[\u1112\u116C\u110B\u1174 \u1100\u1175\u1105\u1169\u11A8]]\n");
    save("b.md", "# B\n\nalpha, see [m](Notes/%ED%9A%8C%EC%9D%98%20%EA%B8%B0%EB%A1%9D.md#x)\n");
    save("c.md", "# C\n\nalpha, see [[mtg|it]]\n");
    save("d.md", "# D\n\nalpha, see [[minutes]]\n");
    save("e.md", "# E\n\nalpha, see [[elsewhere]]\n");
    open_all();
    explain("alpha", OB_BY_FILE);
    CHECK(feature("a.md", "imports") > 0);
    CHECK(feature("b.md", "imports") > 0);
    CHECK(feature("c.md", "imports") > 0);
    CHECK(feature("d.md", "imports") > 0);
    CHECK(feature("e.md", "imports") == 0);
    CHECK(feature("Notes/회의 기록.md", "importers") > 0);
    close_view();
}

TEST(ids_of_org_make_edges_to_the_note_that_holds_them)
{
    save("roam/회의.org", ":PROPERTIES:\n:ID: 550e8400-e29b-41d4-a716-446655440000\n:END:\n"
                          "#+title: Minutes\n\nalpha beta\n");
    save("roam/plan.org", "* Plans\n\n** Autumn\n:PROPERTIES:\n:ID:       AUTUMN-1\n:END:\n"
                          "alpha gamma\n");
    save("a.org", "* A\n\nalpha, see [[id:550E8400-E29B-41D4-A716-446655440000][그 회의]]\n");
    save("b.org", "* B\n\nalpha, see [[id:autumn-1]]\n");
    save("c.org", "* C\n\nalpha, see [[id:550e8400-e29b-41d4-a716-446655440001][x]]\n");
    save("d.org", "* D\n\nalpha, see [[AUTUMN-1]]\n"); /* an ID is no name */
    open_all();
    explain("alpha", OB_BY_FILE);
    CHECK(feature("a.org", "imports") > 0);
    CHECK(feature("b.org", "imports") > 0);
    CHECK(feature("c.org", "imports") == 0);
    CHECK(feature("d.org", "imports") == 0);
    CHECK(feature("roam/회의.org", "importers") > 0);
    CHECK(feature("roam/plan.org", "importers") > 0);
    close_view();
}

static void check_trail(const char *question, const char *path, const char *trail)
{
    search(question);
    CHECK_STR(first_path(), path);
    CHECK_STR(hits.items[0].symbol, trail);
    ob_hits_release(&hits);
}

TEST(trails_show_titles_without_markup)
{
    save("a.md",
         "# [가이드](guide/index.md) 모음\n\nx\n\n## `useEffect`는 [언제](https://react.dev/x) "
         "쓰나\n\nzebra lives here\n");
    save("b.org",
         "#+title: [[file:x.org][Second Brain]]\n\n* TODO [[id:12ab][장보기]] =list= :집:\n\n"
         "giraffe lives here\n");
    save("c.rst", "The :func:`open` **call**\n=========================\n\nokapi lives here\n");
    save("d.adoc", "== xref:a.adoc[안내] `run`\n\nlemur lives here\n");
    save("e.tex", "\\section{The \\texttt{fork\\_all} call\\label{sec:f}}\n\ntapir lives here\n");
    save("f.md", "# ![](x.png)\n\n# [](y)\n\nbadger lives here\n");
    open_all();
    check_trail("zebra", "a.md", "가이드 모음 > useEffect는 언제 쓰나");
    check_trail("giraffe", "b.org", "Second Brain > 장보기 list");
    check_trail("okapi", "c.rst", "The open call");
    check_trail("lemur", "d.adoc", "안내 run");
    check_trail("tapir", "e.tex", "The fork_all call");
    search("badger");
    CHECK_STR(first_path(), "f.md");
    close_view();
}

TEST_MAIN(CASE(of_a_piece_shown_with_others_the_line_to_go_to_is_its_own),
          CASE(a_history_comes_behind_an_explanation_unless_releases_are_asked_for),
          CASE(front_matter_is_not_shown_unless_it_matches),
          CASE(a_whole_word_counts_for_more_than_a_part_of_another),
          CASE(a_title_in_front_matter_heads_the_trail_and_is_found),
          CASE(a_passage_that_links_by_one_name_is_found_by_the_others),
          CASE(a_title_stands_for_the_name_of_the_file_once_a_note_links_to_it),
          CASE(of_a_piece_shown_with_others_the_line_to_go_to_is_its_own),
          CASE(a_man_page_is_found_by_words_in_any_font),
          CASE(a_tag_that_is_asked_for_prefers_notes_that_have_it),
          CASE(links_make_edges_between_notes_whatever_name_they_use),
          CASE(ids_of_org_make_edges_to_the_note_that_holds_them),
          CASE(trails_show_titles_without_markup))
