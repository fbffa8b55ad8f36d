/* Discounts of discounts. */
int total_discount(int n);

int half_discount(int n)
{
    return total_discount(n / 2 + 1) + 1;
}

int total_discount(int n)
{
    return half_discount(n) + 1;
}

int main(void)
{
    return total_discount(7);
}
