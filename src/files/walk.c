/* The walk over a root, and the same decisions along a single path.
 *
 * Directories are opened by name below their open parent, so links are never followed and paths may
 * be longer than the system's limit.  The way down is a stack of frames on the heap, each with its
 * directory's names in byte order; where descriptors are few, the outer ones are closed meanwhile. */
#include "openbook/files/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "builtin.h"
#include "root.h"
#include "rules.h"
#include "walker.h"

enum {
    MAX_LISTING_BYTES = 128 << 20, /* the names of one directory: some four million */
    MAX_PATH_BYTES = 1 << 20,
};

const char *ob_skip_name(enum ob_skip reason)
{
    static const char *const names[] = {"none",    "ignored",  "builtin", "secret",
                                        "size",    "binary",   "special", "unreadable",
                                        "refused", "vanished", "limit",   "other_file_system"};
    return (unsigned)reason < OB_SKIP_N ? names[reason] : "unknown";
}

const char *ob_skip_words(enum ob_skip reason)
{
    static const char *const words[] = {
        "not left out",
        "by rules of ignore files",
        "by the built-in list (version control, packages, build output, media and the like)",
        "likely to hold secrets",
        "too large",
        "not text",
        "no regular file (a link, a device)",
        "not readable for you",
        "refused by the system for now",
        "gone meanwhile",
        "over the limit of files or of folders in folders",
        "on another file system"};
    return (unsigned)reason < OB_SKIP_N ? words[reason] : "for an unknown reason";
}

enum ob_walk_role ob_walk_role_of(const char *path)
{
    const char *name = ob_path_base(path);
    unsigned special = ob__special_of(name);
    if (special || strcmp(path, ".git/info/exclude") == 0)
        return OB_ROLE_RULES;
    return ob__builtin_beside(name) ? OB_ROLE_MARKER : OB_ROLE_PLAIN;
}

/* ------------------------------------------------------------ listing one directory */

/* Names in byte order.  Before each name in BYTES stands its type, a DT_ constant. */
struct listing {
    struct ob_buf bytes;
    char **names; /* owned; they point into BYTES */
    size_t n;
    unsigned specials;
};

static void listing_release(struct listing *l)
{
    ob_buf_release(&l->bytes);
    ob_free(l->names);
    *l = (struct listing){0};
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(struct listing *l, DIR *dir)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (!entry)
            return errno ? ob_err_from_errno(errno) : 0;
        const char *name = entry->d_name;
        if (name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0')))
            continue;
        char *to = ob_buf_reserve(&l->bytes, strlen(name) + 2);
        if (!to)
            return OB_ETOOBIG;
        to[0] = (char)entry->d_type;
        memcpy(to + 1, name, strlen(name) + 1);
        ob_buf_commit(&l->bytes, strlen(name) + 2);
        l->specials |= ob__special_of(name);
        l->n++;
    }
}

/* Lists DIR into L, which is empty.  0 or an error; L may then be released only. */
static int listing_read(struct listing *l, DIR *dir)
{
    ob_buf_init(&l->bytes, MAX_LISTING_BYTES);
    int err = read_names(l, dir);
    if (err || !l->n)
        return err;
    l->names = ob_try_alloc(l->n, sizeof *l->names);
    if (!l->names)
        return OB_ENOMEM;
    char *p = l->bytes.data;
    for (size_t i = 0; i < l->n; i++) {
        l->names[i] = ++p;
        p += strlen(p) + 1;
    }
    qsort(l->names, l->n, sizeof *l->names, by_bytes);
    return 0;
}

/* ------------------------------------------------------------ the walker */
struct frame {
    DIR *dir;     /* owned; NULL: let go for want of descriptors, to be opened again */
    dev_t device; /* by which it is known again */
    ino_t inode;
    size_t path_len; /* of the walker's path while this directory is looked at */
    struct listing listing;
    size_t next; /* the name that is looked at next */
};

