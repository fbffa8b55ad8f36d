/* Paths through links: where they lead to, and what decides it. */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "openbook/base/mem.h"
#include "openbook/base/path.h"
#include "openbook/base/places.h"

#include "test.h"

static struct ob_place places[OB_PLACES_MAX];
static size_t n_places;
static char *resolved, *top; /* the scratch folder, without links */

static void find(const char *path)
{
    ob_places_release(places, n_places);
    ob_free(resolved);
    char *whole = ob_path_join(top, path);
    n_places = ob_places_find(places, &resolved, whole);
    ob_free(whole);
}

static void begin(void)
{
    char real[PATH_MAX];
    CHECK(realpath(test_scratch, real) != NULL);
    top = ob_strdup(real);
}

static void end(void)
{
    ob_places_release(places, n_places);
    ob_free(resolved);
    ob_free(top);
}

static const char *in_top(const char *name)
{
    static char paths[4][PATH_MAX];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s%s%s", top, *name ? "/" : "", name);
    return path;
}

static void check_place(size_t i, const char *dir, const char *name)
{
    CHECK(i < n_places);
    CHECK_STR(places[i].dir, in_top(dir));
    CHECK_STR(places[i].name, name);
}

TEST(a_plain_file_is_one_place_there_or_not)
{
    begin();
    (void)test_write_file("state/shelves", "a\n");
    find("state/shelves");
    CHECK_INT(n_places, 1);
    check_place(0, "state", "shelves");
    CHECK_STR(resolved, in_top("state/shelves"));
    find("state/./../state//none");
    CHECK_INT(n_places, 1);
    check_place(0, "state", "none");
    CHECK_STR(resolved, in_top("state/none"));
    find("away/further/shelves"); /* the first part that is not there */
    CHECK_INT(n_places, 1);
    check_place(0, "", "away");
    CHECK_STR(resolved, in_top("away/further/shelves"));
    end();
}

TEST(each_link_on_the_way_is_a_place)
{
    begin();
    (void)test_write_file("설정/openbook/shelves", "a\n");
    (void)test_write_file("state/x", "");
    CHECK_INT(symlink("../설정/openbook", in_top("state/openbook")), 0);
    CHECK_INT(symlink(in_top("state/openbook/shelves"), in_top("설정/again")), 0);
    find("state/openbook/shelves");
    CHECK_INT(n_places, 2);
    check_place(0, "state", "openbook");
    check_place(1, "설정/openbook", "shelves");
    CHECK_STR(resolved, in_top("설정/openbook/shelves"));
    find("설정/again");
    CHECK_INT(n_places, 3);
    check_place(0, "설정", "again");
    check_place(1, "state", "openbook");
    CHECK_STR(resolved, in_top("설정/openbook/shelves"));
    end();
}

TEST(a_link_to_nothing_leads_to_where_it_would_be_and_a_circle_ends)
{
    begin();
    CHECK_INT(symlink("target", in_top("to nothing")), 0);
    CHECK_INT(symlink("b", in_top("a")), 0);
    CHECK_INT(symlink("a", in_top("b")), 0);
    find("to nothing");
    CHECK_INT(n_places, 2);
    check_place(0, "", "to nothing");
    check_place(1, "", "target");
    CHECK_STR(resolved, in_top("target"));
    find("a");
    CHECK_INT(n_places, OB_PLACES_MAX);
    end();
}

TEST_MAIN(CASE(a_plain_file_is_one_place_there_or_not), CASE(each_link_on_the_way_is_a_place),
          CASE(a_link_to_nothing_leads_to_where_it_would_be_and_a_circle_ends))
