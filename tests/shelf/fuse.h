/* A file system of a network, as far as a client can tell: FUSE mounts whose files change on the server
 * and nobody is told.  One folder of two files, read only; the server is a child.  Static functions, for
 * one test program that has entered a namespace of its own with mounts (ns.h). */
#ifndef OB_TESTS_SHELF_FUSE_H
#define OB_TESTS_SHELF_FUSE_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/fuse.h>

#include "test.h"

enum { FUSE_FILES = 2, FUSE_ROOT = 1, FUSE_FIRST = 2, FUSE_REPLY_BYTES = 8192 };

static const char *const fuse_names[FUSE_FILES] = {"a.md", "나.md"};

struct fuse_file { /* shared with the server */
    char text[256];
    unsigned changes; /* its time; 0: there is no such file */
};
static struct fuse_file *fuse_files;

static inline void fuse_reply(int fd, uint64_t unique, int err, const void *body, size_t len)
{
    static char out[FUSE_REPLY_BYTES];
    struct fuse_out_header h = {(uint32_t)(sizeof h + len), err, unique};
    memcpy(out, &h, sizeof h);
    if (len)
        memcpy(out + sizeof h, body, len);
    (void)!write(fd, out, h.len); /* of a mount that is gone: the next read tells */
}

static inline bool fuse_has(uint64_t node)
{
    return node == FUSE_ROOT || (node >= FUSE_FIRST && node < FUSE_FIRST + FUSE_FILES &&
                                 fuse_files[node - FUSE_FIRST].changes);
}

static inline struct fuse_attr fuse_attr_of(uint64_t node)
{
    struct fuse_attr a = {.ino = node, .mode = S_IFDIR | 0755, .nlink = 1, .blksize = 4096};
    if (node != FUSE_ROOT) {
        const struct fuse_file *f = &fuse_files[node - FUSE_FIRST];
        a.mode = S_IFREG | 0644;
        a.size = strlen(f->text);
        a.mtime = a.ctime = 1000000000 + f->changes;
    }
    return a;
}

static inline void fuse_lookup(int fd, uint64_t unique, const char *name)
{
    for (unsigned i = 0; i < FUSE_FILES; i++)
        if (strcmp(name, fuse_names[i]) == 0 && fuse_has(FUSE_FIRST + i)) {
            struct fuse_entry_out e = {.nodeid = FUSE_FIRST + i,
                                       .attr = fuse_attr_of(FUSE_FIRST + i)};
            fuse_reply(fd, unique, 0, &e, sizeof e);
            return;
        }
    fuse_reply(fd, unique, -ENOENT, NULL, 0);
}

static inline void fuse_readdir(int fd, uint64_t unique, uint64_t offset)
{
    char body[1024];
    size_t n = 0;
    for (uint64_t i = offset; i < FUSE_FILES; i++) {
        struct fuse_dirent *d = (struct fuse_dirent *)(void *)(body + n);
        size_t len = strlen(fuse_names[i]);
        if (!fuse_has(FUSE_FIRST + i))
            continue;
        memset(d, 0, sizeof *d + len + 8);
        *d = (struct fuse_dirent){
            .ino = FUSE_FIRST + i, .off = i + 1, .namelen = (uint32_t)len, .type = S_IFREG >> 12};
        memcpy(body + n + FUSE_NAME_OFFSET, fuse_names[i], len);
        n += FUSE_DIRENT_SIZE(d);
    }
    fuse_reply(fd, unique, 0, body, n);
}

static inline void fuse_read(int fd, uint64_t unique, uint64_t node, const struct fuse_read_in *in)
{
    const char *text = fuse_files[node - FUSE_FIRST].text;
    size_t len = strlen(text), from = in->offset < len ? in->offset : len;
    fuse_reply(fd, unique, 0, text + from, len - from < in->size ? len - from : in->size);
}

static inline void fuse_answer(int fd, const struct fuse_in_header *h, const void *body)
{
    struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096};
    struct fuse_open_out opened = {.open_flags = h->opcode == FUSE_OPEN ? FOPEN_DIRECT_IO : 0};
    struct fuse_statfs_out space = {.st = {.bsize = 4096, .namelen = 255, .frsize = 4096}};
    struct fuse_attr_out attr;
    bool there = fuse_has(h->nodeid);
    switch (h->opcode) {
    case FUSE_INIT: fuse_reply(fd, h->unique, 0, &init, sizeof init); break;
    case FUSE_LOOKUP: fuse_lookup(fd, h->unique, body); break;
    case FUSE_GETATTR:
        attr = (struct fuse_attr_out){.attr = there ? fuse_attr_of(h->nodeid) : attr.attr};
        fuse_reply(fd, h->unique, there ? 0 : -ENOENT, &attr, there ? sizeof attr : 0);
        break;
    case FUSE_OPEN:
    case FUSE_OPENDIR: fuse_reply(fd, h->unique, 0, &opened, sizeof opened); break;
    case FUSE_READDIR:
        fuse_readdir(fd, h->unique, ((const struct fuse_read_in *)body)->offset);
        break;
    case FUSE_READ: fuse_read(fd, h->unique, h->nodeid, body); break;
    case FUSE_STATFS: fuse_reply(fd, h->unique, 0, &space, sizeof space); break;
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
    case FUSE_FLUSH: fuse_reply(fd, h->unique, 0, NULL, 0); break;
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT: break; /* want no answer */
    default: fuse_reply(fd, h->unique, -ENOSYS, NULL, 0);
    }
}

/* Mounts at DIR, an empty folder, with a.md saying TEXT; returns the server's process. */
static inline pid_t fuse_mount(const char *dir, const char *text)
{
    char options[128];
    int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        test_skip("there is no /dev/fuse to be opened");
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
    if (mount("far", dir, "fuse", MS_NOSUID | MS_NODEV, options) != 0)
        test_skip("the system mounts no FUSE in a namespace");
    size_t size = FUSE_FILES * sizeof *fuse_files;
    fuse_files = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(fuse_files != MAP_FAILED);
    snprintf(fuse_files[0].text, sizeof fuse_files[0].text, "%s", text);
    fuse_files[0].changes = 1;
    pid_t pid = fork();
    if (pid == 0) {
        static _Alignas(8) char in[FUSE_MIN_READ_BUFFER + 4096];
        while (read(fd, in, sizeof in) >= (ssize_t)sizeof(struct fuse_in_header))
            fuse_answer(fd, (struct fuse_in_header *)(void *)in,
                        in + sizeof(struct fuse_in_header));
        _exit(0);
    }
    close(fd);
    return pid;
}

/* What another machine does. */
static inline void fuse_change(int file, const char *text)
{
    snprintf(fuse_files[file].text, sizeof fuse_files[file].text, "%s", text);
    fuse_files[file].changes++;
}

#endif
