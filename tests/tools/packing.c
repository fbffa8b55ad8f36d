/* packing [-t THREADS] DIR QUESTIONS BUDGET...
 *
 * Indexes DIR, asks what stands in QUESTIONS, one a line, as `ask` does, and packs what was found into each
 * BUDGET (tokens): the spans alone, and with what is added.  Prints for both the sums of sources and
 * tokens, and how many of the names that the spans use, and that their own file defines outside of
 * functions (constants, types, macros), have their definition in the prompt:
 *
 *     BUDGET spans|more QUESTIONS SOURCES TOKENS NAMES GIVEN */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openbook/base/buf.h"
#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/retrieve/search.h"
#include "openbook/text/estimate.h"
#include "openbook/text/outline.h"

#include "../../src/answer/gather.h"
#include "../../src/answer/pack.h"

enum { MAX_QUESTIONS = 64 * 1024 * 1024, GROUP_HITS = 24, MOST_BUDGETS = 8, LEAST_NAME = 3 };

struct totals {
    size_t questions, sources, tokens, names, given;
};

struct name { /* that a span uses */
    const struct ob__page *page;
    uint32_t line; /* where it is defined */
};

struct packing {
    uv_loop_t loop;
    struct ob_shelves *shelves;
    struct ob_shelf *shelf;
    struct ob_search_shelf view;
    size_t budgets[MOST_BUDGETS], n_budgets;
    struct totals totals[MOST_BUDGETS][2]; /* spans alone, more */
    struct name *names;                    /* of one question; owned */
    size_t n_names, cap;
};

static void die(const char *what)
{
    fprintf(stderr, "packing: %s\n", what);
    exit(2);
}

/* ------------------------------------------------------------ the index */
static void on_fresh(int status, void *data)
{
    *(int *)data = status ? -1 : 1;
}

static void open_dir(struct packing *p, const char *dir, unsigned threads)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    struct ob_error e = OB_ERROR_INIT;
    char *path = ob_path_absolute(dir);
    int fresh = 0;
    o.watch = false;
    o.threads = threads;
    if (uv_loop_init(&p->loop) != 0)
        die("no loop");
    p->shelves = ob_shelves_new(&p->loop, &o);
    if (ob_shelf_open(&p->shelf, p->shelves, path, &e) != 0)
        die(e.message);
    ob_free(path);
    ob_shelf_when_fresh(p->shelf, 0, 3600 * 1000, on_fresh, &fresh);
    while (!fresh)
        uv_run(&p->loop, UV_RUN_ONCE);
    if (fresh < 0)
        die("it was not indexed");
    p->view =
        (struct ob_search_shelf){ob_shelf_snapshot(p->shelf, 0), ob_shelf_reader_new(p->shelf, 0),
                                 ob_shelf_root(p->shelf), OB_SHELF_PROJECT};
}

static void on_closed(void *data)
{
    (void)data;
}

static void close_dir(struct packing *p)
{
    ob_snapshot_unref(p->view.snapshot);
    ob_shelf_reader_free(p->view.reader);
    ob_shelf_unref(p->shelf);
    ob_shelves_close(p->shelves, on_closed, NULL);
    uv_run(&p->loop, UV_RUN_DEFAULT);
    uv_loop_close(&p->loop);
}

