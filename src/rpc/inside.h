/* What the files of the server share: the server, a session (one client), a request, an ask.
 *
 *     server.c    the socket, who may come in, idle time, the end
 *     session.c   one client: its messages, its shelves and unsaved text, replies and events
 *     methods.c   the table of methods and the short ones
 *     attach.c    attach          find.c   search
 *     update.c    update: unsaved text, whole and in pieces
 *     asks.c      ask, consent, cancel and their events
 *     report.c    status, files, why, index
 *     shelf.c     the shelves that the user added, in every client; shelf
 *     fresh.c     waiting for shelves to be complete
 *     keep.c      shelves that wait for their next client
 *
 * Ownership: the server owns its sessions; a session owns its requests and asks and is freed when its
 * channel is closed and none of them is left. */
#ifndef OB_RPC_INSIDE_H
#define OB_RPC_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "openbook/answer/ask.h"
#include "openbook/files/unsaved.h"
#include "openbook/llm/grant.h"
#include "openbook/llm/http.h"
#include "openbook/rpc/server.h"
#include "openbook/shelf/list.h"
#include "openbook/shelf/shelf.h"

#include "args.h"
#include "channel.h"
#include "pack.h"

struct ob__session;
struct ob__request;
struct ob__ask;
struct ob__draft;
struct ob__fresh;
struct ob__find;

enum { OB__MAX_KEPT = 8 };

struct ob__kept {
    struct ob_shelf *shelf; /* a reference */
    int64_t since_us;
};

struct ob_server {
    uv_loop_t *loop;
    bool watch;
    unsigned idle_exit_s;
    const unsigned short *discover_ports; /* borrowed; NULL: the known ones */
    uv_pipe_t listener;
    char *socket_path; /* owned; NULL while not listening */
    int lock_fd;       /* holds the lock of the path; -1 without */
    uv_timer_t idle;   /* runs while no client is here */
    uv_timer_t flush;  /* sends gathered text of asks, and progress */
    unsigned open_handles;
    struct ob_shelves *shelves;
    struct ob_shelf_list *added; /* what the user added, for every client with a project */
    struct ob_grants *grants;
    struct ob_http *http;
    struct ob_unsaved *unsaved; /* every session's, by absolute path */
    struct ob__session *sessions;
    size_t n_sessions;
    uint64_t next_session, next_ask;
    int64_t started_us;
    struct ob__kept kept[OB__MAX_KEPT];
    struct ob__find *late; /* searches that were answered for, but still wait for a disk */
    void (*on_idle)(void *data);
    void *on_idle_data;
    bool closing;
    void (*closed)(void *data);
    void *closed_data;
};

struct ob__session {
    struct ob_server *server;
    struct ob__session *prev, *next;
    uint64_t id; /* the client's name for shelves, from 1 */
    struct ob__channel channel;
    bool dead;   /* the channel is closed */
    bool ending; /* its requests are being ended: not to be freed yet */
    bool attached, nvim;
    struct ob_shelf *shelves[OB_RPC_MAX_SHELVES]; /* a reference each */
    enum ob_shelf_kind kinds[OB_RPC_MAX_SHELVES]; /* what each is to this client */
    size_t n_shelves, n_own; /* its own first: what it attached with; then the added ones */
    bool takes_added;
    struct ob_arena config; /* holds project and model */
    const char *project;    /* root that consent is for; "" without one */
    struct ob_model_config model;
    bool has_model;
    struct ob__request *requests;
    size_t n_requests;
    struct ob__ask *asks;
    size_t n_asks, n_unsaved;
    struct ob__draft *drafts; /* unsaved texts of which pieces are still to come */
    size_t n_drafts;
    struct ob__fresh *waits;
    void (*gone)(void *data); /* the owner of descriptors wants to know; may be NULL */
    void *gone_data;
};

/* A method of the table in methods.c.  RUN answers R exactly once, now or later. */
struct ob__method {
    const char *name;
    void (*run)(struct ob__request *r, struct ob__args *args);
    bool attached; /* only for attached clients */
    const char *doc;
};

/* One call that wants an answer, or a notification that wants none. */
struct ob__request {
    struct ob__session *session;
    struct ob__request *prev, *next;
    const struct ob__method *method;
    uint64_t id;
    bool is_request; /* answered by a response, else by the event `reply` */
    bool silent;     /* a notification without an id */
};

