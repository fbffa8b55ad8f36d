#include <string.h>

#include "openbook/text/lang.h"

#include "test.h"

static const struct ob_lang *lang(const char *path)
{
    return ob_lang_of_path(path, strlen(path));
}

TEST(languages_are_told_by_extension_in_any_case)
{
    CHECK_STR(lang("src/main.c")->name, "c");
    CHECK_STR(lang("a/B.PY")->name, "python");
    CHECK_STR(lang("x.tsx")->name, "typescript");
    CHECK_STR(lang("x.d.ts")->name, "typescript");
    CHECK_STR(lang("메모/할일.md")->name, "markdown");
    CHECK_STR(lang("lib.rs")->name, "rust");
    CHECK_INT(lang("lib.rs")->syntax, OB_SYNTAX_RUST);
}

TEST(every_note_format_is_a_note)
{
    static const char *const notes[] = {
        "a.md",      "a.rst",   "a.org", "a.adoc",      "a.tex",     "a.txt",        "README",
        "CHANGELOG", "LICENSE", "TODO",  "LICENSE-MIT", "README.ko", "docs/COPYING", "AUTHORS"};
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        if (lang(notes[i])->kind != OB_KIND_NOTE)
            test_fail(__FILE__, __LINE__, "%s is no note", notes[i]);
}

TEST(a_page_of_the_manual_is_told_from_other_numbers)
{
    CHECK_STR(lang("man/git-commit.1")->name, "man");
    CHECK_STR(lang("printf.3p")->name, "man");
    CHECK_STR(lang("man/ko/문서.7")->name, "man");
    CHECK_STR(lang("md5.3")->name, "man");
    CHECK_STR(lang("foo.conf.5")->name, "man");
    static const char *const others[] = {"app.log.1", "lib.so.6", "v1.2", "notes-0.1",
                                         "x.0",       ".1",       "a.12", "1.2"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(lang(others[i])->name, "text") != 0)
            test_fail(__FILE__, __LINE__, "%s is %s", others[i], lang(others[i])->name);
}

TEST(build_files_without_extension_are_code)
{
    CHECK_INT(lang("Makefile")->kind, OB_KIND_CODE);
    CHECK_INT(lang("docker/Dockerfile")->kind, OB_KIND_CODE);
    CHECK_INT(lang("Dockerfile.dev")->kind, OB_KIND_CODE);
    CHECK_STR(lang("CMakeLists.txt")->name, "cmake");
}

TEST(a_stem_that_is_a_word_of_notes_does_not_beat_an_extension)
{
    CHECK_STR(lang("todo.py")->name, "python");
    CHECK_STR(lang("install.sh")->name, "shell");
    CHECK_STR(lang("README.md")->name, "markdown");
}

TEST(configuration_is_its_own_kind)
{
    CHECK_INT(lang(".github/workflows/ci.yml")->kind, OB_KIND_CONFIG);
    CHECK_INT(lang("package.json")->kind, OB_KIND_CONFIG);
    CHECK_INT(lang("Cargo.toml")->kind, OB_KIND_CONFIG);
    CHECK_INT(lang("requirements.txt")->kind, OB_KIND_CONFIG);
}

TEST(odd_names_are_other_and_never_null)
{
    static const char *const odd[] = {"",
                                      "/",
                                      ".",
                                      "a.",
                                      "dir.md/",
                                      "x.unknownextension",
                                      "a.0123456789012345678901234567890123456789",
                                      "\xFF\xFE.\x80"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        CHECK_INT(lang(odd[i])->kind, OB_KIND_OTHER);
    CHECK_INT(ob_lang_of_path("a\0.c", 2)->kind, OB_KIND_OTHER);
    CHECK_STR(ob_kind_name(OB_KIND_NOTE), "note");
    CHECK_STR(ob_kind_name(OB_KIND_OTHER), "other");
}

TEST(comment_marks_come_with_the_language)
{
    CHECK_STR(lang("a.lua")->line_comment, "--");
    CHECK_STR(lang("a.c")->block_open, "/*");
    CHECK(lang("a.json")->line_comment == NULL);
}

TEST_MAIN(CASE(languages_are_told_by_extension_in_any_case), CASE(every_note_format_is_a_note),
          CASE(a_page_of_the_manual_is_told_from_other_numbers),
          CASE(build_files_without_extension_are_code),
          CASE(a_stem_that_is_a_word_of_notes_does_not_beat_an_extension),
          CASE(configuration_is_its_own_kind), CASE(odd_names_are_other_and_never_null),
          CASE(comment_marks_come_with_the_language))
