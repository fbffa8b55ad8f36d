/* One client of a server in this process: how it introduces itself, each method with right and wrong
 * parameters, and what the server does when it is asked too much or too oddly. */
#include "house.h"

/* ------------------------------------------------------------ introducing oneself */
TEST(a_client_hears_who_serves_it_before_and_after_it_attached)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    const cJSON *ping = editor_call(&e, "ping", "{}");
    CHECK_STR(editor_text(ping, "version"), OB_VERSION);
    CHECK_INT(editor_number(ping, "protocol"), OB_PROTOCOL_VERSION);
    CHECK_INT(editor_number(ping, "pid"), getpid());
    const char *root = project();
    const cJSON *hello = attach(&e, root);
    CHECK_STR(editor_text(hello, "version"), OB_VERSION);
    CHECK_STR(editor_text(hello, "project"), root);
    const cJSON *shelf = editor_item(editor_get(hello, "shelves"), 0);
    CHECK_STR(editor_text(shelf, "root"), root);
    CHECK_STR(editor_text(shelf, "kind"), "project");
    editor_close(&e);
    finish(&h);
    CHECK_INT(h.gone, 1);
}

TEST(a_file_inside_names_its_project_and_exact_takes_a_folder_as_it_is)
{
    struct house h;
    struct editor e;
    char notes[400];
    start(&h);
    enter(&e, &h);
    const char *root = project();
    const cJSON *hello =
        editor_call(&e, "attach", "{'protocol':1,'project':'%s/notes/배포.md'}", root);
    CHECK_STR(editor_text(hello, "project"), root);
    hello = editor_call(&e, "attach", "{'protocol':1,'project':'%s/notes/','exact':true}", root);
    snprintf(notes, sizeof notes, "%s/notes", root);
    CHECK_STR(editor_text(hello, "project"), notes);
    CHECK_INT(cJSON_GetArraySize(editor_get(hello, "shelves")), 1); /* it replaced the first one */
    editor_close(&e);
    finish(&h);
}

TEST(another_protocol_is_refused_with_what_to_renew)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    const char *older = editor_refused(&e, "protocol", "attach", "{'protocol':0}");
    CHECK(strstr(older, "renew the plugin") != NULL);
    const char *newer = editor_refused(&e, "protocol", "attach", "{'protocol':2}");
    CHECK(strstr(newer, "renew the openbook program") != NULL);
    (void)editor_refused(&e, "invalid", "attach", "{}");
    (void)editor_refused(&e, "denied", "status", "{}"); /* none of them attached it */
    editor_close(&e);
    finish(&h);
}

TEST(a_project_that_is_not_there_is_an_error_and_missing_notes_are_told)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    const char *why = editor_refused(&e, "not_found", "attach",
                                     "{'protocol':1,'project':'%s/gone'}", test_scratch);
    CHECK(strstr(why, "/gone") != NULL);
    const cJSON *hello =
        editor_call(&e, "attach", "{'protocol':1,'project':'%s','notes':['%s/no-notes']}",
                    project(), test_scratch);
    const cJSON *notes = editor_item(editor_get(hello, "shelves"), 1);
    CHECK(strstr(editor_text(notes, "error"), "no-notes") != NULL);
    editor_close(&e);
    finish(&h);
}

TEST(two_clients_may_know_one_folder_as_project_and_as_notes)
{
    struct house h;
    struct editor first, second;
    start(&h);
    enter(&first, &h);
    enter(&second, &h);
    const char *root = project();
    const cJSON *a = editor_call(&first, "attach", "{'protocol':1,'notes':['%s']}", root);
    const cJSON *b = attach(&second, root);
    CHECK_STR(editor_text(editor_item(editor_get(a, "shelves"), 0), "kind"), "notes");
    CHECK_STR(editor_text(a, "project"), "");
    CHECK_STR(editor_text(editor_item(editor_get(b, "shelves"), 0), "kind"), "project");
    CHECK_STR(editor_text(b, "project"), root);
    const cJSON *s = editor_call(&first, "status", "{'wait_ms':10000}");
    CHECK_STR(editor_text(editor_item(editor_get(s, "shelves"), 0), "kind"), "notes");
    s = editor_call(&second, "status", "{}");
    CHECK_STR(editor_text(editor_item(editor_get(s, "shelves"), 0), "kind"), "project");
    editor_close(&first);
    editor_close(&second);
    finish(&h);
}

