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
    const char *state_dir; /* of consents and added shelves, copied; NULL: ob_dir_state's */
    unsigned idle_exit_s;  /* how long without clients until ob_server_on_idle; 0: for ever */
    bool watch;            /* shelves follow saved files */
    /* Ports on this machine that are asked for a model server, 0-terminated, at most 8; borrowed until the
     * close.  NULL: the known ones. */
    const unsigned short *discover_ports;
};
#define OB_SERVER_OPTIONS_INIT                                                                     \
    {                                                                                              \
        NULL, 900, true, NULL                                                                      \
    }

/* Waits for no disk: what is kept is read by threads.  OB_EFAIL or OB_ENOMEM when libcurl cannot start.  *OUT is for
 * ob_server_close. */
int ob_server_new(struct ob_server **out, uv_loop_t *loop, const struct ob_server_options *o,
                  struct ob_error *e);

/* Listens at PATH (0600, in a directory of ours alone), once.  A stale socket is replaced.  OB_EEXIST when a
 * daemon answers there, or something that is no socket is in the way; OB_EDENIED when the directory or the
 * socket is another user's or the directory is open to others; OB_ENOTFOUND without the directory;
 * OB_ETOOBIG for a path over 107 bytes; OB_EIO.
 * A daemon that is ending is waited for, a second at most. */
int ob_server_listen(struct ob_server *s, const char *path, struct ob_error *e);

/* Serves one client on these descriptors, pipes or sockets (they may be the same); they are closed with the
 * client, also after an error: OB_EINVAL for what is neither, OB_EIO.  GONE (may be NULL) on the loop when the
 * client has left; not after an error. */
int ob_server_attach_fd(struct ob_server *s, int fd_in, int fd_out, void (*gone)(void *data),
                        void *data, struct ob_error *e);

/* Cancels all requests, says goodbye, closes; CLOSED (may be NULL) on the loop when all is freed, S too.
 * Idempotent until then. */
void ob_server_close(struct ob_server *s, void (*closed)(void *data), void *data);

/* CB is called when the idle time is over or a client asked for the end; the owner then closes. */
void ob_server_on_idle(struct ob_server *s, void (*cb)(void *data), void *data);

/* $OPENBOOK_SOCKET if it is absolute, else openbook-1.sock (1 is the protocol's version) in ob_dir_runtime's
 * directory, which is made.  *OUT: ob_free.  OB_ETOOBIG over 107 bytes; else as ob_dir_runtime. */
int ob_server_default_path(char **out, struct ob_error *e);

#endif
