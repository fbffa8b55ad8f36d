/* The daemon's life: how it starts, whom it lets in, what it survives, how it ends. */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "openbook/rpc/limits.h"

#include "editor.h"
#include "program.h"

/* Starts a daemon and waits until it answers. */
static void serve(struct daemon *d, struct editor *e)
{
    private_home();
    struct run r;
    run_in(&r, NULL, "serve", "--background", "--log", "debug", NULL);
    CHECK_RUN(&r, 0, "", "");
    run_done(&r);
    *d = (struct daemon){.in = -1, .out = -1};
    snprintf(d->socket, sizeof d->socket, "%s", place("run/openbook/openbook-1.sock"));
    snprintf(d->log, sizeof d->log, "%s", place("state/openbook/daemon.log"));
    CHECK(editor_connect(e, d->socket));
    d->pid = (pid_t)editor_number(editor_call(e, "ping", "{}"), "pid");
}

/* That daemon is nobody's child: it is gone when its socket is and its lock is free. */
static void await_end(const struct daemon *d, int limit_ms)
{
    int64_t end = ob_clock_us() + (int64_t)limit_ms * 1000;
    int fd = open(place("run/openbook/openbook-1.sock.lock"), O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0);
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (ob_clock_us() > end)
            test_fail(__FILE__, __LINE__, "the daemon still runs after %d ms: %s", limit_ms,
                      daemon_log(d));
        poll(NULL, 0, 2);
    }
    close(fd);
    CHECK(access(d->socket, F_OK) != 0);
}

static void attach(struct editor *e, const char *root)
{
    (void)editor_call(e, "attach", "{'protocol':1,'project':'%s'}", root);
}

