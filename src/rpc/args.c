/* Every sentence has one form: "search: limit must be a number from 0 to 200". */
#include "args.h"

#include <stdio.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/rpc/limits.h"

#include "object.h"

static void wrong(struct ob__args *a, const char *key, const char *what)
{
    if (!a->err)
        a->err = ob_error_set(a->e, OB_EINVAL, "%s: %s must be %s", a->method, key, what);
}

const msgpack_object *ob__args_get(struct ob__args *a, const char *key)
{
    const msgpack_object *found = NULL;
    if (a->err || !a->map)
        return NULL;
    for (uint32_t i = 0; i < a->map->via.map.size; i++) {
        const msgpack_object_kv *kv = &a->map->via.map.ptr[i];
        if (!ob__object_is(&kv->key, key))
            continue;
        if (found) {
            wrong(a, key, "given once");
            return NULL;
        }
        found = &kv->val;
    }
    return found && found->type != MSGPACK_OBJECT_NIL ? found : NULL;
}

void ob__args_require(struct ob__args *a, const char *key)
{
    if (!ob__args_get(a, key) && !a->err)
        a->err = ob_error_set(a->e, OB_EINVAL, "%s: %s is missing", a->method, key);
}

struct ob__args ob__args_map(struct ob__args *a, const char *key)
{
    struct ob__args inner = {a->method, NULL, a->e, a->err};
    const msgpack_object *o = ob__args_get(a, key);
    if (o && o->type == MSGPACK_OBJECT_MAP)
        inner.map = o;
    else if (o && !(o->type == MSGPACK_OBJECT_ARRAY && o->via.array.size == 0))
        wrong(a, key, "a map"); /* Lua packs its empty table as [] */
    inner.err = a->err;
    return inner;
}

bool ob__args_str(struct ob__args *a, const char *key, const char **text, size_t *len)
{
    const msgpack_object *o = ob__args_get(a, key);
    *text = NULL;
    *len = 0;
    if (!o)
        return false;
    if (ob__object_text(text, len, o))
        return true;
    wrong(a, key, "a string");
    return false;
}

static const char *copy_word(struct ob__args *a, const char *key, const msgpack_object *o,
                             struct ob_arena *arena)
{
    const char *text;
    size_t len;
    if (!ob__object_text(&text, &len, o) || len > OB_RPC_MAX_PATH_BYTES ||
        memchr(text, '\0', len)) {
        _Static_assert(OB_RPC_MAX_PATH_BYTES == 4096, "as the sentence says");
        wrong(a, key, "a string of at most 4,096 bytes without NUL");
        return NULL;
    }
    return ob_arena_strndup(arena, text, len);
}

const char *ob__args_word(struct ob__args *a, const char *key, struct ob_arena *arena)
{
    const msgpack_object *o = ob__args_get(a, key);
    return o ? copy_word(a, key, o, arena) : NULL;
}

static const char *copy_path(struct ob__args *a, const char *key, const msgpack_object *o,
                             struct ob_arena *arena)
{
    const char *path = copy_word(a, key, o, arena);
    if (!path)
        return NULL;
    if (path[0] != '/') {
        wrong(a, key, "an absolute path");
        return NULL;
    }
    char *clean = ob_path_absolute(path);
    const char *kept = ob_arena_strdup(arena, clean);
    ob_free(clean);
    return kept;
}

const char *ob__args_path(struct ob__args *a, const char *key, struct ob_arena *arena)
{
    const msgpack_object *o = ob__args_get(a, key);
    return o ? copy_path(a, key, o, arena) : NULL;
}

/* The array under KEY, or NULL when it is absent, no array, or longer than MAX. */
static const msgpack_object_array *array_of(struct ob__args *a, const char *key, size_t max)
{
    const msgpack_object *o = ob__args_get(a, key);
    if (!o)
        return NULL;
    if (o->type == MSGPACK_OBJECT_ARRAY && o->via.array.size <= max)
        return &o->via.array;
    if (!a->err)
        a->err = ob_error_set(a->e, OB_EINVAL, "%s: %s must be a list of at most %zu", a->method,
                              key, max);
    return NULL;
}

size_t ob__args_paths(struct ob__args *a, const char *key, size_t max, struct ob_arena *arena,
                      const char *const **out)
{
    const msgpack_object_array *array = array_of(a, key, max);
    *out = NULL;
    if (!array)
        return 0;
    const char **paths = ob_arena_alloc(arena, (array->size + 1) * sizeof *paths);
    for (uint32_t i = 0; i < array->size && !a->err; i++)
        paths[i] = copy_path(a, key, &array->ptr[i], arena);
    *out = paths;
    return a->err ? 0 : array->size;
}

const char *const *ob__args_words(struct ob__args *a, const char *key, size_t max,
                                  struct ob_arena *arena)
{
    const msgpack_object_array *array = array_of(a, key, max);
    if (!array)
        return NULL;
    const char **words = ob_arena_alloc(arena, (array->size + 1) * sizeof *words);
    for (uint32_t i = 0; i < array->size && !a->err; i++)
        words[i] = copy_word(a, key, &array->ptr[i], arena);
    return a->err ? NULL : words;
}

uint64_t ob__args_uint(struct ob__args *a, const char *key, uint64_t fallback, uint64_t max)
{
    const msgpack_object *o = ob__args_get(a, key);
    if (!o)
        return fallback;
    if (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER && o->via.u64 <= max)
        return o->via.u64;
    if (!a->err)
        a->err = ob_error_set(a->e, OB_EINVAL, "%s: %s must be a number from 0 to %llu", a->method,
                              key, (unsigned long long)max);
    return fallback;
}

double ob__args_double(struct ob__args *a, const char *key, double fallback)
{
    const msgpack_object *o = ob__args_get(a, key);
    if (!o)
        return fallback;
    switch (o->type) {
    case MSGPACK_OBJECT_POSITIVE_INTEGER: return (double)o->via.u64;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER: return (double)o->via.i64;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        if (o->via.f64 == o->via.f64) /* not NaN */
            return o->via.f64;
        break;
    default: break;
    }
    wrong(a, key, "a number");
    return fallback;
}

bool ob__args_bool(struct ob__args *a, const char *key, bool fallback)
{
    const msgpack_object *o = ob__args_get(a, key);
    if (!o)
        return fallback;
    if (o->type == MSGPACK_OBJECT_BOOLEAN)
        return o->via.boolean;
    wrong(a, key, "true or false");
    return fallback;
}

int ob__args_choice(struct ob__args *a, const char *key, const char *const *names, size_t n,
                    int fallback)
{
    const char *text;
    size_t len;
    if (!ob__args_str(a, key, &text, &len))
        return fallback;
    char list[128] = "";
    for (size_t i = 0; i < n; i++) {
        if (strlen(names[i]) == len && memcmp(names[i], text, len) == 0)
            return (int)i;
        size_t at = strlen(list);
        (void)snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", names[i]);
    }
    char what[160];
    (void)snprintf(what, sizeof what, "one of %s", list);
    wrong(a, key, what);
    return fallback;
}
