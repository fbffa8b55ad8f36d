/* The only writer of messages.  A reply can kill an old editor (nesting, claimed lengths), so the
 * limits toward clients are enforced here and nowhere else: at most OB_RPC_MAX_OUT_DEPTH levels and
 * OB_RPC_MAX_OUT_BYTES bytes, valid UTF-8 in every string, no header before its length is known.
 *
 * Errors stick: after the first one nothing is written and err tells.  Loop thread. */
#ifndef OB_RPC_PACK_H
#define OB_RPC_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/buf.h"
#include "openbook/rpc/limits.h"

struct ob__pack {
    struct ob_buf out;                   /* the bytes so far; owned */
    unsigned depth;                      /* containers open here */
    unsigned outside;                    /* containers open around this part (lists) */
    uint32_t left[OB_RPC_MAX_OUT_DEPTH]; /* values still owed to each open container */
    int err;                             /* 0, OB_ETOOBIG or OB_ENOMEM */
};

void ob__pack_init(struct ob__pack *p);
void ob__pack_release(struct ob__pack *p);

/* True when every container got the values its header promised. */
bool ob__pack_is_whole(const struct ob__pack *p);

void ob__pack_map(struct ob__pack *p, uint32_t pairs);
void ob__pack_array(struct ob__pack *p, uint32_t values);
void ob__pack_nil(struct ob__pack *p);
void ob__pack_bool(struct ob__pack *p, bool value);
void ob__pack_uint(struct ob__pack *p, uint64_t value);
void ob__pack_int(struct ob__pack *p, int64_t value);
void ob__pack_double(struct ob__pack *p, double value); /* 0 for what is no number */

/* TEXT as a string; malformed parts become U+FFFD.  NULL counts as "". */
void ob__pack_str(struct ob__pack *p, const char *text, size_t len);
void ob__pack_cstr(struct ob__pack *p, const char *text);
void ob__pack_bin(struct ob__pack *p, const void *bytes, size_t len);

/* A path that must survive as it is: a string when it is UTF-8, else bin. */
void ob__pack_path(struct ob__pack *p, const char *path);

/* A key and its value. */
void ob__pack_key(struct ob__pack *p, const char *key);
void ob__pack_key_str(struct ob__pack *p, const char *key, const char *value);
void ob__pack_key_uint(struct ob__pack *p, const char *key, uint64_t value);
void ob__pack_key_bool(struct ob__pack *p, const char *key, bool value);
void ob__pack_key_double(struct ob__pack *p, const char *key, double value);

/* An array whose length is not known before its items are written.  Items go to list.items; one that
 * no longer fits is cut off and ends the list.
 *
 *     ob__list_begin(&list, p, 256);           // 256 bytes stay free for what follows the list
 *     while (next(&item)) { pack(&list.items, item); if (!ob__list_next(&list)) break; }
 *     cut = ob__list_end(&list);
 */
struct ob__list {
    struct ob__pack items;
    struct ob__pack *owner;
    uint32_t len; /* items kept */
    size_t good;  /* bytes of them */
    bool cut;     /* an item did not fit */
};

void ob__list_begin(struct ob__list *list, struct ob__pack *owner, size_t keep_free_bytes);
bool ob__list_next(struct ob__list *list); /* false: the item was cut off, the list is full */
bool ob__list_end(struct ob__list *list);  /* true when items were cut off */

#endif
