#include <string.h>

#include "openbook/base/error.h"
#include "openbook/base/mem.h"
#include "openbook/text/outline.h"

#include "outline_text.h"

TEST(lines_end_at_line_feeds_only)
{
    struct ob_outline o = scanned("a.c", "a\r\n\tb\rc\n\n  d");
    CHECK_INT(o.n_lines, 4);
    CHECK_INT(o.lines[0].end, 1); /* without the CR */
    CHECK_INT(o.lines[1].start, 3);
    CHECK_INT(o.lines[1].end, 7);
    CHECK_INT(o.lines[1].indent, 4);
    CHECK_INT(o.lines[2].indent, OB_INDENT_BLANK);
    CHECK_INT(o.lines[2].cls, OB_LINE_BLANK);
    CHECK_INT(o.lines[3].indent, 2);
    ob_outline_release(&o);
    o = scanned("a.md", "# a\r# b\r"); /* one line to Neovim, which shows ^M */
    CHECK_INT(o.n_lines, 1);
    ob_outline_release(&o);
    o = scanned("a.c", "");
    CHECK_INT(o.n_lines, 0);
    CHECK_INT(ob_outline_at(&o, 1), OB_NO_DEF);
    ob_outline_release(&o);
}

TEST(c_functions_types_and_macros_are_found)
{
    CHECK_STR(outline_of("a.c",
                         "#define LIMIT \\\n    3\n"
                         "struct node {\n    int x;\n};\n"
                         "typedef struct {\n    int y;\n} point;\n"
                         "static struct node *find(int a,\n                         int b)\n"
                         "{\n    if (a) {\n        return 0;\n    }\nout:\n    return 0;\n}\n"
                         "int declared(int);\n"
                         "typedef int (*handler)(int);\n"
                         "int\nmain(void)\n{\n}\n"),
              "D:LIMIT@1-2 T:node@3-5 T:point@8-8 F:find@9-17 T:handler@19-19 F:main@21-23");
    CHECK_STR(outline_of("a.c", "struct node;\nstruct node *n = x(1);\nCHECK(x);\n"), "");
    CHECK_STR(outline_of("a.c", "TEST(it_runs)\n{\n}\nTEST_F(Suite, 더한다) {\n}\n"),
              "F:it_runs@1-3 F:더한다@4-5");
}

TEST(cpp_methods_and_namespaces_are_found)
{
    CHECK_STR(outline_of("a.cpp",
                         "template <class T>\nclass EXPORT Box final : public Base {\n"
                         "  public:\n    Box(int a) : a_(a) {}\n"
                         "    int get() const { return a_; }\n    void later();\n};\n"
                         "int Box::size() const noexcept\n{\n}\nenum class Kind { A };\n"
                         "template <class T> using row = list<T>;\nusing namespace std;\n"),
              "T:Box@2-7 F:Box@4-4<Box F:get@5-5<Box F:size@8-10 T:Kind@11-11 T:row@12-12");
}

TEST(c_typedefs_of_every_shape_are_found)
{
    CHECK_STR(outline_of("a.c", "typedef void done(int);\ntypedef int (kind)(void);\n"
                                "typedef char (*name[3])(int (*)(int));\ntypedef int row[3];\n"
                                "typedef struct list {\n    int x;\n} list, *lists; /* a; b */\n"),
              "T:done@1-1 T:kind@2-2 T:name@3-3 T:row@4-4 T:list@5-7 T:lists@7-7");
}

TEST(a_header_is_read_as_cpp_when_it_looks_so)
{
    CHECK_STR(outline_of("a.h", "#pragma once\nnamespace a {\nclass B {\n public:\n"
                                "  int size() const { return 1; }\n};\n}\n"),
              "T:a@2-7 T:B@3-6<a F:size@5-5<B");
}

