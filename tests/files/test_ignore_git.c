/* Compares every decision about ignoring with the installed git: on generated trees, and on a table
 * of known cases.
 *
 * OPENBOOK_SEED repeats a run, OPENBOOK_PATHS makes it longer; a failure prints the seed of its tree.
 * What differs is printed with the rule each side names. */
#include "chance.h"
#include "git.h"

/* ------------------------------------------------------------ making trees */
static const char *const atoms[] = {
    "a",     "b",    "ab",          "aa",      "*",    "**",    "?",     "[ab]", "[!a]",
    "[a-c]", "[^b]", "\\a",         "\\*",     "[",    "]",     " ",     "\\ ",  "!",
    "#",     "a*",   "*b",          "***",     "[]a]", "[a-",   "-",     "가",   "나",
    ".c",    "*.c",  "[[:alpha:]]", "[[:x:]]", "\\",   "[\\]]", "[!]-]", "\t",   "A",
};

static const char *const names[] = {"a",  "b",  "ab", "aa", "ba", "aab", "c",   "a.c", "b.c", "A",
                                    "#a", "!b", "a ", "-",  "가", "나",  "[a]", "a*",  "]",   "aB"};

static void make_pattern(struct ob_buf *b)
{
    if (any(4) == 0)
        ob_buf_append_str(b, "!");
    if (any(4) == 0)
        ob_buf_append_str(b, "/");
    for (unsigned components = 1 + any(3); components; components--) {
        for (unsigned n = any(5) ? 1 : 2 + any(3); n; n--)
            ob_buf_append_str(b, PICK(atoms));
        if (components > 1)
            ob_buf_append_str(b, "/");
    }
    if (any(4) == 0)
        ob_buf_append_str(b, "/");
    if (any(12) == 0)
        ob_buf_append_str(b, any(2) ? "  " : "\t");
}

static void write_file(const char *dir, const char *name, const char *bytes, size_t len)
{
    char *path = ob_asprintf("%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(bytes, 1, len, f) == len && fclose(f) == 0);
    ob_free(path);
}

static void make_ignore_file(const char *dir, const char *name)
{
    struct ob_buf b;
    ob_buf_init(&b, 1 << 16);
    if (any(10) == 0)
        ob_buf_append_str(&b, "\xEF\xBB\xBF");
    for (unsigned n = 1 + any(5); n; n--) {
        make_pattern(&b);
        if (n > 1 || any(3))
            ob_buf_append_str(&b, any(10) ? "\n" : any(2) ? "\r\n" : "\n\n");
    }
    write_file(dir, name, ob_buf_str(&b), b.len);
    ob_buf_release(&b);
}

static void list_path(struct ob_buf *list, const char *prefix, const char *name)
{
    ob_buf_append_str(list, prefix);
    ob_buf_append(list, name, strlen(name) + 1);
}

/* Names that are asked about and are not there: git takes them for files.  "#a" keeps them apart from
 * the folders. */
static void list_absent(struct ob_buf *list, const char *prefix)
{
    char name[64];
    for (unsigned n = 24; n; n--) {
        snprintf(name, sizeof name, "%s%s%s", PICK(names), any(3) ? "" : PICK(names),
                 any(3) ? ".c" : "#a");
        list_path(list, prefix, name);
    }
}

/* Fills DIR; PREFIX is its path in the tree.  The paths go to LIST, each closed by a NUL. */
static void make_dir(const char *dir, const char *prefix, unsigned depth, struct ob_buf *list)
{
    const char *folders[8];
    unsigned n_folders = 0;
    if (depth == 0 || any(3) == 0)
        make_ignore_file(dir, ".gitignore");
    for (unsigned n = 4 + any(4); n; n--) {
        const char *name = PICK(names);
        char *path = ob_asprintf("%s/%s", dir, name);
        bool is_dir = depth < 4 && any(2);
        int fd = -1;
        if (is_dir ? mkdir(path, 0700) == 0
                   : (fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600)) >= 0)
            list_path(list, prefix, name);
        else
            is_dir = false;
        if (is_dir)
            folders[n_folders++] = name;
        if (fd >= 0)
            close(fd);
        ob_free(path);
    }
    list_absent(list, prefix);
    for (unsigned i = 0; i < n_folders; i++) {
        char *path = ob_asprintf("%s/%s", dir, folders[i]);
        char *below = ob_asprintf("%s%s/", prefix, folders[i]);
        make_dir(path, below, depth + 1, list);
        ob_free(below);
        ob_free(path);
    }
}

