/* The packer: whatever it is told to write, what comes out is within the limits toward a client. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <msgpack.h>

#include "openbook/base/error.h"
#include "openbook/base/mem.h"

#include "../../src/rpc/pack.h"
#include "test.h"

static size_t depth_of(const msgpack_object *o)
{
    size_t deepest = 0;
    if (o->type == MSGPACK_OBJECT_ARRAY) {
        for (uint32_t i = 0; i < o->via.array.size; i++) {
            size_t d = depth_of(&o->via.array.ptr[i]);
            deepest = d > deepest ? d : deepest;
        }
        return deepest + 1;
    }
    if (o->type != MSGPACK_OBJECT_MAP)
        return 0;
    for (uint32_t i = 0; i < o->via.map.size; i++) {
        size_t d = depth_of(&o->via.map.ptr[i].val);
        deepest = d > deepest ? d : deepest;
    }
    return deepest + 1;
}

/* Decodes what P wrote, which must be exactly one value; good until the next call. */
static const msgpack_object *decode(const struct ob__pack *p)
{
    static msgpack_unpacked got;
    size_t offset = 0;
    CHECK(p->err == 0 && ob__pack_is_whole(p) && p->out.len <= OB_RPC_MAX_OUT_BYTES);
    CHECK_INT(msgpack_unpack_next(&got, p->out.data, p->out.len, &offset), MSGPACK_UNPACK_SUCCESS);
    CHECK_INT(offset, p->out.len);
    return &got.data;
}

static void check_text(const msgpack_object *o, const char *want)
{
    CHECK_INT(o->type, MSGPACK_OBJECT_STR);
    CHECK_INT(o->via.str.size, strlen(want));
    CHECK(!*want || memcmp(o->via.str.ptr, want, strlen(want)) == 0); /* NULL when empty */
}

static void check_packed_text(const char *text, size_t len, const char *want)
{
    struct ob__pack p;
    ob__pack_init(&p);
    ob__pack_str(&p, text, len);
    check_text(decode(&p), want);
    ob__pack_release(&p);
}

TEST(eight_levels_are_written_and_the_ninth_is_an_error_that_sticks)
{
    struct ob__pack p;
    ob__pack_init(&p);
    for (int i = 0; i < OB_RPC_MAX_OUT_DEPTH - 1; i++)
        ob__pack_array(&p, 1);
    ob__pack_map(&p, 0);
    CHECK_INT(depth_of(decode(&p)), OB_RPC_MAX_OUT_DEPTH);
    ob__pack_release(&p);
    ob__pack_init(&p);
    for (int i = 0; i < OB_RPC_MAX_OUT_DEPTH; i++)
        ob__pack_array(&p, 1);
    size_t before = p.out.len;
    ob__pack_map(&p, 0);
    CHECK_INT(p.err, OB_ETOOBIG);
    ob__pack_nil(&p);
    ob__pack_cstr(&p, "more");
    CHECK_INT(p.out.len, before);
    CHECK_INT(p.err, OB_ETOOBIG);
    ob__pack_release(&p);
}

TEST(a_list_counts_the_levels_around_it)
{
    struct ob__pack p;
    struct ob__list list;
    ob__pack_init(&p);
    for (int i = 0; i < OB_RPC_MAX_OUT_DEPTH - 1; i++)
        ob__pack_array(&p, 1);
    ob__list_begin(&list, &p, 0);
    ob__pack_array(&list.items, 0);
    CHECK(!ob__list_next(&list)); /* the item is too deep and is left out */
    CHECK(ob__list_end(&list));
    const msgpack_object *o = decode(&p);
    CHECK_INT(depth_of(o), OB_RPC_MAX_OUT_DEPTH);
    ob__pack_release(&p);
}

