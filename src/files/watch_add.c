/* Adding directories to inotify.
 *
 * A directory is added before it is listed: what is created in it later is an event, what was
 * created earlier is in the listing.  It is added by its open descriptor, so that a link that takes
 * its place cannot lead the watch elsewhere. */
#include "watch_add.h"

#include <errno.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/trace.h"

#include "walker.h"

#define EVENTS                                                                                     \
    (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE | IN_MOVED_FROM |              \
     IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

void ob__paths_add(struct ob__paths *p, const char *path)
{
    OB_GROW(p->items, p->n, p->cap);
    p->items[p->n++] = ob_strdup(path);
}

void ob__paths_release(struct ob__paths *p)
{
    for (size_t i = 0; i < p->n; i++)
        ob_free(p->items[i]);
    ob_free(p->items);
}

/* File systems whose files change elsewhere, where this system sees no event: of networks, of hosts and
 * their guests, and those that a program serves (sshfs among them).  Linux names them by numbers. */
static bool is_remote_type(unsigned long type)
{
    static const unsigned long types[] = {
        0x6969,     /* NFS */
        0x517B,     /* SMB */
        0xFF534D42, /* CIFS */
        0xFE534D42, /* SMB2 */
        0x01021997, /* 9P, as in WSL and virtual machines */
        0x65735546, /* FUSE, virtiofs */
        0x786F4256, /* VirtualBox's shared folders */
        0xBACBACBC, /* VMware's */
        0x7C7C6673, /* Parallels' */
        0x00C36400, /* Ceph */
        0x5346414F, /* AFS */
        0x6B414653, /* AFS, by kAFS */
        0x73757245, /* Coda */
        0x0BD00BD0, /* Lustre */
        0x47504653, /* GPFS */
        0x01161970, /* GFS2 */
        0x7461636F, /* OCFS2 */
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i] == type)
            return true;
    return false;
}

/* Asks the file system only where another one begins: each question may travel. */
static void note_remote(struct ob__watch_add *job, int dirfd)
{
    struct stat st;
    struct statfs fs;
    if (ob_io_fstat(dirfd, &st) != 0)
        return;
    if (job->n_looked++ == 0 || (uint64_t)st.st_dev != job->device) {
        job->device = (uint64_t)st.st_dev;
        job->on_remote =
            fstatfs(dirfd, &fs) == 0 && is_remote_type((unsigned long)fs.f_type & 0xFFFFFFFF);
    }
    job->remote |= job->on_remote;
}

static bool add_dir(const char *path, int dirfd, void *data)
{
    struct ob__watch_add *job = data;
    char through[64];
    int wd = -1;
    note_remote(job, dirfd);
    (void)snprintf(through, sizeof through, "/proc/self/fd/%d", dirfd);
    if (job->n_dirs < job->room && !job->no_watches_left) {
        wd = inotify_add_watch(job->inotify_fd, through, EVENTS);
        job->no_watches_left = wd < 0 && (errno == ENOSPC || errno == ENOMEM);
    }
    OB_TRACE("watch: added", path, wd);
    if (wd < 0) {
        job->unwatched++;
        return true;
    }
    OB_GROW(job->dirs, job->n_dirs, job->cap_dirs);
    job->dirs[job->n_dirs++] = (struct ob__watched_dir){ob_strdup(path), wd};
    return true;
}

static bool see_file(const char *path, enum ob_skip reason, const struct ob_file_stat *stat,
                     void *data)
{
    struct ob__watch_add *job = data;
    OB_TRACE("watch: met", path, reason);
    if (job->with_files)
        ob__paths_add(&job->files, path);
    if (reason == OB_SKIP_REFUSED && !stat)
        job->unwatched++; /* and tried again: what is below it may be watched already */
    else if (reason != OB_SKIP_NONE && !stat)
        ob__paths_add(&job->skipped, path);
    return true;
}

/* The repository's own rules lie where the walk does not go. */
static void add_exclude_dir(struct ob__watch_add *job)
{
    char *path = ob_asprintf("%s/" OB__WATCH_EXCLUDE_DIR, ob_root_path(job->root));
    int wd = inotify_add_watch(job->inotify_fd, path, EVENTS);
    ob_free(path);
    if (wd < 0)
        return; /* no repository, or a linked work tree */
    OB_GROW(job->dirs, job->n_dirs, job->cap_dirs);
    job->dirs[job->n_dirs++] = (struct ob__watched_dir){ob_strdup(OB__WATCH_EXCLUDE_DIR), wd};
}

void ob__watch_add_run(void *data)
{
    struct ob__watch_add *job = data;
    size_t pos = 0;
    const struct ob_map_slot *wish;
    ob_io_be_modest(true);
    while ((wish = ob_map_next(&job->wishes, &pos))) {
        struct ob__visitor visitor = {.dir = add_dir,
                                      .file = see_file,
                                      .dirs_only = !(wish->value & OB__WATCH_FILES),
                                      .data = job};
        job->with_files = !visitor.dirs_only;
        job->rescan |= visitor.dirs_only;
        int err = ob__walk_below(job->root, &job->walk, wish->key, &visitor, NULL);
        if (err && err != OB_ENOTFOUND) {
            job->unwatched++; /* whoever rescans will report it; what is watched stays */
        } else if (wish->key_len == 0) {
            job->whole = true;
            job->rootless = err != 0;
            add_exclude_dir(job);
        }
    }
    ob_io_be_modest(false); /* the thread is shared with searches */
}

void ob__watch_add_free(struct ob__watch_add *job)
{
    for (size_t i = 0; i < job->n_dirs; i++)
        ob_free(job->dirs[i].path);
    ob_free(job->dirs);
    ob__paths_release(&job->files);
    ob__paths_release(&job->skipped);
    ob_map_release(&job->wishes);
    ob_root_unref(job->root);
    ob_free(job);
}