/* ------------------------------------------------------------ repositories of every kind */
enum kind {
    PLAIN,
    EXCLUDE,       /* with .git/info/exclude */
    FOLDING,       /* core.ignoreCase */
    EXCLUDES_FILE, /* core.excludesFile */
    USERS_IGNORE,  /* ~/.config/git/ignore */
    GIT_FILE,      /* .git is a file that names the folder */
    WORK_TREE,     /* a linked work tree, whose exclude file is its repository's */
    NESTED,        /* a repository inside a repository */
    NO_REPO,       /* git is told to take the tree for one, openbook sees none */
    KINDS
};

static void write_text(const char *dir, const char *name, const char *text)
{
    write_file(dir, name, text, strlen(text));
}

static void forget_users_ignore(void)
{
    char *path = ob_asprintf("%s/.config/git/ignore", test_scratch);
    unlink(path);
    ob_free(path);
}

static void make_users_ignore(void)
{
    char *path = ob_asprintf("%s/.config", test_scratch);
    mkdir(path, 0700);
    ob_free(path);
    path = ob_asprintf("%s/.config/git", test_scratch);
    mkdir(path, 0700);
    make_ignore_file(path, "ignore");
    ob_free(path);
}

/* Makes the repository of KIND at DIR, which does not exist yet. */
static void make_repo(const char *dir, enum kind kind)
{
    char words[1024];
    if (kind == WORK_TREE) {
        char *main_tree = ob_asprintf("%s.main", dir);
        CHECK(mkdir(main_tree, 0700) == 0);
        git(main_tree, "init -q .");
        git(main_tree, "commit -q --allow-empty -m first");
        snprintf(words, sizeof words, "worktree add -q %s", dir);
        git(main_tree, words);
        make_ignore_file(main_tree, ".git/info/exclude");
        ob_free(main_tree);
        return;
    }
    CHECK(mkdir(dir, 0700) == 0);
    snprintf(words, sizeof words, "init -q --separate-git-dir=%s.git .", dir);
    git(dir, kind == GIT_FILE || kind == NO_REPO ? words : "init -q .");
    if (kind == NO_REPO) {
        snprintf(words, sizeof words, "%s/.git", dir);
        CHECK(unlink(words) == 0);
    } else if (kind == FOLDING) {
        git(dir, "config core.ignoreCase true");
    } else if (kind == EXCLUDES_FILE) {
        make_ignore_file(dir, ".git/mine");
        snprintf(words, sizeof words, "config core.excludesFile %s/.git/mine", dir);
        git(dir, words);
    } else if (kind == USERS_IGNORE) {
        make_users_ignore();
    } else if (kind == EXCLUDE) {
        make_ignore_file(dir, ".git/info/exclude");
    }
}

/* One tree of KIND; how many paths were compared. */
static size_t compare_tree(const char *dir, enum kind kind)
{
    char git_dir[1024] = "--git-dir=.git";
    const char *args[] = {
        "git",     git_dir, "--work-tree=.", "check-ignore", "--no-index", "-v", "-n", "-z",
        "--stdin", NULL};
    const char *prefix = kind == NESTED ? "nested/" : "";
    char *top = ob_asprintf("%s/%s", dir, prefix);
    struct ob_buf list;
    make_repo(dir, kind);
    if (kind == NESTED) { /* what surrounds it must not count; it must not be ignored as a whole */
        write_text(dir, ".gitignore", "*.c\na*\n!b\n");
        make_repo(top, any(2) ? FOLDING : EXCLUDE);
    }
    if (kind == GIT_FILE || kind == NO_REPO)
        snprintf(git_dir, sizeof git_dir, "--git-dir=%s.git", dir);
    if (kind == WORK_TREE) { /* leave the finding to git */
        args[1] = "-c";
        args[2] = "core.quotePath=false";
    }
    ob_buf_init(&list, 16 << 20);
    make_dir(top, "", 0, &list);
    size_t n = compare_with_git(dir, prefix, &list, args);
    ob_buf_release(&list);
    ob_free(top);
    forget_users_ignore();
    return n;
}

