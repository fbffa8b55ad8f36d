/* One connection for one command: to the daemon when one answers, else to a server of our own over a
 * socket pair, in the same loop.  The commands cannot tell which. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/rpc/limits.h"

#include "inside.h"

enum {
    ATTACH_MS = 5000, /* for a daemon; after that a server of our own is asked */
    END_MS = 1000     /* for the end of our own server */
};

struct waiting {
    bool done;
    int status;
    struct ob_error *e;
    ob__reply_cb cb;
    void *data;
};

/* ------------------------------------------------------------ the loop */
static void on_event(const char *name, const msgpack_object *params, void *data)
{
    struct ob__link *l = data;
    if (l->options->event)
        l->options->event(name, params, l->options->data);
}

static void on_closed(void *data)
{
    struct ob__link *l = data;
    l->client = NULL; /* the client frees itself after this call */
}

static const struct ob_client_events client_events = {on_event, on_closed};

bool ob__link_run(struct ob__link *l, const bool *done)
{
    while (!*done && l->client)
        (void)uv_run(l->loop, UV_RUN_ONCE);
    return *done;
}

static void on_reply(int status, const msgpack_object *result, const struct ob_error *e, void *data)
{
    struct waiting *w = data;
    w->done = true;
    w->status = status;
    if (status && w->e)
        *w->e = *e;
    else if (!status && w->cb)
        w->cb(result, w->data);
}

static void on_timeout(uv_timer_t *timer)
{
    struct ob__link *l = timer->data;
    l->timed_out = true;
    if (l->client)
        ob_client_close(l->client);
}

int ob__link_call(struct ob__link *l, const char *method, msgpack_sbuffer *params,
                  unsigned timeout_ms, ob__reply_cb cb, void *data, struct ob_error *e)
{
    struct waiting w = {false, 0, e, cb, data};
    int err = l->client ? ob_client_call(l->client, method, params, on_reply, &w, e)
                        : ob_error_set(e, OB_ECONNECT, "the daemon closed the connection");
    msgpack_sbuffer_clear(params);
    if (err)
        return err;
    l->timed_out = false;
    if (timeout_ms)
        (void)uv_timer_start(&l->deadline, on_timeout, timeout_ms, 0);
    (void)ob__link_run(l, &w.done); /* a lost connection answers every call */
    (void)uv_timer_stop(&l->deadline);
    if (w.status && l->timed_out)
        return ob_error_set(e, OB_ETIMEOUT, "the daemon did not answer %s within %u s", method,
                            timeout_ms / 1000);
    return w.status;
}

/* ------------------------------------------------------------ attaching */
/* Packs PATH, which may be relative to the working directory, as an absolute one. */
static void put_absolute(msgpack_sbuffer *b, const char *path)
{
    char *absolute = ob_path_absolute(path);
    ob__put_str(b, absolute, strlen(absolute));
    ob_free(absolute);
}

/* A notes directory of the configuration: absolute, or below the home directory ("~/notes"). */
static void put_notes_dir(msgpack_sbuffer *b, const char *path)
{
    const char *home = getenv("HOME");
    bool below_home = path[0] == '~' && (path[1] == '/' || path[1] == '\0');
    char *whole = below_home && home ? ob_asprintf("%s%s", home, path + 1) : ob_strdup(path);
    put_absolute(b, whole);
    ob_free(whole);
}

static void put_roots(msgpack_sbuffer *b, const struct ob__link_options *o)
{
    if (o->roots && o->roots->len) {
        ob__put_str(b, "roots", 5);
        ob__put_array(b, o->roots->len);
        for (size_t i = 0; i < o->roots->len; i++)
            put_absolute(b, o->roots->items[i]);
        return;
    }
    ob__put_str(b, "project", 7);
    put_absolute(b, ".");
}

static size_t count_notes(const struct ob__link_options *o)
{
    size_t n = 0;
    const cJSON *item;
    if (!o->config || (o->roots && o->roots->len))
        return 0;
    cJSON_ArrayForEach(item, o->config->notes)
    {
        n += cJSON_IsString(item) ? 1 : 0;
    }
    return n;
}

static void put_notes(msgpack_sbuffer *b, const struct ob__link_options *o)
{
    const cJSON *item;
    ob__put_str(b, "notes", 5);
    ob__put_array(b, count_notes(o));
    if (count_notes(o) == 0)
        return;
    cJSON_ArrayForEach(item, o->config->notes)
    {
        if (cJSON_IsString(item))
            put_notes_dir(b, item->valuestring);
    }
}

/* The model: the configuration's, with the command line's words over it.  A URL of the command line
 * takes nothing from the configuration: a key belongs to the URL beside it. */
static void put_config(msgpack_sbuffer *b, const struct ob__link_options *o)
{
    cJSON *llm = o->config && o->config->llm && !o->url ? cJSON_Duplicate(o->config->llm, 1)
                                                        : cJSON_CreateObject();
    const char *const over[][2] = {{"url", o->url}, {"model", o->model}, {"key_env", o->key_env}};
    for (size_t i = 0; i < sizeof over / sizeof *over; i++) {
        if (!over[i][1])
            continue;
        cJSON_DeleteItemFromObjectCaseSensitive(llm, over[i][0]);
        cJSON_AddStringToObject(llm, over[i][0], over[i][1]);
    }
    ob__put_str(b, "config", 6);
    ob__put_map(b, 1);
    ob__put_str(b, "llm", 3);
    ob__put_json(b, llm);
    cJSON_Delete(llm);
}

