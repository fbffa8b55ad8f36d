/* Buffers: the ceiling holds, and a failed append changes nothing. */
#include <stdint.h>
#include <string.h>

#include "openbook/base/buf.h"
#include "openbook/base/error.h"
#include "openbook/base/mem.h"

#include "test.h"

static struct ob_buf buf_of(size_t max)
{
    struct ob_buf b;
    ob_buf_init(&b, max);
    return b;
}

TEST(an_empty_buffer_reads_as_an_empty_string)
{
    struct ob_buf b = buf_of(10);
    CHECK_STR(ob_buf_str(&b), "");
    CHECK_INT(ob_buf_append(&b, NULL, 0), 0);
    CHECK_STR(ob_buf_str(&b), "");
    size_t len = 99;
    char *bytes = ob_buf_detach(&b, &len);
    CHECK_STR(bytes, "");
    CHECK_INT(len, 0);
    ob_free(bytes);
    bytes = ob_buf_detach(&b, NULL);
    CHECK_STR(bytes, "");
    ob_free(bytes);
}

TEST(appends_join_and_keep_nul_bytes)
{
    struct ob_buf b = buf_of(100);
    CHECK_INT(ob_buf_append(&b, "a\0b", 3), 0);
    CHECK_INT(ob_buf_append_str(&b, "한글"), 0);
    CHECK_INT(ob_buf_appendf(&b, "%d쪽", 7), 0);
    CHECK_INT(b.len, 13);
    CHECK(memcmp(b.data, "a\0b한글7쪽", 14) == 0);
    ob_buf_release(&b);
}

TEST(the_ceiling_is_exact_and_a_failed_append_changes_nothing)
{
    struct ob_buf b = buf_of(8);
    CHECK_INT(ob_buf_append_str(&b, "12345678"), 0);
    CHECK_INT(ob_buf_append_str(&b, "9"), OB_ETOOBIG);
    CHECK_INT(ob_buf_appendf(&b, "%d", 9), OB_ETOOBIG);
    CHECK(ob_buf_reserve(&b, 1) == NULL);
    CHECK(ob_buf_reserve(&b, SIZE_MAX) == NULL);
    CHECK_STR(ob_buf_str(&b), "12345678");
    ob_buf_release(&b);
    CHECK_INT(b.max, 8);
    CHECK_INT(ob_buf_append_str(&b, "again"), 0);
    ob_buf_release(&b);
}

TEST(the_largest_ceiling_works_and_absurd_sizes_are_refused)
{
    struct ob_buf b = buf_of(SIZE_MAX);
    CHECK_INT(ob_buf_append_str(&b, "hello"), 0);
    CHECK_STR(ob_buf_str(&b), "hello");
    CHECK(ob_buf_reserve(&b, SIZE_MAX) == NULL);
    CHECK(ob_buf_reserve(&b, SIZE_MAX - 5) == NULL);
    CHECK_STR(ob_buf_str(&b), "hello");
    ob_buf_release(&b);
}

TEST(a_zeroed_buffer_takes_nothing_and_may_be_released)
{
    struct ob_buf b = {0};
    CHECK_INT(ob_buf_append_str(&b, "x"), OB_ETOOBIG);
    ob_buf_consume(&b, 3);
    ob_buf_clear(&b);
    ob_buf_release(&b);
}

TEST(without_memory_the_bytes_stay)
{
    struct ob_buf b = buf_of(100000);
    CHECK_INT(ob_buf_append_str(&b, "kept"), 0);
    char big[5000] = {0};
    ob_mem_fail_at(1);
    CHECK_INT(ob_buf_append(&b, big, sizeof big), OB_ENOMEM);
    CHECK_STR(ob_buf_str(&b), "kept");
    CHECK_INT(b.len, 4);
    ob_buf_release(&b);
}

TEST(reserve_and_commit_write_in_place)
{
    struct ob_buf b = buf_of(1000);
    for (int i = 0; i < 100; i++) {
        char *to = ob_buf_reserve(&b, 10);
        CHECK(to != NULL);
        memcpy(to, "0123456789", 10);
        ob_buf_commit(&b, i % 2 ? 10 : 3);
    }
    CHECK_INT(b.len, 650);
    CHECK(memcmp(b.data, "0120123456789012", 16) == 0);
    CHECK_INT(b.data[b.len], 0);
    ob_buf_release(&b);
}

TEST(a_reservation_that_is_not_used_leaves_an_empty_string)
{
    struct ob_buf b = buf_of(9);
    CHECK(ob_buf_reserve(&b, 9) != NULL);
    CHECK_STR(ob_buf_str(&b), "");
    ob_buf_release(&b);
}

TEST(consume_removes_from_the_front)
{
    struct ob_buf b = buf_of(100);
    CHECK_INT(ob_buf_append_str(&b, "가나다"), 0);
    ob_buf_consume(&b, 3);
    CHECK_STR(ob_buf_str(&b), "나다");
    ob_buf_consume(&b, 100);
    CHECK_STR(ob_buf_str(&b), "");
    CHECK_INT(b.len, 0);
    ob_buf_release(&b);
}

TEST(detach_hands_the_bytes_over)
{
    struct ob_buf b = buf_of(100);
    CHECK_INT(ob_buf_append_str(&b, "mine"), 0);
    size_t len = 0;
    char *mine = ob_buf_detach(&b, &len);
    CHECK_INT(ob_buf_append_str(&b, "yours"), 0);
    CHECK_STR(mine, "mine");
    CHECK_INT(len, 4);
    ob_free(mine);
    ob_buf_release(&b);
}

TEST_MAIN(CASE(an_empty_buffer_reads_as_an_empty_string), CASE(appends_join_and_keep_nul_bytes),
          CASE(the_ceiling_is_exact_and_a_failed_append_changes_nothing),
          CASE(the_largest_ceiling_works_and_absurd_sizes_are_refused),
          CASE(a_zeroed_buffer_takes_nothing_and_may_be_released),
          CASE(without_memory_the_bytes_stay), CASE(reserve_and_commit_write_in_place),
          CASE(a_reservation_that_is_not_used_leaves_an_empty_string),
          CASE(consume_removes_from_the_front), CASE(detach_hands_the_bytes_over))
