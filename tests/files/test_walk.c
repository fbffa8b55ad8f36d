/* The walk, the decision about one path, and the sentence that says why: the three must agree. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sched.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/files/walk.h"

#include "ns.h"
#include "test.h"

static const struct ob_walk_options defaults = OB_WALK_OPTIONS_INIT;

/* ------------------------------------------------------------ a root below the scratch folder */
static struct ob_root *open_root(const char *name)
{
    struct ob_root *r = NULL;
    struct ob_error e = OB_ERROR_INIT;
    char *path = ob_asprintf("%s/%s", test_scratch, name);
    setenv("HOME", "/nowhere", 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    unsetenv("XDG_CONFIG_HOME");
    if (ob_root_open(&r, path, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
    ob_free(path);
    return r;
}

/* What git needs to see a repository. */
static void make_repo(const char *top)
{
    char name[256];
    static const char *const files[] = {".git/HEAD", ".git/objects/x", ".git/refs/x",
                                        ".git/info/x"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(name, sizeof name, "%s/%s", top, files[i]);
        test_write_file(name, "ref: refs/heads/main\n");
    }
}

static void why_is(struct ob_root *r, const char *path, const char *want)
{
    struct ob_buf out;
    ob_buf_init(&out, 8192);
    CHECK_INT(ob_walk_why(&out, r, &defaults, path), 0);
    CHECK_STR(ob_buf_str(&out), want);
    ob_buf_release(&out);
}

/* ------------------------------------------------------------ all that a walk takes */
struct seen {
    struct ob_buf taken; /* paths, each closed by a newline */
    size_t n[OB_SKIP_N];
    struct ob_root *root;
    struct ob_walk_options options;
};

static bool on_path(const char *path, enum ob_skip reason, const struct ob_file_stat *stat,
                    void *data)
{
    struct seen *s = data;
    s->n[reason]++;
    CHECK(reason != OB_SKIP_NONE || stat);
    bool by_folder;
    CHECK_INT(ob_walk_check(&by_folder, s->root, &s->options, path), reason);
    CHECK(!by_folder);
    if (reason == OB_SKIP_NONE)
        CHECK(ob_buf_appendf(&s->taken, "%s\n", path) == 0);
    return true;
}

static void walk(struct seen *s, struct ob_root *r)
{
    struct ob_error e = OB_ERROR_INIT;
    *s = (struct seen){.root = r, .options = defaults};
    ob_buf_init(&s->taken, 1 << 20);
    CHECK_INT(ob_walk(NULL, r, &s->options, on_path, s, &e), 0);
}

static void takes(struct ob_root *r, const char *want)
{
    struct seen s;
    walk(&s, r);
    CHECK_STR(ob_buf_str(&s.taken), want);
    ob_buf_release(&s.taken);
}

/* ------------------------------------------------------------ cases */
TEST(why_names_the_rule_that_decided)
{
    make_repo("p");
    test_write_file("p/.gitignore", "# 주석\n*.log\n!keep.log\nout/\n");
    test_write_file("p/src/.gitignore", "/gen.c\n");
    test_write_file("p/.git/info/exclude", "mine.md\n");
    test_write_file("p/.openbookignore", "초안/\n");
    test_write_file("p/.ignore", "data.txt\n");
    test_write_file("p/src/gen.c", "int g;\n");
    test_write_file("p/out/a.c", "int a;\n");
    test_write_file("p/초안/첫째.md", "글\n");
    test_write_file("p/a.c", "int a;\n");
    struct ob_root *r = open_root("p");
    why_is(r, "a.log", "a.log is left out: .gitignore:2:*.log");
    why_is(r, "keep.log", "keep.log is left out: there is no such file");
    test_write_file("p/keep.log", "kept\n");
    why_is(r, "keep.log", "keep.log is taken: .gitignore:3:!keep.log");
    why_is(r, "src/gen.c", "src/gen.c is left out: src/.gitignore:1:/gen.c");
    why_is(r, "out/a.c", "out/a.c is left out: its folder out: .gitignore:4:out/");
    why_is(r, "초안/첫째.md", "초안/첫째.md is left out: its folder 초안: .openbookignore:1:초안/");
    why_is(r, "data.txt", "data.txt is left out: .ignore:1:data.txt");
    char *exclude =
        ob_asprintf("mine.md is left out: %s/.git/info/exclude:1:mine.md", ob_root_path(r));
    why_is(r, "mine.md", exclude);
    ob_free(exclude);
    why_is(r, "a.c", "a.c is taken: no rule leaves it out");
    why_is(r, ".env", ".env is left out: environment settings often hold keys (never indexed)");
    why_is(r, "x/id_rsa", "x/id_rsa is left out: a private key (never indexed)");
    why_is(r, ".git/config",
           ".git/config is left out: its folder .git: version control data "
           "(built-in list)");
    why_is(r, "package-lock.json", "package-lock.json is left out: a lock file (built-in list)");
    why_is(r, "../etc/passwd", "../etc/passwd is left out: there is no such file");
    ob_root_unref(r);
}

TEST(why_tells_size_links_and_special_files)
{
    test_write_file("p/a.md", "a\n");
    struct ob_root *r = open_root("p");
    int fd = openat(AT_FDCWD, test_write_file("p/big.md", ""), O_WRONLY);
    CHECK(fd >= 0 && ftruncate(fd, 2 << 20) == 0 && close(fd) == 0);
    char *link = ob_asprintf("%s/p/link.md", test_scratch);
    char *fifo = ob_asprintf("%s/p/fifo.md", test_scratch);
    CHECK(symlink("a.md", link) == 0 && mkfifo(fifo, 0600) == 0);
    why_is(r, "big.md", "big.md is left out: over 1048576 bytes");
    why_is(r, "link.md", "link.md is left out: a link or no regular file");
    why_is(r, "fifo.md", "fifo.md is left out: a link or no regular file");
    ob_free(link);
    ob_free(fifo);
    ob_root_unref(r);
}

TEST(never_index_list_wins_over_every_rule)
{
    make_repo("p");
    test_write_file("p/.gitignore", "!.env\n!id_rsa\n!server.pem\n!.git\n");
    test_write_file("p/.openbookignore", "!.env\n!*.pem\n!.ssh/\n");
    static const char *const secrets[] = {".env",
                                          ".env.local",
                                          "id_rsa",
                                          "server.pem",
                                          ".ssh/config",
                                          "a/.netrc",
                                          "b/site.key",
                                          "terraform.tfvars",
                                          "secrets.yaml",
                                          ".aws/credentials",
                                          ".npmrc",
                                          "prod.tfstate",
                                          ".docker/config.json",
                                          "vault-한.yml",
                                          "credentials.json"};
    char name[128];
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        snprintf(name, sizeof name, "p/%s", secrets[i]);
        test_write_file(name, "geheim\n");
    }
    test_write_file("p/.env.example", "KEY=\n");
    test_write_file("p/id_rsa.pub", "ssh-rsa\n");
    test_write_file("p/config.json", "{}\n");
    struct ob_root *r = open_root("p");
    takes(r, ".env.example\n.gitignore\n.openbookignore\nconfig.json\nid_rsa.pub\n");
    ob_root_unref(r);
}

TEST(built_in_list_leaves_out_what_tools_make_unless_a_rule_names_it)
{
    make_repo("p");
    static const char *const files[] = {"node_modules/x/i.js",
                                        "target/debug/a.d",
                                        "Cargo.toml",
                                        "Cargo.lock",
                                        "app.min.js",
                                        "app.js.map",
                                        "api.pb.go",
                                        "logo.png",
                                        "build/a.o",
                                        "build/문서.md",
                                        "venv/pyvenv.cfg",
                                        "venv/lib/a.py",
                                        "cache/CACHEDIR.TAG",
                                        "a.swp",
                                        "b.c~",
                                        "dist/keep.ts",
                                        "package.json",
                                        "vendor/v.go",
                                        "main.go"};
    char name[128];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(name, sizeof name, "p/%s", files[i]);
        test_write_file(name, "x\n");
    }
    struct ob_root *r = open_root("p");
    takes(r, "Cargo.toml\nbuild/문서.md\nmain.go\npackage.json\nvendor/v.go\n");
    test_write_file("p/.openbookignore", "!dist/\nvendor/\n");
    takes(r, ".openbookignore\nCargo.toml\nbuild/문서.md\ndist/keep.ts\nmain.go\npackage.json\n");
    ob_root_unref(r);
}

TEST(ignore_files_count_without_any_repository)
{
    test_write_file("p/.gitignore", "*.log\n");
    test_write_file("p/sub/.ignore", "b.md\n");
    test_write_file("p/a.log", "a\n");
    test_write_file("p/sub/b.md", "b\n");
    test_write_file("p/sub/c.md", "c\n");
    test_write_file(".gitignore", "*.md\n"); /* above the root and in no repository */
    struct ob_root *r = open_root("p");
    takes(r, ".gitignore\nsub/.ignore\nsub/c.md\n");
    ob_root_unref(r);
}

TEST(root_inside_a_repository_obeys_what_stands_above_but_is_not_left_out_itself)
{
    make_repo("p");
    test_write_file("p/.gitignore", "*.log\n/notes/\n");
    test_write_file("p/notes/a.md", "a\n");
    test_write_file("p/notes/b.log", "b\n");
    struct ob_root *r = open_root("p/notes");
    takes(r, "a.md\n");
    ob_root_unref(r);
    r = open_root("p");
    takes(r, ".gitignore\n");
    ob_root_unref(r);
}

TEST(rules_are_read_again_when_their_file_changes)
{
    make_repo("p");
    test_write_file("p/a.md", "a\n");
    test_write_file("p/b.md", "b\n");
    struct ob_root *r = open_root("p");
    takes(r, "a.md\nb.md\n");
    test_write_file("p/.git/info/exclude", "a.md\n");
    takes(r, "b.md\n");
    test_write_file("p/.git/info/exclude", "b.md # no comment\nb.md\n");
    takes(r, "a.md\n");
    ob_root_unref(r);
}

TEST(names_of_any_bytes_are_walked_as_they_are)
{
    static const char *const odd[] = {
        "a\nb.md", "-rf.md",      "50%.md",          "c#1.md",
        "a|b.md",  "\xff\xfe.md", "\xed\x95\x9c.md", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab.md"};
    char name[300];
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        snprintf(name, sizeof name, "p/%s", odd[i]);
        test_write_file(name, "text\n");
    }
    memset(name, 'n', 257);
    memcpy(name, "p/", 2);
    name[257] = '\0'; /* 255 bytes of name */
    test_write_file(name, "long\n");
    struct ob_root *r = open_root("p");
    struct seen s;
    walk(&s, r);
    CHECK_INT(s.n[OB_SKIP_NONE], sizeof odd / sizeof *odd + 1);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        CHECK(strstr(ob_buf_str(&s.taken), odd[i]) != NULL);
    ob_buf_release(&s.taken);
    ob_root_unref(r);
}

enum { LEVELS = 10000 };

TEST(folder_deeper_than_the_limit_is_skipped_whole)
{
    char *top = ob_asprintf("%s/p", test_scratch);
    CHECK(mkdir(top, 0700) == 0);
    int fd = open(top, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < LEVELS; i++) { /* a path over 4,096 bytes */
        CHECK(mkdirat(fd, "deep", 0700) == 0);
        int below = openat(fd, "deep", O_RDONLY | O_DIRECTORY);
        close(fd);
        CHECK((fd = below) >= 0);
    }
    int file = openat(fd, "a.md", O_CREAT | O_WRONLY, 0600);
    CHECK(file >= 0 && write(file, "a\n", 2) == 2);
    close(file);
    close(fd);
    struct ob_root *r = open_root("p");
    struct seen s;
    walk(&s, r);
    CHECK_INT(s.n[OB_SKIP_LIMIT], 1);
    ob_buf_release(&s.taken);
    struct ob_walk_options deep = defaults;
    deep.max_depth = LEVELS + 1;
    s = (struct seen){.root = r, .options = deep};
    ob_buf_init(&s.taken, 1 << 20);
    CHECK_INT(ob_walk(NULL, r, &deep, on_path, &s, NULL), 0);
    CHECK_INT(s.n[OB_SKIP_NONE], 1);
    ob_buf_release(&s.taken);
    ob_root_unref(r);
    for (int i = 0; i < LEVELS; i += 100) { /* the harness cannot remove so deep a tree by path */
        char *cut = ob_strdup(top), *shallow = ob_asprintf("%s/%d", test_scratch, i);
        for (int k = 0; k < 100 && k + i < LEVELS; k++) {
            char *longer = ob_asprintf("%s/deep", cut);
            ob_free(cut);
            cut = longer;
        }
        if (rename(cut, shallow) == 0) {
            ob_free(top);
            top = ob_strdup(shallow);
        }
        ob_free(cut);
        ob_free(shallow);
    }
    ob_free(top);
}

/* In byte order "가" comes last: each folder is gone back to when what lies below it is done. */
TEST(deep_folders_are_walked_with_few_descriptors)
{
    enum { DEEP = 50 };
    struct rlimit before, few;
    char name[DEEP * 2 + 64] = "p/";
    for (int i = 0; i < DEEP; i++) {
        size_t len = strlen(name);
        strcpy(name + len, ".gitignore");
        test_write_file(name, i % 2 ? "no.md\n" : "no*\n");
        strcpy(name + len, "no.md");
        test_write_file(name, "아니\n");
        strcpy(name + len, "가.md");
        test_write_file(name, "가\n");
        strcpy(name + len, "d/");
    }
    struct ob_root *r = open_root("p");
    struct seen s, again;
    walk(&s, r);
    CHECK_INT(s.n[OB_SKIP_NONE], DEEP * 2); /* the rules themselves among them */
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = 24;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &few), 0);
    ob_io_be_modest(true);
    walk(&again, r);
    ob_io_be_modest(false);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
    CHECK_STR(ob_buf_str(&again.taken), ob_buf_str(&s.taken));
    CHECK_INT(again.n[OB_SKIP_REFUSED], 0);
    CHECK_INT(again.n[OB_SKIP_IGNORED], DEEP);
    ob_buf_release(&s.taken);
    ob_buf_release(&again.taken);
    ob_root_unref(r);
}

