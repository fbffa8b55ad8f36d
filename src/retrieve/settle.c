/* Settling which files the places of a question mean.
 *
 * What a path tells is seen from all places together.  Where the project lay when the trace was made ("/app/"
 * in a container) is learnt from paths that end in those of files, or share their last folder with one; other
 * places below the same folder are then read as if they were written here.  A file at the root is meant by its
 * name alone only where nothing else is learnt, and a frame of a library only where none is of the project. */
#include <stdlib.h>
#include <string.h>

#include "openbook/base/hash.h"
#include "openbook/base/map.h"
#include "openbook/base/mem.h"

#include "asked.h"
#include "places.h"

enum { MOVES = 16, OF_ONE_FILE = 8 };

struct found {   /* what the project has for one place */
    double best; /* fit, but for a file at the root */
    bool root, packed;
    bool library;  /* the place is of one */
    uint32_t next; /* place of the same name + 1 */
};

/* From where the project lay to where its folder lies now: a path of the question begins with FROM, the
 * file's with TO. */
struct move {
    const char *from, *to; /* the first bytes of them */
    size_t from_len, to_len;
    uint32_t votes;
};

struct settling {
    struct ob__query *q;
    struct found *found;
    struct ob_map64 names; /* key of a base name -> its first place + 1 */
    struct ob_map64 paths; /* hashes of the paths with such names */
    struct move moves[MOVES];
    size_t n_moves;
};

/* ------------------------------------------------------------ below the root */
void ob__asked_below(struct ob__query *q, const char *root)
{
    root += *root == '/';
    size_t n = strlen(root);
    for (size_t i = 0; i < q->n_asked; i++) {
        struct ob__asked *a = &q->asked[i];
        if (!a->absolute || a->len <= n || memcmp(a->path, root, n) != 0 || a->path[n] != '/')
            continue;
        a->path += n + 1;
        a->len -= n + 1;
        a->absolute = false;
    }
}

/* ------------------------------------------------------------ of elsewhere */
static bool is_of_library(const struct ob__asked *a)
{
    static const char *const begins[] = {"usr/lib", "usr/include/", "usr/local/go/src/", "rustc/",
                                         NULL};
    static const char *const parts[] = {
        "site-packages/", "dist-packages/",   "node_modules/", "/gems/",
        "pkg/mod/",       ".cargo/registry/", "lib/python3",   NULL};
    for (const char *const *p = begins; *p; p++)
        if (a->absolute && strncmp(a->path, *p, strlen(*p)) == 0)
            return true;
    for (const char *const *p = parts; *p; p++)
        if (strstr(a->path, *p))
            return true;
    return false;
}

static bool is_of_runtime(const struct ob__asked *a)
{
    static const char *const packages[] = {"java/",    "javax/",   "jdk/",    "sun/",   "kotlin/",
                                           "kotlinx/", "clojure/", "groovy/", "scala/", NULL};
    for (const char *const *p = packages; *p; p++)
        if (a->package && strncmp(a->package, *p, strlen(*p)) == 0)
            return true;
    return false;
}

/* ------------------------------------------------------------ moves */
/* Bytes of the whole folders and the name at the end that A and B share; *FOLDERS: how many of these
 * folders. */
static size_t common_end(const char *a, size_t a_len, const char *b, size_t b_len, size_t *folders)
{
    size_t n = 0, whole = 0;
    for (*folders = 0; n < a_len && n < b_len && a[a_len - n - 1] == b[b_len - n - 1]; n++) {
        if (a[a_len - n - 1] != '/' || n == 0)
            continue;
        *folders += whole > 0;
        whole = n;
    }
    bool at_edge =
        (n == a_len || a[a_len - n - 1] == '/') && (n == b_len || b[b_len - n - 1] == '/');
    if (at_edge && n > whole) {
        *folders += whole > 0;
        whole = n;
    }
    return whole;
}

static void vote(struct settling *s, struct move m)
{
    for (size_t i = 0; i < s->n_moves; i++) {
        struct move *known = &s->moves[i];
        if (known->from_len == m.from_len && known->to_len == m.to_len &&
            memcmp(known->from, m.from, m.from_len) == 0 &&
            memcmp(known->to, m.to, m.to_len) == 0) {
            known->votes += m.votes;
            return;
        }
    }
    if (s->n_moves < MOVES) {
        m.from = ob_arena_strndup(&s->q->arena, m.from, m.from_len);
        m.to = ob_arena_strndup(&s->q->arena, m.to, m.to_len);
        s->moves[s->n_moves++] = m;
    }
}

static void learn(struct settling *s, const struct ob__asked *a, const char *path, size_t n)
{
    size_t folders, shared = common_end(a->path, a->len, path, n, &folders);
    if (folders == 0 || shared == a->len)
        return;
    vote(s, (struct move){a->path, path, a->len - shared, n - shared, shared == n ? 2 : 1});
}

