/* The table through which every file call goes, so that a test can fail the n-th one.
 *
 * Each entry has the meaning of the system call of its name: -1 and errno on failure.  EINTR is
 * retried inside.  Any thread. */
#ifndef OB_BASE_IO_H
#define OB_BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "openbook/base/buf.h"
#include "openbook/base/error.h"

int ob_io_openat(int dirfd, const char *path, int flags, mode_t mode); /* O_CLOEXEC is added */
int ob_io_close(int fd);
ssize_t ob_io_read(int fd, void *bytes, size_t len);
ssize_t ob_io_write(int fd, const void *bytes, size_t len);
int ob_io_fstat(int fd, struct stat *out);
int ob_io_fstatat(int dirfd, const char *path, struct stat *out, int flags);
int ob_io_rename(const char *from, const char *to);
int ob_io_fsync(int fd);
int ob_io_unlink(const char *path);

/* ------------------------------------------------------------ the last descriptors
 * The last descriptors that this process may have are left to those whom somebody waits for.  A thread that
 * works in the background is *modest*: where ob_io_openat would give it one of the last OB_IO_SPARE, it gets
 * -1 and EMFILE. */
enum { OB_IO_SPARE = 4 };

/* Whether the calling thread is modest from now on.  At first no thread is. */
void ob_io_be_modest(bool modest);

/* Whether FD is one of the last N that this process may have (RLIMIT_NOFILE). */
bool ob_io_is_among_last(int n, int fd);

/* For a descriptor that another call than ob_io_openat has given: returns FD (-1 is passed on), or closes
 * it and returns -1 with EMFILE where ob_io_openat would have refused it to this thread. */
int ob_io_if_modest(int fd);

/* ------------------------------------------------------------ hooks of tests */
/* Test hook: the N-th call from now (1 = the next) fails with ERRNO_VALUE, once; 0 turns it off.
 * Also set by OB_FAIL_IO=n in the environment (EIO). */
void ob_io_fail_at(long n, int errno_value);

/* Test hook: from now on a read gives at most N bytes, as networks and signals have it; 0: as asked. */
void ob_io_read_at_most(size_t n);

/* Test hook: the bytes that all reads have given since the program began.  Any thread. */
size_t ob_io_bytes_read(void);

/* ------------------------------------------------------------ whole files */

/* Appends the whole regular file PATH to OUT (its ceiling holds; after an error it may hold a
 * part).  OB_ENOTFOUND, OB_EDENIED, OB_EINVAL (no regular file), OB_ETOOBIG, OB_ENOMEM, OB_EIO; the
 * sentence names the path. */
int ob_io_read_file(struct ob_buf *out, const char *path, struct ob_error *e);

/* Writes a file whole: a temporary file beside it, synced, then renamed; mode 0600.  A reader sees
 * the old bytes or the new ones; after an error the old ones stand.  Where PATH is a link, it is the link
 * that is replaced.  OB_ENOTFOUND (no such folder), OB_EDENIED, OB_EIO and what else errno says
 * (ob_err_from_errno); the sentence names the path. */
int ob_io_write_file(const char *path, const void *bytes, size_t len, struct ob_error *e);

#endif
