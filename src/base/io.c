/* System calls on files with a counter in front, so that a test can make any of them fail.  User
 * files are read, never mapped: a file that shrinks under a mapping kills the process. */
#include "openbook/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openbook/base/mem.h"

static atomic_long fail_countdown = -1; /* as in mem.c: 0 off, -1 environment unread */
static atomic_int fail_errno = EIO;

static bool injected_failure(void)
{
    long n = atomic_load_explicit(&fail_countdown, memory_order_relaxed);
    if (n == 0)
        return false;
    if (n < 0) {
        const char *text = getenv("OB_FAIL_IO");
        long start = text ? strtol(text, NULL, 10) : 0, expected = -1;
        atomic_compare_exchange_strong(&fail_countdown, &expected, start > 0 ? start : 0);
        if (atomic_load(&fail_countdown) <= 0)
            return false;
    }
    if (atomic_fetch_sub(&fail_countdown, 1) != 1)
        return false;
    errno = atomic_load(&fail_errno);
    return true;
}

void ob_io_fail_at(long n, int errno_value)
{
    atomic_store(&fail_errno, errno_value);
    atomic_store(&fail_countdown, n > 0 ? n : 0);
}

#define RETRY(result, call)                                                                        \
    do {                                                                                           \
        (result) = injected_failure() ? -1 : (call);                                               \
    } while ((result) < 0 && errno == EINTR)

int ob_io_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    int fd;
    RETRY(fd, openat(dirfd, path, flags | O_CLOEXEC, mode));
    return fd;
}

int ob_io_close(int fd)
{
    return close(fd); /* never retried: the descriptor is gone even after EINTR */
}

ssize_t ob_io_read(int fd, void *bytes, size_t len)
{
    ssize_t n;
    RETRY(n, read(fd, bytes, len));
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

int ob_io_read_file(struct ob_buf *out, const char *path, struct ob_error *e)
{
    struct stat st;
    int err = 0;
    /* O_NONBLOCK: a FIFO in place of the file must not hang us. */
    int fd = ob_io_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0)
        return errno_error(e, "open", path);
    if (ob_io_fstat(fd, &st) != 0) {
        err = errno_error(e, "stat", path);
    } else if (!S_ISREG(st.st_mode)) {
        err = ob_error_set(e, OB_EINVAL, "%s is not a regular file", path);
    }
    while (!err) {
        char *room = ob_buf_reserve(out, 16384);
        size_t size = 16384;
        if (!room) { /* near the ceiling: take what still fits, and one byte more tells the rest */
            size = out->max - out->len;
            room = size ? ob_buf_reserve(out, size) : NULL;
        }
        char probe;
        ssize_t n = ob_io_read(fd, room ? room : &probe, room ? size : 1);
        if (n < 0)
            err = errno_error(e, "read", path);
        else if (n > 0 && !room)
            err = ob_error_set(e, OB_ETOOBIG, "%s is over %zu bytes", path, out->max);
        else if (n > 0)
            ob_buf_commit(out, (size_t)n);
        else
            break;
    }
    (void)ob_io_close(fd); /* opened for reading: nothing to lose */
    return err;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = ob_io_write(fd, bytes, len);
        if (n < 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

int ob_io_write_file(const char *path, const void *bytes, size_t len, struct ob_error *e)
{
    char *temporary = ob_asprintf("%s.%ld.tmp", path, (long)getpid());
    int err = 0;
    int fd = ob_io_openat(AT_FDCWD, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        err = errno_error(e, "create", temporary);
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
