/* The table of mounts: one line a mount, whose fields are parted by blanks (proc(5)):
 *
 *     36 35 98:0 /sub /home/u/p/mnt rw,noatime shared:1 - ext3 /dev/root rw
 *     id parent device  directory of it  where  options  tags...  -  type  source  options
 *
 * In a path blanks, tabs, line feeds and backslashes are written \040, \011, \012 and \134.  A set is compared
 * by a sum over the layers at a path, so that their order does not count. */
#include "mount_table.h"

#include <string.h>
#include <unistd.h>

#include "openbook/base/error.h"
#include "openbook/base/hash.h"
#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

enum { READ_BYTES = 65536 /* a longer line is passed over; the longest path has 16 KB */ };

void ob__mount_set_release(struct ob__mount_set *s)
{
    ob_map_release(&s->points);
}

/* ------------------------------------------------------------ one line */

/* The next field of *AT, which is then behind it, NUL in place of the blank; NULL at the end. */
static char *next_field(char **at)
{
    char *field = *at;
    if (!field || !*field || *field == ' ')
        return NULL;
    char *blank = strchr(field, ' ');
    if (blank)
        *blank = '\0';
    *at = blank ? blank + 1 : NULL;
    return field;
}

static bool is_octal(const char *p)
{
    return p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7';
}

static void unescape(char *path)
{
    char *to = path;
    for (const char *p = path; *p; to++) {
        if (*p == '\\' && is_octal(p + 1)) {
            *to = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0'));
            p += 4;
        } else {
            *to = *p++;
        }
    }
    *to = '\0';
}

/* The type stands behind a lone dash: there may be any number of tags before it. */
static const char *type_of(char **at)
{
    char *field;
    while ((field = next_field(at)))
        if (strcmp(field, "-") == 0)
            return next_field(at);
    return NULL;
}

/* Which mount it is.  Its number is given to another one when it has gone; then what is mounted differs, or
 * the file system is the same. */
static uint64_t hash_of(const char *id, const char *device, const char *dir)
{
    uint64_t h = ob_hash(id, strlen(id));
    h = ob_hash_seed(device, strlen(device), h);
    h = ob_hash_seed(dir, strlen(dir), h);
    return h ? h : 1;
}

bool ob__mount_line_read(struct ob__mount_line *out, char *line, size_t len)
{
    char *fields[5], *at = line;
    if (memchr(line, '\0', len))
        return false;
    line[len] = '\0';
    for (size_t i = 0; i < 5; i++)
        if (!(fields[i] = next_field(&at)))
            return false;
    const char *type = type_of(&at);
    if (!type || fields[4][0] != '/')
        return false;
    unescape(fields[4]);
    out->point = fields[4];
    out->what = strcmp(type, "autofs") == 0 ? 0 : hash_of(fields[0], fields[2], fields[3]);
    return true;
}

/* ------------------------------------------------------------ sets */
void ob__mount_set_add(struct ob__mount_set *s, const char *dir, const struct ob__mount_line *l)
{
    const char *below = ob_path_inside(dir, l->point);
    if (!below || !*below)
        return;
    size_t len = strlen(below);
    if (s->points.len < OB__MOUNTS_BELOW || ob_map_get(&s->points, below, len))
        *ob_map_put(&s->points, below, len, NULL) += l->what;
}

/* Whether PATH, or a folder that it lies in, is a key of M; ABOVE: only such a folder.  WAITS: only one whose
 * value is 0. */
static bool is_within(const struct ob_map *m, const char *path, bool above, bool waits)
{
    for (size_t len = 1;; len++) {
        len += strcspn(path + len, "/");
        bool last = path[len] == '\0';
        const uint64_t *value = last && above ? NULL : ob_map_get(m, path, len);
        if (value && (!waits || *value == 0))
            return true;
        if (last)
            return false;
    }
}

static void drop_nested(struct ob_map *changed)
{
    struct ob_map outer = {0};
    const struct ob_map_slot *slot;
    for (size_t pos = 0; (slot = ob_map_next(changed, &pos));)
        if (!is_within(changed, slot->key, true, false))
            (void)ob_map_put(&outer, slot->key, slot->key_len, NULL);
    ob_map_release(changed);
    *changed = outer;
}

void ob__mount_set_compare(struct ob_map *changed, struct ob__mount_set *now,
                           const struct ob__mount_set *before)
{
    struct ob_map_slot *slot;
    for (size_t pos = 0; (slot = ob_map_next(&before->points, &pos));)
        if (!ob_map_get(&now->points, slot->key, slot->key_len) &&
            !is_within(&now->points, slot->key, true, true))
            (void)ob_map_put(changed, slot->key, slot->key_len, NULL);
    for (size_t pos = 0; (slot = ob_map_next(&now->points, &pos));) {
        const uint64_t *old = ob_map_get(&before->points, slot->key, slot->key_len);
        if (slot->value == 0)
            slot->value = old ? *old : 0;
        else if (!old || *old != slot->value)
            (void)ob_map_put(changed, slot->key, slot->key_len, NULL);
    }
    drop_nested(changed);
}

/* ------------------------------------------------------------ the table */
struct reading {
    char *bytes; /* owned; READ_BYTES + 1 */
    size_t len;
    bool passing; /* over the rest of a line that is too long */
    void (*each)(const struct ob__mount_line *l, void *data);
    void *data;
};

/* Gives out the whole lines that there are, and keeps the rest. */
static void take_lines(struct reading *r)
{
    char *line = r->bytes, *end;
    struct ob__mount_line l;
    while ((end = memchr(line, '\n', r->len - (size_t)(line - r->bytes)))) {
        if (!r->passing && ob__mount_line_read(&l, line, (size_t)(end - line)))
            r->each(&l, r->data);
        r->passing = false;
        line = end + 1;
    }
    r->len -= (size_t)(line - r->bytes);
    memmove(r->bytes, line, r->len);
    if (r->len == READ_BYTES) {
        r->passing = true;
        r->len = 0;
    }
}

int ob__mount_table_read(int fd, void (*each)(const struct ob__mount_line *l, void *data),
                         void *data)
{
    struct reading r = {.bytes = ob_try_alloc(READ_BYTES + 1, 1), .each = each, .data = data};
    ssize_t n = -1;
    if (!r.bytes)
        return OB_ENOMEM;
    if (lseek(fd, 0, SEEK_SET) == 0)
        while ((n = ob_io_read(fd, r.bytes + r.len, READ_BYTES - r.len)) > 0) {
            r.len += (size_t)n;
            take_lines(&r);
        }
    ob_free(r.bytes);
    return n < 0 ? OB_EIO : 0;
}
