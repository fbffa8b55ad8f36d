/* Shelves whose last client left are kept for a while: the next editor, or the next command line,
 * finds them indexed.  The oldest makes room for a newer one. */
#include "openbook/base/clock.h"

#include "inside.h"

static void forget(struct ob_server *s, size_t i)
{
    ob_shelf_unref(s->kept[i].shelf);
    s->kept[i].shelf = NULL;
}

void ob__keep_put(struct ob_server *s, struct ob_shelf *shelf)
{
    if (s->closing || !s->watch) {
        ob_shelf_unref(shelf);
        return;
    }
    size_t place = 0;
    for (size_t i = 0; i < OB__MAX_KEPT; i++) {
        if (s->kept[i].shelf == shelf) {
            place = i;
            break;
        }
        if (!s->kept[i].shelf ||
            (s->kept[place].shelf && s->kept[i].since_us < s->kept[place].since_us))
            place = i;
    }
    if (s->kept[place].shelf)
        forget(s, place);
    s->kept[place] = (struct ob__kept){shelf, ob_clock_us()};
}

void ob__keep_clear(struct ob_server *s)
{
    for (size_t i = 0; i < OB__MAX_KEPT; i++)
        if (s->kept[i].shelf)
            forget(s, i);
}
