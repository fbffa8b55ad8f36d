/* One line a record, formatted on the stack and written with one write, so that lines of several
 * threads do not mix.
 *
 * A write can take for ever: the disk hangs, or nobody reads the pipe.  So a daemon has a thread that
 * writes (ob_log_start), and whoever logs puts the line into `waiting`, which has a ceiling, and goes on. */
#include "openbook/base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <uv.h>

#include "openbook/base/buf.h"
#include "openbook/base/clock.h"
#include "openbook/base/error.h"

enum {
    LINE_BYTES = 2048,
    WAITING_BYTES = 256 * 1024, /* of lines: a disk that hangs costs no more */
    STACK_BYTES = 256 * 1024    /* of the thread, which calls little */
};

static atomic_int log_level = OB_LOG_WARN;
static atomic_int log_fd = 2;

static const char *const level_names[] = {"error", "warn", "info", "debug"};

enum writer_state {
    NONE,    /* there is no thread */
    WRITING, /* it writes what comes */
    LEAVING, /* it is to end when it has written what there is */
    LEFT     /* it has; to be joined */
};

/* The thread that writes; all of it below the lock but `open` and the thread. */
static struct {
    uv_mutex_t lock;
    uv_cond_t changed;
    uv_thread_t thread;
    struct ob_buf waiting; /* whole lines */
    size_t lost;           /* lines that found no room */
    enum writer_state state;
    int (*open)(void);
} writer;
static atomic_bool has_writer;

void ob_log_setup(enum ob_log_level level, int fd)
{
    atomic_store(&log_level, (int)level);
    atomic_store(&log_fd, fd);
}

int ob_log_level_parse(const char *name)
{
    for (int i = 0; i < (int)(sizeof level_names / sizeof *level_names); i++)
        if (strcmp(name, level_names[i]) == 0)
            return i;
    return -1;
}

/* ------------------------------------------------------------ lines */
static size_t write_head(char *line, size_t size, enum ob_log_level level, const char *stage)
{
    struct timespec now;
    struct tm tm;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail for this clock */
    gmtime_r(&now.tv_sec, &tm);
    size_t n = strftime(line, size, "%Y-%m-%dT%H:%M:%S", &tm);
    return n + (size_t)snprintf(line + n, size - n, ".%03ldZ %s %.32s: ", now.tv_nsec / 1000000,
                                level_names[level], stage);
}

static void put_line(const char *line, size_t len)
{
    uv_mutex_lock(&writer.lock);
    if (ob_buf_append(&writer.waiting, line, len) != 0)
        writer.lost++;
    uv_cond_broadcast(&writer.changed);
    uv_mutex_unlock(&writer.lock);
}

static void write_now(const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(atomic_load(&log_fd), bytes, len);
        if (n <= 0)
            return; /* nobody to tell */
        bytes += n;
        len -= (size_t)n;
    }
}

void ob_log(enum ob_log_level level, const char *stage, const char *format, ...)
{
    if ((int)level > atomic_load(&log_level))
        return;
    char line[LINE_BYTES];
    size_t n = write_head(line, sizeof line, level, stage), start = n;
    va_list args;
    va_start(args, format);
    int m = vsnprintf(line + n, sizeof line - n - 1, format, args);
    va_end(args);
    n += m < 0 ? 0 : (size_t)m;
    if (n > sizeof line - 2)
        n = sizeof line - 2;
    for (size_t i = start; i < n; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
            line[i] = ' '; /* what was quoted must not look like a record of its own */
    line[n++] = '\n';
    if (atomic_load(&has_writer))
        put_line(line, n);
    else
        write_now(line, n);
}

/* ------------------------------------------------------------ the thread that writes */
static void append_lost(struct ob_buf *lines, size_t lost)
{
    char line[256];
    size_t n = write_head(line, sizeof line, OB_LOG_WARN, "base");
    n += (size_t)snprintf(line + n, sizeof line - n,
                          "%zu lines are missing here: the log was slow\n", lost);
    (void)ob_buf_append(lines, line, n); /* without it they are missing all the same */
}

/* Waits for lines and takes all of them; false when none will come. */
static bool take_lines(struct ob_buf *out)
{
    uv_mutex_lock(&writer.lock);
    while (writer.waiting.len == 0 && writer.state == WRITING)
        uv_cond_wait(&writer.changed, &writer.lock);
    struct ob_buf lines = writer.waiting;
    size_t lost = writer.lost;
    ob_buf_init(&writer.waiting, WAITING_BYTES);
    writer.lost = 0;
    uv_mutex_unlock(&writer.lock);
    lines.max = WAITING_BYTES + LINE_BYTES;
    if (lost)
        append_lost(&lines, lost);
    *out = lines;
    return lines.len > 0;
}

static void keep_writing(void *unused)
{
    struct ob_buf lines;
    (void)unused;
    if (writer.open) {
        int fd = writer.open();
        atomic_store(&log_fd, fd);
    }
    while (take_lines(&lines)) {
        write_now(ob_buf_str(&lines), lines.len);
        ob_buf_release(&lines);
    }
    uv_mutex_lock(&writer.lock);
    writer.state = LEFT;
    uv_cond_broadcast(&writer.changed);
    uv_mutex_unlock(&writer.lock);
}

static void release_writer(void)
{
    ob_buf_release(&writer.waiting);
    uv_cond_destroy(&writer.changed);
    uv_mutex_destroy(&writer.lock);
    writer.state = NONE;
}

int ob_log_start(int (*open)(void))
{
    const uv_thread_options_t options = {UV_THREAD_HAS_STACK_SIZE, STACK_BYTES};
    if (uv_mutex_init(&writer.lock) != 0)
        return OB_EFAIL;
    if (uv_cond_init(&writer.changed) != 0) {
        uv_mutex_destroy(&writer.lock);
        return OB_EFAIL;
    }
    ob_buf_init(&writer.waiting, WAITING_BYTES);
    writer.open = open;
    writer.lost = 0;
    writer.state = WRITING;
    if (uv_thread_create_ex(&writer.thread, &options, keep_writing, NULL) != 0) {
        release_writer();
        return OB_EFAIL;
    }
    atomic_store(&has_writer, true);
    return 0;
}

/* Waits for a change, until end_us at most, when it is false. */
static bool wait_until(int64_t end_us)
{
    int64_t left_us = end_us - ob_clock_us();
    return left_us > 0 &&
           uv_cond_timedwait(&writer.changed, &writer.lock, (uint64_t)left_us * 1000) == 0;
}

void ob_log_stop(unsigned wait_ms)
{
    int64_t end_us = ob_clock_us() + (int64_t)wait_ms * 1000;
    if (!atomic_load(&has_writer))
        return;
    uv_mutex_lock(&writer.lock);
    if (writer.state == WRITING)
        writer.state = LEAVING; /* it may have left since it was given up */
    uv_cond_broadcast(&writer.changed);
    while (writer.state != LEFT && wait_until(end_us))
        ;
    bool left = writer.state == LEFT;
    uv_mutex_unlock(&writer.lock);
    if (!left)
        return; /* it is left to its write; what is logged from now on waits for it */
    atomic_store(&has_writer, false);
    (void)uv_thread_join(&writer.thread);
    release_writer();
}
