/* msgpack-c tells strings from bins and leaves the comparing to us. */
#include "object.h"

#include <string.h>

bool ob__object_text(const char **text, size_t *len, const msgpack_object *o)
{
    bool str = o->type == MSGPACK_OBJECT_STR;
    if (!str && o->type != MSGPACK_OBJECT_BIN)
        return false;
    *text = str ? o->via.str.ptr : o->via.bin.ptr;
    *len = str ? o->via.str.size : o->via.bin.size;
    return true;
}

bool ob__object_is(const msgpack_object *o, const char *text)
{
    size_t len = strlen(text);
    return o->type == MSGPACK_OBJECT_STR && o->via.str.size == len &&
           memcmp(o->via.str.ptr, text, len) == 0;
}

const msgpack_object *ob__object_get(const msgpack_object *o, const char *key)
{
    if (o->type != MSGPACK_OBJECT_MAP)
        return NULL;
    for (uint32_t i = 0; i < o->via.map.size; i++)
        if (ob__object_is(&o->via.map.ptr[i].key, key))
            return &o->via.map.ptr[i].val;
    return NULL;
}
