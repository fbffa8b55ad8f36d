/* Opening roots, and opening files below them. */
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "rules.h"

/* ------------------------------------------------------------ which directory */
static bool holds(const char *dir, const char *name)
{
    struct stat st;
    char *path = ob_path_join(dir, name);
    bool found = ob_io_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
    ob_free(path);
    return found;
}

bool ob_root_is_marked(const char *dir)
{
    return holds(dir, ".git") || holds(dir, ".hg");
}

/* PATH without links, owned by the caller; NULL and errno. */
static char *real_path(const char *path)
{
    char resolved[PATH_MAX];
    return realpath(path, resolved) ? ob_strdup(resolved) : NULL;
}

static bool is_top(const char *dir, const char *home)
{
    return dir[1] == '\0' || (home && strcmp(dir, home) == 0);
}

/* The directory at or above START (real) that is marked as a project, owned by the caller, or NULL. */
static char *marked_above(const char *start, const char *home)
{
    char *dir = ob_strdup(start);
    for (bool first = true;; first = false) {
        bool top = is_top(dir, home);
        if (!(top && !first) && ob_root_is_marked(dir))
            return dir;
        if (top)
            break;
        char *slash = strrchr(dir, '/');
        slash[slash == dir] = '\0';
    }
    ob_free(dir);
    return NULL;
}

int ob_root_find(char **out, const char *start, struct ob_error *e)
{
    if (start[0] != '/')
        return ob_error_set(e, OB_EINVAL, "%s is not an absolute path", start);
    char *clean = real_path(start);
    if (!clean)
        return ob_error_set(e, ob_err_from_errno(errno), "cannot open %s: %s", start,
                            strerror(errno));
    const char *home_text = getenv("HOME");
    char *home = home_text ? real_path(home_text) : NULL;
    char *dir = marked_above(clean, home);
    int err = 0;
    if (!dir && is_top(clean, home))
        err = ob_error_set(e, OB_EINVAL,
                           "%s is no project, and openbook does not read all that is below it: "
                           "open a file of a project, or make it one with git init",
                           clean);
    else
        *out = dir ? dir : ob_strdup(clean);
    ob_free(home);
    ob_free(clean);
    return err;
}

/* ------------------------------------------------------------ the object */
/* Opens the directory PATH, so that it is known to be one that can be read, and closes it at once, so that
 * nobody is kept from unmounting what it lies on.  -1 and errno. */
static int look_first(uint64_t *device, uint64_t *inode, const char *path)
{
    struct stat st = {0};
    int fd = ob_io_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return -1;
    int failed = ob_io_fstat(fd, &st), code = errno;
    (void)ob_io_close(fd); /* opened for reading: nothing to lose */
    errno = code;
    *device = (uint64_t)st.st_dev;
    *inode = (uint64_t)st.st_ino;
    return failed;
}

/* A root at PATH, which it takes. */
static int make(struct ob_root **out, char *path, uint64_t device, uint64_t inode,
                struct ob_error *e)
{
    struct ob_root *r = ob_alloc(sizeof *r);
    if (uv_mutex_init(&r->lock) != 0) {
        (void)ob_error_set(e, OB_EFAIL, "cannot open the folder %s: no lock left", path);
        ob_free(path);
        ob_free(r);
        return OB_EFAIL;
    }
    r->fd = -1;
    r->path = path;
    r->device = device;
    r->inode = inode;
    atomic_init(&r->refs, 1);
    *out = r;
    return 0;
}

int ob_root_open(struct ob_root **out, const char *path, struct ob_error *e)
{
    uint64_t device, inode;
    if (path[0] != '/')
        return ob_error_set(e, OB_EINVAL, "%s is not an absolute path", path);
    char *real = real_path(path);
    if (!real || look_first(&device, &inode, real) != 0) {
        int code = errno;
        ob_free(real);
        return ob_error_set(e, ob_err_from_errno(code), "cannot open the folder %s: %s", path,
                            strerror(code));
    }
    return make(out, real, device, inode, e);
}

