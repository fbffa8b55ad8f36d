require_relative '../lib/cart'

RSpec.describe Cart do
  it 'totals what is in it' do
    expect(Cart.new([2]).total).to eq(3)
  end

  it '음수는 거절한다' do
    Cart.new([-5]).total
  end
end