TEST(java_methods_and_fields_are_found)
{
    CHECK_STR(outline_of("a.cs", "class A {\n    public Task<T> Run<T>(int a) =>\n        x;\n"
                                 "    void B() {\n        new C(1) {\n        };\n    }\n}\n"),
              "T:A@1-8 F:Run@2-3<A F:B@4-7<A");
    CHECK_STR(outline_of("A.java", "package com.example;\n\npublic final class Store {\n"
                                   "    private static final int LIMIT = 3;\n"
                                   "    @Override public <T> T get(String k) throws IOException {\n"
                                   "        return run(() -> {\n        });\n    }\n"
                                   "    Store(int a) {\n    }\n    abstract void close();\n}\n"),
              "T:example@1-1 T:Store@3-12 V:LIMIT@4-4<Store F:get@5-8<Store F:Store@9-10<Store "
              "F:close@11-11<Store");
}

TEST(python_is_found_and_strings_hold_nothing)
{
    CHECK_STR(outline_of("a.py",
                         "LIMIT: int = 3\nTEXT = \"\"\"\ndef no(): pass\n\"\"\"\n"
                         "class A(B):\n    \"\"\"Doc.\n\ndef no2(): pass\n    \"\"\"\n"
                         "    async def run(self):\n        x == 1\n# note\n        return 1\n"
                         "\ndef match():\n    pass\n"),
              "V:LIMIT@1-1 V:TEXT@2-4 T:A@5-13 F:run@10-13<A F:match@15-16");
    CHECK_STR(
        classes_of("a.py", "# c\n\ndef f():\n    r\"\"\"Doc\n    more\n    \"\"\"\n    x = 1\n"),
        "cbdccco");
}

TEST(javascript_functions_are_found_in_every_shape)
{
    CHECK_STR(outline_of("a.ts", "export default async function load() {\n}\n"
                                 "const pick = async (a: number) => {\n};\nconst n = 3;\n"
                                 "exports.run = function () {\n};\nexport class Box<T> {\n"
                                 "  size(): number {\n    if (x) {\n    }\n  }\n"
                                 "  private handle = (e) => {\n  };\n}\n"
                                 "type Key = string;\ndescribe('x', () => {\n});\n"),
              "F:load@1-2 F:pick@3-4 V:n@5-5 F:run@6-7 T:Box@8-15 F:size@9-12<Box "
              "F:handle@13-14<Box T:Key@16-16");
}

