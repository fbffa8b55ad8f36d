/* openbook shelf: folders that are searched beside every project. */
#include <stdio.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/rpc/limits.h"

#include "inside.h"

struct shelf {
    bool json, no_daemon;
    const char *verb, *folder; /* "list" has none */
    size_t n;                  /* shelves there are */
    struct ob__link link;
};

/* ------------------------------------------------------------ what it says */
static void print_text(FILE *out, const char *text)
{
    struct ob_error clean = OB_ERROR_INIT;
    (void)ob_error_set(&clean, OB_EFAIL, "%s", text); /* without control bytes */
    (void)fprintf(out, "openbook shelf: %s\n", clean.message);
}

/* Problems go to stderr: what is on stdout are names. */
static void print_problems(const msgpack_object *result)
{
    const msgpack_object *problems;
    size_t n = ob__get_array(result, "problems", &problems);
    for (size_t i = 0; i < n; i++) {
        char *text = ob_strndup(problems[i].via.str.ptr, problems[i].via.str.size);
        print_text(stderr, text);
        ob_free(text);
    }
}

static void print_names(const msgpack_object *result)
{
    const msgpack_object *shelves;
    size_t n = ob__get_array(result, "shelves", &shelves);
    for (size_t i = 0; i < n; i++) {
        char *path = ob__get_text(&shelves[i], "path"), *error = ob__get_text(&shelves[i], "error");
        ob__print_line(stdout, path);
        putchar('\n');
        if (error[0])
            print_text(stderr, error);
        ob_free(path);
        ob_free(error);
    }
}

static void print_change(const struct shelf *s, const msgpack_object *result)
{
    char *path = ob__get_text(result, "path"), *note = ob__get_text(result, "note");
    (void)fputs(strcmp(s->verb, "add") == 0 ? "added " : "removed ", stdout);
    ob__print_line(stdout, path);
    if (note[0]) {
        (void)fputs(": ", stdout);
        ob__print_line(stdout, note);
    }
    putchar('\n');
    ob_free(path);
    ob_free(note);
}

static void on_shelf(const msgpack_object *result, void *data)
{
    struct shelf *s = data;
    const msgpack_object *shelves;
    s->n = ob__get_array(result, "shelves", &shelves);
    if (s->json) {
        (void)ob__print_json(ob__json_of(result)); /* a failure is told by it */
        return;
    }
    if (s->folder)
        print_change(s, result);
    else
        print_names(result);
    print_problems(result);
}

/* ------------------------------------------------------------ the call */
static int call(struct shelf *s, struct ob_error *e)
{
    msgpack_sbuffer b;
    msgpack_sbuffer_init(&b);
    ob__put_map(&b, s->folder ? 1 : 0);
    if (s->folder) {
        char *path = ob_path_absolute(s->folder);
        ob__put_key_str(&b, s->verb, path);
        ob_free(path);
    }
    int err = ob__link_call(&s->link, "shelf", &b, OB__PATIENT_MS, on_shelf, s, e);
    msgpack_sbuffer_destroy(&b);
    return err;
}

static int parse(struct shelf *s, int argc, char **argv)
{
    const struct ob__option options[] = {
        {"--json", OB__FLAG, &s->json, 0, 0, NULL},
        {"--no-daemon", OB__FLAG, &s->no_daemon, 0, 0, NULL},
        {NULL, OB__FLAG, NULL, 0, 0, NULL},
    };
    const char **words = ob_alloc(((size_t)argc + 1) * sizeof *words);
    size_t n;
    int bad = ob__options_parse(&n, words, "shelf", options, argc, argv);
    s->verb = n ? words[0] : "list";
    s->folder = n > 1 ? words[1] : NULL;
    bool list = strcmp(s->verb, "list") == 0;
    if (!bad && !list && strcmp(s->verb, "add") != 0 && strcmp(s->verb, "remove") != 0)
        bad = ob__usage("shelf", "\"%s\" is none of add, remove and list", s->verb);
    if (!bad && list && s->folder)
        bad = ob__usage("shelf", "list takes no folder");
    if (!bad && !list && (!s->folder || !s->folder[0]))
        bad = ob__usage("shelf", "%s wants a folder", s->verb);
    if (!bad && n > 2)
        bad = ob__usage("shelf", "%s takes one folder; quote a name with blanks", s->verb);
    ob_free(words);
    return bad;
}

int ob__cli_shelf(int argc, char **argv)
{
    struct shelf *s = ob_alloc(sizeof *s);
    struct ob_error e = OB_ERROR_INIT;
    int exit_status = parse(s, argc, argv);
    if (!exit_status) {
        const struct ob__link_options o = {.no_daemon = s->no_daemon, .bare = true};
        int err = ob__link_open(&s->link, &o, &e);
        if (!err)
            err = call(s, &e);
        if (err) {
            exit_status = ob__fail("shelf", "%s", e.message);
        } else if (!s->folder && s->n == 0) {
            exit_status = OB__EXIT_NOTHING;
            (void)fputs("openbook shelf: there are none; openbook shelf add DIR adds one\n",
                        stderr);
        }
        ob__link_close(&s->link);
    }
    ob_free(s);
    return exit_status;
}