TEST(a_message_over_a_mebibyte_is_an_error_and_not_a_message)
{
    static char text[OB_RPC_MAX_OUT_BYTES];
    struct ob__pack p;
    memset(text, 'a', sizeof text);
    ob__pack_init(&p);
    ob__pack_str(&p, text, sizeof text - 5); /* with its head exactly the limit */
    CHECK_INT(p.err, 0);
    CHECK_INT(p.out.len, OB_RPC_MAX_OUT_BYTES);
    ob__pack_release(&p);
    ob__pack_init(&p);
    ob__pack_array(&p, 2);
    ob__pack_str(&p, text, sizeof text - 5);
    CHECK_INT(p.err, OB_ETOOBIG);
    ob__pack_release(&p);
}

TEST(a_list_that_does_not_fit_keeps_its_first_items_whole_and_says_that_it_was_cut)
{
    struct ob__pack p;
    struct ob__list list;
    char text[1000];
    size_t written = 0;
    memset(text, 'x', sizeof text);
    ob__pack_init(&p);
    ob__pack_map(&p, 2);
    ob__pack_key(&p, "results");
    ob__list_begin(&list, &p, 64);
    do {
        ob__pack_map(&list.items, 1);
        ob__pack_key(&list.items, "snippet");
        ob__pack_str(&list.items, text, sizeof text);
        written++;
    } while (ob__list_next(&list));
    CHECK(ob__list_end(&list));
    ob__pack_key_bool(&p, "truncated", true); /* the room kept free is enough for the rest */
    const msgpack_object *o = decode(&p), *items = &o->via.map.ptr[0].val;
    CHECK_INT(items->via.array.size, written - 1);
    CHECK(p.out.len > OB_RPC_MAX_OUT_BYTES - 2 * sizeof text);
    for (uint32_t i = 0; i < items->via.array.size; i++)
        CHECK_INT(items->via.array.ptr[i].via.map.ptr[0].val.via.str.size, sizeof text);
    ob__pack_release(&p);
}

TEST(a_list_that_fits_is_not_cut_and_an_empty_one_is_an_empty_array)
{
    struct ob__pack p;
    struct ob__list list;
    ob__pack_init(&p);
    ob__pack_array(&p, 2);
    ob__list_begin(&list, &p, 0);
    CHECK(!ob__list_end(&list));
    ob__list_begin(&list, &p, 0);
    ob__pack_uint(&list.items, 7);
    CHECK(ob__list_next(&list));
    CHECK(!ob__list_end(&list));
    const msgpack_object *o = decode(&p);
    CHECK_INT(o->via.array.ptr[0].via.array.size, 0);
    CHECK_INT(o->via.array.ptr[1].via.array.size, 1);
    ob__pack_release(&p);
}

TEST(malformed_text_is_repaired_and_whole_text_is_left_as_it_is)
{
    check_packed_text("색인 index", strlen("색인 index"), "색인 index");
    check_packed_text("색인", 4, "색\xef\xbf\xbd"); /* cut in mid-character */
    check_packed_text("\x80", 1, "\xef\xbf\xbd");
    check_packed_text("a\xff\xfe", 3, "a\xef\xbf\xbd\xef\xbf\xbd");
    check_packed_text("\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* a surrogate */
    check_packed_text("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 9, /* decomposed 한 stays so */
                      "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab");
    check_packed_text(NULL, 0, "");
}

TEST(text_may_hold_a_nul)
{
    struct ob__pack p;
    ob__pack_init(&p);
    ob__pack_str(&p, "a\0b", 3);
    const msgpack_object *o = decode(&p);
    CHECK_INT(o->via.str.size, 3);
    CHECK(memcmp(o->via.str.ptr, "a\0b", 3) == 0);
    ob__pack_release(&p);
}

TEST(a_path_survives_byte_for_byte)
{
    struct ob__pack p;
    ob__pack_init(&p);
    ob__pack_array(&p, 2);
    ob__pack_path(&p, "/메모/a.md");
    ob__pack_path(&p, "/\xb8\xde/a.md"); /* CP949 */
    const msgpack_object *o = decode(&p);
    check_text(&o->via.array.ptr[0], "/메모/a.md");
    CHECK_INT(o->via.array.ptr[1].type, MSGPACK_OBJECT_BIN);
    CHECK(memcmp(o->via.array.ptr[1].via.bin.ptr, "/\xb8\xde/a.md", 8) == 0);
    ob__pack_release(&p);
}

TEST(what_is_no_number_is_written_as_nought)
{
    static const double odd[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct ob__pack p;
        ob__pack_init(&p);
        ob__pack_double(&p, odd[i]);
        CHECK(decode(&p)->via.f64 == 0.0);
        ob__pack_release(&p);
    }
}

TEST(without_memory_the_message_fails_and_nothing_leaks)
{
    struct ob__pack p;
    static char text[4096];
    memset(text, 'a', sizeof text);
    for (long n = 1; n < 4; n++) {
        ob__pack_init(&p);
        ob_mem_fail_at(n);
        ob__pack_array(&p, 2);
        ob__pack_str(&p, text, sizeof text);
        ob__pack_str(&p, "\xff", 1);
        ob_mem_fail_at(0);
        CHECK(p.err == OB_ENOMEM || (p.err == 0 && ob__pack_is_whole(&p)));
        ob__pack_release(&p);
    }
}

/* ------------------------------------------------------------ anything it is told */
static uint64_t state = 88172645463325252u;

static uint32_t dice(uint32_t sides)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 33) % sides;
}

