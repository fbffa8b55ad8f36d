/* Reading git's configuration without git.
 *
 * Only what decides about ignoring is read.  "include" and "includeIf gitdir" are followed, other
 * conditions are not.  A malformed line is passed over: a broken configuration makes git fail, but
 * must not stop an index. */
#include "gitconf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "walker.h"
#include "wildmatch.h"

enum {
    MAX_INCLUDES = 10,       /* levels, as git has it */
    READ_STEP = 8192,        /* bytes; most files of rules are read at once */
    MAX_LINE_BYTES = 16384,  /* of a file that holds one path */
    MAX_NAME_BYTES = 256,    /* of a setting; those we know are short */
    MAX_VALUE_BYTES = 8192,  /* of a setting, and of a section's head */
    PASSWD_BYTES = 16 * 1024 /* room for the texts of one entry of passwd */
};

/* ------------------------------------------------------------ files looked at */
static void look(struct ob__seen *s)
{
    struct stat st;
    s->inode = 0;
    s->size = s->mtime_ns = s->ctime_ns = 0;
    if (ob_io_fstatat(AT_FDCWD, s->path, &st, 0) != 0)
        return;
    s->inode = (unsigned long long)st.st_ino;
    if (S_ISDIR(st.st_mode))
        return; /* that it is there is all we want to know */
    s->size = (long long)st.st_size;
    s->mtime_ns = (long long)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    s->ctime_ns = (long long)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec;
}

void ob__seen_add(struct ob__seen_list *list, const char *path)
{
    if (!list || list->quiet)
        return;
    OB_GROW(list->items, list->n, list->cap);
    struct ob__seen *s = &list->items[list->n++];
    s->path = ob_strdup(path);
    look(s);
}

static void forget_after(struct ob__seen_list *list, size_t n)
{
    while (list && list->n > n)
        ob_free(list->items[--list->n].path);
}

bool ob__seen_changed(const struct ob__seen_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct ob__seen *old = &list->items[i];
        struct ob__seen now = {.path = old->path};
        look(&now);
        if (now.inode != old->inode || now.size != old->size || now.mtime_ns != old->mtime_ns ||
            now.ctime_ns != old->ctime_ns)
            return true;
    }
    return false;
}

void ob__seen_release(struct ob__seen_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        ob_free(list->items[i].path);
    ob_free(list->items);
    *list = (struct ob__seen_list){0};
}

/* A call failed by ERRNO_VALUE: SEEN (may be NULL) hears of it if another time it may not. */
static void note_refusal(struct ob__seen_list *seen, int errno_value)
{
    if (seen && ob__skip_from_errno(errno_value) == OB_SKIP_REFUSED)
        seen->refused = true;
}

/* False, and errno. */
static bool read_fd(struct ob_buf *out, int fd)
{
    struct stat st;
    if (ob_io_fstat(fd, &st) != 0)
        return false;
    errno = EINVAL;
    if (!S_ISREG(st.st_mode))
        return false;
    for (;;) {
        char *room = ob_buf_reserve(out, READ_STEP);
        errno = EFBIG;
        ssize_t n = room ? ob_io_read(fd, room, READ_STEP) : -1;
        if (n <= 0)
            return n == 0;
        ob_buf_commit(out, (size_t)n);
    }
}

static bool read_at(struct ob_buf *out, int dirfd, const char *path, bool follow,
                    struct ob__seen_list *seen)
{
    ob_buf_clear(out);
    /* O_NONBLOCK: a FIFO under that name must not hang us. */
    int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW);
    int fd = ob_io_openat(dirfd, path, flags, 0);
    bool ok = fd >= 0 && read_fd(out, fd);
    if (!ok)
        note_refusal(seen, errno);
    if (fd >= 0)
        (void)ob_io_close(fd); /* opened for reading: nothing to lose */
    return ok;
}

bool ob__read_small(struct ob_buf *out, const char *path, bool follow, struct ob__seen_list *seen)
{
    ob__seen_add(seen, path); /* before reading: a change in between must be seen */
    return read_at(out, AT_FDCWD, path, follow, seen);
}

bool ob__read_small_at(struct ob_buf *out, int dirfd, const char *name, struct ob__seen_list *seen)
{
    return read_at(out, dirfd, name, false, seen);
}

/* ------------------------------------------------------------ repositories */

