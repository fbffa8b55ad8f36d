/* A server in this process and clients of it.  Static functions, for one test program. */
#ifndef OB_TESTS_RPC_HOUSE_H
#define OB_TESTS_RPC_HOUSE_H

#include <sys/stat.h>

#include "openbook/rpc/limits.h"
#include "openbook/rpc/server.h"

#include "editor.h"

static const unsigned short no_ports[] = {1, 0}; /* nobody listens there */

struct house {
    uv_loop_t loop;
    struct ob_server *server;
    bool closed;
    size_t gone;
};

static inline void start(struct house *h)
{
    struct ob_server_options o = OB_SERVER_OPTIONS_INIT;
    struct ob_error e = OB_ERROR_INIT;
    memset(h, 0, sizeof *h);
    CHECK_INT(uv_loop_init(&h->loop), 0);
    o.state_dir = test_scratch;
    o.discover_ports = no_ports;
    o.idle_exit_s = 0;
    if (ob_server_new(&h->server, &h->loop, &o, &e) != 0)
        test_fail(__FILE__, __LINE__, "%s", e.message);
}

static inline void on_gone(void *data)
{
    struct house *h = data;
    h->gone++;
}

static inline void enter(struct editor *e, struct house *h)
{
    int pair[2];
    CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    CHECK_INT(ob_server_attach_fd(h->server, pair[0], pair[0], on_gone, h, NULL), 0);
    editor_open_fds(e, pair[1], pair[1], &h->loop);
}

static inline void on_closed(void *data)
{
    struct house *h = data;
    h->closed = true;
}

static inline void finish(struct house *h)
{
    ob_server_close(h->server, on_closed, h);
    (void)uv_run(&h->loop, UV_RUN_DEFAULT);
    CHECK(h->closed);
    CHECK_INT(uv_loop_close(&h->loop), 0);
}

static inline const char *project(void)
{
    static char root[300];
    snprintf(root, sizeof root, "%s/project", test_scratch);
    (void)test_write_file("project/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("project/merge.c", "/* Merges parts. */\nint merge_parts(void)\n{\n"
                                             "    return 1;\n}\n");
    (void)test_write_file("project/notes/배포.md", "# 배포 절차\n\n배포 전에 색인을 병합한다.\n");
    return root;
}

static inline const cJSON *attach(struct editor *e, const char *root)
{
    return editor_call(e, "attach",
                       "{'protocol':1,'client':'test 1','events':'plain','project':'%s'}", root);
}

#endif
