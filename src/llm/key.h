/* Where the key of a model server comes from. */
#ifndef OB_LLM_KEY_H
#define OB_LLM_KEY_H

#include "openbook/base/buf.h"
#include "openbook/base/error.h"
#include "openbook/llm/chat.h"

/* Appends the key that CONFIG names to OUT; nothing when it names none.  A file that others can read,
 * an empty key, and one with a line break are refused.  The caller wipes OUT. */
int ob__key_read(struct ob_buf *out, const struct ob_model_config *config, struct ob_error *e);

/* What to check when the server refuses the key: "the environment variable X", never the key. */
void ob__key_source(char *out, size_t size, const struct ob_model_config *config);

/* Overwrites the bytes and releases them. */
void ob__key_wipe(struct ob_buf *b);

#endif
