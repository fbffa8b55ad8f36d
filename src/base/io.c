/* System calls on files with a counter in front, so that a test can make any of them fail.  User
 * files are read, never mapped: a file that shrinks under a mapping kills the process. */
#include "openbook/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "openbook/base/mem.h"

#include "fault.h"

enum {
    READ_STEP = 16384,     /* bytes a read call asks for */
    TEMPORARY_NAMES = 100, /* tried before giving up */
};

static struct ob__fault fault = OB__FAULT_INIT("OB_FAIL_IO");
static atomic_int fail_errno = EIO;
static atomic_size_t read_at_most; /* 0: no limit */
static atomic_size_t bytes_read;

static bool injected_failure(void)
{
    bool hit = ob__fault_hits(&fault);
    if (hit)
        errno = atomic_load(&fail_errno);
    return hit;
}

void ob_io_fail_at(long n, int errno_value)
{
    atomic_store(&fail_errno, errno_value);
    ob__fault_set(&fault, n);
}

void ob_io_read_at_most(size_t n)
{
    atomic_store(&read_at_most, n);
}

size_t ob_io_bytes_read(void)
{
    return atomic_load(&bytes_read);
}

#define RETRY(result, call)                                                                        \
    do {                                                                                           \
        (result) = injected_failure() ? -1 : (call);                                               \
    } while ((result) < 0 && errno == EINTR)

static _Thread_local bool is_modest;

void ob_io_be_modest(bool modest)
{
    is_modest = modest;
}

bool ob_io_is_among_last(int n, int fd)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
           (rlim_t)fd + (rlim_t)n >= limit.rlim_cur;
}

int ob_io_if_modest(int fd)
{
    if (fd < 0 || !is_modest || !ob_io_is_among_last(OB_IO_SPARE, fd))
        return fd;
    close(fd); /* opened this moment: nothing to lose */
    errno = EMFILE;
    return -1;
}

int ob_io_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    int fd;
    RETRY(fd, openat(dirfd, path, flags | O_CLOEXEC, mode));
    return ob_io_if_modest(fd);
}

int ob_io_close(int fd)
{
    return close(fd); /* never retried: the descriptor is gone even after EINTR */
}

ssize_t ob_io_read(int fd, void *bytes, size_t len)
{
    ssize_t n;
    size_t most = atomic_load(&read_at_most);
    if (most && len > most)
        len = most;
    RETRY(n, read(fd, bytes, len));
    if (n > 0)
        atomic_fetch_add(&bytes_read, (size_t)n);
    return n;
}

ssize_t ob_io_write(int fd, const void *bytes, size_t len)
{
    ssize_t n;
    RETRY(n, write(fd, bytes, len));
    return n;
}

int ob_io_fstat(int fd, struct stat *out)
{
    int r;
    RETRY(r, fstat(fd, out));
    return r;
}

int ob_io_fstatat(int dirfd, const char *path, struct stat *out, int flags)
{
    int r;
    RETRY(r, fstatat(dirfd, path, out, flags));
    return r;
}

int ob_io_rename(const char *from, const char *to)
{
    int r;
    RETRY(r, rename(from, to));
    return r;
}

int ob_io_fsync(int fd)
{
    int r;
    RETRY(r, fsync(fd));
    return r;
}

int ob_io_unlink(const char *path)
{
    int r;
    RETRY(r, unlink(path));
    return r;
}

static int errno_error(struct ob_error *e, const char *verb, const char *path)
{
    int code = errno;
    return ob_error_set(e, ob_err_from_errno(code), "cannot %s %s: %s", verb, path, strerror(code));
}

static int too_big(struct ob_error *e, const struct ob_buf *out, const char *path)
{
    return ob_error_set(e, OB_ETOOBIG, "%s is over %zu bytes", path, out->max);
}

/* Refuses before reading what need not be read to be refused. */
static int check_readable(int fd, const struct ob_buf *out, const char *path, struct ob_error *e)
{
    struct stat st;
    if (ob_io_fstat(fd, &st) != 0)
        return errno_error(e, "stat", path);
    if (!S_ISREG(st.st_mode))
        return ob_error_set(e, OB_EINVAL, "%s is not a regular file", path);
    if ((uintmax_t)st.st_size > out->max - out->len)
        return too_big(e, out, path);
    return 0;
}

/* Reads to the end, which may have moved since the size was asked.  At the ceiling one byte more
 * tells whether the file goes on. */
static int read_rest(int fd, struct ob_buf *out, const char *path, struct ob_error *e)
{
    for (;;) {
        size_t room = out->max - out->len;
        size_t size = room < READ_STEP ? room : READ_STEP;
        char probe = 0;
        char *to = size ? ob_buf_reserve(out, size) : &probe;
        if (!to)
            return ob_error_set(e, OB_ENOMEM, "no memory to read %s", path);
        ssize_t n = ob_io_read(fd, to, size ? size : 1);
        if (n < 0)
            return errno_error(e, "read", path);
        if (n == 0)
            return 0;
        if (!size)
            return too_big(e, out, path);
        ob_buf_commit(out, (size_t)n);
    }
}

int ob_io_read_file(struct ob_buf *out, const char *path, struct ob_error *e)
{
    /* O_NONBLOCK: a FIFO in place of the file must not hang us. */
    int fd = ob_io_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0)
        return errno_error(e, "open", path);
    int err = check_readable(fd, out, path, e);
    if (!err)
        err = read_rest(fd, out, path, e);
    (void)ob_io_close(fd); /* opened for reading: nothing to lose */
    return err;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = ob_io_write(fd, bytes, len);
        if (n <= 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Creates a file of our own beside PATH.  Its name is new, so that neither two threads nor two
 * machines with one home directory write into the same one, and a link is never followed. */
static int create_beside(char **temporary, const char *path, struct ob_error *e)
{
    static atomic_uint counter;
    for (int attempt = 0; attempt < TEMPORARY_NAMES; attempt++) {
        *temporary =
            ob_asprintf("%s.%ld-%u.tmp", path, (long)getpid(), atomic_fetch_add(&counter, 1));
        int fd = ob_io_openat(AT_FDCWD, *temporary, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (fd >= 0)
            return fd;
        if (errno != EEXIST)
            break;
        ob_free(*temporary);
        *temporary = NULL;
    }
    return errno_error(e, "create a file beside", path);
}

int ob_io_write_file(const char *path, const void *bytes, size_t len, struct ob_error *e)
{
    char *temporary = NULL;
    int err = 0;
    int fd = create_beside(&temporary, path, e);
    if (fd < 0) {
        err = fd;
        goto out;
    }
    if (write_all(fd, bytes, len) != 0 || ob_io_fsync(fd) != 0)
        err = errno_error(e, "write", temporary);
    if (ob_io_close(fd) != 0 && !err)
        err = errno_error(e, "close", temporary);
    if (!err && ob_io_rename(temporary, path) != 0)
        err = errno_error(e, "rename to", path);
    if (err)
        (void)ob_io_unlink(temporary); /* the old file stands; a leftover only takes room */
out:
    ob_free(temporary);
    return err;
}
