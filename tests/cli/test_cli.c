/* The command line as scripts and editors use it: what it prints, its exit status, and one line that
 * says what is wrong.  Where it matters everything runs twice: without a daemon, and with one. */
#include <ctype.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>

#include "model_server.h"
#include "program.h"

static void project(void)
{
    private_home();
    (void)test_write_file("p/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("p/.gitignore", "build/\n");
    (void)test_write_file("p/build/generated.c", "int merge_parts(void);\n");
    (void)test_write_file("p/src/merge.c", "/* Merges the parts of an index. */\n"
                                           "int merge_parts(int n)\n{\n    return n;\n}\n");
    (void)test_write_file("p/docs/배포.md", "# 배포 절차\n\n배포 전에 색인을 병합한다.\n");
    (void)test_write_file("p/docs/guide.md", "# Guide\n\nHow the parts of an index are merged.\n");
}

/* The directory of the project; where the commands run. */
#define HERE place("p")

static bool serving;

/* Runs BODY without a daemon, then with one. */
static void twice(void (*body)(void))
{
    struct run r;
    project();
    serving = false;
    body();
    run_in(&r, NULL, "serve", "--background", NULL);
    CHECK_RUN(&r, 0, "", "");
    run_done(&r);
    serving = true;
    body();
    run_in(&r, HERE, "status", NULL);
    CHECK_RUN(&r, 0, "daemon: pid ", ""); /* it was there, and still is */
    kill((pid_t)strtol(strstr(r.out, "pid ") + 4, NULL, 10), SIGTERM);
    run_done(&r);
}

static bool is_one_line(const char *text)
{
    const char *end = strchr(text, '\n');
    return end && end[1] == '\0';
}

/* ------------------------------------------------------------ search */
static void search_prints_places(void)
{
    struct run r;
    run_in(&r, HERE, "search", "merge_parts", NULL);
    CHECK_RUN(&r, 0, "src/merge.c:", "");
    CHECK(strncmp(r.out, "src/merge.c:", 12) == 0); /* relative to where it was asked */
    CHECK(!strstr(r.out, "build/"));
    run_done(&r);
    run_in(&r, place("p/docs"), "search", "merge_parts", NULL);
    CHECK_RUN(&r, 0, "../src/merge.c:", "");
    run_done(&r);
    run_in(&r, HERE, "search", "배포는", "어떻게", "하나요", NULL);
    CHECK_RUN(&r, 0, "docs/배포.md:", "");
    run_done(&r);
    run_in(&r, HERE, "search", "zzzqqq", NULL);
    CHECK_RUN(&r, 1, "", "nothing found");
    CHECK_STR(r.out, "");
    CHECK(is_one_line(r.err));
    run_done(&r);
}
TEST(search_prints_places_relative_to_the_working_directory)
{
    twice(search_prints_places);
}

static void vimgrep_opens(void)
{
    struct run r;
    run_in(&r, place("p/src"), "search", "--vimgrep", "병합", "merged", NULL);
    CHECK_RUN(&r, 0, "", "");
    char *rest = NULL;
    size_t lines = 0;
    for (char *line = strtok_r(r.out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char file[300], path[900];
        unsigned at, column;
        CHECK_INT(sscanf(line, "%299[^:]:%u:%u:", file, &at, &column), 3);
        CHECK(at > 0 && column > 0);
        snprintf(path, sizeof path, "%s/%s", place("p/src"), file);
        CHECK(access(path, R_OK) == 0); /* opens as printed */
        lines++;
    }
    CHECK(lines >= 2);
    run_done(&r);
}
TEST(vimgrep_lines_open_as_printed)
{
    twice(vimgrep_opens);
}

static void json_is_whole(void)
{
    struct run r;
    run_in(&r, HERE, "search", "--json", "--limit", "2", "how are parts merged", NULL);
    CHECK_RUN(&r, 0, "", "");
    CHECK(is_one_line(r.out));
    cJSON *json = cJSON_Parse(r.out);
    const cJSON *hits = cJSON_GetObjectItem(json, "results"), *hit = cJSON_GetArrayItem(hits, 0);
    CHECK(cJSON_GetArraySize(hits) >= 1 && cJSON_GetArraySize(hits) <= 2);
    static const char *const keys[] = {"root",     "path",  "file",  "start_line",
                                       "end_line", "score", "kind",  "symbol",
                                       "snippet",  "line",  "column"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        CHECK(cJSON_GetObjectItem(hit, keys[i]) != NULL);
    CHECK_STR(cJSON_GetStringValue(cJSON_GetObjectItem(hit, "root")), place("p"));
    double took_us = cJSON_GetNumberValue(cJSON_GetObjectItem(json, "took_us"));
    CHECK(took_us > 0 && took_us < 10e6);
    CHECK(cJSON_IsFalse(cJSON_GetObjectItem(json, "indexing")));
    CHECK(cJSON_GetNumberValue(cJSON_GetObjectItem(json, "files")) >= 3);
    cJSON_Delete(json);
    run_done(&r);
    run_in(&r, HERE, "search", "--json", "zzzqqq", NULL);
    CHECK_RUN(&r, 1, "\"results\":[]", "");
    run_done(&r);
}
TEST(json_is_one_object_with_all_that_is_promised)
{
    twice(json_is_whole);
}

static void kinds_and_order(void)
{
    struct run r;
    run_in(&r, HERE, "search", "--kind", "code", "merge parts index", NULL);
    CHECK_RUN(&r, 0, "src/merge.c", "");
    CHECK(!strstr(r.out, ".md"));
    run_done(&r);
    run_in(&r, HERE, "search", "--kind=note", "merge parts index", NULL);
    CHECK_RUN(&r, 0, "docs/guide.md", "");
    CHECK(!strstr(r.out, "merge.c"));
    run_done(&r);
    run_in(&r, HERE, "search", "--by", "passage", "--limit", "1", "--kind", "all", "merged", NULL);
    CHECK_RUN(&r, 0, ":", "");
    run_done(&r);
    run_in(&r, HERE, "search", "--by", "file", "--explain", "merged", NULL);
    CHECK_RUN(&r, 0, "    score ", "");
    CHECK(strstr(r.out, " = ") != NULL);
    run_done(&r);
    run_in(&r, HERE, "search", "--like", "src/merge.c:1-3", NULL);
    CHECK_RUN(&r, 0, ":", "");
    run_done(&r);
    run_in(&r, place("home"), "search", "--root", place("p/docs"), "--root", place("p/src"),
           "merge parts", NULL);
    CHECK_RUN(&r, 0, "../p/src/merge.c", "");
    CHECK(strstr(r.out, "../p/docs/guide.md") != NULL);
    run_done(&r);
}
TEST(kind_by_like_explain_and_several_roots)
{
    twice(kinds_and_order);
}

static void batches(void)
{
    struct run r;
    (void)test_write_file("q.jsonl", "{\"id\": 1, \"query\": \"merge_parts\"}\n\n"
                                     "{\"id\": \"둘\", \"query\": \"배포 절차\"}\r\n"
                                     "{\"query\": \"zzzqqq\"}");
    run_in(&r, place("home"), "search", "--root", HERE, "--queries", place("q.jsonl"), NULL);
    CHECK_RUN(&r, 0, "", "");
    char *rest = NULL;
    size_t n = 0;
    for (char *line = strtok_r(r.out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest), n++) {
        cJSON *json = cJSON_Parse(line);
        CHECK(json != NULL);
        const cJSON *id = cJSON_GetObjectItem(json, "id");
        CHECK(n != 0 || cJSON_GetNumberValue(id) == 1);
        CHECK(n != 1 || strcmp(cJSON_GetStringValue(id), "둘") == 0);
        CHECK(n != 2 || cJSON_IsNull(id));
        CHECK_INT(cJSON_GetArraySize(cJSON_GetObjectItem(json, "results")) > 0, n != 2);
        CHECK(cJSON_GetNumberValue(cJSON_GetObjectItem(json, "took_us")) >= 0);
        cJSON_Delete(json);
    }
    CHECK_INT(n, 3);
    run_done(&r);
    (void)test_write_file("bad.jsonl", "{\"query\": \"a\"}\n{\"id\": 2}\n");
    run_in(&r, HERE, "search", "--queries", place("bad.jsonl"), NULL);
    CHECK_RUN(&r, 2, "", "line 2");
    run_done(&r);
    run_in(&r, HERE, "search", "--queries", place("none.jsonl"), NULL);
    CHECK_RUN(&r, 3, "", "none.jsonl");
    run_done(&r);
}
TEST(a_batch_answers_line_by_line)
{
    twice(batches);
}

static void same_search(struct run *r)
{
    run_in(r, HERE, "search", "--json", "--limit", "10", "how are the parts of an index merged",
           NULL);
    CHECK_RUN(r, 0, "", "");
    char *took = strstr(r->out, "\"took_us\":");
    CHECK(took != NULL);
    for (took += 10; isdigit((unsigned char)*took); took++)
        *took = '0';
}
TEST(with_a_daemon_the_output_is_the_same_as_without)
{
    struct run a, b, r;
    project();
    same_search(&a);
    run_in(&r, NULL, "serve", "--background", NULL);
    CHECK_RUN(&r, 0, "", "");
    run_done(&r);
    same_search(&b);
    cJSON *ja = cJSON_Parse(a.out), *jb = cJSON_Parse(b.out);
    cJSON_DeleteItemFromObject(ja, "took_us");
    cJSON_DeleteItemFromObject(jb, "took_us");
    CHECK(ja && jb && cJSON_Compare(ja, jb, 1));
    cJSON_Delete(ja);
    cJSON_Delete(jb);
    run_done(&a);
    run_done(&b);
    run_in(&r, HERE, "search", "--no-daemon", "merge_parts", NULL);
    CHECK_RUN(&r, 0, "src/merge.c", "");
    run_done(&r);
    run_in(&r, HERE, "status", NULL);
    kill((pid_t)strtol(strstr(r.out, "pid ") + 4, NULL, 10), SIGTERM);
    run_done(&r);
}

/* ------------------------------------------------------------ status and index */
static void status_and_files(void)
{
    struct run r;
    run_in(&r, HERE, "status", NULL);
    CHECK_RUN(&r, 0, serving ? "daemon: pid" : "no daemon is running", "");
    CHECK(strstr(r.out, "(project)") != NULL);
    run_done(&r);
    run_in(&r, HERE, "status", "--files", NULL);
    CHECK_RUN(&r, 0, "src/merge.c\n", "");
    CHECK(strstr(r.out, "docs/배포.md\n") != NULL);
    CHECK(!strstr(r.out, "build/"));
    run_done(&r);
    run_in(&r, HERE, "status", "--files", "-0", NULL);
    CHECK_INT(r.status, 0);
    size_t nuls = 0, lines = 0;
    for (size_t i = 0; i < r.out_len; i++) {
        nuls += r.out[i] == '\0';
        lines += r.out[i] == '\n';
    }
    CHECK(nuls >= 4 && lines == 0);
    run_done(&r);
    run_in(&r, HERE, "status", "--why", "build/generated.c", NULL);
    CHECK_RUN(&r, 0, ".gitignore", "");
    run_done(&r);
    run_in(&r, HERE, "status", "--why", "src/merge.c", NULL);
    CHECK_RUN(&r, 0, "merge.c", "");
    run_done(&r);
    run_in(&r, HERE, "status", "--why", ".", NULL);
    CHECK_RUN(&r, 0, "is the folder that is searched", "");
    run_done(&r);
    run_in(&r, HERE, "status", "--why", "/etc/passwd", NULL);
    CHECK_RUN(&r, 0, "outside", "");
    run_done(&r);
    run_in(&r, HERE, "status", "--json", NULL);
    CHECK_RUN(&r, 0, "\"shelves\":[{", "");
    CHECK(is_one_line(r.out));
    run_done(&r);
}
TEST(status_lists_files_and_tells_why)
{
    twice(status_and_files);
}

static void index_stats(void)
{
    static const char *const keys[] = {"files",   "skipped",     "bytes",       "passages",
                                       "terms",   "definitions", "index_bytes", "cpu_ms",
                                       "wall_ms", "peak_rss_kb"};
    struct run r;
    run_in(&r, HERE, "index", "--stats", NULL);
    CHECK_RUN(&r, 0, "", "");
    cJSON *json = cJSON_Parse(r.out);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        CHECK(cJSON_GetObjectItem(json, keys[i]) != NULL);
    CHECK(cJSON_GetNumberValue(cJSON_GetObjectItem(json, "files")) >= 3);
    cJSON_Delete(json);
    run_done(&r);
    run_in(&r, HERE, "index", "--root", HERE, NULL);
    CHECK_RUN(&r, 0, " files, ", "");
    run_done(&r);
}
TEST(index_prints_its_numbers_as_json)
{
    twice(index_stats);
}

/* ------------------------------------------------------------ ask and doctor */
static void ask_quotes(void)
{
    struct run r;
    run_in(&r, HERE, "ask", "--no-llm", "How are the parts of an index merged?", NULL);
    CHECK_RUN(&r, 0, "\n\nSources:\n1. ", "");
    CHECK(!strstr(r.out, "\n\n\n"));
    CHECK(strstr(r.out, "[1]") != NULL);
    run_done(&r);
    run_in(&r, HERE, "ask", "--no-llm", "배포 전에 무엇을 하나요?", NULL);
    CHECK_RUN(&r, 0, "docs/배포.md:", "");
    CHECK(strstr(r.out, "색인을 병합한다") != NULL);
    run_done(&r);
    run_in(&r, HERE, "ask", "--no-llm", "--file", "src/merge.c:1-2", "what happens here", NULL);
    CHECK_RUN(&r, 0, "", "");
    run_done(&r);
    run_in(&r, HERE, "ask", "--no-llm", "--file", "src/merge.c:9-2", "what", NULL);
    CHECK_RUN(&r, 3, "", "FIRST-LAST");
    run_done(&r);
    run_in(&r, HERE, "ask", "--no-llm", "--file", "src/merge.c:6-9", "what", NULL);
    CHECK_RUN(&r, 3, "", "src/merge.c has no line 6: its last one is 5\n");
    run_done(&r);
    run_in(&r, HERE, "ask", "--no-llm", "--file", "src/merge.c:5-99", "merge_parts", NULL);
    CHECK_RUN(&r, 0, "", "");
    run_done(&r);
    run_in(&r, HERE, "ask", "--no-llm", "--file", "src/none.c", "what", NULL);
    CHECK_RUN(&r, 3, "", "none.c");
    run_done(&r);
    run_in(&r, HERE, "ask", "--no-llm", "zzzqqq", NULL);
    CHECK_INT(r.status, 1);
    run_done(&r);
}
TEST(ask_quotes_without_a_model_and_names_its_sources)
{
    twice(ask_quotes);
}

static void doctor(void)
{
    struct run r;
    run_in(&r, HERE, "doctor", NULL);
    CHECK(r.status == 0 || r.status == 1); /* the machine's inotify limits are what they are */
    static const char *const about[] = {"version", "libraries", "runtime", "state",  "socket",
                                        "config",  "https",     "inotify", "daemon", "grants"};
    for (size_t i = 0; i < sizeof about / sizeof *about; i++)
        CHECK(strstr(r.out, about[i]) != NULL);
    CHECK_STR(r.err, "");
    run_done(&r);
}

TEST(doctor_says_a_sentence_about_everything)
{
    twice(doctor);
    struct run r;
    (void)test_write_file("config/openbook/config.json", "{\"llm\": [}");
    (void)test_write_file("state/openbook/shelves", "/gone/메모\nnotes\n");
    run_in(&r, HERE, "doctor", NULL);
    CHECK_RUN(&r, 1, "is not valid JSON", "");
    CHECK(strstr(r.out, "there is no folder /gone/메모: make it, or run openbook shelf remove"));
    CHECK(strstr(r.out, "line 2 of ") && strstr(r.out, "no absolute path"));
    run_done(&r);
    run_in(&r, HERE, "search", "merge_parts", NULL);
    CHECK_RUN(&r, 3, "", "is not valid JSON");
    CHECK(is_one_line(r.err));
    run_done(&r);
}

/* ------------------------------------------------------------ shelves */
static void shelves(void)
{
    struct run r;
    (void)test_write_file("home/내 노트/a.md", "# 결정\n\n얼룩말을 들인다 zebra\n");
    run_in(&r, HERE, "shelf", NULL);
    CHECK_RUN(&r, 1, "", "there are none; openbook shelf add DIR");
    CHECK_STR(r.out, "");
    run_done(&r);
    run_in(&r, HERE, "search", "zebra", NULL);
    CHECK_RUN(&r, 1, "", "nothing found");
    run_done(&r);
    run_in(&r, place("home"), "shelf", "add", "내 노트/", NULL);
    CHECK_RUN(&r, 0, "added /", "");
    CHECK(strstr(r.out, "/home/내 노트\n") != NULL);
    run_done(&r);
    run_in(&r, HERE, "search", "zebra", NULL);
    CHECK_RUN(&r, 0, "../home/내 노트/a.md:", "");
    run_done(&r);
    run_in(&r, HERE, "shelf", "list", NULL);
    CHECK(strncmp(r.out, place("home/내 노트"), strlen(place("home/내 노트"))) == 0);
    CHECK(is_one_line(r.out));
    CHECK_RUN(&r, 0, "", "");
    run_done(&r);
    run_in(&r, place("home"), "shelf", "--json", "list", NULL);
    cJSON *json = cJSON_Parse(r.out);
    const cJSON *list = cJSON_GetObjectItem(json, "shelves");
    CHECK_INT(cJSON_GetArraySize(list), 1);
    CHECK_STR(cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(list, 0), "path")),
              place("home/내 노트"));
    cJSON_Delete(json);
    run_done(&r);
    run_in(&r, place("home"), "shelf", "add", "내 노트", NULL);
    CHECK_RUN(&r, 3, "", "is a shelf already");
    CHECK(is_one_line(r.err));
    run_done(&r);
    run_in(&r, place("home"), "shelf", "add", "~", NULL); /* the shell knows that, we do not */
    CHECK_RUN(&r, 3, "", "there is no folder");
    run_done(&r);
    run_in(&r, HERE, "shelf", "remove", place("home/내 노트"), NULL);
    CHECK_RUN(&r, 0, "removed ", "");
    run_done(&r);
    run_in(&r, HERE, "search", "zebra", NULL);
    CHECK_RUN(&r, 1, "", "nothing found");
    run_done(&r);
}

TEST(a_shelf_is_searched_from_where_it_was_added_to_where_it_was_removed)
{
    twice(shelves);
}

/* ------------------------------------------------------------ wrong usage */
TEST(wrong_usage_is_one_line_and_status_2)
{
    static const char *const wrong[][6] = {
        {"search", NULL},
        {"search", "--nope", "x", NULL},
        {"search", "--limit", NULL},
        {"search", "--limit", "0", "x", NULL},
        {"search", "--limit", "201", "x", NULL},
        {"search", "--limit", "ten", "x", NULL},
        {"search", "--limit", "-1", "x", NULL},
        {"search", "--kind", "book", "x", NULL},
        {"search", "--by=page", "x", NULL},
        {"search", "--json", "--vimgrep", "x", NULL},
        {"search", "--json=yes", "x", NULL},
        {"search", "--queries", "f", "x", NULL},
        {"ask", NULL},
        {"ask", "--key-env", "K", "x", NULL},
        {"index", "somewhere", NULL},
        {"index", "--statistics", NULL},
        {"status", "somewhere", NULL},
        {"status", "-0", NULL},
        {"status", "--files", "--why", "x", NULL},
        {"status", "--files", "--json", NULL},
        {"shelf", "borrow", "x", NULL},
        {"shelf", "add", NULL},
        {"shelf", "add", "", NULL},
        {"shelf", "remove", NULL},
        {"shelf", "list", "x", NULL},
        {"shelf", "add", "x", "y", NULL},
        {"serve", "now", NULL},
        {"serve", "--stdio", "--background", NULL},
        {"serve", "--idle", "soon", NULL},
        {"serve", "--log", "loud", NULL},
        {"doctor", "me", NULL},
        {"version", "2", NULL},
        {"help", "nobody", NULL},
        {"serch", "x", NULL},
    };
    project();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct run r;
        const char *const *w = wrong[i];
        run_in(&r, HERE, w[0], w[1], w[1] ? w[2] : NULL, w[1] && w[2] ? w[3] : NULL,
               w[1] && w[2] && w[3] ? w[4] : NULL, NULL);
        if (r.status != 2 || r.out[0] || !is_one_line(r.err) ||
            strncmp(r.err, "openbook", 8) != 0 || !strstr(r.err, "openbook help"))
            test_fail(__FILE__, __LINE__, "case %zu (%s %s): %d\n%s%s", i, w[0], w[1] ? w[1] : "",
                      r.status, r.out, r.err);
        run_done(&r);
    }
    struct run r;
    run_in(&r, HERE, NULL);
    CHECK_RUN(&r, 2, "", "usage: openbook COMMAND");
    run_done(&r);
}

