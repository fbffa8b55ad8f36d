/* The file of added shelves: what may be added, what is said about the rest, and that nothing the user
 * wrote is lost. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"
#include "openbook/shelf/list.h"

#include "test.h"

static const char *at(const char *name)
{
    return test_path("%s", name);
}

static void make_home(void)
{
    (void)test_write_file("home/notes/a.md", "# a\n");
    (void)test_write_file("home/my wiki/b.md", "# b\n");
    CHECK_INT(setenv("HOME", at("home"), 1), 0);
}

static struct ob_shelf_list *open_list(void)
{
    return ob_shelf_list_new(at("shelves"));
}

static const char *file_text(void)
{
    static char text[8192];
    FILE *f = fopen(at("shelves"), "r");
    CHECK(f != NULL);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void add(struct ob_shelf_list *l, const char *path, const char *want)
{
    struct ob_error e = OB_ERROR_INIT;
    char *added;
    if (ob_shelf_list_add(&added, l, path, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
    CHECK_STR(added, want);
    ob_free(added);
}

static void refuse(struct ob_shelf_list *l, const char *path, int code, const char *why)
{
    struct ob_error e = OB_ERROR_INIT;
    char *added;
    CHECK_INT(ob_shelf_list_add(&added, l, path, &e), code);
    CHECK(added == NULL);
    if (!strstr(e.message, why))
        test_fail(__FILE__, __LINE__, "no \"%s\" in: %s", why, e.message);
}

static void drop(struct ob_shelf_list *l, const char *path, const char *want)
{
    struct ob_error e = OB_ERROR_INIT;
    char *removed;
    if (ob_shelf_list_remove(&removed, l, path, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
    CHECK_STR(removed, want);
    ob_free(removed);
}

TEST(list_keeps_what_was_added_in_a_file_of_its_user_alone)
{
    struct stat st;
    make_home();
    struct ob_shelf_list *l = open_list();
    CHECK(ob_shelf_list_get(l, 0) == NULL);
    add(l, at("home/notes"), at("home/notes"));
    add(l, at("home/my wiki//"), at("home/my wiki"));
    ob_shelf_list_free(l);
    CHECK_INT(stat(at("shelves"), &st), 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    CHECK(strncmp(file_text(), "# ", 2) == 0);
    l = open_list();
    CHECK_STR(ob_shelf_list_get(l, 0), at("home/notes"));
    CHECK_STR(ob_shelf_list_get(l, 1), at("home/my wiki"));
    CHECK(ob_shelf_list_get(l, 2) == NULL);
    CHECK(ob_shelf_list_problem(l, 0) == NULL);
    drop(l, at("home/notes"), at("home/notes"));
    CHECK_STR(ob_shelf_list_get(l, 0), at("home/my wiki"));
    ob_shelf_list_free(l);
}

TEST(list_refuses_what_is_no_folder_of_notes_with_a_sentence)
{
    make_home();
    struct ob_shelf_list *l = open_list();
    refuse(l, at("home/none"), OB_ENOTFOUND, "there is no folder");
    refuse(l, at("home/notes/a.md"), OB_EINVAL, "is a file: name the folder");
    refuse(l, at("home"), OB_EINVAL, "home folder");
    refuse(l, test_scratch, OB_EINVAL, "home folder"); /* holds it */
    refuse(l, "/", OB_EINVAL, "whole disk");
    refuse(l, at("home/two\nlines"), OB_EINVAL, "line break");
    CHECK_INT(symlink(at("home"), at("way home")), 0);
    refuse(l, at("way home"), OB_EINVAL, "home folder");
    CHECK(access(at("shelves"), F_OK) != 0);
    ob_shelf_list_free(l);
}

TEST(list_knows_a_folder_by_every_name)
{
    make_home();
    CHECK_INT(symlink(at("home/notes"), at("home/link")), 0);
    struct ob_shelf_list *l = open_list();
    add(l, at("home/notes"), at("home/notes"));
    refuse(l, at("home/notes"), OB_EEXIST, "is a shelf already");
    refuse(l, at("home/./notes/"), OB_EEXIST, "is a shelf already");
    refuse(l, at("home/link"), OB_EEXIST, "already, as");
    drop(l, at("home/link"), at("home/notes"));
    CHECK(ob_shelf_list_get(l, 0) == NULL);
    ob_shelf_list_free(l);
}