struct walker {
    struct ob__rules rules;
    const struct ob_walk_options *options;
    const struct ob__visitor *visitor;
    struct ob_buf path; /* prefix and relative path; ends with a slash at a directory's frame */
    struct frame *frames;
    size_t n_frames, cap_frames;
    size_t n_open, most_open; /* frames with an open directory, and at most */
    size_t base_depth;        /* folders between the root and the first frame */
    size_t taken;
    uint64_t device; /* as in struct trail */
    bool any_device;
    bool stopped;
    int failed; /* why the first directory could not be listed */
};

static const char *relative(const struct walker *w)
{
    return ob_buf_str(&w->path) + w->rules.prefix_len;
}

static unsigned depth_of(const struct walker *w)
{
    return (unsigned)(w->base_depth + w->n_frames - 1);
}

static void set_path(struct walker *w, size_t len)
{
    if (w->path.data) /* else it is empty already */
        w->path.data[w->path.len = len] = '\0';
}

static void report(struct walker *w, enum ob_skip reason, const struct ob_file_stat *stat)
{
    if (w->visitor->file && !w->visitor->file(relative(w), reason, stat, w->visitor->data))
        w->stopped = true;
}

static void pop_frame(struct walker *w)
{
    struct frame *f = &w->frames[w->n_frames - 1];
    ob__rules_leave(&w->rules, depth_of(w));
    if (f->dir)
        (void)closedir(f->dir); /* opened for reading: nothing to lose */
    w->n_open -= f->dir != NULL;
    listing_release(&f->listing);
    w->n_frames--;
}

/* The directory that is named by the walker's path cannot be listed.  Where it is the first, the walk
 * fails: to report nothing would say that there is nothing. */
static void give_up_dir(struct walker *w, int err)
{
    if (w->n_frames)
        report(w, err == OB_ETOOBIG ? OB_SKIP_LIMIT : OB_SKIP_REFUSED, NULL);
    else
        w->failed = err;
}

/* Why a directory with this listing is left out, or NULL.  What is listed and cannot be looked at, in a
 * directory that is half closed to us, does not count: who follows a single path would not see it. */
static const char *inside(const struct listing *l, int fd)
{
    return ob__builtin_inside(l->specials) ? ob__builtin_inside(ob__special_look(fd)) : NULL;
}

/* Enters the directory FD (which it takes), named by the walker's path.  NAMED: a rule takes it by
 * name. */
static void push_frame(struct walker *w, int fd, bool named)
{
    DIR *dir = fdopendir(fd);
    size_t len = w->path.len;
    if (!dir) {
        (void)ob_io_close(fd); /* opened for reading: nothing to lose */
        give_up_dir(w, OB_ENOMEM);
        return;
    }
    if (w->visitor->n_dirs)
        ++*w->visitor->n_dirs;
    if (w->visitor->dir && !w->visitor->dir(relative(w), dirfd(dir), w->visitor->data))
        w->stopped = true;
    OB_GROW(w->frames, w->n_frames, w->cap_frames);
    struct frame *f = &w->frames[w->n_frames++];
    *f = (struct frame){.dir = dir};
    w->n_open++;
    int err = listing_read(&f->listing, dir);
    if (err) {
        pop_frame(w);
        give_up_dir(w, err);
        return;
    }
    if (!named && inside(&f->listing, dirfd(dir))) {
        pop_frame(w);
        report(w, OB_SKIP_BUILTIN, NULL);
        return;
    }
    if (w->path.len > w->rules.prefix_len && ob_buf_append_str(&w->path, "/") != 0) {
        pop_frame(w);
        set_path(w, len);
        report(w, OB_SKIP_LIMIT, NULL);
        return;
    }
    f->path_len = w->path.len;
    ob__rules_enter(&w->rules, dirfd(dir), ob_buf_str(&w->path), depth_of(w), f->listing.specials);
    if (ob__rules_refused(&w->rules)) {
        pop_frame(w);
        set_path(w, len);
        give_up_dir(w, OB_EIO);
    }
}

/* Closes the outermost directory that is open but for the last, which is being looked at. */
static bool let_one_go(struct walker *w)
{
    for (size_t i = 0; i + 1 < w->n_frames; i++) {
        struct frame *f = &w->frames[i];
        struct stat st;
        if (!f->dir || ob_io_fstat(dirfd(f->dir), &st) != 0)
            continue;
        f->device = st.st_dev;
        f->inode = st.st_ino;
        (void)closedir(f->dir); /* opened for reading: nothing to lose */
        f->dir = NULL;
        w->n_open--;
        return true;
    }
    return false;
}

