/* Unsaved text that comes in pieces: what is known afterwards is what the client has, and a piece that
 * does not fit costs the text, never its truth. */
#include "openbook/base/mem.h"

#include "../../src/rpc/inside.h"
#include "house.h"

struct desk {
    struct house h;
    struct editor e;
    char path[600];
};

static void open_desk(struct desk *d)
{
    start(&d->h);
    enter(&d->e, &d->h);
    snprintf(d->path, sizeof d->path, "%s/merge.c", project());
    (void)attach(&d->e, project());
}

static void close_desk(struct desk *d)
{
    editor_close(&d->e);
    finish(&d->h);
}

/* What the server holds for the first client; NULL: nothing. */
static const struct ob_text *held(const struct desk *d)
{
    return ob_unsaved_get(d->h.server->unsaved, 1, d->path);
}

static void holds(int line, const struct desk *d, const char *want)
{
    const struct ob_text *text = held(d);
    if (!text || text->len != strlen(want) || memcmp(text->data, want, text->len) != 0)
        test_fail(__FILE__, line, "got %s\nwant %s", text ? text->data : "nothing", want);
}
#define HOLDS(d, want) holds(__LINE__, d, want)

#define UPDATE(d, ...) (void)editor_call(&(d)->e, "update", "{'path':'%s'," __VA_ARGS__)
#define REFUSED(d, code, ...) editor_refused(&(d)->e, code, "update", "{'path':'%s'," __VA_ARGS__)

TEST(a_piece_takes_the_place_of_lines)
{
    struct desk d;
    open_desk(&d);
    UPDATE(&d, "'text':'one\\ntwo\\nthree\\n'}", d.path);
    UPDATE(&d, "'text':'둘\\n','first_line':2,'removed':1,'lines':3}", d.path);
    HOLDS(&d, "one\n둘\nthree\n");
    UPDATE(&d, "'text':'zero\\n','first_line':1,'lines':4}", d.path); /* before all */
    UPDATE(&d, "'text':'four\\n','first_line':5,'lines':5}", d.path); /* behind all */
    HOLDS(&d, "zero\none\n둘\nthree\nfour\n");
    UPDATE(&d, "'text':'','first_line':2,'removed':3,'lines':2}", d.path);
    HOLDS(&d, "zero\nfour\n");
    UPDATE(&d, "'text':'','first_line':1,'removed':2,'lines':0}", d.path);
    HOLDS(&d, "");
    UPDATE(&d, "'text':'again\\n','first_line':1,'lines':1}", d.path);
    HOLDS(&d, "again\n");
    close_desk(&d);
}

TEST(a_last_line_without_its_line_feed_is_a_line)
{
    struct desk d;
    open_desk(&d);
    UPDATE(&d, "'text':'one\\ntwo'}", d.path);
    UPDATE(&d, "'text':'three\\n','first_line':3,'lines':3}", d.path);
    HOLDS(&d, "one\ntwo\nthree\n");
    UPDATE(&d, "'text':'3','first_line':3,'removed':1,'lines':3}", d.path);
    HOLDS(&d, "one\ntwo\n3");
    UPDATE(&d, "'text':'1\\n','first_line':1,'removed':1,'lines':3}", d.path);
    HOLDS(&d, "1\ntwo\n3");
    CHECK(strstr(REFUSED(&d, "invalid", "'text':'x','first_line':1,'lines':4}", d.path),
                 "must end with a line feed"));
    close_desk(&d);
}

TEST(what_is_searched_stays_until_the_last_piece)
{
    struct desk d;
    open_desk(&d);
    UPDATE(&d, "'text':'old\\n'}", d.path);
    UPDATE(&d, "'text':'a\\n','more':true}", d.path);
    UPDATE(&d, "'text':'b\\n','first_line':2,'more':true}", d.path);
    HOLDS(&d, "old\n");
    const cJSON *found = editor_call(&d.e, "search", "{'query':'old','wait_ms':10000}");
    CHECK_INT(editor_number(found, "behind"), 1); /* and says that something is still to come */
    UPDATE(&d, "'text':'','first_line':1,'removed':1,'more':true}", d.path); /* an edit meanwhile */
    UPDATE(&d, "'text':'c\\n','first_line':2,'lines':2}", d.path);
    HOLDS(&d, "b\nc\n");
    found = editor_call(&d.e, "search", "{'query':'old','wait_ms':10000}");
    CHECK_INT(editor_number(found, "behind"), 0);
    close_desk(&d);
}

