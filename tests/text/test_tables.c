/* The tables as they are in the source tree: each line is reachable.  And what their generator says
 * to lines that are wrong. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openbook/base/buf.h"
#include "openbook/base/mem.h"
#include "openbook/text/synonyms.h"
#include "openbook/text/utf8.h"

#include "test.h"

/* ------------------------------------------------------------ reading the files */
enum { LINE = 1100 };

static size_t read_text(const char *path, void (*each)(char *line, void *data), void *data)
{
    char line[LINE];
    size_t n = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        test_fail(__FILE__, __LINE__, "%s cannot be read", path);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (!line[0] || line[0] == '#')
            continue;
        each(line, data);
        n++;
    }
    (void)fclose(file);
    return n;
}

/* A term that is looked up, and the first English word that must come. */
struct wanted {
    const char *text, *word;
    bool found;
};

static void note(const struct ob_synonym *s, void *data)
{
    struct wanted *w = data;
    CHECK(s->len > 0 && s->len == strlen(s->text));
    CHECK(s->weight_01 > 0 && s->weight_01 <= 1);
    size_t n = strcspn(w->word, "+: \t");
    w->found |= s->kind == OB_SYNONYM_ENGLISH_OF_KOREAN && s->weight_01 > 0.25 && s->start == 0 &&
                s->end == strlen(w->text) && s->len == n && memcmp(s->text, w->word, n) == 0;
}

static struct ob_terms *scanner;
static size_t n_lost; /* terms that were not found, reported on stderr */

static void expect(const char *text, const char *word)
{
    struct wanted w = {.text = text, .word = word};
    ob_synonyms_scan(scanner, text, strlen(text), note, &w);
    if (w.found)
        return;
    (void)fprintf(stderr, "%s does not give %s\n", text, word);
    n_lost++;
}

/* TEXT with its syllables taken apart into conjoining jamo. */
static void decompose(struct ob_buf *out, const char *text)
{
    for (size_t i = 0, len = strlen(text); i < len;) {
        uint32_t code;
        char bytes[4];
        i += ob_utf8_decode(&code, text + i, len - i);
        if (code < 0xAC00 || code > 0xD7A3) {
            CHECK_INT(ob_buf_append(out, bytes, ob_utf8_encode(bytes, code)), 0);
            continue;
        }
        code -= 0xAC00;
        CHECK_INT(ob_buf_append(out, bytes, ob_utf8_encode(bytes, 0x1100 + code / 588)), 0);
        CHECK_INT(ob_buf_append(out, bytes, ob_utf8_encode(bytes, 0x1161 + code / 28 % 21)), 0);
        if (code % 28)
            CHECK_INT(ob_buf_append(out, bytes, ob_utf8_encode(bytes, 0x11A7 + code % 28)), 0);
    }
}

/* Forms of a term: nouns with particles, verbs with endings. */
static void expect_forms(const char *term, bool verb, const char *word)
{
    static const char *const particles[] = {"를", "은", "에서", "으로", "들의"};
    static const char *const endings[] = {"는", "거나", "도록", "자마자", "는데"};
    struct ob_buf text;
    ob_buf_init(&text, LINE);
    for (size_t i = 0; i < 5; i++) {
        ob_buf_clear(&text);
        CHECK_INT(ob_buf_appendf(&text, "%s%s", term, verb ? endings[i] : particles[i]), 0);
        /* yeol-da becomes yeo-neun */
        if (!verb || i)
            expect(ob_buf_str(&text), word);
    }
    ob_buf_clear(&text);
    decompose(&text, term);
    CHECK_INT(ob_buf_append_str(&text, verb ? "도록" : "를"), 0);
    expect(ob_buf_str(&text), word);
    ob_buf_release(&text);
}

