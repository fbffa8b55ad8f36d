/* Paths, and the directories that hold a socket and what cannot be rebuilt. */
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openbook/base/error.h"
#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "test.h"

/* Compares a path that the caller owns, and frees it. */
static void check_path(int line, char *got, const char *want)
{
    test_check_str(__FILE__, line, "path", got, want);
    ob_free(got);
}
#define CHECK_PATH(got, want) check_path(__LINE__, (got), (want))

TEST(joining_neither_doubles_nor_loses_a_slash)
{
    CHECK_PATH(ob_path_join("/a", "b"), "/a/b");
    CHECK_PATH(ob_path_join("/a/", "b"), "/a/b");
    CHECK_PATH(ob_path_join("/", "한글.md"), "/한글.md");
    CHECK_PATH(ob_path_join("", "b"), "b");
    CHECK_PATH(ob_path_join("/a", "/b"), "/b");
}

TEST(the_base_is_what_follows_the_last_slash)
{
    CHECK_STR(ob_path_base("/a/b.c"), "b.c");
    CHECK_STR(ob_path_base("b.c"), "b.c");
    CHECK_STR(ob_path_base("/a/"), "");
}

TEST(the_directory_is_what_comes_before_it)
{
    CHECK_PATH(ob_path_dir("/a/한글.md"), "/a");
    CHECK_PATH(ob_path_dir("/a"), "/");
    CHECK_PATH(ob_path_dir("/"), "/");
    CHECK_PATH(ob_path_dir("a/b"), "a");
    CHECK_PATH(ob_path_dir("b.c"), ".");
}

TEST(absolute_paths_are_cleaned)
{
    CHECK_PATH(ob_path_absolute("/"), "/");
    CHECK_PATH(ob_path_absolute("//a///b/./c/"), "/a/b/c");
    CHECK_PATH(ob_path_absolute("/a/b/../c"), "/a/c");
    CHECK_PATH(ob_path_absolute("/../../a"), "/a");
    CHECK_PATH(ob_path_absolute("/a/.."), "/");
    CHECK_PATH(ob_path_absolute("/a/..b/...c/.d"), "/a/..b/...c/.d");
    CHECK_PATH(ob_path_absolute("/노트/./회의/../할 일"), "/노트/할 일");
}

TEST(relative_paths_start_at_the_working_directory)
{
    CHECK_INT(chdir(test_scratch), 0);
    char cwd[4096];
    CHECK(getcwd(cwd, sizeof cwd) != NULL);
    char *want = ob_path_join(cwd, "x");
    CHECK_PATH(ob_path_absolute("./y/../x"), want);
    CHECK_PATH(ob_path_absolute(""), cwd);
    ob_free(want);
}

TEST(inside_compares_whole_components)
{
    CHECK_STR(ob_path_inside("/a/b", "/a/b/c"), "c");
    CHECK_STR(ob_path_inside("/a/b", "/a/b"), "");
    CHECK_STR(ob_path_inside("/a/b", "/a/bc"), NULL);
    CHECK_STR(ob_path_inside("/a/b", "/a"), NULL);
    CHECK_STR(ob_path_inside("/", "/a"), "a");
    CHECK_STR(ob_path_inside("/", "/"), "");
}

TEST(relative_climbs_as_far_as_needed)
{
    CHECK_PATH(ob_path_relative("/a/b", "/a/b/c"), "c");
    CHECK_PATH(ob_path_relative("/a/b", "/a/b"), ".");
    CHECK_PATH(ob_path_relative("/a/b", "/a"), "..");
    CHECK_PATH(ob_path_relative("/a/b", "/a/c/d"), "../c/d");
    CHECK_PATH(ob_path_relative("/a/b", "/ab"), "../../ab");
    CHECK_PATH(ob_path_relative("/a/b", "/"), "../..");
    CHECK_PATH(ob_path_relative("/", "/a"), "a");
}

static char *scratch(const char *name)
{
    return ob_path_join(test_scratch, name);
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    CHECK_INT(stat(path, &st), 0);
    return st.st_mode & 07777;
}

