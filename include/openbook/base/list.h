/* Doubly linked lists that need no memory of their own: the links are the members `prev` and `next` of the
 * structs that are listed, and the head is a pointer to the first, NULL for an empty list.
 *
 * A struct is in one such list at a time; the list owns nothing.  Not thread-safe. */
#ifndef OB_BASE_LIST_H
#define OB_BASE_LIST_H

#include <stddef.h>

/* Makes ITEM, which is in no list, the first of the list HEAD (an lvalue; evaluated several times). */
#define OB_LIST_PUSH(head, item)                                                                   \
    do {                                                                                           \
        (item)->prev = NULL;                                                                       \
        (item)->next = (head);                                                                     \
        if (head)                                                                                  \
            (head)->prev = (item);                                                                 \
        (head) = (item);                                                                           \
    } while (0)

/* Takes ITEM out of the list HEAD that it is in; ITEM's own links stay as they were. */
#define OB_LIST_REMOVE(head, item)                                                                 \
    do {                                                                                           \
        if ((item)->prev)                                                                          \
            (item)->prev->next = (item)->next;                                                     \
        else                                                                                       \
            (head) = (item)->next;                                                                 \
        if ((item)->next)                                                                          \
            (item)->next->prev = (item)->prev;                                                     \
    } while (0)

#endif
