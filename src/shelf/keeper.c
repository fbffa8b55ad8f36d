/* The keeper's thread.  It takes everything that waits in the queue, brings index and ledger up to
 * date with the disk, tells the loop, and waits again.
 *
 * A file is read when its stat differs from the known one, when that stat is racy, or when it is
 * asked for by force; it is analysed when its text differs.  Invariant between two rounds: the index
 * holds exactly the ledger's entries with reason OB_SKIP_NONE. */
#include "keeper.h"

#include <stdio.h>
#include <string.h>

#include "openbook/base/clock.h"
#include "openbook/base/mem.h"
#include "openbook/base/trace.h"

#include "crew.h"

struct items { /* files to read */
    struct ob__item *items;
    size_t len, cap;
};

/* One round of work. */
struct round {
    struct ob__keeper *k;
    struct items changed;
    struct ob__names removed; /* to leave the index */
    struct ob_map gone;       /* folders that may be there no more */
    struct ob_map left_out;   /* folders whose files are indexed no more */
    struct ob_map refused;    /* folders that a walk could not list for now */
    struct ob_map64 linked;   /* inodes of changed files that have other names */
    struct ob_map64 replaced; /* inodes of those that lost one, which the ledger had for it */
    bool rules_changed;       /* an ignore file: only a walk tells what that means */
};

/* ------------------------------------------------------------ telling the loop */
static void tell(struct ob__keeper *k)
{
    k->options.notify(k->options.data);
}

static void set_walking(struct ob__keeper *k, bool walking)
{
    uv_mutex_lock(&k->lock);
    k->news.walking = walking;
    uv_mutex_unlock(&k->lock);
    tell(k);
}

static void note_walk(struct ob__keeper *k, int64_t us, size_t n_dirs)
{
    uv_mutex_lock(&k->lock);
    k->news.n_dirs = n_dirs;
    k->news.walk_us = us;
    uv_mutex_unlock(&k->lock);
}

static void set_error(struct ob__keeper *k, const char *message)
{
    uv_mutex_lock(&k->lock);
    (void)snprintf(k->news.error, sizeof k->news.error, "%.*s", (int)sizeof k->news.error - 1,
                   message);
    uv_mutex_unlock(&k->lock);
}

static void set_done(struct ob__keeper *k, uint64_t seq)
{
    uv_mutex_lock(&k->lock);
    k->news.done_seq = seq;
    k->news.refused = k->refused;
    uv_mutex_unlock(&k->lock);
    tell(k);
}

static void apply(struct ob__keeper *k, struct ob_doc *const *docs, size_t n_docs,
                  const char *const *removed, size_t n_removed)
{
    if (n_docs == 0 && n_removed == 0)
        return;
    ob_index_apply(k->index, docs, n_docs, removed, n_removed);
    uv_mutex_lock(&k->lock);
    k->news.version++;
    uv_mutex_unlock(&k->lock);
    tell(k);
}

/* ------------------------------------------------------------ what is to be done */
static void add_changed(struct round *r, const char *path, const struct ob_file_stat *stat,
                        const struct ob__known *known)
{
    struct items *c = &r->changed;
    OB_GROW(c->items, c->len, c->cap);
    c->items[c->len++] = (struct ob__item){
        .path = ob_strdup(path),
        .stat = *stat,
        .was_indexed = known && known->reason == OB_SKIP_NONE,
        .old_hash = known ? known->text_hash : 0,
    };
}

/* Whether what is known as OLD was another file than INODE (0: none), one that may have other names.  OLD
 * itself need not say so: nobody is told of a name in a folder that is left out. */
static bool was_another(struct ob__keeper *k, const struct ob__known *old, uint64_t inode)
{
    return old->stat.inode && old->stat.inode != inode && ob__ledger_n_linked(&k->ledger) > 0;
}

/* PATH, known as OLD, is no longer the file it was (INODE is; 0: none): who wrote to that one under this
 * name left its other names in doubt. */
static void leave_names(struct round *r, const struct ob__known *old, uint64_t inode)
{
    if (was_another(r->k, old, inode))
        *ob_map64_put(&r->replaced, old->stat.inode, NULL) = 1;
}

