/* The crew.  Threads take the next item from one counter and put what is finished on one list; the
 * thread that runs the crew empties the list.  An item belongs to one thread at a time. */
#include "crew.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <uv.h>

#include "openbook/base/clock.h"
#include "openbook/base/hash.h"
#include "openbook/base/io.h"
#include "openbook/base/log.h"
#include "openbook/base/mem.h"

#include "ledger.h"

enum {
    FIRST_BATCH = 256, /* files; each batch may be twice as large as the one before (crew.h) */
    LARGEST_BATCH = 8192,
    WORTH_THREADS = 64, /* fewer files are read by the calling thread */
    MOST_THREADS = 16,  /* their tools lie on the stack */
    NICE = 10           /* of 19 */
};

struct hand { /* one thread's tools */
    struct run *run;
    struct ob_terms *terms;
    struct ob_buf text;
    uv_thread_t thread;
};

struct run {
    const struct ob__crew *crew;
    struct ob__item *items;
    size_t n;
    atomic_size_t next;
    uv_mutex_t lock; /* guards all below */
    uv_cond_t changed;
    struct ob__item **finished;
    size_t n_finished;
    unsigned at_work;
};

void ob__thread_be_nice(void)
{
    ob_io_be_modest(true);
#ifdef __linux__
    /* Linux gives each thread its own nice value.  Refusal is no harm. */
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
#endif
}

/* The file's text as a document, if it is one that has just left another path; else NULL. */
static struct ob_doc *moved_here(struct hand *h, const struct ob__item *it)
{
    const uint64_t *left = ob_map64_get(h->run->crew->left, it->text_hash);
    struct ob_doc *doc = left ? (struct ob_doc *)(uintptr_t)*left : NULL;
    if (!doc || ob_doc_text_bytes(doc) != h->text.len)
        return NULL;
    atomic_fetch_add(h->run->crew->renamed, 1);
    return ob_doc_renamed(doc, h->terms, it->path);
}

static void look(struct hand *h, struct ob__item *it)
{
    const struct ob__crew *crew = h->run->crew;
    struct ob_error e = OB_ERROR_INIT;
    int64_t read_ns = ob_clock_wall_ns();
    ob_buf_clear(&h->text);
    if (ob_file_read(&h->text, &it->stat, &it->reason, crew->root, it->path, crew->max_file_bytes,
                     &e) != 0) {
        if (it->reason == OB_SKIP_NONE)
            it->reason = OB_SKIP_UNREADABLE;
        return;
    }
    it->racy = ob__stat_is_racy(&it->stat, read_ns);
    it->text_hash = ob_hash(ob_buf_str(&h->text), h->text.len);
    if (it->was_indexed && it->text_hash == it->old_hash)
        return;
    it->doc = moved_here(h, it);
    if (!it->doc &&
        ob_doc_new(&it->doc, h->terms, it->path, ob_buf_str(&h->text), h->text.len, &e) != 0) {
        ob_log(OB_LOG_WARN, "shelf", "%s", e.message);
        it->reason = e.code == OB_ETOOBIG ? OB_SKIP_SIZE : OB_SKIP_UNREADABLE;
    }
}

static void hand_init(struct hand *h, struct run *run)
{
    *h = (struct hand){.run = run, .terms = ob_terms_new()};
    /* Decoded CP949 and UTF-16 text is longer than the file, by half at most. */
    ob_buf_init(&h->text, run->crew->max_file_bytes * 2 + 1);
}

static void hand_release(struct hand *h)
{
    ob_terms_free(h->terms);
    ob_buf_release(&h->text);
}

static struct ob__item *next_item(struct run *run)
{
    size_t i = atomic_fetch_add(&run->next, 1);
    if (i >= run->n)
        return NULL;
    ob__pause_wait(run->crew->pause, run->crew->stop);
    return atomic_load(run->crew->stop) ? NULL : &run->items[i];
}

