/* The list of added shelves: lines of a file.
 *
 * Invariant: every line of the file is a line here, as it was written, so that a change writes back
 * what it did not understand.  A change reads the file anew first: a daemon and a command line that share
 * it keep each other's shelves.  A file that cannot be read is never written over. */
#include "openbook/shelf/list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "openbook/base/buf.h"
#include "openbook/base/hash.h"
#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/base/places.h"
#include "openbook/text/utf8.h"

enum {
    LONGEST_PATH = 4096,     /* PATH_MAX of Linux */
    NAMES_LOOKED_AT = 4096,  /* of a folder, for one that is composed otherwise */
    SHOWN_NAMES_BYTES = 300, /* in a sentence that must stay one */
};

static const char header[] = "# Folders that openbook searches beside every project, one a line.";

struct line {
    char *text; /* as it stands in the file, without the line feed; owned */
    size_t len;
    char *path;    /* the shelf; owned; NULL: none */
    bool hung;     /* its folder is not looked at */
    char *problem; /* what is wrong with it; owned; NULL: nothing */
};

struct ob_shelf_list {
    char *file; /* owned; NULL: none */
    struct line *lines;
    size_t len, cap;
    struct ob_error unread; /* why the file could not be read */
    uint64_t version;       /* hash of the lines */
};

/* ------------------------------------------------------------ lines */
static void line_release(struct line *line)
{
    ob_free(line->text);
    ob_free(line->path);
    ob_free(line->problem);
}

static void clear(struct ob_shelf_list *l)
{
    for (size_t i = 0; i < l->len; i++)
        line_release(&l->lines[i]);
    l->len = 0;
}

/* The path that a line says, with "~/" as a user writes it; NULL when it is not absolute. */
static char *absolute(const struct line *line)
{
    const char *home = getenv("HOME");
    bool below_home = line->text[0] == '~' && line->text[1] == '/' && home && home[0] == '/';
    size_t len = line->len && line->text[line->len - 1] == '\r' ? line->len - 1 : line->len;
    char *text = ob_strndup(line->text, len), *path = NULL;
    if (below_home) {
        char *whole = ob_path_join(home, text + 2);
        path = ob_path_absolute(whole);
        ob_free(whole);
    } else if (text[0] == '/') {
        path = ob_path_absolute(text);
    }
    ob_free(text);
    return path;
}

static bool is_listed(const struct ob_shelf_list *l, const char *path)
{
    for (size_t i = 0; i < l->len; i++)
        if (l->lines[i].path && strcmp(l->lines[i].path, path) == 0)
            return true;
    return false;
}

static size_t count(const struct ob_shelf_list *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->len; i++)
        n += l->lines[i].path != NULL;
    return n;
}

/* What is wrong with LINE; NULL: nothing. */
static const char *wrong(const struct ob_shelf_list *l, const struct line *line)
{
    if (strlen(line->text) != line->len)
        return "holds a NUL byte";
    _Static_assert(LONGEST_PATH == 4096 && OB_SHELF_LIST_MAX == 24, "as the sentences say");
    if (line->len > LONGEST_PATH)
        return "is longer than 4,096 bytes";
    if (!line->path)
        return "is no absolute path";
    if (is_listed(l, line->path))
        return "names a folder that an earlier line names";
    return count(l) >= OB_SHELF_LIST_MAX ? "is one folder more than the 24 that are searched"
                                         : NULL;
}

static void take_line(struct ob_shelf_list *l, const char *text, size_t len)
{
    struct line line = {.text = ob_strndup(text, len), .len = len};
    bool says_something = len > 0 && text[0] != '#' && strspn(line.text, " \t\r") < len;
    if (says_something) {
        line.path = absolute(&line);
        const char *why = wrong(l, &line);
        struct ob_error clean = OB_ERROR_INIT;
        if (why) {
            (void)ob_error_set(&clean, OB_EINVAL, "line %zu of %s %s and is passed over: %.100s",
                               l->len + 1, l->file, why, line.text);
            line.problem = ob_strdup(clean.message);
            ob_free(line.path);
            line.path = NULL;
        }
    }
    OB_GROW(l->lines, l->len, l->cap);
    l->lines[l->len++] = line;
}

static void take_lines(struct ob_shelf_list *l, const char *text, size_t len)
{
    clear(l);
    for (const char *at = text, *end = text + len; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((stop ? stop : end) - at);
        take_line(l, at, n);
        at += n + 1;
    }
}

static void note_version(struct ob_shelf_list *l)
{
    l->version = 0;
    for (size_t i = 0; i < l->len; i++)
        l->version = ob_hash_seed(l->lines[i].text, l->lines[i].len, l->version + 1);
}

