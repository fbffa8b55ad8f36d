/* Readers: the text of a file as one client sees it, for workers.  A reader holds all it needs and
 * never touches the shelf: what it finds gone goes into the shelf's queue, which any thread may use
 * and which outlives the shelf as long as a reader holds it. */
#include <stdatomic.h>
#include <string.h>

#include "openbook/base/hash.h"
#include "openbook/base/map.h"
#include "openbook/base/mem.h"

#include "inside.h"

struct ob_shelf_reader {
    struct ob_root *root;    /* a reference */
    struct ob__queue *queue; /* a reference */
    size_t max_file_bytes;
    uint64_t root_version;      /* ob_root_version as the shelf knew it */
    atomic_bool root_looked_at; /* two searches of one question may share a reader */
    struct ob_map unsaved;      /* path -> struct ob_text *, a reference each */
};

struct ob_shelf_reader *ob_shelf_reader_new(struct ob_shelf *s, uint64_t client)
{
    struct ob_shelf_reader *r = ob_alloc(sizeof *r);
    const char *path;
    size_t pos = 0;
    r->root = ob_root_ref(s->root);
    r->queue = ob__queue_ref(s->keeper.queue);
    r->max_file_bytes = s->walk.max_file_bytes;
    r->root_version = s->news.root_version;
    if (client == 0)
        return r;
    for (struct ob_text *text; (text = ob_unsaved_next(s->unsaved, client, &pos, &path));)
        *ob_map_put(&r->unsaved, path, strlen(path), NULL) = (uint64_t)(uintptr_t)ob_text_ref(text);
    return r;
}

void ob_shelf_reader_free(struct ob_shelf_reader *r)
{
    size_t pos = 0;
    if (!r)
        return;
    for (struct ob_map_slot *s; (s = ob_map_next(&r->unsaved, &pos));)
        ob_text_unref((struct ob_text *)(uintptr_t)s->value);
    ob_map_release(&r->unsaved);
    ob__queue_unref(r->queue);
    ob_root_unref(r->root);
    ob_free(r);
}

/* A root that was moved away can be read as before, under paths that lead nowhere; so it is looked at
 * before the first file; by two workers at once both look.  Its rules matter to the next index only. */
static void look_at_root(struct ob_shelf_reader *r)
{
    if (atomic_load(&r->root_looked_at))
        return;
    if (ob_root_look(r->root) != r->root_version)
        ob__queue_push_check(r->queue);
    atomic_store(&r->root_looked_at, true);
}

static struct ob_text *unsaved_of(const struct ob_shelf_reader *r, const char *path)
{
    const uint64_t *unsaved = ob_map_get(&r->unsaved, path, strlen(path));
    return unsaved ? (struct ob_text *)(uintptr_t)*unsaved : NULL;
}

int ob_shelf_reader_text(struct ob_text **out, struct ob_shelf_reader *r, const char *path,
                         struct ob_error *e)
{
    enum ob_skip reason = OB_SKIP_NONE;
    struct ob_buf bytes;
    struct ob_text *unsaved = unsaved_of(r, path);
    *out = NULL;
    if (unsaved) {
        *out = ob_text_ref(unsaved);
        return 0;
    }
    look_at_root(r);
    ob_buf_init(&bytes, r->max_file_bytes * 2 + 1);
    int err = ob_file_read(&bytes, NULL, &reason, r->root, path, r->max_file_bytes, e);
    if (err == 0)
        *out = ob_text_take(&bytes);
    else
        ob__queue_push(r->queue, path, true);
    ob_buf_release(&bytes);
    return err;
}

bool ob_shelf_reader_has(struct ob_shelf_reader *r, const char *path)
{
    struct ob_file_stat stat;
    if (unsaved_of(r, path))
        return true;
    look_at_root(r);
    if (ob_file_stat_get(&stat, r->root, path) == 0)
        return true;
    ob__queue_push(r->queue, path, true);
    return false;
}

int ob_shelf_reader_look(struct ob_text **text, struct ob_doc **now, struct ob_shelf_reader *r,
                         struct ob_terms *t, const struct ob_doc *doc, struct ob_error *e)
{
    *now = NULL;
    int err = ob_shelf_reader_text(text, r, doc->path, e);
    if (err)
        return err;
    const struct ob_text *found = *text;
    if (found->len == ob_doc_text_bytes(doc) &&
        ob_hash(found->data, found->len) == ob_doc_text_hash(doc))
        return 0;
    if (!unsaved_of(r, doc->path))
        ob__queue_push(r->queue, doc->path, true);
    err = ob_doc_new(now, t, doc->path, found->data, found->len, e);
    if (err) {
        ob_text_unref(*text);
        *text = NULL;
    }
    return err;
}
