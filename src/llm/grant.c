/* Who said yes to what: a list in memory and one small file.
 *
 *     {"version": 1, "consents": [{"project": "/p", "origin": "https://h:443", "date": "2026-01-31"}]}
 *
 * A change reads the file anew before it writes it, so that a daemon and a command line that share
 * it keep each other's grants.  A file we cannot read is never written over: it may be newer, or one
 * slip in an editor away from what the user wants. */
#include "openbook/llm/grant.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "openbook/base/buf.h"
#include "openbook/base/clock.h"
#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/llm/http.h"

#include "grant.h"
#include "json.h"

enum { FILE_VERSION = 1, FILE_MAX_BYTES = 1 << 20, GRANTS_MAX = 4096 };

void ob__grants_drop(struct ob_grants *g, size_t i)
{
    ob_free(g->list[i].project);
    ob_free(g->list[i].origin);
    memmove(g->list + i, g->list + i + 1, (g->len - i - 1) * sizeof *g->list);
    g->len--;
}

struct ob__grant *ob__grants_find(const struct ob_grants *g, const char *project,
                                  const char *origin)
{
    for (size_t i = 0; i < g->len; i++)
        if (strcmp(g->list[i].project, project) == 0 && strcmp(g->list[i].origin, origin) == 0)
            return &g->list[i];
    return NULL;
}

void ob__grants_put(struct ob_grants *g, const char *project, const char *origin, const char *date,
                    bool remembered)
{
    struct ob__grant *old = ob__grants_find(g, project, origin);
    if (old) {
        old->remembered |= remembered;
        return;
    }
    OB_GROW(g->list, g->len, g->cap);
    struct ob__grant *new = &g->list[g->len++];
    *new = (struct ob__grant){
        .project = ob_strdup(project), .origin = ob_strdup(origin), .remembered = remembered};
    (void)snprintf(new->date, sizeof new->date, "%s", date); /* a longer one is cut */
}

/* ------------------------------------------------------------ the file */
static int malformed(const struct ob_grants *g, struct ob_error *e)
{
    return ob_error_set(e, OB_EINVAL,
                        "%s does not hold consents that this openbook can read: mend it or move it "
                        "away; until then every consent lasts only as long as this process",
                        g->path);
}

static int take(struct ob_grants *g, const cJSON *root, struct ob_error *e)
{
    const cJSON *list = ob__json_get(root, "consents"), *item;
    if (ob__json_count(root, "version") != FILE_VERSION || !cJSON_IsArray(list) ||
        cJSON_GetArraySize(list) > GRANTS_MAX)
        return malformed(g, e);
    cJSON_ArrayForEach(item, list)
    {
        const char *project = ob__json_string(item, "project");
        const char *origin = ob__json_string(item, "origin");
        const char *date = ob__json_string(item, "date");
        if (!project || !origin || !date)
            return malformed(g, e);
        ob__grants_put(g, project, origin, date, true);
    }
    return 0;
}

void ob__grants_forget_file(struct ob_grants *g)
{
    for (size_t i = g->len; i-- > 0;)
        if (g->list[i].remembered)
            ob__grants_drop(g, i);
}

/* The remembered grants are then those of the file. */
int ob__grants_load(struct ob_grants *g, struct ob_error *e)
{
    struct ob_buf text;
    if (!g->path)
        return 0;
    ob_buf_init(&text, FILE_MAX_BYTES);
    int err = ob_io_read_file(&text, g->path, e);
    if (err == OB_ENOTFOUND) {
        ob_error_clear(e);
        ob__grants_forget_file(g);
        err = 0;
    } else if (!err) {
        cJSON *root = ob__json_parse(ob_buf_str(&text), text.len);
        ob__grants_forget_file(g);
        err = take(g, root, e);
        cJSON_Delete(root);
    }
    if (err)
        ob__grants_forget_file(g);
    ob_buf_release(&text);
    return err;
}

