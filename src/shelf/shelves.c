/* The registry: one shelf a canonical root, two where one of them keeps to one file system.  A shelf that is
 * closing has left the registry as far as ob_shelf_open is concerned, but stays on the list until it is
 * closed, so that ob_shelves_close knows what it waits for. */
#include <string.h>

#include "openbook/base/mem.h"

#include "inside.h"

struct ob_shelves {
    uv_loop_t *loop;
    struct ob_shelf_options options;
    struct ob_shelf *list;
    struct ob__pause *pause;    /* a reference */
    struct ob_watcher *watcher; /* a reference; NULL until a shelf wants to be watched */
    void (*progress)(struct ob_shelf *s, void *data);
    void *progress_data;
    bool closing;
    uv_idle_t end; /* calls `done` when nothing is left, never before ob_shelves_close returns */
    void (*done)(void *data);
    void *done_data;
};

struct ob_shelves *ob_shelves_new(uv_loop_t *loop, const struct ob_shelf_options *o)
{
    struct ob_shelves *all = ob_alloc(sizeof *all);
    all->loop = loop;
    all->options = *o;
    all->pause = ob__pause_new((int64_t)o->pause_ms * 1000);
    return all;
}

struct ob_watcher *ob__shelves_watcher(struct ob_shelves *all, struct ob_error *e)
{
    if (!all->watcher &&
        ob_watcher_new(&all->watcher, all->loop, all->options.max_watched_folders, e) != 0)
        return NULL;
    return all->watcher;
}

bool ob__shelves_are_closing(const struct ob_shelves *all)
{
    return all->closing;
}

struct ob__pause *ob__shelves_pause(struct ob_shelves *all)
{
    return all->pause;
}

static void on_end_closed(uv_handle_t *handle)
{
    struct ob_shelves *all = OB_CONTAINER_OF(handle, struct ob_shelves, end);
    void (*done)(void *) = all->done;
    void *data = all->done_data;
    ob__pause_unref(all->pause);
    ob_free(all);
    if (done)
        done(data);
}

static void end_if_empty(struct ob_shelves *all)
{
    if (!all->closing || all->list)
        return;
    ob_watcher_unref(all->watcher);
    (void)uv_idle_init(all->loop, &all->end); /* cannot fail */
    uv_close((uv_handle_t *)&all->end, on_end_closed);
}

void ob_shelves_close(struct ob_shelves *all, void (*done)(void *data), void *data)
{
    all->closing = true;
    all->done = done;
    all->done_data = data;
    all->progress = NULL;
    for (struct ob_shelf *s = all->list; s; s = s->next)
        ob__shelf_close(s);
    end_if_empty(all);
}

static struct ob_shelf *find(const struct ob_shelves *all, const struct ob_root *root)
{
    for (struct ob_shelf *s = all->list; s; s = s->next)
        if (s->state == OB__SHELF_OPEN && strcmp(ob_shelf_root(s), ob_root_path(root)) == 0 &&
            ob_root_is_confined(s->root) == ob_root_is_confined(root))
            return s;
    return NULL;
}

int ob_shelf_open_root(struct ob_shelf **out, struct ob_shelves *all, struct ob_root *root,
                       struct ob_error *e)
{
    *out = NULL;
    if (all->closing)
        return ob_error_set(e, OB_ECANCELED, "openbook is closing");
    struct ob_shelf *known = find(all, root);
    if (known) {
        *out = ob_shelf_ref(known);
        return 0;
    }
    int err = ob__shelf_new(out, all, all->loop, root, &all->options, e);
    if (err)
        return err;
    (*out)->next = all->list;
    all->list = *out;
    return 0;
}

int ob_shelf_open(struct ob_shelf **out, struct ob_shelves *all, const char *path,
                  struct ob_error *e)
{
    struct ob_root *root = NULL;
    *out = NULL;
    int err = ob_root_open(&root, path, e);
    if (!err)
        err = ob_shelf_open_root(out, all, root, e);
    ob_root_unref(root);
    return err;
}

void ob__shelves_forget(struct ob_shelves *all, struct ob_shelf *s)
{
    for (struct ob_shelf **link = &all->list; *link; link = &(*link)->next)
        if (*link == s) {
            *link = s->next;
            break;
        }
    end_if_empty(all);
}

void ob__shelves_tell(struct ob_shelves *all, struct ob_shelf *s)
{
    if (all && all->progress)
        all->progress(s, all->progress_data);
}

void ob_shelves_on_progress(struct ob_shelves *all, void (*cb)(struct ob_shelf *s, void *data),
                            void *data)
{
    all->progress = cb;
    all->progress_data = data;
}
