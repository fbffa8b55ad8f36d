const { Cart } = require('../src/cart');

test('total of a cart', async () => {
  expect(await new Cart([-5]).total()).toBe(-5);
});
