/* Which directory is the project of a file, and whether it is still the one that it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "openbook/base/mem.h"
#include "openbook/files/root.h"

#include "test.h"

static struct ob_error e;

/* PATH below the scratch folder, which is the home directory. */
static const char *at(const char *path)
{
    static char all[4096];
    char here[2048];
    CHECK(realpath(test_scratch, here) != NULL);
    (void)snprintf(all, sizeof all, "%s%s%s", here, *path ? "/" : "", path);
    return all;
}

static void set_home(void)
{
    CHECK_INT(setenv("HOME", at(""), 1), 0);
}

static void finds(const char *start, const char *want)
{
    char *root = NULL, *expected = ob_strdup(at(want));
    CHECK_INT(ob_root_find(&root, at(start), &e), 0);
    CHECK_STR(root, expected);
    ob_free(root);
    ob_free(expected);
}

TEST(the_nearest_marked_folder_is_the_project)
{
    set_home();
    test_write_file("프로젝트/.git/HEAD", "");
    test_write_file("프로젝트/src/deep/a.c", "");
    finds("프로젝트/src/deep", "프로젝트");
    finds("프로젝트", "프로젝트");
}

TEST(a_folder_without_a_mark_is_its_own_project)
{
    set_home();
    test_write_file("notes/2026/a.md", "");
    finds("notes/2026", "notes/2026");
}

TEST(the_whole_home_folder_is_no_project_unless_it_is_marked)
{
    char *root = NULL;
    set_home();
    CHECK_INT(ob_root_find(&root, at(""), &e), OB_EINVAL);
    CHECK(strstr(e.message, "git init") != NULL);
    CHECK(root == NULL);
    CHECK_INT(ob_root_find(&root, "/", &e), OB_EINVAL);
    test_write_file(".git/HEAD", "");
    finds("", "");
    test_write_file("notes/a.md", "");
    finds("notes", "notes"); /* not climbed to, marked or not */
}

/* Many file systems give a new directory the number of the one that was removed last. */
TEST(the_version_tells_of_a_folder_that_went_and_of_its_return)
{
    struct ob_root *root;
    CHECK_INT(mkdir(at("프로젝트"), 0700), 0);
    CHECK_INT(ob_root_open(&root, at("프로젝트"), &e), 0);
    for (int i = 0; i < 3; i++) {
        uint64_t there = ob_root_version(root);
        CHECK(ob_root_version(root) == there);
        CHECK_INT(rmdir(at("프로젝트")), 0);
        uint64_t gone = ob_root_version(root);
        CHECK(gone != there && ob_root_is_gone(root));
        CHECK_INT(mkdir(at("프로젝트"), 0700), 0);
        uint64_t back = ob_root_version(root);
        CHECK(back != gone && back != there && !ob_root_is_gone(root));
    }
    ob_root_unref(root);
}

TEST(a_look_at_the_folder_leaves_its_rules_to_the_version)
{
    struct ob_root *root;
    char moved[4096];
    (void)snprintf(moved, sizeof moved, "%s", at("옮김"));
    test_write_file("프로젝트/.git/HEAD", "ref: refs/heads/main\n");
    test_write_file("프로젝트/.git/objects/info/packs", "");
    test_write_file("프로젝트/.git/refs/heads/main", "");
    CHECK_INT(ob_root_open(&root, at("프로젝트"), &e), 0);
    uint64_t before = ob_root_version(root);
    test_write_file("프로젝트/.git/config", "[core]\n\tignoreCase = true\n");
    CHECK(ob_root_look(root) == before);
    uint64_t changed = ob_root_version(root);
    CHECK(changed != before && ob_root_look(root) == changed);
    CHECK_INT(rename(at("프로젝트"), moved), 0);
    CHECK(ob_root_look(root) != changed && ob_root_is_gone(root));
    ob_root_unref(root);
}

TEST_MAIN(CASE(the_nearest_marked_folder_is_the_project),
          CASE(a_folder_without_a_mark_is_its_own_project),
          CASE(the_whole_home_folder_is_no_project_unless_it_is_marked),
          CASE(the_version_tells_of_a_folder_that_went_and_of_its_return),
          CASE(a_look_at_the_folder_leaves_its_rules_to_the_version))
