/* Arenas: zeroed, aligned, apart from each other, gone together. */
#include <stdint.h>
#include <string.h>

#include "openbook/base/arena.h"

#include "test.h"

TEST(allocations_are_zeroed_aligned_and_do_not_overlap)
{
    struct ob_arena a = OB_ARENA_INIT;
    unsigned char *got[500];
    for (size_t i = 0; i < 500; i++) {
        got[i] = ob_arena_alloc(&a, i + 1);
        CHECK_INT((uintptr_t)got[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k <= i; k++)
            CHECK_INT(got[i][k], 0);
        memset(got[i], (int)(i % 251), i + 1);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k <= i; k++)
            CHECK_INT(got[i][k], i % 251);
    ob_arena_release(&a);
}

TEST(an_owner_may_begin_with_a_small_block)
{
    struct ob_arena a = {.first_bytes = 64};
    char *got[200];
    for (size_t i = 0; i < 200; i++) { /* from many in a block to none that holds one */
        got[i] = ob_arena_alloc(&a, i * 7 + 1);
        memset(got[i], (int)i, i * 7 + 1);
    }
    CHECK_INT(a.first_bytes, 64);
    for (size_t i = 0; i < 200; i++)
        CHECK(got[i][0] == (char)i && got[i][i * 7] == (char)i);
    ob_arena_release(&a);
}

TEST(a_large_allocation_leaves_the_room_of_the_newest_block)
{
    struct ob_arena a = OB_ARENA_INIT;
    char *before = ob_arena_alloc(&a, 64);
    char *large = ob_arena_alloc(&a, 5 * 1024 * 1024);
    char *after = ob_arena_alloc(&a, 64);
    memset(large, 1, 5 * 1024 * 1024);
    CHECK(after == before + 64);
    CHECK(after[0] == 0 && after[63] == 0);
    ob_arena_release(&a);
}

TEST(text_is_copied_with_its_nul_bytes)
{
    struct ob_arena a = OB_ARENA_INIT;
    CHECK(memcmp(ob_arena_strndup(&a, "한\0글", 7), "한\0글", 8) == 0);
    CHECK_STR(ob_arena_strndup(&a, NULL, 0), "");
    CHECK_STR(ob_arena_strdup(&a, "노트"), "노트");
    CHECK(ob_arena_strdup(&a, NULL) == NULL);
    CHECK_STR(ob_arena_printf(&a, "%s:%d", "쪽", 3), "쪽:3");
    ob_arena_release(&a);
}

TEST(a_released_arena_is_empty_and_works_again)
{
    struct ob_arena a = OB_ARENA_INIT;
    ob_arena_release(&a);
    (void)ob_arena_alloc(&a, 10000);
    CHECK(a.used_bytes >= 10000);
    ob_arena_release(&a);
    CHECK_INT(a.used_bytes, 0);
    CHECK_STR(ob_arena_strdup(&a, "again"), "again");
    ob_arena_release(&a);
}

TEST_MAIN(CASE(allocations_are_zeroed_aligned_and_do_not_overlap),
          CASE(an_owner_may_begin_with_a_small_block),
          CASE(a_large_allocation_leaves_the_room_of_the_newest_block),
          CASE(text_is_copied_with_its_nul_bytes), CASE(a_released_arena_is_empty_and_works_again))
