/* A channel: whole, pre-scanned messages in, packed bytes out, over a socket or two descriptors.
 * Both ends use it, the server's sessions and the client.  Loop thread.
 *
 * Back-pressure: while the other side leaves OB_RPC_PAUSE_QUEUED_OUT bytes unread nothing is read
 * from it; over OB_RPC_MAX_QUEUED_OUT it is dropped. */
#ifndef OB_RPC_CHANNEL_H
#define OB_RPC_CHANNEL_H

#include <stdbool.h>

#include <msgpack.h>
#include <uv.h>

#include "openbook/base/buf.h"
#include "openbook/base/error.h"
#include "openbook/files/unsaved.h"

#include "scan.h"

/* What the first value of a message of msgpack-rpc says that it is. */
enum ob__message_type { OB__REQUEST = 0, OB__RESPONSE = 1, OB__NOTIFICATION = 2 };

struct ob__channel_events {
    /* One decoded message, borrowed for the call. */
    void (*message)(const msgpack_object *message, void *data);
    /* The other side broke a limit; HEAD holds what came of the message.  The owner may still send;
     * the channel closes when this returns. */
    void (*refused)(const char *reason, const struct ob_buf *head, void *data);
    /* The other side went away or was dropped: WHY.  The channel is closing already.  Not called
     * after ob__channel_close. */
    void (*lost)(const char *why, void *data);
    /* All handles are closed: the memory may go.  Always the last call. */
    void (*closed)(void *data);
};

struct ob__channel {
    uv_pipe_t in, out; /* out is unused when both directions share one descriptor */
    uv_timer_t resume; /* goes on with messages that came before a pause */
    bool two_ways;     /* out is in use */
    unsigned open_handles;
    bool reading, closing;
    bool held;           /* no message is handed up */
    bool again;          /* the one that is being handed up comes again */
    struct ob_buf inbox; /* bytes not yet dispatched */
    size_t scanned;      /* of them, seen by the scanner: the front of a message */
    struct ob__scan scan;
    size_t message_at, message_len; /* in the inbox, while one is handed up */
    bool kept;                      /* its bytes belong to a text now, the inbox has what follows */
    size_t queued_out;              /* bytes written and not yet taken by the system */
    const struct ob__channel_events *events;
    void *data;
};

/* Takes FD_IN and FD_OUT (equal: one socket); they are closed with the channel.  OB_EINVAL for what is
 * neither pipe nor socket; also after an error closed() follows from the loop and ends C's life. */
int ob__channel_open(struct ob__channel *c, uv_loop_t *loop, int fd_in, int fd_out,
                     const struct ob__channel_events *events, void *data, struct ob_error *e);

/* Takes the connection that waits at LISTENER; 0 or OB_EIO, and closed() as above. */
int ob__channel_accept(struct ob__channel *c, uv_stream_t *listener,
                       const struct ob__channel_events *events, void *data);

/* Starts to read.  Messages come from the loop, never from within this call. */
void ob__channel_start(struct ob__channel *c);

/* Sends and empties BYTES; nothing happens on a closing channel. */
void ob__channel_send(struct ob__channel *c, struct ob_buf *bytes);

/* True when the other side is slow: what can be left out should be. */
bool ob__channel_is_slow(const struct ob__channel *c);

/* Hands up no further message until ob__channel_go_on; what comes meanwhile waits here, up to one
 * message, and in the system's buffer.  Nothing is noticed of the other side's end. */
void ob__channel_hold(struct ob__channel *c);
void ob__channel_go_on(struct ob__channel *c);

/* Within a call of message() that held the channel: the same message is handed up again afterwards. */
void ob__channel_again(struct ob__channel *c);

/* Within a call of message(): TEXT (LEN bytes), a string of it, as a text, a reference for the caller.  A long
 * one is not copied, the message's bytes are kept with it; all else of the message stays valid until the
 * call of message() returns. */
struct ob_text *ob__channel_text(struct ob__channel *c, const char *text, size_t len);

/* Closes; closed() follows from the loop.  Idempotent. */
void ob__channel_close(struct ob__channel *c);

#endif
