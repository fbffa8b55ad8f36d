/* openbook ask: streams the answer's Markdown to stdout, then the numbered list of its sources.
 *
 * The command line never asks back: a host without a grant is refused, and the refusal names the
 * option that grants. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openbook/base/mem.h"
#include "openbook/llm/http.h"

#include "inside.h"

enum { MAX_SOURCES_BYTES = 1024 * 1024, QUESTION_MAX = 128 * 1024 };

struct ask {
    struct ob__texts roots, allowed;
    const char *file, *url, *model, *key_env;
    bool no_llm, no_daemon, one_file_system;
    struct ob_buf question;
    struct ob__link link;
    struct ob_buf sources; /* the list, printed behind the answer: lines, each with its NUL */
    uint64_t number;       /* of the ask, once it is known */
    bool done, wrote, refused;
    unsigned feeds; /* line feeds at the end of what was written */
    int exit_status;
};

/* ------------------------------------------------------------ events */
static void on_text(struct ask *k, const msgpack_object *event)
{
    const msgpack_object *text = ob__get(event, "text");
    if (!text || text->type != MSGPACK_OBJECT_STR || !text->via.str.size)
        return;
    char *copy = ob_strndup(text->via.str.ptr, text->via.str.size);
    ob__print_text(copy);
    if (fflush(stdout) != 0)
        k->done = true; /* nobody reads on, or the disk is full: the model need not, either */
    k->wrote = true;
    for (const char *p = copy; *p; p++)
        k->feeds = *p == '\n' ? k->feeds + 1 : 0;
    ob_free(copy);
}

static void gather_sources(struct ask *k, const msgpack_object *event)
{
    const msgpack_object *items;
    size_t n = ob__get_array(event, "sources", &items);
    ob_buf_clear(&k->sources);
    for (size_t i = 0; i < n; i++) {
        char *file = ob__file_of(&items[i]), *path = ob__relative(file),
             *symbol = ob__get_text(&items[i], "symbol");
        char *line = ob_asprintf(
            "%llu. %s:%llu-%llu%s%s", (unsigned long long)ob__get_uint(&items[i], "n"), path,
            (unsigned long long)ob__get_uint(&items[i], "start_line"),
            (unsigned long long)ob__get_uint(&items[i], "end_line"), symbol[0] ? "  " : "", symbol);
        (void)ob_buf_append(&k->sources, line, strlen(line) + 1); /* a full list is cut */
        ob_free(line);
        ob_free(file);
        ob_free(path);
        ob_free(symbol);
    }
}

static bool is_allowed(const struct ask *k, const char *origin)
{
    for (size_t i = 0; i < k->allowed.len; i++) {
        char *mine = NULL;
        bool same =
            ob_http_origin(&mine, k->allowed.items[i], NULL) == 0 && strcmp(mine, origin) == 0;
        ob_free(mine);
        if (same)
            return true;
    }
    return false;
}

static void on_answered(int status, const msgpack_object *result, const struct ob_error *e,
                        void *data)
{
    (void)status; /* the ask itself ends with its own event */
    (void)result;
    (void)e;
    (void)data;
}

static void on_consent(struct ask *k, const msgpack_object *event)
{
    char *origin = ob__get_text(event, "origin");
    bool yes = is_allowed(k, origin);
    msgpack_sbuffer b;
    if (!yes) {
        k->exit_status = ob__fail("ask",
                                  "this would send %llu bytes of your files to %s; allow it "
                                  "with --allow-remote %s, or use --no-llm",
                                  (unsigned long long)ob__get_uint(event, "bytes"), origin, origin);
        k->refused = k->done = true;
    }
    msgpack_sbuffer_init(&b);
    ob__put_map(&b, 3);
    ob__put_key_uint(&b, "ask", ob__get_uint(event, "ask"));
    ob__put_key_bool(&b, "yes", yes);
    ob__put_key_bool(&b, "remember", false);
    if (k->link.client)
        (void)ob_client_call(k->link.client, "consent", &b, on_answered, NULL, NULL);
    msgpack_sbuffer_destroy(&b);
    ob_free(origin);
}

