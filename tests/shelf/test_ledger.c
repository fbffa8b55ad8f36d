/* What is known of each file. */
#include <string.h>

#include "../../src/shelf/ledger.h"
#include "test.h"

static void set(struct ob__ledger *l, const char *path, enum ob_skip reason, uint64_t round)
{
    struct ob__known k = {.reason = (uint8_t)reason, .round = round};
    ob__ledger_set(l, path, &k);
}

TEST(ledger_counts_skips_exactly)
{
    struct ob__ledger l;
    struct ob__known known;
    size_t skipped[OB_SKIP_N];
    ob__ledger_init(&l);
    set(&l, "a", OB_SKIP_BINARY, 1);
    set(&l, "b", OB_SKIP_BINARY, 1);
    set(&l, "c", OB_SKIP_NONE, 1);
    set(&l, "a", OB_SKIP_IGNORED, 1);
    ob__ledger_remove(&l, "b");
    ob__ledger_remove(&l, "never there");
    ob__ledger_skipped(skipped, &l);
    CHECK_INT(skipped[OB_SKIP_BINARY], 0);
    CHECK_INT(skipped[OB_SKIP_IGNORED], 1);
    CHECK_INT(skipped[OB_SKIP_NONE], 0);
    CHECK(ob__ledger_get(&known, &l, "a"));
    CHECK_INT(known.reason, OB_SKIP_IGNORED);
    CHECK(!ob__ledger_get(&known, &l, "b"));
    ob__ledger_release(&l);
}

static void set_linked(struct ob__ledger *l, const char *path, bool linked)
{
    struct ob__known k = {.stat = {.inode = 7, .linked = linked}};
    ob__ledger_set(l, path, &k);
}

TEST(ledger_counts_files_with_several_names)
{
    struct ob__ledger l;
    struct ob__names names = {0};
    ob__ledger_init(&l);
    set_linked(&l, "a", true);
    set_linked(&l, "나", true);
    set_linked(&l, "c", false);
    set_linked(&l, "d", true);
    set_linked(&l, "a", true);
    set_linked(&l, "d", false);
    CHECK_INT(ob__ledger_n_linked(&l), 2);
    ob__ledger_remove(&l, "a");
    CHECK_INT(ob__ledger_n_linked(&l), 1);
    ob__ledger_linked(&names, &l);
    CHECK_INT(names.len, 1);
    CHECK_STR(names.items[0], "나");
    ob__names_release(&names);
    ob__ledger_release(&l);
}

TEST(ledger_finds_what_a_walk_did_not_meet)
{
    struct ob__ledger l;
    struct ob__names names = {0};
    ob__ledger_init(&l);
    set(&l, "old", OB_SKIP_NONE, 1);
    set(&l, "new", OB_SKIP_NONE, 2);
    ob__ledger_unmet(&names, &l, 2);
    CHECK_INT(names.len, 1);
    CHECK_STR(names.items[0], "old");
    ob__names_release(&names);
    ob__ledger_release(&l);
}

TEST(ledger_finds_what_lies_below_a_directory)
{
    struct ob__ledger l;
    struct ob__names names = {0};
    struct ob_map dirs = {0};
    ob__ledger_init(&l);
    set(&l, "문서/깊은/한글.md", OB_SKIP_NONE, 1);
    set(&l, "문서.md", OB_SKIP_NONE, 1);
    set(&l, "other/문서/x.md", OB_SKIP_NONE, 1);
    ob_map_put(&dirs, "문서", strlen("문서"), NULL);
    ob__ledger_below(&names, &l, &dirs);
    CHECK_INT(names.len, 1);
    CHECK_STR(names.items[0], "문서/깊은/한글.md");
    ob_map_release(&dirs);
    ob__names_release(&names);
    ob__ledger_release(&l);
}

TEST(ledger_distrusts_a_stat_as_young_as_the_reading)
{
    const int64_t second = 1000000000, now = 1700000000 * second;
    struct ob_file_stat stat = {.mtime_ns = now};
    CHECK(ob__stat_is_racy(&stat, now));
    stat.mtime_ns = now + 3600 * second; /* a clock that goes wrong */
    CHECK(ob__stat_is_racy(&stat, now));
    stat.mtime_ns = now - 10 * second;
    CHECK(!ob__stat_is_racy(&stat, now));
}

TEST_MAIN(CASE(ledger_counts_skips_exactly), CASE(ledger_counts_files_with_several_names),
          CASE(ledger_finds_what_a_walk_did_not_meet),
          CASE(ledger_finds_what_lies_below_a_directory),
          CASE(ledger_distrusts_a_stat_as_young_as_the_reading))