static void walk_korean(char *line, void *data)
{
    size_t *terms = data;
    char *english = strchr(line, '\t'), *save = NULL;
    CHECK(english);
    *english++ = 0;
    if (*english == '-')
        return;
    for (char *term = strtok_r(line, ",", &save); term; term = strtok_r(NULL, ",", &save)) {
        term += *term == ' ';
        size_t len = strlen(term), da = strlen("다");
        bool noun = term[len - 1] == '.';
        if (noun)
            term[len - 1] = 0;
        bool verb = !noun && len > da && strcmp(term + len - da, "다") == 0;
        expect(term, english);
        if (verb)
            term[len - da] = 0;
        expect_forms(term, verb, english);
        ++*terms;
    }
}

TEST(every_korean_term_is_reached_alone_and_with_particles_and_decomposed)
{
    size_t terms = 0;
    scanner = ob_terms_new();
    size_t lines = read_text("src/text/ko-en.txt", walk_korean, &terms);
    ob_terms_free(scanner);
    CHECK_INT(n_lost, 0);
    CHECK(lines > 1500 && terms > lines);
}

/* ------------------------------------------------------------ English */
struct english {
    const char *key;
    size_t n;
};

/* Whether two words or phrases have one stem. */
static bool same_stem(const char *a, const char *b)
{
    char x[64], y[64];
    size_t n = strlen(a), m = strlen(b);
    memcpy(x, a, n);
    memcpy(y, b, m);
    n = ob_stem(x, n);
    m = ob_stem(y, m);
    return n == m && memcmp(x, y, n) == 0;
}

static void note_english(const struct ob_synonym *s, void *data)
{
    struct english *e = data;
    CHECK(s->len > 0 && s->len == strlen(s->text) && s->len < 64);
    CHECK(s->weight_01 > 0 && s->weight_01 <= 1);
    if (s->phrase_words == 1 && same_stem(s->text, e->key))
        test_fail(__FILE__, __LINE__, "%s stands for itself", e->key);
    e->n++;
}

/* Whether a phrase has a word that questions leave out: it is recognised, never looked for. */
static bool has_stop(const char *phrase)
{
    for (size_t n; (n = strcspn(phrase, " ")) > 0; phrase += n + (phrase[n] == ' '))
        if (ob_stop_word(phrase, n))
            return true;
    return false;
}

static void walk_english(char *line, void *data)
{
    char *words[16], *save = NULL, *first = strtok_r(line, " \t", &save);
    bool each = first[0] == '=';
    size_t n = 0, wanted = 0;
    (void)data;
    for (char *word = each ? strtok_r(NULL, " \t", &save) : first; word && n < 16;
         word = strtok_r(NULL, " \t", &save)) {
        word[strcspn(word, ":")] = 0;
        for (char *plus = word; (plus = strchr(plus, '+'));)
            *plus = ' ';
        words[n++] = word;
        wanted += !has_stop(word);
    }
    for (size_t i = 0; i < n && (each || i == 0); i++) {
        struct english e = {.key = words[i]};
        ob_english_of_english(words[i], strlen(words[i]), note_english, &e);
        if (e.n == 0 && wanted > !has_stop(words[i]))
            test_fail(__FILE__, __LINE__, "%s gives nothing", words[i]);
    }
}

TEST(every_english_word_is_reached_and_never_stands_for_itself)
{
    CHECK(read_text("src/text/synonyms.txt", walk_english, NULL) > 400);
}

/* ------------------------------------------------------------ the generator */
/* Runs it on two texts; its status.  SAID gets what it wrote to stderr. */
static int generate(struct ob_buf *said, const char *korean, const char *english)
{
    const char *built = getenv("OPENBOOK_BIN");
    if (!built)
        test_skip("OPENBOOK_BIN is not set: tests/run.sh sets it");
    char *program = ob_asprintf("%.*s/gen/tables", (int)(strrchr(built, '/') - built), built);
    (void)test_write_file("ko-en.txt", korean);
    (void)test_write_file("synonyms.txt", english);
    int pipes[2], status;
    CHECK_INT(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        if (dup2(null, 1) == 1 && dup2(pipes[1], 2) == 2 && chdir(test_scratch) == 0)
            execl(program, "tables", "ko-en.txt", "synonyms.txt", (char *)NULL);
        _exit(127);
    }
    close(pipes[1]);
    ob_buf_clear(said);
    char bytes[512];
    for (ssize_t n; (n = read(pipes[0], bytes, sizeof bytes)) > 0;)
        CHECK_INT(ob_buf_append(said, bytes, (size_t)n), 0);
    close(pipes[0]);
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    ob_free(program);
    return WEXITSTATUS(status);
}

