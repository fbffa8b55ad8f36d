/* Hash maps: from 64-bit keys, and from byte strings, to one 64-bit value.
 *
 * Open addressing, linear probing, at most 3/4 full; string keys are copied.  Iteration order is
 * not defined.  Not thread-safe; a map that nobody changes may be read by any number of threads. */
#ifndef OB_BASE_MAP_H
#define OB_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ------------------------------------------------------------ 64-bit keys (already hashes) */
struct ob_map64_slot {
    uint64_t key;
    uint64_t value;
};

struct ob_map64 {
    struct ob_map64_slot *slots; /* owned; NULL while empty */
    size_t cap;                  /* a power of two, or 0 */
    size_t len;                  /* keys present */
    bool has_zero;               /* key 0 is kept apart: it marks a free slot */
    uint64_t zero_value;
};

/* A zeroed struct is an empty map. */
void ob_map64_release(struct ob_map64 *m);

/* Makes room for N keys in all, so that filling does not rehash. */
void ob_map64_reserve(struct ob_map64 *m, size_t n);

/* Pointer to the value of KEY, inserted as 0 when absent (*ADDED says so; may be NULL).  Valid
 * until the next insertion; finding a key that is there moves nothing. */
uint64_t *ob_map64_put(struct ob_map64 *m, uint64_t key, bool *added);

/* Pointer to the value of KEY, or NULL. */
uint64_t *ob_map64_get(const struct ob_map64 *m, uint64_t key);

/* ------------------------------------------------------------ byte-string keys */
struct ob_map_slot {
    char *key; /* owned copy, NUL behind it; NULL: free */
    size_t key_len;
    uint64_t hash;
    uint64_t value;
};

struct ob_map {
    struct ob_map_slot *slots; /* owned; NULL while empty */
    size_t cap;                /* a power of two, or 0 */
    size_t len;
};

/* As with ob_map64; KEY may be NULL when KEY_LEN is 0. */
void ob_map_release(struct ob_map *m);
uint64_t *ob_map_put(struct ob_map *m, const char *key, size_t key_len, bool *added);
uint64_t *ob_map_get(const struct ob_map *m, const char *key, size_t key_len);

/* Removes KEY; false when it was not there. */
bool ob_map_remove(struct ob_map *m, const char *key, size_t key_len);

/* Walks all slots: start with *POS = 0; the next used slot (borrowed) or NULL at the end.  The map
 * must not change meanwhile. */
struct ob_map_slot *ob_map_next(const struct ob_map *m, size_t *pos);

#endif
