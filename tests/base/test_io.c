/* Files: read with a ceiling, written whole, and every call can fail. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"

#include "test.h"

static struct ob_buf buf_of(size_t max)
{
    struct ob_buf b;
    ob_buf_init(&b, max);
    return b;
}

/* Reads PATH with a ceiling of MAX and compares; WANT NULL: only the code. */
static void check_read(int line, const char *path, size_t max, int want_code, const char *want)
{
    struct ob_buf b = buf_of(max);
    struct ob_error e = OB_ERROR_INIT;
    test_check_int(__FILE__, line, path, ob_io_read_file(&b, path, &e), want_code);
    test_check_int(__FILE__, line, "e.code", e.code, want_code);
    if (want)
        test_check_str(__FILE__, line, path, ob_buf_str(&b), want);
    if (want_code && !strstr(e.message, path))
        test_fail(__FILE__, line, "the sentence does not name the file: %s", e.message);
    ob_buf_release(&b);
}
#define CHECK_READ(path, max, code, want) check_read(__LINE__, (path), (max), (code), (want))

TEST(a_file_is_read_whole_up_to_the_ceiling)
{
    char *path = test_write_file("노트.md", "열린 책");
    CHECK_READ(path, 10, 0, "열린 책");
    CHECK_READ(path, 1000000, 0, "열린 책");
    CHECK_READ(path, 9, OB_ETOOBIG, NULL);
    CHECK_READ(test_write_file("empty", ""), 1, 0, "");
}

TEST(reading_appends_to_what_is_there)
{
    struct ob_buf b = buf_of(10);
    CHECK_INT(ob_buf_append_str(&b, "12345"), 0);
    CHECK_INT(ob_io_read_file(&b, test_write_file("f", "67890"), NULL), 0);
    CHECK_STR(ob_buf_str(&b), "1234567890");
    CHECK_INT(ob_io_read_file(&b, test_write_file("g", "x"), NULL), OB_ETOOBIG);
    ob_buf_release(&b);
}

TEST(a_file_of_many_reads_is_the_same_bytes)
{
    size_t len = 100001;
    char *bytes = malloc(len);
    CHECK(bytes != NULL);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 7 % 256);
    struct ob_buf b = buf_of(len);
    CHECK_INT(ob_io_read_file(&b, test_write_bytes("big", bytes, len), NULL), 0);
    CHECK_INT(b.len, len);
    CHECK(memcmp(b.data, bytes, len) == 0);
    ob_buf_release(&b);
    free(bytes);
}

TEST(what_is_no_file_is_refused_without_waiting)
{
    char *fifo = test_write_file("pipe", "");
    CHECK_INT(unlink(fifo), 0);
    CHECK_INT(mkfifo(fifo, 0600), 0);
    CHECK_READ(fifo, 100, OB_EINVAL, NULL);
    CHECK_READ(test_scratch, 100, OB_EINVAL, NULL);
    CHECK_READ("/nowhere/at/all", 100, OB_ENOTFOUND, NULL);
}

TEST(a_file_whose_size_says_nothing_is_read_to_its_end)
{
    struct ob_buf b = buf_of(100000);
    CHECK_INT(ob_io_read_file(&b, "/proc/self/status", NULL), 0);
    CHECK(strncmp(ob_buf_str(&b), "Name:", 5) == 0);
    ob_buf_release(&b);
    CHECK_READ("/proc/self/status", 20, OB_ETOOBIG, NULL);
}

TEST(without_memory_reading_says_so)
{
    char *path = test_write_file("f", "text");
    ob_mem_fail_at(1);
    CHECK_READ(path, 100000, OB_ENOMEM, NULL);
    CHECK_READ(path, 100000, 0, "text");
}