/* However deep the folders are, a few descriptors do: as many are kept open as were when they became few. */
static int open_dir(struct walker *w, int parent, const char *name)
{
    enum { WANTED = OB_IO_SPARE + 4 }; /* for rules and listings, and others' */
    for (;;) {
        int fd = ob_io_openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0), code = errno;
        if (fd >= 0 && w->n_open < w->most_open && ob_io_is_among_last(WANTED, fd))
            w->most_open = w->n_open;
        while (fd >= 0 && w->n_open >= w->most_open && let_one_go(w))
            ;
        if (fd >= 0 || (code != EMFILE && code != ENFILE) || !let_one_go(w)) {
            errno = code;
            return fd;
        }
    }
}

/* The directory PATH of W's root, if it is still the one that F was. */
static DIR *open_again(struct walker *w, const struct frame *f, const char *path)
{
    struct stat st;
    int top = ob__root_use(w->rules.root);
    int flags = O_RDONLY | O_DIRECTORY;
    int fd = top < 0 ? -1
             : *path ? ob__open_beneath(top, path, flags)
                     : ob_io_openat(top, ".", flags, 0);
    if (top >= 0)
        ob__root_done(w->rules.root);
    bool same =
        fd >= 0 && ob_io_fstat(fd, &st) == 0 && st.st_dev == f->device && st.st_ino == f->inode;
    DIR *dir = same ? fdopendir(fd) : NULL;
    if (fd >= 0 && !dir)
        (void)ob_io_close(fd); /* opened for reading: nothing to lose */
    return dir;
}

/* Opens the last frame, F, again.  Where that fails, the rest of it is told to be refused. */
static bool bring_back(struct walker *w, struct frame *f)
{
    bool is_root = f->path_len == w->rules.prefix_len;
    size_t len = f->path_len - !is_root; /* without the slash behind it */
    char *path = ob_strndup(relative(w), len - w->rules.prefix_len);
    f->dir = open_again(w, f, path);
    ob_free(path);
    w->n_open += f->dir != NULL;
    if (f->dir)
        return true;
    f->next = f->listing.n;
    set_path(w, len);
    if (is_root)
        w->failed = OB_EIO;
    else
        report(w, OB_SKIP_REFUSED, NULL);
    return false;
}

static bool is_elsewhere(const struct walker *w, int parent, const char *name)
{
    struct stat st;
    return ob_io_fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           (uint64_t)st.st_dev != w->device;
}

static void visit_dir(struct walker *w, int parent, const char *name, bool named)
{
    if (depth_of(w) + 1 > w->options->max_depth || w->taken >= w->options->max_files) {
        report(w, OB_SKIP_LIMIT, NULL);
        return;
    }
    /* Before it is opened, which may have something mounted there. */
    if (!w->any_device && is_elsewhere(w, parent, name)) {
        report(w, OB_SKIP_ELSEWHERE, NULL);
        return;
    }
    int fd = open_dir(w, parent, name);
    if (fd < 0)
        report(w, ob__skip_from_errno(errno), NULL);
    else
        push_frame(w, fd, named);
}

static void visit_file(struct walker *w, int parent, const char *name)
{
    struct stat st;
    struct ob_file_stat stat;
    if (ob_io_fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        report(w, ob__skip_from_errno(errno), NULL);
        return;
    }
    ob__file_stat_from(&stat, &st);
    enum ob_skip reason = !S_ISREG(st.st_mode)                           ? OB_SKIP_SPECIAL
                          : stat.size_bytes > w->options->max_file_bytes ? OB_SKIP_SIZE
                          : w->taken >= w->options->max_files            ? OB_SKIP_LIMIT
                                                                         : OB_SKIP_NONE;
    w->taken += reason == OB_SKIP_NONE;
    report(w, reason, &stat);
}

