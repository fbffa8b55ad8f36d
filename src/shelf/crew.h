/* Reading and analysing files, on one thread or on several. */
#ifndef OB_SHELF_CREW_H
#define OB_SHELF_CREW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openbook/base/map.h"
#include "openbook/files/root.h"
#include "openbook/files/walk.h"
#include "openbook/index/doc.h"

#include "pause.h"

/* One file to look at; the lower half is what was found. */
struct ob__item {
    char *path; /* owned */
    bool was_indexed;
    uint64_t old_hash; /* then */

    enum ob_skip reason;
    struct ob_file_stat stat; /* of the file that was read; as it came in where none was opened */
    uint64_t text_hash;
    bool racy;
    struct ob_doc *doc; /* owned; NULL: skipped, or the text is the old one */
};

struct ob__crew {
    struct ob_root *root;
    size_t max_file_bytes;
    unsigned threads;            /* at least 1 */
    const struct ob_map64 *left; /* hash of a text -> struct ob_doc * that just left the index */
    const atomic_bool *stop;     /* set: leave after the file at hand */
    struct ob__pause *pause;     /* looked at before each file; NULL: none */
    atomic_size_t *files_done;   /* counted up */
    atomic_size_t *renamed;      /* counted up for each file that was only moved */
    atomic_llong *cpu_us;        /* CPU time is added here */
};

/* Called on the thread that runs the crew with N finished items, each once, in no order.  Whatever
 * it leaves in an item is released by the caller of ob__crew_run. */
typedef void (*ob__crew_cb)(struct ob__item *const *items, size_t n, void *data);

/* Looks at every item and hands them back in batches that grow, so that queries see the first files
 * soon and the index still gets few large batches.  Blocks; false when it was told to stop. */
bool ob__crew_run(const struct ob__crew *crew, struct ob__item *items, size_t n, ob__crew_cb cb,
                  void *data);

/* Gives way to whoever types: lowers the priority of the calling thread, which leaves the last descriptors
 * to others (ob_io_be_modest). */
void ob__thread_be_nice(void);

#endif
