/* Paths as byte strings, and openbook's own directories.  Any thread.  Pure but for the ob_dir_* functions:
 * those that make directories wait for the disk, and fail as that does, too (OB_EDENIED, OB_EIO ...).  All that
 * is returned or set as *OUT is owned by the caller (ob_free), unless it is said to be borrowed. */
#ifndef OB_BASE_PATH_H
#define OB_BASE_PATH_H

#include "openbook/base/error.h"

/* DIR "/" NAME, without doubling the slash; NAME alone when it is absolute or DIR is "".  Owned by
 * the caller (ob_free). */
char *ob_path_join(const char *dir, const char *name);

/* The part after the last slash (borrowed, points into PATH). */
const char *ob_path_base(const char *path);

/* The part before it: "/" for what lies there, "." without a slash. */
char *ob_path_dir(const char *path);

/* Absolute, without "." and ".." and doubled or trailing slashes; links are NOT resolved.  Relative
 * paths start at the working directory, at "/" where that is gone. */
char *ob_path_absolute(const char *path);

/* If PATH lies in DIR (or is it): the rest, relative, "" for DIR itself; else NULL.  Both absolute
 * and clean.  Borrowed, points into PATH. */
const char *ob_path_inside(const char *dir, const char *path);

/* PATH seen from the directory FROM ("../x/y", "." for FROM itself); both absolute and clean. */
char *ob_path_relative(const char *from, const char *path);

/* The directory for the daemon's socket: openbook in $XDG_RUNTIME_DIR if that is a directory of
 * the user's, else openbook-UID in $TMPDIR or /tmp.  Created 0700 and closed to others; refuses
 * (OB_EDENIED) one that another user owns, that others can write to, or that is a link, and one that
 * others could replace: where they can write, without the sticky bit, to a folder on the way to it.
 * *OUT owned by the caller. */
int ob_dir_runtime(char **out, struct ob_error *e);

/* $XDG_STATE_HOME/openbook (or ~/.local/state/openbook), created and refused as above, but a link of the
 * user's own to a directory will do, whose mode stays as it is.  OB_ENOTFOUND without a home. */
int ob_dir_state(char **out, struct ob_error *e);

/* The name of that directory, without looking at the disk, which may hang.  OB_ENOTFOUND without a home. */
int ob_dir_state_name(char **out, struct ob_error *e);

/* Makes PATH (absolute) and what is missing above it; refuses what ob_dir_state refuses. */
int ob_dir_own(const char *path, struct ob_error *e);

/* $XDG_CONFIG_HOME/openbook (or ~/.config/openbook), which need not be there.  OB_ENOTFOUND without a home. */
int ob_dir_config(char **out, struct ob_error *e);

#endif
