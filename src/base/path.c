/* Path arithmetic on byte strings, and the directories that the XDG specification gives us. */
#include "openbook/base/path.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "openbook/base/mem.h"
#include "openbook/base/places.h"

char *ob_path_join(const char *dir, const char *name)
{
    if (name[0] == '/' || dir[0] == '\0')
        return ob_strdup(name);
    size_t len = strlen(dir);
    return ob_asprintf("%s%s%s", dir, dir[len - 1] == '/' ? "" : "/", name);
}

const char *ob_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *ob_path_dir(const char *path)
{
    size_t n = (size_t)(ob_path_base(path) - path);
    return n == 0 ? ob_strdup(".") : ob_strndup(path, n > 1 ? n - 1 : 1);
}

/* Writes the clean form of the absolute PATH over itself: a component stack in place. */
static void clean_in_place(char *path)
{
    char *out = path;
    const char *in = path;
    while (*in) {
        while (*in == '/')
            in++;
        size_t n = strcspn(in, "/");
        if (n == 2 && in[0] == '.' && in[1] == '.') {
            while (out > path && *--out != '/')
                ;
        } else if (n > 0 && !(n == 1 && in[0] == '.')) {
            *out++ = '/';
            memmove(out, in, n);
            out += n;
        }
        in += n;
    }
    if (out == path)
        *out++ = '/';
    *out = '\0';
}

char *ob_path_absolute(const char *path)
{
    char *whole;
    if (path[0] == '/') {
        whole = ob_strdup(path);
    } else {
        char cwd[PATH_MAX];
        whole =
            getcwd(cwd, sizeof cwd) ? ob_asprintf("%s/%s", cwd, path) : ob_asprintf("/%s", path);
    }
    clean_in_place(whole);
    return whole;
}

const char *ob_path_inside(const char *dir, const char *path)
{
    size_t n = strlen(dir);
    if (n == 1 && dir[0] == '/')
        return path[0] == '/' ? path + 1 : NULL;
    if (strncmp(dir, path, n) != 0)
        return NULL;
    if (path[n] == '\0')
        return path + n;
    return path[n] == '/' ? path + n + 1 : NULL;
}

char *ob_path_relative(const char *from, const char *path)
{
    const char *below = ob_path_inside(from, path);
    if (below)
        return ob_strdup(*below ? below : ".");
    assert(from[0] == '/' && path[0] == '/');
    /* Climb from FROM until the rest holds PATH, one "../" a step. */
    char *base = ob_strdup(from);
    size_t ups = 0;
    while (!below) {
        char *slash = strrchr(base, '/');
        slash[slash == base ? 1 : 0] = '\0';
        ups++;
        below = ob_path_inside(base, path);
    }
    size_t rest = strlen(below);
    char *out = ob_alloc(ups * 3 + rest + 1);
    for (size_t i = 0; i < ups; i++)
        memcpy(out + i * 3, "../", 3);
    memcpy(out + ups * 3, below, rest);
    if (!rest)
        out[ups * 3 - 1] = '\0';
    ob_free(base);
    return out;
}

/* Creates PATH and what is missing above it, 0700 each. */
static int make_dirs(const char *path, struct ob_error *e)
{
    char *copy = ob_strdup(path);
    int err = 0;
    for (char *p = copy + 1; !err; p++) {
        char c = *p;
        if (c != '/' && c != '\0')
            continue;
        *p = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST)
            err = ob_error_set(e, ob_err_from_errno(errno), "cannot create %s: %s", copy,
                               strerror(errno));
        *p = c;
        if (c == '\0')
            break;
    }
    ob_free(copy);
    return err;
}

/* Whether others may put something else in the place of ENTRY, which lies in FOLDER; ENTRY is NULL where nothing
 * is there yet.  The user's own group may write to much on systems that give each user one (umask 002).
 * Whoever owns a folder above ours is trusted: on some systems accounts of their own do. */
static bool is_replaceable(const struct stat *folder, const struct stat *entry)
{
    bool group = (folder->st_mode & S_IWGRP) && folder->st_gid != getegid();
    if (!group && !(folder->st_mode & S_IWOTH))
        return false;
    bool ours = !entry || entry->st_uid == geteuid() || entry->st_uid == 0;
    return !(folder->st_mode & S_ISVTX) || !ours;
}

/* Looks at each folder on the way to PATH (absolute, no link before its last part), as far as it is there. */
static int check_steps(char *path, const char *variable, struct ob_error *e)
{
    struct stat folder, entry;
    int err = 0;
    if (lstat("/", &folder) != 0)
        return ob_error_set(e, ob_err_from_errno(errno), "cannot stat /: %s", strerror(errno));
    for (char *p = path + 1; !err; p++) {
        p += strcspn(p, "/");
        char c = *p;
        *p = '\0';
        bool there = lstat(path, &entry) == 0;
        if (is_replaceable(&folder, there ? &entry : NULL)) {
            char *dir = ob_path_dir(path);
            err = ob_error_set(e, OB_EDENIED,
                               "other users can write to %s and replace %s: chmod go-w it, or "
                               "set %s to a folder of yours alone",
                               dir, ob_path_base(path), variable);
            ob_free(dir);
        }
        *p = c;
        if (c == '\0' || !there)
            break;
        folder = entry;
    }
    return err;
}