TEST(too_many_shelves_are_refused_and_none_is_dropped_in_silence)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    char roots[40 * 64] = "", notes[40 * 64] = "";
    for (int i = 0; i < 20; i++) {
        char part[64];
        snprintf(part, sizeof part, "%s\"%s/r\"", i ? "," : "", test_scratch);
        strcat(roots, part);
        snprintf(part, sizeof part, "%s\"%s/n\"", i ? "," : "", test_scratch);
        strcat(notes, part);
    }
    const char *why = editor_refused(&e, "invalid", "attach",
                                     "{'protocol':1,'roots':[%s],'notes':[%s]}", roots, notes);
    CHECK(strstr(why, "32") != NULL);
    editor_close(&e);
    finish(&h);
}

/* ------------------------------------------------------------ the methods */
struct wrong {
    const char *method, *params, *code;
};

/* Each method with what it needs missing or of another type. */
static const struct wrong wrongs[] = {
    {"attach", "{'protocol':'1'}", "invalid"},
    {"attach", "{'protocol':-1}", "invalid"},
    {"attach", "{'protocol':1,'events':'emacs'}", "invalid"},
    {"attach", "{'protocol':1,'project':7}", "invalid"},
    {"attach", "{'protocol':1,'project':'relative/path'}", "invalid"},
    {"attach", "{'protocol':1,'notes':'/tmp'}", "invalid"},
    {"attach", "{'protocol':1,'notes':[1]}", "invalid"},
    {"attach", "{'protocol':1,'exact':'yes','project':'/tmp'}", "invalid"},
    {"attach", "{'protocol':1,'config':[1]}", "invalid"},
    {"attach", "{'protocol':1,'config':{'llm':'http://x'}}", "invalid"},
    {"attach", "{'protocol':1,'config':{'llm':{'key_command':'pass show'}}}", "invalid"},
    {"attach", "{'protocol':1,'config':{'llm':{'temperature':'hot'}}}", "invalid"},
    {"search", "{}", "invalid"},
    {"search", "{'query':5}", "invalid"},
    {"search", "{'query':'x','limit':0}", "invalid"},
    {"search", "{'query':'x','limit':201}", "invalid"},
    {"search", "{'query':'x','limit':-1}", "invalid"},
    {"search", "{'query':'x','limit':1.5}", "invalid"},
    {"search", "{'query':'x','kind':'book'}", "invalid"},
    {"search", "{'query':'x','by':'page'}", "invalid"},
    {"search", "{'query':'x','explain':1}", "invalid"},
    {"search", "{'query':'x','context':'a.c'}", "invalid"},
    {"search", "{'query':'x','context':{'path':'a.c'}}", "invalid"},
    {"search", "{'query':'x','context':{'first_line':'3'}}", "invalid"},
    {"search", "{'query':'x','context':{'open':'/a.c'}}", "invalid"},
    {"search", "{'query':'x','context':{'open':['a.c']}}", "invalid"},
    {"search", "{'query':'x','context':{'open':[7]}}", "invalid"},
    {"search", "{'query':'x','wait_ms':3600001}", "invalid"},
    {"ask", "{}", "invalid"},
    {"ask", "{'question':['why']}", "invalid"},
    {"ask", "{'question':'x','mode':'sing'}", "invalid"},
    {"ask", "{'question':'x','no_llm':0}", "invalid"},
    {"consent", "{'yes':true}", "invalid"},
    {"consent", "{'ask':1}", "invalid"},
    {"consent", "{'ask':'1','yes':true}", "invalid"},
    {"cancel", "{}", "invalid"},
    {"cancel", "{'ask':-1}", "invalid"},
    {"cancel", "{'call':'1'}", "invalid"},
    {"update", "{}", "invalid"},
    {"update", "{'path':'a.c'}", "invalid"},
    {"update", "{'path':'/a.c','text':1}", "invalid"},
    {"update", "{'path':'','text':'x'}", "invalid"},
    {"status", "{'wait_ms':'soon'}", "invalid"},
    {"shelf", "{'add':'notes'}", "invalid"},
    {"shelf", "{'add':7}", "invalid"},
    {"shelf", "{'add':'/a','remove':'/a'}", "invalid"},
    {"files", "{'root':'x'}", "invalid"},
    {"files", "{'root':'/nowhere'}", "not_found"},
    {"why", "{}", "invalid"},
    {"why", "{'path':'relative'}", "invalid"},
    {"index", "{'wait_ms':-5}", "invalid"},
    {"revoke", "{'project':'/tmp'}", "invalid"},
    {"revoke", "{'origin':'https://x'}", "invalid"},
};