static const char *project(void)
{
    (void)test_write_file("project/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("project/merge.c", "/* Merges parts. */\nint merge_parts(void)\n{\n"
                                             "    return 1;\n}\n");
    (void)test_write_file("project/배포.md", "# 배포 절차\n\n배포 전에 색인을 병합한다.\n");
    return place("project");
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    CHECK(lstat(path, &st) == 0);
    return st.st_mode & 0777;
}

/* ------------------------------------------------------------ the beginning */
TEST(the_socket_is_its_users_alone)
{
    struct daemon d;
    struct editor e;
    serve(&d, &e);
    CHECK_INT(mode_of(d.socket), 0600);
    CHECK_INT(mode_of(place("run/openbook")), 0700);
    for (int i = 0; i < 5000 && access(d.log, F_OK) != 0; i++) /* a thread opens it */
        poll(NULL, 0, 2);
    CHECK_INT(mode_of(d.log), 0600);
    editor_close(&e);
    CHECK_INT(kill(d.pid, SIGTERM), 0);
    await_end(&d, PROGRAM_END_MS);
}

TEST(a_second_daemon_says_that_one_serves_already)
{
    struct daemon d;
    struct editor e;
    struct run r;
    serve(&d, &e);
    run_in(&r, NULL, "serve", "--background", NULL);
    CHECK_RUN(&r, 3, "", "serves");
    run_done(&r);
    (void)editor_call(&e, "ping", "{}"); /* the first one is not disturbed */
    CHECK_INT(kill(d.pid, SIGTERM), 0);
    await_end(&d, PROGRAM_END_MS);
    editor_close(&e);
}

TEST(of_two_daemons_started_at_once_one_stays)
{
    private_home();
    for (int round = 0; round < 5; round++) {
        struct daemon d[3];
        int stayed = -1, ended = 0;
        for (int i = 0; i < 3; i++)
            daemon_spawn(&d[i], false, "serve", NULL);
        int64_t end = ob_clock_us() + 15000000;
        while (ended < 2 && ob_clock_us() < end) {
            int status;
            pid_t pid = waitpid(-1, &status, WNOHANG);
            if (pid > 0) {
                for (int i = 0; i < 3; i++)
                    if (d[i].pid == pid && !(WIFEXITED(status) && WEXITSTATUS(status) == 3))
                        test_fail(__FILE__, __LINE__, "%d ended with %x: %s", i, (unsigned)status,
                                  daemon_log(&d[i]));
                for (int i = 0; i < 3; i++)
                    d[i].pid = d[i].pid == pid ? 0 : d[i].pid;
                ended++;
            } else {
                poll(NULL, 0, 2);
            }
        }
        CHECK_INT(ended, 2);
        for (int i = 0; i < 3; i++)
            stayed = d[i].pid ? i : stayed;
        struct editor e;
        while (!editor_connect(&e, d[0].socket) && ob_clock_us() < end)
            poll(NULL, 0, 2);
        (void)editor_call(&e, "ping", "{}");
        editor_close(&e);
        daemon_end(&d[stayed], SIGTERM, PROGRAM_END_MS);
    }
}

TEST(what_a_dead_daemon_left_is_taken_over)
{
    struct daemon d;
    struct editor e;
    serve(&d, &e);
    CHECK_INT(kill(d.pid, SIGKILL), 0);
    editor_await_end(&e);
    editor_close(&e);
    CHECK(access(d.socket, F_OK) == 0); /* it could not clean up */
    struct run r;
    run_in(&r, NULL, "serve", "--background", NULL);
    CHECK_RUN(&r, 0, "", "");
    run_done(&r);
    CHECK(editor_connect(&e, d.socket));
    pid_t pid = (pid_t)editor_number(editor_call(&e, "ping", "{}"), "pid");
    CHECK(pid != d.pid);
    editor_close(&e);
    CHECK_INT(kill(pid, SIGTERM), 0);
    await_end(&d, PROGRAM_END_MS);
}

static void check_refusal(const char *why)
{
    struct run r;
    run_in(&r, NULL, "serve", "--background", NULL);
    CHECK_RUN(&r, 3, "", why);
    CHECK(strchr(r.err, '\n') == strrchr(r.err, '\n')); /* one line */
    run_done(&r);
}

TEST(a_runtime_folder_that_is_a_link_or_another_users_or_open_is_refused)
{
    private_home();
    CHECK_INT(mkdir(place("elsewhere"), 0700), 0);
    CHECK_INT(symlink(place("elsewhere"), place("run/openbook")), 0);
    check_refusal("is not a directory");
    CHECK_INT(unlink(place("run/openbook")), 0);
    CHECK_INT(mkdir(place("run/openbook"), 0700), 0);
    CHECK_INT(chmod(place("run/openbook"), 0777), 0);
    check_refusal("other users can write");
    CHECK_INT(chmod(place("run/openbook"), 0700), 0);
    if (geteuid() == 0) {
        CHECK_INT(chown(place("run/openbook"), 65534, 65534), 0);
        check_refusal("belongs to another user");
    }
}

TEST(a_socket_of_ones_choice_wants_a_folder_of_ones_own)
{
    struct run r;
    private_home();
    CHECK_INT(mkdir(place("open"), 0755), 0);
    CHECK_INT(chmod(place("open"), 0755), 0); /* whatever the umask takes away */
    run_in(&r, NULL, "serve", "--background", "--socket", place("open/s"), NULL);
    CHECK_RUN(&r, 3, "", "/open: keep the socket in a folder of its own (mkdir -m 700)");
    CHECK(!strstr(r.err, "chmod")); /* it may be /tmp */
    run_done(&r);
    CHECK_INT(mkdir(place("openbook-1"), 0755), 0);
    CHECK_INT(chmod(place("openbook-1"), 0755), 0);
    run_in(&r, NULL, "serve", "--background", "--socket", place("openbook-1/s"), NULL);
    CHECK_RUN(&r, 3, "", "/openbook-1: chmod 700 it");
    run_done(&r);
    CHECK_INT(mkdir(place("own"), 0700), 0);
    CHECK_INT(symlink(place("own"), place("link")), 0);
    run_in(&r, NULL, "serve", "--background", "--socket", place("link/s"), NULL);
    CHECK_RUN(&r, 3, "", "is a link");
    run_done(&r);
    (void)test_write_file("own/file", "text");
    run_in(&r, NULL, "serve", "--background", "--socket", place("own/file"), NULL);
    CHECK_RUN(&r, 3, "", "in the way");
    run_done(&r);
    run_in(&r, NULL, "serve", "--background", "--socket", place("none/s"), NULL);
    CHECK_RUN(&r, 3, "", "none");
    run_done(&r);
    char longest[400];
    memset(longest, 'x', sizeof longest);
    memcpy(longest, "/tmp/", 5);
    longest[150] = '\0';
    run_in(&r, NULL, "serve", "--background", "--socket", longest, NULL);
    CHECK_RUN(&r, 3, "", "107 bytes");
    run_done(&r);
}

TEST(a_client_of_another_user_is_refused)
{
    struct daemon d;
    struct editor e;
    if (geteuid() != 0)
        test_skip("only root can become another user");
    serve(&d, &e);
    CHECK_INT(chmod(test_scratch, 0711), 0);
    CHECK_INT(chmod(place("run"), 0711), 0);
    CHECK_INT(chmod(place("run/openbook"), 0711), 0);
    CHECK_INT(chmod(d.socket, 0666),
              0); /* as if the modes had failed: the peer is looked at, too */
    pid_t pid = fork();
    if (pid == 0) {
        struct editor other;
        CHECK(setgid(65534) == 0 && setuid(65534) == 0);
        CHECK(editor_connect(&other, d.socket));
        (void)editor_send(&other, "\x94\x00\x01\xa4ping\x90", 9); /* it may be closed already */
        editor_await_end(&other);
        CHECK(other.messages == NULL);
        _exit(0);
    }
    CHECK_INT(program_status(pid), 0);
    (void)editor_call(&e, "ping", "{}");
    editor_close(&e);
    CHECK_INT(kill(d.pid, SIGTERM), 0);
    await_end(&d, PROGRAM_END_MS);
}

/* ------------------------------------------------------------ what it survives */
TEST(it_lives_on_after_every_kind_of_bad_client)
{
    struct daemon d;
    struct editor good, bad;
    serve(&d, &good);
    attach(&good, project());
    static const char *const junk[] = {"GET / HTTP/1.1\r\n\r\n", "\xc1", "{\"jsonrpc\":\"2.0\"}\n",
                                       "\x94\x00\x01\xa6search\x91\xdf\xff\xff\xff\xff"};
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        CHECK(editor_connect(&bad, d.socket));
        size_t len = strlen(junk[i]);
        CHECK(editor_send(&bad, i == 3 ? "\x94\x00\x01\xa6search\x91\xdf\xff\xff\xff\xff" : junk[i],
                          i == 3 ? 16 : len));
        (void)editor_event(&bad, "bye");
        editor_await_end(&bad);
        editor_close(&bad);
        (void)editor_call(&good, "ping", "{}");
    }
    /* A client that breaks off in mid-message, and one that leaves with requests running. */
    for (size_t cut = 1; cut < 10; cut++) {
        CHECK(editor_connect(&bad, d.socket));
        CHECK(editor_send(&bad, "\x94\x00\x01\xa4ping\x91\x80", cut));
        editor_close(&bad);
    }
    for (int i = 0; i < 10; i++) {
        CHECK(editor_connect(&bad, d.socket));
        (void)editor_request(&bad, "attach", "{'protocol':1,'project':'%s'}", place("project"));
        (void)editor_request(&bad, "search", "{'query':'merge'}");
        (void)editor_request(&bad, "ask", "{'question':'how are parts merged','no_llm':true}");
        editor_close(&bad);
    }
    const cJSON *found = editor_call(&good, "search", "{'query':'merge_parts','wait_ms':10000}");
    CHECK(cJSON_GetArraySize(editor_get(found, "results")) > 0);
    editor_close(&good);
    CHECK_INT(kill(d.pid, SIGTERM), 0);
    await_end(&d, PROGRAM_END_MS);
}