TEST(a_whole_text_or_none_ends_what_came_in_pieces)
{
    struct desk d;
    open_desk(&d);
    UPDATE(&d, "'text':'a\\n','more':true}", d.path);
    UPDATE(&d, "'text':'whole\\n'}", d.path);
    HOLDS(&d, "whole\n");
    UPDATE(&d, "'text':'b\\n','first_line':2,'lines':2}", d.path); /* not of the draft */
    HOLDS(&d, "whole\nb\n");
    UPDATE(&d, "'text':'a\\n','more':true}", d.path);
    (void)editor_call(&d.e, "update", "{'path':'%s'}", d.path);
    CHECK(held(&d) == NULL);
    (void)REFUSED(&d, "not_found", "'text':'b\\n','first_line':2}", d.path);
    close_desk(&d);
}

TEST(a_piece_that_does_not_fit_is_refused_and_the_disk_counts)
{
    static const char *const wrong[] = {
        "'text':'x\\n','first_line':5}",             /* behind the end */
        "'text':'x\\n','first_line':2,'removed':3}", /* more than there are */
        "'text':'x\\n','first_line':4294967295}",    /* far away */
        "'text':'x\\n','first_line':1,'removed':4294967295}",
        "'text':'x\\n','first_line':1,'lines':3}", /* four now */
        "'text':'x','first_line':1,'removed':1}",  /* would join two lines */
    };
    struct desk d;
    open_desk(&d);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char params[200];
        snprintf(params, sizeof params, "{'path':'%%s',%s", wrong[i]);
        UPDATE(&d, "'text':'typed_only\\nb\\nc\\n'}", d.path);
        (void)editor_refused(&d.e, "invalid", "update", params, d.path);
        CHECK(held(&d) == NULL);
        const cJSON *found = editor_call(&d.e, "search", "{'query':'typed_only','wait_ms':10000}");
        CHECK_INT(cJSON_GetArraySize(editor_get(found, "results")), 0);
    }
    (void)REFUSED(&d, "invalid", "'first_line':1}", d.path); /* no text */
    (void)REFUSED(&d, "invalid", "'more':true}", d.path);
    (void)REFUSED(&d, "invalid", "'text':'x','first_line':-1}", d.path);
    (void)REFUSED(&d, "invalid", "'text':'x','more':1}", d.path);
    close_desk(&d);
}

TEST(the_ninth_text_in_pieces_is_busy_and_one_that_ends_makes_room)
{
    struct desk d;
    open_desk(&d);
    for (int i = 0; i < OB_RPC_MAX_DRAFTS; i++)
        (void)editor_call(&d.e, "update", "{'path':'/tmp/%d','text':'x\\n','more':true}", i);
    (void)REFUSED(&d, "busy", "'text':'x\\n','more':true}", d.path);
    (void)editor_call(&d.e, "update", "{'path':'/tmp/3','text':'y\\n','first_line':2}");
    UPDATE(&d, "'text':'x\\n','more':true}", d.path);
    close_desk(&d); /* the others end with the client */
}

TEST(pieces_over_the_limit_of_a_text_are_refused)
{
    struct desk d;
    open_desk(&d);
    size_t len = 6 << 20;
    char *piece = ob_alloc(len + 1);
    memset(piece, 'x', len);
    UPDATE(&d, "'text':'%s','more':true}", d.path, piece);
    UPDATE(&d, "'text':'%s','first_line':2,'more':true}", d.path, piece);
    (void)REFUSED(&d, "too_big", "'text':'%s','first_line':3,'more':true}", d.path, piece);
    CHECK(held(&d) == NULL);
    CHECK(d.h.server->sessions->n_drafts == 0);
    ob_free(piece);
    close_desk(&d);
}