TEST(each_method_names_the_parameter_that_is_missing_or_wrong)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    (void)attach(&e, project());
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        const char *said = editor_refused(&e, wrongs[i].code, wrongs[i].method, wrongs[i].params);
        CHECK(strncmp(said, wrongs[i].method, strlen(wrongs[i].method)) == 0); /* "search: ..." */
    }
    editor_close(&e);
    finish(&h);
}

TEST(each_method_serves_notifications_as_it_serves_requests)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    editor_notify(&e, "attach", "{'id':5,'protocol':1,'events':'nvim','project':'%s'}", project());
    const cJSON *reply = editor_event(&e, "reply");
    CHECK_INT(editor_number(reply, "id"), 5);
    CHECK_STR(editor_text(editor_get(reply, "result"), "version"), OB_VERSION);
    static const char *const calls[][2] = {
        {"ping", "{'id':6}"},
        {"search", "{'id':7,'query':'배포 절차','wait_ms':10000}"},
        {"update", "{'id':8,'path':'/tmp/x','text':'typed'}"},
        {"status", "{'id':9}"},
        {"files", "{'id':10}"},
        {"why", "{'id':11,'path':'/tmp/x'}"},
        {"index", "{'id':12}"},
        {"models", "{'id':13}"},
        {"cancel", "{'id':14,'ask':99}"},
        {"consent", "{'id':15,'ask':99,'yes':false}"},
        {"revoke", "{'id':16,'project':'/tmp','origin':'https://example.org'}"},
        {"ask", "{'id':17,'question':'how are parts merged','no_llm':true}"},
        {"shelf", "{'id':18}"},
        {"search", "{'id':19}"},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        editor_notify(&e, calls[i][0], calls[i][1]);
        reply = editor_event(&e, "reply");
        CHECK_INT(editor_number(reply, "id"), 6 + i);
        const char *code = editor_text(editor_get(reply, "error"), "code");
        const char *expected = i == 13 ? "invalid" : i == 10 ? "not_found" : "";
        if (strcmp(code, expected) != 0)
            test_fail(__FILE__, __LINE__, "%s: %s", calls[i][0], cJSON_PrintUnformatted(reply));
        CHECK_INT(editor_get(reply, "result") != NULL, !*expected);
    }
    editor_close(&e);
    finish(&h);
}

TEST(a_notification_without_an_id_has_no_reply)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    editor_notify(&e, "no_such_method", "{}");
    editor_notify(&e, "search", "{'query':'x'}");
    editor_notify(&e, "ping", "{}");
    (void)editor_call(&e, "ping", "{}");
    for (struct editor_message *m = e.messages; m; m = m->next)
        CHECK(cJSON_GetArraySize(m->json) == 4); /* nothing but the response */
    editor_close(&e);
    finish(&h);
}