/* The content of a file of one line, without PREFIX and the line's end; NULL when it is not so. */
static char *read_line_file(const char *path, const char *prefix, struct ob__seen_list *seen)
{
    struct ob_buf b;
    char *line = NULL;
    size_t skip = strlen(prefix);
    ob_buf_init(&b, MAX_LINE_BYTES);
    if (ob__read_small(&b, path, true, seen) && strncmp(ob_buf_str(&b), prefix, skip) == 0) {
        const char *text = ob_buf_str(&b) + skip;
        size_t len = strcspn(text, "\r\n");
        line = len ? ob_strndup(text, len) : NULL;
    }
    ob_buf_release(&b);
    return line;
}

static bool exists(const char *dir, const char *name, struct ob__seen_list *seen)
{
    struct stat st;
    char *path = ob_path_join(dir, name);
    bool found = ob_io_fstatat(AT_FDCWD, path, &st, 0) == 0;
    if (!found)
        note_refusal(seen, errno);
    ob_free(path);
    return found;
}

/* A path that may be relative to DIR, made absolute. */
static char *resolve(const char *dir, const char *path)
{
    char *joined = ob_path_join(dir, path);
    char *clean = ob_path_absolute(joined);
    ob_free(joined);
    return clean;
}

/* Whether all is there that makes a repository.  What is not may come: git makes the folder first. */
static bool is_whole(const struct ob__repo *repo, struct ob__seen_list *seen)
{
    static const char *const parts[] = {"HEAD", "commondir", "objects", "refs"};
    size_t n_seen = seen ? seen->n : 0;
    for (size_t i = 0; seen && i < sizeof parts / sizeof *parts; i++) {
        char *path = ob_path_join(repo->git_dir, parts[i]);
        ob__seen_add(seen, path);
        ob_free(path);
    }
    bool whole = exists(repo->git_dir, "HEAD", seen) && exists(repo->common_dir, "objects", seen) &&
                 exists(repo->common_dir, "refs", seen);
    if (whole) /* HEAD changes with each checkout */
        forget_after(seen, n_seen);
    return whole;
}

bool ob__repo_at(struct ob__repo *out, const char *top, struct ob__seen_list *seen)
{
    struct stat st;
    *out = (struct ob__repo){0};
    char *dot_git = ob_path_join(top, ".git");
    bool found = ob_io_fstatat(AT_FDCWD, dot_git, &st, 0) == 0;
    if (!found)
        note_refusal(seen, errno);
    if (found && S_ISREG(st.st_mode)) {
        char *target = read_line_file(dot_git, "gitdir: ", seen);
        out->git_dir = target ? resolve(top, target) : NULL;
        ob_free(target);
        ob_free(dot_git);
    } else {
        ob__seen_add(seen, dot_git);
        out->git_dir = dot_git;
    }
    if (!out->git_dir || !found) {
        ob__repo_release(out);
        return false;
    }
    char *common_file = ob_path_join(out->git_dir, "commondir");
    char *common =
        exists(out->git_dir, "commondir", seen) ? read_line_file(common_file, "", seen) : NULL;
    out->common_dir = resolve(out->git_dir, common ? common : ".");
    ob_free(common);
    ob_free(common_file);
    if (is_whole(out, seen))
        return true;
    ob__repo_release(out);
    return false;
}

void ob__repo_release(struct ob__repo *r)
{
    ob_free(r->git_dir);
    ob_free(r->common_dir);
    *r = (struct ob__repo){0};
}

/* ------------------------------------------------------------ the configuration language */
struct reader {
    struct ob__git_settings *out;
    const struct ob__repo *repo; /* may be NULL */
    struct ob__seen_list *seen;
    const char *file; /* the file that is being read */
    unsigned includes;
};

static void read_config(struct reader *r, const char *path);

/* "~/x" and "~user/x" as git expands them; NULL when there is no such home. */
static char *expand_home(const char *path)
{
    if (*path != '~')
        return ob_strdup(path);
    size_t n = strcspn(path, "/");
    const char *home = getenv("HOME");
    char *name = ob_strndup(path + 1, n - 1);
    struct passwd entry, *found = NULL;
    char *room = ob_alloc(PASSWD_BYTES);
    if (*name)
        home = getpwnam_r(name, &entry, room, PASSWD_BYTES, &found) == 0 && found ? found->pw_dir
                                                                                  : NULL;
    char *out = home ? ob_asprintf("%s%s", home, path + n) : NULL;
    ob_free(room);
    ob_free(name);
    return out;
}

