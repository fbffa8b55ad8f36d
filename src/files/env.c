/* The rules that reach a root from above: the user's excludes file, the repository's own, and the
 * ignore files between the top of the repository and the root.
 *
 * A root is taken because somebody named it.  So a rule from above that would leave out the root
 * itself is struck; the others hold.
 *
 * Reading all this takes some twenty system calls, so a root keeps the result and looks at the files
 * it came from before it is used again. */
#include <stdatomic.h>
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "root.h"
#include "rules.h"

struct ob__env {
    atomic_uint refs;
    char *prefix; /* owned */
    bool has_repo, fold;
    struct ob__rule_stack stacks[OB__FAMILIES];
    struct ob__seen_list seen;
};

const char *ob__env_prefix(const struct ob__env *env)
{
    return env->prefix;
}

const struct ob__rule_stack *ob__env_stack(const struct ob__env *env, enum ob__family family)
{
    return &env->stacks[family];
}

bool ob__env_fold(const struct ob__env *env)
{
    return env->fold;
}

bool ob__env_refused(const struct ob__env *env)
{
    return env->seen.refused;
}

/* ------------------------------------------------------------ building */
static void push_file(struct ob__env *env, enum ob__family family, const char *path, bool follow,
                      size_t base_len)
{
    struct ob_buf b;
    ob_buf_init(&b, OB__RULES_MAX_BYTES);
    if (ob__read_small(&b, path, follow, &env->seen)) {
        struct ob__ignore *ignore = ob__ignore_parse(ob_buf_str(&b), b.len, env->fold);
        ob__rule_stack_push(&env->stacks[family], ignore, path, base_len, 0);
    }
    ob_buf_release(&b);
}

/* The top of the work tree that holds DIR, or DIR itself; owned by the caller. */
static char *find_top(struct ob__env *env, struct ob__repo *repo, const char *dir)
{
    char *top = ob_strdup(dir);
    for (;;) {
        env->has_repo = ob__repo_at(repo, top, &env->seen);
        char *slash = strrchr(top, '/');
        if (env->has_repo || top[1] == '\0')
            break;
        slash[slash == top] = '\0';
    }
    if (!env->has_repo) {
        ob_free(top);
        top = ob_strdup(dir);
    }
    return top;
}

static void push_users(struct ob__env *env, const struct ob__repo *repo, const char *top)
{
    struct ob__git_settings settings;
    ob__git_settings_read(&settings, repo, top, &env->seen);
    env->fold = settings.ignore_case;
    if (settings.excludes_file)
        push_file(env, OB__GIT, settings.excludes_file, true, 0);
    ob__git_settings_release(&settings);
    char *exclude = ob_path_join(repo->common_dir, "info/exclude");
    push_file(env, OB__GIT, exclude, true, 0);
    ob_free(exclude);
}

/* Every directory from TOP down to the one that holds the root. */
static void push_parents(struct ob__env *env, const char *top)
{
    const char *end = env->prefix;
    while (*end) {
        char *below = ob_strndup(env->prefix, (size_t)(end - env->prefix));
        char *dir = ob_path_join(top, below);
        for (enum ob__family f = 0; f < OB__FAMILIES; f++) {
            char *path = ob_path_join(dir, ob__family_file(f));
            push_file(env, f, path, false, (size_t)(end - env->prefix));
            ob_free(path);
        }
        ob_free(dir);
        ob_free(below);
        end += strcspn(end, "/") + 1;
    }
}

/* ------------------------------------------------------------ striking */

/* Whether RULE is one like "build/" "*", which leaves out all that lies in a folder. */
static bool covers_a_folder(const struct ob__rule *rule)
{
    size_t n = rule->pattern_len;
    while (n && rule->pattern[n - 1] == '*')
        n--;
    return !rule->any_depth && n && n < rule->pattern_len && rule->pattern[n - 1] == '/';
}

/* Whether rules behind RULE take some files of its folder again by a wildcard: then it is one half
 * of a choice, and stays. */
static bool is_chosen_from(const struct ob__rule_set *set, const struct ob__rule *rule)
{
    const struct ob__rule *end = set->ignore->rules + set->ignore->n;
    for (const struct ob__rule *r = rule + 1; r < end; r++)
        if (r->negated && r->literal_len < r->pattern_len)
            return true;
    return false;
}

/* Strikes the rules of S that leave out the folder at the first LEN bytes of PATH, or all in it. */
static void strike(struct ob__rule_stack *s, const char *path, size_t len)
{
    const struct ob__rule_set *set;
    struct ob__rule *rule;
    while ((rule = ob__rule_stack_match(s, path, len, true, &set)) && !rule->negated)
        rule->struck = true;
    char *inside = ob_asprintf("%.*s/\001openbook\001", (int)len, path);
    for (int is_dir = 0; is_dir < 2; is_dir++)
        while ((rule = ob__rule_stack_match(s, inside, strlen(inside), is_dir, &set)) &&
               !rule->negated && covers_a_folder(rule) && !is_chosen_from(set, rule))
            rule->struck = true;
    ob_free(inside);
}

static void strike_all(struct ob__env *env)
{
    for (const char *end = env->prefix; (end = strchr(end, '/')); end++)
        for (enum ob__family f = 0; f < OB__FAMILIES; f++)
            strike(&env->stacks[f], env->prefix, (size_t)(end - env->prefix));
}

/* ------------------------------------------------------------ keeping */
static struct ob__env *env_build(const struct ob_root *r)
{
    struct ob__env *env = ob_alloc(sizeof *env);
    struct ob__repo repo;
    atomic_init(&env->refs, 1);
    char *top = find_top(env, &repo, r->path);
    const char *below = ob_path_inside(top, r->path);
    env->prefix = below && *below ? ob_asprintf("%s/", below) : ob_strdup("");
    if (env->has_repo) {
        push_users(env, &repo, top);
        push_parents(env, top);
        strike_all(env);
    }
    ob__repo_release(&repo);
    ob_free(top);
    return env;
}

void ob__env_unref(struct ob__env *env)
{
    if (!env || atomic_fetch_sub(&env->refs, 1) != 1)
        return;
    for (enum ob__family f = 0; f < OB__FAMILIES; f++)
        ob__rule_stack_release(&env->stacks[f]);
    ob__seen_release(&env->seen);
    ob_free(env->prefix);
    ob_free(env);
}

bool ob__env_renew(struct ob_root *r)
{
    bool refused = r->env && r->env->seen.refused;
    bool changed = refused || (r->env && ob__seen_changed(&r->env->seen));
    if (changed) {
        ob__env_unref(r->env);
        r->env = NULL;
    }
    if (!r->env)
        r->env = env_build(r);
    return changed && !(refused && r->env->seen.refused); /* refused again: nothing is new */
}

struct ob__env *ob__env_get(struct ob_root *r)
{
    uv_mutex_lock(&r->lock);
    if (ob__env_renew(r))
        r->version++;
    struct ob__env *env = r->env;
    atomic_fetch_add(&env->refs, 1);
    uv_mutex_unlock(&r->lock);
    return env;
}
