/* openbook status: the daemon and its shelves; every indexed path; why a path is or is not one. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "inside.h"

struct status {
    struct ob__texts roots;
    bool files, nul, json, no_daemon, one_file_system;
    const char *why;
    struct ob__link link;
    struct ob_buf roots_seen; /* NUL-terminated names, one behind the other */
    char *last;               /* the last path of a page; owned */
    bool more;
};

/* "3 files"; WORD is what one is called. */
static void print_count(const msgpack_object *o, const char *key, const char *word)
{
    uint64_t n = ob__get_uint(o, key);
    printf("%llu %s%s", (unsigned long long)n, word, ob__plural(n));
}

/* Whether something is left out. */
static bool print_left_out(const msgpack_object *shelf)
{
    char *text = ob__get_text(shelf, "left_out");
    bool some = text[0];
    if (some) {
        (void)fputs("  left out: ", stdout);
        ob__print_line(stdout, text);
        putchar('\n');
    }
    ob_free(text);
    return some;
}

static void print_unwatched(const msgpack_object *shelf)
{
    uint64_t n = ob__get_uint(shelf, "unwatched_dirs");
    if (!n)
        return;
    char *why = ob__get_text(shelf, "unwatched");
    printf("  %llu folder%s not watched and looked at by time: ", (unsigned long long)n,
           n == 1 ? " is" : "s are");
    ob__print_line(stdout, why);
    putchar('\n');
    ob_free(why);
}

/* Returns whether something is left out of it. */
static bool print_shelf(const msgpack_object *shelf)
{
    char *root = ob__get_text(shelf, "root"), *kind = ob__get_text(shelf, "kind"),
         *error = ob__get_text(shelf, "error");
    ob__print_line(stdout, root);
    printf(" (%s): ", kind);
    print_count(shelf, "files", "file");
    (void)fputs(", ", stdout);
    print_count(shelf, "passages", "passage");
    (void)fputs(", ", stdout);
    print_count(shelf, "definitions", "definition");
    printf(", %llu KB of index\n", (unsigned long long)ob__get_uint(shelf, "index_bytes") / 1024);
    bool left_out = print_left_out(shelf);
    if (ob__get_bool(shelf, "indexing")) {
        printf("  being indexed: %llu of ", (unsigned long long)ob__get_uint(shelf, "done"));
        print_count(shelf, "total", "file");
        putchar('\n');
    }
    print_unwatched(shelf);
    if (error[0]) {
        (void)fputs("  error: ", stdout);
        ob__print_line(stdout, error);
        putchar('\n');
    }
    ob_free(root);
    ob_free(kind);
    ob_free(error);
    return left_out;
}

static void print_daemon(const msgpack_object *result)
{
    printf("daemon: pid %llu, %llu s, ", (unsigned long long)ob__get_uint(result, "pid"),
           (unsigned long long)ob__get_uint(result, "uptime_s"));
    print_count(result, "clients", "client");
    printf(", %llu KB of memory\n", (unsigned long long)ob__get_uint(result, "rss_kb"));
}

static void print_grants(const msgpack_object *result)
{
    const msgpack_object *grants;
    size_t n = ob__get_array(result, "grants", &grants);
    for (size_t i = 0; i < n; i++) {
        char *origin = ob__get_text(&grants[i], "origin"),
             *project = ob__get_text(&grants[i], "project"),
             *date = ob__get_text(&grants[i], "date");
        (void)fputs("grant: ", stdout);
        ob__print_line(stdout, origin);
        (void)fputs(" may read passages of ", stdout);
        ob__print_line(stdout, project);
        (void)fputs(" (since ", stdout);
        ob__print_line(stdout, date);
        puts(")");
        ob_free(origin);
        ob_free(project);
        ob_free(date);
    }
}

static void on_status(const msgpack_object *result, void *data)
{
    struct status *s = data;
    const msgpack_object *shelves;
    size_t n = ob__get_array(result, "shelves", &shelves);
    if (s->files) { /* only the names of the roots are wanted */
        for (size_t i = 0; i < n; i++) {
            char *root = ob__get_text(&shelves[i], "root");
            (void)ob_buf_append(&s->roots_seen, root, strlen(root) + 1); /* 32 paths fit */
            ob_free(root);
        }
        return;
    }
    if (s->json) {
        (void)ob__print_json(ob__json_of(result)); /* a failure is told by it */
        return;
    }
    if (s->link.own)
        puts("no daemon is running; this is what one would index");
    else
        print_daemon(result);
    bool left_out = false;
    for (size_t i = 0; i < n; i++)
        left_out |= print_shelf(&shelves[i]);
    if (left_out)
        puts("a folder that is left out counts once; --files lists what is indexed, --why PATH "
             "names the rule");
    print_grants(result);
}

