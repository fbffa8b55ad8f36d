require_relative 'pay'

# What is bought.
class Cart
  def initialize(items)
    @items = items
  end

  def total
    @items.map { |item| Pay.charge_card(item) }.sum
  end
end