/* "노트" and "메모" in jamo, as an archive of another system may spell them. */
#define NOTES_NFD "\xe1\x84\x82\xe1\x85\xa9\xe1\x84\x90\xe1\x85\xb3"

TEST(list_finds_a_decomposed_name_by_its_composed_one)
{
    make_home();
    (void)test_write_file("home/" NOTES_NFD "/하위/a.md", "# a\n");
    struct ob_shelf_list *l = open_list();
    add(l, at("home/노트"), at("home/" NOTES_NFD));
    add(l, at("home/노트/하위"), at("home/" NOTES_NFD "/하위"));
    refuse(l, at("home/노트"), OB_EEXIST, "is a shelf already");
    drop(l, at("home/노트"), at("home/" NOTES_NFD));
    (void)test_write_file("home/노트/a.md", "# a\n"); /* now there are two */
    add(l, at("home/노트"), at("home/노트"));
    add(l, at("home/" NOTES_NFD), at("home/" NOTES_NFD));
    drop(l, at("home/노트"), at("home/노트"));
    CHECK_STR(ob_shelf_list_get(l, 1), at("home/" NOTES_NFD));
    ob_shelf_list_free(l);
}

TEST(list_keeps_lines_that_it_passes_over_and_says_which)
{
    static const char lines[] = "# mine\n\nnotes\n~/notes\r\n/gone/away\nnul\0byte\n/gone//away/";
    make_home();
    (void)test_write_bytes("shelves", lines, sizeof lines - 1);
    struct ob_shelf_list *l = open_list();
    CHECK_STR(ob_shelf_list_get(l, 0), at("home/notes"));
    CHECK_STR(ob_shelf_list_get(l, 1), "/gone/away");
    CHECK(ob_shelf_list_get(l, 2) == NULL);
    CHECK(strstr(ob_shelf_list_problem(l, 0), "line 3 of ") != NULL);
    CHECK(strstr(ob_shelf_list_problem(l, 0), "no absolute path and is passed over: notes") !=
          NULL);
    CHECK(strstr(ob_shelf_list_problem(l, 1), "line 6 of ") != NULL);
    CHECK(strstr(ob_shelf_list_problem(l, 2), "an earlier line names") != NULL);
    CHECK(ob_shelf_list_problem(l, 3) == NULL);
    drop(l, "/gone/away", "/gone/away"); /* it need not be there */
    struct ob_buf text;
    ob_buf_init(&text, 8192);
    CHECK_INT(ob_io_read_file(&text, at("shelves"), NULL), 0);
    static const char left[] = "# mine\n\nnotes\n~/notes\r\nnul\0byte\n/gone//away/\n";
    CHECK_INT(text.len, sizeof left - 1);
    CHECK(memcmp(text.data, left, text.len) == 0);
    ob_buf_release(&text);
    ob_shelf_list_free(l);
}

TEST(list_that_cannot_be_read_is_never_written_over)
{
    make_home();
    char *long_text = ob_alloc(OB_SHELF_LIST_MAX_BYTES + 2);
    memset(long_text, '#', OB_SHELF_LIST_MAX_BYTES + 1);
    (void)test_write_file("shelves", long_text);
    struct ob_shelf_list *l = open_list();
    CHECK(ob_shelf_list_problem(l, 0) != NULL);
    refuse(l, at("home/notes"), OB_ETOOBIG, "stay as they are");
    struct stat st;
    CHECK_INT(stat(at("shelves"), &st), 0);
    CHECK_INT(st.st_size, OB_SHELF_LIST_MAX_BYTES + 1);
    ob_shelf_list_free(l);
    ob_free(long_text);
}

TEST(list_that_cannot_be_written_stays_as_it_was)
{
    make_home();
    struct ob_shelf_list *l = open_list();
    add(l, at("home/notes"), at("home/notes"));
    struct ob_error e = OB_ERROR_INIT;
    for (long n = 1;; n++) { /* each file call fails in its turn */
        char *added = NULL;
        ob_io_fail_at(n, ENOSPC);
        int err = ob_shelf_list_add(&added, l, at("home/my wiki"), &e);
        ob_io_fail_at(0, 0);
        if (!err) {
            ob_free(added);
            break;
        }
        CHECK(e.message[0] != '\0');
        struct ob_shelf_list *again = open_list();
        CHECK_STR(ob_shelf_list_get(again, 0), at("home/notes"));
        CHECK(ob_shelf_list_get(again, 1) == NULL);
        ob_shelf_list_free(again);
        CHECK(n < 100);
    }
    CHECK_STR(ob_shelf_list_get(l, 1), at("home/my wiki"));
    ob_shelf_list_free(l);
}