/* ------------------------------------------------------------ files that are reached through a link */
TEST(a_text_reached_through_a_link_belongs_to_the_shelf_that_the_link_leads_to)
{
    struct desk d;
    char link[400], found_file[600];
    open_desk(&d);
    snprintf(link, sizeof link, "%s/링크", test_scratch);
    CHECK_INT(symlink(project(), link), 0);
    d.e.loop = NULL; /* both lie in one write: the question waits behind the text */
    uint32_t sent = editor_request(
        &d.e, "update", "{'path':'%s/merge.c','text':'int typed_through(void);\\n'}", link);
    uint32_t asked = editor_request(&d.e, "search", "{'query':'typed_through','wait_ms':10000}");
    d.e.loop = &d.h.loop;
    CHECK(cJSON_IsNull(editor_item(editor_response(&d.e, sent), 2)));
    const cJSON *hits = editor_get(editor_item(editor_response(&d.e, asked), 3), "results");
    CHECK_INT(cJSON_GetArraySize(hits), 1);
    snprintf(found_file, sizeof found_file, "%s/merge.c", project());
    CHECK_STR(editor_text(editor_item(hits, 0), "file"), found_file);
    const cJSON *why = editor_call(&d.e, "why", "{'path':'%s/merge.c'}", link);
    CHECK(!strstr(editor_text(why, "text"), "outside"));
    close_desk(&d);
}

TEST(a_text_reached_through_a_link_is_handed_to_a_shelf_that_comes_later)
{
    struct desk d;
    char link[400];
    start(&d.h);
    enter(&d.e, &d.h);
    (void)editor_call(&d.e, "attach", "{'protocol':1}");
    snprintf(link, sizeof link, "%s/link", test_scratch);
    CHECK_INT(symlink(project(), link), 0);
    (void)editor_call(&d.e, "update", "{'path':'%s/merge.c','text':'int typed_before;\\n'}", link);
    (void)attach(&d.e, project());
    const cJSON *found = editor_call(
        &d.e, "search",
        "{'query':'typed_before','wait_ms':10000,'context':{'open':['%s/merge.c']}}", link);
    CHECK_INT(cJSON_GetArraySize(editor_get(found, "results")), 1);
    close_desk(&d);
}

/* ------------------------------------------------------------ long texts, which a worker changes */
enum { LONG_LINES = 20000, LONG_LINE = 20 };

/* Sends LONG_LINES lines, whole; as JSON each is a byte longer. */
static void send_long(struct desk *d)
{
    char *text = ob_alloc(LONG_LINES * (LONG_LINE + 1) + 1);
    for (size_t i = 0; i < LONG_LINES; i++)
        snprintf(text + i * (LONG_LINE + 1), LONG_LINE + 2, "word_%06zu 고래 \\n", i);
    UPDATE(d, "'text':'%s'}", d->path, text);
    ob_free(text);
}

static size_t long_len(void)
{
    return LONG_LINES * strlen("word_000000 고래 \n");
}

TEST(a_long_text_is_changed_behind_what_was_sent_before_and_before_what_comes_then)
{
    struct desk d;
    open_desk(&d);
    send_long(&d);
    CHECK_INT(held(&d)->len, long_len());
    uint32_t first = d.e.next_id + 1;
    d.e.loop = NULL; /* all lie in one write */
    for (int i = 1; i <= 20; i++)
        (void)editor_request(&d.e, "update",
                             "{'path':'%s','text':'typed_%02d\\n','first_line':%d,'removed':1,"
                             "'more':%s,'lines':%d}",
                             d.path, i, i * 7, i % 3 ? "true" : "false", LONG_LINES);
    uint32_t found = editor_request(&d.e, "search", "{'query':'typed_20','wait_ms':10000}");
    d.e.loop = &d.h.loop;
    for (uint32_t id = first; id < found; id++)
        CHECK(cJSON_IsNull(editor_item(editor_response(&d.e, id), 2)));
    CHECK_INT(editor_number(editor_item(editor_response(&d.e, found), 3), "behind"), 1);
    CHECK(strstr(held(&d)->data, "typed_18\n") && !strstr(held(&d)->data, "typed_19\n"));
    UPDATE(&d, "'text':'','first_line':1,'lines':%d}", d.path, LONG_LINES); /* the last piece */
    CHECK(strstr(held(&d)->data, "typed_20\n") != NULL);
    const cJSON *hits = editor_call(&d.e, "search", "{'query':'typed_20','wait_ms':10000}");
    CHECK_STR(editor_text(editor_item(editor_get(hits, "results"), 0), "path"), "merge.c");
    close_desk(&d);
}

