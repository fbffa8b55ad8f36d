/* The log: whole lines, of the wanted levels, on the wanted descriptor. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openbook/base/log.h"

#include "test.h"

static int log_fd = -1;

static void log_to_scratch(enum ob_log_level level)
{
    log_fd = open(test_write_file("log", ""), O_RDWR | O_APPEND);
    CHECK(log_fd >= 0);
    ob_log_setup(level, log_fd);
}

/* All that was logged; freed with the process. */
static char *logged(void)
{
    off_t size = lseek(log_fd, 0, SEEK_END);
    char *text = calloc(1, (size_t)size + 1);
    CHECK(text != NULL);
    CHECK_INT(pread(log_fd, text, (size_t)size, 0), size);
    return text;
}

TEST(a_line_names_time_level_and_stage)
{
    log_to_scratch(OB_LOG_INFO);
    ob_log(OB_LOG_WARN, "files", "감시 %d", 3);
    char *line = logged();
    CHECK_INT(strlen(line), strlen("2026-01-02T03:04:05.678Z warn files: 감시 3\n"));
    CHECK(line[4] == '-' && line[10] == 'T' && line[19] == '.');
    CHECK_STR(line + 23, "Z warn files: 감시 3\n");
    free(line);
}

TEST(levels_above_the_chosen_one_are_not_written)
{
    log_to_scratch(OB_LOG_WARN);
    ob_log(OB_LOG_INFO, "rpc", "unseen");
    ob_log(OB_LOG_DEBUG, "rpc", "unseen");
    ob_log(OB_LOG_ERROR, "rpc", "seen");
    char *text = logged();
    CHECK(!strstr(text, "unseen"));
    CHECK(strstr(text, "error rpc: seen\n"));
    free(text);
}

TEST(quoted_text_cannot_forge_a_record)
{
    log_to_scratch(OB_LOG_WARN);
    ob_log(OB_LOG_WARN, "llm", "the server says: %s", "no\r\n2026 error rpc: forged\x1b[2J");
    char *text = logged();
    CHECK(strchr(text, '\n') == text + strlen(text) - 1);
    CHECK(!strchr(text, '\x1b') && !strchr(text, '\r'));
    free(text);
}

TEST(a_long_line_is_cut_and_ends_with_a_newline)
{
    log_to_scratch(OB_LOG_WARN);
    char big[5000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    ob_log(OB_LOG_WARN, "text", "%s", big);
    ob_log(OB_LOG_WARN, big, "short");
    char *text = logged();
    char *end = strchr(text, '\n');
    CHECK(end && end - text <= 2048 && end - text > 2000);
    CHECK(strstr(end, ": short\n"));
    free(text);
}

TEST(a_line_that_cannot_be_written_is_lost_and_the_next_one_comes)
{
    log_to_scratch(OB_LOG_WARN);
    ob_log_setup(OB_LOG_WARN, -1);
    ob_log(OB_LOG_ERROR, "rpc", "nobody reads this");
    ob_log_setup(OB_LOG_WARN, log_fd);
    ob_log(OB_LOG_ERROR, "rpc", "somebody reads this");
    char *text = logged();
    CHECK(!strstr(text, "nobody"));
    CHECK(strstr(text, "somebody reads this\n"));
    free(text);
}

TEST(level_names_are_parsed_exactly)
{
    CHECK_INT(ob_log_level_parse("error"), OB_LOG_ERROR);
    CHECK_INT(ob_log_level_parse("debug"), OB_LOG_DEBUG);
    CHECK_INT(ob_log_level_parse("Debug"), -1);
    CHECK_INT(ob_log_level_parse(""), -1);
}

static void *log_often(void *name)
{
    for (int i = 0; i < 200; i++)
        ob_log(OB_LOG_WARN, name, "a line of some length, so that halves would show %d", i);
    return NULL;
}

TEST(lines_of_two_threads_do_not_mix)
{
    log_to_scratch(OB_LOG_WARN);
    char first[] = "one", second[] = "two";
    pthread_t a, b;
    CHECK_INT(pthread_create(&a, NULL, log_often, first), 0);
    CHECK_INT(pthread_create(&b, NULL, log_often, second), 0);
    CHECK_INT(pthread_join(a, NULL), 0);
    CHECK_INT(pthread_join(b, NULL), 0);
    char *text = logged();
    int lines = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++)
        CHECK(strncmp(line + 23, "Z warn one: a line", 18) == 0 ||
              strncmp(line + 23, "Z warn two: a line", 18) == 0);
    CHECK_INT(lines, 400);
    free(text);
}

