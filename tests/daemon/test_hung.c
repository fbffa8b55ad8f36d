/* A file system that does not answer: a FUSE mount whose server never says a word, so that every call
 * below it blocks until the mount goes. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <sched.h>

#include "../files/ns.h"
#include "editor.h"
#include "program.h"

/* Mounts at DIR, which may hold files; returns the descriptor of the server that is none.  Closing it
 * ends the mount. */
static int hang(const char *dir)
{
    char options[128];
    CHECK(mkdir(dir, 0700) == 0 || errno == EEXIST);
    int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        test_skip("there is no /dev/fuse to be opened");
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
    if (mount("hung", dir, "fuse", MS_NOSUID | MS_NODEV, options) != 0)
        test_skip("the system mounts no FUSE in a namespace");
    return fd;
}

static void unhang(const char *dir, int fd)
{
    close(fd);
    CHECK(umount2(dir, MNT_DETACH) == 0);
}

static void save(const char *project, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/.git/HEAD", project);
    (void)test_write_file(path, "ref: refs/heads/main\n");
    snprintf(path, sizeof path, "%s/%s", project, name);
    (void)test_write_file(path, text);
}

static void attach(struct editor *e, const struct daemon *d, const char *project)
{
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(e, d->socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
    (void)editor_call(e, "attach", "{'protocol':1,'project':'%s'}", place(project));
}

static const cJSON *found(struct editor *e, const char *query, int wait_ms)
{
    return editor_call(e, "search", "{'query':'%s','wait_ms':%d}", query, wait_ms);
}

static int hits(const cJSON *answer)
{
    return cJSON_GetArraySize(editor_get(answer, "results"));
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
    save("free", "b.md", "# 열린 글\n\n참새가 산다.\n");
    serve(&d);
    int fd = hang(place("stuck/net"));
    attach(&stuck, &d, "stuck");
    attach(&free_one, &d, "free");
    CHECK_INT(hits(found(&free_one, "참새", 10000)), 1);
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
    save("free", "b.md", "# 열린 글\n\n참새가 산다.\n");
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
    CHECK_INT(hits(found(&free_one, "참새", 10000)), 1);
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
    save("free", "b.md", "# 열린 글\n\n참새가 산다.\n");
    serve(&d);
    attach(&e, &d, "p");
    attach(&free_one, &d, "free");
    CHECK_INT(hits(found(&e, "고래", 10000)), 1);
    int fd = hang(place("p/net"));
    uint32_t one = editor_request(&e, "search", "{'query':'고래'}");
    uint32_t two = editor_request(&e, "search", "{'query':'고래'}");
    answer = editor_response(&e, one);
    CHECK(strstr(editor_text(editor_item(answer, 2), "message"), "disk does not answer") != NULL);
    (void)editor_response(&e, two);
    for (int i = 0; i < 20; i++) /* none of these waits */
        (void)editor_refused(&e, "busy", "search", "{'query':'고래'}");
    CHECK_INT(hits(found(&free_one, "참새", 10000)), 1);
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

TEST_MAIN(CASE(a_file_system_that_hangs_stops_no_other_project),
          CASE(a_daemon_ends_though_a_file_system_hangs),
          CASE(many_hung_projects_leave_room_for_one_that_is_not),
          CASE(a_search_that_waits_for_a_disk_says_so_and_few_do))
