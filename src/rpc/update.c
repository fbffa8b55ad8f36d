/* update: what a client has typed and not saved.
 *
 * A text comes whole, or in pieces: the lines that changed take the place of lines that are known, so
 * that an editor of a long buffer need not hand all of it over for a letter.  While more pieces are
 * announced they gather in a draft, and what is searched stays as it was.  A piece that does not fit the
 * text that is known means that the two sides no longer agree: the text is forgotten, the disk counts,
 * and the client is told to send it whole.
 *
 * A draft is a list of chunks (rope.h), to which a piece costs the same however long the text is.  What
 * grows with the text is counting the lines of what is known, for the first piece, and making one text of
 * the chunks, after the last: of a long one a worker does it, and the client's further messages wait.  A
 * long text in one message is neither copied nor looked at here (ob__channel_text). */
#include <assert.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/base/task.h"

#include "inside.h"
#include "rope.h"

enum { LONG_TEXT = 128 * 1024 }; /* for a worker; what is shorter takes some 50 us */

struct ob__draft {
    struct ob__draft *next;
    char *path; /* owned */
    struct ob__rope rope;
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
    ob__rope_release(&d->rope);
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

static void drafts_clear(struct ob__session *c)
{
    while (c->drafts)
        drop(c, c->drafts->path);
}

static int too_big(int err, struct ob_error *e)
{
    return err ? ob_error_set(e, err, "update: the text is over %d MiB",
                              OB_RPC_MAX_UNSAVED_BYTES >> 20)
               : 0;
}

/* An empty draft of PATH. */
static int draft_new(struct ob__draft **out, struct ob__session *c, const char *path,
                     struct ob_error *e)
{
    drop(c, path);
    if (c->n_drafts >= OB_RPC_MAX_DRAFTS)
        return ob_error_set(e, OB_EBUSY, "update: %d texts come in pieces already: end one first",
                            OB_RPC_MAX_DRAFTS);
    struct ob__draft *d = ob_alloc(sizeof *d);
    d->path = ob_strdup(path);
    d->next = c->drafts;
    c->drafts = d;
    c->n_drafts++;
    *out = d;
    return 0;
}

/* ------------------------------------------------------------ a piece, on any thread */

/* What becomes of a text by one piece. */
struct change {
    struct ob__rope rope;
    struct ob_text *base;  /* a reference: the rope's text, which is not in it yet; NULL: it is */
    struct ob_text *piece; /* a reference: what u.text lies in; NULL: the message */
    struct update u;
    struct ob_text *text; /* the whole, after the last piece; a reference */
    int err;
    struct ob_error e;
};

static void change_release(struct change *x)
{
    ob__rope_release(&x->rope);
    ob_text_unref(x->base);
    ob_text_unref(x->piece);
    ob_text_unref(x->text);
}

static int put_piece(struct change *x)
{
    const struct update *u = &x->u;
    size_t before = u->first_line - 1, lines = ob__rope_lines(&x->rope);
    if (before > lines || u->removed > lines - before)
        return ob_error_set(&x->e, OB_EINVAL,
                            "update: lines %zu to %zu are not there, the text that is known has "
                            "%zu: send it whole",
                            u->first_line, before + u->removed, lines);
    if (u->removed < lines - before && u->len > 0 && u->text[u->len - 1] != '\n')
        return ob_error_set(&x->e, OB_EINVAL,
                            "update: the text must end with a line feed, lines follow it");
    ob__rope_splice(&x->rope, before, u->removed, u->text, u->len);
    lines = ob__rope_lines(&x->rope);
    if (u->has_lines && u->lines != lines)
        return ob_error_set(
            &x->e, OB_EINVAL,
            "update: the text has %zu lines now, the client says %zu: send it whole", lines,
            u->lines);
    return too_big(x->rope.len > OB_RPC_MAX_UNSAVED_BYTES ? OB_ETOOBIG : 0, &x->e);
}

static void make_change(void *data)
{
    struct change *x = data;
    if (x->base)
        ob__rope_take(&x->rope, x->base);
    ob_text_unref(x->base);
    x->base = NULL;      /* here, as it may be the last to hold much; and so below */
    if (x->u.first_line) /* else BASE is the beginning of a text, and all of this piece */
        x->err = put_piece(x);
    ob_text_unref(x->piece);
    x->piece = NULL;
    if (x->err || x->u.more)
        return;
    x->text = ob__rope_text(&x->rope);
    ob__rope_release(&x->rope);
    if (!x->text)
        x->err = ob_error_set(&x->e, OB_ENOMEM, "update: there is no memory for the text");
}

/* ------------------------------------------------------------ what is known from now on */
static void forget(void *data)
{
    ob_text_unref(data);
}

static void forgotten(int status, void *data)
{
    if (status)
        ob_text_unref(data);
}

void ob__update_let_go(struct ob_server *s, struct ob_text *text)
{
    bool is_long = text && text->len > LONG_TEXT;
    if (!is_long || ob_task_start(NULL, s->loop, forget, forgotten, text) != 0)
        ob_text_unref(text);
}

static void set_unsaved(struct ob__session *c, const char *path, struct ob_text *text)
{
    struct ob_arena arena = OB_ARENA_INIT;
    struct ob_unsaved *unsaved = c->server->unsaved;
    struct ob_text *old = ob_unsaved_get(unsaved, c->id, path);
    c->n_unsaved += (text && !old) ? 1 : 0;
    c->n_unsaved -= (!text && old) ? 1 : 0;
    if (old)
        (void)ob_text_ref(old); /* until all others have let it go */
    ob_unsaved_set(unsaved, c->id, path, text);
    const char *relative;
    size_t position;
    struct ob_shelf *shelf = ob__session_shelf_of(c, path, &arena, &relative, &position);
    if (shelf && *relative)
        ob_shelf_set_unsaved(shelf, c->id, relative, text);
    ob_arena_release(&arena);
    if (old)
        ob__update_let_go(c->server, old);
}

/* After a fault nobody knows what the text is. */
static int take_change(struct ob__session *c, struct change *x, struct ob_error *e)
{
    const char *path = x->u.path;
    struct ob__draft *d = *find(c, path);
    if (x->err) {
        *e = x->e;
        set_unsaved(c, path, NULL);
    } else if (x->text) {
        set_unsaved(c, path, x->text);
    } else if (d) {
        d->rope = x->rope;
        x->rope = (struct ob__rope){0};
    }
    if (x->err || x->text)
        drop(c, path);
    return x->err;
}

/* ------------------------------------------------------------ by a worker */
struct job {
    struct change change;        /* with a path and a piece of its own */
    struct ob__request *request; /* NULL: the client has left */
    char *path;                  /* owned */
};

static void run_job(void *data)
{
    struct job *j = data;
    make_change(&j->change);
}

static void abandon(void *data)
{
    struct job *j = data;
    struct ob__request *r = j->request;
    struct ob_error e = OB_ERROR_INIT;
    j->request = NULL;
    (void)ob_error_set(&e, OB_ECANCELED, "the client left");
    ob__reply_fail(r, &e);
}

static void answer(struct ob__request *r, int err, const struct ob_error *e)
{
    if (err)
        ob__reply_fail(r, e);
    else
        ob__reply_empty(r);
}

static void job_done(int status, void *data)
{
    struct job *j = data;
    struct ob_error e = OB_ERROR_INIT;
    struct ob__request *r = j->request;
    if (r) {
        if (status)
            j->change.err = ob_error_set(&j->change.e, status, "update: no worker took it");
        ob__session_go_on(r->session);
        int err = take_change(r->session, &j->change, &e);
        answer(r, err, &e);
    }
    change_release(&j->change);
    ob_free(j->path);
    ob_free(j);
}

/* Has a worker make X, which answers R; false when there is none, and X is as it was. */
static bool start_job(struct ob__request *r, struct change *x)
{
    struct job *j = ob_alloc(sizeof *j);
    if (x->u.first_line) {
        x->piece = ob__channel_text(&r->session->channel, x->u.text, x->u.len);
        x->u.text = x->piece->data;
    }
    j->change = *x;
    j->request = r;
    j->change.u.path = j->path = ob_strdup(x->u.path);
    if (ob_task_start(NULL, r->session->server->loop, run_job, job_done, j) == 0) {
        ob__session_hold(r->session, abandon, j);
        return true;
    }
    ob_free(j->path);
    ob_free(j);
    return false;
}

/* ------------------------------------------------------------ whole texts and pieces */

/* Fills X with what it is to change: the draft that was begun, else a new one of the text that is known. */
static int begin_change(struct change *x, struct ob__session *c, const struct update *u,
                        struct ob_error *e)
{
    struct ob__draft *d = *find(c, u->path);
    *x = (struct change){.u = *u};
    if (!d) {
        struct ob_text *known = ob_unsaved_get(c->server->unsaved, c->id, u->path);
        if (!known)
            return ob_error_set(
                e, OB_ENOTFOUND,
                "update: no text of %s is known, of which this could be a part: send it "
                "whole",
                u->path);
        int err = draft_new(&d, c, u->path, e);
        if (err)
            return err;
        x->base = ob_text_ref(known);
    }
    assert(d); /* there was one, or draft_new made it */
    x->rope = d->rope;
    d->rope = (struct ob__rope){0};
    return 0;
}

/* Whether X looks at all of a long text: then a worker makes it. */
static bool is_long(const struct change *x)
{
    if (x->base)
        return x->base->len + x->u.len > LONG_TEXT;
    return x->u.len > LONG_TEXT || (!x->u.more && x->rope.len + x->u.len > LONG_TEXT);
}

/* Answers R: with ERR, or when X is made, by a worker if that looks at much. */
static void take_or_start(struct ob__request *r, struct change *x, int err, struct ob_error *e)
{
    if (!err && is_long(x) && start_job(r, x))
        return;
    if (!err) {
        make_change(x);
        err = take_change(r->session, x, e);
        change_release(x);
    }
    answer(r, err, e);
}

static void take_piece(struct ob__request *r, const struct update *u, struct ob_error *e)
{
    struct change x;
    int err = begin_change(&x, r->session, u, e);
    if (err)
        set_unsaved(r->session, u->path, NULL);
    take_or_start(r, &x, err, e);
}

static void begin_pieces(struct ob__request *r, const struct update *u, struct ob_error *e)
{
    struct ob__draft *d;
    struct change x = {.u = *u};
    int err = draft_new(&d, r->session, u->path, e);
    if (!err)
        x.base = ob__channel_text(&r->session->channel, u->text, u->len);
    take_or_start(r, &x, err, e);
}

static void take_whole(struct ob__session *c, const struct update *u)
{
    struct ob_text *text = u->text ? ob__channel_text(&c->channel, u->text, u->len) : NULL;
    drop(c, u->path);
    set_unsaved(c, u->path, text);
    ob_text_unref(text);
}

static void take(struct ob__request *r, const struct update *u, struct ob_error *e)
{
    if (u->text && u->first_line) {
        take_piece(r, u, e);
    } else if (u->text && u->more) {
        begin_pieces(r, u, e);
    } else {
        take_whole(r->session, u);
        answer(r, 0, e);
    }
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
        a->err = too_big(OB_ETOOBIG, a->e);
    if (!a->err && u->text && c->n_unsaved >= OB_RPC_MAX_UNSAVED &&
        !ob_unsaved_get(c->server->unsaved, c->id, u->path))
        a->err = ob_error_set(a->e, OB_EBUSY, "update: %d files are unsaved already: save some",
                              OB_RPC_MAX_UNSAVED);
}

void ob__update_clear(struct ob__session *c)
{
    struct ob_text *texts[OB_RPC_MAX_UNSAVED];
    size_t n = 0, pos = 0;
    const char *path;
    drafts_clear(c);
    for (struct ob_text *t;
         n < OB_RPC_MAX_UNSAVED && (t = ob_unsaved_next(c->server->unsaved, c->id, &pos, &path));)
        texts[n++] = ob_text_ref(t);
    ob_unsaved_drop_client(c->server->unsaved, c->id);
    while (n)
        ob__update_let_go(c->server, texts[--n]);
}

void ob__method_update(struct ob__request *r, struct ob__args *a)
{
    struct ob_arena arena = OB_ARENA_INIT;
    struct update u = {0};
    read_update(&u, r->session, a, &arena);
    if (a->err)
        ob__reply_bad_args(r, a);
    else
        take(r, &u, a->e);
    ob_arena_release(&arena);
}