/* ------------------------------------------------------------ the file */
void ob_shelf_list_read(struct ob_shelf_list *l)
{
    struct ob_buf text;
    if (!l->file)
        return;
    ob_error_clear(&l->unread);
    ob_buf_init(&text, OB_SHELF_LIST_MAX_BYTES);
    int err = ob_io_read_file(&text, l->file, &l->unread);
    if (err == OB_ENOTFOUND) {
        ob_error_clear(&l->unread);
        clear(l);
    } else if (!err) {
        take_lines(l, ob_buf_str(&text), text.len);
    }
    note_version(l);
    ob_buf_release(&text);
}

/* Keeps other processes, and other threads, from changing the file; a descriptor to close.  Where the
 * file system locks no folders there is none, and -1. */
static int lock(const struct ob_shelf_list *l)
{
    if (!l->file)
        return -1;
    char *dir = ob_path_dir(l->file);
    int fd = ob_io_openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0);
    ob_free(dir);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
        ;
    return fd;
}

static void unlock(int fd)
{
    if (fd >= 0)
        (void)ob_io_close(fd); /* opened for reading: nothing to lose */
}

/* Whether the list is the file's, so that it can be changed. */
static int check_read(const struct ob_shelf_list *l, struct ob_error *e)
{
    if (!l->file)
        return ob_error_set(e, OB_ENOTFOUND,
                            "there is no state directory to keep shelves in: set XDG_STATE_HOME");
    if (l->unread.code)
        return ob_error_set(e, l->unread.code, "%s; the shelves stay as they are",
                            l->unread.message);
    return 0;
}

/* Reads the file for a change of it. */
static int read_to_change(struct ob_shelf_list *l, struct ob_error *e)
{
    ob_shelf_list_read(l);
    return check_read(l, e);
}

/* A link to the file stays one: the user keeps it among other settings. */
static int write_to(const char *file, const struct ob_buf *text, struct ob_error *e)
{
    struct ob_place places[OB_PLACES_MAX];
    char *real;
    size_t n = ob_places_find(places, &real, file);
    int err = ob_io_write_file(real, text->data, text->len, e);
    ob_places_release(places, n);
    ob_free(real);
    return err;
}

static int save(const struct ob_shelf_list *l, struct ob_error *e)
{
    struct ob_buf text;
    ob_buf_init(&text, OB_SHELF_LIST_MAX_BYTES);
    int err = 0;
    for (size_t i = 0; i < l->len && !err; i++) {
        err = ob_buf_append(&text, l->lines[i].text, l->lines[i].len);
        err = err ? err : ob_buf_append(&text, "\n", 1);
    }
    if (err)
        (void)ob_error_set(e, err, "%s would grow over %d KiB: take lines out of it", l->file,
                           OB_SHELF_LIST_MAX_BYTES / 1024);
    else
        err = write_to(l->file, &text, e);
    ob_buf_release(&text);
    return err;
}

/* ------------------------------------------------------------ names on the disk */
static bool reads_alike(const char *a, const char *b)
{
    struct ob_buf x, y;
    ob_buf_init(&x, LONGEST_PATH * 4);
    ob_buf_init(&y, LONGEST_PATH * 4);
    bool same = ob_utf8_normalize(&x, a, strlen(a)) == 0 &&
                ob_utf8_normalize(&y, b, strlen(b)) == 0 && x.len == y.len &&
                memcmp(ob_buf_str(&x), ob_buf_str(&y), x.len) == 0;
    ob_buf_release(&x);
    ob_buf_release(&y);
    return same;
}

/* The name in DIR that reads as NAME does, composed otherwise; owned by the caller; NULL: none. */
static char *twin_of(const char *dir, const char *name)
{
    char *found = NULL;
    DIR *d = opendir(dir);
    const struct dirent *entry;
    for (int left = NAMES_LOOKED_AT; d && !found && left && (entry = readdir(d)); left--)
        if (reads_alike(entry->d_name, name))
            found = ob_strdup(entry->d_name);
    if (d)
        (void)closedir(d); /* only read */
    return found;
}

