/* The test harness: a file of cases, each run in its own process with a time-out and a scratch
 * directory.
 *
 *     TEST(search_ranks_exact_hangul_above_partial) { CHECK(...); }
 *     TEST_MAIN(CASE(search_ranks_exact_hangul_above_partial))
 *
 * A failed check prints where and what and ends the case.  The program ends with the line
 * "N passed, N failed" and exits 1 if any failed.  Arguments: names of cases to run (all without). */
#ifndef OB_TESTS_TEST_H
#define OB_TESTS_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct test_case {
    const char *name;
    void (*run)(void);
};

/* Where the running case may create files; removed afterwards.  Absolute, no trailing slash. */
extern const char *test_scratch;

/* Seconds a case may take before it is killed and counts as failed (default 30). */
extern unsigned test_timeout_s;

int test_main(const struct test_case *cases, size_t count, int argc, char **argv);

/* Ends the running case as failed. */
_Noreturn void test_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Ends the running case as skipped, saying why. */
_Noreturn void test_skip(const char *why);

/* The rest of the case has no rights to what is not its own: root becomes nobody, who may make files in the
 * scratch directory.  For a case that has no threads yet. */
void test_drop_rights(void);

void test_check_str(const char *file, int line, const char *got_text, const char *got,
                    const char *want);
void test_check_int(const char *file, int line, const char *got_text, long long got,
                    long long want);

/* The absolute path of what is called so below the scratch directory; good until this thread has asked for
 * sixteen more. */
char *test_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes TEXT to NAME below the scratch directory, creating folders; returns the absolute path
 * (freed with the process). */
char *test_write_file(const char *name, const char *text);
char *test_write_bytes(const char *name, const void *bytes, size_t len);

#define TEST(name) static void name(void)
#define CASE(name)                                                                                 \
    {                                                                                              \
#name, name                                                                                \
    }
#define TEST_MAIN(...)                                                                             \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        static const struct test_case cases[] = {__VA_ARGS__};                                     \
        return test_main(cases, sizeof cases / sizeof *cases, argc, argv);                         \
    }

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond))                                                                               \
            test_fail(__FILE__, __LINE__, "%s", #cond);                                            \
    } while (0)
#define CHECK_INT(got, want)                                                                       \
    test_check_int(__FILE__, __LINE__, #got, (long long)(got), (long long)(want))
#define CHECK_STR(got, want) test_check_str(__FILE__, __LINE__, #got, (got), (want))

#endif