TEST(an_unknown_method_is_named_and_a_control_byte_in_it_is_not_passed_on)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    CHECK_STR(editor_refused(&e, "unknown_method", "serch", "{}"), "there is no method serch");
    const char *odd = editor_refused(&e, "unknown_method", "a\x1b[2J\n한", "{}");
    CHECK(!strchr(odd, '\x1b') && !strchr(odd, '\n'));
    char longest[102];
    memset(longest, 'm', sizeof longest);
    longest[100] = '\0';
    (void)editor_refused(&e, "unknown_method", longest, "{}");
    longest[100] = 'm';
    longest[101] = '\0';
    (void)editor_refused(&e, "invalid", longest, "{}");
    (void)editor_call(&e, "ping", "{}");
    editor_close(&e);
    finish(&h);
}

TEST(a_client_that_did_not_attach_is_told_to)
{
    static const char *const methods[] = {"search", "ask",   "consent", "cancel", "update",
                                          "status", "files", "why",     "index",  "models",
                                          "revoke", "shelf", "shutdown"};
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        const char *why = editor_refused(&e, "denied", methods[i], "{}");
        CHECK(strstr(why, "attach first") != NULL);
    }
    (void)editor_call(&e, "ping", "{}");
    editor_close(&e);
    finish(&h);
}

TEST(a_client_without_any_folder_is_told_to_name_one)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    (void)editor_call(&e, "attach", "{'protocol':1}");
    CHECK(strstr(editor_refused(&e, "invalid", "search", "{'query':'x'}"), "attach a project"));
    (void)editor_refused(&e, "not_found", "files", "{}");
    (void)editor_call(&e, "status", "{}");
    editor_close(&e);
    finish(&h);
}

/* ------------------------------------------------------------ too much */
TEST(the_request_after_256_without_an_answer_is_busy_and_the_others_are_answered)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    (void)attach(&e, project());
    /* None of them can be answered before the loop turns: all lie in one write. */
    uint32_t first = e.next_id + 1;
    e.loop = NULL;
    for (int i = 0; i < OB_RPC_MAX_PENDING + 2; i++)
        (void)editor_request(&e, "search", "{'query':'merge','limit':1}");
    e.loop = &h.loop;
    size_t busy = 0;
    for (uint32_t id = first; id < first + OB_RPC_MAX_PENDING + 2; id++) {
        const cJSON *error = editor_item(editor_response(&e, id), 2);
        busy += strcmp(editor_text(error, "code"), "busy") == 0;
        CHECK(cJSON_IsNull(error) || strstr(editor_text(error, "message"), "256"));
    }
    CHECK(busy >= 1);
    (void)editor_call(&e, "search", "{'query':'merge'}");
    editor_close(&e);
    finish(&h);
}

TEST(a_msgid_that_is_still_running_is_refused_and_the_first_is_answered)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    (void)attach(&e, project());
    e.next_id = 99;
    uint32_t id = editor_request(&e, "search", "{'query':'merge','wait_ms':10000}");
    e.next_id = 99;
    (void)editor_request(&e, "search", "{'query':'merge'}");
    const cJSON *a = editor_response(&e, id), *b = editor_response(&e, id);
    const cJSON *refused = cJSON_IsNull(editor_item(a, 2)) ? b : a;
    CHECK_STR(editor_text(editor_item(refused, 2), "code"), "invalid");
    CHECK(cJSON_IsNull(editor_item(refused == a ? b : a, 2)));
    editor_close(&e);
    finish(&h);
}

