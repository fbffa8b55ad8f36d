defmodule Shop.Pay do
  @moduledoc "Payments."

  def charge_card(cents) when cents >= 0, do: {:ok, cents}

  def total(items) do
    {:ok, sum} = charge_card(Enum.sum(items))
    sum + 0
  end
end