int ob_root_confine(struct ob_root **out, struct ob_root *r, bool one_file_system,
                    struct ob_error *e)
{
    if (r->confined == one_file_system) {
        *out = ob_root_ref(r);
        return 0;
    }
    uv_mutex_lock(&r->lock);
    int err = make(out, ob_strdup(r->path), r->device, r->inode, e);
    uv_mutex_unlock(&r->lock);
    if (!err)
        (*out)->confined = one_file_system;
    return err;
}

bool ob_root_is_confined(const struct ob_root *r)
{
    return r->confined;
}

uint64_t ob__root_device(bool *any, const struct ob_root *r, int dirfd)
{
    struct stat st;
    *any = !r->confined || ob_io_fstat(dirfd, &st) != 0;
    return *any ? 0 : (uint64_t)st.st_dev;
}

struct ob_root *ob_root_ref(struct ob_root *r)
{
    atomic_fetch_add(&r->refs, 1);
    return r;
}

void ob_root_unref(struct ob_root *r)
{
    if (!r || atomic_fetch_sub(&r->refs, 1) != 1)
        return;
    ob__env_unref(r->env);
    ob__seen_release(&r->below);
    uv_mutex_destroy(&r->lock);
    ob_free(r->path);
    ob_free(r);
}

bool ob_root_is_gone(const struct ob_root *r)
{
    return atomic_load(&r->gone);
}

/* Whether the directory NOW is the one that is known; it is from now on. */
static bool note_dir(struct ob_root *r, const struct stat *now)
{
    bool same = r->device == (uint64_t)now->st_dev && r->inode == (uint64_t)now->st_ino;
    r->device = (uint64_t)now->st_dev;
    r->inode = (uint64_t)now->st_ino;
    r->version += !same;
    return same;
}

static int open_dir(struct ob_root *r)
{
    struct stat st;
    int fd = ob_io_openat(AT_FDCWD, r->path, O_RDONLY | O_DIRECTORY, 0);
    if (fd >= 0 && ob_io_fstat(fd, &st) == 0)
        (void)note_dir(r, &st); /* who asks for the version hears of another one */
    return fd;
}

int ob__root_use(struct ob_root *r)
{
    if (atomic_load(&r->gone)) {
        errno = ENOENT;
        return -1;
    }
    uv_mutex_lock(&r->lock);
    if (r->uses == 0)
        r->fd = open_dir(r);
    int code = errno, fd = r->fd;
    r->uses += fd >= 0;
    uv_mutex_unlock(&r->lock);
    errno = code;
    return fd;
}

void ob__root_done(struct ob_root *r)
{
    int code = errno; /* of what was done with it */
    uv_mutex_lock(&r->lock);
    if (--r->uses == 0) {
        (void)ob_io_close(r->fd); /* opened for reading: nothing to lose */
        r->fd = -1;
    }
    uv_mutex_unlock(&r->lock);
    errno = code;
}

bool ob_root_hold(struct ob_root *r)
{
    return ob__root_use(r) >= 0;
}

void ob_root_let_go(struct ob_root *r)
{
    ob__root_done(r);
}

/* Puts the directory that is at the path now in the place of the one that is in use. */
static void take_dir(struct ob_root *r)
{
    atomic_store(&r->gone, false);
    if (r->uses == 0)
        return;
    int fd = open_dir(r);
    bool taken = fd >= 0 && dup3(fd, r->fd, O_CLOEXEC) >= 0;
    if (fd >= 0)
        (void)ob_io_close(fd); /* opened for reading: nothing to lose */
    atomic_store(&r->gone, !taken);
}

static void look_at_dir(struct ob_root *r)
{
    struct stat now;
    bool found = ob_io_fstatat(AT_FDCWD, r->path, &now, 0) == 0;
    if (!found && errno != ENOENT && errno != ENOTDIR)
        return; /* nobody knows; what is held stays */
    if (!found || !S_ISDIR(now.st_mode)) {
        r->version += !atomic_exchange(&r->gone, true);
    } else if (!note_dir(r, &now)) {
        take_dir(r);
    } else if (atomic_load(&r->gone)) {
        r->version++; /* back, or made anew: systems give the number of a removed one again */
        take_dir(r);
    }
}