TEST(a_ninth_question_at_once_is_busy)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    (void)attach(&e, project());
    e.loop = NULL;
    uint32_t first = e.next_id + 1;
    for (int i = 0; i < OB_RPC_MAX_ASKS + 1; i++)
        (void)editor_request(&e, "ask", "{'question':'how are parts merged','no_llm':true}");
    e.loop = &h.loop;
    size_t busy = 0;
    for (uint32_t id = first; id <= first + OB_RPC_MAX_ASKS; id++)
        busy += strcmp(editor_text(editor_item(editor_response(&e, id), 2), "code"), "busy") == 0;
    CHECK_INT(busy, 1);
    for (int i = 0; i < OB_RPC_MAX_ASKS; i++)
        (void)editor_ask_event(&e, "done");
    editor_close(&e);
    finish(&h);
}

TEST(the_257th_unsaved_file_is_busy_and_a_saved_one_makes_room)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    (void)attach(&e, project());
    for (int i = 0; i < OB_RPC_MAX_UNSAVED; i++)
        (void)editor_call(&e, "update", "{'path':'/elsewhere/%d','text':'typed'}", i);
    (void)editor_refused(&e, "busy", "update", "{'path':'/elsewhere/more','text':'typed'}");
    (void)editor_call(&e, "update", "{'path':'/elsewhere/7','text':'typed again'}");
    (void)editor_call(&e, "update", "{'path':'/elsewhere/7'}");
    (void)editor_call(&e, "update", "{'path':'/elsewhere/7'}"); /* twice is once */
    (void)editor_call(&e, "update", "{'path':'/elsewhere/more','text':'typed'}");
    (void)editor_refused(&e, "busy", "update", "{'path':'/elsewhere/7','text':'typed'}");
    editor_close(&e);
    finish(&h);
}

/* ------------------------------------------------------------ asks */
/* Question and cancel lie in the socket together: the server takes both in one turn. */
TEST(cancel_by_its_call_ends_an_ask_whose_number_is_not_known_yet)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    (void)attach(&e, project());
    editor_notify(&e, "ask", "{'id':7,'question':'배포는 언제','no_llm':true}");
    editor_notify(&e, "ask", "{'id':8,'question':'how are parts merged','no_llm':true}");
    editor_notify(&e, "cancel", "{'call':7}");
    const cJSON *first = editor_get(editor_event(&e, "reply"), "result");
    const cJSON *second = editor_get(editor_event(&e, "reply"), "result");
    const cJSON *canceled = editor_ask_event(&e, "error"), *done = editor_ask_event(&e, "done");
    CHECK_STR(editor_text(canceled, "code"), "canceled");
    CHECK(editor_number(canceled, "ask") == editor_number(first, "ask"));
    CHECK(editor_number(done, "ask") == editor_number(second, "ask"));
    uint32_t request = editor_request(&e, "ask", "{'question':'merge','no_llm':true}");
    editor_notify(&e, "cancel", "{'call':%u}", request);
    CHECK_STR(editor_text(editor_ask_event(&e, "error"), "code"), "canceled");
    (void)editor_call(&e, "ping", "{}");
    for (struct editor_message *m = e.messages; m; m = m->next)
        CHECK(m->read || !editor_is_event(m->json, "error"));
    editor_close(&e);
    finish(&h);
}

TEST(cancel_and_consent_of_what_is_over_or_never_was_are_no_errors)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    (void)attach(&e, project());
    const cJSON *started =
        editor_call(&e, "ask", "{'question':'how are parts merged','no_llm':true}");
    unsigned long ask = (unsigned long)editor_number(started, "ask");
    (void)editor_call(&e, "consent", "{'ask':%lu,'yes':true}", ask); /* nothing was asked */
    (void)editor_call(&e, "cancel", "{'ask':%lu}", ask);
    (void)editor_call(&e, "cancel", "{'ask':%lu}", ask);
    const cJSON *end = editor_event(&e, "ask");
    while (strcmp(editor_text(end, "type"), "done") && strcmp(editor_text(end, "type"), "error"))
        end = editor_event(&e, "ask");
    (void)editor_call(&e, "cancel", "{'ask':%lu}", ask);
    (void)editor_call(&e, "consent", "{'ask':%lu,'yes':true}", ask);
    (void)editor_call(&e, "cancel", "{'ask':4711}");
    (void)editor_call(&e, "cancel", "{'call':4711}");
    (void)editor_call(&e, "ping", "{}");
    for (struct editor_message *m = e.messages; m; m = m->next) /* nothing came after the end */
        CHECK(m->read || !editor_is_event(m->json, "ask"));
    editor_close(&e);
    finish(&h);
}

