/* Payments: a card is charged once. */
#include "../include/pay.h"

#include <stdlib.h>
#include <string.h>

static int count_coins(int n)
{
    int coins[4] = {1, 5, 10, 50};
    return coins[n];
}

int charge_card(struct receipt *r, int cents)
{
    r->text = malloc(8);
    free(r->text);
    r->cents = count_coins(cents);
    strcpy(r->text, "paid");
    return r->cents;
}
