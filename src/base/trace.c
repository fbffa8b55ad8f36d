/* The ring of traced steps.  One lock for all threads: their order is what is asked for.  A mutex of pthread's,
 * as libuv's needs a call before the first line. */
#include "openbook/base/trace.h"

#include <pthread.h>
#include <string.h>

#include "openbook/base/clock.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static struct ob_trace_line lines[OB_TRACE_LINES];
static size_t n_added;

void ob_trace_add(const char *what, const char *path, long n)
{
    size_t len = path ? strnlen(path, OB_TRACE_PATH_BYTES - 1) : 0;
    pthread_mutex_lock(&lock);
    struct ob_trace_line *line = &lines[n_added++ % OB_TRACE_LINES];
    line->us = ob_clock_us();
    line->what = what;
    line->n = n;
    if (len)
        memcpy(line->path, path, len);
    line->path[len] = '\0';
    pthread_mutex_unlock(&lock);
}

void ob_trace_read(void (*each)(const struct ob_trace_line *line, void *data), void *data)
{
    pthread_mutex_lock(&lock);
    size_t from = n_added > OB_TRACE_LINES ? n_added - OB_TRACE_LINES : 0;
    for (size_t i = from; i < n_added; i++)
        each(&lines[i % OB_TRACE_LINES], data);
    pthread_mutex_unlock(&lock);
}