TEST(the_runtime_directory_is_created_for_its_user_alone)
{
    setenv("XDG_RUNTIME_DIR", test_scratch, 1);
    struct ob_error e = OB_ERROR_INIT;
    char *dir = NULL, *want = scratch("openbook");
    CHECK_INT(ob_dir_runtime(&dir, &e), 0);
    CHECK_STR(dir, want);
    CHECK_INT(mode_of(dir), 0700);
    ob_free(dir);
    CHECK_INT(chmod(want, 0755), 0);
    CHECK_INT(ob_dir_runtime(&dir, &e), 0);
    CHECK_INT(mode_of(dir), 0700);
    ob_free(dir);
    ob_free(want);
}

TEST(a_runtime_directory_that_others_could_write_to_is_refused)
{
    setenv("XDG_RUNTIME_DIR", test_scratch, 1);
    struct ob_error e = OB_ERROR_INIT;
    char *dir = NULL, *place = scratch("openbook");
    CHECK_INT(mkdir(place, 0700), 0);
    CHECK_INT(chmod(place, 0770), 0);
    CHECK_INT(ob_dir_runtime(&dir, &e), OB_EDENIED);
    CHECK(strstr(e.message, place) && strstr(e.message, "remove it"));
    CHECK(dir == NULL);
    CHECK_INT(rmdir(place), 0);
    CHECK_INT(symlink("/tmp", place), 0);
    CHECK_INT(ob_dir_runtime(&dir, &e), OB_EDENIED);
    CHECK_INT(unlink(place), 0);
    (void)test_write_file("openbook", "a file in the way");
    CHECK_INT(ob_dir_runtime(&dir, &e), OB_EDENIED);
    ob_free(place);
}

TEST(without_a_runtime_directory_of_ones_own_a_temporary_one_serves)
{
    static const char *const unusable[] = {"/nowhere/at/all", "relative", "", "/dev/null"};
    setenv("TMPDIR", test_scratch, 1);
    for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++) {
        setenv("XDG_RUNTIME_DIR", unusable[i], 1);
        struct ob_error e = OB_ERROR_INIT;
        char *dir = NULL;
        CHECK_INT(ob_dir_runtime(&dir, &e), 0);
        const char *below = ob_path_inside(test_scratch, dir);
        CHECK(below && strncmp(below, "openbook-", 9) == 0);
        ob_free(dir);
    }
}

TEST(the_state_directory_is_made_with_all_above_it)
{
    char *home = scratch("집"), *want = scratch("집/.local/state/openbook");
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", home, 1);
    struct ob_error e = OB_ERROR_INIT;
    char *dir = NULL;
    CHECK_INT(ob_dir_state(&dir, &e), 0);
    CHECK_STR(dir, want);
    CHECK_INT(mode_of(dir), 0700);
    ob_free(dir);
    ob_free(home);
    ob_free(want);
}

TEST(the_state_directory_may_be_a_link_to_a_folder_whose_mode_stays)
{
    char *state = scratch("상태"), *link = scratch("상태/openbook"), *kept = scratch("설정");
    struct ob_error e = OB_ERROR_INIT;
    char *dir = NULL;
    CHECK_INT(mkdir(state, 0700), 0);
    CHECK_INT(mkdir(kept, 0755), 0);
    CHECK_INT(chmod(kept, 0755), 0);
    CHECK_INT(symlink("../설정", link), 0);
    setenv("XDG_STATE_HOME", state, 1);
    CHECK_INT(ob_dir_state(&dir, &e), 0);
    CHECK_STR(dir, link);
    CHECK_INT(mode_of(kept), 0755);
    ob_free(dir);
    CHECK_INT(chmod(kept, 0777), 0); /* others could put files there */
    CHECK_INT(ob_dir_state(&dir, &e), OB_EDENIED);
    setenv("XDG_RUNTIME_DIR", state, 1); /* no link holds a socket */
    CHECK_INT(chmod(kept, 0700), 0);
    CHECK_INT(ob_dir_runtime(&dir, &e), OB_EDENIED);
    ob_free(state);
    ob_free(link);
    ob_free(kept);
}

