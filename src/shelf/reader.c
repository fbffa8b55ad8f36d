/* Readers: the text of a file as one client sees it, for workers.  A reader holds all it needs and
 * never touches the shelf: what it finds gone goes into the shelf's queue, which any thread may use
 * and which outlives the shelf as long as a reader holds it. */
#include <string.h>

#include "openbook/base/map.h"
#include "openbook/base/mem.h"

#include "inside.h"

struct ob_shelf_reader {
    struct ob_root *root;    /* a reference */
    struct ob__queue *queue; /* a reference */
    size_t max_file_bytes;
    struct ob_map unsaved; /* path -> struct ob_text *, a reference each */
};

struct ob_shelf_reader *ob_shelf_reader_new(struct ob_shelf *s, uint64_t client)
{
    struct ob_shelf_reader *r = ob_alloc(sizeof *r);
    const char *path;
    size_t pos = 0;
    r->root = ob_root_ref(s->root);
    r->queue = ob__queue_ref(s->keeper.queue);
    r->max_file_bytes = s->walk.max_file_bytes;
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

int ob_shelf_reader_text(struct ob_text **out, struct ob_shelf_reader *r, const char *path,
                         struct ob_error *e)
{
    enum ob_skip reason = OB_SKIP_NONE;
    struct ob_buf bytes;
    uint64_t *unsaved = ob_map_get(&r->unsaved, path, strlen(path));
    *out = NULL;
    if (unsaved) {
        *out = ob_text_ref((struct ob_text *)(uintptr_t)*unsaved);
        return 0;
    }
    ob_buf_init(&bytes, r->max_file_bytes * 2 + 1);
    int err = ob_file_read(&bytes, NULL, &reason, r->root, path, r->max_file_bytes, e);
    if (err == 0)
        *out = ob_text_new(ob_buf_str(&bytes), bytes.len);
    else
        ob__queue_push(r->queue, path, true);
    ob_buf_release(&bytes);
    return err;
}
