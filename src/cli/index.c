/* openbook index: builds or refreshes, and says what it cost. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "openbook/base/mem.h"

#include "inside.h"

struct index {
    struct ob__texts roots;
    bool stats, no_daemon, one_file_system;
    int exit_status;
};

static void on_event(const char *name, const msgpack_object *params, void *data)
{
    (void)data;
    if (strcmp(name, "progress") != 0 || !isatty(STDERR_FILENO))
        return;
    uint64_t total = ob__get_uint(params, "total");
    (void)fprintf(stderr, "\r\033[K%llu of %llu file%s",
                  (unsigned long long)ob__get_uint(params, "done"), (unsigned long long)total,
                  ob__plural(total));
    if (!ob__get_bool(params, "indexing"))
        (void)fputs("\r\033[K", stderr);
}

static void add(cJSON *sum, const char *key, const msgpack_object *shelf, const char *from)
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(sum, key);
    double value = (double)ob__get_uint(shelf, from);
    if (item)
        cJSON_SetNumberValue(item, item->valuedouble + value);
    else
        cJSON_AddNumberToObject(sum, key, value);
}

static void add_skipped(cJSON *sum, const msgpack_object *shelf)
{
    const msgpack_object *skipped = ob__get(shelf, "skipped");
    for (uint32_t i = 0; skipped && i < skipped->via.map.size; i++) {
        const msgpack_object_str *key = &skipped->via.map.ptr[i].key.via.str;
        char *name = ob_strndup(key->ptr, key->size);
        add(sum, name, skipped, name);
        ob_free(name);
    }
}

/* The shelves of RESULT in one object with the keys of the contract. */
static cJSON *summed(const msgpack_object *result)
{
    static const char *const keys[][2] = {
        {"files", "files"},   {"bytes", "text_bytes"},        {"passages", "passages"},
        {"terms", "terms"},   {"definitions", "definitions"}, {"index_bytes", "index_bytes"},
        {"cpu_ms", "cpu_ms"}, {"wall_ms", "wall_ms"},
    };
    const msgpack_object *shelves;
    size_t n = ob__get_array(result, "shelves", &shelves);
    cJSON *sum = cJSON_CreateObject(), *skipped = cJSON_AddObjectToObject(sum, "skipped");
    for (size_t i = 0; i < n; i++) {
        add_skipped(skipped, &shelves[i]);
        for (size_t j = 0; j < sizeof keys / sizeof *keys; j++)
            add(sum, keys[j][0], &shelves[i], keys[j][1]);
    }
    cJSON_AddNumberToObject(sum, "peak_rss_kb", (double)ob__get_uint(result, "peak_rss_kb"));
    return sum;
}

static void print_shelf(const msgpack_object *shelf)
{
    char *root = ob__get_text(shelf, "root");
    uint64_t files = ob__get_uint(shelf, "files"), passages = ob__get_uint(shelf, "passages");
    printf("%llu file%s, %llu passage%s from ", (unsigned long long)files, ob__plural(files),
           (unsigned long long)passages, ob__plural(passages));
    ob__print_line(stdout, root);
    printf(" in %llu ms\n", (unsigned long long)ob__get_uint(shelf, "wall_ms"));
    ob_free(root);
}

static void on_status(const msgpack_object *result, void *data)
{
    struct index *x = data;
    const msgpack_object *shelves;
    size_t n = ob__get_array(result, "shelves", &shelves);
    for (size_t i = 0; i < n; i++) {
        char *error = ob__get_text(&shelves[i], "error");
        if (error[0])
            x->exit_status = ob__fail("index", "%s", error);
        else if (ob__get_bool(&shelves[i], "indexing"))
            x->exit_status =
                ob__fail("index", "the index is not complete yet: see `openbook status`");
        ob_free(error);
        if (!x->stats)
            print_shelf(&shelves[i]);
    }
    if (x->stats)
        (void)ob__print_json(summed(result)); /* a failure is told by it */
}

/* A server of our own has just begun to read everything; a daemon is asked to look again. */
static int build(struct index *x, struct ob__link *link, struct ob_error *e)
{
    msgpack_sbuffer b;
    msgpack_sbuffer_init(&b);
    ob__put_map(&b, 1);
    ob__put_key_uint(&b, "wait_ms", OB__FOREVER_MS);
    int err = ob__link_call(link, link->own ? "status" : "index", &b, 0, on_status, x, e);
    msgpack_sbuffer_destroy(&b);
    return err;
}

int ob__cli_index(int argc, char **argv)
{
    struct index x = {0};
    const struct ob__option options[] = {
        {"--root", OB__LIST, &x.roots, 0, 0, NULL},
        {"--stats", OB__FLAG, &x.stats, 0, 0, NULL},
        {"--no-daemon", OB__FLAG, &x.no_daemon, 0, 0, NULL},
        {"--one-file-system", OB__FLAG, &x.one_file_system, 0, 0, NULL},
        {NULL, OB__FLAG, NULL, 0, 0, NULL},
    };
    const char **words = ob_alloc(((size_t)argc + 1) * sizeof *words);
    struct ob__config config = {0};
    struct ob__link link = {0};
    struct ob_error e = OB_ERROR_INIT;
    size_t n;
    int bad = ob__options_parse(&n, words, "index", options, argc, argv);
    if (!bad && n)
        bad = ob__usage("index", "\"%s\" is no option; a directory is named with --root", words[0]);
    ob_free(words);
    if (bad)
        return bad;
    struct ob__link_options o = {.roots = &x.roots,
                                 .no_daemon = x.no_daemon,
                                 .one_file_system = x.one_file_system,
                                 .config = &config,
                                 .event = on_event};
    int err = ob__config_load(&config, &e);
    if (!err)
        err = ob__link_open(&link, &o, &e);
    if (!err)
        err = build(&x, &link, &e);
    if (err)
        x.exit_status = ob__fail("index", "%s", e.message);
    ob__link_close(&link);
    ob__config_release(&config);
    return x.exit_status;
}
