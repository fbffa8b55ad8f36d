/* Typed reading of a method's parameters.  The first error sticks, names the method and the key, and
 * makes every later getter return its fallback, so a handler reads all and checks once. */
#ifndef OB_RPC_ARGS_H
#define OB_RPC_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <msgpack.h>

#include "openbook/base/arena.h"
#include "openbook/base/error.h"

struct ob__args {
    const char *method;        /* for the sentences */
    const msgpack_object *map; /* a map, or NULL: no parameters */
    struct ob_error *e;
    int err; /* the first error, 0 without */
};

/* A sub-map under KEY with the same error; map is NULL when it is absent. */
struct ob__args ob__args_map(struct ob__args *a, const char *key);

/* The value of KEY; NULL when absent or nil.  A key that stands twice is an error. */
const msgpack_object *ob__args_get(struct ob__args *a, const char *key);

/* A string (or bin: paths need not be UTF-8); false when absent.  Borrowed, without a NUL behind. */
bool ob__args_str(struct ob__args *a, const char *key, const char **text, size_t *len);

/* A short string without NUL bytes, copied to ARENA; NULL when absent. */
const char *ob__args_word(struct ob__args *a, const char *key, struct ob_arena *arena);

/* An absolute path in clean form, copied to ARENA; NULL when absent. */
const char *ob__args_path(struct ob__args *a, const char *key, struct ob_arena *arena);

/* An array of such paths; *OUT in ARENA, its length returned. */
size_t ob__args_paths(struct ob__args *a, const char *key, size_t max, struct ob_arena *arena,
                      const char *const **out);

/* An array of short strings, NULL-terminated, in ARENA; NULL when absent. */
const char *const *ob__args_words(struct ob__args *a, const char *key, size_t max,
                                  struct ob_arena *arena);

uint64_t ob__args_uint(struct ob__args *a, const char *key, uint64_t fallback, uint64_t max);
double ob__args_double(struct ob__args *a, const char *key, double fallback);
bool ob__args_bool(struct ob__args *a, const char *key, bool fallback);

/* The position of the value among the N NAMES. */
int ob__args_choice(struct ob__args *a, const char *key, const char *const *names, size_t n,
                    int fallback);

/* Fails when KEY is absent. */
void ob__args_require(struct ob__args *a, const char *key);

#endif
