/* Who may be sent what, and the file that remembers it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "openbook/base/io.h"
#include "openbook/llm/grant.h"

#include "../files/ns.h"
#include "hung.h"
#include "test.h"

#define ORIGIN "https://api.example.com:443"

static struct ob_error e;
static int hung_fd;

static struct ob_grants *open_at(const char *path, int want)
{
    struct ob_grants *g;
    ob_error_clear(&e);
    CHECK_INT(ob_grants_open(&g, path, &e), want);
    return g;
}

static char *path_of(const char *name)
{
    return test_path("%s", name);
}

static char *text_of(const char *path)
{
    static char text[20000];
    FILE *f = fopen(path, "r");
    CHECK(f != NULL);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    (void)fclose(f);
    return text;
}

TEST(loopback_is_granted_by_all_its_names_and_nothing_else_is)
{
    struct ob_grants *g = open_at(path_of("none.json"), 0);
    CHECK(ob_grants_has(g, "/p", "http://127.0.0.1:8080"));
    CHECK(ob_grants_has(g, "/p", "http://127.9.9.9:1"));
    CHECK(ob_grants_has(g, "/p", "http://localhost:11434"));
    CHECK(ob_grants_has(g, "/p", "http://[::1]:8080"));
    CHECK(ob_grants_has(g, NULL, "http://127.0.0.1:8080"));
    CHECK(!ob_grants_has(g, "/p", ORIGIN));
    CHECK(!ob_grants_has(g, "/p", "http://192.168.0.2:8080"));
    CHECK(!ob_grants_has(g, "/p", "http://localhost.evil.test:80"));
    CHECK(!ob_grants_has(g, NULL, ORIGIN));
    CHECK(!ob_grants_has(NULL, "/p", ORIGIN));
    ob_grants_free(g);
}

TEST(a_grant_is_for_one_project_and_one_origin)
{
    struct ob_grants *g = open_at(path_of("c.json"), 0);
    CHECK_INT(ob_grants_add(g, "/home/나/프로젝트", ORIGIN, false, &e), 0);
    CHECK(ob_grants_has(g, "/home/나/프로젝트", ORIGIN));
    CHECK(!ob_grants_has(g, "/home/나", ORIGIN));
    CHECK(!ob_grants_has(g, "/home/나/프로젝트/sub", ORIGIN));
    CHECK(!ob_grants_has(g, "/home/나/프로젝트", "https://api.example.com:8443"));
    CHECK(!ob_grants_has(g, "/home/나/프로젝트", "http://api.example.com:443"));
    CHECK(!ob_grants_has(g, "/home/나/프로젝트", "https://example.com:443"));
    ob_grants_free(g);
}

TEST(only_a_remembered_grant_is_there_the_next_time)
{
    char *path = path_of("c.json");
    size_t pos = 0;
    const char *project, *origin, *date;
    struct stat st;
    struct ob_grants *g = open_at(path, 0);
    CHECK_INT(ob_grants_add(g, "/once", ORIGIN, false, &e), 0);
    CHECK_INT(ob_grants_add(g, "/항상 \"q\"", ORIGIN, true, &e), 0);
    CHECK(ob_grants_has(g, "/once", ORIGIN)); /* survives the writing of the other */
    ob_grants_free(g);
    CHECK_INT(stat(path, &st), 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    g = open_at(path, 0);
    CHECK(!ob_grants_has(g, "/once", ORIGIN));
    CHECK(ob_grants_has(g, "/항상 \"q\"", ORIGIN));
    CHECK(ob_grants_next(g, &pos, &project, &origin, &date));
    CHECK_STR(project, "/항상 \"q\"");
    CHECK_STR(origin, ORIGIN);
    CHECK_INT(strlen(date), 10);
    CHECK(!ob_grants_next(g, &pos, &project, &origin, &date));
    ob_grants_free(g);
}