/* Whether what rules below the root came from is as the last walk met it.  Another walk notes it anew. */
static bool rules_changed(struct ob_root *r)
{
    bool changed = ob__seen_changed(&r->below);
    if (changed)
        ob__seen_release(&r->below);
    return changed;
}

void ob__root_take_seen(struct ob_root *r, struct ob__seen_list *seen)
{
    uv_mutex_lock(&r->lock);
    ob__seen_release(&r->below);
    r->below = *seen;
    uv_mutex_unlock(&r->lock);
    *seen = (struct ob__seen_list){0};
}

uint64_t ob_root_version(struct ob_root *r)
{
    uv_mutex_lock(&r->lock);
    look_at_dir(r);
    if (ob__env_renew(r))
        r->version++;
    r->version += rules_changed(r);
    uint64_t version = r->version;
    uv_mutex_unlock(&r->lock);
    return version;
}

uint64_t ob_root_look(struct ob_root *r)
{
    uv_mutex_lock(&r->lock);
    look_at_dir(r);
    uint64_t version = r->version;
    uv_mutex_unlock(&r->lock);
    return version;
}

const char *ob_root_path(const struct ob_root *r)
{
    return r->path;
}

/* ------------------------------------------------------------ opening below */
bool ob__path_is_plain(const char *path)
{
    if (!*path)
        return false;
    for (const char *p = path;; p++) {
        size_t n = strcspn(p, "/");
        if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
            return false;
        p += n;
        if (!*p)
            return true;
    }
}

/* One component after the other: works on every kernel and for paths of any length. */
static int open_by_steps(int dirfd, const char *path, int flags)
{
    char name[NAME_MAX + 1];
    int at = dirfd;
    for (;;) {
        size_t n = strcspn(path, "/");
        bool last = path[n] == '\0';
        int fd = -1;
        if (n > NAME_MAX) {
            errno = ENAMETOOLONG;
        } else {
            memcpy(name, path, n);
            name[n] = '\0';
            fd = ob_io_openat(at, name, O_NOFOLLOW | (last ? flags : O_PATH | O_DIRECTORY), 0);
        }
        int code = errno;
        if (at != dirfd)
            (void)ob_io_close(at); /* opened for reading: nothing to lose */
        errno = code;
        if (fd < 0 || last)
            return fd;
        at = fd;
        path += n + 1;
    }
}

#ifdef SYS_openat2
/* <linux/openat2.h>, which older systems lack. */
struct open_how_v0 {
    unsigned long long flags, mode, resolve;
};
enum { NO_SYMLINKS = 0x04, BENEATH = 0x08 };

/* -1 with ENOSYS where the kernel, or a sandbox, does not know the call. */
static int open_at_once(int dirfd, const char *path, int flags)
{
    struct open_how_v0 how = {(unsigned)(flags | O_CLOEXEC | O_NOFOLLOW), 0, NO_SYMLINKS | BENEATH};
    long fd;
    do
        fd = syscall(SYS_openat2, dirfd, path, &how, sizeof how);
    while (fd < 0 && errno == EINTR);
    return ob_io_if_modest((int)fd);
}
#else
static int open_at_once(int dirfd, const char *path, int flags)
{
    (void)dirfd, (void)path, (void)flags;
    errno = ENOSYS;
    return -1;
}
#endif

int ob__open_beneath(int dirfd, const char *path, int flags)
{
    if (!ob__path_is_plain(path)) {
        errno = EINVAL;
        return -1;
    }
    if (!strchr(path, '/'))
        return ob_io_openat(dirfd, path, flags | O_NOFOLLOW, 0);
    int fd = open_at_once(dirfd, path, flags);
    /* EAGAIN: something was renamed meanwhile.  EPERM: a sandbox. */
    if (fd < 0 && (errno == ENOSYS || errno == EAGAIN || errno == EPERM || errno == ENAMETOOLONG))
        fd = open_by_steps(dirfd, path, flags);
    return fd;
}