static void finish(struct run *run, struct ob__item *it)
{
    atomic_fetch_add(run->crew->files_done, 1);
    uv_mutex_lock(&run->lock);
    run->finished[run->n_finished++] = it;
    if (run->n_finished % FIRST_BATCH == 0)
        uv_cond_signal(&run->changed);
    uv_mutex_unlock(&run->lock);
}

static void work(void *data)
{
    struct hand *h = data;
    struct run *run = h->run;
    int64_t start_us = ob_clock_thread_cpu_us();
    ob__thread_be_nice();
    for (struct ob__item *it; (it = next_item(run));) {
        look(h, it);
        finish(run, it);
    }
    atomic_fetch_add(run->crew->cpu_us, ob_clock_thread_cpu_us() - start_us);
    uv_mutex_lock(&run->lock);
    run->at_work--;
    uv_cond_signal(&run->changed);
    uv_mutex_unlock(&run->lock);
}

/* Hands over what is finished while the threads work on, until all have left. */
static void collect(struct run *run, ob__crew_cb cb, void *data)
{
    size_t batch = FIRST_BATCH;
    bool going = true;
    struct ob__item **taken = ob_alloc((run->n + 1) * sizeof *taken);
    while (going) {
        uv_mutex_lock(&run->lock);
        while (run->at_work > 0 && run->n_finished < batch)
            uv_cond_wait(&run->changed, &run->lock);
        going = run->at_work > 0;
        size_t n = run->n_finished;
        for (size_t i = 0; i < n; i++)
            taken[i] = run->finished[i];
        run->n_finished = 0;
        uv_mutex_unlock(&run->lock);
        if (n > 0)
            cb(taken, n, data);
        batch = batch * 2 < LARGEST_BATCH ? batch * 2 : LARGEST_BATCH;
    }
    ob_free(taken);
}

static unsigned start_threads(struct hand *hands, struct run *run, unsigned wanted)
{
    unsigned n = 0;
    run->at_work = wanted; /* before the first of them can leave */
    for (; n < wanted; n++) {
        hand_init(&hands[n], run);
        if (uv_thread_create(&hands[n].thread, work, &hands[n]) != 0) {
            hand_release(&hands[n]);
            break;
        }
    }
    uv_mutex_lock(&run->lock);
    run->at_work -= wanted - n;
    uv_mutex_unlock(&run->lock);
    return n;
}

static unsigned run_threads(struct run *run, unsigned wanted, ob__crew_cb cb, void *data)
{
    struct hand hands[MOST_THREADS];
    unsigned n = start_threads(hands, run, wanted < MOST_THREADS ? wanted : MOST_THREADS);
    if (n > 0)
        collect(run, cb, data);
    for (unsigned i = 0; i < n; i++) {
        (void)uv_thread_join(&hands[i].thread); /* it is ours, and joined once */
        hand_release(&hands[i]);
    }
    return n;
}

/* The same work without threads: few files, or the system gives no thread. */
static void run_here(struct run *run, ob__crew_cb cb, void *data)
{
    struct hand h;
    hand_init(&h, run);
    for (struct ob__item *it; (it = next_item(run));) {
        look(&h, it);
        finish(run, it);
        if (run->n_finished == LARGEST_BATCH) {
            cb(run->finished, run->n_finished, data);
            run->n_finished = 0;
        }
    }
    if (run->n_finished > 0)
        cb(run->finished, run->n_finished, data);
    hand_release(&h);
}

bool ob__crew_run(const struct ob__crew *crew, struct ob__item *items, size_t n, ob__crew_cb cb,
                  void *data)
{
    struct run run = {.crew = crew, .items = items, .n = n};
    (void)uv_mutex_init(&run.lock);   /* cannot fail for a plain one */
    (void)uv_cond_init(&run.changed); /* cannot fail */
    run.finished = ob_alloc((n + 1) * sizeof *run.finished);
    if (crew->threads < 2 || n < WORTH_THREADS || run_threads(&run, crew->threads, cb, data) == 0)
        run_here(&run, cb, data);
    ob_free(run.finished);
    uv_cond_destroy(&run.changed);
    uv_mutex_destroy(&run.lock);
    return !atomic_load(crew->stop);
}
