/* The rules of one ignore file, with git's meaning to the letter.  Pure. */
#ifndef OB_FILES_IGNORE_H
#define OB_FILES_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

struct ob__rule {
    const char *line;     /* as written, without trailing blanks; C string in the set's bytes */
    unsigned line_1based; /* where it stands in its file */
    const char *pattern;  /* in LINE, behind "!" and an anchoring "/" */
    size_t pattern_len;   /* without a closing "/" */
    size_t literal_len;   /* bytes at the beginning of PATTERN without a special character */
    bool negated;         /* "!": takes again what an earlier rule ignores */
    bool dir_only;        /* closing "/" */
    bool any_depth;       /* no slash: matches the last component alone */
    bool suffix;          /* "*" and then no special character */
    bool struck;          /* does not count: see env.c */
};

struct ob__ignore {
    struct ob__rule *rules; /* owned, in the order of the file */
    size_t n, cap;
    char *bytes; /* owned: what the rules point into */
    bool fold;   /* core.ignoreCase */
};

/* The rules in the LEN bytes of an ignore file.  Every byte string is a legal file.  The caller
 * frees it with ob__ignore_free. */
struct ob__ignore *ob__ignore_parse(const char *bytes, size_t len, bool fold);
void ob__ignore_free(struct ob__ignore *set);

/* The rule that decides on PATH (relative to the file's directory, no slash at either end): the
 * last that matches, or NULL.  Says nothing about PATH's parents.  Borrowed. */
const struct ob__rule *ob__ignore_match(const struct ob__ignore *set, const char *path, size_t len,
                                        bool is_dir);

/* Whether RULE, of SET, matches PATH. */
bool ob__rule_matches(const struct ob__rule *rule, const struct ob__ignore *set, const char *path,
                      size_t len, bool is_dir);

#endif
