/* openbook search: one question, or a batch of them from a file. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "inside.h"

enum { MAX_BATCH_BYTES = 256 * 1024 * 1024, QUERY_MAX = 128 * 1024 };

struct search {
    struct ob__texts roots;
    unsigned long limit;
    const char *kind, *by, *queries, *like;
    bool json, vimgrep, explain, no_daemon, one_file_system;
    char *query;              /* the words, joined; owned */
    struct ob__lines similar; /* what --like names */
    struct ob__link link;
    cJSON *batch_id; /* of the line being answered; borrowed */
    bool found;
};

/* ------------------------------------------------------------ output */
static void print_location(const char *file, const msgpack_object *hit, bool colours)
{
    char *path = ob__relative(file);
    unsigned long long a = ob__get_uint(hit, "start_line"), b = ob__get_uint(hit, "end_line");
    (void)fputs(colours ? "\033[35m" : "", stdout);
    ob__print_line(stdout, path);
    printf("%s:%llu-%llu", colours ? "\033[0m" : "", a, b);
    ob_free(path);
}

static void print_features(const msgpack_object *hit)
{
    const msgpack_object *parts = ob__get(hit, "features"), *values = ob__get(hit, "values");
    if (!parts || parts->type != MSGPACK_OBJECT_MAP)
        return;
    printf("    score %.3f\n", ob__get_double(hit, "score"));
    for (uint32_t i = 0; i < parts->via.map.size; i++) {
        const msgpack_object_str *name = &parts->via.map.ptr[i].key.via.str;
        char word[64];
        (void)snprintf(word, sizeof word, "%.*s", (int)name->size, name->ptr);
        if (fabs(ob__get_double(parts, word)) > 0.0005)
            printf("    %+9.3f  %s = %.3f\n", ob__get_double(parts, word), word,
                   ob__get_double(values, word));
    }
}

static void print_hit(const struct search *s, const msgpack_object *hit)
{
    bool colours = ob__colours();
    char *file = ob__file_of(hit), *snippet = ob__get_text(hit, "snippet"),
         *symbol = ob__get_text(hit, "symbol");
    if (s->vimgrep) {
        char *path = ob__relative(file);
        ob__print_line(stdout, path);
        printf(":%llu:%llu:", (unsigned long long)ob__get_uint(hit, "line"),
               (unsigned long long)ob__get_uint(hit, "column"));
        ob__print_line(stdout, snippet);
        putchar('\n');
        ob_free(path);
    } else {
        print_location(file, hit, colours);
        if (symbol[0]) {
            (void)fputs(colours ? "  \033[2m" : "  ", stdout);
            ob__print_line(stdout, symbol);
            (void)fputs(colours ? "\033[0m" : "", stdout);
        }
        (void)fputs("\n    ", stdout);
        ob__print_line(stdout, snippet);
        putchar('\n');
        if (s->explain)
            print_features(hit);
    }
    ob_free(file);
    ob_free(snippet);
    ob_free(symbol);
}

static bool is_note(const msgpack_object *hit)
{
    char *kind = ob__get_text(hit, "kind");
    bool note = strcmp(kind, "note") == 0;
    ob_free(kind);
    return note;
}

/* Code and notes apart, the group of the best hit first: neither buries the other. */
static void print_groups(const struct search *s, const msgpack_object *hits, size_t n)
{
    size_t notes = 0;
    for (size_t i = 0; i < n; i++)
        notes += is_note(&hits[i]);
    bool both = notes && notes < n && !s->vimgrep && strcmp(s->by, "auto") == 0;
    if (!both) {
        for (size_t i = 0; i < n; i++)
            print_hit(s, &hits[i]);
        return;
    }
    bool first_is_note = is_note(&hits[0]);
    for (int group = 0; group < 2; group++) {
        bool note = first_is_note != (group == 1);
        if (isatty(STDOUT_FILENO))
            printf("%s%s%s%s\n", group ? "\n" : "", ob__colours() ? "\033[1m" : "",
                   note ? "notes" : "code", ob__colours() ? "\033[0m" : "");
        for (size_t i = 0; i < n; i++)
            if (is_note(&hits[i]) == note)
                print_hit(s, &hits[i]);
    }
}

