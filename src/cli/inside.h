/* What the sub-commands share: option parsing, the link to a server, configuration, output.
 *
 *     cli.c      the table of commands, help, version      options.c  strict arguments
 *     link.c     one connection: a daemon's or our own     config.c   config.json
 *     show.c     terminals, relative paths, JSON           packing.c  packing parameters, reading replies
 *     lines.c    the lines that an option names
 *     search.c   ask.c   index.c   status.c   shelf.c   serve.c   doctor.c */
#ifndef OB_CLI_INSIDE_H
#define OB_CLI_INSIDE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cjson/cJSON.h>
#include <msgpack.h>
#include <uv.h>

#include "openbook/base/buf.h"
#include "openbook/base/error.h"
#include "openbook/rpc/client.h"
#include "openbook/rpc/server.h"

enum ob__exit { OB__EXIT_OK, OB__EXIT_NOTHING, OB__EXIT_USAGE, OB__EXIT_FAILED };

enum {
    OB__MAX_ROOTS = 16,              /* times that an option with a list may stand */
    OB__FOREVER_MS = 60 * 60 * 1000, /* for an index that is being built: the longest wait_ms */
    OB__PATIENT_MS = 10 * 1000       /* for the index of a daemon */
};

/* ---- cli.c */
struct ob__command {
    const char *name;
    /* ARGV is without the program's and the command's name.  NULL: there is but the page. */
    int (*run)(int argc, char **argv);
    const char *summary; /* one line for the list */
    const char *help;    /* the page */
};
/* One line on stderr, "openbook COMMAND: ...TAIL", without control bytes. */
void ob__complain(const char *command, const char *format, va_list args, const char *tail)
    __attribute__((format(printf, 2, 0)));