TEST(help_has_a_page_for_each_command)
{
    static const char *const commands[] = {"search", "ask",    "index",  "status", "shelf",
                                           "serve",  "doctor", "config", "help",   "version"};
    struct run r;
    private_home();
    run_in(&r, NULL, "help", NULL);
    CHECK_INT(r.status, 0);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct run page, same;
        CHECK(strstr(r.out, commands[i]) != NULL);
        run_in(&page, NULL, "help", commands[i], NULL);
        CHECK_RUN(&page, 0, "usage: openbook", "");
        run_in(&same, NULL, commands[i], "--help", NULL);
        CHECK_STR(same.out, page.out);
        run_done(&page);
        run_done(&same);
    }
    run_done(&r);
    run_in(&r, NULL, "--version", NULL);
    CHECK_RUN(&r, 0, "openbook ", "");
    run_done(&r);
    run_in(&r, NULL, "help", "serach", NULL);
    CHECK_RUN(&r, 2, "", "openbook: there is no command serach; see `openbook help`\n");
    run_done(&r);
    run_in(&r, NULL, "help", "search", "ask", NULL);
    CHECK_RUN(&r, 2, "", "about one command, not about ask too");
    run_done(&r);
    run_in(&r, NULL, "config", "edit", NULL);
    CHECK_RUN(&r, 2, "", "there are no options");
    run_done(&r);
}

