/* What the files of the server share: the server, a session (one client), a request, an ask.
 *
 *     server.c    the socket, who may come in, idle time, the end
 *     session.c   one client: its messages, its shelves and unsaved text, replies and events
 *     methods.c   the table of methods and the short ones
 *     attach.c    attach          find.c   search
 *     looks.c     looking at folders, which may hang
 *     links.c     where the folders of files lead to
 *     update.c    update: unsaved text, whole and in pieces (rope.c)
 *     asks.c      ask, consent, cancel and their events
 *     report.c    status, files, why, index
 *     listed.c    reading the list of the shelves that the user added, and following its file (follow.c)
 *     added.c     those shelves, in every client
 *     shelf.c     shelf: adds, removes and lists them
 *     args.c      reading the parameters of a method (object.c: single values)
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

#include "openbook/base/turns.h"
#include "openbook/files/root.h"
#include "openbook/files/unsaved.h"
#include "openbook/llm/chat.h"
#include "openbook/llm/grant.h"
#include "openbook/llm/http.h"
#include "openbook/retrieve/search.h"
#include "openbook/rpc/server.h"
#include "openbook/shelf/list.h"
#include "openbook/shelf/shelf.h"

#include "args.h"
#include "channel.h"
#include "follow.h"
#include "pack.h"

struct ob__session;
struct ob__request;
struct ob__ask;
struct ob__draft;
struct ob__fresh;
struct ob__find;
struct ob__link;
struct ob__list_round;
struct ob__list_wait;
struct ob__look;
struct ob__renewal;

enum {
    OB__MAX_KEPT = 8,
    OB__LATE_MS = 3000,      /* what takes longer hangs, for the one who waits for it */
    OB__LATE_NOTES_MS = 1500 /* likewise for folders beside a project: it is not kept waiting */
};

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
    char *socket_path;             /* owned; NULL while not listening */
    int lock_fd;                   /* holds the lock of the path; -1 without */
    uv_timer_t idle;               /* runs while no client is here */
    uv_timer_t flush;              /* sends gathered text of asks, and progress */
    struct ob__follow list_follow; /* the added shelves' file */
    uv_timer_t list_settles;       /* until the file is whole */
    struct ob_turns turns;
    unsigned open_handles;
    struct ob_shelves *shelves;
    struct ob_shelf_list *added;       /* what the user added, for every client with a project */
    struct ob__list_round *list_round; /* of reading it, that goes on; NULL: none */
    struct ob__list_wait *list_waits;
    uint64_t list_rounds; /* that have ended */
    bool list_hangs;      /* the round is late */
    bool list_stale;      /* another round is wanted, though nobody waits */
    bool list_changed;    /* and the clients were not told yet */
    bool grants_unread;   /* the file of grants is being read for the first time */
    struct ob_grants *grants;
    struct ob_http *http;
    struct ob_unsaved *unsaved; /* every session's, by absolute path */
    struct ob__session *sessions;
    size_t n_sessions;
    bool refuses; /* the last client that came, for want of descriptors */
    uint64_t next_session, next_ask;
    int64_t started_us;
    struct ob__kept kept[OB__MAX_KEPT];
    struct ob__find *late;  /* searches that were answered for, but still wait for a disk */
    struct ob__look *looks; /* at folders, that have not ended */
    size_t n_late_looks;    /* of all threads that ask a disk, those that hang */
    struct ob__link *links; /* folders, and where they lead to */
    size_t n_links;
    struct ob__renewal *renewal; /* of all clients' added shelves; NULL: none goes on */
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
    bool one_file_system;   /* of all its shelves: ob_root_confine */
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
    const char *late_notes[OB_RPC_MAX_SHELVES]; /* in config; notes that hung when it attached */
    size_t n_late_notes;
    bool awaits_links;           /* its message waits for what links.c looks up */
    void (*abandon)(void *data); /* ends the call that holds the messages; NULL: none does */
    void *abandon_data;
    void (*gone)(void *data); /* the owner of descriptors wants to know; may be NULL */
    void *gone_data;
};