TEST(a_revoked_grant_is_gone_from_memory_and_file)
{
    char *path = path_of("c.json");
    struct ob_grants *g = open_at(path, 0);
    CHECK_INT(ob_grants_add(g, "/a", ORIGIN, true, &e), 0);
    CHECK_INT(ob_grants_add(g, "/b", ORIGIN, true, &e), 0);
    CHECK_INT(ob_grants_revoke(g, "/a", ORIGIN, &e), 0);
    CHECK(!ob_grants_has(g, "/a", ORIGIN) && ob_grants_has(g, "/b", ORIGIN));
    CHECK_INT(ob_grants_revoke(g, "/a", ORIGIN, &e), OB_ENOTFOUND);
    ob_grants_free(g);
    CHECK(!strstr(text_of(path), "\"/a\"") && strstr(text_of(path), "\"/b\""));
}

TEST(two_programs_that_share_the_file_keep_each_others_grants)
{
    char *path = path_of("c.json");
    struct ob_grants *a = open_at(path, 0), *b = open_at(path, 0);
    CHECK_INT(ob_grants_add(a, "/a", ORIGIN, true, &e), 0);
    CHECK_INT(ob_grants_add(b, "/b", ORIGIN, true, &e), 0);
    CHECK(ob_grants_has(b, "/a", ORIGIN));
    CHECK_INT(ob_grants_revoke(b, "/a", ORIGIN, &e), 0);
    CHECK_INT(ob_grants_add(a, "/c", ORIGIN, true, &e), 0);
    CHECK(!ob_grants_has(a, "/a", ORIGIN)); /* the other revoked it */
    ob_grants_free(a);
    ob_grants_free(b);
}

TEST(a_file_that_cannot_be_read_is_told_and_never_written_over)
{
    const char *const texts[] = {
        "",
        "{",
        "[]",
        "{\"version\": 2, \"consents\": []}",
        "{\"version\": 1}",
        "{\"version\": 1, \"consents\": [{\"project\": 1}]}",
        "{\"version\": 1, \"consents\": [\"x\"]}",
        "{\"version\": 1, \"consents\": [{\"project\": \"/p\", \"origin\": "
        "\"" ORIGIN "\"}]}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *path = test_write_file("broken.json", texts[i]);
        struct ob_grants *g = open_at(path, OB_EINVAL);
        CHECK(strstr(e.message, "broken.json") && strstr(e.message, "mend it"));
        CHECK(!ob_grants_has(g, "/p", ORIGIN));
        CHECK_INT(ob_grants_add(g, "/p", ORIGIN, true, &e), OB_EINVAL);
        CHECK(!ob_grants_has(g, "/p", ORIGIN));
        CHECK_INT(ob_grants_add(g, "/p", ORIGIN, false, &e), 0); /* for this process it holds */
        CHECK(ob_grants_has(g, "/p", ORIGIN) && ob_grants_has(g, "/p", "http://[::1]:1"));
        ob_grants_free(g);
        CHECK_STR(text_of(path), texts[i]);
    }
}

TEST(a_file_that_cannot_be_written_keeps_its_old_text_and_the_grant_holds_for_now)
{
    char *path = path_of("c.json");
    struct ob_grants *g = open_at(path, 0);
    int err = -1;
    CHECK_INT(ob_grants_add(g, "/old", ORIGIN, true, &e), 0);
    char *before = strdup(text_of(path));
    for (long n = 1; err != 0 && n < 100; n++) {
        char project[32];
        snprintf(project, sizeof project, "/new-%ld", n);
        ob_io_fail_at(n, EIO);
        err = ob_grants_add(g, project, ORIGIN, true, &e);
        ob_io_fail_at(0, 0);
        if (err) {
            CHECK(e.message[0]);
            CHECK_STR(text_of(path), before);
        }
        CHECK(ob_grants_has(g, project, ORIGIN) || err != 0);
    }
    CHECK_INT(err, 0); /* more calls than there are: none failed */
    free(before);
    CHECK(strstr(text_of(path), "\"/old\"") && strstr(text_of(path), "\"/new-"));
    ob_grants_free(g);
}

