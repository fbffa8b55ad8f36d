/* A server over TLS on 127.0.0.1, on the test's own loop: `openssl s_server`, with a certificate made
 * for the case.  What a client sends inside TLS is in `said`; a whole head of a request is answered
 * with "ok".  Skips the case where there is no openssl. */
#ifndef OB_TESTS_LLM_TLS_SERVER_H
#define OB_TESTS_LLM_TLS_SERVER_H

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include "openbook/base/buf.h"

#include "loop.h"

enum { TLS_SAID_MAX = 1 << 20, TLS_ARGUMENTS = 8 };

struct tls_server {
    struct net *net;
    pid_t pid;
    int in; /* its stdin: what is written there goes to the client */
    uv_pipe_t out;
    char bytes[4096];
    struct ob_buf said;
    bool listens, answered;
    unsigned short port;
    char key[320], certificate[320]; /* files */
};

/* Makes NAME.pem, which vouches for itself and for SUBJECT ("IP:127.0.0.1"), and its key. */
static inline void tls_make_certificate(struct tls_server *s, const char *name, const char *subject)
{
    char command[1400];
    snprintf(s->certificate, sizeof s->certificate, "%s/%s.pem", test_scratch, name);
    snprintf(s->key, sizeof s->key, "%s/%s.key", test_scratch, name);
    if (system("openssl version >/dev/null 2>&1") != 0)
        test_skip("there is no openssl");
    snprintf(command, sizeof command,
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
             "-subj /CN=openbook -addext subjectAltName=%s -keyout '%s' -out '%s' 2>'%s/openssl'",
             subject, s->key, s->certificate, test_scratch);
    CHECK_INT(system(command), 0);
}

static inline void tls_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct tls_server *s = handle->data;
    (void)size;
    *buf = uv_buf_init(s->bytes, sizeof s->bytes);
}

static inline void tls_on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    static const char reply[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    struct tls_server *s = stream->data;
    if (n <= 0)
        return;
    CHECK_INT(ob_buf_append(&s->said, buf->base, (size_t)n), 0);
    const char *at = strstr(ob_buf_str(&s->said), "ACCEPT 127.0.0.1:");
    if (at && strchr(at, '\n')) {
        s->port = (unsigned short)strtoul(at + strlen("ACCEPT 127.0.0.1:"), NULL, 10);
        s->listens = true;
    }
    /* It prints the bytes of the request as they are; its own lines have no carriage return. */
    if (!s->answered && strstr(ob_buf_str(&s->said), "\r\n\r\n")) {
        s->answered = true;
        CHECK_INT(write(s->in, reply, sizeof reply - 1), sizeof reply - 1);
    }
}

static inline void tls_exec(const struct tls_server *s, const char *const *more, int in, int out)
{
    const char *args[9 + TLS_ARGUMENTS] = {"openssl", "s_server",     "-accept", "127.0.0.1:0",
                                           "-cert",   s->certificate, "-key",    s->key};
    for (size_t i = 0; more && more[i] && i < TLS_ARGUMENTS; i++)
        args[8 + i] = more[i];
#ifdef __linux__
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* it does not look whether anybody is left */
#endif
    (void)dup2(in, STDIN_FILENO);
    (void)dup2(out, STDOUT_FILENO);
    (void)dup2(out, STDERR_FILENO);
    execvp("openssl", (char **)(uintptr_t)args);
    _exit(127);
}

/* Starts it with S's certificate and, before a NULL, further arguments; waits until it listens. */
static inline void tls_start(struct tls_server *s, struct net *n, const char *const *more)
{
    int in[2], out[2];
    s->net = n;
    s->listens = s->answered = false;
    ob_buf_init(&s->said, TLS_SAID_MAX);
    CHECK(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    s->pid = fork();
    if (s->pid == 0)
        tls_exec(s, more, in[0], out[1]);
    (void)close(in[0]);
    (void)close(out[1]);
    s->in = in[1];
    CHECK_INT(uv_pipe_init(&n->loop, &s->out, 0), 0);
    CHECK_INT(uv_pipe_open(&s->out, out[0]), 0);
    s->out.data = s;
    CHECK_INT(uv_read_start((uv_stream_t *)&s->out, tls_alloc, tls_on_read), 0);
    net_run(n, &s->listens);
}

/* Waits until it said that the connection is over: in the handshake or after it. */
static inline void tls_await_end(struct tls_server *s)
{
    while (!strstr(ob_buf_str(&s->said), "ERROR\n") && !strstr(ob_buf_str(&s->said), "DONE\n"))
        (void)uv_run(&s->net->loop, UV_RUN_ONCE);
}

static inline void tls_stop(struct tls_server *s)
{
    CHECK_INT(kill(s->pid, SIGKILL), 0);
    CHECK(waitpid(s->pid, NULL, 0) == s->pid);
    (void)close(s->in);
    uv_close((uv_handle_t *)&s->out, NULL);
    (void)uv_run(&s->net->loop, UV_RUN_NOWAIT);
    ob_buf_release(&s->said);
}

#endif
