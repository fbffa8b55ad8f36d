/* Short names for packing parameters and for reading replies. */
#include <math.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/text/utf8.h"

#include "inside.h"

enum { MAX_TEXT_BYTES = 4 * 1024 * 1024 };

static msgpack_packer packer_of(msgpack_sbuffer *b)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, b, msgpack_sbuffer_write);
    return packer;
}

void ob__put_map(msgpack_sbuffer *b, size_t pairs)
{
    msgpack_packer p = packer_of(b);
    msgpack_pack_map(&p, pairs);
}

void ob__put_array(msgpack_sbuffer *b, size_t values)
{
    msgpack_packer p = packer_of(b);
    msgpack_pack_array(&p, values);
}

void ob__put_str(msgpack_sbuffer *b, const char *text, size_t len)
{
    msgpack_packer p = packer_of(b);
    msgpack_pack_str_with_body(&p, text, len);
}

void ob__put_key_str(msgpack_sbuffer *b, const char *key, const char *value)
{
    ob__put_str(b, key, strlen(key));
    ob__put_str(b, value, strlen(value));
}

void ob__put_key_uint(msgpack_sbuffer *b, const char *key, uint64_t value)
{
    msgpack_packer p = packer_of(b);
    ob__put_str(b, key, strlen(key));
    msgpack_pack_uint64(&p, value);
}

void ob__put_key_bool(msgpack_sbuffer *b, const char *key, bool value)
{
    msgpack_packer p = packer_of(b);
    ob__put_str(b, key, strlen(key));
    if (value)
        msgpack_pack_true(&p);
    else
        msgpack_pack_false(&p);
}

/* cJSON itself allows at most a thousand levels; the scanner of the server allows sixteen. */
void ob__put_json(msgpack_sbuffer *b, const cJSON *value)
{
    msgpack_packer p = packer_of(b);
    if (cJSON_IsString(value)) {
        ob__put_str(b, value->valuestring, strlen(value->valuestring));
    } else if (cJSON_IsNumber(value)) {
        double d = value->valuedouble;
        if (d >= 0 && d < 9e15 && d == floor(d))
            msgpack_pack_uint64(&p, (uint64_t)d);
        else
            msgpack_pack_double(&p, d);
    } else if (cJSON_IsBool(value)) {
        if (cJSON_IsTrue(value))
            msgpack_pack_true(&p);
        else
            msgpack_pack_false(&p);
    } else if (cJSON_IsArray(value) || cJSON_IsObject(value)) {
        int n = cJSON_GetArraySize(value);
        if (cJSON_IsArray(value))
            ob__put_array(b, (size_t)n);
        else
            ob__put_map(b, (size_t)n);
        const cJSON *item;
        cJSON_ArrayForEach(item, value)
        {
            if (cJSON_IsObject(value))
                ob__put_str(b, item->string, strlen(item->string));
            ob__put_json(b, item);
        }
    } else {
        msgpack_pack_nil(&p);
    }
}

const msgpack_object *ob__get(const msgpack_object *o, const char *key)
{
    if (!o || o->type != MSGPACK_OBJECT_MAP)
        return NULL;
    for (uint32_t i = 0; i < o->via.map.size; i++) {
        const msgpack_object *k = &o->via.map.ptr[i].key;
        if (k->type == MSGPACK_OBJECT_STR && k->via.str.size == strlen(key) &&
            memcmp(k->via.str.ptr, key, k->via.str.size) == 0)
            return &o->via.map.ptr[i].val;
    }
    return NULL;
}

uint64_t ob__get_uint(const msgpack_object *o, const char *key)
{
    const msgpack_object *v = ob__get(o, key);
    return v && v->type == MSGPACK_OBJECT_POSITIVE_INTEGER ? v->via.u64 : 0;
}

double ob__get_double(const msgpack_object *o, const char *key)
{
    const msgpack_object *v = ob__get(o, key);
    bool is_float = v && (v->type == MSGPACK_OBJECT_FLOAT64 || v->type == MSGPACK_OBJECT_FLOAT32);
    return is_float ? v->via.f64 : (double)ob__get_uint(o, key);
}

bool ob__get_bool(const msgpack_object *o, const char *key)
{
    const msgpack_object *v = ob__get(o, key);
    return v && v->type == MSGPACK_OBJECT_BOOLEAN && v->via.boolean;
}

static char *text_of(const msgpack_object *v)
{
    if (v && v->type == MSGPACK_OBJECT_STR)
        return ob_strndup(v->via.str.ptr, v->via.str.size);
    if (v && v->type == MSGPACK_OBJECT_BIN)
        return ob_strndup(v->via.bin.ptr, v->via.bin.size);
    return ob_strdup("");
}

char *ob__get_text(const msgpack_object *o, const char *key)
{
    return text_of(ob__get(o, key));
}

size_t ob__get_array(const msgpack_object *o, const char *key, const msgpack_object **items)
{
    const msgpack_object *v = ob__get(o, key);
    *items = NULL;
    if (!v || v->type != MSGPACK_OBJECT_ARRAY)
        return 0;
    *items = v->via.array.ptr;
    return v->via.array.size;
}

static cJSON *json_text(const msgpack_object *o)
{
    char *raw = text_of(o);
    struct ob_buf clean;
    ob_buf_init(&clean, MAX_TEXT_BYTES);
    (void)ob_utf8_repair(&clean, raw, strlen(raw)); /* a reply has at most 1 MiB */
    cJSON *json = cJSON_CreateString(ob_buf_str(&clean));
    ob_buf_release(&clean);
    ob_free(raw);
    return json;
}

/* Replies are at most eight levels deep: the recursion is bounded by the channel. */
cJSON *ob__json_of(const msgpack_object *o)
{
    cJSON *json = NULL;
    switch (o->type) {
    case MSGPACK_OBJECT_BOOLEAN: return cJSON_CreateBool(o->via.boolean);
    case MSGPACK_OBJECT_POSITIVE_INTEGER: return cJSON_CreateNumber((double)o->via.u64);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER: return cJSON_CreateNumber((double)o->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64: return cJSON_CreateNumber(o->via.f64);
    case MSGPACK_OBJECT_STR:
    case MSGPACK_OBJECT_BIN: return json_text(o);
    case MSGPACK_OBJECT_ARRAY:
        json = cJSON_CreateArray();
        for (uint32_t i = 0; i < o->via.array.size; i++)
            cJSON_AddItemToArray(json, ob__json_of(&o->via.array.ptr[i]));
        return json;
    case MSGPACK_OBJECT_MAP:
        json = cJSON_CreateObject();
        for (uint32_t i = 0; i < o->via.map.size; i++) {
            char *key = text_of(&o->via.map.ptr[i].key);
            cJSON_AddItemToObject(json, key, ob__json_of(&o->via.map.ptr[i].val));
            ob_free(key);
        }
        return json;
    default: return cJSON_CreateNull();
    }
}
