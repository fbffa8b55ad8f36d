/* update: what a client has typed and not saved.
 *
 * A text comes whole, or in pieces: the lines that changed take the place of lines that are known, so
 * that an editor of a long buffer need not hand all of it over for a letter.  While more pieces are
 * announced they gather in a draft, and what is searched stays as it was.  A piece that does not fit the
 * text that is known means that the two sides no longer agree: the text is forgotten, the disk counts,
 * and the client is told to send it whole. */
#include <string.h>

#include "openbook/base/mem.h"

#include "inside.h"

struct ob__draft {
    struct ob__draft *next;
    char *path;           /* owned */
    struct ob_text *base; /* a reference: the text, as long as nothing of it was changed */
    struct ob_buf text;   /* else this */
    size_t lines;
};

struct update {
    const char *path;
    const char *text; /* NULL: nothing any more */
    size_t len;
    size_t first_line; /* 1-based; 0: the text is the whole, or its beginning */
    size_t removed;
    bool more;
    bool has_lines; /* the client says how many lines there are afterwards */
    size_t lines;
};

/* ------------------------------------------------------------ drafts */
static void draft_free(struct ob__draft *d)
{
    ob_text_unref(d->base);
    ob_buf_release(&d->text);
    ob_free(d->path);
    ob_free(d);
}

static struct ob__draft **find(struct ob__session *c, const char *path)
{
    struct ob__draft **link = &c->drafts;
    while (*link && strcmp((*link)->path, path) != 0)
        link = &(*link)->next;
    return link;
}

static void drop(struct ob__session *c, const char *path)
{
    struct ob__draft **link = find(c, path), *d = *link;
    if (!d)
        return;
    *link = d->next;
    c->n_drafts--;
    draft_free(d);
}

void ob__drafts_clear(struct ob__session *c)
{
    while (c->drafts)
        drop(c, c->drafts->path);
}

/* How many of the eight bytes at TEXT are line feeds: those that are zero after the exclusive or. */
static unsigned feeds_in(const char *text)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7fULL, feed = 0x0a0a0a0a0a0a0a0aULL;
    uint64_t x;
    memcpy(&x, text, sizeof x);
    x ^= feed;
    return (unsigned)__builtin_popcountll(~(((x & low) + low) | x | low));
}

/* Lines of a text; the last one may lack its line feed. */
static size_t count_lines(const char *text, size_t len)
{
    size_t n = 0, i = 0;
    for (; i + 8 <= len; i += 8)
        n += feeds_in(text + i);
    for (; i < len; i++)
        n += text[i] == '\n';
    return n + (len > 0 && text[len - 1] != '\n');
}

/* Where the line behind N lines begins, from AT on; LEN when there are no more. */
static size_t skip_lines(const char *text, size_t len, size_t at, size_t n)
{
    for (; n > 8 && at + 8 <= len; at += 8) /* at most eight at once: the last one is not passed */
        n -= feeds_in(text + at);
    while (n-- > 0 && at < len) {
        const char *end = memchr(text + at, '\n', len - at);
        at = end ? (size_t)(end - text) + 1 : len;
    }
    return at;
}

static const char *text_of(const struct ob__draft *d, size_t *len)
{
    *len = d->base ? d->base->len : d->text.len;
    return d->base ? d->base->data : ob_buf_str(&d->text);
}

static int too_big(int err, struct ob_error *e)
{
    return err ? ob_error_set(e, err, "update: the text is over 16 MiB") : 0;
}

/* A draft of PATH; the caller fills it. */
static int draft_new(struct ob__draft **out, struct ob__session *c, const char *path,
                     struct ob_error *e)
{
    drop(c, path);
    if (c->n_drafts >= OB_RPC_MAX_DRAFTS)
        return ob_error_set(e, OB_EBUSY, "update: %d texts come in pieces already: end one first",
                            OB_RPC_MAX_DRAFTS);
    struct ob__draft *d = ob_alloc(sizeof *d);
    d->path = ob_strdup(path);
    ob_buf_init(&d->text, OB_RPC_MAX_UNSAVED_BYTES);
    d->next = c->drafts;
    c->drafts = d;
    c->n_drafts++;
    *out = d;
    return 0;
}

