/* A shelf on a folder of the test's own: every wait runs the loop until a condition holds, or fails by
 * its deadline.  Static functions, for one test program. */
#ifndef OB_TESTS_SHELF_PROJECT_H
#define OB_TESTS_SHELF_PROJECT_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "openbook/base/clock.h"
#include "openbook/base/hash.h"
#include "openbook/base/mem.h"
#include "openbook/shelf/shelf.h"

#include "../loop.h"
#include "test.h"

static uv_loop_t loop;
static struct ob_shelves *shelves;
static struct ob_shelf *shelf;

/* ------------------------------------------------------------ running the loop */
static inline void run_until(bool (*holds)(void *data), void *data, const char *what)
{
    loop_until(&loop, holds, data, what);
}

struct wait {
    int calls, status;
};

static inline void on_fresh(int status, void *data)
{
    struct wait *w = data;
    w->calls++;
    w->status = status;
}

static inline bool was_called(void *data)
{
    return ((struct wait *)data)->calls > 0;
}

static inline void wait_fresh(uint64_t client)
{
    struct wait w = {0};
    ob_shelf_when_fresh(shelf, client, DEADLINE_MS, on_fresh, &w);
    CHECK_INT(w.calls, 0);
    run_until(was_called, &w, "freshness");
    CHECK_INT(w.calls, 1);
    CHECK_INT(w.status, 0);
}

/* ------------------------------------------------------------ a project */
static inline void open_with(const char *root, const struct ob_shelf_options *o)
{
    struct ob_error e = OB_ERROR_INIT;
    CHECK_INT(uv_loop_init(&loop), 0);
    shelves = ob_shelves_new(&loop, o);
    if (ob_shelf_open(&shelf, shelves, root, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
}

static inline const char *project(void)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/project", test_scratch);
    if (mkdir(path, 0700) != 0)
        CHECK(access(path, F_OK) == 0);
    return path;
}

static inline void open_project(void)
{
    struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
    open_with(project(), &o);
    wait_fresh(0);
}

static inline void on_closed(void *data)
{
    *(bool *)data = true;
}

static inline bool is_set(void *data)
{
    return *(bool *)data;
}

static inline void close_all(void)
{
    bool closed = false;
    ob_shelf_unref(shelf);
    ob_shelves_close(shelves, on_closed, &closed);
    CHECK(!closed);
    run_until(is_set, &closed, "closing");
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK_INT(uv_loop_close(&loop), 0);
}

static inline const char *in_project(const char *name)
{
    return test_path("project/%s", name);
}

static inline void save(const char *name, const char *text)
{
    char inside[512];
    snprintf(inside, sizeof inside, "project/%s", name);
    test_write_file(inside, text);
}

/* Whether CLIENT's view of NAME is TEXT (NULL: it has none). */
struct seen {
    uint64_t client;
    const char *name, *text;
};

static inline bool is_seen(void *data)
{
    struct seen *s = data;
    struct ob_snapshot *snapshot = ob_shelf_snapshot(shelf, s->client);
    const struct ob_doc *doc = ob_snapshot_doc(snapshot, s->name);
    bool same =
        !doc ? !s->text : s->text && ob_doc_text_hash(doc) == ob_hash(s->text, strlen(s->text));
    ob_snapshot_unref(snapshot);
    return same;
}

static inline bool sees(uint64_t client, const char *name, const char *text)
{
    return is_seen(&(struct seen){client, name, text});
}

static inline void wait_seen(uint64_t client, const char *name, const char *text)
{
    run_until(is_seen, &(struct seen){client, name, text}, name);
}

/* Asks until NAME is TEXT, as questions do: what no event tells is looked at by the clock. */
static inline void ask_until(const char *name, const char *text)
{
    int64_t end_us = ob_clock_us() + DEADLINE_MS * 1000;
    while (!sees(0, name, text) && ob_clock_us() < end_us)
        wait_fresh(0);
    CHECK(sees(0, name, text));
}

static inline void type(uint64_t client, const char *name, const char *text)
{
    struct ob_text *t = text ? ob_text_new(text, strlen(text)) : NULL;
    ob_shelf_set_unsaved(shelf, client, name, t);
    if (t)
        ob_text_unref(t);
}

static inline size_t files(void)
{
    struct ob_shelf_status status;
    ob_shelf_status(&status, shelf);
    return status.index.files;
}

#endif