/* Where a path in a configuration file leads: from the home directory, or from that file. */
static char *path_from_config(const struct reader *r, const char *value)
{
    char *expanded = expand_home(value);
    const char *slash = strrchr(r->file, '/');
    char *dir = ob_strndup(r->file, slash ? (size_t)(slash - r->file) : 0);
    char *out = expanded ? resolve(dir, expanded) : NULL;
    ob_free(dir);
    ob_free(expanded);
    return out;
}

/* Whether CONDITION of an includeIf section holds: "gitdir:PATTERN" or "gitdir/i:PATTERN". */
static bool condition_holds(const struct reader *r, const char *condition)
{
    bool fold = strncmp(condition, "gitdir/i:", 9) == 0;
    if (!r->repo || (!fold && strncmp(condition, "gitdir:", 7) != 0))
        return false;
    const char *pattern = condition + (fold ? 9 : 7);
    char *expanded;
    if (strncmp(pattern, "./", 2) == 0)
        expanded = path_from_config(r, pattern);
    else
        expanded = expand_home(pattern);
    if (!expanded)
        return false;
    size_t len = strlen(pattern);
    char *whole =
        ob_asprintf("%s%s%s%s", expanded[0] == '/' ? "" : "**/", expanded,
                    len && pattern[len - 1] == '/' && strncmp(pattern, "./", 2) == 0 ? "/" : "",
                    len && pattern[len - 1] == '/' ? "**" : "");
    bool holds =
        ob__wildmatch(whole, strlen(whole), r->repo->git_dir, strlen(r->repo->git_dir), fold);
    ob_free(whole);
    ob_free(expanded);
    return holds;
}

static bool is_true(const char *value)
{
    return !value || strcasecmp(value, "true") == 0 || strcasecmp(value, "yes") == 0 ||
           strcasecmp(value, "on") == 0 ||
           (isdigit((unsigned char)*value) && strtol(value, NULL, 10) != 0);
}

/* Takes "SECTION.NAME = VALUE" (a NULL value: the name alone).  SECTION holds its quoted part behind
 * a dot. */
static void take_setting(struct reader *r, const char *section, const char *name, const char *value)
{
    bool include = strcasecmp(section, "include") == 0;
    if (strncasecmp(section, "includeif.", 10) == 0)
        include = condition_holds(r, section + 10);
    if (include && value && strcasecmp(name, "path") == 0) {
        char *path = path_from_config(r, value);
        if (path)
            read_config(r, path);
        ob_free(path);
    } else if (strcasecmp(section, "core") != 0) {
        return;
    } else if (strcasecmp(name, "ignorecase") == 0) {
        r->out->ignore_case = is_true(value);
    } else if (strcasecmp(name, "excludesfile") == 0 && value) {
        ob_free(r->out->excludes_file);
        r->out->excludes_file = expand_home(value);
    }
}

/* Appends the section's name from TEXT (behind '[') to OUT as "name" or "name.quoted"; returns where
 * the line goes on. */
static const char *parse_section(struct ob_buf *out, const char *text)
{
    ob_buf_clear(out);
    for (; *text && *text != ']' && *text != '\n'; text++) {
        if (*text == '"') {
            (void)ob_buf_append_str(out,
                                    "."); /* cut at the ceiling: then it is no section we know */
            for (text++; *text && *text != '"' && *text != '\n'; text++) {
                if (*text == '\\' && text[1])
                    text++;
                (void)ob_buf_append(out, text, 1);
            }
            if (*text != '"')
                return text;
        } else if (!isspace((unsigned char)*text)) {
            (void)ob_buf_append(out, text, 1);
        }
    }
    return *text == ']' ? text + 1 : text;
}

/* Appends the value at TEXT (behind '=') to OUT: quotes, escapes, continued lines, comments, and no
 * blanks around it.  Returns where its line ends. */
static const char *parse_value(struct ob_buf *out, const char *text)
{
    bool quoted = false;
    size_t kept = 0; /* length without trailing blanks */
    ob_buf_clear(out);
    while (*text == ' ' || *text == '\t')
        text++;
    for (; *text && *text != '\n'; text++) {
        char c = *text;
        if (!quoted && (c == '#' || c == ';')) {
            text += strcspn(text, "\n");
            break;
        }
        if (c == '"') {
            quoted = !quoted;
            continue;
        }
        if (c == '\\') {
            text++;
            if (*text == '\r' && text[1] == '\n')
                text++;
            if (*text == '\n')
                continue;
            if (!*text)
                break;
            c = *text == 'n' ? '\n' : *text == 't' ? '\t' : *text == 'b' ? '\b' : *text;
        } else if (!quoted && (c == ' ' || c == '\t' || c == '\r')) {
            (void)ob_buf_append(out, &c, 1);
            continue;
        }
        (void)ob_buf_append(out, &c, 1); /* past the ceiling the value is useless anyway */
        kept = out->len;
    }
    if (out->data)
        out->data[out->len = kept] = '\0';
    return text;
}