/* ------------------------------------------------------------ pieces */
/* Puts the piece in the place of the bytes FROM to TO of OLD.  Each byte is copied once: a long text is
 * some milliseconds, and this is the loop. */
static int replace(struct ob__draft *d, const struct update *u, const char *old, size_t len,
                   size_t from, size_t to, struct ob_error *e)
{
    bool open_end = from == len && len > 0 && u->len > 0 && old[len - 1] != '\n';
    struct ob_buf whole;
    ob_buf_init(&whole, OB_RPC_MAX_UNSAVED_BYTES);
    int err = ob_buf_reserve(&whole, len - (to - from) + u->len + 1) ? 0 : OB_ETOOBIG;
    err = err ? err : ob_buf_append(&whole, old, from);
    err = err ? err : ob_buf_append(&whole, "\n", open_end);
    err = err ? err : ob_buf_append(&whole, u->text, u->len);
    err = err ? err : ob_buf_append(&whole, old + to, len - to);
    if (err) {
        ob_buf_release(&whole);
        return too_big(err, e);
    }
    ob_text_unref(d->base);
    d->base = NULL;
    ob_buf_release(&d->text);
    d->text = whole;
    return 0;
}

static int splice_lines(struct ob__draft *d, const struct update *u, struct ob_error *e)
{
    size_t len, before = u->first_line - 1;
    const char *old = text_of(d, &len);
    bool at_end = before == d->lines;
    if (at_end && !d->base && len > 0 && old[len - 1] == '\n') /* one of many pieces: in place */
        return too_big(ob_buf_append(&d->text, u->text, u->len), e);
    size_t from = at_end ? len : skip_lines(old, len, 0, before);
    return replace(d, u, old, len, from, skip_lines(old, len, from, u->removed), e);
}

static int apply(struct ob__draft *d, const struct update *u, struct ob_error *e)
{
    size_t before = u->first_line - 1;
    if (before > d->lines || u->removed > d->lines - before)
        return ob_error_set(e, OB_EINVAL,
                            "update: lines %zu to %zu are not there, the text that is known has "
                            "%zu: send it whole",
                            u->first_line, before + u->removed, d->lines);
    if (u->removed < d->lines - before && u->len > 0 && u->text[u->len - 1] != '\n')
        return ob_error_set(e, OB_EINVAL,
                            "update: the text must end with a line feed, lines follow it");
    int err = splice_lines(d, u, e);
    d->lines += count_lines(u->text, u->len) - u->removed;
    return err;
}

/* ------------------------------------------------------------ what is known from now on */
static void set_unsaved(struct ob__session *c, const char *path, struct ob_text *text)
{
    struct ob_arena arena = OB_ARENA_INIT;
    struct ob_unsaved *unsaved = c->server->unsaved;
    bool had = ob_unsaved_get(unsaved, c->id, path) != NULL;
    c->n_unsaved += (text && !had) ? 1 : 0;
    c->n_unsaved -= (!text && had) ? 1 : 0;
    ob_unsaved_set(unsaved, c->id, path, text);
    const char *relative;
    size_t position;
    struct ob_shelf *shelf = ob__session_shelf_of(c, path, &arena, &relative, &position);
    if (shelf && *relative)
        ob_shelf_set_unsaved(shelf, c->id, relative, text);
    ob_arena_release(&arena);
}

/* What the draft says is what the client has. */
static void publish(struct ob__session *c, struct ob__draft *d)
{
    struct ob_text *text = d->base ? ob_text_ref(d->base) : ob_text_take(&d->text);
    set_unsaved(c, d->path, text);
    ob_text_unref(text);
}