TEST(a_piece_that_does_not_fit_a_long_text_is_refused_and_the_disk_counts)
{
    struct desk d;
    open_desk(&d);
    send_long(&d);
    CHECK(strstr(REFUSED(&d, "invalid", "'text':'x\\n','first_line':%d}", d.path, LONG_LINES + 2),
                 "send it whole"));
    CHECK(held(&d) == NULL);
    send_long(&d);
    (void)REFUSED(&d, "invalid", "'text':'x\\n','first_line':1,'lines':7}", d.path);
    CHECK(held(&d) == NULL);
    CHECK_INT(d.h.server->sessions->n_drafts, 0);
    CHECK_INT(d.h.server->sessions->n_unsaved, 0);
    close_desk(&d);
}

TEST(a_client_that_leaves_while_a_worker_changes_its_text_is_forgotten)
{
    for (int i = 0; i < 5; i++) {
        struct desk d;
        open_desk(&d);
        send_long(&d);
        d.e.loop = NULL;
        (void)editor_request(&d.e, "update", "{'path':'%s','text':'x\\n','first_line':1%s}", d.path,
                             i % 2 ? ",\"more\":true" : "");
        for (int turns = 0; turns < i; turns++)
            (void)uv_run(&d.h.loop, UV_RUN_NOWAIT);
        ob_server_close(d.h.server, on_closed, &d.h); /* it is told goodbye in the middle of it */
        (void)uv_run(&d.h.loop, UV_RUN_DEFAULT);
        CHECK(d.h.closed);
        CHECK_INT(uv_loop_close(&d.h.loop), 0);
        editor_close(&d.e);
    }
}

/* JSON of N lines of Korean with their numbers from FROM on; as they are with "\n" for their ends in WANT. */
static char *korean_lines(struct ob_buf *want, size_t from, size_t n)
{
    struct ob_buf json;
    ob_buf_init(&json, 16 << 20);
    for (size_t i = from; i < from + n; i++) {
        CHECK_INT(ob_buf_appendf(&json, "%zu번째 줄에 고래가 산다\\n", i), 0);
        CHECK_INT(ob_buf_appendf(want, "%zu번째 줄에 고래가 산다\n", i), 0);
    }
    return ob_buf_detach(&json, NULL);
}

TEST(long_texts_and_pieces_in_one_message_each_are_taken_whole_and_in_order)
{
    enum { N = 10000 }; /* some 400 KB */
    struct desk d;
    struct ob_buf want;
    open_desk(&d);
    ob_buf_init(&want, 16 << 20);
    char *first = korean_lines(&want, 1, N);
    UPDATE(&d, "'text':'%s'}", d.path, first);
    HOLDS(&d, ob_buf_str(&want));
    UPDATE(&d, "'text':'%s','more':true}", d.path,
           first); /* the beginning, behind what it replaces */
    char *second = korean_lines(&want, N + 1, N);
    (void)editor_call(&d.e, "update", /* its keys stand behind the text */
                      "{'text':'%s','first_line':%d,'more':true,'path':'%s'}", second, N + 1,
                      d.path);
    char *third = korean_lines(&want, 2 * N + 1, N);
    (void)editor_call(&d.e, "update", "{'text':'%s','lines':%d,'first_line':%d,'path':'%s'}", third,
                      3 * N, 2 * N + 1, d.path);
    HOLDS(&d, ob_buf_str(&want));
    UPDATE(&d, "'text':'%s','first_line':1,'removed':%d,'lines':%d}", d.path, first, 3 * N, N);
    ob_buf_clear(&want);
    ob_free(korean_lines(&want, 1, N));
    HOLDS(&d, ob_buf_str(&want));
    const cJSON *found = editor_call(
        &d.e, "search", "{'query':'%d번째','wait_ms':10000,'context':{'text':'%s'}}", N, second);
    CHECK(cJSON_GetArraySize(editor_get(found, "results")) >= 1);
    ob_free(first);
    ob_free(second);
    ob_free(third);
    ob_buf_release(&want);
    close_desk(&d);
}