/* ------------------------------------------------------------ odd places and odd files */
TEST(what_is_wrong_in_config_json_is_one_sentence)
{
    static const struct {
        const char *json, *said;
    } wrong[] = {{"[]", "must hold one JSON object"},
                 {"{\"lm\": {}}", "there is no option \"lm\"; see `openbook help config`"},
                 {"{\"llm\": {\"key\": \"sk\"}}", "there is no option \"llm.key\""},
                 {"{\"llm\": [3]}", "\"llm\" must be an object"},
                 {"{\"notes\": [3]}", "\"notes\" must be a list of directories"},
                 {"{\"one_file_system\": 1}", "must be true or false"},
                 {"{\"llm\": {\"model\": 3}}", "model must be a string"}};
    struct run r;
    project();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        (void)test_write_file("config/openbook/config.json", wrong[i].json);
        run_in(&r, HERE, "search", "merge_parts", NULL);
        CHECK_RUN(&r, 3, "", wrong[i].said);
        CHECK(is_one_line(r.err));
        run_done(&r);
    }
    (void)test_write_file("config/openbook/config.json",
                          "{\"llm\": {\"url\": \"http://127.0.0.1:1/v1\", \"max_tokens\": 9},\n"
                          " \"notes\": [\"~/none\"], \"one_file_system\": false}\n");
    run_in(&r, HERE, "search", "merge_parts", NULL);
    CHECK_RUN(&r, 0, "src/merge.c", "openbook: config.json: there is no /");
    CHECK(is_one_line(r.err));
    run_done(&r);
    run_in(&r, HERE, "doctor", NULL);
    CHECK_RUN(&r, 1, "Nothing answers at http://127.0.0.1:1, which config.json names", "");
    run_done(&r);
}

