/* A key file is read by a thread of its own, as its disk may hang: the user's home, on a network.  Who asked
 * hears in time; the thread is left to wait, with a buffer of its own, which is wiped. */
#include "openbook/base/mem.h"
#include "openbook/base/probe.h"

#include "key.h"
#include "request.h"

struct ob__key_look {
    struct ob_http *http; /* is held until the thread has ended */
    ob__key_cb cb;        /* NULL: nobody waits any more */
    void *data;
    /* the thread's until it is done */
    char *path; /* owned */
    struct ob_buf key;
    int err;
    struct ob_error e;
};

static void answer(struct ob__key_look *l, int status, const struct ob_error *e)
{
    ob__key_cb cb = l->cb;
    l->cb = NULL;
    if (cb)
        cb(status, status ? NULL : &l->key, status ? e : NULL, l->data);
}

static void look(void *data)
{
    struct ob__key_look *l = data;
    struct ob_model_config config = {.key_file = l->path};
    l->err = ob__key_read(&l->key, &config, &l->e);
}

static void on_late(void *data)
{
    struct ob__key_look *l = data;
    struct ob_error e = OB_ERROR_INIT;
    (void)ob_error_set(&e, OB_EBUSY,
                       "the key file %s does not answer: see whether the disk it lies on is still "
                       "reachable, then ask again",
                       l->path);
    answer(l, OB_EBUSY, &e);
}

static void on_done(void *data)
{
    struct ob__key_look *l = data;
    struct ob_http *http = l->http;
    answer(l, l->err, &l->e);
    ob__key_wipe(&l->key);
    ob_free(l->path);
    ob_free(l);
    ob__http_let_go(http);
}

int ob__key_look_start(struct ob__key_look **out, struct ob_http *http, const char *path,
                       unsigned late_ms, struct ob_error *e, ob__key_cb cb, void *data)
{
    struct ob__key_look *l = ob_alloc(sizeof *l);
    *l = (struct ob__key_look){.http = http, .cb = cb, .data = data, .path = ob_strdup(path)};
    ob_buf_init(&l->key, OB__KEY_MAX_BYTES);
    if (ob_probe_start(ob__http_loop(http), late_ms, look, on_late, on_done, l) != 0) {
        ob_free(l->path);
        ob_free(l);
        return ob_error_set(e, OB_EFAIL, "the system gives no thread to read the key file %s",
                            path);
    }
    ob__http_hold(http);
    *out = l;
    return 0;
}

void ob__key_look_cancel(struct ob__key_look *l)
{
    l->cb = NULL;
}
