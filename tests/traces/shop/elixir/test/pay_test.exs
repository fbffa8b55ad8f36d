defmodule Shop.PayTest do
  use ExUnit.Case

  test "음수는 거절한다" do
    Shop.Pay.total([-1])
  end

  test "sum" do
    assert Shop.Pay.total([1]) == 7
  end
end