TEST(a_root_that_is_missing_or_a_file_is_one_sentence)
{
    static const char *const commands[] = {"search", "ask", "index", "status"};
    project();
    for (size_t i = 0; i < 4; i++) {
        struct run r;
        bool words = i < 2;
        run_in(&r, HERE, commands[i], "--root", "gone", words ? "x" : NULL, NULL);
        CHECK_RUN(&r, 3, "", "there is no ");
        CHECK(is_one_line(r.err) && strstr(r.err, "gone"));
        run_done(&r);
        run_in(&r, HERE, commands[i], "--root", "src/merge.c", words ? "x" : NULL, NULL);
        CHECK_RUN(&r, 3, "", "merge.c");
        CHECK(is_one_line(r.err));
        run_done(&r);
    }
}

TEST(an_empty_project_finds_nothing_and_says_so)
{
    struct run r;
    private_home();
    CHECK_INT(mkdir(place("empty"), 0700), 0);
    run_in(&r, place("empty"), "search", "--root", ".", "anything", NULL);
    CHECK_RUN(&r, 1, "",
              "nothing found: no file is indexed; openbook status counts those left out\n");
    run_done(&r);
    run_in(&r, place("empty"), "ask", "--no-llm", "--root", ".", "anything", NULL);
    CHECK_RUN(&r, 1, "There are no files to search.\n", "");
    run_done(&r);
    run_in(&r, place("empty"), "index", "--root", ".", NULL);
    CHECK_RUN(&r, 0, "0 files, 0 passages from ", "");
    run_done(&r);
    run_in(&r, place("empty"), "status", "--root", ".", NULL);
    CHECK_RUN(&r, 0, "0 files, 0 passages, 0 definitions", "");
    CHECK(!strstr(r.out, "left out"));
    run_done(&r);
    run_in(&r, place("empty"), "status", "--files", "--root", ".", NULL);
    CHECK_RUN(&r, 0, "", "");
    CHECK_STR(r.out, "");
    run_done(&r);
}

