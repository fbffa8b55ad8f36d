/* Files with several names (hard links): changed under one of them they are changed under all, and the
 * system tells the folder of that one. */
#include "project.h"

static void name_again(const char *from, const char *to)
{
    CHECK_INT(link(in_project(from), in_project(to)), 0);
}

static void drop_rights(void)
{
    CHECK(chmod(test_scratch, 0777) == 0);
    if (getuid() == 0)
        CHECK(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
}

TEST(rights_that_return_under_one_name_return_under_all)
{
    drop_rights();
    save("dir/a.md", "하나\n");
    name_again("dir/a.md", "b.md");
    open_project();
    CHECK_INT(chmod(in_project("dir/a.md"), 0), 0);
    wait_fresh(0);
    CHECK(sees(0, "dir/a.md", NULL) && sees(0, "b.md", NULL));
    CHECK_INT(chmod(in_project("dir/a.md"), 0600), 0);
    wait_fresh(0);
    CHECK(sees(0, "dir/a.md", "하나\n"));
    CHECK(sees(0, "b.md", "하나\n"));
    close_all();
}

TEST(text_written_under_one_name_is_seen_under_all)
{
    save("dir/a.md", "하나\n");
    name_again("dir/a.md", "b.md");
    name_again("dir/a.md", "다.md");
    open_project();
    save("b.md", "둘\n");
    wait_fresh(0);
    CHECK(sees(0, "dir/a.md", "둘\n") && sees(0, "b.md", "둘\n") && sees(0, "다.md", "둘\n"));
    save("b.md", "셋\n");
    CHECK_INT(unlink(in_project("b.md")), 0); /* it was known by its inode */
    wait_fresh(0);
    CHECK(sees(0, "dir/a.md", "셋\n") && sees(0, "b.md", NULL) && sees(0, "다.md", "셋\n"));
    close_all();
}

/* POSIX: renaming one name of a file to another does nothing, and no event comes. */
TEST(rename_of_one_name_to_another_does_nothing)
{
    save("a.md", "하나\n");
    name_again("a.md", "b.md");
    open_project();
    CHECK_INT(rename(in_project("a.md"), in_project("b.md")), 0);
    wait_fresh(0);
    CHECK(sees(0, "a.md", "하나\n") && sees(0, "b.md", "하나\n"));
    save("c.md", "셋\n");
    CHECK_INT(rename(in_project("c.md"), in_project("b.md")), 0);
    wait_fresh(0);
    CHECK(sees(0, "a.md", "하나\n") && sees(0, "b.md", "셋\n") && sees(0, "c.md", NULL));
    close_all();
}

TEST_MAIN(CASE(rights_that_return_under_one_name_return_under_all),
          CASE(text_written_under_one_name_is_seen_under_all),
          CASE(rename_of_one_name_to_another_does_nothing))