/* Behind a blank line. */
static void print_sources(const struct ask *k)
{
    const struct ob_buf *sources = &k->sources;
    const char *end = ob_buf_str(sources) + sources->len;
    puts(k->feeds > 1 ? "Sources:" : "\nSources:");
    for (const char *line = ob_buf_str(sources); line < end; line += strlen(line) + 1) {
        ob__print_line(stdout, line);
        putchar('\n');
    }
}

/* One line on stderr, however long: what servers say may stand in it. */
static void remark(const char *text)
{
    (void)fputs("openbook ask: ", stderr);
    ob__print_line(stderr, text);
    (void)fputs("\n", stderr);
}

static void print_notice(const msgpack_object *event)
{
    char *notice = ob__get_text(event, "notice");
    if (notice[0])
        remark(notice);
    ob_free(notice);
}

static void on_end(struct ask *k, const msgpack_object *event)
{
    char *end = ob__get_text(event, "end");
    if (k->wrote && !k->feeds)
        putchar('\n');
    if (k->sources.len)
        print_sources(k);
    if (strcmp(end, "complete") != 0)
        (void)fprintf(stderr, "openbook ask: the answer is not whole (%s)\n", end);
    print_notice(event);
    /* Without a model and without a line to quote the text says that nothing was found. */
    bool quoted_nothing = ob__get_bool(event, "extractive") && !k->sources.len;
    k->exit_status = k->wrote && !quoted_nothing ? OB__EXIT_OK : OB__EXIT_NOTHING;
    k->done = true;
    ob_free(end);
}

static void on_error(struct ask *k, const msgpack_object *event)
{
    char *code = ob__get_text(event, "code"), *message = ob__get_text(event, "message");
    if (k->wrote && !k->feeds)
        putchar('\n');
    if (strcmp(code, "not_found") == 0 && !k->wrote) {
        remark(message);
        k->exit_status = OB__EXIT_NOTHING;
    } else if (!k->refused) {
        k->exit_status = ob__fail("ask", "%s", message);
    }
    print_notice(event);
    k->done = true;
    ob_free(code);
    ob_free(message);
}

static void on_phase(const msgpack_object *event)
{
    if (!isatty(STDERR_FILENO))
        return;
    char *text = ob__get_text(event, "text");
    (void)fputs("(", stderr);
    ob__print_line(stderr, text);
    (void)fputs(")\n", stderr);
    ob_free(text);
}

static void on_event(const char *name, const msgpack_object *event, void *data)
{
    struct ask *k = data;
    if (strcmp(name, "ask") != 0 || k->done)
        return;
    char *type = ob__get_text(event, "type");
    if (strcmp(type, "text") == 0)
        on_text(k, event);
    else if (strcmp(type, "sources") == 0)
        gather_sources(k, event);
    else if (strcmp(type, "consent") == 0)
        on_consent(k, event);
    else if (strcmp(type, "phase") == 0)
        on_phase(event);
    else if (strcmp(type, "done") == 0)
        on_end(k, event);
    else if (strcmp(type, "error") == 0)
        on_error(k, event);
    ob_free(type);
}