/* A method of the table in methods.c.  RUN answers R exactly once, now or later. */
struct ob__method {
    const char *name;
    void (*run)(struct ob__request *r, struct ob__args *args);
    bool attached; /* only for attached clients */
    bool paths;    /* its parameters name files */
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
/* No message of C is taken until ob__session_go_on: the call at hand changes what they are about.  If C's
 * client leaves before, ABANDON is called once, which answers the call. */
void ob__session_hold(struct ob__session *c, void (*abandon)(void *data), void *data);
void ob__session_go_on(struct ob__session *c);
/* Lets go of all shelves, to the server's keep. */
void ob__session_drop_shelves(struct ob__session *c);

/* The shelf on ROOT, or on that part of it which lies on its own file system; as ob_shelf_open_root. */
int ob__server_open_shelf(struct ob_shelf **out, struct ob_server *s, struct ob_root *root,
                          bool one_file_system, struct ob_error *e);
/* Whether a shelf of C holds PATH, as it is written. */
bool ob__session_has(struct ob__session *c, const char *path);
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

/* ---- looks.c */
enum ob__spot_kind {
    OB__SPOT_FOLDER,  /* the folder at the path, as it is */
    OB__SPOT_EXACT,   /* that, or the folder of the file at the path */
    OB__SPOT_PROJECT, /* the project that the path lies in */
};

/* A folder that is to be a shelf, and what was found there. */
struct ob__spot {
    const char *path; /* absolute; borrowed */
    enum ob__spot_kind kind;
    bool must;            /* nothing can be done without it */
    struct ob_root *root; /* a reference; NULL: E says why */
    bool marked;          /* a project that is a repository */
    bool hung;            /* it does not answer */
    struct ob_error e;
};

struct ob__survey { /* a member of what waits for it */
    struct ob_server *server;
    struct ob__spot *spots; /* borrowed, with what they borrow, until it is done or canceled */
    size_t n, waiting;
    void (*done)(void *data);
    void *data;
};

/* Looks at the N SPOTS, each on a thread of its own; DONE once, when each has a root or an error: after
 * OB__LATE_MS at most.  It may be called before this returns. */
void ob__survey_start(struct ob__survey *v, struct ob_server *s, struct ob__spot *spots, size_t n,
                      void (*done)(void *data), void *data);
/* From now on DONE is not called.  Threads that look go on to their end. */
void ob__survey_cancel(struct ob__survey *v);
/* Lets go of the roots that were found. */
void ob__survey_release(struct ob__survey *v);

/* Whether DIR may be looked at: it is not known to hang, and not too much hangs already. */
bool ob__looks_may_ask(const struct ob_server *s, const char *dir);

/* ---- links.c */
/* Whether the message at hand has to wait until it is known where the files lie that MAP names.  It is handed
 * up again then. */
bool ob__links_wait(struct ob__session *c, const msgpack_object *map);
/* Starts to look up where PATH lies, unless that is known or goes on already.  Whether it goes on. */
bool ob__links_ask(struct ob__session *c, const char *path);
/* PATH with the links of its directory resolved, as far as that is known, for the caller to free; or NULL. */
char *ob__links_resolve(const struct ob_server *s, const char *path);
void ob__links_clear(struct ob_server *s);

/* ---- attach.c */
/* What C has unsaved belongs to its shelves, as far as it lies in them. */
void ob__attach_hand_over(struct ob__session *c);
/* SPOT was given up as hung, and no longer hangs. */
void ob__attach_came_back(struct ob_server *s, struct ob__spot *spot);
/* Adds notes that hung when a client attached with them to the N SPOTS, which hold MAX; how many then. */
size_t ob__attach_late_spots(struct ob__spot *spots, size_t n, size_t max,
                             const struct ob_server *s, struct ob_arena *arena);
/* Gives those of the N SPOTS that were found to the clients that wait for them. */
void ob__attach_take_late(struct ob_server *s, struct ob__spot *spots, size_t n);

/* ---- update.c */
/* Forgets what C has unsaved. */
void ob__update_clear(struct ob__session *c);
/* Lets go of TEXT, a reference or NULL.  To give back the memory of a long one takes milliseconds: a worker
 * does it. */
void ob__update_let_go(struct ob_server *s, struct ob_text *text);

/* ---- keep.c */
void ob__keep_put(struct ob_server *s, struct ob_shelf *shelf); /* takes the reference */
void ob__keep_clear(struct ob_server *s);

/* ---- asks.c */
void ob__asks_cancel(struct ob__session *c);
void ob__asks_flush(struct ob__session *c);

/* ---- report.c */
void ob__report_progress(struct ob_shelf *shelf, void *server);

/* ---- listed.c */
struct ob__list_wait { /* a member of what waits */
    struct ob__list_wait *next;
    uint64_t round; /* what it waits for */
    bool waits;
    void (*done)(void *data);
    void *data;
};

/* Has the list read anew, and followed from then on.  DONE is called once, maybe before this returns: when it
 * was read, or when that takes longer than OB__LATE_NOTES_MS (twice that, where an earlier reading has to end
 * first).  The list has then what the file has, or a problem that says why not.  If it has changed, it is up
 * to whoever waits to tell the other clients. */
void ob__list_when_read(struct ob_server *s, struct ob__list_wait *w, void (*done)(void *data),
                        void *data);
void ob__list_wait_cancel(struct ob_server *s, struct ob__list_wait *w);
/* Has it read anew; a change is told to all clients. */
void ob__list_reread(struct ob_server *s);
/* Whether the folder of the list's FILE, which is made if need be, is the user's alone: only then is it read or
 * written.  Waits for the disk. */
int ob__list_own_folder(const char *file, struct ob_error *e);
/* The list takes what LIST has, which was read or changed just now; whether it is another one. */
bool ob__list_take(struct ob_server *s, struct ob_shelf_list *list);
/* If the list has changed and nobody was told, all are. */
void ob__list_tell(struct ob_server *s);
/* The grants are read, or that hangs: who waits for the list waits for that, too. */
void ob__list_grants_read(struct ob_server *s);
/* Opens the handles that follow the list's file. */
void ob__list_init(struct ob_server *s);

/* ---- added.c */
/* Gives every client that takes them the added shelves that were found at the N SPOTS, and no others. */
void ob__shelf_tell(struct ob_server *s, const struct ob__spot *spots, size_t n);
/* Looks at what the list has now, and then does the same with it. */
void ob__shelf_tell_all(struct ob_server *s);
/* Adds what is wanted of the list to SPOTS, with paths in ARENA; how many. */
size_t ob__shelf_spots(struct ob__spot *spots, const struct ob_shelf_list *list,
                       struct ob_arena *arena);
/* Gives every client that takes them the added shelf that was found at SPOT. */
void ob__shelf_take_back(struct ob_server *s, struct ob__spot *spot);
/* Makes SHELF (a reference, which it takes) the last of C's own shelves. */
void ob__shelf_take_own(struct ob__session *c, struct ob_shelf *shelf, enum ob_shelf_kind kind);

/* ---- shelf.c */
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

/* Reads the key `context` of A for a search or an ask; what it names is in ARENA, or is *HELD, a reference
 * for the caller (NULL before the call, and often after it). */
void ob__read_context(struct ob_search_context *out, struct ob_text **held, struct ob__session *c,
                      struct ob__args *a, struct ob_arena *arena);

#endif