/* The draft that a piece belongs to: the one that is begun, else one of the text that is known. */
static int draft_for(struct ob__draft **out, struct ob__session *c, const struct update *u,
                     struct ob_error *e)
{
    *out = *find(c, u->path);
    if (*out)
        return 0;
    struct ob_text *known = ob_unsaved_get(c->server->unsaved, c->id, u->path);
    if (!known)
        return ob_error_set(
            e, OB_ENOTFOUND,
            "update: no text of %s is known, of which this could be a part: send it "
            "whole",
            u->path);
    int err = draft_new(out, c, u->path, e);
    if (!err) {
        (*out)->base = ob_text_ref(known);
        (*out)->lines = count_lines(known->data, known->len);
    }
    return err;
}

static int take_piece(struct ob__session *c, const struct update *u, struct ob_error *e)
{
    struct ob__draft *d = NULL;
    int err = draft_for(&d, c, u, e);
    err = err ? err : apply(d, u, e);
    if (!err && u->has_lines && u->lines != d->lines)
        err = ob_error_set(e, OB_EINVAL,
                           "update: the text has %zu lines now, the client says %zu: send it whole",
                           d->lines, u->lines);
    if (!err && !u->more)
        publish(c, d);
    if (err)
        set_unsaved(c, u->path, NULL); /* nobody knows what it is */
    if (err || !u->more)
        drop(c, u->path);
    return err;
}

static int begin_pieces(struct ob__session *c, const struct update *u, struct ob_error *e)
{
    struct ob__draft *d;
    int err = draft_new(&d, c, u->path, e);
    if (err)
        return err;
    err = too_big(ob_buf_append(&d->text, u->text, u->len), e);
    if (err)
        drop(c, u->path);
    else
        d->lines = count_lines(u->text, u->len);
    return err;
}

static void take_whole(struct ob__session *c, const struct update *u)
{
    struct ob_text *text = u->text ? ob_text_new(u->text, u->len) : NULL;
    drop(c, u->path);
    set_unsaved(c, u->path, text);
    ob_text_unref(text);
}

static int take(struct ob__session *c, const struct update *u, struct ob_error *e)
{
    if (u->text && u->first_line)
        return take_piece(c, u, e);
    if (u->text && u->more)
        return begin_pieces(c, u, e);
    take_whole(c, u);
    return 0;
}

/* ------------------------------------------------------------ the method */
static void read_update(struct update *u, struct ob__session *c, struct ob__args *a,
                        struct ob_arena *arena)
{
    ob__args_require(a, "path");
    u->path = ob__args_path(a, "path", arena);
    if (!ob__args_str(a, "text", &u->text, &u->len))
        u->text = NULL;
    else if (!u->text)
        u->text = "";
    u->first_line = (size_t)ob__args_uint(a, "first_line", 0, UINT32_MAX);
    u->removed = (size_t)ob__args_uint(a, "removed", 0, UINT32_MAX);
    u->more = ob__args_bool(a, "more", false);
    u->has_lines = ob__args_get(a, "lines") != NULL;
    u->lines = (size_t)ob__args_uint(a, "lines", 0, UINT32_MAX);
    if (!a->err && !u->text && (u->first_line || u->more))
        ob__args_require(a, "text");
    if (!a->err && u->len > OB_RPC_MAX_UNSAVED_BYTES)
        a->err = ob_error_set(a->e, OB_ETOOBIG, "update: the text is over 16 MiB");
    if (!a->err && u->text && c->n_unsaved >= OB_RPC_MAX_UNSAVED &&
        !ob_unsaved_get(c->server->unsaved, c->id, u->path))
        a->err = ob_error_set(a->e, OB_EBUSY, "update: %d files are unsaved already: save some",
                              OB_RPC_MAX_UNSAVED);
}

void ob__method_update(struct ob__request *r, struct ob__args *a)
{
    struct ob_arena arena = OB_ARENA_INIT;
    struct update u = {0};
    read_update(&u, r->session, a, &arena);
    if (!a->err)
        a->err = take(r->session, &u, a->e);
    if (a->err)
        ob__reply_bad_args(r, a);
    else
        ob__reply_empty(r);
    ob_arena_release(&arena);
}