TEST(each_language_has_its_keywords)
{
    CHECK_STR(outline_of("a.go", "func (s *Store) Get(k string) error {\n}\ntype Box struct {\n}\n"
                                 "const Limit = 3\n"),
              "F:Get@1-2 T:Box@3-4 V:Limit@5-5");
    CHECK_STR(outline_of("a.rs",
                         "pub(crate) const fn size() -> u8 {\n}\nimpl<T> Show for Box<T> {\n"
                         "    pub fn show(&self) {\n    }\n}\nmacro_rules! try_it {\n}\n"
                         "pub static LIMIT: u8 = 3;\n"),
              "F:size@1-2 T:Box@3-6 F:show@4-5<Box D:try_it@7-8 V:LIMIT@9-9");
    CHECK_STR(outline_of("a.zig", "pub const Box = struct {\n    pub fn get() void {\n    }\n};\n"),
              "T:Box@1-4 F:get@2-3<Box");
    CHECK_STR(
        outline_of("a.rb", "module A\n  class B < C\n    def self.run(x)\n    end\n  end\nend\n"),
        "T:A@1-6 T:B@2-5<A F:run@3-4<B");
    CHECK_STR(outline_of("a.php",
                         "<?php\nabstract class A {\n    public static function &make() {\n"
                         "    }\n    private ?int $size = 3;\n}\n"),
              "T:A@2-6 F:make@3-4<A V:$size@5-5<A");
    CHECK_STR(outline_of("a.lua",
                         "local M = {}\nfunction M.open(x)\nend\nlocal function own()\nend\n"
                         "M.close = function()\nend\n"),
              "V:M@1-1 F:open@2-3 F:own@4-5 F:close@6-7");
    CHECK_STR(outline_of("a.vim",
                         "function! s:run(x) abort\nendfunction\ncommand! -nargs=* Go call x\n"
                         "let g:limit = 3\n"),
              "F:run@1-2 F:Go@3-3 V:limit@4-4");
    CHECK_STR(outline_of("a.sh", "run() {\n  x\n}\nfunction go {\n}\nfoo-bar () {\n}\n"),
              "F:run@1-3 F:go@4-5 F:foo-bar@6-7");
    CHECK_STR(outline_of("a.hs",
                         "module Main where\ndata Box a = Box a\nrun :: Int -> Int\nrun x = x\n"
                         "instance Show Box where\n"),
              "T:Main@1-1 T:Box@2-2 F:run@3-4 T:Show@5-5");
    CHECK_STR(outline_of("a.ex", "defmodule A.Box do\n  @doc \"\"\"\n  def no\n  \"\"\"\n"
                                 "  def open(x) do\n  end\nend\n"),
              "T:Box@1-7 F:open@5-6<Box");
    CHECK_STR(outline_of("a.swift", "public final class Box {\n    class func make() {\n    }\n}\n"
                                    "extension Box: Show {\n}\n"),
              "T:Box@1-4 F:make@2-3<Box T:Box@5-6");
    CHECK_STR(outline_of("a.kt",
                         "data class Box(val x: Int)\nsuspend fun <T> String.run(): T {\n}\n"
                         "enum class Kind { A }\n"),
              "T:Box@1-1 F:run@2-3 T:Kind@4-4");
    CHECK_STR(outline_of("a.scala", "sealed trait A\ncase class B(x: Int)\nobject C {\n"
                                    "  implicit def run(x: Int) = x\n}\n"),
              "T:A@1-1 T:B@2-2 T:C@3-5 F:run@4-4<C");
    CHECK_STR(outline_of("a.jl", "struct Box\nend\nfunction run(x)\nend\n"), "T:Box@1-2 F:run@3-4");
}

TEST(korean_names_are_names)
{
    CHECK_STR(
        outline_of("a.py", "def 더하기(가, 나):\n    return 가 + 나\nclass 상자:\n    pass\n"),
        "F:더하기@1-2 T:상자@3-4");
    CHECK_STR(outline_of("A.kt", "fun <T> List<T>?.비었다(): Boolean = true\n"), "F:비었다@1-1");
    CHECK_STR(outline_of("A.kt", "fun `문서를 읽는다`() {\n}\n"), "F:문서를 읽는다@1-2");
}

TEST(comments_are_told_from_code)
{
    CHECK_STR(classes_of("a.c", "// x\n/* a\n * b\n */\nint f(void) /* open\n int g(void) {\n*/\n"
                                "{\n#if X\n}\nchar *s = \"/*\";\nint x;\n"),
              "ccccdccooooo");
    CHECK_STR(classes_of("a.lua", "-- x\n--[[ a\n b ]]\nx = 1\n"), "cccd");
    CHECK_STR(classes_of("a.hs", "{- a\n-}\n-- b\nx = 1\n"), "cccd");
    CHECK_STR(classes_of("a.rs", "#[test]\n/// doc\nfn f() {}\n"), "ocd");
    CHECK_STR(classes_of("a.yml", "# 설정\nkey: 값\n"), "co");
}

TEST(markdown_headings_and_their_sections)
{
    CHECK_STR(outline_of("a.md",
                         "---\ntitle: x\n# no\n---\n# 설치 방법 #\n\n```sh\n# no\n```\n"
                         "## With C#\n~~~~\n~~~\n# no\n~~~~\nTitle\n=====\n\nSub\n---\ntext\n"
                         "\n---\n- item\n---\n"),
              "H:x@2-24 H1:설치 방법@5-14<x H2:With C#@10-14<설치 방법 H1:Title@15-24<x "
              "H2:Sub@18-24<Title");
    CHECK_STR(outline_of("a.md", "#hashtag\n    # code\n<!-- a\n# no\n-->\n####### seven\n#\n"),
              "");
    CHECK_STR(classes_of("a.md", "x\n```c\n\n# y\n```\nz\n"), "offffo");
    CHECK_STR(classes_of("a.md", "---\na: b\n---\nT\n==\n\nx\n"), "cccddbo");
}

