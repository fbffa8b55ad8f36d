/* The ledger.  Invariant: skipped[r] is the number of entries with reason r, linked that of entries
 * whose stat says so. */
#include "ledger.h"

#include <string.h>

#include "openbook/base/mem.h"

void ob__ledger_init(struct ob__ledger *l)
{
    *l = (struct ob__ledger){0};
    (void)uv_mutex_init(&l->lock); /* cannot fail for a plain one */
}

void ob__ledger_clear(struct ob__ledger *l)
{
    size_t pos = 0;
    uv_mutex_lock(&l->lock);
    struct ob_map files = l->files;
    l->files = (struct ob_map){0};
    l->linked = 0;
    uv_mutex_unlock(&l->lock);
    for (int i = 0; i < OB_SKIP_N; i++)
        atomic_store(&l->skipped[i], 0);
    for (struct ob_map_slot *s; (s = ob_map_next(&files, &pos));)
        ob_free((void *)(uintptr_t)s->value);
    ob_map_release(&files);
}

void ob__ledger_release(struct ob__ledger *l)
{
    ob__ledger_clear(l);
    uv_mutex_destroy(&l->lock);
}

static struct ob__known *find(const struct ob__ledger *l, const char *path)
{
    uint64_t *value = ob_map_get(&l->files, path, strlen(path));
    return value ? (struct ob__known *)(uintptr_t)*value : NULL;
}

bool ob__ledger_get(struct ob__known *out, struct ob__ledger *l, const char *path)
{
    uv_mutex_lock(&l->lock);
    const struct ob__known *known = find(l, path);
    if (known)
        *out = *known;
    uv_mutex_unlock(&l->lock);
    return known != NULL;
}

static void count(struct ob__ledger *l, const struct ob__known *entry, size_t by)
{
    atomic_fetch_add(&l->skipped[entry->reason], by); /* wraps where BY is negative */
    l->linked += entry->stat.linked ? by : 0;
}

void ob__ledger_set(struct ob__ledger *l, const char *path, const struct ob__known *known)
{
    uv_mutex_lock(&l->lock);
    struct ob__known *entry = find(l, path);
    if (entry) {
        count(l, entry, (size_t)-1);
    } else {
        entry = ob_alloc(sizeof *entry);
        *ob_map_put(&l->files, path, strlen(path), NULL) = (uint64_t)(uintptr_t)entry;
    }
    *entry = *known;
    count(l, entry, 1);
    uv_mutex_unlock(&l->lock);
}

void ob__ledger_remove(struct ob__ledger *l, const char *path)
{
    uv_mutex_lock(&l->lock);
    struct ob__known *entry = find(l, path);
    if (entry) {
        count(l, entry, (size_t)-1);
        (void)ob_map_remove(&l->files, path, strlen(path)); /* it is there */
        ob_free(entry);
    }
    uv_mutex_unlock(&l->lock);
}

void ob__ledger_skipped(size_t out[OB_SKIP_N], struct ob__ledger *l)
{
    for (int i = OB_SKIP_NONE + 1; i < OB_SKIP_N; i++)
        out[i] = atomic_load(&l->skipped[i]);
    out[OB_SKIP_NONE] = 0;
}

size_t ob__ledger_len(struct ob__ledger *l)
{
    uv_mutex_lock(&l->lock);
    size_t len = l->files.len;
    uv_mutex_unlock(&l->lock);
    return len;
}

void ob__names_add(struct ob__names *n, const char *path)
{
    OB_GROW(n->items, n->len, n->cap);
    n->items[n->len++] = ob_strdup(path);
}

void ob__names_release(struct ob__names *n)
{
    for (size_t i = 0; i < n->len; i++)
        ob_free(n->items[i]);
    ob_free(n->items);
    *n = (struct ob__names){0};
}

void ob__ledger_unmet(struct ob__names *out, struct ob__ledger *l, uint64_t round)
{
    size_t pos = 0;
    uv_mutex_lock(&l->lock);
    for (struct ob_map_slot *s; (s = ob_map_next(&l->files, &pos));)
        if (((struct ob__known *)(uintptr_t)s->value)->round != round)
            ob__names_add(out, s->key);
    uv_mutex_unlock(&l->lock);
}

static bool is_below(const char *path, const struct ob_map *dirs)
{
    for (const char *slash = path; (slash = strchr(slash, '/')); slash++)
        if (ob_map_get(dirs, path, (size_t)(slash - path)))
            return true;
    return false;
}

void ob__ledger_below(struct ob__names *out, struct ob__ledger *l, const struct ob_map *dirs)
{
    size_t pos = 0;
    uv_mutex_lock(&l->lock);
    for (struct ob_map_slot *s; (s = ob_map_next(&l->files, &pos));)
        if (is_below(s->key, dirs))
            ob__names_add(out, s->key);
    uv_mutex_unlock(&l->lock);
}

void ob__ledger_of_inodes(struct ob__names *out, struct ob__ledger *l,
                          const struct ob_map64 *inodes)
{
    size_t pos = 0;
    uv_mutex_lock(&l->lock);
    for (struct ob_map_slot *s; (s = ob_map_next(&l->files, &pos));)
        if (ob_map64_get(inodes, ((struct ob__known *)(uintptr_t)s->value)->stat.inode))
            ob__names_add(out, s->key);
    uv_mutex_unlock(&l->lock);
}

size_t ob__ledger_n_linked(struct ob__ledger *l)
{
    uv_mutex_lock(&l->lock);
    size_t n = l->linked;
    uv_mutex_unlock(&l->lock);
    return n;
}

void ob__ledger_linked(struct ob__names *out, struct ob__ledger *l)
{
    size_t pos = 0;
    uv_mutex_lock(&l->lock);
    for (struct ob_map_slot *s; (s = ob_map_next(&l->files, &pos));)
        if (((struct ob__known *)(uintptr_t)s->value)->stat.linked)
            ob__names_add(out, s->key);
    uv_mutex_unlock(&l->lock);
}

bool ob__stat_is_racy(const struct ob_file_stat *stat, int64_t read_ns)
{
    const int64_t coarsest_ns = 2000000000;
    int64_t changed_ns = stat->mtime_ns > stat->ctime_ns ? stat->mtime_ns : stat->ctime_ns;
    return changed_ns >= read_ns - coarsest_ns;
}
