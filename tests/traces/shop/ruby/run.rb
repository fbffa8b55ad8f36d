require_relative 'lib/cart'

puts Cart.new([1, -2]).total