/* ------------------------------------------------------------ with a thread that writes */
static int opened(void)
{
    return open(test_write_file("late", ""), O_RDWR | O_APPEND);
}

TEST(lines_of_two_threads_come_whole_and_in_order_through_the_thread_that_writes)
{
    log_to_scratch(OB_LOG_WARN);
    CHECK_INT(ob_log_start(NULL), 0);
    char first[] = "하나", second[] = "둘";
    pthread_t a, b;
    CHECK_INT(pthread_create(&a, NULL, log_often, first), 0);
    CHECK_INT(pthread_create(&b, NULL, log_often, second), 0);
    CHECK_INT(pthread_join(a, NULL), 0);
    CHECK_INT(pthread_join(b, NULL), 0);
    ob_log_stop(10000);
    char *text = logged();
    int next[2] = {0, 0}, lines = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++) {
        int *n = &next[strncmp(line + 30, "하나", strlen("하나")) == 0];
        CHECK_INT(atoi(strstr(line, "show ") + 5), *n);
        ++*n;
    }
    CHECK_INT(lines, 400);
    free(text);
}

TEST(what_lines_are_written_to_is_opened_by_the_thread_that_writes)
{
    ob_log_setup(OB_LOG_WARN, -1);
    CHECK_INT(ob_log_start(opened), 0);
    ob_log(OB_LOG_WARN, "rpc", "늦게 열린 파일");
    ob_log_stop(10000);
    char path[300];
    snprintf(path, sizeof path, "%s/late", test_scratch);
    log_fd = open(path, O_RDONLY);
    char *text = logged();
    CHECK(strstr(text, "warn rpc: 늦게 열린 파일\n") != NULL);
    free(text);
}

TEST(a_pipe_that_nobody_reads_holds_up_nobody_and_what_is_missing_is_counted)
{
    int ends[2];
    char *text = calloc(1, 4 << 20);
    size_t len = 0;
    ssize_t n;
    CHECK(text != NULL && pipe(ends) == 0);
    ob_log_setup(OB_LOG_WARN, ends[1]);
    CHECK_INT(ob_log_start(NULL), 0);
    for (int i = 0; i < 10000; i++) /* a megabyte: the pipe holds 64 KiB, the log 256 */
        ob_log(OB_LOG_WARN, "rpc", "%080d", i);
    ob_log_stop(1); /* given up: it hangs */
    while (!strstr(text, " lines are missing here") && (n = read(ends[0], text + len, 4096)) > 0)
        len += (size_t)n;
    CHECK(strstr(text, "warn rpc: 0000") != NULL);
    CHECK(strstr(text, " lines are missing here: the log was slow\n") != NULL);
    /* On a busy machine lines went missing twice, and as much again waits for who reads. */
    CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    CHECK_INT(close(ends[0]), 0);
    ob_log_stop(10000); /* the thread has left, or is about to */
    free(text);
    log_to_scratch(OB_LOG_WARN);
    ob_log(OB_LOG_WARN, "rpc", "혼자 쓴다");
    text = logged();
    CHECK(strstr(text, "혼자 쓴다") != NULL);
    free(text);
}

TEST_MAIN(CASE(a_line_names_time_level_and_stage),
          CASE(levels_above_the_chosen_one_are_not_written),
          CASE(quoted_text_cannot_forge_a_record), CASE(a_long_line_is_cut_and_ends_with_a_newline),
          CASE(a_line_that_cannot_be_written_is_lost_and_the_next_one_comes),
          CASE(level_names_are_parsed_exactly), CASE(lines_of_two_threads_do_not_mix),
          CASE(lines_of_two_threads_come_whole_and_in_order_through_the_thread_that_writes),
          CASE(what_lines_are_written_to_is_opened_by_the_thread_that_writes),
          CASE(a_pipe_that_nobody_reads_holds_up_nobody_and_what_is_missing_is_counted))
