/* Unsaved texts: a map from client to a map from path to text.  Every entry holds one reference. */
#include "openbook/files/unsaved.h"

#include <string.h>

#include "openbook/base/map.h"
#include "openbook/base/mem.h"

/* ------------------------------------------------------------ texts */
struct ob_text *ob_text_new(const char *bytes, size_t len)
{
    struct ob_text *t = ob_alloc(sizeof *t);
    t->data = ob_strndup(bytes, len);
    t->len = len;
    t->refs = 1;
    return t;
}

struct ob_text *ob_text_take(struct ob_buf *b)
{
    struct ob_text *t = ob_alloc(sizeof *t);
    t->data = ob_buf_detach(b, &t->len);
    t->refs = 1;
    return t;
}

struct ob_text *ob_text_take_part(struct ob_buf *b, size_t at, size_t len)
{
    struct ob_text *t = ob_alloc(sizeof *t);
    t->whole = ob_buf_detach(b, NULL);
    t->data = t->whole + at;
    t->len = len;
    t->refs = 1;
    t->data[len] = '\0'; /* behind the last byte of a buffer there is one */
    return t;
}

/* The door shows a plain unsigned, so that it compiles without <stdatomic.h>. */
struct ob_text *ob_text_ref(struct ob_text *t)
{
    __atomic_fetch_add(&t->refs, 1, __ATOMIC_RELAXED);
    return t;
}

void ob_text_unref(struct ob_text *t)
{
    if (!t || __atomic_fetch_sub(&t->refs, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    ob_free(t->whole ? t->whole : t->data);
    ob_free(t);
}

/* ------------------------------------------------------------ per client */
struct ob_unsaved {
    struct ob_map64 clients; /* client -> its struct ob_map of texts; 0 while it has none */
};

struct ob_unsaved *ob_unsaved_new(void)
{
    return ob_alloc(sizeof(struct ob_unsaved));
}

static struct ob_map *texts_of(const struct ob_unsaved *u, uint64_t client)
{
    const uint64_t *value = ob_map64_get(&u->clients, client);
    return value ? (struct ob_map *)(uintptr_t)*value : NULL;
}

static void free_texts(struct ob_map *texts)
{
    size_t pos = 0;
    struct ob_map_slot *slot;
    if (!texts)
        return;
    while ((slot = ob_map_next(texts, &pos)))
        ob_text_unref((struct ob_text *)(uintptr_t)slot->value);
    ob_map_release(texts);
    ob_free(texts);
}

void ob_unsaved_free(struct ob_unsaved *u)
{
    if (!u)
        return;
    for (size_t i = 0; i < u->clients.cap; i++)
        if (u->clients.slots[i].key)
            free_texts((struct ob_map *)(uintptr_t)u->clients.slots[i].value);
    if (u->clients.has_zero)
        free_texts((struct ob_map *)(uintptr_t)u->clients.zero_value);
    ob_map64_release(&u->clients);
    ob_free(u);
}

static void drop(struct ob_map *texts, const char *path)
{
    uint64_t *value = texts ? ob_map_get(texts, path, strlen(path)) : NULL;
    if (!value)
        return;
    ob_text_unref((struct ob_text *)(uintptr_t)*value);
    (void)ob_map_remove(texts, path, strlen(path)); /* it is there: we just read it */
}

void ob_unsaved_set(struct ob_unsaved *u, uint64_t client, const char *path, struct ob_text *text)
{
    struct ob_map *texts = texts_of(u, client);
    if (text)
        (void)ob_text_ref(text); /* before the old one goes: it may be the same */
    drop(texts, path);
    if (!text)
        return;
    if (!texts) {
        texts = ob_alloc(sizeof *texts);
        *ob_map64_put(&u->clients, client, NULL) = (uint64_t)(uintptr_t)texts;
    }
    *ob_map_put(texts, path, strlen(path), NULL) = (uint64_t)(uintptr_t)text;
}

struct ob_text *ob_unsaved_get(const struct ob_unsaved *u, uint64_t client, const char *path)
{
    const struct ob_map *texts = texts_of(u, client);
    const uint64_t *value = texts ? ob_map_get(texts, path, strlen(path)) : NULL;
    return value ? (struct ob_text *)(uintptr_t)*value : NULL;
}

struct ob_text *ob_unsaved_next(const struct ob_unsaved *u, uint64_t client, size_t *pos,
                                const char **path)
{
    const struct ob_map *texts = texts_of(u, client);
    const struct ob_map_slot *slot = texts ? ob_map_next(texts, pos) : NULL;
    if (!slot)
        return NULL;
    *path = slot->key;
    return (struct ob_text *)(uintptr_t)slot->value;
}

void ob_unsaved_drop_client(struct ob_unsaved *u, uint64_t client)
{
    uint64_t *value = ob_map64_get(&u->clients, client);
    if (!value)
        return;
    free_texts((struct ob_map *)(uintptr_t)*value);
    *value = 0; /* client numbers are not used twice; the slot is sixteen bytes */
}
