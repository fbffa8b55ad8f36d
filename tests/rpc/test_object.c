/* Looking at decoded values. */
#include <string.h>

#include "../../src/rpc/object.h"
#include "test.h"

static msgpack_object string(const char *text, size_t len)
{
    msgpack_object o = {.type = MSGPACK_OBJECT_STR};
    o.via.str.ptr = text;
    o.via.str.size = (uint32_t)len;
    return o;
}

static msgpack_object bin(const char *text, size_t len)
{
    msgpack_object o = {.type = MSGPACK_OBJECT_BIN};
    o.via.bin.ptr = text;
    o.via.bin.size = (uint32_t)len;
    return o;
}

static msgpack_object number(uint64_t value)
{
    msgpack_object o = {.type = MSGPACK_OBJECT_POSITIVE_INTEGER};
    o.via.u64 = value;
    return o;
}

TEST(strings_and_bins_are_texts_and_nothing_else_is)
{
    msgpack_object s = string("일지.md", 9), b = bin("a\0b\xFF", 4), n = number(1);
    const char *text = "before";
    size_t len = 6;
    CHECK(!ob__object_text(&text, &len, &n));
    CHECK_STR(text, "before");
    CHECK_INT(len, 6);
    CHECK(ob__object_text(&text, &len, &s));
    CHECK_INT(len, 9);
    CHECK(memcmp(text, "일지.md", 9) == 0);
    CHECK(ob__object_text(&text, &len, &b));
    CHECK_INT(len, 4);
    CHECK(memcmp(text, "a\0b\xFF", 4) == 0);
}

TEST(string_is_compared_whole_and_a_bin_is_no_string)
{
    msgpack_object id = string("id", 2), longer = string("idle", 4), nul = string("id\0", 3);
    msgpack_object b = bin("id", 2);
    CHECK(ob__object_is(&id, "id"));
    CHECK(!ob__object_is(&id, "idle"));
    CHECK(!ob__object_is(&longer, "id"));
    CHECK(!ob__object_is(&nul, "id"));
    CHECK(!ob__object_is(&b, "id"));
}

TEST(key_is_found_in_a_map_alone)
{
    msgpack_object_kv pairs[] = {{number(2), number(20)},
                                 {string("path", 4), number(30)},
                                 {string("경로", 6), number(40)},
                                 {string("path", 4), number(50)}};
    msgpack_object map = {.type = MSGPACK_OBJECT_MAP}, array = {.type = MSGPACK_OBJECT_ARRAY};
    map.via.map.ptr = pairs;
    map.via.map.size = 4;
    CHECK_INT(ob__object_get(&map, "path")->via.u64, 30);
    CHECK_INT(ob__object_get(&map, "경로")->via.u64, 40);
    CHECK(!ob__object_get(&map, "pat"));
    CHECK(!ob__object_get(&array, "path"));
}

TEST_MAIN(CASE(strings_and_bins_are_texts_and_nothing_else_is),
          CASE(string_is_compared_whole_and_a_bin_is_no_string), CASE(key_is_found_in_a_map_alone))
