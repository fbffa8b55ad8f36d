/* Roots: directories whose files are indexed, read through their handle.
 *
 * Nothing is ever opened by an absolute path built from a relative one: reads go through the root's
 * descriptor without following links, so a swapped link cannot lead outside.  The descriptor is open only
 * while something is read or somebody holds the root, so that a root at rest keeps nobody from unmounting what
 * it lies on; the directory is known again by device and inode.  Any thread; a root is refcounted. */
#ifndef OB_FILES_ROOT_H
#define OB_FILES_ROOT_H

#include <stdbool.h>
#include <stdint.h>

#include "openbook/base/error.h"

struct ob_root;

/* The project that START (absolute) belongs to: the nearest directory at or above it that holds .git
 * or .hg, else START itself.  The home directory and "/" are never climbed to, and are no project by
 * themselves: OB_EINVAL, with a sentence that says what to do, since all of a user's files would be
 * read.  *OUT: ob_free. */
int ob_root_find(char **out, const char *start, struct ob_error *e);

/* Whether the directory DIR (absolute) holds .git or .hg. */
bool ob_root_is_marked(const char *dir);

/* Opens the directory PATH (absolute), taken as it is: not climbed from, and no parent's ignore
 * rules apply above the repository that holds it.  OB_ENOTFOUND, OB_EDENIED. */
int ob_root_open(struct ob_root **out, const char *path, struct ob_error *e);
struct ob_root *ob_root_ref(struct ob_root *r);
void ob_root_unref(struct ob_root *r);

/* R, or another root on the directory that R has open: one below which, if ONE_FILE_SYSTEM, no directory is
 * entered, listed or watched that lies on another device than the root's own (as find -xdev has it: what is
 * mounted there, a subvolume).  A reference; asks nothing of the disk.  OB_EFAIL when the system refuses. */
int ob_root_confine(struct ob_root **out, struct ob_root *r, bool one_file_system,
                    struct ob_error *e);

bool ob_root_is_confined(const struct ob_root *r);

/* Keeps the directory open until ob_root_let_go is called, for whoever reads much; holds nest.  False when it
 * cannot be opened: then nothing is held.  Blocking. */
bool ob_root_hold(struct ob_root *r);
void ob_root_let_go(struct ob_root *r);

/* Looks whether the directory at the root's path is still the one that is known, and whether the rules
 * that reach the root from above it (the repository's and the user's) are as they were; takes what is
 * there now.  Looks also whether the rules of repositories below it, and ignore files that have other names
 * (hard links), are as the last whole walk met them: 8,192 files at most.  Returns a number that changes
 * whenever any of these has.  While there is no directory all reads fail with OB_ENOTFOUND.  Blocking: not
 * on the loop thread. */
uint64_t ob_root_version(struct ob_root *r);

/* The same, looking at the directory alone: one call, where rules may be some thousand files. */
uint64_t ob_root_look(struct ob_root *r);

/* Whether the last of these two found no directory. */
bool ob_root_is_gone(const struct ob_root *r);

/* Absolute path, clean, links resolved; borrowed. */
const char *ob_root_path(const struct ob_root *r);

#endif