/* Nobody else may be able to put another directory in the place of PATH, whatever links lead there: what was
 * seen there would not be what is used a moment later. */
static int check_way(const char *path, const char *variable, struct ob_error *e)
{
    struct ob_place places[OB_PLACES_MAX];
    size_t n = ob_places_find(places, NULL, path);
    int err = n < OB_PLACES_MAX
                  ? 0
                  : ob_error_set(e, OB_EDENIED, "too many links lead to %s: set %s to where it is",
                                 path, variable);
    for (size_t i = 0; i < n && !err; i++) {
        char *at = ob_path_join(places[i].dir, places[i].name);
        err = check_steps(at, variable, e);
        ob_free(at);
    }
    ob_places_release(places, n);
    return err;
}

/* A directory that holds a socket must be ours alone, and no link that somebody has put there.  A folder
 * of settings may be our own LINK to one (dotfiles): its mode is left as it is then, its files have theirs. */
static int check_private(const char *path, bool link, const char *variable, struct ob_error *e)
{
    struct stat st;
    int err = lstat(path, &st);
    link = link && err == 0 && S_ISLNK(st.st_mode) && st.st_uid == geteuid();
    if (link)
        err = stat(path, &st);
    if (err != 0)
        return ob_error_set(e, ob_err_from_errno(errno), "cannot stat %s: %s", path,
                            strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return ob_error_set(e, OB_EDENIED, "%s is not a directory: remove it", path);
    if (st.st_uid != geteuid())
        return ob_error_set(e, OB_EDENIED, "%s belongs to another user: set %s", path, variable);
    if (st.st_mode & 0022) /* what lies in it may not be ours */
        return ob_error_set(e, OB_EDENIED, "other users can write to %s: remove it", path);
    if (!link && (st.st_mode & 0077) && chmod(path, 0700) != 0)
        return ob_error_set(e, OB_EDENIED, "%s is open to other users: chmod 700 it", path);
    return 0;
}

/* The way first: nothing is made where others decide what it leads to.  What is safe then stays so. */
static int make_own(const char *path, bool link, const char *variable, struct ob_error *e)
{
    int err = check_way(path, variable, e);
    err = err ? err : make_dirs(path, e);
    return err ? err : check_private(path, link, variable, e);
}

int ob_dir_own(const char *path, struct ob_error *e)
{
    return make_own(path, true, "XDG_STATE_HOME", e);
}

static int ready(char **out, char *path, bool link, struct ob_error *e)
{
    int err = make_own(path, link, link ? "XDG_STATE_HOME" : "XDG_RUNTIME_DIR", e);
    if (err)
        ob_free(path);
    else
        *out = path;
    return err;
}

/* An XDG variable counts only when it is absolute, as the specification says. */
static const char *absolute_env(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] == '/' ? value : NULL;
}

/* After su or in a container XDG_RUNTIME_DIR may be another user's, or gone. */
static bool is_own_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

int ob_dir_runtime(char **out, struct ob_error *e)
{
    const char *dir = absolute_env("XDG_RUNTIME_DIR");
    if (dir && is_own_dir(dir))
        return ready(out, ob_path_join(dir, "openbook"), false, e);
    dir = absolute_env("TMPDIR");
    return ready(out, ob_asprintf("%s/openbook-%ld", dir ? dir : "/tmp", (long)geteuid()), false,
                 e);
}

/* Our place for VARIABLE or, without it, BELOW_HOME; NULL (OB_ENOTFOUND) without a home. */
static char *home_dir(const char *variable, const char *below_home, struct ob_error *e)
{
    const char *dir = absolute_env(variable);
    if (dir)
        return ob_path_join(dir, "openbook");
    const char *home = absolute_env("HOME");
    if (home)
        return ob_asprintf("%s/%s/openbook", home, below_home);
    (void)ob_error_set(e, OB_ENOTFOUND, "neither %s nor HOME is set: set one of them", variable);
    return NULL;
}

int ob_dir_state_name(char **out, struct ob_error *e)
{
    *out = home_dir("XDG_STATE_HOME", ".local/state", e);
    return *out ? 0 : OB_ENOTFOUND;
}

int ob_dir_state(char **out, struct ob_error *e)
{
    char *path = NULL;
    int err = ob_dir_state_name(&path, e);
    return err ? err : ready(out, path, true, e);
}

int ob_dir_config(char **out, struct ob_error *e)
{
    char *path = home_dir("XDG_CONFIG_HOME", ".config", e);
    if (!path)
        return OB_ENOTFOUND;
    *out = path;
    return 0;
}