TEST(other_markups_have_headings_too)
{
    CHECK_STR(
        outline_of("a.rst", "=====\nTitle\n=====\n\nPart\n----\nx\n\n소개\n~~~~\n\nNext\n----\n"),
        "H1:Title@2-13 H2:Part@5-11<Title H3:소개@9-11<Part H2:Next@12-13<Title");
    CHECK_STR(outline_of("a.org", "* 할 일\n#+BEGIN_SRC c\n* no\n#+END_SRC\n** Deep\n*bold* x\n"),
              "H1:할 일@1-6 H2:Deep@5-6<할 일");
    CHECK_STR(outline_of("a.org", "* TODO [#A] 장보기 :집:오늘:\n** DONE x: y\n*** :a:\n"),
              "H1:장보기@1-3 H2:x: y@2-3<장보기 H3::a:@3-3<x: y");
    CHECK_STR(outline_of("a.adoc", "= Doc\n----\n== no\n----\n== Part\n"),
              "H1:Doc@1-5 H2:Part@5-5<Doc");
    CHECK_STR(outline_of("a.tex", "\\chapter{서론}\n\\section*{Aim}\n% \\section{no}\n"),
              "H2:서론@1-3 H3:Aim@2-3<서론");
    CHECK_STR(outline_of("notes.txt", "My title\n========\n\nx\n\nPart\n----\ny\n"),
              "H1:My title@1-8 H2:Part@6-8<My title");
    CHECK_STR(outline_of("README", "a | b\n--- ---\nlong line of text that is no title\n--\n"), "");
}

/* "name@first-line-end ..." */
static const char *units_of(const char *path, const char *text)
{
    static struct ob_buf out;
    ob_buf_release(&out);
    ob_buf_init(&out, 1 << 16);
    struct ob_outline o = scanned(path, text);
    for (size_t i = 0; i < o.n_defs; i++)
        CHECK_INT(ob_buf_appendf(&out, i ? " %.*s@%u-%u-%u" : "%.*s@%u-%u-%u",
                                 (int)o.defs[i].name_len, text + o.defs[i].name_start,
                                 o.defs[i].first_line_1based, o.defs[i].line_1based,
                                 o.defs[i].end_line_1based),
                  0);
    ob_outline_release(&o);
    return ob_buf_str(&out);
}

TEST(a_unit_begins_with_the_comment_and_the_decorators_above)
{
    CHECK_STR(units_of("a.c", "int x;\n\n/* Adds.\n * 더한다. */\nstatic int\nadd(int a)\n{\n}\n"
                              "// one\n// two\n#define A 1\n\n// apart\n\nint f(void)\n{\n}\n"),
              "add@3-6-8 A@9-11-11 f@15-15-17");
    CHECK_STR(units_of("a.py",
                       "# 서버를 연다\n@route(\n    '/x',\n)\n@cached\ndef open():\n"
                       "    pass\nclass A:\n    \"\"\"Doc.\"\"\"\n    def f():\n        pass\n"
                       "    # g\n    def g():\n        pass\n"),
              "open@1-6-7 A@8-8-14 f@10-10-11 g@12-13-14");
    CHECK_STR(units_of("A.java",
                       "/** 문서. */\n@Json(a = {\n    1\n})\n@Sealed\npublic class A {\n"
                       "    int x;\n    /** Runs. */\n    public void run() {\n    }\n}\n"),
              "A@1-6-11 run@8-9-10");
    CHECK_STR(units_of("a.rs", "use x;\n/// Doc.\n#[derive(\n    Debug,\n)]\npub struct A {\n}\n"),
              "A@2-6-7");
    CHECK_STR(units_of("a.cs", "class A {\n    /// <summary>합</summary>\n    [Fact]\n"
                               "    public void B() {\n    }\n}\n"),
              "A@1-1-6 B@2-4-5");
    CHECK_STR(units_of("a.ex",
                       "defmodule A do\n  @doc \"\"\"\n  연다\n  \"\"\"\n  @spec open(x) :: y\n"
                       "  def open(x) do\n  end\nend\n"),
              "A@1-1-8 open@2-6-7");
    CHECK_STR(units_of("a.rst", "x\n\n===\n소개\n===\ny\n"), "소개@3-4-6");
}

