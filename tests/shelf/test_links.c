/* Files with several names (hard links): changed under one of them they are changed under all, and the
 * system tells the folder of that one. */
#include "project.h"

static void name_again(const char *from, const char *to)
{
    CHECK_INT(link(in_project(from), in_project(to)), 0);
}

TEST(rights_that_return_under_one_name_return_under_all)
{
    test_drop_rights();
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

TEST(text_written_under_a_name_that_was_linked_unheard_and_goes_is_seen_under_the_other)
{
    save(".openbookignore", "/out/\n*.log\n");
    save("out/x", "");
    open_project();
    save("a.log", "하나\n");
    wait_fresh(0); /* left out, and seen to have one name */
    name_again("a.log", "out/b.md");
    save(".openbookignore", "*.log\n");
    wait_fresh(0);
    CHECK(sees(0, "out/b.md", "하나\n"));
    save("a.log", "둘둘\n");
    CHECK_INT(unlink(in_project("a.log")), 0);
    wait_fresh(0);
    CHECK(sees(0, "out/b.md", "둘둘\n"));
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

TEST(change_under_a_name_in_a_folder_that_is_left_out_is_found_by_the_clock)
{
    save(".openbookignore", "/out/\n");
    save("a.md", "하나\n");
    save("out/x", "");
    name_again("a.md", "out/b.md");
    open_project();
    CHECK(sees(0, "a.md", "하나\n") && sees(0, "out/b.md", NULL));
    save("out/b.md", "둘\n");
    ask_until("a.md", "둘\n");
    CHECK_INT(unlink(in_project("out/b.md")), 0);
    ask_until("a.md", "둘\n");
    close_all();
}

TEST(rights_that_return_in_a_folder_that_is_left_out_are_found_by_the_clock)
{
    test_drop_rights();
    save(".openbookignore", "/out/\n");
    save("a.md", "하나\n");
    save("out/x", "");
    name_again("a.md", "out/b.md");
    open_project();
    CHECK_INT(chmod(in_project("out/b.md"), 0), 0);
    ask_until("a.md", NULL);
    CHECK_INT(chmod(in_project("out/b.md"), 0600), 0);
    ask_until("a.md", "하나\n");
    close_all();
}

TEST(rules_changed_under_another_name_are_obeyed)
{
    save("out/rules", "# nothing\n");
    name_again("out/rules", ".openbookignore");
    save("a.md", "하나\n");
    open_project();
    save("out/rules", "/a.md\n/out/\n");
    wait_fresh(0);
    CHECK(sees(0, "a.md", NULL));
    save("out/rules", "/out/\n"); /* nobody is told now */
    ask_until("a.md", "하나\n");
    close_all();
}

TEST(folder_that_rules_take_again_under_another_name_is_watched)
{
    save("out/rules", "/out/\n/docs/\n");
    save("docs/a.md", "하나\n");
    name_again("out/rules", ".openbookignore");
    open_project();
    CHECK(sees(0, "docs/a.md", NULL));
    save("out/rules", "/out/\n");
    ask_until("docs/a.md", "하나\n");
    for (int i = 0; i < 3; i++) {
        const char *text = i % 2 ? "둘\n" : "셋\n";
        save("docs/a.md", text);
        wait_fresh(0);
        CHECK(sees(0, "docs/a.md", text));
    }
    close_all();
}

/* The ignore file is itself left out, so that nothing of it but its rules is known. */
TEST(rules_that_are_left_out_and_changed_under_another_name_are_obeyed)
{
    static const char *const rules[] = {"/out/\n.openbookignore\n", "*ignore\n/out/\n"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        char text[128];
        save("out/rules", rules[i]);
        name_again("out/rules", ".openbookignore");
        save("글/a.md", "하나\n");
        open_project();
        CHECK(sees(0, "글/a.md", "하나\n"));
        CHECK(sees(0, ".openbookignore", NULL));
        snprintf(text, sizeof text, "%s/글/\n", rules[i]);
        save("out/rules", text);
        ask_until("글/a.md", NULL);
        save("out/rules", rules[i]);
        ask_until("글/a.md", "하나\n");
        save("글/a.md", "둘\n"); /* and it is followed again */
        wait_seen(0, "글/a.md", "둘\n");
        close_all();
        CHECK_INT(unlink(in_project(".openbookignore")), 0);
    }
}

TEST(rules_of_a_folder_below_changed_under_another_name_are_obeyed)
{
    save("../elsewhere", "*.log\n.gitignore\n");
    save("sub/b.md", "둘\n");
    name_again("../elsewhere", "sub/.gitignore");
    open_project();
    CHECK(sees(0, "sub/b.md", "둘\n"));
    save("../elsewhere", "*.md\n.gitignore\n");
    ask_until("sub/b.md", NULL);
    close_all();
}

TEST_MAIN(CASE(rights_that_return_under_one_name_return_under_all),
          CASE(text_written_under_one_name_is_seen_under_all),
          CASE(text_written_under_a_name_that_was_linked_unheard_and_goes_is_seen_under_the_other),
          CASE(rename_of_one_name_to_another_does_nothing),
          CASE(change_under_a_name_in_a_folder_that_is_left_out_is_found_by_the_clock),
          CASE(rights_that_return_in_a_folder_that_is_left_out_are_found_by_the_clock),
          CASE(rules_changed_under_another_name_are_obeyed),
          CASE(folder_that_rules_take_again_under_another_name_is_watched),
          CASE(rules_that_are_left_out_and_changed_under_another_name_are_obeyed),
          CASE(rules_of_a_folder_below_changed_under_another_name_are_obeyed))