/* ------------------------------------------------------------ folders that others may write to */
enum { NOBODY = 65534 };

/* Whether another user can put a directory of theirs in the place of DIR. */
static bool can_be_replaced(const char *dir)
{
    int status = 0;
    char *away = ob_asprintf("%s-away", dir);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        bool nobody = setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
                      setresuid(NOBODY, NOBODY, NOBODY) == 0;
        _exit(!nobody ? 2 : rename(dir, away) == 0 && mkdir(dir, 0700) == 0 ? 1 : 0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) < 2);
    if (WEXITSTATUS(status))
        CHECK(rmdir(dir) == 0 && rename(away, dir) == 0);
    ob_free(away);
    return WEXITSTATUS(status) == 1;
}

/* What another user can do is tried, and what is refused must be the same. */
TEST(a_state_directory_that_another_user_could_replace_is_refused)
{
    static const struct {
        mode_t mode;
        uid_t owner; /* of what lies in it, on the way */
        gid_t group;
        bool refused;
    } cases[] = {{0755, 0, 0, false},      {0777, 0, 0, true},       {01777, 0, 0, false},
                 {0775, 0, NOBODY, true},  {0775, 0, 0, false},      {01775, 0, NOBODY, false},
                 {01777, NOBODY, 0, true}, {0757, 0, 0, true},       {0700, 0, 0, false},
                 {02775, 0, NOBODY, true}, {03775, 0, NOBODY, false}};
    char *shared = scratch("함께"), *mine = scratch("함께/mine"),
         *own = scratch("함께/mine/openbook");
    if (geteuid() != 0)
        test_skip("only root may become another user");
    CHECK_INT(chmod(test_scratch, 0755), 0);
    CHECK_INT(mkdir(shared, 0755), 0);
    CHECK_INT(mkdir(mine, 0755), 0);
    CHECK_INT(mkdir(own, 0700), 0);
    setenv("XDG_STATE_HOME", mine, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ob_error e = OB_ERROR_INIT;
        char *dir = NULL;
        CHECK_INT(chown(mine, cases[i].owner, 0), 0);
        CHECK_INT(chown(shared, 0, cases[i].group), 0);
        CHECK_INT(chmod(shared, cases[i].mode), 0);
        CHECK_INT(can_be_replaced(mine), cases[i].refused);
        CHECK_INT(ob_dir_state(&dir, &e), cases[i].refused ? OB_EDENIED : 0);
        CHECK_INT(ob_dir_own(own, &e), cases[i].refused ? OB_EDENIED : 0);
        if (cases[i].refused)
            CHECK(strstr(e.message, shared) && strstr(e.message, "chmod go-w") &&
                  strstr(e.message, "XDG_STATE_HOME"));
        ob_free(dir);
    }
    ob_free(shared);
    ob_free(mine);
    ob_free(own);
}

TEST(nothing_is_made_in_a_folder_that_others_may_write_to_unless_it_is_sticky)
{
    char *shared = scratch("shared"), *mine = scratch("shared/mine");
    struct ob_error e = OB_ERROR_INIT;
    char *dir = NULL;
    CHECK_INT(mkdir(shared, 0700), 0);
    CHECK_INT(chmod(shared, 0777), 0);
    setenv("XDG_STATE_HOME", mine, 1);
    CHECK_INT(ob_dir_state(&dir, &e), OB_EDENIED);
    CHECK(access(mine, F_OK) != 0);
    unsetenv("XDG_RUNTIME_DIR");
    setenv("TMPDIR", shared, 1);
    CHECK_INT(ob_dir_runtime(&dir, &e), OB_EDENIED);
    CHECK(strstr(e.message, "XDG_RUNTIME_DIR") != NULL);
    CHECK_INT(chmod(shared, 01777), 0);
    CHECK_INT(ob_dir_state(&dir, &e), 0);
    ob_free(dir);
    CHECK_INT(ob_dir_runtime(&dir, &e), 0);
    ob_free(dir);
    ob_free(shared);
    ob_free(mine);
}

