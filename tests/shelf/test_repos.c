/* Repositories that begin and end in folders of a project, and whose rules change, while it is followed. */
#include "../files/git.h"
#include "project.h"

/* What git init makes, without its files of settings. */
static void make_repo(const char *dir)
{
    static const char *const files[] = {"HEAD", "objects/info/packs", "refs/heads/main"};
    char name[256];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(name, sizeof name, "%s/.git/%s", dir, files[i]);
        save(name, "ref: refs/heads/main\n");
    }
}

static void rename_in(const char *from, const char *to)
{
    CHECK_INT(rename(in_project(from), in_project(to)), 0);
}

TEST(repository_that_begins_in_a_folder_is_obeyed_and_one_that_ends_no_more)
{
    lonely_git();
    make_repo(".");
    save(".gitignore", "*.txt\n");
    save("모듈/a.txt", "하나\n");
    save("모듈/b.md", "둘\n");
    open_project();
    CHECK(sees(0, "모듈/a.txt", NULL) && sees(0, "모듈/b.md", "둘\n"));
    make_repo("모듈");
    save("모듈/.git/info/exclude", "*.md\n");
    wait_seen(0, "모듈/a.txt", "하나\n"); /* unasked: the rules around it end there */
    wait_seen(0, "모듈/b.md", NULL);
    rename_in("모듈/.git", "모듈/git-was-here");
    wait_seen(0, "모듈/a.txt", NULL);
    wait_seen(0, "모듈/b.md", "둘\n");
    rename_in("모듈/git-was-here", "모듈/.git");
    wait_fresh(0);
    CHECK(sees(0, "모듈/a.txt", "하나\n") && sees(0, "모듈/b.md", NULL));
    close_all();
}

/* Git makes the folder first and the rest of it one by one. */
TEST(repository_that_is_made_slowly_is_obeyed_when_it_is_whole)
{
    lonely_git();
    make_repo(".");
    save(".gitignore", "*.txt\n");
    save("sub/a.txt", "하나\n");
    open_project();
    save("sub/.git/info/exclude", "");
    wait_fresh(0);
    CHECK(sees(0, "sub/a.txt", NULL));
    make_repo("sub"); /* in a folder that nobody watches */
    ask_until("sub/a.txt", "하나\n");
    CHECK_INT(unlink(in_project("sub/.git/HEAD")), 0);
    CHECK_INT(rename(in_project("sub/.git"), in_project("sub/gone")), 0);
    ask_until("sub/a.txt", NULL);
    close_all();
}

TEST(settings_of_a_repository_below_that_change_are_obeyed)
{
    lonely_git();
    make_repo("sub");
    save("sub/.gitignore", "/a.md\n");
    save("sub/.git/config", "[core]\n");
    save("sub/A.md", "하나\n");
    save("sub/b.md", "둘\n");
    open_project();
    CHECK(sees(0, "sub/A.md", "하나\n") && sees(0, "sub/b.md", "둘\n"));
    save("sub/.git/config", "[core]\n\tignoreCase = true\n");
    ask_until("sub/A.md", NULL);
    save("sub/.git/info/exclude", "b.md\n");
    ask_until("sub/b.md", NULL);
    save("sub/.git/info/exclude", "# nothing\n");
    ask_until("sub/b.md", "둘\n");
    close_all();
}

/* Its folder was not watched when the repository came into it. */
TEST(settings_of_a_repository_that_came_whole_are_followed_too)
{
    lonely_git();
    save("a.md", "하나\n");
    open_project();
    make_repo("../elsewhere");
    save("../elsewhere/b.md", "둘\n");
    rename_in("../elsewhere", "sub");
    wait_fresh(0);
    CHECK(sees(0, "sub/b.md", "둘\n"));
    save("sub/.git/info/exclude", "b.md\n");
    ask_until("sub/b.md", NULL);
    close_all();
}

TEST(real_git_init_in_a_folder_is_obeyed)
{
    lonely_git();
    save("sub/a.txt", "하나\n");
    git(project(), "init -q");
    save(".gitignore", "*.txt\n");
    open_project();
    CHECK(sees(0, "sub/a.txt", NULL));
    git(in_project("sub"), "init -q");
    ask_until("sub/a.txt", "하나\n");
    git(in_project("sub"), "config core.excludesFile ../mine");
    save("mine", "a.*\n");
    ask_until("sub/a.txt", NULL);
    close_all();
}

TEST_MAIN(CASE(repository_that_begins_in_a_folder_is_obeyed_and_one_that_ends_no_more),
          CASE(repository_that_is_made_slowly_is_obeyed_when_it_is_whole),
          CASE(settings_of_a_repository_below_that_change_are_obeyed),
          CASE(settings_of_a_repository_that_came_whole_are_followed_too),
          CASE(real_git_init_in_a_folder_is_obeyed))