TEST(list_shows_what_another_process_added)
{
    make_home();
    struct ob_shelf_list *mine = open_list(), *other = open_list();
    add(other, at("home/notes"), at("home/notes"));
    CHECK(ob_shelf_list_get(mine, 0) == NULL);
    add(mine, at("home/my wiki"), at("home/my wiki"));
    CHECK_STR(ob_shelf_list_get(mine, 0), at("home/notes"));
    uint64_t before = ob_shelf_list_version(other);
    ob_shelf_list_read(other);
    CHECK(ob_shelf_list_version(other) != before);
    CHECK(ob_shelf_list_version(other) == ob_shelf_list_version(mine));
    CHECK_STR(ob_shelf_list_get(other, 1), at("home/my wiki"));
    ob_shelf_list_free(mine);
    ob_shelf_list_free(other);
}

TEST(list_ends_at_its_limit_and_names_what_there_is)
{
    char name[64];
    struct ob_error e = OB_ERROR_INIT;
    char *removed;
    make_home();
    struct ob_shelf_list *l = open_list();
    CHECK_INT(ob_shelf_list_remove(&removed, l, "/nowhere", &e), OB_ENOTFOUND);
    CHECK(strstr(e.message, "none was added") != NULL);
    for (int i = 0; i <= OB_SHELF_LIST_MAX; i++) {
        snprintf(name, sizeof name, "home/shelf %d/a.md", i);
        (void)test_write_file(name, "# a\n");
        snprintf(name, sizeof name, "home/shelf %d", i);
        if (i < OB_SHELF_LIST_MAX)
            add(l, at(name), at(name));
        else
            refuse(l, at(name), OB_ETOOBIG, "24 shelves");
    }
    CHECK_INT(ob_shelf_list_remove(&removed, l, "/nowhere", &e), OB_ENOTFOUND);
    CHECK(strstr(e.message, "no shelf; there are: ") != NULL);
    CHECK(strstr(e.message, at("home/shelf 0")) != NULL);
    ob_shelf_list_free(l);
}

TEST(list_without_a_file_is_empty_and_says_why_it_takes_nothing)
{
    make_home();
    struct ob_shelf_list *l = ob_shelf_list_new(NULL);
    refuse(l, at("home/notes"), OB_ENOTFOUND, "no state directory");
    CHECK(ob_shelf_list_get(l, 0) == NULL);
    CHECK(ob_shelf_list_problem(l, 0) == NULL);
    ob_shelf_list_free(l);
}

TEST(list_keeps_what_many_processes_add_and_remove_at_once)
{
    enum { PROCESSES = 8, ROUNDS = 20 };
    char folder[64];
    make_home();
    for (int i = 0; i < PROCESSES; i++) {
        snprintf(folder, sizeof folder, "home/n%d/a.md", i);
        (void)test_write_file(folder, "# a\n");
        pid_t pid = fork();
        CHECK(pid >= 0);
        if (pid > 0)
            continue;
        struct ob_shelf_list *l = open_list();
        snprintf(folder, sizeof folder, "home/n%d", i);
        for (int k = 0; k < ROUNDS; k++) {
            char *name;
            add(l, at(folder), at(folder));
            CHECK_INT(ob_shelf_list_remove(&name, l, at(folder), NULL), 0);
            ob_free(name);
        }
        add(l, at(folder), at(folder));
        ob_shelf_list_free(l);
        _exit(0);
    }
    for (int i = 0, status; i < PROCESSES; i++)
        CHECK(wait(&status) > 0 && status == 0);
    struct ob_shelf_list *l = open_list();
    for (int i = 0; i < PROCESSES; i++)
        CHECK(ob_shelf_list_get(l, (size_t)i) != NULL);
    ob_shelf_list_free(l);
}

