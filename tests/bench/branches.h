/* A project of 20,000 files with two branches, `one` and `two`, that differ in every file: what a checkout
 * has the daemon do at most.  Static functions, for one program. */
#ifndef OB_TESTS_BENCH_BRANCHES_H
#define OB_TESTS_BENCH_BRANCHES_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

enum { FILES = 20000 };

/* Writes the I-th file of the project DIR, a folder of the scratch directory. */
static inline void write_one(const char *dir, int i, int version)
{
    char name[96], text[2048];
    int n = 0;
    snprintf(name, sizeof name, "%s/m%d/d%d/file_%d.%s", dir, i % 20, i % 400, i,
             i % 10 ? "c" : "md");
    for (int k = 0; k < 12; k++)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      i % 10
                          ? "/* part %d of %d, as of %d */\nint read_item_%d_%d(int flags)\n{\n"
                            "    return flags + offset_%d;\n}\n"
                          : "## 항목 %d-%d\n판 %d: 설정 %d_%d 값을 읽고 offset_%d 만큼 옮깁니다.\n",
                      k, i, version, i, k, (i * 7 + k) % 1000);
    (void)test_write_file(name, text);
}

static inline pid_t start_git(const char *dir, const char *words)
{
    char command[1200];
    snprintf(command, sizeof command, "cd '%s/%s' && git -c gc.auto=0 %s", test_scratch, dir,
             words);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static inline bool git(const char *dir, const char *words)
{
    int status;
    pid_t pid = start_git(dir, words);
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Makes DIR and the branches, with `one` checked out; false without git, and then all the files are there. */
static inline bool make_branches(const char *dir)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", test_scratch, dir);
    CHECK_INT(mkdir(path, 0700), 0);
    bool ok = git(dir, "init -q -b one . && git config user.name a && "
                       "git config user.email a@localhost");
    for (int i = 0; i < FILES; i++)
        write_one(dir, i, 1);
    ok = ok && git(dir, "add -A && git commit -qm one && git checkout -qb two");
    for (int i = 0; i < FILES && ok; i++)
        write_one(dir, i, 2);
    return ok && git(dir, "commit -qam two && git checkout -q one");
}

#endif