TEST(one_is_told_in_the_singular_and_what_is_left_out_in_words)
{
    struct run r;
    private_home();
    (void)test_write_file("one/하나.md", "# 하나\n");
    (void)test_write_file("one/.git/HEAD", "ref: refs/heads/main\n");
    (void)test_write_file("one/.env", "KEY=1\n");
    run_in(&r, place("one"), "index", "--root", ".", NULL);
    CHECK_RUN(&r, 0, "1 file, 1 passage from ", "");
    run_done(&r);
    run_in(&r, place("one"), "status", "--root", ".", NULL);
    CHECK_RUN(&r, 0, "(project): 1 file, 1 passage, 1 definition, ", "");
    CHECK(strstr(r.out, "\n  left out: 1 by the built-in list (version control, packages, build "
                        "output, media and the like); 1 likely to hold secrets\n"));
    run_done(&r);
    (void)test_write_file("one/two.md", "# two\n");
    run_in(&r, place("one"), "index", "--root", ".", NULL);
    CHECK_RUN(&r, 0, "2 files, 2 passages from ", "");
    run_done(&r);
}

TEST(a_binary_and_a_huge_file_are_skipped_and_told)
{
    struct run r;
    static char huge[2 << 20];
    project();
    (void)test_write_bytes("p/image.c", "merge\0parts\1\2", 13);
    memset(huge, 'a', sizeof huge);
    (void)test_write_bytes("p/huge.c", huge, sizeof huge);
    run_in(&r, HERE, "status", NULL);
    CHECK_RUN(&r, 0, "; 1 too large; 1 not text\n", "");
    CHECK(strstr(r.out, "\na folder that is left out counts once; --files lists what is indexed, "
                        "--why PATH names the rule\n"));
    run_done(&r);
    run_in(&r, HERE, "status", "--files", NULL);
    CHECK(!strstr(r.out, "image.c") && !strstr(r.out, "huge.c"));
    run_done(&r);
    run_in(&r, HERE, "status", "--why", "huge.c", NULL);
    CHECK_RUN(&r, 0, "huge.c", "");
    run_done(&r);
}