static void tell_what_is_missing(const msgpack_object *result)
{
    unsigned long long behind = ob__get_uint(result, "behind");
    if (ob__get_bool(result, "indexing"))
        (void)fputs("openbook search: the index is still being built: results may be missing\n",
                    stderr);
    else if (behind)
        (void)fprintf(stderr, "openbook search: %llu changed file%s not taken in yet\n", behind,
                      behind == 1 ? " is" : "s are");
}

static void tell_nothing_found(const msgpack_object *result)
{
    char *nearest = ob__get_text(result, "nearest");
    (void)fputs("openbook search: nothing found", stderr);
    if (nearest[0]) {
        (void)fputs("; nearest names: ", stderr);
        ob__print_line(stderr, nearest);
    } else if (ob__get(result, "files") && !ob__get_uint(result, "files")) {
        (void)fputs(": no file is indexed; openbook status counts those left out", stderr);
    }
    (void)fputs("\n", stderr);
    ob_free(nearest);
}

static void on_result(const msgpack_object *result, void *data)
{
    struct search *s = data;
    const msgpack_object *hits;
    size_t n = ob__get_array(result, "results", &hits);
    s->found = n > 0;
    tell_what_is_missing(result);
    if (s->json) {
        (void)ob__print_json(ob__json_of(result)); /* a failure is told by it */
        return;
    }
    print_groups(s, hits, n);
    if (n == 0)
        tell_nothing_found(result);
}

/* ------------------------------------------------------------ asking */
static int ask(struct search *s, const char *query, ob__reply_cb cb, struct ob_error *e)
{
    msgpack_sbuffer b;
    msgpack_sbuffer_init(&b);
    size_t len = strlen(query);
    ob__put_map(&b, s->like ? 7 : 6);
    ob__put_str(&b, "query", 5);
    ob__put_str(&b, query, len < QUERY_MAX ? len : QUERY_MAX);
    ob__put_key_uint(&b, "limit", s->limit);
    ob__put_key_str(&b, "kind", s->kind);
    ob__put_key_str(&b, "by", s->by);
    ob__put_key_bool(&b, "explain", s->explain);
    ob__put_key_uint(&b, "wait_ms", s->link.own ? OB__FOREVER_MS : OB__PATIENT_MS);
    if (s->like)
        ob__lines_put(&b, &s->similar);
    int err = ob__link_call(&s->link, "search", &b, 0, cb, s, e);
    msgpack_sbuffer_destroy(&b);
    return err;
}

/* ------------------------------------------------------------ batches */
static void on_batch_result(const msgpack_object *result, void *data)
{
    struct search *s = data;
    const msgpack_object *hits = ob__get(result, "results");
    cJSON *line = cJSON_CreateObject();
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(s->batch_id, "id");
    const cJSON *query = cJSON_GetObjectItemCaseSensitive(s->batch_id, "query");
    cJSON_AddItemToObject(line, "id", id ? cJSON_Duplicate(id, 1) : cJSON_CreateNull());
    cJSON_AddItemToObject(line, "query", cJSON_Duplicate(query, 1));
    cJSON_AddItemToObject(line, "results", hits ? ob__json_of(hits) : cJSON_CreateArray());
    cJSON_AddNumberToObject(line, "took_us", (double)ob__get_uint(result, "took_us"));
    s->found = s->found || (hits && hits->via.array.size);
    (void)ob__print_json(line); /* a failure is told by it */
}

static int batch_line(struct search *s, const char *line, size_t len, size_t number)
{
    struct ob_error e = OB_ERROR_INIT;
    if (strspn(line, " \t\r") >= len)
        return 0;
    cJSON *json = cJSON_ParseWithLength(line, len);
    const cJSON *query = cJSON_GetObjectItemCaseSensitive(json, "query");
    int exit_status = 0;
    if (!cJSON_IsString(query)) {
        exit_status = ob__usage("search", "%s line %zu is no JSON object with a \"query\"",
                                s->queries, number);
    } else {
        s->batch_id = json;
        if (ask(s, query->valuestring, on_batch_result, &e) != 0)
            exit_status = ob__fail("search", "%s", e.message);
    }
    cJSON_Delete(json);
    return exit_status;
}