/* ------------------------------------------------------------ the question */
static int ask(struct ask *k, struct ob_error *e)
{
    struct ob__lines lines = {0};
    msgpack_sbuffer b;
    int err = k->file ? ob__lines_read(&lines, "--file", k->file, e) : 0;
    msgpack_sbuffer_init(&b);
    ob__put_map(&b, k->file ? 4 : 3);
    ob__put_str(&b, "question", 8);
    ob__put_str(&b, ob_buf_str(&k->question), k->question.len);
    ob__put_key_bool(&b, "no_llm", k->no_llm);
    ob__put_key_uint(&b, "wait_ms", k->link.own ? OB__FOREVER_MS : OB__PATIENT_MS);
    if (!err && k->file)
        ob__lines_put(&b, &lines);
    if (!err)
        err = ob__link_call(&k->link, "ask", &b, 0, NULL, NULL, e);
    msgpack_sbuffer_destroy(&b);
    ob__lines_release(&lines);
    if (!err && !ob__link_run(&k->link, &k->done))
        err = ob_error_set(e, OB_ECONNECT, "the daemon ended while it answered: ask again");
    return err;
}

static int parse(struct ask *k, int argc, char **argv)
{
    const struct ob__option options[] = {
        {"--root", OB__LIST, &k->roots, 0, 0, NULL},
        {"--file", OB__TEXT, &k->file, 0, 0, NULL},
        {"--no-llm", OB__FLAG, &k->no_llm, 0, 0, NULL},
        {"--url", OB__TEXT, &k->url, 0, 0, NULL},
        {"--model", OB__TEXT, &k->model, 0, 0, NULL},
        {"--key-env", OB__TEXT, &k->key_env, 0, 0, NULL},
        {"--allow-remote", OB__LIST, &k->allowed, 0, 0, NULL},
        {"--no-daemon", OB__FLAG, &k->no_daemon, 0, 0, NULL},
        {"--one-file-system", OB__FLAG, &k->one_file_system, 0, 0, NULL},
        {NULL, OB__FLAG, NULL, 0, 0, NULL},
    };
    const char **words = ob_alloc(((size_t)argc + 1) * sizeof *words);
    size_t n;
    int bad = ob__options_parse(&n, words, "ask", options, argc, argv);
    for (size_t i = 0; i < n && !bad; i++)
        if ((i && ob_buf_append_str(&k->question, " ") != 0) ||
            ob_buf_append_str(&k->question, words[i]) != 0)
            bad = ob__usage("ask", "the question is over 128 KiB");
    if (!bad && !n && !k->file)
        bad = ob__usage("ask", "say what to ask");
    if (!bad && k->key_env && !k->url)
        bad = ob__usage("ask", "--key-env wants --url: a key belongs to one server");
    ob_free(words);
    return bad;
}

/* A key in the environment is in ours, not in the daemon's: such a question is asked from here. */
static bool key_is_here(const struct ask *k, const struct ob__config *config)
{
    const cJSON *env = cJSON_GetObjectItemCaseSensitive(config->llm, "key_env");
    return k->key_env || (cJSON_IsString(env) && !k->url);
}

int ob__cli_ask(int argc, char **argv)
{
    struct ask *k = ob_alloc(sizeof *k);
    struct ob__config config = {0};
    struct ob_error e = OB_ERROR_INIT;
    ob_buf_init(&k->question, QUESTION_MAX);
    ob_buf_init(&k->sources, MAX_SOURCES_BYTES);
    int exit_status = parse(k, argc, argv);
    if (!exit_status) {
        struct ob__link_options o = {.roots = &k->roots,
                                     .config = &config,
                                     .one_file_system = k->one_file_system,
                                     .url = k->url,
                                     .model = k->model,
                                     .key_env = k->key_env,
                                     .event = on_event,
                                     .data = k};
        int err = ob__config_load(&config, &e);
        /* What is allowed for one question must not be known to a daemon that others ask. */
        o.no_daemon = k->no_daemon || k->allowed.len || (!err && key_is_here(k, &config));
        if (!err)
            err = ob__link_open(&k->link, &o, &e);
        if (!err)
            err = ask(k, &e);
        exit_status = err ? ob__fail("ask", "%s", e.message) : k->exit_status;
        ob__link_close(&k->link);
    }
    ob__config_release(&config);
    ob_buf_release(&k->question);
    ob_buf_release(&k->sources);
    ob_free(k);
    return exit_status;
}
