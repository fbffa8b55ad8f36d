/* Reading one file of a root, safely against whoever changes it meanwhile: the file is opened through
 * the root without links, must be regular, never blocks, and is read, not mapped, so that a file
 * that shrinks is only short. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "openbook/base/io.h"
#include "openbook/files/walk.h"

#include "decode.h"
#include "root.h"
#include "walker.h"

enum { READ_STEP = 65536 };

void ob__file_stat_from(struct ob_file_stat *out, const struct stat *st)
{
    *out = (struct ob_file_stat){
        .size_bytes = (uint64_t)st->st_size,
        .mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
        .ctime_ns = (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec,
        .inode = (uint64_t)st->st_ino,
        .linked = st->st_nlink > 1,
    };
}

enum ob_skip ob__skip_from_errno(int errno_value)
{
    switch (errno_value) {
    case ENOENT: return OB_SKIP_VANISHED;
    case ENOTDIR: /* a folder on the way is a file now, or a link */
    case ELOOP:
    case EXDEV:
    case ENXIO: /* a socket, or a device without a driver */
    case ENODEV: return OB_SKIP_SPECIAL;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EIO:
    case ESTALE:
    case EAGAIN:
    case ETIMEDOUT: return OB_SKIP_REFUSED;
    default: return OB_SKIP_UNREADABLE;
    }
}

bool ob_file_stat_same(const struct ob_file_stat *a, const struct ob_file_stat *b)
{
    return a->size_bytes == b->size_bytes && a->mtime_ns == b->mtime_ns &&
           a->ctime_ns == b->ctime_ns && a->inode == b->inode;
}

/* What is being read, and what came of it. */
struct reading {
    struct ob_buf *out;
    const char *path;
    size_t max_bytes;
    enum ob_skip reason;
    struct ob_error *error;
};

/* Ends the reading for REASON and returns CODE. */
static int refuse(struct reading *r, enum ob_skip reason, int code, const char *why)
{
    r->reason = reason;
    return ob_error_set(r->error, code, "cannot read %s: %s", r->path, why);
}

static int refuse_errno(struct reading *r, int errno_value)
{
    return refuse(r, ob__skip_from_errno(errno_value), ob_err_from_errno(errno_value),
                  strerror(errno_value));
}

/* Whether the first bytes already say that the rest is no text. */
static bool begins_binary(const struct ob_buf *b)
{
    size_t n = b->len < OB__PROBE_BYTES ? b->len : OB__PROBE_BYTES;
    return memchr(ob_buf_str(b), '\0', n) && ob__encoding_of(b->data, n) == OB__BINARY;
}

/* Key files give themselves away by their first line, whatever they are called. */
static bool begins_secret(const struct ob_buf *b)
{
    static const char *const heads[] = {"-----BEGIN PGP ", "AGE-SECRET-KEY-", "$ANSIBLE_VAULT;",
                                        "PuTTY-User-Key-File-"};
    const char *text = ob_buf_str(b);
    text += strspn(text, "\xEF\xBB\xBF \t\r\n");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strncmp(text, heads[i], strlen(heads[i])) == 0)
            return true;
    const char *end = text + strcspn(text, "\r\n");
    const char *key = strncmp(text, "-----BEGIN ", 11) == 0 ? strstr(text, "PRIVATE KEY") : NULL;
    if (key && key < end)
        return true;
    return b->len >= 10 && memcmp(b->data, "\0GITCRYPT\0", 10) == 0;
}

/* Appends what FD holds, up to the ceiling. */
static int read_bytes(struct reading *r, int fd)
{
    bool probed = false;
    for (;;) {
        /* One byte more than is allowed, to tell "just fits" from "too big". */
        size_t room = r->max_bytes - r->out->len + 1;
        room = room < READ_STEP ? room : READ_STEP;
        char *to = ob_buf_reserve(r->out, room);
        if (!to && room > 1) /* near the ceiling of the caller's buffer */
            to = ob_buf_reserve(r->out, room = r->out->max - r->out->len);
        char probe;
        ssize_t n = ob_io_read(fd, to && room ? to : &probe, to && room ? room : 1);
        if (n < 0)
            return refuse_errno(r, errno);
        if (n == 0)
            return 0;
        if (!to || !room || r->out->len + (size_t)n > r->max_bytes)
            return refuse(r, OB_SKIP_SIZE, OB_ETOOBIG, "it is too big");
        ob_buf_commit(r->out, (size_t)n);
        if (probed)
            continue;
        probed = true;
        if (begins_secret(r->out))
            return refuse(r, OB_SKIP_SECRET, OB_EDENIED, "it holds a key");
        if (begins_binary(r->out))
            return refuse(r, OB_SKIP_BINARY, OB_EINVAL, "it is not text");
    }
}

