/* Deciding on one path: the families of rules in their order, each from the deepest directory up. */
#include "rules.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "builtin.h"
#include "root.h"

/* ------------------------------------------------------------ stacks */
const char *ob__family_file(enum ob__family family)
{
    static const char *const names[] = {".openbookignore", ".gitignore", ".ignore"};
    return names[family];
}

void ob__rule_stack_push(struct ob__rule_stack *s, struct ob__ignore *ignore, const char *source,
                         size_t base_len, unsigned depth)
{
    OB_GROW(s->sets, s->n, s->cap);
    s->sets[s->n++] = (struct ob__rule_set){
        .ignore = ignore, .source = ob_strdup(source), .base_len = base_len, .depth = depth};
}

static void pop(struct ob__rule_stack *s)
{
    struct ob__rule_set *set = &s->sets[--s->n];
    ob__ignore_free(set->ignore);
    ob_free(set->source);
}

void ob__rule_stack_release(struct ob__rule_stack *s)
{
    while (s->n)
        pop(s);
    ob_free(s->sets);
    *s = (struct ob__rule_stack){0};
}

struct ob__rule *ob__rule_stack_match(const struct ob__rule_stack *s, const char *path, size_t len,
                                      bool is_dir, const struct ob__rule_set **set)
{
    *set = NULL;
    for (size_t i = s->n; i-- > 0;) {
        const struct ob__rule_set *here = &s->sets[i];
        if (here->wall) {
            *set = here;
            return NULL;
        }
        if (len <= here->base_len)
            continue; /* PATH lies above this file's directory */
        const struct ob__rule *rule =
            ob__ignore_match(here->ignore, path + here->base_len, len - here->base_len, is_dir);
        if (!rule)
            continue;
        *set = here;
        return &here->ignore->rules[rule - here->ignore->rules];
    }
    return NULL;
}

/* ------------------------------------------------------------ entering directories */
void ob__rules_init(struct ob__rules *r, struct ob_root *root)
{
    *r = (struct ob__rules){.root = root, .env = ob__env_get(root), .sink = {.quiet = true}};
    r->prefix_len = strlen(ob__env_prefix(r->env));
}

void ob__rules_release(struct ob__rules *r)
{
    for (enum ob__family f = 0; f < OB__FAMILIES; f++)
        ob__rule_stack_release(&r->stacks[f]);
    ob__env_unref(r->env);
    *r = (struct ob__rules){0};
}

/* core.ignoreCase of the innermost repository. */
static bool folds(const struct ob__rules *r)
{
    const struct ob__rule_stack *s = &r->stacks[OB__GIT];
    for (size_t i = s->n; i-- > 0;)
        if (s->sets[i].wall)
            return s->sets[i].fold;
    return ob__env_fold(r->env);
}

static void push_bytes(struct ob__rules *r, enum ob__family family, const struct ob_buf *b,
                       const char *source, const char *path, unsigned depth)
{
    ob__rule_stack_push(&r->stacks[family], ob__ignore_parse(ob_buf_str(b), b->len, folds(r)),
                        source, strlen(path), depth);
}

/* Where to note one more file. */
static struct ob__seen_list *seen_of(struct ob__rules *r)
{
    return r->seen && r->seen->n < OB__RULES_MAX_SEEN ? r->seen : &r->sink;
}

/* A file that has other names may be changed under one of them, of which nobody is told. */
static void note_linked(struct ob__rules *r, int dirfd, const char *name, const char *source)
{
    struct stat st;
    if (seen_of(r)->quiet || ob_io_fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(st.st_mode) || st.st_nlink < 2)
        return;
    char *path = ob_path_join(ob_root_path(r->root), source);
    ob__seen_add(r->seen, path);
    ob_free(path);
}

static void push_own_file(struct ob__rules *r, enum ob__family family, int dirfd, const char *path,
                          unsigned depth)
{
    struct ob_buf b;
    char *source = ob_asprintf("%s%s", path + r->prefix_len, ob__family_file(family));
    ob_buf_init(&b, OB__RULES_MAX_BYTES);
    note_linked(r, dirfd, ob__family_file(family), source); /* before it is read */
    if (ob__read_small_at(&b, dirfd, ob__family_file(family), seen_of(r)))
        push_bytes(r, family, &b, source, path, depth);
    ob_buf_release(&b);
    ob_free(source);
}

static void push_file(struct ob__rules *r, const char *file, const char *path, unsigned depth)
{
    struct ob_buf b;
    ob_buf_init(&b, OB__RULES_MAX_BYTES);
    if (ob__read_small(&b, file, true, seen_of(r)))
        push_bytes(r, OB__GIT, &b, file, path, depth);
    ob_buf_release(&b);
}

static void push_wall(struct ob__rules *r, const char *path, unsigned depth, bool fold)
{
    struct ob__rule_stack *s = &r->stacks[OB__GIT];
    ob__rule_stack_push(s, ob__ignore_parse("", 0, false), "", strlen(path), depth);
    s->sets[s->n - 1].wall = true;
    s->sets[s->n - 1].fold = fold;
}

