/* The trace: the last lines, in their order, from any thread. */
#include <pthread.h>
#include <string.h>

#include "openbook/base/trace.h"

#include "test.h"

static long numbers[OB_TRACE_LINES + 1];
static size_t n_read;
static struct ob_trace_line last;

static void keep(const struct ob_trace_line *line, void *data)
{
    (void)data;
    if (n_read)
        CHECK(line->us >= last.us);
    last = *line;
    numbers[n_read++] = line->n;
}

static void read_all(void)
{
    n_read = 0;
    ob_trace_read(keep, NULL);
}

TEST(trace_holds_the_last_lines_in_their_order)
{
    read_all();
    CHECK_INT(n_read, 0);
    for (int i = 0; i < OB_TRACE_LINES + 7; i++)
        ob_trace_add("walk meets", i % 2 ? "가/a.md" : NULL, i);
    read_all();
    CHECK_INT(n_read, OB_TRACE_LINES);
    CHECK_INT(numbers[0], 7);
    CHECK_INT(numbers[n_read - 1], OB_TRACE_LINES + 6);
    CHECK_STR(last.path, "");
    CHECK_STR(last.what, "walk meets");
}

TEST(trace_cuts_a_path_that_does_not_fit)
{
    char path[2 * OB_TRACE_PATH_BYTES];
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    ob_trace_add("looks", path, 0);
    read_all();
    CHECK_INT(strlen(last.path), OB_TRACE_PATH_BYTES - 1);
}

static void *add_some(void *data)
{
    for (int i = 0; i < 1000; i++)
        ob_trace_add("added", "a", 1);
    return data;
}

TEST(trace_takes_lines_of_several_threads)
{
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, add_some, NULL), 0);
    for (int i = 0; i < 4; i++)
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    read_all();
    CHECK_INT(n_read, 4000);
}

TEST_MAIN(CASE(trace_holds_the_last_lines_in_their_order),
          CASE(trace_cuts_a_path_that_does_not_fit), CASE(trace_takes_lines_of_several_threads))
