/* Comparing a shelf, after its fence, with a fresh look at its folder: the same paths, the same texts,
 * the same files left out for the same reasons.  Where they differ, the trace says what was done to the
 * paths in question, by the test and by openbook.  Static functions, for one test program. */
#ifndef OB_TESTS_FAULTS_SAME_H
#define OB_TESTS_FAULTS_SAME_H

#include <errno.h>

#include "openbook/base/map.h"
#include "openbook/base/path.h"
#include "openbook/base/trace.h"

#include "../../src/shelf/inside.h"
#include "../shelf/project.h"

struct expected {
    struct ob_root *root;
    struct ob_map texts; /* path -> hash of its text */
    struct ob_map skips; /* path -> why it is left out */
};

static inline bool expect(const char *path, enum ob_skip reason, const struct ob_file_stat *stat,
                          void *data)
{
    struct expected *x = data;
    struct ob_buf text;
    (void)stat;
    ob_buf_init(&text, 1 << 20);
    if (reason == OB_SKIP_NONE)
        (void)ob_file_read(&text, NULL, &reason, x->root, path, 1 << 20, NULL);
    if (reason == OB_SKIP_NONE)
        *ob_map_put(&x->texts, path, strlen(path), NULL) = ob_hash(ob_buf_str(&text), text.len);
    else
        *ob_map_put(&x->skips, path, strlen(path), NULL) = reason;
    ob_buf_release(&text);
    return true;
}

struct compared {
    const struct expected *x;
    struct ob_snapshot *snapshot;
    bool (*may_differ)(const char *path);
    size_t met, wrong, unheard;
    struct ob__names differing; /* the paths of those that are wrong */
};

static inline void differs(struct compared *c, const char *path, const char *how)
{
    if (c->may_differ && c->may_differ(path)) {
        c->unheard++;
        return;
    }
    fprintf(stderr, "  %s: %s\n", path, how);
    ob__names_add(&c->differing, path);
    c->wrong++;
}

static inline void compare_path(const char *path, void *data)
{
    struct compared *c = data;
    const uint64_t *hash = ob_map_get(&c->x->texts, path, strlen(path));
    bool same = hash && *hash == ob_doc_text_hash(ob_snapshot_doc(c->snapshot, path));
    if (!hash)
        differs(c, path, "is in the index and should not be");
    else if (!same)
        differs(c, path, "has another text in the index");
    c->met += hash != NULL;
}

/* Below a folder that is closed to us some names can be listed and some cannot. */
static inline bool is_closed(const char *path)
{
    struct stat st;
    return lstat(in_project(path), &st) != 0 && errno == EACCES;
}

/* What is known to be left out and is not.  The ledger is locked for the search alone: whoever says that a
 * path may differ asks it, too. */
static inline void find_wrongly_left_out(struct ob__names *out, const struct compared *c)
{
    struct ob__ledger *l = &shelf->keeper.ledger;
    const struct ob_map_slot *slot;
    uv_mutex_lock(&l->lock);
    for (size_t pos = 0; (slot = ob_map_next(&l->files, &pos));) {
        const struct ob__known *k = (const struct ob__known *)(uintptr_t)slot->value;
        if (k->reason == OB_SKIP_NONE || k->reason == OB_SKIP_UNREADABLE || is_closed(slot->key))
            continue;
        if (!ob_map_get(&c->x->skips, slot->key, slot->key_len))
            ob__names_add(out, slot->key);
    }
    uv_mutex_unlock(&l->lock);
}

/* What is left out is known by its path too, for `status --why` and the counts. */
static inline void compare_skips(struct compared *c)
{
    struct ob__ledger *l = &shelf->keeper.ledger;
    struct ob__names wrong = {0};
    const struct ob_map_slot *slot;
    size_t pos;
    for (pos = 0; (slot = ob_map_next(&c->x->skips, &pos));) {
        struct ob__known k = {0};
        if (slot->value == OB_SKIP_UNREADABLE || is_closed(slot->key))
            continue;
        if (!ob__ledger_get(&k, l, slot->key))
            differs(c, slot->key, ob_skip_name((enum ob_skip)slot->value));
        else if (k.reason != slot->value)
            differs(c, slot->key, ob_skip_name((enum ob_skip)k.reason));
    }
    find_wrongly_left_out(&wrong, c);
    for (size_t i = 0; i < wrong.len; i++)
        differs(c, wrong.items[i], "is thought to be left out");
    ob__names_release(&wrong);
}

