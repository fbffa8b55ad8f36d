/* Following a file by the places on its way. */
#include <string.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"

#include "../../src/rpc/follow.h"
#include "test.h"

static struct ob__follow follow;
static uv_loop_t loop;

static void on_changed(void *data)
{
    (void)data;
}

static void on_closed(uv_handle_t *handle)
{
    (void)handle;
}

static void begin(void)
{
    CHECK_INT(uv_loop_init(&loop), 0);
    ob__follow_init(&follow, &loop, on_changed, NULL);
}

static void end(void)
{
    ob__follow_close(&follow, on_closed, NULL);
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK_INT(uv_loop_close(&loop), 0);
}

/* The way leads through a link in the scratch folder to a file in its folder DIR. */
static bool take(const char *dir)
{
    struct ob_place places[OB_PLACES_MAX] = {
        {ob_strdup(test_scratch), ob_strdup("shelves")},
        {ob_path_join(test_scratch, dir), ob_strdup("책")},
    };
    return ob__follow_take(&follow, "shelves", places, 2);
}

TEST(a_way_is_read_once_more_when_it_is_new_or_in_doubt)
{
    (void)test_write_file("one/책", "");
    (void)test_write_file("two/책", "");
    begin();
    CHECK(take("one"));
    CHECK(!take("one"));
    CHECK(take("two"));
    CHECK(!take("two"));
    follow.doubt = true;
    CHECK(take("two"));
    CHECK(!take("two"));
    end();
}

/* Each true has the file read and the way taken again: that must end. */
TEST(a_place_that_cannot_be_followed_is_tried_again_without_an_end_of_reading)
{
    begin();
    CHECK(take("책장")); /* is not there, as for want of watches */
    CHECK(!take("책장"));
    CHECK(!take("책장"));
    (void)test_write_file("책장/책", "");
    CHECK(take("책장")); /* now it can be */
    CHECK(!take("책장"));
    end();
}

TEST_MAIN(CASE(a_way_is_read_once_more_when_it_is_new_or_in_doubt),
          CASE(a_place_that_cannot_be_followed_is_tried_again_without_an_end_of_reading))
