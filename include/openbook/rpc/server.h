/* The server: clients on a unix socket or a pair of descriptors, one table of methods.  Loop thread.
 *
 * docs/protocol.md is the manual of what it speaks. */
#ifndef OB_RPC_SERVER_H
#define OB_RPC_SERVER_H

#include <stdbool.h>

#include <uv.h>

#include "openbook/base/error.h"

struct ob_server;

struct ob_server_options {
    const char *state_dir;                /* consents, added shelves; NULL: XDG */
    unsigned idle_exit_s;                 /* without clients; 0: never.  default 900 */
    bool watch;                           /* shelves follow saved files */
    const unsigned short *discover_ports; /* NULL: the known ones */
};
#define OB_SERVER_OPTIONS_INIT                                                                     \
    {                                                                                              \
        NULL, 900, true, NULL                                                                      \
    }

int ob_server_new(struct ob_server **out, uv_loop_t *loop, const struct ob_server_options *o,
                  struct ob_error *e);

/* Listens at PATH (0600, in a directory of ours alone).  A stale socket is replaced; OB_EEXIST when a
 * daemon answers there; OB_EDENIED when another user owns it. */
int ob_server_listen(struct ob_server *s, const char *path, struct ob_error *e);

/* Serves one client on these descriptors (they may be the same); GONE, which may be NULL, when it
 * left. */
int ob_server_attach_fd(struct ob_server *s, int fd_in, int fd_out, void (*gone)(void *data),
                        void *data, struct ob_error *e);

/* Cancels all requests, says goodbye, closes; CLOSED on the loop when all is freed. */
void ob_server_close(struct ob_server *s, void (*closed)(void *data), void *data);

/* Called when the idle time is over or a client asked for the end; the owner then closes. */
void ob_server_on_idle(struct ob_server *s, void (*cb)(void *data), void *data);

/* $OPENBOOK_SOCKET, else RUNTIME/openbook-1.sock.  *OUT: ob_free.  OB_ETOOBIG over 107 bytes. */
int ob_server_default_path(char **out, struct ob_error *e);

#endif
