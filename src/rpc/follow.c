/* A watch on the directory of each place that decides where the file's name leads to.  The file itself is
 * not watched: whoever saves it may do so by way of another one. */
#include "follow.h"

#include <string.h>

#include "openbook/base/log.h"
#include "openbook/base/path.h"

/* Whether an event about NAME in the directory of P concerns us: it is the place, or the directory itself
 * went, which is named then. */
static bool concerns(const struct ob_place *p, const char *name, int events)
{
    return !name || strcmp(name, p->name) == 0 ||
           ((events & UV_RENAME) && strcmp(name, ob_path_base(p->dir)) == 0);
}

static void on_event(uv_fs_event_t *event, const char *name, int events, int status)
{
    struct ob__follow *f = event->data;
    size_t i = (size_t)(event - f->events);
    if (status == 0 && !concerns(&f->places[i], name, events))
        return;
    f->doubt = true;
    f->changed(f->data);
}

void ob__follow_init(struct ob__follow *f, uv_loop_t *loop, void (*changed)(void *data), void *data)
{
    *f = (struct ob__follow){.changed = changed, .data = data};
    for (size_t i = 0; i < OB_PLACES_MAX; i++) {
        (void)uv_fs_event_init(loop, &f->events[i]); /* cannot fail on Unix */
        f->events[i].data = f;
    }
}

static void stop(struct ob__follow *f)
{
    for (size_t i = 0; i < f->n; i++)
        (void)uv_fs_event_stop(&f->events[i]);
    ob_places_release(f->places, f->n);
    f->n = 0;
}

static bool is_same_way(const struct ob__follow *f, const struct ob_place *places, size_t n)
{
    bool same = !f->doubt && f->n == n;
    for (size_t i = 0; i < n && same; i++)
        same = strcmp(f->places[i].dir, places[i].dir) == 0 &&
               strcmp(f->places[i].name, places[i].name) == 0;
    return same;
}

/* Starts the watches that do not run; whether one does now.  Those that cannot be had are no reason to read
 * the file once more: that would not end. */
static bool start(struct ob__follow *f, const char *file)
{
    int uverr = 0;
    bool some = false;
    for (size_t i = 0; i < f->n; i++) {
        if (uv_is_active((const uv_handle_t *)&f->events[i]))
            continue;
        int one = uv_fs_event_start(&f->events[i], on_event, f->places[i].dir, 0);
        some |= one == 0;
        uverr = one ? one : uverr;
    }
    if (uverr && uverr != UV_ENOENT && !f->warned)
        ob_log(OB_LOG_WARN, "rpc", "%s is not followed, only read at each attach: %s", file,
               uv_strerror(uverr));
    f->warned |= uverr && uverr != UV_ENOENT;
    return some;
}

bool ob__follow_take(struct ob__follow *f, const char *file, struct ob_place *places, size_t n)
{
    if (is_same_way(f, places, n)) {
        ob_places_release(places, n);
    } else {
        stop(f);
        memcpy(f->places, places, n * sizeof *places);
        f->n = n;
        f->doubt = false;
    }
    return start(f, file);
}

void ob__follow_close(struct ob__follow *f, uv_close_cb closed, void *data)
{
    stop(f);
    for (size_t i = 0; i < OB_PLACES_MAX; i++) {
        f->events[i].data = data;
        uv_close((uv_handle_t *)&f->events[i], closed);
    }
}
