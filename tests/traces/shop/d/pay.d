/// Payments.
module pay;

int chargeCard(int cents)
{
    int[] coins = [1, 5];
    return coins[cents];
}

void main()
{
    chargeCard(7);
}
