/* Lines are counted as Neovim counts them, whatever stands between and in them: a real one is asked where
 * each word is. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openbook/base/buf.h"
#include "openbook/text/terms.h"

#include "test.h"

enum { WORDS = 60 };

struct found {
    unsigned line[WORDS]; /* 0: the word was not met */
};

static void on_term(const struct ob_term *t, void *data)
{
    struct found *f = data;
    unsigned n;
    char word[32];
    snprintf(word, sizeof word, "%.*s", (int)(t->text_len < 31 ? t->text_len : 31), t->text);
    if (sscanf(word, "needle%uend", &n) == 1 && n < WORDS && !f->line[n])
        f->line[n] = t->line_1based;
}

static const char *neovim(void)
{
    static char path[512];
    const char *deps = getenv("OPENBOOK_DEPS");
    snprintf(path, sizeof path, "%s/nvim-0.12/bin/nvim", deps && *deps ? deps : "build/deps");
    if (access(path, X_OK) != 0)
        test_skip("there is no Neovim in build/deps");
    return path;
}

/* Has Neovim open FILE and write the line of each word into lines of the file "lines". */
static void ask_neovim(const char *nvim, const char *file, struct found *f)
{
    char out[512], command[700], state[512];
    int status;
    snprintf(out, sizeof out, "%s/lines", test_scratch);
    snprintf(state, sizeof state, "%s/state", test_scratch);
    snprintf(command, sizeof command,
             "+call writefile(map(range(0,%d),{_,n->string(search('needle'.n.'end','cnw'))}),'%s')",
             WORDS - 1, out);
    pid_t pid = fork();
    if (pid == 0) {
        setenv("XDG_STATE_HOME", state, 1);
        if (freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr))
            execl(nvim, nvim, "--clean", "--headless", "-n", command, "+qa!", file, (char *)NULL);
        _exit(127);
    }
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    FILE *lines = fopen(out, "r");
    CHECK(lines != NULL);
    for (int i = 0; i < WORDS; i++)
        CHECK_INT(fscanf(lines, "%u", &f->line[i]), 1);
    fclose(lines);
}

/* Words with the separators SEPS between, over and over. */
static void check(const char *const *seps, const size_t *lens, size_t n)
{
    const char *nvim = neovim();
    struct found ours = {{0}}, theirs;
    struct ob_buf b;
    ob_buf_init(&b, 1 << 16);
    for (unsigned i = 0; i < WORDS; i++) {
        CHECK_INT(ob_buf_appendf(&b, "글 needle%uend 끝", i), 0);
        CHECK_INT(ob_buf_append(&b, seps[i % n], lens[i % n]), 0);
    }
    ask_neovim(nvim, test_write_bytes("text.txt", b.data, b.len), &theirs);
    struct ob_terms *t = ob_terms_new();
    ob_terms_scan(t, b.data, b.len, on_term, &ours);
    ob_terms_free(t);
    for (unsigned i = 0; i < WORDS; i++)
        if (ours.line[i] != theirs.line[i] || !ours.line[i])
            test_fail(__FILE__, __LINE__, "word %u: line %u, Neovim's %u", i, ours.line[i],
                      theirs.line[i]);
    ob_buf_release(&b);
}

#define CHECK_LINES(...)                                                                           \
    do {                                                                                           \
        static const char *const seps[] = {__VA_ARGS__};                                           \
        size_t lens[sizeof seps / sizeof *seps];                                                   \
        for (size_t i = 0; i < sizeof seps / sizeof *seps; i++)                                    \
            lens[i] = strlen(seps[i]);                                                             \
        check(seps, lens, sizeof seps / sizeof *seps);                                             \
    } while (0)

TEST(lines_of_one_kind_of_end)
{
    CHECK_LINES("\n");
    CHECK_LINES("\r\n");
    CHECK_LINES("\r");
}

TEST(lines_of_mixed_ends)
{
    CHECK_LINES("\n", "\r\n", "\n\n", " ", "\r\n\r\n", "\r", "\n\r");
    CHECK_LINES("\r\n", "\r\n", "\r");
    CHECK_LINES("\r", "\r", "\n", "\r\r\n");
}

TEST(other_separators_end_no_line)
{
    CHECK_LINES("\n", "\f", "\v", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xc2\x85", "\x1c", "\x1b[0m");
    CHECK_LINES("\r\n", "\f\r\n", "\xe2\x80\xa8\r\n");
}

TEST(a_nul_and_broken_bytes_end_no_line)
{
    static const char *const seps[] = {"\n", "a\0b", "\0\n", "\xff\xfe", "\xea\xb0\n", "\r\n"};
    static const size_t lens[] = {1, 3, 2, 2, 3, 2};
    check(seps, lens, 6);
}

TEST_MAIN(CASE(lines_of_one_kind_of_end), CASE(lines_of_mixed_ends),
          CASE(other_separators_end_no_line), CASE(a_nul_and_broken_bytes_end_no_line))
