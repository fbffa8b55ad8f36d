/* Following one small file by its name, whatever is on the way: links, replaced links, folders that come
 * and go.  Loop thread.  The way is looked up by a thread of whoever follows (ob_places_find): its disk may
 * hang. */
#ifndef OB_RPC_FOLLOW_H
#define OB_RPC_FOLLOW_H

#include <stdbool.h>

#include <uv.h>

#include "openbook/base/places.h"

struct ob__follow {
    uv_fs_event_t events[OB_PLACES_MAX]; /* one for each place's directory */
    struct ob_place places[OB_PLACES_MAX];
    size_t n;   /* of both */
    bool doubt; /* something happened since the way was looked up */
    void (*changed)(void *data);
    void *data;
    bool warned;
};

/* CHANGED: what can be read, or the way to it, may be another; then look it up, read, and call
 * ob__follow_take.  OB_PLACES_MAX handles are open. */
void ob__follow_init(struct ob__follow *f, uv_loop_t *loop, void (*changed)(void *data),
                     void *data);

/* Follows the way to FILE that is PLACES (N of them, which are taken over) from now on.  True: some of it
 * was not followed before as it is now, so that the file should be read once more.  A place that cannot be
 * followed is tried again by the next call. */
bool ob__follow_take(struct ob__follow *f, const char *file, struct ob_place *places, size_t n);

/* CLOSED is called once for each handle, whose data is DATA then. */
void ob__follow_close(struct ob__follow *f, uv_close_cb closed, void *data);

#endif