TEST(a_file_that_cannot_be_read_does_not_stop_the_others)
{
    struct run r;
    test_drop_rights();
    if (access(getenv("OPENBOOK_BIN"), X_OK) != 0)
        test_skip("the program lies where only root may run it");
    project();
    CHECK_INT(chmod(place("p/docs/guide.md"), 0), 0);
    run_in(&r, HERE, "search", "merge_parts", NULL);
    CHECK_RUN(&r, 0, "src/merge.c", "");
    run_done(&r);
    run_in(&r, HERE, "status", NULL);
    CHECK_RUN(&r, 0, "; 1 not readable for you\n", "");
    run_done(&r);
}

TEST(names_and_questions_of_any_bytes_are_taken)
{
    struct run r;
    project();
    (void)test_write_file("p/docs/\xb8\xde\xb8\xf0.md",
                          "# Memo\n\nA contrabassoon plays.\n"); /* CP949 */
    /* 한글 decomposed, as macOS writes it. */
    (void)test_write_file(
        "p/docs/\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab\xe1\x84\x80\xe1\x85\xb3\xe1\x86\xaf.md",
        "# 글\n\n바순을 분다.\n");
    run_in(&r, HERE, "search", "contrabassoon", NULL);
    CHECK_RUN(&r, 0, "docs/\xb8\xde\xb8\xf0.md:", ""); /* opens as printed */
    run_done(&r);
    run_in(&r, HERE, "search", "--json", "contrabassoon", NULL);
    CHECK_INT(r.status, 0);
    cJSON *json = cJSON_Parse(r.out);
    CHECK(json != NULL);
    cJSON_Delete(json);
    run_done(&r);
    run_in(&r, HERE, "search", "바순", NULL);
    CHECK_RUN(&r, 0, "docs/\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
              ""); /* not composed: it would not open */
    run_done(&r);
    run_in(&r, HERE, "status", "--files", NULL);
    CHECK_RUN(&r, 0, "docs/\xb8\xde\xb8\xf0.md\n", "");
    run_done(&r);
    run_in(&r, HERE, "search", "merge_parts \xff\xfe \xea", NULL);
    CHECK_RUN(&r, 0, "src/merge.c", "");
    run_done(&r);
    run_in(&r, HERE, "search", "--- a/src/merge.c\n-- Configuring: error", NULL); /* pasted */
    CHECK_RUN(&r, 0, "src/merge.c", "");
    run_done(&r);
    run_in(&r, HERE, "search", "--kind", "\x1b[31m\xff", "x", NULL);
    CHECK_INT(r.status, 2);
    CHECK(!strchr(r.err, '\x1b'));
    run_done(&r);
}

