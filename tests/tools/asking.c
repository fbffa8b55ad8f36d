/* asking [-b file|passage|auto] [-n LIMIT] [-r ROUNDS] [-t THREADS] [-l] DIR QUESTIONS
 *
 * Indexes DIR, asks what stands in QUESTIONS, one a line, and prints how many microseconds each took: CPU
 * time of its thread, so that other work on the machine counts little, the least of ROUNDS (5).  -l
 * prints the lists instead, which should be the same of two builds, or of two indexes of one tree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "openbook/base/buf.h"
#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/retrieve/search.h"

enum { MAX_QUESTIONS = 64 * 1024 * 1024 };

struct asking {
    uv_loop_t loop;
    struct ob_shelves *shelves;
    struct ob_shelf *shelf;
    struct ob_search_shelf view;
    struct ob_search_request request;
    unsigned long rounds, threads;
    bool lists;
    double *took_us; /* of each question; owned */
    size_t n, cap;
};

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void die(const char *what)
{
    fprintf(stderr, "asking: %s\n", what);
    exit(2);
}

/* ------------------------------------------------------------ the index */
static void on_fresh(int status, void *data)
{
    *(int *)data = status ? -1 : 1;
}

static void open_dir(struct asking *a, const char *dir)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    struct ob_error e = OB_ERROR_INIT;
    char *path = ob_path_absolute(dir);
    int fresh = 0;
    o.watch = false;
    o.threads = (unsigned)a->threads;
    if (uv_loop_init(&a->loop) != 0)
        die("no loop");
    a->shelves = ob_shelves_new(&a->loop, &o);
    if (ob_shelf_open(&a->shelf, a->shelves, path, &e) != 0)
        die(e.message);
    ob_free(path);
    ob_shelf_when_fresh(a->shelf, 0, 3600 * 1000, on_fresh, &fresh);
    while (!fresh)
        uv_run(&a->loop, UV_RUN_ONCE);
    if (fresh < 0)
        die("it was not indexed");
    a->view =
        (struct ob_search_shelf){ob_shelf_snapshot(a->shelf, 0), ob_shelf_reader_new(a->shelf, 0),
                                 ob_shelf_root(a->shelf), OB_SHELF_PROJECT};
    a->request.shelves = &a->view;
    a->request.n_shelves = 1;
}

static void on_closed(void *data)
{
    (void)data;
}

static void close_dir(struct asking *a)
{
    ob_snapshot_unref(a->view.snapshot);
    ob_shelf_reader_free(a->view.reader);
    ob_shelf_unref(a->shelf);
    ob_shelves_close(a->shelves, on_closed, NULL);
    uv_run(&a->loop, UV_RUN_DEFAULT);
    uv_loop_close(&a->loop);
}

/* ------------------------------------------------------------ questions */
static void print_list(const struct ob_hits *h, const char *question, size_t len)
{
    printf("%.*s\n", (int)len, question);
    for (size_t i = 0; i < h->len; i++)
        printf("  %s:%u-%u %.6f %u\n", h->items[i].path, h->items[i].first_line,
               h->items[i].last_line, h->items[i].score, h->items[i].snippet_line);
    if (h->nearest[0])
        printf("  near: %s\n", h->nearest);
}

static void ask(struct asking *a, const char *question, size_t len)
{
    double least = 0;
    a->request.question = question;
    a->request.question_len = len;
    for (unsigned long round = 0; round < a->rounds; round++) {
        struct ob_hits hits;
        struct ob_error e = OB_ERROR_INIT;
        double start = cpu_us();
        if (ob_search_run(&hits, &a->request, &e) != 0)
            die(e.message);
        double took = cpu_us() - start;
        least = !round || took < least ? took : least;
        if (a->lists && round + 1 == a->rounds)
            print_list(&hits, question, len);
        ob_hits_release(&hits);
    }
    OB_GROW(a->took_us, a->n, a->cap);
    a->took_us[a->n++] = least;
    if (!a->lists)
        printf("%.0f %.*s\n", least, (int)len, question);
}

static void ask_all(struct asking *a, const char *file)
{
    struct ob_buf text;
    struct ob_error e = OB_ERROR_INIT;
    ob_buf_init(&text, MAX_QUESTIONS);
    if (ob_io_read_file(&text, file, &e) != 0)
        die(e.message);
    for (const char *p = ob_buf_str(&text); *p;) {
        size_t len = strcspn(p, "\n");
        if (len)
            ask(a, p, len);
        p += len + (p[len] == '\n');
    }
    ob_buf_release(&text);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_times(struct asking *a, const char *dir)
{
    if (!a->n)
        die("no question");
    qsort(a->took_us, a->n, sizeof *a->took_us, compare);
    double sum = 0;
    for (size_t i = 0; i < a->n; i++)
        sum += a->took_us[i];
    fprintf(stderr, "%6zu questions, us of CPU: mean %6.0f median %6.0f p99 %6.0f most %6.0f  %s\n",
            a->n, sum / (double)a->n, a->took_us[a->n / 2],
            a->took_us[a->n * 99 / 100 < a->n ? a->n * 99 / 100 : a->n - 1], a->took_us[a->n - 1],
            dir);
}

/* ------------------------------------------------------------ arguments */
static enum ob_search_by by_of(const char *name)
{
    return strcmp(name, "file") == 0      ? OB_BY_FILE
           : strcmp(name, "passage") == 0 ? OB_BY_PASSAGE
                                          : OB_BY_AUTO;
}

int main(int argc, char **argv)
{
    struct asking a = {.rounds = 5, .request = {.limit = 10}};
    for (int c; (c = getopt(argc, argv, "b:n:r:t:l")) != -1;) {
        if (c == 'b')
            a.request.by = by_of(optarg);
        else if (c == 'n')
            a.request.limit = strtoul(optarg, NULL, 10);
        else if (c == 'r')
            a.rounds = strtoul(optarg, NULL, 10);
        else if (c == 't')
            a.threads = strtoul(optarg, NULL, 10);
        else if (c == 'l')
            a.lists = true;
        else
            return 2;
    }
    if (argc - optind != 2 || a.rounds < 1)
        die("usage: asking [-b file|passage|auto] [-n LIMIT] [-r ROUNDS] [-t THREADS] [-l] DIR "
            "QUESTIONS");
    open_dir(&a, argv[optind]);
    ask_all(&a, argv[optind + 1]);
    print_times(&a, argv[optind]);
    close_dir(&a);
    ob_free(a.took_us);
    return 0;
}
