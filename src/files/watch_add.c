/* Adding directories to inotify.
 *
 * A directory is added before it is listed: what is created in it later is an event, what was
 * created earlier is in the listing.  It is added by its open descriptor, so that a link that takes
 * its place cannot lead the watch elsewhere. */
#include "watch_add.h"

#include <errno.h>
#include <stdio.h>
#include <sys/inotify.h>

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

static bool add_dir(const char *path, int dirfd, void *data)
{
    struct ob__watch_add *job = data;
    char through[64];
    int wd = -1;
    snprintf(through, sizeof through, "/proc/self/fd/%d", dirfd);
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
    if (reason != OB_SKIP_NONE && !stat)
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
    while ((wish = ob_map_next(&job->wishes, &pos))) {
        struct ob__visitor visitor = {.dir = add_dir,
                                      .file = see_file,
                                      .dirs_only = !(wish->value & OB__WATCH_FILES),
                                      .data = job};
        job->with_files = !visitor.dirs_only;
        job->rescan |= visitor.dirs_only;
        /* An error is as good as an empty directory: whoever rescans will report it. */
        (void)ob__walk_below(job->root, &job->walk, wish->key, &visitor, NULL);
        if (wish->key_len == 0) {
            job->whole = true;
            add_exclude_dir(job);
        }
    }
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
