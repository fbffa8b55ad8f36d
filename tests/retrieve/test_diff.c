/* Diffs are read whatever they look like, and their lines found wherever they are. */
#include <stdlib.h>
#include <string.h>

#include "../../src/retrieve/diff.h"
#include "../chance.h"
#include "test.h"

static struct ob_arena arena;
static struct ob__diff diff;

/* Reads all parts of TEXT and tells them: "F old>new" a file, "H 5+6 -+ " a hunk with the marks of its
 * lines, "S path" a statistic, "." other lines. */
static const char *told(const char *text)
{
    static char out[4000];
    size_t n = 0, len = strlen(text), next;
    diff = (struct ob__diff){.arena = &arena};
    out[0] = '\0';
    for (size_t at = 0; at < len; at = next) {
        next = ob__diff_next(&diff, text, len, at);
        CHECK(next >= at && next <= len);
        const char *path = diff.path ? diff.path : "?", *old = diff.old ? diff.old : "";
        if (diff.part == OB__DIFF_NONE) {
            const char *lf = memchr(text + at, '\n', len - at);
            CHECK(next == at);
            next = lf ? (size_t)(lf - text) + 1 : len;
            n += (size_t)snprintf(out + n, sizeof out - n, ".");
        } else if (diff.part == OB__DIFF_HUNK) {
            n += (size_t)snprintf(out + n, sizeof out - n, "[%u+%u ", diff.hunk.old_start,
                                  diff.hunk.new_start);
            for (size_t i = 0; i < diff.hunk.n; i++) {
                const struct ob__hunk_line *l = &diff.hunk.lines[i];
                out[n++] = l->old ? l->new ? '=' : '-' : '+';
            }
            n += (size_t)snprintf(out + n, sizeof out - n, "]");
        } else {
            bool file = diff.part == OB__DIFF_FILE;
            n +=
                (size_t)snprintf(out + n, sizeof out - n, "%c(%s>%s)", file ? 'F' : 'S', old, path);
        }
        CHECK(n < sizeof out - 300);
    }
    ob_arena_release(&arena);
    return out;
}

TEST(headers_name_the_file_of_each_side)
{
    CHECK_STR(
        told("diff --git a/src/a.c b/src/a.c\nindex 1..2 100644\n--- a/src/a.c\n+++ b/src/a.c\n"),
        "F(>src/a.c)");
    CHECK_STR(
        told("diff --git a/my shop/a b.c b/my shop/a b.c\nold mode 100644\nnew mode 100755\n"),
        "F(>my shop/a b.c)");
    CHECK_STR(told("--- /dev/null\n+++ b/new.c\n"), "F(>new.c)");
    CHECK_STR(told("--- a/gone.c\n+++ /dev/null\n"), "F(>gone.c)");
    CHECK_STR(told("--- old/a.c\t2026-01-01 10:00\n+++ new/a.c\t2026-01-02 10:00\n"),
              "F(old/a.c>new/a.c)");
    CHECK_STR(told("--- i/a.c\n+++ w/a.c\n"), "F(>a.c)"); /* diff.mnemonicPrefix */
    CHECK_STR(told("--- src/a.c\n+++ src/a.c\n"), "F(>src/a.c)");
    CHECK_STR(
        told("diff --git a/a.c b/b.c\nsimilarity index 90%\nrename from a.c\nrename to b.c\n"),
        "F(a.c>b.c)");
    CHECK_STR(told("diff --git \"a/\\355\\225\\240.c\" \"b/\\355\\225\\240.c\"\nindex 1..2\n"),
              "F(>\xed\x95\xa0.c)");
    CHECK_STR(told("diff --cc src/a.c\nindex 1,2..3\n"), "F(>src/a.c)");
    CHECK_STR(
        told("Index: src/a.c\n=====\n--- src/a.c\t(revision 1)\n+++ src/a.c\t(working copy)\n"),
        "F(>src/a.c)");
    CHECK_STR(told("> diff --git a/a.c b/a.c\n> @@ -1 +1 @@\n> -x\n> +y\nno quote\n"),
              "F(>a.c)[1+1 -+].");
}

TEST(statistics_name_files)
{
    CHECK_STR(told(" src/a.c | 4 ++--\n b.c     | 12 +\n"), "S(>src/a.c)S(>b.c)");
    CHECK_STR(told(" src/{a => b}/c.c | 0\n"), "S(src/a/c.c>src/b/c.c)");
    CHECK_STR(told(" src/{ => b}/c.c | 2 +-\n"), "S(src/c.c>src/b/c.c)");
    CHECK_STR(told(" a.c => b.c | 2 +-\n"), "S(a.c>b.c)");
    CHECK_STR(told(" logo.png | Bin 0 -> 12 bytes\n"), "S(>logo.png)");
    CHECK_STR(told("| a | 4 |\na | b\n | 4\n"), "..."); /* tables */
}

