/* Looking at values that msgpack-c has decoded.  What is found is borrowed from the message.  Pure. */
#ifndef OB_RPC_OBJECT_H
#define OB_RPC_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include <msgpack.h>

/* The bytes of O, a string or a bin (a path need not be UTF-8), without a NUL behind them; false for any other
 * type, and *TEXT and *LEN are left alone. */
bool ob__object_text(const char **text, size_t *len, const msgpack_object *o);

/* Whether O is the string TEXT. */
bool ob__object_is(const msgpack_object *o, const char *text);

/* The value of the first KEY in the map O; NULL when O is no map or has no such key. */
const msgpack_object *ob__object_get(const msgpack_object *o, const char *key);

#endif
