/* All rules that decide about the files of a root, stacked by directory. */
#ifndef OB_FILES_RULES_H
#define OB_FILES_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/files/walk.h"

#include "gitconf.h"
#include "ignore.h"

/* Kinds of ignore files, in the order in which they win. */
enum ob__family { OB__OPENBOOKIGNORE, OB__GIT, OB__IGNORE, OB__FAMILIES };

/* ".openbookignore", ".gitignore", ".ignore". */
const char *ob__family_file(enum ob__family family);

struct ob__rule_set {
    struct ob__ignore *ignore; /* owned */
    char *source;              /* owned: what to call the file */
    size_t base_len;           /* bytes of a path before what the patterns see */
    unsigned depth;            /* of its directory below the root: where it is popped */
    bool wall;                 /* no rules: a repository begins here, those above end */
    bool fold;                 /* of a wall: the repository's core.ignoreCase */
};

struct ob__rule_stack {
    struct ob__rule_set *sets; /* owned; the last wins */
    size_t n, cap;
};

/* Takes IGNORE and copies SOURCE. */
void ob__rule_stack_push(struct ob__rule_stack *s, struct ob__ignore *ignore, const char *source,
                         size_t base_len, unsigned depth);

/* The rule that decides on PATH, or NULL; *SET is where it stands, or the wall that ended the
 * search, or NULL. */
struct ob__rule *ob__rule_stack_match(const struct ob__rule_stack *s, const char *path, size_t len,
                                      bool is_dir, const struct ob__rule_set **set);
void ob__rule_stack_release(struct ob__rule_stack *s);

/* ------------------------------------------------------------ what holds from above the root */

/* Immutable and refcounted. */
struct ob__env;

/* Reads again what holds for R if a file it came from changed, and says whether that made another
 * set of rules.  Under R's lock. */
bool ob__env_renew(struct ob_root *r);

/* What holds for R now; read again if a file it came from changed.  The caller unrefs it. */
struct ob__env *ob__env_get(struct ob_root *r);
void ob__env_unref(struct ob__env *env);

/* Where the root lies in the tree the rules are about: "" or "dir/dir/". */
const char *ob__env_prefix(const struct ob__env *env);
const struct ob__rule_stack *ob__env_stack(const struct ob__env *env, enum ob__family family);
bool ob__env_fold(const struct ob__env *env);

/* Whether something it comes from could not be read for now; it is read again at the next chance. */
bool ob__env_refused(const struct ob__env *env);

/* ------------------------------------------------------------ the rules along one path */
struct ob__rules {
    struct ob_root *root; /* borrowed */
    struct ob__env *env;  /* owned reference */
    size_t prefix_len;
    struct ob__rule_stack stacks[OB__FAMILIES]; /* of the root and below */
    /* Where to note what rules below the root come from and no event tells of: the files of repositories,
     * and ignore files with other names (hard links).  Borrowed; NULL: nobody wants to know. */
    struct ob__seen_list *seen;
    struct ob__seen_list sink; /* in its place; notes nothing */
};

/* At most so many files are noted; what is over is read again at the next walk. */
enum { OB__RULES_MAX_SEEN = 8192 };

void ob__rules_init(struct ob__rules *r, struct ob_root *root);
void ob__rules_release(struct ob__rules *r);

/* Adds the ignore files of a directory: open at DIRFD, DEPTH folders below the root, with SPECIALS
 * (enum ob__special) in it.  PATH is prefix and relative path, "" or ending with "/". */
void ob__rules_enter(struct ob__rules *r, int dirfd, const char *path, unsigned depth,
                     unsigned specials);

/* Whether a file of rules, from above or as it was entered since this was asked last, could not be read for
 * now: then nothing is to be decided by what there is. */
bool ob__rules_refused(struct ob__rules *r);

/* Drops what was added at DEPTH and deeper. */
void ob__rules_leave(struct ob__rules *r, unsigned depth);

/* Borrowed from the rules. */
struct ob__verdict {
    enum ob_skip reason;            /* NONE, IGNORED, BUILTIN or SECRET */
    const char *why;                /* BUILTIN, SECRET: a few words */
    const struct ob__rule *rule;    /* what an ignore file says, taken or left; may be NULL */
    const struct ob__rule_set *set; /* where RULE stands */
    bool named;                     /* a rule takes it by name: the built-in list is silent */
};

/* Decides on PATH (prefix and relative path) whose directory is open at DIRFD.  Its parents must
 * have been decided on and entered. */
void ob__rules_decide(struct ob__verdict *out, const struct ob__rules *r, const char *path,
                      bool is_dir, int dirfd);

#endif
