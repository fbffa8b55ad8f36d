/* Following a path part by part, as the system does. */
#include "openbook/base/places.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

enum { MAX_LINKS = 40 }; /* as the system has it */

struct way {
    struct ob_place *places;
    size_t n;
    char *dir;  /* where it has come to; owned */
    char *rest; /* what is still to be gone; owned */
    unsigned links;
};

/* Takes the next part off the rest, owned by the caller; NULL: there is none. */
static char *next_part(struct way *w)
{
    const char *at = w->rest + strspn(w->rest, "/");
    size_t len = strcspn(at, "/");
    char *part = len ? ob_strndup(at, len) : NULL;
    char *rest = ob_strdup(at + len + strspn(at + len, "/"));
    ob_free(w->rest);
    w->rest = rest;
    return part;
}

static void note(struct way *w, const char *name)
{
    if (w->n < OB_PLACES_MAX)
        w->places[w->n++] = (struct ob_place){ob_strdup(w->dir), ob_strdup(name)};
}

static void set_dir(struct way *w, char *dir)
{
    ob_free(w->dir);
    w->dir = dir;
}

/* PATH is a link: its target stands before the rest.  False when it cannot be read. */
static bool go_through(struct way *w, const char *path)
{
    char target[PATH_MAX];
    ssize_t len = readlink(path, target, sizeof target - 1);
    if (len <= 0 || ++w->links > MAX_LINKS)
        return false;
    target[len] = '\0';
    char *rest = ob_asprintf("%s/%s", target, w->rest);
    ob_free(w->rest);
    w->rest = rest;
    if (target[0] == '/')
        set_dir(w, ob_strdup("/"));
    return true;
}

/* Goes one part further, called NAME.  False at the end. */
static bool step(struct way *w, const char *name)
{
    struct stat st;
    bool more = true;
    if (strcmp(name, ".") == 0)
        return true;
    if (strcmp(name, "..") == 0) {
        set_dir(w, ob_path_dir(w->dir));
        return true;
    }
    char *path = ob_path_join(w->dir, name);
    bool found = ob_io_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
    bool is_link = found && S_ISLNK(st.st_mode);
    if (is_link || !found || !*w->rest)
        note(w, name);
    if (is_link && go_through(w, path)) {
        ob_free(path);
        return true;
    }
    more = found && !is_link && *w->rest;
    set_dir(w, path);
    return more;
}

size_t ob_places_find(struct ob_place out[OB_PLACES_MAX], char **resolved, const char *path)
{
    struct way w = {.places = out, .dir = ob_strdup("/"), .rest = ob_strdup(path)};
    for (char *name; (name = next_part(&w));) {
        bool more = step(&w, name);
        ob_free(name);
        if (!more)
            break;
    }
    if (resolved)
        *resolved = *w.rest ? ob_path_join(w.dir, w.rest) : ob_strdup(w.dir);
    ob_free(w.dir);
    ob_free(w.rest);
    return w.n;
}

void ob_places_release(struct ob_place *places, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ob_free(places[i].dir);
        ob_free(places[i].name);
    }
}