static size_t files_in_scratch(void)
{
    DIR *dir = opendir(test_scratch);
    CHECK(dir != NULL);
    size_t n = 0;
    for (struct dirent *entry; (entry = readdir(dir));)
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

TEST(a_written_file_replaces_the_old_one_and_is_private)
{
    char *path = test_write_file("state.json", "old and longer");
    CHECK_INT(ob_io_write_file(path, "새것", 6, NULL), 0);
    CHECK_READ(path, 100, 0, "새것");
    struct stat st;
    CHECK_INT(stat(path, &st), 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    CHECK_INT(files_in_scratch(), 1);
}

TEST(a_leftover_or_planted_link_in_the_way_is_not_followed)
{
    char *victim = test_write_file("victim", "precious"), *path = test_write_file("f", "old");
    for (int i = 0; i < 3; i++) {
        char *name = ob_asprintf("%s.%ld-%d.tmp", path, (long)getpid(), i);
        CHECK_INT(symlink(victim, name), 0);
        ob_free(name);
    }
    CHECK_INT(ob_io_write_file(path, "new", 3, NULL), 0);
    CHECK_READ(victim, 100, 0, "precious");
    CHECK_READ(path, 100, 0, "new");
}

TEST(whichever_call_fails_the_old_file_stands_and_nothing_is_left)
{
    char *path = test_write_file("f", "old");
    int failures = 0;
    for (long n = 1; n < 100; n++) {
        struct ob_error e = OB_ERROR_INIT;
        ob_io_fail_at(n, ENOSPC);
        int err = ob_io_write_file(path, "new", 3, &e);
        ob_io_fail_at(0, 0);
        if (!err)
            break;
        failures++;
        CHECK_INT(err, OB_EIO);
        CHECK(strstr(e.message, path));
        CHECK_READ(path, 100, 0, "old");
        CHECK_INT(files_in_scratch(), 1);
    }
    CHECK_INT(failures, 4); /* open, write, fsync, rename */
    CHECK_READ(path, 100, 0, "new");
}

TEST(whichever_call_fails_reading_reports_it)
{
    char *path = test_write_file("f", "text");
    for (long n = 1; n <= 4; n++) { /* open, fstat, read, read to the end */
        ob_io_fail_at(n, EIO);
        CHECK_READ(path, 100, OB_EIO, NULL);
    }
    ob_io_fail_at(1, EACCES);
    CHECK_READ(path, 100, OB_EDENIED, NULL);
    ob_io_fail_at(3, EINTR);
    CHECK_READ(path, 100, 0, "text");
}

TEST(a_missing_folder_is_named)
{
    struct ob_error e = OB_ERROR_INIT;
    char *path = ob_asprintf("%s/missing/f", test_scratch);
    CHECK_INT(ob_io_write_file(path, "x", 1, &e), OB_ENOTFOUND);
    CHECK(strstr(e.message, path));
    ob_free(path);
}

static void *write_often(void *path)
{
    for (int i = 0; i < 20; i++)
        if (ob_io_write_file(path, "0123456789", 10, NULL) != 0)
            return path;
    return NULL;
}

TEST(two_threads_may_write_one_file)
{
    char *path = test_write_file("f", "0123456789");
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, write_often, path), 0);
    for (int i = 0; i < 2; i++) {
        void *failed = NULL;
        CHECK_INT(pthread_join(threads[i], &failed), 0);
        CHECK(failed == NULL);
    }
    CHECK_READ(path, 100, 0, "0123456789");
    CHECK_INT(files_in_scratch(), 1);
}

/* How many more can be opened; all are closed again. */
static int openable(void)
{
    int fds[64], n = 0;
    while (n < 64 && (fds[n] = ob_io_openat(AT_FDCWD, "/dev/null", O_RDONLY, 0)) >= 0)
        n++;
    CHECK(n < 64 && errno == EMFILE);
    for (int i = 0; i < n; i++)
        (void)ob_io_close(fds[i]);
    return n;
}

TEST(modest_thread_leaves_the_last_descriptors_to_others)
{
    struct rlimit few = {.rlim_cur = 32, .rlim_max = 32};
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &few), 0);
    int all = openable();
    ob_io_be_modest(true);
    CHECK_INT(openable(), all - OB_IO_SPARE);
    CHECK_INT(ob_io_if_modest(-1), -1);
    ob_io_be_modest(false);
    CHECK_INT(openable(), all);
    CHECK(ob_io_is_among_last(1, 31) && !ob_io_is_among_last(1, 30));
}

TEST_MAIN(CASE(modest_thread_leaves_the_last_descriptors_to_others),
          CASE(a_file_is_read_whole_up_to_the_ceiling), CASE(reading_appends_to_what_is_there),
          CASE(a_file_of_many_reads_is_the_same_bytes),
          CASE(what_is_no_file_is_refused_without_waiting),
          CASE(a_file_whose_size_says_nothing_is_read_to_its_end),
          CASE(without_memory_reading_says_so),
          CASE(a_written_file_replaces_the_old_one_and_is_private),
          CASE(a_leftover_or_planted_link_in_the_way_is_not_followed),
          CASE(whichever_call_fails_the_old_file_stands_and_nothing_is_left),
          CASE(whichever_call_fails_reading_reports_it), CASE(a_missing_folder_is_named),
          CASE(two_threads_may_write_one_file))