/* Reads the open file once.  *CHANGED: it was written to meanwhile. */
static int read_once(struct reading *r, struct ob_file_stat *stat, bool *changed, int fd)
{
    struct stat before, after;
    struct ob_file_stat now;
    ob_buf_clear(r->out);
    if (ob_io_fstat(fd, &before) != 0)
        return refuse_errno(r, errno);
    if (!S_ISREG(before.st_mode))
        return refuse(r, OB_SKIP_SPECIAL, OB_EDENIED, "it is not a regular file");
    ob__file_stat_from(stat, &before);
    if (stat->size_bytes > r->max_bytes)
        return refuse(r, OB_SKIP_SIZE, OB_ETOOBIG, "it is too big");
    (void)ob_buf_reserve(r->out, stat->size_bytes + READ_STEP); /* so that it need not grow later */
    int err = read_bytes(r, fd);
    if (err)
        return err;
    if (ob_io_fstat(fd, &after) != 0)
        return refuse_errno(r, errno);
    ob__file_stat_from(&now, &after);
    *changed = !ob_file_stat_same(stat, &now) || stat->size_bytes != r->out->len;
    return 0;
}

static int decode(struct reading *r)
{
    enum ob__encoding encoding = ob__encoding_of(ob_buf_str(r->out), r->out->len);
    if (encoding == OB__BINARY)
        return refuse(r, OB_SKIP_BINARY, OB_EINVAL, "it is not text");
    int err = ob__decode(r->out, encoding);
    if (err == OB_ETOOBIG)
        return refuse(r, OB_SKIP_SIZE, err, "it is too big as UTF-8");
    return err ? refuse(r, OB_SKIP_UNREADABLE, err, "no memory left") : 0;
}

static int open_in(struct ob_root *r, const char *path, int flags)
{
    int top = ob__root_use(r);
    int fd = top >= 0 ? ob__open_beneath(top, path, flags) : -1;
    if (top >= 0)
        ob__root_done(r); /* keeps errno */
    return fd;
}

int ob_file_read(struct ob_buf *out, struct ob_file_stat *stat, enum ob_skip *reason,
                 struct ob_root *r, const char *path, size_t max_file_bytes, struct ob_error *e)
{
    struct reading reading = {out, path, max_file_bytes, OB_SKIP_NONE, e};
    struct ob_file_stat ignored;
    bool changed = true;
    int err = 0;
    /* A second change in a row is left to the next event: the stat that goes out is the one from
     * before, so that it will be seen as outdated. */
    for (int attempt = 0; attempt < 2 && changed && !err; attempt++) {
        int fd = open_in(r, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        if (fd < 0) {
            err = refuse_errno(&reading, errno);
            break;
        }
        err = read_once(&reading, stat ? stat : &ignored, &changed, fd);
        (void)ob_io_close(fd); /* opened for reading: nothing to lose */
    }
    if (!err)
        err = decode(&reading);
    if (err)
        ob_buf_clear(out);
    *reason = reading.reason;
    return err;
}

int ob_file_stat_get(struct ob_file_stat *out, struct ob_root *r, const char *path)
{
    struct stat st;
    int fd = open_in(r, path, O_PATH);
    if (fd < 0) {
        enum ob_skip reason = ob__skip_from_errno(errno);
        /* A link that is the last name would be open now: this one, or a file, is on the way. */
        return reason == OB_SKIP_UNREADABLE || reason == OB_SKIP_REFUSED ? ob_err_from_errno(errno)
                                                                         : OB_ENOTFOUND;
    }
    int failed = ob_io_fstat(fd, &st);
    (void)ob_io_close(fd); /* opened for reading: nothing to lose */
    if (failed)
        return OB_EIO;
    if (!S_ISREG(st.st_mode))
        return OB_EINVAL;
    ob__file_stat_from(out, &st);
    return 0;
}
