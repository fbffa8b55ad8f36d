/* Server-sent events, as WHATWG's HTML standard describes the stream: bytes in, events out.  Pure;
 * the same events whatever way the bytes are cut. */
#ifndef OB_LLM_SSE_H
#define OB_LLM_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/base/buf.h"

/* TYPE: the event's name, "" without; DATA: NUL-terminated, never empty.  Borrowed.  Nonzero stops
 * the parser, which returns it. */
typedef int (*ob__sse_event_cb)(const char *type, const char *data, size_t len, void *context);

struct ob__sse {
    struct ob_buf line; /* not ended yet */
    struct ob_buf data; /* of the event so far; each line ends in \n */
    char type[64];      /* a longer name is cut */
    bool begun;         /* the byte order mark, if any, is behind us */
    bool after_cr;      /* a \n now belongs to the \r before */
    ob__sse_event_cb event;
    void *context;
};

void ob__sse_init(struct ob__sse *s, ob__sse_event_cb event, void *context);
void ob__sse_release(struct ob__sse *s);

/* Takes LEN more bytes.  0; OB_ETOOBIG for a line or event over 1 MiB; OB_ENOMEM; or what the
 * callback returned.  After an error the parser is not to be fed again. */
int ob__sse_feed(struct ob__sse *s, const char *bytes, size_t len);

/* The stream is over: an event that lacks only its blank line still counts (the standard drops it,
 * but servers forget the line and the last event is the one that says why). */
int ob__sse_end(struct ob__sse *s);

#endif