/* The type of an entry whose file system does not say. */
static unsigned char type_of(int parent, const char *name)
{
    struct stat st;
    if (ob_io_fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return DT_UNKNOWN;
    return (unsigned char)IFTODT(st.st_mode);
}

static void visit_entry(struct walker *w, int parent, const char *name)
{
    unsigned char type = (unsigned char)name[-1];
    if (type == DT_UNKNOWN)
        type = type_of(parent, name);
    if (w->visitor->dirs_only && type != DT_DIR)
        return;
    if (ob_buf_append_str(&w->path, name) != 0) {
        report(w, OB_SKIP_LIMIT, NULL);
        return;
    }
    struct ob__verdict verdict;
    ob__rules_decide(&verdict, &w->rules, ob_buf_str(&w->path), type == DT_DIR, parent);
    if (verdict.reason != OB_SKIP_NONE)
        report(w, verdict.reason, NULL);
    else if (type == DT_DIR)
        visit_dir(w, parent, name, verdict.named);
    else if (type == DT_REG || type == DT_UNKNOWN)
        visit_file(w, parent, name);
    else
        report(w, OB_SKIP_SPECIAL, NULL);
}

static void run(struct walker *w)
{
    while (w->n_frames && !w->stopped) {
        struct frame *f = &w->frames[w->n_frames - 1];
        if (f->next == f->listing.n) {
            pop_frame(w);
            continue;
        }
        if (!f->dir && !bring_back(w, f))
            continue;
        set_path(w, f->path_len);
        visit_entry(w, dirfd(f->dir), f->listing.names[f->next++]);
    }
    while (w->n_frames)
        pop_frame(w);
}

/* ------------------------------------------------------------ along one path */

/* Where following a path from the root has come to. */
struct trail {
    struct ob__rules rules;
    const struct ob_walk_options *options;
    struct ob_buf path; /* prefix and the components so far */
    int fd;             /* the directory that holds the last one; owned */
    unsigned depth;     /* of that directory below the root */
    uint64_t device;    /* that directories must lie on, unless any_device */
    bool any_device;
    struct ob__verdict verdict; /* on the last component */
    bool is_dir;                /* the last component is one */
    bool missing;               /* the last component is not there */
};

static void trail_release(struct trail *t)
{
    if (t->fd >= 0)
        (void)ob_io_close(t->fd); /* opened for reading: nothing to lose */
    ob__rules_release(&t->rules);
    ob_buf_release(&t->path);
}

static int trail_init(struct trail *t, struct ob_root *r, const struct ob_walk_options *o)
{
    *t = (struct trail){.options = o};
    int top = ob__root_use(r);
    t->fd = top >= 0 ? ob_io_openat(top, ".", O_RDONLY | O_DIRECTORY, 0) : -1;
    if (top >= 0)
        ob__root_done(r);
    if (t->fd < 0)
        return ob_err_from_errno(errno);
    t->device = ob__root_device(&t->any_device, r, t->fd);
    ob_buf_init(&t->path, MAX_PATH_BYTES);
    ob__rules_init(&t->rules, r);
    (void)ob_buf_append_str(&t->path, ob__env_prefix(t->rules.env)); /* far below the ceiling */
    ob__rules_enter(&t->rules, t->fd, ob_buf_str(&t->path), 0, ob__special_look(t->fd));
    if (!ob__rules_refused(&t->rules))
        return 0;
    trail_release(t);
    errno = EIO;
    return OB_EIO;
}

/* Decides on the last component, whose file is not there, by its name alone. */
static enum ob_skip judge_missing(struct trail *t, bool is_dir)
{
    t->is_dir = is_dir;
    ob__rules_decide(&t->verdict, &t->rules, ob_buf_str(&t->path), is_dir, t->missing ? -1 : t->fd);
    t->missing = true;
    return t->verdict.reason;
}

/* Looks at NAME in the directory the trail has come to. */
static enum ob_skip look_at(struct trail *t, const char *name, bool last)
{
    struct stat st;
    if (ob_buf_append_str(&t->path, name) != 0)
        return OB_SKIP_LIMIT;
    if (t->missing)
        return judge_missing(t, !last);
    if (ob_io_fstatat(t->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? judge_missing(t, !last) : ob__skip_from_errno(errno);
    t->is_dir = S_ISDIR(st.st_mode);
    ob__rules_decide(&t->verdict, &t->rules, ob_buf_str(&t->path), t->is_dir, t->fd);
    if (t->verdict.reason != OB_SKIP_NONE)
        return t->verdict.reason;
    if (t->is_dir && t->depth + 1 > t->options->max_depth)
        return OB_SKIP_LIMIT;
    if (t->is_dir && !t->any_device && (uint64_t)st.st_dev != t->device)
        return OB_SKIP_ELSEWHERE;
    if (t->is_dir)
        return OB_SKIP_NONE;
    if (!S_ISREG(st.st_mode))
        return OB_SKIP_SPECIAL;
    if (!last)
        return OB_SKIP_VANISHED; /* a file now where a folder was */
    return (uint64_t)st.st_size > t->options->max_file_bytes ? OB_SKIP_SIZE : OB_SKIP_NONE;
}

/* Goes down into NAME, a directory that the walk takes so far. */
static enum ob_skip go_down(struct trail *t, const char *name)
{
    if (t->missing)
        return ob_buf_append_str(&t->path, "/") == 0 ? OB_SKIP_NONE : OB_SKIP_LIMIT;
    int fd = ob_io_openat(t->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (fd < 0)
        return ob__skip_from_errno(errno);
    (void)ob_io_close(t->fd); /* opened for reading: nothing to lose */
    t->fd = fd;
    t->depth++;
    unsigned specials = ob__special_look(fd);
    t->verdict.why = t->verdict.named ? NULL : ob__builtin_inside(specials);
    if (t->verdict.why)
        return OB_SKIP_BUILTIN;
    if (ob_buf_append_str(&t->path, "/") != 0)
        return OB_SKIP_LIMIT;
    ob__rules_enter(&t->rules, fd, ob_buf_str(&t->path), t->depth, specials);
    return ob__rules_refused(&t->rules) ? OB_SKIP_REFUSED : OB_SKIP_NONE;
}

/* Follows PATH; INTO: goes down into the last component too, if it is a directory.  What stops the
 * way, or NONE. */
static enum ob_skip follow(struct trail *t, const char *path, bool into)
{
    if (!ob__path_is_plain(path))
        return OB_SKIP_VANISHED;
    for (;;) {
        size_t n = strcspn(path, "/");
        bool last = path[n] == '\0';
        char *name = ob_strndup(path, n);
        enum ob_skip reason = look_at(t, name, last);
        if (reason == OB_SKIP_NONE && t->is_dir && (into || !last))
            reason = go_down(t, name);
        ob_free(name);
        if (reason == OB_SKIP_NONE && last && t->missing)
            reason = OB_SKIP_VANISHED;
        if (reason != OB_SKIP_NONE || last)
            return reason;
        path += n + 1;
    }
}

enum ob_skip ob_walk_check(bool *by_folder, struct ob_root *r, const struct ob_walk_options *o,
                           const char *path)
{
    struct trail t;
    if (by_folder)
        *by_folder = false;
    if (trail_init(&t, r, o) != 0)
        return ob_root_is_gone(r) ? OB_SKIP_VANISHED : OB_SKIP_REFUSED;
    enum ob_skip reason = follow(&t, path, true);
    if (by_folder)
        *by_folder = reason != OB_SKIP_NONE && reason != OB_SKIP_REFUSED &&
                     t.path.len < t.rules.prefix_len + strlen(path);
    trail_release(&t);
    return reason;
}

/* ------------------------------------------------------------ why */
static int say_skipped(struct ob_buf *out, const struct trail *t, enum ob_skip reason)
{
    switch (reason) {
    case OB_SKIP_IGNORED:
        return ob_buf_appendf(out, "%s:%u:%s", t->verdict.set->source, t->verdict.rule->line_1based,
                              t->verdict.rule->line);
    case OB_SKIP_BUILTIN: return ob_buf_appendf(out, "%s (built-in list)", t->verdict.why);
    case OB_SKIP_SECRET: return ob_buf_appendf(out, "%s (never indexed)", t->verdict.why);
    case OB_SKIP_SIZE: return ob_buf_appendf(out, "over %zu bytes", t->options->max_file_bytes);
    case OB_SKIP_SPECIAL: return ob_buf_append_str(out, "a link or no regular file");
    case OB_SKIP_UNREADABLE: return ob_buf_append_str(out, "it cannot be read");
    case OB_SKIP_REFUSED: return ob_buf_append_str(out, "the system refuses it for now");
    case OB_SKIP_VANISHED: return ob_buf_append_str(out, "there is no such file");
    case OB_SKIP_LIMIT: return ob_buf_appendf(out, "over %u folders deep", t->options->max_depth);
    case OB_SKIP_ELSEWHERE:
        return ob_buf_append_str(out, "it lies on another file system (one_file_system)");
    default: return ob_buf_append_str(out, ob_skip_name(reason));
    }
}

static int say_taken(struct ob_buf *out, const struct trail *t, const char *path)
{
    if (t->verdict.rule)
        return ob_buf_appendf(out, "%s is taken: %s:%u:%s", path, t->verdict.set->source,
                              t->verdict.rule->line_1based, t->verdict.rule->line);
    return ob_buf_appendf(out, "%s is taken: no rule leaves it out", path);
}

int ob_walk_why(struct ob_buf *out, struct ob_root *r, const struct ob_walk_options *o,
                const char *path)
{
    struct trail t;
    int err = trail_init(&t, r, o);
    if (err)
        return err;
    enum ob_skip reason = follow(&t, path, true);
    if (reason == OB_SKIP_NONE) {
        err = say_taken(out, &t, path);
    } else {
        const char *stop = ob_buf_str(&t.path) + t.rules.prefix_len;
        err = ob_buf_appendf(out, "%s is left out: ", path);
        if (!err && *stop && strcmp(stop, path) != 0)
            err = ob_buf_appendf(out, "its folder %s: ", stop);
        if (!err)
            err = say_skipped(out, &t, reason);
    }
    trail_release(&t);
    return err;
}

/* ------------------------------------------------------------ the whole walk */
static void walk_root(struct walker *w, struct trail *t)
{
    ob__rules_leave(&w->rules, 0); /* the first frame enters them again itself */
    push_frame(w, t->fd, true);
    t->fd = -1;
    run(w);
}

/* As the walk over the root would come to START. */
static void walk_start(struct walker *w, const struct trail *t)
{
    w->base_depth = t->depth + 1;
    visit_dir(w, t->fd, ob_path_base(relative(w)), t->verdict.named);
    run(w);
}

int ob__walk_below(struct ob_root *r, const struct ob_walk_options *o, const char *start,
                   const struct ob__visitor *visitor, struct ob_error *e)
{
    struct trail t;
    int err = trail_init(&t, r, o);
    if (err)
        return ob_error_set(e, err, "cannot list %s: %s", ob_root_path(r), strerror(errno));
    enum ob_skip reason = *start ? follow(&t, start, false) : OB_SKIP_NONE;
    t.rules.seen = visitor->seen;
    struct walker w = {.rules = t.rules,
                       .options = o,
                       .visitor = visitor,
                       .path = t.path,
                       .device = t.device,
                       .any_device = t.any_device,
                       .most_open = SIZE_MAX};
    if (!*start)
        walk_root(&w, &t);
    else if (reason != OB_SKIP_NONE && visitor->file)
        (void)visitor->file(start, reason, NULL, visitor->data); /* nothing to stop */
    else if (reason == OB_SKIP_NONE && t.is_dir)
        walk_start(&w, &t);
    t.rules = w.rules;
    t.path = w.path;
    trail_release(&t);
    ob_free(w.frames);
    if (w.failed)
        return ob_error_set(e, w.failed, "cannot list %s", ob_root_path(r));
    return w.stopped ? OB_ECANCELED : 0;
}

int ob_walk(size_t *n_dirs, struct ob_root *r, const struct ob_walk_options *o, ob_walk_cb cb,
            void *data, struct ob_error *e)
{
    struct ob__seen_list seen = {0};
    struct ob__visitor visitor = {.file = cb, .n_dirs = n_dirs, .seen = &seen, .data = data};
    if (n_dirs)
        *n_dirs = 0;
    int err = ob__walk_below(r, o, "", &visitor, e);
    ob__root_take_seen(r, &seen);
    return err;
}
