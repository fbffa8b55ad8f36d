/* A user namespace of the test's own, where it is root and may set limits and mount.  For a case
 * that has no threads yet. */
#ifndef OB_TESTS_FILES_NS_H
#define OB_TESTS_FILES_NS_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sched.h>

#include "test.h"

static inline bool ns_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    bool ok = f && fputs(text, f) >= 0;
    return f && fclose(f) == 0 && ok;
}

/* FLAGS: further namespaces, CLONE_NEWNS for mounts.  Skips the case where the system refuses. */
static inline void ns_enter(int flags)
{
    char map[64];
    unsigned uid = (unsigned)getuid(), gid = (unsigned)getgid();
    if (unshare(CLONE_NEWUSER | flags) != 0)
        test_skip("the system gives no user namespace");
    snprintf(map, sizeof map, "0 %u 1\n", uid);
    CHECK(ns_write("/proc/self/uid_map", map));
    (void)ns_write("/proc/self/setgroups", "deny"); /* old kernels have none */
    snprintf(map, sizeof map, "0 %u 1\n", gid);
    CHECK(ns_write("/proc/self/gid_map", map));
}

/* Sets a limit of /proc/sys/user for this namespace. */
static inline void ns_limit(const char *name, unsigned long value)
{
    char path[128], text[32];
    snprintf(path, sizeof path, "/proc/sys/user/%s", name);
    snprintf(text, sizeof text, "%lu\n", value);
    if (!ns_write(path, text))
        test_skip("the system does not let a namespace set its limits");
}

/* ROUNDS, which overflow the usual queue of 16,384 events, made enough for the queue of this system;
 * skips the case where it is very long. */
static inline int ns_overflow_rounds(int rounds)
{
    long limit = 16384;
    FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    if (f) {
        if (fscanf(f, "%ld", &limit) != 1)
            limit = 16384;
        fclose(f);
    }
    if (limit > 16 * 16384)
        test_skip("the system's queue of events is too long to overflow it");
    return limit <= 16384 ? rounds : (int)(rounds * (limit / 16384 + 1));
}

#endif
