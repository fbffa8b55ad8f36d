/* Shelves that the user adds to a running daemon: searched at once beside every project, by every
 * client, from one index; gone at once when they are removed. */
#include <sys/stat.h>

#include "editor.h"
#include "program.h"

static void begin(struct daemon *d)
{
    private_home();
    (void)test_write_file("one/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("one/code.c", "int tuba_player(void);\n");
    (void)test_write_file("one/docs/guide.md", "# Guide\n\nA marimba stands inside.\n");
    (void)test_write_file("두 번째/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("두 번째/code.c", "int oboe_player(void);\n");
    (void)test_write_file("home/my notes/회의.md", "# 회의\n\n얼룩말 결정 zebra\n");
    daemon_spawn(d, false, "serve", NULL);
}

static void enter(struct editor *e, const struct daemon *d)
{
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(e, d->socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
}

static const cJSON *attach(struct editor *e, const char *project)
{
    return editor_call(e, "attach", "{'protocol':1,'project':'%s'}", place(project));
}

static void open_editor(struct editor *e, const struct daemon *d, const char *project)
{
    enter(e, d);
    (void)attach(e, project);
}

static const cJSON *shelf(struct editor *e, const char *verb, const char *path)
{
    return editor_call(e, "shelf", "{'%s':'%s'}", verb, path);
}

/* How many of the hits are of that file. */
static int hits_of(struct editor *e, const char *query, const char *file)
{
    const cJSON *hit, *found = editor_call(e, "search", "{'query':'%s','wait_ms':10000}", query);
    int n = 0;
    cJSON_ArrayForEach(hit, editor_get(found, "results"))
    {
        n += strcmp(editor_text(hit, "file"), file) == 0;
    }
    return n;
}

static int count(struct editor *e, const char *method, const char *params, const char *key)
{
    return cJSON_GetArraySize(editor_get(editor_call(e, method, params), key));
}

/* ------------------------------------------------------------ in every client */
TEST(an_added_shelf_is_in_every_open_project_at_once_and_a_removed_one_in_none)
{
    struct daemon d;
    struct editor one, two;
    struct run r;
    begin(&d);
    const char *note = place("home/my notes/회의.md");
    open_editor(&one, &d, "one");
    open_editor(&two, &d, "두 번째");
    CHECK_INT(hits_of(&one, "얼룩말", note), 0);
    run_in(&r, place("home"), "shelf", "add", "my notes", NULL); /* by another client */
    CHECK_RUN(&r, 0, "my notes", "");
    run_done(&r);
    CHECK_INT(hits_of(&one, "얼룩말", note), 1);
    CHECK_INT(hits_of(&two, "얼룩말", note), 1);
    run_in(&r, place("one"), "search", "얼룩말", NULL); /* and by the command line itself */
    CHECK_RUN(&r, 0, "회의.md:", "");
    run_done(&r);
    (void)test_write_file("home/my notes/새.md", "# 새\n\n기린 giraffe\n");
    CHECK_INT(hits_of(&two, "giraffe", place("home/my notes/새.md")), 1);
    (void)shelf(&two, "remove", place("home/my notes"));
    CHECK_INT(hits_of(&one, "얼룩말", note), 0);
    CHECK_INT(hits_of(&two, "giraffe", place("home/my notes/새.md")), 0);
    CHECK_INT(count(&one, "status", "{}", "shelves"), 1);
    editor_close(&one);
    editor_close(&two);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(an_added_shelf_is_there_after_the_daemon_was_started_again)
{
    struct daemon d;
    struct editor e;
    begin(&d);
    open_editor(&e, &d, "one");
    (void)shelf(&e, "add", place("home/my notes/"));
    CHECK_INT(hits_of(&e, "얼룩말", place("home/my notes/회의.md")), 1);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
    daemon_spawn(&d, false, "serve", NULL);
    enter(&e, &d);
    const cJSON *hello = attach(&e, "두 번째"),
                *notes = editor_item(editor_get(hello, "shelves"), 1);
    CHECK_STR(editor_text(notes, "root"), place("home/my notes"));
    CHECK_STR(editor_text(notes, "kind"), "notes");
    CHECK(cJSON_IsTrue(editor_get(notes, "added")));
    CHECK_INT(hits_of(&e, "얼룩말", place("home/my notes/회의.md")), 1);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(two_projects_share_one_index_of_a_shelf)
{
    enum { NOTES = 600 };
    struct daemon d;
    struct editor one, two;
    begin(&d);
    for (int i = 0; i < NOTES; i++) {
        char name[64], text[256];
        snprintf(name, sizeof name, "home/many/%d/%d.md", i % 20, i);
        snprintf(text, sizeof text, "# Note %d\n\nWhat was decided about item_%d.\n", i, i);
        (void)test_write_file(name, text);
    }
    open_editor(&one, &d, "one");
    (void)shelf(&one, "add", place("home/many"));
    CHECK_INT(hits_of(&one, "item_77", place("home/many/17/77.md")), 1); /* it is complete */
    enter(&two, &d);
    /* Sent in one go, nothing is waited for: an index of its own could not be complete yet. */
    uint32_t attached =
        editor_request(&two, "attach", "{'protocol':1,'project':'%s'}", place("두 번째"));
    uint32_t asked = editor_request(&two, "status", "{'wait_ms':0}");
    CHECK(cJSON_IsNull(editor_item(editor_response(&two, attached), 2)));
    const cJSON *status = editor_item(editor_response(&two, asked), 3);
    const cJSON *notes = editor_item(editor_get(status, "shelves"), 1);
    CHECK_STR(editor_text(notes, "root"), place("home/many"));
    CHECK_INT(editor_number(notes, "files"), NOTES);
    CHECK(cJSON_IsFalse(editor_get(notes, "indexing")));
    editor_close(&one);
    editor_close(&two);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(a_client_that_names_its_roots_searches_those_alone)
{
    struct daemon d;
    struct editor e;
    struct run r;
    begin(&d);
    open_editor(&e, &d, "one");
    (void)shelf(&e, "add", place("home/my notes"));
    (void)editor_call(&e, "attach", "{'protocol':1,'roots':['%s']}", place("one"));
    CHECK_INT(hits_of(&e, "얼룩말", place("home/my notes/회의.md")), 0);
    run_in(&r, place("one"), "search", "--root", ".", "얼룩말", NULL);
    CHECK_RUN(&r, 1, "", "nothing found");
    run_done(&r);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

/* ------------------------------------------------------------ shelves and projects in each other */
TEST(a_shelf_inside_a_project_or_around_it_shows_each_file_once)
{
    struct daemon d;
    struct editor one, two;
    begin(&d);
    open_editor(&one, &d, "one");
    open_editor(&two, &d, "두 번째");
    const char *guide = place("one/docs/guide.md");
    const cJSON *added = shelf(&one, "add", place("one/docs"));
    CHECK(strstr(editor_text(added, "note"), "holds it and searched it before") != NULL);
    CHECK_INT(hits_of(&one, "marimba", guide), 1);
    CHECK_INT(hits_of(&two, "marimba", guide), 1);
    (void)test_write_file("home/vault/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("home/vault/sub/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("home/vault/sub/a.md", "# A\n\nA celesta.\n");
    (void)attach(&one, "home/vault/sub");
    added = shelf(&one, "add", place("home/vault"));
    CHECK(strstr(editor_text(added, "note"), "found once") != NULL);
    CHECK_INT(hits_of(&one, "celesta", place("home/vault/sub/a.md")), 1);
    editor_close(&one);
    editor_close(&two);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(unsaved_text_stays_with_its_file_when_shelves_come_and_go)
{
    struct daemon d;
    struct editor e;
    begin(&d);
    open_editor(&e, &d, "one");
    const char *guide = place("one/docs/guide.md"), *note = place("home/my notes/회의.md");
    (void)editor_call(&e, "update", "{'path':'%s','text':'# Guide\\n\\nA theremin.\\n'}", guide);
    (void)editor_call(&e, "update", "{'path':'%s','text':'# 회의\\n\\n고래 whale\\n'}", note);
    CHECK_INT(hits_of(&e, "theremin", guide), 1);
    CHECK_INT(hits_of(&e, "whale", note), 0); /* outside of all shelves */
    (void)shelf(&e, "add", place("one/docs"));
    (void)shelf(&e, "add", place("home/my notes"));
    CHECK_INT(hits_of(&e, "theremin", guide), 1);
    CHECK_INT(hits_of(&e, "marimba", guide), 0); /* what the disk says is masked */
    CHECK_INT(hits_of(&e, "whale", note), 1);
    CHECK_INT(hits_of(&e, "zebra", note), 0);
    (void)shelf(&e, "remove", place("one/docs"));
    CHECK_INT(hits_of(&e, "theremin", guide), 1);
    CHECK_INT(hits_of(&e, "marimba", guide), 0);
    (void)editor_call(&e, "update", "{'path':'%s'}", guide);
    CHECK_INT(hits_of(&e, "marimba", guide), 1);
    (void)shelf(&e, "remove", place("home/my notes"));
    CHECK_INT(hits_of(&e, "whale", note), 0);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(a_note_in_a_folder_of_a_shelf_belongs_to_the_shelf)
{
    struct daemon d;
    struct editor e;
    begin(&d);
    (void)test_write_file("home/my notes/업무/계획.md", "# 계획\n\n다음 주 일정\n");
    open_editor(&e, &d, "one");
    (void)shelf(&e, "add", place("home/my notes"));
    const cJSON *hello = attach(&e, "home/my notes/업무/계획.md");
    CHECK_STR(editor_text(hello, "project"), place("home/my notes"));
    CHECK_INT(cJSON_GetArraySize(editor_get(hello, "shelves")), 1);
    CHECK_INT(hits_of(&e, "얼룩말", place("home/my notes/회의.md")), 1);
    (void)test_write_file("home/my notes/code/.git/HEAD", "ref: refs/heads/main\n");
    hello = attach(&e, "home/my notes/code"); /* a repository is a project wherever it lies */
    CHECK_STR(editor_text(hello, "project"), place("home/my notes/code"));
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

/* ------------------------------------------------------------ what is wrong */
TEST(what_cannot_be_a_shelf_is_refused_with_a_sentence)
{
    struct daemon d;
    struct editor e;
    begin(&d);
    open_editor(&e, &d, "one");
    CHECK(strstr(editor_refused(&e, "not_found", "shelf", "{'add':'%s'}", place("home/none")),
                 "there is no folder"));
    CHECK(strstr(editor_refused(&e, "invalid", "shelf", "{'add':'%s'}", place("one/code.c")),
                 "is a file"));
    CHECK(strstr(editor_refused(&e, "invalid", "shelf", "{'add':'%s'}", place("home")),
                 "home folder"));
    CHECK(strstr(editor_refused(&e, "invalid", "shelf", "{'add':'/'}"), "whole disk"));
    (void)editor_refused(&e, "invalid", "shelf", "{'add':'notes'}");
    (void)editor_refused(&e, "invalid", "shelf", "{'add':3}");
    (void)editor_refused(&e, "invalid", "shelf", "{'add':'/a','remove':'/a'}");
    CHECK(strstr(editor_refused(&e, "not_found", "shelf", "{'remove':'%s'}", place("one")),
                 "is no shelf; none was added"));
    (void)shelf(&e, "add", place("home/my notes"));
    CHECK(strstr(editor_refused(&e, "exists", "shelf", "{'add':'%s'}", place("home/my notes")),
                 "is a shelf already"));
    CHECK_INT(count(&e, "shelf", "{}", "shelves"), 1);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

/* Another user could have put the file there, and could put another one. */
TEST(a_list_in_a_place_that_others_may_write_to_is_neither_read_nor_written)
{
    struct daemon d;
    struct editor e;
    begin(&d);
    open_editor(&e, &d, "one");
    (void)shelf(&e, "add", place("home/my notes"));
    CHECK_INT(chmod(place("state"), 0777), 0);
    (void)test_write_file("state/openbook/shelves", place("두 번째"));
    CHECK(strstr(editor_refused(&e, "denied", "shelf", "{'add':'%s'}", place("one/docs")),
                 "other users can write to"));
    CHECK_INT(hits_of(&e, "oboe_player", place("두 번째/code.c")), 0);
    CHECK_INT(hits_of(&e, "얼룩말", place("home/my notes/회의.md")), 1); /* as it was known */
    const cJSON *list = editor_call(&e, "shelf", "{}");
    const char *problem = cJSON_GetStringValue(editor_item(editor_get(list, "problems"), 0));
    CHECK(problem && strstr(problem, "chmod go-w"));
    CHECK_INT(chmod(place("state"), 0700), 0);
    (void)shelf(&e, "add", place("one/docs"));
    CHECK_INT(hits_of(&e, "oboe_player", place("두 번째/code.c")), 1);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(a_shelf_that_is_away_is_told_and_taken_when_it_is_back)
{
    struct daemon d;
    struct editor e;
    begin(&d);
    open_editor(&e, &d, "one");
    (void)shelf(&e, "add", place("home/my notes"));
    CHECK_INT(hits_of(&e, "얼룩말", place("home/my notes/회의.md")), 1);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
    CHECK_INT(rename(place("home/my notes"), place("home/away")), 0);
    daemon_spawn(&d, false, "serve", NULL);
    enter(&e, &d);
    const cJSON *notes = editor_item(editor_get(attach(&e, "one"), "shelves"), 1);
    CHECK(strstr(editor_text(notes, "error"), "make it, or remove the shelf") != NULL);
    CHECK_INT(hits_of(&e, "tuba_player", place("one/code.c")), 1);
    CHECK_INT(rename(place("home/away"), place("home/my notes")), 0);
    const cJSON *list = editor_get(editor_call(&e, "shelf", "{}"), "shelves");
    CHECK_STR(editor_text(editor_item(list, 0), "error"), "");
    CHECK_INT(hits_of(&e, "얼룩말", place("home/my notes/회의.md")), 1);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(a_file_that_was_edited_by_hand_is_read_and_its_bad_lines_are_told_and_kept)
{
    struct daemon d;
    struct editor one, two;
    begin(&d);
    open_editor(&one, &d, "one");
    (void)test_write_file("state/openbook/shelves", "# mine\nmy notes\n~/my notes\n");
    enter(&two, &d);
    const cJSON *hello = attach(&two, "두 번째");
    const char *problem = cJSON_GetStringValue(editor_item(editor_get(hello, "problems"), 0));
    CHECK(problem && strstr(problem, "line 2 of ") && strstr(problem, "my notes"));
    CHECK_INT(hits_of(&one, "얼룩말", place("home/my notes/회의.md")), 1); /* at once here, too */
    (void)shelf(&two, "add", place("one/docs"));
    size_t len;
    char *text = program_text(&len, place("state/openbook/shelves"));
    CHECK(strstr(text, "# mine\nmy notes\n~/my notes\n/") == text);
    free(text);
    editor_close(&one);
    editor_close(&two);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

/* ------------------------------------------------------------ changed by other programs */
/* The event that says which added shelves E has from now on; how many. */
static int told(struct editor *e, const char *first)
{
    const cJSON *added = editor_get(editor_event(e, "shelves"), "added");
    if (cJSON_GetArraySize(added))
        CHECK_STR(cJSON_GetStringValue(editor_item(added, 0)), first);
    return cJSON_GetArraySize(added);
}

static void rename_over(const char *text)
{
    (void)test_write_file("state/openbook/shelves.new", text);
    CHECK_INT(rename(place("state/openbook/shelves.new"), place("state/openbook/shelves")), 0);
}

TEST(a_list_that_another_program_changes_counts_at_once)
{
    struct daemon d;
    struct editor one, two;
    struct run r;
    begin(&d);
    const char *notes = place("home/my notes"), *note = place("home/my notes/회의.md");
    open_editor(&one, &d, "one");
    open_editor(&two, &d, "두 번째");
    CHECK_INT(hits_of(&one, "얼룩말", note), 0);
    run_in(&r, place("home"), "shelf", "add", "my notes", "--no-daemon", NULL);
    CHECK_RUN(&r, 0, "added ", "");
    run_done(&r);
    CHECK_INT(told(&one, notes), 1);
    CHECK_INT(told(&two, notes), 1);
    CHECK_INT(hits_of(&one, "얼룩말", note), 1);
    CHECK_INT(hits_of(&two, "얼룩말", note), 1);
    run_in(&r, place("home"), "shelf", "remove", "my notes", "--no-daemon", NULL);
    CHECK_RUN(&r, 0, "removed ", "");
    run_done(&r);
    CHECK_INT(told(&one, ""), 0);
    CHECK_INT(told(&two, ""), 0);
    CHECK_INT(hits_of(&two, "얼룩말", note), 0);
    editor_close(&one);
    editor_close(&two);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(a_list_is_followed_whichever_way_a_text_editor_saves_it)
{
    struct daemon d;
    struct editor e;
    begin(&d);
    const char *notes = place("home/my notes"), *file = place("state/openbook/shelves");
    open_editor(&e, &d, "one");
    (void)test_write_file("state/openbook/shelves", "~/my notes\n"); /* it is made */
    CHECK_INT(told(&e, notes), 1);
    (void)test_write_file("state/openbook/shelves", "# none\n"); /* in place */
    CHECK_INT(told(&e, ""), 0);
    rename_over("~/my notes\n");
    CHECK_INT(told(&e, notes), 1);
    CHECK_INT(unlink(file), 0);
    CHECK_INT(told(&e, ""), 0);
    CHECK_INT(rename(place("state/openbook"), place("state/away")), 0);
    (void)test_write_file("state/openbook/shelves", "~/my notes\n");
    const cJSON *shelves = editor_get(attach(&e, "one"), "shelves"); /* reads it in any case */
    CHECK_INT(cJSON_GetArraySize(shelves), 2);
    rename_over("# none\n"); /* and the new folder is followed */
    while (told(&e, notes) > 0) {
    } /* what attach says may have been told before it, too */
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

static void link_over(const char *target, const char *name)
{
    CHECK_INT(symlink(target, place("link.new")), 0);
    CHECK_INT(rename(place("link.new"), place(name)), 0);
}

TEST(a_list_that_is_a_link_is_followed_to_where_it_leads)
{
    struct daemon d;
    struct editor e;
    struct stat st;
    begin(&d);
    const char *notes = place("home/my notes");
    (void)test_write_file("점/shelves", "# none\n"); /* as dotfiles are kept */
    (void)test_write_file("other/shelves", "~/my notes\n");
    open_editor(&e, &d, "one");
    link_over("../../점/shelves", "state/openbook/shelves");
    (void)test_write_file("점/shelves", "~/my notes\n"); /* its target is written in place */
    CHECK_INT(told(&e, notes), 1);
    (void)test_write_file("점/new", "# none\n");
    CHECK_INT(rename(place("점/new"), place("점/shelves")), 0); /* its target is replaced */
    CHECK_INT(told(&e, ""), 0);
    link_over(place("other/shelves"), "state/openbook/shelves"); /* the link is replaced */
    CHECK_INT(told(&e, notes), 1);
    (void)test_write_file("other/shelves", "# none\n");
    CHECK_INT(told(&e, ""), 0);
    (void)shelf(&e, "add", place("home/my notes"));
    CHECK_INT(told(&e, notes), 1);
    CHECK(lstat(place("state/openbook/shelves"), &st) == 0 && S_ISLNK(st.st_mode));
    (void)test_write_file("other/shelves", "# none\n"); /* that one was written */
    CHECK_INT(told(&e, ""), 0);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(a_list_in_a_folder_that_is_a_link_is_followed)
{
    struct daemon d;
    struct editor e;
    begin(&d);
    const char *notes = place("home/my notes");
    (void)test_write_file("점/shelves", "~/my notes\n");
    open_editor(&e, &d, "one");
    CHECK_INT(rename(place("state/openbook"), place("state/away")), 0);
    CHECK_INT(symlink("../점", place("state/openbook")), 0);
    CHECK_INT(told(&e, notes), 1);
    (void)test_write_file("점/shelves", "# none\n");
    CHECK_INT(told(&e, ""), 0);
    (void)test_write_file("other/shelves", "~/my notes\n");
    link_over("../other", "state/openbook"); /* another folder */
    CHECK_INT(told(&e, notes), 1);
    CHECK_INT(unlink(place("state/openbook")), 0); /* none */
    CHECK_INT(told(&e, ""), 0);
    (void)test_write_file("state/openbook/shelves", "~/my notes\n"); /* and a new one */
    CHECK_INT(told(&e, notes), 1);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST_MAIN(CASE(a_list_that_is_a_link_is_followed_to_where_it_leads),
          CASE(a_list_in_a_folder_that_is_a_link_is_followed),
          CASE(a_list_that_another_program_changes_counts_at_once),
          CASE(a_list_is_followed_whichever_way_a_text_editor_saves_it),
          CASE(an_added_shelf_is_in_every_open_project_at_once_and_a_removed_one_in_none),
          CASE(an_added_shelf_is_there_after_the_daemon_was_started_again),
          CASE(two_projects_share_one_index_of_a_shelf),
          CASE(a_client_that_names_its_roots_searches_those_alone),
          CASE(a_shelf_inside_a_project_or_around_it_shows_each_file_once),
          CASE(unsaved_text_stays_with_its_file_when_shelves_come_and_go),
          CASE(a_note_in_a_folder_of_a_shelf_belongs_to_the_shelf),
          CASE(what_cannot_be_a_shelf_is_refused_with_a_sentence),
          CASE(a_list_in_a_place_that_others_may_write_to_is_neither_read_nor_written),
          CASE(a_shelf_that_is_away_is_told_and_taken_when_it_is_back),
          CASE(a_file_that_was_edited_by_hand_is_read_and_its_bad_lines_are_told_and_kept))