TEST(list_finds_a_name_without_a_look_at_the_disk_and_passes_over_what_hangs)
{
    struct ob_error e = OB_ERROR_INIT;
    char *name;
    make_home();
    struct ob_shelf_list *l = open_list();
    add(l, at("home/notes"), at("home/notes"));
    CHECK_INT(symlink(at("home/notes"), at("home/link")), 0);
    CHECK_INT(ob_shelf_list_find(&name, l, at("home/link"), &e), 0); /* by what it leads to */
    ob_free(name);
    ob_shelf_list_pass_over(l, at("home/notes"));
    CHECK_INT(ob_shelf_list_find(&name, l, at("home/link"), &e), OB_ENOTFOUND);
    CHECK_INT(ob_shelf_list_find(&name, l, at("home/notes"), &e), 0);
    CHECK_INT(ob_shelf_list_drop(l, name, &e), 0);
    CHECK_INT(ob_shelf_list_drop(l, name, &e), OB_ENOTFOUND); /* somebody else was faster */
    CHECK_INT(ob_shelf_list_put(l, name, &e), 0);
    CHECK_INT(ob_shelf_list_put(l, name, &e), OB_EEXIST);
    ob_free(name);
    ob_shelf_list_free(l);
}

TEST(a_list_takes_what_another_one_has_read_and_keeps_its_own_when_that_could_not_be_read)
{
    (void)test_write_file("shelves", "/가\n/b\n");
    struct ob_shelf_list *l = ob_shelf_list_blank(at("shelves")), *read = open_list();
    CHECK(ob_shelf_list_get(l, 0) == NULL);
    ob_shelf_list_take(l, read);
    CHECK_STR(ob_shelf_list_get(l, 0), "/가");
    CHECK_STR(ob_shelf_list_get(l, 1), "/b");
    CHECK(ob_shelf_list_get(read, 0) == NULL);
    uint64_t version = ob_shelf_list_version(l);
    ob_shelf_list_free(read);
    CHECK_INT(unlink(at("shelves")), 0);
    CHECK_INT(mkdir(at("shelves"), 0700), 0); /* no file: cannot be read */
    read = open_list();
    ob_shelf_list_take(l, read);
    CHECK_STR(ob_shelf_list_get(l, 1), "/b");
    CHECK(strstr(ob_shelf_list_problem(l, 0), "regular file") != NULL);
    CHECK(ob_shelf_list_version(l) == version);
    ob_shelf_list_free(read);
    ob_shelf_list_free(l);
}

TEST(list_that_is_a_link_stays_one_and_what_it_leads_to_is_written)
{
    struct stat st;
    make_home();
    (void)test_write_file("점/mine", "# mine\n");
    CHECK_INT(symlink("점/mine", at("shelves")), 0);
    struct ob_shelf_list *l = open_list();
    add(l, at("home/notes"), at("home/notes"));
    CHECK(lstat(at("shelves"), &st) == 0 && S_ISLNK(st.st_mode));
    struct ob_shelf_list *again = ob_shelf_list_new(at("점/mine"));
    CHECK_STR(ob_shelf_list_get(again, 0), at("home/notes"));
    ob_shelf_list_free(again);
    CHECK_INT(unlink(at("점/mine")), 0); /* a link to nothing */
    add(l, at("home/my wiki"), at("home/my wiki"));
    CHECK(lstat(at("shelves"), &st) == 0 && S_ISLNK(st.st_mode));
    CHECK(stat(at("점/mine"), &st) == 0 && S_ISREG(st.st_mode));
    ob_shelf_list_free(l);
}

TEST_MAIN(
    CASE(list_that_is_a_link_stays_one_and_what_it_leads_to_is_written),
    CASE(a_list_takes_what_another_one_has_read_and_keeps_its_own_when_that_could_not_be_read),
    CASE(list_keeps_what_many_processes_add_and_remove_at_once),
    CASE(list_finds_a_name_without_a_look_at_the_disk_and_passes_over_what_hangs),
    CASE(list_keeps_what_was_added_in_a_file_of_its_user_alone),
    CASE(list_refuses_what_is_no_folder_of_notes_with_a_sentence),
    CASE(list_knows_a_folder_by_every_name), CASE(list_finds_a_decomposed_name_by_its_composed_one),
    CASE(list_keeps_lines_that_it_passes_over_and_says_which),
    CASE(list_that_cannot_be_read_is_never_written_over),
    CASE(list_that_cannot_be_written_stays_as_it_was), CASE(list_shows_what_another_process_added),
    CASE(list_ends_at_its_limit_and_names_what_there_is),
    CASE(list_without_a_file_is_empty_and_says_why_it_takes_nothing))
