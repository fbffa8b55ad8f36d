/* What a terminal is shown: names and texts of files may hold anything, and must not steer it. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>

#include "openbook/text/utf8.h"

#include "program.h"

enum { TERMINAL_MS = 20000 };

static void project(void)
{
    private_home();
    CHECK_INT(setenv("NO_COLOR", "1", 1), 0);
    (void)test_write_file("p/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("p/a\x1b[31m\nb.md", "# Zebra \x1b]0;title\x07\n\nA zebra \xc2\x9b"
                                               "2J stands here.\n");
    (void)test_write_file("p/latin \x9b"
                          "2J.md",
                          "# Latin zebra\n\nA zebra.\n");
    (void)test_write_file("p/c1 \xc2\x9b"
                          "2J.c",
                          "int zebra_\xc2\x9bone(void);\n");
    (void)test_write_file("p/얼룩말.md", "# 얼룩말\n\n얼룩말은 zebra, 또는 zèbre.\n");
}

static int terminal(int *program_side)
{
    int ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    CHECK(ours >= 0 && grantpt(ours) == 0 && unlockpt(ours) == 0);
    *program_side = open(ptsname(ours), O_RDWR | O_NOCTTY | O_CLOEXEC);
    CHECK(*program_side >= 0);
    return ours;
}

/* All that the program writes to the terminal until it closes it. */
static char *read_terminal(int ours)
{
    size_t size = 1 << 20, len = 0;
    char *text = calloc(1, size);
    CHECK(text != NULL);
    for (;;) {
        struct pollfd p = {.fd = ours, .events = POLLIN};
        CHECK_INT(poll(&p, 1, TERMINAL_MS), 1);
        ssize_t n = read(ours, text + len, size - 1 - len);
        if (n <= 0)
            return text; /* EIO: nobody has the other side any more */
        len += (size_t)n;
    }
}

/* Runs "openbook WORDS..." (NULL at the end) in the project on a terminal, to the exit status STATUS
 * or a lower one; what the terminal is shown is the caller's (free). */
static char *shown(int status, ...)
{
    char *argv[PROGRAM_WORDS_MAX + 1];
    int theirs, ours = terminal(&theirs);
    va_list args;
    va_start(args, status);
    program_words(argv, args);
    va_end(args);
    pid_t pid = fork();
    if (pid == 0) {
        if (chdir(place("p")) == 0 && dup2(theirs, 0) == 0 && dup2(theirs, 1) == 1 &&
            dup2(theirs, 2) == 2)
            execv(argv[0], argv);
        _exit(127);
    }
    close(theirs);
    char *text = read_terminal(ours);
    CHECK(program_status(pid) <= status);
    close(ours);
    return text;
}

/* TEXT has PART, is UTF-8, and no control characters but line ends and tabs. */
static void check_harmless(int line, char *text, const char *part)
{
    size_t len = strlen(text), n;
    if (!strstr(text, part) || !ob_utf8_valid(text, len))
        test_fail(__FILE__, line, "no \"%s\", or no UTF-8, in: %s", part, text);
    for (size_t at = 0; at < len; at += n) {
        uint32_t code;
        n = ob_utf8_decode(&code, text + at, len - at);
        bool blank = code == '\t' || code == '\n' || code == '\r';
        if ((code < ' ' && !blank) || (code >= 0x7f && code < 0xa0))
            test_fail(__FILE__, line, "U+%04X is shown at byte %zu of: %s", code, at, text);
    }
    free(text);
}
#define CHECK_HARMLESS(text, part) check_harmless(__LINE__, text, part)

TEST(names_and_texts_do_not_steer_a_terminal)
{
    project();
    CHECK_HARMLESS(shown(0, "search", "zebra", NULL), "a?[31m?b.md:1-3  Zebra ?]0;title?");
    CHECK_HARMLESS(shown(0, "search", "zebra", NULL), "latin ?2J.md:1-3");
    CHECK_HARMLESS(shown(0, "search", "zebra", NULL), "\nc1 ?2J.c:1-1");
    CHECK_HARMLESS(shown(0, "search", "얼룩말", NULL), "얼룩말.md:1-3  얼룩말");
    CHECK_HARMLESS(shown(0, "search", "zèbre", NULL), "또는 zèbre.");
    CHECK_HARMLESS(shown(0, "search", "zebra", NULL), "notes\r\n"); /* without colours, too */
    CHECK_HARMLESS(shown(0, "search", "--vimgrep", "zebra", NULL), "a?[31m?b.md:1:");
    CHECK_HARMLESS(shown(1, "search", "ltain", NULL), "nothing found; nearest names: ");
    CHECK_HARMLESS(shown(0, "ask", "--no-llm", "where does a zebra stand?", NULL),
                   "\nSources:\r\n1. a?[31m?b.md:1-3");
    CHECK_HARMLESS(shown(0, "status", NULL), "4 files");
    CHECK_HARMLESS(shown(0, "status", "--why", "a\x1b[31m\nb.md", NULL), "is taken");
    CHECK_HARMLESS(shown(3, "search", "--root", "c1 \xc2\x9b", "x", NULL), "there is no ");
}

TEST(each_name_is_one_line_of_a_terminal)
{
    project();
    char *text = shown(0, "status", "--files", NULL);
    CHECK_STR(text, "a?[31m?b.md\r\nc1 ?2J.c\r\nlatin ?2J.md\r\n얼룩말.md\r\n");
    free(text);
}

TEST(names_are_printed_byte_for_byte_where_a_program_reads_them)
{
    struct run r;
    project();
    run_in(&r, place("p"), "status", "--files", "-0", NULL);
    CHECK_RUN(&r, 0, "a\x1b[31m\nb.md", "");
    CHECK_INT(r.out_len, sizeof "a\x1b[31m\nb.md" +
                             sizeof "c1 \xc2\x9b"
                                    "2J.c" +
                             sizeof "latin \x9b"
                                    "2J.md" +
                             sizeof "얼룩말.md");
    run_done(&r);
    run_in(&r, place("p"), "search", "--vimgrep", "stands", NULL);
    CHECK_RUN(&r, 0, "a\x1b[31m\nb.md:3:", "");
    run_done(&r);
}

TEST(doctor_and_shelf_name_folders_harmlessly)
{
    project();
    CHECK_INT(mkdir(place("p/shelf \x1b[31m"), 0700), 0);
    CHECK_HARMLESS(shown(0, "shelf", "add", "shelf \x1b[31m", NULL), "/p/shelf ?[31m");
    CHECK_HARMLESS(shown(0, "shelf", "list", NULL), "/p/shelf ?[31m");
    CHECK_HARMLESS(shown(1, "doctor", NULL), /* the machine's limits are what they are */
                   "/p/shelf ?[31m is searched beside every project.");
}

TEST_MAIN(CASE(names_and_texts_do_not_steer_a_terminal), CASE(each_name_is_one_line_of_a_terminal),
          CASE(names_are_printed_byte_for_byte_where_a_program_reads_them),
          CASE(doctor_and_shelf_name_folders_harmlessly))