TEST(a_file_over_a_mebibyte_or_of_another_kind_is_refused)
{
    char *big = malloc((1 << 20) + 2);
    memset(big, ' ', (1 << 20) + 1);
    big[(1 << 20) + 1] = '\0';
    struct ob_grants *g = open_at(test_write_file("big.json", big), OB_ETOOBIG);
    ob_grants_free(g);
    free(big);
    ob_grants_free(open_at(test_scratch, OB_EINVAL)); /* a directory */
}

TEST(the_format_of_version_1_is_read)
{
    struct ob_grants *g = open_at(
        test_write_file("v1.json",
                        "{\"version\": 1, \"consents\": [\n  {\"project\": \"/home/나/p\", "
                        "\"origin\": \"" ORIGIN "\", \"date\": \"2026-01-31\", \"more\": 1}\n]}\n"),
        0);
    CHECK(ob_grants_has(g, "/home/나/p", ORIGIN));
    ob_grants_free(g);
}

/* ------------------------------------------------------------ by threads */
struct told {
    size_t n;
    int status[8];
    char message[8][512];
};

static void on_told(int status, const struct ob_error *error, void *data)
{
    struct told *t = data;
    CHECK((status == 0) == (error == NULL));
    t->status[t->n] = status;
    snprintf(t->message[t->n++], sizeof t->message[0], "%s", error ? error->message : "");
}

static void on_closed(void *data)
{
    *(bool *)data = true;
}

static int begin(struct ob_grants *g, uv_loop_t *loop, enum ob_grants_deed deed,
                 const char *project, struct told *t)
{
    return ob_grants_start(g, loop, deed, project, project ? ORIGIN : NULL, 60000, on_told, t, &e);
}