TEST(generated_trees_are_ignored_as_git_ignores_them)
{
    uint64_t first = (uint64_t)from_env("OPENBOOK_SEED", 20240915);
    size_t wanted = (size_t)from_env("OPENBOOK_PATHS", 100000), paths = 0, of_kind[KINDS] = {0};
    lonely_git();
    printf("seed %llu\n", (unsigned long long)first);
    for (uint64_t i = 0; paths < wanted; i++) {
        enum kind kind = (enum kind)((first + i) % KINDS);
        chance_begin(first + i);
        char *dir = ob_asprintf("%s/tree%llu", test_scratch, (unsigned long long)(first + i));
        size_t n = compare_tree(dir, kind);
        paths += n;
        of_kind[kind] += n;
        ob_free(dir);
    }
    printf("%zu paths agree with git\n", paths);
    for (int k = 0; k < KINDS && wanted >= 20000; k++)
        CHECK(of_kind[k] > 500);
}

/* ------------------------------------------------------------ known cases */
struct known {
    char *rules, *path, *verdict;
};

/* Cuts LINE into fields; false where it is a comment. */
static bool read_case(struct known *c, char *line)
{
    line[strcspn(line, "\n")] = '\0';
    char *first = strchr(line, '\t'), *second = first ? strchr(first + 1, '\t') : NULL;
    if (!second)
        return false;
    *first = *second = '\0';
    *c = (struct known){line, first + 1, second + 1};
    for (char *p = line; (p = strchr(p, '|'));)
        *p = '\n';
    return true;
}

static void make_folders(char *path, size_t from)
{
    for (char *p = path + from; (p = strchr(p + 1, '/'));) {
        *p = '\0';
        CHECK(mkdir(path, 0700) == 0 || access(path, F_OK) == 0);
        *p = '/';
    }
}

/* The case number I, in a folder of its own; its path is appended to LIST. */
static void make_case(const char *dir, const struct known *c, int i, struct ob_buf *list)
{
    char folder[32];
    snprintf(folder, sizeof folder, "%d/", i);
    char *path = ob_asprintf("%s/%s%s", dir, folder, c->path);
    make_folders(path, strlen(dir));
    char *top = ob_asprintf("%s/%d", dir, i);
    write_text(top, ".gitignore", c->rules);
    if (c->path[strlen(c->path) - 1] == '/')
        c->path[strlen(c->path) - 1] = '\0';
    else
        write_text(top, c->path, "");
    list_path(list, folder, c->path);
    ob_free(top);
    ob_free(path);
}

TEST(known_cases_are_decided_as_the_table_says_and_as_git_does)
{
    const char *args[] = {"git", "check-ignore", "--no-index", "-v", "-n", "-z", "--stdin", NULL};
    char *dir = ob_asprintf("%s/cases", test_scratch), line[512];
    FILE *table = fopen("tests/files/data/gitignore.tsv", "r");
    struct follower f;
    struct ob_buf list;
    int n = 0, wrong = 0;
    CHECK(table != NULL);
    lonely_git();
    make_repo(dir, PLAIN);
    ob_buf_init(&list, 1 << 20);
    follower_init(&f, dir);
    while (fgets(line, sizeof line, table)) {
        struct known c;
        size_t before = list.len;
        if (!read_case(&c, line))
            continue;
        make_case(dir, &c, n++, &list);
        struct ob__verdict v = follow_to(&f, list.data + before);
        if (strcmp(c.verdict, v.reason == OB_SKIP_IGNORED ? "ignored" : "taken") != 0) {
            fprintf(stderr, "  <%s> <%s> is not %s\n", c.rules, c.path, c.verdict);
            wrong++;
        }
    }
    fclose(table);
    follower_release(&f);
    CHECK_INT(wrong, 0);
    CHECK_INT(compare_with_git(dir, "", &list, args), n);
    CHECK(n > 270);
    ob_buf_release(&list);
    ob_free(dir);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        CASE(known_cases_are_decided_as_the_table_says_and_as_git_does),
        CASE(generated_trees_are_ignored_as_git_ignores_them),
    };
    test_timeout_s = getenv("OPENBOOK_PATHS") ? 3600 : 300;
    return test_main(cases, sizeof cases / sizeof *cases, argc, argv);
}
