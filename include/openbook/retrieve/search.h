/* Search: a question on snapshots of shelves, to ranked spans with snippets.
 *
 * ob_search_run is synchronous and pure but for reading the files it shows: call it on a worker
 * (ob_search_start does). */
#ifndef OB_RETRIEVE_SEARCH_H
#define OB_RETRIEVE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "openbook/base/error.h"
#include "openbook/shelf/shelf.h"
#include "openbook/text/lang.h"

enum ob_search_kind { OB_SEARCH_ALL, OB_SEARCH_CODE, OB_SEARCH_NOTE };

enum ob_search_by {
    OB_BY_AUTO,   /* the program chooses: files for code, headed sections for notes, two groups */
    OB_BY_FILE,   /* the best passage of each file first */
    OB_BY_PASSAGE /* passages on equal terms, as a prompt takes them */
};

/* What a shelf is to who asks; one person's notes are another one's project. */
enum ob_shelf_kind { OB_SHELF_PROJECT, OB_SHELF_NOTES };

/* One shelf as the question sees it.  Borrowed by the request. */
struct ob_search_shelf {
    struct ob_snapshot *snapshot;
    struct ob_shelf_reader *reader;
    const char *root; /* absolute */
    enum ob_shelf_kind kind;
};

enum { OB_OPEN_FILES_MAX = 32 };

struct ob_open_file { /* in the editor */
    size_t shelf;     /* index into the request's shelves */
    const char *path; /* relative to its root */
};

/* Text at hand: what the question is about; and what else is open, which is likelier to be meant. */
struct ob_search_context {
    const char *path; /* relative path on shelf `shelf`, or NULL for an unnamed buffer */
    size_t shelf;
    const char *text; /* the selection or buffer; NULL: none */
    size_t text_len;
    uint32_t first_line, last_line;  /* 1-based in the file; 0: the whole */
    const struct ob_open_file *open; /* the one used last first; further ones than OB_OPEN_FILES_MAX
                                        are not looked at */
    size_t n_open;
};

struct ob_search_request {
    const char *question; /* UTF-8; may be empty when there is a context */
    size_t question_len;  /* at most OB_QUESTION_MAX; longer is cut */
    const struct ob_search_shelf *shelves;
    size_t n_shelves;
    size_t limit; /* 1..OB_SEARCH_LIMIT_MAX */
    enum ob_search_kind kind;
    enum ob_search_by by;
    bool explain; /* fill features */
    struct ob_search_context context;
};

enum { OB_QUESTION_MAX = 128 * 1024, OB_SEARCH_LIMIT_MAX = 200, OB_SNIPPET_MAX = 400 };

struct ob_feature {
    const char *name;   /* static */
    double value, part; /* part = weight * value */
};

struct ob_hit {
    size_t shelf;                   /* index into the request's shelves */
    const char *path;               /* relative to its root */
    uint32_t first_line, last_line; /* 1-based, inclusive */
    double score;                   /* log-odds scale, comparable within one answer */
    bool pinned; /* a path or line that was asked for, or what the text at hand uses: no matter of
                    weights */
    enum ob_kind kind;  /* code, note, config, other */
    const char *symbol; /* enclosing definition or heading trail "A > B", or "" */
    /* The line that answers best, trimmed, at most OB_SNIPPET_MAX bytes; of a long one, "…" and what stands
       around the word at snippet_column. */
    const char *snippet;
    uint32_t snippet_line;   /* 1-based */
    uint32_t snippet_column; /* 1-based byte column of the first matching word, for --vimgrep */
    const struct ob_feature *features; /* when explain */
    size_t n_features;
};

/* All memory of an answer is its own and dies with it. */
struct ob_hits {
    struct ob_hit *items;
    size_t len;
    double
        coverage_01; /* idf-weighted share of the question that the best passage holds; of a pasted
                               trace, all of its places that are shown; at least a half where a line that
                               was asked for is shown, or a file that a paste names */
    int64_t took_us; /* from the question's bytes to finished spans and snippets */
    const char *nearest;    /* when nothing is found: nearest names, or "" */
    struct ob_arena *arena; /* private */
};

/* Fills OUT (release it also after an error).  Finding nothing is not an error. */
int ob_search_run(struct ob_hits *out, const struct ob_search_request *r, struct ob_error *e);
void ob_hits_release(struct ob_hits *h);

/* The same on a worker.  Everything R points to must live until CB, which is called once on the loop
 * and owns HITS (release it).  STATUS: 0 or a negative code. */
typedef void (*ob_search_cb)(int status, struct ob_hits *hits, const struct ob_error *e,
                             void *data);
int ob_search_start(uv_loop_t *loop, const struct ob_search_request *r, ob_search_cb cb,
                    void *data);

#endif
