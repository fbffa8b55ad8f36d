/* The shelves that the user added: folders, such as notes, that are searched beside every project.
 *
 * They stand in one file that the user may read and edit, one absolute path a line:
 *
 *     # Folders that openbook searches beside every project, one a line.
 *     /home/me/notes
 *     ~/위키
 *
 * Blank lines and those that begin with # say nothing.  A line that is no absolute path is passed over
 * with a sentence and stays where it is: nothing that the user wrote is lost by a change.  The file is
 * written whole and renamed, mode 0600, one change at a time whoever makes it (flock on its folder).
 * A link to the file stays one: what it leads to is written.
 *
 * One thread at a time for one struct.  Adding and removing look at folders, whose disk may hang: that is
 * the part called `find`, which is for a thread that nobody waits for. */
#ifndef OB_SHELF_LIST_H
#define OB_SHELF_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "openbook/base/error.h"

enum { OB_SHELF_LIST_MAX = 24, OB_SHELF_LIST_MAX_BYTES = 256 * 1024 };

struct ob_shelf_list;

/* The list of the file FILE (absolute; it need not be there; NULL: an empty list that takes nothing).
 * Free it. */
struct ob_shelf_list *ob_shelf_list_new(const char *file);
void ob_shelf_list_free(struct ob_shelf_list *l);

/* The same without reading: an empty list, until it takes what another one has read. */
struct ob_shelf_list *ob_shelf_list_blank(const char *file);

/* L has what FROM has, of the same file, which a thread has read or changed; FROM is empty then.  When FROM
 * could not be read L stays as it was, and says why. */
void ob_shelf_list_take(struct ob_shelf_list *l, struct ob_shelf_list *from);

/* The file cannot be read for the reason E: ob_shelf_list_problem says so until the next reading. */
void ob_shelf_list_set_unread(struct ob_shelf_list *l, const struct ob_error *e);

/* Reads the file again: it may have been edited, or changed by another process.  When it cannot be
 * read the list stays as it was, and ob_shelf_list_problem says why. */
void ob_shelf_list_read(struct ob_shelf_list *l);

/* A number that changes when the list does. */
uint64_t ob_shelf_list_version(const struct ob_shelf_list *l);

/* The I-th shelf: its absolute, clean path, which may not be there at this moment; NULL behind the
 * last.  Borrowed until the next call that reads or changes. */
const char *ob_shelf_list_get(const struct ob_shelf_list *l, size_t i);

/* The I-th sentence on what is wrong with the file; NULL behind the last.  Borrowed as above. */
const char *ob_shelf_list_problem(const struct ob_shelf_list *l, size_t i);

/* The file; NULL without one.  Borrowed. */
const char *ob_shelf_list_file(const struct ob_shelf_list *l);

/* Adds the folder PATH (absolute) and saves.  A name that reads the same but is composed otherwise on
 * the disk (Hangul in jamo) counts as that name.  *OUT is the path that was added, for ob_free.
 * OB_ENOTFOUND without such a folder; OB_EINVAL for a file, for the home folder, "/" and what holds
 * them, for a name with a line break; OB_EEXIST when it is on the list under this or another name;
 * OB_ETOOBIG over OB_SHELF_LIST_MAX; else as for reading and writing the file.
 * The same as ob_shelf_list_find_new, which looks at folders, and ob_shelf_list_put, which saves. */
int ob_shelf_list_add(char **out, struct ob_shelf_list *l, const char *path, struct ob_error *e);
int ob_shelf_list_find_new(char **out, const struct ob_shelf_list *l, const char *path,
                           struct ob_error *e);
int ob_shelf_list_put(struct ob_shelf_list *l, const char *folder, struct ob_error *e);

/* Removes PATH, by its name or by what it leads to, and saves; the folder need not be there.  *OUT is the
 * path as it stood on the list, for ob_free.  OB_ENOTFOUND with the names there are; else as above.
 * The same as ob_shelf_list_find, which looks at folders unless PATH is such a name, and
 * ob_shelf_list_drop, which saves. */
int ob_shelf_list_remove(char **out, struct ob_shelf_list *l, const char *path, struct ob_error *e);
int ob_shelf_list_find(char **out, const struct ob_shelf_list *l, const char *path,
                       struct ob_error *e);
int ob_shelf_list_drop(struct ob_shelf_list *l, const char *name, struct ob_error *e);

/* The disk of the shelf PATH hangs: until the next reading its folder is not looked at. */
void ob_shelf_list_pass_over(struct ob_shelf_list *l, const char *path);

#endif