TEST(a_faulty_line_stops_the_build_and_says_where)
{
    static const struct {
        const char *korean, *english, *said;
    } rows[] = {
        {"# x\n함수 function\n", "",
         "ko-en.txt:2: there is no tab between the term and its English\n"},
        {"함수\t\n", "", "ko-en.txt:1: \"함수\" has no English that can be looked for\n"},
        {"fn\tfunction\n", "",
         "ko-en.txt:1: \"fn\" is not 1-20 Hangul syllables with single blanks between\n"},
        {"함수 \tfunction\n", "",
         "ko-en.txt:1: \"함수 \" is not 1-20 Hangul syllables with single blanks between\n"},
        {"\xED\x95\tfunction\n", "",
         "ko-en.txt:1: \"\xED\x95\" is not 1-20 Hangul syllables with single blanks between\n"},
        {"함수\tfunction\n함 수\tfunc\n", "", "ko-en.txt:2: \"함수\" stands in line 1 already\n"},
        {"함수, 함 수\tfunction\n", "", "ko-en.txt:1: \"함수\" stands in line 1 already\n"},
        {"함수\tfunction functions\n", "",
         "ko-en.txt:1: \"functions\" has the stem of a word before it\n"},
        {"함수\tFunction\n", "",
         "ko-en.txt:1: \"Function\" is not 1-4 words of a-z and 0-9 with + between\n"},
        {"함수\tfunction:1.5\n", "",
         "ko-en.txt:1: the weight of \"function\" is not between 0.05 and 1\n"},
        {"함수\tfunction:x\n", "",
         "ko-en.txt:1: the weight of \"function\" is not between 0.05 and 1\n"},
        {"사용\tuse\n", "", "ko-en.txt:1: \"use\" is left out of questions and finds nothing\n"},
        {"함수\tfunction\r\n", "", "ko-en.txt:1: the line ends in a carriage return\n"},
        {"", "= msg\n", "synonyms.txt:1: there are not two words\n"},
        {"", "=2 msg message\n",
         "synonyms.txt:1: the weight of \"group\" is not between 0.05 and 1\n"},
        {"", "= render rendering\n",
         "synonyms.txt:1: \"rendering\" has the stem of a word before it\n"},
        {"", "msg\tmessage\nmsg\tmessage\n",
         "synonyms.txt:2: \"msg\" stands for \"message\" already, by line 1\n"},
    };
    struct ob_buf said;
    ob_buf_init(&said, 1 << 16);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (generate(&said, rows[i].korean, rows[i].english) != 1)
            test_fail(__FILE__, __LINE__, "%s%s is taken", rows[i].korean, rows[i].english);
        CHECK_STR(ob_buf_str(&said), rows[i].said);
    }
    ob_buf_release(&said);
}

TEST(sound_lines_are_taken)
{
    struct ob_buf said;
    ob_buf_init(&said, 1 << 16);
    CHECK_INT(
        generate(&said, "# note\n\n함수, 펑션\tfunction fn:0.3\n람다.\tlambda\n", "= a1 b1\n"), 0);
    CHECK_STR(ob_buf_str(&said), "");
    ob_buf_release(&said);
}

TEST_MAIN(CASE(every_korean_term_is_reached_alone_and_with_particles_and_decomposed),
          CASE(every_english_word_is_reached_and_never_stands_for_itself),
          CASE(a_faulty_line_stops_the_build_and_says_where), CASE(sound_lines_are_taken))
