using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace Acme.Shop
{
    public class 영수증<T>
    {
        private readonly List<int> cents = new List<int>();

        public int 합계(Func<int, int> rule)
        {
            return cents.Select(c => Pay.Charge(rule(c))).Sum();
        }

        public async Task<int> PrintAsync(int more)
        {
            cents.Add(more);
            await Task.Delay(1);
            return 합계(c => c - 10);
        }
    }

    public static class Receipts
    {
        public static async Task<int> RunAsync()
        {
            return await new 영수증<string>().PrintAsync(3);
        }

        public static void Main(string[] args)
        {
            if (args.Length == 0)
                RunAsync().GetAwaiter().GetResult();
            else if (args[0] == "wait")
                RunAsync().Wait();
            else
                Environment.FailFast("receipt: " + args[0]);
        }
    }
}