static void forget(struct round *r, const char *path)
{
    struct ob__known known;
    if (!ob__ledger_get(&known, &r->k->ledger, path))
        return;
    OB_TRACE("keeper: forgets", path, known.reason);
    leave_names(r, &known, 0);
    if (known.reason == OB_SKIP_NONE)
        ob__names_add(&r->removed, path);
    ob__ledger_remove(&r->k->ledger, path);
}

/* The system refuses PATH for now: what is known of it stays, and it is read when it can be. */
static bool stays(struct round *r, const char *path)
{
    struct ob__known known;
    r->k->refused++;
    if (!ob__ledger_get(&known, &r->k->ledger, path) || known.reason != OB_SKIP_NONE)
        return false;
    known.round = r->k->round;
    known.racy = true;
    ob__ledger_set(&r->k->ledger, path, &known);
    return true;
}

/* Enters PATH as skipped; it leaves the index if it was in it. */
static void skip(struct round *r, const char *path, enum ob_skip reason,
                 const struct ob_file_stat *stat)
{
    struct ob__known known = {.reason = (uint8_t)reason, .round = r->k->round}, old;
    if (reason == OB_SKIP_REFUSED && stays(r, path))
        return;
    if (stat)
        known.stat = *stat;
    bool found = ob__ledger_get(&old, &r->k->ledger, path);
    if (found && old.reason == OB_SKIP_NONE)
        ob__names_add(&r->removed, path);
    OB_TRACE("keeper: leaves out", path, reason);
    if (found && stat)
        leave_names(r, &old, stat->inode);
    if (found && !stat)
        known.stat = old.stat; /* left out by its name: all that is known of it */
    ob__ledger_set(&r->k->ledger, path, &known);
}

/* Whether the skip was decided by the file's bytes, so that new bytes may decide otherwise. */
static bool skipped_by_content(const struct ob__known *known)
{
    return known->reason == OB_SKIP_BINARY || known->reason == OB_SKIP_SIZE ||
           known->reason == OB_SKIP_SECRET;
}

/* The watch goes by the names of rules, so it is told of rules that changed under another name. */
static void note_rules(struct ob__keeper *k)
{
    uv_mutex_lock(&k->lock);
    k->news.rules_version++;
    uv_mutex_unlock(&k->lock);
}

/* A file that the rules take and that has STAT: nothing to do, or to be read. */
static void consider(struct round *r, const char *path, const struct ob_file_stat *stat, bool force)
{
    struct ob__known known;
    bool found = ob__ledger_get(&known, &r->k->ledger, path);
    if (found) {
        known.round = r->k->round;
        ob__ledger_set(&r->k->ledger, path, &known);
    }
    bool settled = found && (known.reason == OB_SKIP_NONE || skipped_by_content(&known));
    bool differs = found && !ob_file_stat_same(stat, &known.stat);
    if (differs && (stat->linked || known.stat.linked) && ob_walk_role_of(path) == OB_ROLE_RULES)
        note_rules(r->k);
    if (force || !settled || known.racy || differs)
        add_changed(r, path, stat, found ? &known : NULL);
}

/* ------------------------------------------------------------ reading */

/* Enters PATH with KNOWN, whose text is in the index or on its way there. */
static void take(struct round *r, const struct ob__item *it, const struct ob__known *known)
{
    struct ob__known old = {.reason = OB_SKIP_VANISHED};
    if (ob__ledger_get(&old, &r->k->ledger, it->path))
        leave_names(r, &old, known->stat.inode);
    if (it->doc || (old.reason == OB_SKIP_NONE && old.text_hash == known->text_hash))
        ob__ledger_set(&r->k->ledger, it->path, known);
    else /* seen to go after it was asked for, and back when it was read: it comes anew */
        ob__queue_push(r->k->queue, it->path, true);
}

static void enter(struct round *r, struct ob__item *it)
{
    struct ob__known known = {.stat = it->stat,
                              .text_hash = it->text_hash,
                              .round = r->k->round,
                              .reason = (uint8_t)it->reason,
                              .racy = it->racy};
    OB_TRACE("keeper: has read the inode", it->path, it->stat.inode);
    if (it->reason == OB_SKIP_VANISHED)
        forget(r, it->path);
    else if (it->reason != OB_SKIP_NONE)
        skip(r, it->path, it->reason, &it->stat);
    else
        take(r, it, &known);
}