TEST(what_threads_read_and_write_counts_in_its_order_and_at_once_here)
{
    char *path = path_of("home/나/c.json"); /* whose folder is made */
    struct told t = {0};
    uv_loop_t loop;
    bool closed = false;
    CHECK_INT(uv_loop_init(&loop), 0);
    struct ob_grants *g = ob_grants_new(path);
    CHECK_INT(begin(g, &loop, OB_GRANTS_READ, NULL, &t), 0);
    CHECK_INT(begin(g, &loop, OB_GRANTS_REMEMBER, "/가", &t), 0);
    CHECK_INT(begin(g, &loop, OB_GRANTS_REMEMBER, "/b", &t), 0);
    CHECK(t.n == 0 && ob_grants_has(g, "/가", ORIGIN) && ob_grants_has(g, "/b", ORIGIN));
    CHECK_INT(begin(g, &loop, OB_GRANTS_REVOKE, "/가", &t), 0);
    CHECK(!ob_grants_has(g, "/가", ORIGIN));
    CHECK_INT(begin(g, &loop, OB_GRANTS_REVOKE, "/none", &t), 0);
    ob_grants_close(g, on_closed, &closed);
    CHECK(!closed);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK(closed && t.n == 5);
    for (int i = 0; i < 4; i++)
        CHECK_INT(t.status[i], 0);
    CHECK_INT(t.status[4], OB_ENOTFOUND);
    CHECK(strstr(t.message[4], "was not granted for /none") != NULL);
    CHECK(!ob_grants_has(g, "/가", ORIGIN) && ob_grants_has(g, "/b", ORIGIN));
    ob_grants_free(g);
    g = open_at(path, 0);
    CHECK(!ob_grants_has(g, "/가", ORIGIN) && ob_grants_has(g, "/b", ORIGIN));
    ob_grants_free(g);
    CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(what_cannot_be_written_by_a_thread_counts_for_this_process_and_is_told)
{
    char *path = test_write_file("broken.json", "{");
    struct told t = {0};
    uv_loop_t loop;
    CHECK_INT(uv_loop_init(&loop), 0);
    struct ob_grants *g = ob_grants_new(path);
    CHECK_INT(begin(g, &loop, OB_GRANTS_READ, NULL, &t), 0);
    CHECK_INT(begin(g, &loop, OB_GRANTS_REMEMBER, "/p", &t), 0);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK(t.n == 2 && t.status[0] == OB_EINVAL && t.status[1] == OB_EINVAL);
    CHECK(strstr(t.message[1], "mend it") != NULL);
    CHECK(ob_grants_has(g, "/p", ORIGIN));
    CHECK_STR(text_of(path), "{");
    ob_grants_free(g);
    CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(a_folder_that_others_may_write_to_grants_nothing)
{
    struct told t = {0};
    uv_loop_t loop;
    (void)test_write_file("open/c.json",
                          "{\"version\": 1, \"consents\": [{\"project\": \"/p\", \"origin\": "
                          "\"" ORIGIN "\", \"date\": \"2026-01-31\"}]}");
    CHECK_INT(chmod(path_of("open"), 0777), 0);
    CHECK_INT(uv_loop_init(&loop), 0);
    struct ob_grants *g = ob_grants_new(path_of("open/c.json"));
    CHECK_INT(begin(g, &loop, OB_GRANTS_READ, NULL, &t), 0);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK_INT(t.status[0], OB_EDENIED);
    CHECK(!ob_grants_has(g, "/p", ORIGIN));
    ob_grants_free(g);
    CHECK_INT(uv_loop_close(&loop), 0);
}

static void on_late_told(int status, const struct ob_error *error, void *data)
{
    on_told(status, error, data);
    if (((struct told *)data)->n == 2)
        unhang(path_of("far"), hung_fd);
}

TEST(a_disk_that_hangs_is_told_in_time_and_what_was_given_up_is_not_written)
{
    struct told t = {0};
    uv_loop_t loop;
    CHECK_INT(mkdir(path_of("far"), 0700), 0);
    ns_enter(CLONE_NEWNS);
    hung_fd = hang(path_of("far"));
    CHECK_INT(uv_loop_init(&loop), 0);
    struct ob_grants *g = ob_grants_new(path_of("far/c.json"));
    CHECK_INT(ob_grants_start(g, &loop, OB_GRANTS_REMEMBER, "/p", ORIGIN, 20, on_late_told, &t, &e),
              0);
    CHECK_INT(ob_grants_start(g, &loop, OB_GRANTS_REMEMBER, "/q", ORIGIN, 20, on_late_told, &t, &e),
              0);
    while (t.n < 2)
        (void)uv_run(&loop, UV_RUN_ONCE);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(t.status[i], OB_EBUSY);
        CHECK(strstr(t.message[i], "far/c.json does not answer: see whether") != NULL);
    }
    CHECK(ob_grants_has(g, "/p", ORIGIN) && ob_grants_has(g, "/q", ORIGIN)); /* for now */
    CHECK_INT(begin(g, &loop, OB_GRANTS_READ, NULL, &t), OB_EBUSY); /* nobody waits again */
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK(access(path_of("far/c.json"), F_OK) != 0);
    CHECK_INT(begin(g, &loop, OB_GRANTS_REMEMBER, "/p", &t), 0); /* it answers again */
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK_INT(t.status[2], 0);
    CHECK(strstr(text_of(path_of("far/c.json")), "\"/p\"") != NULL);
    ob_grants_free(g);
    CHECK_INT(uv_loop_close(&loop), 0);
}

TEST_MAIN(CASE(loopback_is_granted_by_all_its_names_and_nothing_else_is),
          CASE(a_grant_is_for_one_project_and_one_origin),
          CASE(only_a_remembered_grant_is_there_the_next_time),
          CASE(a_revoked_grant_is_gone_from_memory_and_file),
          CASE(two_programs_that_share_the_file_keep_each_others_grants),
          CASE(a_file_that_cannot_be_read_is_told_and_never_written_over),
          CASE(a_file_that_cannot_be_written_keeps_its_old_text_and_the_grant_holds_for_now),
          CASE(a_file_over_a_mebibyte_or_of_another_kind_is_refused),
          CASE(the_format_of_version_1_is_read),
          CASE(what_threads_read_and_write_counts_in_its_order_and_at_once_here),
          CASE(what_cannot_be_written_by_a_thread_counts_for_this_process_and_is_told),
          CASE(a_folder_that_others_may_write_to_grants_nothing),
          CASE(a_disk_that_hangs_is_told_in_time_and_what_was_given_up_is_not_written))