TEST(the_innermost_definition_holds_a_line)
{
    struct ob_outline o = scanned("a.py", "x\nclass A:\n    def f():\n        pass\n\n    y\nz\n");
    CHECK_INT(ob_outline_at(&o, 1), OB_NO_DEF);
    CHECK_INT(ob_outline_at(&o, 2), 0);
    CHECK_INT(ob_outline_at(&o, 4), 1);
    CHECK_INT(ob_outline_at(&o, 6), 0);
    CHECK_INT(ob_outline_at(&o, 7), OB_NO_DEF);
    CHECK_INT(ob_outline_at(&o, 99), OB_NO_DEF);
    ob_outline_release(&o);
}

TEST(text_of_no_known_kind_defines_nothing)
{
    CHECK_STR(outline_of("a.txt", "some text\n<\n-----\n\nmore\n"), ""); /* no title */
    CHECK_STR(outline_of("x.unknown", "type the function name\nclass struggle\n"), "");
    CHECK_STR(outline_of("x", "#!/bin/tool\nfunction run\n"), "F:run@2-2");
}

TEST(too_much_is_refused_and_failed_memory_reported)
{
    struct ob_outline o;
    const struct ob_lang *lang = ob_lang_of_path("a.py", 4);
    CHECK_INT(ob_outline_scan(&o, lang, "", (16 << 20) + 1), OB_ETOOBIG);
    CHECK(o.lines == NULL);
    for (long n = 1; n <= 2; n++) {
        ob_mem_fail_at(n);
        CHECK_INT(ob_outline_scan(&o, lang, "def f(): pass\n", 14), OB_ENOMEM);
        CHECK(o.lines == NULL && o.defs == NULL);
    }
    ob_mem_fail_at(0);
}

static const char *const hostile[] = {
    "(",         "((((",      "a b(",      "<<<<",       "{",       "}",
    "/*",        "\"\"\"",    "=",         "def f",      "class A", "typedef x",
    "template<", "fn ",       "\n",        "\n",         "\n    ",  " ",
    "\t",        "#define X", "impl<",     "한글",       "\xEA",    "---\n",
    "===\n",     "```\n",     "* ",        "\\section{", "#[",      "@a(",
    "pub(",      "extern \"", "function ", "const x =",  "=>",      ":",
    ";",         ")",         ">",         "\r",         "\\",      "static ",
    "!",         "-",         "[[",        "](",         "#a",      ":PROPERTIES:\n",
    "*a*",       ".SH ",      "제1장 ",    "1.2 A",      "`",       "..",
    "|",         "title: [",  "NAME\n",    "+++\n",      ":a:",     "<h1>"};
static const char *const paths[] = {
    "a.c",   "a.cpp",  "A.java", "a.go",  "a.rs",   "a.zig",   "a.py", "a.rb",    "a.php", "a.ts",
    "a.lua", "a.vim",  "a.sh",   "a.hs",  "a.ex",   "a.swift", "a.kt", "a.scala", "a.md",  "a.rst",
    "a.org", "a.adoc", "a.tex",  "a.txt", "a.json", "a.pl",    "x",    "a.1",     "a.wiki"};

