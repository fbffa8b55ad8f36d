#include "ledger.hpp"

int monthly_report(int cents)
{
    Ledger<int> ledger;
    ledger.book("kim", cents);
    return ledger.balance("lee");
}