static void on_items(struct ob__item *const *items, size_t n, void *data)
{
    struct round *r = data;
    struct ob_doc **docs = ob_alloc((n + 1) * sizeof *docs);
    size_t n_docs = 0;
    for (size_t i = 0; i < n; i++) {
        enter(r, items[i]);
        if (items[i]->doc)
            docs[n_docs++] = items[i]->doc;
    }
    apply(r->k, docs, n_docs, (const char *const *)r->removed.items, r->removed.len);
    ob__names_release(&r->removed);
    for (size_t i = 0; i < n; i++) {
        ob_doc_unref(items[i]->doc);
        items[i]->doc = NULL;
    }
    ob_free(docs);
}

/* The documents that are about to leave: a file that was moved is met again by its text. */
static void find_leaving(struct ob_map64 *left, const struct round *r)
{
    if (r->changed.len == 0 || r->removed.len == 0)
        return;
    struct ob_snapshot *snapshot = ob_index_snapshot(r->k->index);
    for (size_t i = 0; i < r->removed.len; i++) {
        const struct ob_doc *doc = ob_snapshot_doc(snapshot, r->removed.items[i]);
        uint64_t *slot = doc ? ob_map64_put(left, ob_doc_text_hash(doc), NULL) : NULL;
        if (slot && !*slot)
            *slot = (uint64_t)(uintptr_t)ob_doc_ref((struct ob_doc *)(uintptr_t)doc);
    }
    ob_snapshot_unref(snapshot);
}

static void release_left(struct ob_map64 *left)
{
    for (size_t i = 0; i < left->cap; i++)
        ob_doc_unref((struct ob_doc *)(uintptr_t)left->slots[i].value);
    ob_doc_unref((struct ob_doc *)(uintptr_t)left->zero_value);
    ob_map64_release(left);
}

/* Once the ledger has no longer the name that a file lost, the event that is to come does not lead to its
 * other names.  They are asked for now, which is before that event is worked on. */
static void ask_for_other_names(struct round *r)
{
    struct ob__names names = {0};
    if (r->replaced.len > 0)
        ob__ledger_of_inodes(&names, &r->k->ledger, &r->replaced);
    for (size_t i = 0; i < names.len; i++)
        ob__queue_push(r->k->queue, names.items[i], false);
    ob__names_release(&names);
}

/* Reads what changed and applies it, with whatever is to be removed. */
static void settle(struct round *r)
{
    struct ob__keeper *k = r->k;
    struct ob_map64 left = {0};
    struct ob__crew crew = {.root = k->root,
                            .max_file_bytes = k->options.walk.max_file_bytes,
                            .threads = k->options.threads,
                            .left = &left,
                            .renamed = &k->renamed,
                            .stop = &k->stop,
                            .pause = k->options.pause,
                            .files_done = &k->files_done,
                            .cpu_us = k->settled ? &k->later_cpu_us : &k->cpu_us};
    atomic_store(&k->files_done, 0);
    atomic_store(&k->files_total, r->changed.len);
    find_leaving(&left, r);
    /* False when it was told to stop, which the thread sees for itself. */
    (void)ob__crew_run(&crew, r->changed.items, r->changed.len, on_items, r);
    on_items(NULL, 0, r); /* removals that no file carried along */
    release_left(&left);
    ask_for_other_names(r);
}

static void round_release(struct round *r)
{
    for (size_t i = 0; i < r->changed.len; i++) {
        ob_doc_unref(r->changed.items[i].doc);
        ob_free(r->changed.items[i].path);
    }
    ob_free(r->changed.items);
    ob__names_release(&r->removed);
    ob_map_release(&r->gone);
    ob_map_release(&r->left_out);
    ob_map_release(&r->refused);
    ob_map64_release(&r->linked);
    ob_map64_release(&r->replaced);
}

static void forget_all(struct round *r, struct ob__names *names)
{
    for (size_t i = 0; i < names->len; i++)
        forget(r, names->items[i]);
    ob__names_release(names);
}

/* ------------------------------------------------------------ a walk over the root */
static bool on_walk(const char *path, enum ob_skip reason, const struct ob_file_stat *stat,
                    void *data)
{
    struct round *r = data;
    OB_TRACE("keeper: walk meets", path, reason);
    if (reason == OB_SKIP_NONE && stat)
        consider(r, path, stat, false);
    else if (reason != OB_SKIP_NONE)
        skip(r, path, reason, stat);
    if (reason == OB_SKIP_REFUSED && !stat)
        *ob_map_put(&r->refused, path, strlen(path), NULL) = 1;
    return !atomic_load(&r->k->stop);
}

