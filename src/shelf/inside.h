/* A shelf from inside: what shelf.c, shelves.c, delta.c, fresh.c and reader.c share. */
#ifndef OB_SHELF_INSIDE_H
#define OB_SHELF_INSIDE_H

#include "openbook/files/watch.h"
#include "openbook/shelf/shelf.h"

#include "keeper.h"

enum ob__shelf_state {
    OB__SHELF_OPEN,    /* takes questions; somebody holds it, or it lingers for the next one */
    OB__SHELF_CLOSING, /* thread told to stop, handles closing */
    OB__SHELF_CLOSED   /* nothing runs; the memory goes with the last reference */
};

struct ob__delta;
struct ob__waiter;

struct ob_shelf {
    struct ob_shelves *all; /* borrowed; NULL once closed */
    uv_loop_t *loop;
    enum ob__shelf_state state;
    unsigned refs; /* of the outside; the registry's list holds none */
    struct ob_root *root;
    struct ob_walk_options walk;
    struct ob_index *index;  /* owned */
    struct ob__pause *pause; /* a reference */
    struct ob__keeper keeper;
    struct ob__news news;   /* as the loop knows them */
    struct ob_watch *watch; /* NULL: none wanted, or the system gives none */
    bool watch_wanted;
    char unwatched[256];      /* why there is none though it is wanted; "" */
    unsigned poll_ms;         /* as in the options */
    uint64_t watched_version; /* of the root, that the watch is about */
    uint64_t watched_rules;   /* rules_version of the news, likewise */
    uint64_t asked_rescan_ms; /* loop time of the last one by the clock */
    uint64_t retry_ms;        /* pause before the next try of what the system refused; 0: none */
    bool retrying;            /* the poll timer runs for that */
    bool at_the_end;          /* it was closed with all the others */
    uint64_t asked_check_ms;  /* of the last look at the root itself */
    struct ob_unsaved *unsaved;
    struct ob__delta *deltas;   /* owned list, one a client with unsaved text */
    struct ob__waiter *waiters; /* owned list */
    uv_async_t wake;            /* the keeper has news */
    uv_timer_t progress;        /* holds progress down to ten a second */
    uv_timer_t poll;   /* looks at what no watch covers; stopped where there is no such thing */
    uv_timer_t linger; /* closes a shelf that nobody came back to */
    unsigned alive;    /* open handles, waiters and tasks; 0 while closing: closed */
    bool progress_due;
    struct ob_shelf *next; /* the registry's list */
};

/* A shelf on ROOT, its indexing begun, with one reference for the caller. */
int ob__shelf_new(struct ob_shelf **out, struct ob_shelves *all, uv_loop_t *loop,
                  struct ob_root *root, const struct ob_shelf_options *o, struct ob_error *e);

/* One thing that kept the shelf from being closed has ended. */
void ob__shelf_settle(struct ob_shelf *s);
void ob__shelf_close(struct ob_shelf *s);
void ob__shelf_free(struct ob_shelf *s);

/* Takes in what no watch covers: a look at the root itself, or a walk where folders are not watched.
 * Both by the clock, so that questions that come thick and fast cost nothing. */
void ob__shelf_check(struct ob_shelf *s);

/* registry (shelves.c) */

/* The watcher of all shelves, made when it is first wanted; borrowed, NULL when there is none. */
struct ob_watcher *ob__shelves_watcher(struct ob_shelves *all, struct ob_error *e);
bool ob__shelves_are_closing(const struct ob_shelves *all);
struct ob__pause *ob__shelves_pause(struct ob_shelves *all); /* of all its shelves; borrowed */
void ob__shelves_forget(struct ob_shelves *all, struct ob_shelf *s);
void ob__shelves_tell(struct ob_shelves *all, struct ob_shelf *s);

/* freshness (fresh.c): looks whether someone waits for what has just happened. */
void ob__fresh_check(struct ob_shelf *s);
void ob__fresh_cancel(struct ob_shelf *s);

/* unsaved text (delta.c) */
void ob__delta_changed(struct ob_shelf *s, uint64_t client);
void ob__delta_drop(struct ob_shelf *s, uint64_t client);
void ob__delta_cancel(struct ob_shelf *s); /* all; tasks that run end in their own time */

/* The number of the client's last change; 0 without unsaved text. */
uint64_t ob__delta_asked(const struct ob_shelf *s, uint64_t client);

/* Whether the client's view has its change number ASKED on version VERSION of the index; begins to
 * build it when not. */
bool ob__delta_has(struct ob_shelf *s, uint64_t client, uint64_t asked, uint64_t version);

/* The client's view; NULL: the disk alone.  Borrowed. */
struct ob_snapshot *ob__delta_view(struct ob_shelf *s, uint64_t client);

#endif
