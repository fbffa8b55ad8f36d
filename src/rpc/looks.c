/* Looking at folders that are to be shelves, without waiting on the loop: a disk may hang (a network that
 * is gone), and then every call that names it does.
 *
 *     survey: spots ->  a look each, on a thread of its own  -> found, refused, or late
 *
 * A look that is late stays on the server's list until it ends.  While it is there nobody looks at that
 * path, or below it, again: so a folder that hangs costs one thread, however often it is asked for. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "openbook/base/list.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/base/probe.h"

#include "inside.h"

struct ob__look {
    struct ob__look *prev, *next; /* the server's list */
    struct ob_server *server;
    struct ob__survey *survey; /* whose spot number PLACE this is; NULL: nobody waits any more */
    size_t place;
    bool late;
    /* the thread's until it is done */
    char *path; /* owned */
    enum ob__spot_kind kind;
    struct ob_root *root; /* a reference */
    bool marked;
    struct ob_error e;
};

/* ------------------------------------------------------------ on the look's thread */
static int cannot_look(struct ob_error *e, const char *path)
{
    int code = errno;
    if (code == ENOENT || code == ENOTDIR)
        return ob_error_set(e, OB_ENOTFOUND, "there is no %s", path);
    return ob_error_set(e, ob_err_from_errno(code), "cannot open %s: %s", path, strerror(code));
}

/* The directory that PATH, a directory or a file, stands for; owned by the caller. */
static int directory_of(char **out, const char *path, struct ob_error *e)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return cannot_look(e, path);
    *out = S_ISDIR(st.st_mode) ? ob_strdup(path) : ob_path_dir(path);
    return 0;
}

static int project_of(char **out, const char *path, struct ob_error *e)
{
    char *dir = NULL;
    int err = directory_of(&dir, path, e);
    if (!err)
        err = ob_root_find(out, dir, e);
    ob_free(dir);
    return err;
}

static void look(void *data)
{
    struct ob__look *k = data;
    char *dir = NULL;
    struct stat st;
    int err;
    if (k->kind == OB__SPOT_FOLDER)
        err = stat(k->path, &st) == 0 ? 0 : cannot_look(&k->e, k->path);
    else if (k->kind == OB__SPOT_EXACT)
        err = directory_of(&dir, k->path, &k->e);
    else
        err = project_of(&dir, k->path, &k->e);
    if (!err)
        err = ob_root_open(&k->root, dir ? dir : k->path, &k->e);
    k->marked = !err && k->kind == OB__SPOT_PROJECT && ob_root_is_marked(ob_root_path(k->root));
    ob_free(dir);
}

/* ------------------------------------------------------------ answers */
static void set_hung(struct ob__spot *spot)
{
    bool later = spot->kind == OB__SPOT_FOLDER && !spot->must;
    spot->hung = true;
    (void)ob_error_set(&spot->e, OB_EBUSY,
                       "%s does not answer: see whether what is mounted there is still reachable%s",
                       spot->path,
                       later ? "; it is searched as soon as it is" : ", then try again");
}

static void one_less(struct ob__survey *v)
{
    if (--v->waiting == 0)
        v->done(v->data);
}

static void on_late(void *data)
{
    struct ob__look *k = data;
    struct ob__survey *v = k->survey;
    k->late = true;
    k->server->n_late_looks++;
    k->survey = NULL;
    if (!v)
        return;
    set_hung(&v->spots[k->place]);
    one_less(v);
}

static void answer(struct ob__look *k)
{
    struct ob__spot *spot = &k->survey->spots[k->place];
    spot->root = k->root;
    spot->marked = k->marked;
    spot->e = k->e;
    k->root = NULL;
    one_less(k->survey);
}

static void came_back(struct ob__look *k)
{
    struct ob__spot spot = {.path = k->path, .kind = k->kind, .root = k->root, .e = k->e};
    ob__attach_came_back(k->server, &spot);
}

static void on_done(void *data)
{
    struct ob__look *k = data;
    struct ob_server *s = k->server;
    OB_LIST_REMOVE(s->looks, k);
    s->n_late_looks -= k->late;
    if (k->survey)
        answer(k);
    else if (k->late && !s->closing && k->kind == OB__SPOT_FOLDER)
        came_back(k);
    ob_root_unref(k->root);
    ob_free(k->path);
    ob_free(k);
    ob__server_handle_gone(s);
}

/* ------------------------------------------------------------ questions */
static bool is_known_to_hang(const struct ob_server *s, const char *path)
{
    for (const struct ob__look *k = s->looks; k; k = k->next)
        if (k->late && ob_path_inside(k->path, path))
            return true;
    return false;
}

bool ob__looks_may_ask(const struct ob_server *s, const char *dir)
{
    return s->n_late_looks < OB_RPC_MAX_HUNG && !is_known_to_hang(s, dir);
}

static int start_look(struct ob__survey *v, size_t place)
{
    struct ob_server *s = v->server;
    const struct ob__spot *spot = &v->spots[place];
    struct ob__look *k = ob_alloc(sizeof *k);
    *k = (struct ob__look){.server = s,
                           .survey = v,
                           .place = place,
                           .path = ob_strdup(spot->path),
                           .kind = spot->kind};
    unsigned late_ms = spot->must ? OB__LATE_MS : OB__LATE_NOTES_MS;
    if (ob_probe_start(s->loop, late_ms, look, on_late, on_done, k) != 0) {
        ob_free(k->path);
        ob_free(k);
        return OB_EFAIL;
    }
    OB_LIST_PUSH(s->looks, k);
    s->open_handles++;
    return 0;
}

static void ask(struct ob__survey *v, size_t place)
{
    struct ob__spot *spot = &v->spots[place];
    if (is_known_to_hang(v->server, spot->path))
        set_hung(spot);
    else if (v->server->n_late_looks >= OB_RPC_MAX_HUNG)
        (void)ob_error_set(&spot->e, OB_EBUSY,
                           "%d folders do not answer: see whether what is mounted there is still "
                           "reachable, then try again",
                           OB_RPC_MAX_HUNG);
    else if (start_look(v, place) == 0)
        v->waiting++;
    else
        (void)ob_error_set(&spot->e, OB_EFAIL,
                           "cannot look at %s: the system gives no more threads", spot->path);
}

void ob__survey_start(struct ob__survey *v, struct ob_server *s, struct ob__spot *spots, size_t n,
                      void (*done)(void *data), void *data)
{
    *v = (struct ob__survey){.server = s, .spots = spots, .n = n, .done = done, .data = data};
    v->waiting = 1;
    for (size_t i = 0; i < n; i++)
        ask(v, i);
    one_less(v);
}

void ob__survey_cancel(struct ob__survey *v)
{
    for (struct ob__look *k = v->server->looks; k; k = k->next)
        if (k->survey == v)
            k->survey = NULL;
}

void ob__survey_release(struct ob__survey *v)
{
    for (size_t i = 0; i < v->n; i++) {
        ob_root_unref(v->spots[i].root);
        v->spots[i].root = NULL;
    }
}