/* What lies below folders that could not be listed for now is taken for met. */
static void keep_below_refused(struct round *r)
{
    struct ob__names below = {0};
    if (r->refused.len > 0)
        ob__ledger_below(&below, &r->k->ledger, &r->refused);
    for (size_t i = 0; i < below.len; i++) {
        struct ob__known known;
        if (!ob__ledger_get(&known, &r->k->ledger, below.items[i]))
            continue;
        known.round = r->k->round;
        ob__ledger_set(&r->k->ledger, below.items[i], &known);
    }
    ob__names_release(&below);
}

static void walk(struct ob__keeper *k)
{
    struct round r = {.k = k};
    struct ob__names unmet = {0};
    struct ob_error e = OB_ERROR_INIT;
    int64_t start_us = ob_clock_us();
    size_t n_dirs;
    k->round++;
    k->refused = 0;
    atomic_store(&k->files_total, 0);
    atomic_store(&k->files_done, 0);
    set_walking(k, true);
    OB_TRACE("keeper: walk begins", NULL, k->round);
    int err = ob_walk(&n_dirs, k->root, &k->options.walk, on_walk, &r, &e);
    OB_TRACE("keeper: walk ends", NULL, err);
    set_error(k, err && err != OB_ECANCELED ? e.message : "");
    keep_below_refused(&r);
    k->refused += err && err != OB_ENOTFOUND && err != OB_ECANCELED;
    /* A root that is gone holds nothing; after any other error what is known stays. */
    if (err == 0 || err == OB_ENOTFOUND)
        ob__ledger_unmet(&unmet, &k->ledger, k->round);
    forget_all(&r, &unmet);
    note_walk(k, ob_clock_us() - start_us, n_dirs);
    if (!atomic_load(&k->stop))
        settle(&r);
    round_release(&r);
    set_walking(k, false);
}

/* ------------------------------------------------------------ single paths */
/* PATH has changed, and is NOW what it is (NULL: no file).  It may have been written to before it was
 * removed or replaced: the other names of what it was are in doubt, too. */
static void note_other_names(struct round *r, const char *path, const struct ob_file_stat *now)
{
    struct ob__known known;
    if (now && now->linked) /* even where this name is left out */
        *ob_map64_put(&r->linked, now->inode, NULL) = 1;
    if (ob__ledger_get(&known, &r->k->ledger, path) &&
        was_another(r->k, &known, now ? now->inode : 0))
        *ob_map64_put(&r->linked, known.stat.inode, NULL) = 1;
}

/* Looks at PATH; FORCE: reads it even if its stat is the known one. */
static void look_at(struct round *r, const char *path, bool force)
{
    struct ob__keeper *k = r->k;
    struct ob_file_stat stat;
    r->rules_changed |= ob_walk_role_of(path) == OB_ROLE_RULES;
    int err = ob_file_stat_get(&stat, k->root, path);
    bool by_folder = false;
    enum ob_skip reason = err == OB_ENOTFOUND
                              ? OB_SKIP_VANISHED
                              : ob_walk_check(&by_folder, k->root, &k->options.walk, path);
    if (reason == OB_SKIP_NONE && err && err != OB_EINVAL)
        reason = OB_SKIP_REFUSED; /* a moment ago */
    OB_TRACE("keeper: looks", path, reason);
    OB_TRACE("keeper: looks, and finds the inode", path, err ? 0 : stat.inode);
    note_other_names(r, path, err ? NULL : &stat);
    if (err == OB_EINVAL && reason == OB_SKIP_BUILTIN)
        (void)ob_map_put(&r->left_out, path, strlen(path), NULL);
    if (reason == OB_SKIP_VANISHED || by_folder || (err && reason == OB_SKIP_NONE))
        forget(r, path); /* gone, or a walk would not meet it, or it is a folder that is entered */
    else if (reason != OB_SKIP_NONE)
        skip(r, path, reason, err ? NULL : &stat);
    else
        consider(r, path, &stat, force);
}

