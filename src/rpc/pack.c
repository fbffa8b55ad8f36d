/* msgpack-c's packer writing into a buffer with a ceiling, with a count of what each open container
 * is still owed, so that depth is known and a header that lies is caught by an assertion. */
#include "pack.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include <msgpack.h>

#include "openbook/base/error.h"
#include "openbook/text/utf8.h"

static int write_bytes(void *data, const char *bytes, size_t len)
{
    struct ob__pack *p = data;
    if (!p->err)
        p->err = ob_buf_append(&p->out, bytes, len);
    return p->err ? -1 : 0;
}

static msgpack_packer packer_of(struct ob__pack *p)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, p, write_bytes);
    return packer;
}

void ob__pack_init(struct ob__pack *p)
{
    memset(p, 0, sizeof *p);
    ob_buf_init(&p->out, OB_RPC_MAX_OUT_BYTES);
}

void ob__pack_release(struct ob__pack *p)
{
    ob_buf_release(&p->out);
}

bool ob__pack_is_whole(const struct ob__pack *p)
{
    return p->depth == 0;
}

static void close_full(struct ob__pack *p)
{
    while (p->depth && p->left[p->depth - 1] == 0)
        p->depth--;
}

/* One value begins: the innermost container is owed one less. */
static void count_value(struct ob__pack *p)
{
    if (p->depth) {
        assert(p->left[p->depth - 1] > 0);
        p->left[p->depth - 1]--;
    }
}

static void open_container(struct ob__pack *p, uint32_t values)
{
    count_value(p);
    if (p->outside + p->depth >= OB_RPC_MAX_OUT_DEPTH) {
        p->err = p->err ? p->err : OB_ETOOBIG;
        return;
    }
    p->left[p->depth++] = values;
}

void ob__pack_map(struct ob__pack *p, uint32_t pairs)
{
    if (p->err)
        return;
    open_container(p, pairs * 2);
    msgpack_packer packer = packer_of(p);
    msgpack_pack_map(&packer, pairs);
    close_full(p);
}

void ob__pack_array(struct ob__pack *p, uint32_t values)
{
    if (p->err)
        return;
    open_container(p, values);
    msgpack_packer packer = packer_of(p);
    msgpack_pack_array(&packer, values);
    close_full(p);
}

/* Every scalar takes the same three steps around one call of msgpack-c. */
#define PACK_SCALAR(p, call)                                                                       \
    do {                                                                                           \
        if ((p)->err)                                                                              \
            return;                                                                                \
        count_value(p);                                                                            \
        msgpack_packer packer = packer_of(p);                                                      \
        call;                                                                                      \
        close_full(p);                                                                             \
    } while (0)

void ob__pack_nil(struct ob__pack *p)
{
    PACK_SCALAR(p, msgpack_pack_nil(&packer));
}

void ob__pack_bool(struct ob__pack *p, bool value)
{
    PACK_SCALAR(p, value ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer));
}

void ob__pack_uint(struct ob__pack *p, uint64_t value)
{
    PACK_SCALAR(p, msgpack_pack_uint64(&packer, value));
}

void ob__pack_int(struct ob__pack *p, int64_t value)
{
    PACK_SCALAR(p, msgpack_pack_int64(&packer, value));
}

void ob__pack_double(struct ob__pack *p, double value)
{
    PACK_SCALAR(p, msgpack_pack_double(&packer, isfinite(value) ? value : 0.0));
}

static void pack_valid_str(struct ob__pack *p, const char *text, size_t len)
{
    PACK_SCALAR(p, msgpack_pack_str_with_body(&packer, text, len));
}

static void fail(struct ob__pack *p, int err)
{
    if (!p->err)
        p->err = err;
}

void ob__pack_str(struct ob__pack *p, const char *text, size_t len)
{
    if (!text || !len) {
        pack_valid_str(p, "", 0);
    } else if (len > OB_RPC_MAX_OUT_BYTES) {
        fail(p, OB_ETOOBIG);
    } else if (ob_utf8_valid(text, len)) {
        pack_valid_str(p, text, len);
    } else {
        struct ob_buf repaired;
        ob_buf_init(&repaired, 3 * len); /* U+FFFD takes three bytes for one */
        int err = ob_utf8_repair(&repaired, text, len);
        if (err)
            fail(p, err);
        else
            pack_valid_str(p, ob_buf_str(&repaired), repaired.len);
        ob_buf_release(&repaired);
    }
}

void ob__pack_cstr(struct ob__pack *p, const char *text)
{
    ob__pack_str(p, text, text ? strlen(text) : 0);
}

void ob__pack_bin(struct ob__pack *p, const void *bytes, size_t len)
{
    PACK_SCALAR(p, msgpack_pack_bin_with_body(&packer, bytes, len));
}

void ob__pack_path(struct ob__pack *p, const char *path)
{
    size_t len = strlen(path);
    if (ob_utf8_valid(path, len))
        ob__pack_str(p, path, len);
    else
        ob__pack_bin(p, path, len);
}

void ob__pack_key(struct ob__pack *p, const char *key)
{
    ob__pack_cstr(p, key);
}

void ob__pack_key_str(struct ob__pack *p, const char *key, const char *value)
{
    ob__pack_cstr(p, key);
    ob__pack_cstr(p, value);
}

void ob__pack_key_uint(struct ob__pack *p, const char *key, uint64_t value)
{
    ob__pack_cstr(p, key);
    ob__pack_uint(p, value);
}

void ob__pack_key_bool(struct ob__pack *p, const char *key, bool value)
{
    ob__pack_cstr(p, key);
    ob__pack_bool(p, value);
}

void ob__pack_key_double(struct ob__pack *p, const char *key, double value)
{
    ob__pack_cstr(p, key);
    ob__pack_double(p, value);
}

void ob__list_begin(struct ob__list *list, struct ob__pack *owner, size_t keep_free_bytes)
{
    enum { ARRAY_HEAD = 5 };
    memset(list, 0, sizeof *list);
    list->owner = owner;
    size_t taken = owner->out.len + keep_free_bytes + ARRAY_HEAD;
    size_t room = taken < OB_RPC_MAX_OUT_BYTES ? OB_RPC_MAX_OUT_BYTES - taken : 1;
    ob_buf_init(&list->items.out, room);
    list->items.outside = owner->outside + owner->depth + 1;
    if (list->items.outside > OB_RPC_MAX_OUT_DEPTH)
        fail(owner, OB_ETOOBIG);
}

bool ob__list_next(struct ob__list *list)
{
    if (list->items.err) {
        list->cut = true;
        return false;
    }
    assert(list->items.depth == 0);
    list->good = list->items.out.len;
    list->len++;
    return true;
}

bool ob__list_end(struct ob__list *list)
{
    struct ob__pack *p = list->owner;
    bool cut = list->cut;
    if (!p->err) {
        count_value(p);
        msgpack_packer packer = packer_of(p);
        msgpack_pack_array(&packer, list->len);
        (void)write_bytes(p, ob_buf_str(&list->items.out), list->good); /* the error sticks */
        close_full(p);
    }
    ob__pack_release(&list->items);
    return cut;
}
