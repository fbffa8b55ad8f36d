/* What openbook leaves out by itself: secrets by name, and files that are no use as sources. */
#ifndef OB_FILES_BUILTIN_H
#define OB_FILES_BUILTIN_H

#include <stdbool.h>

/* Names that say something about the directory they stand in; found while it is listed. */
enum ob__special {
    OB__HAS_OPENBOOKIGNORE = 1 << 0,
    OB__HAS_GITIGNORE = 1 << 1,
    OB__HAS_IGNORE = 1 << 2,
    OB__HAS_GIT = 1 << 3,
    OB__HAS_CACHEDIR_TAG = 1 << 4,
    OB__HAS_PYVENV = 1 << 5,
    OB__HAS_CMAKE_CACHE = 1 << 6,
    OB__REFUSED = 1 << 7, /* one of them could not be looked at for now */
};

/* The special that NAME is, or 0. */
unsigned ob__special_of(const char *name);

/* The specials that lie in the open directory DIRFD. */
unsigned ob__special_look(int dirfd);

/* Each of the following says why in a few words ("a private key"), or NULL.  Static text. */

/* A version control directory: never entered, and no rule can take it. */
const char *ob__builtin_vcs(const char *name);

/* Something that must not be read, whatever the rules say.  PARENT is the name of the directory
 * that holds NAME. */
const char *ob__builtin_secret(const char *name, const char *parent, bool is_dir);

/* Something that is left out unless a rule names it.  DIRFD is the directory that holds NAME. */
const char *ob__builtin_match(const char *name, bool is_dir, int dirfd);

/* Whether ob__builtin_match may leave out a directory because NAME lies beside it. */
bool ob__builtin_beside(const char *name);

/* The same for a directory with these SPECIALS in it. */
const char *ob__builtin_inside(unsigned specials);

#endif