/* Looks at the PATH of a queue's slot; behind a folder's name stands a slash. */
static void look_at_slot(struct round *r, const struct ob_map *paths,
                         const struct ob_map_slot *slot)
{
    size_t len = slot->key_len;
    bool was_dir = len && slot->key[len - 1] == '/';
    char *path = ob_strndup(slot->key, len - was_dir);
    if (was_dir)
        *ob_map_put(&r->gone, path, len - 1, NULL) = 1;
    if (!was_dir || !ob_map_get(paths, path, len - 1)) /* else it has a slot of its own */
        look_at(r, path, slot->value & 1);
    ob_free(path);
}

/* Looks whether PATH, whose folder may be gone, is there as the ledger knows it. */
static void look_below(struct round *r, const char *path)
{
    struct ob_file_stat stat;
    int err = ob_file_stat_get(&stat, r->k->root, path);
    OB_TRACE("keeper: looks below a folder", path, err);
    if (err)
        note_other_names(r, path, NULL);
    if (err == OB_ENOTFOUND || err == OB_EDENIED)
        forget(r, path);
    else if (err == OB_EINVAL) /* a link or a folder, now or as before */
        look_at(r, path, false);
    else if (err)
        (void)stays(r, path); /* refused for now */
}

/* Whether PATHS asks for PATH, as a file or as a folder. */
static bool is_in(const struct ob_map *paths, const char *path)
{
    char *as_dir = ob_asprintf("%s/", path);
    size_t len = strlen(path);
    bool in = ob_map_get(paths, path, len) || ob_map_get(paths, as_dir, len + 1);
    ob_free(as_dir);
    return in;
}

/* A file that was written to under one of its names tells the folder of that name only. */
static void look_at_other_names(struct round *r, const struct ob_map *paths)
{
    struct ob__names names = {0};
    if (r->linked.len > 0)
        ob__ledger_of_inodes(&names, &r->k->ledger, &r->linked);
    for (size_t i = 0; i < names.len; i++)
        if (!is_in(paths, names.items[i]))
            look_at(r, names.items[i], false);
    ob__names_release(&names);
}

/* Takes in PATHS; true when a walk must follow.  FORCED_ONLY: it will anyway, so only what it would
 * take for known is looked at. */
static bool update(struct ob__keeper *k, const struct ob_map *paths, bool forced_only)
{
    struct round r = {.k = k};
    struct ob__names below = {0};
    size_t pos = 0;
    for (struct ob_map_slot *s; (s = ob_map_next(paths, &pos)) && !atomic_load(&k->stop);)
        if (!forced_only || (s->value & 1))
            look_at_slot(&r, paths, s);
    if (r.left_out.len > 0)
        ob__ledger_below(&below, &k->ledger, &r.left_out);
    forget_all(&r, &below);
    if (r.gone.len > 0)
        ob__ledger_below(&below, &k->ledger, &r.gone);
    for (size_t i = 0; i < below.len; i++)
        look_below(&r, below.items[i]);
    ob__names_release(&below);
    look_at_other_names(&r, paths);
    if (!atomic_load(&k->stop))
        settle(&r);
    bool again = r.rules_changed;
    round_release(&r);
    return again;
}

/* ------------------------------------------------------------ files with names elsewhere */
static void look_again(struct round *r, const char *path)
{
    struct ob__known known;
    struct ob_file_stat stat;
    int err = ob_file_stat_get(&stat, r->k->root, path);
    if (ob__ledger_get(&known, &r->k->ledger, path) &&
        (err || known.racy || !ob_file_stat_same(&stat, &known.stat)))
        look_at(r, path, false);
}

/* Files with several names may be changed under one in a folder that is left out, and no event tells.
 * True when a walk must follow. */
static bool look_at_linked(struct ob__keeper *k)
{
    enum { FEW = 1000, PAUSE_US = 60 * 1000000 }; /* more than a few are looked at by the minute */
    struct round r = {.k = k};
    struct ob__names names = {0};
    size_t n = ob__ledger_n_linked(&k->ledger);
    int64_t now_us = ob_clock_us();
    if (n == 0 || (n > FEW && now_us - k->looked_at_linked_us < PAUSE_US))
        return false;
    k->looked_at_linked_us = now_us;
    ob__ledger_linked(&names, &k->ledger);
    for (size_t i = 0; i < names.len && !atomic_load(&k->stop); i++)
        look_again(&r, names.items[i]);
    ob__names_release(&names);
    if (!atomic_load(&k->stop))
        settle(&r);
    bool again = r.rules_changed;
    round_release(&r);
    return again;
}