static bool keeps_to_one(const struct ob__link_options *o)
{
    return o->one_file_system || (o->config && o->config->one_file_system);
}

/* A folder of config.json that is not there takes nothing away, but is worth a sentence. */
static void on_attached(const msgpack_object *result, void *data)
{
    const msgpack_object *shelves;
    size_t n = ob__get_array(result, "shelves", &shelves);
    (void)data;
    for (size_t i = 0; i < n; i++) {
        char *error = ob__get_text(&shelves[i], "error");
        if (error[0] && !ob__get_bool(&shelves[i], "added")) {
            (void)fputs("openbook: config.json: ", stderr);
            ob__print_line(stderr, error);
            (void)fputs("\n", stderr);
        }
        ob_free(error);
    }
}

static int attach(struct ob__link *l, struct ob_error *e)
{
    msgpack_sbuffer b;
    msgpack_sbuffer_init(&b);
    ob__put_map(&b, l->options->bare ? 2 : 6);
    ob__put_key_uint(&b, "protocol", OB_PROTOCOL_VERSION);
    ob__put_key_str(&b, "client", "openbook " OB_VERSION);
    if (!l->options->bare) {
        put_roots(&b, l->options);
        put_notes(&b, l->options);
        put_config(&b, l->options);
        ob__put_key_bool(&b, "one_file_system", keeps_to_one(l->options));
    }
    int err = ob__link_call(l, "attach", &b, l->own ? 0 : ATTACH_MS,
                            count_notes(l->options) ? on_attached : NULL, NULL, e);
    msgpack_sbuffer_destroy(&b);
    return err;
}

/* ------------------------------------------------------------ connecting */
static int connect_daemon(struct ob__link *l, struct ob_error *e)
{
    char *path = NULL;
    int err = ob_server_default_path(&path, e);
    if (err)
        err = OB_ECONNECT; /* where no daemon can be, none is */
    else
        err = ob_client_connect(&l->client, l->loop, path, &client_events, l, e);
    ob_free(path);
    return err;
}

static int start_own(struct ob__link *l, struct ob_error *e)
{
    struct ob_server_options o = OB_SERVER_OPTIONS_INIT;
    int pair[2];
    o.watch = false;
    o.idle_exit_s = 0;
    l->own = true;
    int err = ob_server_new(&l->server, l->loop, &o, e);
    if (err)
        return err;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return ob_error_set(e, OB_EIO, "cannot make a socket pair: %s", strerror(errno));
    err = ob_server_attach_fd(l->server, pair[0], pair[0], NULL, NULL, e);
    if (err) {
        close(pair[1]);
        return err;
    }
    return ob_client_attach_fd(&l->client, l->loop, pair[1], &client_events, l, e);
}

/* A daemon that is hung, or of another version, must not stop the command line. */
static bool daemon_is_no_use(int err)
{
    return err == OB_ETIMEOUT || err == OB_EPROTO || err == OB_ECONNECT;
}

static void drop_client(struct ob__link *l)
{
    bool never = false;
    if (l->client)
        ob_client_close(l->client);
    (void)ob__link_run(l, &never);
}

int ob__link_open(struct ob__link *l, const struct ob__link_options *o, struct ob_error *e)
{
    memset(l, 0, sizeof *l);
    l->options = o;
    l->loop = ob_alloc(sizeof *l->loop);
    if (uv_loop_init(l->loop) != 0) {
        ob_free(l->loop);
        return ob_error_set(e, OB_EFAIL, "cannot make an event loop");
    }
    (void)uv_timer_init(l->loop, &l->deadline); /* cannot fail */
    l->deadline.data = l;
    l->open = true;
    int err = o->no_daemon ? OB_ECONNECT : connect_daemon(l, e);
    if (!err)
        err = attach(l, e);
    if (!err || o->daemon_only || !daemon_is_no_use(err))
        return err;
    drop_client(l);
    ob_error_clear(e);
    err = start_own(l, e);
    if (!err)
        err = attach(l, e);
    return err;
}

/* A thread of our server waits for a disk that hangs.  Nobody else is to wait for it. */
static void leave(int exit_status, void *data)
{
    (void)data;
    (void)fflush(NULL); /* as exit would have done */
    _exit(exit_status);
}

static void on_stuck(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

void ob__link_close(struct ob__link *l)
{
    if (!l->open)
        return;
    l->open = false;
    drop_client(l);
    if (l->server)
        ob_server_close(l->server, NULL, NULL);
    uv_unref((uv_handle_t *)&l->deadline); /* the loop ends with the server */
    (void)uv_timer_start(&l->deadline, on_stuck, END_MS, 0);
    if (uv_run(l->loop, UV_RUN_DEFAULT) != 0) {
        (void)on_exit(leave, NULL); /* the loop is left to that thread, too */
        return;
    }
    uv_close((uv_handle_t *)&l->deadline, NULL);
    (void)uv_run(l->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(l->loop); /* all handles are closed: nothing else holds it */
    ob_free(l->loop);
}