/* ------------------------------------------------------------ against a list of lines */
enum { LINES_MAX = 300, ROUNDS = 400 };

static unsigned long long seed = 20260131;

static unsigned below(unsigned n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33) % n;
}

struct model {
    char lines[LINES_MAX * 2][24];
    unsigned len;
};

static void edit_lines(struct model *m, unsigned first, unsigned removed, unsigned added)
{
    memmove(m->lines[first + added], m->lines[first + removed],
            (m->len - first - removed) * sizeof *m->lines);
    for (unsigned i = 0; i < added; i++)
        snprintf(m->lines[first + i], sizeof *m->lines, below(2) ? "줄 %u" : "line %u",
                 below(1000));
    m->len += added - removed;
}

/* Lines FIRST to FIRST + N as JSON holds them. */
static void text_of(char *out, size_t size, const struct model *m, unsigned first, unsigned n,
                    const char *feed)
{
    size_t at = 0;
    out[0] = '\0';
    for (unsigned i = first; i < first + n; i++)
        at += (size_t)snprintf(out + at, size - at, "%s%s", m->lines[i], feed);
}

TEST(random_edits_in_random_pieces_end_in_the_same_text)
{
    static struct model m;
    static char text[LINES_MAX * 2 * 30];
    struct desk d;
    open_desk(&d);
    UPDATE(&d, "'text':''}", d.path);
    for (int round = 0; round < ROUNDS; round++) {
        unsigned first = below(m.len + 1), removed = below(m.len - first + 1);
        unsigned added = m.len > LINES_MAX ? 0 : below(20);
        edit_lines(&m, first, removed, added);
        do { /* the lines that are new, some at a time */
            unsigned n = below(added + 1);
            text_of(text, sizeof text, &m, first, n, "\\n");
            bool more = n < added;
            UPDATE(&d, "'text':'%s','first_line':%u,'removed':%u,'more':%s,'lines':%u}", d.path,
                   text, first + 1, removed, more ? "true" : "false", m.len - (added - n));
            first += n;
            added -= n;
            removed = 0;
            if (!more)
                break;
        } while (true);
        text_of(text, sizeof text, &m, 0, m.len, "\n");
        HOLDS(&d, text);
    }
    close_desk(&d);
}

TEST_MAIN(CASE(long_texts_and_pieces_in_one_message_each_are_taken_whole_and_in_order),
          CASE(a_piece_takes_the_place_of_lines), CASE(a_last_line_without_its_line_feed_is_a_line),
          CASE(what_is_searched_stays_until_the_last_piece),
          CASE(a_whole_text_or_none_ends_what_came_in_pieces),
          CASE(a_piece_that_does_not_fit_is_refused_and_the_disk_counts),
          CASE(the_ninth_text_in_pieces_is_busy_and_one_that_ends_makes_room),
          CASE(pieces_over_the_limit_of_a_text_are_refused),
          CASE(a_text_reached_through_a_link_belongs_to_the_shelf_that_the_link_leads_to),
          CASE(a_text_reached_through_a_link_is_handed_to_a_shelf_that_comes_later),
          CASE(a_long_text_is_changed_behind_what_was_sent_before_and_before_what_comes_then),
          CASE(a_piece_that_does_not_fit_a_long_text_is_refused_and_the_disk_counts),
          CASE(a_client_that_leaves_while_a_worker_changes_its_text_is_forgotten),
          CASE(random_edits_in_random_pieces_end_in_the_same_text))
