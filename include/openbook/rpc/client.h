/* A client of the server, for the command line and the tests.  Loop thread. */
#ifndef OB_RPC_CLIENT_H
#define OB_RPC_CLIENT_H

#include <msgpack.h>
#include <uv.h>

#include "openbook/base/error.h"

struct ob_client;

struct ob_client_events {
    /* Events ("ask", "progress"...); NAME and PARAMS are borrowed for the call.  May be NULL. */
    void (*event)(const char *name, const msgpack_object *params, void *data);
    /* The connection is gone, and the client is freed when this returns; calls without an answer were
     * answered before.  May be NULL. */
    void (*closed)(void *data);
};

/* Connects to the daemon whose socket is PATH; does not wait.  EVENTS (may be NULL) are copied.  OB_ECONNECT
 * when nobody answers, OB_EBUSY when too many wait already, OB_EDENIED for the daemon of another user,
 * OB_ETOOBIG for a path over 107 bytes, OB_EIO.  On success *OUT frees itself, after `closed`. */
int ob_client_connect(struct ob_client **out, uv_loop_t *loop, const char *path,
                      const struct ob_client_events *events, void *data, struct ob_error *e);

/* The same over the connected socket FD, which is closed with the client, also after an error: OB_EINVAL
 * when it is none, OB_EIO. */
int ob_client_attach_fd(struct ob_client **out, uv_loop_t *loop, int fd,
                        const struct ob_client_events *events, void *data, struct ob_error *e);

/* The one answer to a call: RESULT (borrowed for the call) on 0, else the code and sentence that the server
 * sent, OB_ECONNECT when it went before it answered, or OB_ECANCELED after ob_client_close. */
typedef void (*ob_client_reply_cb)(int status, const msgpack_object *result,
                                   const struct ob_error *e, void *data);

/* Sends METHOD with the already packed PARAMS (one msgpack map, borrowed).  Returns an error and never calls
 * back (OB_ECONNECT on a closing connection, OB_ETOOBIG, OB_ENOMEM), or 0; then CB follows exactly once, never
 * before this returns. */
int ob_client_call(struct ob_client *c, const char *method, const msgpack_sbuffer *params,
                   ob_client_reply_cb cb, void *data, struct ob_error *e);

/* Closes the connection; `closed` follows from the loop.  Idempotent until then. */
void ob_client_close(struct ob_client *c);

#endif
