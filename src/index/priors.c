/* Priors by path: words of folders and of base names, as projects use them. */
#include "openbook/index/priors.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "openbook/base/path.h"

static const char *const test_folders[] = {
    "test",    "tests", "testing", "spec",      "specs", "__tests__", "testdata", "fixtures",
    "fixture", "mock",  "mocks",   "__mocks__", "e2e",   "testutil",  NULL};
static const char *const example_folders[] = {
    "example", "examples",   "sample",  "samples",   "demo",      "demos",      "doc",
    "docs",    "benchmarks", "bench",   "benchmark", "perf",      "script",     "scripts",
    "tools",   "contrib",    "website", "tutorial",  "tutorials", "playground", NULL};
static const char *const vendored_folders[] = {
    "vendor", "vendored",   "third_party", "thirdparty", "external", "deps",         "compat",
    "legacy", "deprecated", "generated",   "templates",  ".github",  "node_modules", NULL};

static int listed(const char *const *list, const char *word, size_t len)
{
    for (; *list; list++)
        if (strlen(*list) == len && strncasecmp(*list, word, len) == 0)
            return 1;
    return 0;
}

/* foo_test.go, test_foo.py, foo.spec.ts, FooTest.java */
static int names_a_test(const char *base)
{
    static const char *const marks[] = {"_test.", ".test.", ".spec.", "_spec.", "-test.", NULL};
    if (strncmp(base, "test_", 5) == 0 || strncmp(base, "conftest", 8) == 0)
        return 1;
    for (const char *const *m = marks; *m; m++)
        if (strstr(base, *m))
            return 1;
    const char *dot = strchr(base, '.');
    size_t n = dot ? (size_t)(dot - base) : strlen(base);
    return (n > 4 && memcmp(base + n - 4, "Test", 4) == 0) ||
           (n > 5 && memcmp(base + n - 5, "Tests", 5) == 0) ||
           (n > 4 && memcmp(base + n - 4, "Spec", 4) == 0);
}

/* A licence holds common words and answers nothing. */
static int names_a_licence(const char *base)
{
    static const char *const stems[] = {"license", "licence",   "copying",
                                        "notice",  "unlicense", NULL};
    return listed(stems, base, strcspn(base, ".-_"));
}

/* The history of a project speaks of everything once and explains nothing. */
static int names_a_history(const char *base)
{
    static const char *const stems[] = {"changelog", "changes",  "changeset", "history", "news",
                                        "release",   "releases", "whatsnew",  NULL};
    return listed(stems, base, strcspn(base, ".-_"));
}

static int names_an_entry(const char *base)
{
    static const char *const stems[] = {"__init__",  "index", "mod",     "lib",  "init",  "main",
                                        "types",     "type",  "common",  "util", "utils", "version",
                                        "constants", "defs",  "package", NULL};
    return listed(stems, base, strcspn(base, "."));
}

uint8_t ob_priors_of_path(const char *path)
{
    uint8_t found = 0;
    const char *base = ob_path_base(path);
    for (const char *p = path; p < base;) {
        size_t n = strcspn(p, "/");
        found |= (uint8_t)(listed(test_folders, p, n) ? OB_PRIOR_TEST : 0);
        found |= (uint8_t)(listed(example_folders, p, n) ? OB_PRIOR_EXAMPLE : 0);
        found |= (uint8_t)(listed(vendored_folders, p, n) ? OB_PRIOR_VENDORED : 0);
        p += n + 1;
    }
    if (names_a_test(base))
        found |= OB_PRIOR_TEST;
    if (strstr(base, ".d.ts") || strstr(base, ".min.") || strstr(base, ".pb."))
        found |= OB_PRIOR_VENDORED;
    if (names_a_licence(base))
        found |= OB_PRIOR_VENDORED;
    if (names_a_history(base))
        found |= OB_PRIOR_HISTORY;
    if (names_an_entry(base))
        found |= OB_PRIOR_ENTRY;
    return found;
}
