/* Lines of the system's table of mounts, and how two tables differ. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "openbook/base/io.h"
#include "openbook/base/mem.h"

#include "../../src/files/mount_table.h"
#include "test.h"

/* ------------------------------------------------------------ sets, a line each */
static void add(struct ob__mount_set *s, const char *line)
{
    struct ob__mount_line l;
    char *copy = ob_strdup(line);
    if (ob__mount_line_read(&l, copy, strlen(copy)))
        ob__mount_set_add(s, "/home/u/p", &l);
    ob_free(copy);
}

/* An ordinary mount of number ID at POINT; what is mounted is the folder DIR of the device 0:DEVICE. */
static void add_mount(struct ob__mount_set *s, int id, int device, const char *dir,
                      const char *point)
{
    char line[256];
    snprintf(line, sizeof line, "%d 22 0:%d %s %s rw,relatime shared:1 master:2 - ext4 /dev/x rw",
             id, device, dir, point);
    add(s, line);
}

static void add_automount(struct ob__mount_set *s, int id, const char *point)
{
    char line[256];
    snprintf(line, sizeof line, "%d 22 0:50 / %s rw - autofs systemd-1 rw,fd=40", id, point);
    add(s, line);
}

static bool has(const struct ob__mount_set *s, const char *path)
{
    return ob_map_get(&s->points, path, strlen(path)) != NULL;
}

/* Whether NOW differs from BEFORE at the N paths that are named and nowhere else; releases both. */
static bool differs_at(struct ob__mount_set *before, struct ob__mount_set *now, size_t n,
                       const char *a, const char *b)
{
    struct ob_map changed = {0};
    ob__mount_set_compare(&changed, now, before);
    bool same = changed.len == n && (n < 1 || ob_map_get(&changed, a, strlen(a))) &&
                (n < 2 || ob_map_get(&changed, b, strlen(b)));
    ob_map_release(&changed);
    ob__mount_set_release(before);
    ob__mount_set_release(now);
    return same;
}

TEST(mounts_below_the_folder_are_taken_with_any_bytes_in_their_names)
{
    struct ob__mount_set s = {0};
    add_mount(&s, 30, 1, "/", "/home/u/p/mnt");
    add_mount(&s, 31, 1, "/", "/home/u/p/빈\\040칸/\\134\\011\\012");
    add(&s, "32 22 0:1 / /home/u/p/no-tags rw - tmpfs none rw");
    add(&s, "33 22 0:1 / /home/u/p/\\400\\9 rw - tmpfs none rw"); /* no escapes */
    add_mount(&s, 34, 1, "/", "/home/u/p");
    add_mount(&s, 35, 1, "/", "/home/u/pp/mnt");
    add_mount(&s, 36, 1, "/", "/");
    CHECK_INT(s.points.len, 4);
    CHECK(has(&s, "mnt"));
    CHECK(has(&s, "빈 칸/\\\t\n"));
    CHECK(has(&s, "no-tags"));
    CHECK(has(&s, "\\400\\9"));
    ob__mount_set_release(&s);
}

TEST(lines_that_are_none_are_passed_over)
{
    static const char *const lines[] = {"",
                                        " ",
                                        "36 35 98:0 /",
                                        "36 35 98:0 / /home/u/p/a",
                                        "36 35 98:0 / /home/u/p/a rw",
                                        "36 35 98:0 / /home/u/p/a rw shared:1 -",
                                        "36 35 98:0 / home/u/p/a rw - ext4 x rw",
                                        "- - - - - - - -",
                                        "36  98:0 / /home/u/p/a rw - ext4 x rw"};
    struct ob__mount_set s = {0};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        add(&s, lines[i]);
    CHECK_INT(s.points.len, 0);
}

TEST(mounts_that_come_go_or_are_others_differ_and_no_others)
{
    struct ob__mount_set a = {0}, b = {0};
    add_mount(&a, 30, 1, "/", "/home/u/p/stays");
    add_mount(&a, 31, 1, "/", "/home/u/p/goes");
    add_mount(&b, 30, 1, "/", "/home/u/p/stays");
    add_mount(&b, 31, 1, "/", "/home/u/p/새것"); /* its number is given again */
    CHECK(differs_at(&a, &b, 2, "goes", "새것"));
    add_mount(&a, 30, 1, "/", "/home/u/p/mnt");
    add_mount(&b, 30, 2, "/", "/home/u/p/mnt");
    CHECK(differs_at(&a, &b, 1, "mnt", NULL)); /* another device under the same number */
    add_mount(&a, 30, 1, "/one", "/home/u/p/mnt");
    add_mount(&b, 30, 1, "/two", "/home/u/p/mnt");
    CHECK(differs_at(&a, &b, 1, "mnt", NULL)); /* another folder of it */
}