static bool exists(const char *path)
{
    struct stat st;
    return ob_io_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* PATH as the disk spells it: each part that is not there by its bytes is looked for by how it reads.
 * Owned by the caller; what is nowhere stays as it is. */
static char *as_on_disk(const char *path)
{
    char *out = ob_strdup("/");
    for (const char *at = path; *(at += strspn(at, "/"));) {
        char *name = ob_strndup(at, strcspn(at, "/"));
        char *next = ob_path_join(out, name);
        char *twin = exists(next) ? NULL : twin_of(out, name);
        at += strlen(name);
        if (twin) {
            ob_free(next);
            next = ob_path_join(out, twin);
            ob_free(twin);
        }
        ob_free(name);
        ob_free(out);
        out = next;
    }
    return out;
}

/* Whether A and B, which may be gone, are one folder. */
static bool is_same_folder(const char *a, const char *b)
{
    char real_a[PATH_MAX], real_b[PATH_MAX];
    if (realpath(a, real_a) && realpath(b, real_b))
        return strcmp(real_a, real_b) == 0;
    return reads_alike(a, b);
}

/* The line that names PATH; NULL: none. */
static struct line *named(const struct ob_shelf_list *l, const char *path)
{
    for (size_t i = 0; i < l->len; i++)
        if (l->lines[i].path && strcmp(l->lines[i].path, path) == 0)
            return &l->lines[i];
    return NULL;
}

/* The line of the folder PATH; the one that names it exactly before others, which are looked at on the
 * disk; NULL: none. */
static struct line *find(const struct ob_shelf_list *l, const char *path)
{
    struct line *found = named(l, path);
    for (size_t i = 0; i < l->len && !found; i++) {
        struct line *line = &l->lines[i];
        if (line->path && !line->hung && is_same_folder(line->path, path))
            found = line;
    }
    return found;
}

/* Whether PATH is a folder that may become a shelf. */
static int check_folder(const char *path, struct ob_error *e)
{
    struct stat st;
    char real[PATH_MAX], home[PATH_MAX];
    const char *home_text = getenv("HOME");
    if (strchr(path, '\n'))
        return ob_error_set(e, OB_EINVAL, "%s has a line break in its name: rename it first", path);
    if (ob_io_fstatat(AT_FDCWD, path, &st, 0) != 0)
        return errno == ENOENT
                   ? ob_error_set(e, OB_ENOTFOUND, "there is no folder %s: make it first", path)
                   : ob_error_set(e, ob_err_from_errno(errno), "cannot look at %s: %s", path,
                                  strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return ob_error_set(e, OB_EINVAL, "%s is a file: name the folder it lies in", path);
    if (!realpath(path, real))
        return ob_error_set(e, ob_err_from_errno(errno), "cannot open %s: %s", path,
                            strerror(errno));
    if (real[1] == '\0')
        return ob_error_set(e, OB_EINVAL,
                            "openbook does not read the whole disk: name a folder of notes");
    if (home_text && realpath(home_text, home) && ob_path_inside(real, home))
        return ob_error_set(
            e, OB_EINVAL,
            "%s holds all of your home folder, which openbook does not read: name a "
            "folder of notes in it",
            path);
    return 0;
}

/* ------------------------------------------------------------ the door */
struct ob_shelf_list *ob_shelf_list_blank(const char *file)
{
    struct ob_shelf_list *l = ob_alloc(sizeof *l);
    l->file = ob_strdup(file);
    return l;
}

struct ob_shelf_list *ob_shelf_list_new(const char *file)
{
    struct ob_shelf_list *l = ob_shelf_list_blank(file);
    ob_shelf_list_read(l);
    return l;
}

void ob_shelf_list_take(struct ob_shelf_list *l, struct ob_shelf_list *from)
{
    l->unread = from->unread;
    if (from->unread.code)
        return;
    struct line *lines = l->lines;
    size_t len = l->len, cap = l->cap;
    l->lines = from->lines;
    l->len = from->len;
    l->cap = from->cap;
    l->version = from->version;
    from->lines = lines;
    from->len = len;
    from->cap = cap;
    clear(from);
}

void ob_shelf_list_set_unread(struct ob_shelf_list *l, const struct ob_error *e)
{
    l->unread = *e;
}

void ob_shelf_list_free(struct ob_shelf_list *l)
{
    if (!l)
        return;
    clear(l);
    ob_free(l->lines);
    ob_free(l->file);
    ob_free(l);
}

uint64_t ob_shelf_list_version(const struct ob_shelf_list *l)
{
    return l->version;
}

const char *ob_shelf_list_get(const struct ob_shelf_list *l, size_t i)
{
    for (size_t k = 0; k < l->len; k++)
        if (l->lines[k].path && i-- == 0)
            return l->lines[k].path;
    return NULL;
}

const char *ob_shelf_list_problem(const struct ob_shelf_list *l, size_t i)
{
    if (l->unread.code && i-- == 0)
        return l->unread.message;
    for (size_t k = 0; k < l->len; k++)
        if (l->lines[k].problem && i-- == 0)
            return l->lines[k].problem;
    return NULL;
}

const char *ob_shelf_list_file(const struct ob_shelf_list *l)
{
    return l->file;
}

void ob_shelf_list_pass_over(struct ob_shelf_list *l, const char *path)
{
    struct line *line = named(l, path);
    if (line)
        line->hung = true;
}

/* The list may take PATH, which no line is about but, maybe, OLD. */
static int check_new(const struct ob_shelf_list *l, const struct line *old, const char *path,
                     struct ob_error *e)
{
    if (old && strcmp(old->path, path) == 0)
        return ob_error_set(e, OB_EEXIST, "%s is a shelf already", path);
    if (old)
        return ob_error_set(e, OB_EEXIST, "%s is a shelf already, as %s", path, old->path);
    if (count(l) >= OB_SHELF_LIST_MAX)
        return ob_error_set(e, OB_ETOOBIG, "there are %d shelves already: remove one first",
                            OB_SHELF_LIST_MAX);
    return 0;
}

int ob_shelf_list_find_new(char **out, const struct ob_shelf_list *l, const char *path,
                           struct ob_error *e)
{
    char *folder = NULL;
    int err = check_read(l, e);
    if (!err) {
        folder = as_on_disk(path);
        err = check_folder(folder, e);
    }
    if (!err)
        err = check_new(l, find(l, folder), folder, e);
    if (err) {
        ob_free(folder);
        folder = NULL;
    }
    *out = folder;
    return err;
}

int ob_shelf_list_put(struct ob_shelf_list *l, const char *folder, struct ob_error *e)
{
    int lock_fd = lock(l);
    int err = read_to_change(l, e);
    if (!err)
        err = check_new(l, named(l, folder), folder, e);
    if (!err) {
        if (l->len == 0)
            take_line(l, header, sizeof header - 1);
        take_line(l, folder, strlen(folder));
        note_version(l);
        err = save(l, e);
    }
    if (err)
        ob_shelf_list_read(l);
    unlock(lock_fd);
    return err;
}

int ob_shelf_list_add(char **out, struct ob_shelf_list *l, const char *path, struct ob_error *e)
{
    *out = NULL;
    int err = read_to_change(l, e);
    if (!err)
        err = ob_shelf_list_find_new(out, l, path, e);
    if (!err)
        err = ob_shelf_list_put(l, *out, e);
    if (err) {
        ob_free(*out);
        *out = NULL;
    }
    return err;
}

/* Fails with the names there are: as many as fit the sentence. */
static int not_listed(const struct ob_shelf_list *l, const char *path, struct ob_error *e)
{
    struct ob_buf names;
    const char *name;
    ob_buf_init(&names, SHOWN_NAMES_BYTES);
    for (size_t i = 0; (name = ob_shelf_list_get(l, i)); i++)
        if (ob_buf_appendf(&names, "%s%s", i ? ", " : "", name) != 0)
            break;
    int err = count(l) ? ob_error_set(e, OB_ENOTFOUND, "%s is no shelf; there are: %s", path,
                                      ob_buf_str(&names))
                       : ob_error_set(e, OB_ENOTFOUND, "%s is no shelf; none was added", path);
    ob_buf_release(&names);
    return err;
}

int ob_shelf_list_find(char **out, const struct ob_shelf_list *l, const char *path,
                       struct ob_error *e)
{
    int err = check_read(l, e);
    const struct line *line = err ? NULL : find(l, path);
    *out = line ? ob_strdup(line->path) : NULL;
    return err || line ? err : not_listed(l, path, e);
}

static void take_out(struct ob_shelf_list *l, struct line *line)
{
    size_t at = (size_t)(line - l->lines);
    line_release(line);
    memmove(line, line + 1, (l->len - at - 1) * sizeof *line);
    l->len--;
    note_version(l);
}

int ob_shelf_list_drop(struct ob_shelf_list *l, const char *name, struct ob_error *e)
{
    int lock_fd = lock(l);
    int err = read_to_change(l, e);
    struct line *line = err ? NULL : named(l, name);
    if (line) {
        take_out(l, line);
        err = save(l, e);
    } else if (!err) {
        err = not_listed(l, name, e);
    }
    if (err)
        ob_shelf_list_read(l);
    unlock(lock_fd);
    return err;
}

int ob_shelf_list_remove(char **out, struct ob_shelf_list *l, const char *path, struct ob_error *e)
{
    *out = NULL;
    int err = read_to_change(l, e);
    if (!err)
        err = ob_shelf_list_find(out, l, path, e);
    if (*out)
        err = ob_shelf_list_drop(l, *out, e);
    if (err) {
        ob_free(*out);
        *out = NULL;
    }
    return err;
}