TEST(places_that_cannot_be_written_and_no_home_do_not_stop_a_search)
{
    struct run r;
    project();
    static const char *const dirs[] = {"XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME",
                                       "XDG_CONFIG_HOME", "TMPDIR"};
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
        CHECK_INT(setenv(dirs[i], "/proc/nowhere", 1), 0);
    run_in(&r, HERE, "search", "merge_parts", NULL);
    CHECK_RUN(&r, 0, "src/merge.c", "");
    run_done(&r);
    run_in(&r, HERE, "serve", "--background", NULL);
    CHECK_RUN(&r, 3, "", "/proc/nowhere");
    CHECK(is_one_line(r.err));
    run_done(&r);
    run_in(&r, HERE, "doctor", NULL);
    CHECK_RUN(&r, 1, "warn", "");
    run_done(&r);
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
        CHECK_INT(unsetenv(dirs[i]), 0);
    CHECK_INT(unsetenv("HOME"), 0);
    CHECK_INT(setenv("TMPDIR", place("run"), 1), 0);
    run_in(&r, HERE, "search", "merge_parts", NULL);
    CHECK_RUN(&r, 0, "src/merge.c", "");
    run_done(&r);
    run_in(&r, HERE, "ask", "--no-llm", "how are the parts merged", NULL);
    CHECK_INT(r.status, 0);
    run_done(&r);
}