static bool rename_once(const char *path, enum ob_skip reason, const struct ob_file_stat *stat,
                        void *data)
{
    struct seen *s = data;
    char from[512], to[512];
    (void)stat;
    s->n[reason]++;
    snprintf(from, sizeof from, "%s/p/d", test_scratch);
    snprintf(to, sizeof to, "%s/p/e", test_scratch);
    if (strlen(path) > 80 && access(from, F_OK) == 0)
        CHECK_INT(rename(from, to), 0);
    return true;
}

TEST(folder_that_was_let_go_and_is_another_one_now_is_refused_not_empty)
{
    struct seen s = {0};
    struct rlimit few = {.rlim_cur = 24, .rlim_max = 24};
    char name[256] = "p/";
    for (int i = 0; i < 50; i++) {
        size_t len = strlen(name);
        strcpy(name + len, "가.md");
        test_write_file(name, "가\n");
        strcpy(name + len, "d/");
    }
    struct ob_root *r = open_root("p");
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &few), 0);
    CHECK_INT(ob_walk(NULL, r, &defaults, rename_once, &s, NULL), 0);
    CHECK(s.n[OB_SKIP_REFUSED] > 0 && s.n[OB_SKIP_NONE] > 0);
    ob_root_unref(r);
}

TEST(link_loops_are_not_followed)
{
    test_write_file("p/a/b.md", "b\n");
    char *loop = ob_asprintf("%s/p/a/up", test_scratch),
         *self = ob_asprintf("%s/p/self", test_scratch);
    CHECK(symlink("..", loop) == 0 && symlink("self", self) == 0);
    struct ob_root *r = open_root("p");
    struct seen s;
    walk(&s, r);
    CHECK_STR(ob_buf_str(&s.taken), "a/b.md\n");
    CHECK_INT(s.n[OB_SKIP_SPECIAL], 2);
    ob_buf_release(&s.taken);
    ob_root_unref(r);
    ob_free(loop);
    ob_free(self);
}