/* ---- session.c */
struct ob__session *ob__session_new(struct ob_server *s);
int ob__session_open(struct ob__session *c, int fd_in, int fd_out, struct ob_error *e);
int ob__session_accept(struct ob__session *c, uv_stream_t *listener);
void ob__session_bye(struct ob__session *c, const char *reason);
/* Frees C when nothing of it is left. */
void ob__session_settle(struct ob__session *c);
/* Lets go of all shelves, to the server's keep. */
void ob__session_drop_shelves(struct ob__session *c);
/* The shelf of C that holds PATH (absolute), the deepest; *RELATIVE in ARENA.  NULL: none. */
struct ob_shelf *ob__session_shelf_of(struct ob__session *c, const char *path,
                                      struct ob_arena *arena, const char **relative,
                                      size_t *position);

/* Begins an event: head and name are packed, the payload is next. */
void ob__event_begin(struct ob__session *c, struct ob__pack *p, const char *name);
/* Sends it; one that is over a limit is logged and dropped (false). */
bool ob__event_send(struct ob__session *c, struct ob__pack *p);

/* Begins the answer to R: the result is next. */
void ob__reply_begin(struct ob__request *r, struct ob__pack *p);
/* Sends it and frees R. */
void ob__reply_send(struct ob__request *r, struct ob__pack *p);
void ob__reply_fail(struct ob__request *r, const struct ob_error *e);
void ob__reply_empty(struct ob__request *r);

extern const struct ob__method ob__methods[];
const struct ob__method *ob__method_find(const char *name, size_t len);

/* ---- fresh.c */
typedef void (*ob__fresh_cb)(int status, void *data);
/* Calls CB once when the N SHELVES are complete for C, or timeout_ms later (both 0), or with
 * OB_ECANCELED when C's client leaves.  With nothing to wait for CB is called at once. */
void ob__fresh_wait(struct ob__session *c, struct ob_shelf *const *shelves, size_t n,
                    unsigned timeout_ms, ob__fresh_cb cb, void *data);
void ob__fresh_abandon(struct ob__session *c);

/* ---- update.c */
void ob__drafts_clear(struct ob__session *c);

/* ---- keep.c */
void ob__keep_put(struct ob_server *s, struct ob_shelf *shelf); /* takes the reference */
void ob__keep_clear(struct ob_server *s);

/* ---- asks.c */
void ob__asks_cancel(struct ob__session *c);
void ob__asks_flush(struct ob__session *c);

/* ---- report.c */
void ob__report_progress(struct ob_shelf *shelf, void *server);

/* ---- shelf.c */
/* Gives every client that takes them the added shelves that the list has now, and no others. */
void ob__shelf_tell_all(struct ob_server *s);
/* The key `problems`: what is wrong with the list's file. */
void ob__shelf_pack_problems(struct ob__pack *p, const struct ob_server *s);

/* ---- server.c */
/* One of the handles that s->open_handles counts is closed; the last one frees the server. */
void ob__server_handle_gone(struct ob_server *s);
void ob__server_session_gone(struct ob_server *s);
/* Sends the gathered text of asks soon. */
void ob__server_flush_soon(struct ob_server *s);
/* Asks the owner to close the server. */
void ob__server_leave(struct ob_server *s);

/* ---- the methods */
void ob__method_ask(struct ob__request *r, struct ob__args *a);
void ob__method_attach(struct ob__request *r, struct ob__args *a);
void ob__method_cancel(struct ob__request *r, struct ob__args *a);
void ob__method_consent(struct ob__request *r, struct ob__args *a);
void ob__method_files(struct ob__request *r, struct ob__args *a);
void ob__method_index(struct ob__request *r, struct ob__args *a);
void ob__method_models(struct ob__request *r, struct ob__args *a);
void ob__method_search(struct ob__request *r, struct ob__args *a);
void ob__method_shelf(struct ob__request *r, struct ob__args *a);
void ob__method_status(struct ob__request *r, struct ob__args *a);
void ob__method_update(struct ob__request *r, struct ob__args *a);
void ob__method_why(struct ob__request *r, struct ob__args *a);

/* Answers R with the error that stuck to A. */
void ob__reply_bad_args(struct ob__request *r, const struct ob__args *a);

/* Reads the key `context` of A for a search or an ask; texts are copied to ARENA. */
void ob__read_context(struct ob_search_context *out, struct ob__session *c, struct ob__args *a,
                      struct ob_arena *arena);

#endif
