/* Open-addressing maps.  Invariant: the capacity is 0 or a power of two, and at least a quarter of
 * the slots is free, so that every probe ends. */
#include "openbook/base/map.h"

#include <string.h>

#include "openbook/base/hash.h"
#include "openbook/base/mem.h"

static size_t capacity_for(size_t n)
{
    size_t cap = 16;
    while (cap / 4 * 3 < n)
        cap *= 2;
    return cap;
}

/* ------------------------------------------------------------ 64-bit keys */
void ob_map64_release(struct ob_map64 *m)
{
    ob_free(m->slots);
    *m = (struct ob_map64){0};
}

/* The slot of KEY, or the free one where it belongs.  Keys may be small numbers: mix them. */
static struct ob_map64_slot *slot64(const struct ob_map64 *m, uint64_t key)
{
    size_t i = (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (m->cap - 1);
    while (m->slots[i].key && m->slots[i].key != key)
        i = (i + 1) & (m->cap - 1);
    return &m->slots[i];
}

static void rehash64(struct ob_map64 *m, size_t cap)
{
    struct ob_map64 old = *m;
    m->slots = ob_alloc(cap * sizeof *m->slots);
    m->cap = cap;
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].key)
            *slot64(m, old.slots[i].key) = old.slots[i];
    ob_free(old.slots);
}

void ob_map64_reserve(struct ob_map64 *m, size_t n)
{
    size_t cap = capacity_for(n);
    if (cap > m->cap)
        rehash64(m, cap);
}

uint64_t *ob_map64_get(const struct ob_map64 *m, uint64_t key)
{
    if (key == 0)
        return m->has_zero ? (uint64_t *)&m->zero_value : NULL;
    if (!m->cap)
        return NULL;
    struct ob_map64_slot *slot = slot64(m, key);
    return slot->key ? &slot->value : NULL;
}

uint64_t *ob_map64_put(struct ob_map64 *m, uint64_t key, bool *added)
{
    uint64_t *value = ob_map64_get(m, key);
    if (added)
        *added = !value;
    if (value)
        return value;
    m->len++;
    if (key == 0) {
        m->has_zero = true;
        return &m->zero_value;
    }
    if (m->len > m->cap / 4 * 3)
        rehash64(m, capacity_for(m->len * 2));
    struct ob_map64_slot *slot = slot64(m, key);
    slot->key = key;
    return &slot->value;
}

/* ------------------------------------------------------------ byte-string keys */
void ob_map_release(struct ob_map *m)
{
    for (size_t i = 0; i < m->cap; i++)
        ob_free(m->slots[i].key);
    ob_free(m->slots);
    *m = (struct ob_map){0};
}

static struct ob_map_slot *slot_of(const struct ob_map *m, const char *key, size_t len,
                                   uint64_t hash)
{
    size_t i = (size_t)hash & (m->cap - 1);
    for (; m->slots[i].key; i = (i + 1) & (m->cap - 1)) {
        struct ob_map_slot *s = &m->slots[i];
        if (s->hash == hash && s->key_len == len && (!len || memcmp(s->key, key, len) == 0))
            return s;
    }
    return &m->slots[i];
}

static void rehash(struct ob_map *m, size_t cap)
{
    struct ob_map old = *m;
    m->slots = ob_alloc(cap * sizeof *m->slots);
    m->cap = cap;
    for (size_t i = 0; i < old.cap; i++) {
        struct ob_map_slot *s = &old.slots[i];
        if (s->key)
            *slot_of(m, s->key, s->key_len, s->hash) = *s;
    }
    ob_free(old.slots);
}

static uint64_t *get_hashed(const struct ob_map *m, const char *key, size_t len, uint64_t hash)
{
    if (!m->cap)
        return NULL;
    struct ob_map_slot *slot = slot_of(m, key, len, hash);
    return slot->key ? &slot->value : NULL;
}

uint64_t *ob_map_get(const struct ob_map *m, const char *key, size_t key_len)
{
    return get_hashed(m, key, key_len, ob_hash(key, key_len));
}

uint64_t *ob_map_put(struct ob_map *m, const char *key, size_t key_len, bool *added)
{
    uint64_t hash = ob_hash(key, key_len);
    uint64_t *value = get_hashed(m, key, key_len, hash);
    if (added)
        *added = !value;
    if (value)
        return value;
    m->len++;
    if (m->len > m->cap / 4 * 3)
        rehash(m, capacity_for(m->len * 2));
    struct ob_map_slot *slot = slot_of(m, key, key_len, hash);
    *slot = (struct ob_map_slot){.key = ob_strndup(key, key_len), .key_len = key_len, .hash = hash};
    return &slot->value;
}

bool ob_map_remove(struct ob_map *m, const char *key, size_t key_len)
{
    if (!m->cap)
        return false;
    struct ob_map_slot *slot = slot_of(m, key, key_len, ob_hash(key, key_len));
    if (!slot->key)
        return false;
    ob_free(slot->key);
    *slot = (struct ob_map_slot){0};
    m->len--;
    /* Close the gap: everything in the run behind it moves to where a probe finds it. */
    size_t i = (size_t)(slot - m->slots);
    for (i = (i + 1) & (m->cap - 1); m->slots[i].key; i = (i + 1) & (m->cap - 1)) {
        struct ob_map_slot moved = m->slots[i];
        m->slots[i] = (struct ob_map_slot){0};
        *slot_of(m, moved.key, moved.key_len, moved.hash) = moved;
    }
    return true;
}

struct ob_map_slot *ob_map_next(const struct ob_map *m, size_t *pos)
{
    while (*pos < m->cap) {
        struct ob_map_slot *slot = &m->slots[(*pos)++];
        if (slot->key)
            return slot;
    }
    return NULL;
}