static void parse_config(struct reader *r, const char *text)
{
    struct ob_buf section, name, value;
    ob_buf_init(&section, MAX_VALUE_BYTES);
    ob_buf_init(&name, MAX_NAME_BYTES);
    ob_buf_init(&value, MAX_VALUE_BYTES);
    while (*text) {
        if (isspace((unsigned char)*text)) {
            text++;
        } else if (*text == '#' || *text == ';') {
            text += strcspn(text, "\n");
        } else if (*text == '[') {
            text = parse_section(&section, text + 1);
        } else {
            size_t len = strcspn(text, "= \t\r\n#;");
            ob_buf_clear(&name);
            (void)ob_buf_append(&name, text, len); /* a longer name is none we know */
            text += len;
            text += strspn(text, " \t");
            bool has_value = *text == '=';
            if (has_value)
                text = parse_value(&value, text + 1);
            else
                text += strcspn(text, "\n");
            take_setting(r, ob_buf_str(&section), ob_buf_str(&name),
                         has_value ? ob_buf_str(&value) : NULL);
        }
    }
    ob_buf_release(&section);
    ob_buf_release(&name);
    ob_buf_release(&value);
}

/* Recursion is bounded by MAX_INCLUDES. */
static void read_config(struct reader *r, const char *path)
{
    struct ob_buf b;
    if (r->includes >= MAX_INCLUDES)
        return;
    const char *outer = r->file;
    r->file = path;
    r->includes++;
    ob_buf_init(&b, OB__RULES_MAX_BYTES);
    if (ob__read_small(&b, path, true, r->seen)) {
        const char *text = ob_buf_str(&b);
        parse_config(r, text + (strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0));
    }
    ob_buf_release(&b);
    r->includes--;
    r->file = outer;
}

/* ------------------------------------------------------------ which files, in which order */

/* DIR/NAME is read if DIR is set. */
static void read_below(struct reader *r, const char *dir, const char *name)
{
    if (!dir || !*dir)
        return;
    char *path = ob_path_join(dir, name);
    read_config(r, path);
    ob_free(path);
}

/* $XDG_CONFIG_HOME/git/NAME or ~/.config/git/NAME; NULL without a home. */
static char *user_git_file(const char *name)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (xdg && *xdg)
        return ob_asprintf("%s/git/%s", xdg, name);
    return home && *home ? ob_asprintf("%s/.config/git/%s", home, name) : NULL;
}

static void read_users(struct reader *r)
{
    const char *global = getenv("GIT_CONFIG_GLOBAL");
    if (global) {
        if (*global)
            read_config(r, global);
        return;
    }
    char *path = user_git_file("config");
    if (path)
        read_config(r, path);
    ob_free(path);
    read_below(r, getenv("HOME"), ".gitconfig");
}

void ob__git_settings_read(struct ob__git_settings *out, const struct ob__repo *repo,
                           const char *top, struct ob__seen_list *seen)
{
    *out = (struct ob__git_settings){0};
    struct reader r = {out, repo, seen, "", 0};
    const char *system = getenv("GIT_CONFIG_SYSTEM"), *none = getenv("GIT_CONFIG_NOSYSTEM");
    if (!none || !is_true(none))
        read_config(&r, system ? system : "/etc/gitconfig");
    read_users(&r);
    if (repo) {
        read_below(&r, repo->common_dir, "config");
        if (strcmp(repo->git_dir, repo->common_dir) != 0 ||
            exists(repo->git_dir, "config.worktree", seen))
            read_below(&r, repo->git_dir, "config.worktree");
    }
    if (!out->excludes_file) {
        out->excludes_file = user_git_file("ignore");
    } else if (*out->excludes_file) {
        char *absolute = resolve(top, out->excludes_file);
        ob_free(out->excludes_file);
        out->excludes_file = absolute;
    } else { /* set to nothing: no such file */
        ob_free(out->excludes_file);
        out->excludes_file = NULL;
    }
}

void ob__git_settings_release(struct ob__git_settings *s)
{
    ob_free(s->excludes_file);
    *s = (struct ob__git_settings){0};
}
