/* The keeper step by step, on this thread: what changes between one step and the next.  Its source is
 * part of this program, so that each case can stop between a look and the reading that follows it. */
#include <sys/stat.h>
#include <unistd.h>

#include "openbook/base/hash.h"

#include "../../src/shelf/keeper.c"
#include "test.h"

static struct ob__keeper keeper;

static void no_news(void *data)
{
    (void)data;
}

static const char *at(const char *name)
{
    return test_path("p/%s", name);
}

static void save(const char *name, const char *text)
{
    char inside[512];
    snprintf(inside, sizeof inside, "p/%s", name);
    test_write_file(inside, text);
}

static void move(const char *from, const char *to)
{
    CHECK_INT(rename(at(from), at(to)), 0);
}

/* A keeper that has walked its folder and whose thread does not run. */
static void begin(void)
{
    struct ob_root *root;
    struct ob__keeper_options o = {.walk = OB_WALK_OPTIONS_INIT, .threads = 1, .notify = no_news};
    CHECK_INT(ob_root_open(&root, at(""), NULL), 0);
    ob__keeper_init(&keeper, root, ob_index_new(), &o);
    ob_root_unref(root);
    walk(&keeper);
}

static void end(void)
{
    struct ob_index *index = keeper.index;
    ob__keeper_release(&keeper);
    ob_index_free(index);
}

static bool has(const char *name, const char *text)
{
    struct ob__known known;
    struct ob_snapshot *s = ob_index_snapshot(keeper.index);
    const struct ob_doc *doc = ob_snapshot_doc(s, name);
    bool taken = ob__ledger_get(&known, &keeper.ledger, name) && known.reason == OB_SKIP_NONE;
    bool same = doc && text && ob_doc_text_hash(doc) == ob_hash(text, strlen(text)) &&
                known.text_hash == ob_doc_text_hash(doc);
    CHECK_INT(taken, doc != NULL); /* the keeper's invariant */
    ob_snapshot_unref(s);
    return text ? same : !doc;
}

/* Makes NAME one that its stat tells enough of. */
static void be_old(const char *name)
{
    struct ob__known known;
    CHECK(ob__ledger_get(&known, &keeper.ledger, name));
    known.racy = false;
    ob__ledger_set(&keeper.ledger, name, &known);
}

/* Does what waits in the queue; false when nothing does. */
static bool work(void)
{
    struct ob__work work;
    if (ob__queue_len(keeper.queue) == 0)
        return false;
    CHECK(ob__queue_take(&work, keeper.queue));
    do_work(&keeper, &work);
    return true;
}

TEST(file_that_is_away_for_a_moment_between_two_looks_is_not_lost)
{
    struct round r = {.k = &keeper};
    save("d/a.md", "하나\n");
    begin();
    look_at(&r, "d/a.md", true);
    move("d", "e");
    look_below(&r, "d/a.md");
    move("e", "d");
    settle(&r);
    round_release(&r);
    while (work())
        ;
    CHECK(has("d/a.md", "하나\n"));
    end();
}

TEST(text_written_under_a_name_that_is_replaced_before_it_is_read_is_seen_under_the_others)
{
    struct round r = {.k = &keeper};
    save("a.md", "하나\n");
    save("c.md", "셋\n");
    CHECK_INT(link(at("a.md"), at("b.md")), 0);
    begin();
    look_at(&r, "a.md", true);
    save("a.md", "둘둘\n"); /* b.md is the same file */
    move("c.md", "a.md");
    settle(&r);
    round_release(&r);
    CHECK(has("a.md", "셋\n"));
    ob__queue_push(keeper.queue, "a.md", false); /* the events, which come late */
    ob__queue_push(keeper.queue, "c.md", false);
    while (work())
        ;
    CHECK(has("b.md", "둘둘\n") && has("c.md", NULL));
    end();
}

TEST(text_written_under_a_name_that_goes_during_a_walk_is_seen_under_the_others)
{
    struct ob_file_stat stat;
    struct round r = {.k = &keeper};
    save("z.md", "하나\n");
    CHECK_INT(link(at("z.md"), at("b.md")), 0);
    begin();
    keeper.round++;
    CHECK_INT(ob_file_stat_get(&stat, keeper.root, "b.md"), 0);
    be_old("b.md");
    consider(&r, "b.md", &stat, false); /* the walk has come by */
    save("z.md", "둘둘\n");             /* b.md is the same file */
    CHECK_INT(unlink(at("z.md")), 0);
    forget(&r, "z.md"); /* the walk has not met it */
    settle(&r);
    round_release(&r);
    ob__queue_push(keeper.queue, "z.md", false); /* the event, which comes late */
    while (work())
        ;
    CHECK(has("z.md", NULL) && has("b.md", "둘둘\n"));
    end();
}

TEST_MAIN(
    CASE(file_that_is_away_for_a_moment_between_two_looks_is_not_lost),
    CASE(text_written_under_a_name_that_is_replaced_before_it_is_read_is_seen_under_the_others),
    CASE(text_written_under_a_name_that_goes_during_a_walk_is_seen_under_the_others))
