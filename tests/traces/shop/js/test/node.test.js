const test = require('node:test');
const { Cart } = require('../src/cart');

test('total of a cart', async () => {
  await new Cart([-5]).total();
});