/* ------------------------------------------------------------ looking */
static void look_at(struct settling *s, const char *path, size_t n)
{
    uint64_t *first = ob_map64_get(&s->names, ob__place_key(path, n));
    if (first)
        ob_map64_put(&s->paths, ob_hash(path, n) | 1, NULL);
    for (uint32_t i = first ? (uint32_t)*first : 0; i; i = s->found[i - 1].next) {
        const struct ob__asked *a = &s->q->asked[i - 1];
        struct found *found = &s->found[i - 1];
        double f = ob__asked_fit(a, path, n);
        bool root = f < OB__ASKED_FITS;
        found->root |= f > 0 && root;
        found->packed |= a->package && ob__asked_in_package(a, path, n);
        found->best = !root && f > found->best ? f : found->best;
        if (!found->library)
            learn(s, a, path, n);
    }
}

static void look_at_all(struct settling *s, const struct ob__view *v)
{
    for (size_t i = 0; i < v->n_parts; i++) {
        const struct ob__vpart *p = &v->parts[i];
        for (uint32_t d = 0; d < p->part->n_docs; d++) {
            struct ob__composed c;
            if (p->dead && p->dead[d])
                continue;
            const char *path = ob__composed(&c, p->part->docs[d]->path);
            look_at(s, path, strlen(path));
            ob__composed_release(&c);
        }
    }
}

/* ------------------------------------------------------------ judging */
static int compare_moves(const void *a, const void *b)
{
    const struct move *x = a, *y = b;
    if (x->votes != y->votes)
        return x->votes < y->votes ? 1 : -1;
    return strcmp(x->to, y->to);
}

/* Reads the place as if it was written here, by the best move that leads to a file. */
static bool move_here(const struct settling *s, struct ob__asked *a)
{
    for (size_t i = 0; i < s->n_moves; i++) {
        const struct move *m = &s->moves[i];
        if (a->len <= m->from_len || memcmp(a->path, m->from, m->from_len) != 0)
            continue;
        const char *path = ob_arena_printf(&s->q->arena, "%s%s", m->to, a->path + m->from_len);
        size_t n = strlen(path);
        if (!ob_map64_get(&s->paths, ob_hash(path, n) | 1))
            continue;
        a->path = path;
        a->len = n;
        a->absolute = false;
        return true;
    }
    return false;
}

/* Whether the place means a file; A is made to fit it. */
static bool means_file(const struct settling *s, struct ob__asked *a, const struct found *found)
{
    if (found->best >= 0.9)
        return !a->strict || found->packed;
    if (a->package)
        return false;
    if (move_here(s, a))
        return true;
    a->loose = found->root && s->n_moves == 0 && !found->library &&
               (a->absolute || a->at_hand || s->q->pasted);
    return a->loose || found->best > 0;
}

/* Decides about each place, with what is known of all. */
static void judge(struct settling *s)
{
    struct ob__query *q = s->q;
    bool own = false, packed = false;
    for (size_t i = 0; i < q->n_asked; i++) {
        packed |= s->found[i].packed;
        own |= s->found[i].best > 0 && q->asked[i].line && !s->found[i].library;
    }
    qsort(s->moves, s->n_moves, sizeof *s->moves, compare_moves);
    size_t n = 0;
    for (size_t i = 0; i < q->n_asked; i++) {
        struct ob__asked a = q->asked[i];
        a.strict = a.package && (packed || is_of_runtime(&a));
        a.bare =
            a.bare &&
            (own || !(q->pasted || a.at_hand)); /* all that a linker tells without line numbers */
        bool library = own && s->found[i].library;
        if ((means_file(s, &a, &s->found[i]) || !(q->pasted || a.at_hand)) && !library)
            q->asked[n++] = a;
    }
    q->n_asked = n;
}

static int compare_asked(const void *a, const void *b)
{
    const struct ob__asked *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

/* Puts the further places of a file behind the first ones of all: a log may name one thousand times. */
static void take_turns(struct ob__query *q)
{
    struct ob_map64 counts = {0};
    qsort(q->asked, q->n_asked, sizeof *q->asked, compare_asked);
    for (size_t i = 0; i < q->n_asked; i++) {
        struct ob__asked *a = &q->asked[i];
        uint64_t *count = ob_map64_put(&counts, ob_hash(a->path, a->len) | 1, NULL);
        if (++*count > OF_ONE_FILE)
            a->order |= (uint64_t)1 << 63;
    }
    ob_map64_release(&counts);
    qsort(q->asked, q->n_asked, sizeof *q->asked, compare_asked);
    if (q->n_asked > OB__QUERY_ASKED)
        q->n_asked = OB__QUERY_ASKED;
}

void ob__asked_settle(struct ob__query *q, const struct ob__view *v)
{
    struct settling s = {.q = q};
    if (!q->n_asked)
        return;
    s.found = ob_alloc(q->n_asked * sizeof *s.found);
    for (size_t i = 0; i < q->n_asked; i++) {
        const struct ob__asked *a = &q->asked[i];
        uint64_t *first = ob_map64_put(&s.names, ob__place_key(a->path, a->len), NULL);
        s.found[i] = (struct found){.next = (uint32_t)*first, .library = is_of_library(a)};
        *first = i + 1;
    }
    look_at_all(&s, v);
    judge(&s);
    take_turns(q);
    ob_map64_release(&s.names);
    ob_map64_release(&s.paths);
    ob_free(s.found);
}
