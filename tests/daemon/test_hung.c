/* A file system that does not answer: a FUSE mount whose server never says a word, so that every call
 * below it blocks until the mount goes. */
#include <stdio.h>

#include <sched.h>

#include "../files/ns.h"
#include "editor.h"
#include "hung.h"
#include "program.h"

static void save(const char *project, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/.git/HEAD", project);
    (void)test_write_file(path, "ref: refs/heads/main\n");
    snprintf(path, sizeof path, "%s/%s", project, name);
    (void)test_write_file(path, text);
}

static const cJSON *found(struct editor *e, const char *query, int wait_ms)
{
    return editor_call(e, "search", "{'query':'%s','wait_ms':%d}", query, wait_ms);
}

static int hits(const cJSON *answer)
{
    return cJSON_GetArraySize(editor_get(answer, "results"));
}

/* The project that nothing keeps from being searched. */
static void save_free(void)
{
    save("free", "b.md", "# 열린 글\n\n참새가 산다.\n");
}

static bool free_is_found(struct editor *e)
{
    return hits(found(e, "참새", 10000)) == 1;
}

static void enter(struct editor *e, const struct daemon *d)
{
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(e, d->socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
}

static void attach(struct editor *e, const struct daemon *d, const char *project)
{
    enter(e, d);
    (void)editor_call(e, "attach", "{'protocol':1,'project':'%s'}", place(project));
}

/* Whether the request ID is refused with a sentence that has WORDS in it. */
static bool says(struct editor *e, uint32_t id, const char *words)
{
    const cJSON *error = editor_item(editor_response(e, id), 2);
    return strstr(editor_text(error, "message"), words) != NULL;
}

/* The user has added the folder "wiki" before. */
static void add_wiki(void)
{
    char list[700];
    save("wiki", "a.md", "# 위키\n\n고래가 산다.\n");
    snprintf(list, sizeof list, "%s\n", place("wiki"));
    (void)test_write_file("state/openbook/shelves", list);
}

static void serve(struct daemon *d)
{
    private_home();
    ns_enter(CLONE_NEWNS);
    daemon_spawn(d, false, "serve", NULL);
}

TEST(a_file_system_that_hangs_stops_no_other_project)
{
    struct daemon d;
    struct editor stuck, free_one;
    save("stuck", "a.md", "# 막힌 글\n\n고래가 산다.\n");
    save_free();
    serve(&d);
    int fd = hang(place("stuck/net"));
    attach(&stuck, &d, "stuck");
    attach(&free_one, &d, "free");
    CHECK(free_is_found(&free_one));
    (void)found(&stuck, "고래", 100); /* an answer, in time, with or without the file */
    (void)editor_call(&stuck, "ping", "{}");
    save("free", "c.md", "# 새 글\n\n제비가 산다.\n");
    CHECK_INT(hits(found(&free_one, "제비", 10000)), 1);
    unhang(place("stuck/net"), fd);
    CHECK_INT(hits(found(&stuck, "고래", 10000)), 1);
    editor_close(&stuck);
    editor_close(&free_one);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(a_file_system_that_is_mounted_and_hangs_while_the_project_is_open_stops_no_search)
{
    struct daemon d;
    struct editor stuck, free_one;
    save("stuck", "a.md", "# 막힌 글\n\n고래가 산다.\n");
    save("stuck", "net/c.md", "# 덮인 글\n\n제비가 산다.\n");
    save_free();
    serve(&d);
    attach(&stuck, &d, "stuck");
    attach(&free_one, &d, "free");
    CHECK_INT(hits(found(&stuck, "제비", 10000)), 1);
    int fd = hang(place("stuck/net"));
    CHECK_INT(hits(found(&stuck, "고래", 100)), 1); /* with what is known */
    CHECK(free_is_found(&free_one));
    (void)editor_call(&stuck, "ping", "{}");
    unhang(place("stuck/net"), fd);
    save("stuck", "net/d.md", "# 새 글\n\n들소가 산다.\n");
    CHECK_INT(hits(found(&stuck, "들소", 10000)), 1);
    CHECK_INT(hits(found(&stuck, "제비", 10000)), 1);
    editor_close(&stuck);
    editor_close(&free_one);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(a_daemon_ends_though_a_file_system_hangs)
{
    struct daemon d;
    struct editor e;
    save("stuck", "a.md", "# 막힌 글\n\n고래가 산다.\n");
    serve(&d);
    int fd = hang(place("stuck/net"));
    attach(&e, &d, "stuck");
    (void)found(&e, "고래", 100);
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
    unhang(place("stuck/net"), fd);
}

TEST(many_hung_projects_leave_room_for_one_that_is_not)
{
    struct daemon d;
    struct editor stuck[6], free_one;
    int fds[6];
    char name[32];
    save_free();
    serve(&d);
    for (int i = 0; i < 6; i++) {
        snprintf(name, sizeof name, "stuck%d", i);
        save(name, "a.md", "# 막힌 글\n\n고래가 산다.\n");
        snprintf(name, sizeof name, "stuck%d/net", i);
        fds[i] = hang(place(name));
        snprintf(name, sizeof name, "stuck%d", i);
        attach(&stuck[i], &d, name);
        (void)found(&stuck[i], "고래", 100);
    }
    attach(&free_one, &d, "free");
    CHECK(free_is_found(&free_one));
    for (int i = 0; i < 6; i++) {
        snprintf(name, sizeof name, "stuck%d/net", i);
        unhang(place(name), fds[i]);
        CHECK_INT(hits(found(&stuck[i], "고래", 10000)), 1);
        editor_close(&stuck[i]);
    }
    editor_close(&free_one);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(a_search_that_waits_for_a_disk_says_so_and_few_do)
{
    struct daemon d;
    struct editor e, free_one;
    const cJSON *answer;
    save("p", "net/a.md", "# 먼 글\n\n고래가 산다.\n");
    save_free();
    serve(&d);
    attach(&e, &d, "p");
    attach(&free_one, &d, "free");
    CHECK_INT(hits(found(&e, "고래", 10000)), 1);
    int fd = hang(place("p/net"));
    uint32_t one = editor_request(&e, "search", "{'query':'고래'}");
    uint32_t two = editor_request(&e, "search", "{'query':'고래'}");
    CHECK(says(&e, one, "disk does not answer"));
    (void)editor_response(&e, two);
    for (int i = 0; i < 20; i++) /* none of these waits */
        (void)editor_refused(&e, "busy", "search", "{'query':'고래'}");
    CHECK(free_is_found(&free_one));
    unhang(place("p/net"), fd);
    int64_t end = ob_clock_us() + 15000000;
    do {
        CHECK(ob_clock_us() < end);
        answer = editor_response(&e, editor_request(&e, "search", "{'query':'고래'}"));
    } while (!cJSON_IsNull(editor_item(answer, 2)));
    CHECK_INT(hits(editor_item(answer, 3)), 1);
    editor_close(&e);
    editor_close(&free_one);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

/* ------------------------------------------------------------ roots that hang */
static const cJSON *progress_of(const cJSON *m, const void *root)
{
    bool is = cJSON_GetArraySize(m) == 3 &&
              strcmp(editor_text(editor_item(editor_item(m, 2), 1), "root"), root) == 0;
    return is ? m : NULL;
}

TEST(a_project_that_hangs_costs_its_client_a_sentence_and_others_nothing)
{
    struct daemon d;
    struct editor stuck, free_one;
    save_free();
    serve(&d);
    int fd = hang(place("stuck"));
    attach(&free_one, &d, "free");
    enter(&stuck, &d);
    uint32_t attached =
        editor_request(&stuck, "attach", "{'protocol':1,'project':'%s'}", place("stuck"));
    uint32_t asked = editor_request(&stuck, "search", "{'query':'고래'}");
    uint32_t pinged = editor_request(&stuck, "ping", "{}");
    CHECK(free_is_found(&free_one)); /* while the other one waits */
    save("free", "c.md", "# 새 글\n\n제비가 산다.\n");
    CHECK_INT(hits(found(&free_one, "제비", 10000)), 1);
    CHECK(!stuck.messages);
    const cJSON *answer = editor_item(editor_response(&stuck, attached), 2);
    CHECK_STR(editor_text(answer, "code"), "busy");
    CHECK(strstr(editor_text(answer, "message"), "stuck does not answer: see whether") != NULL);
    answer = editor_item(editor_response(&stuck, asked), 2);
    CHECK_STR(editor_text(answer, "code"), "denied"); /* it was looked at behind the attach */
    CHECK(cJSON_IsNull(editor_item(editor_response(&stuck, pinged), 2)));
    (void)editor_refused(&stuck, "busy", "attach", "{'protocol':1,'project':'%s/a/b.md'}",
                         place("stuck")); /* at once: no further look hangs */
    (void)editor_call(&stuck, "attach", "{'protocol':1,'project':'%s'}", place("free"));
    CHECK_INT(hits(found(&stuck, "제비", 10000)), 1);
    unhang(place("stuck"), fd);
    save("stuck", "a.md", "# 막힌 글\n\n고래가 산다.\n");
    for (answer = NULL;
         !answer || !cJSON_IsNull(editor_item(answer, 2));) /* until that look ends */
        answer = editor_response(
            &stuck,
            editor_request(&stuck, "attach", "{'protocol':1,'project':'%s'}", place("stuck")));
    CHECK_INT(hits(found(&stuck, "고래", 10000)), 1);
    editor_close(&stuck);
    editor_close(&free_one);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(a_client_that_leaves_while_its_project_hangs_is_forgotten_and_the_daemon_ends)
{
    struct daemon d;
    struct editor stuck, free_one;
    save_free();
    serve(&d);
    int fd = hang(place("stuck"));
    enter(&stuck, &d);
    (void)editor_request(&stuck, "attach", "{'protocol':1,'project':'%s'}", place("stuck"));
    attach(&free_one, &d, "free");
    editor_close(&stuck);
    CHECK(free_is_found(&free_one));
    enter(&stuck, &d);
    (void)editor_request(&stuck, "attach", "{'protocol':1,'project':'%s'}", place("stuck"));
    (void)editor_call(&free_one, "ping", "{}");
    daemon_end(&d, SIGTERM, PROGRAM_END_MS); /* in the middle of it */
    editor_close(&stuck);
    editor_close(&free_one);
    unhang(place("stuck"), fd);
}

TEST(notes_that_hang_are_told_and_searched_when_they_answer)
{
    struct daemon d;
    struct editor e, later;
    save_free();
    save("memo", "a.md", "# 메모\n\n수달이 산다.\n");
    serve(&d);
    add_wiki();
    int fds[2] = {hang(place("wiki")), hang(place("memo"))};
    enter(&e, &d);
    const cJSON *shelves =
        editor_get(editor_call(&e, "attach", "{'protocol':1,'project':'%s','notes':['%s']}",
                               place("free"), place("memo")),
                   "shelves");
    CHECK_INT(cJSON_GetArraySize(shelves), 3);
    for (int i = 1; i < 3; i++)
        CHECK(strstr(editor_text(editor_item(shelves, i), "error"),
                     "it is searched as soon as it is") != NULL);
    CHECK(free_is_found(&e));
    attach(&later, &d, "free"); /* known to hang: it is not kept waiting */
    editor_close(&later);
    unhang(place("wiki"), fds[0]);
    unhang(place("memo"), fds[1]);
    CHECK(editor_await(&e, progress_of, place("wiki"), EDITOR_WAIT_MS) != NULL);
    CHECK(editor_await(&e, progress_of, place("memo"), EDITOR_WAIT_MS) != NULL);
    CHECK_INT(hits(found(&e, "고래", 10000)), 1);
    CHECK_INT(hits(found(&e, "수달", 10000)), 1);
    shelves = editor_get(editor_call(&e, "status", "{}"), "shelves");
    CHECK_STR(editor_text(editor_item(shelves, 1), "root"), place("memo")); /* its own come first */
    editor_close(&e);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(a_folder_that_hangs_becomes_no_shelf_and_stops_no_other_from_becoming_one)
{
    struct daemon d;
    struct editor e, other;
    save_free();
    save("memo", "a.md", "# 메모\n\n수달이 산다.\n");
    serve(&d);
    attach(&e, &d, "free");
    attach(&other, &d, "free");
    int fd = hang(place("wiki"));
    uint32_t adding = editor_request(&e, "shelf", "{'add':'%s'}", place("wiki"));
    uint32_t pinged = editor_request(&e, "ping", "{}");
    (void)editor_call(&other, "shelf", "{'add':'%s'}", place("memo"));
    CHECK_INT(hits(found(&other, "수달", 10000)), 1);
    CHECK(says(&e, adding, "wiki does not answer: see whether"));
    CHECK(cJSON_IsNull(editor_item(editor_response(&e, pinged), 2)));
    CHECK_INT(hits(found(&e, "수달", 10000)), 1);
    unhang(place("wiki"), fd);
    const cJSON *list = editor_get(editor_call(&e, "shelf", "{}"), "shelves");
    CHECK_INT(cJSON_GetArraySize(list), 1); /* given up is given up */
    fd = hang(place("memo"));
    list = editor_get(editor_call(&other, "shelf", "{}"), "shelves");
    CHECK(strstr(editor_text(editor_item(list, 0), "error"), "does not answer") != NULL);
    (void)editor_call(&other, "shelf", "{'add':'%s'}", place("wiki"));
    list = editor_get(editor_call(&other, "shelf", "{'remove':'%s'}", place("memo")), "shelves");
    CHECK_INT(cJSON_GetArraySize(list), 1);
    CHECK_STR(editor_text(editor_item(list, 0), "path"), place("wiki"));
    editor_close(&e);
    editor_close(&other);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
    unhang(place("memo"), fd);
}

TEST(a_file_that_hangs_outside_of_all_shelves_is_taken_by_its_name)
{
    struct daemon d;
    struct editor e, other;
    save_free();
    serve(&d);
    attach(&e, &d, "free");
    attach(&other, &d, "free");
    int fd = hang(place("stuck"));
    uint32_t sent =
        editor_request(&e, "update", "{'path':'%s/deep/a.md','text':'고래\\n'}", place("stuck"));
    uint32_t asked = editor_request(&e, "search", "{'query':'참새','wait_ms':10000}");
    CHECK(free_is_found(&other));
    CHECK(cJSON_IsNull(editor_item(editor_response(&e, sent), 2)));
    CHECK_INT(hits(editor_item(editor_response(&e, asked), 3)), 1);
    for (int i = 0; i < 100; i++) /* none of these waits, or takes a thread */
        (void)editor_call(&e, "update", "{'path':'%s/deep/a.md','text':'%d\\n'}", place("stuck"),
                          i);
    unhang(place("stuck"), fd);
    editor_close(&e);
    editor_close(&other);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
}

TEST(rules_that_hang_are_told_to_who_asks_for_them)
{
    struct daemon d;
    struct editor e, other;
    save("p", "a.md", "# 글\n\n고래가 산다.\n");
    save_free();
    serve(&d);
    attach(&e, &d, "p");
    attach(&other, &d, "free");
    CHECK_INT(hits(found(&e, "고래", 10000)), 1);
    int fd = hang(place("p/net"));
    uint32_t asked = editor_request(&e, "why", "{'path':'%s/net/a.md'}", place("p"));
    CHECK(free_is_found(&other));
    CHECK(says(&e, asked, "does not answer: see whether"));
    editor_close(&e);
    editor_close(&other);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
    unhang(place("p/net"), fd);
}

TEST(the_command_line_says_it_and_ends_with_and_without_a_daemon)
{
    static const char *const ways[] = {"--no-daemon", "--json"};
    struct daemon d;
    struct run r;
    save_free();
    serve(&d);
    int fd = hang(place("stuck"));
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        run_in(&r, place("free"), "search", "--root", place("stuck"), ways[i], "고래", NULL);
        CHECK_RUN(&r, 3, "", "stuck does not answer: see whether");
        run_done(&r);
        run_in(&r, place("free"), "search", ways[i], "참새", NULL);
        CHECK_RUN(&r, 0, "b.md", "");
        run_done(&r);
    }
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
    unhang(place("stuck"), fd);
}

/* ------------------------------------------------------------ the state directory */
static const char *problem(const cJSON *answer)
{
    const cJSON *first = editor_item(editor_get(answer, "problems"), 0);
    return first ? cJSON_GetStringValue(first) : "";
}

static bool says_hung(const char *sentence)
{
    return strstr(sentence, "/state/openbook/shelves does not answer: see whether the disk");
}

TEST(a_state_directory_that_hangs_is_told_and_holds_up_nobody)
{
    struct daemon d;
    struct editor e, two;
    struct run r;
    save_free();
    private_home();
    ns_enter(CLONE_NEWNS);
    add_wiki();
    int fd = hang(place("state/openbook"));
    run_in(&r, NULL, "serve", "--background", "--log", "debug", NULL); /* its log hangs as well */
    CHECK_RUN(&r, 0, "", "");
    run_done(&r);
    snprintf(d.socket, sizeof d.socket, "%s", place("run/openbook/openbook-1.sock"));
    enter(&e, &d);
    enter(&two, &d);
    uint32_t attached =
        editor_request(&e, "attach", "{'protocol':1,'project':'%s'}", place("free"));
    for (int i = 0; i < 100; i++) /* the loop turns while that one waits */
        (void)editor_call(&two, "ping", "{}");
    const cJSON *hello = editor_item(editor_response(&e, attached), 3);
    CHECK(says_hung(problem(hello)));
    CHECK_INT(cJSON_GetArraySize(editor_get(hello, "shelves")), 1);
    CHECK(free_is_found(&e));
    hello = editor_call(&two, "attach", "{'protocol':1,'project':'%s'}", place("free"));
    CHECK(says_hung(problem(hello)));
    CHECK(says_hung(editor_refused(&e, "busy", "shelf", "{'add':'%s'}", place("wiki"))));
    CHECK(says_hung(problem(editor_call(&e, "shelf", "{}"))));
    CHECK(strstr(editor_refused(&e, "busy", "revoke", "{'project':'/p','origin':'https://h:443'}"),
                 "/state/openbook/consents.json does not answer") != NULL);
    unhang(place("state/openbook"), fd);
    (void)editor_event(&e, "shelves"); /* the list is read at last */
    CHECK_INT(hits(found(&e, "고래", 10000)), 1);
    CHECK_STR(problem(editor_call(&two, "shelf", "{}")), "");
    (void)editor_call(&e, "shelf", "{'remove':'%s'}", place("wiki"));
    CHECK_INT(hits(found(&two, "고래", 10000)), 0);
    (void)editor_call(&e, "shutdown", "{}");
    editor_await_end(&two);
    editor_close(&e);
    editor_close(&two);
}

TEST(a_state_directory_that_begins_to_hang_leaves_what_is_known)
{
    struct daemon d;
    struct editor e, two;
    save_free();
    save("wiki", "a.md", "# 위키\n\n고래가 산다.\n");
    serve(&d);
    attach(&e, &d, "free");
    (void)editor_call(&e, "shelf", "{'add':'%s'}", place("wiki"));
    int fd = hang(place("state/openbook"));
    enter(&two, &d);
    const cJSON *hello =
        editor_call(&two, "attach", "{'protocol':1,'project':'%s'}", place("free"));
    CHECK(says_hung(problem(hello)));
    CHECK_INT(cJSON_GetArraySize(editor_get(hello, "shelves")), 2);
    CHECK_INT(hits(found(&two, "고래", 10000)), 1);
    editor_close(&e);
    editor_close(&two);
    daemon_end(&d, SIGTERM, PROGRAM_END_MS); /* though it hangs */
    unhang(place("state/openbook"), fd);
}

TEST_MAIN(CASE(a_state_directory_that_hangs_is_told_and_holds_up_nobody),
          CASE(a_file_system_that_is_mounted_and_hangs_while_the_project_is_open_stops_no_search),
          CASE(a_state_directory_that_begins_to_hang_leaves_what_is_known),
          CASE(the_command_line_says_it_and_ends_with_and_without_a_daemon),
          CASE(a_file_that_hangs_outside_of_all_shelves_is_taken_by_its_name),
          CASE(rules_that_hang_are_told_to_who_asks_for_them),
          CASE(a_file_system_that_hangs_stops_no_other_project),
          CASE(a_daemon_ends_though_a_file_system_hangs),
          CASE(many_hung_projects_leave_room_for_one_that_is_not),
          CASE(a_search_that_waits_for_a_disk_says_so_and_few_do),
          CASE(a_project_that_hangs_costs_its_client_a_sentence_and_others_nothing),
          CASE(a_client_that_leaves_while_its_project_hangs_is_forgotten_and_the_daemon_ends),
          CASE(notes_that_hang_are_told_and_searched_when_they_answer),
          CASE(a_folder_that_hangs_becomes_no_shelf_and_stops_no_other_from_becoming_one))
