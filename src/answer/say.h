/* The sentences an answer tells its user, in English and in Korean.  Pure. */
#ifndef OB_ANSWER_SAY_H
#define OB_ANSWER_SAY_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/base/buf.h"

/* Each appends one sentence (after a space if something stands there).  Errors are ignored: a notice
 * that does not fit its buffer is cut, and nothing depends on it. */
/* QUOTED: lines stand instead.  FROM_SHELL: who asked has no setup(). */
void ob__say_connect(struct ob_buf *out, bool korean, bool quoted, bool from_shell);
void ob__say_unreachable(struct ob_buf *out, bool korean, bool quoted, const char *why);
void ob__say_behind(struct ob_buf *out, bool korean);
void ob__say_not_sent(struct ob_buf *out, bool korean, const char *origin);
void ob__say_repacked(struct ob_buf *out, bool korean, size_t n_sources);
void ob__say_truncated(struct ob_buf *out, bool korean, size_t read, size_t sent);
void ob__say_question_cut(struct ob_buf *out, bool korean);
void ob__say_masked(struct ob_buf *out, bool korean, size_t n);
void ob__say_not_remembered(struct ob_buf *out, bool korean, const char *why);

/* "Your files do not say", with the nearest names when there are any. */
void ob__say_nothing_found(struct ob_buf *out, bool korean, const char *nearest);
/* No file is indexed: none is there, or LEFT_OUT files and folders are. */
void ob__say_nothing_indexed(struct ob_buf *out, bool korean, size_t left_out, bool from_shell);

#endif