static int run_batch(struct search *s)
{
    struct ob_buf text;
    struct ob_error e = OB_ERROR_INIT;
    ob_buf_init(&text, MAX_BATCH_BYTES);
    int exit_status = 0;
    if (ob_io_read_file(&text, s->queries, &e) != 0)
        exit_status = ob__fail("search", "%s", e.message);
    size_t number = 0;
    for (const char *p = ob_buf_str(&text); *p && !exit_status;) {
        size_t len = strcspn(p, "\n");
        exit_status = batch_line(s, p, len, ++number);
        p += len + (p[len] == '\n');
    }
    ob_buf_release(&text);
    return exit_status;
}

/* ------------------------------------------------------------ arguments */
/* Keeps lines first..last of the file as the text to look for. */
static char *joined(const char *const *words, size_t n)
{
    struct ob_buf b;
    ob_buf_init(&b, QUERY_MAX);
    for (size_t i = 0; i < n; i++)
        if ((i && ob_buf_append_str(&b, " ") != 0) || ob_buf_append_str(&b, words[i]) != 0)
            break; /* the daemon cuts longer questions as well */
    return ob_buf_detach(&b, NULL);
}

static int parse(struct search *s, int argc, char **argv)
{
    static const char *const kinds[] = {"all", "code", "note", NULL};
    static const char *const bys[] = {"auto", "file", "passage", NULL};
    const struct ob__option options[] = {
        {"--root", OB__LIST, &s->roots, 0, 0, NULL},
        {"--limit", OB__NUMBER, &s->limit, 1, 200, NULL},
        {"--kind", OB__CHOICE, &s->kind, 0, 0, kinds},
        {"--by", OB__CHOICE, &s->by, 0, 0, bys},
        {"--json", OB__FLAG, &s->json, 0, 0, NULL},
        {"--vimgrep", OB__FLAG, &s->vimgrep, 0, 0, NULL},
        {"--queries", OB__TEXT, &s->queries, 0, 0, NULL},
        {"--explain", OB__FLAG, &s->explain, 0, 0, NULL},
        {"--like", OB__TEXT, &s->like, 0, 0, NULL},
        {"--no-daemon", OB__FLAG, &s->no_daemon, 0, 0, NULL},
        {"--one-file-system", OB__FLAG, &s->one_file_system, 0, 0, NULL},
        {NULL, OB__FLAG, NULL, 0, 0, NULL},
    };
    const char **words = ob_alloc(((size_t)argc + 1) * sizeof *words);
    size_t n;
    int bad = ob__options_parse(&n, words, "search", options, argc, argv);
    if (!bad && s->json && s->vimgrep)
        bad = ob__usage("search", "--json and --vimgrep exclude each other");
    if (!bad && s->queries && (n || s->like))
        bad = ob__usage("search", "--queries takes its questions from the file alone");
    if (!bad && !n && !s->queries && !s->like)
        bad = ob__usage("search", "say what to look for");
    s->query = joined(words, n);
    ob_free(words);
    return bad;
}

int ob__cli_search(int argc, char **argv)
{
    struct search *s = ob_alloc(sizeof *s);
    struct ob__config config = {0};
    struct ob_error e = OB_ERROR_INIT;
    s->limit = 10;
    s->kind = "all";
    s->by = "auto";
    int exit_status = parse(s, argc, argv);
    struct ob__link_options o = {.roots = &s->roots,
                                 .no_daemon = s->no_daemon,
                                 .one_file_system = s->one_file_system,
                                 .config = &config};
    if (!exit_status) {
        int err = s->like ? ob__lines_read(&s->similar, "--like", s->like, &e) : 0;
        if (!err)
            err = ob__config_load(&config, &e);
        if (!err)
            err = ob__link_open(&s->link, &o, &e);
        if (!err && !s->queries)
            err = ask(s, s->query, on_result, &e);
        if (err)
            exit_status = ob__fail("search", "%s", e.message);
        else if (s->queries)
            exit_status = run_batch(s);
        if (!exit_status && !s->found)
            exit_status = OB__EXIT_NOTHING;
        ob__link_close(&s->link);
    }
    ob__config_release(&config);
    ob_free(s->query);
    ob__lines_release(&s->similar);
    ob_free(s);
    return exit_status;
}
