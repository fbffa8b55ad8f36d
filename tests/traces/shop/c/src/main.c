#include <stdlib.h>

int cart_total(int items);

int main(int argc, char **argv)
{
    if (argc < 2)
        abort();
    return cart_total(atoi(argv[1]));
}