/* ------------------------------------------------------------ names */
static bool is_letter(unsigned char c)
{
    return c == '_' || c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

static bool uses(const char *text, size_t len, const char *name, size_t n)
{
    const char *end = text + len;
    for (const char *p = text; (p = memmem(p, (size_t)(end - p), name, n)); p++)
        if ((p == text || !is_letter((unsigned char)p[-1])) &&
            (p + n == end || !is_letter((unsigned char)p[n])))
            return true;
    return false;
}

/* Whether code at S may use D by its name alone: it stands outside of S, and in nothing that S is not in. */
static bool is_in_reach(const struct ob_outline *o, const struct ob_def *d,
                        const struct ob__span *s)
{
    if (d->kind == OB_DEF_FUNCTION || d->kind == OB_DEF_HEADING || d->name_len < LEAST_NAME)
        return false;
    if (d->line_1based <= s->last_line && d->end_line_1based >= s->first_line)
        return false;
    for (uint32_t i = d->parent; i != OB_NO_DEF; i = o->defs[i].parent)
        if (o->defs[i].kind == OB_DEF_FUNCTION || o->defs[i].line_1based > s->first_line ||
            o->defs[i].end_line_1based < s->last_line)
            return false;
    return true;
}

static void find_names(struct packing *p, const struct ob__span *s)
{
    struct ob_outline o;
    size_t len;
    const char *text = ob__page_lines(&len, s->page, s->first_line, s->last_line);
    const struct ob_lang *lang = ob_lang_of_path(s->page->path, strlen(s->page->path));
    if (s->kind != OB_KIND_CODE || ob_outline_scan(&o, lang, s->page->text, s->page->len) != 0)
        return;
    for (size_t i = 0; i < o.n_defs; i++) {
        const struct ob_def *d = &o.defs[i];
        if (!is_in_reach(&o, d, s) || !uses(text, len, s->page->text + d->name_start, d->name_len))
            continue;
        OB_GROW(p->names, p->n_names, p->cap);
        p->names[p->n_names++] = (struct name){s->page, d->line_1based};
    }
    ob_outline_release(&o);
}

static bool has_line(const struct ob__packed *packed, const struct name *name)
{
    for (size_t i = 0; i < packed->len; i++)
        if (packed->spans[i].page == name->page && packed->spans[i].first_line <= name->line &&
            packed->spans[i].last_line >= name->line)
            return true;
    return false;
}

/* ------------------------------------------------------------ questions */
static void count(struct packing *p, struct totals *t, const struct ob__packed *packed)
{
    t->questions++;
    t->sources += packed->len;
    t->tokens += packed->tokens;
    t->names += p->n_names;
    for (size_t i = 0; i < p->n_names; i++)
        t->given += has_line(packed, &p->names[i]);
}

static void pack(struct packing *p, struct ob__gather *g, size_t budget)
{
    struct ob__pack_options o = {.budget_tokens = p->budgets[budget],
                                 .tokens_per_cjk = OB_ESTIMATE_CJK_UNKNOWN};
    for (int more = 0; more < 2; more++) {
        struct ob__packed packed;
        for (size_t i = 0; i < g->n_pages; i++)
            g->pages[i].at_hand = !more; /* nothing is added to such a page */
        ob__pack(&packed, &g->arena, g->spans, g->n_spans, &o);
        if (!more) {
            p->n_names = 0;
            for (size_t i = 0; i < packed.len; i++)
                find_names(p, &packed.spans[i]);
        }
        count(p, &p->totals[budget][more], &packed);
    }
}

static void ask(struct packing *p, const char *question, size_t len)
{
    struct ob_hits hits[2];
    struct ob_error e = OB_ERROR_INIT;
    for (int notes = 0; notes < 2; notes++) {
        struct ob_search_request r = {.question = question,
                                      .question_len = len,
                                      .shelves = &p->view,
                                      .n_shelves = 1,
                                      .limit = GROUP_HITS,
                                      .kind = notes ? OB_SEARCH_NOTE : OB_SEARCH_CODE,
                                      .by = OB_BY_PASSAGE};
        if (ob_search_run(&hits[notes], &r, &e) != 0)
            die(e.message);
    }
    struct ob__gather g = {.shelves = &p->view, .groups = {&hits[0], &hits[1]}};
    ob__gather_run(&g);
    for (size_t i = 0; i < p->n_budgets && g.n_spans > 0; i++)
        pack(p, &g, i);
    ob__gather_release(&g);
    ob_hits_release(&hits[0]);
    ob_hits_release(&hits[1]);
}

static void ask_all(struct packing *p, const char *file)
{
    struct ob_buf text;
    struct ob_error e = OB_ERROR_INIT;
    ob_buf_init(&text, MAX_QUESTIONS);
    if (ob_io_read_file(&text, file, &e) != 0)
        die(e.message);
    for (const char *q = ob_buf_str(&text); *q;) {
        size_t len = strcspn(q, "\n");
        if (len)
            ask(p, q, len);
        q += len + (q[len] == '\n');
    }
    ob_buf_release(&text);
}

int main(int argc, char **argv)
{
    static struct packing p;
    unsigned threads = 0;
    for (int c; (c = getopt(argc, argv, "t:")) != -1;) {
        if (c != 't')
            return 2;
        threads = (unsigned)strtoul(optarg, NULL, 10);
    }
    if (argc - optind < 3 || argc - optind > 2 + MOST_BUDGETS)
        die("usage: packing [-t THREADS] DIR QUESTIONS BUDGET...");
    for (int i = optind + 2; i < argc; i++)
        p.budgets[p.n_budgets++] = strtoul(argv[i], NULL, 10);
    open_dir(&p, argv[optind], threads);
    ask_all(&p, argv[optind + 1]);
    for (size_t i = 0; i < 2 * p.n_budgets; i++) {
        const struct totals *t = &p.totals[i / 2][i % 2];
        printf("%zu\t%s\t%zu\t%zu\t%zu\t%zu\t%zu\n", p.budgets[i / 2], i % 2 ? "more" : "spans",
               t->questions, t->sources, t->tokens, t->names, t->given);
    }
    close_dir(&p);
    ob_free(p.names);
    return 0;
}
