defmodule Run do
  def main do
    total = Shop.Pay.total([1, -2])
    IO.puts(total)
  end
end

Run.main()
