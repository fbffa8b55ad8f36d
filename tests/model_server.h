/* Runs the scripted model server (tests/tools/model.c, whose head tells the lines of its script) as a
 * child of a test, waits for its events with a deadline, and reads what it was asked. */
#ifndef OB_TESTS_MODEL_SERVER_H
#define OB_TESTS_MODEL_SERVER_H

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "openbook/base/buf.h"

#include "test.h"

enum { MODEL_LINES_MAX = 40, MODEL_WAIT_MS = 10000, MODEL_OUTPUT_MAX = 1 << 20 };

struct model_server {
    pid_t pid;
    int in, out;        /* its stdin and stdout */
    struct ob_buf seen; /* of its stdout */
    unsigned short port;
    char log[300];
};

static inline void model_server_read(struct model_server *m)
{
    char bytes[4096];
    struct pollfd p = {.fd = m->out, .events = POLLIN};
    if (poll(&p, 1, MODEL_WAIT_MS) != 1)
        test_fail(__FILE__, __LINE__, "the model server is silent after: %s", ob_buf_str(&m->seen));
    ssize_t n = read(m->out, bytes, sizeof bytes);
    if (n <= 0)
        test_fail(__FILE__, __LINE__, "the model server ended after: %s", ob_buf_str(&m->seen));
    CHECK_INT(ob_buf_append(&m->seen, bytes, (size_t)n), 0);
}

/* Whether LINE, or a line that goes on with a blank behind it, was printed. */
static inline bool model_server_told(const struct model_server *m, const char *line)
{
    size_t len = strlen(line);
    for (const char *at = ob_buf_str(&m->seen); (at = strstr(at, line)); at += len)
        if (at > m->seen.data && at[-1] == '\n' && (at[len] == '\n' || at[len] == ' '))
            return true;
    return false;
}

/* Waits until the event LINE ("gate 1") was told. */
static inline void model_server_await(struct model_server *m, const char *line)
{
    while (!model_server_told(m, line))
        model_server_read(m);
}

/* Gives it one more line of script ("next"). */
static inline void model_server_say(struct model_server *m, const char *line)
{
    char text[4096];
    int len = snprintf(text, sizeof text, "%s\n", line);
    CHECK(len < (int)sizeof text);
    CHECK_INT(write(m->in, text, (size_t)len), len);
}

static inline void model_server_exec(const struct model_server *m, char **lines, int in[2],
                                     int out[2])
{
    char program[4096], *argv[4 + 2 * MODEL_LINES_MAX];
    const char *tools = getenv("OPENBOOK_TOOLS");
    int n = 0;
    snprintf(program, sizeof program, "%s/model", tools ? tools : "build/asan/tests/tools");
    argv[n++] = program;
    argv[n++] = (char *)(uintptr_t) "--log";
    argv[n++] = (char *)(uintptr_t)m->log;
    for (; *lines; lines++) {
        argv[n++] = (char *)(uintptr_t) "-e";
        argv[n++] = *lines;
    }
    argv[n] = NULL;
    (void)dup2(in[0], STDIN_FILENO);
    (void)dup2(out[1], STDOUT_FILENO);
    (void)close(in[1]);
    (void)close(out[0]);
    execv(program, argv);
    perror(program);
    _exit(127);
}

/* Starts it with the script LINES... (NULL at the end) and waits until it listens. */
static inline void model_server_start(struct model_server *m, ...)
{
    static unsigned started;
    char *lines[MODEL_LINES_MAX + 1];
    int in[2], out[2];
    size_t n = 0;
    va_list args;
    va_start(args, m);
    while (n < MODEL_LINES_MAX && (lines[n] = va_arg(args, char *)))
        n++;
    va_end(args);
    lines[n] = NULL;
    *m = (struct model_server){0};
    ob_buf_init(&m->seen, MODEL_OUTPUT_MAX);
    snprintf(m->log, sizeof m->log, "%s/model-%u.log", test_scratch, ++started);
    CHECK(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    m->pid = fork();
    if (m->pid == 0)
        model_server_exec(m, lines, in, out);
    (void)close(in[0]);
    (void)close(out[1]);
    m->in = in[1];
    m->out = out[0];
    while (!memchr(ob_buf_str(&m->seen), '\n', m->seen.len))
        model_server_read(m);
    m->port = (unsigned short)strtoul(ob_buf_str(&m->seen), NULL, 10);
}

/* Ends it; its exit status must be 0 (a sanitizer's report is another one). */
static inline void model_server_stop(struct model_server *m)
{
    int status;
    (void)close(m->in);
    CHECK(waitpid(m->pid, &status, 0) == m->pid);
    CHECK_INT(status, 0);
    (void)close(m->out);
    ob_buf_release(&m->seen);
}

/* What it was asked so far: one JSON object a line.  The caller's (free). */
static inline char *model_server_log(const struct model_server *m)
{
    size_t size = MODEL_OUTPUT_MAX, n = 0;
    char *text = calloc(1, size);
    FILE *f = fopen(m->log, "r");
    CHECK(text != NULL);
    if (f) {
        n = fread(text, 1, size - 1, f);
        (void)fclose(f);
    }
    text[n] = '\0';
    return text;
}

/* Request N (from 1) as JSON; NULL when there was none.  The caller's (cJSON_Delete). */
static inline cJSON *model_server_request(const struct model_server *m, unsigned n)
{
    char *text = model_server_log(m), *line = text;
    for (; n > 1 && line; n--) {
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    cJSON *root = line && *line ? cJSON_ParseWithOpts(line, NULL, 0) : NULL;
    free(text);
    return root;
}

#endif
