/* Where the folders of files lead to, for files that an editor reached through a link: looked up by threads,
 * since the disk may hang, and remembered for a while.
 *
 * A message that names such a file waits, with all that its client sends behind it, and is handed up
 * again when the folder is known, or given up: then the file is taken by its name alone. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/base/probe.h"

#include "inside.h"

enum {
    MAX_LINKS = 1024, /* folders that are remembered at a time */
    KNOWN_MS = 5000   /* so long; a link that is replaced is noticed after that */
};

struct ob__link {
    struct ob__link *next;
    char *dir;  /* owned */
    char *real; /* owned; NULL: it is not there, or nobody knows */
    uint64_t until_ms;
    bool asked; /* a thread is on it, and messages wait */
    bool late;  /* a thread is on it, and nobody waits any more */
};

struct lookup {
    struct ob_server *server;
    char *dir, *real; /* owned; the thread's until it is done */
    bool late;
};

/* ------------------------------------------------------------ what is known */
static struct ob__link *find(const struct ob_server *s, const char *dir)
{
    struct ob__link *k = s->links;
    while (k && strcmp(k->dir, dir) != 0)
        k = k->next;
    return k;
}

static void link_free(struct ob_server *s, struct ob__link *k)
{
    s->n_links--;
    ob_free(k->dir);
    ob_free(k->real);
    ob_free(k);
}

void ob__links_clear(struct ob_server *s)
{
    while (s->links) {
        struct ob__link *k = s->links;
        s->links = k->next;
        link_free(s, k);
    }
}

static struct ob__link *find_or_add(struct ob_server *s, const char *dir)
{
    struct ob__link *k = find(s, dir);
    if (k)
        return k;
    if (s->n_links == MAX_LINKS) /* what is needed is asked for again */
        ob__links_clear(s);
    k = ob_alloc(sizeof *k);
    k->dir = ob_strdup(dir);
    k->next = s->links;
    s->links = k;
    s->n_links++;
    return k;
}

char *ob__links_resolve(const struct ob_server *s, const char *path)
{
    char *dir = ob_path_dir(path);
    const struct ob__link *k = find(s, dir);
    ob_free(dir);
    return k && k->real ? ob_path_join(k->real, ob_path_base(path)) : NULL;
}

/* ------------------------------------------------------------ looking up */
static void wake(struct ob_server *s)
{
    for (struct ob__session *c = s->sessions; c; c = c->next)
        if (c->awaits_links && !c->dead) {
            c->awaits_links = false;
            ob__session_go_on(c);
        }
}

/* DIR leads to REAL (taken) from now on, or nobody knows. */
static struct ob__link *learn(struct ob_server *s, const char *dir, char *real)
{
    struct ob__link *k = find_or_add(s, dir);
    bool moved = real && (!k->real || strcmp(k->real, real) != 0);
    ob_free(k->real);
    k->real = real;
    k->asked = k->late = false;
    k->until_ms = uv_now(s->loop) + KNOWN_MS;
    for (struct ob__session *c = s->sessions; c && moved; c = c->next)
        if (!c->dead)
            ob__attach_hand_over(c); /* a text may have been waiting for this */
    return k;
}

static void look_up(void *data)
{
    struct lookup *u = data;
    char real[PATH_MAX];
    u->real = realpath(u->dir, real) ? ob_strdup(real) : NULL;
}

static void on_late(void *data)
{
    struct lookup *u = data;
    u->late = true;
    u->server->n_late_looks++;
    learn(u->server, u->dir, NULL)->late = true;
    wake(u->server);
}

static void on_done(void *data)
{
    struct lookup *u = data;
    struct ob_server *s = u->server;
    s->n_late_looks -= u->late;
    (void)learn(s, u->dir, u->real);
    wake(s);
    ob_free(u->dir);
    ob_free(u);
    ob__server_handle_gone(s);
}

static void start(struct ob_server *s, const char *dir)
{
    struct lookup *u = ob_alloc(sizeof *u);
    *u = (struct lookup){.server = s, .dir = ob_strdup(dir)};
    if (!ob__looks_may_ask(s, dir) ||
        ob_probe_start(s->loop, OB__LATE_MS, look_up, on_late, on_done, u) != 0) {
        (void)learn(s, dir, NULL);
        ob_free(u->dir);
        ob_free(u);
        return;
    }
    find_or_add(s, dir)->asked = true;
    s->open_handles++;
}

bool ob__links_ask(struct ob__session *c, const char *path)
{
    struct ob_server *s = c->server;
    if (ob__session_has(c, path))
        return false;
    char *dir = ob_path_dir(path);
    const struct ob__link *k = find(s, dir);
    if (!k || (!k->asked && !k->late && k->until_ms <= uv_now(s->loop)))
        start(s, dir);
    k = find(s, dir);
    bool unknown = k && k->asked;
    ob_free(dir);
    return unknown;
}

/* ------------------------------------------------------------ messages */
static void abandon(void *data)
{
    struct ob__session *c = data;
    c->awaits_links = false;
}

bool ob__links_wait(struct ob__session *c, const msgpack_object *map)
{
    struct ob_arena arena = OB_ARENA_INIT;
    struct ob_error e = OB_ERROR_INIT; /* faults are told by the method */
    struct ob__args args = {"", map, &e, 0}, context = ob__args_map(&args, "context");
    const char *path = ob__args_path(&args, "path", &arena);
    const char *at = ob__args_path(&context, "path", &arena);
    const char *const *open = NULL;
    size_t n = ob__args_paths(&context, "open", OB_OPEN_FILES_MAX, &arena, &open);
    bool waits = (path && ob__links_ask(c, path));
    waits |= at && ob__links_ask(c, at);
    for (size_t i = 0; i < n; i++)
        waits |= ob__links_ask(c, open[i]);
    ob_arena_release(&arena);
    c->awaits_links = waits;
    if (waits) {
        ob__session_hold(c, abandon, c);
        ob__channel_again(&c->channel);
    }
    return waits;
}