TEST(layers_at_one_place_count_each)
{
    struct ob__mount_set a = {0}, b = {0};
    add_mount(&a, 30, 1, "/", "/home/u/p/mnt");
    add_mount(&b, 30, 1, "/", "/home/u/p/mnt");
    add_mount(&b, 31, 1, "/", "/home/u/p/mnt");
    CHECK(differs_at(&a, &b, 1, "mnt", NULL));
    add_mount(&a, 30, 1, "/", "/home/u/p/mnt");
    add_mount(&a, 31, 2, "/", "/home/u/p/mnt");
    add_mount(&b, 31, 2, "/", "/home/u/p/mnt");
    add_mount(&b, 30, 1, "/", "/home/u/p/mnt");
    CHECK(differs_at(&a, &b, 0, NULL, NULL));
}

TEST(of_mounts_in_each_other_the_outer_one_is_named)
{
    struct ob__mount_set a = {0}, b = {0};
    add_mount(&b, 30, 1, "/", "/home/u/p/mnt/in/it");
    add_mount(&b, 31, 1, "/", "/home/u/p/mnt");
    add_mount(&b, 32, 1, "/", "/home/u/p/mnt-2");
    CHECK(differs_at(&a, &b, 2, "mnt", "mnt-2"));
}

/* To look at what has been given up by an automount would mount it again, for ever. */
TEST(automounts_that_wait_are_no_change)
{
    struct ob__mount_set a = {0}, b = {0}, c = {0};
    add_automount(&a, 30, "/home/u/p/net");
    CHECK(differs_at(&b, &a, 0, NULL, NULL)); /* set up */
    add_automount(&a, 30, "/home/u/p/net");
    add_automount(&b, 30, "/home/u/p/net");
    add_mount(&b, 31, 1, "/", "/home/u/p/net");
    CHECK(differs_at(&a, &b, 1, "net", NULL)); /* somebody has looked */
    add_automount(&a, 30, "/home/u/p/net");
    add_mount(&a, 31, 1, "/", "/home/u/p/net");
    add_automount(&b, 30, "/home/u/p/net");
    struct ob_map changed = {0};
    ob__mount_set_compare(&changed, &b, &a);
    CHECK_INT(changed.len, 0); /* given up */
    add_automount(&c, 30, "/home/u/p/net");
    add_mount(&c, 31, 1, "/", "/home/u/p/net");
    CHECK(differs_at(&b, &c, 0, NULL, NULL)); /* the same again */
    ob__mount_set_release(&a);
    add_automount(&a, 30, "/home/u/p/net");
    add_mount(&a, 31, 1, "/", "/home/u/p/net/host");
    add_automount(&b, 30, "/home/u/p/net");
    CHECK(differs_at(&a, &b, 0, NULL, NULL)); /* one of many below it */
}

static void count(const struct ob__mount_line *l, void *data)
{
    *(size_t *)data += strcmp(l->point, "/home/u/p/mnt") == 0;
}

TEST(table_is_read_whole_in_pieces_of_any_size_and_a_line_without_end_is_passed_over)
{
    enum { LONG = 200000, MOUNTS = 3000 };
    size_t n = 0;
    char *path = test_write_file("table", "");
    FILE *f = fopen(path, "w");
    CHECK(f != NULL);
    for (int i = 0; i < MOUNTS; i++) {
        fprintf(f, "%d 22 0:1 / /home/u/p/mnt rw - ext4 x rw\n", i);
        if (i == MOUNTS / 2)
            fprintf(f, "1 22 0:1 / /%0*d rw - ext4 x rw\n", LONG, 0);
    }
    CHECK_INT(fclose(f), 0);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (size_t piece = 7; piece < 100000; piece *= 11) {
        n = 0;
        ob_io_read_at_most(piece);
        CHECK_INT(ob__mount_table_read(fd, count, &n), 0);
        CHECK_INT(n, MOUNTS);
    }
    ob_io_read_at_most(0);
    ob_io_fail_at(2, EIO);
    CHECK(ob__mount_table_read(fd, count, &n) < 0);
    close(fd);
}

TEST(more_mounts_than_are_followed_are_left_to_walks)
{
    struct ob__mount_set s = {0};
    char point[64];
    for (int i = 0; i < OB__MOUNTS_BELOW + 10; i++) {
        snprintf(point, sizeof point, "/home/u/p/m%d", i);
        add_mount(&s, i, 1, "/", point);
    }
    CHECK_INT(s.points.len, OB__MOUNTS_BELOW);
    ob__mount_set_release(&s);
}

TEST_MAIN(CASE(mounts_below_the_folder_are_taken_with_any_bytes_in_their_names),
          CASE(lines_that_are_none_are_passed_over),
          CASE(mounts_that_come_go_or_are_others_differ_and_no_others),
          CASE(layers_at_one_place_count_each),
          CASE(of_mounts_in_each_other_the_outer_one_is_named),
          CASE(automounts_that_wait_are_no_change),
          CASE(table_is_read_whole_in_pieces_of_any_size_and_a_line_without_end_is_passed_over),
          CASE(more_mounts_than_are_followed_are_left_to_walks))
