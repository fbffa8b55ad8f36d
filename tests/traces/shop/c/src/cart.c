/* What is bought. */
#include "../include/pay.h"

#include <stdio.h>

int cart_total(int items)
{
    struct receipt r = {0, NULL};
    int unused = items;
    printf("charging %d\n", items);
    return charge_card(&r, items);
}
