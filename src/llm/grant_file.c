/* The file of grants, read and changed by threads: its disk may hang.
 *
 * A job has a struct of grants of its own, which reads the file, is changed and saved.  One is at work at a
 * time, so that each sees what the one before it wrote.  When it is late, it and all behind it are answered
 * for, and no other is taken until it ends.  A job that was given up before it saves does not save. */
#include <stdatomic.h>

#include "openbook/base/log.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/base/probe.h"

#include "grant.h"

enum job_state {
    LOOKING, /* it reads the file; may be given up */
    SAVING,  /* it writes the file, which ends */
    GIVEN_UP /* who asked was told so: it changes nothing */
};

struct ob__grants_job {
    struct ob__grants_job *next;
    struct ob_grants *grants; /* NULL: it has no owner any more */
    uv_loop_t *loop;
    ob_grants_cb cb; /* NULL: it was answered for */
    void *data;
    unsigned late_ms;
    enum ob_grants_deed deed;
    char *project, *origin; /* owned; NULL to read */
    bool was_granted;       /* what is revoked was known here */
    atomic_int state;
    /* the thread's until it is done */
    struct ob_grants *file; /* owned */
    int err;
    struct ob_error e;
};

static void job_free(struct ob__grants_job *j)
{
    ob_grants_free(j->file);
    ob_free(j->project);
    ob_free(j->origin);
    ob_free(j);
}

/* ------------------------------------------------------------ on the job's thread */
/* Nobody else may have put the file there. */
static int check_folder(const char *path, struct ob_error *e)
{
    char *dir = path ? ob_path_dir(path) : NULL;
    int err = dir ? ob_dir_own(dir, e) : 0;
    ob_free(dir);
    return err;
}

/* Reads the file once more; that is quick, and what another program has written meanwhile stays. */
static int change(struct ob__grants_job *j)
{
    if (j->deed == OB_GRANTS_REMEMBER)
        return ob_grants_add(j->file, j->project, j->origin, true, &j->e);
    int err = ob_grants_revoke(j->file, j->project, j->origin, &j->e);
    if (err == OB_ENOTFOUND && j->was_granted) {
        ob_error_clear(&j->e);
        err = 0;
    }
    return err;
}

static void work(void *data)
{
    struct ob__grants_job *j = data;
    int looking = LOOKING;
    j->err = check_folder(j->file->path, &j->e);
    if (!j->err)
        j->err = ob__grants_load(j->file, &j->e);
    if (!j->err && j->deed != OB_GRANTS_READ &&
        atomic_compare_exchange_strong(&j->state, &looking, SAVING))
        j->err = change(j);
}

/* ------------------------------------------------------------ on the loop */
static void answer(struct ob__grants_job *j, int status, const struct ob_error *e)
{
    ob_grants_cb cb = j->cb;
    j->cb = NULL;
    if (cb)
        cb(status, status ? e : NULL, j->data);
}

static int set_hung(const struct ob_grants *g, struct ob_error *e)
{
    return ob_error_set(e, OB_EBUSY,
                        "%s does not answer: see whether the disk it lies on is still reachable",
                        g->path);
}

static int set_no_thread(const struct ob_grants *g, struct ob_error *e)
{
    return ob_error_set(e, OB_EFAIL, "the system gives no more threads to reach %s",
                        g->path ? g->path : "the grants");
}

static void on_late(void *data)
{
    struct ob__grants_job *j = data;
    struct ob_error e = OB_ERROR_INIT;
    int looking = LOOKING;
    (void)atomic_compare_exchange_strong(&j->state, &looking, GIVEN_UP);
    if (!j->grants)
        return;
    j->grants->hung = true;
    (void)set_hung(j->grants, &e);
    ob_log(OB_LOG_WARN, "llm", "%s", e.message);
    while (j->next) {
        struct ob__grants_job *waiting = j->next;
        j->next = waiting->next;
        answer(waiting, OB_EBUSY, &e);
        job_free(waiting);
    }
    answer(j, OB_EBUSY, &e);
}

/* What the file has is what G remembers. */
static void take(struct ob_grants *g, const struct ob_grants *file)
{
    ob__grants_forget_file(g);
    for (size_t i = 0; i < file->len; i++)
        if (file->list[i].remembered)
            ob__grants_put(g, file->list[i].project, file->list[i].origin, file->list[i].date,
                           true);
}

static void start(struct ob__grants_job *j);

static void on_done(void *data)
{
    struct ob__grants_job *j = data;
    struct ob_grants *g = j->grants;
    if (g) {
        g->jobs = j->next;
        g->hung = false;
        take(g, j->file);
        answer(j, j->err, &j->e);
        if (g->jobs)
            start(g->jobs);
        else if (g->closed)
            g->closed(g->closed_data); /* G may be gone now */
    }
    job_free(j);
}

/* Without a thread nothing can be done. */
static void start(struct ob__grants_job *j)
{
    while (j && ob_probe_start(j->loop, j->late_ms, work, on_late, on_done, j) != 0) {
        struct ob_error e = OB_ERROR_INIT;
        (void)set_no_thread(j->grants, &e);
        j->grants->jobs = j->next;
        answer(j, OB_EFAIL, &e);
        struct ob__grants_job *next = j->next;
        job_free(j);
        j = next;
    }
}

static struct ob__grants_job *job_new(struct ob_grants *g, enum ob_grants_deed deed,
                                      const char *project, const char *origin)
{
    struct ob__grants_job *j = ob_alloc(sizeof *j);
    *j = (struct ob__grants_job){.grants = g, .deed = deed};
    j->project = ob_strdup(project);
    j->origin = ob_strdup(origin);
    j->file = ob_grants_new(g->path);
    return j;
}

/* What counts at once. */
static bool apply(struct ob_grants *g, enum ob_grants_deed deed, const char *project,
                  const char *origin)
{
    struct ob__grant *known = deed == OB_GRANTS_REVOKE ? ob__grants_find(g, project, origin) : NULL;
    if (known)
        ob__grants_drop(g, (size_t)(known - g->list));
    if (deed == OB_GRANTS_REMEMBER)
        (void)ob_grants_add(g, project, origin, false, NULL); /* cannot fail without a file */
    return known != NULL;
}

int ob_grants_start(struct ob_grants *g, uv_loop_t *loop, enum ob_grants_deed deed,
                    const char *project, const char *origin, unsigned late_ms, ob_grants_cb cb,
                    void *data, struct ob_error *e)
{
    bool was_granted = apply(g, deed, project, origin);
    if (g->hung)
        return set_hung(g, e);
    struct ob__grants_job *j = job_new(g, deed, project, origin), **last = &g->jobs;
    j->was_granted = was_granted;
    j->loop = loop;
    j->late_ms = late_ms;
    while (*last)
        last = &(*last)->next;
    if (last == &g->jobs && ob_probe_start(loop, late_ms, work, on_late, on_done, j) != 0) {
        job_free(j);
        return set_no_thread(g, e);
    }
    j->cb = cb;
    j->data = data;
    *last = j;
    return 0;
}

void ob_grants_close(struct ob_grants *g, void (*closed)(void *data), void *data)
{
    g->closed = closed;
    g->closed_data = data;
    if (!g->jobs)
        closed(data);
}

void ob__grants_orphan(struct ob_grants *g)
{
    struct ob__grants_job *j = g->jobs;
    while (j && j->next) { /* these have not begun */
        struct ob__grants_job *waiting = j->next;
        j->next = waiting->next;
        job_free(waiting);
    }
    if (j) {
        j->grants = NULL;
        j->cb = NULL;
    }
    g->jobs = NULL;
}