/* ------------------------------------------------------------ the thread */

/* Whether the root's directory or the rules from above it are others than at the last walk. */
static bool root_changed(struct ob__keeper *k)
{
    uint64_t version = ob_root_version(k->root);
    bool changed = version != k->root_version;
    k->root_version = version;
    uv_mutex_lock(&k->lock);
    k->news.root_version = version;
    uv_mutex_unlock(&k->lock);
    return changed;
}

/* A single look opens every folder on the way and costs as much as some fifty files of a walk. */
static bool is_worth_a_walk(struct ob__keeper *k, size_t n_paths)
{
    enum { FEW = 64, LOOK_COSTS = 50 };
    return n_paths > FEW && n_paths * LOOK_COSTS > ob__ledger_len(&k->ledger);
}

static void do_work(struct ob__keeper *k, struct ob__work *work)
{
    OB_TRACE("keeper: takes work; paths", NULL, work->paths.len);
    work->rescan |= root_changed(k) || is_worth_a_walk(k, work->paths.len);
    if (work->paths.len > 0 && update(k, &work->paths, work->rescan))
        work->rescan = true;
    if (work->check && !work->rescan && look_at_linked(k))
        work->rescan = true;
    if (work->rescan && !atomic_load(&k->stop))
        walk(k);
    ob_map_release(&work->paths);
}

static void note_first_index(struct ob__keeper *k, int64_t wall_us, int64_t cpu_us)
{
    atomic_fetch_add(&k->cpu_us, cpu_us);
    uv_mutex_lock(&k->lock);
    k->news.wall_us = wall_us;
    uv_mutex_unlock(&k->lock);
    k->settled = true;
}

static void keep(void *data)
{
    struct ob__keeper *k = data;
    struct ob__work work;
    ob__thread_be_nice();
    while (ob__queue_take(&work, k->queue)) {
        int64_t start_us = ob_clock_us(), start_cpu_us = ob_clock_thread_cpu_us();
        bool held = ob_root_hold(k->root); /* opened once for all that is read */
        do_work(k, &work);
        if (held)
            ob_root_let_go(k->root);
        if (atomic_load(&k->stop))
            break;
        if (!k->settled)
            note_first_index(k, ob_clock_us() - start_us, ob_clock_thread_cpu_us() - start_cpu_us);
        set_done(k, work.seq);
        ob_index_settle(k->index, &k->stop);
    }
    /* Here, as a large project takes longer to free than the loop may be held up. */
    ob_index_clear(k->index);
    ob__ledger_clear(&k->ledger);
    uv_mutex_lock(&k->lock);
    k->news.left = true;
    uv_mutex_unlock(&k->lock);
    tell(k);
}

void ob__keeper_init(struct ob__keeper *k, struct ob_root *root, struct ob_index *index,
                     const struct ob__keeper_options *o)
{
    *k = (struct ob__keeper){.index = index, .options = *o};
    k->root = ob_root_ref(root);
    k->queue = ob__queue_new();
    ob__ledger_init(&k->ledger);
    (void)uv_mutex_init(&k->lock); /* cannot fail for a plain one */
}

int ob__keeper_start(struct ob__keeper *k)
{
    if (uv_thread_create(&k->thread, keep, k) != 0)
        return OB_EFAIL;
    k->started = true;
    return 0;
}

void ob__keeper_stop(struct ob__keeper *k)
{
    atomic_store(&k->stop, true);
    ob__queue_stop(k->queue);
    ob__pause_wake(k->options.pause);
}

void ob__keeper_release(struct ob__keeper *k)
{
    if (k->started)
        (void)uv_thread_join(&k->thread); /* it is ours, and joined once */
    ob__queue_unref(k->queue);
    ob__ledger_release(&k->ledger);
    uv_mutex_destroy(&k->lock);
    ob_root_unref(k->root);
}

void ob__keeper_news(struct ob__news *out, struct ob__keeper *k)
{
    uv_mutex_lock(&k->lock);
    *out = k->news;
    uv_mutex_unlock(&k->lock);
}
