using System;

namespace Acme.Shop
{
    public class Cart
    {
        public int Total(int[] items)
        {
            int sum = 0;
            foreach (int item in items)
                sum += Pay.Charge(item);
            return sum;
        }
    }

    public static class Program
    {
        public static void Main()
        {
            try {
                Console.WriteLine(new Cart().Total(new[] { 1, -2 }));
            } catch (ArgumentException e) {
                throw new InvalidOperationException("checkout failed", e);
            }
        }
    }
}
