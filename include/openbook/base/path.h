/* Paths as byte strings, and openbook's own directories.  Pure but for the ob_dir_* functions. */
#ifndef OB_BASE_PATH_H
#define OB_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "openbook/base/error.h"

/* DIR "/" NAME, without doubling the slash; NAME alone when it is absolute or DIR is "".  Owned by
 * the caller (ob_free). */
char *ob_path_join(const char *dir, const char *name);

/* The part after the last slash (borrowed, points into PATH). */
const char *ob_path_base(const char *path);

/* The part before it: "/" for what lies there, "." without a slash.  Owned by the caller. */
char *ob_path_dir(const char *path);

/* Absolute, without "." and ".." and doubled or trailing slashes; links are NOT resolved.  Relative
 * paths start at the working directory.  Owned by the caller. */
char *ob_path_absolute(const char *path);

/* If PATH lies in DIR (or is it): the rest, relative, "" for DIR itself; else NULL.  Both absolute
 * and clean.  Borrowed, points into PATH. */
const char *ob_path_inside(const char *dir, const char *path);

/* PATH seen from the directory FROM ("../x/y"); both absolute and clean.  Owned by the caller. */
char *ob_path_relative(const char *from, const char *path);

/* The directory for the daemon's socket: openbook in $XDG_RUNTIME_DIR if that is a directory of
 * the user's, else openbook-UID in $TMPDIR or /tmp.  Created 0700 and closed to others; refuses
 * (OB_EDENIED) one that another user owns, that others can write to, or that is a link, and one that
 * others could replace: where they can write, without the sticky bit, to a folder on the way to it.
 * *OUT owned by the caller. */
int ob_dir_runtime(char **out, struct ob_error *e);

/* $XDG_STATE_HOME/openbook (or ~/.local/state/openbook), created and refused as above, but for a link of
 * the user's own to a directory, whose mode stays as it is.  *OUT owned by the caller; the same goes
 * for the next one. */
int ob_dir_state(char **out, struct ob_error *e);

/* Its name alone, without looking at the disk, which may hang; OB_ENOTFOUND without a home. */
int ob_dir_state_name(char **out, struct ob_error *e);

/* Makes PATH (absolute) and what is missing above it; refuses it as the one before.  Waits for the disk. */
int ob_dir_own(const char *path, struct ob_error *e);

/* $XDG_CONFIG_HOME/openbook (or ~/.config/openbook); not created. */
int ob_dir_config(char **out, struct ob_error *e);

#endif