/* The same; returns OB__EXIT_FAILED. */
int ob__fail(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- options.c */
enum ob__option_kind {
    OB__FLAG,   /* target: bool */
    OB__TEXT,   /* target: const char * */
    OB__NUMBER, /* target: unsigned long, from min to max */
    OB__LIST,   /* target: struct ob__texts, one more each time */
    OB__CHOICE  /* target: const char *, one of choices */
};
struct ob__texts {
    const char *items[OB__MAX_ROOTS];
    size_t len;
};
struct ob__option {
    const char *name; /* "--root", "-0" */
    enum ob__option_kind kind;
    void *target;
    unsigned long min, max;     /* of OB__NUMBER */
    const char *const *choices; /* NULL-terminated, of OB__CHOICE */
};
/* Parses ARGV strictly; what is no option goes to REST (at least argc places).  0, or OB__EXIT_USAGE after
 * one line on stderr.  OPTIONS ends with a NULL name. */
int ob__options_parse(size_t *n_rest, const char **rest, const char *command,
                      const struct ob__option *options, int argc, char **argv);
/* One line that names what is wrong and the help page; returns OB__EXIT_USAGE. */
int ob__usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* FILE, FILE:A or FILE:A-B with 1-based lines; *FILE is owned by the caller. */
int ob__range_parse(char **file, unsigned long *first, unsigned long *last, const char *text);

/* ---- lines.c */
struct ob__lines {
    char *file, *text; /* owned */
    size_t len;
    unsigned long first, last; /* 1-based; 0: the whole file */
};
/* Reads what NAMED, the value of OPTION, names; lines behind the last one are left away.  Call
 * ob__lines_release also after an error. */
int ob__lines_read(struct ob__lines *out, const char *option, const char *named,
                   struct ob_error *e);
/* Puts the key "context" and the lines as its value (docs/protocol.md). */
void ob__lines_put(msgpack_sbuffer *b, const struct ob__lines *l);
void ob__lines_release(struct ob__lines *l);

/* ---- config.c: $XDG_CONFIG_HOME/openbook/config.json */
struct ob__config {
    cJSON *json;        /* owned; NULL when there is no file */
    const cJSON *llm;   /* an object, or NULL */
    const cJSON *notes; /* an array, or NULL */
    bool one_file_system;
};
int ob__config_load(struct ob__config *out, struct ob_error *e);
void ob__config_release(struct ob__config *c);

/* ---- packing.c */
void ob__put_map(msgpack_sbuffer *b, size_t pairs);
void ob__put_array(msgpack_sbuffer *b, size_t values);
void ob__put_str(msgpack_sbuffer *b, const char *text, size_t len);
void ob__put_key_str(msgpack_sbuffer *b, const char *key, const char *value);
void ob__put_key_uint(msgpack_sbuffer *b, const char *key, uint64_t value);
void ob__put_key_bool(msgpack_sbuffer *b, const char *key, bool value);
void ob__put_json(msgpack_sbuffer *b, const cJSON *value);
/* The value of KEY in the map O; NULL when O is no map or has no such key. */
const msgpack_object *ob__get(const msgpack_object *o, const char *key);
uint64_t ob__get_uint(const msgpack_object *o, const char *key);
double ob__get_double(const msgpack_object *o, const char *key);
bool ob__get_bool(const msgpack_object *o, const char *key);
/* A NUL-terminated copy of a string or bin; "" when absent.  Owned by the caller. */
char *ob__get_text(const msgpack_object *o, const char *key);
/* The array under KEY: its length, and items in *ITEMS. */
size_t ob__get_array(const msgpack_object *o, const char *key, const msgpack_object **items);
/* The same as JSON, every string valid UTF-8.  Owned by the caller. */
cJSON *ob__json_of(const msgpack_object *o);

/* ---- link.c */
struct ob__link_options {
    const struct ob__texts *roots; /* none: the project of the working directory and all notes */
    bool no_daemon;
    bool daemon_only;     /* no server of our own: OB_ECONNECT without a daemon */
    bool bare;            /* attach to no folder: nothing is indexed */
    bool one_file_system; /* or the configuration's */
    const struct ob__config *config;
    const char *url, *model, *key_env; /* over those of the configuration; NULL: not given */
    void (*event)(const char *name, const msgpack_object *params, void *data);
    void *data;
};
struct ob__link {
    uv_loop_t *loop;          /* owned */
    struct ob_server *server; /* our own; NULL with a daemon */
    struct ob_client *client; /* NULL once closed */
    const struct ob__link_options *options;
    bool own; /* the server is (was) ours */
    bool open, timed_out;
    uv_timer_t deadline;
};
typedef void (*ob__reply_cb)(const msgpack_object *result, void *data);

/* Connects and attaches.  Call ob__link_close also after an error. */
int ob__link_open(struct ob__link *l, const struct ob__link_options *o, struct ob_error *e);
/* Calls METHOD, runs the loop until its answer, and hands the result to CB (may be NULL).  Empties
 * PARAMS.  timeout_ms 0: no deadline. */
int ob__link_call(struct ob__link *l, const char *method, msgpack_sbuffer *params,
                  unsigned timeout_ms, ob__reply_cb cb, void *data, struct ob_error *e);
/* Runs the loop until *DONE or the connection is gone (false). */
bool ob__link_run(struct ob__link *l, const bool *done);
void ob__link_close(struct ob__link *l);

/* ---- show.c */
bool ob__colours(void); /* stdout is a terminal and NO_COLOR is not set */
/* FILE as seen from the working directory; owned by the caller. */
char *ob__relative(const char *file);
/* Prints TEXT, which may have several lines, to stdout; on a terminal what steers it becomes '?'. */
void ob__print_text(const char *text);
/* Prints a name, or what else is a part of a line, to OUT; on a terminal line breaks become '?', too. */
void ob__print_line(FILE *out, const char *text);
/* "s", but "" for 1: behind the noun of what is counted. */
const char *ob__plural(uint64_t n);
/* The absolute name of a hit or source, byte for byte; owned by the caller. */
char *ob__file_of(const msgpack_object *hit);
/* One line of JSON on stdout; deletes JSON. */
int ob__print_json(cJSON *json);

/* ---- the commands */
int ob__cli_ask(int argc, char **argv);
int ob__cli_doctor(int argc, char **argv);
int ob__cli_index(int argc, char **argv);
int ob__cli_search(int argc, char **argv);
int ob__cli_serve(int argc, char **argv);
int ob__cli_shelf(int argc, char **argv);
int ob__cli_status(int argc, char **argv);

#endif