/* A repository below the root, a submodule for example: git looks at it from its own top, so the
 * rules of the one around it end, and its own begin with its settings. */
static void push_nested_repo(struct ob__rules *r, const char *path, unsigned depth)
{
    struct ob__repo repo;
    struct ob__git_settings settings = {0};
    char *top = ob_path_join(ob_root_path(r->root), path + r->prefix_len);
    size_t len = strlen(top);
    if (len > 1 && top[len - 1] == '/')
        top[len - 1] = '\0';
    if (ob__repo_at(&repo, top, seen_of(r))) {
        ob__git_settings_read(&settings, &repo, top, seen_of(r));
        push_wall(r, path, depth, settings.ignore_case);
        if (settings.excludes_file)
            push_file(r, settings.excludes_file, path, depth);
        char *exclude = ob_path_join(repo.common_dir, "info/exclude");
        push_file(r, exclude, path, depth);
        ob_free(exclude);
    }
    ob__git_settings_release(&settings);
    ob__repo_release(&repo);
    ob_free(top);
}

void ob__rules_enter(struct ob__rules *r, int dirfd, const char *path, unsigned depth,
                     unsigned specials)
{
    r->sink.refused |= (specials & OB__REFUSED) != 0;
    if ((specials & OB__HAS_GIT) && depth > 0)
        push_nested_repo(r, path, depth);
    if (specials & OB__HAS_OPENBOOKIGNORE)
        push_own_file(r, OB__OPENBOOKIGNORE, dirfd, path, depth);
    if (specials & OB__HAS_GITIGNORE)
        push_own_file(r, OB__GIT, dirfd, path, depth);
    if (specials & OB__HAS_IGNORE)
        push_own_file(r, OB__IGNORE, dirfd, path, depth);
}

bool ob__rules_refused(struct ob__rules *r)
{
    bool refused = r->sink.refused || (r->seen && r->seen->refused) || ob__env_refused(r->env);
    r->sink.refused = false;
    if (r->seen)
        r->seen->refused = false;
    return refused;
}

void ob__rules_leave(struct ob__rules *r, unsigned depth)
{
    for (enum ob__family f = 0; f < OB__FAMILIES; f++) {
        struct ob__rule_stack *s = &r->stacks[f];
        while (s->n && s->sets[s->n - 1].depth >= depth)
            pop(s);
    }
}

/* ------------------------------------------------------------ deciding */

/* A rule such as "!*" + "/" takes everything and so says nothing about this name. */
static bool names_something(const struct ob__rule *rule)
{
    for (size_t i = 0; i < rule->pattern_len; i++)
        if (!strchr("*?/", rule->pattern[i]))
            return true;
    return false;
}

/* What the ignore files say, into OUT; false when they say nothing. */
static bool ask_rules(struct ob__verdict *out, const struct ob__rules *r, const char *path,
                      size_t len, bool is_dir)
{
    for (enum ob__family f = 0; f < OB__FAMILIES; f++) {
        const struct ob__rule *rule =
            ob__rule_stack_match(&r->stacks[f], path, len, is_dir, &out->set);
        if (!rule && !out->set) /* no wall between here and what holds from above */
            rule = ob__rule_stack_match(ob__env_stack(r->env, f), path, len, is_dir, &out->set);
        if (!rule)
            continue;
        out->rule = rule;
        out->reason = rule->negated ? OB_SKIP_NONE : OB_SKIP_IGNORED;
        out->named = rule->negated && names_something(rule);
        return true;
    }
    return false;
}

/* The name of the directory that holds PATH (which ends at NAME), into OUT. */
static void parent_name(char out[256], const struct ob__rules *r, const char *path,
                        const char *name)
{
    const char *from = path + r->prefix_len, *end = name;
    if (end <= from) {
        from = ob_path_base(ob_root_path(r->root));
        end = from + strlen(from);
    } else {
        end--;
        const char *slash = memrchr(from, '/', (size_t)(end - from));
        from = slash ? slash + 1 : from;
    }
    size_t len = (size_t)(end - from) < 255 ? (size_t)(end - from) : 255;
    memcpy(out, from, len);
    out[len] = '\0';
}

void ob__rules_decide(struct ob__verdict *out, const struct ob__rules *r, const char *path,
                      bool is_dir, int dirfd)
{
    const char *name = ob_path_base(path);
    char parent[256];
    *out = (struct ob__verdict){.reason = OB_SKIP_NONE};
    parent_name(parent, r, path, name);
    if ((out->why = ob__builtin_vcs(name))) {
        out->reason = OB_SKIP_BUILTIN;
    } else if ((out->why = ob__builtin_secret(name, parent, is_dir))) {
        out->reason = OB_SKIP_SECRET;
    } else {
        (void)ask_rules(out, r, path, strlen(path), is_dir); /* silence takes */
        if (out->reason == OB_SKIP_NONE && !out->named &&
            (out->why = ob__builtin_match(name, is_dir, dirfd)))
            out->reason = OB_SKIP_BUILTIN;
    }
}