TEST(a_reader_that_closes_the_pipe_ends_it_without_a_word_and_a_full_disk_is_told)
{
    project();
    int ends[2];
    size_t len;
    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    for (int round = 0; round < 2; round++) {
        int out = round == 0 ? ends[1] : open("/dev/full", O_WRONLY | O_CLOEXEC);
        if (round == 0)
            close(ends[0]);
        CHECK(out >= 0);
        pid_t pid = fork();
        if (pid == 0) {
            dup2(out, 1);
            if (!freopen(place("err"), "w", stderr) || chdir(HERE) != 0)
                _exit(126);
            execl(program_path(), "openbook", "search", "merge_parts", (char *)NULL);
            _exit(127);
        }
        CHECK_INT(program_status(pid), 3);
        char *err = program_text(&len, place("err"));
        if (round == 0)
            CHECK_STR(err, "");
        else
            CHECK(strstr(err, "openbook: cannot write to stdout: No space left") == err);
        free(err);
        close(out);
    }
}

/* With a model that is held before its last words. */
TEST(a_reader_that_leaves_ends_the_question)
{
    struct model_server m;
    char url[64], first[16];
    int ends[2];
    project();
    model_server_start(&m, "reply", "text One [1].\\n", "gate", "text Two.\\n", "gate",
                       "text Three.", NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/v1", m.port);
    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (dup2(ends[1], 1) == 1 && chdir(HERE) == 0)
            execl(program_path(), "openbook", "ask", "--url", url, "how are parts merged?",
                  (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    model_server_await(&m, "gate 1");
    CHECK(read(ends[0], first, sizeof first) > 0);
    close(ends[0]);
    model_server_say(&m, "next");
    CHECK_INT(program_status(pid), 3);
    model_server_await(&m, "abandoned 1");
    model_server_stop(&m);
}

TEST(a_daemon_that_is_hung_or_refuses_is_done_without)
{
    struct run r;
    project();
    run_in(&r, NULL, "serve", "--background", NULL);
    CHECK_RUN(&r, 0, "", "");
    run_done(&r);
    run_in(&r, HERE, "status", NULL);
    CHECK_RUN(&r, 0, "pid ", "");
    pid_t pid = (pid_t)strtol(strstr(r.out, "pid ") + 4, NULL, 10);
    run_done(&r);
    CHECK_INT(kill(pid, SIGSTOP), 0);
    run_in(&r, HERE, "search", "merge_parts", NULL);
    CHECK_INT(kill(pid, SIGKILL), 0);
    CHECK_RUN(&r, 0, "src/merge.c", "");
    run_done(&r);
    run_in(&r, HERE, "search", "merge_parts", NULL); /* a socket that nobody serves */
    CHECK_RUN(&r, 0, "src/merge.c", "");
    run_done(&r);
}

TEST_MAIN(CASE(search_prints_places_relative_to_the_working_directory),
          CASE(vimgrep_lines_open_as_printed), CASE(json_is_one_object_with_all_that_is_promised),
          CASE(kind_by_like_explain_and_several_roots), CASE(a_batch_answers_line_by_line),
          CASE(with_a_daemon_the_output_is_the_same_as_without),
          CASE(status_lists_files_and_tells_why), CASE(index_prints_its_numbers_as_json),
          CASE(ask_quotes_without_a_model_and_names_its_sources),
          CASE(doctor_says_a_sentence_about_everything),
          CASE(a_shelf_is_searched_from_where_it_was_added_to_where_it_was_removed),
          CASE(wrong_usage_is_one_line_and_status_2), CASE(help_has_a_page_for_each_command),
          CASE(what_is_wrong_in_config_json_is_one_sentence),
          CASE(a_root_that_is_missing_or_a_file_is_one_sentence),
          CASE(an_empty_project_finds_nothing_and_says_so),
          CASE(one_is_told_in_the_singular_and_what_is_left_out_in_words),
          CASE(a_binary_and_a_huge_file_are_skipped_and_told),
          CASE(a_file_that_cannot_be_read_does_not_stop_the_others),
          CASE(names_and_questions_of_any_bytes_are_taken),
          CASE(places_that_cannot_be_written_and_no_home_do_not_stop_a_search),
          CASE(a_reader_that_closes_the_pipe_ends_it_without_a_word_and_a_full_disk_is_told),
          CASE(a_reader_that_leaves_ends_the_question),
          CASE(a_daemon_that_is_hung_or_refuses_is_done_without))
