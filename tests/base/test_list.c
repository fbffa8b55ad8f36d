/* Lists through the members `prev` and `next`. */
#include <string.h>

#include "openbook/base/list.h"

#include "test.h"

struct item {
    struct item *prev, *next;
    char name;
};

struct owner {
    struct item *items;
};

/* The names from the first to the last, then, read back by `prev`, from the last to the first. */
static const char *names(const struct owner *o)
{
    static char text[32];
    const struct item *last = NULL;
    size_t n = 0;
    for (const struct item *i = o->items; i; last = i, i = i->next)
        text[n++] = i->name;
    text[n++] = '|';
    for (; last; last = last->prev)
        text[n++] = last->name;
    text[n] = '\0';
    return text;
}

TEST(what_is_pushed_last_comes_first_in_both_directions)
{
    struct item a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};
    struct owner o = {NULL};
    CHECK_STR(names(&o), "|");
    OB_LIST_PUSH(o.items, &a);
    CHECK_STR(names(&o), "a|a");
    OB_LIST_PUSH(o.items, &b);
    OB_LIST_PUSH(o.items, &c);
    CHECK_STR(names(&o), "cba|abc");
}

TEST(first_middle_last_and_only_item_can_be_removed)
{
    struct item items[5];
    struct owner o = {NULL};
    memset(items, 0xEE, sizeof items); /* links of before say nothing */
    for (size_t i = 0; i < 5; i++) {
        items[i].name = (char)('a' + i);
        OB_LIST_PUSH(o.items, &items[i]);
    }
    OB_LIST_REMOVE(o.items, &items[2]);
    CHECK_STR(names(&o), "edba|abde");
    OB_LIST_REMOVE(o.items, &items[4]);
    CHECK_STR(names(&o), "dba|abd");
    OB_LIST_REMOVE(o.items, &items[0]);
    CHECK_STR(names(&o), "db|bd");
    OB_LIST_PUSH(o.items, &items[2]);
    CHECK_STR(names(&o), "cdb|bdc");
    for (size_t i = 1; i < 4; i++)
        OB_LIST_REMOVE(o.items, &items[i]);
    CHECK_STR(names(&o), "|");
}

TEST_MAIN(CASE(what_is_pushed_last_comes_first_in_both_directions),
          CASE(first_middle_last_and_only_item_can_be_removed))