TEST(a_huge_message_is_refused_by_its_header_and_memory_does_not_follow_it)
{
    struct daemon d;
    struct editor good, bad;
    serve(&d, &good);
    (void)editor_call(&good, "attach", "{'protocol':1}");
    double before = editor_number(editor_call(&good, "status", "{}"), "rss_kb");
    CHECK(editor_connect(&bad, d.socket));
    CHECK(editor_send(&bad, "\x94\x00\x09\xa6update\x91\x81\xa4text\xdb\x08\x00\x00\x00", 22));
    const cJSON *error = editor_item(editor_response(&bad, 9), 2);
    CHECK_STR(editor_text(error, "code"), "too_big");
    CHECK(editor_text(error, "message")[0]);
    editor_await_end(&bad);
    editor_close(&bad);
    double after = editor_number(editor_call(&good, "status", "{}"), "rss_kb");
    CHECK(after - before < 16 * 1024);
    editor_close(&good);
    CHECK_INT(kill(d.pid, SIGTERM), 0);
    await_end(&d, PROGRAM_END_MS);
}

TEST(the_65th_client_is_told_why_and_a_place_that_is_left_is_free_again)
{
    struct daemon d;
    struct editor e[OB_RPC_MAX_CLIENTS], more;
    serve(&d, &e[0]);
    for (int i = 1; i < OB_RPC_MAX_CLIENTS; i++) {
        CHECK(editor_connect(&e[i], d.socket));
        (void)editor_call(&e[i], "ping", "{}");
    }
    CHECK(editor_connect(&more, d.socket));
    CHECK(strstr(editor_text(editor_event(&more, "bye"), "reason"), "64 clients") != NULL);
    editor_await_end(&more);
    editor_close(&more);
    (void)editor_call(&e[0], "attach", "{'protocol':1}");
    editor_close(&e[63]);
    int64_t end = ob_clock_us() + 10000000;
    while (editor_number(editor_call(&e[0], "status", "{}"), "clients") > 63)
        CHECK(ob_clock_us() < end);
    CHECK(editor_connect(&e[63], d.socket));
    (void)editor_call(&e[63], "ping", "{}");
    for (int i = 0; i < OB_RPC_MAX_CLIENTS; i++)
        editor_close(&e[i]);
    CHECK_INT(kill(d.pid, SIGTERM), 0);
    await_end(&d, PROGRAM_END_MS);
}