static int append_grant(struct ob_buf *out, const struct ob__grant *grant, bool first)
{
    int err = ob_buf_append_str(out, first ? "\n  {\"project\": " : ",\n  {\"project\": ");
    if (!err)
        err = ob__json_append_string(out, grant->project, strlen(grant->project));
    if (!err)
        err = ob_buf_append_str(out, ", \"origin\": ");
    if (!err)
        err = ob__json_append_string(out, grant->origin, strlen(grant->origin));
    return err ? err : ob_buf_appendf(out, ", \"date\": \"%s\"}", grant->date);
}

static int save(const struct ob_grants *g, struct ob_error *e)
{
    if (!g->path)
        return ob_error_set(e, OB_ENOTFOUND,
                            "without a state directory a consent lasts only as "
                            "long as this process");
    struct ob_buf text;
    bool first = true;
    ob_buf_init(&text, FILE_MAX_BYTES);
    int err = ob_buf_appendf(&text, "{\"version\": %d, \"consents\": [", FILE_VERSION);
    for (size_t i = 0; i < g->len && !err; i++) {
        if (!g->list[i].remembered)
            continue;
        err = append_grant(&text, &g->list[i], first);
        first = false;
    }
    if (!err)
        err = ob_buf_append_str(&text, "\n]}\n");
    if (err)
        (void)ob_error_set(e, err, "%s would grow over %d bytes", g->path, FILE_MAX_BYTES);
    else
        err = ob_io_write_file(g->path, text.data, text.len, e);
    ob_buf_release(&text);
    return err;
}

/* ------------------------------------------------------------ the door */
struct ob_grants *ob_grants_new(const char *path)
{
    struct ob_grants *g = ob_alloc(sizeof *g);
    g->path = ob_strdup(path);
    return g;
}

int ob_grants_open(struct ob_grants **out, const char *path, struct ob_error *e)
{
    *out = ob_grants_new(path);
    return ob__grants_load(*out, e);
}

void ob_grants_free(struct ob_grants *g)
{
    if (!g)
        return;
    ob__grants_orphan(g);
    while (g->len)
        ob__grants_drop(g, g->len - 1);
    ob_free(g->list);
    ob_free(g->path);
    ob_free(g);
}

bool ob_grants_has(const struct ob_grants *g, const char *project, const char *origin)
{
    if (ob_http_is_loopback(origin))
        return true;
    return g && project && ob__grants_find(g, project, origin);
}

void ob__grants_today(char date[11])
{
    time_t now = (time_t)ob_clock_wall_s();
    struct tm tm;
    if (!gmtime_r(&now, &tm) || strftime(date, 11, "%Y-%m-%d", &tm) != 10)
        date[0] = '\0';
}

int ob_grants_add(struct ob_grants *g, const char *project, const char *origin, bool remember,
                  struct ob_error *e)
{
    char date[11];
    ob__grants_today(date);
    if (!remember) {
        ob__grants_put(g, project, origin, date, false);
        return 0;
    }
    int err = ob__grants_load(g, e);
    if (err)
        return err;
    if (g->len >= GRANTS_MAX)
        return ob_error_set(e, OB_ETOOBIG, "%s holds %d consents already: revoke some",
                            g->path ? g->path : "memory", GRANTS_MAX);
    ob__grants_put(g, project, origin, date, true);
    err = save(g, e);
    if (err) /* what is not in the file would be lost with the next reading of it */
        ob__grants_find(g, project, origin)->remembered = false;
    return err;
}

int ob_grants_revoke(struct ob_grants *g, const char *project, const char *origin,
                     struct ob_error *e)
{
    int err = ob__grants_load(g, e);
    if (err)
        return err;
    struct ob__grant *old = ob__grants_find(g, project, origin);
    if (!old)
        return ob_error_set(e, OB_ENOTFOUND, "%s was not granted for %s", origin, project);
    bool remembered = old->remembered;
    ob__grants_drop(g, (size_t)(old - g->list));
    return remembered ? save(g, e) : 0;
}

bool ob_grants_next(const struct ob_grants *g, size_t *pos, const char **project,
                    const char **origin, const char **date)
{
    while (*pos < g->len) {
        const struct ob__grant *grant = &g->list[(*pos)++];
        if (!grant->remembered)
            continue;
        *project = grant->project;
        *origin = grant->origin;
        *date = grant->date;
        return true;
    }
    return false;
}