/* ------------------------------------------------------------ --files */
static void on_page(const msgpack_object *result, void *data)
{
    struct status *s = data;
    const msgpack_object *paths;
    size_t n = ob__get_array(result, "paths", &paths);
    for (size_t i = 0; i < n; i++) {
        char *path = ob_strndup(paths[i].via.bin.ptr, paths[i].via.bin.size); /* str is alike */
        ob__print_line(stdout, path);
        putchar(s->nul ? '\0' : '\n');
        ob_free(path);
    }
    ob_free(s->last);
    s->last = n ? ob_strndup(paths[n - 1].via.bin.ptr, paths[n - 1].via.bin.size) : NULL;
    s->more = ob__get_bool(result, "truncated") && n;
}

static int print_files_of(struct status *s, const char *root, struct ob_error *e)
{
    int err = 0;
    do {
        msgpack_sbuffer b;
        msgpack_sbuffer_init(&b);
        ob__put_map(&b, s->last ? 2 : 1);
        ob__put_key_str(&b, "root", root);
        if (s->last)
            ob__put_key_str(&b, "after", s->last);
        err = ob__link_call(&s->link, "files", &b, 0, on_page, s, e);
        msgpack_sbuffer_destroy(&b);
    } while (!err && s->more);
    ob_free(s->last);
    s->last = NULL;
    return err;
}

static int print_files(struct status *s, struct ob_error *e)
{
    int err = 0;
    const char *end = ob_buf_str(&s->roots_seen) + s->roots_seen.len;
    for (const char *root = ob_buf_str(&s->roots_seen); root < end && !err;
         root += strlen(root) + 1)
        err = print_files_of(s, root, e);
    return err;
}

/* ------------------------------------------------------------ --why */
static void on_why(const msgpack_object *result, void *data)
{
    (void)data;
    char *text = ob__get_text(result, "text");
    ob__print_line(stdout, text);
    putchar('\n');
    ob_free(text);
}

static int print_why(struct status *s, struct ob_error *e)
{
    msgpack_sbuffer b;
    char *path = ob_path_absolute(s->why);
    msgpack_sbuffer_init(&b);
    ob__put_map(&b, 1);
    ob__put_key_str(&b, "path", path);
    int err = ob__link_call(&s->link, "why", &b, 0, on_why, s, e);
    msgpack_sbuffer_destroy(&b);
    ob_free(path);
    return err;
}

/* ------------------------------------------------------------ the command */
static int report(struct status *s, struct ob_error *e)
{
    if (s->why)
        return print_why(s, e);
    msgpack_sbuffer b;
    msgpack_sbuffer_init(&b);
    ob__put_map(&b, 1);
    ob__put_key_uint(&b, "wait_ms", s->link.own || s->files ? OB__FOREVER_MS : 0);
    int err = ob__link_call(&s->link, "status", &b, 0, on_status, s, e);
    msgpack_sbuffer_destroy(&b);
    return err || !s->files ? err : print_files(s, e);
}

static int parse(struct status *s, int argc, char **argv)
{
    const struct ob__option options[] = {
        {"--root", OB__LIST, &s->roots, 0, 0, NULL},
        {"--files", OB__FLAG, &s->files, 0, 0, NULL},
        {"-0", OB__FLAG, &s->nul, 0, 0, NULL},
        {"--json", OB__FLAG, &s->json, 0, 0, NULL},
        {"--why", OB__TEXT, &s->why, 0, 0, NULL},
        {"--no-daemon", OB__FLAG, &s->no_daemon, 0, 0, NULL},
        {"--one-file-system", OB__FLAG, &s->one_file_system, 0, 0, NULL},
        {NULL, OB__FLAG, NULL, 0, 0, NULL},
    };
    const char **words = ob_alloc(((size_t)argc + 1) * sizeof *words);
    size_t n;
    int bad = ob__options_parse(&n, words, "status", options, argc, argv);
    if (!bad && n)
        bad =
            ob__usage("status", "\"%s\" is no option; a path is asked about with --why", words[0]);
    if (!bad && s->files + s->json + (s->why != NULL) > 1)
        bad = ob__usage("status", "--files, --why and --json exclude each other");
    if (!bad && s->nul && !s->files)
        bad = ob__usage("status", "-0 goes with --files");
    ob_free(words);
    return bad;
}

int ob__cli_status(int argc, char **argv)
{
    struct status *s = ob_alloc(sizeof *s);
    struct ob__config config = {0};
    struct ob_error e = OB_ERROR_INIT;
    ob_buf_init(&s->roots_seen, 256 * 1024);
    int exit_status = parse(s, argc, argv);
    if (!exit_status) {
        struct ob__link_options o = {.roots = &s->roots,
                                     .no_daemon = s->no_daemon,
                                     .one_file_system = s->one_file_system,
                                     .config = &config};
        int err = ob__config_load(&config, &e);
        if (!err)
            err = ob__link_open(&s->link, &o, &e);
        if (!err)
            err = report(s, &e);
        if (err)
            exit_status = ob__fail("status", "%s", e.message);
        ob__link_close(&s->link);
    }
    ob__config_release(&config);
    ob_buf_release(&s->roots_seen);
    ob_free(s);
    return exit_status;
}