TEST(bind_mount_of_the_project_in_itself_ends)
{
    test_write_file("p/a.md", "가\n");
    test_write_file("p/sub/b.md", "나\n");
    test_write_file("p/here/c.md", "다\n");
    ns_enter(CLONE_NEWNS);
    char *top = ob_asprintf("%s/p", test_scratch), *sub = ob_asprintf("%s/p/sub", test_scratch);
    if (mount(top, sub, NULL, MS_BIND | MS_REC, NULL) != 0)
        test_skip("the system lets a namespace mount nothing");
    struct ob_root *r = open_root("p");
    takes(r, "a.md\nhere/c.md\nsub/a.md\nsub/here/c.md\nsub/sub/b.md\n"); /* once a path */
    ob_root_unref(r);
    CHECK(umount2(sub, MNT_DETACH) == 0);
    ob_free(top);
    ob_free(sub);
}

TEST(folders_on_other_file_systems_are_left_out_of_a_confined_root_and_why_says_so)
{
    test_write_file("p/a.md", "가\n");
    test_write_file("p/sub/b.md", "나\n");
    test_write_file("p/묶음/old.md", "가려짐\n");
    test_write_file("p/again/x", "");
    ns_enter(CLONE_NEWNS);
    char *mnt = ob_asprintf("%s/p/묶음", test_scratch),
         *sub = ob_asprintf("%s/p/sub", test_scratch),
         *again = ob_asprintf("%s/p/again", test_scratch);
    if (mount("none", mnt, "tmpfs", 0, NULL) != 0 || mount(sub, again, NULL, MS_BIND, NULL) != 0)
        test_skip("the system lets a namespace mount nothing");
    test_write_file("p/묶음/c.md", "다\n");
    test_write_file("p/묶음/깊이/d.md", "라\n");
    struct ob_root *r = open_root("p"), *one;
    CHECK_INT(ob_root_confine(&one, r, true, NULL), 0);
    CHECK(ob_root_is_confined(one) && !ob_root_is_confined(r));
    takes(r, "a.md\nagain/b.md\nsub/b.md\n묶음/c.md\n묶음/깊이/d.md\n");
    struct seen s;
    walk(&s, one);
    CHECK_STR(ob_buf_str(&s.taken),
              "a.md\nagain/b.md\nsub/b.md\n"); /* the same device is no other */
    CHECK_INT(s.n[OB_SKIP_ELSEWHERE], 1);
    ob_buf_release(&s.taken);
    bool by_folder;
    CHECK_INT(ob_walk_check(&by_folder, one, &defaults, "묶음/깊이/d.md"), OB_SKIP_ELSEWHERE);
    CHECK(by_folder);
    why_is(one, "묶음", "묶음 is left out: it lies on another file system (one_file_system)");
    why_is(one, "묶음/c.md",
           "묶음/c.md is left out: its folder 묶음: it lies on another file system "
           "(one_file_system)");
    why_is(r, "묶음/c.md", "묶음/c.md is taken: no rule leaves it out");
    CHECK(umount2(mnt, 0) == 0);
    takes(one, "a.md\nagain/b.md\nsub/b.md\n묶음/old.md\n");
    ob_root_unref(one);
    ob_root_unref(r);
    ob_free(mnt);
    ob_free(sub);
    ob_free(again);
}