static void pack_bytes(struct ob__pack *p)
{
    static const size_t sizes[] = {0, 1, 31, 32, 255, 256, 65535, 65536, 400000};
    static char bytes[400000];
    size_t len = sizes[dice(dice(8) ? 6 : 9)];
    for (size_t i = 0; i < len && i < 64; i++)
        bytes[i] = (char)dice(256);
    if (dice(3))
        ob__pack_str(p, bytes, len);
    else
        ob__pack_bin(p, bytes, len);
}

/* One random value, at most LEVELS deep: deeper than the packer allows, at times. */
static void pack_anything(struct ob__pack *p, unsigned levels)
{
    uint32_t n = dice(6);
    switch (levels ? dice(8) : dice(5)) {
    case 0: ob__pack_nil(p); break;
    case 1: ob__pack_uint(p, (uint64_t)dice(UINT32_MAX) << dice(32)); break;
    case 2: ob__pack_int(p, -(int64_t)dice(UINT32_MAX)); break;
    case 3: pack_bytes(p); break;
    case 4: ob__pack_double(p, (double)dice(1000) / 3); break;
    case 5:
        ob__pack_map(p, n);
        for (uint32_t i = 0; i < n; i++) {
            ob__pack_key(p, "key");
            pack_anything(p, levels - 1);
        }
        break;
    default:
        ob__pack_array(p, n);
        for (uint32_t i = 0; i < n; i++)
            pack_anything(p, levels - 1);
    }
}

TEST(ten_thousand_random_messages_are_within_the_limits_or_refused)
{
    size_t refused = 0;
    for (int i = 0; i < 10000; i++) {
        struct ob__pack p;
        ob__pack_init(&p);
        ob__pack_array(&p, 1);
        pack_anything(&p, 1 + dice(10));
        if (p.err) {
            CHECK_INT(p.err, OB_ETOOBIG);
            refused++;
        } else {
            CHECK(depth_of(decode(&p)) <= OB_RPC_MAX_OUT_DEPTH);
        }
        ob__pack_release(&p);
    }
    CHECK(refused > 0 && refused < 9000); /* both sides were seen */
}

TEST_MAIN(CASE(eight_levels_are_written_and_the_ninth_is_an_error_that_sticks),
          CASE(a_list_counts_the_levels_around_it),
          CASE(a_message_over_a_mebibyte_is_an_error_and_not_a_message),
          CASE(a_list_that_does_not_fit_keeps_its_first_items_whole_and_says_that_it_was_cut),
          CASE(a_list_that_fits_is_not_cut_and_an_empty_one_is_an_empty_array),
          CASE(malformed_text_is_repaired_and_whole_text_is_left_as_it_is),
          CASE(text_may_hold_a_nul), CASE(a_path_survives_byte_for_byte),
          CASE(what_is_no_number_is_written_as_nought),
          CASE(without_memory_the_message_fails_and_nothing_leaks),
          CASE(ten_thousand_random_messages_are_within_the_limits_or_refused))