/* ------------------------------------------------------------ what led to it */

/* The test has done WHAT to the absolute PATH; RESULT as the system has it, with errno.  What is there now
 * is traced by its inode, which tells of other names, too. */
static inline void did(const char *what, const char *path, int result)
{
    struct stat st;
    long n = result < 0 ? -errno : 0;
    if (result >= 0 && lstat(path, &st) == 0)
        n = (long)st.st_ino;
    const char *inside = ob_path_inside(project(), path);
    ob_trace_add(what, inside ? inside : path, n);
}

struct history {
    const char *path; /* what it is about */
    long inode;       /* what is there now; 0: nothing */
    size_t n, skip;   /* lines of it, and how many of them are not to be printed */
};

static inline bool concerns(const struct ob_trace_line *line, const struct history *h)
{
    const char *traced = line->path, *path = h->path;
    size_t n = strlen(traced), len = strlen(path);
    n -= n && traced[n - 1] == '/';
    if (h->inode && line->n == h->inode)
        return true;
    return strncmp(traced, path, n < len ? n : len) == 0 &&
           (n == len || n == 0 || (n < len ? path[n] : traced[len]) == '/');
}

static inline void count_line(const struct ob_trace_line *line, void *data)
{
    struct history *h = data;
    h->n += concerns(line, h);
}

static inline void print_line(const struct ob_trace_line *line, void *data)
{
    struct history *h = data;
    if (!concerns(line, h))
        return;
    if (h->skip)
        h->skip--;
    else
        fprintf(stderr, "    %lld.%06lld %s: %s (%ld)\n", (long long)line->us / 1000000,
                (long long)line->us % 1000000, line->what, line->path, line->n);
}

/* Prints what was done last to the differing paths, their folders, what is below them, and their other
 * names. */
static inline void explain(const struct compared *c)
{
    enum { PATHS = 3, LINES = 400 };
    struct stat st;
    for (size_t i = 0; i < c->differing.len && i < PATHS; i++) {
        struct history h = {.path = c->differing.items[i]};
        if (lstat(in_project(h.path), &st) == 0)
            h.inode = (long)st.st_ino;
        ob_trace_read(count_line, &h);
        h.skip = h.n > LINES ? h.n - LINES : 0;
        fprintf(stderr, "  what was done to %s (the last %zu of %zu lines):\n", h.path,
                h.n - h.skip, h.n);
        ob_trace_read(print_line, &h);
    }
}

/* Compares what is there now; MAY_DIFFER as below.  The number of files that did. */
static inline size_t compare_now(const char *after, bool (*may_differ)(const char *path))
{
    struct expected x = {0};
    struct ob_walk_options o = OB_WALK_OPTIONS_INIT;
    struct compared c = {.x = &x, .may_differ = may_differ};
    const struct ob_map_slot *slot;
    CHECK_INT(ob_root_open(&x.root, project(), NULL), 0);
    CHECK_INT(ob_walk(NULL, x.root, &o, expect, &x, NULL), 0);
    c.snapshot = ob_shelf_snapshot(shelf, 0);
    ob_snapshot_paths(c.snapshot, compare_path, &c);
    for (size_t pos = 0; (slot = ob_map_next(&x.texts, &pos));)
        if (!ob_snapshot_doc(c.snapshot, slot->key))
            differs(&c, slot->key, "is missing");
    CHECK(c.wrong || c.unheard || c.met == x.texts.len);
    compare_skips(&c);
    ob_snapshot_unref(c.snapshot);
    ob_map_release(&x.texts);
    ob_map_release(&x.skips);
    ob_root_unref(x.root);
    if (c.wrong)
        explain(&c);
    ob__names_release(&c.differing);
    if (c.wrong)
        test_fail(__FILE__, __LINE__, "%zu differences %s", c.wrong, after);
    return c.unheard;
}

/* AFTER: what was done, for the message of a failure. */
static inline void compare(const char *after)
{
    wait_fresh(0);
    (void)compare_now(after, NULL); /* ends the case at a difference */
}

#endif
