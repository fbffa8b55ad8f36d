/* Unsaved text: for each client that has some, a small delta and the snapshot that shows it.
 *
 * The documents and the snapshot are built by a task, one at a time a client, because analysing a
 * file takes longer than the loop may.  A task works on copies: the texts as they are when it starts
 * and a snapshot of the disk.  Invariant: `view` shows the client's text as of change `built` on at
 * least version `base_version` of the index, so that freshness is a comparison of numbers. */
#include <string.h>

#include "openbook/base/hash.h"
#include "openbook/base/log.h"
#include "openbook/base/mem.h"
#include "openbook/base/task.h"

#include "inside.h"

struct entry {            /* one unsaved file in a view */
    char *path;           /* owned */
    struct ob_text *text; /* a reference */
    struct ob_doc *doc;   /* a reference; NULL: not built yet, or never to be indexed */
    bool looked;          /* doc is what it will be */
    bool as_disk;         /* the file on disk says the same: nothing to show */
};

struct entries {
    struct entry *items; /* owned */
    size_t len, cap;
};

struct build { /* one task */
    struct ob_shelf *shelf;
    struct ob__delta *delta;
    struct ob_root *root; /* a reference */
    struct ob_walk_options walk;
    struct ob_terms *terms; /* the delta's: one task at a time uses it */
    struct entries entries;
    struct entries old; /* the delta's, until now: let go by the task, as a text may be long */
    struct ob_snapshot *base; /* a reference */
    uint64_t base_version, asked;
    struct ob_snapshot *view; /* made by the task; NULL: as the disk */
};

struct ob__delta {
    struct ob_shelf *shelf; /* set when it is being freed */
    uint64_t client;
    uint64_t asked, built, base_version;
    struct ob_snapshot *view; /* a reference; NULL: as the disk */
    struct entries entries;   /* of the last build: documents are used again */
    struct ob_terms *terms;   /* owned */
    struct ob_task *task;     /* NULL: none runs */
    bool dropped;             /* the client is gone; freed by the task's end */
    struct ob__delta *next;
};

static void entries_release(struct entries *es)
{
    for (size_t i = 0; i < es->len; i++) {
        ob_free(es->items[i].path);
        ob_text_unref(es->items[i].text);
        ob_doc_unref(es->items[i].doc);
    }
    ob_free(es->items);
    *es = (struct entries){0};
}

static void move_entries(struct entries *to, struct entries *from)
{
    *to = *from;
    *from = (struct entries){0};
}

static void delta_release(void *data)
{
    struct ob__delta *d = data;
    entries_release(&d->entries);
    ob_snapshot_unref(d->view);
    ob_terms_free(d->terms);
}

static void on_released(int status, void *data)
{
    struct ob__delta *d = data;
    struct ob_shelf *s = d->shelf;
    if (status)
        delta_release(d);
    ob_free(d);
    ob__shelf_settle(s);
}

/* A worker does what takes long: the texts may be, and the view may be the last to hold an index. */
static void delta_free(struct ob_shelf *s, struct ob__delta *d)
{
    d->shelf = s;
    if (ob_task_start(NULL, s->loop, delta_release, on_released, d) == 0) {
        s->alive++;
        return;
    }
    delta_release(d);
    ob_free(d);
}

static struct ob__delta *find(const struct ob_shelf *s, uint64_t client)
{
    for (struct ob__delta *d = s->deltas; d; d = d->next)
        if (d->client == client)
            return d;
    return NULL;
}

static struct ob__delta *find_or_add(struct ob_shelf *s, uint64_t client)
{
    struct ob__delta *d = find(s, client);
    if (d)
        return d;
    d = ob_alloc(sizeof *d);
    d->client = client;
    d->terms = ob_terms_new();
    d->next = s->deltas;
    s->deltas = d;
    return d;
}

/* ------------------------------------------------------------ on a worker thread */

/* The rules hold for unsaved text too: what is typed into .env is not indexed.  A file that does not
 * exist yet is judged by its name alone. */
static bool may_be_indexed(const struct build *b, const struct entry *en)
{
    enum ob_skip reason = ob_walk_check(NULL, b->root, &b->walk, en->path);
    enum { SNIFFED = 8192 };
    size_t sniffed = en->text->len < SNIFFED ? en->text->len : SNIFFED;
    return (reason == OB_SKIP_NONE || reason == OB_SKIP_VANISHED || reason == OB_SKIP_SIZE) &&
           en->text->len <= b->walk.max_file_bytes && !memchr(en->text->data, '\0', sniffed);
}

static void look(struct build *b, struct entry *en)
{
    struct ob_error e = OB_ERROR_INIT;
    const struct ob_doc *on_disk = ob_snapshot_doc(b->base, en->path);
    en->as_disk = on_disk && ob_doc_text_bytes(on_disk) == en->text->len &&
                  ob_doc_text_hash(on_disk) == ob_hash(en->text->data, en->text->len);
    if (en->as_disk || en->looked)
        return;
    en->looked = true;
    if (may_be_indexed(b, en) &&
        ob_doc_new(&en->doc, b->terms, en->path, en->text->data, en->text->len, &e) != 0)
        ob_log(OB_LOG_WARN, "shelf", "%s", e.message);
}

static void build_work(void *data)
{
    struct build *b = data;
    struct ob_doc **docs = ob_alloc((b->entries.len + 1) * sizeof *docs);
    size_t n = 0;
    for (size_t i = 0; i < b->entries.len; i++) {
        struct entry *en = &b->entries.items[i];
        look(b, en);
        if (en->doc && !en->as_disk)
            docs[n++] = en->doc;
    }
    if (n > 0)
        b->view = ob_snapshot_with(b->base, docs, n, NULL, 0);
    ob_free(docs);
    entries_release(&b->old);
}

