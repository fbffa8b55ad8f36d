/* Folders that do not answer: FUSE mounts without a server.  Static functions, for one test program that has
 * entered a namespace of its own with mounts (files/ns.h). */
#ifndef OB_TESTS_HUNG_H
#define OB_TESTS_HUNG_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

/* Mounts at DIR, which may hold files; returns the descriptor of the server that is none.  Closing it
 * ends the mount. */
static inline int hang(const char *dir)
{
    char options[128];
    CHECK(mkdir(dir, 0700) == 0 || errno == EEXIST);
    int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        test_skip("there is no /dev/fuse to be opened");
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
    if (mount("hung", dir, "fuse", MS_NOSUID | MS_NODEV, options) != 0)
        test_skip("the system mounts no FUSE in a namespace");
    return fd;
}

static inline void unhang(const char *dir, int fd)
{
    CHECK(umount2(dir, MNT_DETACH) == 0); /* first: who is cut off finds what lies below it */
    close(fd);
}

#endif