/* ------------------------------------------------------------ too odd */
TEST(what_is_no_message_of_the_protocol_ends_with_a_goodbye)
{
    static const char *const odd[] = {
        "\x90",                      /* an empty array */
        "\x91\x00",                  /* too short */
        "\x94\x03\x01\xa4ping\x90",  /* an unknown type */
        "\x93\x00\x01\xa4ping",      /* a request of three */
        "\x94\x02\x01\xa4ping\x90",  /* a notification of four */
        "\x94\xc0\x01\xa4ping\x90",  /* no type at all */
        "\x94\x00\xff\xa4ping\x90",  /* a negative msgid */
        "\x94\x00\xa1x\xa4ping\x90", /* a msgid that is text */
    };
    static const size_t lens[] = {1, 2, 9, 8, 9, 9, 9, 10};
    struct house h;
    start(&h);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct editor e;
        enter(&e, &h);
        CHECK(editor_send(&e, odd[i], lens[i]));
        const cJSON *bye = editor_event(&e, "bye");
        CHECK(editor_text(bye, "reason")[0] != '\0');
        editor_await_end(&e);
        editor_close(&e);
    }
    finish(&h);
    CHECK_INT(h.gone, sizeof odd / sizeof *odd);
}

TEST(a_request_over_a_limit_is_answered_by_its_msgid_before_the_goodbye)
{
    static const char *const heads[] = {
        "\x94\x00\x07\xa4ping\x91\xdf\xff\xff\xff\xff",                 /* msgid 7 */
        "\x94\x00\xcc\xc8\xa4ping\x91\xdd\xff\xff\xff\xff",             /* 200 */
        "\x94\x00\xcd\x01\x2c\xa4ping\x91\xdb\xff\xff\xff\xff",         /* 300 */
        "\x94\x00\xce\x00\x01\x00\x00\xa4ping\x91\xc6\xff\xff\xff\xff", /* 65,536 */
    };
    static const size_t lens[] = {14, 15, 16, 18};
    static const uint32_t ids[] = {7, 200, 300, 65536};
    struct house h;
    start(&h);
    for (size_t i = 0; i < 4; i++) {
        struct editor e;
        enter(&e, &h);
        CHECK(editor_send(&e, heads[i], lens[i]));
        const cJSON *error = editor_item(editor_response(&e, ids[i]), 2);
        CHECK_STR(editor_text(error, "code"), "too_big");
        (void)editor_event(&e, "bye");
        editor_await_end(&e);
        editor_close(&e);
    }
    finish(&h);
}