TEST(hunks_are_read_to_their_end)
{
    CHECK_STR(told("@@ -1,2 +1,2 @@ int f(void)\n-a\n+b\n c\nd\n"), "[1+1 -+=].");
    CHECK_STR(told("@@ -5 +5,0 @@\n-a\n- a list\n"), "[5+5 -].");
    CHECK_STR(told("@@ -1,9 +1,9 @@\n a\n\n-b\nfurther text\n"), "[1+1 ==-]."); /* cut off */
    CHECK_STR(told("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n"), "[1+1 -+]");
    CHECK_STR(told("@@@ -1,2 -1,2 +1,3 @@@\n  a\n +b\n++c\n- d\n"), "[1+1 =++-]");
    CHECK_STR(told("***************\n*** 1,2 ****\n  a\n! b\n--- 1,2 ----\n  a\n! c\nd\n"),
              "[1+1 --++].");
    CHECK_STR(told("2c3\n< a\n---\n> b\n"), "[2+3 -+]");
    CHECK_STR(told("<<<<<<< HEAD\na\n||||||| base\nx\n=======\nb\n>>>>>>> other\nc\n"),
              "[0+0 +-].");
    CHECK_STR(told("<<<<<<< HEAD\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"), ".[0+0 +-]");
    CHECK_STR(told("@@ -1 +1\n@@\n@@ x @@\n2c3\n<<<<<<< HEAD\na\n"), "......"); /* no hunks */
}

/* Each definition of a file is looked for in it. */
TEST(function_of_a_hunk_is_not_longer_than_functions_are)
{
    char *text = malloc(100100);
    CHECK(text != NULL);
    for (int context = 0; context < 2; context++) {
        const char *head = context ? "*** a\n--- b\n***************" : "@@ -1 +1 @@ int ";
        const char *tail = context ? "\n*** 1 ****\n! a\n--- 1 ----\n! b\n" : "\n-a\n+b\n";
        size_t n = strlen(head), at = 0;
        memcpy(text, head, n);
        memset(text + n, 'f', 100000 - n);
        memcpy(text + 100000, tail, strlen(tail) + 1);
        diff = (struct ob__diff){.arena = &arena};
        do
            at = ob__diff_next(&diff, text, strlen(text), at);
        while (diff.part == OB__DIFF_FILE);
        CHECK_INT(diff.part, OB__DIFF_HUNK);
        CHECK(at == strlen(text) && diff.hunk.function_len > 80 && diff.hunk.function_len < 1000);
        ob_arena_release(&arena);
    }
    free(text);
}

/* The line of the file TEXT that the first hunk of DIFF speaks of. */
static uint32_t found(const char *text, const char *hunk, double least_01)
{
    double fit_01;
    diff = (struct ob__diff){.arena = &arena};
    ob__diff_next(&diff, hunk, strlen(hunk), 0);
    CHECK_INT(diff.part, OB__DIFF_HUNK);
    struct ob__said said;
    ob__said_read(&said, text, strlen(text));
    uint32_t line = ob__hunk_find(&diff.hunk, &said, &fit_01);
    ob__said_release(&said);
    CHECK(fit_01 >= least_01);
    ob_arena_release(&arena);
    return line;
}

TEST(lines_are_found_where_they_are_now)
{
    static const char text[] =
        "int one(void)\n{\n    return 1;\n}\n\nint 둘(void)\n{\n    return 2;\n}\n"
        "\nint three(void)\n{\n    return 3;\n}\n";
    /* applied, not applied; moved, with other blanks */
    CHECK_INT(found(text, "@@ -70,3 +70,3 @@\n {\n-    return 7;\n+    return 2;\n }\n", 1), 8);
    CHECK_INT(found(text, "@@ -70,3 +70,3 @@\n {\n-return 3;\n+return 9;\n }\n", 1), 13);
    CHECK_INT(found(text, "@@ -1,2 +1,3 @@\n int three(void)\n+/* new */\n {\n", 1), 11);
    CHECK_INT(found(text, "@@ -1,2 +1,3 @@\n int \xeb\x91\x98(void)\n-/* gone */\n {\n", 1), 6);
    CHECK_INT(found(text, "@@ -4,1 +4,1 @@\n-int four(void)\n+int five(void)\n", 0), 0);
    CHECK_INT(found("", "@@ -4,1 +4,1 @@\n-int four(void)\n+int five(void)\n", 0), 0);
    /* of lines that are alike, those nearest to the number */
    CHECK_INT(
        found("return;\nx = 1;\nreturn;\nx = 2;\nreturn;\n", "@@ -5 +5 @@\n-return;\n+y();\n", 1),
        5);
}

TEST(any_bytes_are_read_to_their_end)
{
    static const char *const parts[] = {"diff --git ",  "a/x.c ",
                                        "b/x.c",        "\n",
                                        "--- ",         "+++ ",
                                        "@@ -1,2 ",     "+1,9 @@",
                                        "@@@ ",         "\n+",
                                        "\n-",          "\n ",
                                        "*** 1,2 ****", "\n***************\n",
                                        "<<<<<<< ",     "\n>>>>>>>",
                                        "\"\\355\\2",   "{ => }",
                                        " | 9 ",        "\t",
                                        "\r\n",         "> ",
                                        "rename from ", "Index: ",
                                        "\n====",       "9c9\n",
                                        "---",          "\\"};
    char text[400];
    chance_begin(1);
    for (int round = 0; round < 20000; round++) {
        size_t n = 0;
        while (n < 300) {
            const char *part = PICK(parts);
            memcpy(text + n, part, strlen(part));
            n += strlen(part);
        }
        text[n] = '\0';
        char *own = strdup(text); /* so that reading past the end is seen */
        (void)told(own);
        free(own);
    }
}

TEST_MAIN(CASE(headers_name_the_file_of_each_side), CASE(statistics_name_files),
          CASE(hunks_are_read_to_their_end),
          CASE(function_of_a_hunk_is_not_longer_than_functions_are),
          CASE(lines_are_found_where_they_are_now), CASE(any_bytes_are_read_to_their_end))
