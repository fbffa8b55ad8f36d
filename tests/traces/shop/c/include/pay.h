/* Payments. */
#ifndef PAY_H
#define PAY_H

struct receipt {
    int cents;
    char *text;
};

int charge_card(struct receipt *r, int cents);
#endif
