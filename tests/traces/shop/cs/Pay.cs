using System;

namespace Acme.Shop
{
    /// Payments.
    public static class Pay
    {
        public static int Charge(int cents)
        {
            if (cents < 0)
                throw new ArgumentException("negative amount: " + cents);
            return cents;
        }
    }
}