TEST(a_link_on_the_way_is_followed_through_folders_of_ones_own_only)
{
    char *home = scratch("home"), *link = scratch("home/state"), *shared = scratch("shared"),
         *kept = scratch("shared/kept");
    struct ob_error e = OB_ERROR_INIT;
    char *dir = NULL;
    CHECK_INT(mkdir(home, 0700), 0);
    CHECK_INT(mkdir(shared, 0700), 0);
    CHECK_INT(mkdir(kept, 0700), 0);
    CHECK_INT(symlink("../shared/kept", link), 0);
    setenv("XDG_STATE_HOME", link, 1);
    CHECK_INT(ob_dir_state(&dir, &e), 0);
    ob_free(dir);
    dir = NULL;
    CHECK_INT(chmod(shared, 0777), 0); /* what the link leads to could be replaced */
    CHECK_INT(ob_dir_state(&dir, &e), OB_EDENIED);
    CHECK(strstr(e.message, shared) != NULL);
    CHECK_INT(chmod(shared, 0700), 0);
    CHECK_INT(chmod(home, 0777), 0); /* or the link */
    CHECK_INT(ob_dir_state(&dir, &e), OB_EDENIED);
    CHECK(strstr(e.message, home) != NULL);
    CHECK_INT(chmod(home, 0700), 0);
    CHECK_INT(unlink(link), 0);
    CHECK_INT(symlink("state", link), 0); /* in a circle */
    CHECK(ob_dir_state(&dir, &e) < 0);
    CHECK(dir == NULL);
    ob_free(home);
    ob_free(link);
    ob_free(shared);
    ob_free(kept);
}

TEST(without_a_home_the_error_names_the_variables)
{
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    struct ob_error e = OB_ERROR_INIT;
    char *dir = NULL;
    CHECK_INT(ob_dir_state(&dir, &e), OB_ENOTFOUND);
    CHECK(strstr(e.message, "XDG_STATE_HOME") && strstr(e.message, "HOME is set"));
    CHECK_INT(ob_dir_config(&dir, &e), OB_ENOTFOUND);
    CHECK(strstr(e.message, "XDG_CONFIG_HOME"));
    CHECK(dir == NULL);
}

TEST(the_config_directory_is_only_named)
{
    char *home = scratch("config"), *want = scratch("config/openbook");
    setenv("XDG_CONFIG_HOME", home, 1);
    char *dir = NULL;
    CHECK_INT(ob_dir_config(&dir, NULL), 0);
    CHECK_STR(dir, want);
    CHECK(access(dir, F_OK) != 0);
    ob_free(dir);
    ob_free(home);
    ob_free(want);
}

TEST_MAIN(CASE(joining_neither_doubles_nor_loses_a_slash),
          CASE(the_base_is_what_follows_the_last_slash),
          CASE(the_directory_is_what_comes_before_it), CASE(absolute_paths_are_cleaned),
          CASE(relative_paths_start_at_the_working_directory),
          CASE(inside_compares_whole_components), CASE(relative_climbs_as_far_as_needed),
          CASE(the_runtime_directory_is_created_for_its_user_alone),
          CASE(a_runtime_directory_that_others_could_write_to_is_refused),
          CASE(without_a_runtime_directory_of_ones_own_a_temporary_one_serves),
          CASE(the_state_directory_is_made_with_all_above_it),
          CASE(a_state_directory_that_another_user_could_replace_is_refused),
          CASE(nothing_is_made_in_a_folder_that_others_may_write_to_unless_it_is_sticky),
          CASE(a_link_on_the_way_is_followed_through_folders_of_ones_own_only),
          CASE(the_state_directory_may_be_a_link_to_a_folder_whose_mode_stays),
          CASE(without_a_home_the_error_names_the_variables),
          CASE(the_config_directory_is_only_named))