static void check_sane(const struct ob_outline *o, size_t len)
{
    uint32_t last = 0;
    for (size_t i = 0; i < o->n_lines; i++)
        CHECK(o->lines[i].start <= o->lines[i].end && o->lines[i].end <= len);
    for (uint32_t i = 0; i < o->n_defs; i++) {
        const struct ob_def *d = &o->defs[i];
        CHECK(d->line_1based > last && d->line_1based <= d->end_line_1based);
        CHECK(d->end_line_1based <= o->n_lines && d->name_len > 0);
        CHECK(d->first_line_1based > last && d->first_line_1based <= d->line_1based);
        const struct ob_line *line = &o->lines[d->line_1based - 1];
        CHECK(line->cls == OB_LINE_DEFINITION);
        CHECK(d->name_start >= line->start && d->name_start + d->name_len <= line->end);
        CHECK(d->parent == OB_NO_DEF || d->parent < i);
        last = d->line_1based;
    }
    CHECK(o->front_lines <= o->n_lines);
    for (size_t i = 0; i < o->n_marks; i++) {
        const struct ob_mark *m = &o->marks[i];
        CHECK(m->len > 0 && m->line_1based >= 1 && m->line_1based <= o->n_lines);
        const struct ob_line *line = &o->lines[m->line_1based - 1];
        CHECK(m->start >= line->start && m->start + m->len <= line->end);
        CHECK(i == 0 || m[-1].start <= m->start);
    }
}

TEST(hostile_text_in_every_language_gives_a_sane_outline)
{
    uint64_t seed = 7;
    for (int round = 0; round < 4000; round++) {
        char text[512];
        size_t len = 0;
        while (len < 400) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            unsigned pick = (unsigned)(seed >> 40);
            if (round % 4 == 3) {
                text[len++] = (char)pick;
                continue;
            }
            const char *piece = hostile[pick % (sizeof hostile / sizeof *hostile)];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        char *exact = ob_alloc(len);
        memcpy(exact, text, len);
        const char *path = paths[(size_t)round % (sizeof paths / sizeof *paths)];
        struct ob_outline o;
        CHECK_INT(ob_outline_scan(&o, ob_lang_of_path(path, strlen(path)), exact, len), 0);
        check_sane(&o, len);
        ob_outline_release(&o);
        ob_free(exact);
    }
}

TEST(time_is_linear_in_hostile_text)
{
    enum { LEN = 4 << 20 };
    char *text = ob_alloc(LEN);
    for (size_t p = 0; p < sizeof paths / sizeof *paths; p += 3) {
        for (size_t i = 0; i < LEN; i++) /* one long line, then very many short ones */
            text[i] = i < LEN / 2 ? "a(/*"[i % 4] : "a b(\n"[i % 5];
        struct ob_outline o;
        CHECK_INT(ob_outline_scan(&o, ob_lang_of_path(paths[p], strlen(paths[p])), text, LEN), 0);
        ob_outline_release(&o);
    }
    ob_free(text);
}

TEST_MAIN(CASE(lines_end_at_line_feeds_only), CASE(c_functions_types_and_macros_are_found),
          CASE(cpp_methods_and_namespaces_are_found), CASE(c_typedefs_of_every_shape_are_found),
          CASE(a_header_is_read_as_cpp_when_it_looks_so), CASE(java_methods_and_fields_are_found),
          CASE(python_is_found_and_strings_hold_nothing),
          CASE(javascript_functions_are_found_in_every_shape), CASE(each_language_has_its_keywords),
          CASE(korean_names_are_names), CASE(comments_are_told_from_code),
          CASE(markdown_headings_and_their_sections), CASE(other_markups_have_headings_too),
          CASE(a_unit_begins_with_the_comment_and_the_decorators_above),
          CASE(the_innermost_definition_holds_a_line), CASE(text_of_no_known_kind_defines_nothing),
          CASE(too_much_is_refused_and_failed_memory_reported),
          CASE(hostile_text_in_every_language_gives_a_sane_outline),
          CASE(time_is_linear_in_hostile_text))