/* ------------------------------------------------------------ on the loop */
static void build_free(struct build *b)
{
    entries_release(&b->entries);
    entries_release(&b->old);
    ob_snapshot_let_go(b->base, b->shelf->loop);
    ob_snapshot_let_go(b->view, b->shelf->loop);
    ob_root_unref(b->root);
    ob_free(b);
}

/* Drops the texts that the disk has meanwhile, unless the client typed on. */
static void drop_saved(struct ob_shelf *s, const struct ob__delta *d)
{
    for (size_t i = 0; i < d->entries.len; i++) {
        const struct entry *en = &d->entries.items[i];
        if (en->as_disk && ob_unsaved_get(s->unsaved, d->client, en->path) == en->text)
            ob_unsaved_set(s->unsaved, d->client, en->path, NULL);
    }
}

static void install(struct build *b)
{
    struct ob__delta *d = b->delta;
    ob_snapshot_let_go(d->view, b->shelf->loop);
    d->view = b->view;
    b->view = NULL;
    move_entries(&d->entries, &b->entries);
    d->built = b->asked;
    d->base_version = b->base_version;
    drop_saved(b->shelf, d);
}

static void start(struct ob_shelf *s, struct ob__delta *d);

static void build_done(int status, void *data)
{
    struct build *b = data;
    struct ob_shelf *s = b->shelf;
    struct ob__delta *d = b->delta;
    d->task = NULL;
    if (d->dropped) {
        delta_free(s, d);
    } else {
        if (status == 0)
            install(b);
        else
            move_entries(&d->entries, &b->old);
        if (s->state == OB__SHELF_OPEN && d->built < d->asked)
            start(s, d);
    }
    build_free(b);
    if (s->state == OB__SHELF_OPEN)
        ob__fresh_check(s);
    ob__shelf_settle(s);
}

static void take_entries(struct build *b, const struct ob__delta *d)
{
    const char *path;
    size_t pos = 0;
    for (struct ob_text *text;
         (text = ob_unsaved_next(b->shelf->unsaved, d->client, &pos, &path));) {
        struct entry en = {.path = ob_strdup(path), .text = ob_text_ref(text)};
        for (size_t i = 0; i < d->entries.len && !en.looked; i++) {
            const struct entry *old = &d->entries.items[i];
            if (old->looked && old->text == text && strcmp(old->path, path) == 0) {
                en.looked = true;
                en.doc = old->doc ? ob_doc_ref(old->doc) : NULL;
            }
        }
        OB_GROW(b->entries.items, b->entries.len, b->entries.cap);
        b->entries.items[b->entries.len++] = en;
    }
}

static void start(struct ob_shelf *s, struct ob__delta *d)
{
    struct build *b = ob_alloc(sizeof *b);
    b->shelf = s;
    b->delta = d;
    b->root = ob_root_ref(s->root);
    b->walk = s->walk;
    b->terms = d->terms;
    /* The version first: the snapshot is then at least that. */
    b->base_version = s->news.version;
    b->base = ob_index_snapshot(s->index);
    b->asked = d->asked;
    take_entries(b, d);
    move_entries(&b->old, &d->entries);
    if (ob_task_start(&d->task, s->loop, build_work, build_done, b) != 0) {
        ob_log(OB_LOG_WARN, "shelf", "cannot start a worker for unsaved text");
        move_entries(&d->entries, &b->old);
        build_free(b);
        return;
    }
    s->alive++;
}

void ob__delta_changed(struct ob_shelf *s, uint64_t client)
{
    struct ob__delta *d = find_or_add(s, client);
    d->asked++;
    if (!d->task)
        start(s, d);
}

static void drop(struct ob_shelf *s, struct ob__delta **link)
{
    struct ob__delta *d = *link;
    *link = d->next;
    d->dropped = true;
    if (d->task)
        ob_task_cancel(d->task);
    else
        delta_free(s, d);
}

void ob__delta_drop(struct ob_shelf *s, uint64_t client)
{
    for (struct ob__delta **link = &s->deltas; *link; link = &(*link)->next)
        if ((*link)->client == client) {
            drop(s, link);
            return;
        }
}

void ob__delta_cancel(struct ob_shelf *s)
{
    while (s->deltas)
        drop(s, &s->deltas);
}

uint64_t ob__delta_asked(const struct ob_shelf *s, uint64_t client)
{
    const struct ob__delta *d = find(s, client);
    return d ? d->asked : 0;
}

bool ob_shelf_unsaved_is_behind(struct ob_shelf *s, uint64_t client)
{
    const struct ob__delta *d = find(s, client);
    return d && d->built < d->asked;
}

bool ob__delta_has(struct ob_shelf *s, uint64_t client, uint64_t asked, uint64_t version)
{
    struct ob__delta *d = find(s, client);
    if (!d)
        return true;
    /* Without a view the client sees the newest disk, whatever version the build had. */
    if (d->built >= asked && (!d->view || d->base_version >= version))
        return true;
    if (!d->task)
        start(s, d);
    return false;
}

struct ob_snapshot *ob__delta_view(struct ob_shelf *s, uint64_t client)
{
    struct ob__delta *d = find(s, client);
    if (!d || !d->view)
        return NULL;
    (void)ob__delta_has(s, client, d->asked, s->news.version); /* a newer one for the next query */
    return d->view;
}
