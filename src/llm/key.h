/* Where the key of a model server comes from. */
#ifndef OB_LLM_KEY_H
#define OB_LLM_KEY_H

#include <stdbool.h>

#include <uv.h>

#include "openbook/base/buf.h"
#include "openbook/base/error.h"
#include "openbook/llm/chat.h"

enum { OB__KEY_MAX_BYTES = 8192, OB__KEY_COMMAND_MS = 60000 /* someone may type a passphrase */ };

/* Whether CONFIG names a key, and whether it is to be had from a command. */
bool ob__key_is_named(const struct ob_model_config *config);
bool ob__key_is_command(const struct ob_model_config *config);

/* Whether it is to be had from a file. */
bool ob__key_is_file(const struct ob_model_config *config);

/* Appends the key that CONFIG names as environment variable or file to OUT; nothing when it names
 * none.  For a file it waits for the disk.  A file that others can read or own, an empty key, and one with
 * a line break are refused.  The caller wipes OUT. */
int ob__key_read(struct ob_buf *out, const struct ob_model_config *config, struct ob_error *e);

/* Trims KEY's end and checks what is left: not empty, nothing but visible ASCII.  SOURCE for the
 * sentence. */
int ob__key_check(struct ob_buf *key, const char *source, struct ob_error *e);

/* What to check when the server refuses the key: "the environment variable X", never the key. */
void ob__key_source(char *out, size_t size, const struct ob_model_config *config);

/* Replaces KEY in E's sentence: a server may echo what it was sent. */
void ob__key_redact(struct ob_error *e, const struct ob_buf *key);

/* Overwrites the bytes and releases them. */
void ob__key_wipe(struct ob_buf *b);

/* ------------------------------------------------------------ a command */
/* Exactly once, on the loop.  KEY (when STATUS is 0) is checked and borrowed for the call; it is
 * wiped after it. */
typedef void (*ob__key_cb)(int status, const struct ob_buf *key, const struct ob_error *e,
                           void *data);

struct ob__key_run;

/* Runs ARGV (NULL-terminated, copied) without a shell, stdin and stderr closed off, in a process
 * group of its own, and takes the first line of what it prints.  It has LIMIT_MS; what runs longer
 * or prints over OB__KEY_MAX_BYTES is killed with its children.  Returns an error and never calls
 * back, or 0. */
int ob__key_run_start(struct ob__key_run **out, uv_loop_t *loop, const char *const *argv,
                      unsigned limit_ms, struct ob_error *e, ob__key_cb cb, void *data);

/* Kills it; CB follows with OB_ECANCELED.  Idempotent until CB is called. */
void ob__key_run_cancel(struct ob__key_run *r);

/* ------------------------------------------------------------ a file */
enum { OB__KEY_FILE_MS = 3000 };

struct ob__key_look;

/* Has a thread read the key file PATH as ob__key_read does.  CB once, never before this returns: with the
 * key, with what was wrong, or with OB_EBUSY late_ms (milliseconds) later when the disk does not answer.
 * HTTP, which CB's owner lives on, closes when the thread has ended.  Returns an error and never calls back,
 * or 0. */
int ob__key_look_start(struct ob__key_look **out, struct ob_http *http, const char *path,
                       unsigned late_ms, struct ob_error *e, ob__key_cb cb, void *data);

/* From now on CB is not called.  Not to be used after CB was called. */
void ob__key_look_cancel(struct ob__key_look *l);

#endif
