require 'minitest/autorun'
require_relative '../lib/cart'

class CartTest < Minitest::Test
  def test_total
    assert_equal 3, Cart.new([2]).total
  end

  def test_refused
    Cart.new([-5]).total
  end
end
