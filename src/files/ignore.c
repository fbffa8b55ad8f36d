/* Parsing and matching one ignore file.  gitignore(5) is the outline; where git's behaviour is finer
 * than its manual, the behaviour counts, and tests/files/test_ignore_git.c compares with the
 * installed git.
 *
 * The finer points:  A line ends at a NUL.  Blanks are trimmed at its end unless escaped, tabs are
 * not.  One CR before the LF is dropped.  A pattern without a slash is compared with the last
 * component only.  The literal beginning of an anchored pattern is compared first and cut off, and
 * "**" right behind it counts as standing at the beginning ("foo**" "/bar" matches foobar). */
#include "ignore.h"

#include <string.h>
#include <strings.h>

#include "openbook/base/mem.h"

#include "wildmatch.h"

/* Cuts blanks off the end of LINE unless a backslash keeps them.  A backslash that ends the line
 * keeps everything before it. */
static void trim_blanks(char *line)
{
    char *blanks = NULL;
    for (char *p = line; *p; p++) {
        if (*p == ' ') {
            blanks = blanks ? blanks : p;
            continue;
        }
        blanks = NULL;
        if (*p == '\\' && *++p == '\0')
            return;
    }
    if (blanks)
        *blanks = '\0';
}

static void add_rule(struct ob__ignore *set, char *line, unsigned line_1based)
{
    trim_blanks(line);
    struct ob__rule rule = {.line = line, .line_1based = line_1based};
    const char *pattern = line;
    rule.negated = *pattern == '!';
    pattern += rule.negated;
    size_t len = strlen(pattern);
    rule.dir_only = len && pattern[len - 1] == '/';
    len -= rule.dir_only;
    if (!len)
        return; /* "", "/", "!" match nothing */
    rule.any_depth = !memchr(pattern, '/', len);
    rule.suffix = *pattern == '*' && ob__wildmatch_literal_len(pattern + 1, len - 1) == len - 1;
    if (*pattern == '/') {
        pattern++;
        len--;
    }
    rule.pattern = pattern;
    rule.pattern_len = len;
    rule.literal_len = ob__wildmatch_literal_len(pattern, len);
    OB_GROW(set->rules, set->n, set->cap);
    set->rules[set->n++] = rule;
}

struct ob__ignore *ob__ignore_parse(const char *bytes, size_t len, bool fold)
{
    struct ob__ignore *set = ob_alloc(sizeof *set);
    if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    set->fold = fold;
    set->bytes = ob_strndup(bytes, len);
    char *line = set->bytes, *end = set->bytes + len;
    for (unsigned number = 1; line < end; number++) {
        char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        char *next = stop + 1;
        *stop = '\0';
        if (stop > line && stop[-1] == '\r')
            stop[-1] = '\0';
        if (*line != '#')
            add_rule(set, line, number);
        line = next;
    }
    return set;
}

void ob__ignore_free(struct ob__ignore *set)
{
    if (!set)
        return;
    ob_free(set->rules);
    ob_free(set->bytes);
    ob_free(set);
}

static bool same(const char *a, const char *b, size_t len, bool fold)
{
    return fold ? strncasecmp(a, b, len) == 0 : memcmp(a, b, len) == 0;
}

static bool matches_name(const struct ob__rule *r, const char *name, size_t len, bool fold)
{
    if (r->literal_len == r->pattern_len)
        return len == r->pattern_len && same(r->pattern, name, len, fold);
    if (r->suffix) {
        size_t tail = r->pattern_len - 1;
        return len >= tail && same(r->pattern + 1, name + len - tail, tail, fold);
    }
    return ob__wildmatch(r->pattern, r->pattern_len, name, len, fold);
}

static bool matches_path(const struct ob__rule *r, const char *path, size_t len, bool fold)
{
    size_t n = r->literal_len;
    if (n > len || !same(r->pattern, path, n, fold))
        return false;
    return ob__wildmatch(r->pattern + n, r->pattern_len - n, path + n, len - n, fold);
}

bool ob__rule_matches(const struct ob__rule *rule, const struct ob__ignore *set, const char *path,
                      size_t len, bool is_dir)
{
    if (rule->struck || (rule->dir_only && !is_dir))
        return false;
    if (!rule->any_depth)
        return matches_path(rule, path, len, set->fold);
    const char *slash = memrchr(path, '/', len);
    const char *name = slash ? slash + 1 : path;
    return matches_name(rule, name, len - (size_t)(name - path), set->fold);
}

const struct ob__rule *ob__ignore_match(const struct ob__ignore *set, const char *path, size_t len,
                                        bool is_dir)
{
    for (size_t i = set->n; i-- > 0;)
        if (ob__rule_matches(&set->rules[i], set, path, len, is_dir))
            return &set->rules[i];
    return NULL;
}
