/* Known questions must find their answers among the first three hits: over openbook's own source, and
 * over a folder of English and Korean notes.  The questions lie in tests/golden/, which
 * .openbookignore keeps out of the indexed source: a list of questions would answer itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "test.h"

enum { MAX_QUESTIONS = 64 };

struct golden {
    char *question;
    char *answers; /* paths, separated by blanks, each with ":first-last" or without */
};

static const char *program(void)
{
    const char *bin = getenv("OPENBOOK_BIN");
    return bin ? bin : "build/asan/openbook";
}

static size_t read_golden(struct golden *out, const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f)
        test_fail(__FILE__, __LINE__, "cannot open %s: %s", path, strerror(errno));
    char line[1024];
    size_t n = 0;
    while (n < MAX_QUESTIONS && fgets(line, sizeof line, f)) {
        char *tab = strchr(line, '\t');
        if (line[0] == '#' || !tab)
            continue;
        *tab = '\0';
        tab[1 + strcspn(tab + 1, "\n")] = '\0';
        out[n++] = (struct golden){strdup(line), strdup(tab + 1)};
    }
    fclose(f);
    CHECK(n > 0);
    return n;
}

static const char *write_queries(const struct golden *g, size_t n)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/queries.jsonl", test_scratch);
    FILE *f = fopen(path, "w");
    CHECK(f != NULL);
    for (size_t i = 0; i < n; i++) {
        cJSON *o = cJSON_CreateObject();
        cJSON_AddNumberToObject(o, "id", (double)i);
        cJSON_AddStringToObject(o, "query", g[i].question);
        char *text = cJSON_PrintUnformatted(o);
        fprintf(f, "%s\n", text);
        free(text);
        cJSON_Delete(o);
    }
    CHECK(fclose(f) == 0);
    return path;
}

/* Where and how it is asked: ROOT, and MORE beside it (NULL: nothing). */
struct asked {
    const char *root, *more, *kind, *by, *limit;
};

/* Runs one batch of queries; the program's output as a stream. */
static FILE *search(const struct asked *a, const char *queries, pid_t *pid)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    *pid = fork();
    if (*pid == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        const char *more = a->more ? "--root" : NULL; /* ends the list */
        execl(program(), "openbook", "search", "--no-daemon", "--limit", a->limit, "--queries",
              queries, "--kind", a->kind, "--by", a->by, "--root", a->root, more, a->more,
              (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    return fdopen(ends[0], "r");
}

static bool lines_overlap(const cJSON *hit, long first, long last)
{
    long a = (long)cJSON_GetNumberValue(cJSON_GetObjectItem(hit, "start_line"));
    long b = (long)cJSON_GetNumberValue(cJSON_GetObjectItem(hit, "end_line"));
    return a <= last && b >= first;
}

static bool answers(const char *list, const cJSON *hit)
{
    char copy[1024], *rest = copy;
    const char *path = cJSON_GetStringValue(cJSON_GetObjectItem(hit, "path"));
    snprintf(copy, sizeof copy, "%s", list);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        long first = 1, last = 1L << 30;
        char *colon = strrchr(word, ':');
        if (colon && sscanf(colon, ":%ld-%ld", &first, &last) == 2)
            *colon = '\0';
        if (path && strcmp(path, word) == 0 && lines_overlap(hit, first, last))
            return true;
    }
    return false;
}

static bool found(const struct golden *g, const cJSON *results)
{
    const cJSON *hit;
    cJSON_ArrayForEach(hit, results)
    {
        if (answers(g->answers, hit))
            return true;
    }
    fprintf(stderr, "  \"%s\" should find %s, got:", g->question, g->answers);
    cJSON_ArrayForEach(hit, results)
    {
        fprintf(stderr, " %s:%.0f", cJSON_GetStringValue(cJSON_GetObjectItem(hit, "path")),
                cJSON_GetNumberValue(cJSON_GetObjectItem(hit, "start_line")));
    }
    fputc('\n', stderr);
    return false;
}

static void check_all(const struct asked *a, const char *list)
{
    struct golden g[MAX_QUESTIONS];
    size_t n = read_golden(g, list), answered = 0, missed = 0;
    pid_t pid;
    FILE *out = search(a, write_queries(g, n), &pid);
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, out) > 0) {
        cJSON *reply = cJSON_Parse(line);
        CHECK(reply != NULL);
        size_t id = (size_t)cJSON_GetNumberValue(cJSON_GetObjectItem(reply, "id"));
        CHECK(id < n);
        answered++;
        missed += !found(&g[id], cJSON_GetObjectItem(reply, "results"));
        cJSON_Delete(reply);
    }
    free(line);
    fclose(out);
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK_INT(answered, n);
    CHECK_INT(missed, 0);
    for (size_t i = 0; i < n; i++) {
        free(g[i].question);
        free(g[i].answers);
    }
}

TEST(questions_about_this_source_find_their_file_among_the_first_three)
{
    check_all(&(struct asked){".", NULL, "all", "auto", "3"}, "tests/golden/source.tsv");
}

TEST(questions_about_notes_in_two_languages_find_their_section_among_the_first_three)
{
    check_all(&(struct asked){"tests/golden/notes", NULL, "all", "auto", "3"},
              "tests/golden/notes.tsv");
}

TEST(code_is_found_though_notes_lie_beside_it)
{
    check_all(&(struct asked){".", "tests/golden/notes", "all", "file", "3"},
              "tests/golden/source.tsv");
}

/* Where notes alone are wanted, as for one half of an answer, documents are no noise. */
TEST(questions_about_this_project_find_their_document_among_the_first_three)
{
    check_all(&(struct asked){".", NULL, "note", "passage", "3"}, "tests/golden/documents.tsv");
}

TEST(notes_are_found_though_code_lies_beside_them)
{
    /* of nine places in the program's own list, notes have three */
    check_all(&(struct asked){"tests/golden/notes", ".", "all", "auto", "9"},
              "tests/golden/notes.tsv");
}

TEST_MAIN(CASE(questions_about_this_project_find_their_document_among_the_first_three),
          CASE(questions_about_this_source_find_their_file_among_the_first_three),
          CASE(questions_about_notes_in_two_languages_find_their_section_among_the_first_three),
          CASE(code_is_found_though_notes_lie_beside_it),
          CASE(notes_are_found_though_code_lies_beside_them))
