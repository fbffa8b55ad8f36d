const assert = require('assert');
const { Cart } = require('../src/cart');

describe('cart', () => {
  it('refuses negative amounts', () => {
    new Cart([{ price: -3 }]).total();
  });

  it('totals', () => {
    assert.strictEqual(new Cart([]).total(), 7);
  });
});
