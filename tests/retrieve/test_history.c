/* A list follows from the files alone: not from the order in which they came into the index, the versions
 * they had before, or how many threads read them. */
#include "../chance.h"
#include "ask.h"

enum { FILES = 260, BATCHES = 120, TEXT = 4000, LISTS = 64 * 1024 };

static char texts[FILES][TEXT];
static char paths[FILES][64];

static const char *const words[] = {"load",  "store", "parse",  "config", "token",  "cache",
                                    "queue", "retry", "socket", "buffer", "render", "layout",
                                    "색인",  "질문",  "설정",   "캐시",   "버퍼",   "검색"};

static const char *const questions[] = {"how is the config parsed",
                                        "load_token_cache",
                                        "retry a socket",
                                        "cache 버퍼",
                                        "색인을 검색하는 설정",
                                        "render layout of the queue",
                                        "parseToken",
                                        "laod_tokne",
                                        "srtoe",
                                        "설졍",
                                        "store config cache queue buffer socket"};

/* ------------------------------------------------------------ a project */
static const char *some_name(void)
{
    static char of[2][64];
    static int next;
    char *out = of[next++ % 2];
    snprintf(out, sizeof of[0], "%s_%s_%s", words[any(10)], words[any(10)], words[any(10)]);
    return out;
}

static size_t add_function(char *out, size_t room)
{
    return (size_t)snprintf(
        out, room, "def %s():\n    \"\"\"%s %s %s\"\"\"\n    return %s(%s)\n\n\n", some_name(),
        PICK(words), PICK(words), PICK(words), some_name(), PICK(words));
}

static size_t add_section(char *out, size_t room)
{
    return (size_t)snprintf(out, room, "# %s %s\n\n%s %s %s `%s`.\n\n", PICK(words), PICK(words),
                            PICK(words), PICK(words), PICK(words), some_name());
}

static void make_file(size_t i, char *text)
{
    size_t len = 0;
    bool note = i % 5 == 0;
    for (unsigned n = 1 + any(12); n && len < TEXT - 400; n--)
        len += note ? add_section(text + len, TEXT - len) : add_function(text + len, TEXT - len);
    snprintf(paths[i], sizeof paths[i], "%s%zu/%s%zu.%s", PICK(words), i % 7, words[i % 18], i,
             note ? "md" : "py");
}

static void make_project(void)
{
    chance_begin(5);
    for (size_t i = 0; i < FILES; i++) {
        make_file(i, texts[i]);
        if (i % 9 == 8) /* a copy: equals have an order, too */
            memcpy(texts[i], texts[i - 1], TEXT);
        save(paths[i], texts[i]);
    }
}

/* ------------------------------------------------------------ lists */
static void add_lists(char *out, enum ob_search_by by)
{
    size_t len = strlen(out);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        search_bytes(questions[i], strlen(questions[i]), by);
        len += (size_t)snprintf(out + len, LISTS - len, "%s <%s>\n", questions[i], hits.nearest);
        for (size_t k = 0; k < hits.len; k++)
            len += (size_t)snprintf(out + len, LISTS - len, "  %s:%u-%u %a\n", hits.items[k].path,
                                    hits.items[k].first_line, hits.items[k].last_line,
                                    hits.items[k].score);
        CHECK(len < LISTS);
        ob_hits_release(&hits);
    }
}

/* What the snapshot of the view lists. */
static const char *lists(void)
{
    static char of[2][LISTS];
    static int next;
    char *out = of[next++ % 2];
    *out = 0;
    add_lists(out, OB_BY_FILE);
    add_lists(out, OB_BY_PASSAGE);
    return out;
}

