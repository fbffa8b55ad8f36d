/* Messages from a client: the pre-scanner, msgpack-c behind it, and the reading of parameters.
 *
 * What must hold: the scanner says the same whether bytes come at once or one by one; what it calls
 * whole msgpack-c decodes to its last byte; nothing it lets through is deeper than the limit. */
#include <string.h>

#include <msgpack.h>

#include "openbook/base/arena.h"

#include "../../src/rpc/args.h"
#include "../../src/rpc/scan.h"
#include "fuzz.h"

static size_t depth_of(const msgpack_object *o)
{
    size_t deepest = 0;
    bool map = o->type == MSGPACK_OBJECT_MAP;
    if (!map && o->type != MSGPACK_OBJECT_ARRAY)
        return 0;
    for (uint32_t i = 0; i < (map ? o->via.map.size : o->via.array.size); i++) {
        size_t d = depth_of(map ? &o->via.map.ptr[i].val : &o->via.array.ptr[i]);
        deepest = d > deepest ? d : deepest;
    }
    return deepest + 1;
}

/* Every getter on every key that a method knows, as a handler would: nothing may be read that is not
 * there, whatever the types are. */
static void read_params(const msgpack_object *map)
{
    static const char *const keys[] = {"query", "path", "roots", "limit", "id", "text", "llm"};
    static const char *const words[] = {"all", "code", "note"};
    struct ob_arena arena = OB_ARENA_INIT;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *text, *const *list;
        size_t len;
        struct ob_error e = OB_ERROR_INIT;
        struct ob__args a = {"search", map, &e, 0};
        (void)ob__args_uint(&a, keys[i], 0, 200);
        a.err = 0;
        if (ob__args_str(&a, keys[i], &text, &len))
            (void)ob_arena_strndup(&arena, text, len); /* reads all of it */
        a.err = 0;
        const char *path = ob__args_path(&a, keys[i], &arena);
        CHECK(!path || path[0] == '/');
        a.err = 0;
        size_t n = ob__args_paths(&a, keys[i], 32, &arena, &list);
        for (size_t j = 0; j < n; j++)
            CHECK(list[j][0] == '/');
        a.err = 0;
        (void)ob__args_words(&a, keys[i], 32, &arena);
        (void)ob__args_double(&a, keys[i], 0);
        (void)ob__args_bool(&a, keys[i], false);
        int choice = ob__args_choice(&a, keys[i], words, 3, 0);
        CHECK(choice >= 0 && choice < 3);
        a.err = 0;
        (void)ob__args_map(&a, keys[i]);
    }
    ob_arena_release(&arena);
}

static void decode(const char *bytes, size_t len)
{
    msgpack_zone zone;
    msgpack_object object;
    size_t offset = 0;
    CHECK(msgpack_zone_init(&zone, 4096));
    int got = msgpack_unpack(bytes, len, &offset, &zone, &object);
    CHECK(got == MSGPACK_UNPACK_SUCCESS || got == MSGPACK_UNPACK_EXTRA_BYTES);
    CHECK(offset == 0 || offset == len);
    CHECK(object.type == MSGPACK_OBJECT_ARRAY);
    CHECK(depth_of(&object) <= OB_RPC_MAX_IN_DEPTH);
    for (uint32_t i = 0; i < object.via.array.size; i++) {
        const msgpack_object *o = &object.via.array.ptr[i];
        if (o->type == MSGPACK_OBJECT_ARRAY && o->via.array.size == 1)
            o = o->via.array.ptr;
        if (o->type == MSGPACK_OBJECT_MAP)
            read_params(o);
    }
    msgpack_zone_destroy(&zone);
}

static enum ob__scan_result scan_singly(size_t *used, const char *bytes, size_t len)
{
    struct ob__scan s;
    enum ob__scan_result result = OB__SCAN_MORE;
    ob__scan_init(&s, OB_RPC_MAX_IN_BYTES);
    for (*used = 0; *used < len && result == OB__SCAN_MORE;) {
        size_t n;
        result = ob__scan_feed(&s, &n, bytes + *used, 1);
        *used += n;
    }
    return result;
}

static void target(const unsigned char *data, size_t len)
{
    struct ob__scan s;
    const char *bytes = (const char *)data;
    while (len) {
        size_t used, singly;
        ob__scan_init(&s, OB_RPC_MAX_IN_BYTES);
        enum ob__scan_result result = ob__scan_feed(&s, &used, bytes, len);
        CHECK(scan_singly(&singly, bytes, len) == result);
        CHECK(singly == used && used <= len && used > 0);
        if (result != OB__SCAN_WHOLE)
            break;
        CHECK(s.len == used);
        decode(bytes, used);
        bytes += used;
        len -= used;
    }
}

FUZZ_TARGET(target, "message")
