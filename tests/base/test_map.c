/* Maps, against a plain array that knows the truth. */
#include <stdio.h>
#include <string.h>

#include "openbook/base/map.h"

#include "test.h"

enum { KEYS = 500 };

TEST(numbers_are_found_again_zero_among_them)
{
    struct ob_map64 m = {0};
    CHECK(ob_map64_get(&m, 0) == NULL);
    CHECK(ob_map64_get(&m, 7) == NULL);
    for (uint64_t k = 0; k < 10000; k++) {
        bool added = false;
        *ob_map64_put(&m, k << 40, &added) = k;
        CHECK(added);
    }
    CHECK_INT(m.len, 10000);
    for (uint64_t k = 0; k < 10000; k++) {
        CHECK(ob_map64_get(&m, k << 40) != NULL);
        CHECK_INT(*ob_map64_get(&m, k << 40), k);
        CHECK(k == 0 || ob_map64_get(&m, k) == NULL);
    }
    bool added = true;
    CHECK_INT(*ob_map64_put(&m, 0, &added), 0);
    CHECK(!added);
    ob_map64_release(&m);
    CHECK(ob_map64_get(&m, 0) == NULL);
}

TEST(reserved_room_does_not_move_while_it_fills)
{
    struct ob_map64 m = {0};
    ob_map64_reserve(&m, 1000);
    struct ob_map64_slot *slots = m.slots;
    for (uint64_t k = 1; k <= 1000; k++)
        *ob_map64_put(&m, k, NULL) = k;
    CHECK(m.slots == slots);
    ob_map64_release(&m);
}

TEST(finding_a_key_by_put_moves_nothing)
{
    struct ob_map64 numbers = {0};
    struct ob_map words = {0};
    for (uint64_t k = 1; k <= 200; k++) {
        uint64_t *value = ob_map64_put(&numbers, k, NULL);
        CHECK(ob_map64_put(&numbers, 1, NULL) == ob_map64_get(&numbers, 1));
        CHECK(ob_map64_get(&numbers, k) == value);
        char key[32];
        int len = snprintf(key, sizeof key, "단어%llu", (unsigned long long)k);
        value = ob_map_put(&words, key, (size_t)len, NULL);
        CHECK(ob_map_put(&words, "단어1", strlen("단어1"), NULL) != NULL);
        CHECK(ob_map_get(&words, key, (size_t)len) == value);
    }
    ob_map64_release(&numbers);
    ob_map_release(&words);
}

TEST(byte_strings_are_keys_with_nul_bytes_and_without_bytes)
{
    struct ob_map m = {0};
    *ob_map_put(&m, "a\0b", 3, NULL) = 1;
    *ob_map_put(&m, "a\0c", 3, NULL) = 2;
    *ob_map_put(&m, NULL, 0, NULL) = 3;
    *ob_map_put(&m, "한글", 6, NULL) = 4;
    CHECK_INT(m.len, 4);
    CHECK_INT(*ob_map_get(&m, "a\0b", 3), 1);
    CHECK_INT(*ob_map_get(&m, "a\0c", 3), 2);
    CHECK_INT(*ob_map_get(&m, "", 0), 3);
    CHECK_INT(*ob_map_get(&m, "한글", 6), 4);
    CHECK(ob_map_get(&m, "한", 3) == NULL);
    CHECK(ob_map_get(&m, "a", 1) == NULL);
    ob_map_release(&m);
}

/* A fixed sequence of numbers that looks random (xorshift64). */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void check_same(const struct ob_map *m, const uint64_t *truth)
{
    size_t present = 0, walked = 0, pos = 0;
    for (int k = 0; k < KEYS; k++) {
        char key[16];
        int len = snprintf(key, sizeof key, "k%d", k);
        uint64_t *value = ob_map_get(m, key, (size_t)len);
        CHECK_INT(value ? *value : 0, truth[k]);
        present += truth[k] != 0;
    }
    while (ob_map_next(m, &pos))
        walked++;
    CHECK_INT(m->len, present);
    CHECK_INT(walked, present);
}

TEST(many_changes_leave_what_a_plain_array_holds)
{
    struct ob_map m = {0};
    uint64_t truth[KEYS] = {0}, state = 42;
    CHECK(!ob_map_remove(&m, "k1", 2));
    for (int step = 1; step <= 20000; step++) {
        int k = (int)(next_random(&state) % KEYS);
        char key[16];
        int len = snprintf(key, sizeof key, "k%d", k);
        if (next_random(&state) % 2) {
            bool added = false;
            *ob_map_put(&m, key, (size_t)len, &added) = (uint64_t)step;
            CHECK_INT(added, truth[k] == 0);
            truth[k] = (uint64_t)step;
        } else {
            CHECK_INT(ob_map_remove(&m, key, (size_t)len), truth[k] != 0);
            truth[k] = 0;
        }
        if (step % 1000 == 0)
            check_same(&m, truth);
    }
    ob_map_release(&m);
}

TEST(a_key_may_be_removed_by_the_name_the_map_holds)
{
    struct ob_map m = {0};
    *ob_map_put(&m, "self", 4, NULL) = 1;
    size_t pos = 0;
    struct ob_map_slot *slot = ob_map_next(&m, &pos);
    CHECK_STR(slot->key, "self");
    CHECK(ob_map_remove(&m, slot->key, slot->key_len));
    CHECK_INT(m.len, 0);
    ob_map_release(&m);
}

TEST_MAIN(CASE(numbers_are_found_again_zero_among_them),
          CASE(reserved_room_does_not_move_while_it_fills),
          CASE(finding_a_key_by_put_moves_nothing),
          CASE(byte_strings_are_keys_with_nul_bytes_and_without_bytes),
          CASE(many_changes_leave_what_a_plain_array_holds),
          CASE(a_key_may_be_removed_by_the_name_the_map_holds))
