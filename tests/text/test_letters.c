/* Letters of names, and edits between them. */
#include <string.h>

#include "openbook/text/letters.h"

#include "../chance.h"
#include "test.h"

static struct ob_letters letters(const char *name)
{
    struct ob_letters l;
    ob_letters_of(&l, NULL, name, strlen(name));
    return l;
}

static bool same(const char *a, const char *b)
{
    struct ob_letters x = letters(a), y = letters(b);
    return x.n == y.n && memcmp(x.at, y.at, x.n) == 0;
}

static uint32_t edits(const char *a, const char *b)
{
    struct ob_letters x = letters(a), y = letters(b);
    struct ob_letters_word w;
    ob_letters_word_init(&w, &x);
    return ob_letters_edits(&w, y.at, y.n);
}

TEST(letters_are_what_is_typed)
{
    CHECK(same("Http_Server-2", "httpserver2"));
    CHECK(same("설정", "\u1109\u1165\u11AF\u110C\u1165\u11BC")); /* NFC and NFD */
    CHECK_INT(letters("설정").n, 6);
    CHECK_INT(letters("가나").n, 4);
    CHECK(!same("가", "나"));
    CHECK(!same("각", "갂"));
    CHECK_INT(letters("--\xFF ").n, 0);
    CHECK_INT(letters("").n, 0);
    CHECK_INT(letters("0123456789012345678901234567890123456789tail").n, OB_LETTERS_MAX);
}

TEST(parts_begin_behind_signs_and_at_capitals)
{
    struct ob_letters whole, parts[OB_LETTERS_PARTS];
    CHECK_INT(ob_letters_of(&whole, parts, "readHTTP_line", 13), 3);
    CHECK_INT(whole.n, 12);
    CHECK_INT(parts[0].n, 4);
    CHECK(memcmp(parts[1].at, "http", 4) == 0 && parts[1].n == 4);
    CHECK(memcmp(parts[2].at, "line", 4) == 0);
    CHECK_INT(ob_letters_of(&whole, parts, "설정 파일", 13), 2);
    CHECK_INT(parts[0].n, 6);
    CHECK_INT(ob_letters_of(&whole, parts, "a_b_c_d_e_f_g_h_i_j", 19), OB_LETTERS_PARTS);
    CHECK_INT(parts[OB_LETTERS_PARTS - 1].n, 3);
    CHECK_INT(ob_letters_of(&whole, parts, "...", 3), 0);
}

TEST(an_edit_is_a_slip_of_the_finger)
{
    CHECK_INT(edits("snapshot", "snapshot"), 0);
    CHECK_INT(edits("snapshot", "snaphsot"), 1);
    CHECK_INT(edits("charge", "charg"), 1);
    CHECK_INT(edits("charg", "charge"), 1);
    CHECK_INT(edits("", "abc"), 3);
    CHECK_INT(edits("abc", ""), 3);
    CHECK_INT(edits("환불", "환뷸"), 1);
    CHECK_INT(edits("설정", "설졍"), 1);
    CHECK_INT(edits("ca", "abc"), 3); /* what was swapped is not edited again */
}

/* The table of distances, as it is defined. */
static uint32_t by_table(const struct ob_letters *a, const struct ob_letters *b)
{
    uint32_t t[OB_LETTERS_MAX + 1][OB_LETTERS_MAX + 1];
    for (uint32_t i = 0; i <= a->n; i++)
        for (uint32_t k = 0; k <= b->n; k++) {
            uint32_t least = i ? k ? t[i - 1][k - 1] + (a->at[i - 1] != b->at[k - 1]) : i : k;
            if (i && k && t[i - 1][k] + 1 < least)
                least = t[i - 1][k] + 1;
            if (i && k && t[i][k - 1] + 1 < least)
                least = t[i][k - 1] + 1;
            if (i > 1 && k > 1 && a->at[i - 1] == b->at[k - 2] && a->at[i - 2] == b->at[k - 1] &&
                t[i - 2][k - 2] + 1 < least)
                least = t[i - 2][k - 2] + 1;
            t[i][k] = least;
        }
    return t[a->n][b->n];
}

TEST(edits_are_those_of_the_table_and_never_fewer_than_the_kinds_say)
{
    chance_begin(7);
    for (int round = 0; round < 50000; round++) {
        struct ob_letters a = {.n = (uint8_t)any(OB_LETTERS_MAX + 1)};
        struct ob_letters b = {.n = (uint8_t)any(OB_LETTERS_MAX + 1)};
        unsigned first = round % 2 ? 'a' : 128, kinds = 2 + any(25);
        for (uint32_t i = 0; i < OB_LETTERS_MAX; i++) {
            a.at[i] = (uint8_t)(first + any(kinds));
            b.at[i] = any(4) ? a.at[i] : (uint8_t)(first + any(kinds));
        }
        struct ob_letters_word w;
        ob_letters_word_init(&w, &a);
        uint32_t n = ob_letters_edits(&w, b.at, b.n);
        CHECK_INT(n, by_table(&a, &b));
        CHECK(ob_letters_apart(w.kinds, ob_letters_kinds(&b)) <= n);
    }
}

TEST_MAIN(CASE(letters_are_what_is_typed), CASE(parts_begin_behind_signs_and_at_capitals),
          CASE(an_edit_is_a_slip_of_the_finger),
          CASE(edits_are_those_of_the_table_and_never_fewer_than_the_kinds_say))
