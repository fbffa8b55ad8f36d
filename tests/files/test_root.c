/* Which directory is the project of a file. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

TEST_MAIN(CASE(the_nearest_marked_folder_is_the_project),
          CASE(a_folder_without_a_mark_is_its_own_project),
          CASE(the_whole_home_folder_is_no_project_unless_it_is_marked))
