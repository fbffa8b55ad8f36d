/* What the files hold on a question: the shelves take in what is known, two searches rank code and
 * notes apart, and the files that were found are read once more.  Where one of them changed since it
 * was searched, all of it is done a second time, and no third.  Loop thread; the work is workers'. */
#ifndef OB_ANSWER_EVIDENCE_H
#define OB_ANSWER_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "openbook/base/arena.h"
#include "openbook/base/buf.h"
#include "openbook/base/error.h"
#include "openbook/retrieve/search.h"

#include "gather.h"

struct ob__evidence_request {
    const char *question; /* this and what CONTEXT points to must live until the release */
    size_t question_len;
    struct ob_search_context context;
    struct ob_shelf *const *shelves; /* a reference each is taken */
    const enum ob_shelf_kind *kinds; /* what each is to who asks; copied.  NULL: projects */
    size_t n_shelves;                /* with none, nothing is found */
    uint64_t client;                 /* whose unsaved text counts */
    unsigned fresh_ms;               /* wait so long for the shelves */
};

struct ob__evidence_events {
    void (*phase)(const char *phase, void *data); /* "searching"; never inside a function below */
    /* Exactly once for each start or reading, never before that returned.  E: NULL with STATUS 0.
     * The evidence may be released in it. */
    void (*done)(int status, const struct ob_error *e, void *data);
};

enum ob__evidence_state {
    OB__EVIDENCE_IDLE,   /* nothing runs */
    OB__EVIDENCE_FRESH,  /* the shelves take in what is known */
    OB__EVIDENCE_SEARCH, /* two searches run on workers */
    OB__EVIDENCE_READ    /* a worker reads what they found */
};

struct ob__evidence;

struct ob__evidence_search { /* one of the two */
    struct ob__evidence *evidence;
    struct ob_search_request request;
    struct ob_hits hits;
};

struct ob__evidence {
    /* After done with 0: */
    struct ob__gather gather; /* its spans, best first */
    double coverage_01;       /* share of the question that the best passage holds */
    bool behind;              /* a shelf was not complete in time */
    /* private */
    enum ob__evidence_state state;
    uv_loop_t *loop;
    struct ob__evidence_request request;
    struct ob__evidence_events events;
    void *data;
    struct ob_shelf **shelves; /* references */
    enum ob_shelf_kind *kinds;
    struct ob_search_shelf *views; /* of one round */
    struct ob__evidence_search searches[2];
    unsigned rounds_left;
    size_t pending; /* callbacks that will still come; the state ends with the last */
    int status;     /* what it ends with, once that is known */
    struct ob_error error;
};

/* E, zeroed, is for one question.  ARENA must live as long. */
void ob__evidence_init(struct ob__evidence *e, uv_loop_t *loop, struct ob_arena *arena,
                       const struct ob__evidence_request *request,
                       const struct ob__evidence_events *events, void *data);

/* 0 and done follows, or OB_EFAIL and it does not. */
int ob__evidence_start(struct ob__evidence *e);

/* After a done with 0: reads the files that were found as they are now, and searches no more.  Spans
 * taken before are gone.  As ob__evidence_start. */
int ob__evidence_read(struct ob__evidence *e);

/* done follows with OB_ECANCELED when the workers have let go.  Idempotent; nothing while idle. */
void ob__evidence_cancel(struct ob__evidence *e);

/* Appends the names near to what was asked when nothing was found: those of code, then those of notes. */
void ob__evidence_nearest(struct ob_buf *out, const struct ob__evidence *e);

/* After a search: whether no file is indexed or unsaved, and none is being read; *LEFT_OUT: how many files
 * and folders are there but left out.  False without shelves. */
bool ob__evidence_is_void(size_t *left_out, const struct ob__evidence *e);

/* While idle. */
void ob__evidence_release(struct ob__evidence *e);

#endif
