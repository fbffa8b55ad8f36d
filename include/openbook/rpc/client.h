/* A client of the server, for the command line and the tests.  Loop thread. */
#ifndef OB_RPC_CLIENT_H
#define OB_RPC_CLIENT_H

#include <stddef.h>

#include <msgpack.h>
#include <uv.h>

#include "openbook/base/error.h"

struct ob_client;

struct ob_client_events {
    /* Events ("ask", "progress"...); PARAMS borrowed for the call. */
    void (*event)(const char *name, const msgpack_object *params, void *data);
    /* The connection is gone; pending calls were answered with OB_ECONNECT before. */
    void (*closed)(void *data);
};

int ob_client_connect(struct ob_client **out, uv_loop_t *loop, const char *path,
                      const struct ob_client_events *events, void *data, struct ob_error *e);
int ob_client_attach_fd(struct ob_client **out, uv_loop_t *loop, int fd,
                        const struct ob_client_events *events, void *data, struct ob_error *e);

/* The one answer to a call: RESULT (borrowed) on 0, else the code and sentence. */
typedef void (*ob_client_reply_cb)(int status, const msgpack_object *result,
                                   const struct ob_error *e, void *data);

/* Sends METHOD with the already packed PARAMS (one msgpack map). */
int ob_client_call(struct ob_client *c, const char *method, const msgpack_sbuffer *params,
                   ob_client_reply_cb cb, void *data, struct ob_error *e);

void ob_client_close(struct ob_client *c);

#endif