/* ------------------------------------------------------------ histories */
static void put(struct ob_index *x, struct ob_terms *t, const size_t *files, size_t n, bool as_now)
{
    struct ob_doc *docs[FILES] = {0};
    struct ob_error e = OB_ERROR_INIT;
    char old[TEXT], path[64];
    for (size_t i = 0; i < n; i++) {
        const char *text = texts[files[i]];
        if (!as_now) {
            memcpy(path, paths[files[i]], sizeof path);
            make_file(files[i], old);
            memcpy(paths[files[i]], path, sizeof path);
            text = old;
        }
        CHECK_INT(ob_doc_new(&docs[i], t, paths[files[i]], text, strlen(text), &e), 0);
    }
    ob_index_apply(x, docs, n, NULL, 0);
    for (size_t i = 0; i < n; i++)
        ob_doc_unref(docs[i]);
}

static void shuffle(size_t *files)
{
    for (size_t i = 0; i < FILES; i++)
        files[i] = i;
    for (size_t i = FILES - 1; i > 0; i--) {
        size_t k = any((unsigned)i + 1), was = files[i];
        files[i] = files[k];
        files[k] = was;
    }
}

/* Asks, or counts what is asked later, of the index as it is now. */
static void look_in(struct ob_index *x, int batch)
{
    struct ob_snapshot *was = view.snapshot;
    view.snapshot = ob_index_snapshot(x);
    if (batch % 4 == 0) {
        search(PICK(questions));
        ob_hits_release(&hits);
    } else if (batch % 4 == 1) {
        ob_index_settle(x, NULL);
    }
    ob_snapshot_unref(view.snapshot);
    view.snapshot = was;
}

/* Files come and go in versions of their own, a few at a time, and some questions are asked meanwhile;
 * then those that are not what they should be become it. */
static struct ob_index *live_through(uint64_t seed)
{
    struct ob_index *x = ob_index_new();
    struct ob_terms *t = ob_terms_new();
    size_t files[FILES];
    bool right[FILES] = {false};
    chance_begin(seed);
    for (int batch = 0; batch < BATCHES; batch++) {
        size_t n = 1 + any(batch % 10 ? 3 : 60);
        bool as_now = batch % 10 == 0 || any(3);
        shuffle(files);
        put(x, t, files, n, as_now);
        for (size_t i = 0; i < n; i++)
            right[files[i]] = as_now;
        if (any(2)) {
            size_t lost = any(FILES);
            const char *gone = paths[lost];
            ob_index_apply(x, NULL, 0, &gone, 1);
            right[lost] = false;
        }
        look_in(x, batch);
    }
    for (size_t i = 0; i < FILES; i++)
        if (!right[files[i]])
            put(x, t, &files[i], 1, true);
    ob_terms_free(t);
    return x;
}

TEST(lists_follow_from_the_files_and_not_from_their_history)
{
    make_project();
    open_project();
    take_view(0);
    const char *expected = lists();
    CHECK(strstr(expected, "  ") != NULL);
    struct ob_snapshot *plain = view.snapshot;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct ob_index *x = live_through(seed);
        struct ob_index_stats stats;
        view.snapshot = ob_index_snapshot(x);
        ob_snapshot_stats(&stats, view.snapshot);
        CHECK_INT(stats.files, FILES);
        CHECK(seed > 1 || stats.parts > 1);
        test_check_str(__FILE__, __LINE__, "lists", lists(), expected);
        expected = lists();
        ob_snapshot_unref(view.snapshot);
        ob_index_free(x);
    }
    view.snapshot = plain;
    done();
    close_all();
}

TEST(lists_do_not_depend_on_the_number_of_threads)
{
    static char expected[LISTS];
    make_project();
    for (unsigned threads = 1; threads <= 4; threads++) {
        struct ob_shelf_options o = OB_SHELF_OPTIONS_INIT;
        o.threads = threads;
        open_with(project(), &o);
        wait_fresh(0);
        take_view(0);
        if (threads == 1)
            snprintf(expected, sizeof expected, "%s", lists());
        else
            test_check_str(__FILE__, __LINE__, "lists", lists(), expected);
        done();
        close_all();
    }
}

TEST_MAIN(CASE(lists_follow_from_the_files_and_not_from_their_history),
          CASE(lists_do_not_depend_on_the_number_of_threads))
