/* Who answers: the model that the user named or the one that was found on this machine, and the origin
 * that its answers come from. */
#ifndef OB_ANSWER_TARGET_H
#define OB_ANSWER_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/base/arena.h"
#include "openbook/llm/chat.h"
#include "openbook/llm/discover.h"
#include "openbook/llm/grant.h"

/* A zeroed target is nobody. */
struct ob__target {
    bool named;                   /* by the user */
    struct ob_model_config model; /* its strings in the arena, as ORIGIN */
    const char *origin;           /* NULL while it is not known */
    bool remote; /* a server on this machine passes its answers on from elsewhere */
    bool counts; /* the server counts tokens for us */
};

/* The user named MODEL, at ORIGIN; both copied. */
void ob__target_name(struct ob__target *t, struct ob_arena *arena,
                     const struct ob_model_config *model, const char *origin);

/* Takes what servers on this machine said of themselves.  A named target learns what it does not know
 * of its own server, the first one FOUND; else the first that can chat is taken, and one whose answers
 * come from elsewhere only if there is no other.  False: nobody to learn from or to take. */
bool ob__target_take(struct ob__target *t, struct ob_arena *arena,
                     const struct ob_server_found *found, size_t n);

/* Whether PROJECT's passages may be sent to T without a question to the user. */
bool ob__target_is_granted(const struct ob__target *t, const struct ob_grants *grants,
                           const char *project);

/* What to call it: its model, or its origin. */
const char *ob__target_label(const struct ob__target *t);

#endif