TEST(hard_links_are_files_of_their_own)
{
    char *a = test_write_file("p/a.md", "하나\n");
    char *b = ob_asprintf("%s/p/b.md", test_scratch);
    CHECK(link(a, b) == 0);
    struct ob_root *r = open_root("p");
    takes(r, "a.md\nb.md\n");
    ob_root_unref(r);
    ob_free(b);
}

TEST(a_path_has_a_role_by_its_name)
{
    static const struct {
        const char *path;
        enum ob_walk_role role;
    } cases[] = {
        {"노트/오늘.md", OB_ROLE_PLAIN},      {"target/Cargo.toml.md", OB_ROLE_PLAIN},
        {".gitignore", OB_ROLE_RULES},        {"하위/.openbookignore", OB_ROLE_RULES},
        {".git/info/exclude", OB_ROLE_RULES}, {"cache/CACHEDIR.TAG", OB_ROLE_RULES},
        {"하위/Cargo.toml", OB_ROLE_MARKER},  {"info/exclude", OB_ROLE_PLAIN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (ob_walk_role_of(cases[i].path) != cases[i].role)
            test_fail(__FILE__, __LINE__, "%s has the role %d", cases[i].path,
                      (int)ob_walk_role_of(cases[i].path));
}

TEST(folder_that_is_half_closed_is_judged_alike_by_all)
{
    char *half = ob_asprintf("%s/p/half", test_scratch);
    struct seen s;
    test_drop_rights();
    test_write_file("p/a.md", "하나\n");
    test_write_file("p/half/CACHEDIR.TAG", "x\n");
    CHECK(chmod(half, 0400) == 0); /* its names can be listed, and no more */
    struct ob_root *r = open_root("p");
    walk(&s, r);
    CHECK_STR(ob_buf_str(&s.taken), "a.md\n");
    CHECK_INT(s.n[OB_SKIP_UNREADABLE], 1);
    ob_buf_release(&s.taken);
    ob_root_unref(r);
    ob_free(half);
}

TEST_MAIN(CASE(why_names_the_rule_that_decided), CASE(why_tells_size_links_and_special_files),
          CASE(never_index_list_wins_over_every_rule),
          CASE(built_in_list_leaves_out_what_tools_make_unless_a_rule_names_it),
          CASE(ignore_files_count_without_any_repository),
          CASE(root_inside_a_repository_obeys_what_stands_above_but_is_not_left_out_itself),
          CASE(rules_are_read_again_when_their_file_changes),
          CASE(names_of_any_bytes_are_walked_as_they_are),
          CASE(folder_deeper_than_the_limit_is_skipped_whole), CASE(link_loops_are_not_followed),
          CASE(folder_that_was_let_go_and_is_another_one_now_is_refused_not_empty),
          CASE(deep_folders_are_walked_with_few_descriptors),
          CASE(folder_that_is_half_closed_is_judged_alike_by_all),
          CASE(a_path_has_a_role_by_its_name), CASE(hard_links_are_files_of_their_own),
          CASE(bind_mount_of_the_project_in_itself_ends),
          CASE(folders_on_other_file_systems_are_left_out_of_a_confined_root_and_why_says_so))