TEST(a_client_that_never_reads_is_dropped_and_the_others_are_served)
{
    struct daemon d;
    struct editor good, deaf;
    serve(&d, &good);
    attach(&good, project());
    (void)editor_call(&good, "status", "{'wait_ms':10000}");
    CHECK(editor_connect(&deaf, d.socket));
    (void)editor_request(&deaf, "attach", "{'protocol':1,'project':'%s'}", place("project"));
    /* Its requests are not read any more once a mebibyte of answers waits: writing stops. */
    char ping[] = "\x94\x00\x01\xa6status\x90";
    size_t sent = 0;
    for (; sent < 200000; sent++)
        if (send(deaf.fd, ping, sizeof ping - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            break;
    CHECK(sent < 200000);
    for (int i = 0; i < 10; i++)
        (void)editor_call(&good, "search", "{'query':'merge'}");
    editor_close(&deaf);
    (void)editor_call(&good, "ping", "{}");
    editor_close(&good);
    CHECK_INT(kill(d.pid, SIGTERM), 0);
    await_end(&d, PROGRAM_END_MS);
}

/* ------------------------------------------------------------ the end */
TEST(it_leaves_when_nobody_was_there_for_a_while)
{
    struct daemon d;
    struct editor e;
    private_home();
    daemon_spawn(&d, false, "serve", "--idle", "1", NULL);
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(&e, d.socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
    (void)editor_call(&e, "ping", "{}");
    CHECK(!daemon_is_gone(&d, 1500)); /* not while a client is here */
    editor_close(&e);
    CHECK(daemon_is_gone(&d, 10000));
    CHECK_INT(program_status(d.pid), 0);
    CHECK(access(d.socket, F_OK) != 0);
}

TEST(each_signal_to_end_says_goodbye_and_leaves_no_socket)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    private_home();
    for (size_t i = 0; i < 3; i++) {
        struct daemon d;
        struct editor e;
        daemon_spawn(&d, false, "serve", NULL);
        int64_t end = ob_clock_us() + 15000000;
        while (!editor_connect(&e, d.socket)) {
            CHECK(ob_clock_us() < end);
            poll(NULL, 0, 2);
        }
        (void)editor_call(&e, "ping", "{}");
        daemon_end(&d, signals[i], PROGRAM_END_MS);
        CHECK(editor_text(editor_event(&e, "bye"), "reason")[0] != '\0');
        editor_await_end(&e);
        editor_close(&e);
    }
}

TEST(a_signal_in_the_middle_of_indexing_ends_it_within_half_a_second)
{
    struct daemon d;
    struct editor e;
    private_home();
    (void)project();
    static char text[200000];
    for (size_t i = 0; i < sizeof text - 20; i += 20)
        memcpy(text + i, "static int value_07;\n", 20);
    for (int i = 0; i < 150; i++) {
        char name[64];
        snprintf(name, sizeof name, "project/many/file-%d.c", i);
        (void)test_write_file(name, text);
    }
    daemon_spawn(&d, false, "serve", NULL);
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(&e, d.socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
    attach(&e, place("project"));
    (void)editor_request(&e, "search", "{'query':'value','wait_ms':60000}");
    const cJSON *progress = editor_event(&e, "progress");
    CHECK(cJSON_IsTrue(editor_get(progress, "indexing")));
    daemon_end(&d, SIGTERM, PROGRAM_END_MS);
    editor_close(&e);
}

TEST(shutdown_ends_it)
{
    struct daemon d;
    struct editor e;
    serve(&d, &e);
    (void)editor_call(&e, "attach", "{'protocol':1}");
    (void)editor_call(&e, "shutdown", "{}");
    (void)editor_event(&e, "bye");
    editor_await_end(&e);
    await_end(&d, PROGRAM_END_MS);
    editor_close(&e);
}

/* ------------------------------------------------------------ stdin and stdout */
TEST(with_stdio_it_serves_one_client_and_ends_with_it)
{
    struct daemon d;
    struct editor e;
    private_home();
    daemon_spawn(&d, true, "serve", "--stdio", "--log", "debug", NULL);
    editor_open_fds(&e, d.out, d.in, NULL);
    attach(&e, project());
    const cJSON *found = editor_call(&e, "search", "{'query':'배포 절차','wait_ms':10000}");
    const cJSON *hit = editor_item(editor_get(found, "results"), 0);
    CHECK_STR(editor_text(hit, "path"), "배포.md");
    close(e.fd);
    CHECK(daemon_is_gone(&d, 2 * PROGRAM_END_MS));
    CHECK_INT(program_status(d.pid), 0);
    editor_await_end(&e); /* every byte on its stdout was a message, or the editor had failed */
    CHECK_INT(e.in.len, 0);
    e.fd = e.fd_in;
    editor_close(&e);
}

static int spawn_stdio(const char *in_path)
{
    pid_t pid = fork();
    if (pid == 0) {
        char *argv[] = {(char *)(uintptr_t)program_path(), (char *)(uintptr_t) "serve",
                        (char *)(uintptr_t) "--stdio", NULL};
        close(0);
        if (in_path && open(in_path, O_RDONLY) != 0)
            _exit(126);
        if (!freopen(place("err"), "w", stderr) || !freopen("/dev/null", "w", stdout))
            _exit(126);
        execv(argv[0], argv);
        _exit(127);
    }
    return program_status(pid);
}

TEST(with_stdio_a_closed_stdin_or_a_file_is_one_sentence)
{
    size_t len;
    private_home();
    CHECK_INT(spawn_stdio(NULL), 3);
    char *err = program_text(&len, place("err"));
    CHECK(strstr(err, "openbook serve: --stdio wants a program on the other end") == err);
    free(err);
    CHECK_INT(spawn_stdio(test_write_file("plain", "text")), 3);
    err = program_text(&len, place("err"));
    CHECK(strstr(err, "openbook serve: --stdio wants a program on the other end") == err);
    CHECK(strchr(err, '\n') == err + len - 1);
    free(err);
}

TEST(a_daemon_without_standard_streams_writes_its_log_to_no_channel)
{
    struct daemon d = {.in = -1};
    struct editor e;
    private_home();
    snprintf(d.socket, sizeof d.socket, "%s", place("run/openbook/openbook-1.sock"));
    d.pid = fork();
    if (d.pid == 0) {
        char *argv[] = {(char *)(uintptr_t)program_path(), (char *)(uintptr_t) "serve",
                        (char *)(uintptr_t) "--log", (char *)(uintptr_t) "debug", NULL};
        for (int fd = 0; fd < 3; fd++)
            close(fd);
        execv(argv[0], argv);
        _exit(127);
    }
    int64_t end = ob_clock_us() + 15000000;
    while (!editor_connect(&e, d.socket)) {
        CHECK(ob_clock_us() < end);
        poll(NULL, 0, 2);
    }
    attach(&e, project());
    for (int i = 0; i < 20; i++) /* any text between the messages would not decode */
        (void)editor_call(&e, "search", "{'query':'merge','wait_ms':10000}");
    editor_close(&e);
    CHECK_INT(kill(d.pid, SIGTERM), 0);
    CHECK(daemon_is_gone(&d, PROGRAM_END_MS));
    CHECK_INT(program_status(d.pid), 0);
}

TEST_MAIN(CASE(the_socket_is_its_users_alone), CASE(a_second_daemon_says_that_one_serves_already),
          CASE(of_two_daemons_started_at_once_one_stays),
          CASE(what_a_dead_daemon_left_is_taken_over),
          CASE(a_runtime_folder_that_is_a_link_or_another_users_or_open_is_refused),
          CASE(a_socket_of_ones_choice_wants_a_folder_of_ones_own),
          CASE(a_client_of_another_user_is_refused),
          CASE(it_lives_on_after_every_kind_of_bad_client),
          CASE(a_huge_message_is_refused_by_its_header_and_memory_does_not_follow_it),
          CASE(the_65th_client_is_told_why_and_a_place_that_is_left_is_free_again),
          CASE(a_client_that_never_reads_is_dropped_and_the_others_are_served),
          CASE(it_leaves_when_nobody_was_there_for_a_while),
          CASE(each_signal_to_end_says_goodbye_and_leaves_no_socket),
          CASE(a_signal_in_the_middle_of_indexing_ends_it_within_half_a_second),
          CASE(shutdown_ends_it), CASE(with_stdio_it_serves_one_client_and_ends_with_it),
          CASE(with_stdio_a_closed_stdin_or_a_file_is_one_sentence),
          CASE(a_daemon_without_standard_streams_writes_its_log_to_no_channel))