TEST(parameters_must_be_one_map_and_an_empty_array_counts_as_one)
{
    struct house h;
    struct editor e;
    start(&h);
    enter(&e, &h);
    static const char *const good[] = {"\x94\x00\x01\xa4ping\x90", "\x94\x00\x01\xa4ping\x80",
                                       "\x94\x00\x01\xa4ping\x91\x80",
                                       "\x94\x00\x01\xa4ping\x91\x90"};
    static const size_t good_len[] = {9, 9, 10, 10};
    static const char *const bad[] = {
        "\x94\x00\x01\xa4ping\x01", "\x94\x00\x01\xa4ping\xc0", "\x94\x00\x01\xa4ping\x91\x01",
        "\x94\x00\x01\xa4ping\x92\x80\x80", "\x94\x00\x01\x05\x90" /* no name */};
    static const size_t bad_len[] = {9, 9, 10, 11, 5};
    uint32_t id = 1;
    for (size_t i = 0; i < 4; i++) {
        CHECK(editor_send(&e, good[i], good_len[i]));
        CHECK(cJSON_IsNull(editor_item(editor_response(&e, id), 2)));
    }
    for (size_t i = 0; i < 5; i++) {
        CHECK(editor_send(&e, bad[i], bad_len[i]));
        const cJSON *error = editor_item(editor_response(&e, id), 2);
        CHECK_STR(editor_text(error, "code"), "invalid");
    }
    /* A key that stands twice; the name as bin. */
    CHECK(editor_send(&e, "\x94\x00\x01\xc4\x04ping\x90", 10));
    CHECK(cJSON_IsNull(editor_item(editor_response(&e, id), 2)));
    (void)editor_call(&e, "attach", "{'protocol':1}");
    CHECK(editor_send(&e,
                      "\x94\x00\x01\xa6"
                      "cancel\x91\x82\xa3"
                      "ask\x01\xa3"
                      "ask\x01",
                      22));
    CHECK(strstr(editor_text(editor_item(editor_response(&e, id), 2), "message"), "once"));
    /* A response to no request is ignored. */
    CHECK(editor_send(&e, "\x94\x01\x05\xc0\xc0", 5));
    (void)editor_call(&e, "ping", "{}");
    editor_close(&e);
    finish(&h);
}

TEST(a_client_that_leaves_in_mid_question_leaves_nothing_behind)
{
    struct house h;
    start(&h);
    for (int i = 0; i < 20; i++) {
        struct editor e;
        enter(&e, &h);
        (void)editor_request(&e, "attach", "{'protocol':1,'project':'%s'}", project());
        (void)editor_request(&e, "search", "{'query':'merge','wait_ms':10000}");
        (void)editor_request(&e, "status", "{'wait_ms':10000}");
        (void)editor_request(&e, "ask", "{'question':'how are parts merged','no_llm':true}");
        for (int turns = 0; turns < i; turns++)
            (void)uv_run(&h.loop, UV_RUN_NOWAIT);
        editor_close(&e);
    }
    finish(&h);
    CHECK_INT(h.gone, 20);
}

TEST_MAIN(CASE(a_client_hears_who_serves_it_before_and_after_it_attached),
          CASE(a_file_inside_names_its_project_and_exact_takes_a_folder_as_it_is),
          CASE(another_protocol_is_refused_with_what_to_renew),
          CASE(a_project_that_is_not_there_is_an_error_and_missing_notes_are_told),
          CASE(two_clients_may_know_one_folder_as_project_and_as_notes),
          CASE(too_many_shelves_are_refused_and_none_is_dropped_in_silence),
          CASE(each_method_names_the_parameter_that_is_missing_or_wrong),
          CASE(each_method_serves_notifications_as_it_serves_requests),
          CASE(a_notification_without_an_id_has_no_reply),
          CASE(an_unknown_method_is_named_and_a_control_byte_in_it_is_not_passed_on),
          CASE(a_client_that_did_not_attach_is_told_to),
          CASE(a_client_without_any_folder_is_told_to_name_one),
          CASE(the_request_after_256_without_an_answer_is_busy_and_the_others_are_answered),
          CASE(a_msgid_that_is_still_running_is_refused_and_the_first_is_answered),
          CASE(a_ninth_question_at_once_is_busy),
          CASE(the_257th_unsaved_file_is_busy_and_a_saved_one_makes_room),
          CASE(cancel_by_its_call_ends_an_ask_whose_number_is_not_known_yet),
          CASE(cancel_and_consent_of_what_is_over_or_never_was_are_no_errors),
          CASE(what_is_no_message_of_the_protocol_ends_with_a_goodbye),
          CASE(a_request_over_a_limit_is_answered_by_its_msgid_before_the_goodbye),
          CASE(parameters_must_be_one_map_and_an_empty_array_counts_as_one),
          CASE(a_client_that_leaves_in_mid_question_leaves_nothing_behind))
